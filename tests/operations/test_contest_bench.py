"""The replay of a contest finds a list that is wrong, and holds a small one to the end."""

import json
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from bench.contest import standings_of
from bench.pace import LATE, Day, acts_of

ROOT = Path(__file__).parents[2]
DAY = Day(window_s=1_800.0, rush_s=120.0, every_s=20.0, items=25, singles=20)


def test_each_participant_answers_every_item_within_the_window() -> None:
    for number in range(100):
        acts = acts_of(DAY, 1, number)

        kinds = [kind for _due, kind, _answers in acts]
        positions = Counter(answers[0][0] for _due, kind, answers in acts if kind == "save")
        assert (kinds[0], kinds[-1]) in {("start", "submit"), ("start", "leave")}
        assert set(positions) == set(range(1, 26))
        assert sum(positions.values()) == 33  # some answers are given a second time
        assert 0 <= acts[0][0] < acts[-1][0] < DAY.window_s


@pytest.mark.parametrize(
    ("day", "problem"),
    [
        (DAY, ""),
        (replace(DAY, rush_s=1_800.0), "--rush"),
        (replace(DAY, rush_s=1_799.0), "--rush"),
        (replace(DAY, rush_s=0.0), "--rush"),
        (replace(DAY, window_s=600.0), "--window"),
        (replace(DAY, every_s=200.0), "--window"),
    ],
)
def test_a_window_that_nobody_could_spend_so_is_refused_with_the_argument(day, problem) -> None:
    assert problem in day.problem
    assert bool(day.problem) is bool(problem)


def test_the_end_of_the_window_is_rushed() -> None:
    ends = [acts_of(DAY, 1, number)[-1][0] for number in range(500)]

    rushed = sum(end > DAY.window_s - DAY.rush_s for end in ends) / len(ends)
    assert rushed == pytest.approx(LATE + 0.05, abs=0.07)


def test_answers_are_numbered_in_the_order_in_which_they_are_given() -> None:
    acts = acts_of(replace(DAY, items=5, singles=4), 3, 7)

    given: dict[int, list[int]] = {}
    for _due, kind, answers in acts:
        if kind == "save":
            given.setdefault(answers[0][0], []).append(answers[0][1])
    assert all(seqs == list(range(1, len(seqs) + 1)) for seqs in given.values())


def test_equal_worth_shares_the_better_standing() -> None:
    assert standings_of({"a": (3, -9), "b": (3, -8), "c": (3, -8), "d": (1, 0)}) == {
        "b": 1,
        "c": 1,
        "a": 3,
        "d": 4,
    }


@pytest.mark.deep
def test_a_small_contest_loses_nothing_and_its_list_is_right() -> None:
    small = "--sqlite --participants 20 --window 25 --rush 5 --every 0.3"

    done = subprocess.run(
        [sys.executable, "-m", "bench.contest", *small.split()],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )

    assert done.returncode == 0, done.stderr[-3000:]
    found = json.loads(done.stdout)
    assert (found["errors"], found["lost"], found["differing"]) == (0, 0, 0)
    assert found["requests"]["save"] == 20 * 33
    assert found["cpu_ms_per_participant"] > 0
