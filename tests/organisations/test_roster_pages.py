"""The way of a roster on the pages: template, upload, faults by cell, apply, codes on paper."""

import io
import json
import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from learning.accounts.models import LoginName, OneTimeCode, User
from learning.accounts.services import find_user_by_login_name
from learning.kernel.audit import AuditEntry
from learning.kernel.db import Database
from learning.kernel.documents import read_sheet
from learning.kernel.permissions import Role
from learning.organisations import queries
from learning.organisations.models import Membership, RosterImport, Unit
from tests.factories.people import make_membership, make_unit, make_user
from tests.organisations.rosters import xlsx
from tests.organisations.web import Browser, make_browser, present

GOOD = [
    ("张伟", "001", None, None, "生产部/一车间", "检验员"),
    ("𠮷野·买买提", None, "13812345678", None, "生产部", None),
]


@pytest.fixture
def firm(database: Database) -> Unit:
    with database.transaction() as session:
        return make_unit(session, present(), name="示例企业", code="SL")


@pytest.fixture
def hr(client: FlaskClient, database: Database, firm) -> Browser:
    return make_browser(client, database, Role.HR_MANAGER, firm)


def upload(browser: Browser, unit: Unit, raw: bytes, name: str = "名册.xlsx", **more: str):
    file = (io.BytesIO(raw), name)
    return browser.post(f"/units/{unit.public_id}/roster", {"file": file, **more})


def preview_of(browser: Browser, unit: Unit, *rows, **more: str) -> str:
    response = upload(browser, unit, xlsx(*rows), creates_departments="y", **more)
    assert response.status_code == 303, response.get_data(as_text=True)
    return str(response.headers["Location"])


def count(database: Database, table: type) -> int:
    with database.session(write=False) as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_the_template_keeps_zeros_and_is_itself_readable(hr: Browser, firm) -> None:
    response = hr.get(f"/units/{firm.public_id}/roster/template.xlsx")

    assert response.status_code == 200
    assert "attachment" in response.headers["Content-Disposition"]
    assert read_sheet(response.data).rows[0][:3] == ("姓名", "工号", "手机号")
    refused = upload(hr, firm, response.data)
    assert refused.status_code == 400
    assert "表头下面没有人员" in refused.get_data(as_text=True)


def test_an_upload_is_checked_and_changes_nothing(hr: Browser, database: Database, firm) -> None:
    before = count(database, User)

    page = hr.page(preview_of(hr, firm, *GOOD))

    assert "还没有改动任何数据" in page
    assert "𠮷野·买买提" in page
    assert "将新建部门 2 个、岗位 1 个" in page
    assert "导入 2 人" in page
    assert count(database, User) == before
    assert count(database, Membership) == 0


def test_columns_not_read_are_told_and_keep_nothing_out(hr: Browser, firm) -> None:
    raw = xlsx(("张伟", "1A", "技能人员"), header=("姓名", "工号", "类别"))

    page = hr.page(str(upload(hr, firm, raw).headers["Location"]))

    assert "这些列没有识别，不会导入：C 类别" in page
    assert "导入 1 人" in page
    assert "有错误时不导入任何一行" not in page


def test_a_checked_roster_is_applied_once(hr: Browser, database: Database, firm) -> None:
    preview = preview_of(hr, firm, *GOOD)

    first = hr.post(f"{preview}/apply")
    page = hr.page(preview)
    second = hr.post(f"{preview}/apply")
    again = hr.page(preview_of(hr, firm, *GOOD))

    assert first.status_code == second.status_code == 303
    assert "已导入：新增 2 人" in page
    assert "没有重复导入" in hr.page(preview) or "没有重复导入" in again
    assert count(database, Membership) == 2
    assert "导入 0 人" in again
    with database.session(write=False) as session:
        person = find_user_by_login_name(session, "001", organisation_code="sl")
        assert person is not None
        assert person.display_name == "张伟"
        acts = session.scalars(select(AuditEntry.act)).all()
        assert acts.count("roster.applied") == 1
    assert "已导入" in hr.page(f"/units/{firm.public_id}/roster")


def test_a_roster_that_stands_leads_to_the_codes_of_who_waits(hr: Browser, firm) -> None:
    preview = preview_of(hr, firm, *GOOD)
    before = hr.page(preview)
    hr.post(f"{preview}/apply")
    applied = hr.page(preview)

    slips = hr.post(f"/units/{firm.public_id}/codes", {"who": "waiting"}).text
    printed = hr.page(preview)
    hr.post(f"{preview}/undo")

    assert "打印激活码" not in before
    assert "打印激活码（2 人待发）" in applied
    assert "张伟" in slips
    assert "能发激活码的人都已激活或已发码" in printed
    assert f"/units/{firm.public_id}/codes" not in hr.page(preview)


