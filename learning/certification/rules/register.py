"""Certificates registered by an employer: what a row must say, when it counts as held. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Literal
from zoneinfo import ZoneInfo

from learning.certification.rules.certificates import MAX_TITLE, MAX_VALIDITY_MONTHS, last_valid_day
from learning.certification.rules.holdings import HeldSpan, held_spans
from learning.kernel.errors import Problem
from learning.organisations.rules.names import name_key, person_key, staff_key

MAX_NUMBER = 60  # twin of ExternalCertificate.number
MAX_ISSUER = 200  # twin of ExternalCertificate.issuer
EARLIEST, LATEST = date(1950, 1, 1), date(2200, 1, 1)
SOON = timedelta(days=90)


class ExternalState(StrEnum):
    """What a registered certificate is worth; an overdue review is not held."""

    WITHDRAWN = "withdrawn"
    FOLLOWED = "followed"
    UNCHECKED = "unchecked"
    EXPIRED = "expired"
    OVERDUE = "overdue"
    DUE = "due"  # ends, or is to be reviewed, within 90 days
    VALID = "valid"


IMPORT_UNDONE = "import:undone"  # the reason, as a code, of what an undone list took off the file


class WithdrawGround(StrEnum):
    """Why a certificate is withdrawn. Twin: the CHECK of `external_certificates`."""

    ERROR = "error"
    ENDED = "ended"
    FOLLOWED = "followed"


@dataclass(frozen=True, slots=True)
class ExternalPlan:
    """What an organisation writes of a kind of certificate that others issue; months or None."""

    title: str
    title_en: str
    authority: str
    validity_months: int | None
    review_months: int | None


@dataclass(frozen=True, slots=True)
class RegisterRow:
    """A certificate as typed or read; `line` is Excel's row number, 0 for a form.

    `valid_until` None: by the kind's term, or for life where it has none or `is_for_life`.
    """

    line: int
    name: str
    staff_no: str
    phone: str
    scheme: str
    number: str
    issuer: str
    valid_from: date | None
    valid_until: date | None
    review_due: date | None
    is_for_life: bool = False


@dataclass(frozen=True, slots=True)
class CellProblem:
    """Something wrong with a row's cell; an error keeps the list from being applied."""

    line: int
    place: str
    code: str
    value: str = ""
    other: str = ""
    cell: str = ""
    severity: Literal["error", "warning"] = "error"


@dataclass(frozen=True, slots=True)
class Known:
    """A person of the organisation."""

    user_id: int
    name: str


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of certificate that may be registered."""

    scheme_id: int
    title: str
    authority: str
    validity_months: int | None
    review_months: int | None


@dataclass(frozen=True, slots=True)
class RegisterState:
    """The present, as far as rows can touch it. Keys are `staff_key`, phone and `name_key`.

    `kinds` maps titles and codes to kinds, None where two bear the title. `taken` are the
    (scheme, number key) on file, with whose they are.
    """

    staff: Mapping[str, Known]
    phones: Mapping[str, Known]
    kinds: Mapping[str, Kind | None]
    taken: Mapping[tuple[int, str], int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Registered:
    """What a faultless row becomes; days are of the organisation's calendar."""

    line: int
    user_id: int
    scheme_id: int
    holder_name: str
    number: str
    issuer: str
    valid_from: date
    valid_until: date | None
    review_due: date | None


@dataclass(slots=True)
class RegisterPlan:
    """What all rows become, in order, those on file already, and everything wrong."""

    entries: list[Registered] = field(default_factory=list)
    again: list[Registered] = field(default_factory=list)  # on file already, of the same person
    problems: list[CellProblem] = field(default_factory=list)


def plan_problems(plan: ExternalPlan) -> list[Problem]:
    """Return everything wrong with a kind of certificate; `place` is the field."""
    terms = (plan.validity_months, plan.review_months)
    validity_fits, review_fits = (m is None or 0 < m <= MAX_VALIDITY_MONTHS for m in terms)
    checks = {
        "title": 0 < len(plan.title.strip()) <= MAX_TITLE,
        "title_en": len(plan.title_en) <= MAX_TITLE,
        "authority": 0 < len(plan.authority.strip()) <= MAX_ISSUER,
        "validity_months": validity_fits,
        "review_months": review_fits,
    }
    return [Problem("", None, place, place, place) for place, holds in checks.items() if not holds]


