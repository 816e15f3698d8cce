"""Admission tickets, seat plans and sign-in lists as PDF (see `kernel.printing`).

Printed in Chinese whoever prints them, as the exam's own papers are. Knows no database.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from learning.kernel.errors import Unavailable
from learning.kernel.printing import ROOT, Typesetter, as_svg, printable

TEMPLATE = ROOT / "templates" / "exams" / "hall.typ"
NOTES = (
    "1. 凭本准考证和有效身份证件入场，证件不符的不得入场。",
    "2. 手机等通信设备按监考要求存放；考试中离开作答页面会被记录。",
    "3. 到时系统自动交卷；网络中断时请不要关闭页面，等待恢复。",
)
PLAN_COLUMNS = 6

_typesetter = Typesetter(TEMPLATE)


@dataclass(frozen=True, slots=True)
class Printed:
    """One person as printed; "" where there is nothing. `photo` is (media type, content)."""

    name: str
    ticket_no: str
    unit: str = ""
    staff_no: str = ""
    room: str = ""
    seat: int | None = None
    accommodation: str = ""
    photo: tuple[str, bytes] | None = None


@dataclass(frozen=True, slots=True)
class Paper:
    """What stands on all sheets; `window` and `limit` in words."""

    title: str
    organiser: str
    window: str
    limit: str
    room: str = ""
    place: str = ""


def tickets_pdf(paper: Paper, people: Sequence[Printed]) -> bytes:
    """Return admission tickets 准考证, one A5 page each.

    A photograph that cannot be unpacked leaves its frame empty and keeps nobody's ticket back.
    """
    try:
        return _pdf("tickets", paper, people)
    except Unavailable:
        if not any(one.photo for one in people):
            raise
        kept = [one if is_printable(one.photo) else replace(one, photo=None) for one in people]
        return _pdf("tickets", paper, kept)


def is_printable(photo: tuple[str, bytes] | None) -> bool:
    """Tell whether a photograph can be unpacked and printed; asked when it is uploaded."""
    try:
        _pdf("tickets", Paper("", "", "", ""), [Printed("", "", photo=photo)])
    except Unavailable:
        return False
    return True


def seats_pdf(paper: Paper, seats: int, people: Sequence[Printed]) -> bytes:
    """Return the seat plan 座次表 of a room: every seat, empty ones too."""
    sitting = {one.seat: one for one in people}
    empty = [Printed("", "", seat=n) for n in range(1, seats + 1)]
    return _pdf("seats", paper, [sitting.get(one.seat, one) for one in empty])


def sign_in_pdf(paper: Paper, people: Sequence[Printed]) -> bytes:
    """Return the sign-in list 签到表 of a room, by seat."""
    return _pdf("sign_in", paper, people)


def _pdf(
    kind: Literal["tickets", "seats", "sign_in"], paper: Paper, people: Sequence[Printed]
) -> bytes:
    facts: dict[str, Any] = {
        "kind": kind,
        "title": printable(paper.title),
        "organiser": printable(paper.organiser),
        "window": paper.window,
        "limit": paper.limit,
        "room": printable(paper.room),
        "place": printable(paper.place),
        "columns": PLAN_COLUMNS,
        "notes": NOTES,
        "people": [_person(one) for one in people],
    }
    return _typesetter.compile(json.dumps(facts, ensure_ascii=False), "pdf")


def _person(one: Printed) -> dict[str, str]:
    return {
        "name": printable(one.name),
        "ticket": one.ticket_no,
        "unit": printable(one.unit),
        "staff": printable(one.staff_no),
        "room": printable(one.room),
        "seat": "" if one.seat is None else str(one.seat),
        "accommodation": printable(one.accommodation),
        "photo": as_svg(*one.photo) if one.photo else "",
    }
