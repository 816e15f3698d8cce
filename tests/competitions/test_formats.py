"""How often one may try, what of it counts, what answers earn, who goes on: pure."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learning.competitions.formats import (
    Begun,
    BonusDay,
    Border,
    Promotion,
    Ranked,
    Step,
    attempt_refusal,
    can_count,
    day_start,
    full_points,
    kept_results,
    promote,
    share_of,
    step_points,
)
from learning.competitions.rules import Act, Bonus, Format, Play, Rung, Speed
from learning.competitions.rules.format import problem_fields
from learning.leaderboards.rules import Result

ZONE = "Asia/Shanghai"
MIDNIGHT = datetime(2026, 9, 1, 16, tzinfo=UTC)  # of 2 September in Shanghai
MINUTE = timedelta(minutes=1)
SPEED = Format(play=Play.SPEED, item_seconds=20, speed=Speed(Decimal(100), Decimal(30)))
LADDER = (Rung(5, Decimal(3)), Rung(10, Decimal(6)))


def result(number: int, points: int, at: datetime = MIDNIGHT, seconds: int | None = 60) -> Result:
    """A result of one subject, in whole points."""
    duration = None if seconds is None else seconds * 1_000_000
    return Result("one", number, points * 1000, duration, at)


@pytest.mark.parametrize(
    ("chosen", "most", "begun", "refusal"),
    [
        (Format(), 1, [], None),
        (Format(), 1, [Begun(MIDNIGHT)], "attempts_used"),
        (Format(), 0, [Begun(MIDNIGHT)] * 500, None),
        (Format(per_day=1), 0, [Begun(MIDNIGHT)], "day_used"),
        (Format(per_day=1), 0, [Begun(MIDNIGHT - MINUTE)], None),
        (Format(per_day=2), 0, [Begun(MIDNIGHT)], None),
        (Format(per_day=3), 3, [Begun(MIDNIGHT - MINUTE)] * 3, "attempts_used"),
        (Format(until_right=True), 0, [Begun(MIDNIGHT)] * 9, None),
        (Format(until_right=True), 0, [Begun(MIDNIGHT), Begun(MIDNIGHT, True)], "solved"),
        (Format(), 0, [Begun(MIDNIGHT, True)], None),
    ],
)
def test_another_attempt_is_refused_by_the_first_limit_reached(chosen, most, begun, refusal):
    at = MIDNIGHT + 5 * MINUTE

    assert attempt_refusal(chosen, most, begun, now=at, zone=ZONE) == refusal


def test_a_day_ends_at_midnight_of_the_organiser_and_not_of_utc() -> None:
    one_a_day = Format(per_day=1)
    evening = Begun(MIDNIGHT - MINUTE)  # 23:59 in Shanghai, afternoon in UTC

    assert attempt_refusal(one_a_day, 0, [evening], now=MIDNIGHT, zone=ZONE) is None
    assert attempt_refusal(one_a_day, 0, [evening], now=MIDNIGHT, zone="UTC") == "day_used"
    assert day_start(MIDNIGHT + 3 * MINUTE, ZONE) == MIDNIGHT


def test_a_day_begins_once_even_where_the_clocks_go_back() -> None:
    noon = datetime(2026, 10, 25, 11, tzinfo=UTC)

    assert day_start(noon, "Europe/Berlin") == datetime(2026, 10, 24, 22, tzinfo=UTC)


def test_points_add_up_and_a_try_that_brings_nothing_does_not_move_the_finish() -> None:
    day = timedelta(days=1)
    tries = [result(1, 8), result(2, 0, MIDNIGHT + day, 30)]
    signed = BonusDay("one", Act.SIGN_IN, date(2026, 9, 4), MIDNIGHT + 2 * day)
    chosen = Format(adds_up=True, bonuses=(Bonus(Act.SIGN_IN, Decimal(1)),))

    [without] = kept_results(chosen, tries, zone=ZONE)
    [summed] = kept_results(chosen, tries, [signed, signed], zone=ZONE)

    assert (without.points_milli, without.duration_us, without.finished_at, without.number) == (
        8_000,
        90_000_000,
        MIDNIGHT,
        2,
    )
    assert (summed.points_milli, summed.finished_at) == (9_000, MIDNIGHT + 2 * day)


def test_a_sum_with_a_paper_in_it_has_no_duration() -> None:
    [summed] = kept_results(
        Format(adds_up=True), [result(1, 5), result(2, 4, seconds=None)], zone=ZONE
    )

    assert (summed.points_milli, summed.duration_us) == (9_000, None)


def test_acts_of_somebody_without_a_result_give_no_row() -> None:
    acts = [BonusDay("other", Act.SHARE, date(2026, 9, 2), MIDNIGHT)]
    chosen = Format(adds_up=True, bonuses=(Bonus(Act.SHARE, Decimal(3)),))

    assert kept_results(chosen, [], acts, zone=ZONE) == []


def test_a_day_s_cap_cuts_that_day_alone() -> None:
    tries = [result(n, 3, MIDNIGHT + n * MINUTE) for n in (1, 2, 3)]
    tries.append(result(4, 3, MIDNIGHT + timedelta(days=1, hours=1)))
    chosen = Format(adds_up=True, day_cap=Decimal(5))

    [summed] = kept_results(chosen, tries, zone=ZONE)

    # 3 + 2 of the second + nothing of the third, 3 the next day
    assert summed.points_milli == 8_000


def test_an_attempt_across_midnight_counts_for_the_day_it_was_begun() -> None:
    chosen = Format(adds_up=True, day_cap=Decimal(5))
    across = result(2, 4, MIDNIGHT + MINUTE, seconds=120)

    [summed] = kept_results(chosen, [result(1, 4, MIDNIGHT - 5 * MINUTE), across], zone=ZONE)

    assert summed.points_milli == 5_000


@given(st.lists(st.tuples(st.integers(-5, 20), st.integers(0, 5000)), min_size=1, max_size=12))
def test_without_a_cap_the_sum_is_the_sum_in_any_order(tries) -> None:
    results = [
        result(number, points, MIDNIGHT + minutes * MINUTE)
        for number, (points, minutes) in enumerate(tries, start=1)
    ]

    sums = {
        row.points_milli
        for order in (results, results[::-1])
        for row in kept_results(Format(adds_up=True), order, zone=ZONE)
    }

    assert sums == {sum(points for points, _ in tries) * 1000}


def test_where_one_tries_until_all_is_right_nothing_else_counts() -> None:
    chosen = Format(until_right=True)

    assert [can_count(chosen, points, 100) for points in (99, 100)] == [False, True]
    assert can_count(Format(), 0, 100)


@pytest.mark.parametrize(
    ("is_right", "seconds", "points"),
    [
        (True, 0, 700),  # 100 + 20 × 30
        (True, 3.9, 610),  # a stopwatch shows 3
        (True, 19.999, 130),
        (True, 20, 100),
        (True, 20.000001, 0),
        (False, 1, 0),
        (True, None, 0),  # shown, never answered
    ],
)
def test_speed_earns_by_whole_seconds_left(is_right, seconds, points) -> None:
    taken = None if seconds is None else round(seconds * 1_000_000)

    assert step_points(SPEED, [Step(is_right, 1000, taken)]) == points * 1000


def test_a_survival_run_ends_at_the_first_answer_that_is_not_right() -> None:
    right, wrong = Step(True, 2000, 1), Step(False, 2000, 1)
    late = Step(True, 2000, 45_000_001)
    plain = Format(play=Play.SURVIVAL)
    timed = Format(play=Play.SURVIVAL, item_seconds=45)

    assert step_points(plain, [right, right, wrong, right]) == 4_000
    assert step_points(plain, [right, late]) == 4_000
    assert step_points(timed, [right, late, right]) == 2_000


@pytest.mark.parametrize(("run", "points"), [(4, 0), (5, 3), (9, 3), (10, 6), (30, 6)])
def test_a_ladder_pays_for_the_highest_rung_reached(run, points) -> None:
    chosen = Format(play=Play.SURVIVAL, ladder=LADDER)

    assert step_points(chosen, [Step(True, 1000, 1)] * run) == points * 1000


def test_the_most_that_can_be_earned_is_known() -> None:
    survival = Format(play=Play.SURVIVAL)

    assert full_points(Format(), 100_000, 25) == 100_000
    assert full_points(SPEED, 30_000, 30) == 30 * 700_000
    assert full_points(survival, 20_000, 20) == 20_000
    assert full_points(Format(play=Play.SURVIVAL, ladder=LADDER), 7_000, 7) == 3_000


def ranked(*points: int, division: str = "") -> list[Ranked]:
    """Rows a, b, c … whose points decide alone."""
    return [
        Ranked(f"{division}{chr(97 + n)}", value * 1000, value * 1000, division)
        for n, value in enumerate(points)
    ]


@pytest.mark.parametrize(
    ("chosen", "going"),
    [
        (Promotion(), "abcde"),
        (Promotion(top=1), "a"),
        (Promotion(top=2), "abc"),  # b and c tie across the second place
        (Promotion(top=2, border=Border.LEAVE), "a"),
        (Promotion(top=3, border=Border.LEAVE), "abc"),
        (Promotion(top=9), "abcde"),
        (Promotion(percent=Decimal(1)), "a"),  # 0.05 of a person is one
        (Promotion(percent=Decimal(60)), "abc"),
        (Promotion(cut=Decimal(70)), "abcd"),
        (Promotion(cut=Decimal(101)), ""),
        (Promotion(top=3, cut=Decimal(90)), "a"),
    ],
)
def test_who_goes_on(chosen, going) -> None:
    assert "".join(promote(chosen, ranked(95, 80, 80, 70, 60))) == going


def test_each_division_sends_its_own_best() -> None:
    rows = ranked(95, 80, division="x") + ranked(60, 50, division="y")

    assert promote(Promotion(top=1, by_division=True), rows) == ["xa", "ya"]
    assert promote(Promotion(top=2), rows) == ["xa", "xb"]


def test_a_share_is_rounded_up_exactly() -> None:
    assert share_of(761_000, Decimal("0.05")) == 381  # 380.5
    assert share_of(760_000, Decimal("0.05")) == 380
    assert share_of(0, Decimal(50)) == 0


@given(
    st.lists(st.integers(0, 6), max_size=12),
    st.integers(0, 14),
    st.sampled_from([Decimal(0), Decimal(10), Decimal(50), Decimal(100)]),
    st.sampled_from(Border),
)
def test_nobody_goes_on_past_somebody_better(points, top, percent, border) -> None:
    rows = ranked(*points)

    going = set(promote(Promotion(top, percent, border=border), rows))

    least = min((r.key for r in rows if r.subject in going), default=None)
    # Equals share their fate; nobody goes on only where the best tie across the border.
    assert all((r.subject in going) == (r.key >= (least or 0)) for r in rows if going)
    assert going or not rows or (border is Border.LEAVE and len({r.key for r in rows}) < len(rows))


FORMATS = st.builds(
    Format,
    per_day=st.integers(0, 5),
    adds_up=st.booleans(),
    day_cap=st.sampled_from([Decimal(0), Decimal("5.5")]),
    until_right=st.booleans(),
    ladder=st.sampled_from([(), LADDER]),
    bonuses=st.sampled_from([(), (Bonus(Act.SHARE, Decimal(3)),)]),
)


@given(FORMATS)
def test_a_format_comes_back_from_its_json(chosen) -> None:
    assert Format.from_dict(chosen.to_dict()) == chosen
    assert Format.from_dict(SPEED.to_dict()) == SPEED


def test_promotion_comes_back_from_its_json() -> None:
    for chosen in (Promotion(), Promotion(3, Decimal("0.05"), Decimal(60), True, Border.LEAVE)):
        assert Promotion.from_dict(chosen.to_dict()) == chosen


@pytest.mark.parametrize(
    ("chosen", "most", "names"),
    [
        (Format(), 1, []),
        (Format(per_day=51), 0, ["per_day"]),
        (Format(adds_up=True), 0, ["counts"]),  # whoever never sleeps would win
        (Format(adds_up=True, per_day=1), 0, []),
        (Format(adds_up=True), 3, []),
        (Format(day_cap=Decimal(3)), 1, ["day_cap"]),
        (Format(until_right=True, adds_up=True, per_day=1), 0, ["until_right"]),
        (Format(until_right=True, play=Play.SURVIVAL, item_seconds=45), 0, []),
        (Format(until_right=True, play=Play.SURVIVAL, ladder=LADDER), 0, ["until_right"]),
        (Format(until_right=True, play=Play.SPEED, item_seconds=9), 0, ["until_right"]),
        (Format(play=Play.SPEED), 1, ["item_seconds"]),
        (Format(play=Play.SPEED, item_seconds=9, speed=Speed(Decimal("1E+99"))), 1, ["speed_base"]),
        (Format(ladder=LADDER), 1, ["ladder"]),
        (Format(play=Play.SURVIVAL, ladder=LADDER[::-1]), 1, ["ladder"]),
        (Format(play=Play.SURVIVAL, ladder=LADDER), 1, []),
        (Format(bonuses=(Bonus(Act.SHARE, Decimal(1)),)), 1, ["bonuses"]),
    ],
)
def test_settings_that_contradict_each_other_are_named(chosen, most, names) -> None:
    assert problem_fields(chosen, most) == names


def test_limits_of_promotion_are_named() -> None:
    wrong = [Promotion(top=-1), Promotion(percent=Decimal(101)), Promotion(cut=Decimal("NaN"))]

    assert [p.problem for p in (*wrong, Promotion())] == ["top", "percent", "cut", ""]
