"""Posts of an organisation: a page by name, one with what it was called before. Reads only."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session

from learning.accounts.models import User
from learning.kernel.errors import NotFound
from learning.organisations.models import FormerPostName, Post, PostHolding
from learning.organisations.queries.units import storable, valid_at
from learning.organisations.rules.names import name_key


@dataclass(frozen=True, slots=True)
class PostView:
    """A post, and how many people are in it now; `retired_at` None: it is in use."""

    id: int
    public_id: str
    name: str
    is_key_post: bool
    created_at: datetime
    retired_at: datetime | None
    people: int


@dataclass(frozen=True, slots=True)
class PostPage:
    """A page of posts by name, and whether there is more before and after it."""

    rows: list[PostView]
    has_before: bool
    has_after: bool


@dataclass(frozen=True, slots=True)
class FormerName:
    """What a post was called until it was renamed, and by whom ("": the system)."""

    name: str
    renamed_at: datetime
    author: str


def list_posts(
    session: Session,
    organisation_id: int,
    now: datetime,
    *,
    search: str = "",
    is_retired: bool = False,
    after: str = "",
    before: str = "",
    limit: int,
) -> PostPage:
    """Return posts in use, or those retired, by name; found by present and former names.

    `after` and `before` are public ids of posts between which the page lies; the first page where
    they are unknown.
    """
    wanted = _fitting(organisation_id, search, is_retired=is_retired)
    marker = _key_of(session, organisation_id, after or before)
    is_back = marker is not None and not after
    if marker is None:
        found = session.execute(wanted.order_by(Post.name_key).limit(limit + 1)).all()
    elif is_back:
        part = wanted.where(Post.name_key < marker).order_by(Post.name_key.desc())
        found = session.execute(part.limit(limit + 1)).all()
    else:
        part = wanted.where(Post.name_key > marker).order_by(Post.name_key)
        found = session.execute(part.limit(limit + 1)).all()
    rows, has_more = found[:limit], len(found) > limit
    if is_back:
        return PostPage(_dressed(session, rows[::-1], now), has_more, has_after=True)
    return PostPage(_dressed(session, rows, now), marker is not None, has_more)


def count_posts(
    session: Session, organisation_id: int, *, search: str = "", is_retired: bool = False
) -> int:
    """Count the posts that `list_posts` pages through."""
    wanted = _fitting(organisation_id, search, is_retired=is_retired)
    return session.scalar(select(func.count()).select_from(wanted.subquery())) or 0


def get_post(session: Session, organisation_id: int, raw_post: str, now: datetime) -> PostView:
    """Return a post of an organisation, retired or not; NotFound when it has none such."""
    wanted = _select().where(
        Post.organisation_id == organisation_id, Post.public_id == storable(raw_post)
    )
    rows = session.execute(wanted).all()
    if not rows:
        raise NotFound("post")
    return _dressed(session, rows, now)[0]


def list_former_names(session: Session, post_id: int) -> list[FormerName]:
    """Return what a post was called before, the newest first."""
    rows = session.execute(
        select(FormerPostName.name, FormerPostName.renamed_at, User.display_name)
        .outerjoin(User, User.id == FormerPostName.renamed_by)
        .where(FormerPostName.post_id == post_id)
        .order_by(FormerPostName.id.desc())
    )
    return [FormerName(name, at, author or "") for name, at, author in rows]


def count_holders(session: Session, post_ids: Collection[int], now: datetime) -> dict[int, int]:
    """Return how many people are in posts now, by the posts' row ids; none for an empty one."""
    rows = session.execute(
        select(PostHolding.post_id, func.count(PostHolding.user_id.distinct()))
        .where(PostHolding.post_id.in_(post_ids), valid_at(PostHolding, now))
        .group_by(PostHolding.post_id)
    )
    return dict(rows.all())


def _select() -> Select[*tuple[Any, ...]]:
    return select(
        Post.id, Post.public_id, Post.name, Post.is_key_post, Post.created_at, Post.retired_at
    )


def _fitting(organisation_id: int, search: str, *, is_retired: bool) -> Select[*tuple[Any, ...]]:
    state = Post.retired_at.is_not(None) if is_retired else Post.retired_at.is_(None)
    wanted = _select().where(Post.organisation_id == organisation_id, state)
    if key := name_key(search):
        wanted = wanted.where(_is_called(key))
    return wanted


def _is_called(key: str) -> ColumnElement[bool]:
    former = select(FormerPostName.post_id).where(
        FormerPostName.name_key.contains(key, autoescape=True)
    )
    return or_(Post.name_key.contains(key, autoescape=True), Post.id.in_(former))


def _key_of(session: Session, organisation_id: int, raw_post: str) -> str | None:
    if not raw_post:
        return None
    return session.scalar(
        select(Post.name_key).where(
            Post.organisation_id == organisation_id, Post.public_id == storable(raw_post)
        )
    )


def _dressed(session: Session, rows: Collection[Any], now: datetime) -> list[PostView]:
    people = count_holders(session, [row.id for row in rows], now)
    return [
        PostView(
            row.id,
            row.public_id,
            row.name,
            row.is_key_post,
            row.created_at,
            row.retired_at,
            people.get(row.id, 0),
        )
        for row in rows
    ]
