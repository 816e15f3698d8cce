"""What is kept of an upload once it was read: its text, to show beside, and its pictures. Pure.

One value of bytes, a zip that packs nothing (pictures are packed already), for a column of a
table. It is made and read here alone.
"""

import io
import json
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass

from learning.question_bank.formats.contract import Asset, Unreadable, Upload
from learning.question_bank.formats.intake import decode

MAX_SHOWN = 2_000_000
"""Characters of a text that are kept to be shown; a longer one is shown without its source."""
_TEXT, _LIST = "text", "assets.json"
_TEXT_FORMATS = frozenset({"paste", "gift", "aiken", "markdown"})


@dataclass(frozen=True, slots=True)
class Kept:
    """The text of an upload, "" if it has none to show, and the pictures that came with it."""

    text: str = ""
    assets: tuple[Asset, ...] = ()


def keep(upload: Upload, name: str, assets: Sequence[Asset]) -> Kept:
    """Choose what of an upload of the named format is kept."""
    return Kept(_shown_text(upload) if name in _TEXT_FORMATS else "", tuple(assets))


def pack(kept: Kept) -> bytes:
    """Write what is kept as bytes."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(_TEXT, kept.text)
        listed = [[asset.name, asset.media_type] for asset in kept.assets]
        archive.writestr(_LIST, json.dumps(listed, ensure_ascii=False))
        for number, asset in enumerate(kept.assets):
            archive.writestr(str(number), asset.content)
    return target.getvalue()


def unpack(content: bytes) -> Kept:
    """Read what `pack` wrote."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        listed = json.loads(archive.read(_LIST))
        assets = tuple(
            Asset(name, media_type, archive.read(str(number)))
            for number, (name, media_type) in enumerate(listed)
        )
        return Kept(archive.read(_TEXT).decode(), assets)


def find_asset(content: bytes, name: str) -> Asset | None:
    """Return one picture of what is kept, reading no other."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for number, (known, media_type) in enumerate(json.loads(archive.read(_LIST))):
            if known == name:
                return Asset(name, media_type, archive.read(str(number)))
    return None


def _shown_text(upload: Upload) -> str:
    try:
        text = decode(upload.content)
    except Unreadable:
        return ""
    return text if len(text) <= MAX_SHOWN else ""
