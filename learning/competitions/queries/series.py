"""Reads of series and their editions, and what an edition's entries add up to.

Figures come from the tallies that boards keep and from one grouped read of entries: a million of
them cost one scan of an index.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Select, String, and_, cast, func, select
from sqlalchemy.orm import Session

from learning.attempts.models import Assessment, RegradePlan
from learning.attempts.rules import RegradeState
from learning.competitions.formats import FIRST, TRAINING
from learning.competitions.models import (
    Competition,
    Division,
    Edition,
    EnterpriseEnrolment,
    Entry,
    FairnessFlag,
    ItemAppeal,
    Round,
    Series,
)
from learning.competitions.queries.awards import PlanView, find_plan
from learning.competitions.queries.views import CompetitionView, checked_id, get_round, reaches
from learning.competitions.rules import Phase, State, phase_of
from learning.competitions.rules.awards import AwardState
from learning.competitions.rules.series import EditionFigures, Standing, Sum
from learning.kernel.errors import NotFound
from learning.kernel.permissions import Actor, Permission
from learning.leaderboards.models import BoardEntry, BoardTally
from learning.leaderboards.rules import TallyOf
from learning.organisations.models import UnitName

MAX_SERIES = 200
OVER = (RegradeState.APPLIED.value, RegradeState.DROPPED.value)


@dataclass(frozen=True, slots=True)
class SeriesView:
    """A series; `organiser` is its organising unit's name now."""

    id: int
    public_id: str
    organiser_id: int
    organiser: str
    title: str


@dataclass(frozen=True, slots=True)
class EditionLine:
    """An edition of a series, the first round's window with it."""

    competition_id: int
    public_id: str
    title: str
    year: int
    state: State
    opens_at: datetime
    closes_at: datetime
    dates_due: bool
    sealed_at: datetime | None

    def phase(self, now: datetime) -> Phase:
        """Return what state and window mean together at the instant."""
        return phase_of(self.state, self.opens_at, self.closes_at, now)


def _series_query() -> Select[*tuple[Any, ...]]:
    return select(
        Series.id,
        Series.public_id,
        Series.organiser_id,
        func.coalesce(UnitName.name, ""),
        Series.title,
    ).outerjoin(
        UnitName, and_(UnitName.unit_id == Series.organiser_id, UnitName.valid_to.is_(None))
    )


def get_series(session: Session, raw_public_id: str) -> SeriesView:
    """Return a series; who sees which of its editions is `list_editions`'."""
    wanted = Series.public_id == checked_id(raw_public_id)
    row = session.execute(_series_query().where(wanted)).one_or_none()
    if row is None:
        raise NotFound("series")
    return SeriesView(*row)


def get_managed_series(
    session: Session, actor: Actor, raw_public_id: str, now: datetime
) -> SeriesView:
    """Return a series whose organiser the actor's permission to hold competitions reaches."""
    found = get_series(session, raw_public_id)
    if not reaches(session, actor, Permission.COMPETITION_MANAGE, found.organiser_id, now):
        raise NotFound("series")
    return found


def list_series_of(session: Session, organiser_id: int) -> list[SeriesView]:
    """Return the series of an organiser, the newest first."""
    query = _series_query().where(Series.organiser_id == organiser_id)
    rows = session.execute(query.order_by(Series.id.desc()).limit(MAX_SERIES))
    return [SeriesView(*row) for row in rows]


def find_series_of(session: Session, competition_id: int) -> SeriesView | None:
    """Return the series to which a competition belongs, or None."""
    row = session.execute(
        _series_query()
        .join(Edition, Edition.series_id == Series.id)
        .where(Edition.competition_id == competition_id)
    ).one_or_none()
    return None if row is None else SeriesView(*row)


def list_editions(
    session: Session, series_id: int, *, with_drafts: bool = False
) -> list[EditionLine]:
    """Return the editions of a series, the newest year first."""
    query = (
        select(
            Competition.id,
            Competition.public_id,
            Competition.title,
            Edition.year,
            Competition.state,
            Assessment.opens_at,
            Assessment.closes_at,
            Edition.dates_due,
            Edition.sealed_at,
        )
        .join(Edition, Edition.competition_id == Competition.id)
        .join(Round, and_(Round.competition_id == Competition.id, Round.number == FIRST))
        .join(Assessment, Assessment.id == Round.assessment_id)
        .where(Edition.series_id == series_id)
        .order_by(Edition.year.desc())
    )
    if not with_drafts:
        query = query.where(Competition.state != State.DRAFT.value)
    return [EditionLine(*row[:4], State(row[4]), *row[5:]) for row in session.execute(query)]


