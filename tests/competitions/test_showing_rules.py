"""What may be shown at an instant, by the settings and what has happened."""

from datetime import UTC, datetime, timedelta

import pytest

from learning.competitions.rules import (
    PEOPLE,
    UNITS,
    Progress,
    Showing,
    Source,
    Stage,
    State,
    read_stages,
    showing_problems,
    showing_refusal,
    shown_at,
    stages_text,
)

OPENS = datetime(2026, 11, 1, tzinfo=UTC)
FREEZE = OPENS + timedelta(days=8)
CLOSED = OPENS + timedelta(days=10)
DAY = timedelta(days=1)
STAGES = (Stage(PEOPLE, 4), Stage("soe", 1), Stage(PEOPLE, 1))


def at(showing, state, now, *, revealed=0, ready=True):
    closed = CLOSED if state is State.CLOSED else None
    return shown_at(showing, Progress(state, closed, revealed, ready), now)


@pytest.mark.parametrize(
    ("showing", "state", "now", "ready", "source"),
    [
        (Showing(), State.OPEN, FREEZE, True, Source.NOTHING),
        (Showing(), State.CLOSED, CLOSED, True, Source.FINAL),
        (Showing(is_live=True), State.DRAFT, FREEZE, True, Source.NOTHING),
        (Showing(is_live=True), State.OPEN, FREEZE, True, Source.LIVE),
        (Showing(True, FREEZE), State.OPEN, FREEZE - timedelta(seconds=1), True, Source.LIVE),
        (Showing(True, FREEZE), State.OPEN, FREEZE, True, Source.FROZEN),
        (Showing(True, FREEZE), State.OPEN, FREEZE, False, Source.NOTHING),
        (Showing(False, FREEZE), State.OPEN, FREEZE, True, Source.NOTHING),
        (Showing(True, FREEZE), State.CLOSED, CLOSED, True, Source.FINAL),
        (Showing(True, FREEZE, STAGES), State.CLOSED, CLOSED, True, Source.FROZEN),
        (Showing(False, None, STAGES), State.CLOSED, CLOSED, True, Source.NOTHING),
        # Closed by hand before the freeze: what stood there live was the final list.
        (Showing(True, CLOSED + DAY, STAGES), State.CLOSED, CLOSED + 2 * DAY, True, Source.NOTHING),
    ],
)
def test_from_which_list_is_shown(showing, state, now, ready, source) -> None:
    assert at(showing, state, now, ready=ready).source is source


def test_each_step_shows_one_list_further_up_and_the_last_everything() -> None:
    showing = Showing(True, FREEZE, STAGES)

    firsts = [
        [
            at(showing, State.CLOSED, CLOSED, revealed=taken).first(*key)
            for key in ((PEOPLE,), ("soe",), (UNITS,))
        ]
        for taken in range(4)
    ]

    assert firsts == [[1, 1, None], [4, None, None], [4, 1, None], [1, 1, 1]]


def test_provinces_stay_out_while_a_reveal_is_under_way() -> None:
    shown = at(Showing(stages=STAGES), State.CLOSED, CLOSED, revealed=1)

    assert shown.first(PEOPLE) == 4
    assert shown.first(PEOPLE, area="37") is None
    assert not shown.is_final


@pytest.mark.parametrize(
    ("showing", "places"),
    [
        (Showing(True, FREEZE, STAGES), []),
        (Showing(True, OPENS - DAY), ["freeze_at"]),
        (Showing(True, CLOSED + DAY), ["freeze_at"]),
        (Showing(True, None, STAGES), ["freeze_at"]),
        (Showing(False, None, (Stage("nobody", 1),)), ["stages"]),
        (Showing(False, None, (Stage("", 1), Stage("", 3))), ["stages"]),
        (Showing(False, None, (Stage("", 0),)), ["stages"]),
    ],
)
def test_settings_that_cannot_be_are_named(showing, places) -> None:
    assert showing_problems(showing, ["soe"], (OPENS, CLOSED)) == places


def test_a_freeze_that_came_and_a_list_that_is_out_stay() -> None:
    old = Showing(True, FREEZE)
    running = Progress(State.OPEN, None, 0, is_frozen_ready=True)
    closed = Progress(State.CLOSED, CLOSED, 0, is_frozen_ready=True)
    later, none = Showing(True, FREEZE + DAY), Showing(True)

    assert showing_refusal(old, later, running, FREEZE - DAY) is None
    assert showing_refusal(old, later, running, FREEZE) == "frozen"
    assert showing_refusal(old, none, running, FREEZE) == "frozen"
    assert showing_refusal(none, old, running, FREEZE) == "freeze_past"
    assert showing_refusal(old, Showing(True, FREEZE, STAGES), closed, CLOSED) == "closed"


def test_steps_are_read_as_they_are_written() -> None:
    assert read_stages(" 4 \n\nsoe  1\n1") == STAGES
    assert read_stages(stages_text(STAGES)) == STAGES
    assert read_stages("first") is None


def test_settings_come_back_as_they_were_stored() -> None:
    for showing in (Showing(), Showing(True, FREEZE, STAGES)):
        assert Showing.from_dict(showing.to_dict()) == showing
