"""The save: acknowledged means durable, refused means for a reason the device can act on."""

from datetime import timedelta

import pytest
from sqlalchemy import text, update

from learning.accounts.models import LoginSession
from learning.attempts.models import Attempt
from learning.attempts.queries import list_responses
from learning.attempts.rules import Batch
from learning.attempts.saving import Refused, Saved
from learning.attempts.services import submit_attempt, take_over
from learning.kernel.ids import digest
from tests.factories.attempts import Seat, make_seat


@pytest.fixture
def seat(database, now) -> Seat:
    return make_seat(database, now)


def stored(seat: Seat) -> list[tuple[int, int, int, str]]:
    with seat.database.session(write=False) as session:
        return [
            (r.position, r.epoch, r.seq, r.answer) for r in list_responses(session, seat.attempt_id)
        ]


def test_a_save_is_acknowledged_and_another_connection_sees_it(seat: Seat) -> None:
    assert seat.save(3, 17, "c") == Saved([(3, 17)], [])

    assert stored(seat) == [(3, 1, 17, '"c"')]


def test_a_batch_is_stored_whole_with_rare_characters(seat: Seat) -> None:
    outcome = seat.save_many([(1, 1, "a"), (2, 1, ["a", "d"]), (3, 1, '𠮷"\\\n'), (4, 1, None)])

    assert isinstance(outcome, Saved)
    assert sorted(outcome.saved) == [(1, 1), (2, 1), (3, 1), (4, 1)]
    assert [row[3] for row in stored(seat)] == ['"a"', '["a","d"]', '"𠮷\\"\\\\\\n"', "null"]


def test_a_duplicate_save_is_acknowledged_without_a_second_row(seat: Seat) -> None:
    seat.save(1, 1, "b")

    assert seat.save(1, 1, "b") == Saved([(1, 1)], [])
    assert len(stored(seat)) == 1


def test_the_same_seq_with_other_content_conflicts_and_tells_the_state(seat: Seat) -> None:
    seat.save(1, 4, "b")

    outcome = seat.save(1, 4, "c")

    assert outcome == Refused("conflict", 1, {1: (1, 4)})
    assert stored(seat) == [(1, 1, 4, '"b"')]


def test_a_lower_seq_that_arrives_later_is_stored_and_does_not_win(seat: Seat) -> None:
    seat.save(1, 5, "b")
    seat.save(1, 3, "a")

    assert [row[2] for row in stored(seat)] == [3, 5]


def test_the_device_that_was_taken_over_from_is_refused_with_the_state(seat: Seat, now) -> None:
    seat.save(1, 1, "b")
    with seat.database.transaction() as session:
        take_over(session, seat.actor, seat.attempt, device_token="two", now=now)

    outcome = seat.save(2, 1, "c", epoch=1)

    assert outcome == Refused("epoch", 2, {1: (1, 1)})
    assert seat.save(2, 1, "c", epoch=2) == Saved([(2, 1)], [])


def test_what_a_device_taken_over_from_brings_after_the_end_is_kept_aside(seat: Seat, now) -> None:
    seat.save(1, 1, "b")
    with seat.database.transaction() as session:
        take_over(session, seat.actor, seat.attempt, device_token="two", now=now)
    seat.save(1, 1, "a", epoch=2)
    with seat.database.transaction() as session:
        submit_attempt(
            session,
            seat.actor,
            seat.attempt,
            batch=Batch(2, ()),
            last_seq={},
            now=now + timedelta(minutes=1),
        )

    outcome = seat.save_many([(1, 1, "b"), (1, 2, "c"), (2, 1, "d")], epoch=1)
    again = seat.save_many([(1, 1, "b"), (1, 2, "c"), (2, 1, "d")], epoch=1)

    assert outcome == again == Saved([(1, 1)], [(1, 2), (2, 1)])
    assert stored(seat) == [(1, 1, 1, '"b"'), (1, 1, 2, '"c"'), (1, 2, 1, '"a"'), (2, 1, 1, '"d"')]
    with seat.database.session(write=False) as session:
        rows = list_responses(session, seat.attempt_id)
    assert [row.after_submit for row in rows] == [False, True, False, True]
    assert seat.save(999, 1, "d", epoch=1).reason == "position"
    assert seat.save(3, 1, "d", epoch=3).reason == "epoch"


