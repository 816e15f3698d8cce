"""Formats in use: who may begin today, what the board shows, and that it equals a recomputation."""

import json
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import insert

from learning.attempts.models import ResponseRow
from learning.attempts.queries import get_attempt, list_items
from learning.attempts.rules import Batch
from learning.attempts.services import commit_position, reveal_position, submit_attempt
from learning.competitions import services
from learning.competitions.queries import list_entries_of, list_own
from learning.competitions.rules import Act, Bonus, Format, Phase, Play, Rung, Speed
from learning.kernel.errors import Conflict
from learning.leaderboards import queries as boards
from learning.question_bank.rules import ItemKind
from tests.competitions.test_board import handle_all
from tests.factories.competitions import add_scored_attempt, entry_of, make_participant, make_stage

DEVICE = "device".ljust(43, "_")
DAY = timedelta(days=1)
QUICK = Format(play=Play.SPEED, item_seconds=20, speed=Speed(Decimal(100), Decimal(30)))
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


def answer(session, actor, attempt, position, at, said: str | list[str] = "b") -> None:
    held = get_attempt(session, actor.user_id, attempt)
    session.execute(
        insert(ResponseRow).values(
            attempt_id=held.id,
            position=position,
            epoch=1,
            seq=1,
            answer=json.dumps(said),
            after_submit=False,
            saved_at=at,
        )
    )


def key_of(session, actor, attempt, position) -> str | list[str]:
    place = get_attempt(session, actor.user_id, attempt).form.positions[position - 1]
    [item] = list_items(session, [place])
    keys = sorted(item.key.choices)
    return keys if item.document.kind is ItemKind.MULTIPLE else keys[0]


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
    ("chosen", "points", "spent_s"),
    [
        # 100 + (20 − 3) × 30, and 100 for what was chosen when the second item's 20 s ended
        (QUICK, 710, 23.9),
        (Format(play=Play.SURVIVAL), 8, 28.9),
        (Format(play=Play.SURVIVAL, ladder=(Rung(2, Decimal(3)),)), 3, 28.9),
    ],
)
def test_items_answered_one_by_one_earn_by_the_servers_clock(
    session, now, chosen, points, spent_s
) -> None:
    """Right after 3.9 s; right, chosen in time and confirmed after 25 s; then nothing."""
    stage = stage_with(session, now, chosen)
    view = stage.view(session, now)
    actor = make_participant(session, now, stage)
    attempt = start(session, stage, actor, now)
    at = now
    for position, seconds in ((1, 3.9), (2, 25)):
        reveal_position(session, actor, attempt, position, now=at)
        answer(session, actor, attempt, position, at + timedelta(seconds=3))
        at += timedelta(seconds=seconds)
        commit_position(session, actor, attempt, position, now=at)
    hand_in(session, actor, attempt, at + timedelta(minutes=2))

    handle_all(session, now, [])

    found = row(session, view, actor)
    assert (found.points_milli, found.duration_us) == (points * 1000, int(spent_s * 1_000_000))
    assert len(services.recompute_board(session, view.round_id)) == 0


def test_a_run_ends_with_its_first_mistake_and_stands_on_the_board(session, now) -> None:
    stage = stage_with(session, now, Format(play=Play.SURVIVAL, item_seconds=45))
    view = stage.view(session, now)
    actor = make_participant(session, now, stage)
    attempt = start(session, stage, actor, now)
    ends = []
    for position, said in ((1, "b"), (2, "c")):
        reveal_position(session, actor, attempt, position, now=now)
        answer(session, actor, attempt, position, now, said)
        done = commit_position(session, actor, attempt, position, now=now + timedelta(seconds=5))
        ends.append((done.item, done.ended is not None))
    handle_all(session, now, [])

    assert ends == [(None, False), (None, True)]
    found = row(session, view, actor)
    assert (found.points_milli, found.duration_us) == (4_000, 10_000_000)
    assert len(services.recompute_board(session, view.round_id)) == 0
    assert start(session, stage, actor, now) != attempt


def test_where_one_runs_until_all_is_right_a_mistake_leads_to_another_try(session, now) -> None:
    stage = stage_with(session, now, Format(play=Play.SURVIVAL, until_right=True))
    view = stage.view(session, now)
    actor = make_participant(session, now, stage)
    first = start(session, stage, actor, now)
    reveal_position(session, actor, first, 1, now=now)
    commit_position(session, actor, first, 1, now=now)
    second = start(session, stage, actor, now)
    for position in range(1, 6):
        reveal_position(session, actor, second, position, now=now)
        answer(session, actor, second, position, now, key_of(session, actor, second, position))
        commit_position(session, actor, second, position, now=now)
    handle_all(session, now, [])
    nothing_yet = row(session, view, actor)
    hand_in(session, actor, second, now)
    handle_all(session, now, [])

    assert nothing_yet is None
    assert (row(session, view, actor).points_milli, row(session, view, actor).number) == (FULL, 2)
    with pytest.raises(Conflict, match="solved"):
        start(session, stage, actor, now)
