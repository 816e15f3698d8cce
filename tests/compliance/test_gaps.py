"""Who lacks what, page by page: everybody once, by pinyin, each person whole on one page."""

import random
from itertools import pairwise

import pytest

from learning.compliance.queries import grid
from learning.compliance.queries.coverage import read_coverage
from learning.compliance.queries.gaps import list_gaps
from learning.compliance.queries.grid import GridFilter, count_people
from learning.compliance.queries.requirements import AsOf
from learning.compliance.rules.grid import Lacks
from tests.compliance.staffed import happen, make_firm


@pytest.fixture
def firm(session, now):
    firm = make_firm(session, now)
    happen(firm, random.Random(4), 40)
    return firm


@pytest.mark.parametrize("limit", [1, 2, 7])
def test_pages_turn_through_every_gap_once_and_never_part_a_person(firm, limit) -> None:
    at = AsOf(firm.now, firm.now)
    coverage = read_coverage(firm.session, firm.units[0].id, at)
    whole, rest = list_gaps(firm.session, coverage, at, limit=10_000)
    assert rest is None
    assert {(g.user_id, g.unit_id, g.post_id, g.scheme_id, g.is_contractor) for g in whole} == set(
        coverage.obligations.lacking().rows()
    )
    assert len({gap.user_id for gap in whole}) > 10

    pages, after = [], None
    while not pages or after is not None:
        page, after = list_gaps(firm.session, coverage, at, after=after, limit=limit)
        pages.append(page)

    assert [gap for page in pages for gap in page] == whole
    assert all(len(page) >= limit for page in pages[:-1])
    people = [{gap.user_id for gap in page} for page in pages]
    assert all(not one & other for one, other in pairwise(people))
    keys = {person.id: (person.sort_key, person.id) for person in firm.people}
    order = [keys[gap.user_id] for gap in whole]
    assert order == sorted(order)


def test_the_gaps_of_a_scheme_are_those_of_all_that_name_it(firm) -> None:
    at = AsOf(firm.now, firm.now)
    coverage = read_coverage(firm.session, firm.units[0].id, at)
    whole, _rest = list_gaps(firm.session, coverage, at, limit=10_000)
    scheme = whole[0].scheme_id

    found, _rest = list_gaps(firm.session, coverage, at, scheme_id=scheme, limit=10_000)

    assert found == [gap for gap in whole if gap.scheme_id == scheme] != []


def test_who_holds_nothing_is_found_alike_where_they_are_few_and_where_many(
    firm, monkeypatch
) -> None:
    wanted = GridFilter(unit=firm.units[0].public_id, lacks=Lacks.NOT_HELD)
    few = count_people(firm.session, firm.actor, wanted, firm.now)
    monkeypatch.setattr(grid, "SPARSE", 0)

    assert count_people(firm.session, firm.actor, wanted, firm.now) == few > 1
