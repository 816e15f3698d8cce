"""What the lessons on the platform itself say is what the platform does and shows."""

import re
import runpy
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from learning.attempts.rules import deadline
from learning.competitions.rules import (
    MARKING,
    EnterpriseRanking,
    MultipleMarking,
    RankBy,
    Tally,
    mask_name,
    rank_enterprises,
)
from learning.leaderboards.rules import (
    SCORE_THEN_DURATION,
    Result,
    duration_text,
    sort_key,
    standings,
)
from learning.question_bank.item_types import Tally as Parts
from learning.question_bank.rules import ItemKind

ROOT = Path(__file__).parents[2]
COURSE = ROOT / "courses" / "first-steps"
LESSONS = {path.stem: path.read_text("utf-8") for path in sorted(COURSE.glob("*.md"))}
BOLD = re.compile(r"\*\*([^*\n]+)\*\*")
DAY = datetime(2026, 9, 1, tzinfo=UTC)


def script(name: str) -> dict[str, Any]:
    run = runpy.run_path(str(ROOT / "courses" / "scripts" / "draw.py"))["scripts"]
    return next(defined for path, defined in run(COURSE) if path.stem == name)


def sources() -> Iterator[str]:
    for path in (*ROOT.glob("templates/**/*.html"), *ROOT.glob("learning/**/*.py")):
        yield path.read_text("utf-8")


@pytest.mark.parametrize("name", LESSONS)
def test_what_is_bold_in_a_lesson_is_written_on_a_screen(name) -> None:
    on_screens = set(re.findall(r'"([^"\n]+)"', "\n".join(sources())))
    shown = set(BOLD.findall(LESSONS[name]))

    assert len(shown) > 8
    assert shown - on_screens == set()


def test_an_attempt_ends_as_told() -> None:
    told = script("01-learner")
    minutes = {
        start: deadline(
            DAY + timedelta(minutes=start),
            timedelta(minutes=told["LIMIT"]),
            DAY + timedelta(minutes=told["END"]),
            timedelta(0),
        )
        for start in told["STARTED"].values()
    }

    assert minutes == {start: DAY + timedelta(minutes=told["deadline"](start)) for start in minutes}


def test_several_answers_are_marked_as_told() -> None:
    two_of_three = Parts(right=2, wrong=0, of=3)
    points = [
        float(MARKING[rule].earned(ItemKind.MULTIPLE, Decimal(4), two_of_three))
        for rule in (MultipleMarking.ALL_OR_NOTHING, MultipleMarking.HALF, MultipleMarking.SHARE)
    ]

    assert points == pytest.approx([0, 2, 2.667], abs=0.001)


def test_people_are_ranked_and_named_as_told() -> None:
    told = script("01-learner")
    keys = [
        sort_key(SCORE_THEN_DURATION, Result(name, 1, points * 1000, duration * 1000, DAY))
        for name, points, duration in told["RESULTS"]
    ]

    assert standings(keys) == told["ranks"]()
    assert all(duration_text(d * 1000) == told["clock"](d) for _, _, d in told["RESULTS"])
    assert SCORE_THEN_DURATION.words.rstrip("。") in LESSONS["01-learner"]
    assert f"“王小明”写成“{mask_name('王小明')}”" in LESSONS["01-learner"].replace("\\*", "*")


@pytest.mark.parametrize(
    ("by", "words"),
    [
        (RankBy.MEAN, "平均分"),
        (RankBy.COVERAGE, "参赛率"),
        (RankBy.PARTICIPANTS, "参加人数"),
    ],
)
def test_organisations_are_ranked_as_told(by, words) -> None:
    told = script("03-hr-association")
    tallies = [
        Tally(
            at, unit.name, unit.participants, unit.participants, unit.points * 1000, unit.headcount
        )
        for at, unit in enumerate(told["UNITS"])
    ]
    board = rank_enterprises(EnterpriseRanking(by, told["LEAST"]), tallies)

    assert [each.tally.unit_name for each in board if each.standing] == told["board"](words)
    for tally, unit in zip(tallies, told["UNITS"], strict=True):
        assert tally.mean_centi == 100 * told["mean"](unit)
        assert tally.coverage_permille == told["coverage"](unit)
