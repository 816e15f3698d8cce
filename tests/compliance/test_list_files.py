"""The lists of HR's pages as .xlsx: what a page shows by its filter is what its file holds."""

import io
import re
from dataclasses import replace
from datetime import timedelta
from html import unescape
from urllib.parse import urlencode

import pytest
from openpyxl import load_workbook
from sqlalchemy import select, update

from learning.accounts.models import User
from learning.compliance.models import AssignmentTask
from learning.compliance.queries import exemptions as exemption_queries
from learning.compliance.routes import coverage
from learning.compliance.services.authorisations import revoke
from learning.kernel.audit import AuditEntry
from learning.kernel.clock import utc_now
from learning.kernel.permissions import Role
from learning.organisations.models import Membership
from learning.web import list_files
from tests.compliance.staffed import Firm, make_firm
from tests.factories.authorisations import give, make_post, make_shop, make_worker
from tests.factories.compliance import assign, keep, make_plan, make_works
from tests.factories.external import make_employer, make_external
from tests.factories.people import grant_role, log_in, make_actor, make_unit, make_user, unit_grant

FORMULA = "=1+1"  # also a name: whoever wrote it, it is text
ROW = re.compile(r'<th scope="row"[^>]*>(?:<input[^>]*> )?(?:<a [^>]*>)?([^<]*)<')


def shown(page: str) -> list[str]:
    """Return whom a page lists."""
    return [unescape(name).strip() for name in ROW.findall(page)]


def rows_of(answer) -> list[tuple]:
    """Return the rows of a file below its head, none of them a formula."""
    assert answer.status_code == 200, answer.status
    sheet = load_workbook(io.BytesIO(answer.data)).worksheets[0]
    assert not [cell for row in sheet.rows for cell in row if cell.data_type == "f"]
    return [tuple(cell or "" for cell in row) for row in list(sheet.values)[1:]]


def names_of(answer) -> list[str]:
    return [row[0] for row in rows_of(answer)]


class Desk:
    """HR's browser: what it sends carries the token of a page."""

    page = "/staff/exemptions"

    def __init__(self, client):
        self.client = client

    def text(self, path: str) -> str:
        answer = self.client.get(path)
        assert answer.status_code == 200, (path, answer.status)
        return answer.get_data(as_text=True)

    def post(self, path: str, **data: str):
        page = self.text(self.page)
        token = page.split('name="csrf_token" value="', 1)[1].split('"', 1)[0]
        return self.client.post(path, data={"csrf_token": token, **data})


def last_act(database) -> tuple[str, str]:
    with database.session(write=False) as session:
        row = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1)).one()
        return row.act, str(row.details)


@pytest.fixture
def firm(database) -> Firm:
    """People of a firm: one exempt, one no longer but certified for a while, one away, one lacking."""
    with database.transaction() as session:
        firm = make_firm(session, utc_now())
        firm.require(0, 0)
        people = [firm.hire(name, 2, 0, staff_no=name) for name in (FORMULA, "钱将", "孙全")]
        firm.exempt(people[0], 0)
        firm.exempt(people[1], 0, days=-1)
        firm.status(people[2], "leave")
        firm.hold(people[1], 0, 20)
        firm.hire("赵缺", 2, 0)
        session.expunge_all()
    return firm


@pytest.fixture
def foreign(database) -> str:
    with database.transaction() as session:
        return make_firm(session, utc_now()).units[0].public_id


@pytest.fixture
def hr(app, database, firm) -> Desk:
    client = app.test_client()
    log_in(client, database, firm.hr, utc_now())
    return Desk(client)


class TestExemptions:
    FILE = "/staff/exemptions.xlsx"

    @pytest.mark.parametrize("kind", ["exemptions", "statuses"])
    @pytest.mark.parametrize("is_open", ["", "1"])
    def test_the_file_is_the_list_of_the_page(self, hr, firm, kind, is_open) -> None:
        unit = firm.units[0].public_id
        page = shown(hr.text(f"/staff/exemptions?unit={unit}&kind={kind}&open={is_open}"))

        assert names_of(hr.post(self.FILE, unit=unit, kind=kind, open=is_open)) == page
        expected = {("exemptions", ""): 2, ("exemptions", "1"): 1}.get((kind, is_open), 1)
        assert len(page) == expected

    def test_a_row_says_what_why_and_until_when(self, hr, firm) -> None:
        [row] = rows_of(hr.post(self.FILE, unit=firm.units[0].public_id, open="1"))

        assert row[:2] == (FORMULA, FORMULA)  # the name, and the staff number
        assert (row[3], row[4], row[8]) == ("证书0", "生效中", "将退休")
        assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d", row[6])

    def test_more_than_a_page_is_all_in_the_file(self, hr, firm, monkeypatch) -> None:
        monkeypatch.setattr(exemption_queries, "PAGE_SIZE", 1)
        for module in (list_files, "learning.compliance.routes.exemptions_file"):
            target = module if isinstance(module, str) else module.__name__
            monkeypatch.setattr(f"{target}.AT_ONCE", 1)

        assert len(shown(hr.text("/staff/exemptions"))) == 1
        assert len(rows_of(hr.post(self.FILE, unit=firm.units[0].public_id))) == 2

    def test_that_it_left_is_noted_and_a_foreign_unit_looks_missing(
        self, hr, firm, foreign, database
    ) -> None:
        hr.post(self.FILE, unit=firm.units[0].public_id, kind="statuses")

        assert last_act(database)[0] == "staff_status.downloaded"
        answers = [hr.post(self.FILE, unit=raw) for raw in (foreign, "nowhere")]
        assert [one.status_code for one in answers] == [404, 404]
        assert last_act(database)[0] == "staff_status.downloaded"