def plan_rows(
    rows: Sequence[RegisterRow], state: RegisterState, today: date, *, skip: frozenset[int]
) -> RegisterPlan:
    """Return what rows become. Lines in `skip` have faults already and are only counted there."""
    plan = RegisterPlan()
    seen: dict[tuple[int, str], int] = {}
    for row in rows:
        if row.line in skip:
            continue
        found, problems = _read(row, state, today)
        if found is not None:
            problems += _doubles(row, found, state, seen)
        plan.problems += problems
        if found is not None and not problems:
            is_known = (found.scheme_id, name_key(found.number)) in state.taken
            (plan.again if is_known else plan.entries).append(found)
    return plan


def _read(
    row: RegisterRow, state: RegisterState, today: date
) -> tuple[Registered | None, list[CellProblem]]:
    person, problems = _person(row, state)
    kind, faults = _kind(row, state)
    problems += faults
    if not row.number:
        problems.append(_fault(row, "number", "number_missing"))
    elif len(row.number) > MAX_NUMBER:
        problems.append(_fault(row, "number", "number_long", row.number))
    if len(row.issuer) > MAX_ISSUER:
        problems.append(_fault(row, "issuer", "issuer_long", row.issuer))
    if person is None or kind is None:
        return None, problems
    days, faults = dated(row, kind, today)
    problems += faults
    if days is None:
        return None, problems
    found = Registered(
        row.line, person.user_id, kind.scheme_id, row.name, row.number,
        row.issuer or kind.authority, *days,
    )  # fmt: skip
    return found, problems


def _person(row: RegisterRow, state: RegisterState) -> tuple[Known | None, list[CellProblem]]:
    if not row.name:
        return None, [_fault(row, "name", "name_missing")]
    if row.staff_no:
        place, value, found = "staff_no", row.staff_no, state.staff.get(staff_key(row.staff_no))
    elif row.phone:
        place, value, found = "phone", row.phone, state.phones.get(row.phone)
    else:
        return None, [_fault(row, "name", "no_way_in", row.name)]
    if found is None:
        return None, [_fault(row, place, f"{place}_unknown", value)]
    if person_key(found.name) != person_key(row.name):
        return None, [_fault(row, "name", "name_other", row.name, found.name)]
    return found, []


def _kind(row: RegisterRow, state: RegisterState) -> tuple[Kind | None, list[CellProblem]]:
    if not row.scheme:
        return None, [_fault(row, "scheme", "scheme_missing")]
    key = name_key(row.scheme)
    if key not in state.kinds:
        return None, [_fault(row, "scheme", "scheme_unknown", row.scheme)]
    found = state.kinds[key]
    if found is None:
        return None, [_fault(row, "scheme", "scheme_twice", row.scheme)]
    return found, []


Days = tuple[date, date | None, date | None]  # first day, last day, day of review


def dated(row: RegisterRow, kind: Kind, today: date) -> tuple[Days | None, list[CellProblem]]:
    """Return the days of a row, completed by its kind, and everything wrong with them."""
    first, until, review = _completed(row, kind)
    if first is None:
        return None, [_fault(row, "valid_from", "valid_from_missing")]
    days = (first, until, review)
    return days, _dates(row, days, today)


def _completed(row: RegisterRow, kind: Kind) -> tuple[date | None, date | None, date | None]:
    """Return first day, last day and day of review, the latter two by the kind where not given.

    A review that would come after the end is the end's: none of its own.
    """
    first, until, review = row.valid_from, row.valid_until, row.review_due
    if first is not None and until is None and kind.validity_months and not row.is_for_life:
        until = last_valid_day(first, kind.validity_months)
    if first is not None and review is None and kind.review_months:
        review = last_valid_day(first, kind.review_months)
        review = None if until is not None and review >= until else review
    return first, until, review


def _dates(row: RegisterRow, days: Days, today: date) -> list[CellProblem]:
    first, until, review = days
    places = ("valid_from", "valid_until", "review_due")
    for place, day in zip(places, days, strict=True):
        if day is not None and not EARLIEST <= day <= LATEST:
            return [_fault(row, place, "date_far", day.isoformat())]
    problems = []
    if first > today + timedelta(days=366):
        problems.append(_fault(row, "valid_from", "date_future", first.isoformat()))
    if until is not None and until < first:
        problems.append(_fault(row, "valid_until", "until_before", until.isoformat()))
    if review is not None and (review < first or (until is not None and review > until)):
        problems.append(_fault(row, "review_due", "review_outside", review.isoformat()))
    return problems


