"""HR's overview: what runs out in which month, hours against the rule, passes; its months."""

import io
import re
from datetime import UTC, date, datetime, timedelta

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from learning.accounts.models import User
from learning.compliance.queries import dashboard as reads
from learning.compliance.rules.dashboard import month_edges
from learning.kernel.audit import AuditEntry
from learning.kernel.clock import utc_now
from learning.kernel.ids import new_public_id
from learning.kernel.permissions import Role
from learning.organisations.models import Membership
from learning.practice.models import NotebookEntry
from learning.question_bank.models import ItemRow
from learning.study.rules.hours import HourRule, Target, year_span
from tests.competitions.browser import Browser
from tests.compliance.staffed import make_firm
from tests.factories.items import make_bank
from tests.factories.people import log_in, make_actor, make_membership, unit_grant
from tests.factories.study import make_credit

ZONE = "Asia/Shanghai"


def test_months_end_where_the_next_begins_in_the_zone_and_cross_the_year() -> None:
    edges = month_edges(datetime(2026, 11, 30, 17, 0, tzinfo=UTC), ZONE, 3)  # December there

    assert [first for first, _end in edges] == [
        date(2026, 12, 1),
        date(2027, 1, 1),
        date(2027, 2, 1),
    ]
    assert edges[0][1] == datetime(2026, 12, 31, 16, 0, tzinfo=UTC)


def test_what_ends_counts_in_its_month_unless_something_follows(session, now) -> None:
    firm, other = make_firm(session, now), make_firm(session, now)
    person, second = firm.hire("甲", 2), firm.hire("乙", 2)
    firm.hold(person, 0, 3)
    firm.hold(person, 1, 40)
    firm.hold(second, 0, 5)
    firm.hold(second, 0, 900, timedelta(days=4))  # renewed before it ends
    firm.hold(second, 1, None)
    firm.hold(second, 2, 5, known_until=now - timedelta(days=1))  # taken back
    other.hold(other.hire("别人"), 0, 3)
    edges = month_edges(now, ZONE)

    people = reads.people_in(session, firm.actor, "", now)
    counts = reads.count_expiring(session, people, edges, now)

    assert counts == [1, 0, 1, *[0] * 9]  # of November, December, January and on


def test_hours_are_held_against_the_rule_in_total_and_of_the_profession(session, now) -> None:
    firm = make_firm(session, now)
    for name, hours in (("够", (60, 30)), ("专业不足", (10, 80)), ("不足", (20, 0)), ("无", ())):
        person = firm.hire(name, 2)
        for field, amount in zip(("professional", "common"), hours, strict=False):
            if amount:
                credit = make_credit(session, now, person.id)
                credit.field, credit.hours_milli, credit.earned_at = field, amount * 1000, now
                session.flush()
    rule = HourRule(year_hours=90, professional_hours=60)

    people = reads.people_in(session, firm.actor, "", now)
    found = reads.count_hours(session, people, year_span(now.year, ZONE), rule, now)

    assert found == [reads.Hours(Target("", 90, 60), people=4, any_hours=3, reached=2, complete=1)]


def test_hours_are_held_against_what_each_staff_category_is_asked(session, now) -> None:
    firm = make_firm(session, now)
    rule = HourRule(
        year_hours=0,
        professional_hours=0,
        targets=(Target("technical", 90, 60), Target("skilled", 20, 0)),
    )
    for category, hours in (
        ("technical", 90), ("technical", 30), ("skilled", 20), ("skilled", 0), ("other", 0)
    ):  # fmt: skip
        person = firm.hire("某人", 2)
        place = session.scalars(select(Membership).where(Membership.user_id == person.id)).one()
        place.category = category
        if hours:
            credit = make_credit(session, now, person.id)
            credit.field, credit.hours_milli, credit.earned_at = "professional", hours * 1000, now
        session.flush()
    both = session.scalars(select(Membership).where(Membership.user_id == person.id)).one().user_id
    make_membership(session, now, session.get_one(User, both), firm.units[1])  # no category there

    people = reads.people_in(session, firm.actor, "", now)
    found = reads.count_hours(session, people, year_span(now.year, ZONE), rule, now)

    assert [(one.target.category, one.people, one.reached, one.complete) for one in found] == [
        ("", 1, 0, 0),
        ("skilled", 2, 1, 1),
        ("technical", 2, 1, 1),
    ]
    total = reads.sum_of(found)
    assert (total.people, total.any_hours, total.complete) == (4, 3, 2)


def test_coverage_is_shown_by_scheme_with_the_largest_gap_first(session, now) -> None:
    firm = make_firm(session, now)
    firm.require(0, 0)
    firm.require(0, 1)
    for number in range(3):
        person = firm.hire(f"员工{number}", 2, 0)
        firm.hold(person, 0, 300)
        if not number:
            firm.hold(person, 1, 300)
    roots = reads.find_roots(session, firm.actor, "", now)
    assert roots == [firm.units[0].id]

    found = reads.sum_coverage(session, roots, now)

    assert [(one.title, one.figures.required, one.figures.held) for one in found] == [
        ("证书1", 3, 1),
        ("证书0", 3, 3),
    ]


