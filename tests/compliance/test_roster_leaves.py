"""Leave in the roster: read by cell, noted once however often the file comes, taken back whole."""

import io
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from learning.compliance.models import StaffStatus
from learning.compliance.rules.requirements import Period
from learning.compliance.services.exemptions import end_status, set_status
from learning.compliance.services.roster_leaves import RosterLeaves
from learning.kernel.audit import AuditEntry
from learning.kernel.clock import utc_now
from learning.kernel.errors import Conflict
from learning.kernel.permissions import Role
from learning.organisations import queries
from learning.organisations.rules.roster import RowStatus
from learning.organisations.services.rosters import (
    apply_roster,
    check_roster,
    kept_rows,
    prepare,
    save_check,
    undo_roster,
)
from tests.compliance.staffed import make_firm
from tests.factories.people import grant_role, log_in, make_user
from tests.organisations.rosters import parse, xlsx

HEADER = ("姓名", "工号", "离岗自", "离岗至")
DESK = RosterLeaves()
DAY = timedelta(days=1)


def at(day: str) -> datetime:
    """Return when a day begins in Shanghai."""
    return datetime.fromisoformat(f"{day}T00:00:00+08:00").astimezone(UTC)


@pytest.fixture
def firm(session, now):
    made = make_firm(session, now)
    made.units[0].code = "FIRM"
    for number, name in enumerate(("甲甲", "乙乙", "丙丙")):
        made.hire(name, 0, staff_no=f"00{number}")
    session.flush()
    return made


class Desk:
    """HR's desk: a file is checked, applied and undone."""

    def __init__(self, firm) -> None:
        self.firm, self.session, self.now = firm, firm.session, firm.now + timedelta(hours=1)
        self.view = queries.get_unit(firm.session, firm.units[0].id, firm.now)

    def check(self, *rows):
        parsed = parse(*rows, code="FIRM", header=HEADER)
        return check_roster(
            self.session, self.view, parsed, creates_departments=False, now=self.now, leaves=DESK
        )

    def apply(self, checked):
        public_id = save_check(
            self.session, self.firm.actor, self.view, checked, file_name="名册.xlsx",
            sha256="0" * 64, creates_departments=False, now=self.now,
        )  # fmt: skip
        kept = queries.get_roster(self.session, self.view.id, public_id)
        apply_roster(
            self.session, self.firm.actor, kept.id, unit=self.view, prepared=prepare(checked),
            now=self.now,
        )  # fmt: skip
        self.session.refresh(kept)
        return kept

    def undo(self, kept, now) -> None:
        undo_roster(self.session, self.firm.actor, kept, unit=self.view, now=now, leaves=DESK)

    def leaves(self):
        rows = self.session.scalars(select(StaffStatus).order_by(StaffStatus.id))
        return [(row.user_id, row.valid_from, row.valid_to) for row in rows]


def statuses(checked) -> list[str]:
    return [row.status.value for row in checked.plan.rows]


def faults(checked) -> list[tuple[str, str]]:
    return [(p.cell, p.code) for p in checked.plan.problems]


def test_leave_is_noted_with_the_roster_for_known_and_for_new_people(session, now, firm) -> None:
    desk = Desk(firm)
    rows = [
        ("甲甲", "000", "2026-11-02", "2027年3月1日"),
        ("乙乙", "001", date(2026, 11, 3), None),
        ("丙丙", "002", "", ""),
        ("新来", "009", "2026/11/04", "不详"),
    ]
    wrong = desk.check(*rows)
    rows[3] = ("新来", "009", "2026/11/04", "无")

    checked = desk.check(*rows)
    kept = desk.apply(checked)

    assert faults(wrong) == [("D5", "bad_day_cell")]
    assert [("leave" in row.changes) for row in checked.plan.rows] == [True, True, False, True]
    newcomer = desk.leaves()[2][0]
    assert desk.leaves() == [
        (firm.people[0].id, at("2026-11-02"), at("2027-03-02")),
        (firm.people[1].id, at("2026-11-03"), None),
        (newcomer, at("2026-11-04"), None),
    ]
    assert newcomer not in {one.id for one in firm.people}
    assert [(r.row.leave_from, r.row.leave_to) for r in kept_rows(kept)][:2] == [
        ("2026-11-02", "2027-03-01"), ("2026-11-03", ""),
    ]  # fmt: skip
    shifts = [s for r in kept_rows(kept) for s in r.shifts]
    assert [(s.what, s.before, s.after) for s in shifts][:2] == [
        ("leave", "", "2026-11-02 – 2027-03-01"), ("leave", "", "2026-11-03 –"),
    ]  # fmt: skip
    acts = session.scalars(select(AuditEntry.act)).all()
    assert acts.count("staff_status.set") == 3


