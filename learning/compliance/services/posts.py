"""Retiring a post: only one of which nothing is asked any more, and in which nobody is."""

from datetime import datetime

from sqlalchemy.orm import Session

from learning.compliance.queries.posts import count_asked
from learning.kernel.errors import Conflict
from learning.kernel.permissions import Actor
from learning.organisations.queries.posts import get_post
from learning.organisations.services import retire_post
from learning.organisations.services.acts import hold_structure


def retire(
    session: Session, actor: Actor, organisation_id: int, raw_post: str, *, now: datetime
) -> str:
    """Retire a post of an organisation that the caller has judged; return its name.

    Raises NotFound for a post that is not of it, Conflict("post_required", cells=…) while units ask
    something of it, now or from a later day on, and Conflict("post_held", people=…).
    """
    hold_structure(session)  # requirements are set, and people posted, under the same lock
    post = get_post(session, organisation_id, raw_post, now)
    if cells := count_asked(session, [post.id], now).get(post.id):
        raise Conflict("post_required", cells=cells)
    return retire_post(session, actor, organisation_id, raw_post, now=now)
