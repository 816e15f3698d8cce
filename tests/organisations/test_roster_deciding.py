"""HR decides on a checked roster and merges records, on the pages; foreign looks like missing."""

import io
import json
import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from learning.accounts.models import LoginName, User
from learning.kernel.db import Database
from learning.kernel.permissions import Role
from learning.organisations.models import Membership, PersonMerge, RosterImport, Unit
from tests.factories.people import make_membership, make_unit, make_user
from tests.organisations.rosters import xlsx
from tests.organisations.web import Browser, make_browser, present

NAMES = Path(__file__).parent.parent / "cases" / "names"
HOSTILE = ["x", "0" * 26, "张" * 10_000, "'; --", "𠮷", "../..", "%00"]


@pytest.fixture
def firm(database: Database) -> Unit:
    with database.transaction() as session:
        return make_unit(session, present(), name="示例企业", code="SL")


@pytest.fixture
def hr(client: FlaskClient, database: Database, firm) -> Browser:
    return make_browser(client, database, Role.HR_MANAGER, firm)


def add_staff(database: Database, unit: Unit, *people: tuple[str, str]) -> list[User]:
    with database.transaction() as session:
        users = []
        for name, number in people:
            user = make_user(session, present(), name)
            make_membership(session, present(), user, unit, staff_no=number)
            text = f"SL/{number}"
            session.add(
                LoginName(
                    user_id=user.id,
                    kind="staff",
                    name=text,
                    name_key=f"staff:{text.casefold()}",
                    created_at=present(),
                )
            )
            users.append(user)
        return users


def preview_of(browser: Browser, unit: Unit, *rows) -> str:
    file = (io.BytesIO(xlsx(*rows)), "名册.xlsx")
    response = browser.post(f"/units/{unit.public_id}/roster", {"file": file})
    assert response.status_code == 303, response.get_data(as_text=True)
    return str(response.headers["Location"])


def kept(database: Database) -> RosterImport:
    with database.session(write=False) as session:
        return session.scalars(select(RosterImport).order_by(RosterImport.id.desc())).first()


def open_places(database: Database) -> int:
    with database.session(write=False) as session:
        query = select(func.count(Membership.id)).where(Membership.valid_to.is_(None))
        return session.scalar(query) or 0


def test_all_proposals_are_taken_at_once_and_the_roster_applied(
    hr: Browser, database: Database, firm
) -> None:
    add_staff(database, firm, ("甲", "000121"), ("乙", "000122"), ("丙", "000123"))
    preview = preview_of(
        hr,
        firm,
        ("甲", 121, None, None, None, None),
        ("丁", "０００１２４", "13812345678.0", None, None, None),
    )
    page = hr.page(preview)
    assert "接受全部建议（3 处）" in page
    assert "改为 000121" in page

    taken = hr.post(f"{preview}/mend", {"all": "1"})
    after = hr.page(preview)
    applied = hr.post(f"{preview}/apply")

    assert (taken.status_code, applied.status_code) == (303, 303)
    assert "已按建议修改 3 处" in after
    assert "导入 1 人" in after
    assert open_places(database) == 4
    cells = [m["cell"] for m in json.loads(kept(database).decisions)["mended"]]
    assert cells == ["B2", "B3", "C3"]
    assert hr.post(f"{preview}/mend", {"all": "1"}).status_code == 303
    assert "已经导入，不能再改" in hr.page(preview)


def test_one_cell_one_group_or_none_may_be_taken(hr: Browser, database: Database, firm) -> None:
    add_staff(database, firm, ("甲", "000121"), ("乙", "000122"), ("丙", "000123"))
    preview = preview_of(
        hr,
        firm,
        ("丁", "124", "13812345678.0", None, None, None),
        ("戊", "125", None, None, None, None),
        ("己", "126", None, None, None, None),
    )

    hr.post(f"{preview}/mend", {"cell": "B2"})
    hr.post(f"{preview}/mend", {"keep": "B3"})
    group = re.search(r'name="group" value="([0-9a-f]{16})"[^>]*接受：手机号', hr.page(preview))
    assert group is not None
    hr.post(f"{preview}/mend", {"group": group.group(1)})
    rest = re.search(r'name="keep_group" value="([0-9a-f]{16})"', hr.page(preview))
    assert rest is not None
    hr.post(f"{preview}/mend", {"keep_group": rest.group(1)})
    hr.post(f"{preview}/apply")

    with database.session(write=False) as session:
        numbers = session.scalars(select(Membership.staff_no).order_by(Membership.staff_no)).all()
    assert numbers == ["000121", "000122", "000123", "000124", "125", "126"]


