"""Reads for rosters: the present state that rows are compared with, and uploaded rosters."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict, TypeVar

from sqlalchemy import Select, exists, func, select
from sqlalchemy.orm import Session

from learning.accounts.models import LoginName, User
from learning.kernel.db import to_us
from learning.kernel.errors import NotFound
from learning.organisations.models import (
    FormerPostName,
    Membership,
    PersonMerge,
    Post,
    PostHolding,
    RosterImport,
    Unit,
    UnitAlias,
    UnitName,
    UnitParent,
)
from learning.organisations.queries.people import is_only_theirs
from learning.organisations.queries.units import (
    UnitView,
    departments_below,
    organisation_of_unit,
    storable,
    subtree,
    subtree_paths,
)
from learning.organisations.rules.mending import common_width
from learning.organisations.rules.names import staff_key
from learning.organisations.rules.roster import (
    Holding,
    KnownPerson,
    Path,
    Place,
    RosterRow,
    RosterState,
    login_keys,
    path_key,
)

CHUNK = 5_000  # bound parameters in one statement
LATEST = 10

Fingerprint = tuple[int, ...]
Entry = TypeVar("Entry")


@dataclass(frozen=True, slots=True)
class RosterView:
    """An uploaded roster in a list."""

    public_id: str
    file_name: str
    state: str
    counts: str
    created_at: datetime
    applied_at: datetime | None
    created_by: str
    undone_at: datetime | None


def get_roster(session: Session, unit_id: int, raw_public_id: str) -> RosterImport:
    """Return an uploaded roster of the unit; NotFound when missing or another unit's."""
    row = session.scalars(
        select(RosterImport).where(
            RosterImport.unit_id == unit_id, RosterImport.public_id == storable(raw_public_id)
        )
    ).first()
    if row is None:
        raise NotFound("roster")
    return row


def list_rosters(session: Session, unit_id: int) -> list[RosterView]:
    """Return the latest rosters uploaded for a unit, newest first."""
    rows = session.execute(
        select(
            RosterImport.public_id,
            RosterImport.file_name,
            RosterImport.state,
            RosterImport.counts,
            RosterImport.created_at,
            RosterImport.applied_at,
            User.display_name,
            RosterImport.undone_at,
        )
        .join(User, User.id == RosterImport.created_by)
        .where(RosterImport.unit_id == unit_id)
        .order_by(RosterImport.id.desc())
        .limit(LATEST)
    )
    return [RosterView(*row) for row in rows]


def fingerprint(session: Session, organisation_id: int) -> Fingerprint:
    """Return figures that change whenever units, places or posts of the organisation change.

    Every act adds a row or closes one: the highest id or the number of open rows moves. Merging
    people moves rows between them, which shows in the merges.
    """
    figures: list[int] = []
    for table, condition in (
        (Membership, Membership.organisation_id == organisation_id),
        (PostHolding, PostHolding.post_id.in_(_posts_of(organisation_id))),
        (UnitParent, UnitParent.id.is_not(None)),
        (UnitName, UnitName.id.is_not(None)),
    ):
        top, number = session.execute(
            select(func.max(table.id), func.count(table.id)).where(
                condition, table.valid_to.is_(None)
            )
        ).one()
        figures += [top or 0, number]
    figures += _post_figures(session, organisation_id)
    merges = select(func.max(PersonMerge.id), func.count(PersonMerge.undone_at))
    figures += [figure or 0 for figure in session.execute(merges).one()]
    return tuple(figures)


def _post_figures(session: Session, organisation_id: int) -> list[int]:
    """Return figures that change whenever a post is made, renamed, retired or restored."""
    top, retired, last = session.execute(
        select(func.max(Post.id), func.count(Post.retired_at), func.max(Post.retired_at)).where(
            Post.organisation_id == organisation_id
        )
    ).one()
    renamed = session.scalar(
        select(func.max(FormerPostName.id)).where(
            FormerPostName.post_id.in_(_posts_of(organisation_id))
        )
    )
    return [top or 0, retired, to_us(last) if last else 0, renamed or 0]


def _posts_of(organisation_id: int) -> Select[int]:
    return select(Post.id).where(Post.organisation_id == organisation_id)


def load_roster_state(
    session: Session, unit: UnitView, rows: Sequence[RosterRow], at: datetime
) -> RosterState:
    """Return the present state, as far as the rows can touch it."""
    organisation = organisation_of_unit(session, unit.id, at)
    logins = _login_owners(session, rows, organisation.code)
    staff = _staff_owners(session, rows, organisation.id)
    user_ids = sorted({*logins.values(), *staff.values()})
    return RosterState(
        root_name=unit.name,
        organisation_code=organisation.code,
        units=_paths(session, unit, at),
        people=_people(session, user_ids, organisation.id, at),
        login_owners=logins,
        staff_owners=staff,
        staff_width=_staff_width(session, organisation.id),
        **_posts(session, organisation.id),
        **_names(session, unit, at),
    )


class _Posts(TypedDict):
    post_keys: frozenset[str]
    retired_posts: frozenset[str]
    former_posts: dict[str, str]


def _posts(session: Session, organisation_id: int) -> _Posts:
    """Return what posts are called, and were; a name that another post has now is that one's."""
    posts = session.execute(
        select(Post.name_key, Post.retired_at).where(Post.organisation_id == organisation_id)
    ).all()
    former = session.execute(
        select(FormerPostName.name_key, Post.name)
        .join(Post, Post.id == FormerPostName.post_id)
        .where(Post.organisation_id == organisation_id)
        .order_by(FormerPostName.id)
    )
    keys = frozenset(row.name_key for row in posts)
    return {
        "post_keys": keys,
        "retired_posts": frozenset(row.name_key for row in posts if row.retired_at),
        "former_posts": {key: name for key, name in former if key not in keys},
    }