def test_coverage_is_that_of_all_units_granted_each_counted_once(session, now) -> None:
    firm, other = make_firm(session, now), make_firm(session, now)
    for one in (firm, other):
        one.require(0, 0)
        one.hire("某人", 2, 0)
    firm.hold(firm.people[0], 0, 300)
    grants = [
        unit_grant(Role.HR_MANAGER, unit) for unit in (firm.units[2], firm.units[0], other.units[1])
    ]
    actor = make_actor(firm.hr, *grants)

    roots = reads.find_roots(session, actor, "", now)

    assert roots == sorted([firm.units[0].id, other.units[1].id])
    found = reads.sum_coverage(session, roots, now)
    assert [(one.figures.required, one.figures.held) for one in found] == [(1, 0), (1, 1)]
    own = reads.find_roots(session, actor, firm.units[2].public_id, now)
    assert own == [firm.units[2].id]


def test_the_areas_with_the_most_wrong_answers_come_first_without_those_taken_out(
    session, now
) -> None:
    firm, other = make_firm(session, now), make_firm(session, now)
    people = [firm.hire(name, 2) for name in "甲乙"]
    make_bank(session, now)
    items = session.scalars(select(ItemRow).order_by(ItemRow.id).limit(3)).all()
    for item, area in zip(items, ("检验", "检验", "统计"), strict=True):
        item.area = area
    for person, item, removed in (
        (people[0], 0, None), (people[0], 1, None), (people[1], 0, None), (people[1], 2, None),
        (people[0], 2, now), (other.hire("别人"), 2, None),
    ):  # fmt: skip
        entry = NotebookEntry(public_id=new_public_id(), user_id=person.id, removed_at=removed)
        entry.item_id, entry.due_at, entry.added_at, entry.last_at = items[item].id, now, now, now
        session.add(entry)
    session.flush()

    found = reads.list_weak_areas(session, reads.people_in(session, firm.actor, "", now))

    assert found == [reads.WeakArea("检验", 2, 3), reads.WeakArea("统计", 1, 1)]


def test_a_unit_out_of_reach_has_nobody(session, now) -> None:
    firm, other = make_firm(session, now), make_firm(session, now)
    other.hire("别人")

    people = reads.people_in(session, firm.actor, other.units[0].public_id, now)

    assert reads.find_roots(session, firm.actor, other.units[0].public_id, now) == []
    assert session.scalars(people).all() == []
    assert reads.list_passes(session, people, now) == []
    assert reads.list_weak_areas(session, people) == []


def test_the_page_shows_a_dash_where_there_is_nobody(app, database) -> None:
    now = utc_now()
    with database.transaction() as session:
        hr = make_firm(session, now).hr
    client = app.test_client()
    log_in(client, database, hr, now)

    page = client.get("/staff/dashboard").text

    assert "占 —" in page
    assert "0.0%" not in page


class TestFiles:
    """The table behind each chart leaves as .xlsx: what the page shows, and all of it."""

    PARTS = ("months", "schemes", "hours", "categories", "passes", "weak")

    @pytest.fixture
    def browser(self, app, database):
        now = utc_now()
        with database.transaction() as session:
            firm = make_firm(session, now, schemes=12)
            for number in range(12):
                firm.require(0, number)
            firm.hold(firm.hire("张三", 2, 0), 0, 300)
            firm.schemes[1].title = "=1+1"
            foreign = make_firm(session, now).units[0].public_id
            hr, unit = firm.hr, firm.units[2].public_id
            session.expunge_all()
        return Browser(app, database, now, hr), unit, foreign

    def test_each_table_of_the_page_has_its_file_that_is_noted(self, browser, database) -> None:
        hr, unit, _foreign = browser
        page = hr.get(f"/staff/dashboard?unit={unit}").text
        offered = re.findall(r'name="part" value="(\w+)"', page)
        assert set(offered) <= set(self.PARTS)
        assert {"months", "schemes", "hours"} <= set(offered)

        for part in self.PARTS:
            reply = hr.post("/staff/dashboard.xlsx", {"part": part, "unit": unit})
            book = load_workbook(io.BytesIO(reply.data))
            cells = [cell for row in book.worksheets[0].rows for cell in row]
            assert not [cell for cell in cells if cell.data_type == "f"]
            assert "装配班" in str(list(book.worksheets[1].values))
        with database.session(write=False) as session:
            acts = session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()[-6:]
        assert {one.act for one in acts} == {"overview.downloaded"}

    def test_the_file_holds_every_scheme_where_the_page_shows_the_largest_gaps(
        self, browser
    ) -> None:
        hr, _unit, _foreign = browser
        reply = hr.post("/staff/dashboard.xlsx", {"part": "schemes"})
        rows = list(load_workbook(io.BytesIO(reply.data)).worksheets[0].values)[1:]

        assert len(rows) == 12
        assert rows[-1] == ("证书0", 1, 0, "100.0%")
        assert hr.get("/staff/dashboard").text.count("持证率：") == 10

    def test_no_table_and_no_unit_of_others_is_there(self, browser) -> None:
        hr, _unit, foreign = browser
        for given in ({"part": "nothing"}, {"part": "months", "unit": foreign}, {}):
            assert hr.post("/staff/dashboard.xlsx", given).status_code == 404

    def test_the_chart_and_its_table_have_headings_of_their_own(self, browser) -> None:
        page = browser[0].get("/staff/dashboard").text
        headings = re.findall(r"<(?:h2|figcaption)>([^<]*)<", page)

        assert len(headings) == len(set(headings))
        assert "各月到期的证书" in headings
