"""Prizes for organisations and provinces: frozen, given, and laid anew on a corrected board.

They live in the plan of the prizes for people: announced, drawn, open to objections and final with
them. Callers hold the plan's row.
"""

import gzip
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select, update
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
from learning.competitions.services.reranking import MAX_REASON, PrizeAct, reopen
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
    units = list_awardable(session, competition, rules, now)
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
    units = list_awardable(session, competition, plan.rules, now)
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


def settle_units(session: Session, competition: CompetitionView, *, act: PrizeAct) -> bool:
    """Let proposed prizes for units follow the boards as they are now; tell if a holder changed.

    The same lots are laid on the corrected list, which is published. Whom a person struck stays
    struck; other holders are open to objections as long as the first ones. Announced or final
    prizes are not touched.
    """
    plan = find_plan(session, competition.id)
    if plan is None or plan.state is not AwardState.PROPOSED or not plan.rules.unit_prizes:
        return False
    units = list_awardable(session, competition, plan.rules, act.now)
    text = unit_list_text(units)
    if sha256(text) == (plan.corrected_unit_hash or plan.unit_list_hash):
        return False
    _publish_corrected(session, plan, text, act.now)
    places = list(list_places(session, plan.id))
    left_out = _struck_by_hand(places)
    drawn = _award(plan, units, seed=plan.seed, number=plan.number, left_out=left_out)
    held = {(p.prize, p.subject) for p in places if p.status is AwardStatus.HELD}
    due = {(row.prize, row.entry) for row in drawn if row.status is AwardStatus.HELD}
    _lay(session, competition, plan, drawn, places, act)
    if held != due:
        reopen(session, plan, act.now)
    facts = {
        "reason": act.reason,
        "lost": sorted(map(list, held - due)),
        "gained": sorted(map(list, due - held)),
    }
    audit.log(
        session,
        "competition.unit_awards_settled",
        competition.public_id,
        actor_id=act.actor_id,
        now=act.now,
        details=facts,
    )
    return held != due


def _publish_corrected(session: Session, plan: PlanView, text: str, now: datetime) -> None:
    """Keep the corrected list, so that anybody can replay the prizes on it."""
    session.execute(
        update(AwardPlan)
        .where(AwardPlan.id == plan.id)
        .values(
            corrected_unit_list=gzip.compress(text.encode(), mtime=0),
            corrected_unit_hash=sha256(text),
            units_corrected_at=now,
        )
        .execution_options(synchronize_session=False)
    )


def _lay(
    session: Session,
    competition: CompetitionView,
    plan: PlanView,
    drawn: list[Drawn],
    places: list[UnitAwardLine],
    act: PrizeAct,
) -> None:
    """Write the places anew; who held a prize and is in no place of it stays as struck."""
    listed = {(row.prize, row.entry) for row in drawn}
    out = [p for p in places if (p.prize, p.subject) not in listed]
    losers = [p for p in out if p.status is AwardStatus.HELD]
    stay = [p for p in places if _is_struck(p)]
    stay += [p for p in out if p.status is AwardStatus.STRUCK and p.by_list]
    session.execute(
        update(UnitAward)
        .where(UnitAward.id.in_([p.id for p in losers]))
        .values(
            status=AwardStatus.STRUCK.value,
            reason=act.reason[:MAX_REASON],
            by_list=True,
            changed_by=act.actor_id,
            changed_at=act.now,
        )
        .execution_options(synchronize_session=False)
    )
    kept = [*stay, *losers]
    session.execute(
        delete(UnitAward).where(
            UnitAward.plan_id == plan.id, UnitAward.id.not_in([p.id for p in kept])
        )
    )
    ids = {(p.prize, p.subject): p.public_id for p in places if p not in kept}
    _insert(session, competition, plan, _moved(drawn, {(p.prize, p.place) for p in kept}), ids)


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
