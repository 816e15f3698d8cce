"""Reads the files of tracks, `tracks/<code>.toml`: every problem with its path, nothing raised."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from learning.kernel.content import ProblemList, TomlTable, read_toml
from learning.kernel.errors import Problem
from learning.study.rules.entry import MAX_YEARS, Background, Education, parse_background
from learning.study.rules.tracks import Condition, ConfirmedBy, Step, StepKind, TrackDocument

MAX_SUMMARY = 600
MAX_HOURS = 1_000
_CODE = re.compile(r"[a-z][a-z0-9-]{2,59}")
_KINDS = {kind.value: kind for kind in StepKind}
_CONFIRMED = {by.value: by for by in ConfirmedBy}


@dataclass(frozen=True, slots=True)
class LoadedTrack:
    """What a file holds, and everything wrong with it; one with problems must not be synced."""

    document: TrackDocument
    problems: tuple[Problem, ...]


def load_tracks(folder: Path, courses: Collection[str]) -> list[LoadedTrack]:
    """Read all tracks of a folder in order of name, held against the codes of the courses."""
    return [_load(path, courses) for path in sorted(folder.glob("*.toml"))]


def _load(path: Path, courses: Collection[str]) -> LoadedTrack:
    problems = ProblemList()
    at = problems.at(path)
    table = read_toml(path, at)
    if table is None:
        table = TomlTable({}, at)
    hours = table.decimal("hours")
    document = TrackDocument(
        code=table.text("id"),
        title=table.text("title"),
        title_en=table.text("title_en"),
        summary=table.text("summary"),
        summary_en=table.text("summary_en"),
        hours_milli=int(hours * 1000),
        electives=table.whole("electives", default=0),
        exam=table.text("exam", default=""),
        exam_en=table.text("exam_en", default=""),
        scheme=table.text("scheme", default=""),
        conditions=_conditions(table),
        steps=_steps(table, courses),
    )
    _judge(table, document, path)
    table.refuse_unknown()
    return LoadedTrack(document, tuple(problems))


def _judge(table: TomlTable, document: TrackDocument, path: Path) -> None:
    if document.code != path.stem or not _CODE.fullmatch(document.code):
        table.report("id", "code", f"id 应与文件名相同，用小写字母、数字和连字符：{path.stem}")
    for key in ("summary", "summary_en"):
        if len(getattr(document, key)) > MAX_SUMMARY:
            table.report(key, "length", f"{key} 长于 {MAX_SUMMARY} 字")
    if not 0 <= document.hours_milli <= MAX_HOURS * 1000:
        table.report("hours", "range", f"hours 应在 0 到 {MAX_HOURS} 之间")
    if bool(document.exam) != bool(document.exam_en):
        table.report("exam", "language", "exam 与 exam_en 应同时写")
    offered = sum(step.kind is StepKind.ELECTIVE for step in document.steps)
    if not 0 <= document.electives <= offered:
        table.report("electives", "range", f"electives 应在 0 到选修课程数 {offered} 之间")
    if not any(step.kind is StepKind.COMPULSORY for step in document.steps):
        table.report("courses", "empty", "至少要有一门必修课程")


def _conditions(table: TomlTable) -> tuple[Condition, ...]:
    found = []
    for one in table.tables("conditions"):
        by = one.one_of("by", _CONFIRMED) or ConfirmedBy.SELF
        asks = _asks(one)
        found.append(Condition(one.text("text"), one.text("text_en"), by, asks))
        one.refuse_unknown()
    return tuple(found)


def _asks(table: TomlTable) -> tuple[Background, ...]:
    found = []
    for text in table.texts("asks"):
        education, _, years = text.partition(" ")
        asked = parse_background(education, years)
        if asked is None:
            levels = "、".join(Education)
            message = f"asks 写学历和年限，如 college 5：学历取 {levels}，年限 0 到 {MAX_YEARS}"
            table.report("asks", "asks", message)
        else:
            found.append(asked)
    return tuple(found)


def _steps(table: TomlTable, courses: Collection[str]) -> tuple[Step, ...]:
    found: list[Step] = []
    for one in table.tables("courses"):
        step = Step(
            one.text("course"),
            one.one_of("kind", _KINDS) or StepKind.COMPULSORY,
            one.texts("after"),
        )
        _judge_step(one, step, found, courses)
        one.refuse_unknown()
        found.append(step)
    return tuple(found)


def _judge_step(
    table: TomlTable, step: Step, before: Sequence[Step], courses: Collection[str]
) -> None:
    known = {earlier.course for earlier in before}
    if step.course and step.course not in courses:
        table.report("course", "course_unknown", f"没有课程 {step.course}")
    if step.course in known:
        table.report("course", "course_duplicate", f"课程 {step.course} 列了两次")
    for course in step.after:
        if course not in known:  # so that no circle can be written
            table.report("after", "after_unknown", f"先修课程 {course} 应列在前面")
