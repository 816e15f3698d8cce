"""Items as rows of a table that `reading` reads back as the same items."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from learning.question_bank.drafts import Defaults, ItemDraft, check, draft_of, write_enemies
from learning.question_bank.formats.contract import SourceProblem, Unreadable
from learning.question_bank.formats.sheets.reading import read_tables
from learning.question_bank.formats.sheets.tables import MAX_CELL, Table
from learning.question_bank.item_types import get_type
from learning.question_bank.loader.headings import LEVEL_WORDS, POOL_WORDS
from learning.question_bank.rules import Item, ItemKind

PART = "└ "
OPTION_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
MIN_OPTION_COLUMNS = 5
BEFORE = ("题型", "题干")
BEHIND = (
    ("答案", "answer"),
    ("解析", "explanation"),
    ("难度", "difficulty"),
    ("要求", "level"),
    ("知识点", "area"),
    ("出处", "source"),
    ("题号", "code"),
    ("权重", "weight"),
    ("用途", "pool"),
    ("方向", "tracks"),
    ("互斥", "excludes"),
    ("属性", "attributes"),
    ("变量", "draw"),
)
_LEVELS = {level.value: word for word, level in LEVEL_WORDS.items()}
_POOLS = {pool.value: word for word, pool in POOL_WORDS.items()}

Line = tuple[str, ...]


def headings(options: int) -> Line:
    """Return the row of headings with so many columns of options."""
    letters = (f"选项{letter}" for letter in OPTION_LETTERS[: max(options, MIN_OPTION_COLUMNS)])
    return (*BEFORE, *letters, *(heading for heading, _ in BEHIND))


def lines_of(items: Sequence[Item]) -> tuple[list[Line], list[SourceProblem]]:
    """Return headings and rows, and the items that the rows would not give back."""
    drafts: list[ItemDraft] = []
    left_out = []
    for item in items:
        reason = why_not(item)
        if reason:
            left_out.append(SourceProblem(item.document.code, "not_representable", reason))
        else:
            drafts.append(draft_of(item))
    options = max((_options(draft) for draft in drafts), default=0)
    lines = [headings(options)]
    for draft in drafts:
        lines += _rows(draft, options)
    return lines, left_out


def why_not(item: Item) -> str:
    """Say why a table cannot carry an item, "" if it reads back the same."""
    draft = draft_of(item)
    options = _options(draft)
    table = Table("")
    for row, line in enumerate([headings(options), *_rows(draft, options)], 1):
        table.rows[row] = {n: text.strip() for n, text in enumerate(line, 1) if text.strip()}
        if any(len(text) > MAX_CELL for text in line):
            return "有文字长于表格一格所能容纳的"
    try:
        parsed = read_tables("", [table], lambda _done, _total: None)
    except Unreadable:
        return "表格读不回这道题"
    entries = parsed.entries
    if len(entries) != 1 or entries[0].problems:
        return "表格读不回这道题"
    checked = check(entries[0].draft, Defaults(code="x"))
    return "" if checked.item == item else "有文字在表格里会被读成别的内容"


def _options(draft: ItemDraft) -> int:
    return max([len(draft.options), *(len(part.options) for part in draft.parts)])


def _rows(draft: ItemDraft, options: int) -> Iterator[Line]:
    yield _row(draft, options, "")
    for part in draft.parts:
        yield _row(part, options, PART)


def _row(draft: ItemDraft, options: int, mark: str) -> Line:
    texts = [option.text for option in draft.options]
    texts += [""] * (max(options, MIN_OPTION_COLUMNS) - len(texts))
    values = {
        "answer": _answer(draft),
        "explanation": draft.explanation,
        "difficulty": _difficulty(draft.difficulty),
        "level": _LEVELS.get(draft.level, ""),
        "area": draft.area,
        "source": draft.source,
        "code": draft.code,
        "weight": draft.weight,
        "pool": _POOLS.get(draft.pool, ""),
        "tracks": "" if draft.tracks is None else "、".join(draft.tracks) or "无",
        "excludes": write_enemies(draft.excludes),
        "attributes": " · ".join(draft.attributes),
        "draw": draft.draw,
    }
    kind = get_type(ItemKind(draft.kind)).WORD
    return (mark + kind, draft.stem, *texts, *(values[name] for _, name in BEHIND))


def _answer(draft: ItemDraft) -> str:
    letters = zip(OPTION_LETTERS, draft.options, strict=False)
    return "".join(letter for letter, option in letters if option.is_key) or "\n".join(
        draft.answers
    )


def _difficulty(text: str) -> str:
    """Keep a whole number from being read as one of five degrees."""
    return f"{text}.0" if text and Decimal(text) == 1 and "." not in text else text
