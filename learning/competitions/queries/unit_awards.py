"""Prizes for organisations and provinces: the boards they go by, the lists of who holds one."""

import gzip
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, literal, select
from sqlalchemy.orm import Session

from learning.competitions.models import AwardPlan, EnterpriseResult, Entry, UnitAward
from learning.competitions.queries.awards import PAGE_SIZE, PlanView
from learning.competitions.queries.enterprises import list_published_units
from learning.competitions.queries.finals import list_stage_subjects, list_stage_units
from learning.competitions.queries.provinces import list_province_board
from learning.competitions.queries.views import CompetitionView
from learning.competitions.rules import EnterpriseStanding
from learning.competitions.rules.awards import AwardRules, AwardStatus
from learning.competitions.rules.entry import PROVINCES
from learning.competitions.rules.unit_awards import ListedUnit, main_division
from learning.competitions.rules.unit_prizes import PrizeOf
from learning.kernel.errors import NotFound
from learning.leaderboards.models import BoardEntry
from learning.organisations.models import Unit


@dataclass(frozen=True, slots=True)
class UnitAwardLine:
    """An organisation or a province in the order of a prize; `unit_id` is None for a province."""

    id: int
    public_id: str
    prize: str
    place: int
    subject: str
    unit_id: int | None
    name: str
    status: AwardStatus
    reason: str
    by_list: bool


def list_awardable(
    session: Session, competition: CompetitionView, rules: AwardRules, now: datetime
) -> list[ListedUnit]:
    """Return what is ranked on the published boards of organisations and provinces, as it is now.

    Provinces are in it once the whole list is out; who was on the stage, where a prize asks for it.
    """
    rows = list_published_units(session, competition.id)
    public_ids = _public_ids(session, competition.id)
    divisions = _divisions(session, competition)
    units = [
        _listed(row, PrizeOf.UNITS, public_ids[unit], divisions.get(unit, ""))
        for row in rows
        if row.standing is not None and (unit := row.tally.unit_id) in public_ids
    ]
    provinces = [
        _listed(row, PrizeOf.PROVINCES, code, "")
        for row in list_province_board(session, competition, now) or ()
        if row.standing is not None and (code := row.tally.unit_name) in PROVINCES
    ]
    is_staged = any(prize.of is PrizeOf.STAGE for prize in rules.unit_prizes)
    stage = list_stage_units(session, competition.id) if is_staged else []
    return [*units, *provinces, *stage]


def _listed(row: EnterpriseStanding, of: PrizeOf, subject: str, division: str) -> ListedUnit:
    return ListedUnit(
        of=of,
        unit=subject,
        standing=row.standing or 0,
        division=division,
        participants=row.tally.participants,
        headcount=row.tally.headcount,
        coverage_permille=row.tally.coverage_permille,
        mean_centi=row.tally.mean_centi or 0,
    )


def list_subjects(session: Session, competition_id: int) -> dict[str, tuple[int | None, str]]:
    """Return row id and name of all that a prize for units may go to, by its id on the list."""
    public_ids = _public_ids(session, competition_id)
    found: dict[str, tuple[int | None, str]] = {
        public_ids[row.tally.unit_id]: (row.tally.unit_id, row.tally.unit_name)
        for row in list_published_units(session, competition_id)
    }
    stage = list_stage_subjects(session, competition_id)
    return stage | found | {code: (None, name) for code, name in PROVINCES.items()}


def _public_ids(session: Session, competition_id: int) -> dict[int, str]:
    rows = session.execute(
        select(Unit.id, Unit.public_id)
        .join(EnterpriseResult, EnterpriseResult.unit_id == Unit.id)
        .where(EnterpriseResult.competition_id == competition_id)
    )
    return {row.id: row.public_id for row in rows}


def _divisions(session: Session, competition: CompetitionView) -> dict[int, str]:
    """Return the division of each organisation, by row id; none where there are no divisions."""
    if not competition.divisions:
        return {}
    rows = session.execute(
        select(Entry.unit_id, Entry.division, func.count())
        .join(
            BoardEntry,
            (BoardEntry.board_id == competition.board_id) & (BoardEntry.subject == Entry.public_id),
        )
        .where(Entry.competition_id == competition.id, Entry.unit_id.is_not(None))
        .group_by(Entry.unit_id, Entry.division)
    )
    counts: dict[int, dict[str, int]] = defaultdict(dict)
    for unit_id, division, n in rows:
        counts[unit_id or 0][division] = n
    order = [division.code for division in competition.divisions]
    return {unit_id: main_division(each, order) for unit_id, each in counts.items()}


