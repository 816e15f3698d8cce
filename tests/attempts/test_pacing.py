"""Rooms ask less often when there are many of them, and as often as ever when they have left."""

import pytest

from learning.attempts.rules.pacing import EVERY_S, LONGEST_S, MOST_PER_S, Pace


def _told(rooms: int, seconds: int, pace: Pace, begun: int = 0) -> float:
    """Let rooms ask at the pace that they were told last; return what they are told in the end."""
    every = pace.every_s
    at = float(begun)
    while at < begun + seconds:
        every = pace.count(at)
        at += every / rooms
    return every


@pytest.mark.parametrize("rooms", [1, 100, int(MOST_PER_S * EVERY_S)])
def test_few_rooms_ask_each_half_minute(rooms: int) -> None:
    assert _told(rooms, 300, Pace(0.0)) == pytest.approx(EVERY_S, rel=0.02)


def test_many_rooms_together_ask_no_more_than_a_process_likes() -> None:
    every = _told(2500, 300, Pace(0.0))

    assert every == pytest.approx(2500 / MOST_PER_S, rel=0.05)


def test_no_room_is_told_to_stay_away_for_long() -> None:
    assert _told(100_000, 60, Pace(0.0)) == LONGEST_S


def test_the_pace_comes_back_when_the_rooms_have_left() -> None:
    pace = Pace(0.0)
    _told(2500, 300, pace)

    assert _told(100, 300, pace, begun=300) == EVERY_S
