"""The public page of a contest: banner, partners, when people may enter, the live final's date."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from learning.kernel.errors import Problem
from learning.kernel.pictures import picture_type

MAX_PARTNERS = 30
MAX_PARTNER = 120
MAX_ALT = 200
MAX_PLACE = 200
BANNER_BYTES = 2 * 1024 * 1024
LOGO_BYTES = 300 * 1024


class PartnerRole(StrEnum):
    """What a partner does, in the order in which notices print them."""

    HOST = "host"  # 主办
    UNDERTAKER = "undertaker"  # 承办
    CO_ORGANISER = "co_organiser"  # 协办
    SUPPORTER = "supporter"  # 支持


@dataclass(frozen=True, slots=True)
class Partner:
    """An organisation beside the contest; `logo` is the SHA-256 of a picture kept for it, or ""."""

    role: PartnerRole
    name: str
    logo: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """What the organiser writes beside the rules; instants are aware UTC.

    `banner` is the SHA-256 of a picture, "" for none, `banner_alt` says what it shows. People may
    enter between `enrols_from` and `enrols_until`; None: from the opening, until answering ends.
    """

    banner: str = ""
    banner_alt: str = ""
    enrols_from: datetime | None = None
    enrols_until: datetime | None = None
    final_at: datetime | None = None
    final_place: str = ""
    partners: tuple[Partner, ...] = ()


def picture_problem(content: bytes, limit: int) -> str | None:
    """Return why an upload is no picture for a page, or None: "picture_large", "picture_type"."""
    if len(content) > limit:
        return "picture_large"
    return None if picture_type(content) else "picture_type"


def problems_of_page(page: Page, closes_at: datetime) -> list[Problem]:
    """Return everything wrong with a page; `place` is the field, `partners-<n>-title` for rows."""
    found = []
    if page.banner and not 0 < len(page.banner_alt.strip()) <= MAX_ALT:
        found.append("banner_alt")
    if len(page.final_place) > MAX_PLACE:
        found.append("final_place")
    until = page.enrols_until or closes_at
    if until > closes_at or (page.enrols_from is not None and page.enrols_from >= until):
        found.append("enrols_until")
    if len(page.partners) > MAX_PARTNERS:
        found.append("partners")
    found += [
        f"partners-{number}-title"
        for number, partner in enumerate(page.partners)
        if not 0 < len(partner.name.strip()) <= MAX_PARTNER
    ]
    return [Problem("", None, place, place, place) for place in found]


def enrolment_refusal(
    enrols_from: datetime | None, enrols_until: datetime | None, now: datetime
) -> str | None:
    """Return why nobody may enter now, or None: a code for Conflict."""
    if enrols_from is not None and now < enrols_from:
        return "enrolment_early"
    if enrols_until is not None and now >= enrols_until:
        return "enrolment_over"
    return None


def is_shortened(old: Page, new: Page, closes_at: datetime) -> bool:
    """Tell whether a published enrolment would be shorter: begin later, or end earlier."""
    if (new.enrols_until or closes_at) < (old.enrols_until or closes_at):
        return True
    if new.enrols_from is None:
        return False
    return old.enrols_from is None or new.enrols_from > old.enrols_from


def by_role(partners: Sequence[Partner]) -> list[tuple[PartnerRole, list[Partner]]]:
    """Return the partners of each role that has some, in the order of roles."""
    grouped = [(role, [p for p in partners if p.role is role]) for role in PartnerRole]
    return [(role, found) for role, found in grouped if found]