def test_the_gaps_of_one_scheme_are_the_file_of_that_scheme(hr, firm, database) -> None:
    with database.transaction() as session:
        firm.session = session
        firm.require(0, 1)
        unit, schemes = firm.units[0].public_id, [one.public_id for one in firm.schemes]

    everything = rows_of(hr.post("/staff/coverage/gaps.xlsx", unit=unit))
    one = rows_of(hr.post("/staff/coverage/gaps.xlsx", unit=unit, scheme=schemes[1]))

    assert {row[5] for row in everything} == {"证书0", "证书1"}
    assert {row[5] for row in one} == {"证书1"}
    page = hr.text(f"/staff/coverage/gaps?unit={unit}&scheme={schemes[1]}")
    assert [row[0] for row in one] == shown(page)
    numbers = {row[0]: row[1] for row in everything}
    assert (numbers["钱将"], numbers["赵缺"]) == ("钱将", "")
    assert re.findall(r'data-label="工号">([^<]*)<', page) == [row[1] or "·" for row in one]


@pytest.mark.parametrize(
    ("path", "part"),
    [
        ("/staff/coverage/gaps.xlsx", "learning.compliance.routes.coverage.ROWS_AT_ONCE"),
        ("/staff/staff.xlsx", "learning.compliance.queries.staff.EXPORT_SLICE"),
    ],
)
def test_a_list_is_read_in_parts_and_leaves_as_it_is_read(
    hr, firm, database, monkeypatch, path, part
) -> None:
    with database.transaction() as session:
        firm.session = session
        firm.require(0, 1)
        unit = firm.units[0].public_id
    whole = rows_of(hr.post(path, unit=unit))
    monkeypatch.setattr(part, 1)

    answer = hr.post(path, unit=unit)

    assert answer.content_length is None
    assert len(whole) > 1
    assert rows_of(answer) == whole
    assert last_act(database)[0] == path.rsplit("/", 1)[1].replace(".xlsx", ".downloaded")


class TestForecast:
    FILE = "/staff/coverage/forecast.xlsx"

    def test_the_months_and_all_that_run_short_are_those_of_the_page(
        self, hr, firm, monkeypatch
    ) -> None:
        monkeypatch.setattr(coverage, "SHORTAGES_SHOWN", 0)
        unit = firm.units[0].public_id
        months = rows_of(hr.post(self.FILE, unit=unit, part="months"))
        short = rows_of(hr.post(self.FILE, unit=unit))

        assert [row[0] for row in months] == shown(hr.text("/staff/coverage/forecast"))
        assert months[-1][1:3] == ("0.0%", 2)
        [(team, post, scheme, when, needed, left, spare)] = short
        assert (team, post, scheme) == ("装配班", "岗位0", "证书0")
        assert "无人持证" in when
        assert (needed, left or 0, spare) == (1, 0, 2)

    def test_the_people_who_could_be_trained_are_those_of_the_page(
        self, hr, firm, database
    ) -> None:
        ids = (firm.units[2], firm.posts[0], firm.schemes[0])
        place = dict(zip(("unit", "post", "scheme"), (one.public_id for one in ids), strict=True))
        address = "/staff/coverage/forecast/trainable"
        page = hr.text(f"{address}?{urlencode(place)}")

        answer = hr.post(f"{address}.xlsx", **place)

        assert names_of(answer) == shown(page)
        assert len(names_of(answer)) == 2
        assert {row[0]: row[1] for row in rows_of(answer)} == {"钱将": "钱将", "赵缺": ""}
        assert last_act(database)[0] == "forecast.downloaded"
        assert hr.post(f"{address}.xlsx", **{**place, "post": "nowhere"}).status_code == 404


