"""Our own item files, in and out: what the loader reads, question by question, wrong ones too.

A file of items that was exported, edited elsewhere and brought back must give the same items. Every
problem of the loader is kept with its line; what a draft holds is what the author wrote.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from learning.kernel.content import Section, split_sections
from learning.kernel.errors import DomainError, Problem
from learning.question_bank.drafts import DraftOption, ItemDraft, draft_of
from learning.question_bank.formats.contract import (
    Asset,
    Carried,
    Entry,
    Parsed,
    Progress,
    SourceProblem,
    Unreadable,
    Upload,
)
from learning.question_bank.formats.intake import decode
from learning.question_bank.item_types import get_type
from learning.question_bank.loader import Bank, dump, parse_items
from learning.question_bank.loader.blocks import Body, parse_body, parse_case
from learning.question_bank.loader.headings import parse_heading
from learning.question_bank.rules import Item, ItemDocument, ItemKind

NAME = "markdown"
_HEADING = re.compile(rb"^##[ \t]+[a-z0-9]+(?:-[a-z0-9]+)*[ \t]+\S", re.MULTILINE)
_BESIDE = re.compile(r"!\[[^\[\]\n]{0,500}\]\(\s?<?(assets/[^()\s<>]{1,200})")
_SURE = 95
_LOOKED_AT = 200_000
_BANK = Bank("", "")
# A bank fills these in; titles further down are areas of what follows them.
_FORGIVEN = {"level_missing", "difficulty_missing", "area_missing", "area_twice"}


class MarkdownImporter:
    """The way in."""

    NAME = NAME

    def detect(self, upload: Upload) -> int:
        """Be sure of a text with a heading like `## re-03-001 单选 · …`."""
        head = upload.content[:_LOOKED_AT]
        found = _HEADING.search(head)
        return _SURE if found and "·".encode() in head[found.start() :] else 0

    def parse(self, upload: Upload, progress: Progress) -> Parsed:
        """Read all items of a file; every title of level 1 is the area of the items below it.

        Level and difficulty may be missing: the bank's own stand in.
        """
        text = decode(upload.content)
        sections = [section for section in split_sections(text) if section.level == 2]
        if not sections:
            raise Unreadable("unreadable", "没有找到以“## 题号 题型 · …”开头的试题。")
        loaded = parse_items(text, _BANK)
        good = {item.document.code: item for item in loaded.items}
        lines = [section.line for section in sections]
        found = _by_section(loaded.problems, lines)
        areas = _areas(text)
        entries = []
        for number, section in enumerate(sections, 1):
            problems = tuple(found.get(section.line, ()))
            draft = _draft(section, good, areas, is_good=not problems)
            problems += tuple(_pictures_left(section))
            entries.append(Entry(number, f"第 {section.line} 行", draft, problems))
        progress(len(entries), len(entries))
        return Parsed(NAME, tuple(entries), tuple(found.get(0, ())))


def _pictures_left(section: Section) -> Iterator[SourceProblem]:
    """Name the pictures beside the file, which a file alone does not bring."""
    for line in section.lines:
        for found in () if line.is_code else _BESIDE.finditer(line.text[:_LOOKED_AT]):
            message = f"图片“{found[1][:60]}”不在这个文件里，没有带入，请在试题里重新插入。"
            yield SourceProblem(f"第 {line.number} 行", "picture", message)


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


class MarkdownExporter:
    """The way out: one file, an area in the heading of every item that is not in the first one's.

    Tracks and pool are always written, so that the file means the same in any bank.
    """

    NAME = NAME
    SUFFIX = ".md"
    MEDIA_TYPE = "text/markdown"

    def why_not(self, item: Item) -> str:
        """Every item can be carried but one whose text would be read as something else."""
        try:
            dump([item])
        except DomainError:
            return "有一行文字在试题文件里会被读成选项、答案或标题"
        return ""

    def write(self, items: Sequence[Item], title: str, assets: Sequence[Asset]) -> Carried:
        """Write one item file; pictures stay references."""
        del assets
        intro = f"（{' '.join(title.split())}）"
        try:
            return Carried(dump(items, intro=intro).encode())
        except DomainError:  # find out which ones
            reasons = [(item, self.why_not(item)) for item in items]
        text = dump([item for item, reason in reasons if not reason], intro=intro)
        left_out = tuple(
            SourceProblem(item.document.code, "not_representable", reason)
            for item, reason in reasons
            if reason
        )
        return Carried(text.encode(), left_out)

    def write_without_keys(
        self, documents: Sequence[ItemDocument], title: str, assets: Sequence[Asset]
    ) -> Carried:
        """Write a paper to be read: stems, options without marks, sub-items."""
        del assets
        blocks = [f"# {' '.join(title.split())}"]
        for number, document in enumerate(documents, 1):
            word = get_type(document.kind).WORD
            blocks.append(f"## {number} {word}")
            blocks += _shown(document)
        return Carried(("\n\n".join(blocks) + "\n").encode())


def _shown(document: ItemDocument) -> Iterator[str]:
    yield document.stem
    things = [*(p.text for p in document.prompts), *(o.text for o in document.options)]
    if things:
        yield "\n".join(f"- {text}" for text in things)
    for number, part in enumerate(document.parts, 1):
        yield f"### {number} {get_type(part.kind).WORD}"
        yield from _shown(part)
