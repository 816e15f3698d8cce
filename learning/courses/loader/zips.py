"""A course as a zip, from a stranger: each name and each byte is judged before anything is kept.

Names are never used as paths: what is taken are the few names that a course folder may hold. The
archive is unpacked against one budget (`kernel.documents.archive`), so that a bomb costs the budget
at most. Everything wrong is collected with its path; a zip with a problem gives no files at all.
"""

import io
import re
import stat
import unicodedata
import zipfile
import zlib
from dataclasses import dataclass, field
from functools import partial
from typing import IO

from learning.courses.loader.assets import is_kept_apart, load_assets
from learning.courses.loader.files import SETTINGS, Files, LateFiles, Read
from learning.kernel.content import ProblemList, decode_text
from learning.kernel.documents.archive import (
    BadDocument,
    Limits,
    Packed,
    list_entries,
    unpack_entry,
)

_MIB = 1024 * 1024
LEAST_ZIP_MB = 12
MAX_ENTRIES = 400
_TEXTS_BYTES = 36 * _MIB  # what texts and figures may unpack to beyond the zip's own size
MAX_TEXT_BYTES = 400_000  # a lesson has 100 000 characters at most
MAX_PATH = 120
MAX_RATIO = 200  # text packs about ten to one, a drawing thirty
_RATIO_FROM = 256 * 1024  # smaller entries cannot hurt, and tiny ones pack without measure
_UTF8 = 0x800
_DRIVE = re.compile(r"[A-Za-z]:")
_DIRECTIONS = frozenset("\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_ARCHIVES = (b"PK\x03\x04", b"PK\x05\x06", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"BZh", b"\xfd7zXZ")
_LITTER = re.compile(r"(?:.*/)?(?:__MACOSX/.*|\.DS_Store|Thumbs\.db|desktop\.ini)", re.IGNORECASE)


@dataclass(slots=True)
class _Reading:
    """A zip being read; `root` is the folder that holds the course, with its slash, or ""."""

    raw: Packed
    problems: ProblemList
    limits: Limits
    entries: dict[str, zipfile.ZipInfo] = field(default_factory=dict)
    folded: dict[str, str] = field(default_factory=dict)
    root: str = ""


def limits_of(most_mb: int) -> Limits:
    """Return what a zip of so many megabytes may hold: recordings in it are packed already."""
    most = most_mb * _MIB
    return Limits(file_bytes=most, unpacked_bytes=most + _TEXTS_BYTES, entries=MAX_ENTRIES)


def _whole_words(code: str, limits: Limits) -> str:
    """Return what is wrong with a zip that is not even opened."""
    most = limits.file_bytes // _MIB
    return {
        "document_too_large": f"压缩包大于 {most} MB，或文件多于 {limits.entries} 个",
        "document_encrypted": "压缩包有密码，请不加密重新打包",
        "document_damaged": "不是完好的 zip 压缩包",
    }[code]


def read_zip(raw: Packed, name: str, problems: ProblemList, most_mb: int = LEAST_ZIP_MB) -> Files:
    """Return the files of the course in a zip by path within the course.

    Recordings and documents are unpacked anew each time they are asked for and kept by nobody: one
    of them is in memory at a time, and only while the archive is open.

    A folder around the course is taken off; what systems leave behind (`__MACOSX`, `.DS_Store`) is
    left out. `name` is the zip's, for problems of the whole; it has `most_mb` megabytes at most.
    Returns nothing after a problem;
    whether lessons are right is not asked here, whether texts and figures can be kept is.
    """
    reading = _Reading(raw, problems, limits_of(most_mb))
    try:
        listed = list_entries(raw, reading.limits)
    except BadDocument as error:
        problems.at(name).add(None, "", error.code, _whole_words(error.code, reading.limits))
        return {}
    for entry in listed:
        _judge_name(reading, entry)
    if not problems:
        _find_root(reading, name)
    files: Files = {} if problems else _unpacked(reading, name)
    if not problems:
        _judge_contents(files, problems)
    return {} if problems else files


def write_zip(files: Files) -> bytes:
    """Return a zip of files by path; the same files give the same bytes."""
    packed = io.BytesIO()
    pack_zip(files, packed)
    return packed.getvalue()


def pack_zip(files: Files, packed: IO[bytes]) -> None:
    """Write a zip of files by path, one after the other; recordings are packed already."""
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(files):
            entry = zipfile.ZipInfo(path)  # of 1980: when it was packed is nobody's matter
            entry.compress_type = (
                zipfile.ZIP_STORED if is_kept_apart(path) else zipfile.ZIP_DEFLATED
            )
            entry.external_attr = (stat.S_IFREG | 0o644) << 16
            archive.writestr(entry, files[path] or b"")


def name_of(entry: zipfile.ZipInfo) -> str:
    """Return an entry's name: names that are not marked as UTF-8 are often, in China, GB 18030."""
    if entry.flag_bits & _UTF8:
        return entry.orig_filename
    raw = entry.orig_filename.encode("cp437")
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return entry.orig_filename


def _judge_name(reading: _Reading, entry: zipfile.ZipInfo) -> None:
    """Take an entry by its name, or report why not."""
    shown = name_of(entry)
    path = shown.replace("\\", "/")
    problem = _fault_of_name(path) or _fault_of_kind(entry, path)
    if problem is not None:
        reading.problems.at(_printable(shown)).add(None, "", *problem)
    elif not path.endswith("/") and not _LITTER.fullmatch(path):
        _claim(reading, path, entry)


def _fault_of_name(path: str) -> tuple[str, str] | None:
    """Return code and message of what is wrong with a name, None where nothing is."""
    if any(unicodedata.category(c) in {"Cc", "Cs"} or c in _DIRECTIONS for c in path):
        return "zip_name", "文件名里有看不见的控制字符"
    if path.startswith("/") or _DRIVE.match(path):
        return "zip_absolute", "路径不能是绝对路径"
    parts = path.removesuffix("/").split("/")
    if ".." in parts:
        return "zip_outside", "路径指向压缩包以外"
    if any(part in {"", "."} for part in parts):
        return "zip_name", "路径里有空的一段"
    if len(path) > MAX_PATH:
        return "zip_name", f"路径长于 {MAX_PATH} 字"
    return None


def _fault_of_kind(entry: zipfile.ZipInfo, path: str) -> tuple[str, str] | None:
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if kind == stat.S_IFLNK:
        return "zip_link", "不能是链接，请放入文件本身"
    if kind not in {0, stat.S_IFREG, stat.S_IFDIR}:
        return "zip_special", "不能是设备、管道等特殊文件"
    if path.endswith("/") and entry.file_size:
        return "zip_name", "文件夹不能有内容"
    return None


def _claim(reading: _Reading, path: str, entry: zipfile.ZipInfo) -> None:
    key = unicodedata.normalize("NFKC", path).casefold()
    known = reading.folded.setdefault(key, path)
    if path in reading.entries:
        reading.problems.at(path).add(None, "", "zip_twice", "压缩包里有两个同名文件")
    elif known != path:
        message = f"与 {known} 只差大小写或全角半角，有的电脑上会互相覆盖"
        reading.problems.at(path).add(None, "", "zip_case", message)
    else:
        reading.entries[path] = entry


def _find_root(reading: _Reading, name: str) -> None:
    """Set the folder of the course: where `course.toml` is, at the top or one folder down."""
    found = [path for path in reading.entries if path.rpartition("/")[2] == SETTINGS]
    found = [path for path in found if path.count("/") <= 1]
    if len(found) != 1:
        few = f"压缩包里没有 {SETTINGS}：应打包课程文件夹，它放在最外层或下一层"
        message = f"压缩包里有 {len(found)} 个 {SETTINGS}，一次只传一门课程" if found else few
        reading.problems.at(name).add(None, "", "zip_course", message)
        return
    reading.root = found[0].removesuffix(SETTINGS)


def _unpacked(reading: _Reading, name: str) -> Files:
    budget = reading.limits.unpacked_bytes
    held: dict[str, bytes] = {}
    late: dict[str, Read] = {}
    for path, entry in reading.entries.items():
        place = path.removeprefix(reading.root)
        if not path.startswith(reading.root) or not _belongs(place):
            message = f"课程里只放 {SETTINGS}、NN-名称.md、README.md 和 assets/ 里的文件"
            reading.problems.at(path).add(None, "", "zip_foreign", message)
            continue
        content = b""  # the one before goes before this one comes
        try:
            content = unpack_entry(reading.raw, entry, budget)
        except BadDocument as error:
            too_much = f"解开后超过 {reading.limits.unpacked_bytes // _MIB} MB，不再往下读"
            is_bomb = error.code == "document_too_large"
            message = too_much if is_bomb else "这个文件在压缩包里已损坏"
            reading.problems.at(path).add(None, "", error.code, message)
            if is_bomb:
                break
            continue
        budget -= len(content)
        fault = _fault_of_content(entry, content, place)
        if fault is not None:
            reading.problems.at(path).add(None, "", *fault)
        if is_kept_apart(place):
            late[place] = partial(unpack_entry, reading.raw, entry, len(content))
        else:
            held[place] = content
    if not (held or late) and not reading.problems:
        reading.problems.at(name).add(None, "", "zip_course", "压缩包是空的")
    return LateFiles(held, late)


def _belongs(place: str) -> bool:
    """Tell whether a course folder may hold such a path; what is in it is judged later."""
    if place in {SETTINGS, "README.md"}:
        return True
    folder, _, file = place.rpartition("/")
    return (not folder and file.endswith(".md")) or folder == "assets"


def _fault_of_content(entry: zipfile.ZipInfo, content: bytes, place: str) -> tuple[str, str] | None:
    if len(content) > max(_RATIO_FROM, MAX_RATIO * entry.compress_size):
        return "zip_ratio", f"压缩比超过 {MAX_RATIO}，像是压缩炸弹"
    if zlib.crc32(content) != entry.CRC:
        return "document_damaged", "这个文件在压缩包里已损坏"
    # An Office document is a zip by itself; whether it is one, its own judge says.
    if content.startswith(_ARCHIVES) and not is_kept_apart(place):
        return "zip_nested", "压缩包里不能再有压缩包"
    return None


def _judge_contents(files: Files, problems: ProblemList) -> None:
    """Report figures that may not be served and texts that are none."""
    load_assets(files, problems.at)
    for path in files:
        if not path.startswith("assets/"):
            content = files[path] or b""
            text = decode_text(content, problems.at(path))
            if len(content) > MAX_TEXT_BYTES:
                message = f"文字文件大于 {MAX_TEXT_BYTES // 1000} KB"
                problems.at(path).add(None, "", "too_large", message)
            if text is not None and "\0" in text:
                line = text[: text.index("\0")].count("\n") + 1
                problems.at(path).add(line, "", "encoding", "文件里有 NUL 字符，不是文字")


def _printable(name: str) -> str:
    """Return a name that a page and a log can show: what cannot be seen is written out."""
    seen = (
        c if unicodedata.category(c) not in {"Cc", "Cs", "Cf"} else f"\\u{ord(c):04x}"
        for c in name[: MAX_PATH + 40]
    )
    return "".join(seen)
