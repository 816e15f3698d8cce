"""Reads of the grid of people and schemes: a page by key, never by number, over 100,000 people.

A page is found by walking people in the order of their names until it is full, and is then dressed
by one read each for all its people. Everything stays within the units that the reader reaches.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, or_, select, union
from sqlalchemy.orm import Session

from learning.accounts.models import User
from learning.compliance.queries.cells import read_cells
from learning.compliance.queries.conditions import holding_nothing, lacks, narrowing, walked, within
from learning.compliance.queries.places import PlaceView, read_places
from learning.compliance.rules.grid import NOTHING, SOON, Cell, Lacks
from learning.kernel.bulk import among
from learning.kernel.permissions import Actor, Permission
from learning.organisations.models import Membership, Post, PostHolding, Unit
from learning.organisations.queries import subtree, units_in_reach, valid_at
from learning.organisations.queries.units import storable
from learning.organisations.rules.names import clean_text, staff_key

PAGE_SIZE = 50
SLICE = 5_000  # people read at once for a file
COUNT_CAP = 10_000  # beyond it a list is only said to be longer
SPARSE = 2_000  # a choice of no more people is sorted, a larger one walked by name


@dataclass(frozen=True, slots=True)
class GridFilter:
    """What HR looks for; "" leaves a criterion open. `unit`, `post`, `scheme` are public ids.

    `days` is how far "expiring" looks ahead.
    """

    unit: str = ""
    post: str = ""
    scheme: str = ""
    lacks: Lacks = Lacks.ANY
    days: int = SOON.days
    search: str = ""

    @property
    def is_open(self) -> bool:
        """Tell whether nothing narrows the list but the reader's reach."""
        return self == GridFilter(days=self.days)


@dataclass(frozen=True, slots=True)
class GridRow:
    """A person of the grid. `own` holds the cells by scheme, where one is held or asked.

    `columns` are the schemes of the grid, and `asking` those that a post asks of the person.
    """

    user_id: int
    public_id: str
    name: str
    sort_key: str
    place: PlaceView
    own: dict[int, Cell]
    gaps: int
    asking: Collection[int]
    columns: Sequence[int]

    @property
    def cells(self) -> list[Cell]:
        """The cells in the order of the columns."""
        return [self.own.get(scheme, NOTHING) for scheme in self.columns]

    @property
    def asked(self) -> dict[int, Cell]:
        """The cell of every scheme that a post asks of the person."""
        return {scheme: self.own[scheme] for scheme in self.asking}


@dataclass(frozen=True, slots=True)
class GridPage:
    """A page by name; `has_before`, `has_after`: whether there is more on either side."""

    rows: list[GridRow]
    has_before: bool
    has_after: bool


@dataclass(frozen=True, slots=True)
class Turn:
    """Which way a page was turned: after or before the person of a public id, or neither."""

    after: str = ""
    before: str = ""


def read_page(
    session: Session,
    actor: Actor,
    wanted: GridFilter,
    scheme_ids: Sequence[int],
    now: datetime,
    *,
    turn: Turn | None = None,
    permission: Permission = Permission.COMPLIANCE_READ,
    size: int = PAGE_SIZE,
) -> GridPage:
    """Return a page of people by pinyin with their cells under the schemes."""
    people = select_people(session, actor, wanted, now, permission=permission)
    found, has_before, has_after = turn_page(
        session, actor, people, turn or Turn(), now, permission=permission, size=size
    )
    rows = list(_dress(session, actor, found, scheme_ids, wanted, now, permission))
    return GridPage(rows, has_before, has_after)


def turn_page(
    session: Session,
    actor: Actor,
    people: Select[int, str, str, str],
    turn: Turn,
    now: datetime,
    *,
    permission: Permission = Permission.COMPLIANCE_READ,
    size: int = PAGE_SIZE,
) -> tuple[Sequence[Any], bool, bool]:
    """Return a page of `select_people`'s rows, and whether there is more before and after it."""
    key = _key_of(session, actor, turn.after or turn.before, now, permission)
    if key is None or turn.after:
        found = session.execute(_beyond(people, key).limit(size + 1)).all()
        return found[:size], key is not None, len(found) > size
    found = session.execute(_below(people, key).limit(size + 1)).all()
    return found[:size][::-1], len(found) > size, True


def iterate_rows(
    session: Session,
    actor: Actor,
    wanted: GridFilter,
    scheme_ids: Sequence[int],
    now: datetime,
) -> Iterator[GridRow]:
    """Yield everybody who fits by pinyin, some thousands read at a time."""
    people = select_people(session, actor, wanted, now)
    key: tuple[str, int] | None = None
    while True:
        found = session.execute(_beyond(people, key).limit(SLICE)).all()
        if not found:
            return
        key = (found[-1].sort_key, found[-1].id)
        yield from _dress(
            session, actor, found, scheme_ids, wanted, now, Permission.COMPLIANCE_READ
        )


def count_people(
    session: Session,
    actor: Actor,
    wanted: GridFilter,
    now: datetime,
    *,
    permission: Permission = Permission.COMPLIANCE_READ,
) -> int:
    """Count who fits, at most `COUNT_CAP` + 1: a longer list is only known to be longer."""
    people = (
        select_people(session, actor, wanted, now, permission=permission)
        .order_by(None)
        .limit(COUNT_CAP + 1)
    )
    return session.scalar(select(func.count()).select_from(people.subquery())) or 0


