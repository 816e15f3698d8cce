"""When a training task is due, how pauses move that, and what state it is in. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from learning.kernel.errors import Problem

DUE_SOON = timedelta(days=30)
MAX_DAYS = 3650
MAX_HOURS = 2000
MAX_MONTHS = 120
LAST_MOMENT = timedelta(microseconds=1)


class Goal(StrEnum):
    """What is to be done."""

    COURSE = "course"
    TRACK = "track"
    SITTING = "sitting"
    SCHEME = "scheme"
    HOURS = "hours"


class Audience(StrEnum):
    """Who is meant."""

    UNIT = "unit"
    POST = "post"
    COHORT = "cohort"
    JOINED = "joined"
    PEOPLE = "people"


class DueKind(StrEnum):
    """What the due date hangs on."""

    DATE = "date"
    JOINED = "joined"
    POST = "post"
    CERTIFICATE = "certificate"


class TaskState(StrEnum):
    """Where a person is with a task."""

    DONE = "done"
    DONE_LATE = "done_late"
    OVERDUE = "overdue"
    DUE_SOON = "due_soon"
    OPEN = "open"
    PAUSED = "paused"
    LEFT = "left"


OPEN_STATES = (TaskState.OVERDUE, TaskState.DUE_SOON, TaskState.OPEN, TaskState.PAUSED)


@dataclass(frozen=True, slots=True)
class AssignmentPlan:
    """What HR wrote: everything of an assignment, ids as they came from outside.

    `due_at` is an instant; `people` are staff numbers, each with the line it stood in.
    """

    raw_unit: str
    title: str
    goal: Goal
    raw_goal: str
    audience: Audience
    due_kind: DueKind
    hours_milli: int | None = None
    counts_from: datetime | None = None
    raw_post: str = ""
    raw_track: str = ""
    people: tuple[tuple[int, str], ...] = ()
    takes_later: bool = False
    due_at: datetime | None = None
    due_days: int | None = None
    repeat_months: int | None = None
    escalate_days: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Rest:
    """A span in which a task rests; `until` None: it still does."""

    since: datetime
    until: datetime | None


def problems_of(plan: AssignmentPlan, now: datetime) -> list[Problem]:
    """Return what in a plan does not go together; the form has judged lengths and ranges."""
    found: list[tuple[str, str]] = []
    if plan.due_kind is DueKind.DATE and (plan.due_at is None or plan.due_at <= now):
        found.append(("due_date", "due_past" if plan.due_at else "due_needed"))
    if plan.due_kind is not DueKind.DATE and plan.due_days is None:
        found.append(("due_days", "days_needed"))
    if plan.due_kind is DueKind.POST and plan.audience is not Audience.POST:
        found.append(("due_kind", "due_needs_post"))
    if plan.due_kind is DueKind.CERTIFICATE and plan.goal is not Goal.SCHEME:
        found.append(("due_kind", "due_needs_scheme"))
    if plan.goal is Goal.HOURS and not plan.hours_milli:
        found.append(("hours", "hours_needed"))
    if plan.goal is not Goal.HOURS and plan.repeat_months:
        found.append(("repeat_months", "only_hours_repeat"))
    if plan.audience is Audience.PEOPLE and not plan.people:
        found.append(("people", "people_needed"))
    return [Problem("", None, place, code, code) for place, code in found]


def end_of_day(at: datetime, zone: str, *, days: int = 0) -> datetime:
    """Return the last microsecond of the day in the zone that is so many days after the instant."""
    local = at.astimezone(ZoneInfo(zone)).date() + timedelta(days=days + 1)
    midnight = datetime.combine(local, time(), ZoneInfo(zone))
    return midnight.astimezone(at.tzinfo) - LAST_MOMENT


def due_of(
    kind: DueKind,
    *,
    due_at: datetime | None,
    days: int | None,
    event_at: datetime | None,
    assigned_at: datetime,
    zone: str,
) -> datetime | None:
    """Return when a person's task is due, None where the event that it hangs on is not there.

    Who joined or took the post long before gets the days from the assignment on: nobody is overdue
    on the day of being asked. Before a certificate ends there is no such kindness: its end stands.
    That is `event_at`, the first instant at which it is not held: the days count from the last.
    """
    if kind is DueKind.DATE:
        return due_at
    if event_at is None or days is None:
        return None
    if kind is DueKind.CERTIFICATE:
        return event_at - LAST_MOMENT - timedelta(days=days)
    return end_of_day(max(event_at, assigned_at), zone, days=days)


def next_due(due_at: datetime, months: int, zone: str) -> datetime:
    """Return the end of the day so many months after; the month's last day where it is shorter."""
    local = due_at.astimezone(ZoneInfo(zone))
    count = local.year * 12 + local.month - 1 + months
    year, month = count // 12, count % 12 + 1
    following = datetime(year + month // 12, month % 12 + 1, 1, tzinfo=ZoneInfo(zone)) - timedelta(
        days=1
    )
    last_day = (local + timedelta(days=1)).month != local.month
    day = following.day if last_day else min(local.day, following.day)
    return end_of_day(datetime(year, month, day, 12, tzinfo=ZoneInfo(zone)), zone).astimezone(
        due_at.tzinfo
    )


