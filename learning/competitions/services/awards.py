"""Giving prizes: write them, announce them with the frozen list, draw, answer objections, end.

Each step is audited and held by the plan's row, so that two people never take one twice.
"""

import gzip
import json
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from learning.competitions.models import Award, AwardObjection, AwardPlan, Entry
from learning.competitions.queries import CompetitionView, get_managed
from learning.competitions.queries.awards import (
    MAX_OBJECTIONS,
    PlanView,
    count_open_objections,
    find_plan,
    get_announced,
    read_entry_list,
)
from learning.competitions.queries.prize_lists import list_listed, list_lists
from learning.competitions.rules import State
from learning.competitions.rules.awards import (
    AwardRules,
    AwardState,
    AwardStatus,
    LossCause,
    draw,
    is_number,
    lists_text,
    normalised_number,
    problems_of,
    read_list,
    sha256,
)
from learning.competitions.services.following import Loss, claim_end, take_away
from learning.competitions.services.holding import refuse_sealed
from learning.competitions.services.listing import check_lists
from learning.competitions.services.reranking import PrizeAct
from learning.competitions.services.settling import settle_awards
from learning.competitions.services.unit_prizes import freeze_units, give_unit_prizes
from learning.kernel import audit
from learning.kernel.db import WAKES
from learning.kernel.errors import Conflict, Invalid, NotFound, Problem
from learning.kernel.ids import new_public_id
from learning.kernel.permissions import Actor

MAX_TEXT = 2_000
MAX_REASON = 300
_STEP = 5_000


@dataclass(frozen=True, slots=True)
class Held:
    """A competition and its prizes, the plan's row held."""

    competition: CompetitionView
    plan: PlanView


def write_awards(
    session: Session, actor: Actor, raw_public_id: str, *, rules: AwardRules, now: datetime
) -> None:
    """Write or change prizes that are not announced. Raises NotFound, Invalid, Conflict."""
    competition = get_managed(session, actor, raw_public_id, now)
    refuse_sealed(session, competition.id)
    lists = list_lists(session, competition.id)
    problems = problems_of(rules, (d.code for d in competition.divisions), lists)
    if problems:
        raise Invalid(problems)
    text = json.dumps(rules.to_json(), ensure_ascii=False, sort_keys=True)
    plan = find_plan(session, competition.id)
    if plan is None:
        session.add(
            AwardPlan(
                competition_id=competition.id,
                state=AwardState.DRAFT.value,
                rules=text,
                created_by=actor.user_id,
                created_at=now,
            )
        )
        session.flush()  # two at once: the second is told, not overwritten
    else:
        _move(session, plan, AwardState.DRAFT, AwardState.DRAFT, rules=text)
    _log(session, actor, "competition.awards_written", competition, now, rules=rules.to_json())


def announce_awards(
    session: Session, actor: Actor, raw_public_id: str, *, now: datetime
) -> PlanView:
    """Freeze the lists of a closed competition and publish their hash with the commitment.

    Raises NotFound, Conflict("not_closed" | "not_revealed" | "awards_state" | "nobody_listed"),
    Conflict("source_past") unless the public number comes later, and as `check_lists`.
    """
    held = _hold(session, actor, raw_public_id, now)
    if held.competition.state is not State.CLOSED:
        raise Conflict("not_closed")
    if not held.competition.shown(now).is_final:
        raise Conflict("not_revealed")
    if held.plan.rules.source_at <= now:
        raise Conflict("source_past")
    rules = held.plan.rules
    check_lists(session, held.competition, rules, now)
    entries = list_listed(session, held.competition, rules)
    if rules.lists - {entry.list for entry in entries}:
        raise Conflict("nobody_listed")
    text, seed = lists_text(rules, entries), secrets.token_hex(32)
    _move(
        session,
        held.plan,
        AwardState.DRAFT,
        AwardState.ANNOUNCED,
        entry_list=gzip.compress(text.encode(), mtime=0),
        entries=len({entry.entry for entry in entries}),
        list_hash=sha256(text),
        seed=seed,
        commitment=sha256(seed),
        announced_at=now,
        **freeze_units(session, held.competition, rules, now),
    )
    facts = {"list_hash": sha256(text), "commitment": sha256(seed), "entries": len(entries)}
    _log(session, actor, "competition.awards_announced", held.competition, now, **facts)
    return get_announced(session, held.competition.id)


