"""Photos lose what their camera wrote, keep their picture, and stay the right way up."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learning.kernel.jpeg import without_metadata
from learning.kernel.pictures import picture_size


def segment(marker: int, payload: bytes) -> bytes:
    return bytes((0xFF, marker)) + struct.pack(">H", len(payload) + 2) + payload


def exif(orientation: int, order: str = "<") -> bytes:
    """EXIF as a camera writes it: the orientation among others, and a place behind."""
    mark = b"II*\0" if order == "<" else b"MM\0*"
    tags = struct.pack(f"{order}HHII", 0x010F, 2, 4, 0x41424300)
    tags += struct.pack(f"{order}HHIHH", 0x0112, 3, 1, orientation, 0)
    tiff = mark + struct.pack(f"{order}IH", 8, 2) + tags + struct.pack(f"{order}I", 0)
    return segment(0xE1, b"Exif\0\0" + tiff + b"GPS 31.2304N 121.4737E")


FRAME = segment(0xC0, b"\x08\x00\x10\x00\x20\x01\x01\x11\x00")  # 32 wide, 16 high
SCAN = segment(0xDA, b"\x01\x01\x00\x00\x3f\x00") + b"\x12\xff\x00\x34\xff\xd0\x56"
JFIF = segment(
    0xE0, b"JFIF\0\x01\x01\x00\x00\x01\x00\x01\x01\x01" + b"\xaa" * 3
)  # with a thumbnail
PLAIN_JFIF = segment(0xE0, b"JFIF\0\x01\x01\x00\x00\x01\x00\x01\x00\x00")
TABLE = segment(0xDB, b"\x00" + b"\xff\xd9" * 32)  # a table may hold what looks like an end


def photo(*before: bytes, after: bytes = b"") -> bytes:
    return b"\xff\xd8" + b"".join(before) + TABLE + FRAME + SCAN + b"\xff\xd9" + after


@pytest.mark.parametrize("order", "<>")
def test_place_words_thumbnail_and_what_hangs_behind_are_gone(order) -> None:
    adobe = segment(0xEE, b"Adobe\0\x64\0\0\0\0\x01")
    profile = segment(0xE2, b"ICC_PROFILE\0\x01\x01data")
    films = segment(0xE2, b"MPF\0GPS")
    said = segment(0xFE, b"GPS by me")
    given_ = photo(JFIF, exif(1, order), films, said, profile, adobe, after=b"GPS film")

    clean = without_metadata(given_)

    assert clean == photo(PLAIN_JFIF, profile, adobe)
    assert b"GPS" not in clean
    assert picture_size(clean) == (32, 16)


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("orientation", range(2, 9))
def test_a_turned_photo_stays_turned_by_nothing_but_its_orientation(orientation, order) -> None:
    clean = without_metadata(photo(exif(orientation, order)))

    assert b"GPS" not in clean
    assert len(clean) == len(photo()) + 36
    assert clean[2:4] == b"\xff\xe1"
    assert clean[30:32] == struct.pack(">H", orientation)
    assert without_metadata(clean) == clean


def test_a_second_scan_and_its_tables_are_kept() -> None:
    given_ = photo()[:-2] + segment(0xC4, b"\x10table") + segment(0xFE, b"GPS") + SCAN + b"\xff\xd9"
    assert without_metadata(given_) == given_.replace(segment(0xFE, b"GPS"), b"")


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        b"\x89PNG",
        photo()[:-2],
        photo()[:9],
        b"\xff\xd8\xff\xe1\x00\x01",
        b"\xff\xd8\xff\xe0\xff",
    ],
)
def test_what_is_no_whole_jpeg_is_refused(broken) -> None:
    with pytest.raises(ValueError, match=r"."):
        without_metadata(broken)


@given(st.binary(max_size=300), st.integers(0, 200))
def test_whatever_comes_is_refused_or_cleaned_for_good(noise: bytes, place: int) -> None:
    whole = photo(JFIF, exif(6))
    try:
        clean = without_metadata(whole[:place] + noise + whole[place:])
    except ValueError:
        return
    assert without_metadata(clean) == clean
