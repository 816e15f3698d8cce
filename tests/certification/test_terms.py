"""What a scheme asks, and whether a file has it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learning.certification.rules.standing import standing_in_time
from learning.certification.rules.terms import (
    Criterion,
    Decider,
    Fulfilled,
    HoursField,
    Need,
    NeedKind,
    ProjectForm,
    Purpose,
    Terms,
    plain_terms,
    purpose_of,
    renewed_until,
    standing_of,
    terms_problems,
)

NOW = datetime(2026, 11, 29, 4, tzinfo=UTC)
ZONE = "Asia/Shanghai"
EXAM = Need(NeedKind.EXAM)
HOURS = Need(NeedKind.HOURS, hours_milli=40_000, field=HoursField.PROFESSIONAL, within_months=36)
PROJECT = Need(NeedKind.PROJECT)
YEARS = Need(NeedKind.EXPERIENCE, years=3)
FORM = ProjectForm((Criterion("问题界定清楚", 40), Criterion("改进有数据", 60)), 60)
RICH = Terms(
    first=((EXAM,), (HOURS, YEARS), (PROJECT,)),
    renewal=((HOURS, EXAM),),
    validity_months=36,
    window_days=90,
    grace_days=30,
    hold_months=36,
    decider=Decider.PERSON,
    project=FORM,
)
RENEWABLE = replace(RICH, first=((EXAM,),), decider=Decider.RULE)


def done(
    kind: NeedKind, ago: timedelta = timedelta(), row: int = 1, **measure: object
) -> Fulfilled:
    return Fulfilled(row, kind, NOW - ago, measure)


def standing(groups, *deeds, hold=None, since=None):
    return standing_of(groups, deeds, hold_months=hold, zone=ZONE, now=NOW, since=since)


def test_terms_read_back_from_their_canonical_text_as_they_were() -> None:
    assert Terms.from_json(RICH.to_json()) == RICH
    assert Terms.from_json(plain_terms(None).to_json()) == plain_terms(None)


def test_every_group_must_be_met_and_one_way_of_a_group_is_enough() -> None:
    exam, years = done(NeedKind.EXAM), done(NeedKind.EXPERIENCE, row=2, years=5)
    project = done(NeedKind.PROJECT, row=3)

    assert not standing(RICH.first, exam, project).is_met
    found = standing(RICH.first, exam, years, project)
    assert found.is_met
    assert found.evidence == (1, 2, 3)


@pytest.mark.parametrize(
    ("need", "deed", "is_met"),
    [
        (Need(NeedKind.EXAM, cut_percent=70), done(NeedKind.EXAM, percent=69), False),
        (Need(NeedKind.EXAM, cut_percent=70), done(NeedKind.EXAM, percent=70), True),
        (YEARS, done(NeedKind.EXPERIENCE, years=2), False),
        (HOURS, done(NeedKind.HOURS, hours_milli=40_000, field="professional",
                     within_months=36), True),
        (HOURS, done(NeedKind.HOURS, hours_milli=39_990, field="professional",
                     within_months=36), False),
        (HOURS, done(NeedKind.HOURS, hours_milli=90_000, field="any", within_months=36), False),
        (HOURS, done(NeedKind.HOURS, hours_milli=90_000, field="professional",
                     within_months=48), False),
    ],
)  # fmt: skip
def test_a_need_is_met_by_enough_of_its_own_kind(need, deed, is_met) -> None:
    assert standing(((need,),), deed).is_met is is_met


def test_what_was_done_waits_so_many_months_for_the_rest_and_no_longer() -> None:
    fresh = done(NeedKind.EXAM, timedelta(days=365 * 3 - 5))
    stale = done(NeedKind.EXAM, timedelta(days=365 * 3 + 5))

    assert standing(((EXAM,),), fresh, hold=36).is_met
    late = standing(((EXAM,),), stale, hold=36)
    assert not late.is_met
    assert late.groups[0][0].stale == stale


@pytest.mark.parametrize(
    ("handed_in", "opened", "is_met"),
    [
        (40, 900, True),  # while the pass was fresh; reviewed when it was no longer
        (20, 900, False),  # the pass had gone stale before
        (40, 20, False),  # into an earlier file: nothing of it counts for ever
    ],
)
def test_nothing_goes_stale_while_the_rest_is_being_reviewed(handed_in, opened, is_met) -> None:
    passed = done(NeedKind.EXAM, timedelta(days=365 * 3 + 30))
    ago = NOW - timedelta(days=handed_in)
    project = done(NeedKind.PROJECT, timedelta(days=5), row=2, handed_in=ago.isoformat())

    found = standing_in_time(
        ((EXAM,), (PROJECT,)),
        [passed, project],
        hold_months=36,
        zone=ZONE,
        now=NOW,
        opened_at=NOW - timedelta(days=opened),
        ready_at=None,
    )

    assert found.is_met is is_met


def test_what_was_done_before_the_certificate_does_not_renew_it() -> None:
    deed = done(NeedKind.EXAM, timedelta(days=10))

    assert standing(((EXAM,),), deed, since=NOW - timedelta(days=11)).is_met
    assert not standing(((EXAM,),), deed, since=NOW - timedelta(days=9)).is_met


@pytest.mark.parametrize(
    ("days_to_end", "purpose"),
    [
        (91, None),
        (90, Purpose.RENEWAL),
        (0, Purpose.RENEWAL),
        (-29, Purpose.RENEWAL),
        (-30, Purpose.FIRST),
    ],
)
def test_a_certificate_is_renewed_from_its_window_to_the_end_of_its_grace(
    days_to_end, purpose
) -> None:
    until = NOW + timedelta(days=days_to_end) - timedelta(microseconds=1)
    assert purpose_of(RICH, until, is_held=True, now=NOW) is purpose


def test_without_a_certificate_or_a_renewal_one_begins_anew() -> None:
    assert purpose_of(RICH, None, is_held=False, now=NOW) is Purpose.FIRST
    assert purpose_of(plain_terms(36), NOW, is_held=True, now=NOW) is Purpose.FIRST


@given(st.integers(1, 90))
def test_nobody_loses_days_by_renewing_early(days: int) -> None:
    end = datetime(2026, 12, 31, 16, tzinfo=UTC) - timedelta(microseconds=1)  # 31 December
    early = renewed_until(end, end - timedelta(days=days), 36, ZONE)
    assert early == datetime(2029, 12, 31, 16, tzinfo=UTC) - timedelta(microseconds=1)


def test_in_the_grace_the_term_counts_from_the_decision() -> None:
    end = NOW - timedelta(days=10)
    assert renewed_until(end, NOW, 12, ZONE) == datetime(2027, 11, 28, 16, tzinfo=UTC) - timedelta(
        microseconds=1
    )


@pytest.mark.parametrize(
    ("terms", "code"),
    [
        (replace(RICH, first=()), "needs_missing"),
        (replace(RICH, first=((),)), "needs_missing"),
        (replace(RICH, first=((EXAM, EXAM),)), "needs_twice"),
        (replace(RICH, first=((replace(HOURS, hours_milli=0),),)), "hours"),
        (replace(RICH, first=((replace(YEARS, years=0),),)), "years"),
        (replace(RICH, first=((Need(NeedKind.CONTINUITY, years=1),),)), "continuity_first"),
        (replace(RICH, project=None), "criteria_missing"),
        (replace(RICH, project=replace(FORM, criteria=())), "criteria"),
        (replace(RICH, project=replace(FORM, pass_percent=0)), "pass_percent"),
        (replace(RICH, validity_months=None), "renewal_for_life"),
        (replace(RICH, window_days=0), "window_missing"),
        (replace(RICH, hold_months=0), "hold_months"),
    ],
)
def test_terms_that_cannot_be_kept_are_told_by_their_part(terms, code) -> None:
    assert code in [problem.code for problem in terms_problems(terms)]


def test_sound_terms_have_no_problems() -> None:
    assert terms_problems(RICH) == terms_problems(plain_terms(None)) == []


def test_only_a_pass_alone_decided_by_a_rule_and_never_renewed_is_plain() -> None:
    assert plain_terms(36).is_plain
    assert not RENEWABLE.is_plain
    assert not replace(plain_terms(36), decider=Decider.PERSON).is_plain
