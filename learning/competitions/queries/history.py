"""Looking back at the lists of a contest: where somebody stood at the end of each day.

Nothing is told of a day that may not be looked at (`rules.shown_until`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from learning.attempts.models import Assessment
from learning.attempts.queries import list_scores
from learning.competitions.formats import FIRST
from learning.competitions.models import Competition, EnterpriseDay, EnterpriseResult, Round
from learning.competitions.queries.keeping import counts_of, read_material, results_from
from learning.competitions.queries.participation import find_entry
from learning.competitions.queries.shown import find_shown_list, find_shown_place, first_unit
from learning.competitions.queries.views import CompetitionView
from learning.competitions.rules import State, Tally, shown_until
from learning.competitions.rules.history import Span, end_of, next_day
from learning.kernel.db import Instant
from learning.leaderboards import queries as boards
from learning.leaderboards.models import BoardDay
from learning.leaderboards.queries import DayView, Place
from learning.leaderboards.rules import TIE_RULES, WHOLE, Result, Scope, counting, sort_key
from learning.organisations.models import Unit

RECOUNT_AFTER = timedelta(minutes=10)  # so often a day is counted again, at most
MAX_UNITS = 5


@dataclass(frozen=True, slots=True)
class DueDay:
    """A day of a round's board that is to be counted."""

    round_id: int
    day: date
    until: datetime


@dataclass(frozen=True, slots=True)
class OwnDay:
    """Where a person stood at the end of a day: among all, in their division and province."""

    standing: int
    in_division: int | None
    in_province: int | None
    points_milli: int


@dataclass(frozen=True, slots=True)
class UnitDay:
    """Where an organisation stood at the end of a day; `standing` is None when not ranked."""

    day: date
    standing: int | None
    participants: int
    mean_centi: int | None


@dataclass(frozen=True, slots=True)
class OwnUnit:
    """An organisation with its days and where the published board places it."""

    name: str
    standing: int | None
    days: tuple[UnitDay, ...]


@dataclass(frozen=True, slots=True)
class History:
    """The days that may be looked at; `own` has those on which the person stood on the list.

    `place`, `in_division` and `in_province` are where the person stands on what is shown now;
    `division` and `province` are the codes of theirs.
    """

    days: tuple[DayView, ...]
    own: Mapping[date, OwnDay]
    place: Place | None
    in_division: Place | None = None
    in_province: Place | None = None
    division: str = ""
    province: str = ""

    @property
    def recounting(self) -> int:
        """Return how many days are being counted again."""
        return sum(not day.is_counted for day in self.days)


def find_due_day(session: Session, now: datetime) -> DueDay | None:
    """Return a day whose list is to be counted, the oldest of a contest first; None without any.

    Days that were begun and never counted, new ones, then stale ones.
    """
    return _find_begun(session) or _find_new(session, now) or _find_stale(session, now)


def _find_begun(session: Session) -> DueDay | None:
    return _first(session, _begun().where(BoardDay.counted_at.is_(None)))


def _find_stale(session: Session, now: datetime) -> DueDay | None:
    rested = BoardDay.counted_at <= now - RECOUNT_AFTER
    return _first(session, _begun().where(BoardDay.is_stale, rested))


def _begun() -> Select[int, date, datetime]:
    return (
        select(Round.id, BoardDay.day, BoardDay.until)
        .join(BoardDay, BoardDay.board_id == Round.board_id)
        .order_by(BoardDay.day, Round.id)
        .limit(1)
    )


def _first(session: Session, query: Select[int, date, datetime]) -> DueDay | None:
    row = session.execute(query).one_or_none()
    return None if row is None else DueDay(*row)


def _find_new(session: Session, now: datetime) -> DueDay | None:
    last = func.max(BoardDay.day).label("last")
    until = func.max(BoardDay.until, type_=Instant())
    rows = session.execute(
        select(Round.id, Assessment.opens_at, Competition.closed_at, Unit.timezone, last)
        .join(Competition, Competition.id == Round.competition_id)
        .join(Assessment, Assessment.id == Round.assessment_id)
        .join(Unit, Unit.id == Competition.organiser_id)
        .outerjoin(BoardDay, BoardDay.board_id == Round.board_id)
        .where(Round.number == FIRST, Competition.state != State.DRAFT.value)
        .group_by(Round.id, Assessment.opens_at, Competition.closed_at, Unit.timezone)
        .having(
            or_(
                until.is_(None),
                until < func.coalesce(Competition.closed_at, now, type_=Instant()),
            )
        )
        .order_by(Round.id)
    )
    for row in rows:
        day = next_day(Span(row.opens_at, row.closed_at, row.timezone), row.last, now)
        if day is not None:
            return DueDay(row.id, day, end_of(day, row.timezone))
    return None