def test_the_same_file_again_changes_nothing_and_an_empty_cell_ends_nothing(
    session, now, firm
) -> None:
    desk = Desk(firm)
    rows = [("甲甲", "000", "2026-11-02", "2027-03-01"), ("乙乙", "001", "2026-11-03", "")]
    desk.apply(desk.check(*rows))
    before = desk.leaves()

    again = desk.check(*rows)
    silent = desk.check(("甲甲", "000", "", ""), ("乙乙", "001", "", ""))
    open_end = desk.check(("甲甲", "000", "2026-11-02", ""))

    assert statuses(again) == ["unchanged", "unchanged"]
    assert statuses(silent) == ["unchanged", "unchanged"]
    assert statuses(open_end) == ["unchanged"]
    desk.apply(again)
    assert desk.leaves() == before


def test_a_leave_without_an_end_gets_the_one_that_a_later_file_says(session, now, firm) -> None:
    desk = Desk(firm)
    desk.apply(desk.check(("甲甲", "000", "2026-11-02", "")))

    checked = desk.check(("甲甲", "000", "2026-11-02", "2026-12-31"))
    kept = desk.apply(checked)

    assert statuses(checked) == ["changed"]
    assert desk.leaves() == [(firm.people[0].id, at("2026-11-02"), at("2027-01-01"))]
    desk.undo(kept, now + DAY)
    assert desk.leaves() == [(firm.people[0].id, at("2026-11-02"), None)]


@pytest.mark.parametrize(
    ("cells", "fault"),
    [
        (("2026-02-30", ""), ("C2", "bad_day_cell")),
        (("下周", ""), ("C2", "bad_day_cell")),
        (("", "2026-12-01"), ("D2", "leave_no_start")),
        (("2026-12-02", "2026-12-01"), ("D2", "leave_end_before")),
        (("1926-12-02", ""), ("C2", "leave_day_far")),
        (("2026-12-02", "2126-12-02"), ("D2", "leave_day_far")),
        (("2026-11-30", ""), ("C2", "leave_overlaps")),
        (("2026-10-01", "2026-11-02"), ("C2", "leave_overlaps")),
    ],
)
def test_what_cannot_be_is_an_error_naming_its_cell(session, now, firm, cells, fault) -> None:
    desk = Desk(firm)
    desk.apply(desk.check(("甲甲", "000", "2026-11-02", "2026-12-31")))
    before = desk.leaves()

    checked = desk.check(("甲甲", "000", *cells), ("乙乙", "001", "2026-11-05", ""))

    assert faults(checked) == [fault]
    assert checked.plan.rows[0].status is RowStatus.ERROR
    with pytest.raises(Conflict, match="roster_has_errors"):
        prepare(checked)
    assert desk.leaves() == before


def test_undoing_takes_the_leave_back_and_not_what_was_changed_since(session, now, firm) -> None:
    desk = Desk(firm)
    rows = [("甲甲", "000", "2026-11-02", "2026-12-31"), ("乙乙", "001", "2026-11-03", "")]
    first = desk.apply(desk.check(*rows))

    desk.undo(first, now + DAY)

    assert all(start == end for _user, start, end in desk.leaves())
    second = desk.apply(desk.check(*rows))
    standing = session.scalars(select(StaffStatus).where(StaffStatus.ended_at.is_(None))).all()
    assert len(standing) == 2
    end_status(session, firm.actor, standing[0].public_id, ends_at=now, now=now)
    session.flush()
    with pytest.raises(Conflict, match="roster_built_on"):
        desk.undo(second, now + DAY)


def standing(desk):
    return desk.session.scalars(select(StaffStatus).order_by(StaffStatus.id.desc())).first()


def notes(checked) -> list[tuple[str, str, str]]:
    return [(p.code, p.severity, p.other) for p in checked.plan.problems]


@pytest.mark.parametrize("sent", ["2026-12-31", ""])
def test_a_leave_ended_by_hand_stays_ended_however_long_the_file_sends_its_first_end(
    session, now, firm, sent
) -> None:
    desk = Desk(firm)
    row = ("甲甲", "000", "2026-11-02", "2026-12-31")
    desk.apply(desk.check(row))
    public_id = standing(desk).public_id
    end_status(session, firm.actor, public_id, ends_at=at("2026-11-20"), now=now)
    session.flush()
    before = desk.leaves()

    checked = desk.check((*row[:3], sent), ("乙乙", "001", "2026-11-05", ""))

    assert statuses(checked) == ["unchanged", "changed"]
    assert notes(checked) == [("leave_ended_here", "warning", "2026-11-02 – 2026-11-19")]
    desk.apply(checked)
    assert desk.leaves() == [*before, (firm.people[1].id, at("2026-11-05"), None)]


