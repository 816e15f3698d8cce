"""Persona by endpoint by foreign object: what is a stranger's answers exactly like what is nowhere.

A foreign id and a well-formed id of nothing must give the same status, the same headers and, but for
the ids themselves and this reply's nonce, the same bytes; and what is posted about them changes
nothing at all.
"""

import re
import sqlite3
import zlib
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass

import pytest
from sqlalchemy import text

from learning.kernel.db import Database
from learning.models import metadata
from tests.crawl.endpoints import ROWS
from tests.crawl.query_endpoints import QUERIES
from tests.crawl.visiting import Crawl, Reply, owns
from tests.crawl.visits import Visit
from tests.world import Persona

BOOKKEEPING = frozenset({"login_sessions", "login_failures", "login_tickets", "trusted_devices"})
# Content is not written by pages, and long: it is counted only.
CONTENT = frozenset({"items", "item_versions", "item_keys", "lesson_versions", "course_assets"})
_MASKS = (
    re.compile(r"nonce-[A-Za-z0-9_-]{22}"),
    re.compile(r'nonce="[A-Za-z0-9_-]{22}"'),
    re.compile(r'(?:name="csrf_token"[^>]*value|content)="[A-Za-z0-9._-]{60,}"'),
    re.compile(r'"now_ms":\d+'),
    re.compile(r'data-now="\d+"'),
    re.compile(r'data-person="[A-Za-z0-9]*"'),  # who asks, who may be the one asked about
)
SHORT = 6  # a number this short stands on any page; the id itself must not stand there then
COMPARED = ("content-type", "location", "content-security-policy", "cache-control")


@dataclass(frozen=True)
class Pair:
    """Two requests that nobody may tell apart: foreign objects, and ids of nothing in their place."""

    persona: Persona
    foreign: Mapping[str, str]
    missing: Mapping[str, str]
    nowhere: frozenset[str]
    """The names of what is not there in `missing`."""
    about: str


def visitors(crawl: Crawl, visit: Visit, strangers: int) -> list[Persona]:
    """Return all who may ask, and so many of those who may not, others at every endpoint."""
    everybody = list(crawl.world.personas.values())
    others = [persona for persona in everybody if persona.role not in visit.may]
    first = zlib.crc32(visit.endpoint.encode())
    others = [others[(first + step) % len(others)] for step in range(min(strangers, len(others)))]
    return [persona for persona in everybody if persona.role in visit.may] + others


def pairs(crawl: Crawl, visit: Visit, strangers: int) -> Iterator[Pair]:
    """Yield the pairs of a visit for every persona who does not own what is in it."""
    objects, names = crawl.world.objects, visit.private_names
    for persona in visitors(crawl, visit, strangers):
        for side in "AB":
            if not owns(persona, visit, side):
                yield Pair(
                    persona,
                    crawl.fill(visit, objects[side]),
                    crawl.fill(visit, objects[side], missing=names),
                    names,
                    f"all of {side}",
                )
                if persona.role not in visit.may:
                    break  # stopped before anything is looked up: one side shows it
        yield from _mixed(crawl, visit, persona)


def _mixed(crawl: Crawl, visit: Visit, persona: Persona) -> Iterator[Pair]:
    """Yield one's own objects with one of the other side among them."""
    own = persona.side or "A"
    if not owns(persona, visit, own) or len(visit.private_names) < 2:
        return
    other = crawl.world.objects["B" if own == "A" else "A"]
    good = crawl.fill(visit, crawl.world.objects[own])
    for name in sorted(visit.private_names):
        if persona.side or (name in visit.path and name != next(iter(visit.path))):
            foreign = good | {name: other[visit.references[name]]}
            nowhere = frozenset({name})
            missing = good | {name: crawl.fill(visit, other, missing=nowhere)[name]}
            yield Pair(persona, foreign, missing, nowhere, f"{name} of the other side")


def masked(reply: Reply, url: str, ids: Mapping[str, str]) -> tuple[object, ...]:
    """Return a reply without what differs between any two, the page's own address among it."""
    words = [(url, "URL"), *((value, "ID") for value in ids.values() if len(value) > SHORT)]
    parts = [reply.text, *(reply.headers.get(name, "") for name in COMPARED)]
    for found, word in words:
        parts = [part.replace(found, word) for part in parts]
    for mask in _MASKS:
        parts = [mask.sub("MASKED", part) for part in parts]
    return (reply.status, *parts)


def snapshot(database: Database) -> dict[str, object]:
    """Return what every table holds, as one number each."""
    found: dict[str, object] = {}
    with database.session(write=False) as session:
        for table in metadata.sorted_tables:
            if table.name in BOOKKEEPING:
                continue
            if table.name in CONTENT:
                counted = text(f"SELECT count(*) FROM {table.name}")
                found[table.name] = session.execute(counted).scalar()
            else:
                found[table.name] = hash(tuple(sorted(map(repr, session.execute(table.select())))))
    return found


