"""Papers whose questions bear no numbers: where each begins, told by what stands around it."""

import re
from collections.abc import Sequence
from itertools import pairwise

from learning.question_bank.formats.paste.headings import KIND_WORD, kind_of
from learning.question_bank.formats.paste.lines import Line
from learning.question_bank.formats.paste.marks import Mark

_HINTED = re.compile(rf"[【\[(]\s?({KIND_WORD}题?)\s?[】\])]")
JUDGED = re.compile(r"[(\[【]\s?(?:√|×|对|错|正确|错误|T|F)\s?[)\]】][.。]?\s*\Z|[√×]\s*\Z")

_CIRCLED = re.compile(r"([①-⑳])\s{0,3}[、.:]?\s{0,3}(?=\S)")
_BARE_KINDS = frozenset({"true_false", "blank", "essay"})


def add_numbers(lines: Sequence[Line], marks: Sequence[Mark]) -> list[Mark]:
    """Add a mark where a question without a number begins, if the text numbers none."""
    starts = [mark for mark in marks if mark.kind == "number" and mark.is_start]
    options = sum(1 for mark in marks if mark.kind == "letter" and mark.word == "A")
    answers = sum(1 for mark in marks if mark.kind == "label" and mark.word == "answer")
    titles = sum(1 for mark in marks if mark.kind == "title")
    numbered = sum(1 for mark in starts if mark.has_evidence)
    keys = next((mark.line for mark in marks if mark.kind == "keys"), len(lines))
    above = any(mark.has_evidence and mark.line < keys for mark in starts)
    if not above and titles <= 1 and (circled := _circled(lines, marks, keys)):
        kept = [mark for mark in marks if mark.kind != "number"]
        return sorted([*kept, *circled], key=lambda mark: (mark.line, mark.start))
    if numbered or titles > 1 or any(mark.kind == "keys" for mark in marks) or _is_glued(marks):
        return list(marks)
    if not options and not answers and not any(JUDGED.search(line.folded) for line in lines):
        return list(marks)
    added = _Finder(lines, marks).run()
    kept = [mark for mark in marks if mark.kind != "number"]
    return sorted([*kept, *added], key=lambda mark: (mark.line, mark.start))


def _circled(lines: Sequence[Line], marks: Sequence[Mark], keys: int) -> list[Mark]:
    """Find questions numbered ① ② ③: each from 1 on, each with options, an answer or a verdict.

    A list ①②③ within a question is none: nothing of the sort follows its lines. A list of keys at
    the end, from the line `keys` on, stands for the answers of questions whose heading says that
    they need no options.
    """
    found = [
        (number, match)
        for number, line in enumerate(lines[:keys])
        if (match := _CIRCLED.match(line.folded, line.start))
    ]
    values = [ord(match.group(1)) - ord("①") + 1 for _, match in found]
    is_running = all(b in {a + 1, 1} for a, b in pairwise(values))
    if len(found) < 2 or values[0] != 1 or not is_running:
        return []
    bearing = _bearing(lines, marks, is_keyed=keys < len(lines))
    ends = [number for number, _ in found[1:]] + [keys]
    for (number, _match), end in zip(found, ends, strict=True):
        if not any(place in bearing for place in range(number, end)):
            return []
    return [
        Mark(
            "number", number, match.start(), match.end(), value=value, style="circled",
            word="circled", is_start=True, has_evidence=True,
        )
        for (number, match), value in zip(found, values, strict=True)
    ]  # fmt: skip


def _bearing(lines: Sequence[Line], marks: Sequence[Mark], *, is_keyed: bool) -> set[int]:
    """Return the lines that hold an option, an answer or a verdict, or need none of them."""
    bearing = {
        mark.line
        for mark in marks
        if mark.kind == "letter" or (mark.kind == "label" and mark.word == "answer")
    }
    bearing |= {number for number, line in enumerate(lines) if JUDGED.search(line.folded)}
    kind = ""
    headings = {mark.line: mark.heading for mark in marks if mark.heading}
    for number in range(len(lines)) if is_keyed else ():
        heading = headings.get(number)
        kind = heading.kind if heading else kind
        if kind in _BARE_KINDS:
            bearing.add(number)
    return bearing


def _is_glued(marks: Sequence[Mark]) -> bool:
    inner = (mark for mark in marks if mark.kind == "number" and not mark.is_start)
    return any(mark.value == 1 and not mark.is_weak and mark.has_evidence for mark in inner)


class _Finder:
    """Walks over the lines; `region` is none, stem, options, answer or explanation."""

    def __init__(self, lines: Sequence[Line], marks: Sequence[Mark]) -> None:
        self.lines = lines
        self.first: dict[int, Mark] = {}
        self.letters: set[int] = set()
        self.labelled: dict[int, Mark] = {}
        for mark in marks:
            if mark.is_start and mark.kind != "number":
                self.first.setdefault(mark.line, mark)
            if mark.kind == "letter":
                self.letters.add(mark.line)
            if mark.kind == "label":
                self.labelled[mark.line] = mark
        self.region = "none"
        self.was_blank = True
        self.added: list[Mark] = []

    def run(self) -> list[Mark]:
        """Return a mark for each question that begins."""
        for number, line in enumerate(self.lines):
            if line.is_blank:
                self.was_blank = True
                continue
            self._take(number, line)
            self.was_blank = False
        return self.added

    def _take(self, number: int, line: Line) -> None:
        mark = self.first.get(number)
        if mark and mark.kind in {"heading", "case", "title"}:
            self.region = "none"
        elif mark and mark.kind == "label":
            self.region = mark.word if mark.word in {"answer", "explanation"} else self.region
        elif mark and mark.kind == "letter":
            self.region = "options"
        else:
            self._take_text(number, line)

    def _take_text(self, number: int, line: Line) -> None:
        hinted = _HINTED.match(line.folded, line.start)
        if hinted or self._begins(number):
            start, end = line.start, hinted.end() if hinted else line.start
            hint = kind_of(hinted.group(1)) if hinted else ""
            self.added.append(
                Mark(
                    "number", number, start, end, value=len(self.added) + 1, style="none",
                    word="none", is_start=True, has_evidence=True, hint=hint,
                )
            )  # fmt: skip
            self.region = "stem"
        if number in self.labelled:
            word = self.labelled[number].word
            self.region = word if word in {"answer", "explanation"} else self.region
        elif number in self.letters and self.region == "stem":
            self.region = "options"
        elif JUDGED.search(line.folded):
            self.region = "none"

    def _begins(self, number: int) -> bool:
        if self.region == "none":
            return self._leads_on(number)
        if self.region == "stem":
            return False
        if self.region == "answer":
            return self._leads_on(number)
        if self.region == "options":
            return self._is_before_options(number) or (self.was_blank and self._leads_on(number))
        return self._leads_on(number) and (self.was_blank or self._is_before_options(number))

    def _leads_on(self, number: int) -> bool:
        """Tell whether options, an answer or a verdict follow within the next lines."""
        if number in self.letters or number in self.labelled:
            return True
        if JUDGED.search(self.lines[number].folded):
            return True
        seen = 0
        for follower in range(number + 1, min(number + 12, len(self.lines))):
            if self.lines[follower].is_blank:
                continue
            mark = self.first.get(follower)
            is_answer = mark is not None and mark.kind == "label" and mark.word == "answer"
            if follower in self.letters or is_answer:
                return True
            seen += 1
            if (mark and mark.kind == "heading") or seen > 6:
                return False
        return False

    def _is_before_options(self, number: int) -> bool:
        follower = self.first.get(number + 1)
        return follower is not None and follower.kind == "letter" and follower.word == "A"
