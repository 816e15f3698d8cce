"""Regrades of a sitting: rulings prepared, looked at, then applied once and told to everybody.

A few papers are scored anew in the request, many by the worker; both call `look` and
`put_into_force`, which do the same thing however often and in whatever order they are called.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from learning.attempts.rules import Ruling, Treatment
from learning.attempts.services import apply_regrade
from learning.exams.models import RegradeEffect, SittingAppeal, SittingRegrade
from learning.exams.queries import SittingView, checked_id, get_by_id
from learning.exams.queries.regrades import count_papers, get_version
from learning.exams.rules.regrading import (
    BUSY,
    MAX_RULINGS,
    OPEN_REGRADES,
    SMALL,
    EffectKind,
    RegradeState,
    RulingWish,
    effect_kind,
    new_key,
    rulings_from_json,
    rulings_to_json,
)
from learning.exams.services.effects import ResultEffect, preview_results
from learning.exams.services.managing import hold
from learning.kernel import audit
from learning.kernel.bulk import insert_many
from learning.kernel.errors import Conflict, Invalid, NotFound, Problem
from learning.kernel.ids import new_public_id
from learning.kernel.permissions import Actor
from learning.question_bank.queries import get_whole


def start_regrade(
    session: Session, actor: Actor, raw_public_id: str, *, raw_appeal_id: str, now: datetime
) -> str:
    """Begin to prepare a regrade, from an appeal or ("") from nothing; return its public id.

    Raises NotFound.
    """
    sitting = hold(session, actor, raw_public_id, now)
    appeal_id = None
    if raw_appeal_id:
        appeal_id = session.scalar(
            select(SittingAppeal.id).where(
                SittingAppeal.sitting_id == sitting.id,
                SittingAppeal.public_id == checked_id(raw_appeal_id),
            )
        )
        if appeal_id is None:
            raise NotFound("appeal")
    row = SittingRegrade(
        public_id=new_public_id(),
        sitting_id=sitting.id,
        appeal_id=appeal_id,
        state=RegradeState.DRAFT.value,
        made_by=actor.user_id,
        made_at=now,
    )
    session.add(row)
    session.flush()  # the caller is sent to its page
    return row.public_id


def rule_on(
    session: Session,
    actor: Actor,
    raw_public_id: str,
    *,
    raw_regrade_id: str,
    wish: RulingWish,
    now: datetime,
) -> None:
    """Put a ruling on an item version into a regrade, or another in its place.

    Raises NotFound; Invalid with a problem "key" for a key that the item cannot have;
    Conflict("regrade_over" | "too_many").
    """
    sitting, row = _hold(session, actor, raw_public_id, raw_regrade_id, now)
    _check_open(row)
    version_id, key = wish.version_id, None
    get_version(session, sitting, version_id)
    if wish.treatment is Treatment.REKEY:
        key = new_key(get_whole(session, version_id), wish.chosen, wish.lines)
        if key is None:
            raise Invalid([Problem("", None, "key", "key", "key")])
    kept = [r for r in rulings_from_json(row.rulings) if r.version_id != version_id]
    if len(kept) >= MAX_RULINGS:
        raise Conflict("too_many")
    _put(session, row, [*kept, Ruling(version_id, wish.treatment, key)])
    details = {"version": version_id, "treatment": wish.treatment.value}
    _log(session, "regrade.ruled", actor, row, sitting, now, details)


def take_ruling_back(
    session: Session,
    actor: Actor,
    raw_public_id: str,
    *,
    raw_regrade_id: str,
    version_id: int,
    now: datetime,
) -> None:
    """Take a ruling out of a regrade. Raises NotFound, Conflict("regrade_over")."""
    _sitting, row = _hold(session, actor, raw_public_id, raw_regrade_id, now)
    _check_open(row)
    kept = [r for r in rulings_from_json(row.rulings) if r.version_id != version_id]
    _put(session, row, kept)


def drop_regrade(
    session: Session, actor: Actor, raw_public_id: str, *, raw_regrade_id: str, now: datetime
) -> None:
    """Give a regrade up that was not applied. Raises NotFound, Conflict("regrade_over")."""
    sitting, row = _hold(session, actor, raw_public_id, raw_regrade_id, now)
    _check_open(row)
    row.state = RegradeState.DROPPED.value
    _log(session, "regrade.dropped", actor, row, sitting, now, {})


def ask_for_look(
    session: Session, actor: Actor, raw_public_id: str, *, raw_regrade_id: str, now: datetime
) -> int | None:
    """Ask what a regrade would do; return its row id where the caller may look at once.

    Raises NotFound, Conflict("regrade_over" | "no_rulings").
    """
    sitting, row = _hold(session, actor, raw_public_id, raw_regrade_id, now)
    _check_open(row)
    rulings = rulings_from_json(row.rulings)
    if not rulings:
        raise Conflict("no_rulings")
    _ask(row, RegradeState.LOOKING, now)
    # A look with a guessed key tells something of the true one: who looked at what is kept.
    details = {"rulings": {str(r.version_id): r.treatment.value for r in rulings}}
    _log(session, "regrade.looked_at", actor, row, sitting, now, details)
    return row.id if count_papers(session, sitting) <= SMALL else None


def ask_for_force(
    session: Session,
    actor: Actor,
    raw_public_id: str,
    *,
    raw_regrade_id: str,
    reason: str,
    now: datetime,
) -> int | None:
    """Decide that a regrade is to be applied; return its row id where the caller may do it at once.

    Again changes nothing. Raises NotFound, Conflict("regrade_over" | "not_looked" |
    "reason_missing").
    """
    sitting, row = _hold(session, actor, raw_public_id, raw_regrade_id, now)
    if row.state in {RegradeState.APPLYING.value, RegradeState.APPLIED.value}:
        return row.id if count_papers(session, sitting) <= SMALL else None
    _check_open(row)
    if row.state != RegradeState.LOOKED.value:
        raise Conflict("not_looked")
    if not reason.strip():
        raise Conflict("reason_missing")
    row.reason, row.applied_by = reason.strip(), actor.user_id
    _ask(row, RegradeState.APPLYING, now)
    return row.id if count_papers(session, sitting) <= SMALL else None


def look(session: Session, regrade_id: int) -> list[ResultEffect]:
    """Compute what a regrade would do to results; writes nothing."""
    row = session.get_one(SittingRegrade, regrade_id)
    return preview_results(session, row.sitting_id, rulings_from_json(row.rulings))


def keep_look(
    session: Session, regrade_id: int, effects: Sequence[ResultEffect], now: datetime
) -> None:
    """Keep what a look found, unless the rulings were changed meanwhile."""
    row = _hold_row(session, regrade_id)
    if row.state != RegradeState.LOOKING.value:
        return
    _forget_effects(session, row.id)
    found = [(each, kind) for each in effects if (kind := effect_kind(each.before, each.after))]
    insert_many(session, RegradeEffect, [_effect(row.id, each, kind) for each, kind in found])
    counts = {kind.value: sum(k is kind for _each, k in found) for kind in EffectKind}
    papers = count_papers(session, get_by_id(session, row.sitting_id))
    row.summary = json.dumps({**counts, "scores": len(effects), "papers": papers})
    row.state, row.looked_at = RegradeState.LOOKED.value, now


def put_into_force(session: Session, regrade_id: int, now: datetime) -> bool:
    """Apply a regrade that was decided on, once; tell whether this call did it.

    Scores, rulings and events are one transaction, the caller's.
    """
    row = _hold_row(session, regrade_id)
    if row.state != RegradeState.APPLYING.value:
        return False
    sitting = get_by_id(session, row.sitting_id)
    apply_regrade(
        session,
        sitting.assessment_id,
        rulings_from_json(row.rulings),
        regrade_id=row.public_id,
        actor_id=row.applied_by,
        reason=row.reason,
        now=now,
    )
    row.state, row.applied_at = RegradeState.APPLIED.value, now
    return True


def note_failed(session: Session, regrade_id: int, code: str) -> None:
    """Give a regrade back to its examiner that cannot be computed, so that others have a turn."""
    session.execute(
        update(SittingRegrade)
        .where(
            SittingRegrade.id == regrade_id,
            SittingRegrade.state.in_([state.value for state in BUSY]),
        )
        .values(state=RegradeState.DRAFT.value, error=code[:80])
    )


def _effect(regrade_id: int, effect: ResultEffect, kind: EffectKind) -> dict[str, object]:
    before, after = effect.before, effect.after
    return {
        "regrade_id": regrade_id,
        "user_id": effect.user_id,
        "kind": kind.value,
        "before_milli": before.points_milli if before else None,
        "before_max_milli": before.max_milli if before else None,
        "after_milli": after.points_milli if after else None,
        "after_max_milli": after.max_milli if after else None,
    }


def _ask(row: SittingRegrade, state: RegradeState, now: datetime) -> None:
    row.state, row.asked_at, row.error = state.value, now, ""


def _put(session: Session, row: SittingRegrade, rulings: Sequence[Ruling]) -> None:
    """Write the rulings; what was looked at before says nothing of them."""
    row.rulings, row.state = rulings_to_json(rulings), RegradeState.DRAFT.value
    row.summary, row.looked_at, row.error = "{}", None, ""
    _forget_effects(session, row.id)


def _forget_effects(session: Session, regrade_id: int) -> None:
    session.execute(delete(RegradeEffect).where(RegradeEffect.regrade_id == regrade_id))


def _check_open(row: SittingRegrade) -> None:
    if RegradeState(row.state) not in OPEN_REGRADES:
        raise Conflict("regrade_over")


def _hold(
    session: Session, actor: Actor, raw_public_id: str, raw_regrade_id: str, now: datetime
) -> tuple[SittingView, SittingRegrade]:
    sitting = hold(session, actor, raw_public_id, now)
    found = session.scalar(
        select(SittingRegrade.id).where(
            SittingRegrade.sitting_id == sitting.id,
            SittingRegrade.public_id == checked_id(raw_regrade_id),
        )
    )
    if found is None:
        raise NotFound("regrade")
    return sitting, _hold_row(session, found)


def _hold_row(session: Session, regrade_id: int) -> SittingRegrade:
    return session.scalars(
        select(SittingRegrade)
        .where(SittingRegrade.id == regrade_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def _log(
    session: Session,
    act: str,
    actor: Actor,
    row: SittingRegrade,
    sitting: SittingView,
    now: datetime,
    details: Mapping[str, object],
) -> None:
    told = {"sitting": sitting.public_id, **details}
    audit.log(session, act, row.public_id, actor_id=actor.user_id, now=now, details=told)
