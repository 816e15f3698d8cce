"""Random histories of two tabs and two devices converge to the highest (epoch, seq)."""

import os

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from learning.attempts.queries import list_responses
from learning.attempts.rules import fold
from learning.attempts.saving import Refused, Saved
from learning.attempts.services import take_over
from tests.factories.attempts import Seat, make_seat

# 2,000 histories over both databases with DEEP=1 (`make test-deep`), 40 otherwise.
HISTORIES = 1_000 if os.environ.get("DEEP") else 20

messages = st.lists(
    st.tuples(st.integers(1, 3), st.integers(1, 2), st.integers(1, 6), st.sampled_from("abcd")),
    min_size=1,
    max_size=14,
)


@settings(
    max_examples=HISTORIES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(messages=messages, takeover_at=st.integers(0, 14), repeats=st.integers(1, 3), data=st.data())
def test_histories_converge(shared_seats, messages, takeover_at, repeats, data) -> None:
    """Messages (position, epoch, seq, answer) arrive in any order, repeated, around a takeover."""
    seat: Seat = shared_seats()
    arrivals = data.draw(st.permutations([m for m in messages for _ in range(repeats)]))
    acknowledged: dict[tuple[int, int, int], str] = {}
    epoch = 1
    for number, (position, sent_epoch, seq, answer) in enumerate(arrivals):
        if number == takeover_at:
            with seat.database.transaction() as session:
                epoch = take_over(session, seat.actor, seat.attempt, device_token="two", now=seat.started_at)
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
        current = fold(stored, seat.started_at.replace(year=2100))
    assert {(r.position, r.epoch, r.seq): r.answer.strip('"') for r in stored} == acknowledged
    for position in {p for p, _, _ in acknowledged}:
        best = max((e, s) for p, e, s in acknowledged if p == position)
        assert current[position].order == best
        assert current[position].answer.strip('"') == acknowledged[(position, *best)]