@pytest.mark.parametrize(
    "form", [{}, {"cell": "Z99"}, {"group": "x" * 10_000}, {"keep": "B2"}, {"all": ""}]
)
def test_odd_mends_change_nothing_by_themselves(hr: Browser, firm, form) -> None:
    preview = preview_of(hr, firm, ("丁", "1", "1.38E+10", None, None, None))

    assert hr.post(f"{preview}/mend", form).status_code == 303
    assert "Excel 已把它变成近似值" in hr.page(preview)


def test_numbers_of_other_names_are_settled_row_by_row(
    hr: Browser, database: Database, firm
) -> None:
    renamed, replaced, left = add_staff(
        database, firm, ("张玮", "1A"), ("王芳", "2A"), ("李强", "3A")
    )
    preview = preview_of(
        hr,
        firm,
        ("张伟", "1A", None, None, None, None),
        ("赵敏", "2A", None, None, None, None),
        ("孙悦", "3A", None, None, None, None),
    )
    page = hr.page(preview)
    assert page.count('value="rename"') == 3
    refused = hr.post(f"{preview}/apply")
    assert refused.status_code == 303
    assert "没有决定" in hr.page(preview)

    hr.post(f"{preview}/choose", {"choice-2": "rename", "choice-3": "new", "choice-4": "skip"})
    hr.post(f"{preview}/apply")

    with database.session(write=False) as session:
        names = {user.id: user.display_name for user in session.scalars(select(User))}
        holder = session.scalars(
            select(Membership.user_id).where(
                Membership.staff_no == "2A", Membership.valid_to.is_(None)
            )
        ).one()
    assert (names[renamed.id], names[replaced.id], names[left.id]) == ("张伟", "王芳", "李强")
    assert names[holder] == "赵敏"
    assert kept(database).state == "applied"


@pytest.mark.parametrize(
    "form",
    [
        {"choice-2": "delete"},
        {"choice-": "new"},
        {"choice-²": "new"},
        {"choice-99999999999999999999": "new"},
        {"choice-7": "new"},
    ],
)
def test_odd_choices_settle_nothing(hr: Browser, database: Database, firm, form) -> None:
    add_staff(database, firm, ("张玮", "1A"))
    preview = preview_of(hr, firm, ("张伟", "1A", None, None, None, None))

    assert hr.post(f"{preview}/choose", form).status_code == 303
    assert json.loads(kept(database).counts)["undecided"] == 1


def test_people_missing_from_a_roster_leave_only_after_a_second_yes(
    hr: Browser, database: Database, firm
) -> None:
    _here, gone, stays = add_staff(database, firm, ("甲", "1A"), ("乙", "2A"), ("丙", "3A"))
    preview = preview_of(hr, firm, ("甲", "1A", None, None, None, None))
    assert "在册但名册中没有的：2 人次" in hr.page(preview)
    missing = f"{preview}/missing"

    nobody = hr.post(missing)
    asked = hr.post(missing, {"person": gone.public_id})
    before = open_places(database)
    done = hr.post(missing, {"person": gone.public_id, "confirmed": "1"})

    assert (nobody.status_code, asked.status_code, done.status_code) == (303, 200, 303)
    assert "结束 1 人次的任职？" in asked.get_data(as_text=True)
    assert (before, open_places(database)) == (3, 2)
    page = hr.page(missing)
    assert "丙" in page
    assert "乙" not in page.split("<tbody>")[1]
    hr.post(missing, {"all": "1", "confirmed": "1"})
    assert open_places(database) == 1
    assert stays.id


def test_hostile_cells_are_settled_and_shown_as_text(hr: Browser, database: Database, firm) -> None:
    names = [
        line.split("\t")[0]
        for line in (NAMES / "names_torture.tsv").read_text(encoding="utf-8").splitlines()[1:]
    ]
    names = [name for name in names if not name.startswith("=")]
    add_staff(database, firm, *[(f"原{n}", f"T{n}") for n in range(len(names))])

    preview = preview_of(
        hr, firm, *[(name, f"T{n}", None, None, None, None) for n, name in enumerate(names)]
    )
    hr.post(f"{preview}/mend", {"all": "1"})
    choices = {f"choice-{n + 2}": "rename" for n in range(len(names))}
    hr.post(f"{preview}/choose", choices)
    page = hr.page(preview, show="all")
    hr.post(f"{preview}/apply")

    assert "<b>张三</b>" not in page
    assert kept(database).state == "applied"
    with database.session(write=False) as session:
        stored = set(session.scalars(select(User.display_name)))
    assert {"𠮷野家", "赵䶮", "<b>张三</b>", "迪丽热巴・迪力木拉提"} <= stored