def look_back(
    session: Session,
    competition: CompetitionView,
    now: datetime,
    *,
    user_id: int | None = None,
) -> History | None:
    """Return the days that may be looked at, and where a person stood; None where none may."""
    until = shown_until(competition.showing, competition.progress, now)
    if until is None:
        return None
    days = tuple(boards.list_days(session, competition.board_id, until))
    entry = None if user_id is None else find_entry(session, competition.id, user_id)
    if user_id is None or entry is None:
        return History(days, {}, None)
    parts = _Parts(
        Scope(group=entry.division) if entry.division else None,
        Scope(area=entry.province) if entry.province else None,
    )
    whole, division, province = (
        _place_now(session, competition, entry.public_id, scope, now) if scope else None
        for scope in (WHOLE, parts.division, parts.province)
    )
    return History(
        days,
        _own_days(session, competition, user_id, parts, days),
        whole,
        division,
        province,
        entry.division,
        entry.province,
    )


@dataclass(frozen=True, slots=True)
class _Parts:
    """The lists on which a person stands beside that of all."""

    division: Scope | None
    province: Scope | None


def _own_days(
    session: Session,
    competition: CompetitionView,
    user_id: int,
    parts: _Parts,
    days: Sequence[DayView],
) -> dict[date, OwnDay]:
    results = _results_on(session, competition, user_id, [day for day in days if day.is_counted])
    rule = TIE_RULES[competition.tie_rule]
    keys = {day: sort_key(rule, result) for day, result in results.items()}
    among, division, province = (
        boards.standings_on(session, competition.board_id, keys, scope=scope) if scope else {}
        for scope in (WHOLE, parts.division, parts.province)
    )
    return {
        day: OwnDay(among[day], division.get(day), province.get(day), result.points_milli)
        for day, result in results.items()
    }


def _results_on(
    session: Session, competition: CompetitionView, user_id: int, days: Sequence[DayView]
) -> dict[date, Result]:
    """Return a person's result as it counted at the end of each day that had one.

    Read once; reckoned again only for days on which something of theirs changed.
    """
    if not days:
        return {}
    users = (user_id, user_id)
    scores = list_scores(session, competition.assessment_id, users=users)
    material = read_material(session, competition, scores, users=users)
    changes = [s.finished_at for s in scores] + [act.done_at for act in material.bonuses]
    found: dict[date, Result] = {}
    held: Result | None = None
    seen = -1
    for day in days:
        count = sum(at <= day.until for at in changes)
        if count != seen:
            seen = count
            results = results_from(replace(competition, until=day.until), material)
            due = counting(TIE_RULES[competition.tie_rule], results, counts_of(competition))
            held = next(iter(due.values()), None)
        if held is not None:
            found[day.day] = held
    return found


def _place_now(
    session: Session, competition: CompetitionView, subject: str, scope: Scope, now: datetime
) -> Place | None:
    shown = find_shown_list(session, competition, now, scope=scope)
    return find_shown_place(session, shown, subject) if shown else None


def list_unit_history(
    session: Session,
    competition: CompetitionView,
    units: Select[int] | Sequence[int],
    now: datetime,
) -> list[OwnUnit]:
    """Return the best of some organisations with their days, once the whole board is out.

    At most `MAX_UNITS`, as the published board orders them.
    """
    if first_unit(competition, now) != 1 or not competition.shown(now).is_final:
        return []
    rows = session.execute(
        select(EnterpriseResult.unit_id, EnterpriseResult.unit_name, EnterpriseResult.standing)
        .where(
            EnterpriseResult.competition_id == competition.id, EnterpriseResult.unit_id.in_(units)
        )
        .order_by(EnterpriseResult.position)
        .limit(MAX_UNITS)
    ).all()
    days: dict[int, list[UnitDay]] = {row.unit_id: [] for row in rows}
    for day in session.execute(
        select(
            EnterpriseDay.unit_id,
            EnterpriseDay.day,
            EnterpriseDay.standing,
            EnterpriseDay.participants,
            EnterpriseDay.sum_milli,
        )
        .where(
            EnterpriseDay.competition_id == competition.id, EnterpriseDay.unit_id.in_(list(days))
        )
        .order_by(EnterpriseDay.day)
    ):
        days[day.unit_id].append(_unit_day(day))
    return [OwnUnit(row.unit_name, row.standing, tuple(days[row.unit_id])) for row in rows]


def _unit_day(row: Any) -> UnitDay:
    tally = Tally(0, "", 0, row.participants, row.sum_milli, headcount=None)
    return UnitDay(row.day, row.standing, row.participants, tally.mean_centi)
