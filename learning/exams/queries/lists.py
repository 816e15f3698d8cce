"""Lists for examiners: their sittings, who may hold one, from which pools a paper can be drawn."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from learning.attempts.models import Assessment
from learning.exams.models import Admission, Sitting
from learning.exams.rules import Phase, State, phase_of
from learning.kernel.permissions import Actor, Permission
from learning.organisations.models import Unit, UnitName
from learning.organisations.queries import units_in_reach
from learning.question_bank.models import ItemRow, ItemVersionRow
from learning.question_bank.queries import banks_in_reach, count_cases_by_hand
from learning.question_bank.rules import ItemKind, Pool

PAGE_SIZE = 50
MAX_ORGANISERS = 200
MAX_AREAS_SHOWN = 500


@dataclass(frozen=True, slots=True)
class SittingLine:
    """A sitting in an examiner's list; `organiser` is the organising unit's name now."""

    public_id: str
    title: str
    organiser: str
    state: State
    opens_at: datetime
    closes_at: datetime
    closed_at: datetime | None
    admitted: int

    def phase(self, now: datetime) -> Phase:
        """Return what state and window mean together at the instant."""
        return phase_of(self.state, self.opens_at, self.closes_at, now, closed_at=self.closed_at)


@dataclass(frozen=True, slots=True)
class Source:
    """A pool of a bank with how many items of each kind can be drawn from it.

    `by_hand` are those that cannot, since a person marks a part of them.
    """

    bank: str
    pool: Pool
    counts: dict[ItemKind, int]
    by_hand: dict[ItemKind, int] = field(default_factory=dict)

    @property
    def code(self) -> str:
        """Return what a form sends for it."""
        return f"{self.bank}:{self.pool.value}"


def list_managed(
    session: Session, actor: Actor, now: datetime, *, page: int
) -> tuple[list[SittingLine], int]:
    """Return a page of the sittings the actor manages, newest first, and how many there are."""
    reach = units_in_reach(session, actor, Permission.SITTING_MANAGE, now)
    mine = Sitting.organiser_id.in_(reach)
    admitted = (
        select(func.count())
        .select_from(Admission)
        .where(Admission.sitting_id == Sitting.id)
        .correlate(Sitting)
        .scalar_subquery()
    )
    rows = session.execute(
        select(
            Sitting.public_id,
            Sitting.title,
            UnitName.name.label("organiser"),
            Sitting.state,
            Assessment.opens_at,
            Assessment.closes_at,
            Sitting.closed_at,
            admitted.label("admitted"),
        )
        .join(Assessment, Assessment.id == Sitting.assessment_id)
        .join(UnitName, (UnitName.unit_id == Sitting.organiser_id) & UnitName.valid_to.is_(None))
        .where(mine)
        .order_by(Sitting.id.desc())
        .offset((page - 1) * PAGE_SIZE)
        .limit(PAGE_SIZE)
    )
    lines = [SittingLine(**{**row, "state": State(row["state"])}) for row in rows.mappings()]
    total = session.scalar(select(func.count()).select_from(Sitting).where(mine))
    return lines, total or 0


def list_organisers(session: Session, actor: Actor, now: datetime) -> list[tuple[str, str]]:
    """Return (public id, name) of the organisations for which the actor may hold sittings."""
    reach = units_in_reach(session, actor, Permission.SITTING_MANAGE, now)
    rows = session.execute(
        select(Unit.public_id, UnitName.name)
        .join(UnitName, (UnitName.unit_id == Unit.id) & UnitName.valid_to.is_(None))
        .where(Unit.id.in_(reach), Unit.kind != "department")
        .order_by(Unit.kind != "association", UnitName.name, Unit.id)
        .limit(MAX_ORGANISERS)
    )
    return [(row.public_id, row.name) for row in rows]


def list_sources(session: Session, actor: Actor, now: datetime) -> list[Source]:
    """Return the pools that the actor's sittings may draw from, secure ones first."""
    reach = banks_in_reach(session, actor, Permission.SITTING_MANAGE, now)
    rows = session.execute(
        select(ItemRow.bank, ItemRow.pool, ItemVersionRow.kind, func.count())
        .join(ItemVersionRow, ItemVersionRow.id == ItemRow.current_version_id)
        .where(ItemRow.state == "approved", ItemRow.bank.in_(reach))
        .group_by(ItemRow.bank, ItemRow.pool, ItemVersionRow.kind)
    )
    found: dict[tuple[str, str], Source] = {}
    for bank, pool, kind, count in rows:
        source = found.setdefault((bank, pool), Source(bank, Pool(pool), {}))
        source.counts[ItemKind(kind)] = count
    for bank, pool, count in count_cases_by_hand(session, reach):
        source = found[bank, pool]
        source.counts[ItemKind.CASE] -= count
        source.by_hand[ItemKind.CASE] = count
    order = {Pool.SECURE: 0, Pool.CONTEST: 1, Pool.PRACTICE: 2}
    return sorted(found.values(), key=lambda source: (order[source.pool], source.bank))


def list_areas_of(session: Session, bank: str, pool: Pool) -> list[str]:
    """Return the knowledge areas of what can be drawn from a pool of a bank, in order."""
    query = (
        select(ItemVersionRow.area)
        .join(ItemRow, ItemRow.current_version_id == ItemVersionRow.id)
        .where(
            ItemRow.bank == bank,
            ItemRow.pool == pool.value,
            ItemRow.state == "approved",
            ItemVersionRow.area != "",
        )
    )
    return list(
        session.scalars(query.distinct().order_by(ItemVersionRow.area).limit(MAX_AREAS_SHOWN))
    )