def test_blns_in_every_cell_is_read_and_mended_without_an_error(hr: Browser, firm) -> None:
    lines = (NAMES / "blns.txt").read_text(encoding="utf-8").splitlines()
    # What the file format itself cannot hold is another test's matter.
    texts = [re.sub(r"[\x00-\x1f\ufffe\uffff]", "", line) for line in lines if line][:300]

    preview = preview_of(hr, firm, *[(t, t, t, t, t, t) for t in texts if t[:1] not in "=#"])

    assert hr.get(preview).status_code == 200
    assert hr.post(f"{preview}/mend", {"all": "1"}).status_code == 303
    assert hr.get(preview, page="2").status_code == 200


def test_two_records_are_merged_and_taken_apart_on_the_pages(
    hr: Browser, database: Database, firm
) -> None:
    one, other = add_staff(database, firm, ("张伟", "1A"), ("张伟", "2A"))
    base = f"/units/{firm.public_id}"
    pair = f"{base}/merging/{one.public_id}/{other.public_id}"

    assert "同名不等于同一人" in hr.page(f"{base}/merging")
    assert "SL/2A" in hr.page(f"{base}/merging/{one.public_id}")
    assert "SL/2A" in hr.page(f"{base}/merging/{one.public_id}", q="2a")
    assert "转到保留的账号" in hr.page(pair)
    assert hr.post(pair).status_code == 303
    page = hr.page(f"{base}/merges")
    assert "已合并到 张伟" in page
    assert hr.get(pair).status_code == 404  # the closed record is nobody here any more
    with database.session(write=False) as session:
        merge = session.scalars(select(PersonMerge)).one()
    assert hr.post(f"{base}/merges/{merge.public_id}/undo").status_code == 303
    assert "已撤销合并" in hr.page(f"{base}/merges")
    assert hr.post(f"{base}/merges/{merge.public_id}/undo").status_code == 303
    assert "这次合并已经撤销" in hr.page(f"{base}/merges")
    assert "SL/2A" in hr.page(f"{base}/people/{other.public_id}")


def test_foreign_people_units_and_merges_answer_like_missing(
    hr: Browser, database: Database, firm
) -> None:
    with database.transaction() as session:
        foreign = make_unit(session, present(), name="另一企业", code="QT")
        stranger = make_user(session, present(), "外人")
        make_membership(session, present(), stranger, foreign)
    (own,) = add_staff(database, firm, ("张伟", "1A"))
    base, other = f"/units/{firm.public_id}", f"/units/{foreign.public_id}"
    gets = [f"{other}/merging", f"{other}/merges", f"{other}/people/{stranger.public_id}"]
    for raw in [stranger.public_id, *HOSTILE[:5]]:
        gets += [
            f"{base}/people/{raw}",
            f"{base}/merging/{raw}",
            f"{base}/merging/{own.public_id}/{raw}",
            f"{base}/roster/{raw}/missing",
        ]

    answers = {hr.get(path).status_code for path in gets}
    posts = {
        hr.post(path).status_code
        for path in (
            f"{base}/merging/{own.public_id}/{stranger.public_id}",
            f"{base}/merges/{'0' * 26}/undo",
            f"{other}/merges/{'0' * 26}/undo",
            f"{base}/roster/{'0' * 26}/mend",
            f"{base}/roster/{'0' * 26}/choose",
            f"{base}/roster/{'0' * 26}/missing",
        )
    }

    assert answers == posts == {404}


@pytest.mark.parametrize("page", ["merging", "merges"])
def test_odd_page_numbers_are_refused_calmly(hr: Browser, firm, page: str) -> None:
    codes = {
        hr.get(f"/units/{firm.public_id}/{page}", page=raw).status_code
        for raw in ("0", "-1", "x", "9" * 40)
    }

    assert codes == {400}
    assert hr.get(f"/units/{firm.public_id}/{page}", page="999").status_code == 200


def test_who_may_not_merge_is_not_let_in(client: FlaskClient, database: Database, firm) -> None:
    (own,) = add_staff(database, firm, ("张伟", "1A"))
    browser = make_browser(client, database, Role.ASSOCIATION_MANAGER, firm)

    for path in ("merging", "merges", f"people/{own.public_id}", f"merging/{own.public_id}"):
        assert browser.get(f"/units/{firm.public_id}/{path}").status_code in {403, 404}
