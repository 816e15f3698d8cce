"""A zip (docx, xlsx, QTI, …) opened so that it cannot harm: nothing is written, sizes are real.

Other readers get the same bytes afterwards (calamine, python-docx), so whatever two readers could
understand differently is refused here: a second directory, overlaps, sizes that lie, odd names.
"""

import io
import re
import stat
import zipfile
import zlib

from learning.question_bank.formats.contract import Unreadable
from learning.question_bank.formats.intake.sizes import MEGABYTE, check_size

MAX_ENTRIES = 10_000
MAX_ENTRY_BYTES = 64 * MEGABYTE
MAX_PACKAGE_BYTES = 200 * MEGABYTE
_RATIO = 300
_RATIO_FROM = 8 * MEGABYTE  # real sheets of little text pack well; small ones cannot harm
_CHUNK = 256 * 1024
_LOCAL, _CENTRAL, _END = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
_END_SIZE, _LOCAL_SIZE = 22, 30
_ENCRYPTED = 0x1 | 0x40 | 0x2000
_BAD_NAME = re.compile(r"^[/~]|^[A-Za-z]:|\\|(?:^|/)\.\.?(?:/|$)|[\x00-\x1f\x7f]")
_OTHERS = (
    (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        "这是加了密码的文件，或旧版的 .doc、.xls。请去掉密码，另存为 .docx 或 .xlsx 再导入。",
    ),
    (b"Rar!", "这是 RAR 压缩包，请改用 zip。"),
    (b"7z\xbc\xaf", "这是 7z 压缩包，请改用 zip。"),
    (b"%PDF", "这是 PDF，读不出题目的结构。请从 Word 或 WPS 的原文导入。"),
)


class Package:
    """The files of a zip that was found safe; read in memory, each at most 64 MB."""

    def __init__(self, archive: zipfile.ZipFile, entries: dict[str, zipfile.ZipInfo]) -> None:
        self._archive = archive
        self._entries = entries

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all files, in the order of the package; folders are not among them."""
        return tuple(self._entries)

    def __contains__(self, name: str) -> bool:
        return name in self._entries

    def read(self, name: str) -> bytes:
        """Return a file's bytes; Unreadable if there is none of this name or it is damaged."""
        entry = self._entries.get(name)
        if entry is None:
            raise Unreadable("unreadable", f"压缩包里缺少“{name[:80]}”，文件不完整。")
        try:
            return self._archive.read(entry)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError):
            raise _damaged(name) from None


def open_package(content: bytes) -> Package:
    """Open a zip after looking at everything in it; a zip inside is bytes like any other.

    Raises Unreadable: `too_large` beyond 64 MB packed; `bomb` for more than 10,000 entries, more
    than 64 MB in one or 200 MB in all when unpacked, or packing tighter than 300:1; `unreadable`
    for what is no zip, is damaged, encrypted or has a name that leads out of the package, is given
    twice, or is a link.
    """
    check_size(content)
    _check_frame(content)
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, UnicodeDecodeError):
        raise Unreadable("unreadable", "压缩包损坏，打不开。请重新保存或下载再导入。") from None
    entries = archive.infolist()
    _check_declared(entries, len(content))
    _check_names(entries)
    for entry in entries:
        _check_real_size(content, entry)
    return Package(archive, {e.filename: e for e in entries if not e.is_dir()})


def _check_frame(content: bytes) -> None:
    """See that there is one directory, at the end, of a bounded number of entries."""
    for magic, message in _OTHERS:
        if content.startswith(magic):
            raise Unreadable("unreadable", message)
    end = content.rfind(_END, max(0, len(content) - _END_SIZE - 0xFFFF))
    if not content.startswith((_LOCAL, _END)) or end < 0:
        raise Unreadable(
            "unreadable", "这不是 zip 文件（.docx、.xlsx 也是一种 zip），或没有传完整。"
        )
    if content.count(_CENTRAL) > MAX_ENTRIES:
        raise Unreadable("bomb", f"压缩包里的文件超过 {MAX_ENTRIES} 个，未予解压。")
    size = int.from_bytes(content[end + 12 : end + 16], "little")
    start = int.from_bytes(content[end + 16 : end + 20], "little")
    comment = int.from_bytes(content[end + 20 : end + 22], "little")
    if start + size != end or end + _END_SIZE + comment != len(content):
        raise Unreadable("unreadable", "压缩包的目录与内容对不上，未予解压。请重新压缩再导入。")


