"""During the evening: every act is one entry of the log, numbered under the room's row lock.

Whoever holds the row reads the log to its end, asks the rules, and writes the next number. So two
buzzes of the same millisecond have an order, and what was decided by it can be shown afterwards.
"""

import json
import random
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from learning.kernel import audit
from learning.kernel.errors import Conflict, Invalid, NotFound, Problem
from learning.kernel.permissions import Actor
from learning.live_rounds.models import LiveEntry, LiveRoom, LiveTeam, LiveVote
from learning.live_rounds.queries import (
    Frame,
    checked_id,
    find_frame,
    get_frame,
    get_managed,
    get_state,
)
from learning.live_rounds.rules import (
    Act,
    Phase,
    Seat,
    State,
    next_item,
    overrule_refusal,
    parse_command,
    refusal,
    says_again,
    stage_order,
    undo_refusal,
)
from learning.question_bank.item_types import is_answered, normalise
from learning.question_bank.queries import get_documents, get_keys
from learning.question_bank.rules import AnswerKey, ResponseInvalid

OF_TEAMS = frozenset({Act.BUZZ, Act.ANSWER, Act.VALUE})
_ROOMS = 0x6C697665 << 32  # the key of a room's lock: "live", then the row's id
JUDGED = frozenset({Act.VOID, Act.ADJUST, Act.OVERRULE, Act.UNDO})  # also in the audit trail


def act_as_host(
    session: Session,
    actor: Actor,
    raw_public_id: str,
    *,
    act: Act,
    raw: Mapping[str, Any],
    now: datetime,
) -> int:
    """Do one act of the host; return the number of its entry.

    The host may also buzz, answer or choose for a team whose phone is dead. Raises NotFound,
    Invalid for a misshapen act, Conflict with the reason for what cannot be done now.
    """
    room = get_managed(session, actor, raw_public_id, now)
    if not room.is_open:
        raise Conflict("room_draft")
    frame = get_frame(session, room)
    _hold(session, frame)
    who = f"host:{actor.user_id}"
    state = get_state(session, frame)
    data = _data(session, frame, state, act, raw, now)
    seq = _write(session, frame, who=who, act=act, data=data, now=now)
    if act in JUDGED:
        details = {"act": act.value, "seq": seq, **data}
        audit.log(
            session,
            "live.judged",
            frame.public_id,
            actor_id=actor.user_id,
            now=now,
            details=details,
        )
    return seq


def act_as_team(
    session: Session,
    raw_public_id: str,
    *,
    seat: Seat,
    act: Act,
    raw: Mapping[str, Any],
    now: datetime,
) -> int | None:
    """Do one act of a team; return the number of its entry.

    What stands in the log already (the buzz, the same answer or value) is not written again: None.
    Raises NotFound for a link that another has replaced, Invalid, Conflict.
    """
    frame = find_frame(session, checked_id(raw_public_id))
    if act not in OF_TEAMS:
        raise NotFound("act")
    _hold(session, frame)  # before all else: the place in the line is what counts
    get_seat(session, frame, seat)
    state = get_state(session, frame)
    if act is Act.BUZZ and state.asked is not None and state.asked.has_buzzed(seat.team):
        return None
    data = _data(session, frame, state, act, {**raw, "team": seat.team}, now)
    if says_again(state, act, data):
        return None
    who = f"team:{seat.team}"
    return _write(session, frame, who=who, act=act, data=data, now=now)


def get_seat(session: Session, frame: Frame, seat: Seat) -> None:
    """Raise NotFound unless the seat's link is the newest one of its team."""
    query = select(LiveTeam.id).where(
        LiveTeam.room_id == frame.id, LiveTeam.number == seat.team, LiveTeam.epoch == seat.epoch
    )
    if session.scalar(query) is None:
        raise NotFound("seat")


def vote(
    session: Session, raw_public_id: str, *, seat: str, raw: Mapping[str, Any], now: datetime
) -> bool:
    """Write down what one of the audience answers; the first answer stays (False: had one).

    Raises Conflict("not_now") while the audience is not asked, Conflict("late"), Invalid.
    """
    frame = find_frame(session, checked_id(raw_public_id))
    state = get_state(session, frame)
    asked = state.asked
    if state.phase is not Phase.AUDIENCE or asked is None:
        raise Conflict("not_now")
    if asked.ends_at is not None and now > asked.ends_at:
        raise Conflict("late")
    given = parse_command(Act.ANSWER, {**raw, "team": 1})
    if given is None:
        raise _misshapen()
    response = _normalised(session, frame, asked.number, given["response"])
    text = response if isinstance(response, str) else ",".join(response)
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    written = session.scalar(
        dialect.insert(LiveVote)
        .values(room_id=frame.id, item=asked.number, seat=seat, response=text, received_at=now)
        .on_conflict_do_nothing(index_elements=["room_id", "item", "seat"])
        .returning(LiveVote.id)
    )
    return written is not None