def test_faults_are_shown_by_cell_and_keep_all_rows_out(
    hr: Browser, database: Database, firm
) -> None:
    rows = [
        *GOOD,
        (None, "002", None, None, None, None),
        ("王芳", None, "1.38E+10", None, None, None),
    ]

    preview = preview_of(hr, firm, *rows)
    page = hr.page(preview)
    refused = hr.post(f"{preview}/apply")
    after = hr.page(preview)

    assert "A4" in page
    assert "没有姓名" in page
    assert "C5" in page
    assert "1.38E+10" in page
    assert "Excel 已把它变成近似值" in page
    assert "张伟" not in page
    assert "张伟" in hr.page(preview, show="new")
    assert "/apply" not in page
    assert refused.status_code == 303
    assert "还有错误" in after
    assert count(database, Membership) == 0


def test_what_changed_since_the_check_is_checked_again(
    hr: Browser, database: Database, firm
) -> None:
    preview = preview_of(hr, firm, ("张伟", "001", None, None, None, None))
    with database.transaction() as session:
        other = make_user(session, present(), "王芳")
        make_membership(session, present(), other, firm, staff_no="001")

    hr.post(f"{preview}/apply")

    page = hr.page(preview)
    assert "这个工号已属于 王芳" in page
    assert count(database, Membership) == 1


def test_rows_are_paged(hr: Browser, firm) -> None:
    rows = [(f"员工{n:03d}", f"A{n:03d}", None, None, None, None) for n in range(120)]

    preview = preview_of(hr, firm, *rows)

    assert hr.page(preview, show="all").count("<tr>") == 51
    assert hr.page(preview, show="all", page="3").count("<tr>") == 21
    assert "这里没有行" in hr.page(preview, show="changed")


BAD_FILES = [
    (b"", "文件是空的"),
    (b"a,b\n", "这不是 Excel 文件"),
    (b"PK\x03\x04" + b"\0" * 50, "文件已损坏"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "旧版 .xls"),
    (xlsx(("x", "y"), header=("a", "b")), "没有找到表头"),
]


def test_a_bad_file_is_refused_in_words(hr: Browser, firm) -> None:
    for raw, words in BAD_FILES:
        response = upload(hr, firm, raw)
        assert response.status_code == 400
        assert words in response.get_data(as_text=True)


def test_an_upload_without_a_file_or_with_text_for_it_is_refused(hr: Browser, firm) -> None:
    for data in ({}, {"file": "x"}):
        assert hr.post(f"/units/{firm.public_id}/roster", data).status_code == 400


def test_names_in_a_roster_are_inert(hr: Browser, firm) -> None:
    rows = [
        ("<script>alert(1)</script>", "A1", None, None, None, None),
        ("{{7*7}}", "A2", None, None, "<img src=x>", None),
    ]

    response = upload(hr, firm, xlsx(*rows), name="<b>\x00.xlsx", creates_departments="y")
    page = hr.page(response.headers["Location"])

    assert "<script>alert" not in page
    assert "<img src=x>" not in page
    assert "{{7*7}}" in page


def test_a_foreign_roster_is_not_found(
    client: FlaskClient, hr: Browser, database: Database, firm
) -> None:
    preview = preview_of(hr, firm, *GOOD)
    with database.transaction() as session:
        other = make_unit(session, present(), name="外部企业")
    foreign = preview.replace(firm.public_id, other.public_id)
    stranger = make_browser(client, database, Role.HR_MANAGER, other)

    assert [stranger.get(path).status_code for path in (preview, foreign)] == [404, 404]
    assert [stranger.post(f"{path}/apply").status_code for path in (preview, foreign)] == [404, 404]
    assert count(database, RosterImport) == 1


def slips(page: str) -> list[tuple[str, str]]:
    names = re.findall(r'登录名</dt><dd class="qa-slip__type">([^<]+)', page)
    codes = re.findall(r"\b[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}\b", page)
    return list(zip(names, codes, strict=True))