def _check_declared(entries: list[zipfile.ZipInfo], packed: int) -> None:
    total = sum(entry.file_size for entry in entries)
    if total > MAX_PACKAGE_BYTES or sum(entry.compress_size for entry in entries) > packed:
        raise _bomb()
    for entry in entries:
        if entry.file_size > MAX_ENTRY_BYTES or _is_too_tight(entry):
            raise _bomb()


def _is_too_tight(entry: zipfile.ZipInfo) -> bool:
    return entry.file_size > _RATIO_FROM and entry.file_size > _RATIO * entry.compress_size


def _check_names(entries: list[zipfile.ZipInfo]) -> None:
    known: set[str] = set()
    for entry in entries:
        name = entry.orig_filename
        if not name or _BAD_NAME.search(name):
            message = f"压缩包里有不安全的文件名“{_shown(name)}”，未予解压。"
            raise Unreadable("unreadable", message)
        if stat.S_IFMT(entry.external_attr >> 16) not in {0, stat.S_IFREG, stat.S_IFDIR}:
            message = f"压缩包里的“{_shown(name)}”是链接，不是文件，未予解压。"
            raise Unreadable("unreadable", message)
        if entry.flag_bits & _ENCRYPTED:
            raise Unreadable("unreadable", "压缩包加了密码，请去掉密码再导入。")
        if entry.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
            raise Unreadable("unreadable", "压缩包的压缩方式不受支持，请用普通的 zip 再导入。")
        if name.casefold() in known:
            message = f"压缩包里有两个“{_shown(name)}”，不知道该用哪一个。"
            raise Unreadable("unreadable", message)
        known.add(name.casefold())


def _check_real_size(content: bytes, entry: zipfile.ZipInfo) -> None:
    """Unpack an entry piece by piece, keeping nothing: it must be as long as it says."""
    head = content[entry.header_offset : entry.header_offset + _LOCAL_SIZE]
    if len(head) < _LOCAL_SIZE or not head.startswith(_LOCAL):
        raise _damaged(entry.filename)
    start = entry.header_offset + _LOCAL_SIZE
    start += int.from_bytes(head[26:28], "little") + int.from_bytes(head[28:30], "little")
    packed = memoryview(content)[start : start + entry.compress_size]
    if entry.compress_type == zipfile.ZIP_STORED:
        size = len(packed)
    else:
        size = _unpacked_size(packed, entry)
    if size != entry.file_size:
        raise _damaged(entry.filename)


def _unpacked_size(packed: memoryview, entry: zipfile.ZipInfo) -> int:
    """Count the bytes of a deflated entry, stopping behind the size it declares."""
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    size = 0
    try:
        for start in range(0, len(packed), _CHUNK):
            data: bytes = bytes(packed[start : start + _CHUNK])
            while data and size <= entry.file_size:
                size += len(inflater.decompress(data, _CHUNK))
                data = inflater.unconsumed_tail
        size += len(inflater.flush()) if size <= entry.file_size else 0
    except zlib.error:
        raise _damaged(entry.filename) from None
    if size > entry.file_size:
        raise _bomb()
    return size


def _shown(name: str) -> str:
    return "".join(c if c.isprintable() else "�" for c in name[:80])


def _damaged(name: str) -> Unreadable:
    return Unreadable("unreadable", f"压缩包里的“{_shown(name)}”损坏，读不出来。")


def _bomb() -> Unreadable:
    each, total = MAX_ENTRY_BYTES // MEGABYTE, MAX_PACKAGE_BYTES // MEGABYTE
    message = f"压缩包解开后太大（单个文件上限 {each} MB，合计上限 {total} MB），未予解压。"
    return Unreadable("bomb", message)
