"""The whole way: lines in, entries and problems out. Shared by pasted text and Word files."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from learning.question_bank.drafts import ItemDraft
from learning.question_bank.formats.contract import (
    Entry,
    Parsed,
    Progress,
    SourceProblem,
    Unreadable,
)
from learning.question_bank.formats.paste.blocks import Case, Paper, Piece, Question, Section
from learning.question_bank.formats.paste.cases import spread_answers, with_cases
from learning.question_bank.formats.paste.drafting import Drafted, draft_question
from learning.question_bank.formats.paste.headings import is_for_gaps, points_of
from learning.question_bank.formats.paste.keylists import apply_key_lists
from learning.question_bank.formats.paste.leading import with_keys_last, without_sheets
from learning.question_bank.formats.paste.lines import KEY_CLOSE, KEY_OPEN, Line, joined
from learning.question_bank.formats.paste.marks import (
    CHARACTERS_A_MARK,
    FREE_MARKS,
    Mark,
    marks_of,
)
from learning.question_bank.formats.paste.splitting import split
from learning.question_bank.formats.paste.unnumbered import JUDGED, add_numbers

_STEP = 200
_MAX_STRAY = 50


def read_lines(lines: Sequence[Line], name: str, progress: Progress) -> Parsed:
    """Read the lines of a paper; `name` is the format's."""
    lines, sheet = without_sheets(with_keys_last(lines))
    paper = split(lines, add_numbers(lines, _marks(lines)))
    paper.sheet = sorted([*sheet, *paper.sheet], key=lambda piece: piece.line)
    stray = apply_key_lists(paper)
    with_cases(paper)
    entries: list[Entry] = []
    found = [(section, entry) for section in paper.sections for entry in section.entries]
    for number, (section, entry) in enumerate(found, 1):
        where = lines[entry.line].where
        drafted = _drafted(section, entry, lines)
        entries.append(Entry(number, where, drafted.draft, tuple(drafted.problems)))
        if number % _STEP == 0 or number == len(found):
            progress(number, len(found))
    return Parsed(name, tuple(entries), tuple(_leftovers(paper, stray, lines)))


def _marks(lines: Sequence[Line]) -> list[Mark]:
    marks: list[Mark] = []
    room = FREE_MARKS
    for number, line in enumerate(lines):
        room += len(line.text) // CHARACTERS_A_MARK + 1
        marks += marks_of(number, line)
        if len(marks) > room:
            message = f"{line.where}：几乎全是题号、选项字母或标签，不像试卷"
            raise Unreadable("unreadable", message)
    is_followed = False
    for mark in reversed(marks):
        if mark.kind == "number":
            is_judged = mark.is_start and JUDGED.search(lines[mark.line].folded)
            mark.has_evidence = is_followed or bool(is_judged)
            is_followed = is_followed if mark.is_weak else False
        elif mark.kind == "letter" or (mark.kind == "label" and mark.word == "answer"):
            is_followed = True
        elif mark.kind in {"heading", "keys", "case"}:
            is_followed = False
    return marks


def _drafted(section: Section, entry: Question | Case, lines: Sequence[Line]) -> Drafted:
    title = "".join(piece.text for piece in [*section.title, *section.intro[:2]])
    points = points_of(title, len(section.entries))
    if points and is_for_gaps(title):
        points = f"/{points}"
    if isinstance(entry, Case):
        return _case(entry, entry.stimulus, entry.questions, lines, points)
    if entry.parts:
        spread_answers(entry)
        return _case(entry, entry.body, entry.parts, lines, points)
    return draft_question(entry, lines[entry.line].where, points)


def _case(
    entry: Question | Case,
    stimulus: Sequence[Piece],
    questions: Sequence[Question],
    lines: Sequence[Line],
    points: str,
) -> Drafted:
    """Draft a case; each part's problems name the part's own place."""
    parts = [draft_question(question, lines[question.line].where, "") for question in questions]
    problems = [problem for part in parts for problem in part.problems]
    stem = joined(_plain(piece.text) for piece in stimulus)
    if not stem:
        problems.append(SourceProblem(lines[entry.line].where, "stem_empty", "案例没有材料"))
    drafts = tuple(replace(part.draft, weight=part.draft.points, points="") for part in parts)
    return Drafted(ItemDraft(kind="case", stem=stem, parts=drafts, points=points), problems)


def _plain(text: str) -> str:
    return text.replace(KEY_OPEN, "").replace(KEY_CLOSE, "")


def _leftovers(
    paper: Paper, stray: Sequence[Piece], lines: Sequence[Line]
) -> Iterator[SourceProblem]:
    """Name everything that belongs to no question, a problem for each run of lines."""
    if paper.sheet:
        where = lines[paper.sheet[0].line].where
        message = f"空白的答题卡（{len(paper.sheet)} 行）没有导入"
        yield SourceProblem(where, "stray_text", message)
    pieces = [*paper.loose, *stray]
    for section in paper.sections:
        pieces += section.intro
        if not section.entries:
            pieces += section.title
    runs: list[list[Piece]] = []
    for piece in sorted(pieces, key=lambda piece: piece.line):
        if runs and piece.line <= runs[-1][-1].line + 2:
            runs[-1].append(piece)
        else:
            runs.append([piece])
    for run in runs[:_MAX_STRAY]:
        where = lines[run[0].line].where
        last = lines[run[-1].line].where
        text = " ".join(_plain(piece.text).strip() for piece in run)
        yield SourceProblem(
            where if where == last else f"{where}～{last}",
            "stray_text",
            f"不属于任何试题的文字：“{text[:80]}{'…' if len(text) > 80 else ''}”",
        )
    if len(runs) > _MAX_STRAY:
        where = lines[runs[_MAX_STRAY][0].line].where
        message = f"此后还有 {len(runs) - _MAX_STRAY} 处不属于试题的文字"
        yield SourceProblem(where, "stray_text", message)
