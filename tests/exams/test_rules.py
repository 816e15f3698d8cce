"""Pure decisions of sittings: the plan, the states, which attempt decides."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learning.attempts.rules import Counts, Disclosure, Part, Release
from learning.exams.rules import (
    CandidateState,
    Phase,
    RowState,
    SectionPlan,
    State,
    Tries,
    Try,
    attempt_rules_of,
    blueprint_of,
    candidate_state,
    edit_refusal,
    is_secure,
    normalised,
    parse_roll,
    phase_of,
    problems_of,
    result_of,
    row_state,
    sitting_rules_of,
    to_local,
    to_utc,
)
from learning.exams.rules.plan import KINDS
from learning.kernel.errors import Invalid
from learning.question_bank.rules import ItemKind, Pool
from learning.question_bank.scoring import MarkingKind
from tests.factories.exams import SMALL, make_plan

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
ALL_KINDS = tuple(SectionPlan(kind, 2, Decimal("2.5")) for kind in KINDS)


def limited(*minutes: int) -> tuple[SectionPlan, ...]:
    """Return sections of two items with time limits of their own."""
    return tuple(
        SectionPlan(kind, 2, Decimal(5), minutes=each)
        for kind, each in zip(KINDS, minutes, strict=False)
    )


def dated(**hours: int) -> Disclosure:
    """Parts with their instants, in hours after the end of the window."""
    ends = make_plan(NOW).closes_at
    return Disclosure(**{f"{part}_from": ends + n * HOUR for part, n in hours.items()})


class TestPlans:
    def test_a_sensible_plan_has_no_problem(self) -> None:
        assert problems_of(make_plan(NOW)) == []
        days = dated(score=0, responses=0, keys=24, explanations=48)
        assert problems_of(make_plan(NOW, review=True, disclosure=days)) == []

    def test_where_the_score_is_told_at_hand_in_items_wait_for_the_close(self) -> None:
        plan = make_plan(NOW, release=Release.AT_SUBMIT, review=True)

        assert problems_of(plan) == []
        assert attempt_rules_of(plan.rules).disclosure.items_at_close
        assert not attempt_rules_of(replace(plan.rules, review=False)).disclosure.items_at_close

    def test_instants_of_what_is_never_told_are_not_kept(self) -> None:
        days = replace(dated(score=1, responses=2, keys=3, explanations=4), depth=Part.RESPONSES)
        seen = normalised(make_plan(NOW, review=True, disclosure=days).rules)
        unseen = normalised(make_plan(NOW, disclosure=days).rules)

        kept = dated(score=1, responses=2)
        assert seen.disclosure == replace(kept, depth=Part.RESPONSES)
        assert unseen.disclosure == dated(score=1)

    @pytest.mark.parametrize(
        ("change", "place"),
        [
            ({"title": "  "}, "title"),
            ({"title": "长" * 201}, "title"),
            ({"description": "长" * 20_001}, "description"),
            ({"closes_at": NOW - HOUR}, "closes_at"),
            ({"opens_at": datetime(1999, 1, 1, tzinfo=UTC)}, "closes_at"),
            ({"limit_minutes": 0}, "limit_minutes"),
            ({"limit_minutes": 1441}, "limit_minutes"),
            ({"max_attempts": 0}, "max_attempts"),
            ({"release": Release.NEVER}, "release"),
            ({"disclosure": dated(score=-1)}, "score_from"),
            ({"release": Release.AT_SUBMIT, "disclosure": dated(score=1)}, "score_from"),
            ({"review": True, "disclosure": dated(score=2, responses=1)}, "responses_from"),
            ({"review": True, "disclosure": dated(responses=2, keys=1)}, "keys_from"),
            ({"review": True, "disclosure": dated(score=2, explanations=1)}, "explanations_from"),
            ({"review": True, "disclosure": dated(explanations=-1)}, "explanations_from"),
            ({"review": True, "disclosure": dated(keys=24 * 366 * 400)}, "keys_from"),
            ({"sections": ()}, "paper_empty"),
            ({"sections": (SectionPlan(ItemKind.SINGLE, 0, Decimal(1)),)}, "paper_empty"),
            ({"sections": (SectionPlan(ItemKind.BLANK, 301, Decimal(1)),)}, "paper_count"),
            ({"sections": (SectionPlan(ItemKind.BLANK, 3, Decimal("1e999")),)}, "paper_points"),
            ({"sections": (SectionPlan(ItemKind.BLANK, 3, Decimal("NaN")),)}, "paper_points"),
            ({"sections": (SectionPlan(ItemKind.BLANK, 3, Decimal("0.0001")),)}, "paper_points"),
            ({"sections": limited(30, 0), "limit_minutes": 30}, "section_minutes"),
            ({"sections": limited(30, 15), "limit_minutes": 46}, "section_minutes"),
            ({"sections": limited(30, 540), "limit_minutes": 570}, "section_window"),
            ({"cut_points": Decimal(0)}, "cut_points"),
            ({"cut_points": Decimal("20.001")}, "cut_points"),
            ({"cut_points": Decimal("12.0001")}, "cut_points"),
            ({"cut_points": Decimal("NaN")}, "cut_points"),
        ],
    )
    def test_each_fault_names_its_field(self, change, place) -> None:
        assert [p.place for p in problems_of(make_plan(NOW, **change))] == [place]

    def test_rules_come_back_from_blueprint_and_attempt_rules(self) -> None:
        rules = replace(SMALL, sections=ALL_KINDS, pool=Pool.SECURE, cut_points=Decimal("15.5"))

        back = sitting_rules_of(blueprint_of(rules), attempt_rules_of(rules), rules.cut_score_milli)

        assert back == rules
        assert (back.max_points, back.max_milli, back.item_count) == (Decimal(45), 45_000, 18)

    def test_limits_of_sections_come_back_and_are_the_whole_s(self) -> None:
        rules = replace(SMALL, sections=limited(30, 15), limit_minutes=45)

        assert problems_of(make_plan(NOW, sections=limited(30, 15), limit_minutes=45)) == []
        assert normalised(rules) == rules
        assert [span.limit_s for span in blueprint_of(rules).spans] == [1800, 900]

    def test_what_is_not_asked_is_left_out_and_the_order_is_the_papers(self) -> None:
        sections = (
            SectionPlan(ItemKind.NUMERIC, 1, Decimal(5)),
            SectionPlan(ItemKind.TRUE_FALSE, 0, Decimal(1)),
            SectionPlan(ItemKind.SINGLE, 2, Decimal(1)),
        )

        kept = normalised(replace(SMALL, sections=sections)).sections

        assert [section.kind for section in kept] == [ItemKind.SINGLE, ItemKind.NUMERIC]

    def test_answers_with_parts_are_marked_a_part_at_a_time(self) -> None:
        marking = {
            s.kind: s.marking.kind
            for s in blueprint_of(replace(SMALL, sections=ALL_KINDS)).sections
        }

        by_parts = {kind for kind, rule in marking.items() if rule is MarkingKind.PER_BLANK}
        assert by_parts == {ItemKind.BLANK, ItemKind.MATCHING, ItemKind.ORDERING, ItemKind.CASE}
        assert marking[ItemKind.NUMERIC] is MarkingKind.ALL_OR_NOTHING

    def test_only_the_secure_pool_is_secure(self) -> None:
        assert [pool for pool in Pool if is_secure(pool)] == [Pool.SECURE]

    def test_wall_clock_and_instant_convert_both_ways(self) -> None:
        local = datetime(2026, 11, 22, 10, 0)

        assert to_utc(local, "Asia/Shanghai") == NOW
        assert to_local(NOW, "Asia/Shanghai") == local


class TestEdits:
    OLD = make_plan(NOW)

    @pytest.mark.parametrize(
        ("state", "has_attempts", "changes", "refusal"),
        [
            (State.DRAFT, False, {"closes_at": NOW + 9 * HOUR, "max_attempts": 2}, None),
            (State.OPEN, False, {"max_attempts": 2}, None),
            (State.OPEN, False, {"closes_at": NOW + 9 * HOUR}, "sitting_window_locked"),
            (State.OPEN, True, {"cut_points": Decimal(1)}, "sitting_rules_locked"),
            (State.OPEN, True, {"title": "改名"}, "sitting_rules_locked"),
            (State.OPEN, True, {"description": "补充"}, None),
            (State.CLOSED, True, {"description": "补充"}, "closed"),
        ],
    )
    def test_what_may_change_when(self, state, has_attempts, changes, refusal) -> None:
        new = make_plan(NOW, **changes)

        assert edit_refusal(state, has_attempts=has_attempts, old=self.OLD, new=new) == refusal


class TestStates:
    @pytest.mark.parametrize(
        ("state", "at", "closed_at", "phase"),
        [
            (State.DRAFT, 0, None, Phase.DRAFT),
            (State.OPEN, -2, None, Phase.UPCOMING),
            (State.OPEN, 0, None, Phase.RUNNING),
            (State.OPEN, 8, None, Phase.SETTLING),
            (State.CLOSED, 9, 9, Phase.CLOSED),
            (State.CLOSED, 0, -2, Phase.CANCELLED),
        ],
    )
    def test_phases(self, state, at, closed_at, phase) -> None:
        plan = make_plan(NOW)
        closed = NOW + closed_at * HOUR if closed_at is not None else None

        seen = phase_of(state, plan.opens_at, plan.closes_at, NOW + at * HOUR, closed_at=closed)

        assert seen is phase

    @pytest.mark.parametrize(
        ("phase", "tries", "passed", "seen"),
        [
            (Phase.UPCOMING, Tries(), None, CandidateState.UPCOMING),
            (Phase.RUNNING, Tries(), None, CandidateState.OPEN),
            (Phase.RUNNING, Tries(1, is_open=True), None, CandidateState.IN_PROGRESS),
            (Phase.RUNNING, Tries(1), False, CandidateState.OPEN),
            (Phase.RUNNING, Tries(1), True, CandidateState.PASSED),
            (Phase.RUNNING, Tries(2), None, CandidateState.SUBMITTED),
            (Phase.RUNNING, Tries(2), False, CandidateState.FAILED),
            (Phase.CLOSED, Tries(1), None, CandidateState.SUBMITTED),
            (Phase.SETTLING, Tries(), None, CandidateState.MISSED),
            (Phase.CLOSED, Tries(), None, CandidateState.MISSED),
        ],
    )
    def test_what_a_candidate_sees_with_two_attempts(self, phase, tries, passed, seen) -> None:
        assert candidate_state(phase, tries, 2, passed=passed) is seen

    @pytest.mark.parametrize(
        ("phase", "tries", "passed", "seen"),
        [
            (Phase.RUNNING, Tries(), None, RowState.WAITING),
            (Phase.CLOSED, Tries(), None, RowState.ABSENT),
            (Phase.CANCELLED, Tries(), None, RowState.WAITING),
            (Phase.RUNNING, Tries(1, is_open=True), None, RowState.IN_PROGRESS),
            (Phase.RUNNING, Tries(1), None, RowState.SUBMITTED),
            (Phase.RUNNING, Tries(2, is_open=True), False, RowState.FAILED),
            (Phase.CLOSED, Tries(1), True, RowState.PASSED),
        ],
    )
    def test_what_an_examiner_sees(self, phase, tries, passed, seen) -> None:
        assert row_state(phase, tries, passed=passed) is seen


@st.composite
def histories(draw):
    """The finished attempts of one person, in the order of their numbers."""
    points = draw(st.lists(st.integers(0, 20).map(lambda n: n * 1000), min_size=1, max_size=6))
    return [Try(n, p, 20_000) for n, p in enumerate(points, start=1)]


def decided(tries, counts=Counts.BEST, cut=12_000):
    return result_of(tries, counts, cut)


class TestWhichAttemptDecides:
    def test_the_cut_score_itself_is_a_pass(self) -> None:
        assert decided([Try(1, 12_000, 20_000)]).passed
        assert not decided([Try(1, 11_999, 20_000)]).passed

    def test_the_cut_score_shrinks_with_what_rulings_exclude(self) -> None:
        assert decided([Try(1, 57_000, 95_000, 5_000)], cut=60_000).passed
        assert not decided([Try(1, 56_999, 95_000, 5_000)], cut=60_000).passed
        assert not decided([Try(1, 0, 0, 20_000)]).passed

    def test_no_attempt_that_counts_is_no_result(self) -> None:
        assert [decided([], counts) for counts in Counts] == [None] * 4

    @given(histories(), st.sampled_from(Counts), st.randoms())
    def test_any_order_gives_the_same_result(self, tries, counts, rng) -> None:
        shuffled = rng.sample(tries, len(tries))

        assert decided(shuffled, counts) == decided(tries, counts)

    @given(histories(), st.sampled_from([Counts.BEST, Counts.LAST, Counts.FIRST]))
    def test_a_pass_is_never_taken_by_a_later_attempt(self, tries, counts) -> None:
        passes = [decided(tries[:n], counts).passed for n in range(1, len(tries) + 1)]

        assert passes == sorted(passes)

    @given(histories())
    def test_the_result_is_the_oracle(self, tries) -> None:
        points = [each.points_milli for each in tries]
        passing = [each.number for each in tries if each.points_milli >= 12_000]

        assert decided(tries, Counts.BEST).points_milli == max(points)
        assert decided(tries, Counts.LAST).number == (passing or [len(tries)])[-1]
        assert decided(tries, Counts.FIRST).points_milli == points[0]
        assert decided(tries, Counts.MEAN).points_milli == round(Fraction(sum(points), len(points)))

    def test_the_mean_passes_by_what_is_shown(self) -> None:
        mean = decided([Try(1, 12_000, 20_000), Try(2, 15_000, 20_000)], Counts.MEAN)

        assert (mean.number, mean.points_milli, mean.max_milli, mean.passed) == (
            2,
            13_500,
            20_000,
            True,
        )

    def test_the_best_is_the_highest_share_where_a_form_lost_an_item(self) -> None:
        whole, shorter = Try(1, 15_000, 20_000), Try(2, 14_900, 19_000, 1_000)

        assert decided([whole, shorter]).number == 2

    def test_an_attempt_that_waits_for_marks_decides_nothing(self) -> None:
        marked, waiting = Try(1, 4_000, 20_000), Try(2, 16_000, 20_000, is_pending=True)

        assert decided([waiting]) is None
        assert decided([marked, waiting]).number == 1
        assert decided([marked, waiting], Counts.MEAN) is None
        assert (
            decided([Try(1, 16_000, 20_000, is_pending=True), Try(2, 0, 1)], Counts.FIRST) is None
        )


class TestPastedLists:
    def test_blank_lines_count_as_lines_and_say_nothing(self) -> None:
        lines = parse_roll("0012\n\n　\r\n 13800000000 \n")

        assert [(line.number, line.text) for line in lines] == [(1, "0012"), (4, "13800000000")]

    @pytest.mark.parametrize(
        ("text", "code", "line"),
        [
            ("", "roll_empty", None),
            ("\n \u200b\n", "roll_empty", None),
            ("7\n" * 2001, "roll_lines", None),
            ("7\n" + "9" * 201, "roll_line_long", 2),
        ],
    )
    def test_what_is_no_list_is_refused(self, text, code, line) -> None:
        with pytest.raises(Invalid) as refused:
            parse_roll(text)

        assert [(p.code, p.line) for p in refused.value.problems] == [(code, line)]
