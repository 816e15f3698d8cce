"""Boards in the database: folding results, paging, places, recomputation."""

import random
from datetime import timedelta

import pytest
from sqlalchemy import select

from learning.kernel.errors import Conflict
from learning.leaderboards import queries, services
from learning.leaderboards.models import BoardEntry
from learning.leaderboards.rules import TIE_RULES, Counts, Result
from learning.leaderboards.services import Corrections
from tests.leaderboards import oracle


@pytest.fixture
def board(session, now):
    return services.create_board(session, owner="test:1", tie_rule="score_then_duration", now=now)


def plain(r: Result) -> oracle.Plain:
    return {
        "subject": r.subject,
        "number": r.number,
        "points": r.points_milli,
        "duration_us": r.duration_us,
        "finished_at": r.finished_at,
    }


def random_results(rng: random.Random, now, subjects: int, most: int = 4) -> list[Result]:
    """Histories full of ties: few different points, few different durations."""
    return [
        Result(
            subject=f"s{subject:04d}",
            number=number,
            points_milli=rng.choice([0, 4_000, 96_000, 100_000]),
            duration_us=rng.choice([None, 1_000_000, 1_000_400, 1_001_000, 90_000_000]),
            finished_at=now + timedelta(minutes=number, microseconds=rng.choice([0, 1, 999_999])),
        )
        for subject in range(subjects)
        for number in range(1, rng.randint(1, most) + 1)
    ]


def whole_list(session, board) -> dict[str, int]:
    rows = queries.list_rows(session, board.id, offset=0, limit=10_000)
    return {row.subject: row.standing for row in rows}


@pytest.mark.parametrize("counts", list(Counts))
@pytest.mark.parametrize("tie_rule", sorted(TIE_RULES))
@pytest.mark.parametrize("seed", [1, 2])
def test_a_board_fed_in_any_order_and_twice_ranks_as_the_words_say(
    session, now, counts, tie_rule, seed
) -> None:
    rng = random.Random(f"{seed}{counts}{tie_rule}")
    board = services.create_board(session, owner="test:any-order", tie_rule=tie_rule, now=now)
    results = random_results(rng, now, 25)
    deliveries = results + rng.sample(results, 20)
    rng.shuffle(deliveries)

    for delivered in deliveries:
        services.put_entry(session, board, delivered, counts=counts)

    assert whole_list(session, board) == oracle.ranked(
        tie_rule, [plain(r) for r in results], counts.value
    )
    assert len(services.corrections(session, board, results, counts=counts)) == 0


def test_recomputing_mends_rows_that_are_wrong_missing_or_too_many(session, now, board) -> None:
    results = random_results(random.Random(7), now, 30)
    services.recompute(session, board, results, counts=Counts.BEST)
    services.apply(session, board, Corrections((), ("s0003",)))
    services.put_entry(session, board, Result("stranger", 1, 1, 1, now), counts=Counts.BEST)
    wrong = session.scalars(select(BoardEntry).where(BoardEntry.subject == "s0005")).one()
    wrong.sort_key += 1
    session.flush()

    changes = services.recompute(session, board, results, counts=Counts.BEST)

    assert {r.subject for r in changes.put} == {"s0003", "s0005"}
    assert changes.remove == ("stranger",)
    expected = oracle.ranked("score_then_duration", [plain(r) for r in results], "best")
    assert whole_list(session, board) == expected


def test_recomputing_a_right_board_changes_nothing(session, now, board) -> None:
    results = random_results(random.Random(8), now, 10)
    services.recompute(session, board, results, counts=Counts.LAST)

    assert len(services.recompute(session, board, results, counts=Counts.LAST)) == 0


