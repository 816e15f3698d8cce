"""Cards of authorised people 上岗证: one a page, on A4 sheets to cut, or onto preprinted forms."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from learning.certification.rules import local_date
from learning.certification.rules.holdings import FOREVER
from learning.compliance.queries.authorisations import AuthorisationView
from learning.compliance.rules.authorisations import AuthorisationState
from learning.compliance.rules.card_forms import FormLayout
from learning.kernel.printing import ROOT, Typesetter, as_svg, printable
from learning.kernel.qr import qr_image

CARDS = ROOT / "templates" / "compliance" / "cards.typ"
FORM = ROOT / "templates" / "compliance" / "card_form.typ"
NO_END = "长期"
SAMPLE = {
    "name": "欧阳示例",
    "number": "SQ-2026-000000",
    "organisation": "示例精密制造有限公司",
    "unit": "总装车间",
    "post": "焊接检验员",
    "equipment": "行车 3 号",
    "first": "2026-01-01",
    "last": "2027-12-31",
}


@dataclass(frozen=True, slots=True)
class Card:
    """What one card prints; `address` is that of its public page, `photo` a PNG or empty."""

    one: AuthorisationView
    address: str
    photo: bytes = b""


_cards, _forms = Typesetter(CARDS), Typesetter(FORM)


def cards_pdf(cards: Sequence[Card], *, on_sheets: bool) -> bytes:
    """Return cards of 85.6 × 54 mm (ISO/IEC 7810 ID-1), one a page, or ten an A4 sheet."""
    return _cards.compile(_inputs(cards, on_sheets=on_sheets), "pdf")


def form_pdf(cards: Sequence[Card], layout: FormLayout) -> bytes:
    """Return the facts alone, a page a card, where a preprinted form takes them."""
    values = {"form": form_values(layout), "cards": [_facts(card) for card in cards]}
    return _forms.compile(json.dumps({**values, "trial": False}, ensure_ascii=False), "pdf")


def calibration_pdf(layout: FormLayout) -> bytes:
    """Return the page to lay over a form: a grid of millimetres, and every spot with a sample."""
    sample = {**SAMPLE, "photo": "", "qr": qr_image("https://example.org/")}
    values = {"form": form_values(layout), "cards": [sample], "trial": True}
    return _forms.compile(json.dumps(values, ensure_ascii=False), "pdf")


def form_values(layout: FormLayout) -> dict[str, Any]:
    """Return a form as the template reads it."""
    return {
        "width": layout.width,
        "height": layout.height,
        "dx": layout.dx,
        "dy": layout.dy,
        "spots": [
            {"field": name, "x": spot.x, "y": spot.y, "width": spot.width, "size": spot.size}
            for name, spot in layout.spots
        ],
    }


def _inputs(cards: Sequence[Card], *, on_sheets: bool) -> str:
    values = {"sheets": on_sheets, "cards": [_facts(card) for card in cards]}
    return json.dumps(values, ensure_ascii=False)


def _facts(card: Card) -> dict[str, Any]:
    one = card.one
    equipment = " ".join(part for part in (one.equipment, one.equipment_no) if part)
    last = one.ends_at - timedelta(microseconds=1)
    return {
        "name": printable(one.name),
        "number": one.number,
        "organisation": printable(one.organisation),
        "unit": printable(one.unit),
        "post": printable(one.post),
        "equipment": printable(equipment),
        "first": local_date(one.starts_at, one.zone).isoformat(),
        "last": NO_END if one.ends_at == FOREVER else local_date(last, one.zone).isoformat(),
        "photo": as_svg("image/png", card.photo) if card.photo else "",
        "qr": qr_image(card.address),
        "is_void": one.state in {AuthorisationState.REVOKED, AuthorisationState.LAPSED},
    }
