"""Reads of what posts require, on any date, as known on any date; and of the tree it hangs in."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import CompoundSelect, Select, func, select
from sqlalchemy.orm import Session

from learning.accounts.models import User
from learning.compliance.models import Requirement
from learning.compliance.rules.coverage import Asked, Requirements
from learning.organisations.models import Post, Unit, UnitParent
from learning.organisations.queries import valid_as_known
from learning.organisations.rules.names import name_key


@dataclass(frozen=True, slots=True)
class AsOf:
    """The instant that is asked about, and the instant whose knowledge answers."""

    on: datetime
    known_at: datetime


def select_tree(root_id: int, at: AsOf) -> Select[int]:
    """Return the query of the ids of a unit and all that stood below it, as known."""
    below = select(Unit.id.label("id")).where(Unit.id == root_id).cte("tree", recursive=True)
    below = below.union(
        select(UnitParent.unit_id)
        .join(below, UnitParent.parent_id == below.c.id)
        .where(valid_as_known(UnitParent, at.on, at.known_at))
    )
    return select(below.c.id)


def read_parents(session: Session, root_id: int, at: AsOf) -> dict[int, int | None]:
    """Return the parents of a unit and of all below it; the unit's own is None."""
    below = select_tree(root_id, at).subquery()
    rows = session.execute(
        select(UnitParent.unit_id, UnitParent.parent_id).where(
            UnitParent.unit_id.in_(select(below.c.id)),
            valid_as_known(UnitParent, at.on, at.known_at),
        )
    )
    parents: dict[int, int | None] = {row.unit_id: row.parent_id for row in rows}
    parents[root_id] = None
    return parents


def read_ancestors(session: Session, unit_id: int, at: AsOf) -> list[int]:
    """Return a unit and those it stood below, from itself upwards, as known."""
    path, step = [unit_id], unit_id
    while True:
        parent = session.scalar(
            select(UnitParent.parent_id).where(
                UnitParent.unit_id == step, valid_as_known(UnitParent, at.on, at.known_at)
            )
        )
        if parent is None or parent in path:
            return path
        path.append(parent)
        step = parent


def read_requirements(
    session: Session, root_id: int, parents: Mapping[int, int | None], at: AsOf
) -> Requirements:
    """Return what is asked in a tree: what its units set, and what those above it set for them."""
    path = read_ancestors(session, root_id, at)
    units = select_tree(root_id, at).union_all(select(Unit.id).where(Unit.id.in_(path[1:])))
    above = dict(zip(path, [*path[1:], None], strict=True))
    set_here = _set_in(session, units, at)
    return Requirements(set_here, {**parents, **above}, _read_organisations(session, units, at))


def read_matrix(session: Session, unit_id: int, at: AsOf) -> tuple[Requirements, set[int]]:
    """Return what a unit asks of posts, by its own word or that of a unit above; the schemes."""
    path = read_ancestors(session, unit_id, at)
    set_here = _set_in(session, select(Unit.id).where(Unit.id.in_(path)), at)
    above = dict(zip(path, [*path[1:], None], strict=True))
    schemes = {scheme_id for asked in set_here.values() for scheme_id in asked}
    return Requirements(set_here, above), schemes


def _set_in(
    session: Session, units: Select[int] | CompoundSelect[int], at: AsOf
) -> dict[tuple[int, int], dict[int, Asked]]:
    rows = session.execute(
        select(
            Requirement.unit_id,
            Requirement.post_id,
            Requirement.scheme_id,
            Requirement.level,
            Requirement.holders_needed,
        ).where(
            Requirement.unit_id.in_(units),
            valid_as_known(Requirement, at.on, at.known_at),
        )
    )
    set_here: dict[tuple[int, int], dict[int, Asked]] = {}
    for unit_id, post_id, scheme_id, level, needed in rows:
        set_here.setdefault((unit_id, post_id), {})[scheme_id] = Asked(unit_id, level, needed)
    return set_here


def _read_organisations(
    session: Session, units: Select[int] | CompoundSelect[int], at: AsOf
) -> dict[int, int]:
    """Return the organisations of the posts of which units ask something."""
    rows = session.execute(
        select(Post.id, Post.organisation_id).where(
            Post.id.in_(
                select(Requirement.post_id).where(
                    Requirement.unit_id.in_(units),
                    valid_as_known(Requirement, at.on, at.known_at),
                )
            )
        )
    )
    return {row.id: row.organisation_id for row in rows}


@dataclass(frozen=True, slots=True)
class PastRow:
    """What a cell said from when until when, and who recorded it when; `ended_at`: its end."""

    level: str
    holders_needed: int | None
    valid_from: datetime
    valid_to: datetime | None
    recorded_at: datetime
    ended_at: datetime | None
    author: str


def list_history(session: Session, unit_id: int, post_id: int, scheme_id: int) -> list[PastRow]:
    """Return all that a cell of a unit's matrix said and will say, the newest first."""
    rows = session.execute(
        select(Requirement, User.display_name)
        .outerjoin(User, User.id == Requirement.recorded_by)
        .where(
            Requirement.unit_id == unit_id,
            Requirement.post_id == post_id,
            Requirement.scheme_id == scheme_id,
        )
        .order_by(Requirement.recorded_at.desc(), Requirement.id.desc())
    )
    return [
        PastRow(
            row.level,
            row.holders_needed,
            row.valid_from,
            row.valid_to,
            row.recorded_at,
            row.ended_at,
            author or "",
        )
        for row, author in rows
    ]


@dataclass(frozen=True, slots=True)
class PostLine:
    """A post of an organisation."""

    id: int
    public_id: str
    name: str
    is_key_post: bool


def list_posts_of(
    session: Session,
    organisation_id: int,
    *,
    search: str = "",
    offset: int = 0,
    limit: int | None = None,
) -> tuple[list[PostLine], int]:
    """Return posts in use of an organisation, key ones first, then by name; how many fit in all."""
    query = select(Post.id, Post.public_id, Post.name, Post.is_key_post).where(
        Post.organisation_id == organisation_id, Post.retired_at.is_(None)
    )
    if key := name_key(search):
        query = query.where(Post.name_key.contains(key, autoescape=True))
    total = session.scalar(select(func.count()).select_from(query.subquery())) or 0
    rows = session.execute(
        query.order_by(Post.is_key_post.desc(), Post.name_key, Post.id).offset(offset).limit(limit)
    )
    return [PostLine(*row) for row in rows], total


def find_post(session: Session, organisation_id: int, public_id: str) -> PostLine | None:
    """Return a post of an organisation, None when it has none such."""
    row = session.execute(
        select(Post.id, Post.public_id, Post.name, Post.is_key_post).where(
            Post.organisation_id == organisation_id, Post.public_id == public_id
        )
    ).first()
    return PostLine(*row) if row else None