def get_standing(session: Session, competition: CompetitionView, now: datetime) -> Standing:
    """Return what of a competition is still open, for who would archive it."""
    mine = Round.competition_id == competition.id
    later = Round.number.not_in((FIRST, TRAINING)) & (Round.state != State.CLOSED.value)
    plan = find_plan(session, competition.id)
    flags = FairnessFlag.competition_id == competition.id
    appeals = ItemAppeal.round_id.in_(select(Round.id).where(mine))
    regrades = RegradePlan.assessment_id.in_(select(Round.assessment_id).where(mine))

    def count(table: Any, *conditions: Any) -> int:
        return session.scalar(select(func.count()).select_from(table).where(*conditions)) or 0

    return Standing(
        is_published=competition.state is State.CLOSED,
        open_rounds=count(Round, mine, later),
        open_prizes=plan is not None and _is_under_way(plan, now),
        open_flags=count(FairnessFlag, flags, FairnessFlag.state == "open"),
        open_appeals=count(ItemAppeal, appeals, ItemAppeal.state == "lodged"),
        open_regrades=count(RegradePlan, regrades, RegradePlan.state.not_in(OVER)),
    )


def _is_under_way(plan: PlanView, now: datetime) -> bool:
    """Tell whether prizes are between their announcement and the last day to claim one."""
    if plan.state is AwardState.FINAL:
        return plan.claims_until is not None and now < plan.claims_until
    return plan.state is not AwardState.DRAFT


def edition_figures(
    session: Session, competition: CompetitionView, year: int, now: datetime
) -> EditionFigures:
    """Return what a competition's entries and the results of its first round add up to."""
    first = competition
    if competition.number != FIRST:
        first = get_round(session, competition, FIRST)
    units, headcount = session.execute(
        select(func.count(), func.coalesce(func.sum(EnterpriseEnrolment.headcount), 0)).where(
            EnterpriseEnrolment.competition_id == first.id
        )
    ).one()
    figures = EditionFigures(
        public_id=first.public_id,
        title=first.title,
        year=year,
        is_published=first.shown(now).is_final,
        entries=_count_entries(session, first.id),
        total=_total(session, first.board_id),
        units=units,
        headcount=int(headcount or 0),
        covered=_covered(session, first),
        divisions=_tallies(session, first.board_id, TallyOf.GROUP),
        provinces=_tallies(session, first.board_id, TallyOf.AREA),
    )
    return figures if figures.is_published else figures.without_results()


def _count_entries(session: Session, competition_id: int) -> int:
    counted = select(func.count()).select_from(Entry)
    mine = Entry.competition_id == competition_id, Entry.voided_at.is_(None)
    return session.scalar(counted.where(*mine)) or 0


def _total(session: Session, board_id: int) -> Sum:
    count, points = session.execute(
        select(func.count(), func.coalesce(func.sum(BoardEntry.points_milli), 0)).where(
            BoardEntry.board_id == board_id
        )
    ).one()
    return Sum(count, int(points))


def _covered(session: Session, competition: CompetitionView) -> int:
    """Count the participants of the units that declared a headcount."""
    counted = (
        select(func.coalesce(func.sum(BoardTally.participants), 0))
        .join(
            EnterpriseEnrolment,
            BoardTally.code == cast(EnterpriseEnrolment.unit_id, String(26)),
        )
        .where(
            BoardTally.board_id == competition.board_id,
            BoardTally.kind == TallyOf.UNIT.value,
            EnterpriseEnrolment.competition_id == competition.id,
            EnterpriseEnrolment.headcount > 0,
        )
    )
    return int(session.scalar(counted) or 0)


def _tallies(session: Session, board_id: int, kind: TallyOf) -> Mapping[str, Sum]:
    rows = session.execute(
        select(BoardTally.code, BoardTally.participants, cast(BoardTally.sum_milli, BigInteger))
        .where(
            BoardTally.board_id == board_id,
            BoardTally.kind == kind.value,
            BoardTally.participants > 0,
        )
        .order_by(BoardTally.code)
    )
    return {row[0]: Sum(row[1], row[2]) for row in rows}


def list_division_titles(session: Session, series_id: int) -> dict[str, str]:
    """Return what the divisions of a series are called, by code: as in the newest edition."""
    rows = session.execute(
        select(Division.code, Division.title)
        .join(Edition, Edition.competition_id == Division.competition_id)
        .where(Edition.series_id == series_id)
        .order_by(Edition.year, Division.number)
    )
    return {row.code: row.title for row in rows}
