"""A board mirrored in a sorted set of Redis, for standings in a fraction of a millisecond.

**Member.** 16 hexadecimal digits of the sort key, then the subject, all with the same score: the
set's order by bytes is the printed order turned round, ties included. A standing is one more than
the number of members above the key.

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

MIRROR = "boards_mirror"  # in a session's info
PREFIX = "academy:board"
WANTED = f"{PREFIX}s:wanted"
KEPT_S = 7 * 24 * 3600  # after the last write or fill
_WANTED_S = 3600
_ABOVE_ALL = b"\xff"  # behind every subject

# Who finds another version leaves word of which, for the worker to see whether it still stands.
_PLACE = """
local version = redis.call('GET', KEYS[2])
if version ~= ARGV[1] then return version end
return {redis.call('ZLEXCOUNT', KEYS[1], ARGV[2], '+'),
        redis.call('ZLEXCOUNT', KEYS[1], ARGV[3], '+')}
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


def member_of(sort_key: int, subject: str) -> str:
    """Return how a row is written."""
    return f"{sort_key:016x}{subject}"


class Mirror:
    """Reads of the mirror; `services.mirroring` writes it."""

    def __init__(self, redis: Redis) -> None:
        self.redis = redis

    def count_above(
        self, board_id: int, version: int, sort_key: int, subject: str
    ) -> tuple[int, int] | None:
        """Return how many rows have a better key, and how many are printed before the subject's.

        None when the mirror does not show that version, or Redis is away; one that is there is then
        asked to be filled.
        """
        names = names_of(board_id)
        key = f"({sort_key:016x}".encode() + _ABOVE_ALL
        member = f"({member_of(sort_key, subject)}"
        asked = (version, key, member)
        return self.redis.ask(lambda client: _count(client, board_id, names, asked))


def _count(
    client: Any, board_id: int, names: Names, asked: tuple[int, bytes, str]
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