def _doubles(
    row: RegisterRow,
    found: Registered,
    state: RegisterState,
    seen: dict[tuple[int, str], int],
) -> list[CellProblem]:
    key = (found.scheme_id, name_key(found.number))
    if key in seen:
        return [_fault(row, "number", "number_twice", row.number, str(seen[key]))]
    seen[key] = row.line
    if state.taken.get(key, found.user_id) != found.user_id:
        return [_fault(row, "number", "number_taken", row.number)]
    return []


def _fault(
    row: RegisterRow, place: str, code: str, value: str = "", other: str = ""
) -> CellProblem:
    return CellProblem(row.line, place, code, value[:60], other)


@dataclass(frozen=True, slots=True)
class Completed:
    """The last days of a row, completed by its kind; None: for life, or no review.

    `state` is what it would be worth on the day asked about, once somebody has checked it.
    """

    valid_until: date | None
    review_due: date | None
    state: ExternalState


def completed(row: RegisterRow, state: RegisterState, today: date) -> Completed | None:
    """Return the last days of a row; None where its kind or its first day is not known."""
    kind = state.kinds.get(name_key(row.scheme))
    if kind is None or row.valid_from is None:
        return None
    _first, until, review = _completed(row, kind)
    return Completed(until, review, _worth(until, review, today))


def _worth(until: date | None, review: date | None, today: date) -> ExternalState:
    """Twin of `external_state` for days: the last day counts to its end."""
    if until is not None and today > until:
        return ExternalState.EXPIRED
    if review is not None and today > review:
        return ExternalState.OVERDUE
    return ExternalState.VALID


def counts_of(
    plan: RegisterPlan, rows: int, problems: Sequence[CellProblem], today: date
) -> dict[str, int]:
    """Return the figures that people see before they apply.

    `expired` and `overdue` are those of the new ones that are not held: by term, by review.
    """
    lines = Counter(problem.line for problem in problems if problem.severity == "error")
    worth = Counter(_worth(one.valid_until, one.review_due, today) for one in plan.entries)
    return {
        "rows": rows,
        "new": len(plan.entries),
        "known": len(plan.again),
        "faulty": len(lines),
        "errors": sum(lines.values()),
        "expired": worth[ExternalState.EXPIRED],
        "overdue": worth[ExternalState.OVERDUE],
    }


def start_of(day: date, zone: str) -> datetime:
    """Return the first instant of a day on the calendar of a zone."""
    return datetime.combine(day, time(), tzinfo=ZoneInfo(zone)).astimezone(UTC)


def end_of(day: date | None, zone: str) -> datetime | None:
    """Return the last microsecond of a day on the calendar of a zone, None for none."""
    if day is None:
        return None
    return start_of(day + timedelta(days=1), zone) - timedelta(microseconds=1)


def registered_spans(
    valid_from: datetime,
    valid_until: datetime | None,
    review_due: datetime | None,
    *,
    is_checked: bool,
    ground: WithdrawGround | None = None,
    withdrawn_at: datetime | None = None,
) -> list[HeldSpan]:
    """Return when a registered certificate counts as held: once checked, until term or review.

    What was withdrawn as an error was never held.
    """
    if not is_checked or ground is WithdrawGround.ERROR:
        return []
    ends = [end for end in (valid_until, review_due) if end is not None]
    return held_spans(valid_from, min(ends, default=None), ended_at=withdrawn_at)


def external_state(
    valid_until: datetime | None,
    review_due: datetime | None,
    now: datetime,
    *,
    is_checked: bool,
    ground: WithdrawGround | None = None,
) -> ExternalState:
    """Return what a registered certificate is worth at the instant."""
    if ground is not None:
        is_followed = ground is WithdrawGround.FOLLOWED
        return ExternalState.FOLLOWED if is_followed else ExternalState.WITHDRAWN
    if not is_checked:
        return ExternalState.UNCHECKED
    if valid_until is not None and now > valid_until:
        return ExternalState.EXPIRED
    if review_due is not None and now > review_due:
        return ExternalState.OVERDUE
    ends = [end for end in (valid_until, review_due) if end is not None]
    return ExternalState.DUE if ends and min(ends) <= now + SOON else ExternalState.VALID
