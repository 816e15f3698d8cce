"""Items with seconds of their own, and an end at the first mistake: the server's clock decides."""

import threading
from datetime import timedelta

import pytest

from learning.attempts.events import OutageDeclared
from learning.attempts.queries import (
    find_score,
    get_attempt,
    list_responses,
    list_shown,
    list_stepwise_entries,
)
from learning.attempts.rules import (
    AttemptRules,
    Delivery,
    Release,
    Ruling,
    Treatment,
    item_allowed_s,
    item_end,
    item_loss_s,
    own_clock_us,
    parse_batch,
)
from learning.attempts.saving import Saved
from learning.attempts.services import (
    add_extra_time,
    apply_regrade,
    commit_position,
    declare_outage,
    force_finish,
    give_back,
    pause_attempts,
    resume_attempts,
    reveal_position,
    submit_attempt,
    sweep_attempt,
)
from learning.kernel.errors import Conflict
from tests.factories.attempts import Seat, make_seat

EMPTY = parse_batch({"epoch": 1, "responses": []})
TIMED = AttemptRules(
    limit_s=600, delivery=Delivery.STEPWISE, item_s=20, tells_key=False, release=Release.AT_CLOSE
)
RUN = AttemptRules(limit_s=600, delivery=Delivery.STEPWISE, ends_at_mistake=True, tells_key=False)


def after(seconds: float) -> timedelta:
    return timedelta(seconds=seconds)


@pytest.fixture
def seat(database, now) -> Seat:
    return make_seat(database, now, rules=TIMED)


@pytest.fixture
def run(database, now) -> Seat:
    return make_seat(database, now, rules=RUN)


def reveal(seat: Seat, position: int, at: float):
    with seat.database.transaction() as session:
        return reveal_position(
            session, seat.actor, seat.attempt, position, now=seat.started_at + after(at)
        )


def commit(seat: Seat, position: int, at: float):
    with seat.database.transaction() as session:
        return commit_position(
            session, seat.actor, seat.attempt, position, now=seat.started_at + after(at)
        )


def entry_of(seat: Seat, position: int):
    with seat.database.session(write=False) as session:
        return list_stepwise_entries(session, seat.attempt_id)[position]


def attempt_of(seat: Seat):
    with seat.database.session(write=False) as session:
        return get_attempt(session, seat.user_id, seat.attempt)


def test_an_item_ends_its_seconds_after_its_reveal_and_never_where_it_has_none(now) -> None:
    assert item_end(now, 20) == now + after(20)
    assert item_end(now, 20, given_s=7) == now + after(27)
    assert item_end(now, 0, given_s=7) is None


@pytest.mark.parametrize(
    ("accommodation_s", "allowed_s"),
    [(0, 20), (300, 30), (150, 25), (1, 21), (1200, 60)],
)
def test_an_item_grows_as_the_whole_does_under_an_accommodation(accommodation_s, allowed_s) -> None:
    assert item_allowed_s(20, after(600), after(accommodation_s)) == allowed_s


@pytest.mark.parametrize(
    ("taken_us", "allowed_s", "counts_us"),
    [
        (3_900_000, None, 3_900_000),
        (3_900_000, 20, 3_900_000),
        (15_000_000, 30, 10_000_000),
        (30_000_000, 30, 20_000_000),
        (10_000_001, 30, 6_666_667),
    ],
)
def test_an_answer_uses_as_much_of_its_own_seconds_as_others_of_theirs(
    taken_us, allowed_s, counts_us
) -> None:
    assert own_clock_us(taken_us, 20, allowed_s) == counts_us


def test_extra_time_granted_before_lengthens_every_item_and_what_is_given_later_none(
    database, now
) -> None:
    seat = make_seat(database, now, rules=TIMED, extra=after(300))
    with database.transaction() as session:
        add_extra_time(
            session, [seat.attempt_id], after(600), actor_id=None, reason="停电", now=now
        )

    first = reveal(seat, 1, at=0)
    again = reveal(seat, 1, at=10)
    commit(seat, 1, at=29)
    second = reveal(seat, 2, at=40)
    commit(seat, 2, at=95)

    assert first.ends_at == again.ends_at == seat.started_at + after(30)
    assert second.ends_at == seat.started_at + after(70)
    assert entry_of(seat, 1).allowed_s == 30
    assert entry_of(seat, 2).committed_at == second.ends_at


def test_who_has_no_extra_time_has_the_seconds_of_the_rules(seat: Seat) -> None:
    assert reveal(seat, 1, at=0).ends_at == seat.started_at + after(20)
    assert entry_of(seat, 1).allowed_s is None


