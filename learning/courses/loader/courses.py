"""A course folder: its settings, its lessons in order of file name, its figures."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from learning.courses.loader.assets import Asset, load_assets
from learning.courses.loader.lessons import CODE, LessonContext, load_lesson
from learning.courses.rules import CourseDocument, LessonDocument
from learning.kernel.content import FileProblems, ProblemList, TomlTable, read_toml
from learning.kernel.errors import Problem
from learning.question_bank.rules import Item, Pool

SETTINGS = "course.toml"
MAX_SUMMARY = 600
_POOLS = {pool.value: pool for pool in Pool if pool is not Pool.SECURE}
_LESSON_NAME = re.compile(r"(\d\d)-[a-z0-9][a-z0-9-]*\.md")


@dataclass(frozen=True, slots=True)
class LoadedCourse:
    """What a folder holds: the good lessons in order, the figures, and everything wrong.

    `remarks` are worth a look but not wrong. A course with problems must not be synced.
    """

    document: CourseDocument
    lessons: tuple[LessonDocument, ...]
    assets: Mapping[str, Asset]
    problems: tuple[Problem, ...]
    remarks: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class _Settings:
    code: str
    title: str
    title_en: str
    summary: str
    summary_en: str
    track: str
    bank: str
    pool: Pool


def list_courses(folder: Path) -> list[Path]:
    """Return the course folders at or right below a folder, in order of name."""
    if (folder / SETTINGS).exists():
        return [folder]
    return sorted(path.parent for path in folder.glob(f"*/{SETTINGS}"))


def load_courses(
    folders: Sequence[Path],
    banks: Mapping[str, Sequence[Item]],
    areas: frozenset[str] | None = None,
) -> list[LoadedCourse]:
    """Read course folders; `banks` holds the items of every bank by its id.

    Never raises for content. Course codes and lesson ids are used once over all folders. `areas`
    are the knowledge areas that lessons may name; None holds them against nothing.
    """
    courses: dict[str, str] = {}
    places: dict[str, str] = {}
    return [_load_course(folder, banks, courses, places, areas) for folder in folders]


def _load_course(
    folder: Path,
    banks: Mapping[str, Sequence[Item]],
    courses: dict[str, str],
    places: dict[str, str],
    areas: frozenset[str] | None,
) -> LoadedCourse:
    problems, remarks = ProblemList(), ProblemList()
    path = folder / SETTINGS
    table = read_toml(path, problems.at(path))
    settings = _read_settings(table, courses, banks) if table else _fallback(folder)
    assets = load_assets(folder / "assets", problems)
    context = LessonContext(
        assets=assets,
        items=_items(settings, banks),
        bank=settings.bank,
        pool=settings.pool,
        places=places,
        areas=areas,
    )
    lessons = _load_lessons(folder, problems, context)
    _remark_unused(folder, assets, lessons, remarks, is_sound=not problems)
    document = CourseDocument(
        **{name: getattr(settings, name) for name in _Settings.__slots__},
        lessons=tuple(lesson.code for lesson in lessons),
    )
    return LoadedCourse(document, tuple(lessons), assets, tuple(problems), tuple(remarks))


def _read_settings(
    table: TomlTable, courses: dict[str, str], banks: Mapping[str, Sequence[Item]]
) -> _Settings:
    settings = _Settings(
        code=table.text("id"),
        title=table.text("title"),
        title_en=table.text("title_en"),
        summary=table.text("summary"),
        summary_en=table.text("summary_en"),
        track=table.text("track", default=""),
        bank=table.text("bank", default=""),
        pool=table.one_of("pool", _POOLS, default=Pool.PRACTICE.value) or Pool.PRACTICE,
    )
    if settings.code and not CODE.fullmatch(settings.code):
        table.report("id", "code", "id 用小写字母、数字和连字符，3～60 个字符")
    known = courses.setdefault(settings.code, table.problems.path)
    if known != table.problems.path:
        table.report("id", "code_duplicate", f"课程 id {settings.code} 已在 {known} 用过")
    for key in ("summary", "summary_en"):
        if len(getattr(settings, key)) > MAX_SUMMARY:
            table.report(key, "length", f"{key} 长于 {MAX_SUMMARY} 字")
    if settings.bank and settings.bank not in banks:
        table.report("bank", "bank_unknown", f"没有题库 {settings.bank}")
    table.refuse_unknown()
    return settings


def _fallback(folder: Path) -> _Settings:
    return _Settings(folder.name, "", "", "", "", "", "", Pool.PRACTICE)


def _items(settings: _Settings, banks: Mapping[str, Sequence[Item]]) -> Mapping[str, Item] | None:
    if settings.bank and settings.bank not in banks:
        return None  # reported once, at the bank
    return {item.document.code: item for item in banks.get(settings.bank, ())}


def _load_lessons(
    folder: Path, problems: ProblemList, context: LessonContext
) -> list[LessonDocument]:
    numbers: dict[str, str] = {}
    lessons = []
    for path in sorted(folder.glob("*.md")):
        if path.name.lower() == "readme.md":
            continue
        at = problems.at(path)
        _claim_number(path, numbers, at)
        lesson = load_lesson(path, at, context)
        if lesson is not None:
            lessons.append(lesson)
    if not lessons and not problems:
        problems.at(folder / SETTINGS).add(None, "", "no_lessons", "课程没有课时")
    return lessons


def _claim_number(path: Path, numbers: dict[str, str], problems: FileProblems) -> None:
    found = _LESSON_NAME.fullmatch(path.name)
    if found is None:
        problems.add(None, "", "file_name", "课时文件名应为 NN-slug.md，如 01-quality.md")
        return
    known = numbers.setdefault(found.group(1), path.name)
    if known != path.name:
        message = f"序号 {found.group(1)} 已由 {known} 使用"
        problems.add(None, "", "number_duplicate", message)


def _remark_unused(
    folder: Path,
    assets: Mapping[str, Asset],
    lessons: Sequence[LessonDocument],
    remarks: ProblemList,
    *,
    is_sound: bool,
) -> None:
    used = {name for lesson in lessons for name, _ in lesson.figures}
    for name in sorted(set(assets) - used) if is_sound else ():
        remarks.at(folder / "assets" / name).add(None, "", "asset_unused", "没有课时用到这张图")
