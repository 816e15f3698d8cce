"""Writing the plan of a competition: one target typed, or a sheet of them as a whole."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from learning.competitions.models import PlanTarget
from learning.competitions.queries.progress import get_plan, list_unit_keys
from learning.competitions.rules.targets import TypedTarget, check_targets
from learning.competitions.services.holding import hold
from learning.kernel import audit
from learning.kernel.bulk import insert_many
from learning.kernel.errors import Invalid, Problem
from learning.kernel.permissions import Actor

MAX_ROWS = 30_000
SLICE = 200  # pairs of keys in one statement


def set_targets(
    session: Session,
    actor: Actor,
    raw_public_id: str,
    *,
    typed: Sequence[TypedTarget],
    now: datetime,
) -> int:
    """Write targets, those without a number taken away; return how many rows were read.

    All or nothing. Raises NotFound, Invalid with every problem, Conflict("sealed").
    """
    competition = hold(session, actor, raw_public_id, now)
    if not typed or len(typed) > MAX_ROWS:
        raise Invalid([Problem("", None, "file", "target_rows", "target_rows")])
    held = get_plan(session, competition.id)
    keys = list_unit_keys(session, competition.id)
    changes, problems = check_targets(typed, keys, held)
    if problems:
        raise Invalid(problems)
    by_kind: dict[str, list[str]] = {}
    for kind, code in changes:
        by_kind.setdefault(kind.value, []).append(code)
    for name, codes in by_kind.items():
        for start in range(0, len(codes), SLICE):
            session.execute(
                delete(PlanTarget).where(
                    PlanTarget.competition_id == competition.id,
                    PlanTarget.kind == name,
                    PlanTarget.code.in_(codes[start : start + SLICE]),
                )
            )
    rows = [
        {
            "competition_id": competition.id,
            "kind": kind.value,
            "code": code,
            "target": target,
            "set_by": actor.user_id,
            "set_at": now,
        }
        for (kind, code), target in changes.items()
        if target is not None
    ]
    if rows:
        insert_many(session, PlanTarget, rows)
    audit.log(
        session,
        "competition.targets_set",
        competition.public_id,
        actor_id=actor.user_id,
        now=now,
        details={"rows": len(typed), "kept": len(rows)},
    )
    return len(typed)
