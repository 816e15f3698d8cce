"""A bank folder: its settings, its files, its items, and everything wrong with them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

from learning.kernel.content import (
    FileProblems,
    ProblemList,
    Section,
    TomlTable,
    read_text,
    read_toml,
    split_sections,
)
from learning.kernel.errors import Problem
from learning.question_bank.drafts import (
    MAX_TEXT,
    formula_findings,
    shown_answers,
    unknown_enemy,
)
from learning.question_bank.drafts.assembly import Common, assemble, surveyed
from learning.question_bank.item_types import ItemBlock, ItemParts, parse
from learning.question_bank.loader.blocks import Body, parse_body, parse_case
from learning.question_bank.loader.headings import MAX_AREA, Heading, parse_heading
from learning.question_bank.loader.pictures import PictureFolder
from learning.question_bank.rules import (
    Item,
    ItemKind,
    Level,
    Picture,
    Pool,
)

_POOLS = {pool.value: pool for pool in Pool}


@dataclass(frozen=True, slots=True)
class Bank:
    """`bank.toml`: the bank's id and titles, and what its items are unless they say otherwise.

    `harmless` are pairs of codes: the answer of the first stands in the stem of the second and was
    found to tell nothing. `unplaced` are items whose matter stands in no numbered place of a
    document, so that their source has no clause.
    """

    id: str
    title: str
    title_en: str = ""
    description: str = ""
    pool: Pool = Pool.PRACTICE
    tracks: tuple[str, ...] = ()
    harmless: tuple[tuple[str, str], ...] = ()
    unplaced: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BankFile:
    """One file: its area (the title), the free text before the first item, the items."""

    path: str
    area: str
    intro: str
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class LoadedBank:
    """What a folder holds.

    `items` are the good ones, `pictures` those of `assets/` that their texts show; `remarks` are
    worth a look, not wrong.
    """

    bank: Bank
    files: tuple[BankFile, ...]
    problems: tuple[Problem, ...]
    remarks: tuple[Problem, ...]
    pictures: tuple[Picture, ...] = ()

    @property
    def items(self) -> list[Item]:
        """All good items, in order of file name and place."""
        return [item for file in self.files for item in file.items]


_Text = tuple[str, Iterable[tuple[int, str]]]
"""A text and the lines that hold it."""


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads items of one file; `places` remembers where a code was first used.

    Without `pictures` texts are left as they are: a file alone has none beside it.
    """

    bank: Bank
    problems: FileProblems
    remarks: FileProblems
    places: dict[str, str]
    pictures: PictureFolder | None = None


def load_bank(folder: Path) -> LoadedBank:
    """Read `bank.toml` and every `*.md` of a folder, in order of name.

    Never raises for content: problems name path (as given), line and item. Files are public, so the
    secure pool is refused here.
    """
    problems, remarks = ProblemList(), ProblemList()
    settings = folder / "bank.toml"
    table = read_toml(settings, problems.at(settings))
    bank = _read_bank(table) if table else Bank(folder.name, folder.name)
    places: dict[str, str] = {}
    pictures = PictureFolder(folder)
    files = []
    for path in sorted(folder.glob("*.md")):
        if path.name.lower() == "readme.md":
            continue
        text = read_text(path, problems.at(path))
        if text is not None:
            reader = _Reader(bank, problems.at(path), remarks.at(path), places, pictures)
            files.append(_read_file(text, reader))
    loaded = LoadedBank(bank, tuple(files), (), ())
    _refuse_secure(loaded, problems)
    _refuse_strangers(loaded, places, problems)
    named = {"harmless": [code for pair in bank.harmless for code in pair]}
    for name, codes in (named | {"unplaced": [*bank.unplaced]}).items():
        for code in (code for code in codes if code not in places):
            message = f"[[{name}]] 里的 {code} 不在本题库里"
            problems.at(settings).add(None, "", f"{name}_unknown", message)
    for path in pictures.list_unused():
        remarks.at(path).add(None, "", "picture_unused", "没有试题用到这张图")
    shown = tuple(pictures.shown.values())
    return LoadedBank(bank, loaded.files, tuple(problems), tuple(remarks), shown)


