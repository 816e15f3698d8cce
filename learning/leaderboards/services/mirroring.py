"""Keeping the mirror of boards in Redis (`queries.mirror`): pushed after commits, filled on demand.

A write of a few rows is pushed once its transaction is committed, with the versions before and
after it. Redis takes it up where it stands at the version before; else the change waits there, for
the one that comes between or for a fill. Whatever is lost on the way leaves the mirror at a version
that the database no longer has: nobody reads it, and the worker fills it anew.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from learning.kernel.db import Database
from learning.kernel.redis_client import Redis
from learning.leaderboards.models import Board, BoardEntry
from learning.leaderboards.queries.mirror import (
    KEPT_S,
    MIRROR,
    WANTED,
    Mirror,
    Names,
    find_mirror,
    members_of,
    names_of,
)

CHANGES = "boards_changes"  # in a session's info
MOST = 8_000  # members of one change that are pushed; more are filled
AT_ONCE = 2_000  # rows of one command, a member for each of their lists
READ_AT_ONCE = 10_000  # members of one command that compares: others wait no longer than for it
_WAITING_S = 600
_MOST_WAITING = 20_000
_FILLING_S = 600
_TIMEOUT_S = 5.0  # of the worker, which may wait

# One change: members to take off, members to put, the version after. Applied as far as they follow
# one another; then what waits for the version reached.
_APPLY = """
local function apply(text)
  local change = cjson.decode(text)
  for _, member in ipairs(change[1]) do redis.call('ZREM', KEYS[1], member) end
  for _, member in ipairs(change[2]) do redis.call('ZADD', KEYS[1], 0, member) end
  redis.call('SET', KEYS[2], change[3])
  return change[3]
end
local function follow(version)
  local waiting = redis.call('HGET', KEYS[3], version)
  while waiting do
    redis.call('HDEL', KEYS[3], version)
    version = apply(waiting)
    waiting = redis.call('HGET', KEYS[3], version)
  end
  redis.call('EXPIRE', KEYS[1], ARGV[1])
  redis.call('EXPIRE', KEYS[2], ARGV[1])
end
"""
_PUSH = (
    _APPLY
    + """
if redis.call('GET', KEYS[2]) == ARGV[2] then
  follow(apply(ARGV[3]))
elseif redis.call('HLEN', KEYS[3]) < tonumber(ARGV[4]) then
  redis.call('HSET', KEYS[3], ARGV[2], ARGV[3])
  if redis.call('HLEN', KEYS[3]) == 1 then redis.call('EXPIRE', KEYS[3], ARGV[5]) end
end
"""
)
_FINISH = (
    _APPLY
    + """
