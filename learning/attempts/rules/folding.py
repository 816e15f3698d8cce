"""From the append-only log of responses to the current answer of each position."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from learning.attempts.rules.sections import Due


@dataclass(frozen=True, slots=True)
class StoredResponse:
    """One row of the log; `answer` is canonical JSON text."""

    position: int
    epoch: int
    seq: int
    answer: str
    after_submit: bool
    saved_at: datetime

    @property
    def order(self) -> tuple[int, int]:
        """Return what decides between two answers of a position: the higher (epoch, seq) holds."""
        return (self.epoch, self.seq)

    def counts(self, due: Due) -> bool:
        """Tell whether it may be scored: saved before submission and in time."""
        return not self.after_submit and due.is_in_time(self.position, self.saved_at)

    def is_flagged(self, due: Due) -> bool:
        """Tell whether it counts only thanks to the grace."""
        return self.counts(due) and due.is_in_grace(self.position, self.saved_at)


def fold(responses: Iterable[StoredResponse], due: Due) -> dict[int, StoredResponse]:
    """Return the current answer per position: the highest (epoch, seq) among those that count."""
    current: dict[int, StoredResponse] = {}
    for response in responses:
        if not response.counts(due):
            continue
        held = current.get(response.position)
        if held is None or response.order > held.order:
            current[response.position] = response
    return current


def fold_late(responses: Iterable[StoredResponse], due: Due) -> dict[int, StoredResponse]:
    """Return per position the newest answer that came too late to count, whatever counts there.

    One is left out where the answer that counts says the same: a device sends again what it does
    not know to be there.
    """
    held = list(responses)
    counting = fold(held, due)
    late: dict[int, StoredResponse] = {}
    for response in sorted(held, key=lambda each: each.order):
        if not response.counts(due):
            late[response.position] = response
    return {
        position: late[position]
        for position in sorted(late)
        if position not in counting or counting[position].answer != late[position].answer
    }


def highest_seq(responses: Iterable[StoredResponse]) -> dict[int, int]:
    """Return the highest seq stored per position, over all epochs, late ones included."""
    highest: dict[int, int] = {}
    for response in responses:
        highest[response.position] = max(highest.get(response.position, 0), response.seq)
    return highest


def missing_positions(last_seq: Mapping[int, int], stored: Mapping[int, int]) -> list[int]:
    """Return the positions of which the device knows a later answer than the server holds."""
    return sorted(p for p, seq in last_seq.items() if stored.get(p, 0) < seq)
