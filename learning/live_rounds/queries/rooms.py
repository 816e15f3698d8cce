"""Rooms: what an organiser reaches, and what an open one is made of.

A foreign and a missing room look the same: NotFound.
"""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from learning.kernel.errors import NotFound
from learning.kernel.permissions import Actor, Permission
from learning.live_rounds.models import LiveItem, LiveRoom, LiveTeam
from learning.live_rounds.rules import RoomItem, RoomRules, rules_from_json
from learning.organisations.models import Unit, UnitName
from learning.organisations.queries import units_in_reach

MOST_LISTED = 50
MAX_ORGANISERS = 200
FRAMES_KEPT = 200


@dataclass(frozen=True, slots=True)
class Team:
    """A team as announced."""

    number: int
    name: str
    epoch: int


@dataclass(frozen=True, slots=True)
class Room:
    """A room as its organiser wrote it."""

    id: int
    public_id: str
    organiser_id: int
    title: str
    bank: str
    rules: RoomRules
    is_open: bool
    code: str
    secret: str
    seq: int
    created_at: datetime
    teams: tuple[Team, ...]


@dataclass(frozen=True, slots=True)
class Frame:
    """What never changes once a room is open; `versions` is the item version by number."""

    id: int
    public_id: str
    title: str
    code: str
    secret: str
    rules: RoomRules
    teams: dict[int, str]
    items: tuple[RoomItem, ...]
    versions: dict[int, int]


_frames: dict[str, Frame] = {}


def get_managed(session: Session, actor: Actor, raw_public_id: str, now: datetime) -> Room:
    """Return a room whose organiser the actor manages."""
    reach = units_in_reach(session, actor, Permission.COMPETITION_MANAGE, now)
    return _one(
        session,
        LiveRoom.public_id == checked_id(raw_public_id),
        LiveRoom.organiser_id.in_(reach),
    )


def get_owned(session: Session, owner: str, raw_public_id: str) -> Room:
    """Return a room that was made for an owner, whose reach its caller has checked."""
    return _one(session, LiveRoom.public_id == checked_id(raw_public_id), LiveRoom.owner == owner)


def get_open(session: Session, raw_public_id: str) -> Room:
    """Return an open room, for screen, teams and audience."""
    return _one(session, LiveRoom.public_id == checked_id(raw_public_id), LiveRoom.state == "open")


def find_by_code(session: Session, raw_code: str) -> str | None:
    """Return the public id of the open room with this code, typed with or without its dash."""
    typed = "".join(raw_code.upper().split()).replace("-", "")
    if not (typed.isascii() and typed.isalnum() and len(typed) == 8):
        return None
    code = f"{typed[:4]}-{typed[4:]}"
    query = select(LiveRoom.public_id).where(LiveRoom.code == code, LiveRoom.state == "open")
    return session.scalar(query)


def checked_id(raw_public_id: str) -> str:
    """Return the id when it can be one: what no database must see (NUL) is NotFound here."""
    if not (raw_public_id.isascii() and raw_public_id.isalnum()):
        raise NotFound("room")
    return raw_public_id


def _one(session: Session, *conditions: ColumnElement[bool]) -> Room:
    row = session.scalars(select(LiveRoom).where(*conditions)).one_or_none()
    if row is None:
        raise NotFound("room")
    return _room(session, row)


def _room(session: Session, row: LiveRoom) -> Room:
    teams = session.execute(
        select(LiveTeam.number, LiveTeam.name, LiveTeam.epoch)
        .where(LiveTeam.room_id == row.id)
        .order_by(LiveTeam.number)
    )
    return Room(
        id=row.id,
        public_id=row.public_id,
        organiser_id=row.organiser_id,
        title=row.title,
        bank=row.bank,
        rules=rules_from_json(json.loads(row.rules)),
        is_open=row.state == "open",
        code=row.code,
        secret=row.secret,
        seq=row.seq,
        created_at=row.created_at,
        teams=tuple(Team(*each) for each in teams),
    )