def select_people(
    session: Session,
    actor: Actor,
    wanted: GridFilter,
    now: datetime,
    *,
    permission: Permission = Permission.COMPLIANCE_READ,
) -> Select[int, str, str, str]:
    """Return the query of the people who fit, in the order of the list."""
    units = select_units(session, actor, wanted.unit, now, permission)
    query = select(User.id, User.public_id, User.display_name, User.sort_key).where(
        walked(
            exists().where(
                Membership.user_id == User.id,
                valid_at(Membership, now),
                within((Membership.unit_id,), units),
            )
        )
    )
    if wanted.post:
        query = query.where(_in_post(wanted.post, units, now))
    if wanted.lacks is not Lacks.ANY:
        query = query.where(lacks(wanted.lacks, wanted.scheme, wanted.days, units, now))
    return query.where(*_few(session, wanted, units, now)).order_by(User.sort_key, User.id)


def _few(
    session: Session, wanted: GridFilter, units: Select[int], now: datetime
) -> list[ColumnElement[bool]]:
    """Return the conditions that bound the list so narrowly that sorting beats walking.

    Who is searched is always found first: names have no index that a walk could use. Who holds
    nothing is mostly rare among many who hold something, and is then read once.
    """
    bounds = []
    if wanted.unit:
        bounds.append(select(Membership.user_id).where(Membership.unit_id.in_(units)))
    if wanted.post:
        post = _post_id(wanted.post)
        bounds.append(select(PostHolding.user_id).where(PostHolding.post_id == post))
    holders = narrowing(wanted.lacks, wanted.scheme, wanted.days, units, now)
    if holders is not None:
        bounds.append(holders)
    found: list[ColumnElement[bool]] = [
        User.id.in_(bound) for bound in bounds if _is_few(session, bound)
    ]
    if wanted.search:
        found.append(User.id.in_(_means(wanted.search, units, now)))
    elif not found and wanted.lacks is Lacks.NOT_HELD and not wanted.scheme:
        nothing = holding_nothing(session.scalars(units).all(), now)
        rare = session.scalars(nothing.limit(SPARSE + 1)).all()
        if len(rare) <= SPARSE:
            found.append(among(User.id, rare))
    return found


def _is_few(session: Session, people: Select[int]) -> bool:
    some = people.limit(SPARSE + 1).subquery()
    return (session.scalar(select(func.count()).select_from(some)) or 0) <= SPARSE


def select_units(
    session: Session, actor: Actor, raw_unit: str, now: datetime, permission: Permission
) -> Select[int]:
    """Return the query of a unit and all below it within reach; without one, of all in reach."""
    reach = units_in_reach(session, actor, permission, now)
    if not raw_unit:
        return reach
    root = select(Unit.id).where(Unit.public_id == storable(raw_unit), Unit.id.in_(reach))
    return select(Unit.id).where(Unit.id.in_(subtree(root, now)), Unit.id.in_(reach))


def _post_id(raw_post: str) -> Any:
    return select(Post.id).where(Post.public_id == storable(raw_post)).scalar_subquery()


def _in_post(raw_post: str, units: Select[int], now: datetime) -> Any:
    return walked(
        exists().where(
            PostHolding.user_id == User.id,
            PostHolding.post_id == _post_id(raw_post),
            within((PostHolding.unit_id,), units),
            valid_at(PostHolding, now),
        )
    )


def _means(search: str, units: Select[int], now: datetime) -> Any:
    text = clean_text(search)
    named = select(User.id).where(
        or_(
            User.display_name.icontains(text, autoescape=True),
            User.sort_key.startswith(text.casefold(), autoescape=True),
        )
    )
    numbered = select(Membership.user_id).where(
        Membership.staff_no_key.startswith(staff_key(text), autoescape=True),
        within((Membership.unit_id,), units),
        valid_at(Membership, now),
    )
    return union(named, numbered)


def _key_of(
    session: Session, actor: Actor, raw_person: str, now: datetime, permission: Permission
) -> tuple[str, int] | None:
    """Return the place in the list of who was or is in reach; None for anybody else."""
    if not raw_person:
        return None
    reach = units_in_reach(session, actor, permission, now)
    row = session.execute(
        select(User.sort_key, User.id).where(
            User.public_id == storable(raw_person),
            exists().where(Membership.user_id == User.id, Membership.unit_id.in_(reach)),
        )
    ).first()
    return None if row is None else (row.sort_key, row.id)


def _beyond(
    query: Select[int, str, str, str], key: tuple[str, int] | None
) -> Select[int, str, str, str]:
    if key is None:
        return query
    # The first condition alone bounds the index; the second settles equal names.
    return query.where(User.sort_key >= key[0], or_(User.sort_key > key[0], User.id > key[1]))


def _below(query: Select[int, str, str, str], key: tuple[str, int]) -> Select[int, str, str, str]:
    return (
        query.where(User.sort_key <= key[0], or_(User.sort_key < key[0], User.id < key[1]))
        .order_by(None)
        .order_by(User.sort_key.desc(), User.id.desc())
    )


def _dress(
    session: Session,
    actor: Actor,
    found: Sequence[Any],
    scheme_ids: Sequence[int],
    wanted: GridFilter,
    now: datetime,
    permission: Permission,
) -> Iterator[GridRow]:
    ids = [row.id for row in found]
    reach = units_in_reach(session, actor, permission, now)
    places = read_places(session, reach, ids, now)
    cells_of = read_cells(session, places, scheme_ids, now, soon=timedelta(days=wanted.days))
    for user_id, public_id, name, key in found:
        place = places.get(user_id)
        if place is not None:
            yield GridRow(user_id, public_id, name, key, place, *cells_of(user_id), scheme_ids)
