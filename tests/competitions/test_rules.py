"""What a contest is, who may do what when, names as strangers see them: pure."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learning.attempts.rules import AttemptRules, Blueprint, Counts, Release
from learning.competitions.rules import (
    Contest,
    ContestRules,
    MultipleMarking,
    Phase,
    State,
    attempt_rules_of,
    blueprint_of,
    contest_rules_of,
    edit_refusal,
    entry_refusal,
    mask_name,
    normalised,
    phase_of,
    problems_of,
    to_local,
    to_utc,
)
from learning.leaderboards.rules import TIE_RULES

NOON = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
CONTEST = Contest("竞赛", "", NOON, NOON + HOUR, ContestRules("sample"))

points = st.integers(1, 100_000).map(lambda milli: Decimal(milli) / 1000)
contest_rules = st.builds(
    ContestRules,
    bank=st.just("sample"),
    single_count=st.integers(1, 300),
    single_points=points,
    multiple_count=st.integers(0, 300),
    multiple_points=points,
    multiple_marking=st.sampled_from(MultipleMarking),
    limit_minutes=st.integers(1, 1440),
    max_attempts=st.integers(1, 100),
    counts=st.sampled_from(Counts),
    tie_rule=st.sampled_from(sorted(TIE_RULES)),
    release=st.sampled_from([Release.AT_CLOSE, Release.AT_SUBMIT]),
    review=st.booleans(),
)


def test_the_default_contest_has_the_shape_of_the_national_paper() -> None:
    rules = ContestRules("sample")

    assert (rules.item_count, rules.max_points) == (25, Decimal(100))
    assert problems_of(CONTEST) == []


@given(contest_rules)
def test_rules_come_back_from_what_the_attempt_engine_stores(rules) -> None:
    blueprint = Blueprint.from_json(blueprint_of(rules).to_json())
    attempt = AttemptRules.from_json(attempt_rules_of(rules).to_json())

    again = contest_rules_of(blueprint, attempt, rules.tie_rule, rules.format)

    assert again == normalised(rules)
    assert normalised(again) == again
    if rules.multiple_count:
        assert again == rules


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"title": "  "}, "title"),
        ({"title": "长" * 201}, "title"),
        ({"description": "x" * 20_001}, "description"),
        ({"closes_at": NOON}, "closes_at"),
        ({"opens_at": datetime(1, 1, 1, tzinfo=UTC)}, "closes_at"),
        ({"rules": ContestRules("b", single_count=0, multiple_count=0)}, "multiple_count"),
        ({"rules": ContestRules("b", single_count=-1)}, "single_count"),
        ({"rules": ContestRules("b", single_count=301)}, "single_count"),
        ({"rules": ContestRules("b", single_points=Decimal(0))}, "single_points"),
        ({"rules": ContestRules("b", single_points=Decimal("NaN"))}, "single_points"),
        ({"rules": ContestRules("b", single_points=Decimal("1E+999999"))}, "single_points"),
        ({"rules": ContestRules("b", multiple_points=Decimal("0.0001"))}, "multiple_points"),
        ({"rules": ContestRules("b", limit_minutes=0)}, "limit_minutes"),
        ({"rules": ContestRules("b", max_attempts=-1)}, "max_attempts"),
        ({"rules": ContestRules("b", tie_rule="coin")}, "tie_rule"),
        ({"rules": ContestRules("b", release=Release.NEVER)}, "release"),
        ({"rules": ContestRules("b", release=Release.AT_SUBMIT, review=True)}, "review"),
    ],
)
def test_each_wrong_field_is_named(change, place) -> None:
    assert [problem.place for problem in problems_of(replace(CONTEST, **change))] == [place]


NEW_TITLE = replace(CONTEST, title="另一个名称")
NEW_RULES = replace(CONTEST, rules=replace(CONTEST.rules, limit_minutes=5))
NEW_WINDOW = replace(CONTEST, closes_at=NOON + 2 * HOUR)
NEW_DESCRIPTION = replace(CONTEST, description="新的说明")


@pytest.mark.parametrize(
    ("state", "has_entries", "new", "refusal"),
    [
        (State.DRAFT, False, NEW_WINDOW, None),
        (State.DRAFT, False, NEW_RULES, None),
        (State.OPEN, False, NEW_RULES, None),
        (State.OPEN, False, NEW_TITLE, None),
        (State.OPEN, False, NEW_WINDOW, "window_locked"),
        (State.OPEN, True, NEW_RULES, "rules_locked"),
        (State.OPEN, True, NEW_TITLE, "rules_locked"),
        (State.OPEN, True, NEW_DESCRIPTION, None),
        (State.OPEN, True, CONTEST, None),
        (State.CLOSED, True, NEW_DESCRIPTION, "closed"),
    ],
)
def test_what_may_change_shrinks_with_state_and_first_entry(
    state, has_entries, new, refusal
) -> None:
    assert edit_refusal(state, has_entries=has_entries, old=CONTEST, new=new) == refusal


@pytest.mark.parametrize(
    ("state", "at", "refusal"),
    [
        (State.OPEN, NOON - HOUR, None),
        (State.OPEN, NOON, None),
        (State.OPEN, NOON + HOUR, "closed"),
        (State.DRAFT, NOON, "not_open"),
        (State.CLOSED, NOON, "closed"),
    ],
)
def test_one_can_enter_from_the_opening_until_the_window_ends(state, at, refusal) -> None:
    assert entry_refusal(state, NOON + HOUR, at) == refusal


@pytest.mark.parametrize(
    ("state", "at", "phase"),
    [
        (State.DRAFT, NOON, Phase.DRAFT),
        (State.OPEN, NOON - HOUR, Phase.UPCOMING),
        (State.OPEN, NOON, Phase.RUNNING),
        (State.OPEN, NOON + HOUR, Phase.SETTLING),
        (State.CLOSED, NOON, Phase.CLOSED),
    ],
)
def test_the_phase_follows_state_and_window(state, at, phase) -> None:
    assert phase_of(state, NOON, NOON + HOUR, at) is phase


def test_a_time_typed_in_shanghai_is_eight_hours_ahead() -> None:
    typed = datetime(2026, 11, 22, 12, 0)

    assert to_utc(typed, "Asia/Shanghai") == NOON
    assert to_local(NOON, "Asia/Shanghai") == typed


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("王小明", "王*明"),
        ("王明", "王*"),
        ("王", "*"),
        ("", "*"),
        ("  王小明 ", "王*明"),
        ("欧阳小明", "欧**明"),
        ("阿不都热依木·买买提", "阿***提"),
        ("John Smith", "J***h"),
        ("𠮷田太郎", "𠮷**郎"),
        ("葛\U000e0100小明", "葛\U000e0100*明"),
        ("e\u0301a\u0308o", "e\u0301*o"),
    ],
)
def test_a_masked_name_keeps_its_ends_only(name, masked) -> None:
    assert mask_name(name) == masked


@given(st.text(max_size=60))
def test_no_masked_name_tells_more_than_two_characters_or_the_length(name) -> None:
    masked = mask_name(name)

    assert "*" in masked
    assert masked.count("*") <= 3 + name.count("*")
