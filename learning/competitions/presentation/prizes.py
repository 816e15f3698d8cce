"""Prize certificates 荣誉证书 as PDF, to be printed and stamped. Knows no database.

Printed in Chinese whoever prints them, as other papers are.
"""

import json
from dataclasses import dataclass
from datetime import date

from learning.kernel.printing import AT_ONCE, ROOT, Typesetter, printable
from learning.kernel.qr import qr_image

TEMPLATE = ROOT / "templates" / "competitions" / "award_certificate.typ"

typesetter = Typesetter(TEMPLATE, at_once=AT_ONCE)


@dataclass(frozen=True, slots=True)
class PrizeSheet:
    """What one certificate prints; `address` is its public page, `number` the award's public id."""

    number: str
    holder: str
    unit: str
    contest: str
    prize: str
    organiser: str
    day: date
    address: str


def prize_pdf(sheet: PrizeSheet) -> bytes:
    """Return a certificate, one A4 page; raise Unavailable when fonts are missing."""
    day = sheet.day
    told = {
        "number": sheet.number,
        "holder": printable(sheet.holder),
        "unit": printable(sheet.unit),
        "contest": printable(sheet.contest),
        "prize": printable(sheet.prize),
        "organiser": printable(sheet.organiser),
        "issued": f"{day.year} 年 {day.month} 月 {day.day} 日",
        "address": sheet.address,
        "qr": qr_image(sheet.address),
    }
    return typesetter.compile(json.dumps(told, ensure_ascii=False), "pdf")
