"""A question of a preview as a card, and the lines of its source beside it."""

import re
from collections.abc import Callable, Sequence
from typing import Any

from learning.kernel.markdown import render, render_inline
from learning.question_bank import words
from learning.question_bank.drafts import ItemDraft
from learning.question_bank.formats.reading import problems_of
from learning.question_bank.models import ItemImportRow
from learning.question_bank.services.import_items import with_pictures
from learning.question_bank.services.import_rows import (
    DUPLICATE,
    TAKE,
    entry_of,
    findings_of,
    seen_of,
)
from learning.question_bank.words import _

MAX_LINES = 400
"""Lines of a source on one page; a page of questions rarely has more."""
_PLACE = re.compile(r"第 ?(\d+)(?: ?[–—~～-] ?(\d+))? ?行")
Line = tuple[int, str, str]


def card_of(row: ItemImportRow, picture: Callable[[str], str]) -> dict[str, Any]:
    """Return what the page shows of a question; `picture` gives the address of one by its name."""
    entry, findings = entry_of(row), findings_of(row.findings)
    draft = with_pictures(entry.draft, picture)
    is_possible = all(finding.is_remark for finding in findings)
    return {
        **_part(draft),
        "number": row.number,
        "seen": seen_of(row),
        "place": row.place,
        "points": draft.points,
        "status": _status(row, is_possible=is_possible),
        "is_good": row.is_good,
        "may_confirm": is_possible and not row.is_good,
        "decision": row.decision,
        "problems": problems_of(entry, findings),
        "remarks": [f.message for f in findings if f.code == DUPLICATE],
        "parts": [_part(part) for part in draft.parts],
    }


def source_of(text: str, rows: Sequence[ItemImportRow]) -> list[Line]:
    """Return the lines (number, text, status) that the rows of a page came from.

    From the first question's first line to the line before whatever follows the last one's.
    """
    starts = {line: row for row in rows if (line := _first_line(row.place))}
    if not text or not starts:
        return []
    lines = text.split("\n")
    first, last = min(starts), max(starts)
    end = min(_end(rows, last, len(lines)), first + MAX_LINES - 1)
    while end > last and not lines[end - 1].strip():  # nothing to look at below the last question
        end -= 1
    shown: list[Line] = []
    status = ""
    for number in range(first, end + 1):
        if row := starts.get(number):
            status = "" if row.is_good else _status(row, is_possible=_is_possible(row))[1]
        shown.append((number, lines[number - 1], status))
    return shown


def _first_line(place: str) -> int:
    found = _PLACE.search(place)
    return int(found[1]) if found else 0


def _end(rows: Sequence[ItemImportRow], last: int, total: int) -> int:
    """Return the last line of the last question: as its place says, else some lines further on."""
    named = [int(f[2]) for row in rows if (f := _PLACE.search(row.place)) and f[2]]
    return min(max(named, default=0) or last + 12, total)


def _is_possible(row: ItemImportRow) -> bool:
    return all(finding.is_remark for finding in findings_of(row.findings))


def _status(row: ItemImportRow, *, is_possible: bool) -> tuple[str, str]:
    if not row.is_good and row.decision == TAKE:
        return _("存为草稿"), "due"
    if not row.is_good:
        return (_("请确认"), "due") if is_possible else (_("不能入库"), "over")
    if row.decision == TAKE:
        return _("可以入库"), "pass"
    return _("不入库"), "none"


def _part(draft: ItemDraft) -> dict[str, Any]:
    marked = list(zip(words.LETTERS, draft.options, strict=False))
    return {
        "kind": words.draft_kind_words(draft.kind),
        "stem_html": render(draft.stem) if draft.stem.strip() else "",
        "options": [(letter, render_inline(o.text), o.is_key) for letter, o in marked],
        "key": "".join(letter for letter, option in marked if option.is_key),
        "answers": list(draft.answers),
        "explanation": render(draft.explanation) if draft.explanation.strip() else "",
    }
