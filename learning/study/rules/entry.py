"""What education and years of work an entry condition asks for, and whether somebody has them.

Pure. What a person declares is kept with its day, for HR to look at and to say yes or no to.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

MAX_YEARS = 60  # twin of the CHECK constraint on TrackDeclaration.years
WORD_LENGTH = 500  # twin of TrackDeclaration.word and .answer
MAX_DECLARATIONS = 20  # of a person for a track


class DeclarationState(StrEnum):
    """What became of a declaration; twin of the CHECK constraint on `track_declarations.state`."""

    DECLARED = "declared"  # HR's word is waited for, where a condition is HR's to confirm
    REPLACED = "replaced"  # the learner declared anew before HR said anything
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"  # the account was closed before HR said anything


class Education(StrEnum):
    """The highest education completed, the lowest first: 初中及以下 … 博士.

    Twin of the CHECK constraint on `track_declarations.education`.
    """

    JUNIOR = "junior"
    SENIOR = "senior"
    COLLEGE = "college"
    BACHELOR = "bachelor"
    MASTER = "master"
    DOCTOR = "doctor"


_RANKS = {level: rank for rank, level in enumerate(Education)}


def educations_from(lowest: Education) -> tuple[Education, ...]:
    """Return an education and all that are higher."""
    return tuple(Education)[_RANKS[lowest] :]


@dataclass(frozen=True, slots=True)
class Background:
    """An education and whole years of work in the profession, 0 to 60."""

    education: Education
    years: int

    def reaches(self, asked: "Background") -> bool:
        """Tell whether this is at least what is asked, in both."""
        is_educated = _RANKS[self.education] >= _RANKS[asked.education]
        return is_educated and self.years >= asked.years


def reaches_any(told: Background, asked: Iterable[Background]) -> bool:
    """Tell whether somebody reaches one of several ways in; 大专满 5 年，本科满 3 年 are two.

    Twin: `compliance.queries.waiting`.
    """
    return any(told.reaches(one) for one in asked)


def parse_background(raw_education: str, raw_years: str) -> Background | None:
    """Read an education and years as they are typed or written; None for what is none."""
    years = raw_years.strip()
    if raw_education not in set(Education) or not (years.isascii() and years.isdigit()):
        return None
    if len(years) > 2 or int(years) > MAX_YEARS:
        return None
    return Background(Education(raw_education), int(years))
