"""Before the evening: write a room, change it, draw its items and open it."""

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from learning.attempts.rules import Demand, enemies_of, fill, pair_up
from learning.kernel import audit
from learning.kernel.errors import Conflict, Invalid, NotFound, Problem
from learning.kernel.ids import new_printed_code, new_public_id, new_token
from learning.kernel.permissions import Actor, Permission
from learning.live_rounds.models import LiveItem, LiveRoom, LiveTeam
from learning.live_rounds.queries import Room, get_managed
from learning.live_rounds.rules import (
    MAX_TEAMS,
    RoomItem,
    RoomRules,
    plan_items,
    problems_of,
    rules_to_json,
)
from learning.organisations.queries import get_unit_in_reach
from learning.question_bank.queries import list_banks, list_pool
from learning.question_bank.rules import ItemKind, Pool

MAX_NAME = 60
KINDS = (ItemKind.SINGLE, ItemKind.MULTIPLE)  # what a phone can answer by touching options


@dataclass(frozen=True, slots=True)
class RoomPlan:
    """What an organiser writes; `teams` are names in the order of their numbers."""

    title: str
    bank: str
    rules: RoomRules
    teams: tuple[str, ...]


def create_room(
    session: Session,
    actor: Actor,
    *,
    raw_organiser_id: str,
    plan: RoomPlan,
    now: datetime,
    owner: str = "",
) -> str:
    """Write a room as a draft, for its `owner` if any; return its public id.

    Raises NotFound, Invalid.
    """
    permission = Permission.COMPETITION_MANAGE
    _check(session, actor, plan, now)
    organiser = get_unit_in_reach(session, actor, permission, raw_organiser_id, now)
    room = LiveRoom(
        public_id=new_public_id(),
        organiser_id=organiser.id,
        owner=owner,
        title=plan.title,
        bank=plan.bank,
        rules=json.dumps(rules_to_json(plan.rules), ensure_ascii=False),
        state="draft",
        code=new_printed_code(groups=2),
        secret=new_token(),
        created_by=actor.user_id,
        created_at=now,
    )
    session.add(room)
    session.flush()  # the teams need its id
    _write_teams(session, room.id, plan.teams)
    _log(session, actor, "live.room.created", room.public_id, now, {"title": plan.title})
    return room.public_id


def edit_room(
    session: Session, actor: Actor, raw_public_id: str, *, plan: RoomPlan, now: datetime
) -> None:
    """Change a draft. Raises NotFound, Invalid, Conflict("room_open")."""
    _check(session, actor, plan, now)
    room = _hold_draft(session, actor, raw_public_id, now)
    session.execute(
        update(LiveRoom)
        .where(LiveRoom.id == room.id)
        .values(
            title=plan.title,
            bank=plan.bank,
            rules=json.dumps(rules_to_json(plan.rules), ensure_ascii=False),
        )
    )
    session.execute(delete(LiveTeam).where(LiveTeam.room_id == room.id))
    _write_teams(session, room.id, plan.teams)
    _log(session, actor, "live.room.edited", room.public_id, now, {"title": plan.title})


def take_teams(
    session: Session, actor: Actor, raw_public_id: str, *, names: Sequence[str], now: datetime
) -> None:
    """Let the teams of a draft be those that a written test sent on. Raises as `edit_room`."""
    room = get_managed(session, actor, raw_public_id, now)
    plan = RoomPlan(room.title, room.bank, room.rules, tuple(names))
    edit_room(session, actor, raw_public_id, plan=plan, now=now)


def open_room(session: Session, actor: Actor, raw_public_id: str, *, now: datetime) -> None:
    """Draw the items and open a draft: phones may join, nothing about it changes any more.

    The harder items stand for the higher values of a stage. Raises NotFound, Conflict("room_open"
    | "room_teams"), Invalid when the bank has too few items.
    """
    room = _hold_draft(session, actor, raw_public_id, now)
    if len(room.teams) < 2:
        raise Conflict("room_teams")
    planned = plan_items(room.rules, len(room.teams))
    versions = _draw(session, room.bank, planned, now)
    session.execute(
        insert(LiveItem),
        [
            {
                "room_id": room.id,
                "number": item.number,
                "stage": item.stage,
                "value": item.value,
                "version_id": versions[item.number],
            }
            for item in planned
        ],
    )
    session.execute(
        update(LiveRoom).where(LiveRoom.id == room.id).values(state="open", opened_at=now)
    )
    _log(session, actor, "live.room.opened", room.public_id, now, {"items": len(planned)})


def give_room(
    session: Session, actor: Actor, raw_public_id: str, *, owner: str, now: datetime
) -> Room:
    """Let a room of its own be one that was made for an owner; return it.

    Raises NotFound, Conflict("room_owned") for one that has an owner already.
    """
    room, _seq = _pass_on(session, actor, raw_public_id, "", owner, now)
    return room


