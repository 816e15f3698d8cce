"""Tables without headings: which column is what, told by what stands in all of its cells.

Only where there is no other way to read them: one column of keys, a stem to the left of the
options, options side by side. Anything less is left to a person, who is asked for headings.
"""

import itertools
import re
from collections.abc import Callable, Sequence

from learning.question_bank.formats.sheets import vocabulary
from learning.question_bank.formats.sheets.headings import Headings
from learning.question_bank.formats.sheets.tables import Table, column_letters
from learning.question_bank.item_types.folding import widths_folded

LEAST_ROWS = 2
_LOOKED_AT = 200
_MAX_COLUMNS = 14
_KEYS = re.compile(r"[A-H](?:[\s,，、;；]?[A-H]){0,7}")
_SHORT = 4  # characters of a stem at least, on average

Row = dict[int, str]


def guess_headings(table: Table) -> Headings | None:
    """Return the columns of a table without headings, None where they are not beyond doubt."""
    numbers = [n for n in sorted(table.rows) if any(table.rows[n].values())][:_LOOKED_AT]
    rows = [table.rows[n] for n in numbers]
    columns = sorted({column for row in rows for column, text in row.items() if text})
    if len(rows) < LEAST_ROWS or not 2 <= len(columns) <= _MAX_COLUMNS:
        return None
    found = Headings(numbers[0] - 1)
    rest = [c for c in columns if not _take(found, rows, c, is_first=c == columns[0])]
    keys = [c for c in rest if _all(rows, c, _is_key)]
    # options that are letters themselves look like keys: only the last column can be meant then
    if len(keys) != 1:
        return None
    found.columns["answer"] = keys[0]
    rest.remove(keys[0])
    return found if _place_texts(found, rows, rest) else None


def shown_columns(headings: Headings) -> str:
    """Say in words which column was taken for what."""
    names = {
        "code": "题号",
        "kind": "题型",
        "stem": "题干",
        "answer": "答案",
        "explanation": "解析",
    }
    said = [f"{names[n]} {column_letters(c)} 列" for n, c in headings.columns.items() if n in names]
    options = [column_letters(column) for _, column in sorted(headings.options.items())]
    if options:
        said.append(f"选项 {options[0]}～{options[-1]} 列")
    return "、".join(said)


def _take(found: Headings, rows: Sequence[Row], column: int, *, is_first: bool) -> bool:
    """Take a column of numbers in order, or of kinds; tell whether it was one."""
    if is_first and _is_count(rows, column):
        found.columns["ignored"] = column
    elif "kind" not in found.columns and _all(rows, column, vocabulary.kind_of):
        found.columns["kind"] = column
    else:
        return False
    return True


def _place_texts(found: Headings, rows: Sequence[Row], rest: list[int]) -> bool:
    """Give stem, options and explanation their columns; tell whether all of them fit."""
    answer = found.columns["answer"]
    if not rest or not _all(rows, rest[0], bool) or _mean(rows, rest[0]) < _SHORT:
        return False
    found.columns["stem"] = rest[0]
    options = [column for column in rest[1:] if column < answer]
    behind = [column for column in rest[1:] if column > answer]
    if not options and len(behind) >= 2:  # stem, key, options
        options, behind = behind, []
    if len(behind) > 1 or (behind and _mean(rows, behind[0]) < _SHORT):
        return False
    if behind:
        found.columns["explanation"] = behind[0]
    if options != list(range(options[0], options[0] + len(options))) if options else False:
        return False
    found.options = dict(enumerate(options))
    return all(_fits(row, options, row[answer]) for row in rows)


def _fits(row: Row, options: Sequence[int], key: str) -> bool:
    """Tell whether a key names options that are there, or says right or wrong."""
    letters = re.sub(r"[^A-H]", "", widths_folded(key))
    if not letters or not _KEYS.fullmatch(widths_folded(key).strip()):
        return bool(vocabulary.verdict_of(key))
    places = ["ABCDEFGH".index(letter) for letter in letters]
    return all(n < len(options) and bool(row.get(options[n])) for n in places)


def _is_key(text: str) -> bool:
    word = widths_folded(text).strip()
    return bool(_KEYS.fullmatch(word)) or (not word.isdigit() and bool(vocabulary.verdict_of(word)))


def _is_count(rows: Sequence[Row], column: int) -> bool:
    texts = [row.get(column, "") for row in rows]
    if not all(text.isascii() and text.isdigit() and len(text) < 7 for text in texts):
        return False
    numbers = [int(text) for text in texts]
    return all(b > a for a, b in itertools.pairwise(numbers))


def _all(rows: Sequence[Row], column: int, is_one: Callable[[str], object]) -> bool:
    return all(bool(row.get(column)) and bool(is_one(row[column])) for row in rows)


def _mean(rows: Sequence[Row], column: int) -> float:
    return sum(len(row.get(column, "")) for row in rows) / len(rows)
