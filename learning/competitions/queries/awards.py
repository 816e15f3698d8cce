"""The prizes of a competition: the plan, the lists, the objections."""

import gzip
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, case, func, literal, select
from sqlalchemy.orm import Session

from learning.competitions.formats import day_of
from learning.competitions.models import Award, AwardClaim, AwardObjection, AwardPlan, Entry
from learning.competitions.rules.awards import (
    AwardRules,
    AwardState,
    AwardStatus,
    Drawn,
    Listed,
)
from learning.kernel.errors import NotFound
from learning.leaderboards import queries as boards
from learning.leaderboards.rules import standings

PAGE_SIZE = 100
MAX_OBJECTIONS = 5  # open ones of one person
SHOWN_OBJECTIONS = 200  # on a page; open ones come first, so that answering brings the next


@dataclass(frozen=True, slots=True)
class PlanView:
    """The prizes of a competition as they stand; the seed is "" until the draw."""

    id: int
    state: AwardState
    rules: AwardRules
    entries: int
    list_hash: str
    commitment: str
    seed: str
    number: str
    announced_at: datetime | None
    drawn_at: datetime | None
    objections_until: datetime | None
    claims_until: datetime | None
    finalised_at: datetime | None
    corrected_hash: str
    corrected_at: datetime | None
    units: int
    unit_list_hash: str
    corrected_unit_hash: str
    units_corrected_at: datetime | None
    settle_no: int
    settled_no: int

    @property
    def is_settling(self) -> bool:
        """Tell whether the worker has yet to lay the lots on a corrected list."""
        return self.state is AwardState.PROPOSED and self.settled_no < self.settle_no

    def takes_objections(self, now: datetime) -> bool:
        """Tell whether anybody may object now."""
        is_open = self.state is AwardState.PROPOSED and self.objections_until is not None
        return is_open and now < (self.objections_until or now)


@dataclass(frozen=True, slots=True)
class AwardLine:
    """Somebody in the order of a prize, with what was frozen when entering.

    `claim_by` is None where nothing is waited for; `claimed_at` None until it is claimed.
    """

    id: int
    public_id: str
    prize: str
    place: int
    status: AwardStatus
    reason: str
    entry: str
    user_id: int
    participant_name: str
    public_name: str
    unit_name: str
    claim_by: datetime | None
    claimed_at: datetime | None


@dataclass(frozen=True, slots=True)
class ClaimView:
    """What was said for sending a prize; "" where nothing was asked or it was removed."""

    claimed_at: datetime
    open_until: datetime
    recipient: str
    phone: str
    address: str


@dataclass(frozen=True, slots=True)
class ObjectionLine:
    """An objection with its answer."""

    public_id: str
    lodged_at: datetime
    text: str
    outcome: str
    answer: str
    decided_at: datetime | None


def find_plan(session: Session, competition_id: int) -> PlanView | None:
    """Return the prizes of a competition, None before any were written."""
    row = session.execute(
        select(
            AwardPlan.id,
            AwardPlan.state,
            AwardPlan.rules,
            AwardPlan.entries,
            AwardPlan.list_hash,
            AwardPlan.commitment,
            AwardPlan.seed,
            AwardPlan.number,
            AwardPlan.announced_at,
            AwardPlan.drawn_at,
            AwardPlan.objections_until,
            AwardPlan.claims_until,
            AwardPlan.finalised_at,
            AwardPlan.corrected_hash,
            AwardPlan.corrected_at,
            AwardPlan.units,
            AwardPlan.unit_list_hash,
            AwardPlan.corrected_unit_hash,
            AwardPlan.units_corrected_at,
            AwardPlan.settle_no,
            AwardPlan.settled_no,
        ).where(AwardPlan.competition_id == competition_id)
    ).one_or_none()
    if row is None:
        return None
    state = AwardState(row.state)
    is_drawn = state in {AwardState.PROPOSED, AwardState.FINAL}
    values: dict[str, Any] = {
        **row._mapping,  # noqa: SLF001 - the mapping of a row is its public face
        "state": state,
        "rules": AwardRules.from_json(json.loads(row.rules)),
        "seed": row.seed if is_drawn else "",
    }
    return PlanView(**values)


