"""The rules of a cut score by judges: what the rounds say, and which step follows which."""

import pytest

from learning.exams.rules import (
    Adjustment,
    Ground,
    Panel,
    StandardState,
    State,
    Step,
    adjusted_milli,
    adoption_refusal,
    judge_lines,
    next_open,
    rounds_of,
    spreads_of,
    step_refusal,
)

GOOD = Ground(StandardState.BETWEEN, 3, State.OPEN, has_begun=False, is_same_paper=True)


class TestRules:
    def test_the_cut_is_the_sum_of_mean_judgements_times_points(self) -> None:
        """Judges 60/50, 70/60 and 80/70 per cent of 1 and 2 points: 0.7 + 1.2 points."""
        said = {(1, 1): 60, (1, 2): 50, (2, 1): 70, (2, 2): 60, (3, 1): 80, (3, 2): 70}
        panel = Panel((1, 2, 3), (1000, 2000), (said,))

        [only] = rounds_of(panel)

        assert only.result.cut == pytest.approx(1.9)
        assert only.result.sd == pytest.approx(0.3)
        assert only.result.error == pytest.approx(0.3 / 3**0.5)
        assert adjusted_milli(only.result, Adjustment.NONE) == 1900
        assert adjusted_milli(only.result, Adjustment.LOWER) == 1700  # 1.727
        assert adjusted_milli(only.result, Adjustment.HIGHER) == 2100  # 2.073
        assert panel.complete(1) == 3

    def test_a_cut_stays_within_the_points(self) -> None:
        top = {(n, 1): 100 for n in (1, 2, 3)}
        nothing = {(n, 1): 0 for n in (1, 2, 3)}

        high = rounds_of(Panel((1, 2, 3), (1000,), (top,)))[0].result
        low = rounds_of(Panel((1, 2, 3), (1000,), (nothing,)))[0].result

        assert adjusted_milli(high, Adjustment.HIGHER) == 1000
        assert adjusted_milli(low, Adjustment.LOWER) == 100

    def test_a_judge_who_sees_it_the_other_way_round_disagrees_with_the_others(self) -> None:
        said = {(judge, n): 20 * n + judge for judge in (1, 2, 3) for n in (1, 2, 3, 4)}
        said |= {(4, n): 100 - 20 * n for n in (1, 2, 3, 4)}
        panel = Panel((1, 2, 3, 4), (1000,) * 4, (said,))

        lines = judge_lines(panel, rounds_of(panel)[0].result)

        assert lines[0].agreement == pytest.approx(1.0, abs=0.01)
        assert lines[3].agreement == pytest.approx(-1.0)

    def test_what_a_round_changed_is_told_and_nobody_is_named(self) -> None:
        first, second = {(1, 1): 40, (2, 1): 80}, {(1, 1): 50, (2, 1): 70}
        panel = Panel((1, 2), (1000,), (first, second))

        spread = spreads_of(panel, 1)[1]

        assert rounds_of(panel)[1].mean_revision == pytest.approx(0.1)
        assert (spread.low, spread.high, spread.mean, spread.judges) == (40, 80, 60, 2)

    @pytest.mark.parametrize(
        ("state", "step", "number", "refusal"),
        [
            (StandardState.JUDGING, Step.CLOSE, 1, None),
            (StandardState.JUDGING, Step.NEXT, 1, "standard_open"),
            (StandardState.BETWEEN, Step.CLOSE, 1, "standard_closed"),
            (StandardState.BETWEEN, Step.NEXT, 2, None),
            (StandardState.BETWEEN, Step.NEXT, 3, "standard_rounds"),
            (StandardState.ADOPTED, Step.DROP, 1, "standard_over"),
        ],
    )
    def test_steps_follow_each_other(self, state, step, number, refusal) -> None:
        assert step_refusal(state, step, number) == refusal

    @pytest.mark.parametrize(
        ("changes", "refusal"),
        [
            ({}, None),
            ({"complete": 2}, "standard_few"),
            ({"state": StandardState.JUDGING}, "standard_open"),
            ({"state": StandardState.ADOPTED}, "standard_over"),
            ({"has_begun": True}, "standard_late"),
            ({"sitting": State.CLOSED}, "standard_late"),
            ({"is_same_paper": False}, "standard_paper"),
        ],
    )
    def test_a_cut_is_set_before_the_examination_for_the_paper_judged(
        self, changes, refusal
    ) -> None:
        asked = {name: changes.get(name, getattr(GOOD, name)) for name in Ground.__slots__}

        assert adoption_refusal(Ground(**asked)) == refusal

    def test_the_next_item_is_the_next_one_without_a_judgement(self) -> None:
        assert next_open([1, 2], 4, 2) == 3
        assert next_open([1, 3, 4], 4, 4) == 2
        assert next_open([1, 2], 2, 1) is None
