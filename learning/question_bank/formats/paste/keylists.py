"""Lists of keys apart from the questions: ranges, numbered lists, tables; and whose they are."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from learning.question_bank.formats.contract import Unreadable
from learning.question_bank.formats.paste.blocks import (
    Field,
    Paper,
    Piece,
    Question,
    Section,
)
from learning.question_bank.formats.paste.headings import (
    KIND_WORD,
    glued_headings,
    heading_of,
    kind_of,
)
from learning.question_bank.formats.paste.lines import fold, line_of
from learning.question_bank.formats.paste.marks import Mark, marks_of

MAX_KEYS = 20_000
_VALUE = r"[A-Z](?:[,、]?[A-Z])*(?![A-Za-z])|[√×]|正确|错误|对|错"
_RANGE = re.compile(r"(?<!\d)(\d{1,3})(?:\s?[-~至到]{1,2}\s?(\d{1,3}))?(?!\d)\s?题?\s?[、.:)]?\s*")
_CHAPTER = re.compile(r"\s*第\s?[一二三四五六七八九十\d]{1,3}\s?[章篇]")
_COMPACT = re.compile(rf"(?<!\d)\(?(\d{{1,3}})\)?\s?[、.:)\-]?\s?[(\[【]?\s?({_VALUE})\s?[)\]】]?")
_GROUP = re.compile(rf"{_VALUE}|[TF]")
_ONE = re.compile(r"[A-Z√×对错]")
_NUMBER = re.compile(
    r"(?:第\s?(?P<a>\d{1,3})\s?题\s?[:.、]?|[(\[](?P<b>\d{1,3})[)\]]\s?[、.:]?|(?P<c>\d{1,3})\s?[、.:)](?!\d)"
    r"|(?P<d>\d{1,3})[、.:](?=\d)|(?P<e>\d{1,3})\s+(?=\S))\s?"
)
_BOUNDARY = " ;；。，,、)）】]\t|"
_NAMED = re.compile(
    rf"\s*(?:[一二三四五六七八九十]{{1,2}}\s?[、.]\s?)?({KIND_WORD}题?)\s?"
    r"(?:[:]\s?|(?<=[题 ])(?=[(]?\d))"
)
_TITLE = re.compile(r"\s*[(]?([一二三四五六七八九十]{1,3})\s*[、.:)]\s*")
_HEAD = re.compile(r"\s*[\u4e00-\u9fff0-9]{0,16}答案(?:及|与|和|解析|详解|部分|[:：\s])*")


@dataclass(slots=True)
class _Entry:
    number: int
    line: int
    texts: list[str]


@dataclass(slots=True)
class _Run:
    """Keys whose numbers go up; `kind` and `ordinal` are what a heading above them says."""

    kind: str = ""
    ordinal: str = ""
    entries: list[_Entry] = field(default_factory=list)
    is_bare: bool = False
    """No numbers were given: the keys follow the questions of a section one by one."""

    @property
    def last(self) -> int:
        return self.entries[-1].number if self.entries else 0


def apply_key_lists(paper: Paper) -> list[Piece]:
    """Give the keys of all lists to their questions; return the pieces that belong to none."""
    stray: list[Piece] = []
    done = 0
    for keys in paper.key_lists:
        reader = _Reader()
        for piece in keys.pieces:
            for part in _parted(piece):
                reader.read(part)
        stray += reader.stray
        candidates = paper.sections[done : keys.after]
        runs = [run for run in reader.runs if run.entries]
        if keys.section is not None and len(runs) == 1 and not runs[0].kind:
            lacking = [s for s in candidates if any(not q.fields for q in _numbered(s))]
            is_own = _fits(keys.section, runs[0]) and not _fits_many(lacking, runs[0])
            if len(lacking) <= 1 or is_own:
                candidates = [keys.section]
        stray += _give(runs, [section for section in candidates if section.entries])
    return stray


def is_key_line(text: str) -> bool:
    """Tell whether a line holds keys and nothing else: “1.A 2.BC”, “1-5 ABCDA”, a row of a table.

    A heading before them may name their kind. What numbers no key (“ABCDA BCDAB”) is one too.
    """
    folded = fold(text).strip()
    named = _NAMED.match(folded)
    folded = folded[named.end() :] if named else folded
    if re.fullmatch(r"[|\s]*(?:题号|答案)[|\s\dA-H√×对错正确误]*|\|[|\s:\-]+", folded):
        return True
    if any(match.group(2) for match in _RANGE.finditer(folded)):
        return _fills(_RANGE.sub(" ", folded), _GROUP)
    return _fills(folded, _COMPACT) or bool(
        re.fullmatch(r"[A-H]{2,40}(?:[ ,;、]{1,4}[A-H]{2,40}){0,40}", folded)
    )


def uncircled(text: str) -> str:
    """Write ①B ②A as 1.B 2.A where a line is nothing but such keys."""
    plain = re.sub(r"[①-⑳]", lambda found: f" {ord(found.group()) - ord('①') + 1}.", text)
    return plain.strip() if plain != text and _fills(fold(plain), _COMPACT) else text


def _parted(piece: Piece) -> Iterator[Piece]:
    """Cut a line at the headings glued into it."""
    line = line_of("", piece.text)
    starts = sorted({0, *(start for start, _ in glued_headings(line))})
    for start, end in zip(starts, [*starts[1:], len(line.text)], strict=True):
        yield Piece(piece.line, line.text[start:end])


def _fits(section: Section, run: _Run) -> bool:
    numbers = {question.number for question in _numbered(section)}
    return {entry.number for entry in run.entries} <= numbers


def _fits_many(sections: Sequence[Section], run: _Run) -> bool:
    numbers = [question.number for section in sections for question in _numbered(section)]
    return len(set(numbers)) == len(numbers) and {e.number for e in run.entries} == set(numbers)


class _Reader:
    """Reads the lines of a list into runs."""

    def __init__(self) -> None:
        self.runs = [_Run()]
        self.stray: list[Piece] = []
        self.numbers: list[int] = []
        self.count = 0
        self.sign = ""

    def read(self, piece: Piece) -> None:
        """Read a line."""
        text = piece.text.strip()
        line = line_of("", text)
        heading = heading_of(line)
        if _CHAPTER.match(line.folded):
            self.runs.append(_Run())
            return
        if heading:
            self.runs.append(_Run(heading.kind, heading.ordinal))
            text = text[heading.end :].lstrip("：:，, 题")
            text = re.sub(r"^[(（][^()（）]{0,60}[)）]", "", text).strip("：: ")
        elif named := _NAMED.match(fold(text)):
            self.runs.append(_Run(kind_of(named.group(1))))
            text = text[named.end() :]
        elif titled := _TITLE.match(fold(text)):
            self.runs.append(_Run("", titled.group(1)))
            text = text[titled.end() :]
        if not text:
            return
        cells = self._cells(text)
        if self._read_table(cells, piece.line) or self._read_ranges(text, piece.line):
            return
        if self._read_compact(text, piece.line) or self._read_bare(text, piece.line):
            return
        self._read_texts(text, piece)

    def _cells(self, text: str) -> list[str]:
        return [cell.strip() for cell in re.split(r"[|\s]+", fold(text)) if cell.strip()]

    def _read_table(self, cells: list[str], line: int) -> bool:
        if not cells:
            return True
        numbers = [int(cell) for cell in cells[1:] if cell.isdigit() and len(cell) <= 3]
        is_head = cells[0].startswith("题") and len(cells[0]) <= 3
        if (is_head and numbers) or (len(cells) > 1 and all(cell.isdigit() for cell in cells)):
            self.numbers = numbers if is_head else [int(cell[:4]) for cell in cells]
            return True
        if is_head or all(set(cell) <= set("-:") for cell in cells):
            return True
        values = cells[1:] if cells[0] in {"答案", "答", "正确答案"} else cells
        if self.numbers and len(values) == len(self.numbers):
            for number, value in zip(self.numbers, values, strict=True):
                self._add(number, line, value)
            self.numbers = []
            return True
        return False

    def _read_ranges(self, text: str, line: int) -> bool:
        folded = fold(text)
        found = list(_RANGE.finditer(folded))
        has_range = any(match.group(2) for match in found)
        if not has_range or not _fills(_RANGE.sub(" ", folded), _GROUP):
            return False
        ends = [match.start() for match in found[1:]] + [len(folded)]
        for match, end in zip(found, ends, strict=True):
            first, last = int(match.group(1)), int(match.group(2) or match.group(1))
            values = _values(folded[match.end() : end], last - first + 1)
            for number, value in zip(range(first, last + 1), values, strict=False):
                self._add(number, line, value)
        return True

    def _read_compact(self, text: str, line: int) -> bool:
        folded = fold(text)
        found = list(_COMPACT.finditer(folded))
        if not found or not _fills(folded, _COMPACT):
            return False
        for match in found:
            self._add(int(match.group(1)), line, match.group(2))
        return True

    def _read_bare(self, text: str, line: int) -> bool:
        """Read letters without numbers: they go on from the last."""
        folded = fold(text)
        if not _fills(folded, _GROUP) or not self._may_be_bare():
            return False
        groups = _GROUP.findall(folded)
        is_single = self.runs[-1].kind in {"", "single", "true_false", "choice"}
        values = _ONE.findall("".join(groups)) if is_single and len(groups[0]) > 1 else groups
        for value in values:
            self._add(self.runs[-1].last + 1, line, value)
        return True

    def _may_be_bare(self) -> bool:
        run = self.runs[-1]
        run.is_bare = run.is_bare or not run.entries
        return run.is_bare

    def _read_texts(self, text: str, piece: Piece) -> None:
        """Read numbered texts; what comes before the first number goes on from the line above."""
        folded = fold(text)
        cursor = 0
        for match in _NUMBER.finditer(folded):
            number = int(next(value for value in match.groups() if value))
            if not self._is_next(match, folded, number):
                continue
            self.sign = _sign(match)
            self._go_on(text[cursor : match.start()], piece)
            self._add(number, piece.line, "")
            cursor = match.end()
        self._go_on(text[cursor:], piece)

    def _is_next(self, match: re.Match[str], folded: str, number: int) -> bool:
        before = folded[max(0, match.start() - 1) : match.start()]
        at_start = match.start() < 60 and not folded[: match.start()].strip()
        if not at_start and (before not in _BOUNDARY or match["e"] or match["d"]):
            return False
        last = self.runs[-1].last
        if number == last + 1:
            # “2. … 1）…；2）…；3）…”: a list within an answer has signs of its own
            return at_start or _sign(match) == self.sign or not self.sign
        is_faint = match["e"] or match["d"]
        return at_start and not is_faint and (not last or last < number <= last + 3)

    def _go_on(self, text: str, piece: Piece) -> None:
        if not text.strip():
            return
        if self.runs[-1].entries:
            self.runs[-1].entries[-1].texts.append(text.strip())
        elif not _HEAD.fullmatch(text.strip()):
            self.stray.append(Piece(piece.line, text))

    def _add(self, number: int, line: int, value: str) -> None:
        self.count += 1
        if self.count > MAX_KEYS:
            raise Unreadable("too_large", f"答案多于 {MAX_KEYS} 个，请分成几次粘贴")
        if number <= self.runs[-1].last:
            self.runs.append(_Run())
        self.runs[-1].entries.append(_Entry(number, line, [value] if value else []))


def _sign(match: re.Match[str]) -> str:
    """Tell numbers in brackets, before one bracket, and before any other sign apart."""
    return "()" if match["b"] else ")" if match.group().rstrip().endswith(")") else "."


def _fills(folded: str, pattern: re.Pattern[str]) -> bool:
    return bool(pattern.search(folded)) and not pattern.sub("", folded).strip(" ,;、.:。\t|()")


def _values(text: str, count: int) -> list[str]:
    groups = _GROUP.findall(text.replace(" ", "  "))
    if len(groups) == count:
        return groups
    parts = [part for part in re.split(r"[\s,;、|]+", text) if part]
    if len(parts) == count and all(_GROUP.fullmatch(part) for part in parts):
        return parts
    ones = _ONE.findall(text)
    return ones if len(ones) == count else groups


def _give(runs: Sequence[_Run], sections: Sequence[Section]) -> Iterator[Piece]:
    """Give each run to a section: of its kind or ordinal, else the next that has its numbers."""
    left = list(sections)
    for run in runs:
        section = _section_for(run, left, sections)
        targets = _targets(section, run)
        if not (section and _covers(targets, run)):
            targets = _everywhere(sections)
        elif section in left:
            left.remove(section)
        for entry in run.entries:
            question = targets.get(entry.number)
            if question is None:
                text = f"{entry.number}. {' '.join(entry.texts)}"
                yield Piece(entry.line, text)
            else:
                _give_one(question, entry)


def _targets(section: Section | None, run: _Run) -> dict[int, Question]:
    questions = _numbered(section) if section else []
    if run.is_bare:
        return dict(enumerate(questions, 1))
    return {question.number: question for question in questions}


def _covers(targets: dict[int, Question], run: _Run) -> bool:
    return sum(entry.number in targets for entry in run.entries) * 2 >= len(run.entries)


def _everywhere(sections: Sequence[Section]) -> dict[int, Question]:
    found: dict[int, Question] = {}
    for section in sections:
        for question in _numbered(section):
            found.setdefault(question.number, question)
    return found


_ALIKE = {"indefinite": "multiple", "choice": "single"}


def _section_for(run: _Run, left: list[Section], every: Sequence[Section]) -> Section | None:
    if run.kind:
        kind = _ALIKE.get(run.kind, run.kind)
        of_kind = [s for s in left if _ALIKE.get(s.kind, s.kind) == kind]
        if of_kind:
            return of_kind[0]
    if run.ordinal:
        of_ordinal = [section for section in left if section.ordinal == run.ordinal]
        if of_ordinal:
            return of_ordinal[0]
    if len(run.entries) > max((len(_numbered(s)) for s in left), default=0) and len(every) > 1:
        return None  # one list over several sections
    return left[0] if left else None


def _numbered(section: Section) -> list[Question]:
    return section.questions()


def _give_one(question: Question, entry: _Entry) -> None:
    target = Field("answer", entry.line)
    question.fields.append(target)
    for text in entry.texts:
        cursor = 0
        for mark in _labels(text):
            if text[cursor : mark.start].strip():
                target.pieces.append(Piece(entry.line, text[cursor : mark.start].strip()))
            cursor = mark.end
            if mark.word != "answer" or target.pieces:
                target = Field(mark.word, entry.line)
                question.fields.append(target)
        if text[cursor:].strip():
            target.pieces.append(Piece(entry.line, text[cursor:].strip()))


def _labels(text: str) -> list[Mark]:
    return [mark for mark in marks_of(0, line_of("", text)) if mark.kind == "label"]