class Unchanged:
    """Tells what every table of an SQLite database holds, and reads it only after a commit.

    `data_version` is another one as soon as another connection has committed anything.
    """

    def __init__(self, database: Database, connection: sqlite3.Connection) -> None:
        self._database, self._connection = database, connection
        self._version, self._held = -1, dict[str, object]()

    def state(self) -> dict[str, object]:
        (version,) = self._connection.execute("PRAGMA data_version").fetchone()
        if version != self._version:
            self._version, self._held = version, snapshot(self._database)
        return self._held


@pytest.fixture(scope="session")
def unchanged(crawl: Crawl) -> Iterator[Unchanged]:
    path = crawl.world.database.url.database
    assert path is not None
    with closing(sqlite3.connect(path)) as connection:
        yield Unchanged(crawl.world.database, connection)


PRIVATE = [visit for visit in (*ROWS, *QUERIES) if visit.private_names]


class Missing:
    """What is answered about nothing, by persona and by what else is asked: once a visit.

    The ids of nothing are other ones each time, and the rest of what is sent is the same for both
    sides but where it names things of theirs.
    """

    def __init__(self, crawl: Crawl, visit: Visit, method: str) -> None:
        self._crawl, self._visit, self._method = crawl, visit, method
        self._held: dict[tuple[object, ...], tuple[Reply, tuple[object, ...]]] = {}

    def answer(self, pair: Pair) -> tuple[Reply, tuple[object, ...]]:
        """Return the reply, and the reply masked."""
        crawl, visit, method = self._crawl, self._visit, self._method
        named = {name: value for name, value in pair.missing.items() if name not in pair.nowhere}
        key = (pair.persona.name, pair.nowhere, *sorted(named.items()))
        if key not in self._held:
            reply = crawl.send(pair.persona, visit, method, pair.missing)
            about = masked(reply, crawl.url(visit, method, pair.missing), pair.missing)
            self._held[key] = (reply, about)
        return self._held[key]


def told_apart(crawl: Crawl, visit: Visit, *, strangers: int) -> Iterator[str]:
    """Send every pair of a visit; yield those that a stranger could tell apart.

    A list filtered by what is not there is an empty list, and no error.
    """
    for method in crawl.methods(visit.endpoint):
        nothing = Missing(crawl, visit, method)
        for pair in pairs(crawl, visit, strangers):
            foreign = crawl.send(pair.persona, visit, method, pair.foreign)
            missing, expected = nothing.answer(pair)
            name = f"{visit.endpoint} {pair.persona.name} {method} {pair.about}"
            if masked(foreign, crawl.url(visit, method, pair.foreign), pair.foreign) != expected:
                yield f"{name}: {foreign.status}, missing {missing.status}"
            elif foreign.status < 300 and not pair.nowhere <= visit.query.keys():
                yield f"{name}: {foreign.status} for both"


@pytest.mark.sqlite
@pytest.mark.parametrize("visit", PRIVATE, ids=lambda visit: visit.endpoint)
def test_foreign_answers_exactly_like_missing_and_changes_nothing(
    crawl: Crawl, visit: Visit, unchanged: Unchanged
) -> None:
    before = unchanged.state()

    found = list(told_apart(crawl, visit, strangers=2))

    assert not found, "\n".join(found)
    after = unchanged.state()
    assert {name for name in before if before[name] != after[name]} == set()


@pytest.mark.deep
@pytest.mark.postgresql
def test_foreign_answers_like_missing_on_the_other_database(crawl: Crawl) -> None:
    before = snapshot(crawl.world.database)

    found = [line for visit in PRIVATE for line in told_apart(crawl, visit, strangers=99)]

    assert not found, "\n".join(found)
    after = snapshot(crawl.world.database)
    assert {name for name in before if before[name] != after[name]} == set()


def test_owners_reach_their_own(crawl: Crawl) -> None:
    """The other half: what is refused above is refused to strangers, not to everybody."""
    faults = []
    for visit in (v for v in (*ROWS, *QUERIES) if v.owners and "GET" in crawl.methods(v.endpoint)):
        owners = [p for p in crawl.world.personas.values() if owns(p, visit, p.side or "A")]
        assert {p.role for p in owners} == visit.owners
        for owner in owners:
            ids = crawl.fill(visit, crawl.world.objects[owner.side or "A"])
            reply = crawl.send(owner, visit, "GET", ids)
            if reply.status not in visit.own:
                faults.append(f"{owner.name} GET {crawl.url(visit, 'GET', ids)}: {reply.status}")

    assert not faults, "\n".join(faults)
