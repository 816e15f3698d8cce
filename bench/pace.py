"""How a contest goes: what each participant does in its window, and when. Knows no application."""

import random
from collections import Counter
from dataclasses import dataclass
from typing import Any

LATE, SILENT, RELOADS, POLLS = 0.4, 0.03, 0.3, 0.3  # shares of the participants
CHANGES = 0.3  # answers that are given a second time


@dataclass(frozen=True, slots=True)
class Day:
    """How the window of a contest is spent, in seconds.

    Each answers `items` one after another, `every_s` apart. Most begin at any time; a share begins
    so late that they hand in during the last `rush_s`, and a few never hand in.
    """

    window_s: float
    rush_s: float
    every_s: float
    items: int
    singles: int

    @property
    def length_s(self) -> float:
        """Return how long one answers."""
        return self.every_s * (self.items * (1 + CHANGES) + 1)

    @property
    def problem(self) -> str:
        """Return why nobody could spend the window so, "" where all hand in within it.

        Whoever begins before the window opens is refused, and the replay would measure refusals.
        """
        last = self.window_s - 1
        if not 0 < self.rush_s < last:
            return f"--rush must be more than 0 and less than {last:g} s, the window less a second"
        if self.length_s >= last:
            return (
                f"a paper takes {self.length_s:.0f} s (--items, --every): "
                f"--window must be longer than {self.length_s + 1:.0f} s"
            )
        return ""


def acts_of(day: Day, seed: int, number: int) -> list[tuple[float, str, tuple[Any, ...]]]:
    """Return what participant `number` does: (seconds from the beginning, what, answers).

    An answer is (position, number of the save, chosen). The last act is `submit`, or `leave`.
    """
    rng = random.Random(seed * 1_000_003 + number)
    is_late = rng.random() < LATE
    last = day.window_s - 1
    end = rng.uniform(last - day.rush_s, last) if is_late else rng.uniform(day.length_s, last)
    begin = max(0.0, end - day.length_s)
    acts: list[tuple[float, str, tuple[Any, ...]]] = [(begin, "start", ())]
    seqs: Counter[int] = Counter()
    order = rng.sample(range(1, day.items + 1), day.items)
    order += rng.sample(order, round(day.items * CHANGES))
    pace = (end - begin) / (len(order) + 1)
    for turn, position in enumerate(order):
        seqs[position] += 1
        few = rng.choice("abcd") if position <= day.singles else sorted(rng.sample("abcd", 2))
        due = begin + pace * (turn + 1 - rng.random() * 0.5)
        acts.append((due, "save", ((position, seqs[position], few),)))
    if rng.random() < RELOADS:
        acts.append((rng.uniform(begin + pace, end), "room", ()))
    if rng.random() < POLLS:
        acts.append((rng.uniform(begin + pace, end), "poll", ()))
    acts.append((begin + min(30.0, day.length_s / 2) * rng.uniform(0.75, 1.25), "pulse", ()))
    acts.append((begin + min(15.0, day.length_s / 3) * rng.uniform(0.75, 1.25), "tell", ()))
    acts = [act for act in acts if act[0] < end]
    acts.append((end, "leave" if rng.random() < SILENT else "submit", ()))
    return sorted(acts, key=lambda act: act[0])
