"""Random histories of two tabs and two devices converge to the highest (epoch, seq)."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from learning.attempts.queries import list_responses
from learning.attempts.rules import Due, fold
from learning.attempts.saving import Refused, Saved
from learning.attempts.services import take_over
from tests.factories.attempts import Seat

messages = st.lists(
    st.tuples(st.integers(1, 3), st.integers(1, 2), st.integers(1, 6), st.sampled_from("abcd")),
    min_size=1,
    max_size=14,
)


def history_test(histories: int):
    """Return the property with so many examples on each database."""

    @settings(
        max_examples=histories,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )
    @given(
        messages=messages, takeover_at=st.integers(0, 14), repeats=st.integers(1, 3), data=st.data()
    )
    def check(shared_seats, messages, takeover_at, repeats, data) -> None:
        converges(shared_seats(), messages, takeover_at, repeats, data)

    return check


test_twenty_histories_converge = history_test(20)
test_a_thousand_histories_on_each_database_converge = pytest.mark.deep(history_test(1000))


def converges(seat: Seat, messages, takeover_at: int, repeats: int, data) -> None:
    """Messages (position, epoch, seq, answer) arrive in any order, repeated, around a takeover."""
    arrivals = data.draw(st.permutations([m for m in messages for _ in range(repeats)]))
    acknowledged: dict[tuple[int, int, int], str] = {}
    epoch = 1
    for number, (position, sent_epoch, seq, answer) in enumerate(arrivals):
        if number == takeover_at:
            with seat.database.transaction() as session:
                epoch = take_over(
                    session, seat.actor, seat.attempt, device_token="two", now=seat.started_at
                )
        outcome = seat.save(position, seq, answer, epoch=sent_epoch)
        place = (position, sent_epoch, seq)
        if isinstance(outcome, Saved):
            assert acknowledged.setdefault(place, answer) == answer, "two contents under one seq"
        elif outcome.reason == "conflict":
            assert acknowledged[place] != answer
        else:
            assert isinstance(outcome, Refused)
            assert outcome.reason == "epoch"
            assert sent_epoch != epoch

    with seat.database.session(write=False) as session:
        stored = list_responses(session, seat.attempt_id)
        current = fold(stored, Due(seat.started_at.replace(year=2100)))
    assert {(r.position, r.epoch, r.seq): r.answer.strip('"') for r in stored} == acknowledged
    for position in {p for p, _, _ in acknowledged}:
        best = max((e, s) for p, e, s in acknowledged if p == position)
        assert current[position].order == best
        assert current[position].answer.strip('"') == acknowledged[(position, *best)]