def get_announced(session: Session, competition_id: int) -> PlanView:
    """Return prizes that anybody may see; raises NotFound before their announcement."""
    plan = find_plan(session, competition_id)
    if plan is None or plan.state is AwardState.DRAFT:
        raise NotFound("awards")
    return plan


def read_entry_list(session: Session, plan_id: int) -> str:
    """Return the frozen list as it was hashed."""
    packed = session.scalar(select(AwardPlan.entry_list).where(AwardPlan.id == plan_id))
    return gzip.decompress(packed or b"").decode()


def read_corrected_list(session: Session, plan_id: int) -> str:
    """Return the list on which the lots were laid last; NotFound where none was corrected."""
    packed = session.scalar(select(AwardPlan.corrected_list).where(AwardPlan.id == plan_id))
    if packed is None:
        raise NotFound("list")
    return gzip.decompress(packed).decode()


def list_entries(session: Session, board_id: int, zone: str | None = None) -> Iterator[Listed]:
    """Yield every entry on a board with its standing; its finish's day where a zone is given."""
    results = boards.list_results(session, board_id)
    ordered = sorted(results.values(), key=lambda found: -found[1])
    places = standings([key for _, key in ordered])
    for (result, _), standing in zip(ordered, places, strict=True):
        day = str(day_of(result.finished_at, zone)) if zone else ""
        yield Listed(result.subject, result.points_milli, standing, result.group, part=day)


def has_entry(text: str, entry: str) -> bool:
    """Tell whether an entry is in a list as it was hashed, on whichever of its lists."""
    return f"\n{entry}," in text or f",{entry}," in text


def list_settling(session: Session) -> list[int]:
    """Return the competitions whose prizes the worker has to lay on a corrected list."""
    rows = session.scalars(
        select(AwardPlan.competition_id)
        .where(
            AwardPlan.state == AwardState.PROPOSED.value,
            AwardPlan.settled_no < AwardPlan.settle_no,
        )
        .order_by(AwardPlan.id)
    )
    return list(rows)


def list_awards(
    session: Session, plan: PlanView, *, prize: str = "", offset: int = 0, limit: int = PAGE_SIZE
) -> tuple[list[AwardLine], int]:
    """Return a part of those who hold a prize, prizes as announced, and how many there are."""
    condition = [Award.plan_id == plan.id, Award.status == AwardStatus.HELD.value]
    if prize:
        condition.append(Award.prize == prize)
    total = session.scalar(select(func.count()).select_from(Award).where(*condition)) or 0
    rows = session.execute(
        _lines()
        .where(*condition)
        .order_by(_as_announced(plan), Award.place)
        .offset(offset)
        .limit(limit)
    )
    return [_line(row) for row in rows], total


def list_waiting(session: Session, plan_id: int, prize: str) -> list[Drawn]:
    """Return the reserve of a prize and what those people hold: decides who follows."""
    reserve = (Award.prize == prize) & (Award.status == AwardStatus.RESERVE.value)
    waiting = select(Award.entry_id).where(Award.plan_id == plan_id, reserve)
    holds = (Award.status == AwardStatus.HELD.value) & Award.entry_id.in_(waiting)
    rows = session.execute(
        select(Award.prize, Award.place, Entry.public_id, Award.status)
        .join(Entry, Entry.id == Award.entry_id)
        .where(Award.plan_id == plan_id, reserve | holds)
    )
    return [Drawn(p, place, entry, AwardStatus(status)) for p, place, entry, status in rows]


def _as_announced(plan: PlanView) -> ColumnElement[int]:
    numbers = {prize.code: number for number, prize in enumerate(plan.rules.prizes)}
    return case(numbers, value=Award.prize, else_=len(numbers)) if numbers else literal(0)


