"""What answers earn that were given one by one, by the server's clock.

**Speed.** A right answer within the seconds allowed earns base + (allowed − taken) × rate, where
`taken` are whole seconds begun and ended since the item was shown, as a stopwatch shows them: with
base 100, rate 30 and 20 s an answer after 3.9 s earns 100 + (20 − 3) × 30 = 610, one after exactly
20 s earns 100, one after that nothing. A wrong or partly right answer earns nothing.

**Survival.** Answers count until the first one that is not right, or late, or missing; what follows
counts for nothing. Either every counted answer earns its own points, or the number of them earns
what the highest rung reached is worth: with rungs 5 → 3 and 10 → 6, nine in a row earn 3.

**Rulings.** An item that a ruling takes out is no step at all: it neither earns nor ends a run. One
whose points everybody gets counts as right; who was late or never closed it used all its seconds.

Steps are looked at in the order in which the items were shown.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from learning.competitions.rules.format import Format, Play

SECOND = 1_000_000  # microseconds


@dataclass(frozen=True, slots=True)
class Step:
    """An item that was shown: whether the answer was wholly right, and how long it took.

    `points_milli` are what the paper gives for it; `taken_us` is None where nothing was committed.
    `is_given`: a ruling gave everybody who was asked its points.
    """

    is_right: bool
    points_milli: int
    taken_us: int | None
    is_given: bool = False


def step_points(chosen: Format, steps: Sequence[Step]) -> int:
    """Return the points of an attempt, in thousandths, from its steps in the order of time."""
    if chosen.play is Play.SPEED:
        return sum(_speed(chosen, step) for step in steps)
    run: list[Step] = []
    for step in steps:
        if not _holds(chosen, step):
            break
        run.append(step)
    if not chosen.ladder:
        return sum(step.points_milli for step in run)
    reached = [rung.points for rung in chosen.ladder if rung.right <= len(run)]
    return int(max(reached) * 1000) if reached else 0


def full_points(chosen: Format, paper_milli: int, items: int) -> int:
    """Return the most that an attempt can earn: on paper the paper's points."""
    if chosen.play is Play.PAPER:
        return paper_milli
    if chosen.play is Play.SPEED:
        best = chosen.speed.base + chosen.item_seconds * chosen.speed.rate
        return int(best * 1000) * items
    if not chosen.ladder:
        return paper_milli
    reached = [rung.points for rung in chosen.ladder if rung.right <= items]
    return int(max(reached) * 1000) if reached else 0


def _holds(chosen: Format, step: Step) -> bool:
    """Tell whether an answer is right and, where items are timed, in time."""
    if step.is_given:
        return True
    if not step.is_right or step.taken_us is None:
        return False
    return not chosen.item_seconds or step.taken_us <= chosen.item_seconds * SECOND


def _speed(chosen: Format, step: Step) -> int:
    if not _holds(chosen, step):
        return 0
    taken = chosen.item_seconds if step.taken_us is None else step.taken_us // SECOND
    left = max(0, chosen.item_seconds - taken)
    return int((chosen.speed.base + left * chosen.speed.rate) * 1000)
