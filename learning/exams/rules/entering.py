"""Whether a candidate may begin now, and when their waiting page looks again. Pure.

The start asks this with the sitting's row held, the waiting page without: the same answer.
"""

import hmac
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from ipaddress import IPv6Address, ip_address, ip_network
from math import ceil

from learning.exams.rules.resits import ResitRefusal
from learning.exams.rules.settings import SittingSettings

MAX_PERCENT = 200
MAX_EXTRA_MINUTES = 600
MAX_NETWORKS = 50
LONGEST_LOOK_S = 300
SHORTEST_LOOK_S = 10
LOOKS_PER_S = 100  # of all waiting pages of a sitting together: a page costs a few milliseconds
EARLY_SIGNAL_S = 3600
SPREAD_S = 5  # over which the pages look when the time has come


class Presence(StrEnum):
    """What the invigilator found at the door. Twin: the CHECK of `sitting_admissions`."""

    UNKNOWN = ""
    PRESENT = "present"
    ABSENT = "absent"
    REFUSED = "refused"


class Hindrance(StrEnum):
    """Why a candidate cannot begin now; the code of the refusal."""

    NOT_OPEN = "not_open"
    NO_SIGNAL = "no_signal"
    CLOSED = "closed"
    TOO_LATE = "too_late_to_start"
    ENTRY_REFUSED = "entry_refused"
    NOT_CHECKED_IN = "not_checked_in"
    NETWORK = "wrong_network"
    RETRY_WAIT = "retry_wait"
    RESIT = "resit_refused"


# What a person or the clock will change, so that waiting makes sense.
PASSING = frozenset(
    {
        Hindrance.NOT_OPEN,
        Hindrance.NO_SIGNAL,
        Hindrance.NOT_CHECKED_IN,
        Hindrance.RETRY_WAIT,
    }
)


@dataclass(frozen=True, slots=True)
class Accommodation:
    """What makes the examination fair for a candidate: extra time, and why.

    `review_on` is the last day on which it is carried into a resit unasked; None: always. Where
    nothing is granted there is nothing to review.
    """

    percent: int = 0
    minutes: int = 0
    note: str = ""
    review_on: date | None = None

    @property
    def is_granted(self) -> bool:
        """Tell whether there is anything in it."""
        return bool(self.percent or self.minutes or self.note)

    def holds_on(self, day: date) -> bool:
        """Tell whether it is carried into a resit that begins on this day."""
        return self.is_granted and (self.review_on is None or day <= self.review_on)

    def added_to(self, limit: timedelta) -> timedelta:
        """Return the extra time on a limit, rounded up to whole minutes."""
        seconds = limit.total_seconds() * self.percent / 100
        return timedelta(minutes=ceil(round(seconds / 60, 6)) + self.minutes)


@dataclass(frozen=True, slots=True)
class Door:
    """What stands between a candidate and the start.

    `last_finished_at` is the hand-in of the last attempt, `address` the client's as the trusted
    proxies tell it, `resit` why a person may not resit now. `makes_up`: this is for an attempt that
    an outage cut short, so that neither the late hour nor a waiting time stands in the way.
    """

    settings: SittingSettings
    opens_at: datetime
    closes_at: datetime
    begun_at: datetime | None
    presence: Presence
    last_finished_at: datetime | None
    address: str
    resit: ResitRefusal | None = None
    makes_up: bool = False

    @property
    def began_at(self) -> datetime:
        """Return from when one may begin: the window, or the signal that came after it."""
        return max(self.opens_at, self.begun_at or self.opens_at)

    @property
    def is_barred(self) -> bool:
        """Tell whether the door's word or the rules of resits keep this candidate out.

        Who was refused entry stays out of every sitting; who was called absent may come late where
        nobody has to be checked in.
        """
        is_away = self.presence is Presence.ABSENT and self.settings.needs_check_in
        return self.resit is not None or is_away or self.presence is Presence.REFUSED

    @property
    def retry_at(self) -> datetime | None:
        """Return when the next attempt may begin, None when there is nothing to wait for."""
        if not self.settings.retry_minutes or self.last_finished_at is None or self.makes_up:
            return None
        return self.last_finished_at + timedelta(minutes=self.settings.retry_minutes)


def hindrance_of(door: Door, now: datetime) -> Hindrance | None:
    """Return why the candidate cannot begin now, or None; what time cannot mend comes first."""
    settings = door.settings
    if now >= door.closes_at:
        return Hindrance.CLOSED
    if door.is_barred:
        return Hindrance.RESIT if door.resit is not None else Hindrance.ENTRY_REFUSED
    if now < door.opens_at:
        return Hindrance.NOT_OPEN
    if settings.waits_for_signal and door.begun_at is None:
        return Hindrance.NO_SIGNAL
    last = door.began_at + timedelta(minutes=settings.start_minutes)
    if settings.start_minutes and now >= last and not door.makes_up:
        return Hindrance.TOO_LATE
    return _hindrance_of_person(door, now)


def _hindrance_of_person(door: Door, now: datetime) -> Hindrance | None:
    settings = door.settings
    if settings.needs_check_in and door.presence is not Presence.PRESENT:
        return Hindrance.NOT_CHECKED_IN
    if settings.networks and not is_inside(door.address, settings.networks):
        return Hindrance.NETWORK
    if door.retry_at and now < door.retry_at:
        return Hindrance.RETRY_WAIT
    return None


def is_inside(address: str, networks: tuple[str, ...]) -> bool:
    """Tell whether an address lies in one of the networks; an unreadable one lies in none."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(found, IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    return any(found in ip_network(network) for network in networks)


def parse_networks(text: str) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """Return the networks of a text, one a line, and the numbers of the lines that are none.

    A single address is a network of its own; host bits that are set are cut off.
    """
    found: list[str] = []
    wrong: list[int] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            found.append(str(ip_network(line.strip(), strict=False)))
        except ValueError:
            wrong.append(number)
    return tuple(dict.fromkeys(found)), tuple(wrong)


def next_look_s(door: Door, candidates: int, now: datetime, *, spread: float) -> float:
    """Return after how many seconds a waiting page looks again; `spread` is random in [0, 1).

    Before the opening a page sleeps until then, at most five minutes. An invigilator may let
    somebody in at any time, and a signal may come an hour early: the pages then look in turn, all
    of them together at most LOOKS_PER_S.
    """
    turn = max(SHORTEST_LOOK_S, candidates / LOOKS_PER_S)
    until = door.opens_at if now < door.opens_at else door.retry_at
    left = (until - now).total_seconds() if until and until > now else 0
    if not left or (door.settings.waits_for_signal and left <= EARLY_SIGNAL_S):
        return turn * (0.75 + spread / 2)
    return min(left, LONGEST_LOOK_S) + spread * max(SPREAD_S, candidates / LOOKS_PER_S)


def is_same_code(typed: str, code: str) -> bool:
    """Compare access codes in constant time; case, width and spaces do not matter."""
    return hmac.compare_digest(plain_code(typed).encode(), plain_code(code).encode())


def plain_code(code: str) -> str:
    """Return an access code as it is compared."""
    return "".join(unicodedata.normalize("NFKC", code).casefold().split())