def test_activation_codes_are_printed_once_for_those_who_wait(
    hr: Browser, database: Database, firm
) -> None:
    hr.post(f"{preview_of(hr, firm, *GOOD)}/apply")
    path = f"/units/{firm.public_id}/codes"
    assert "2 人待发" in hr.page(f"/units/{firm.public_id}/people")

    response = hr.post(path, {"who": "waiting"})
    page = response.get_data(as_text=True)
    again = hr.post(path, {"who": "waiting"})

    assert response.status_code == 200
    assert "no-store" in response.headers["Cache-Control"]
    assert {name for name, _code in slips(page)} == {"SL/001", "+8613812345678"}
    assert "/activate" in page
    assert "一车间" in page
    assert again.status_code == 303
    with database.session(write=False) as session:
        acts = session.scalars(select(AuditEntry.act)).all()
        details = session.scalars(select(AuditEntry.details)).all()
    assert acts.count("code.issued") == 2
    assert acts.count("codes.printed") == 1
    assert not any(code in detail for detail in details for _name, code in slips(page))


def test_a_chosen_person_gets_a_new_code_and_an_active_one_a_reset_code(
    hr: Browser, database: Database, firm
) -> None:
    hr.post(f"{preview_of(hr, firm, *GOOD)}/apply")
    with database.transaction() as session:
        people = {u.display_name: u.public_id for u in session.scalars(select(User))}
        active = session.scalars(select(User).where(User.display_name == "张伟")).one()
        active.password_hash = "x"
    path = f"/units/{firm.public_id}/codes"

    chosen = hr.post(path, {"who": "chosen", "person": list(people.values())})
    reset = hr.post(path, {"who": "reset", "person": people["张伟"]})

    page = chosen.get_data(as_text=True)
    assert [name for name, _code in slips(page)] == ["+8613812345678"]
    assert "已激活，忘记密码时发重置码" in page
    assert [name for name, _code in slips(reset.get_data(as_text=True))] == ["SL/001"]
    with database.session(write=False) as session:
        purposes = session.scalars(select(OneTimeCode.purpose).order_by(OneTimeCode.id)).all()
    assert purposes == ["activation", "reset"]


def test_nobody_elses_account_is_opened_by_a_code(hr: Browser, database: Database, firm) -> None:
    with database.transaction() as session:
        now = present()
        other = make_unit(session, now, name="外部企业")
        shared, foreign = make_user(session, now, "共有"), make_user(session, now, "外人")
        for person in (shared, foreign):
            key = f"phone:+861391234567{person.id}"
            session.add(
                LoginName(
                    user_id=person.id, kind="phone", name=key[6:], name_key=key, created_at=now
                )
            )
            make_membership(session, now, person, other)
        make_membership(session, now, shared, firm)
    path = f"/units/{firm.public_id}/codes"

    for data in (
        {"who": "waiting"},
        {"who": "chosen", "person": [shared.public_id, foreign.public_id, hr.user.public_id]},
        {"who": "reset", "person": shared.public_id},
    ):
        assert hr.post(path, data).status_code == 303
    assert hr.post(path, {"who": "reset", "person": foreign.public_id}).status_code == 404
    assert count(database, OneTimeCode) == 0


def test_the_platforms_operator_may_open_anybody(
    client: FlaskClient, database: Database, firm
) -> None:
    operator = make_browser(client, database, Role.OPERATOR)
    with database.transaction() as session:
        now = present()
        person = make_user(session, now, "共有")
        session.add(
            LoginName(user_id=person.id, kind="email", name="a@b.cn", name_key="email:a@b.cn", created_at=now)
        )  # fmt: skip
        make_membership(session, now, person, firm)
        make_membership(session, now, person, make_unit(session, now))

    response = operator.post(
        f"/units/{firm.public_id}/codes", {"who": "reset", "person": person.public_id}
    )

    assert [name for name, _code in slips(response.get_data(as_text=True))] == ["a@b.cn"]


SENSELESS: list[dict[str, object]] = [
    {},
    {"who": "all"},
    {"who": "reset"},
    {"who": "reset", "person": ["a", "b"]},
    {"who": ["reset", "chosen"]},
]


def test_a_request_for_codes_that_makes_no_sense_is_refused(hr: Browser, firm) -> None:
    for data in SENSELESS:
        assert hr.post(f"/units/{firm.public_id}/codes", data).status_code == 400


def test_hostile_people_are_simply_not_found(hr: Browser, database: Database, firm) -> None:
    response = hr.post(
        f"/units/{firm.public_id}/codes", {"who": "chosen", "person": ["\x00", "%", "x" * 9999]}
    )

    assert response.status_code == 303
    assert count(database, OneTimeCode) == 0


def test_kept_counts_are_plain_json(hr: Browser, database: Database, firm) -> None:
    preview_of(hr, firm, *GOOD)

    with database.session(write=False) as session:
        kept = queries.list_rosters(session, firm.id)[0]
    assert json.loads(kept.counts)["new"] == 2
