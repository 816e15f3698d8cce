"""The published rules of real contests, as settings, with standings computed by hand.

Each test plays a handful of people through a preset: what they did, who stands where. The list is
made as the product makes it: results are kept by the format, then ranked by the tie rule.
"""

from array import array
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from learning.competitions.formats import (
    PRESETS,
    Begun,
    BonusDay,
    Preset,
    Promotion,
    Ranked,
    Step,
    are_in_order,
    attempt_refusal,
    can_count,
    day_of,
    kept_by,
    kept_results,
    problems_of_round,
    promote,
    share_of,
    step_points,
)
from learning.competitions.rules import Act, Contest, problems_of
from learning.competitions.rules.awards import Listed, Prize, draw
from learning.competitions.rules.entry import EntryRules
from learning.competitions.rules.hours import HourField, HoursPledge
from learning.competitions.rules.phones import Run, runs_of
from learning.competitions.rules.prize_lists import PrizeKind
from learning.leaderboards.rules import (
    TIE_RULES,
    Counts,
    Result,
    counting,
    sort_key,
    standings,
)

ZONE = "Asia/Shanghai"
START = datetime(2026, 9, 1, 1, tzinfo=UTC)  # 09:00 in Shanghai
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
Row = tuple[str, int, Decimal]


def tried(who: str, number: int, points: str | float, seconds: int, at: datetime) -> Result:
    """A result in points, with its duration and its finish."""
    return Result(who, number, int(Decimal(str(points)) * 1000), seconds * 1_000_000, at)


def list_of(
    preset: Preset, results: Sequence[Result], bonuses: Sequence[BonusDay] = ()
) -> list[Row]:
    """The ranked list as (who, standing, points)."""
    rules, tie_rule = preset.rules, TIE_RULES[preset.rules.tie_rule]
    full = int(rules.max_points * 1000)
    able = [r for r in results if can_count(rules.format, r.points_milli, full)]
    kept = kept_results(rules.format, able, bonuses, zone=ZONE)
    counts = kept_by(rules.format, Counts(rules.counts.value))
    due = list(counting(tie_rule, kept, counts).values())
    due.sort(key=lambda r: (-sort_key(tie_rule, r), r.subject))
    places = standings([sort_key(tie_rule, r) for r in due])
    return [
        (r.subject, place, Decimal(r.points_milli) / 1000)
        for r, place in zip(due, places, strict=True)
    ]


def refusal(preset: Preset, begun: Sequence[datetime], now: datetime, *, right: int = 0):
    """What a person hears who began so often, the first `right` of them all right."""
    tries = [Begun(at, is_right=n < right) for n, at in enumerate(begun)]
    rules = preset.rules
    return attempt_refusal(rules.format, rules.max_attempts, tries, now=now, zone=ZONE)


@pytest.mark.parametrize("preset", PRESETS.values(), ids=PRESETS)
def test_every_preset_is_a_contest_that_can_be_held(preset) -> None:
    first = preset.rules_of("bank")
    contest = Contest("题目", "", START, START + 90 * DAY, first, EntryRules())
    assert problems_of(contest) == []

    windows = {1: (contest.opens_at, contest.closes_at)}
    for number, plan, promotion in preset.rounds_of(first, *windows[1]):
        assert problems_of_round(plan) == []
        assert promotion is None or promotion.problem == ""
        windows[number] = (plan.opens_at, plan.closes_at)
    assert are_in_order(windows)
    assert preset.promotion is None or preset.promotion.problem == ""


def test_the_national_paper_has_25_items_of_4_points_and_one_try() -> None:
    preset = PRESETS["national"]

    assert (preset.rules.item_count, preset.rules.max_points) == (25, 100)
    assert refusal(preset, [START], START + DAY) == "attempts_used"
    assert list_of(
        preset,
        [
            tried("jia", 1, 96, 900, START),
            tried("yi", 1, 96, 901, START),
            tried("bing", 1, 100, 3000, START),
            tried("ding", 1, 96, 900, START + DAY),
        ],
    ) == [("bing", 1, 100), ("ding", 2, 96), ("jia", 2, 96), ("yi", 4, 96)]


