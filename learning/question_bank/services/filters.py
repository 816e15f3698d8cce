"""Saved filters: a person's own named searches in the bank."""

from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from learning.kernel.errors import Conflict, Invalid, NotFound, Problem
from learning.kernel.permissions import Actor
from learning.question_bank.models import SavedFilter
from learning.question_bank.queries import storable

MAX_FILTERS = 50
MAX_NAME = 60
MAX_QUERY = 600


def save_filter(session: Session, actor: Actor, name: str, query: str, *, now: datetime) -> None:
    """Keep a search under a name; the same name replaces it.

    Raises Invalid for a name of no or more than 60 characters, Conflict("too_many_filters").
    """
    name = " ".join(name.split())
    if not 1 <= len(name) <= MAX_NAME or not name.isprintable():
        raise Invalid([Problem("", None, "name", "name", f"名称应有 1～{MAX_NAME} 字")])
    if len(query) > MAX_QUERY:
        raise Invalid([Problem("", None, "query", "query", "条件太长，保存不了")])
    held = session.scalar(
        select(SavedFilter).where(SavedFilter.user_id == actor.user_id, SavedFilter.name == name)
    )
    if held is not None:
        held.query = query
        return
    count = session.scalar(
        select(func.count()).select_from(SavedFilter).where(SavedFilter.user_id == actor.user_id)
    )
    if (count or 0) >= MAX_FILTERS:
        raise Conflict("too_many_filters", most=MAX_FILTERS)
    session.add(SavedFilter(user_id=actor.user_id, name=name, query=query, created_at=now))


def delete_filter(session: Session, actor: Actor, name: str) -> None:
    """Forget a search of one's own; raise NotFound when there is none of that name."""
    gone = session.scalar(
        delete(SavedFilter)
        .where(SavedFilter.user_id == actor.user_id, SavedFilter.name == storable(name))
        .returning(SavedFilter.id)
    )
    if gone is None:
        raise NotFound("filter")