@pytest.mark.parametrize("change", ["revoked", "expired", "unknown"])
def test_without_a_valid_log_in_nothing_is_stored(seat: Seat, now, change: str) -> None:
    values = {
        "revoked": {"revoked_at": now},
        "expired": {"expires_at": now + timedelta(seconds=30)},
        "unknown": {"device": "other"},
    }[change]
    with seat.database.transaction() as session:
        session.execute(
            update(LoginSession).where(LoginSession.id == digest(seat.token)).values(**values)
        )

    outcome = seat.save(1, 1, token="no such token" if change == "unknown" else None)

    assert outcome == Refused("login")
    assert stored(seat) == []


def test_a_new_log_in_session_of_the_same_person_goes_on(seat: Seat, now) -> None:
    from learning.accounts.models import User
    from tests.factories.people import make_login_session

    with seat.database.transaction() as session:
        token = make_login_session(session, now, session.get_one(User, seat.user_id))

    assert seat.save(1, 1, token=token) == Saved([(1, 1)], [])


def test_a_foreign_attempt_looks_exactly_like_a_missing_one(seat: Seat, now) -> None:
    other = make_seat(seat.database, now, assessment_id=seat.assessment_id)

    foreign = seat.save(1, 1, attempt=other.attempt)
    missing = seat.save(1, 1, attempt="0" * 26)

    assert foreign == missing == Refused("not_found")
    assert stored(other) == []


def test_a_position_that_the_form_lacks_is_named(seat: Seat) -> None:
    outcome = seat.save_many([(1, 1, "a"), (26, 1, "b")])

    assert isinstance(outcome, Refused)
    assert (outcome.reason, outcome.position) == ("position", 26)


def test_an_answer_after_submission_is_kept_aside_and_said_to_be_late(seat: Seat, now) -> None:
    with seat.database.transaction() as session:
        session.execute(
            update(Attempt)
            .where(Attempt.id == seat.attempt_id)
            .values(submitted_at=now, finished_at=now, finish_kind="submitted")
        )

    assert seat.save(1, 1) == Saved([], [(1, 1)])
    with seat.database.session(write=False) as session:
        assert [r.after_submit for r in list_responses(session, seat.attempt_id)] == [True]


def test_a_closed_stepwise_position_is_refused_and_the_open_one_passes(seat: Seat) -> None:
    with seat.database.transaction() as session:
        session.execute(
            update(Attempt).where(Attempt.id == seat.attempt_id).values(open_position=2)
        )

    assert seat.save(2, 1) == Saved([(2, 1)], [])
    refused = seat.save(1, 1)
    assert isinstance(refused, Refused)
    assert refused.reason == "position_closed"

    with seat.database.transaction() as session:
        session.execute(
            update(Attempt).where(Attempt.id == seat.attempt_id).values(open_position=0)
        )
    assert seat.save(2, 2).reason == "position_closed"
    assert seat.save(2, 1) == Saved([(2, 1)], []), (
        "a repeated, already durable answer stays acknowledged"
    )


def test_an_acknowledged_answer_survives_the_return_of_its_connection(seat: Seat) -> None:
    for seq in range(1, 4):
        assert isinstance(seat.save(1, seq, "b"), Saved)
        with seat.database.autocommit.connect() as connection:
            count = connection.execute(text("SELECT count(*) FROM responses")).scalar()
        assert count == seq


def test_a_save_waits_for_nobody_elses_save(seat: Seat, now) -> None:
    other = make_seat(seat.database, now, assessment_id=seat.assessment_id)

    assert isinstance(seat.save(1, 1), Saved)
    assert isinstance(other.save(1, 1), Saved)