def test_full_marks_share_the_first_place_and_the_lot_parts_them() -> None:
    """Quality month: 10 first, 20 second, 1,000 third prizes by lot, here 1, 2 and 3."""
    preset = PRESETS["month"]
    board = list_of(preset, [tried(who, 1, 100, n, START) for n, who in enumerate("abcdefg")])
    board += list_of(preset, [tried("h", 1, 96, 1, START)])
    full = {"kind": PrizeKind.LOT, "least_milli": 100_000}
    prizes = [Prize("a", "一等", count=1, **full), Prize("b", "二等", count=2, **full)]
    prizes.append(Prize("c", "三等", count=3, **full))

    won = draw(
        prizes,
        [Listed(who, int(points * 1000), place) for who, place, points in board],
        seed="s",
        number="7",
        list_hash="h",
    )

    assert [place for _who, place, _points in board] == [1] * 8
    assert [w.prize for w in won] == ["a", "b", "b", "c", "c", "c"]
    assert len({w.entry for w in won}) == 6
    assert "h" not in {w.entry for w in won}


def test_forty_items_full_marks_are_drawn_and_a_pass_is_worth_six_hours() -> None:
    """River law: three kinds, 100 points; 200 prizes drawn among full marks; a pass is 6 hours.

    Of 203 here 201 have all 100 points, so that one of them goes without.
    """
    preset = PRESETS["mixed"]
    rules = preset.rules
    points = {"a": Decimal("97.5"), "b": Decimal(40), **{f"f{n:03d}": 100 for n in range(201)}}
    board = list_of(preset, [tried(who, 1, n, 10, START) for who, n in points.items()])
    prize = Prize("a", "奖", PrizeKind.LOT, 200, least_milli=100_000)

    won = draw(
        [prize],
        [Listed(who, int(points * 1000), place) for who, place, points in board],
        seed="s",
        number="7",
        list_hash="h",
    )

    assert (rules.single_count, rules.multiple_count, rules.judge_count) == (20, 10, 10)
    assert (rules.item_count, rules.max_points) == (40, 100)
    assert board[200:] == [("f200", 1, 100), ("a", 202, Decimal("97.5")), ("b", 203, 40)]
    assert len({w.entry for w in won}) == 200
    assert {w.entry[0] for w in won} == {"f"}
    assert preset.hours == HoursPledge(Decimal(60), Decimal(6), HourField.COMMON)
    assert [who for who, _place, n in board if int(n * 1000) < preset.hours.cut_milli] == ["b"]


def test_a_prize_for_a_share_of_all_who_took_part() -> None:
    """Water: 761,000 people, personal awards for 0.05 %; here 5,000, so 2.5, so 3."""
    share = Promotion(percent=Decimal("0.05"))
    rows = [Ranked(f"{n:04d}", -n, 100_000 - n) for n in range(5000)]

    assert PRESETS["share"].rules.item_count == 25
    assert share_of(761_000, share.percent) == 381
    assert promote(share, rows) == ["0000", "0001", "0002"]


def test_unlimited_tries_keep_the_best_and_of_equal_ones_the_shorter() -> None:
    """City network security: 20 × 5, no limit, best kept, ties by shorter time."""
    preset = PRESETS["unlimited"]

    assert refusal(preset, [START] * 80, START + HOUR) is None
    assert list_of(
        preset,
        [
            tried("jia", 1, 95, 300, START),
            tried("jia", 2, 100, 400, START + HOUR),
            tried("jia", 3, 100, 350, START + 2 * HOUR),
            tried("jia", 4, 60, 10, START + 3 * HOUR),
            tried("yi", 1, 100, 351, START),
            tried("bing", 1, 100, 350, START),
            tried("ding", 1, 95, 299, START),
        ],
    ) == [("bing", 1, 100), ("jia", 1, 100), ("yi", 3, 100), ("ding", 4, 95)]


def test_a_daily_quiz_adds_up_with_signing_in_and_sharing() -> None:
    """Winter games: 10 a day, one try, points add up, +1 sign-in, +3 share."""
    preset, one, two = PRESETS["daily"], START, START + DAY
    first, second = date(2026, 9, 1), date(2026, 9, 2)
    results = [
        tried("jia", 1, 8, 60, one),
        tried("jia", 2, 7, 60, two),
        tried("yi", 1, 10, 60, one),
        tried("bing", 1, 9, 50, two),
        tried("ding", 1, 9, 60, two),
    ]
    acts = [
        BonusDay("jia", Act.SIGN_IN, first, one),
        BonusDay("jia", Act.SIGN_IN, first, one + HOUR),  # once a day
        BonusDay("jia", Act.SIGN_IN, second, two),
        BonusDay("yi", Act.SHARE, first, one),
        BonusDay("yi", Act.SHARE, second, two),
        BonusDay("yi", Act.SIGN_IN, second, two),
    ]

    assert refusal(preset, [one], one + HOUR) == "day_used"
    assert refusal(preset, [one], two) is None
    # 甲 8 + 7 + 1 + 1 = 17 in 120 s, 乙 10 + 3 + 3 + 1 = 17 in 60 s, 丙 and 丁 9
    assert list_of(preset, results, acts) == [
        ("yi", 1, 17),
        ("jia", 2, 17),
        ("bing", 3, 9),
        ("ding", 4, 9),
    ]