class _Names(TypedDict):
    path_names: dict[Path, Path]
    aliases: dict[str, Path]


def _names(session: Session, unit: UnitView, at: datetime) -> _Names:
    """Return the names of the unit's own departments, and their other names."""
    inner = set(session.scalars(departments_below([unit.id], at)))
    names = {
        below.id: names for below, names in subtree_paths(session, unit.id, at) if below.id in inner
    }
    rows = session.execute(
        select(UnitAlias.alias_key, UnitAlias.unit_id)
        .where(UnitAlias.unit_id.in_(departments_below([unit.id], at)))
        .order_by(UnitAlias.id.desc())
    )
    return {
        "path_names": {path_key(path): tuple(path) for path in names.values()},
        "aliases": {row.alias_key: path_key(names[row.unit_id]) for row in rows},
    }


def _staff_width(session: Session, organisation_id: int) -> int:
    numbers = session.scalars(
        select(Membership.staff_no).where(
            Membership.organisation_id == organisation_id,
            Membership.staff_no_key != "",
            Membership.valid_to.is_(None),
        )
    )
    return common_width(numbers)


def _paths(session: Session, unit: UnitView, at: datetime) -> dict[Path, tuple[int, ...]]:
    inner = set(session.scalars(departments_below([unit.id], at)))
    paths: dict[Path, tuple[int, ...]] = {}
    for below, names in subtree_paths(session, unit.id, at):
        key = path_key(names)
        ids = (below.id,) if below.id in inner else ()
        # A department goes before an organisation of the same name: only it can take people here.
        paths[key] = paths.get(key, ()) + ids
    return paths


def _login_owners(
    session: Session, rows: Sequence[RosterRow], organisation_code: str
) -> dict[str, int]:
    keys = {login.key for row in rows for login in login_keys(row, organisation_code).values()}
    owners: dict[str, int] = {}
    for part in _chunks(sorted(keys)):
        owners |= dict(
            session.execute(
                select(LoginName.name_key, LoginName.user_id).where(LoginName.name_key.in_(part))
            ).all()
        )
    return owners


def _staff_owners(
    session: Session, rows: Sequence[RosterRow], organisation_id: int
) -> dict[str, int]:
    keys = {staff_key(row.staff_no) for row in rows if row.staff_no}
    owners: dict[str, int] = {}
    for part in _chunks(sorted(keys)):
        owners |= dict(
            session.execute(
                select(Membership.staff_no_key, Membership.user_id).where(
                    Membership.organisation_id == organisation_id,
                    Membership.staff_no_key.in_(part),
                    Membership.valid_to.is_(None),
                )
            ).all()
        )
    return owners


def _people(
    session: Session, user_ids: Sequence[int], organisation_id: int, at: datetime
) -> dict[int, KnownPerson]:
    organisation = select(Unit.id).where(Unit.id == organisation_id)
    is_ours = is_only_theirs(organisation, subtree([organisation_id], at), at)
    has_history = exists().where(Membership.user_id == User.id)
    people: dict[int, KnownPerson] = {}
    for part in _chunks(user_ids):
        places = _places(session, part, organisation_id)
        holdings = _holdings(session, part, organisation_id)
        for row in session.execute(
            select(
                User.id,
                User.display_name,
                is_ours.label("is_ours"),
                has_history.label("has_history"),
            ).where(User.id.in_(part))
        ):
            people[row.id] = KnownPerson(
                row.id,
                row.display_name,
                bool(row.is_ours),
                bool(row.has_history),
                tuple(places.get(row.id, ())),
                tuple(holdings.get(row.id, ())),
            )
    return people


def _places(
    session: Session, user_ids: Sequence[int], organisation_id: int
) -> dict[int, list[Place]]:
    rows = session.execute(
        select(
            Membership.user_id,
            Membership.id,
            Membership.unit_id,
            Membership.staff_no,
            Membership.category,
        )
        .where(
            Membership.user_id.in_(user_ids),
            Membership.organisation_id == organisation_id,
            Membership.valid_to.is_(None),
        )
        .order_by(Membership.id)
    )
    return _grouped((row.user_id, Place(*row[1:])) for row in rows)


def _holdings(
    session: Session, user_ids: Sequence[int], organisation_id: int
) -> dict[int, list[Holding]]:
    rows = session.execute(
        select(PostHolding.user_id, PostHolding.id, PostHolding.unit_id, Post.name)
        .join(Post, Post.id == PostHolding.post_id)
        .where(
            PostHolding.user_id.in_(user_ids),
            Post.organisation_id == organisation_id,
            PostHolding.valid_to.is_(None),
        )
        .order_by(PostHolding.id)
    )
    return _grouped((row.user_id, Holding(row.id, row.unit_id, row.name)) for row in rows)


def _grouped(pairs: Iterable[tuple[int, Entry]]) -> dict[int, list[Entry]]:
    groups: dict[int, list[Entry]] = {}
    for key, entry in pairs:
        groups.setdefault(key, []).append(entry)
    return groups


def _chunks(entries: Sequence[Entry]) -> list[Sequence[Entry]]:
    return [entries[start : start + CHUNK] for start in range(0, len(entries), CHUNK)]
