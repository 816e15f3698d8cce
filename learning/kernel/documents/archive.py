"""Hostile zip archives are refused here, before any parser opens them.

The directory's own figures are never believed: each entry is unpacked against one budget, so that
a bomb costs at most the budget. Nothing is written to disk and no entry's name is used as a path.
"""

import io
import mmap
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, cast

from learning.kernel.errors import Invalid

_END = b"PK\x05\x06"
_END_LENGTH = 22
_DIRECTORY_BYTES_AN_ENTRY = 1024
_LOCAL_HEADER = struct.Struct("<4s5H3I2H")
_ENCRYPTED = 0x1
_MIB = 1024 * 1024


Packed = bytes | mmap.mmap
"""An archive as it is judged: in memory, or a file on disk of which only what is read is there."""


class BadDocument(Invalid):
    """An upload that is not what it should be, or larger than its bounds; `code` says which."""

    def __init__(self, code: str, **data: object) -> None:
        super().__init__([], code)
        self.data.update(data)

    def __str__(self) -> str:
        return self.code


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of an upload. A roster of 20,000 rows unpacks to about 12 MiB; these are five such."""

    file_bytes: int = 12 * _MIB
    unpacked_bytes: int = 64 * _MIB
    entries: int = 200
    rows: int = 50_000
    columns: int = 200
    cells: int = 1_000_000


@contextmanager
def lying(stream: IO[bytes]) -> Iterator[Packed]:
    """Give an upload to be judged; a large one stays in the file where the server put it.

    Beside what is unpacked, only the entry that is read costs memory. `stream` is closed after.
    """
    with stream:
        try:
            stream.seek(0)
            held = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
        except (io.UnsupportedOperation, ValueError):  # a small one was never a file; an empty one
            yield stream.read()
            return
        with held:
            yield held


def unpack(raw: bytes, limits: Limits) -> dict[str, bytes]:
    """Return the entries of a zip archive by name.

    Raises BadDocument: `document_too_large` when the file, its number of entries or its unpacked
    bytes exceed the limits, `document_damaged` when it is no sound archive, `document_encrypted`.
    """
    return _unpack_entries(raw, list_entries(raw, limits), limits)


def list_entries(raw: Packed, limits: Limits) -> list[zipfile.ZipInfo]:
    """Return what the archive's directory says, for those who judge each name themselves.

    Nothing is unpacked: that is `unpack_entry`. Raises BadDocument as `unpack` does.
    """
    if len(raw) > limits.file_bytes:
        raise BadDocument("document_too_large", limit=limits.file_bytes)
    _check_directory(raw, limits)
    try:
        # A mapped file reads and seeks as one, which is all that is asked of it here.
        file = io.BytesIO(raw) if isinstance(raw, bytes) else cast("IO[bytes]", raw)
        with zipfile.ZipFile(file) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, struct.error, NotImplementedError) as error:
        raise BadDocument("document_damaged") from error
    # Overlapping entries share compressed bytes: their sum then exceeds the file.
    if sum(entry.compress_size for entry in entries) > len(raw):
        raise BadDocument("document_damaged")
    if any(entry.flag_bits & _ENCRYPTED for entry in entries):
        raise BadDocument("document_encrypted")
    return entries


def _check_directory(raw: Packed, limits: Limits) -> None:
    """Refuse a long directory before it is read: 10⁵ entries cost seconds."""
    end = raw.rfind(_END)
    if end < 0 or len(raw) < end + _END_LENGTH:
        raise BadDocument("document_damaged")
    count, size = struct.unpack_from("<HI", raw, end + 10)
    if count > limits.entries or size > limits.entries * _DIRECTORY_BYTES_AN_ENTRY:
        raise BadDocument("document_too_large", limit=limits.entries)


def _unpack_entries(raw: bytes, entries: list[zipfile.ZipInfo], limits: Limits) -> dict[str, bytes]:
    budget = limits.unpacked_bytes
    parts: dict[str, bytes] = {}
    for entry in entries:
        if entry.filename in parts:
            raise BadDocument("document_damaged")
        content = unpack_entry(raw, entry, budget)
        budget -= len(content)
        parts[entry.filename] = content
    return parts


def unpack_entry(raw: Packed, entry: zipfile.ZipInfo, budget: int) -> bytes:
    """Return an entry's content, reading at most one byte more than the budget.

    Raises BadDocument: `document_too_large` beyond the budget, `document_damaged`.
    """
    packed = _packed_bytes(raw, entry)
    if entry.compress_type == zipfile.ZIP_STORED:
        content = packed
    elif entry.compress_type == zipfile.ZIP_DEFLATED:
        try:
            content = zlib.decompressobj(-zlib.MAX_WBITS).decompress(packed, budget + 1)
        except zlib.error as error:
            raise BadDocument("document_damaged") from error
    else:
        raise BadDocument("document_damaged")
    if len(content) > budget:
        raise BadDocument("document_too_large", limit=budget)
    if len(content) != entry.file_size:
        raise BadDocument("document_damaged")
    return content


def _packed_bytes(raw: Packed, entry: zipfile.ZipInfo) -> bytes:
    start = entry.header_offset
    if start < 0 or start + _LOCAL_HEADER.size > len(raw):
        raise BadDocument("document_damaged")
    header = _LOCAL_HEADER.unpack_from(raw, start)
    if header[0] != b"PK\x03\x04":
        raise BadDocument("document_damaged")
    begin = start + _LOCAL_HEADER.size + header[9] + header[10]
    return raw[begin : begin + entry.compress_size]