def test_equal_points_stand_by_the_earlier_finish_to_the_second() -> None:
    """Rule of law, personal board: the earlier finisher first."""
    second = timedelta(seconds=1)

    assert list_of(
        PRESETS["earlier"],
        [
            tried("jia", 1, 92, 10, START + second),
            tried("yi", 1, 92, 999, START),
            tried("bing", 1, 92, 5, START + second + second / 2),
            tried("ding", 1, 96, 999, START + HOUR),
        ],
    ) == [("ding", 1, 96), ("yi", 2, 92), ("bing", 3, 92), ("jia", 3, 92)]


def test_tries_go_on_until_all_is_right_and_only_that_stands_in_the_lot() -> None:
    """Legal daily: 10 indefinite choices, again until all right; all-right people are drawn."""
    preset = PRESETS["until_right"]

    assert refusal(preset, [START] * 7, START + HOUR) is None
    assert refusal(preset, [START], START + HOUR, right=1) == "solved"
    assert list_of(
        preset,
        [
            tried("jia", 1, 90, 60, START),
            tried("jia", 2, 100, 60, START + HOUR),
            tried("yi", 1, 100, 60, START),
            tried("bing", 1, 90, 60, START),
        ],
    ) == [("yi", 1, 100), ("jia", 2, 100)]


def test_of_who_has_all_right_fifty_are_drawn_of_each_day_here_two() -> None:
    """Legal daily: the lot of a day is of those who came to all right that day."""
    preset = PRESETS["until_right"]
    tries = [tried(who, 1, 100, 60, START + HOUR) for who in ("a", "b", "c")]
    tries += [tried("d", 1, 90, 60, START), tried("d", 2, 100, 60, START + DAY)]
    tries += [tried("e", 1, 90, 60, START + DAY)]
    finished = {each.subject: each.finished_at for each in tries}
    board = list_of(preset, tries)
    prize = Prize("lucky", "幸运奖", PrizeKind.LOT, 2, least_milli=100_000, by="days")

    won = draw(
        [prize],
        [
            Listed(
                who, int(points * 1000), place, list="days", part=str(day_of(finished[who], ZONE))
            )
            for who, place, points in board
        ],
        seed="s",
        number="7",
        list_hash="h",
    )

    assert {w.entry for w in won} > {"d"}
    assert len(won) == 3
    assert len({w.entry for w in won} & {"a", "b", "c"}) == 2


def test_ten_items_once_a_phone_nine_of_ten_drawn_where_too_few_have_all_ten() -> None:
    """Consumers: one try; draw among 10/10, what is left goes to 9/10; nobody twice; runs."""
    board = list_of(
        PRESETS["once"],
        [
            tried(who, 1, points, 5, START)
            for who, points in zip("abcde", (100, 90, 90, 80, 100), strict=True)
        ],
    )
    prize = Prize("a", "奖", PrizeKind.LOT, 3, least_milli=100_000, widened_milli=90_000)

    won = draw(
        [prize],
        [Listed(who, int(points * 1000), place) for who, place, points in board],
        seed="s",
        number="7",
        list_hash="h",
    )

    assert (PRESETS["once"].rules.item_count, PRESETS["once"].phones) == (10, 5)
    phones = array("q", [13800000001, 13800000002, 13800000003, 13800000004, 13800000005])
    assert list(runs_of(phones, PRESETS["once"].phones)) == [Run(phones[0], phones[4])]
    assert list(runs_of(phones[:4], PRESETS["once"].phones)) == []
    assert refusal(PRESETS["once"], [START], START + DAY) == "attempts_used"
    assert {w.entry for w in won[:2]} == {"a", "e"}
    assert won[2].entry in {"b", "c"}
    assert len(won) == 3


