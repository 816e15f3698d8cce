"""A JPEG without what its camera wrote into it: place, time, device, thumbnails, words, sound.

Works on the segments alone (ITU-T T.81, annex B); the picture itself is copied as it is. Of EXIF
only the orientation is kept, written anew, since without it a photo would lie on its side.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

SOI, EOI, SOS, COM, APP0, APP1, APP2, APP14 = 0xD8, 0xD9, 0xDA, 0xFE, 0xE0, 0xE1, 0xE2, 0xEE
_ALONE = frozenset({0x01, *range(0xD0, 0xD8)})
_APPLICATION = range(0xE0, 0xF0)
_MOST_SEGMENTS = 2_000
_JFIF_LENGTH = 14  # of the payload without a thumbnail
_ORIENTATION, _SHORT = 0x0112, 3
_TURNED = range(2, 9)  # orientations other than upright


@dataclass(frozen=True, slots=True)
class _Part:
    """A segment without its length, and the coded picture that follows a SOS."""

    marker: int
    payload: bytes = b""
    scan: bytes = b""

    @property
    def coded(self) -> bytes:
        head = bytes((0xFF, self.marker))
        if self.marker in _ALONE or self.marker in {SOI, EOI}:
            return head
        return head + struct.pack(">H", len(self.payload) + 2) + self.payload + self.scan


def without_metadata(content: bytes) -> bytes:
    """Return the same picture without metadata; what follows its end goes too.

    Once more changes nothing. Raises ValueError for what is no whole JPEG.
    """
    kept, turn = [], 1
    for part in _parts(content):
        if part.marker == APP1 and part.payload.startswith(b"Exif\0\0"):
            turn = _orientation(part.payload[6:]) or turn
        elif part.marker == APP0 and part.payload.startswith(b"JFIF\0"):
            # the last two bytes are the sides of a thumbnail
            kept.append(_Part(APP0, part.payload[: _JFIF_LENGTH - 2] + b"\0\0"))
        elif _is_picture(part):
            kept.append(part)
    start = 1 if kept and kept[0].marker == APP0 else 0
    if turn in _TURNED:
        kept.insert(start, _turned(turn))
    return b"".join(part.coded for part in (_Part(SOI), *kept, _Part(EOI)))


def _is_picture(part: _Part) -> bool:
    """Tell whether a segment is needed to draw the picture in its colours."""
    if part.marker == APP2:
        return part.payload.startswith(b"ICC_PROFILE\0")
    return part.marker == APP14 or (part.marker != COM and part.marker not in _APPLICATION)


def _parts(content: bytes) -> Iterator[_Part]:
    """Yield what is between the beginning and the end of the picture."""
    if not content.startswith(b"\xff\xd8\xff"):
        raise ValueError("no JPEG")
    place = 2
    for _ in range(_MOST_SEGMENTS):
        while content[place : place + 2] == b"\xff\xff":  # fill bytes
            place += 1
        head = content[place : place + 4]
        if len(head) < 2 or head[0] != 0xFF:
            raise ValueError("broken segment")
        if head[1] == EOI:
            return
        if head[1] in _ALONE:
            yield _Part(head[1])
            place += 2
            continue
        end = place + 2 + int.from_bytes(head[2:], "big")
        if end < place + 4 or end > len(content):
            raise ValueError("broken length")
        payload = content[place + 4 : end]
        place = _end_of_scan(content, end) if head[1] == SOS else end
        yield _Part(head[1], payload, content[end:place])
    raise ValueError("too many segments")


def _end_of_scan(content: bytes, place: int) -> int:
    """Return where the next segment begins: in the coded picture FF is followed by 0 or RSTn."""
    while (place := content.find(b"\xff", place)) >= 0:
        follows = content[place + 1 : place + 2]
        if not follows:
            break
        if follows[0] and follows[0] not in range(0xD0, 0xD8):
            return place
        place += 2
    raise ValueError("no end")


def _orientation(tiff: bytes) -> int:
    """Return the orientation in the first directory of EXIF; 0 when there is none to be read."""
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(tiff[:4], "")
    if not order:
        return 0
    try:
        (start,) = struct.unpack_from(f"{order}I", tiff, 4)
        (count,) = struct.unpack_from(f"{order}H", tiff, start)
        for number in range(min(count, 200)):
            tag, kind, _, value = struct.unpack_from(f"{order}HHIH", tiff, start + 2 + 12 * number)
            if (tag, kind) == (_ORIENTATION, _SHORT):
                return int(value)
    except struct.error:
        return 0
    return 0


def _turned(orientation: int) -> _Part:
    """Return EXIF that says the orientation and nothing else."""
    entry = struct.pack(">HHIHH", _ORIENTATION, _SHORT, 1, orientation, 0)
    tiff = b"MM\0*" + struct.pack(">IH", 8, 1) + entry + struct.pack(">I", 0)
    return _Part(APP1, b"Exif\0\0" + tiff)
