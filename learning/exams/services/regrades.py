"""Regrades of a sitting: prepared as every regrade is, looked at for what results become.

What is common to all assessments is in `attempts.services.preparing`.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from learning.attempts.models import RegradePlan
from learning.attempts.rules import RegradeState, RulingWish, rulings_from_json
from learning.attempts.services import (
    RegradeDesk,
    ask_plan_force,
    ask_plan_look,
    drop_plan,
    hold_plan,
    hold_plan_row,
    keep_plan_look,
    put_plan_into_force,
    rule_on_item,
    start_plan,
    take_back_ruling,
)
from learning.exams.models import AppealRegrade, RegradeEffect, Sitting, SittingAppeal
from learning.exams.queries import checked_id
from learning.exams.rules.regrading import EffectKind, effect_kind
from learning.exams.services.effects import ResultEffect, preview_results
from learning.exams.services.managing import hold
from learning.kernel.bulk import insert_many
from learning.kernel.errors import NotFound
from learning.kernel.permissions import Actor


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
    row = start_plan(session, _desk(sitting.assessment_id, sitting.public_id, actor, now))
    if appeal_id is not None:
        session.add(AppealRegrade(plan_id=row.id, appeal_id=appeal_id))
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

    Raises NotFound, Invalid, Conflict as `attempts.services.rule_on_item`.
    """
    desk, row = _hold(session, actor, raw_public_id, raw_regrade_id, now)
    rule_on_item(session, desk, row, wish)
    _forget_effects(session, row.id)


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
    _by, row = _hold(session, actor, raw_public_id, raw_regrade_id, now)
    take_back_ruling(row, version_id)
    _forget_effects(session, row.id)


def drop_regrade(
    session: Session, actor: Actor, raw_public_id: str, *, raw_regrade_id: str, now: datetime
) -> None:
    """Give a regrade up that was not applied. Raises NotFound, Conflict("regrade_over")."""
    desk, row = _hold(session, actor, raw_public_id, raw_regrade_id, now)
    drop_plan(session, desk, row)


def ask_for_look(
    session: Session, actor: Actor, raw_public_id: str, *, raw_regrade_id: str, now: datetime
) -> int | None:
    """Ask what a regrade would do; return its row id where the caller may look at once.

    Raises NotFound, Conflict("regrade_over" | "no_rulings").
    """
    desk, row = _hold(session, actor, raw_public_id, raw_regrade_id, now)
    return ask_plan_look(session, desk, row)


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

    Again changes nothing. Raises NotFound, Conflict("regrade_over" | "not_looked" | "look_stale" |
    "reason_missing").
    """
    desk, row = _hold(session, actor, raw_public_id, raw_regrade_id, now)
    return ask_plan_force(session, desk, row, reason)


def look(session: Session, regrade_id: int) -> list[ResultEffect]:
    """Compute what a regrade would do to results; writes nothing."""
    row = session.get_one(RegradePlan, regrade_id)
    sitting_id = session.scalars(
        select(Sitting.id).where(Sitting.assessment_id == row.assessment_id)
    ).one()
    return preview_results(session, sitting_id, rulings_from_json(row.rulings))


def keep_look(
    session: Session, regrade_id: int, effects: Sequence[ResultEffect], now: datetime
) -> None:
    """Keep what a look found, unless the rulings were changed meanwhile."""
    row = hold_plan_row(session, regrade_id)
    if row.state != RegradeState.LOOKING.value:
        return
    _forget_effects(session, row.id)
    found = [(each, kind) for each in effects if (kind := effect_kind(each.before, each.after))]
    insert_many(session, RegradeEffect, [_effect(row.id, each, kind) for each, kind in found])
    counts = {kind.value: sum(k is kind for _each, k in found) for kind in EffectKind}
    keep_plan_look(session, row, {**counts, "scores": len(effects)}, now)


def put_into_force(session: Session, regrade_id: int, now: datetime) -> bool:
    """Apply a regrade that was decided on, once; tell whether this call did it.

    Raises Conflict("look_stale").
    """
    return put_plan_into_force(session, hold_plan_row(session, regrade_id), now)


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


def _forget_effects(session: Session, regrade_id: int) -> None:
    session.execute(delete(RegradeEffect).where(RegradeEffect.regrade_id == regrade_id))


def _hold(
    session: Session, actor: Actor, raw_public_id: str, raw_regrade_id: str, now: datetime
) -> tuple[RegradeDesk, RegradePlan]:
    sitting = hold(session, actor, raw_public_id, now)
    row = hold_plan(session, sitting.assessment_id, raw_regrade_id)
    return _desk(sitting.assessment_id, sitting.public_id, actor, now), row


def _desk(assessment_id: int, sitting: str, actor: Actor, now: datetime) -> RegradeDesk:
    return RegradeDesk(assessment_id, actor.user_id, {"sitting": sitting}, now)