def draw_awards(
    session: Session, actor: Actor, raw_public_id: str, *, number: str, now: datetime
) -> None:
    """Give the prizes by the public number, and open them to objections.

    Raises NotFound, Invalid for what is no number, Conflict("source_early") before the number can
    be out, Conflict("awards_state").
    """
    number = normalised_number(number)
    if not is_number(number):
        raise Invalid([Problem("", None, "number", "number", "number")])
    held = _hold(session, actor, raw_public_id, now)
    plan = held.plan
    if plan.state is AwardState.ANNOUNCED and now < plan.rules.source_at:
        raise Conflict("source_early")
    objections_until = now + timedelta(days=plan.rules.objection_days)
    _move(
        session,
        plan,
        AwardState.ANNOUNCED,
        AwardState.PROPOSED,
        number=number,
        drawn_at=now,
        objections_until=objections_until,
        claims_until=objections_until + timedelta(days=plan.rules.claim_days),
    )
    count = _write_drawn(session, held, number)
    count += give_unit_prizes(session, held.competition, plan, number)
    _log(session, actor, "competition.awards_drawn", held.competition, now, number=number, n=count)


def _write_drawn(session: Session, held: Held, number: str) -> int:
    plan = held.plan
    entries = read_list(read_entry_list(session, plan.id))
    seed = session.scalar(select(AwardPlan.seed).where(AwardPlan.id == plan.id)) or ""
    drawn = draw(plan.rules.prizes, entries, seed=seed, number=number, list_hash=plan.list_hash)
    ids: dict[str, int] = {}
    for start in range(0, len(drawn), _STEP):
        wanted = {row.entry for row in drawn[start : start + _STEP]}
        found = select(Entry.public_id, Entry.id).where(Entry.public_id.in_(wanted))
        ids |= {row.public_id: row.id for row in session.execute(found)}
    rows: list[dict[str, Any]] = [
        {
            "public_id": new_public_id(),
            "plan_id": plan.id,
            "prize": row.prize,
            "place": row.place,
            "entry_id": ids[row.entry],
            "status": row.status.value,
        }
        for row in drawn
    ]
    for start in range(0, len(rows), _STEP):
        session.execute(insert(Award), rows[start : start + _STEP])
    return len(rows)


def strike_award(
    session: Session,
    actor: Actor,
    raw_public_id: str,
    raw_award_id: str,
    *,
    reason: str,
    follows: bool = True,
    now: datetime,
) -> str | None:
    """Take a prize away, or note that it was given up; return the entry that follows 递补, if any.

    Nobody follows where `follows` is False. After a correction of a final list the corrected one
    says who follows.
    Raises NotFound, Invalid without a reason, Conflict("awards_state").
    """
    reason = clean_text(reason, "reason", MAX_REASON)
    held = _hold(session, actor, raw_public_id, now)
    if held.plan.state not in {AwardState.PROPOSED, AwardState.FINAL}:
        raise Conflict("awards_state")
    condition = Award.public_id == _checked(raw_award_id)
    loss = Loss(reason, actor.user_id, now, is_decided=True, follows=follows)
    taken = take_away(session, held.competition, held.plan, condition, loss)
    if taken is None:
        raise NotFound("award")
    facts = {"award": raw_award_id, "reason": reason, "follows": taken.follower}
    _log(session, actor, "competition.award_struck", held.competition, now, **facts)
    return taken.follower


def object_to_awards(
    session: Session, actor: Actor, competition: CompetitionView, *, text: str, now: datetime
) -> str:
    """Lodge an objection while the prizes are open to it; return its public id.

    Raises NotFound before the announcement, Invalid without a text, Conflict("objections_closed" |
    "sealed"), Conflict("objections_many") for a sixth one that nobody has answered yet.
    """
    text = clean_text(text, "text", MAX_TEXT)
    refuse_sealed(session, competition.id)
    plan = get_announced(session, competition.id)
    if not plan.takes_objections(now):
        raise Conflict("objections_closed")
    if count_open_objections(session, plan.id, user_id=actor.user_id) >= MAX_OBJECTIONS:
        raise Conflict("objections_many")
    public_id = new_public_id()
    session.add(
        AwardObjection(
            public_id=public_id,
            plan_id=plan.id,
            lodged_by=actor.user_id,
            lodged_at=now,
            text=text,
        )
    )
    facts = {"objection": public_id}
    _log(session, actor, "competition.awards_objected", competition, now, **facts)
    return public_id


