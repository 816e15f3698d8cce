"""Lists of long ago: packed keys give the standings that the whole list gives."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learning.leaderboards import queries, services
from learning.leaderboards.rules import WHOLE, Block, Scope, count_above, pack, unpack

DAY = date(2026, 11, 20)
KEYS = st.lists(st.integers(0, 9) | st.integers(0, 2**62 - 1), max_size=60)


def sorted_keys(keys) -> list[int]:
    return sorted(keys, reverse=True)


@given(KEYS, st.lists(st.integers(0, 2**62 - 1), max_size=5), st.integers(1, 7))
def test_a_rank_read_from_one_block_is_that_of_the_whole_list(keys, others, size) -> None:
    blocks = list(pack(sorted_keys(keys), size=size))

    for key in [*keys, *others, 0, 5]:
        above = [block for block in blocks if block.top > key]
        found = count_above(above[-1], key) if above else 0
        assert found == sum(other > key for other in keys)


@given(KEYS, st.integers(1, 7))
def test_what_was_packed_is_unpacked(keys, size) -> None:
    blocks = list(pack(sorted_keys(keys), size=size))

    runs = [run for block in blocks for run in unpack(block)]
    assert [key for key, count in runs for _ in range(count)] == sorted_keys(keys)


def test_the_worked_example_of_the_docstring_holds() -> None:
    (block,) = pack([9, 7, 7, 2])

    assert (block.top, block.before) == (9, 0)
    assert [count_above(block, key) for key in (8, 7, 2, 0)] == [1, 1, 3, 4]


def test_a_million_tied_rows_are_a_few_bytes() -> None:
    blocks = list(pack(key for key in (5, 3) for _ in range(500_000)))

    assert [(block.top, block.before) for block in blocks] == [(5, 0)]
    assert len(blocks[0].body) < 50
    assert count_above(blocks[0], 2) == 1_000_000


@pytest.mark.parametrize("keys", [[1, 2], [3, 1, 2], [2, 1, 2]])
def test_keys_out_of_order_are_refused(keys) -> None:
    with pytest.raises(ValueError, match="sorted"):
        list(pack(keys, size=2))


@pytest.fixture
def board(session, now):
    return services.create_board(session, owner="t", tie_rule="score_only", now=now)


def put(session, board, day, lists: dict[Scope, list[int]], now, size=3) -> None:
    services.begin_day(session, board.id, day, now)
    packed = {scope: list(pack(sorted_keys(keys), size=size)) for scope, keys in lists.items()}
    services.put_day(session, board.id, day, packed, entries=len(lists[WHOLE]), now=now)


def test_standings_of_many_days_are_those_of_each_day_s_list(session, now, board) -> None:
    group = Scope(group="a")
    days = [DAY + timedelta(days=n) for n in range(120)]
    lists = {day: [(n * 7 + k * k) % 40 for k in range(30)] for n, day in enumerate(days)}
    for day, keys in lists.items():
        put(session, board, day, {WHOLE: keys, group: keys[:10]}, now)

    for key in (0, 17, 39):
        asked = dict.fromkeys(days, key)
        assert queries.standings_on(session, board.id, asked) == {
            day: 1 + sum(other > key for other in keys) for day, keys in lists.items()
        }
        assert queries.standings_on(session, board.id, asked, scope=group) == {
            day: 1 + sum(other > key for other in keys[:10]) for day, keys in lists.items()
        }


def test_a_day_counted_again_is_replaced_whole(session, now, board) -> None:
    put(session, board, DAY, {WHOLE: list(range(20)), Scope(group="a"): [9]}, now)
    put(session, board, DAY, {WHOLE: [3, 1]}, now)

    assert queries.standings_on(session, board.id, {DAY: 1}) == {DAY: 2}
    assert queries.standings_on(session, board.id, {DAY: 1}, scope=Scope(group="a")) == {DAY: 1}
    (view,) = queries.list_days(session, board.id, now)
    assert (view.entries, view.is_counted) == (2, True)


def test_a_result_that_comes_late_makes_its_day_and_later_ones_stale(session, now, board) -> None:
    for n in range(3):
        services.begin_day(session, board.id, DAY + timedelta(days=n), now + timedelta(days=n))
        services.put_day(session, board.id, DAY + timedelta(days=n), {}, entries=0, now=now)

    services.mark_stale(session, board.id, now + timedelta(hours=1))

    counted = [
        day.is_counted for day in queries.list_days(session, board.id, now.replace(year=2030))
    ]
    assert counted == [True, False, False]


def test_what_came_while_a_day_was_counted_leaves_it_stale(session, now, board) -> None:
    services.begin_day(session, board.id, DAY, now)
    services.mark_stale(session, board.id, now)
    services.put_day(session, board.id, DAY, {WHOLE: [Block(1, 0, b"")]}, entries=1, now=now)

    assert [day.is_counted for day in queries.list_days(session, board.id, now)] == [False]


def test_only_days_that_ended_are_listed(session, now, board) -> None:
    services.begin_day(session, board.id, DAY, now)

    assert queries.list_days(session, board.id, now - timedelta(microseconds=1)) == []
