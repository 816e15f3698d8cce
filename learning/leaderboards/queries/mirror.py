"""A board mirrored in a sorted set of Redis, for standings in a fraction of a millisecond.

**Member.** The list that a row stands on (`rules.scope_text`), 16 hexadecimal digits of the sort
key, then the subject, all with the same score: one member for each of the row's lists. Within a
list the set's order by bytes is the printed order turned round, ties included. A standing is one
more than the number of members of the list above the key.

**Version.** A board's row holds a random number, another one after every write (`Board.version`).
The mirror holds the number of the state it shows. A read names the number it saw in the database,
in the same statement as the key it asks about; where the mirror has another one it does not answer,
and SQL does. A number never comes again, so that neither a restored database nor a restarted Redis
can make an old state look new.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from learning.kernel.redis_client import Redis
from learning.leaderboards.rules import Scope, scope_text, scopes_with

MIRROR = "boards_mirror"  # in a session's info
PREFIX = "academy:list"  # another name for another layout: what older code filled is not read
WANTED = f"{PREFIX}s:wanted"
KEPT_S = 7 * 24 * 3600  # after the last write or fill
_WANTED_S = 3600
_ABOVE_ALL = b"\xff"  # behind every subject, and behind every key of a list
_KEY = "\0"  # behind the name of a list; no code has it

# Who finds another version leaves word of which, for the worker to see whether it still stands.
_PLACE = """
local version = redis.call('GET', KEYS[2])
if version ~= ARGV[1] then return version end
return {redis.call('ZLEXCOUNT', KEYS[1], ARGV[2], ARGV[4]),
        redis.call('ZLEXCOUNT', KEYS[1], ARGV[3], ARGV[4])}
"""


@dataclass(frozen=True, slots=True)
class Names:
    """What the parts of a board's mirror are called."""

    members: str
    version: str
    waiting: str


def names_of(board_id: int) -> Names:
    """Return the names of a board's parts, all in one slot of a cluster."""
    base = f"{PREFIX}:{{{board_id}}}"
    return Names(f"{base}:members", f"{base}:version", f"{base}:waiting")


def member_of(scope: Scope, sort_key: int, subject: str) -> str:
    """Return how a row is written on one of its lists."""
    return f"{scope_text(scope)}{_KEY}{sort_key:016x}{subject}"


def members_of(sort_key: int, subject: str, *, group: str, area: str) -> list[str]:
    """Return how a row is written on all of its lists."""
    return [member_of(scope, sort_key, subject) for scope in scopes_with(group, area)]


class Mirror:
    """Reads of the mirror; `services.mirroring` writes it."""

    def __init__(self, redis: Redis) -> None:
        self.redis = redis

    def count_above(
        self, board_id: int, version: int, sort_key: int, subject: str, *, scope: Scope
    ) -> tuple[int, int] | None:
        """Return how many rows of a list have a better key, and how many are printed before.

        None when the mirror does not show that version, or Redis is away; one that is there is then
        asked to be filled.
        """
        names = names_of(board_id)
        key = f"({member_of(scope, sort_key, '')}".encode() + _ABOVE_ALL
        member = f"({member_of(scope, sort_key, subject)}".encode()
        end = f"({scope_text(scope)}{_KEY}".encode() + _ABOVE_ALL
        asked = (version, key, member, end)
        return self.redis.ask(lambda client: _count(client, board_id, names, asked))


def _count(
    client: Any, board_id: int, names: Names, asked: tuple[int, bytes, bytes, bytes]
) -> tuple[int, int] | None:
    found = client.eval(_PLACE, 2, names.members, names.version, *asked)
    if isinstance(found, list):
        above, before = found
        return int(above), int(before)
    client.sadd(WANTED, f"{board_id}:{(found or b'').decode()}")
    client.expire(WANTED, _WANTED_S)
    return None


def find_mirror(session: Session) -> Mirror | None:
    """Return the mirror of the session's database, None where none is configured."""
    mirror: Mirror | None = session.info.get(MIRROR)
    return mirror