def moved_due(
    base: datetime, rests: Iterable[Rest], assigned_at: datetime
) -> tuple[datetime, datetime | None]:
    """Return the due date with the pauses that have ended, and since when it rests now, if it does.

    Pauses that overlap count once; what lies before the assignment does not count. A pause that
    has not ended moves nothing yet: how far is known at its end.
    """
    given = sorted(rests, key=lambda rest: rest.since)
    lasting = [max(rest.since, assigned_at) for rest in given if rest.until is None]
    paused_since = min(lasting, default=None)
    moved, reached = timedelta(), assigned_at
    for rest in given:
        if rest.until is None:
            continue
        since = max(rest.since, reached)
        until = rest.until if paused_since is None else min(rest.until, paused_since)
        if until > since:
            moved += until - since
            reached = until
    return base + moved, paused_since


def state_of(
    *,
    due_at: datetime,
    done_at: datetime | None,
    left_at: datetime | None,
    paused_since: datetime | None,
    now: datetime,
) -> TaskState:
    """Return the state of a task. Twin: `queries.assignments.in_state`."""
    if done_at is not None:
        return TaskState.DONE if done_at <= due_at else TaskState.DONE_LATE
    if left_at is not None:
        return TaskState.LEFT
    if paused_since is not None:
        return TaskState.PAUSED
    if due_at < now:
        return TaskState.OVERDUE
    return TaskState.DUE_SOON if due_at - now <= DUE_SOON else TaskState.OPEN


def reached_at(earned: Sequence[tuple[datetime, int]], needed: int) -> datetime | None:
    """Return when the sum of amounts, given in order of their instants, came to what is needed."""
    total = 0
    for at, amount in earned:
        total += amount
        if total >= needed:
            return at
    return None


def track_done_at(
    compulsory: Iterable[str], elective: Iterable[str], needed: int, done: dict[str, datetime]
) -> datetime | None:
    """Return when all compulsory courses and so many of the elective ones were done, else None."""
    musts = [done.get(code) for code in compulsory]
    chosen = sorted(done[code] for code in elective if code in done)[:needed]
    if any(at is None for at in musts) or len(chosen) < needed:
        return None
    return max([at for at in musts if at is not None] + chosen, default=None)


@dataclass(frozen=True, slots=True)
class Aim:
    """What an assignment asks of whom, resolved: the same for one that is only looked at yet.

    `since` is when it was made. `goal_ref` and `audience_ref` as in the table.
    """

    unit_id: int
    goal: Goal
    goal_ref: str
    audience: Audience
    due_kind: DueKind
    zone: str
    since: datetime
    hours_milli: int | None = None
    counts_from: datetime | None = None
    audience_ref: str = ""
    post_id: int | None = None
    due_at: datetime | None = None
    due_days: int | None = None

    def due(self, event_at: datetime | None, assigned_at: datetime) -> datetime | None:
        """Return when a person's first round is due, None when nothing is asked of them."""
        return due_of(
            self.due_kind,
            due_at=self.due_at,
            days=self.due_days,
            event_at=event_at,
            assigned_at=assigned_at,
            zone=self.zone,
        )
