"""The HR system's monthly file: who joined, moved, left; from a day on, as one act; and undone."""

import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from learning.accounts.models import LoginName, User
from learning.certification.models import ExternalCertificate
from learning.kernel.audit import AuditEntry
from learning.kernel.db import Database
from learning.kernel.errors import Conflict, Invalid
from learning.kernel.permissions import Role
from learning.organisations import queries
from learning.organisations.models import Membership, PostHolding, RosterImport, Unit
from learning.organisations.rules.roster import Choice, RowChoice, Turn
from learning.organisations.services.roster_undoing import undo_roster
from learning.organisations.services.rosters import (
    apply_roster,
    check_roster,
    kept_rows,
    prepare,
    save_check,
)
from learning.organisations.services.units import close_unit, move_unit
from tests.factories.certification import make_certificate, make_office
from tests.factories.external import make_employer, make_external
from tests.factories.people import make_actor, make_membership, make_unit, make_user
from tests.factories.study import make_credit
from tests.organisations.rosters import apply, check, parse
from tests.organisations.test_roster_pages import preview_of
from tests.organisations.web import Browser, make_browser, present

DAY = timedelta(days=1)
FIRST = [
    ("甲", "001", None, None, "一车间", "检验员"),
    ("乙", "002", None, None, "一车间", "检验员"),
    ("丙", "003", None, None, "二车间", "操作工"),
]
MONTH = [
    ("甲", "001", None, None, "二车间", "检验员"),
    ("丙", "003", None, None, "二车间", "班组长"),
    ("丁", "004", None, None, "三车间", "操作工"),
]


@pytest.fixture
def firm(session: Session, now) -> Unit:
    """A firm whose people of the first month came 60 days ago."""
    unit = make_unit(session, now - 90 * DAY, name="示例企业", code="SL")
    before = now - 60 * DAY
    apply(session, before, unit, check(session, before, unit, *FIRST, creates_departments=True))
    return unit


def facts(session: Session) -> list[tuple[object, ...]]:
    """All places and posts that are open, as they read."""
    session.expire_all()
    found: list[tuple[object, ...]] = []
    for table, what in ((Membership, "staff_no"), (PostHolding, "post_id")):
        rows = session.scalars(select(table).where(table.valid_to.is_(None)).order_by(table.id))
        found += [(r.id, r.user_id, r.unit_id, getattr(r, what), r.valid_from) for r in rows]
    return found


class Month:
    """The second month's file, checked and applied by HR."""

    def __init__(self, session: Session, now: datetime, firm: Unit, *rows) -> None:
        self.session, self.now = session, now
        self.view = queries.get_unit(session, firm.id, now)
        self.actor = make_actor(make_user(session, now, "人事"))
        self.checked = check(session, now, firm, *(rows or MONTH), creates_departments=True)
        public_id = save_check(
            session, self.actor, self.view, self.checked, file_name="11月.xlsx", sha256="0" * 64,
            creates_departments=True, now=now,
        )  # fmt: skip
        self.kept = queries.get_roster(session, firm.id, public_id)

    def apply(self, effective_at: datetime | None = None, *, leaving: bool = True) -> None:
        apply_roster(
            self.session, self.actor, self.kept.id, unit=self.view, prepared=prepare(self.checked),
            now=self.now, effective_at=effective_at,
            leaving=self.checked.missing if leaving else (),
        )  # fmt: skip
        self.session.refresh(self.kept)

    def undo(self, at: datetime) -> None:
        undo_roster(self.session, self.actor, self.kept, unit=self.view, now=at)
        self.session.refresh(self.kept)


def test_the_dry_run_says_who_joined_moved_changed_post_and_left(session, now, firm) -> None:
    month = Month(session, now, firm)

    counts = json.loads(month.kept.counts)
    rows = {kept.row.name: kept for kept in kept_rows(month.kept)}

    assert [counts[key] for key in ("joined", "moved", "posted", "missing")] == [1, 1, 1, 1]
    said = {name: [(s.what, s.before, s.after) for s in kept.shifts] for name, kept in rows.items()}
    assert said == {
        "甲": [("place", "一车间", "二车间")],
        "丙": [("post", "操作工", "班组长")],
        "丁": [],
    }
    turns = {turn: [name for name, kept in rows.items() if kept.is_turn(turn)] for turn in Turn}
    assert turns == {Turn.JOINED: ["丁"], Turn.MOVED: ["甲"], Turn.POSTED: ["丙"]}


