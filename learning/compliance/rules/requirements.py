"""What a cell of the matrix may say, as typed or read from a spreadsheet, and its dates. Pure."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from learning.compliance.rules.coverage import LEVELS, OPTIONAL, REQUIRED
from learning.study.rules.hours import local_day, start_of_day

MAX_HOLDERS = 9_999
MAX_AHEAD = timedelta(days=5 * 366)
EARLIEST = date(2000, 1, 1)
_TICK = timedelta(microseconds=1)
_WORDS = {
    "必须": REQUIRED, "必": REQUIRED, "应持": REQUIRED, "required": REQUIRED, "r": REQUIRED,
    "可选": OPTIONAL, "选": OPTIONAL, "optional": OPTIONAL, "o": OPTIONAL,
    "": "", "无": "", "—": "", "-": "", "none": "",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Period:
    """From an instant until before another; `ends_at` None: until further notice."""

    starts_at: datetime
    ends_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Cell:
    """What is asked of a post: `level` "required", "optional" or "" for nothing."""

    level: str = ""
    holders_needed: int | None = None


def cell_of(level: str, raw_needed: str) -> Cell | None:
    """Return a cell as chosen in a form; None for a level or a number that cannot be."""
    if level not in (*LEVELS, ""):
        return None
    if level != REQUIRED:
        return Cell(level)
    needed = _number(raw_needed)
    return None if needed == 0 else Cell(level, needed)


def parse_cell(text: str) -> Cell | None:
    """Return what a cell of a spreadsheet says; None when it cannot be understood.

    A level in words, after it how many holders each unit needs: "必须", "必须 2", "可选", "".
    """
    folded = text.strip().casefold().replace("\u3000", " ").replace("×", " ")
    words = folded.rstrip("0123456789")
    level = _WORDS.get(words.strip())
    if level is None or (words == "" and folded):
        return None
    digits = folded[len(words) :]
    if not digits:
        return Cell(level)
    needed = _number(digits)
    return Cell(level, needed) if needed and level == REQUIRED else None


def _number(raw: str) -> int | None:
    """Return a whole number from 1 to 9,999, None for nothing typed, 0 for what cannot be."""
    typed = raw.strip()
    if not typed:
        return None
    if not (typed.isascii() and typed.isdigit() and len(typed) <= len(str(MAX_HOLDERS))):
        return 0
    return int(typed)


def end_of_day(day: date, zone: str) -> datetime:
    """Return the last instant of a day in a zone."""
    return start_of_day(day + timedelta(days=1), zone) - _TICK


def is_sensible_day(day: date, now: datetime, zone: str) -> bool:
    """Tell whether facts may be dated to a day: from 2000 on, at most five years ahead."""
    return EARLIEST <= day <= local_day(now, zone) + MAX_AHEAD