@pytest.mark.parametrize("size", [1, 3, 7, 50])
def test_standings_hold_across_pages(session, now, board, size) -> None:
    results = random_results(random.Random(9), now, 40)
    services.recompute(session, board, results, counts=Counts.BEST)
    expected = oracle.ranked("score_then_duration", [plain(r) for r in results], "best")

    pages = [
        queries.get_page(session, board.id, page=n, size=size) for n in range(1, -(-40 // size) + 1)
    ]
    rows = [row for page in pages for row in page.rows]

    assert [row.subject for row in rows] == sorted(
        expected, key=lambda s: (-expected[s], s), reverse=True
    )
    assert {row.subject: row.standing for row in rows} == expected
    tied = [sum(standing == row.standing for standing in expected.values()) > 1 for row in rows]
    assert [row.is_shared for row in rows] == tied


def test_the_place_of_each_subject_leads_to_its_row(session, now, board) -> None:
    results = random_results(random.Random(10), now, 30)
    services.recompute(session, board, results, counts=Counts.BEST)

    for position, row in enumerate(queries.list_rows(session, board.id, offset=0, limit=100), 1):
        place = queries.find_place(session, board.id, row.subject)
        assert place is not None
        assert (place.standing, place.position) == (row.standing, position)


def test_a_page_beyond_the_end_is_the_last_one_and_an_empty_board_has_one_page(
    session, now, board
) -> None:
    empty = queries.get_page(session, board.id, page=9, size=50)
    services.put_entry(session, board, Result("a", 1, 1, 1, now), counts=Counts.BEST)

    beyond = queries.get_page(session, board.id, page=10**9, size=50)

    assert (empty.page, empty.pages, empty.total, empty.rows) == (1, 1, 0, ())
    assert (beyond.page, [row.subject for row in beyond.rows]) == (1, ["a"])
    assert queries.find_place(session, board.id, "nobody") is None


def test_a_result_corrected_downwards_replaces_itself(session, now, board) -> None:
    services.put_entry(session, board, Result("a", 1, 90_000, 1, now), counts=Counts.BEST)

    services.put_entry(session, board, Result("a", 1, 40_000, 1, now), counts=Counts.BEST)

    found = queries.find_result(session, board.id, "a")
    assert found is not None
    assert found[0].points_milli == 40_000


def test_the_tie_rule_of_a_board_in_use_stays(session, now, board) -> None:
    services.set_tie_rule(session, board.id, "score_only")
    services.put_entry(session, board, Result("a", 1, 1, 1, now), counts=Counts.BEST)

    with pytest.raises(Conflict, match="board_in_use"):
        services.set_tie_rule(session, board.id, "score_then_duration")


def test_removing_a_subject_moves_the_others_up(session, now, board) -> None:
    for subject, points in (("a", 3_000), ("b", 2_000), ("c", 1_000)):
        services.put_entry(session, board, Result(subject, 1, points, 1, now), counts=Counts.BEST)

    services.apply(session, board, Corrections((), ("b",)))
    services.apply(session, board, Corrections((), ("b",)))

    assert whole_list(session, board) == {"a": 1, "c": 2}


def test_boards_do_not_see_each_other(session, now, board) -> None:
    other = services.create_board(session, owner="test:2", tie_rule="score_only", now=now)
    services.put_entry(session, board, Result("a", 1, 5_000, 1, now), counts=Counts.BEST)
    services.put_entry(session, other, Result("a", 1, 1_000, 1, now), counts=Counts.BEST)

    assert queries.count_entries(session, other.id) == 1
    assert len(services.corrections(session, other, [], counts=Counts.BEST)) == 1


@pytest.mark.parametrize("seed", range(3))
def test_the_places_of_a_few_are_those_of_the_whole_list(session, now, board, seed) -> None:
    rng = random.Random(seed)
    results = random_results(rng, now, 60)
    services.recompute(session, board, results, counts=Counts.BEST)
    subjects = sorted({result.subject for result in results})
    few = rng.sample(subjects, 20)

    found = queries.list_places(session, [board.id], few)

    every = queries.list_places(
        session, [board.id], select(BoardEntry.subject).where(BoardEntry.board_id == board.id)
    )
    assert found == {subject: every[subject] for subject in few}
