"""What a picture is, by its own first bytes: never by its name or by what a file claims.

Nothing is decompressed. A picture whose header promises more pixels than a browser should unpack
is no picture; nor is SVG, which can carry scripts: see `kernel.svg`.
"""

import struct

MAX_PICTURE_BYTES = 10 * 1024 * 1024
MAX_SIDE = 16_000
MAX_PIXELS = 50_000_000
_PNG_DEPTHS = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}
_FRAMES = {0xC0, 0xC1, 0xC2, 0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF}
_ALONE = {0x01, *range(0xD0, 0xD9)}
_MAX_SEGMENTS = 500

Size = tuple[int, int]


def picture_type(content: bytes) -> str | None:
    """Return the media type of a PNG, JPEG, GIF or WebP of a sane size, None for anything else."""
    if len(content) > MAX_PICTURE_BYTES:
        return None
    for media_type, measure in _MEASURES.items():
        size = measure(content)
        if size is not None:
            return media_type if _is_sane(size) else None
    return None


def picture_size(content: bytes) -> Size | None:
    """Return (width, height) in pixels as a picture's header says, None for anything else."""
    found = (measure(content) for measure in _MEASURES.values())
    return next((size for size in found if size is not None), None)


def _is_sane(size: Size) -> bool:
    width, height = size
    return 0 < width <= MAX_SIDE and 0 < height <= MAX_SIDE and width * height <= MAX_PIXELS


def _png(content: bytes) -> Size | None:
    if len(content) < 45 or not content.startswith(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"):
        return None
    width, height, depth, colour = struct.unpack(">IIBB", content[16:26])
    return (width, height) if depth in _PNG_DEPTHS.get(colour, ()) else None


def _gif(content: bytes) -> Size | None:
    if len(content) < 14 or content[:6] not in {b"GIF87a", b"GIF89a"}:
        return None
    width, height = struct.unpack("<HH", content[6:10])
    return width, height


def _webp(content: bytes) -> Size | None:
    if len(content) < 30 or content[:4] != b"RIFF" or content[8:12] != b"WEBP":
        return None
    kind, data = content[12:16], content[20:30]
    if kind == b"VP8X":
        return 1 + int.from_bytes(data[4:7], "little"), 1 + int.from_bytes(data[7:10], "little")
    if kind == b"VP8L" and data[0] == 0x2F:
        bits = int.from_bytes(data[1:5], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if kind == b"VP8 " and data[3:6] == b"\x9d\x01\x2a":
        width, height = struct.unpack("<HH", data[6:10])
        return width & 0x3FFF, height & 0x3FFF
    return None


def _jpeg(content: bytes) -> Size | None:
    """Walk the segments up to the frame header, which has the size."""
    if not content.startswith(b"\xff\xd8\xff"):
        return None
    place = 2
    for _ in range(_MAX_SEGMENTS):
        head = content[place : place + 9]
        if len(head) < 9 or head[0] != 0xFF:
            return None
        marker = head[1]
        if marker in _FRAMES:
            height, width = struct.unpack(">HH", head[5:9])
            return width, height
        if marker == 0xFF:  # fill byte
            place += 1
        elif marker in _ALONE:
            place += 2
        else:
            place += 2 + int.from_bytes(head[2:4], "big")
    return None


_MEASURES = {"image/png": _png, "image/jpeg": _jpeg, "image/gif": _gif, "image/webp": _webp}
