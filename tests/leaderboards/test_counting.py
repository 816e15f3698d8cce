"""Counts and tallies: kept with every write, and standings read from them in any part of a list."""

import random
from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from learning.leaderboards import queries, services
from learning.leaderboards.models import BoardCount, BoardEntry, BoardTally
from learning.leaderboards.rules import Counts, Result, Scope
from learning.leaderboards.services import Corrections

SCOPES = [Scope(g, a) for g in ("", "staff", "campus") for a in ("", "37", "11")]


def scattered(rng: random.Random, now, subjects: int) -> list[Result]:
    """Results over many buckets, with ties, in divisions, provinces and units."""
    return [
        Result(
            f"s{n:04d}",
            1,
            rng.choice([0, 4_000, 96_000, 100_000]),
            rng.randrange(0, 200) * 1_000_000,
            now + timedelta(seconds=n),
            rng.choice(["", "staff", "campus"]),
            rng.choice(["", "37", "11"]),
            rng.choice(["", "7", "8", "9"]),
        )
        for n in range(subjects)
    ]


@pytest.fixture
def board(session, now):
    return services.create_board(session, owner="t", tie_rule="score_then_duration", now=now)


@pytest.mark.parametrize("seed", [1, 2])
def test_after_any_writes_counts_and_tallies_are_those_of_the_rows(
    session, now, board, seed
) -> None:
    rng = random.Random(seed)
    for _ in range(4):
        for result in rng.sample(scattered(rng, now, 40), 15):
            services.put_entry(session, board, result, counts=Counts.BEST)
        gone = tuple(f"s{rng.randrange(40):04d}" for _ in range(1))
        changed = tuple(rng.sample(scattered(rng, now, 40), 9))
        changes = Corrections(tuple(r for r in changed if r.subject not in gone), gone)
        services.apply(session, board, changes)

    assert services.differing_counts(session, board.id) == 0
    rows = [result for result, _ in queries.list_results(session, board.id).values()]
    tallies = {
        row.code: (row.participants, row.sum_milli)
        for row in session.scalars(select(BoardTally).where(BoardTally.kind == "unit"))
        if row.participants
    }
    people, sums = Counter[str](), Counter[str]()
    for row in rows:
        people[row.unit] += 1
        sums[row.unit] += row.points_milli
    assert tallies == {unit: (people[unit], sums[unit]) for unit in people if unit}


def test_standings_and_numbers_hold_within_every_part_of_the_list(session, now, board) -> None:
    results = scattered(random.Random(3), now, 150)
    services.recompute(session, board, results, counts=Counts.BEST)

    for scope in SCOPES:
        mine = [r for r in results if scope.group in {"", r.group} and scope.area in {"", r.area}]
        page = queries.get_page(session, board.id, page=1, size=200, scope=scope)
        merits = {r.subject: (r.points_milli, -(r.duration_us or 0)) for r in mine}
        expected = {s: 1 + sum(m > own for m in merits.values()) for s, own in merits.items()}
        assert {row.subject: row.standing for row in page.rows} == expected
        assert page.total == len(mine) == queries.count_entries(session, board.id, scope=scope)
        for subject in (page.rows[0].subject, page.rows[-1].subject):
            place = queries.find_place(session, board.id, subject, scope=scope)
            assert place is not None
            assert place.standing == expected[subject]


def test_neighbours_are_the_rows_printed_around_ones_own(session, now, board) -> None:
    results = scattered(random.Random(4), now, 80)
    services.recompute(session, board, results, counts=Counts.BEST)
    rows = queries.get_page(session, board.id, page=1, size=100).rows

    for at in (0, 1, 2, 40, 78, 79):
        near = queries.list_neighbours(session, board.id, rows[at].subject, around=2)
        assert near == rows[max(0, at - 2) : at + 3]
    assert queries.list_neighbours(session, board.id, "nobody", around=2) == ()


def test_pages_deep_in_the_list_are_cut_where_shallow_ones_would_be(
    session, now, board, monkeypatch
) -> None:
    services.recompute(session, board, scattered(random.Random(5), now, 90), counts=Counts.BEST)
    shallow = [queries.get_page(session, board.id, page=n, size=7) for n in range(1, 14)]

    monkeypatch.setattr("learning.leaderboards.queries.rows.DEEP", -1)

    assert [queries.get_page(session, board.id, page=n, size=7) for n in range(1, 14)] == shallow
    assert queries.list_rows(session, board.id, offset=90, limit=5) == ()


def test_counts_and_tallies_that_are_wrong_are_found_and_made_anew(session, now, board) -> None:
    services.recompute(session, board, scattered(random.Random(6), now, 30), counts=Counts.BEST)
    session.execute(update(BoardTally).where(BoardTally.code == "7").values(sum_milli=1))
    session.execute(update(BoardCount).where(BoardCount.scope == "/37").values(entries=99))
    session.execute(
        update(BoardEntry).where(BoardEntry.subject == "s0003").values(unit_code="elsewhere")
    )
    assert services.differing_counts(session, board.id) > 3

    services.recount(session, board.id)

    assert services.differing_counts(session, board.id) == 0
