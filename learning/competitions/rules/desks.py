"""Offices of a competition and declared headcounts: pure decisions.

**Code of an enrolment.** Its number in six digits or more and one check digit, so that a digit
mistyped from paper is found: (10 − Σ wᵢ·dᵢ mod 10) mod 10 over the digits from the right with
weights 3, 1, 3, 1… (the scheme of GTIN). Worked example: number 42 → 000042: 2·3 + 4·1 = 10 → check
digit 0 → 000042-0. A code is a name, no credential: it opens nothing.
"""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from learning.competitions.rules.enterprises import MAX_HEADCOUNT
from learning.competitions.rules.entry import PROVINCES
from learning.kernel.errors import Problem
from learning.kernel.permissions import ScopeKind
from learning.organisations.rules.corrections import Evidence, check_evidence
from learning.organisations.rules.names import clean_text
from learning.organisations.rules.units import industry_prefix, region_prefix

MAX_OFFICES = 500
MAX_OFFICE_TITLE = 60
MAX_REASON = 300
MAX_DECLARATIONS = 30  # of one unit and competition: each brings a file
OLDEST_HEADCOUNT = timedelta(days=400)
_PROVINCE_ENDING = re.compile(r"(省|市|(壮族|回族|维吾尔)?自治区|特别行政区)$")
SCOPES = (ScopeKind.REGION, ScopeKind.INDUSTRY, ScopeKind.UNIT)


class DeskRole(StrEnum):
    """As whom a person sees a unit of a competition; the later may do more."""

    UNIT = "unit"  # its own HR
    OFFICE = "office"  # appointed for its region, industry or subtree
    ORGANISER = "organiser"

    @property
    def decides(self) -> bool:
        """Tell whether this one confirms what units declare."""
        return self is not DeskRole.UNIT


@dataclass(frozen=True, slots=True)
class TypedHeadcount:
    """What was typed and sent: number, day, the file's name and bytes.

    The bytes may be cut one after the limit.
    """

    headcount: str
    as_of: str
    file_name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class HeadcountWish:
    """A headcount that may be declared, as of a day, with its evidence."""

    headcount: int
    as_of: date
    evidence: Evidence


def code_of(number: int) -> str:
    """Return the code of an enrolment by its number (≥ 1), as above."""
    digits = f"{number:06d}"
    total = sum(
        int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(digits))
    )
    return f"{digits}-{-total % 10}"


def number_of(raw: str) -> int | None:
    """Return the number that a typed code means, None when it is none or its check digit wrong."""
    digits = clean_text(raw).replace("-", "").replace(" ", "")
    if not (digits.isascii() and digits.isdigit() and 7 <= len(digits) <= 18):
        return None
    number = int(digits[:-1])
    return number if number and code_of(number).replace("-", "") == digits else None


def check_scope(kind: ScopeKind, raw: str) -> str | None:
    """Return a region or industry code cleaned, None when it is none; a unit is the caller's.

    A province may be named instead: 山东, 山东省.
    """
    text = clean_text(raw).upper()
    if kind is ScopeKind.REGION:
        short = _PROVINCE_ENDING.sub("", text)
        text = next((code for code, name in PROVINCES.items() if short == name), text)
    prefix = region_prefix(text) if kind is ScopeKind.REGION else industry_prefix(text)
    return text if prefix and len(text) <= 6 else None


def check_headcount(
    typed: TypedHeadcount, *, today: date
) -> tuple[HeadcountWish | None, list[Problem]]:
    """Return the declaration, or all that is wrong: places headcount, as_of, evidence.

    `today` is the organiser's day.
    """
    name, content = typed.file_name, typed.content
    evidence, problems = check_evidence(name, content)
    if not (name or content):
        problems = [_problem("evidence", "evidence_missing")]
    count, day = clean_text(typed.headcount).replace(",", ""), _day(typed.as_of)
    if not (count.isascii() and count.isdigit() and len(count) <= 9):
        problems = [*problems, _problem("headcount", "headcount")]
    elif not 1 <= int(count) <= MAX_HEADCOUNT:
        problems = [*problems, _problem("headcount", "headcount_range")]
    if day is None:
        problems = [*problems, _problem("as_of", "as_of")]
    elif not today - OLDEST_HEADCOUNT <= day <= today:
        problems = [*problems, _problem("as_of", "as_of_range")]
    if problems or evidence is None or day is None:
        return None, problems
    return HeadcountWish(int(count), day, evidence), []


def _day(raw: str) -> date | None:
    try:
        return date.fromisoformat(raw.strip())
    except ValueError:
        return None


def _problem(place: str, code: str) -> Problem:
    return Problem("", None, place, code, code)
