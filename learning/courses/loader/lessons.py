"""One lesson file: front matter, Markdown body, the line of the self-check."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from learning.courses.loader.active import check_active
from learning.courses.loader.assets import Asset
from learning.courses.loader.lesson_files import UsedFiles, find_used, read_deck, read_page_texts
from learning.courses.loader.links import Shown, check_links
from learning.courses.rules import CheckItem, FileUse, LessonDocument, Objective, Term
from learning.kernel.content import (
    FileProblems,
    Line,
    TomlTable,
    decode_text,
    numbered_lines,
    parse_toml,
    split_front_matter,
)
from learning.kernel.markdown import MAX_LENGTH, formula_errors, render_unset
from learning.question_bank.rules import ItemKind, Level, Pool

CODE = re.compile(r"[a-z0-9][a-z0-9-]{1,58}[a-z0-9]")
MAX_TITLE = 100
MAX_MINUTES = 240
READING_SPEED = 300  # Chinese characters a minute, for lessons whose author gives no estimate
_LEVELS = {"掌握": Level.MASTER, "熟悉": Level.FAMILIAR, "了解": Level.AWARE}
_HEADING = re.compile(r"(#{1,6})[ \t]+\S")
_DIRECTIVE = re.compile(r":::\s*(\S*)\s*(.*)")
_HEADING_DEPTH = 3
_LEADS = re.compile(
    r"\][(\[]|^\s*\[[^\]^]+\]:|<(?:img|https?:|mailto:|[^\s<>@]+@)", re.IGNORECASE | re.MULTILINE
)


@dataclass(frozen=True, slots=True)
class BankItem:
    """What a self-check must know of an item; `content_hash` covers its key."""

    kind: ItemKind
    pool: Pool
    content_hash: str


FindItem = Callable[[str], BankItem | None]


@dataclass(frozen=True, slots=True)
class LessonContext:
    """What a lesson is judged against: the course's figures, the items of its bank, used ids.

    `find_item` is None when the bank itself could not be found, so that not every code is reported.
    `areas` are the knowledge areas of all banks, `lessons` the ids of the course's lessons, None
    where not all are known.
    """

    assets: Mapping[str, Asset]
    find_item: FindItem | None
    bank: str
    pool: Pool
    places: dict[str, str]
    areas: frozenset[str] | None = None
    lessons: frozenset[str] | None = None


def load_lesson(
    raw: bytes | None, problems: FileProblems, context: LessonContext
) -> LessonDocument | None:
    """Read one lesson; None if anything is wrong with it, after everything wrong is reported."""
    before = len(problems.collected)
    if raw is None:
        problems.add(None, "", "unreadable", "文件不存在或无法读取")
        return None
    text = decode_text(raw, problems)
    document = None if text is None else sketch_lesson(text, problems, context)
    return document if len(problems.collected) == before else None


def sketch_lesson(
    text: str, problems: FileProblems, context: LessonContext
) -> LessonDocument | None:
    """Read a lesson as far as it can be read, for showing it while it is written.

    Everything wrong is reported; None where the head cannot be told from the text.
    """
    front = split_front_matter(text, problems)
    if front is None:
        return None
    lines = numbered_lines(front.body, first_line=front.body_line)
    check, split_at = _read_check(lines, problems, context)
    shown = [line for number, line in enumerate(lines) if number != split_at]
    _check_headings(shown, problems)
    _check_formulas(shown, problems)
    check_active(shown, problems)
    used = _check_shown(shown, problems, context)
    table = parse_toml(front.toml, problems, first_line=front.toml_line)
    if table is None:
        return None
    read_deck(table, context.assets, used)
    body, rest = _split(lines, split_at)
    document = _assembled(table, body, rest, check, used)
    _claim_code(document, table, problems, context)
    _check_areas(document, table, context)
    table.refuse_unknown()
    return document


def _assembled(
    table: TomlTable,
    body: str,
    rest: str,
    check: Sequence[CheckItem],
    used: UsedFiles,
) -> LessonDocument:
    files = tuple(used.files[key] for key in sorted(used.files))
    words = (len(body) + len(rest)) / READING_SPEED
    pages = sum(file.pages for file in files if file.use is FileUse.DECK)
    played = sum(file.duration_ms for file in files) / 60_000
    estimate = min(MAX_MINUTES, max(1, round(words + pages + played) + len(check)))
    minutes = table.whole("minutes", default=estimate)
    if not 1 <= minutes <= MAX_MINUTES:
        table.report("minutes", "range", f"minutes 应在 1～{MAX_MINUTES} 之间")
    if not body.strip() and not pages:
        table.problems.add(None, "", "body_empty", "课时没有正文")
    return LessonDocument(
        code=table.text("id"),
        title=_title(table, "title"),
        title_en=_title(table, "title_en"),
        minutes=minutes,
        objectives=tuple(_objective(each) for each in table.tables("objectives")),
        terms=tuple(_term(each) for each in table.tables("terms")),
        sources=table.texts("sources"),
        areas=table.texts("areas"),
        body=body,
        rest=rest,
        check_items=tuple(check),
        figures=tuple(sorted(used.figures.items())),
        files=files,
        page_texts=read_page_texts(table, pages),
    )


def _title(table: TomlTable, key: str) -> str:
    title = table.text(key)
    if len(title) > MAX_TITLE:
        table.report(key, "length", f"{key} 长于 {MAX_TITLE} 字")
    return title


def _objective(table: TomlTable) -> Objective:
    level = table.one_of("level", _LEVELS) or Level.AWARE
    objective = Objective(level, table.text("text"))
    _check_inline(objective.text, "text", table)
    table.refuse_unknown()
    return objective


def _term(table: TomlTable) -> Term:
    term = Term(
        table.text("zh"), table.text("en"), table.text("text"), table.text("text_en", default="")
    )
    _check_inline(term.text, "text", table)
    _check_inline(term.text_en, "text_en", table)
    table.refuse_unknown()
    return term


def _check_inline(text: str, key: str, table: TomlTable) -> None:
    for error in formula_errors(text):
        table.report(key, "formula", f"公式无法排版：{error.formula[:60]}（{error.reason}）")


def _claim_code(
    document: LessonDocument, table: TomlTable, problems: FileProblems, context: LessonContext
) -> None:
    if not document.code:
        return
    if not CODE.fullmatch(document.code):
        table.report("id", "code", "id 用小写字母、数字和连字符，3～60 个字符")
    known = context.places.setdefault(document.code, problems.path)
    if known != problems.path:
        table.report("id", "code_duplicate", f"课时 id {document.code} 已在 {known} 用过")


def _check_areas(document: LessonDocument, table: TomlTable, context: LessonContext) -> None:
    for area in document.areas:
        if context.areas is not None and area not in context.areas:
            table.report("areas", "area_unknown", f"没有题库有知识领域“{area}”")


def _split(lines: Sequence[Line], split_at: int | None) -> tuple[str, str]:
    at = len(lines) if split_at is None else split_at
    before = "\n".join(line.text for line in lines[:at])
    after = "\n".join(line.text for line in lines[at + 1 :])
    return before.strip("\n"), after.strip("\n")


def _read_check(
    lines: Sequence[Line], problems: FileProblems, context: LessonContext
) -> tuple[list[CheckItem], int | None]:
    """Return the items of the self-check and the index of its line."""
    found: list[CheckItem] = []
    split_at: int | None = None
    for index, line in enumerate(lines):
        directive = None if line.is_code else _DIRECTIVE.fullmatch(line.text)
        if directive is None:
            continue
        if directive.group(1) != "items":
            message = "不认识的 ::: 行；自测写作 ::: items 题号 题号 …"
            problems.add(line.number, directive.group(1), "directive", message)
        elif split_at is not None:
            problems.add(line.number, "items", "check_twice", "一个课时只有一处自测")
        else:
            split_at = index
            found = _check_items(directive.group(2).split(), line.number, problems, context)
    return found, split_at


def _check_items(
    codes: Sequence[str], number: int, problems: FileProblems, context: LessonContext
) -> list[CheckItem]:
    if not codes:
        problems.add(number, "items", "check_empty", "::: items 后面没有题号")
    found: list[CheckItem] = []
    for place, code in enumerate(codes):
        if code in codes[:place]:
            problems.add(number, code, "item_twice", f"题号 {code} 写了两次")
            continue
        item = _find_item(code, number, problems, context)
        if item is not None:
            found.append(CheckItem(code, item.kind, item.content_hash))
    return found


def _find_item(
    code: str, number: int, problems: FileProblems, context: LessonContext
) -> BankItem | None:
    if context.find_item is None:
        return None
    item = context.find_item(code)
    if item is None:
        problems.add(number, code, "item_unknown", f"题库 {context.bank} 中没有 {code}")
    elif item.pool is not context.pool:
        message = f"{code} 的用途是 {item.pool.value}，本课程用 {context.pool.value}"
        problems.add(number, code, "item_pool", message)
    return item


def _check_headings(lines: Sequence[Line], problems: FileProblems) -> None:
    above = 1
    for line in lines:
        found = None if line.is_code else _HEADING.match(line.text)
        if not found:
            continue
        level = len(found.group(1))
        if level == 1:
            problems.add(line.number, "", "heading_title", "题目写在信息块里，正文从 ## 开始")
        elif level > _HEADING_DEPTH:
            problems.add(line.number, "", "heading_depth", "标题只用 ## 和 ### 两级")
        elif level > above + 1:
            problems.add(line.number, "", "heading_jump", f"标题从 {above} 级跳到了 {level} 级")
        above = max(level, 1)


def _check_formulas(lines: Sequence[Line], problems: FileProblems) -> None:
    text = "\n".join(line.text for line in lines)
    if len(text) > MAX_LENGTH:
        problems.add(None, "", "text_length", f"正文长于 {MAX_LENGTH} 字")
        return
    for error in formula_errors(text):
        first = error.formula.split("\n")[0]
        at = next((line.number for line in lines if first in line.text), None)
        message = f"公式无法排版：{error.formula[:60]}（{error.reason}）"
        problems.add(at, "", "formula", message)


def _check_shown(
    lines: Sequence[Line], problems: FileProblems, context: LessonContext
) -> UsedFiles:
    """Return the files that the text uses; report what has no file, no words, no end."""
    text = "\n".join(line.text for line in lines)
    if not _LEADS.search(text):
        return UsedFiles()
    shown = Shown()
    shown.feed(render_unset(text))
    check_links(shown, lines, problems, context.lessons)
    return find_used(shown, lines, problems, context.assets)
