"""Coverage, gaps, forecast, matrix and exemptions over HTTP."""

import io
import json
from datetime import timedelta

import pytest
from sqlalchemy import delete, select, update

from learning.certification.models import Scheme
from learning.compliance.models import Exemption, Requirement, StaffStatus
from learning.compliance.routes import reports
from learning.kernel.audit import AuditEntry
from learning.kernel.clock import utc_now
from learning.kernel.documents import Column, read_sheet, write_workbook
from learning.organisations.rules.headings import FIELD_OF_HEADER
from tests.compliance.staffed import Firm, make_firm
from tests.factories.people import log_in


@pytest.fixture
def firm(database) -> Firm:
    with database.transaction() as session:
        firm = make_firm(session, utc_now())
        firm.require(0, 0)
        for name, days in (("赵缺", None), ("钱将", 20), ("孙全", 500)):
            person = firm.hire(name, 2, 0, staff_no=name)
            if days:
                firm.hold(person, 0, days)
        session.expunge_all()
    return firm


class Desk:
    """HR's browser: what it sends carries the token of a page."""

    def __init__(self, client):
        self.client, self.get = client, client.get

    def post(self, path: str, data: dict[str, object]):
        page = self.get("/staff/exemptions").get_data(as_text=True)
        token = page.split('name="csrf_token" value="', 1)[1].split('"', 1)[0]
        return self.client.post(path, data={"csrf_token": token, **data})


@pytest.fixture
def hr(app, database, firm) -> Desk:
    client = app.test_client()
    log_in(client, database, firm.hr, utc_now())
    return Desk(client)


def test_the_coverage_is_what_is_held_of_what_is_asked(hr, firm) -> None:
    page = hr.get("/staff/coverage").get_data(as_text=True)

    assert "66.6%" in page
    team = hr.get(f"/staff/coverage?unit={firm.units[2].public_id}&by=scheme_id")
    assert "66.6%" in team.get_data(as_text=True)


def test_gaps_of_one_scheme_are_counted_as_they_are_listed(hr, firm, database) -> None:
    with database.transaction() as session:
        firm.session = session
        firm.require(0, 1)  # nobody holds the second

    assert "本单位员工共缺 4 项" in hr.get("/staff/coverage/gaps").text
    for scheme, number in ((0, 1), (1, 3)):
        chosen = firm.schemes[scheme].public_id
        assert f"本单位员工共缺 {number} 项" in hr.get(f"/staff/coverage/gaps?scheme={chosen}").text


def test_schemes_are_called_by_their_english_titles_on_english_pages(hr, firm, database) -> None:
    with database.transaction() as session:
        session.execute(
            update(Scheme).where(Scheme.id == firm.schemes[0].id).values(title_en="Welding")
        )
    cell = "/".join(one.public_id for one in (firm.units[0], firm.posts[0], firm.schemes[0]))
    hr.get("/staff/coverage?lang=en")

    for page in (
        "/staff/coverage?by=scheme_id",
        "/staff/coverage/gaps",
        "/staff/matrix",
        f"/staff/matrix/{cell}",
        "/staff/exemptions",
    ):
        text = hr.get(page).get_data(as_text=True)
        assert "Welding" in text, page
        assert firm.schemes[0].title not in text, page
    hr.get("/staff/coverage?lang=zh_CN")
    assert firm.schemes[0].title in hr.get("/staff/matrix").get_data(as_text=True)


def test_in_a_month_whose_certificate_ends_is_missing(hr) -> None:
    later = (utc_now() + timedelta(days=40)).date().isoformat()

    page = hr.get(f"/staff/coverage?on={later}").get_data(as_text=True)

    assert "33.3%" in page


def test_before_anything_was_known_there_is_no_coverage_rather_than_a_whole_one(hr) -> None:
    page = hr.get("/staff/coverage?known=2001-01-01").get_data(as_text=True)

    assert "—" in page
    assert "100%</dd>" not in page


def test_where_nothing_is_asked_coverage_leads_to_where_it_is_asked(hr, database) -> None:
    with database.transaction() as session:
        session.execute(delete(Requirement))

    page = hr.get("/staff/coverage").get_data(as_text=True)

    assert "还没有应持证要求" in page
    assert page.count('href="/staff/matrix') > 1  # the tab, and what leads there