def free_room(
    session: Session, actor: Actor, raw_public_id: str, *, owner: str, now: datetime
) -> Room:
    """Let an owner's room be one of its own before its evening began; return it.

    Raises NotFound, Conflict("room_owned") for another's, Conflict("room_begun").
    """
    room, seq = _pass_on(session, actor, raw_public_id, owner, "", now)
    if seq:
        raise Conflict("room_begun")
    return room


def renew_link(
    session: Session, actor: Actor, raw_public_id: str, *, number: int, now: datetime
) -> None:
    """Make a team's link invalid and another one valid. Raises NotFound."""
    room = get_managed(session, actor, raw_public_id, now)
    changed = session.execute(
        update(LiveTeam)
        .where(LiveTeam.room_id == room.id, LiveTeam.number == number)
        .values(epoch=LiveTeam.epoch + 1)
        .returning(LiveTeam.id)
    ).first()
    if changed is None:
        raise NotFound("team")
    _log(session, actor, "live.link.renewed", room.public_id, now, {"team": number})


def _check(session: Session, actor: Actor, plan: RoomPlan, now: datetime) -> None:
    problems = problems_of(plan.rules)
    names = [name.strip() for name in plan.teams]
    if not all(0 < len(name) <= MAX_NAME for name in names):
        problems.append(Problem("", None, "teams", "length", "length"))
    if len(names) > MAX_TEAMS or len(set(names)) < len(names):
        problems.append(Problem("", None, "teams", "repeated", "repeated"))
    permission = Permission.COMPETITION_MANAGE
    drawable = list_banks(session, actor, permission, now, first=Pool.CONTEST)
    if plan.bank not in {code for code, _title in drawable}:
        problems.append(Problem("", None, "bank", "bank", "bank"))
    if problems:
        raise Invalid(problems)


def _hold_draft(session: Session, actor: Actor, raw_public_id: str, now: datetime) -> Room:
    found = get_managed(session, actor, raw_public_id, now)
    held = session.scalars(
        select(LiveRoom)
        .where(LiveRoom.id == found.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    if held.state != "draft":
        raise Conflict("room_open")
    return get_managed(session, actor, raw_public_id, now)


def _pass_on(
    session: Session, actor: Actor, raw_public_id: str, before: str, after: str, now: datetime
) -> tuple[Room, int]:
    """Give a room to another owner; return it with the length of its log, the row being held."""
    found = get_managed(session, actor, raw_public_id, now)
    seq = session.scalar(
        update(LiveRoom)
        .where(LiveRoom.id == found.id, LiveRoom.owner == before)
        .values(owner=after)
        .returning(LiveRoom.seq)
        .execution_options(synchronize_session=False)
    )
    if seq is None:
        raise Conflict("room_owned")
    facts: dict[str, object] = {"before": before, "after": after}
    _log(session, actor, "live.room.owner", found.public_id, now, facts)
    return found, seq


def _write_teams(session: Session, room_id: int, names: Sequence[str]) -> None:
    if names:
        session.execute(
            insert(LiveTeam),
            [
                {"room_id": room_id, "number": number, "name": name.strip()}
                for number, name in enumerate(names, start=1)
            ],
        )


def _draw(
    session: Session, bank: str, planned: Sequence[RoomItem], now: datetime
) -> dict[int, int]:
    """Return an item version for each planned item, easier ones for lower values of a stage.

    No two of an evening are enemies.
    """
    pool = [
        item
        for kind in KINDS
        for item in list_pool(session, bank, Pool.CONTEST, kind, opens_at=now)
        if item.refused is None  # parametric items need a sheet of paper
    ]
    by_version = {item.version_id: item for item in pool}
    pairs = pair_up(
        {version: item.code for version, item in by_version.items()},
        {version: item.excludes for version, item in by_version.items()},
    )
    asked = Demand(len(planned), tuple(by_version))
    [chosen] = fill([asked], random.SystemRandom(), enemies_of(pairs))
    if len(chosen) < len(planned):
        numbers = f"{len(planned)} > {len(chosen)}"
        raise Invalid([Problem("", None, "bank", "shortage", numbers)])
    drawn = [by_version[version] for version in chosen]
    versions: dict[int, int] = {}
    for stage in sorted({item.stage for item in planned}):
        places = sorted((i.value, i.number) for i in planned if i.stage == stage)
        taken, drawn = drawn[: len(places)], drawn[len(places) :]
        taken.sort(key=lambda item: item.difficulty_milli)
        for (_value, number), item in zip(places, taken, strict=True):
            versions[number] = item.version_id
    return versions


def _log(
    session: Session,
    actor: Actor,
    act: str,
    subject: str,
    now: datetime,
    details: dict[str, object],
) -> None:
    audit.log(session, act, subject, actor_id=actor.user_id, now=now, details=details)