def answer_objection(
    session: Session,
    actor: Actor,
    raw_public_id: str,
    raw_objection_id: str,
    *,
    is_upheld: bool,
    answer: str,
    now: datetime,
) -> None:
    """Answer an objection; what follows from one upheld is an act of its own.

    Raises NotFound (a person's own objection included: somebody else answers it), Invalid.
    """
    answer = clean_text(answer, "answer", MAX_TEXT)
    held = _hold(session, actor, raw_public_id, now)
    found = session.scalar(
        update(AwardObjection)
        .where(
            AwardObjection.plan_id == held.plan.id,
            AwardObjection.public_id == _checked(raw_objection_id),
            AwardObjection.outcome == "open",
            AwardObjection.lodged_by != actor.user_id,
        )
        .values(
            outcome="upheld" if is_upheld else "rejected",
            answer=answer,
            decided_by=actor.user_id,
            decided_at=now,
        )
        .returning(AwardObjection.id)
        .execution_options(synchronize_session=False)
    )
    if found is None:
        raise NotFound("objection")
    facts = {"objection": raw_objection_id, "upheld": is_upheld}
    _log(session, actor, "competition.objection_answered", held.competition, now, **facts)


def finalise_awards(session: Session, actor: Actor, raw_public_id: str, *, now: datetime) -> bool:
    """Make the prizes final once the days of objection are over and all were answered.

    The days for claiming begin now, later than was said at the draw where answers took longer.
    Return False where the boards are others than those the prizes were laid on, and give them to
    other holders: those are open to objections first.
    Raises NotFound, Conflict("awards_state" | "objections_running" | "objections_open").
    """
    held = _hold(session, actor, raw_public_id, now)
    if held.plan.takes_objections(now):
        raise Conflict("objections_running")
    if count_open_objections(session, held.plan.id):
        raise Conflict("objections_open")
    act = PrizeAct(actor.user_id, LossCause.OUTDATED.value, now)
    if settle_awards(session, held.competition, act=act):
        return False
    until = claim_end(held.plan, now)
    _move(
        session,
        held.plan,
        AwardState.PROPOSED,
        AwardState.FINAL,
        finalised_at=now,
        claims_until=until,
    )
    session.execute(
        update(Award)
        .where(Award.plan_id == held.plan.id, Award.status == AwardStatus.HELD.value)
        .values(claim_by=until)
        .execution_options(synchronize_session=False)
    )
    session.info[WAKES] = True
    _log(session, actor, "competition.awards_final", held.competition, now)
    return True


def record_awards_download(
    session: Session, actor: Actor, competition: CompetitionView, *, rows: int, now: datetime
) -> None:
    """Note in the audit that somebody took the winners with full names, before the list leaves."""
    _log(session, actor, "competition.awards_downloaded", competition, now, rows=rows)


def _hold(session: Session, actor: Actor, raw_public_id: str, now: datetime) -> Held:
    """Lock the row of a managed competition's prizes, then read it as it is under the lock."""
    competition = get_managed(session, actor, raw_public_id, now)
    refuse_sealed(session, competition.id)
    row = select(AwardPlan.id).where(AwardPlan.competition_id == competition.id)
    held = session.scalar(row.with_for_update())
    plan = find_plan(session, competition.id)
    if held is None or plan is None:
        raise NotFound("awards")
    return Held(competition, plan)


def hold_plan_of(
    session: Session, actor: Actor, raw_public_id: str, now: datetime
) -> tuple[CompetitionView, PlanView]:
    """Lock the prizes of a managed competition and return both. Raises NotFound."""
    held = _hold(session, actor, raw_public_id, now)
    return held.competition, held.plan


def _move(
    session: Session, plan: PlanView, before: AwardState, after: AwardState, **values: Any
) -> None:
    moved = session.scalar(
        update(AwardPlan)
        .where(AwardPlan.id == plan.id, AwardPlan.state == before.value)
        .values(state=after.value, **values)
        .returning(AwardPlan.id)
        .execution_options(synchronize_session=False)
    )
    if moved is None:
        raise Conflict("awards_state")


def clean_text(text: str, place: str, longest: int) -> str:
    """Return what somebody wrote; Invalid for nothing, too much, or control characters."""
    text = text.strip()
    if not text or len(text) > longest or any(ord(c) < 32 and c not in "\r\n\t" for c in text):
        raise Invalid([Problem("", None, place, place, place)])
    return text


def _checked(raw_id: str) -> str:
    if not (raw_id.isascii() and raw_id.isalnum()):
        raise NotFound("award")
    return raw_id


def _log(
    session: Session,
    actor: Actor,
    act: str,
    competition: CompetitionView,
    now: datetime,
    **details: Any,
) -> None:
    audit.log(session, act, competition.public_id, actor_id=actor.user_id, now=now, details=details)