@pytest.mark.parametrize(
    ("lost", "given_s", "gets"),
    [
        ((5, 15), 10, 10),  # within the item
        ((-30, 4), 34, 4),  # begun before it: only what was lost of it
        ((25, 60), 35, 0),  # after its end
        ((-30, 0), 30, 0),  # over when it was shown
        ((5, 15), 4, 4),  # the rest was given back before
    ],
)
def test_an_open_item_gets_back_what_it_lost_of_a_span(now, lost, given_s, gets) -> None:
    span = (now + after(lost[0]), now + after(lost[1]))

    assert item_loss_s(now, now + after(20), span, given_s) == gets


def test_a_reveal_starts_the_items_clock_and_a_second_one_gives_no_second_more(seat: Seat) -> None:
    first, again = reveal(seat, 1, at=5), reveal(seat, 1, at=15)

    assert first.ends_at == again.ends_at == seat.started_at + after(25)


def test_an_answer_within_the_items_seconds_and_their_grace_counts(seat: Seat) -> None:
    reveal(seat, 1, at=0)

    assert seat.save(1, 1, "b", at=after(22)) == Saved([(1, 1)], [])
    done = commit(seat, 1, at=23)

    assert (done.outcome, done.item) == ("right", None)
    assert entry_of(seat, 1).committed_at == seat.started_at + after(20)


def test_an_answer_after_the_items_seconds_and_their_grace_is_kept_aside(seat: Seat) -> None:
    reveal(seat, 1, at=0)
    seat.save(1, 1, "c", at=after(9))

    assert seat.save(1, 2, "b", at=after(22.001)) == Saved([], [(1, 2)])
    done = commit(seat, 1, at=23)

    assert done.outcome == "wrong"
    with seat.database.session(write=False) as session:
        assert [r.answer for r in list_responses(session, seat.attempt_id)] == ['"c"', '"b"']


def test_the_next_item_has_a_clock_of_its_own(seat: Seat) -> None:
    reveal(seat, 1, at=0)
    commit(seat, 1, at=10)
    reveal(seat, 2, at=60)

    assert seat.save(2, 1, at=after(79)) == Saved([(2, 1)], [])
    assert commit(seat, 2, at=79).outcome == "right"
    assert entry_of(seat, 2).committed_at == seat.started_at + after(79)


def test_where_items_have_no_seconds_nothing_is_late(run: Seat) -> None:
    reveal(run, 1, at=0)

    assert run.save(1, 1, at=after(500)) == Saved([(1, 1)], [])
    assert attempt_of(run).open_until is None


def test_a_pause_stops_the_items_clock_and_is_no_time_that_the_answer_took(seat: Seat) -> None:
    reveal(seat, 1, at=0)
    with seat.database.transaction() as session:
        pause_attempts(
            session, [seat.attempt_id], actor_id=None, reason="断电", now=seat.started_at + after(8)
        )
    assert seat.save(1, 1, "c", at=after(50)) == Saved([(1, 1)], [])  # its clock stands at 8 s
    with seat.database.transaction() as session:
        resume_attempts(
            session,
            [seat.attempt_id],
            actor_id=None,
            reason="来电",
            now=seat.started_at + after(68),
        )

    assert attempt_of(seat).open_until == seat.started_at + after(80)
    assert seat.save(1, 2, "b", at=after(81)) == Saved([(1, 2)], [])
    commit(seat, 1, at=79)
    entry = entry_of(seat, 1)
    assert (entry.outcome, entry.given_s) == ("right", 60)
    assert reveal(seat, 2, at=100).ends_at == seat.started_at + after(120)


def test_an_outage_gives_the_open_item_back_what_it_lost(seat: Seat) -> None:
    reveal(seat, 1, at=10)
    start = seat.started_at
    with seat.database.transaction() as session:
        declare_outage(
            session,
            seat.assessment_id,
            (start, start + after(25)),
            outage_id="o1",
            actor_id=None,
            reason="机房断电",
            now=start + after(26),
        )
    with seat.database.transaction() as session:
        give_back(session, OutageDeclared(1), start + after(27))

    assert attempt_of(seat).open_until == start + after(10 + 20 + 15)


def test_the_sweep_closes_the_open_item_with_what_was_chosen_in_its_time(seat: Seat) -> None:
    reveal(seat, 1, at=0)
    seat.save(1, 1, "b", at=after(12))
    with seat.database.transaction() as session:
        assert sweep_attempt(session, seat.attempt_id, seat.started_at + after(700))

    entry = entry_of(seat, 1)
    assert (entry.outcome, entry.committed_at) == ("right", seat.started_at + after(20))
    with seat.database.session(write=False) as session:
        assert find_score(session, seat.attempt_id).points_milli == 4_000