redis.call('UNLINK', KEYS[1])
if redis.call('EXISTS', KEYS[4]) == 1 then redis.call('RENAME', KEYS[4], KEYS[1]) end
redis.call('SET', KEYS[2], ARGV[2])
follow(ARGV[2])
"""
)


@dataclass(slots=True)
class Change:
    """What a transaction changed on a board, from one version to another."""

    board_id: int
    before: int
    after: int
    removed: list[str]
    added: list[str]


def attach_mirror(database: Database, url: str) -> None:
    """Let all sessions of a database read boards from a Redis, and push what they write."""
    database.offer(MIRROR, Mirror(Redis(url)))
    database.on_commit(_push)


def note_change(session: Session, change: Change) -> None:
    """Remember a change until the session commits."""
    changes: dict[int, Change | None] = session.info.setdefault(CHANGES, {})
    if change.board_id not in changes:
        changes[change.board_id] = change
        return
    held = changes[change.board_id]
    if held is not None and held.after == change.before:
        held.after = change.after
        held.removed += change.removed
        gone = set(change.removed)
        held.added = [member for member in held.added if member not in gone] + change.added
    else:  # something between was taken back, or written in bulk: that is left to a fill
        changes[change.board_id] = None


def _push(session: Session) -> None:
    """Push what the session has just committed; a failure leaves the mirror behind, which shows."""
    mirror = find_mirror(session)
    changes: dict[int, Change | None] = session.info.pop(CHANGES, {})
    if mirror is None:
        return
    for change in changes.values():
        if change is not None and len(change.removed) + len(change.added) <= MOST:
            mirror.redis.ask(partial(_send, change=change))


def _send(client: Any, change: Change) -> None:
    names = names_of(change.board_id)
    body = json.dumps([change.removed, change.added, str(change.after)])
    limits = (_MOST_WAITING, _WAITING_S)
    client.eval(_PUSH, 3, *_keys(names), KEPT_S, change.before, body, *limits)


def _keys(names: Names) -> tuple[str, str, str]:
    return names.members, names.version, names.waiting


def fill_wanted(database: Database) -> int:
    """Fill the mirror of one board that was asked for and is behind; return whether one was."""
    with database.session(write=False) as session:
        mirror = find_mirror(session)
        if mirror is None:
            return 0
        wanted = mirror.redis.ask(lambda client: client.spop(WANTED))
        if wanted is None:
            return 0
        board_id, _colon, seen = wanted.decode().partition(":")
        patient = mirror.redis.patient(_TIMEOUT_S)
        patient.ask(lambda client: _fill_if_behind(session, client, int(board_id), seen))
        patient.close()
    return 1


def _fill_if_behind(session: Session, client: Any, board_id: int, seen: str) -> None:
    """Fill a mirror that stands where a reader found it; one that moves keeps up by itself."""
    shown = _shown(client, names_of(board_id))
    version = session.scalar(select(Board.version).where(Board.id == board_id))
    if shown == seen and shown != str(version):
        fill(session, client, board_id)


def fill(session: Session, client: Any, board_id: int) -> None:
    """Make the mirror of a board anew from its rows, all of one moment."""
    names = names_of(board_id)
    making = f"{names.members}:making"
    client.unlink(making)
    version = session.scalar(select(Board.version).where(Board.id == board_id))
    if version is None:
        return
    for of_moment, members in _snapshot(session, board_id):
        version = of_moment
        client.zadd(making, dict.fromkeys(members, 0))
        client.expire(making, _FILLING_S)
    client.eval(_FINISH, 4, *_keys(names), making, KEPT_S, version)


def _snapshot(session: Session, board_id: int) -> Iterator[tuple[int, list[str]]]:
    """Return the version with the members by slices: one statement, so of one moment."""
    version = select(Board.version).where(Board.id == board_id).scalar_subquery()
    rows = session.execute(
        select(
            BoardEntry.sort_key,
            BoardEntry.subject,
            BoardEntry.group_code,
            BoardEntry.area_code,
            version.label("version"),
        ).where(BoardEntry.board_id == board_id),
        execution_options={"yield_per": AT_ONCE},
    )
    for part in rows.partitions():
        yield (
            part[0].version,
            [
                member
                for row in part
                for member in members_of(
                    row.sort_key, row.subject, group=row.group_code, area=row.area_code
                )
            ],
        )


def differing_members(session: Session, board_id: int) -> int | None:
    """Return how many members of the mirror are not the board's rows, or are missing.

    None when it shows another version, or there is none: it is not read then. Reads all of both.
    """
    mirror = find_mirror(session)
    if mirror is None:
        return None
    due: set[str] = set()
    version = session.scalar(select(Board.version).where(Board.id == board_id))
    for of_moment, members in _snapshot(session, board_id):
        version = of_moment
        due.update(members)
    patient = mirror.redis.patient(_TIMEOUT_S)
    found = patient.ask(lambda client: _compare(client, names_of(board_id), str(version), due))
    patient.close()
    return None if found is None or found < 0 else found


def _compare(client: Any, names: Names, version: str, due: set[str]) -> int:
    """Return how many members are not due, and how many that are due are missing; `due` is used up.

    Read slice by slice, since millions at once would hold the server for seconds. A change comes
    with another version, so that the same one before and after means that nothing moved between;
    with another, -1.
    """
    strangers, last = 0, b"-"
    shown = [_shown(client, names)]
    while found := client.zrangebylex(names.members, last, b"+", 0, READ_AT_ONCE):
        for member in found:
            try:
                due.remove(member.decode())
            except (KeyError, UnicodeDecodeError):
                strangers += 1
        last = b"(" + found[-1]
    shown.append(_shown(client, names))
    return strangers + len(due) if shown == [version, version] else -1


def _shown(client: Any, names: Names) -> str:
    return (client.get(names.version) or b"").decode()


def forget_mirror(session: Session, board_id: int) -> None:
    """Drop the mirror of a board: it is filled when it is next asked for."""
    mirror = find_mirror(session)
    if mirror is not None:
        keys: Sequence[str] = _keys(names_of(board_id))
        mirror.redis.ask(lambda client: client.unlink(*keys))
