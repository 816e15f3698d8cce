"""What the leave columns of a roster would do: note leave, end one that has no end yet. Pure.

What is noted already changes nothing, so that the same file may come again every month. An empty
cell says nothing: it neither ends nor forgets a leave. Who keeps leave stands above this package.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from learning.organisations.rules.roster import (
    RosterPlan,
    RosterProblem,
    RosterRow,
    RowLeave,
    RowPlan,
    RowStatus,
    Shift,
)

EARLIEST = date(2000, 1, 1)
MAX_AHEAD = timedelta(days=5 * 366)  # twin of `compliance.rules.requirements`
_DAY = timedelta(days=1)
_TICK = timedelta(microseconds=1)
_PLANNED = (RowStatus.NEW, RowStatus.CHANGED, RowStatus.UNCHANGED)


@dataclass(frozen=True, slots=True)
class KnownLeave:
    """A leave that is noted: its row id, from when, until before when; None: until further notice.

    `may_end` tells that its end was not set by hand before.
    """

    id: int
    starts_at: datetime
    ends_at: datetime | None
    may_end: bool = True


def leave_problems(rows: Iterable[RosterRow], columns: Mapping[str, str]) -> list[RosterProblem]:
    """Return an error for each row whose leave has no first day, or ends before it begins."""
    found = []
    for row in rows:
        if row.leave_to and not row.leave_from:
            found.append(_error(row, columns, "leave_to", "leave_no_start"))
        elif row.leave_to and row.leave_to < row.leave_from:
            found.append(_error(row, columns, "leave_to", "leave_end_before"))
    return found


def plan_leaves(
    plan: RosterPlan,
    rows: Sequence[RosterRow],
    known: Mapping[int, Sequence[KnownLeave]],
    *,
    columns: Mapping[str, str],
    zone: str,
    now: datetime,
) -> RosterPlan:
    """Give the planned rows their leave; `known` has the leaves of people by their row ids.

    A row whose leave overlaps another, or lies out of bounds, becomes an error.
    """
    by_line = {row.line: row for row in rows if row.leave_from}
    latest = (now.astimezone(ZoneInfo(zone)).date() + MAX_AHEAD).isoformat()
    for place, one in enumerate(plan.rows):
        row = by_line.get(one.line)
        if row is None or one.status not in _PLANNED:
            continue
        problem = _far(row, columns, latest)
        leave = _span(row, zone)
        noted = known.get(one.user_id or 0, ())
        if problem is None and not _is_noted(leave, noted):
            leave = _ending(leave, noted)
            problem = _overlap(row, columns, leave, noted, zone)
            if problem is None:
                plan.rows[place] = _with(one, row, leave)
        if problem is not None:
            plan.problems.append(problem)
            plan.rows[place] = RowPlan(one.line, RowStatus.ERROR)
    plan.problems.sort(key=lambda p: (p.line, p.severity, len(p.cell), p.cell))
    return plan


def _span(row: RosterRow, zone: str) -> RowLeave:
    last = date.fromisoformat(row.leave_to) if row.leave_to else None
    return RowLeave(
        _start_of(date.fromisoformat(row.leave_from), zone),
        None if last is None else _start_of(last + _DAY, zone),
    )


def _start_of(day: date, zone: str) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)


def _is_noted(leave: RowLeave, noted: Sequence[KnownLeave]) -> bool:
    """Tell whether nothing is new: the same days, or the same first day and no end given."""
    return any(
        one.starts_at == leave.starts_at and leave.ends_at in {None, one.ends_at} for one in noted
    )


def _ending(leave: RowLeave, noted: Sequence[KnownLeave]) -> RowLeave:
    """Return the leave as the end of one that began on the day and has no end, if there is one."""
    ids = [
        one.id
        for one in noted
        if one.may_end and one.ends_at is None and one.starts_at == leave.starts_at
    ]
    return replace(leave, ends_id=ids[0]) if ids else leave


def _overlap(
    row: RosterRow,
    columns: Mapping[str, str],
    leave: RowLeave,
    noted: Sequence[KnownLeave],
    zone: str,
) -> RosterProblem | None:
    for one in noted:
        begins_before_end = leave.ends_at is None or one.starts_at < leave.ends_at
        ends_after_start = one.ends_at is None or one.ends_at > leave.starts_at
        if one.id != leave.ends_id and begins_before_end and ends_after_start:
            days = _days(one.starts_at, one.ends_at, zone)
            return _error(row, columns, "leave_from", "leave_overlaps", days)
    return None


def _far(row: RosterRow, columns: Mapping[str, str], latest: str) -> RosterProblem | None:
    for place, day in (("leave_from", row.leave_from), ("leave_to", row.leave_to)):
        if day and not EARLIEST.isoformat() <= day <= latest:
            return _error(row, columns, place, "leave_day_far")
    return None


def _with(plan: RowPlan, row: RosterRow, leave: RowLeave) -> RowPlan:
    after = f"{row.leave_from} – {row.leave_to}".rstrip()
    before = row.leave_from if leave.ends_id else ""
    return replace(
        plan,
        status=RowStatus.CHANGED if plan.status is RowStatus.UNCHANGED else plan.status,
        changes=(*plan.changes, "leave"),
        shifts=(*plan.shifts, Shift("leave", before, after)),
        leave=leave,
    )


def _days(starts_at: datetime, ends_at: datetime | None, zone: str) -> str:
    """Return the days of a leave as they are shown."""
    local = ZoneInfo(zone)
    first = starts_at.astimezone(local).date()
    if ends_at is None:
        return f"{first.isoformat()} –"
    return f"{first.isoformat()} – {(ends_at.astimezone(local) - _TICK).date().isoformat()}"


def _error(
    row: RosterRow, columns: Mapping[str, str], place: str, code: str, other: str = ""
) -> RosterProblem:
    return RosterProblem(
        row.line,
        f"{columns[place]}{row.line}",
        getattr(row, place),
        code,
        other=other,
        place=place,
    )
