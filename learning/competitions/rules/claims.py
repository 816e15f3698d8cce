"""Claiming a prize 领奖: what a winner has to say, and when what was said goes away. Pure.

A prize that is handed over or only certified needs nothing but the winner's yes. One that is sent
needs a name, a number and an address, given with consent for this purpose alone; they are removed
once the winner takes them back, the prize is lost, or `KEPT` has passed.
"""

from dataclasses import dataclass
from datetime import timedelta

from learning.kernel.errors import Problem

MAX_RECIPIENT = 60
MAX_PHONE = 30
MAX_ADDRESS = 300
KEPT = timedelta(days=90)  # an address, from the claim on
REMINDED_BEFORE = timedelta(days=3)  # the end of the days for claiming
LEAST_NOTICE = timedelta(days=7)  # between being told and the end, where there are so many days
_MARKS = frozenset("+-() ")


@dataclass(frozen=True, slots=True)
class Delivery:
    """Where a prize is sent, in the winner's own words."""

    recipient: str
    phone: str
    address: str
    consents: bool

    def tidied(self) -> "Delivery":
        """Return it without the blanks that typing leaves."""
        recipient, phone, address = (
            " ".join(text.split()) for text in (self.recipient, self.phone, self.address)
        )
        return Delivery(recipient, phone, address, self.consents)


def delivery_problems(delivery: Delivery) -> list[Problem]:
    """Return what is missing or cannot be, by field; a parcel needs all of it."""
    digits = sum(character.isdigit() for character in delivery.phone)
    is_dialled = all(c.isdigit() or c in _MARKS for c in delivery.phone)
    checks = {
        "recipient": _is_text(delivery.recipient, MAX_RECIPIENT),
        "phone": is_dialled and digits >= 5 and len(delivery.phone) <= MAX_PHONE,
        "address": _is_text(delivery.address, MAX_ADDRESS),
        "consents": delivery.consents,
    }
    return [Problem("", None, place, place, place) for place, holds in checks.items() if not holds]


def _is_text(text: str, longest: int) -> bool:
    return 0 < len(text) <= longest and text.isprintable()
