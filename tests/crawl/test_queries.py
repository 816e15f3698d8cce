"""What a page looks up by the query of its address stands in the table of visits as well.

A filter names units, posts, people of somebody as a path does: what is foreign there must answer
like what is nowhere, which `test_matrix` asks of every name that a row's query gives.
"""

from collections.abc import Iterator

import pytest
from flask import Request
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.utils import cached_property

from tests.crawl.endpoints import ROWS
from tests.crawl.query_endpoints import QUERIES
from tests.crawl.visiting import Crawl, owns

pytestmark = pytest.mark.sqlite  # what a view asks for does not depend on the database

# Names of queries that mean an object of somebody, wherever they are read.
OBJECTS = frozenset({"unit", "post", "scheme", "room", "attempt", "marker", "person"})


class Plain(dict[str, str]):
    """A query as a plain dictionary, which remembers as well."""

    def __init__(self, given: dict[str, str], asked: set[str]) -> None:
        super().__init__(given)
        self.asked = asked

    def get(self, key, default=None):  # type: ignore[no-untyped-def]
        self.asked.add(key)
        return super().get(key, default)


class Told(ImmutableMultiDict[str, str]):
    """A query that remembers which names were asked for."""

    asked: set[str]

    def get(self, key, *args, **kwargs):  # type: ignore[no-untyped-def]
        self.asked.add(key)
        return super().get(key, *args, **kwargs)

    def getlist(self, key, *args, **kwargs):  # type: ignore[no-untyped-def]
        self.asked.add(key)
        return super().getlist(key, *args, **kwargs)

    def __getitem__(self, key):  # type: ignore[no-untyped-def]
        self.asked.add(key)
        return super().__getitem__(key)

    def to_dict(self, *args, **kwargs):  # type: ignore[no-untyped-def]
        return Plain(super().to_dict(*args, **kwargs), self.asked)


@pytest.fixture
def asked(crawl: Crawl, monkeypatch: pytest.MonkeyPatch) -> dict[str, set[str]]:
    """What the views of the crawled application ask of their queries, by endpoint."""
    found: dict[str, set[str]] = {}

    class Watched(Request):
        @cached_property
        def args(self) -> Told:  # type: ignore[override]
            given = Told(super().args)
            given.asked = found.setdefault(self.endpoint or "", set())
            return given

    monkeypatch.setattr(crawl.app, "request_class", Watched)
    return found


def pages(crawl: Crawl) -> Iterator[tuple[object, object, dict[str, str]]]:
    for visit in ROWS:
        if "GET" not in crawl.methods(visit.endpoint) or visit.ends_session:
            continue
        for persona in crawl.world.personas.values():
            side = persona.side or "A"
            if persona.role in visit.may and (not visit.owners or owns(persona, visit, side)):
                yield persona, visit, crawl.fill(visit, crawl.world.objects[side])
                break


def test_objects_named_in_a_query_are_in_the_table(
    crawl: Crawl, asked: dict[str, set[str]]
) -> None:
    for persona, visit, ids in pages(crawl):
        crawl.send(persona, visit, "GET", ids)
    told = {(row.endpoint, name) for row in (*ROWS, *QUERIES) for name in row.query}

    missing = sorted(
        f"{endpoint} asks for {name}"
        for endpoint, names in asked.items()
        for name in names & OBJECTS
        if (endpoint, name) not in told
    )

    assert missing == []