def show_key_to_host(
    session: Session, actor: Actor, raw_public_id: str, *, now: datetime
) -> tuple[int, AnswerKey]:
    """Return the number and the key of the item on the stage; each use is written down.

    Raises NotFound, Conflict("not_now") when no item is on the stage.
    """
    room = get_managed(session, actor, raw_public_id, now)
    if not room.is_open:
        raise Conflict("room_draft")
    frame = get_frame(session, room)
    asked = get_state(session, frame).asked
    if asked is None:
        raise Conflict("not_now")
    version_id = frame.versions[asked.number]
    audit.log(
        session,
        "live.key.shown",
        frame.public_id,
        actor_id=actor.user_id,
        now=now,
        details={"item": asked.number, "version": version_id},
    )
    return asked.number, get_keys(session, [version_id])[version_id]


def _data(
    session: Session,
    frame: Frame,
    state: State,
    act: Act,
    raw: Mapping[str, Any],
    now: datetime,
) -> dict[str, Any]:
    """Return what the entry will say; raise Invalid or Conflict."""
    data = parse_command(act, raw)
    if data is None:
        raise _misshapen()
    if act is Act.SHOW:
        found = next_item(frame.rules, state, frame.items)
        if isinstance(found, str):
            raise Conflict(found)
        data = dict(found)
    elif act is Act.STAGE:
        data["order"] = _order(frame, state, data["stage"])
    elif act is Act.ANSWER and state.asked is not None:
        data["response"] = _normalised(session, frame, state.asked.number, data["response"])
    why = _refusal(frame, state, act, data, now)
    if why:
        raise Conflict(why)
    return data


def _refusal(
    frame: Frame, state: State, act: Act, data: Mapping[str, Any], now: datetime
) -> str | None:
    if act is Act.UNDO:
        return undo_refusal(state, data["seq"])
    if act is Act.OVERRULE:
        return overrule_refusal(state, data["seq"], data["verdicts"])
    return refusal(frame.rules, state, act, data, now)


def _order(frame: Frame, state: State, stage: int) -> list[int]:
    if stage >= len(frame.rules.stages):
        raise _misshapen()
    teams = list(frame.teams)
    lots = dict(zip(random.SystemRandom().sample(teams, len(teams)), teams, strict=True))
    order = stage_order(frame.rules, state, stage, lots)
    if not order:
        raise Conflict("no_tie")
    return list(order)


def _normalised(session: Session, frame: Frame, number: int, response: Any) -> Any:
    version_id = frame.versions[number]
    document = get_documents(session, [version_id])[version_id]
    try:
        canonical = normalise(document, response)
    except ResponseInvalid as error:
        raise _misshapen() from error
    if not is_answered(document, canonical):
        raise _misshapen()
    return list(canonical) if isinstance(canonical, tuple) else canonical


def _misshapen() -> Invalid:
    return Invalid([Problem("", None, "act", "act", "act")])


def _hold(session: Session, frame: Frame) -> None:
    """Take the room: from here to the commit nobody else writes to its log.

    PostgreSQL lets whoever waits for a row overtake one another (by 130 ms among 30 buzzes); it
    serves those who wait for an advisory lock in the order in which they came. SQLite's writers
    stand in line anyway. The row is held all the same: it is what everybody else respects.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(_ROOMS + frame.id)))
    session.execute(select(LiveRoom.id).where(LiveRoom.id == frame.id).with_for_update())


def _write(
    session: Session, frame: Frame, *, who: str, act: Act, data: Mapping[str, Any], now: datetime
) -> int:
    seq: int | None = session.scalar(
        update(LiveRoom)
        .where(LiveRoom.id == frame.id)
        .values(seq=LiveRoom.seq + 1)
        .returning(LiveRoom.seq)
    )
    if seq is None:
        raise NotFound("room")
    session.execute(
        insert(LiveEntry).values(
            room_id=frame.id,
            seq=seq,
            received_at=now,
            actor=who,
            act=act.value,
            data=json.dumps(data, ensure_ascii=False, separators=(",", ":")),
        )
    )
    return seq
