"""Where people of the grid stand: numbers, units, posts, and whether they are away. By the page."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Select, and_, select
from sqlalchemy.orm import Session

from learning.compliance.models import StaffStatus
from learning.compliance.queries.conditions import within
from learning.compliance.rules.grid import PostAt
from learning.kernel.bulk import among
from learning.organisations.models import Membership, Post, PostHolding, UnitName
from learning.organisations.queries import valid_at


@dataclass(slots=True)
class PlaceView:
    """A person's places within reach, each list in the order they were taken.

    `on_leave` and `contractor` hold the organisations where the person is that. `asked` are the
    posts of organisations that the person belongs to and is not on leave from.
    """

    staff_nos: list[str] = field(default_factory=list)
    units: list[str] = field(default_factory=list)
    posts: list[str] = field(default_factory=list)
    organisations: set[int] = field(default_factory=set)
    on_leave: set[int] = field(default_factory=set)
    contractor: set[int] = field(default_factory=set)
    asked: list[tuple[PostAt, int]] = field(default_factory=list)


def read_places(
    session: Session, reach: Select[int], user_ids: Sequence[int], now: datetime
) -> dict[int, PlaceView]:
    """Return the places of people, in three reads for all of them; who has none is left out."""
    places: dict[int, PlaceView] = {}
    if not user_ids:
        return places
    for user_id, staff_no, organisation, unit in session.execute(
        select(Membership.user_id, Membership.staff_no, Membership.organisation_id, UnitName.name)
        .join(UnitName, and_(UnitName.unit_id == Membership.unit_id, valid_at(UnitName, now)))
        .where(
            among(Membership.user_id, user_ids),
            within((Membership.unit_id,), reach),
            valid_at(Membership, now),
        )
        .order_by(Membership.valid_from, Membership.id)
    ):
        place = places.get(user_id)
        if place is None:
            place = places[user_id] = PlaceView()
        _add(place.staff_nos, staff_no)
        _add(place.units, unit)
        place.organisations.add(organisation)
    _read_statuses(session, places, now)
    _read_posts(session, reach, places, now)
    return places


def _read_statuses(session: Session, places: dict[int, PlaceView], now: datetime) -> None:
    for row in session.execute(
        select(StaffStatus.user_id, StaffStatus.organisation_id, StaffStatus.kind).where(
            among(StaffStatus.user_id, places), valid_at(StaffStatus, now)
        )
    ):
        place = places[row.user_id]
        kinds = {"leave": place.on_leave, "contractor": place.contractor}
        if row.organisation_id in place.organisations:
            kinds[row.kind].add(row.organisation_id)


def _read_posts(
    session: Session, reach: Select[int], places: dict[int, PlaceView], now: datetime
) -> None:
    for user_id, post, unit, organisation, name in session.execute(
        select(
            PostHolding.user_id,
            PostHolding.post_id,
            PostHolding.unit_id,
            Post.organisation_id,
            Post.name,
        )
        .join(Post, Post.id == PostHolding.post_id)
        .where(
            among(PostHolding.user_id, places),
            within((PostHolding.unit_id,), reach),
            valid_at(PostHolding, now),
        )
        .order_by(PostHolding.id)
    ):
        place = places[user_id]
        _add(place.posts, name)
        if organisation in place.organisations and organisation not in place.on_leave:
            place.asked.append((PostAt(post, unit), organisation))


def _add(values: list[str], value: str) -> None:
    if value and value not in values:
        values.append(value)