def test_applying_moves_and_ends_places_from_the_day_given(session, now, firm) -> None:
    day = now - 10 * DAY
    month = Month(session, now, firm)

    month.apply(day)

    def members(at: datetime) -> dict[str, tuple[str, str]]:
        found = queries.list_members(session, queries.subtree([firm.id], now), at)
        return {one.name: (one.unit_name, one.posts) for one in found}

    assert members(day - DAY) == {
        "甲": ("一车间", "检验员"), "乙": ("一车间", "检验员"), "丙": ("二车间", "操作工"),
    }  # fmt: skip
    assert members(day) == {
        "甲": ("二车间", "检验员"), "丙": ("二车间", "班组长"), "丁": ("三车间", "操作工"),
    }  # fmt: skip
    assert json.loads(month.kept.counts)["left"] == 1
    assert month.kept.effective_at == day
    acts = session.scalars(select(AuditEntry).where(AuditEntry.act == "roster.applied")).all()
    details = (
        json.loads(acts[-1].details) if isinstance(acts[-1].details, str) else acts[-1].details
    )
    assert (details["left"], details["effective_at"]) == (1, day.isoformat())


def test_a_day_before_the_last_change_of_somebody_is_refused(session, now, firm) -> None:
    month = Month(session, now, firm)

    with pytest.raises(Conflict) as refused, session.begin_nested():
        month.apply(now - 61 * DAY)
    with pytest.raises(Invalid), session.begin_nested():
        month.apply(now + DAY)

    assert refused.value.code in {"roster_too_early", "changed_since"}
    session.refresh(month.kept)
    assert month.kept.state == "checked"


def test_undoing_restores_exactly_what_the_act_changed(session, now, firm) -> None:
    before = facts(session)
    names = set(session.scalars(select(LoginName.name_key)))
    month = Month(session, now, firm)
    month.apply(now - 10 * DAY)
    assert facts(session) != before

    month.undo(now + DAY)

    assert facts(session) == before
    assert set(session.scalars(select(LoginName.name_key))) == names
    assert month.kept.undone_at == now + DAY
    with pytest.raises(Conflict, match="roster_not_applied"):
        month.undo(now + DAY)
    paths = queries.subtree_paths(session, firm.id, now + 2 * DAY)
    assert "三车间" not in {path[-1] for unit, path in paths if path and unit.is_open}


def test_the_same_file_can_be_applied_again_after_undoing(session, now, firm) -> None:
    month = Month(session, now, firm)
    month.apply()
    first = [row[1:4] for row in facts(session)]
    month.undo(now + DAY)

    again = Month(session, now + 2 * DAY, firm)
    again.apply()

    assert len(facts(session)) == len(first)


def test_a_corrected_name_and_a_passed_number_go_back(session, now, firm) -> None:
    rows = [("贾", "001", None, None, "一车间", None), ("新人", "002", None, None, "一车间", None)]
    view = queries.get_unit(session, firm.id, now)
    month = Month(session, now, firm, *rows)
    holders = {p.line: p.holder_id for p in month.checked.plan.problems if p.offers}
    parsed = parse(*rows)
    parsed.choices.update(
        {
            2: RowChoice(Choice.RENAME, holders[2]),
            3: RowChoice(Choice.NEW, holders[3]),
        }
    )
    month.checked = check_roster(session, view, parsed, creates_departments=False, now=now)
    before = facts(session)
    owner = select(LoginName.user_id).where(LoginName.name == "SL/002")
    month.apply(leaving=False)
    assert session.scalar(owner) != holders[3]

    month.undo(now + DAY)

    assert facts(session) == before
    assert session.scalar(owner) == holders[3]
    assert session.get_one(User, holders[2]).display_name == "甲"


def moved_on(session: Session, now: datetime, firm: Unit) -> None:
    row = session.scalars(
        select(Membership).where(Membership.staff_no == "001", Membership.valid_to.is_(None))
    ).one()
    row.valid_to = row.ended_at = now


def joined_elsewhere(session: Session, now: datetime, firm: Unit) -> None:
    person = session.scalars(select(User).where(User.display_name == "乙")).one()
    make_membership(session, now, person, firm).recorded_at = now


def filled(session: Session, now: datetime, firm: Unit) -> None:
    unit_id = session.scalars(select(Membership.unit_id).where(Membership.staff_no == "004")).one()
    other = make_user(session, now, "戊")
    make_membership(session, now, other, session.get_one(Unit, unit_id), organisation=firm)


def activated(session: Session, now: datetime, firm: Unit) -> None:
    session.scalars(select(User).where(User.display_name == "丁")).one().password_hash = "x"


def old_place(session: Session, name: str) -> Unit:
    """Return the department that somebody left by the roster."""
    query = select(Membership.unit_id).join(User, User.id == Membership.user_id)
    left = query.where(User.display_name == name, Membership.valid_to.is_not(None))
    return session.get_one(Unit, session.scalars(left).one())


def closed(session: Session, now: datetime, firm: Unit) -> None:
    close_unit(session, None, old_place(session, "乙").id, now=now)


def given_away(session: Session, now: datetime, firm: Unit) -> None:
    other = make_unit(session, now - DAY, name="别的企业")
    move_unit(session, None, old_place(session, "乙").id, parent_id=other.id, now=now)


