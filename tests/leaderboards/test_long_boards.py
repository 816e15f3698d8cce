"""A board of 100 000 rows answers page by page."""

import random

import pytest
from sqlalchemy import event

from learning.leaderboards import queries, services
from learning.leaderboards.rules import Counts, Result

ROWS = 100_000


@pytest.mark.deep
def test_a_long_board_has_right_standings_on_every_kind_of_page(database, now) -> None:
    rng = random.Random(4)
    results = [
        Result(f"s{n:06d}", 1, rng.randrange(0, 101) * 1000, rng.randrange(600) * 5_000_000, now)
        for n in range(ROWS)
    ]
    with database.transaction() as session:
        board = services.create_board(session, owner="t", tie_rule="score_then_duration", now=now)
    with database.transaction() as session:
        services.recompute(session, board, results, counts=Counts.BEST)
    merits = sorted(((r.points_milli, -(r.duration_us or 0)) for r in results), reverse=True)
    first_seen = {merit: position for position, merit in reversed(list(enumerate(merits, 1)))}
    by_subject = {r.subject: first_seen[r.points_milli, -(r.duration_us or 0)] for r in results}

    statements: list[str] = []
    event.listen(database.engine, "before_cursor_execute", lambda *a: statements.append(a[2]))
    for number in (1, 2, 777, 1999, 2000):
        statements.clear()
        with database.session(write=False) as session:
            page = queries.get_page(session, board.id, page=number, size=50)

        assert [by_subject[row.subject] for row in page.rows] == [row.standing for row in page.rows]
        assert (page.total, page.pages, len(page.rows)) == (ROWS, 2000, 50)
        is_deep = number * 50 > 1_000  # it is first found in which bucket the page begins
        selects = [s for s in statements if s.startswith("SELECT")]
        assert len(selects) == (5 if is_deep else 2 if number == 1 else 3)
