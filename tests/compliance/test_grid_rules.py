"""What a cell says: held before everything else, then exempt, then what has ended."""

from datetime import UTC, datetime, timedelta

import pytest

from learning.certification.rules.holdings import FOREVER
from learning.compliance.rules.coverage import Asked, Requirements
from learning.compliance.rules.grid import (
    WORST_FIRST,
    Cell,
    CellState,
    PostAt,
    Span,
    asked_by,
    cell_of,
)

NOW = datetime(2026, 12, 1, tzinfo=UTC)
DAY = timedelta(days=1)
TICK = timedelta(microseconds=1)


def held(since: int, until: int | None, term: int | None = None) -> Span:
    end = FOREVER if until is None else NOW + until * DAY
    return Span(NOW + since * DAY, end, None if term is None else NOW + term * DAY)


def cell(*spans: Span, level: str | None = "required", exempt: datetime | None = None):
    return cell_of(spans, level=level, exempt_until=exempt, now=NOW)


def test_what_is_held_beyond_the_days_ahead_is_valid_until_its_last_instant() -> None:
    found = cell(held(-10, 91))

    assert (found.state, found.until) == (CellState.VALID, NOW + 91 * DAY - TICK)
    assert not found.is_gap


def test_for_life_has_no_end() -> None:
    assert cell(held(-10, None)).until is None


def test_what_ends_within_the_days_ahead_is_expiring_and_no_gap() -> None:
    found = cell(held(-10, 90))

    assert (found.state, found.days_left, found.is_gap) == (CellState.EXPIRING, 89, False)


def test_a_renewal_that_follows_without_a_break_counts_on() -> None:
    assert cell(held(-10, 20), held(20, 900)).state is CellState.VALID
    assert cell(held(-10, 20), held(21, 900)).state is CellState.EXPIRING


@pytest.mark.parametrize("doubt", [CellState.SUSPENDED, CellState.UNCHECKED])
def test_a_paper_that_does_not_count_is_said_so_and_leaves_the_gap(doubt: CellState) -> None:
    def with_doubt(*spans: Span, level: str | None = "required", exempt: datetime | None = None):
        return cell_of(spans, level=level, exempt_until=exempt, now=NOW, doubt=doubt)

    for found in (with_doubt(), with_doubt(held(-10, -1, 50))):
        assert (found.state, found.until, found.is_gap) == (doubt, None, True)
    assert (with_doubt(level=None).state, with_doubt(level=None).is_gap) == (doubt, False)
    assert with_doubt(held(-10, 200)).state is CellState.VALID
    assert with_doubt(exempt=NOW + DAY).state is CellState.EXEMPT


def test_what_was_required_and_ran_out_is_a_gap() -> None:
    found = cell(held(-10, -1))

    assert (found.state, found.is_gap) == (CellState.EXPIRED, True)


def test_what_ended_before_its_term_is_not_said_to_have_expired() -> None:
    assert cell(held(-10, -1, term=300)).state is CellState.ENDED


def test_a_missed_review_is_no_end_of_the_term() -> None:
    missed = held(-10, -1, term=300)._replace(review_due=NOW - DAY - TICK)
    taken_off = held(-10, -1, term=300)._replace(review_due=NOW + DAY)
    ran_out = held(-10, -1, term=-1)._replace(review_due=NOW - DAY - TICK)

    states = [cell(one).state for one in (missed, taken_off, ran_out)]
    assert states == [CellState.OVERDUE, CellState.ENDED, CellState.EXPIRED]
    assert cell(missed).is_gap


def test_what_begins_later_is_a_gap_until_then() -> None:
    found = cell(held(5, 300))

    assert (found.state, found.until, found.is_gap) == (CellState.COMING, NOW + 5 * DAY, True)


def test_never_held_is_missing_only_where_it_is_required() -> None:
    assert cell().state is CellState.MISSING
    assert cell(level="optional").state is CellState.NOT_ASKED
    assert cell(level=None).state is CellState.NOT_ASKED


def test_who_is_exempt_lacks_nothing_and_holds_what_is_held() -> None:
    until = NOW + 30 * DAY

    assert cell(exempt=until) == Cell(CellState.EXEMPT, until - TICK)
    assert not cell(held(-10, -1), exempt=until).is_gap
    assert cell(held(-10, 300), exempt=until).state is CellState.VALID


def asked(levels: dict[tuple[int, int], dict[int, str]], parents) -> Requirements:
    """What units ask, from levels by (unit, post) and scheme."""
    said = {
        at: {scheme: Asked(at[0], level) for scheme, level in one.items()}
        for at, one in levels.items()
    }
    return Requirements(said, parents)


def test_the_nearest_unit_decides_what_a_post_is_asked() -> None:
    levels = {(1, 7): {10: "required", 11: "required"}, (2, 7): {10: "optional"}}
    requirements = asked(levels, {3: 2, 2: 1, 1: None})

    assert asked_by([PostAt(7, 3)], requirements) == {10: "optional", 11: "required"}
    assert asked_by([PostAt(7, 1)], requirements) == {10: "required", 11: "required"}


def test_what_one_post_requires_another_does_not_leave_open() -> None:
    levels = {(1, 7): {10: "optional"}, (1, 8): {10: "required"}}
    posts = [PostAt(8, 1), PostAt(7, 1)]

    assert asked_by(posts, asked(levels, {1: None})) == {10: "required"}


def test_every_state_has_its_place_among_the_worst() -> None:
    assert sorted(WORST_FIRST) == sorted(CellState)
