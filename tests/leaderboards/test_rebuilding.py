"""Rows made inside the database are those that the rules make of the same results."""

import random
from datetime import timedelta

import pytest
from sqlalchemy import BigInteger, String, cast, literal, select, union_all
from sqlalchemy.exc import DBAPIError

from learning.kernel.db import Instant
from learning.leaderboards import queries, services
from learning.leaderboards.rules import TIE_RULES, Counts, Result, counting, sort_key
from learning.leaderboards.services import Corrections


def as_query(results: list[Result]):
    """Results as a query of them."""
    rows = union_all(*(select(*_columns(result)) for result in results)).subquery()
    return select(*rows.c)


def _columns(result: Result):
    numbers = {
        "number": result.number,
        "points_milli": result.points_milli,
        "duration_us": result.duration_us,
    }
    texts = {
        "subject": result.subject,
        "group_code": result.group,
        "area_code": result.area,
        "unit_code": result.unit,
    }
    return [
        *(cast(literal(value, BigInteger), BigInteger).label(n) for n, value in numbers.items()),
        *(cast(literal(value, String), String).label(n) for n, value in texts.items()),
        cast(literal(result.finished_at, Instant()), Instant()).label("finished_at"),
    ]


def scattered(rng: random.Random, now) -> list[Result]:
    """Several results a person, some on paper, with many ties."""
    return [
        Result(
            f"s{who:02d}",
            number,
            rng.choice([-4_000, 0, 96_000, 96_004]),
            rng.choice([None, 60_000_999, 60_001_000, 60_000_000]),
            now + timedelta(microseconds=rng.randrange(4) * 700_000),
            rng.choice(["", "staff"]),
            rng.choice(["", "37"]),
            rng.choice(["", "7"]),
        )
        for who in range(20)
        for number in range(1, 1 + rng.randrange(1, 5))
    ]


@pytest.mark.parametrize("counts", list(Counts))
@pytest.mark.parametrize("tie_rule", sorted(TIE_RULES))
def test_what_the_database_counts_is_what_the_rules_count(session, now, tie_rule, counts) -> None:
    board = services.create_board(session, owner="t", tie_rule=tie_rule, now=now)
    rule = TIE_RULES[tie_rule]
    results = scattered(random.Random(f"{tie_rule}{counts}"), now)
    due = counting(rule, results, counts)
    expected = {s: (r, sort_key(rule, r)) for s, r in due.items()}
    wrong = Result("s03", 9, 1, 1, now)
    services.apply(session, board, Corrections((wrong, due["s04"]), ()))

    written = services.put_results(session, board, as_query(results), counts=counts)

    assert queries.list_results(session, board.id) == expected
    assert written == len(due) - 1  # one stood already as it ought to
    assert services.put_results(session, board, as_query(results), counts=counts) == 0


def test_who_has_no_result_is_taken_off_that_board_alone(session, now) -> None:
    board = services.create_board(session, owner="t", tie_rule="score_only", now=now)
    other = services.create_board(session, owner="o", tie_rule="score_only", now=now)
    here = tuple(Result(s, 1, 1_000, 1, now) for s in ("a", "b", "c"))
    for each in (board, other):
        services.apply(session, each, Corrections(here, ()))

    gone = services.take_off(session, board, as_query([here[0]]))

    assert gone == 2
    assert set(queries.list_results(session, board.id)) == {"a"}
    assert set(queries.list_results(session, other.id)) == {"a", "b", "c"}


def test_a_result_that_no_key_can_hold_is_refused(session, now) -> None:
    board = services.create_board(session, owner="t", tie_rule="score_only", now=now)
    far = as_query([Result("a", 1, 2**29, 1, now)])

    with pytest.raises(DBAPIError), session.begin_nested():
        services.put_results(session, board, far, counts=Counts.BEST)
