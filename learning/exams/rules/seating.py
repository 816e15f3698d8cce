"""Ticket numbers and seats: who sits where, reproducibly."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from learning.exams.rules.entering import Accommodation

TICKET_LENGTH = 13


class SeatOrder(StrEnum):
    """In which order people are given the free seats."""

    TICKET = "ticket"  # by ticket number, that is in the order of admission
    RANDOM = "random"  # by a seed, so that the same seed gives the same seats


@dataclass(frozen=True, slots=True)
class Seat:
    """A place in a room; seats count from 1."""

    room_id: int
    number: int


@dataclass(frozen=True, slots=True)
class PlaceChange:
    """Where a candidate is to sit, by a room's public id ("" and None: nowhere), and with what.

    `seen` is the `place_version` of what is changed.
    """

    seen: str
    room: str
    seat: int | None
    accommodation: Accommodation


def ticket_number(year: int, sitting_id: int, serial: int) -> str:
    """Return the number of an admission ticket: digits alone, the last one checks the others.

    Two digits of the year, five or more of the sitting, five or more of the serial, and a check
    digit after Luhn (ISO/IEC 7812-1): 26 00007 00012 gives 2600007000123. A mistyped digit and
    two neighbours changed (but 09 and 90) are found.
    """
    body = f"{year % 100:02d}{sitting_id:05d}{serial:05d}"
    return body + str(luhn_digit(body))


def luhn_digit(body: str) -> int:
    """Return the check digit of a string of digits after Luhn."""
    total = 0
    for place, digit in enumerate(reversed(body)):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return -total % 10


def is_ticket_number(text: str) -> bool:
    """Tell whether a typed number can be one: digits alone, and the last one fits."""
    plain = text.isascii() and text.isdigit() and len(text) >= TICKET_LENGTH
    return plain and luhn_digit(text[:-1]) == int(text[-1])


def place_version(room: str, seat: int | None, accommodation: Accommodation) -> str:
    """Return what names a candidate's place and accommodation, `room` by its public id.

    Of two examiners who changed both, the later would undo the earlier unseen: an accommodation
    granted meanwhile must not go with a change of seat.
    """
    granted = (accommodation.percent, accommodation.minutes, accommodation.note)
    told = (room, seat, *granted, accommodation.review_on)
    return hashlib.sha256(repr(told).encode()).hexdigest()


def free_seats(rooms: Iterable[tuple[int, int]], taken: Iterable[Seat]) -> list[Seat]:
    """Return the free seats of (room, number of seats), room by room, by number."""
    held = set(taken)
    return [
        seat
        for room_id, seats in rooms
        for number in range(1, seats + 1)
        if (seat := Seat(room_id, number)) not in held
    ]


def in_order(tickets: Sequence[str], order: SeatOrder, seed: str) -> list[str]:
    """Return the ticket numbers in the order in which they are given seats.

    At random means by SHA-256 of seed and number: anybody can work it out again from the seed.
    """
    if order is SeatOrder.TICKET:
        return sorted(tickets)
    return sorted(tickets, key=lambda t: hashlib.sha256(f"{seed}\0{t}".encode()).digest())
