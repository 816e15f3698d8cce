"""The log of responses folds to the highest (epoch, seq) that is in time, in whatever order."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from learning.attempts.rules.folding import StoredResponse, fold, missing_positions
from learning.attempts.rules.sections import Due
from learning.attempts.rules.timing import GRACE

DEADLINE = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
DUE = Due(DEADLINE)


def stored(
    position: int = 1,
    epoch: int = 1,
    seq: int = 1,
    answer: str = '"a"',
    *,
    after_submit: bool = False,
    offset_s: float = -60,
) -> StoredResponse:
    return StoredResponse(
        position, epoch, seq, answer, after_submit, DEADLINE + timedelta(seconds=offset_s)
    )


def test_a_higher_epoch_beats_a_higher_seq() -> None:
    current = fold([stored(epoch=1, seq=99), stored(epoch=2, seq=3, answer='"b"')], DUE)

    assert current[1].answer == '"b"'


def test_an_answer_after_submission_is_kept_aside() -> None:
    current = fold([stored(seq=1), stored(seq=2, answer='"b"', after_submit=True)], DUE)

    assert current[1].answer == '"a"'


def test_an_answer_after_the_grace_does_not_count_and_one_within_is_flagged() -> None:
    within = stored(seq=2, answer='"b"', offset_s=GRACE.total_seconds())
    current = fold([stored(seq=1), within, stored(seq=3, offset_s=10.1)], DUE)

    assert current[1] == within
    assert within.is_flagged(DUE)


def test_extra_time_granted_later_makes_a_late_answer_count() -> None:
    late = stored(seq=2, answer='"b"', offset_s=600)

    assert fold([stored(seq=1), late], DUE)[1].answer == '"a"'
    assert fold([stored(seq=1), late], Due(DEADLINE + timedelta(minutes=15)))[1].answer == '"b"'


@given(
    st.lists(st.tuples(st.integers(1, 4), st.integers(1, 3), st.integers(1, 6)), max_size=40),
    st.randoms(use_true_random=False),
)
def test_order_and_repetition_of_arrival_do_not_matter(rows, random) -> None:
    responses = [stored(p, e, s, f'"{p}{e}{s}"') for p, e, s in rows]
    shuffled = responses * 2
    random.shuffle(shuffled)

    assert fold(shuffled, DUE) == fold(responses, DUE)


@given(st.lists(st.tuples(st.integers(1, 3), st.integers(1, 9)), min_size=1, max_size=30))
def test_the_current_answer_is_the_maximum(rows) -> None:
    current = fold([stored(1, e, s) for e, s in rows], DUE)

    assert current[1].order == max(rows)


def test_a_later_answer_known_to_the_device_alone_is_missing() -> None:
    assert missing_positions({1: 4, 2: 7, 3: 0}, {1: 4, 2: 6}) == [2]