def parse_items(text: str, bank: Bank, *, path: str = "") -> LoadedBank:
    """Read the text of one item file; the pool may be secure (an import of one's own)."""
    problems, remarks = ProblemList(), ProblemList()
    file = _read_file(text, _Reader(bank, problems.at(path), remarks.at(path), {}))
    return LoadedBank(bank, (file,), tuple(problems), tuple(remarks))


def _read_bank(table: TomlTable) -> Bank:
    bank = Bank(
        id=table.text("id"),
        title=table.text("title"),
        title_en=table.text("title_en", default=""),
        description=table.text("description", default=""),
        pool=table.one_of("pool", _POOLS, default=Pool.PRACTICE.value) or Pool.PRACTICE,
        tracks=table.texts("tracks"),
        harmless=tuple(_read_harmless(table)),
        unplaced=tuple(_read_unplaced(table)),
    )
    table.refuse_unknown()
    return bank


def _read_harmless(table: TomlTable) -> Iterator[tuple[str, str]]:
    """Read `[[harmless]]`: the answer of `key` stands in `stems`; `why` it tells nothing."""
    for pair in table.tables("harmless"):
        key = pair.text("key")
        pair.text("why")
        for stem in pair.texts("stems"):
            yield key, stem
        pair.refuse_unknown()


def _read_unplaced(table: TomlTable) -> Iterator[str]:
    """Read `[[unplaced]]`: the sources of `items` have no clause, and `why`."""
    for exception in table.tables("unplaced"):
        exception.text("why")
        yield from exception.texts("items")
        exception.refuse_unknown()


def _refuse_secure(loaded: LoadedBank, problems: ProblemList) -> None:
    for file in loaded.files:
        for item in file.items:
            if item.document.pool is Pool.SECURE:
                message = "文件里的试题是公开的，不能作保密题"
                problems.at(file.path).add(None, item.document.code, "pool_secure", message)


def _refuse_strangers(loaded: LoadedBank, places: Mapping[str, str], problems: ProblemList) -> None:
    """Name enemies that the bank does not have; an item that is wrong otherwise is there."""
    for item in loaded.items:
        for code in item.document.excludes:
            if code not in places:
                path, _, line = places[item.document.code].rpartition(":")
                found = ("excludes_unknown", unknown_enemy(code))
                problems.at(path).add(int(line), item.document.code, *found)


def _read_file(text: str, reader: _Reader) -> BankFile:
    area, intro, items = "", "", []
    for section in split_sections(text):
        if section.level < 2:
            if section.level == 1:
                area = _read_area(area, section, reader)
            intro += "\n".join(line.text for line in section.lines).strip()
            continue
        item = _read_item(section, area, reader)
        if item:
            items.append(item)
    if not area:
        reader.problems.add(1, "", "area_missing", "文件应以“# 知识点名称”开头")
    return BankFile(reader.problems.path, area, intro, tuple(items))


def _read_area(known: str, section: Section, reader: _Reader) -> str:
    if known:
        reader.problems.add(section.line, "", "area_twice", "一个文件只写一个知识点")
    if not 1 <= len(section.title) <= MAX_AREA:
        reader.problems.add(section.line, "", "area", f"知识点应有 1～{MAX_AREA} 字")
    return known or section.title


