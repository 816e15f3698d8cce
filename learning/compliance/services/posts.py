"""Retiring a post: of which nothing is asked, in which nobody is, and whose training is settled."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from learning.compliance.queries.posts import TrainingOfPost, count_asked, list_training
from learning.compliance.services.assignments import cancel_many
from learning.kernel import audit
from learning.kernel.errors import Conflict, Invalid, Problem
from learning.kernel.permissions import Actor
from learning.organisations.queries.posts import get_post
from learning.organisations.services import retire_post
from learning.organisations.services.acts import hold_structure

MAX_REASON = 300


class Fate(StrEnum):
    """What becomes of the training tasks that a post gives."""

    KEEP = "keep"  # they go on as they are, and take people again once the post is restored
    CANCEL = "cancel"


@dataclass(frozen=True, slots=True)
class Settling:
    """What HR decides of the training it saw hang on a post, by public ids; `reason` to cancel."""

    fate: Fate
    seen: frozenset[str]
    reason: str = ""


def retire(
    session: Session,
    actor: Actor,
    organisation_id: int,
    raw_post: str,
    *,
    now: datetime,
    settling: Settling | None = None,
) -> str:
    """Retire a post of an organisation that the caller has judged; return its name.

    Raises NotFound for a post that is not of it, Conflict("post_required", cells=…) while units ask
    something of it, now or from a later day on, Conflict("post_held", people=…), and
    Conflict("post_trained", rules=…, tasks=…) where training hangs on it of which nothing was
    decided, or more than was seen; Invalid for a missing or long reason to cancel.
    """
    hold_structure(session)  # requirements are set, and people posted, under the same lock
    post = get_post(session, organisation_id, raw_post, now)
    if cells := count_asked(session, [post.id], now).get(post.id):
        raise Conflict("post_required", cells=cells)
    training = list_training(session, post.id, now) if post.retired_at is None else []
    if training and not post.people:
        _settle(session, actor, training, settling, now)
    return retire_post(session, actor, organisation_id, raw_post, now=now)


def _settle(
    session: Session,
    actor: Actor,
    training: Sequence[TrainingOfPost],
    settling: Settling | None,
    now: datetime,
) -> None:
    if settling is None or not {one.public_id for one in training} <= settling.seen:
        tasks = sum(one.open_tasks for one in training)
        raise Conflict("post_trained", rules=len(training), tasks=tasks)
    reason = " ".join(settling.reason.replace("\0", "").split())
    if settling.fate is Fate.CANCEL:
        if not 0 < len(reason) <= MAX_REASON:
            raise Invalid([Problem("", None, "reason", "reason", "reason")])
        ids = [(one.id, one.public_id) for one in training]
        cancel_many(session, actor, ids, reason=reason, now=now)
        return
    for one in training:
        details = {"open_tasks": one.open_tasks}
        audit.log(
            session,
            "assignment.kept",
            one.public_id,
            actor_id=actor.user_id,
            now=now,
            details=details,
        )
