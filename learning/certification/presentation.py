"""Certificates as PDF and PNG (see `kernel.printing`). Knows no database."""

import json
from dataclasses import asdict, dataclass
from typing import Any

from learning.certification.rules import (
    Facts,
    State,
    band_of,
    chinese_date,
    grouped,
    local_date,
    plain_date,
    seal_of,
)
from learning.certification.rules.templates import STANDARD, Look
from learning.kernel.printing import AT_ONCE, ROOT, Typesetter, as_svg
from learning.kernel.qr import qr_image

TEMPLATE = ROOT / "templates" / "certification" / "certificate.typ"
SHARED = ROOT / "templates" / "certification" / "share.typ"
FOR_LIFE = "长期有效"
# Across the face of what must not be shown as valid; the paper says what verification says.
STAMPS = {
    State.SUSPENDED: "暂停中",
    State.REPLACED: "已换新证",
    State.REVOKED: "已撤销",
}
PREVIEW_PPI = 90.0
SHARED_PPI = 304.8  # 12 dots a millimetre
FOOT_BY_CODE = "扫码查验　以在线查验结果为准"
FOOT_BY_NAME = "扫码后填写持证人姓名查验　以在线查验结果为准"


@dataclass(frozen=True, slots=True)
class Sheet:
    """What one certificate prints. `address` is that of its public verification page.

    `seal` and `photo` are PNG, empty for none.
    """

    facts: Facts
    code: str
    zone: str
    sha256: str
    state: State
    address: str
    look: Look = STANDARD
    seal: bytes = b""
    photo: bytes = b""


@dataclass(frozen=True, slots=True)
class Shared:
    """What a picture to share shows: the holder's name as the holder chose.

    `address` leads to the full name where that stands on the picture, else it asks for it.
    """

    facts: Facts
    zone: str
    holder: str
    address: str
    is_masked: bool


_typesetter = Typesetter(TEMPLATE, at_once=AT_ONCE)
_sharing = Typesetter(SHARED)


def as_pdf(sheet: Sheet) -> bytes:
    """Return a certificate as PDF, one A4 page, its text selectable."""
    return _typesetter.compile(inputs_of(sheet), "pdf")


def as_png(sheet: Sheet) -> bytes:
    """Return a certificate as a picture, for browsers that cannot save files.

    1684 × 1191 pixels: sharp on a phone, some 150 KB.
    """
    return _typesetter.compile(inputs_of(sheet), "png")


def as_preview(sheet: Sheet) -> bytes:
    """Return a certificate as a picture for the screen of who designs it, some 1,050 wide."""
    return _typesetter.compile(inputs_of(sheet), "png", ppi=PREVIEW_PPI)


def as_shared(shared: Shared) -> bytes:
    """Return a certificate as a picture to share from a phone, 1080 × 1440 pixels."""
    return _sharing.compile(shared_inputs_of(shared), "png", ppi=SHARED_PPI)


def shared_inputs_of(shared: Shared) -> str:
    """Return all that the template of the picture reads, as JSON."""
    facts = shared.facts
    values = {
        "title": facts.title,
        "title_en": facts.title_en,
        "holder": shared.holder,
        "issuer": facts.issuer_name,
        "number": facts.number,
        "issued": plain_date(local_date(facts.issued_at, shared.zone)),
        "valid_until": _until_words(facts, shared.zone),
        "address": shared.address,
        "qr": qr_image(shared.address),
        "foot": FOOT_BY_NAME if shared.is_masked else FOOT_BY_CODE,
    }
    return json.dumps(values, ensure_ascii=False)


def _until_words(facts: Facts, zone: str) -> str:
    return plain_date(local_date(facts.valid_until, zone)) if facts.valid_until else FOR_LIFE


def inputs_of(sheet: Sheet) -> str:
    """Return all that the template reads, as JSON."""
    facts, zone = sheet.facts, sheet.zone
    issued = local_date(facts.issued_at, zone)
    columns, rows, characters = seal_of(facts.issuer_name)
    values: dict[str, Any] = {
        "title": facts.title,
        "title_en": facts.title_en,
        "holder": facts.holder_name,
        "unit": facts.unit_name,
        "issuer": facts.issuer_name,
        "number": facts.number,
        "code": grouped(sheet.code),
        "issued": plain_date(issued),
        "issued_words": chinese_date(issued),
        "valid_until": _until_words(facts, zone),
        "seal": {"columns": columns, "rows": rows, "characters": characters},
        "points": band_of(sheet.sha256),
        "address": sheet.address,
        "qr": qr_image(sheet.address),
        "stamp": STAMPS.get(sheet.state, ""),
        "stamp_is_grave": sheet.state is not State.REPLACED,
        "look": asdict(sheet.look),
        "seal_picture": as_svg("image/png", sheet.seal) if sheet.seal else "",
        "photo": as_svg("image/png", sheet.photo) if sheet.photo else "",
    }
    return json.dumps(values, ensure_ascii=False)
