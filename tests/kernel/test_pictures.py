"""Pictures by what they are, not by what they are called."""

import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learning.kernel.pictures import MAX_PICTURE_BYTES, picture_type


def png(width: int = 3, height: int = 2, colour: int = 2) -> bytes:
    head = struct.pack(">IIBBBBB", width, height, 8, colour, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(b"\0" * 20)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in chunks
    )


def jpeg(width: int = 3, height: int = 2) -> bytes:
    frame = b"\xff\xc2\0\x0b\x08" + struct.pack(">HH", height, width) + b"\x01\x01\x11\0"
    return b"\xff\xd8\xff\xe0\0\x10JFIF\0" + bytes(9) + b"\xff" + frame + b"\xff\xd9"


def gif(width: int = 3, height: int = 2) -> bytes:
    return b"GIF89a" + struct.pack("<HH", width, height) + bytes(3) + b";"


def webp(kind: bytes = b"VP8X", data: bytes = bytes(4) + b"\x02\0\0\x01\0\0") -> bytes:
    body = b"WEBP" + kind + struct.pack("<I", len(data)) + data
    return b"RIFF" + struct.pack("<I", len(body)) + body


LOSSY = webp(b"VP8 ", b"\0\0\0\x9d\x01\x2a\x03\0\x02\0")
LOSSLESS = webp(b"VP8L", b"\x2f" + (2 | 1 << 14).to_bytes(4, "little") + bytes(5))


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (png(), "image/png"),
        (jpeg(), "image/jpeg"),
        (gif(), "image/gif"),
        (webp(), "image/webp"),
        (LOSSY, "image/webp"),
        (LOSSLESS, "image/webp"),
    ],
)
def test_pictures_are_known_by_their_first_bytes(content: bytes, media_type: str) -> None:
    assert picture_type(content) == media_type


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<!DOCTYPE html><script>alert(1)</script>",
        b'<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>',
        b"GIF89a<script>alert(1)</script>"[:13],
        b"\x89PNG\r\n\x1a\n<script>alert(1)</script>" + bytes(60),
        b"\xff\xd8\xff<script>alert(1)</script>",
        b"\xff\xd8" + b"\xff" * 100_000,
        b"\xff\xd8" + b"\xff\xe0\0\0" * 100_000,
        b"BM" + bytes(100),
        b"RIFF\0\0\0\0WAVEfmt " + bytes(40),
        webp(b"VP8 ", bytes(10)),
        png(colour=5),
        png(0),
        png(30_000, 30_000),
        jpeg(60_000, 60_000),
        gif(0, 1),
        png()[:30],
    ],
)
def test_anything_else_is_no_picture(content: bytes) -> None:
    assert picture_type(content) is None


def test_a_picture_beyond_the_bound_is_none() -> None:
    assert picture_type(png() + bytes(MAX_PICTURE_BYTES)) is None


@given(st.sampled_from([png(), jpeg(), gif(), webp(), LOSSY, LOSSLESS]), st.data())
def test_a_cut_or_altered_picture_never_raises(content: bytes, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(content)))
    picture_type(content[:place] + data.draw(st.binary(max_size=20)) + content[place + 5 :])
