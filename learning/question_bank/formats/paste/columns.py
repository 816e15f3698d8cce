"""Tables as lines: a bank laid out in columns, a list of keys, a layout, or a table of data."""

import re
from collections.abc import Iterator, Sequence

Place = tuple[str, str]
"""Where a line stands, and its text."""
Cell = list[Place]

MIN_TABS = 3
MAX_ROWS = 20_000
_OPTION = re.compile(r"\s*[A-HＡ-Ｈ]\s*[.、．:：)）]|\s*[（(][A-H][)）]")
_NUMBERED = re.compile(r"\s*\d{1,3}\s*[.、．]\s*\S")
_COLUMNS = {
    "stem": re.compile(r"题目(?:内容)?|题干|试题(?:内容|题干)?|问题"),
    "answer": re.compile(r"(?:正确|参考|标准)?答案"),
    "number": re.compile(r"序号|题号|编号|No\.?"),
    "kind": re.compile(r"题型|试题类型|题目类型|类型"),
    "explanation": re.compile(r"(?:答案|试题)?解析"),
    "difficulty": re.compile(r"难度(?:系数|等级)?"),
    "area": re.compile(r"知识点|考点"),
    "options": re.compile(r"选项|备选答案|备选项"),
}
_LABELS = {
    "answer": "答案：",
    "explanation": "解析：",
    "difficulty": "难度：",
    "area": "知识点：",
    "kind": "题型：",
}
_OPTION_HEAD = re.compile(r"(?:选项)?\s*([A-HＡ-Ｈ])\s*(?:选项)?")


def rows_of(text: str) -> list[list[Cell]] | None:
    """Read a text copied from a sheet, cells between tabs; None if it is no bank in columns."""
    lines = [(n, line) for n, line in enumerate(text.split("\n"), 1) if line.strip()]
    if not lines or lines[0][1].count("\t") < MIN_TABS or len(lines) > MAX_ROWS:
        return None
    rows = [[[(f"第 {n} 行", cell.strip())] for cell in line.split("\t")] for n, line in lines]
    return rows if _columns(rows[0]) else None


def table_lines(rows: Sequence[Sequence[Cell]]) -> Iterator[Place]:
    """Turn the rows of a table, each a list of cells with their lines, into lines."""
    rows = [row for row in rows if row]
    if not rows:
        return
    columns = _columns(rows[0])
    if columns:
        for number, row in enumerate(rows[1:], 1):
            yield from _question(number, row, columns)
    elif _is_key_list(rows):
        yield from ((_where(row), "\t".join(_text(cell, " ") for cell in row)) for row in rows)
    elif _is_layout(rows):
        yield from (line for row in rows for cell in row for line in cell)
    else:
        yield from _markdown(rows)


def _text(cell: Cell, joint: str) -> str:
    return joint.join(text.strip() for _, text in cell if text.strip())


def _where(row: Sequence[Cell]) -> str:
    return next((where for cell in row for where, _ in cell), "")


def _columns(head: Sequence[Cell]) -> dict[int, str]:
    """Read the heading of a bank in columns; empty unless it has stems and answers."""
    found: dict[int, str] = {}
    for place, cell in enumerate(head):
        text = re.sub(r"\s", "", _text(cell, ""))
        letter = _OPTION_HEAD.fullmatch(text)
        if letter:
            found[place] = f"option {letter.group(1)}"
            continue
        name = next((name for name, words in _COLUMNS.items() if words.fullmatch(text)), "")
        if name:
            found[place] = name
    return found if {"stem", "answer"} <= set(found.values()) else {}


def _question(number: int, row: Sequence[Cell], columns: dict[int, str]) -> Iterator[Place]:
    where = _where(row)
    texts = {columns[n]: _text(cell, "\n") for n, cell in enumerate(row) if n in columns}
    if not texts.get("stem"):
        return
    stem = re.sub(r"^\s*\d{1,4}\s*[.、．]\s*(?!\d)", "", texts["stem"])
    yield where, f"{number}. {stem}".replace("\n", " ")
    for name, text in texts.items():
        if name.startswith("option ") and text:
            yield where, f"{name[-1]}. {text}".replace("\n", " ")
    for line in texts.get("options", "").split("\n"):
        if line:
            yield where, line
    for name, label in _LABELS.items():
        lines = texts.get(name, "").split("\n")
        if lines[0]:
            yield where, label + lines[0]
            yield from ((where, line) for line in lines[1:])


def _is_key_list(rows: Sequence[Sequence[Cell]]) -> bool:
    heads = [_text(row[0], "") for row in rows]
    if any(head in {"题号", "答案"} for head in heads):
        return True
    values = [_text(cell, "") for row in rows for cell in row]
    return bool(values) and all(re.fullmatch(r"\d{1,3}|[A-H√×对错]{0,8}", text) for text in values)


def _is_layout(rows: Sequence[Sequence[Cell]]) -> bool:
    """Tell a table that only places text: options in columns, whole questions in cells."""
    cells = [cell for row in rows for cell in row]
    if all(len(row) == 1 for row in rows):
        return True
    first = [text for cell in cells for _, text in cell[:1]]
    return any(_OPTION.match(text) or _NUMBERED.match(text) for text in first)


def _markdown(rows: Sequence[Sequence[Cell]]) -> Iterator[Place]:
    width = max(len(row) for row in rows)
    for number, row in enumerate(rows):
        texts = [_text(cell, " ").replace("|", "\\|") for cell in row]
        texts += [""] * (width - len(texts))
        yield _where(row), f"| {' | '.join(texts)} |"
        if number == 0:
            yield _where(row), "|" + " --- |" * width
