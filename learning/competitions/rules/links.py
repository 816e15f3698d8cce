"""Links by which staff enter for their unit: when one opens, and what is asked of whom."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from learning.kernel.errors import Problem
from learning.organisations.rules.names import clean_text

MAX_LINKS = 50  # of one unit and competition
MAX_LINK_LABEL = 60
MAX_LINK_USES = 1_000_000
MAX_STAFF_NO = 40  # twin of Entry.staff_no


class LinkState(StrEnum):
    """Whether a link opens something now."""

    OPEN = "open"
    REVOKED = "revoked"
    EXPIRED = "expired"
    USED_UP = "used_up"


@dataclass(frozen=True, slots=True)
class TypedLink:
    """What was typed: what the link is for, its end (None: that of the window), the limit or ""."""

    label: str
    expires_at: datetime | None = None
    max_uses: str = ""


@dataclass(frozen=True, slots=True)
class LinkPlan:
    """A link to be made; `max_uses` None is without limit."""

    label: str
    expires_at: datetime
    max_uses: int | None


def link_state(
    *,
    revoked_at: datetime | None,
    expires_at: datetime,
    uses: int,
    max_uses: int | None,
    now: datetime,
) -> LinkState:
    """Return whether a link opens something at the instant, and why not."""
    if revoked_at is not None:
        return LinkState.REVOKED
    if now >= expires_at:
        return LinkState.EXPIRED
    return LinkState.USED_UP if max_uses is not None and uses >= max_uses else LinkState.OPEN


def check_link(
    link: TypedLink, *, closes_at: datetime, now: datetime
) -> tuple[LinkPlan | None, list[Problem]]:
    """Return the plan of a link, or all that is wrong: places label, expires_at, max_uses.

    Without an end it ends with the window, which it never outlives.
    """
    text, typed, places = clean_text(link.label), clean_text(link.max_uses), []
    until = closes_at if link.expires_at is None else min(link.expires_at, closes_at)
    if not 0 < len(text) <= MAX_LINK_LABEL:
        places.append("label")
    if until <= now:
        places.append("expires_at")
    is_number = typed.isascii() and typed.isdigit() and len(typed) <= 7
    if typed and not (is_number and 1 <= int(typed) <= MAX_LINK_USES):
        places.append("max_uses")
    if places:
        return None, [Problem("", None, place, f"link_{place}", place) for place in places]
    return LinkPlan(text, until, int(typed) if typed else None), []


def check_staff_no(raw: str, *, is_member: bool) -> str | None:
    """Return the staff number for the entry; None when one is asked for and missing or too long.

    Who stands on the unit's roster is known by it; whoever does not says a number, so that the
    unit can tell whether the person is one of its own.
    """
    text = "" if is_member else clean_text(raw)
    if is_member or 0 < len(text) <= MAX_STAFF_NO:
        return text
    return None