def list_struck(session: Session, plan: PlanView) -> list[AwardLine]:
    """Return whose prizes were taken away or given up, in order."""
    rows = session.execute(
        _lines()
        .where(Award.plan_id == plan.id, Award.status == AwardStatus.STRUCK.value)
        .order_by(_as_announced(plan), Award.place)
    )
    return [_line(row) for row in rows]


def list_left_out(session: Session, plan_id: int) -> list[str]:
    """Return the entries that a person struck: lots that are laid again pass them over."""
    rows = session.scalars(
        select(Entry.public_id)
        .join(Award, Award.entry_id == Entry.id)
        .where(
            Award.plan_id == plan_id,
            Award.status == AwardStatus.STRUCK.value,
            Award.by_list.is_(False),
        )
        .order_by(Entry.public_id)
    )
    return list(rows)


def find_own_award(session: Session, plan_id: int, user_id: int) -> AwardLine | None:
    """Return the prize that a person holds."""
    row = session.execute(
        _lines().where(
            Award.plan_id == plan_id,
            Award.status == AwardStatus.HELD.value,
            Entry.user_id == user_id,
        )
    ).one_or_none()
    return _line(row) if row else None


def find_claim(session: Session, award_id: int) -> ClaimView | None:
    """Return what was said when a prize was claimed, None before it is."""
    return next(iter(list_claims(session, [award_id]).values()), None)


def list_claims(session: Session, award_ids: Sequence[int]) -> dict[int, ClaimView]:
    """Return what was said when some prizes were claimed, by the award's row id."""
    rows = session.execute(
        select(
            AwardClaim.award_id,
            AwardClaim.claimed_at,
            AwardClaim.open_until,
            AwardClaim.recipient,
            AwardClaim.phone,
            AwardClaim.address,
        ).where(AwardClaim.award_id.in_(award_ids))
    )
    return {row[0]: ClaimView(*row[1:]) for row in rows}


def _lines() -> Any:
    return (
        select(
            Award.id,
            Award.public_id,
            Award.prize,
            Award.place,
            Award.status,
            Award.reason,
            Entry.public_id.label("entry"),
            Entry.user_id,
            Entry.participant_name,
            Entry.public_name,
            Entry.unit_name,
            Award.claim_by,
            AwardClaim.claimed_at,
        )
        .join(Entry, Entry.id == Award.entry_id)
        .outerjoin(AwardClaim, AwardClaim.award_id == Award.id)
    )


def _line(row: Any) -> AwardLine:
    return AwardLine(**{**row._mapping, "status": AwardStatus(row.status)})  # noqa: SLF001


def list_objections(
    session: Session, plan_id: int, *, user_id: int | None = None
) -> list[ObjectionLine]:
    """Return objections to the prizes, open ones first, at most 200: all, or one person's."""
    query = select(
        AwardObjection.public_id,
        AwardObjection.lodged_at,
        AwardObjection.text,
        AwardObjection.outcome,
        AwardObjection.answer,
        AwardObjection.decided_at,
    ).where(AwardObjection.plan_id == plan_id)
    if user_id is not None:
        query = query.where(AwardObjection.lodged_by == user_id)
    rows = session.execute(
        query.order_by(AwardObjection.outcome != "open", AwardObjection.id).limit(SHOWN_OBJECTIONS)
    )
    return [ObjectionLine(*row) for row in rows]


def count_open_objections(session: Session, plan_id: int, *, user_id: int | None = None) -> int:
    """Return how many objections wait for an answer: all, or one person's."""
    query = (
        select(func.count())
        .select_from(AwardObjection)
        .where(AwardObjection.plan_id == plan_id, AwardObjection.outcome == "open")
    )
    if user_id is not None:
        query = query.where(AwardObjection.lodged_by == user_id)
    return session.scalar(query) or 0
