"""A course folder: its settings, its lessons in order of file name, its figures and files."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from learning.courses.loader.assets import FOLDER as ASSETS
from learning.courses.loader.assets import Asset, load_assets
from learning.courses.loader.files import SETTINGS, Files, Source, read_folder
from learning.courses.loader.lessons import (
    CODE,
    BankItem,
    FindItem,
    LessonContext,
    load_lesson,
)
from learning.courses.loader.links import lesson_codes
from learning.courses.rules import CourseDocument, LessonDocument
from learning.kernel.content import (
    FileProblems,
    ProblemList,
    TomlTable,
    decode_text,
    parse_toml,
)
from learning.kernel.errors import Problem
from learning.kernel.processes import map_in_processes
from learning.question_bank.rules import Item, Pool

MAX_SUMMARY = 600
_POOLS = {pool.value: pool for pool in Pool if pool is not Pool.SECURE}
LESSON_NAME = re.compile(r"(\d\d)-[a-z0-9][a-z0-9-]*\.md")


@dataclass(frozen=True, slots=True)
class LoadedCourse:
    """What a folder holds: the good lessons in order, its files, and everything wrong.

    `files` gives the content of what `assets` tells of and does not carry. `remarks` are worth a
    look but not wrong. A course with problems must not be synced.
    """

    document: CourseDocument
    lessons: tuple[LessonDocument, ...]
    assets: Mapping[str, Asset]
    problems: tuple[Problem, ...]
    remarks: tuple[Problem, ...]
    files: Files


@dataclass(frozen=True, slots=True)
class Settings:
    """What `course.toml` says."""

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
    *,
    processes: int = 1,
) -> list[LoadedCourse]:
    """Read course folders; `banks` holds the items of every bank by its id.

    Never raises for content. Course codes and lesson ids are used once over all folders. `areas`
    are the knowledge areas that lessons may name; None holds them against nothing. More `processes`
    than one are for commands (`kernel.processes`).
    """
    finders = {bank: _finder(items) for bank, items in banks.items()}

    def load_alone(folder: Path) -> tuple[LoadedCourse, _Taken]:
        own = _Taken({}, {})
        return _load(read_folder(folder), finders, own, areas), own

    taken, courses = _Taken({}, {}), []
    alone = map_in_processes(load_alone, folders, processes)
    for folder, (course, own) in zip(folders, alone, strict=True):
        if own.meets(taken):  # read once more, to say where
            courses.append(_load(read_folder(folder), finders, taken, areas))
        else:
            courses.append(course)
            taken.add(own)
    return courses


def load_course(source: Source, banks: Mapping[str, FindItem]) -> LoadedCourse:
    """Read one course by itself; `banks` finds the items of every bank that may be used.

    Never raises for content. Knowledge areas are held against nothing.
    """
    return _load(source, banks, _Taken({}, {}), None)


@dataclass(frozen=True, slots=True)
class _Taken:
    """Which ids of courses and lessons are used, and in which file."""

    courses: dict[str, str]
    lessons: dict[str, str]

    def meets(self, other: "_Taken") -> bool:
        """Tell whether an id is used in both."""
        return any(
            not ours.keys().isdisjoint(theirs)
            for ours, theirs in ((self.courses, other.courses), (self.lessons, other.lessons))
        )

    def add(self, other: "_Taken") -> None:
        """Take in what another one holds."""
        self.courses.update(other.courses)
        self.lessons.update(other.lessons)


def _finder(items: Sequence[Item]) -> FindItem:
    by_code = {item.document.code: item for item in items}

    def find(code: str) -> BankItem | None:
        item = by_code.get(code)
        if item is None:
            return None
        return BankItem(item.document.kind, item.document.pool, item.content_hash)

    return find


def _load(
    source: Source,
    banks: Mapping[str, FindItem],
    taken: _Taken,
    areas: frozenset[str] | None,
) -> LoadedCourse:
    problems, remarks = ProblemList(), ProblemList()
    settings = read_settings(source, problems, banks, taken.courses)
    assets = load_assets(source.files, lambda path: source.at(path, problems), source.known)
    context = LessonContext(
        assets=assets,
        find_item=_find_item(settings, banks),
        bank=settings.bank,
        pool=settings.pool,
        places=taken.lessons,
        areas=areas,
        lessons=lesson_codes(source.files, lesson_paths(source.files)),
    )
    lessons = _load_lessons(source, problems, context)
    if not problems:
        _remark_unexplained(source, lessons, remarks)
        _remark_unused(source, assets, lessons, remarks)
    document = CourseDocument(
        **{name: getattr(settings, name) for name in Settings.__slots__},
        lessons=tuple(lesson.code for lesson in lessons),
    )
    return LoadedCourse(
        document, tuple(lessons), assets, tuple(problems), tuple(remarks), source.files
    )


def read_settings(
    source: Source,
    problems: ProblemList,
    banks: Mapping[str, FindItem],
    taken: dict[str, str] | None = None,
) -> Settings:
    """Read `course.toml`; where it cannot be read, what stands in for it after the problem."""
    at = source.at(SETTINGS, problems)
    raw = source.files.get(SETTINGS)
    if raw is None:
        at.add(None, "", "unreadable", "文件不存在或无法读取")
        return Settings(source.name, "", "", "", "", "", "", Pool.PRACTICE)
    text = decode_text(raw, at)
    table = None if text is None else parse_toml(text, at)
    if table is None:
        return Settings(source.name, "", "", "", "", "", "", Pool.PRACTICE)
    return _read_settings(table, {} if taken is None else taken, banks)


def _read_settings(
    table: TomlTable, courses: dict[str, str], banks: Mapping[str, FindItem]
) -> Settings:
    settings = Settings(
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


def _find_item(settings: Settings, banks: Mapping[str, FindItem]) -> FindItem | None:
    if settings.bank and settings.bank not in banks:
        return None  # reported once, at the bank
    return banks.get(settings.bank, _find_nothing)


def _find_nothing(_code: str) -> BankItem | None:
    return None


def _load_lessons(
    source: Source, problems: ProblemList, context: LessonContext
) -> list[LessonDocument]:
    numbers: dict[str, str] = {}
    lessons = []
    for path in lesson_paths(source.files):
        at = source.at(path, problems)
        _claim_number(path, numbers, at)
        lesson = load_lesson(source.files[path], at, context)
        if lesson is not None:
            lessons.append(lesson)
    if not lessons and not problems:
        source.at(SETTINGS, problems).add(None, "", "no_lessons", "课程没有课时")
    return lessons


def lesson_paths(files: Iterable[str]) -> list[str]:
    """Return the paths that are taken for lessons, in the course's order."""
    return sorted(
        path
        for path in files
        if path.endswith(".md") and "/" not in path and path.lower() != "readme.md"
    )