def test_what_is_overdue_is_in_the_file_with_the_unit_of_each(app, database) -> None:
    now = utc_now()
    with database.transaction() as session:
        works = make_works(session, now)
        made = assign(session, works, make_plan(works, now, title=FORMULA), now)
        keep(session, made, now)
        session.execute(update(AssignmentTask).values(due_at=now - timedelta(days=5)))
        boss = make_user(session, now, "班长")
        grant_role(session, now, boss, Role.MANAGER, works.teams[0])
        hr, firm, (own, other) = works.hr, works.firm.public_id, works.teams[:2]
        own, other = own.public_id, other.public_id
        hr = session.get_one(User, hr.user_id)
        session.expunge_all()
    desk = Desk(app.test_client())
    log_in(desk.client, database, hr, now)

    rows = rows_of(desk.post("/staff/overdue.xlsx", unit=firm))

    assert [row[1] for row in rows] == shown(desk.text("/staff/overdue"))
    assert {row[0] for row in rows} == {"一班", "二班"}
    assert {row[3] for row in rows} == {FORMULA}
    assert {row[5] for row in rows} == {"逾期 5 天"}
    assert last_act(database)[0] == "overdue.downloaded"

    manager = Desk(app.test_client())
    log_in(manager.client, database, boss, now)
    manager.page = "/staff/team/overdue"
    answer = manager.post("/staff/team/overdue.xlsx", unit=own)
    assert {row[0] for row in rows_of(answer)} == {"一班"}
    for raw in (other, "nowhere", ""):
        assert manager.post("/staff/team/overdue.xlsx", unit=raw).status_code == 404


def test_the_authorisations_of_a_filter_are_those_of_the_file(app, database) -> None:
    now = utc_now()
    with database.transaction() as session:
        shop = make_shop(session, now)
        workers = [make_worker(session, now, shop, name) for name in (FORMULA, "李四")]
        session.execute(
            update(Membership)
            .where(Membership.user_id == workers[1].id)
            .values(staff_no="0204", staff_no_key="0204")
        )
        given = give(session, now, shop, *workers)
        revoke(session, shop.actor, given[1], reason="调离", now=now)
        unit, hr = shop.enterprise.public_id, shop.hr
        firm = make_unit(session, now, name="别家")
        team = make_unit(session, now, kind="department", name="别班", parent=firm)
        post = make_post(session, now, firm, "焊工")
        actor = make_actor(make_user(session, now, "外"), unit_grant(Role.HR_MANAGER, firm))
        other = replace(shop, enterprise=firm, shop=team, post=post, actor=actor)
        give(session, now, other, make_worker(session, now, other, "外人"))
        foreign = firm.public_id
        session.expunge_all()
    desk = Desk(app.test_client())
    log_in(desk.client, database, hr, now)
    file = "/authorisations/list.xlsx"

    everything = rows_of(desk.post(file))

    assert [row[0] for row in everything] == shown(desk.text("/authorisations"))
    assert sorted(row[0] for row in everything) == [FORMULA, "李四"]
    revoked = rows_of(desk.post(file, state="revoked", unit=unit))
    assert [(*row[:2], row[8], row[-1]) for row in revoked] == [("李四", "0204", "已撤销", "调离")]
    assert (
        names_of(desk.post(file, unit=foreign)) == names_of(desk.post(file, unit="nowhere")) == []
    )
    assert last_act(database)[0] == "authorisation.downloaded"


class TestRegister:
    FILE = "/external-certificates/register.xlsx"

    @pytest.fixture
    def desk(self, app, database) -> tuple[Desk, str, str]:
        now = utc_now()
        with database.transaction() as session:
            employer, other = make_employer(session, now), make_employer(session, now, "别家")
            make_external(session, now, employer, number="N1")
            make_external(session, now, employer, number=FORMULA)
            hr = session.get_one(User, employer.hr.user_id)
            ids = employer.unit.public_id, other.unit.public_id
            session.expunge_all()
        desk = Desk(app.test_client())
        log_in(desk.client, database, hr, now)
        return desk, *ids

    @pytest.mark.parametrize(("show", "q"), [("all", ""), ("unchecked", "N1"), ("due", "")])
    def test_the_file_holds_what_the_page_lists(self, desk, monkeypatch, show, q) -> None:
        monkeypatch.setattr(list_files, "AT_ONCE", 1)
        monkeypatch.setattr("learning.certification.routes.external.AT_ONCE", 1)
        hr, unit, _other = desk
        page = hr.text(f"/external-certificates?{urlencode({'unit': unit, 'show': show, 'q': q})}")

        assert names_of(hr.post(self.FILE, unit=unit, show=show, q=q)) == shown(page)

    def test_numbers_are_text_and_foreign_registers_look_missing(self, desk, database) -> None:
        hr, unit, other = desk
        rows = rows_of(hr.post(self.FILE, unit=unit))

        assert {row[4] for row in rows} == {"N1", FORMULA}
        assert {row[:2] for row in rows} == {("张三", "0001")}
        assert last_act(database)[0] == "external.downloaded"
        for raw in (other, "nowhere", ""):
            assert hr.post(self.FILE, unit=raw).status_code == 404