def test_the_gaps_name_who_lacks_what_and_why(hr) -> None:
    page = hr.get("/staff/coverage/gaps").get_data(as_text=True)

    assert "赵缺" in page
    assert "从未持有" in page
    assert "孙全" not in page
    later = (utc_now() + timedelta(days=40)).date().isoformat()
    assert "到期" in hr.get(f"/staff/coverage/gaps?on={later}").get_data(as_text=True)


def test_the_gaps_leave_the_house_noted(hr, firm, database) -> None:
    sent = hr.post("/staff/coverage/gaps.xlsx", data={"unit": firm.units[0].public_id})

    assert sent.status_code == 200
    with database.transaction() as session:
        assert session.scalars(select(AuditEntry.act)).all()[-1] == "gaps.downloaded"


def test_the_forecast_says_where_nobody_is_left(hr) -> None:
    page = hr.get("/staff/coverage/forecast").get_data(as_text=True)

    assert "到期预测" in page
    assert "33.3%" in page


def test_a_cell_is_written_from_a_day_on_with_its_history(hr, firm, database) -> None:
    address = f"/staff/matrix/{firm.units[2].public_id}/{firm.posts[0].public_id}/{firm.schemes[0].public_id}"
    today = utc_now().date().isoformat()

    sent = hr.post(address, data={"level": "required", "needed": "2", "from": today})

    assert sent.status_code == 303
    with database.transaction() as session:
        row = session.scalars(select(Requirement).order_by(Requirement.id.desc())).first()
        assert (row.unit_id, row.holders_needed) == (firm.units[2].id, 2)
    assert "历史" in hr.get(address).get_data(as_text=True)
    assert "必须 2" in hr.get(f"/staff/matrix?unit={firm.units[2].public_id}").get_data(
        as_text=True
    )
    early = hr.post(address, data={"level": "", "from": "2020-01-01"})
    assert early.status_code == 400
    assert "不能早于" in early.get_data(as_text=True)


def test_hr_says_which_posts_are_key_posts(hr, firm, database) -> None:
    unit, post = firm.units[0].public_id, firm.posts[1].public_id
    address = f"/staff/matrix/{unit}/{post}/key"
    other = f"/staff/matrix/{unit}/{firm.posts[0].public_id[::-1]}/key"

    assert hr.post(address, {"key": "1"}).status_code == 303
    assert hr.post(address, {"key": "1"}).status_code == 303  # sent twice
    page = hr.get("/staff/matrix").get_data(as_text=True).split("<tbody>")[1]
    assert f"取消关键岗位：{firm.posts[1].name}" in page
    assert page.index(firm.posts[1].name) < page.index(firm.posts[0].name)  # it stands first
    assert hr.post(other, {"key": "1"}).status_code == 404
    assert hr.post(address, {"key": ""}).status_code == 303
    assert "取消关键岗位" not in hr.get("/staff/matrix").get_data(as_text=True)
    with database.session(write=False) as session:
        acts = session.scalars(select(AuditEntry.act).where(AuditEntry.act == "post.changed"))
        assert len(acts.all()) == 2


def test_a_matrix_with_a_wrong_cell_writes_nothing(hr, firm, database) -> None:
    def bring(*rows: tuple[str, str]) -> int:
        data = write_workbook([Column("岗位", 10), Column(firm.schemes[1].title, 10)], list(rows))
        return hr.post(
            "/staff/matrix/import",
            data={
                "unit": firm.units[0].public_id,
                "from": utc_now().date().isoformat(),
                "file": (io.BytesIO(data), "m.xlsx"),
            },
        ).status_code

    good = (firm.posts[0].name, "必须 2")
    assert bring(good, (firm.posts[1].name, "大概")) == 400
    with database.transaction() as session:
        assert len(session.scalars(select(Requirement)).all()) == 1
    assert bring(good) == 303
    with database.transaction() as session:
        assert len(session.scalars(select(Requirement)).all()) == 2


def test_an_exempt_person_is_no_gap_until_the_exemption_is_ended(hr, firm, database) -> None:
    today = utc_now().date()
    given = {
        "unit": firm.units[0].public_id,
        "person": "赵缺",
        "scheme": firm.schemes[0].public_id,
        "reason": "正在转岗",
        "from": today.isoformat(),
        "to": (today + timedelta(days=30)).isoformat(),
    }
    assert hr.post("/staff/exemptions", data=given).status_code == 303
    assert "赵缺" not in hr.get("/staff/coverage/gaps").get_data(as_text=True)
    with database.transaction() as session:
        public_id = session.scalars(select(Exemption.public_id)).one()

    assert hr.post(f"/staff/exemptions/{public_id}/end", {}).status_code == 303

    assert "赵缺" in hr.get("/staff/coverage/gaps").get_data(as_text=True)
    assert "正在转岗" in hr.get("/staff/exemptions").get_data(as_text=True)
    hr.post(f"/staff/exemptions/{public_id}/end", {})
    assert "已经结束过" in hr.get("/staff/exemptions").get_data(as_text=True)