def _read_item(section: Section, area: str, reader: _Reader) -> Item | None:
    """Read one item; None if anything is wrong with it, after everything wrong is reported."""
    before = len(reader.problems.collected)
    code = section.title.partition(" ")[0]

    def report(line: int, problem: str, message: str) -> None:
        reader.problems.add(line, code, problem, message)

    def remark(line: int, problem: str, message: str) -> None:
        reader.remarks.add(line, code, problem, message)

    if reader.pictures is not None:
        section = reader.pictures.addressed(section, report, remark)
    heading = parse_heading(section.title, lambda *what: report(section.line, *what))
    _claim_code(code, section, reader)
    is_case = heading.kind is ItemKind.CASE
    body = (parse_case if is_case else parse_body)(section, report)
    parts = ItemParts()
    if heading.kind is not None:
        block = replace(body.block, attributes=heading.attributes)
        parts = _read_parts(heading.kind, block, code, reader)
    if not _is_explained(body):
        reader.remarks.add(body.line, code, "explanation_missing", "没有解析")
    _check_texts(body, code, reader)
    _check_answers(body, parts, code, reader)
    if len(reader.problems.collected) > before:
        return None
    item = _assembled(heading, area, body, parts, reader.bank)
    return item if item.document.draw is None else _surveyed(item, body, reader)


def _surveyed(item: Item, body: Body, reader: _Reader) -> Item | None:
    """Look at all variants of a parametric item; None after a problem."""
    before = len(reader.problems.collected)
    found, faults = surveyed(item)
    for fault in faults:
        target = reader.remarks if fault.is_remark else reader.problems
        target.add(body.draw_line, item.document.code, fault.code, fault.message)
    return found if len(reader.problems.collected) == before else None


def _claim_code(code: str, section: Section, reader: _Reader) -> None:
    place = f"{reader.problems.path}:{section.line}"
    known = reader.places.setdefault(code, place)
    if known != place:
        message = f"题号 {code} 已在 {known} 用过"
        reader.problems.add(section.line, code, "code_duplicate", message)


def _read_parts(kind: ItemKind, block: ItemBlock, code: str, reader: _Reader) -> ItemParts:
    parts, findings = parse(kind, block)
    for finding in findings:
        target = reader.remarks if finding.is_remark else reader.problems
        target.add(finding.line, code, finding.code, finding.message)
    return parts


def _check_texts(body: Body, code: str, reader: _Reader) -> None:
    if not body.stem:
        reader.problems.add(body.line, code, "stem_empty", "没有题干")
    texts: list[_Text] = [
        (body.stem, [(line.number, line.text) for line in body.stem_lines]),
        *((option.text, [(option.line, option.text)]) for option in body.options),
        (body.explanation, [(line.number, line.text) for line in body.quotes["解析"]]),
        (body.source, [(line.number, line.text) for line in body.quotes["出处"]]),
    ]
    _check_each(texts, body.line, code, reader, is_template=bool(body.draw))
    for part in body.parts:
        _check_texts(part, code, reader)


def _check_answers(body: Body, parts: ItemParts, code: str, reader: _Reader) -> None:
    texts: list[_Text] = [(text, [(line, text)]) for line, text in shown_answers(body.block, parts)]
    _check_each(texts, body.line, code, reader, is_template=bool(body.draw))


def _check_each(
    texts: list[_Text], line: int, code: str, reader: _Reader, *, is_template: bool
) -> None:
    for text, lines in texts:
        if len(text) > MAX_TEXT:
            message = f"有一段文字长于 {MAX_TEXT} 字"
            reader.problems.add(line, code, "text_length", message)
        # Formulas of a parametric item can be judged with numbers in them only: see `surveyed`.
        for first, message in () if is_template else formula_findings(text):
            at = next((number for number, text in lines if first in text), line)
            reader.problems.add(at, code, "formula", message)


def _is_explained(body: Body) -> bool:
    parts = body.parts
    return bool(body.explanation) or (bool(parts) and all(part.explanation for part in parts))


def _assembled(heading: Heading, area: str, body: Body, parts: ItemParts, bank: Bank) -> Item:
    common = Common(
        code=heading.code,
        kind=heading.kind or ItemKind.SINGLE,  # complete: anything missing has been reported
        level=heading.level or Level.AWARE,
        difficulty=heading.difficulty if heading.difficulty is not None else Decimal(0),
        area=heading.area or area,
        pool=heading.pool or bank.pool,
        tracks=bank.tracks if heading.tracks is None else heading.tracks,
        stem=body.stem,
        explanation=body.explanation,
        source=body.source,
        excludes=heading.excludes,
    )
    return assemble(common, parts)