def read_unit_list(session: Session, plan_id: int) -> str:
    """Return the frozen list of units as it was hashed; NotFound where there is none."""
    packed = session.scalar(select(AwardPlan.unit_list).where(AwardPlan.id == plan_id))
    if packed is None:
        raise NotFound("list")
    return gzip.decompress(packed).decode()


def read_corrected_units(session: Session, plan_id: int) -> str:
    """Return the list of units on which the prizes were laid last; NotFound where none was."""
    packed = session.scalar(select(AwardPlan.corrected_unit_list).where(AwardPlan.id == plan_id))
    if packed is None:
        raise NotFound("list")
    return gzip.decompress(packed).decode()


def list_left_out_units(session: Session, plan_id: int) -> list[str]:
    """Return the ids of units that a person struck: prizes that are laid anew pass them over."""
    rows = session.scalars(
        select(UnitAward.subject)
        .where(
            UnitAward.plan_id == plan_id,
            UnitAward.status == AwardStatus.STRUCK.value,
            UnitAward.by_list.is_(False),
        )
        .order_by(UnitAward.subject)
    )
    return list(rows)


def list_unit_awards(
    session: Session, plan: PlanView, *, prize: str = "", offset: int = 0, limit: int = PAGE_SIZE
) -> tuple[list[UnitAwardLine], int]:
    """Return a part of the units that hold a prize, prizes as announced, and how many there are."""
    condition = [UnitAward.plan_id == plan.id, UnitAward.status == AwardStatus.HELD.value]
    if prize:
        condition.append(UnitAward.prize == prize)
    total = session.scalar(select(func.count()).select_from(UnitAward).where(*condition)) or 0
    rows = session.execute(
        _lines()
        .where(*condition)
        .order_by(_as_announced(plan), UnitAward.place)
        .offset(offset)
        .limit(limit)
    )
    return [_line(row) for row in rows], total


def list_struck_units(session: Session, plan: PlanView) -> list[UnitAwardLine]:
    """Return whose prizes were taken away, in order."""
    rows = session.execute(
        _lines()
        .where(UnitAward.plan_id == plan.id, UnitAward.status == AwardStatus.STRUCK.value)
        .order_by(_as_announced(plan), UnitAward.place)
    )
    return [_line(row) for row in rows]


def list_held_by(session: Session, plan_id: int, units: Select[int]) -> list[UnitAwardLine]:
    """Return the prizes that some organisations hold."""
    rows = session.execute(
        _lines()
        .where(
            UnitAward.plan_id == plan_id,
            UnitAward.status == AwardStatus.HELD.value,
            UnitAward.unit_id.in_(units),
        )
        .order_by(UnitAward.id)
        .limit(PAGE_SIZE)
    )
    return [_line(row) for row in rows]


def list_places(session: Session, plan_id: int) -> Iterator[UnitAwardLine]:
    """Yield every place of every prize, struck ones too."""
    for row in session.execute(_lines().where(UnitAward.plan_id == plan_id)):
        yield _line(row)


def _as_announced(plan: PlanView) -> ColumnElement[int]:
    numbers = {prize.code: number for number, prize in enumerate(plan.rules.unit_prizes)}
    return case(numbers, value=UnitAward.prize, else_=len(numbers)) if numbers else literal(0)


def _lines() -> Any:
    return select(
        UnitAward.id,
        UnitAward.public_id,
        UnitAward.prize,
        UnitAward.place,
        UnitAward.subject,
        UnitAward.unit_id,
        UnitAward.name,
        UnitAward.status,
        UnitAward.reason,
        UnitAward.by_list,
    )


def _line(row: Any) -> UnitAwardLine:
    return UnitAwardLine(**{**row._mapping, "status": AwardStatus(row.status)})  # noqa: SLF001
