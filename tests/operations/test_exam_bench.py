"""The benchmark of an examination finds what is lost, and holds a small one to the end."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bench.crowd import timetable
from bench.exam import find_lost, find_unscored
from tests.factories.attempts import make_seat

ROOT = Path(__file__).parents[2]
PLAN = {"seed": 1, "spread_s": 60.0, "saving_s": 300.0, "every_s": 15.0, "items": 50, "singles": 40}


def test_each_candidate_starts_within_the_spread_saves_twenty_times_and_hands_in_last() -> None:
    for number in range(50):
        acts = timetable(PLAN, number)

        kinds = [act.kind for act in acts]
        assert (kinds[0], kinds[-1]) == ("start", "submit")
        assert kinds.count("save") == 20
        assert 0 <= acts[0].due < 60
        assert acts[-1].due == pytest.approx(acts[0].due + 300)
        assert acts == sorted(acts, key=lambda act: act.due)


def test_candidates_do_not_act_in_step() -> None:
    starts = {round(timetable(PLAN, number)[0].due, 3) for number in range(50)}

    assert len(starts) == 50


def test_an_acknowledged_answer_that_is_missing_or_another_is_lost(database, now) -> None:
    seat = make_seat(database, now)
    seat.save(1, 1, "b")
    seat.save(2, 1, "c")

    assert find_lost(database, {seat.attempt: [[1, 1, "b"], [2, 1, "c"]]}) == (0, [])
    assert find_lost(database, {seat.attempt: [[1, 1, "a"], [2, 1, "c"]]})[0] == 1
    assert find_lost(database, {seat.attempt: [[3, 1, "b"], [2, 1, "c"]]})[0] == 1
    assert find_lost(database, {"nobody": [[1, 1, "b"]]})[0] == 1


def test_an_attempt_without_a_score_is_found(database, now) -> None:
    make_seat(database, now)

    assert find_unscored(database, 1) == [
        "handed in: 0 of 1",
        "scores: 0 of 1",
        "attempts with one score: 0 of 1",
    ]


@pytest.mark.deep
def test_a_small_examination_loses_nothing() -> None:
    small = "--only sqlite --candidates 20 --minutes 0.1 --every 1 --spread 2 --items 10"

    done = subprocess.run(
        [sys.executable, "-m", "bench.exam", *small.split()],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert done.returncode == 0, done.stderr[-3000:]
    found = json.loads(done.stdout)
    assert (found["candidates"], found["errors"], found["lost"]) == (20, 0, 0)
    assert found["saves"] == 20 * 6
    assert found["sqlite"]["p99_ms"] > 0
