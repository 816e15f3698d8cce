"""Prize certificates: what each prints, how far the bulk is, its parts."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from learning.competitions.models import (
    Award,
    AwardPlan,
    AwardPrinting,
    AwardPrintingPart,
    Competition,
    Entry,
    UnitAward,
)
from learning.competitions.queries.views import CompetitionView
from learning.competitions.rules import listed_name
from learning.competitions.rules.awards import AwardState, AwardStatus
from learning.kernel.errors import NotFound


@dataclass(frozen=True, slots=True)
class PrintingView:
    """How far the certificates of a competition are."""

    id: int
    plan_id: int
    address: str
    asked_at: datetime
    total: int
    done: int
    after_award_id: int
    after_unit_id: int
    finished_at: datetime | None
    error: str


@dataclass(frozen=True, slots=True)
class Winner:
    """Who is named on a certificate, as frozen when entering; a unit has no `unit` of its own."""

    award_id: int
    public_id: str
    prize: str
    holder: str
    unit: str = ""


@dataclass(frozen=True, slots=True)
class CheckedAward:
    """What anybody may know of a certificate: whose prize, masked, and whether it still stands.

    Of an organisation's or a province's prize the name is that of the board.
    """

    prize: str
    public_name: str
    unit_name: str
    is_held: bool


_VIEW = (
    AwardPrinting.id,
    AwardPrinting.plan_id,
    AwardPrinting.address,
    AwardPrinting.asked_at,
    AwardPrinting.total,
    AwardPrinting.done,
    AwardPrinting.after_award_id,
    AwardPrinting.after_unit_id,
    AwardPrinting.finished_at,
    AwardPrinting.error,
)


def find_printing(session: Session, plan_id: int) -> PrintingView | None:
    """Return how far a plan's certificates are, None where none were asked for."""
    row = session.execute(select(*_VIEW).where(AwardPrinting.plan_id == plan_id)).one_or_none()
    return PrintingView(**row._mapping) if row else None  # noqa: SLF001 - its public face


def find_due_printing(session: Session) -> PrintingView | None:
    """Return the certificates that were asked for first and are not all made."""
    row = session.execute(
        select(*_VIEW)
        .where(AwardPrinting.finished_at.is_(None), AwardPrinting.error == "")
        .order_by(AwardPrinting.asked_at, AwardPrinting.id)
        .limit(1)
    ).one_or_none()
    return PrintingView(**row._mapping) if row else None  # noqa: SLF001 - its public face


def list_winners(session: Session, plan_id: int, *, after: int, limit: int) -> list[Winner]:
    """Return who holds a prize, in the order of the awards' row ids."""
    rows = session.execute(
        select(Award.id, Award.public_id, Award.prize, Entry.participant_name, Entry.unit_name)
        .join(Entry, Entry.id == Award.entry_id)
        .where(
            Award.plan_id == plan_id,
            Award.status == AwardStatus.HELD.value,
            Award.id > after,
        )
        .order_by(Award.id)
        .limit(limit)
    )
    return [Winner(*row) for row in rows]


def list_winning_units(session: Session, plan_id: int, *, after: int, limit: int) -> list[Winner]:
    """Return which organisations and provinces hold a prize, in the order of row ids."""
    rows = session.execute(
        select(UnitAward.id, UnitAward.public_id, UnitAward.prize, UnitAward.name)
        .where(_holds(UnitAward, plan_id), UnitAward.id > after)
        .order_by(UnitAward.id)
        .limit(limit)
    )
    return [Winner(*row) for row in rows]


def count_winners(session: Session, plan_id: int) -> int:
    """Return how many hold a prize, people and units."""
    counts = (
        session.scalar(select(func.count()).select_from(table).where(_holds(table, plan_id)))
        for table in (Award, UnitAward)
    )
    return sum(count or 0 for count in counts)


def list_held_ids(session: Session, plan_id: int) -> set[str]:
    """Return the public ids of the prizes that are held, by people and by units."""
    found: set[str] = set()
    for table in (Award, UnitAward):
        found.update(session.scalars(select(table.public_id).where(_holds(table, plan_id))))
    return found


def _holds(table: type[Award | UnitAward], plan_id: int) -> ColumnElement[bool]:
    return and_(table.plan_id == plan_id, table.status == AwardStatus.HELD.value)


def read_parts(session: Session, printing_id: int) -> Iterator[bytes]:
    """Yield the parts of the certificates in order, one in memory at a time."""
    part = AwardPrintingPart
    numbers = session.scalars(
        select(part.number).where(part.printing_id == printing_id).order_by(part.number)
    ).all()
    for number in numbers:
        one = (part.printing_id == printing_id) & (part.number == number)
        yield session.scalars(select(part.body).where(one)).one()


def find_plan_competition(session: Session, plan_id: int) -> str:
    """Return the public id of a plan's competition."""
    return session.scalars(
        select(Competition.public_id)
        .join(AwardPlan, AwardPlan.competition_id == Competition.id)
        .where(AwardPlan.id == plan_id)
    ).one()


def check_award(session: Session, competition: CompetitionView, raw_award_id: str) -> CheckedAward:
    """Return what is public of a final prize. Raises NotFound for what never was one."""
    if not (raw_award_id.isascii() and raw_award_id.isalnum()):
        raise NotFound("award")
    row = session.execute(
        select(
            Award.prize,
            Entry.participant_name,
            Entry.public_name,
            Entry.unit_name,
            Award.status,
        )
        .join(Entry, Entry.id == Award.entry_id)
        .join(AwardPlan, AwardPlan.id == Award.plan_id)
        .where(
            AwardPlan.competition_id == competition.id,
            AwardPlan.state == AwardState.FINAL.value,
            Award.public_id == raw_award_id,
            Award.status != AwardStatus.RESERVE.value,
        )
    ).one_or_none()
    if row is None:
        return _check_unit(session, competition.id, raw_award_id)
    name = listed_name(competition.showing.names, row.participant_name, row.public_name)
    return CheckedAward(row.prize, name, row.unit_name, row.status == AwardStatus.HELD.value)


def _check_unit(session: Session, competition_id: int, award_id: str) -> CheckedAward:
    row = session.execute(
        select(UnitAward.prize, UnitAward.name, UnitAward.status)
        .join(AwardPlan, AwardPlan.id == UnitAward.plan_id)
        .where(
            AwardPlan.competition_id == competition_id,
            AwardPlan.state == AwardState.FINAL.value,
            UnitAward.public_id == award_id,
            UnitAward.status != AwardStatus.RESERVE.value,
        )
    ).one_or_none()
    if row is None:
        raise NotFound("award")
    return CheckedAward(row.prize, row.name, "", row.status == AwardStatus.HELD.value)