def test_a_leave_called_off_by_hand_is_not_noted_again_and_one_taken_back_is(
    session, now, firm
) -> None:
    desk = Desk(firm)
    row = ("甲甲", "000", "2026-11-02", "2026-12-31")
    first = desk.apply(desk.check(row))
    desk.undo(first, now + DAY)
    session.flush()
    after_undo = desk.check(row)
    desk.apply(after_undo)
    public_id = standing(desk).public_id
    end_status(session, firm.actor, public_id, ends_at=at("2026-11-02"), now=now)
    session.flush()

    checked = desk.check(row)
    another = desk.check((*row[:3], "2026-11-30"))

    assert statuses(after_undo) == ["changed"]
    assert statuses(checked) == ["unchanged"]
    assert notes(checked) == [("leave_called_off_here", "warning", "")]
    assert statuses(another) == ["changed"]


def test_an_end_that_was_never_known_is_an_error_until_the_leave_is_prolonged_by_hand(
    session, now, firm
) -> None:
    desk = Desk(firm)
    desk.apply(desk.check(("甲甲", "000", "2026-11-02", "2026-12-31")))
    public_id = standing(desk).public_id
    end_status(session, firm.actor, public_id, ends_at=at("2026-11-20"), now=now)
    session.flush()
    longer = ("甲甲", "000", "2026-11-02", "2027-02-28")

    conflicting = desk.check(longer)
    set_status(
        session, firm.actor, firm.units[0].public_id, firm.people[0].public_id, "leave",
        period=Period(at("2026-11-20"), at("2027-03-01")), now=now,
    )  # fmt: skip
    prolonged = desk.check(longer)

    assert notes(conflicting) == [("leave_end_differs", "error", "2026-11-02 – 2026-11-19")]
    assert conflicting.plan.problems[0].cell == "D2"
    assert (statuses(prolonged), notes(prolonged)) == (["unchanged"], [])


def test_leave_noted_by_hand_since_the_check_makes_it_stale(session, now, firm) -> None:
    desk = Desk(firm)
    checked = desk.check(("甲甲", "000", "2026-11-02", ""))
    firm.status(firm.people[0], "leave")

    with pytest.raises(Conflict, match="roster_stale"):
        desk.apply(checked)


def test_hr_uploads_a_roster_with_leave_and_sees_it_in_the_list(app, database) -> None:
    now = utc_now()
    with database.transaction() as session:
        firm = make_firm(session, now)
        firm.units[0].code = "FIRM"
        firm.hire("甲甲", 0, staff_no="000")
        hr, unit = firm.hr, firm.units[0].public_id
    client = app.test_client()
    log_in(client, database, hr, now)
    page = client.get(f"/units/{unit}/roster").text
    token = page.split('name="csrf_token"')[1].split('value="')[1].split('"')[0]
    day = (now - 10 * DAY).date().isoformat()
    raw = xlsx(("甲甲", "000", day, ""), header=HEADER)

    sent = client.post(
        f"/units/{unit}/roster",
        data={"csrf_token": token, "file": (io.BytesIO(raw), "名册.xlsx")},
        content_type="multipart/form-data",
    )
    seen = client.get(sent.location).text
    applied = client.post(f"{sent.location}/apply", data={"csrf_token": token})

    assert "登记离岗" in seen
    assert day in seen
    assert applied.status_code == 303
    listed = client.get("/staff/exemptions?kind=statuses&open=1").text
    assert "甲甲" in listed
    assert "生效中" in listed


def test_who_imports_rosters_but_keeps_no_leave_notes_none_and_is_told(app, database) -> None:
    now = utc_now()
    with database.transaction() as session:
        firm = make_firm(session, now)
        firm.units[0].code = "FIRM"
        firm.hire("甲甲", 0, staff_no="000")
        operator = make_user(session, now)
        grant_role(session, now, operator, Role.OPERATOR, firm.units[0])
        unit = firm.units[0].public_id
    client = app.test_client()
    log_in(client, database, operator, now)
    page = client.get(f"/units/{unit}/roster").text
    token = page.split('name="csrf_token"')[1].split('value="')[1].split('"')[0]
    raw = xlsx(("甲甲", "000", (now - 10 * DAY).date().isoformat(), ""), header=HEADER)

    sent = client.post(
        f"/units/{unit}/roster",
        data={"csrf_token": token, "file": (io.BytesIO(raw), "名册.xlsx")},
        content_type="multipart/form-data",
    )
    seen = client.get(sent.location).text
    client.post(f"{sent.location}/apply", data={"csrf_token": token})

    assert "离岗日期不登记" in seen
    with database.session(write=False) as session:
        assert session.scalars(select(StaffStatus)).all() == []