def test_training_is_three_times_three_items_a_day_and_counts_for_nothing() -> None:
    """Inner Mongolia: training 3 × 3 items a day, then 5 random items."""
    preset = PRESETS["trained"]
    training = Preset("", preset.training)

    assert (preset.training.item_count, preset.rules.item_count) == (3, 5)
    assert refusal(training, [START] * 2, START + HOUR) is None
    assert refusal(training, [START] * 3, START + HOUR) == "day_used"
    assert refusal(training, [START] * 3, START + DAY) is None
    assert refusal(preset, [START], START + DAY) == "attempts_used"
    assert list_of(preset, [tried("a", 1, 80, 30, START), tried("b", 1, 80, 29, START)]) == [
        ("b", 1, 80),
        ("a", 2, 80),
    ]


def test_speed_scores_100_and_30_for_each_second_left() -> None:
    """Classics: 30 items of 20 s, once a day, right = 100 + (20 − seconds) × 30, ties by time."""
    preset = PRESETS["speed"]
    chosen = preset.rules.format
    answers = {
        "jia": [(True, 3.9), (True, 20), (False, 1)],  # 610 + 100 + 0
        "yi": [(True, 5), (True, 18.4), (True, 20.5)],  # 550 + 160 + 0
        "bing": [(True, 0.2), (False, 2), (True, 12)],  # 700 + 0 + 340
    }
    results = []
    for who, steps in answers.items():
        points = step_points(chosen, [Step(r, 1000, round(s * 1_000_000)) for r, s in steps])
        seconds = sum(s for _r, s in steps)
        results.append(Result(who, 1, points, round(seconds * 1_000_000), START))

    assert refusal(preset, [START], START + HOUR) == "day_used"
    # 甲 and 乙 have 710; 甲 took 24.9 s, 乙 43.9 s
    assert list_of(preset, results) == [("bing", 1, 1040), ("jia", 2, 710), ("yi", 3, 710)]


def test_a_challenge_pays_its_ladder_up_to_six_a_day() -> None:
    """Challenge: one mistake ends it, 45 s an item, 5 right = 3, 10 = 6, at most 6 a day."""
    preset = PRESETS["survival"]
    chosen = preset.rules.format

    def run(right: int) -> Decimal:
        steps = [Step(True, 1000, 10_000_000)] * right + [Step(False, 1000, 1)]
        return Decimal(step_points(chosen, steps)) / 1000

    tries = [(1, 7, START), (2, 12, START + HOUR), (3, 5, START + DAY), (4, 4, START + DAY)]
    results = [tried("a", n, run(right), 100, at) for n, right, at in tries]

    assert [run(right) for _n, right, _at in tries] == [3, 6, 3, 0]
    # 3 + 3 of the 6 on the first day, 3 + 0 on the second
    assert list_of(preset, results) == [("a", 1, 9)]


def test_the_top_sixteen_of_the_written_test_go_on_ties_by_shorter_time() -> None:
    """Written test → final: 17 with the same points, the slowest stays behind."""
    preset = PRESETS["ladder"]
    tie_rule = TIE_RULES[preset.rules.tie_rule]
    results = [tried(f"{n:02d}", 1, 88, 600 + n, START) for n in range(17)]
    rows = [Ranked(r.subject, sort_key(tie_rule, r), r.points_milli) for r in results]

    assert promote(preset.promotion, rows) == [f"{n:02d}" for n in range(16)]


def test_two_rounds_and_a_stage_take_a_share_above_a_cut_then_ten() -> None:
    """Of eleven 20 % are 2.2, so three; the third has 56, below 60; both go on to the stage."""
    preset = PRESETS["stages"]
    [later] = preset.later
    points = {"jia": 96, "yi": 88, "bing": 56, **{f"z{n}": 40 - n for n in range(8)}}
    board = list_of(preset, [tried(who, 1, n, 600, START) for who, n in points.items()])
    ranked = [Ranked(who, -place, int(n * 1000)) for who, place, n in board]

    assert promote(preset.promotion, ranked) == ["jia", "yi"]
    second = Preset("", later.rules)
    final = list_of(
        second, [tried("jia", 1, "87.5", 700, START), tried("yi", 1, "87.5", 640, START)]
    )
    assert final == [("yi", 1, Decimal("87.5")), ("jia", 2, Decimal("87.5"))]
    assert promote(later.promotion, [Ranked("yi", 2, 87_500), Ranked("jia", 1, 87_500)]) == [
        "yi",
        "jia",
    ]
    assert [number for number, _p, _r in preset.rounds_of(preset.rules, START, START + DAY)] == [
        0,
        2,
    ]