def test_who_is_on_leave_is_asked_nothing(hr, firm, database) -> None:
    given = {
        "unit": firm.units[0].public_id,
        "person": "赵缺",
        "status": "leave",
        "from": utc_now().date().isoformat(),
    }

    hr.post("/staff/statuses", data=given)

    with database.transaction() as session:
        assert session.scalars(select(StaffStatus.kind)).one() == "leave"
    assert "100%" in hr.get("/staff/coverage").get_data(as_text=True)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"person": "没有这个人"}, "没有找到这个人"),
        ({"to": "1999-01-01"}, "日期不对"),
        ({"reason": " "}, "理由"),
    ],
)
def test_what_was_typed_stays_where_an_exemption_is_refused(
    hr, firm, database, wrong, told
) -> None:
    day = utc_now().date() + timedelta(days=9)
    given = {
        "unit": firm.units[0].public_id,
        "person": "赵缺",
        "scheme": firm.schemes[0].public_id,
        "reason": "正在转岗到二车间",
        "from": day.isoformat(),
        "to": (day + timedelta(days=30)).isoformat(),
    }

    refused = hr.post("/staff/exemptions", data={**given, **wrong})

    assert refused.status_code == 400
    page = refused.get_data(as_text=True)
    assert told in page.split('role="alert"', 1)[1].split("</div>", 1)[0]
    for name in ("person", "reason", "from", "to"):
        assert f'value="{({**given, **wrong})[name]}"' in page
    with database.transaction() as session:
        assert session.scalars(select(Exemption.id)).all() == []


def test_what_was_typed_stays_where_a_leave_is_refused(hr, firm) -> None:
    given = {
        "unit": firm.units[0].public_id,
        "person": "没有这个人",
        "status": "contractor",
        "reason": "外包检验",
        "from": utc_now().date().isoformat(),
    }

    page = hr.post("/staff/statuses", data=given).get_data(as_text=True)

    assert "没有找到这个人" in page
    assert '<option value="contractor" selected>' in page
    assert 'value="外包检验"' in page
    assert "/staff/statuses?lang=en" in page
    assert hr.get("/staff/statuses?lang=en").status_code == 200


def test_the_auditors_report_is_a_pdf_whose_hash_is_noted(hr, firm, database) -> None:
    sent = hr.post("/staff/coverage/report.pdf", {"unit": firm.units[0].public_id})

    assert sent.status_code == 200
    assert sent.data.startswith(b"%PDF")
    with database.transaction() as session:
        entry = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
        assert entry.act == "coverage.printed"
        assert len(json.loads(entry.details)["sha256"]) == 64


def test_the_report_prints_the_last_day_of_an_exemption(hr, firm, monkeypatch) -> None:
    today = utc_now().date()
    first, last = today.isoformat(), (today + timedelta(days=30)).isoformat()
    given = {
        "unit": firm.units[0].public_id,
        "person": "赵缺",
        "scheme": firm.schemes[0].public_id,
        "reason": "正在转岗",
        "from": first,
        "to": last,
    }
    hr.post("/staff/exemptions", data=given)
    printed, sealed = [], reports.sealed
    monkeypatch.setattr(reports, "sealed", lambda facts: printed.append(facts) or sealed(facts))

    hr.post("/staff/coverage/report.pdf", {"unit": firm.units[0].public_id})

    [exemptions] = [part["rows"] for part in printed[0]["parts"] if part["title"] == "豁免"]
    assert [row[2:4] for row in exemptions] == [[first, last]]


def test_an_internal_id_that_leaves_the_house_is_not_taken_for_a_staff_number(hr, firm) -> None:
    """The file may come back as a roster, whose 人员编号 is the staff number."""
    reply = hr.post("/staff/coverage/gaps.xlsx", {"unit": firm.units[0].public_id})

    titles = read_sheet(reply.data).rows[0]

    assert "系统编号" in titles
    fields = {FIELD_OF_HEADER.get(str(title)): title for title in titles}
    assert fields.keys() <= {"name", "staff_no", "post", None}
    assert fields["staff_no"] == "工号"