def list_managed(session: Session, actor: Actor, now: datetime) -> list[dict[str, Any]]:
    """Return the newest rooms that the actor manages."""
    reach = units_in_reach(session, actor, Permission.COMPETITION_MANAGE, now)
    rows = session.execute(
        select(
            LiveRoom.public_id,
            LiveRoom.title,
            LiveRoom.state,
            LiveRoom.created_at,
            LiveRoom.seq,
            UnitName.name.label("organiser"),
        )
        .outerjoin(
            UnitName, (UnitName.unit_id == LiveRoom.organiser_id) & UnitName.valid_to.is_(None)
        )
        .where(LiveRoom.organiser_id.in_(reach))
        .order_by(LiveRoom.id.desc())
        .limit(MOST_LISTED)
    )
    return [dict(row) for row in rows.mappings()]


def list_using(
    session: Session, version_ids: Collection[int], *, limit: int
) -> tuple[list[tuple[str, datetime]], int]:
    """Return the open rooms in which one of the versions is asked, and how many there are.

    The newest come first, each as title and the instant of its opening.
    """
    using = select(LiveItem.room_id).where(LiveItem.version_id.in_(version_ids))
    rows = session.execute(
        select(LiveRoom.title, LiveRoom.opened_at)
        .where(LiveRoom.id.in_(using), LiveRoom.opened_at.is_not(None))
        .order_by(LiveRoom.id.desc())
        .limit(limit)
    )
    total = session.scalar(select(func.count()).select_from(using.distinct().subquery()))
    return [(row.title, row.opened_at) for row in rows], total or 0


def list_owned(session: Session, owner: str) -> list[dict[str, Any]]:
    """Return an owner's newest rooms: public id, title, whether open and whether it began."""
    rows = session.execute(
        select(LiveRoom.public_id, LiveRoom.title, LiveRoom.state, LiveRoom.seq)
        .where(LiveRoom.owner == owner)
        .order_by(LiveRoom.id.desc())
        .limit(MOST_LISTED)
    )
    return [
        {
            "public_id": row.public_id,
            "title": row.title,
            "is_open": row.state == "open",
            "has_begun": row.seq > 0,
        }
        for row in rows
    ]


def list_free(session: Session, actor: Actor, now: datetime) -> list[tuple[str, str]]:
    """Return the newest rooms of their own that the actor manages: public id and title."""
    reach = units_in_reach(session, actor, Permission.COMPETITION_MANAGE, now)
    rows = session.execute(
        select(LiveRoom.public_id, LiveRoom.title)
        .where(LiveRoom.organiser_id.in_(reach), LiveRoom.owner == "")
        .order_by(LiveRoom.id.desc())
        .limit(MOST_LISTED)
    )
    return [(row.public_id, row.title) for row in rows]


def list_organisers(session: Session, actor: Actor, now: datetime) -> list[tuple[str, str]]:
    """Return (public id, name) of the organisations for which the actor may hold a room."""
    reach = units_in_reach(session, actor, Permission.COMPETITION_MANAGE, now)
    rows = session.execute(
        select(Unit.public_id, UnitName.name)
        .join(UnitName, UnitName.unit_id == Unit.id)
        .where(
            Unit.id.in_(reach),
            Unit.kind != "department",
            Unit.closed_at.is_(None),
            UnitName.valid_to.is_(None),
        )
        .order_by(Unit.kind != "association", UnitName.name, Unit.id)
        .limit(MAX_ORGANISERS)
    )
    return [(row.public_id, row.name) for row in rows]


def get_frame(session: Session, room: Room) -> Frame:
    """Return what an open room is made of; kept in the process, since it does not change."""
    held = _frames.get(room.public_id)
    if held is not None:
        return held
    items = session.execute(
        select(LiveItem.number, LiveItem.stage, LiveItem.value, LiveItem.version_id)
        .where(LiveItem.room_id == room.id)
        .order_by(LiveItem.number)
    ).all()
    frame = Frame(
        id=room.id,
        public_id=room.public_id,
        title=room.title,
        code=room.code,
        secret=room.secret,
        rules=room.rules,
        teams={team.number: team.name for team in room.teams},
        items=tuple(RoomItem(row.number, row.stage, row.value) for row in items),
        versions={row.number: row.version_id for row in items},
    )
    if len(_frames) >= FRAMES_KEPT:
        _frames.clear()
    _frames[room.public_id] = frame
    return frame


def find_frame(session: Session, raw_public_id: str) -> Frame:
    """Return an open room's frame by its public id, without a statement when it is kept."""
    held = _frames.get(raw_public_id)
    return held or get_frame(session, get_open(session, raw_public_id))
