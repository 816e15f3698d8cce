"""Zips that are good, and every way in which one can be meant to harm."""

import io
import stat
import zipfile
from pathlib import Path

import pytest

from learning.question_bank.formats.contract import Unreadable
from learning.question_bank.formats.intake import MAX_ENTRIES, open_package
from tests.question_bank.formats.hostile import (
    flat_bomb,
    framed,
    lying_bomb,
    measured,
    nested_bomb,
    zipped,
)

OPEN = "intake.open_package(content).names"


def refused(content: bytes) -> str:
    with pytest.raises(Unreadable) as error:
        open_package(content)
    assert error.value.message.endswith("。")
    return error.value.code


def named(name: str, mode: int = 0) -> bytes:
    entry = zipfile.ZipInfo(name)
    entry.external_attr = mode << 16
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(entry, b"/etc/passwd")
    return buffer.getvalue()


def test_a_package_gives_its_files_and_not_its_folders() -> None:
    package = open_package(zipped({"a/": b"", "a/题.xml": b"<x/>", "b.txt": b"text" * 1000}))
    assert package.names == ("a/题.xml", "b.txt")
    assert package.read("b.txt") == b"text" * 1000
    assert "b.txt" in package
    with pytest.raises(Unreadable, match="unreadable"):
        package.read("c")


@pytest.mark.parametrize(
    "name",
    ["../a", "a/../../b", "/etc/a", "C:/a", "c:a", "..\\a", "a\\b", "~/a", "a/./b", "a\nb", ".."],
)
def test_a_name_that_leads_elsewhere_is_refused(name: str) -> None:
    assert refused(named(name)) == "unreadable"


def test_links_devices_duplicates_and_passwords_are_refused() -> None:
    assert refused(named("a", stat.S_IFLNK | 0o777)) == "unreadable"
    assert refused(named("a", stat.S_IFCHR | 0o777)) == "unreadable"
    empty = (b"\x03\0", 0, 0)
    assert refused(framed([("a", *empty), ("A", *empty)])) == "unreadable"
    encrypted = bytearray(zipped({"a": b"text"}))
    directory = encrypted.index(b"PK\x01\x02")
    encrypted[directory + 8] |= 1
    assert refused(bytes(encrypted)) == "unreadable"


@pytest.mark.parametrize(
    "content",
    [
        b"plain",
        b"PK\x03\x04",
        zipped({"a": b"text"})[:-1],
        b"#!/bin/sh\n" + zipped({"a": b"text"}),
        zipped({"a": b"text"}) + zipped({"b": b"other"}),
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
        b"Rar!\x1a\x07",
        b"%PDF-1.7",
    ],
)
def test_what_is_no_sound_zip_is_refused(content: bytes) -> None:
    assert refused(content) == "unreadable"


def test_a_damaged_entry_is_refused() -> None:
    content = bytearray(zipped({"a": b"text " * 100}))
    content[35] ^= 0xFF
    with pytest.raises(Unreadable, match="unreadable"):
        open_package(bytes(content)).read("a")
    with pytest.raises(Unreadable, match="unreadable"):
        open_package(framed([("a", b"\x4b\x04\0", 123, 1)])).read("a")


def test_a_size_that_lies_is_found_by_unpacking() -> None:
    assert refused(framed([("a", zipped_bytes(b"x" * 5000), 0, 10)])) == "bomb"
    assert refused(framed([("a", zipped_bytes(b"x" * 10), 0, 5000)])) == "unreadable"


def test_entries_that_share_their_bytes_are_refused() -> None:
    content = bytearray(framed([("a", b"\x03\0" * 400, 0, 0), ("b", b"\x03\0", 0, 0)]))
    second = content.rindex(b"PK\x01\x02")
    content[second + 20 : second + 24] = (5000).to_bytes(4, "little")
    assert refused(bytes(content)) == "bomb"


def zipped_bytes(content: bytes) -> bytes:
    package = zipped({"a": content})
    info = zipfile.ZipFile(io.BytesIO(package)).infolist()[0]
    return package[31 : 31 + info.compress_size]


def test_a_zip_in_a_zip_is_bytes_and_never_opened() -> None:
    inner = zipped({"../x": b"1"})
    assert open_package(zipped({"inner.zip": inner})).read("inner.zip") == inner


@pytest.mark.deep
@pytest.mark.parametrize(
    ("make", "code"),
    [
        (flat_bomb, "bomb"),
        (lying_bomb, "bomb"),
        (nested_bomb, "accepted"),  # its first level is small and nothing looks further
        (lambda: zipped({"a.xml": b"A" * 63 * 2**20}), "bomb"),
        (lambda: zipped({str(n): b"" for n in range(100_000)}, level=0), "bomb"),
        (lambda: zipped({str(n): b"" for n in range(MAX_ENTRIES + 1)}, level=0), "bomb"),
        (lambda: zipped({str(n): b"" for n in range(MAX_ENTRIES)}, level=0), "accepted"),
        (lambda: zipped({str(n): bytes(30 * 2**20) for n in range(7)}), "bomb"),
        (
            lambda: zipped({f"{n}.bin": (b"%08d" * 2**17) % ((n,) * 2**17) for n in range(7)}),
            "accepted",
        ),
    ],
)
def test_a_bomb_costs_little(make, code, tmp_path: Path) -> None:
    cost = measured(make(), OPEN, tmp_path)
    assert cost.code == code
    assert cost.is_bounded, cost
