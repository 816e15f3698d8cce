"""What the leave columns of a roster would do: note leave, end one that has no end yet. Pure.

What is noted already changes nothing, so that the same file may come again every month. An empty
cell says nothing: it neither ends nor forgets a leave. A leave that was ended by hand stays ended,
however long the HR system sends its first end. Who keeps leave stands above this package.
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

    `may_end` tells that its end was not set before; one that was had `planned_to` as its end. One
    that ends as it starts was called off.
    """

    id: int
    starts_at: datetime
    ends_at: datetime | None
    may_end: bool = True
    planned_to: datetime | None = None


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

    A row whose leave overlaps another, or lies out of bounds, becomes an error; one whose leave was
    ended or called off since stays as it is, with a warning.
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
            problem = (
                _ended(row, columns, leave, noted, zone)
                or _overlap(row, columns, leave, noted, zone)
                or _called_off(row, columns, leave, noted)
            )
            if problem is None:
                plan.rows[place] = _with(one, row, leave)
        if problem is not None:
            plan.problems.append(problem)
        if problem is not None and problem.severity == "error":
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
    """Tell whether nothing is new: the same days, or the same first day and no end given.

    A leave that was prolonged is noted as several that follow each other without a gap.
    """
    standing = {one.starts_at: one for one in noted if not _is_called_off(one)}
    first = one = standing.get(leave.starts_at)
    if first is None or leave.ends_at is None:
        return first is not None and first.may_end
    while one is not None and one.ends_at not in {None, leave.ends_at}:
        one = standing.get(one.ends_at)
    return one is not None and one.ends_at is not None


def _is_called_off(one: KnownLeave) -> bool:
    return one.ends_at is not None and one.ends_at <= one.starts_at


def _says_again(leave: RowLeave, one: KnownLeave) -> bool:
    """Tell whether a row says a leave as it was before its end was set."""
    is_same_day = one.starts_at == leave.starts_at and not one.may_end
    return is_same_day and leave.ends_at in {None, one.planned_to}


def _ended(
    row: RosterRow,
    columns: Mapping[str, str],
    leave: RowLeave,
    noted: Sequence[KnownLeave],
    zone: str,
) -> RosterProblem | None:
    """Return the warning that the leave was ended here, None where it was not."""
    for one in noted:
        if _says_again(leave, one) and not _is_called_off(one):
            days = _days(one.starts_at, one.ends_at, zone)
            return _warning(row, columns, "leave_ended_here", days)
    return None


def _called_off(
    row: RosterRow, columns: Mapping[str, str], leave: RowLeave, noted: Sequence[KnownLeave]
) -> RosterProblem | None:
    """Return the warning that the leave was called off here, None where it was not."""
    if any(_says_again(leave, one) and _is_called_off(one) for one in noted):
        return _warning(row, columns, "leave_called_off_here")
    return None


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
        if one.id == leave.ends_id or _is_called_off(one):
            continue
        begins_before_end = leave.ends_at is None or one.starts_at < leave.ends_at
        ends_after_start = one.ends_at is None or one.ends_at > leave.starts_at
        if begins_before_end and ends_after_start:
            days = _days(one.starts_at, one.ends_at, zone)
            if one.starts_at == leave.starts_at:
                return _error(row, columns, "leave_to", "leave_end_differs", days)
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


def _warning(
    row: RosterRow, columns: Mapping[str, str], code: str, other: str = ""
) -> RosterProblem:
    return replace(_error(row, columns, "leave_from", code, other), severity="warning")