def test_taking_an_attempt_in_closes_the_open_item_at_that_moment(seat: Seat) -> None:
    reveal(seat, 1, at=0)
    with seat.database.transaction() as session:
        force_finish(
            session, seat.attempt_id, actor_id=None, reason="违规", now=seat.started_at + after(7)
        )

    entry = entry_of(seat, 1)
    assert (entry.outcome, entry.committed_at) == ("unanswered", seat.started_at + after(7))


def test_the_first_mistake_ends_the_attempt_and_tells_no_key(run: Seat) -> None:
    reveal(run, 1, at=0)
    run.save(1, 1, "b", at=after(3))
    first = commit(run, 1, at=5)
    reveal(run, 2, at=6)
    run.save(2, 1, "c", at=after(8))
    second = commit(run, 2, at=9)

    assert (first.outcome, first.item, first.ended) == ("right", None, None)
    assert (second.outcome, second.item) == ("wrong", None)
    assert second.ended is not None
    attempt = attempt_of(run)
    assert (attempt.finish_kind, attempt.finished_at) == ("submitted", run.started_at + after(9))
    with run.database.session(write=False) as session:
        assert find_score(session, run.attempt_id).points_milli == 4_000
    with pytest.raises(Conflict, match="already_submitted"):
        reveal(run, 3, at=10)


def test_no_answer_is_a_mistake_too(run: Seat) -> None:
    reveal(run, 1, at=0)

    assert commit(run, 1, at=5).ended is not None


def test_a_mistake_that_the_clock_made_ends_the_attempt_when_the_item_ended(database, now) -> None:
    rules = AttemptRules(
        limit_s=600, delivery=Delivery.STEPWISE, item_s=20, ends_at_mistake=True, tells_key=False
    )
    seat = make_seat(database, now, rules=rules)
    reveal(seat, 1, at=0)
    seat.save(1, 1, "b", at=after(40))

    assert commit(seat, 1, at=41).ended is not None
    assert attempt_of(seat).finished_at == now + after(20)


def test_what_a_ruling_takes_out_ends_no_run(run: Seat) -> None:
    version = attempt_of(run).form.positions[0].version_id
    with run.database.transaction() as session:
        apply_regrade(
            session,
            run.assessment_id,
            [Ruling(version, Treatment.EXCLUDED)],
            regrade_id="r1",
            reason="题干有误",
            actor_id=None,
            now=run.started_at,
        )
    reveal(run, 1, at=0)
    run.save(1, 1, "c", at=after(3))

    done = commit(run, 1, at=5)

    assert (done.outcome, done.ended) == ("excluded", None)
    reveal(run, 2, at=6)


def test_of_two_commits_of_the_same_mistake_one_ends_the_attempt(run: Seat) -> None:
    reveal(run, 1, at=0)
    run.save(1, 1, "c", at=after(3))
    start, outcomes = threading.Barrier(2), []

    def press() -> None:
        start.wait()
        try:
            outcomes.append(commit(run, 1, at=5).ended is not None)
        except Conflict as refused:
            outcomes.append(refused.code)

    threads = [threading.Thread(target=press) for _ in range(2)]
    [thread.start() for thread in threads]
    [thread.join(20) for thread in threads]

    assert sorted(outcomes, key=str) in ([True, "already_submitted"], [True, "position_closed"])


def test_a_hand_in_that_meets_the_ending_commit_finds_it_finished(run: Seat) -> None:
    reveal(run, 1, at=0)
    run.save(1, 1, "c", at=after(3))
    start, ends = threading.Barrier(2), []

    def hand_in() -> None:
        start.wait()
        with run.database.transaction() as session:
            done = submit_attempt(
                session,
                run.actor,
                run.attempt,
                batch=EMPTY,
                last_seq={1: 1},
                now=run.started_at + after(5),
            )
        ends.append(not done.was_finished)

    def end() -> None:
        start.wait()
        try:
            ends.append(commit(run, 1, at=5).ended is not None)
        except Conflict:
            ends.append(False)

    threads = [threading.Thread(target=each) for each in (hand_in, end)]
    [thread.start() for thread in threads]
    [thread.join(20) for thread in threads]

    assert sorted(ends) == [False, True]


def test_keys_of_a_running_paper_are_shown_only_where_it_tells_them(database, now) -> None:
    kept_back = make_seat(database, now, rules=TIMED)
    with database.session(write=False) as session:
        stems, keys = list_shown(session, kept_back.user_id, now)

    assert stems
    assert keys == frozenset()
