"""Prizes for organisations and provinces: frozen, given, and laid anew on a corrected board.

They live in the plan of the prizes for people: announced, drawn, open to objections and final with
them. Callers hold the plan's row.
"""

import gzip
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, insert, or_, select, update
from sqlalchemy.orm import Session

from learning.competitions.models import AwardPlan, UnitAward
from learning.competitions.queries import CompetitionView
from learning.competitions.queries.awards import PlanView, find_plan
from learning.competitions.queries.unit_awards import (
    UnitAwardLine,
    list_awardable,
    list_places,
    list_subjects,
    read_unit_list,
)
from learning.competitions.rules.awards import AwardRules, AwardState, AwardStatus, Drawn, sha256
from learning.competitions.rules.unit_awards import (
    ListedUnit,
    award_units,
    read_unit_list_text,
    unit_list_text,
)
from learning.kernel import audit
from learning.kernel.ids import new_public_id

_STEP = 5_000


@dataclass(frozen=True, slots=True)
class UnitPrizeChange:
    """A unit that gains (or else loses) a prize, by its code and the unit's frozen id."""

    prize: str
    subject: str
    name: str
    gains: bool


def freeze_units(
    session: Session, competition: CompetitionView, rules: AwardRules, now: datetime
) -> dict[str, Any]:
    """Return the columns of a plan that keep the list of units; none without prizes for them."""
    if not rules.unit_prizes:
        return {}
    units = list_awardable(session, competition, now)
    text = unit_list_text(units)
    return {
        "unit_list": gzip.compress(text.encode(), mtime=0),
        "units": len(units),
        "unit_list_hash": sha256(text),
    }


def give_unit_prizes(
    session: Session, competition: CompetitionView, plan: PlanView, number: str
) -> int:
    """Write who of the frozen list gets the prizes at the draw; return how many places there are.

    `plan` as it was announced, the seed not yet out.
    """
    if not plan.rules.unit_prizes:
        return 0
    seed = session.scalar(select(AwardPlan.seed).where(AwardPlan.id == plan.id)) or ""
    units = read_unit_list_text(read_unit_list(session, plan.id))
    drawn = _award(plan, units, seed=seed, number=number, left_out=())
    _insert(session, competition, plan, drawn, {})
    return len(drawn)


def list_unit_changes(
    session: Session, competition: CompetitionView, plan: PlanView, now: datetime
) -> list[UnitPrizeChange]:
    """Return who is due a drawn prize by the board as it is now and has none, and the other way."""
    if not plan.rules.unit_prizes or plan.state not in {AwardState.PROPOSED, AwardState.FINAL}:
        return []
    places = list(list_places(session, plan.id))
    units = list_awardable(session, competition, now)
    drawn = _award(
        plan, units, seed=plan.seed, number=plan.number, left_out=_struck_by_hand(places)
    )
    names = {each.subject: each.name for each in places}
    subjects = list_subjects(session, competition.id)
    names |= {subject: name for subject, (_, name) in subjects.items()}
    due = {(row.prize, row.entry) for row in drawn if row.status is AwardStatus.HELD}
    held = {(p.prize, p.subject) for p in places if p.status is AwardStatus.HELD}
    lost = [UnitPrizeChange(c, s, names[s], gains=False) for c, s in sorted(held - due)]
    return [*lost, *(UnitPrizeChange(c, s, names[s], gains=True) for c, s in sorted(due - held))]


def settle_units(
    session: Session,
    competition: CompetitionView,
    *,
    actor_id: int | None,
    reason: str,
    now: datetime,
) -> bool:
    """Let proposed prizes for units follow the board as it is now; tell whether any holder changed.

    Whom a person struck stays struck; other holders are open to objections as long as the first
    ones. Announced or final prizes are not touched.
    """
    plan = find_plan(session, competition.id)
    if plan is None or plan.state is not AwardState.PROPOSED:
        return False
    changes = list_unit_changes(session, competition, plan, now)
    if not changes:
        return False
    places = list(list_places(session, plan.id))
    left_out = _struck_by_hand(places)
    units = list_awardable(session, competition, now)
    drawn = _award(plan, units, seed=plan.seed, number=plan.number, left_out=left_out)
    ids = {(place.prize, place.subject): place.public_id for place in places}
    session.execute(
        delete(UnitAward).where(
            UnitAward.plan_id == plan.id,
            or_(UnitAward.status != AwardStatus.STRUCK.value, UnitAward.by_list),
        )
    )
    taken = {(p.prize, p.place) for p in places if _is_struck(p)}
    _insert(session, competition, plan, _moved(drawn, taken), ids)
    until = now + timedelta(days=plan.rules.objection_days)
    until = max(until, plan.objections_until or until)
    claims_until = until + timedelta(days=plan.rules.claim_days)
    session.execute(
        update(AwardPlan)
        .where(AwardPlan.id == plan.id)
        .values(objections_until=until, claims_until=claims_until)
        .execution_options(synchronize_session=False)
    )
    facts = {
        "reason": reason,
        "lost": [[each.prize, each.subject] for each in changes if not each.gains],
        "gained": [[each.prize, each.subject] for each in changes if each.gains],
    }
    audit.log(
        session,
        "competition.unit_awards_settled",
        competition.public_id,
        actor_id=actor_id,
        now=now,
        details=facts,
    )
    return True


def _is_struck(place: UnitAwardLine) -> bool:
    """Tell whether a person took a prize away for a reason that no board corrects."""
    return place.status is AwardStatus.STRUCK and not place.by_list


def _struck_by_hand(places: Iterable[UnitAwardLine]) -> set[str]:
    return {place.subject for place in places if _is_struck(place)}


def _award(
    plan: PlanView,
    units: Iterable[ListedUnit],
    *,
    seed: str,
    number: str,
    left_out: Collection[str],
) -> list[Drawn]:
    listed = [unit for unit in units if unit.unit not in left_out]
    return award_units(
        plan.rules.unit_prizes, listed, seed=seed, number=number, list_hash=plan.unit_list_hash
    )


def _moved(drawn: Iterable[Drawn], taken: set[tuple[str, int]]) -> list[Drawn]:
    """Return the places with those passed over that somebody struck stands on."""
    last: dict[str, int] = {}
    moved = []
    for row in drawn:
        place = last.get(row.prize, 0) + 1
        while (row.prize, place) in taken:
            place += 1
        last[row.prize] = place
        moved.append(Drawn(row.prize, place, row.entry, row.status))
    return moved


def _insert(
    session: Session,
    competition: CompetitionView,
    plan: PlanView,
    drawn: Iterable[Drawn],
    ids: dict[tuple[str, str], str],
) -> None:
    subjects = list_subjects(session, competition.id)
    rows = [
        {
            "public_id": ids.get((row.prize, row.entry)) or new_public_id(),
            "plan_id": plan.id,
            "prize": row.prize,
            "place": row.place,
            "subject": row.entry,
            "unit_id": subjects[row.entry][0],
            "name": subjects[row.entry][1],
            "status": row.status.value,
        }
        for row in drawn
    ]
    for start in range(0, len(rows), _STEP):
        session.execute(insert(UnitAward), rows[start : start + _STEP])
