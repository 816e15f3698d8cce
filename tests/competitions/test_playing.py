"""Formats in use: who may begin today, what the board shows, and that it equals a recomputation."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from learning.attempts.models import StepwiseEntry
from learning.attempts.queries import get_attempt
from learning.attempts.rules import Batch
from learning.attempts.services import commit_position, reveal_position, submit_attempt
from learning.competitions import services
from learning.competitions.queries import list_entries_of, list_own
from learning.competitions.rules import Act, Bonus, Format, Phase, Play, Rung, Speed
from learning.kernel.errors import Conflict
from learning.leaderboards import queries as boards
from tests.competitions.test_board import handle_all
from tests.factories.competitions import add_scored_attempt, entry_of, make_participant, make_stage

DEVICE = "device".ljust(43, "_")
DAY = timedelta(days=1)
FULL = 20_000  # thousandths: five items of 4 points
DAILY = Format(
    per_day=1,
    adds_up=True,
    bonuses=(Bonus(Act.SIGN_IN, Decimal(1)), Bonus(Act.SHARE, Decimal(3))),
)


def stage_with(session, now, chosen, **changes):
    """A competition of ten days, at midnight of its organiser's second day."""
    window = {"opens_at": now - DAY, "closes_at": now + 9 * DAY}
    return make_stage(session, now, format=chosen, max_attempts=0, **window, **changes)


def start(session, stage, actor, at) -> str:
    return services.start_round(session, actor, stage.public_id, device_token=DEVICE, now=at)


def hand_in(session, actor, attempt, at) -> None:
    nothing = Batch(epoch=1, entries=(), rejected=())
    submit_attempt(session, actor, attempt, batch=nothing, last_seq={}, now=at)


def row(session, view, actor):
    found = boards.find_result(session, view.board_id, entry_of(session, actor))
    return found and found[0]


def test_a_format_is_kept_with_the_round_and_changes_with_it(session, now) -> None:
    stage = stage_with(session, now, DAILY, is_open=False)
    changed = replace(DAILY, per_day=2)
    contest = stage.view(session, now).contest

    services.edit_competition(
        session,
        stage.actor,
        stage.public_id,
        contest=replace(contest, rules=replace(contest.rules, format=changed)),
        now=now,
    )

    assert contest.rules.format == DAILY
    assert stage.view(session, now).format == changed


def test_one_attempt_a_day_and_the_open_one_goes_on(session, now) -> None:
    stage = stage_with(session, now, Format(per_day=1))
    actor = make_participant(session, now, stage)

    first = start(session, stage, actor, now)
    again = start(session, stage, actor, now)
    hand_in(session, actor, first, now)
    with pytest.raises(Conflict, match="day_used"):
        start(session, stage, actor, now)
    tomorrow = start(session, stage, actor, now + DAY)

    assert first == again != tomorrow


def test_one_tries_until_all_is_right_and_the_board_shows_only_that(session, now) -> None:
    stage = stage_with(session, now, Format(until_right=True))
    view = stage.view(session, now)
    actor = make_participant(session, now, stage)
    stood = []
    for number, points in ((1, FULL - 4000), (2, FULL)):
        one = add_scored_attempt(
            session,
            view.assessment_id,
            actor.user_id,
            number=number,
            points_milli=points,
            started_at=now,
        )
        handle_all(session, now, [one])
        stood.append(row(session, view, actor))

    assert stood[0] is None
    assert row(session, view, actor).number == 2
    assert len(services.recompute_board(session, view.round_id)) == 0
    with pytest.raises(Conflict, match="solved"):
        start(session, stage, actor, now + DAY)


def test_days_and_bonuses_add_up_on_the_board_in_any_order(session, now) -> None:
    stage = stage_with(session, now, DAILY)
    view = stage.view(session, now)
    actor = make_participant(session, now, stage)

    earned = [
        services.earn_bonus(session, actor, stage.public_id, act=act, now=at)
        for act, at in ((Act.SIGN_IN, now), (Act.SIGN_IN, now), (Act.SHARE, now + DAY))
    ]
    handle_all(session, now, [])
    nothing_yet = row(session, view, actor)
    tries = [
        add_scored_attempt(
            session,
            view.assessment_id,
            actor.user_id,
            number=number,
            points_milli=8_000,
            started_at=now + number * DAY,
        )
        for number in (1, 2)
    ]
    handle_all(session, now, [tries[1], tries[0], tries[0]])

    assert earned == [True, False, True]
    assert nothing_yet is None
    found = row(session, view, actor)
    assert (found.points_milli, found.duration_us) == (20_000, 120_000_000)  # 8 + 8 + 1 + 3
    assert len(services.recompute_board(session, view.round_id)) == 0
    [own] = list_own(session, actor.user_id, now + 20 * DAY)
    assert (own.phase, own.points_milli, own.has_tries) == (Phase.SETTLING, 20_000, True)
    [entry] = list_entries_of(session, [actor.user_id], now)
    assert entry.max_milli is None


@pytest.mark.parametrize(
    ("chosen", "enters", "after", "code"),
    [
        (DAILY, True, 10 * DAY, "closed"),
        (DAILY, True, -2 * DAY, "not_open"),
        (DAILY, False, 0 * DAY, "not_entered"),
        (Format(), True, 0 * DAY, "no_bonus"),
    ],
)
def test_a_bonus_is_earned_by_participants_within_the_window(
    session, now, chosen, enters, after, code
) -> None:
    stage = stage_with(session, now, chosen)
    actor = make_participant(session, now, stage) if enters else stage.actor

    with pytest.raises(Conflict, match=code):
        services.earn_bonus(session, actor, stage.public_id, act=Act.SHARE, now=now + after)


@pytest.mark.parametrize(
    ("chosen", "points"),
    [
        (Format(play=Play.SPEED, item_seconds=20, speed=Speed(Decimal(100), Decimal(30))), 610),
        (Format(play=Play.SURVIVAL), 8),
        (Format(play=Play.SURVIVAL, ladder=(Rung(2, Decimal(3)),)), 3),
    ],
)
def test_items_answered_one_by_one_earn_by_the_servers_clock(session, now, chosen, points) -> None:
    """Right after 3.9 s, right after 25 s (too late for speed), then nothing."""
    stage = stage_with(session, now, chosen)
    view = stage.view(session, now)
    actor = make_participant(session, now, stage)
    attempt = start(session, stage, actor, now)
    at = now
    for position, seconds in ((1, 3.9), (2, 25)):
        reveal_position(session, actor, attempt, position, now=at)
        at += timedelta(seconds=seconds)
        commit_position(session, actor, attempt, position, now=at)
    held = get_attempt(session, actor.user_id, attempt)
    for position in (1, 2):  # what was answered is another test's matter
        step = session.get_one(StepwiseEntry, (held.id, position))
        step.outcome, step.points_milli = "right", 4_000
    session.flush()
    hand_in(session, actor, attempt, at + timedelta(minutes=2))

    handle_all(session, now, [])

    found = row(session, view, actor)
    assert (found.points_milli, found.duration_us) == (points * 1000, 28_900_000)
    assert len(services.recompute_board(session, view.round_id)) == 0
