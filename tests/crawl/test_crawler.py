"""Everybody goes everywhere: every endpoint as every persona, and never an error."""

import itertools
from collections.abc import Iterator

import pytest
from flask import request

from tests.crawl.conftest import CopyWorld, open_site
from tests.crawl.endpoints import ROWS
from tests.crawl.pages import faults_of
from tests.crawl.visiting import READING, Crawl, owns, side_of
from tests.crawl.visits import Visit
from tests.world import Persona

pytestmark = pytest.mark.wide  # `test_matrix` is the shorter walk
MOST_REDIRECTS = 5
REDIRECTS = frozenset({301, 302, 303, 307, 308})
CONSENT = "/privacy/consent"
TWINS = frozenset({"other_hr", "other_examiner", "other_manager"})  # the matrix is theirs
HOSTILE = ("%00", "..", "x" * 5000, "𠀀\u202e<b>", "0" * 26, "-1", "９９")


def expected(persona: Persona, visit: Visit, method: str) -> frozenset[int]:
    """Return the statuses that a persona may be answered at the objects of their side."""
    if persona.role not in visit.may:
        return frozenset({302, 401}) if persona.user is None else frozenset({403})
    consent = {302} if persona.name == "newcomer" else set()
    if not visit.public and not owns(persona, visit, side_of(persona)):
        form_only = visit.private_names - visit.path.keys()
        return frozenset({visit.unfound, *consent, *({400, 303} if form_only else ())})
    gone = {404} if visit.last and not persona.side else set()  # done before, by one of the side
    return (visit.own if method in READING else visit.posted) | consent | gone


def walk(crawl: Crawl, persona: Persona, visit: Visit, method: str) -> list[str]:
    """Visit, follow where it leads, and return what was wrong on the way."""
    ids = crawl.fill(visit, crawl.world.objects[side_of(persona)])
    reply = crawl.send(persona, visit, method, ids)
    name = f"{persona.name} {method} {crawl.url(visit, method, ids)}"
    # What is under /static/ is nobody's: it may be kept.
    is_private = persona.user is not None and visit.endpoint != "static"
    faults = faults_of(reply, is_logged_in=is_private)
    allowed = expected(persona, visit, method)
    if reply.status not in allowed:
        faults.append(f"{reply.status}, expected one of {sorted(allowed)}")
    for _step in range(MOST_REDIRECTS):
        if reply.status not in REDIRECTS:
            break
        reply = crawl.get(persona, reply.headers["location"])
        faults += faults_of(reply, is_logged_in=is_private)
        if reply.status >= 400:
            faults.append(f"led to {reply.status}")
    else:
        faults.append(f"led in circles, at last to {reply.headers.get('location')}")
    return [f"{name}: {fault}" for fault in faults]


def walk_everywhere(crawl: Crawl, *, strangers: int = 99) -> list[str]:
    """Make every visit as every persona: what only reads, what writes, what ends things.

    `strangers`: how many of those who may not, in turn; all who may go in any case.
    """
    faults: list[str] = []
    everybody = [p for p in crawl.world.personas.values() if p.name not in TWINS]
    turn = itertools.count()
    for rows in ([v for v in ROWS if not v.last], [v for v in ROWS if v.last]):
        plan = [(v, m) for v in rows for m in crawl.methods(v.endpoint)]
        for visit, method in sorted(plan, key=lambda step: step[1] not in READING):
            able = [p for p in everybody if p.role in visit.may]
            others = [p for p in everybody if p.role not in visit.may]
            others = [others[next(turn) % len(others)] for _ in others[:strangers]]
            for persona in able + others:
                faults += walk(crawl, persona, visit, method)
                if visit.ends_session:
                    crawl.log_in(persona)
    return faults


@pytest.mark.long
@pytest.mark.sqlite
def test_every_endpoint_as_all_who_may_and_one_who_may_not_without_an_error(
    own_crawl: Crawl,
) -> None:
    visit_all(own_crawl, strangers=1)


@pytest.mark.deep
def test_every_endpoint_as_every_persona_without_an_error(own_crawl: Crawl) -> None:
    visit_all(own_crawl, strangers=99)


def visit_all(own_crawl: Crawl, *, strangers: int) -> None:
    reached: set[str | None] = set()
    own_crawl.app.before_request_funcs.setdefault(None, []).insert(
        0, lambda: reached.add(request.endpoint)
    )

    faults = walk_everywhere(own_crawl, strangers=strangers)

    assert not faults, "\n".join(faults)
    known = {rule.endpoint for rule in own_crawl.app.url_map.iter_rules()} - {"static"}
    assert sorted(known - reached) == []


@pytest.mark.postgresql  # the database that refuses more
def test_hostile_ids_are_simply_not_found(own_crawl: Crawl) -> None:
    faults: list[str] = []
    rows = {(v.endpoint, frozenset(v.path)): v for v in ROWS if v.references and v.owners}
    for visit in rows.values():
        persona = next(p for p in own_crawl.world.personas.values() if p.role in visit.owners)
        good = own_crawl.fill(visit, own_crawl.world.objects[side_of(persona)])
        for method in own_crawl.methods(visit.endpoint):
            for name in visit.private_names:
                for bad in HOSTILE:
                    reply = own_crawl.send(persona, visit, method, good | {name: bad})
                    if reply.status >= 500 or (name in visit.path and reply.status < 300):
                        faults.append(f"{persona.name} {method} {visit} {bad[:9]}: {reply.status}")

    assert not faults, "\n".join(faults)


@pytest.fixture
def site_crawl(copy_world: CopyWorld) -> Iterator[Crawl]:
    """The personas before a real server."""
    with open_site(copy_world()) as (crawl, _url):
        yield crawl


@pytest.mark.deep
def test_every_endpoint_over_http_at_a_real_server(site_crawl: Crawl) -> None:
    faults = walk_everywhere(site_crawl)

    assert not faults, "\n".join(faults)
