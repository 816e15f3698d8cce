"""Certificates as PDF and PNG, set by Typst in the fonts that come with the installation.

One compiler a process: it keeps the fonts, 50 MB, and makes a certificate in milliseconds where a
new one would look through all fonts again. Facts reach the template as one JSON text in
`sys_inputs`, never as source. Knows no database: call it outside any writing transaction.
"""

import json
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import typst

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
from learning.kernel.errors import Unavailable
from learning.kernel.qr import qr_matrix, qr_path

ROOT = Path(__file__).parent.parent.parent
TEMPLATE = ROOT / "templates" / "certification" / "certificate.typ"
FONTS = ROOT / "learning" / "fonts"
FOR_LIFE = "长期有效"
PNG_PPI = 144.0  # 1684 × 1191 pixels: sharp on a phone, some 150 KB


@dataclass(frozen=True, slots=True)
class Sheet:
    """What one certificate prints. `address` is that of its public verification page."""

    facts: Facts
    code: str
    zone: str
    sha256: str
    state: State
    address: str


class Typesetter:
    """The one compiler of a process; its calls wait for each other."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._compiler: typst.Compiler | None = None

    def compile(self, inputs: str, format_: Literal["pdf", "png"]) -> bytes:
        """Return the document; raise Unavailable when fonts or template are missing."""
        with self._lock:
            try:
                made = self._ready().compile(
                    format=format_, sys_inputs={"facts": inputs}, ppi=PNG_PPI
                )
            except (typst.TypstError, RuntimeError) as error:
                raise Unavailable("typesetting") from error
        if not isinstance(made, bytes):
            raise Unavailable("typesetting")
        return made

    def _ready(self) -> typst.Compiler:
        if self._compiler is None:
            if not (FONTS / "manifest.json").is_file():
                raise Unavailable("fonts")
            fonts = typst.Fonts(
                include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONTS)]
            )
            self._compiler = typst.Compiler(str(TEMPLATE), root=str(ROOT), font_paths=fonts)
        return self._compiler


_typesetter = Typesetter()


def as_pdf(sheet: Sheet) -> bytes:
    """Return a certificate as PDF, one A4 page, its text selectable."""
    return _typesetter.compile(inputs_of(sheet), "pdf")


def as_png(sheet: Sheet) -> bytes:
    """Return a certificate as a picture, for browsers that cannot save files."""
    return _typesetter.compile(inputs_of(sheet), "png")


def inputs_of(sheet: Sheet) -> str:
    """Return all that the template reads, as JSON."""
    facts, zone = sheet.facts, sheet.zone
    issued = local_date(facts.issued_at, zone)
    until = facts.valid_until
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
        "valid_until": plain_date(local_date(until, zone)) if until else FOR_LIFE,
        "seal": {"columns": columns, "rows": rows, "characters": characters},
        "points": band_of(sheet.sha256),
        "address": sheet.address,
        "qr": _qr_image(sheet.address),
        "revoked": sheet.state is State.REVOKED,
    }
    return json.dumps(values, ensure_ascii=False)


def _qr_image(address: str) -> str:
    """Return the QR code as an SVG picture without quiet zone: the paper around it is one."""
    matrix = qr_matrix(address)
    side = len(matrix)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}">'
        f'<path fill="#1b2430" d="{qr_path(matrix)}"/></svg>'
    )
