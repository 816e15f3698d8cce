"""What stands in a paper but is none of its text: keys above the questions, empty answer sheets.

Both are moved or set aside before anything is read, so that the rest need not know of them. Lines
keep what a person finds them by.
"""

import re
from collections.abc import Sequence

from learning.question_bank.formats.paste.blocks import Piece
from learning.question_bank.formats.paste.headings import heading_of
from learning.question_bank.formats.paste.keylists import is_key_line, uncircled
from learning.question_bank.formats.paste.lines import Line, line_of
from learning.question_bank.formats.paste.marks import is_key_list, marks_of

_ABOVE = 15
"""Lines with text above a list of keys: the title of the paper, who wrote it, notes."""
_MAX_KEYS = 400
_LABEL = re.compile(
    r"\s*[【\[]?\s?(?:参考|标准|正确|试题)?答案(?:汇总|如下|表)?\s?[】\]]?\s?:?\s*(?=\d|[A-H]{2}|[一二三四]\s?[、.])"
)
_NUMBER = re.compile(r"\d{1,3}")
_HEADS = frozenset({"题号", "题", "题次"})
_EMPTY = frozenset({"", "答案", "答", "选项", "得分"})
_MAX_SHEET = 2000  # characters of a row


def with_keys_last(lines: Sequence[Line]) -> Sequence[Line]:
    """Put a list of keys that stands above all questions below them, as if it had stood there.

    Keys that circles number (①B ②A) are numbered as all others are.
    """
    lines = [_uncircled(line) for line in lines]
    place = _first_key(lines)
    if place is None:
        return lines
    end = _end_of_keys(lines, place)
    if end is None:
        return lines
    keys = list(lines[place:end])
    if _LABEL.match(keys[0].folded):  # a label with the keys behind it: they go on a line below
        found = _LABEL.match(keys[0].folded)
        rest = keys[0].text[found.end() if found else 0 :]
        keys[:1] = [line_of(keys[0].where, "参考答案"), line_of(keys[0].where, rest)]
    return [*lines[:place], *lines[end:], line_of(lines[-1].where, ""), *keys]


def without_sheets(lines: Sequence[Line]) -> tuple[list[Line], list[Piece]]:
    """Blank the rows of answer sheets to be filled in; return them apart."""
    kept, sheet = list(lines), list[Piece]()
    for number, line in enumerate(lines):
        if not _is_numbers(line):
            continue
        after = number + 1
        while after < len(lines) and after <= number + 2 and _is_rule(lines[after]):
            after += 1
        if after < len(lines) and _is_unfilled(lines[after]):
            for place in range(number, after + 1):
                sheet.append(Piece(place, lines[place].text))
                kept[place] = line_of(lines[place].where, "")
    return kept, sheet


def _uncircled(line: Line) -> Line:
    plain = uncircled(line.text)
    return line if plain == line.text else line_of(line.where, plain)


def _is_numbers(line: Line) -> bool:
    """Tell whether a row is 题号 and numbers, or a row of a table with numbers alone."""
    if len(line.folded) > _MAX_SHEET:
        return False
    cells = [cell for cell in re.split(r"[|\s]+", line.folded) if cell]
    is_named = bool(cells) and cells[0] in _HEADS
    numbers = cells[1:] if is_named else cells
    is_table = is_named or (line.folded.lstrip().startswith("|") and len(numbers) > 1)
    return is_table and bool(numbers) and all(_NUMBER.fullmatch(cell) for cell in numbers)


def _is_rule(line: Line) -> bool:
    return line.is_blank or ("--" in line.folded and not line.folded.strip("|-: "))


def _is_unfilled(line: Line) -> bool:
    cells = re.sub(r"[|\s]+", "", line.folded[:_MAX_SHEET])
    return not line.is_blank and len(line.folded) < _MAX_SHEET and cells in _EMPTY


def _first_key(lines: Sequence[Line]) -> int | None:
    """Find where a list of keys begins before any question does."""
    seen = 0
    for number, line in enumerate(lines):
        if line.is_blank:
            continue
        seen += 1
        if seen > _ABOVE:
            return None
        labelled = _LABEL.match(line.folded)
        if labelled and (
            is_key_list(line.folded[labelled.end() :]) or is_key_line(line.text[labelled.end() :])
        ):
            return number
        marks = marks_of(number, line)
        if any(mark.kind == "keys" for mark in marks):
            return number
        is_question = any(mark.kind in {"number", "letter"} and mark.is_start for mark in marks)
        if is_question or "①" <= line.folded[line.start : line.start + 1] <= "⑳":
            return None
    return None


def _end_of_keys(lines: Sequence[Line], place: int) -> int | None:
    """Find the line behind the last one with keys, None where none has any.

    Headings among them belong to the list; those behind the last keys to the questions.
    """
    end = None
    first = lines[place].folded
    labelled = _LABEL.match(first)
    if labelled:
        end = place + 1
    for number in range(place + 1, min(place + _MAX_KEYS, len(lines))):
        line = lines[number]
        if line.is_blank:
            continue
        if is_key_line(line.text):
            end = number + 1
        elif not heading_of(line):
            break
    return end
