"""Rounds that units answer on paper: what the organiser decides, and what is refused. Pure.

A paper has one instant for its start and its end, midnight of the day on which it was written. So
only a round of plain papers takes any: daily limits, sums over days, items one by one and trying
until all is right all need what paper does not tell.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from learning.competitions.rules.contest import State
from learning.competitions.rules.format import Format
from learning.kernel.errors import Problem
from learning.organisations.rules.names import clean_text

MAX_LATE = timedelta(days=60)  # from the end of answering to the last day of keying
MAX_ROLL = 500  # people put down at once: each may bring an entry
MAX_STAFF_NO = 40


@dataclass(frozen=True, slots=True)
class PaperRules:
    """What is decided about paper in a round; the fields are those of `models.PaperSetting`."""

    until: datetime
    takes_totals: bool = False
    beside_online: bool = False


class PaperState(StrEnum):
    """How far the paper of somebody on the list is."""

    WAITING = "waiting"
    KEYED = "keyed"  # once, by one person
    DIFFERS = "differs"
    CONFIRMED = "confirmed"
    VOID = "void"


def takes_paper(chosen: Format) -> bool:
    """Tell whether a round that is played so can be answered on paper."""
    return not (chosen.limits_starts or chosen.changes_results)


def problem_fields_of(rules: PaperRules, *, closes_at: datetime) -> list[str]:
    """Return the fields of what is wrong: papers are keyed after answering has ended, too."""
    return [] if closes_at <= rules.until <= closes_at + MAX_LATE else ["until"]


def change_refusal(
    old: PaperRules | None, new: PaperRules | None, *, has_people: bool
) -> str | None:
    """Return why the rules may not become others once people are down for paper, or None.

    What units were promised stays: paper itself, the day, totals; and which of both counts.
    """
    if old is None or not has_people:
        return None
    if new is None:
        return "paper_used"
    kept = new.until >= old.until and new.takes_totals >= old.takes_totals
    return None if kept and new.beside_online == old.beside_online else "paper_used"


def keying_refusal(
    rules: PaperRules | None, state: State, *, opens_at: datetime, now: datetime
) -> str | None:
    """Return why nothing can be keyed now, or None: a code for Conflict."""
    if state is not State.OPEN:
        return "closed" if state is State.CLOSED else "not_open"
    if rules is None:
        return "round_no_paper"
    if now < opens_at:
        return "not_open"
    return "paper_over" if now >= rules.until else None


def read_roll(text: str) -> tuple[list[tuple[int, str]], list[Problem]]:
    """Return staff numbers with their lines, and all that is wrong with the text by line.

    One a line, or separated by commas and spaces. Codes: `roll_empty`, `roll_long`, `roll_twice`,
    `staff_no`.
    """
    found: list[tuple[int, str]] = []
    problems, seen = [], set[str]()
    for number, line in enumerate(text.splitlines(), start=1):
        for each in _numbers(line):
            if len(each) > MAX_STAFF_NO:
                problems.append(_problem(number, each[:MAX_STAFF_NO], "staff_no"))
            elif each in seen:
                problems.append(_problem(number, each, "roll_twice"))
            else:
                seen.add(each)
                found.append((number, each))
    if not found and not problems:
        problems.append(_problem(None, "", "roll_empty"))
    if len(found) > MAX_ROLL:
        return [], [_problem(None, "", "roll_long")]
    return found, problems


def _numbers(line: str) -> Sequence[str]:
    for separator in ",，;；、\t":
        line = line.replace(separator, " ")
    return clean_text(line).split()


def _problem(line: int | None, place: str, code: str) -> Problem:
    return Problem("", line, place, code, code)


def share_permille(part: int, whole: int) -> int | None:
    """Return part ÷ whole in tenths of a percent, cut; None of nothing. 1 of 3 is 333."""
    return part * 1000 // whole if whole else None
