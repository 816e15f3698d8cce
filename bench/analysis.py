"""Item analysis of a large sitting: time and memory of every step, simulated answers.

100,000 attempts of 120 items under the two-parameter model, four options, everything kept: classical
statistics, distractor table, Rasch's model by conditional likelihood, the two-parameter model with
errors and abilities, information, findings; then the same where papers are drawn (`--drawn`), and
the similarity of 5,000 candidates. Prints a table and, as its last line, one JSON object; exit 1
when the analysis takes more than 20 s or 1 GB.
"""

import argparse
import json
import resource
import sys
import time
from collections.abc import Callable
from typing import TypeVar

import numpy as np

from learning.measurement import (
    classical,
    distractors,
    findings,
    information,
    rasch,
    similarity,
    two_parameter,
)
from learning.measurement.matrices import BLOCK, Choices, Scores, blocks

LIMIT_S, LIMIT_MB = 20.0, 1_000.0
T = TypeVar("T")


class Clock:
    """The steps with their seconds, CPU seconds, and the peak of memory after each."""

    def __init__(self) -> None:
        self.steps: dict[str, dict[str, float]] = {}

    def take(self, name: str, work: Callable[[], T]) -> T:
        begin, cpu = time.perf_counter(), time.process_time()
        result = work()
        step = {
            "seconds": round(time.perf_counter() - begin, 2),
            "cpu_s": round(time.process_time() - cpu, 2),
            "peak_mb": round(peak_mb()),
        }
        self.steps[name] = step
        print(
            f"  {name:22} {step['seconds']:7.2f} s  CPU {step['cpu_s']:7.2f} s  {step['peak_mb']:6.0f} MB",
            flush=True,
        )
        return result


def peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def answers(persons: int, items: int, *, share: float) -> tuple[Scores, Choices, np.ndarray]:
    """Return scores, choices with key 0, and the true slopes; `share` of the items in a paper."""
    random = np.random.default_rng(1)
    slopes, places = random.lognormal(0, 0.3, items), random.normal(-0.5, 1, items)
    right = np.zeros((persons, items), np.uint8)
    codes = np.zeros((persons, items), np.int8)
    for part in blocks(persons, BLOCK):
        theta = random.normal(size=(part.stop - part.start, 1))
        p = 1 / (1 + np.exp(-slopes * (theta - places)))
        right[part] = random.random(p.shape) < p
        wrong = random.integers(1, 4, p.shape, dtype=np.int8)
        codes[part] = np.where(right[part] == 1, 0, wrong)
    given = None if share >= 1 else random.random((persons, items)) < share
    choices = Choices.from_codes(codes, options=[4] * items, keys=[0] * items)
    return Scores.of(right, given=given), choices, slopes


def analyse(clock: Clock, scores: Scores, choices: Choices) -> two_parameter.TwoParameterFit:
    """Take every step of an item analysis."""
    analysis = clock.take("classical", lambda: classical.analyse(scores, choices))
    table = clock.take("distractors", lambda: distractors.table(scores, choices))
    one = clock.take("Rasch", lambda: rasch.fit(scores))
    two = clock.take("two parameters", lambda: two_parameter.fit(scores))
    clock.take("information", lambda: (information.of(one), information.of(two)))
    clock.take("findings", lambda: findings.of(analysis, table, rasch=one))
    assert one.has_converged
    assert two.has_converged
    return two


def similar(candidates: int, items: int) -> dict[str, float]:
    scores, choices, _ = answers(candidates, items, share=1)
    clock = Clock()
    clock.take(
        "similarity", lambda: similarity.pairs(choices.chosen.astype(np.int32), scores.ratios)
    )
    return {"candidates": candidates, **clock.steps["similarity"]}


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--attempts", type=int, default=100_000)
    parser.add_argument("--items", type=int, default=120)
    parser.add_argument("--drawn", type=float, default=1.0, help="share of the items in a paper")
    args = parser.parse_args(arguments)

    scores, choices, slopes = answers(args.attempts, args.items, share=args.drawn)
    print(f"item analysis of {args.attempts:,} attempts, {args.items} items")
    clock = Clock()
    begin = time.perf_counter()
    fitted = analyse(clock, scores, choices)
    seconds, memory = time.perf_counter() - begin, peak_mb()
    found = np.array([np.nan if i.slope is None else i.slope for i in fitted.items])
    result = {
        "attempts": args.attempts,
        "items": args.items,
        "drawn": args.drawn,
        "seconds": round(seconds, 2),
        "peak_mb": round(memory),
        "worst_slope_error": round(float(np.nanmax(np.abs(found - slopes))), 3),
        "steps": clock.steps,
    }
    print(
        f"  {'all':22} {seconds:7.2f} s (limit {LIMIT_S:.0f})  {memory:.0f} MB (limit {LIMIT_MB:.0f})"
    )
    print("similar answers of 5,000 candidates, every pair")
    result["similarity"] = similar(5_000, args.items)
    print(json.dumps(result))
    return 1 if seconds > LIMIT_S or memory > LIMIT_MB else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
