"""A zip of a course: what is hostile is refused with its path, what is sound comes back the same."""

import io
import stat
import struct
import time
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from learning.courses.loader import Files, read_zip, write_zip
from learning.courses.loader.zips import LEAST_ZIP_MB, limits_of
from learning.kernel.content import ProblemList
from learning.kernel.documents.archive import Packed, lying
from tests.factories.courses import COURSE, HEAD, SVG, write_course
from tests.factories.pictures import PNG
from tests.factories.recordings import make_mp4
from tests.kernel.test_jpeg import exif, photo

LESSON = HEAD.format(code="les-01", title="第 1 课") + "\n只有正文。\n"
SOUND = {"course.toml": COURSE, "01-lesson.md": LESSON, "assets/figure.svg": SVG}
Change = Callable[[zipfile.ZipInfo], None]


def zip_of(*entries: tuple[str, str | bytes], change: Change | None = None) -> bytes:
    """Pack entries after those of a sound course; `change` is done to the last one's header."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in SOUND.items():
            archive.writestr(name, content)
        for name, content in entries:
            entry = zipfile.ZipInfo(name)
            entry.compress_type = zipfile.ZIP_DEFLATED
            if change is not None:
                change(entry)
            archive.writestr(entry, content)
    return packed.getvalue()


def read(
    raw: Packed, most_mb: int = LEAST_ZIP_MB
) -> tuple[Files, list[tuple[str, int | None, str]]]:
    problems = ProblemList()
    files = read_zip(raw, "课程.zip", problems, most_mb)
    return files, [(p.path, p.line, p.code) for p in problems]


def refused(raw: Packed) -> list[tuple[str, int | None, str]]:
    """Return the problems of a zip of which nothing is taken."""
    files, problems = read(raw)
    assert files == {}
    assert problems
    return problems


def test_a_folder_comes_back_byte_for_byte(tmp_path: Path) -> None:
    folder = write_course(tmp_path / "course")
    (folder / "01-lesson.md").write_bytes("\ufeff".encode() + LESSON.replace("\n", "\r\n").encode())
    before = {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*.*")}

    files, problems = read(write_zip(before))

    assert problems == []
    assert files == before
    assert write_zip(files) == write_zip(before)


def test_a_folder_around_the_course_is_taken_off_whatever_its_name_and_encoding() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in SOUND.items():
            archive.writestr("XXXX/" + name, content)
    gbk = "质量".encode("gb18030")  # as long as what it stands for
    raw = packed.getvalue().replace(b"XXXX/", gbk + b"/")

    files, problems = read(raw)

    assert problems == []
    assert set(files) == set(SOUND)


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8"])
def test_a_chinese_name_that_is_not_marked_is_read_as_it_was_meant(encoding: str) -> None:
    name = "质量工具".encode(encoding)
    raw = zip_of((f"02-{'X' * len(name)}.md", LESSON)).replace(b"X" * len(name), name)

    files, problems = read(raw)

    assert problems == []
    assert "02-质量工具.md" in files  # that lessons are not called so is said where all is judged


def test_what_systems_leave_behind_is_left_out() -> None:
    files, problems = read(
        zip_of(("__MACOSX/._course.toml", "x"), (".DS_Store", "x"), ("assets/Thumbs.db", "x"))
    )

    assert problems == []
    assert set(files) == set(SOUND)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("../evil.md", "zip_outside"),
        ("assets/../../evil.svg", "zip_outside"),
        ("..\\evil.md", "zip_outside"),
        ("/etc/passwd", "zip_absolute"),
        ("\\\\server\\share.md", "zip_absolute"),
        ("C:\\evil.md", "zip_absolute"),
        ("assets//a.svg", "zip_name"),
        ("./02-a.md", "zip_name"),
        ("02-\u202egpj.md", "zip_name"),
        ("02-a\x07.md", "zip_name"),
        ("assets/" + "a" * 200 + ".svg", "zip_name"),
        ("COURSE.toml", "zip_case"),
        ("assets/Figure.SVG", "zip_case"),
        ("０1-lesson.md", "zip_case"),
        ("run.py", "zip_foreign"),
        ("assets/deep/a.svg", "zip_foreign"),
        ("other/course.toml", "zip_course"),
    ],
)
def test_a_hostile_name_is_refused_by_name(name: str, code: str) -> None:
    (found,) = refused(zip_of((name, "x")))

    assert found[2] == code
    if code != "zip_course":
        assert found[0].replace("\\u202e", "\u202e").replace("\\u0007", "\x07") == name[:160]
    assert all(ord(c) > 31 and c != "\u202e" for c in found[0])


@pytest.mark.parametrize(
    ("mode", "code"),
    [
        (stat.S_IFLNK, "zip_link"),
        (stat.S_IFCHR, "zip_special"),
        (stat.S_IFBLK, "zip_special"),
        (stat.S_IFIFO, "zip_special"),
        (stat.S_IFSOCK, "zip_special"),
    ],
)
def test_a_link_or_a_device_is_refused(mode: int, code: str) -> None:
    def as_such(entry: zipfile.ZipInfo) -> None:
        entry.create_system = 3
        entry.external_attr = (mode | 0o777) << 16

    assert refused(zip_of(("assets/a.svg", "/etc/passwd"), change=as_such)) == [
        ("assets/a.svg", None, code)
    ]


def test_two_entries_of_one_name_are_refused() -> None:
    with pytest.warns(UserWarning, match="Duplicate"):
        raw = zip_of(("01-lesson.md", "another"))

    assert refused(raw) == [("01-lesson.md", None, "zip_twice")]


def test_a_bomb_costs_no_more_than_its_budget() -> None:
    raw = zip_of(*[(f"assets/bomb{n}.svg", b"\0" * 20_000_000) for n in range(8)])
    before = time.perf_counter()

    found = refused(raw)

    assert time.perf_counter() - before < 3
    assert ("assets/bomb0.svg", None, "zip_ratio") in found
    assert found[-1][2] == "document_too_large"
    assert len(found) <= 2 + limits_of(LEAST_ZIP_MB).unpacked_bytes // 20_000_000


def test_a_bomb_that_lies_about_its_size_is_refused() -> None:
    raw = zip_of(("assets/a.svg", b"\0" * 5_000_000))
    said = struct.pack("<I", 5_000_000)
    assert raw.count(said) == 2  # local header and directory

    assert refused(raw.replace(said, struct.pack("<I", 100)))[0][2] == "document_damaged"


def test_more_entries_than_any_course_has_are_refused_before_they_are_read() -> None:
    raw = zip_of(*[(f"assets/f{n}.svg", SVG) for n in range(limits_of(LEAST_ZIP_MB).entries + 1)])

    assert refused(raw) == [("课程.zip", None, "document_too_large")]


def test_a_zip_within_a_zip_is_refused() -> None:
    inner = zip_of()

    found = refused(zip_of(("02-inner.md", inner)))

    assert found[0] == ("02-inner.md", None, "zip_nested")


@pytest.mark.parametrize("raw", [b"", b"no zip", zip_of()[:-30], b"PK\x05\x06" + b"\xff" * 18])
def test_what_is_no_zip_is_refused(raw: bytes) -> None:
    assert refused(raw) == [("课程.zip", None, refused(raw)[0][2])]


def test_a_damaged_entry_is_named() -> None:
    raw = bytearray(zip_of(("02-b.md", b"a" * 50)))
    at = raw.index(b"PK\x01\x02", raw.index(b"02-b.md"))
    directory = raw.index(b"02-b.md", at) - 46
    raw[directory + 16] ^= 0xFF  # its checksum

    assert refused(bytes(raw)) == [("02-b.md", None, "document_damaged")]


@pytest.mark.parametrize(
    ("name", "content", "line", "code"),
    [
        ("assets/a.svg", SVG.replace("<path", "<script>1</script>\n<path"), 1, "svg_element"),
        ("assets/a.svg", SVG.replace("<path", '\n<path onload="x()"'), 2, "svg_handler"),
        ("assets/a.svg", '<!DOCTYPE svg [<!ENTITY a "b">]>' + SVG, 1, "svg_doctype"),
        ("assets/a.png", SVG, None, "asset_type"),
        ("assets/a.jpg", PNG, None, "asset_type"),
        ("assets/a.jpg", photo(exif(1)), None, "asset_metadata"),
        ("assets/a.exe", "MZ", None, "asset_name"),
        ("assets/图.png", PNG, None, "asset_name"),
        ("02-b.md", "正文".encode("gb18030"), 1, "encoding"),
        ("02-b.md", "一\n二\0", 2, "encoding"),
    ],
)
def test_what_cannot_be_kept_is_named_with_its_line(
    name: str, content: str | bytes, line: int | None, code: str
) -> None:
    assert refused(zip_of((name, content))) == [(name, line, code)]


def test_a_large_zip_is_judged_where_it_lies_and_costs_no_more_than_one_of_its_recordings(
    tmp_path: Path,
) -> None:
    recording = make_mp4(filler=11_000_000)
    path = tmp_path / "course.zip"
    path.write_bytes(
        write_zip({**files_of(SOUND), "assets/a.mp4": recording, "assets/b.mp4": recording})
    )
    tracemalloc.start()
    try:
        with lying(path.open("rb")) as raw:
            files, problems = read(raw, most_mb=24)
            assert problems == []
            assert all(files[f"assets/{name}.mp4"] == recording for name in "ab")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert peak < 1.5 * len(recording)


@pytest.mark.parametrize("content", [b"", b"PK", b"PK\x05\x06" + b"\0" * 17])
def test_a_file_on_disk_that_is_no_zip_is_refused_like_one_in_memory(
    tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "course.zip"
    path.write_bytes(content)
    with lying(path.open("rb")) as raw:
        assert read(raw) == read(content)
        assert refused(raw)


def files_of(texts: dict[str, str]) -> dict[str, bytes]:
    return {path: text.encode() for path, text in texts.items()}
