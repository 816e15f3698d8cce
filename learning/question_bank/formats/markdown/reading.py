"""Our own item files, in: what the loader reads, question by question, wrong ones too.

A file of items that was exported, edited elsewhere and brought back must give the same items. Every
problem of the loader is kept with its line; what a draft holds is what the author wrote.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import groupby

from learning.kernel.content import Section, split_sections
from learning.kernel.errors import Problem
from learning.question_bank.drafts import DraftOption, ItemDraft, draft_of
from learning.question_bank.formats.contract import (
    Entry,
    Parsed,
    Progress,
    SourceProblem,
    Unreadable,
    Upload,
)
from learning.question_bank.formats.gathering import Album
from learning.question_bank.formats.markdown.sources import Text, certainty, list_texts
from learning.question_bank.loader import Bank, parse_items
from learning.question_bank.loader.blocks import Body, parse_body, parse_case
from learning.question_bank.loader.headings import parse_heading
from learning.question_bank.rules import Item, ItemKind

NAME = "markdown"
_BANK = Bank("", "")
# A bank fills these in; titles further down are areas of what follows them.
_FORGIVEN = {"level_missing", "difficulty_missing", "area_missing", "area_twice"}


class MarkdownImporter:
    """The way in."""

    NAME = NAME

    def detect(self, upload: Upload) -> int:
        """Be sure of a text with a heading like `## re-03-001 单选 · …`, and of a zip of such."""
        return certainty(upload)

    def parse(self, upload: Upload, progress: Progress) -> Parsed:
        """Read all items of the files; every title of level 1 is the area of the items below it.

        Level and difficulty may be missing: the bank's own stand in.
        """
        album = Album()
        entries: list[Entry] = []
        problems: list[SourceProblem] = []
        for text in list_texts(upload, album):
            found, left = _read(text)
            entries += [replace(e, number=n) for n, e in enumerate(found, len(entries) + 1)]
            problems += left
        if not entries:
            raise Unreadable("unreadable", "没有找到以“## 题号 题型 · …”开头的试题。")
        progress(len(entries), len(entries))
        return Parsed(NAME, tuple(entries), tuple(problems), album.assets)


def _read(text: Text) -> tuple[list[Entry], list[SourceProblem]]:
    """Return the entries of one file, numbered from 1, and the problems that belong to none."""
    sections = [section for section in split_sections(text.text) if section.level == 2]
    loaded = parse_items(text.text, _BANK)
    good = {item.document.code: item for item in loaded.items}
    found = _by_section(loaded.problems, [section.line for section in sections])
    areas = _areas(text.text)
    entries = []
    for number, section in enumerate(sections, 1):
        problems = found.get(section.line, [])
        draft = _draft(section, good, areas, is_good=not problems)
        pictures = [p for line in section.lines for p in text.problems.get(line.number, ())]
        named = [_named(text, problem) for problem in (*problems, *pictures)]
        where = _place(text, f"第 {section.line} 行")
        entries.append(Entry(number, where, draft, tuple(named)))
    return entries, [_named(text, problem) for problem in found.get(0, ())]


def _named(text: Text, problem: SourceProblem) -> SourceProblem:
    return replace(problem, where=_place(text, problem.where))


def _place(text: Text, where: str) -> str:
    """Name a place, with the file where the upload has several."""
    return f"{text.name[:80]} {where}" if text.name else where


def _by_section(
    problems: Iterable[Problem], lines: Sequence[int]
) -> dict[int, list[SourceProblem]]:
    """Give each problem to the item it stands in, found by the line of its heading; 0 for none."""

    def start(problem: Problem) -> int:
        return max((line for line in lines if line <= (problem.line or 0)), default=0)

    kept = [problem for problem in problems if problem.code not in _FORGIVEN]
    ordered = sorted(kept, key=lambda problem: problem.line or 0)
    return {
        line: [SourceProblem(f"第 {p.line or 1} 行", p.code, p.message) for p in found]
        for line, found in groupby(ordered, start)
    }


def _areas(text: str) -> list[tuple[int, str]]:
    return [(s.line, s.title.strip()) for s in split_sections(text, deepest=1) if s.level == 1]


def _draft(
    section: Section, good: dict[str, Item], areas: list[tuple[int, str]], *, is_good: bool
) -> ItemDraft:
    code = section.title.partition(" ")[0]
    heading = parse_heading(section.title, _silent)
    area = next((title for line, title in reversed(areas) if line < section.line), "")
    draft = _body(section, heading.kind)
    if is_good and code in good:
        draft = draft_of(good[code])
    return replace(
        draft,
        kind=heading.kind.value if heading.kind else "",
        code=heading.code,
        area=heading.area or area,
        level=heading.level.value if heading.level else "",
        difficulty="" if heading.difficulty is None else str(heading.difficulty),
        pool=heading.pool.value if heading.pool else "",
        tracks=heading.tracks,
        excludes=heading.excludes,
        attributes=heading.attributes,
    )


def _body(section: Section, kind: ItemKind | None) -> ItemDraft:
    read = parse_case if kind is ItemKind.CASE else parse_body
    return _body_draft(read(section, _silent))


def _body_draft(body: Body) -> ItemDraft:
    heading = body.heading
    return ItemDraft(
        kind=heading.kind if heading else "",
        weight=heading.weight if heading else "",
        stem=body.stem,
        options=tuple(DraftOption(option.text, option.is_key) for option in body.options),
        answers=tuple(answer.text for answer in body.answers),
        explanation=body.explanation,
        source=body.source,
        draw=body.draw,
        parts=tuple(_body_draft(part) for part in body.parts),
    )


def _silent(*_: object) -> None:
    """Report nothing: the loader has said it already."""
