"""States of an answer sheet, and what a second keying makes of it. Pure."""

from collections.abc import Mapping
from enum import IntEnum, StrEnum

from learning.exams.rules.keying import differences

MAX_SCANS = 5  # files of a sheet
MAX_SHEET_ROWS = 100  # of a file of keyings: other writers on SQLite wait for some seconds
MAX_CORRECTION = 300  # twin of AnswerSheet.reason


class SheetState(StrEnum):
    """How a sheet stands. Twin: the CHECK of `answer_sheets`."""

    OPEN = "open"
    DIFFERS = "differs"
    CONFIRMED = "confirmed"


class Slot(IntEnum):
    """Which keying of a sheet it is. Twin: the CHECK of `sheet_keyings`."""

    FIRST = 1
    SECOND = 2
    SETTLED = 3


def state_after(first: Mapping[str, str], second: Mapping[str, str]) -> SheetState:
    """Return how a sheet stands by two keyings in their normal form: it needs both to agree."""
    return SheetState.DIFFERS if differences(first, second) else SheetState.CONFIRMED


def agreed(first: Mapping[str, str], second: Mapping[str, str]) -> dict[str, str]:
    """Return what two keyings have in common: nobody settles that again."""
    apart = set(differences(first, second))
    return {place: text for place, text in first.items() if place not in apart}