@pytest.mark.parametrize(
    "happens", [moved_on, joined_elsewhere, filled, activated, closed, given_away]
)
def test_what_was_built_on_is_not_undone(session, now, firm, happens) -> None:
    month = Month(session, now, firm)
    month.apply()
    happens(session, now + DAY, firm)
    session.flush()
    before = facts(session)

    with pytest.raises(Conflict, match="roster_built_on"), session.begin_nested():
        month.undo(now + 2 * DAY)

    assert facts(session) == before
    assert session.get_one(RosterImport, month.kept.id).undone_at is None


def on_file(session: Session, now: datetime, person: User) -> ExternalCertificate:
    employer = make_employer(session, now, "别的制造")
    row = make_external(session, now, employer)
    row.user_id = person.id
    session.flush()
    return row


def credited(session: Session, now: datetime, person: User) -> None:
    make_credit(session, now, person.id)


def examined(session: Session, now: datetime, person: User) -> None:
    make_certificate(session, now, make_office(session, now), person)


@pytest.mark.parametrize("happens", [on_file, credited, examined])
def test_a_new_person_with_certificates_or_hours_is_not_left_without_a_place(
    session, now, firm, happens
) -> None:
    month = Month(session, now, firm)
    month.apply()
    happens(
        session, now + DAY, session.scalars(select(User).where(User.display_name == "丁")).one()
    )
    before = facts(session)

    with pytest.raises(Conflict, match="roster_holders"), session.begin_nested():
        month.undo(now + 2 * DAY)

    assert facts(session) == before


def test_once_the_certificates_are_taken_off_the_file_the_roster_can_be_undone(
    session, now, firm
) -> None:
    before = facts(session)
    month = Month(session, now, firm)
    month.apply()
    new = session.scalars(select(User).where(User.display_name == "丁")).one()
    known = session.scalars(select(User).where(User.display_name == "甲")).one()
    row = on_file(session, now, new)
    row.withdrawn_by, row.withdrawn_at, row.withdraw_ground = row.entered_by, now + DAY, "error"
    credited(session, now, known)  # who was here before keeps both place and hours

    month.undo(now + 2 * DAY)

    assert set(before) <= set(facts(session))


@pytest.fixture
def hr(client, database: Database) -> tuple[Browser, Unit]:
    with database.transaction() as session:
        unit = make_unit(session, present() - 90 * DAY, name="示例企业", code="SL")
        for name, number in (("甲", "001"), ("乙", "002")):
            person = make_user(session, present(), name)
            make_membership(session, present() - 60 * DAY, person, unit, staff_no=number)
    return make_browser(client, database, Role.HR_MANAGER, unit), unit


def test_hr_applies_a_month_from_a_day_and_takes_it_back(hr, database: Database) -> None:
    browser, unit = hr
    preview = preview_of(browser, unit, ("甲", "001", None, None, "一车间", "检验员"))
    page = browser.page(preview)
    assert "示例企业 → <b>一车间</b>" in page
    assert "名册中没有的 1 人次已离开" in page
    assert "甲" in browser.page(preview, show="moved").split("<tbody>")[1]
    assert "这里没有行" in browser.page(preview, show="joined")
    day = (datetime.now(UTC) - 5 * DAY).date().isoformat()

    browser.post(f"{preview}/apply", {"effective_on": day, "leaving": "1"})

    page = browser.page(preview)
    assert f"自 {day} 起生效" in page
    assert re.search("同时结束任职：1 人次", page)
    browser.post(f"{preview}/undo")
    assert "已撤销导入" in browser.page(f"/units/{unit.public_id}/roster")
    with database.session(write=False) as session:
        open_ = session.scalars(select(Membership).where(Membership.valid_to.is_(None))).all()
        assert {(row.staff_no, row.unit_id) for row in open_} == {
            ("001", unit.id), ("002", unit.id),
        }  # fmt: skip


def test_who_left_is_unknown_while_a_row_is_wrong(hr) -> None:
    browser, unit = hr

    page = browser.page(preview_of(browser, unit, ("甲", "001", "1.38E+10", None, None, None)))

    assert "改完错误、选完之后才能算" in page


@pytest.mark.parametrize(
    ("form", "word"),
    [
        ({"effective_on": "2999-01-01"}, "生效日期不能晚于今天"),
        ({"effective_on": "昨天"}, "不是有效的日期"),
        ({"effective_on": "0001-01-01"}, "不是有效的日期"),
        ({"effective_on": "1999-01-01"}, "请改用之后的日期"),
        ({"leaving": "7"}, "请看一遍再导入"),
    ],
)
def test_a_form_that_makes_no_sense_changes_nothing(hr, database: Database, form, word) -> None:
    browser, unit = hr
    preview = preview_of(browser, unit, ("甲", "001", None, None, "一车间", None))

    browser.post(f"{preview}/apply", form)

    assert word in browser.page(preview)
    with database.session(write=False) as session:
        assert session.scalars(select(RosterImport)).one().state == "checked"