def _claim_number(path: str, numbers: dict[str, str], problems: FileProblems) -> None:
    found = LESSON_NAME.fullmatch(path)
    if found is None:
        problems.add(None, "", "file_name", "课时文件名应为 NN-slug.md，如 01-quality.md")
        return
    known = numbers.setdefault(found.group(1), path)
    if known != path:
        message = f"序号 {found.group(1)} 已由 {known} 使用"
        problems.add(None, "", "number_duplicate", message)


def _remark_unexplained(
    source: Source, lessons: Sequence[LessonDocument], remarks: ProblemList
) -> None:
    """Name the terms that are explained in Chinese alone; every lesson was read."""
    for path, lesson in zip(lesson_paths(source.files), lessons, strict=True):
        for term in lesson.terms:
            if not term.text_en:
                message = f"“{term.zh}”没有英文解释（text_en）"
                source.at(path, remarks).add(None, "terms", "term_text_en", message)


def _remark_unused(
    source: Source,
    assets: Mapping[str, Asset],
    lessons: Sequence[LessonDocument],
    remarks: ProblemList,
) -> None:
    used = {name for lesson in lessons for name, _ in lesson.figures}
    used |= {file.name for lesson in lessons for file in lesson.files}
    for name in sorted(set(assets) - used):
        what = "这张图" if assets[name].is_figure else "这个文件"
        source.at(ASSETS + name, remarks).add(None, "", "asset_unused", f"没有课时用到{what}")
