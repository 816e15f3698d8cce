"""From marks to questions: a number is believed when it goes on or starts again where it may.

One pass over the marks in order. Text between two believed marks goes to whatever is open: the
body of a question, one of its fields, a stimulus, a heading, a list of keys, or nobody.
"""

from collections.abc import Sequence
from dataclasses import replace

from learning.question_bank.formats.paste.blocks import (
    Case,
    Field,
    KeyList,
    Paper,
    Piece,
    Question,
    Section,
)
from learning.question_bank.formats.paste.headings import Heading, kind_of
from learning.question_bank.formats.paste.lines import Line
from learning.question_bank.formats.paste.marks import (
    PAGE,
    Mark,
    is_answer_label,
    is_key_list,
    is_key_run,
    is_numbered_list,
)
from learning.question_bank.formats.paste.numbering import Numbering

_WINDOW = 200  # how far a look ahead or back goes, so that the pass stays linear
_BOUNDARY = frozenset('。？?！!；;)）】]）"”√×')


def split(lines: Sequence[Line], marks: Sequence[Mark]) -> Paper:
    """Split a text into sections, questions and lists of keys; nothing of it is lost."""
    splitter = _Splitter(lines, marks)
    splitter.run()
    return splitter.paper


class _Splitter:
    """The state of the pass; `sink` takes the text that follows."""

    def __init__(self, lines: Sequence[Line], marks: Sequence[Mark]) -> None:
        self.lines = lines
        self.marks = marks
        self.paper = Paper([Section()])
        self.sink: list[Piece] = self.paper.loose
        self.question: Question | None = None
        self.case: Case | None = None
        self.keys: KeyList | None = None
        self.numbering = Numbering()
        self.is_sheet = False
        self.hint = ""  # the kind named on a line of its own above a question
        self.passed: list[Piece] = []
        self.has_headings = any(mark.kind == "heading" for mark in marks)
        self.place = 0

    @property
    def section(self) -> Section:
        """The section at hand."""
        return self.paper.sections[-1]

    def run(self) -> None:
        """Go through all lines."""
        for number, line in enumerate(self.lines):
            cursor = 0
            while self.place < len(self.marks) and self.marks[self.place].line == number:
                mark = self.marks[self.place]
                self.place += 1
                cursor = self._take(mark, line, cursor)
            self._put(number, line.text[cursor:])
            if self.sink is self.section.title or self.sink is self.passed:  # they end here
                self.sink = self.section.intro

    def _put(self, number: int, text: str) -> None:
        if text.strip():
            is_of_page = PAGE.match(self.lines[number].folded[:_WINDOW])
            (self.paper.loose if is_of_page else self.sink).append(Piece(number, text))

    def _take(self, mark: Mark, line: Line, cursor: int) -> int:
        """Believe a mark or not; return where the text not yet put away begins."""
        if mark.kind == "letter":
            self._count_letter(mark)
            return cursor
        if self.is_sheet and not self._leaves_sheet(mark):
            return cursor
        opener = getattr(self, f"_open_{mark.kind}")
        before = line.text[cursor : mark.start]
        sink = self.sink
        if not opener(mark, line):
            return cursor
        if before.strip(" \t>*#-") and not (mark.is_start and mark.kind != "label"):
            sink.append(Piece(mark.line, before))
        return mark.start if mark.kind == "case" and mark.range else mark.end

    def _count_letter(self, mark: Mark) -> None:
        if mark.word == "A" and mark.is_start:
            self._begin_from_intro()
        question = self.question
        if question and not question.fields and mark.word == chr(ord("A") + question.letters):
            question.letters += 1

    def _leaves_sheet(self, mark: Mark) -> bool:
        """Tell whether an empty answer sheet ends: with the key, or with questions again."""
        return mark.kind == "keys" or (mark.kind == "heading" and self._is_exit(mark))

    def _open_sheet(self, mark: Mark, line: Line) -> bool:
        """Leave the lines of an empty answer sheet aside: its numbers are no questions."""
        del mark, line
        if not any(section.entries for section in self.paper.sections):
            return False
        self.is_sheet = True
        self.question = self.case = self.keys = None
        self.sink = self.paper.sheet
        return True

    # Each opener returns whether the mark is believed, after changing the state.

    def _open_heading(self, mark: Mark, line: Line) -> bool:
        heading = mark.heading
        if heading is None or (self.keys and not (self._is_new(heading) or self._is_exit(mark))):
            return False
        self.keys = None
        self.is_sheet = False
        section = Section(heading.kind, heading.ordinal, mark.line)
        section.title.append(Piece(mark.line, line.text[mark.start : mark.end]))
        self._begin_section(section)
        return True

    def _begin_section(self, section: Section) -> None:
        self.paper.sections.append(section)
        self.question = self.case = None
        self.numbering.begin_section()
        self.sink = section.title

    def _open_chapter(self, mark: Mark, line: Line) -> bool:
        del line
        if not self.keys:
            self._begin_section(Section(line=mark.line))
        return False

    def _open_title(self, mark: Mark, line: Line) -> bool:
        """Take a Chinese numeral as the number of a question, or as a title if others follow."""
        if self.keys:
            return False
        follower = self._next_structure()
        if self.section.kind == "case" and follower and follower.kind == "number":
            return self._open_case(mark, line)
        is_question = follower is None or follower.kind in {"letter", "label", "title"}
        if not is_question:
            if mark.style == "cn":
                self._begin_section(Section("", "", mark.line))
                return True
            return False
        if not self.numbering.takes_title(mark):
            return False
        self._begin_question(mark)
        return True

    def _next_structure(self) -> Mark | None:
        """Find what follows a title: a number, options, a label or another title."""
        wanted = {"number", "letter", "label", "title", "heading"}
        return next((m for m in self.marks[self.place : self.place + 40] if m.kind in wanted), None)

    def _open_case(self, mark: Mark, line: Line) -> bool:
        del line
        if self.keys or (self.question and self.question.fields and not mark.is_start):
            return False
        if mark.range is None and not self._is_case_title():
            return False
        self.case = Case(mark.line, mark.range, number=mark.line)
        self.section.entries.append(self.case)
        self.question = None
        self.numbering.begin_case(mark.range)
        self.sink = self.case.stimulus
        return True

    def _is_case_title(self) -> bool:
        follower = self._next_structure()
        return follower is not None and follower.kind == "number"

    def _open_keys(self, mark: Mark, line: Line) -> bool:
        if not any(section.entries for section in self.paper.sections) and not self.question:
            return False
        text = self._text_after(mark)
        lacks_answer = self.question is not None and not self.question.fields_of("answer")
        if not is_key_list(text) and not self._is_key_heading(mark, lacks_answer=lacks_answer):
            return is_answer_label(line) and self._open_label(replace(mark, word="answer"), line)
        self._begin_keys()
        return True

    def _is_key_heading(self, mark: Mark, *, lacks_answer: bool) -> bool:
        """Tell a heading over many answers from the label of one whose answer stands below it."""
        following = self.marks[self.place : self.place + _WINDOW]
        after = next((m for m in following if m.line > mark.line), None)
        if after is None or after.kind not in {"number", "heading", "title", "chapter"}:
            text = self._text_after(mark)
            return text.startswith(("题号", "|"))
        is_next_line = not self._text_between(mark.line, after.line)
        is_list = bool(self.numbering.style) and after.style != self.numbering.style
        is_own = is_list and not self._first_lacks_answer()
        is_sequel = lacks_answer and after.kind == "number" and (after.value != 1 or is_own)
        return is_next_line and after.is_start and not is_sequel

    def _text_between(self, first: int, last: int) -> str:
        between = self.lines[first + 1 : min(last, first + _WINDOW)]
        return "".join(line.text.strip() for line in between)

    def _text_after(self, mark: Mark) -> str:
        rest = self.lines[mark.line].folded[mark.end : mark.end + _WINDOW].strip()
        number = mark.line + 1
        while not rest and number < len(self.lines) and number < mark.line + 6:
            rest = self.lines[number].folded[:_WINDOW].strip()
            number += 1
        return rest

    def _begin_keys(self) -> None:
        here = self.section if self.section.entries else None
        self.is_sheet = False
        self.keys = KeyList(len(self.paper.sections), section=here)
        self.paper.key_lists.append(self.keys)
        self.question = self.case = None
        self.sink = self.keys.pieces

    def _is_new(self, heading: Heading) -> bool:
        """Tell whether a heading in a list of keys is none of those that stood above questions."""
        named = [section for section in self.paper.sections if section.kind]
        is_of_kind = any(section.kind == heading.kind for section in named)
        ordinals = {section.ordinal for section in named}
        is_further = bool(heading.ordinal) and heading.ordinal not in ordinals
        return bool(named) and not is_of_kind and (is_further or not heading.ordinal)

    def _is_exit(self, mark: Mark) -> bool:
        """Tell whether a heading ends a list of keys: questions with options follow it."""
        letters: set[str] = set()
        for follower in self.marks[self.place : self.place + 12]:
            if follower.kind == "letter" and (follower.is_start or letters):
                letters.add(follower.word)
            if {"A", "B"} <= letters:
                return True
            if follower.kind == "heading" and follower.line > mark.line:
                break
        return False

    def _begin_from_intro(self) -> None:
        """Make a question without a number of the text below a heading, as its answer follows."""
        section = self.section
        if self.question or self.keys or self.case or not (section.kind and section.intro):
            return
        if section.entries or self.sink is not section.intro:
            return
        question = Question(1, section.intro[0].line, section)
        question.body, section.intro = section.intro, []
        section.entries.append(question)
        self.numbering.owner = self.question = question
        self.sink = question.body

    def _open_label(self, mark: Mark, line: Line) -> bool:
        del line
        if mark.word == "answer":
            self._begin_from_intro()
        question = self.question
        text = self._text_after(mark)
        if mark.word == "kind" and not self.keys and (question is None or self.passed):
            self.hint = kind_of(text[:_WINDOW])
            self.sink = self.passed
            return True
        if self.keys or question is None:
            return False
        if mark.word == "answer":
            if (is_key_list(text) or self._is_for_all(text, question)) and not question.parts:
                self._begin_keys()
                return True
            if self._is_invitation(mark, question):
                return False
        elif not text and mark.word == "kind":
            return False
        question.fields.append(Field(mark.word, mark.line))
        self.sink = question.fields[-1].pieces
        return True

    def _first_lacks_answer(self) -> bool:
        """Tell whether the section's first question is an earlier one, and has no answer yet."""
        first = self.section.entries[0] if self.section.entries else None
        return isinstance(first, Question) and first is not self.question and not first.fields

    def _is_for_all(self, text: str, question: Question) -> bool:
        """Tell an answer for all questions of the section from that of the last one."""
        if not self._first_lacks_answer():
            return False
        if is_key_run(text):
            return self.section.kind in {"", "single", "choice"}
        first = self.section.entries[0]
        numbers = (first.number, question.number)
        return self.section.kind == "blank" and is_numbered_list(text, numbers)

    def _is_invitation(self, mark: Mark, question: Question) -> bool:
        """Tell “请选出正确答案：”, followed by the options, from an answer."""
        if question.letters:
            return False
        after = next(iter(self.marks[self.place : self.place + 1]), None)
        is_first = after is not None and after.kind == "letter" and after.word == "A"
        return is_first and after is not None and after.line > mark.line

    def _open_number(self, mark: Mark, line: Line) -> bool:
        if self.keys:
            if not self._leaves_keys(mark):
                return False
            self.keys = None
            self._begin_section(Section(line=mark.line))
        if self._is_instruction(mark):
            return False
        if not mark.is_start and self._is_in_brackets(mark, line):
            return False
        if self._opens_part(mark):
            self._begin_part(mark)
            return True
        before = line.folded[max(0, mark.start - _WINDOW) : mark.start].rstrip()
        at_boundary = mark.is_start or not before or before[-1] in _BOUNDARY
        is_spaced = line.folded[mark.start - 1 : mark.start] in {" ", ""}
        if not self.numbering.takes(
            mark, self.question, self.section, at_boundary=at_boundary, is_spaced=is_spaced
        ):
            return False
        self._begin_question(mark)
        return True

    def _is_in_brackets(self, mark: Mark, line: Line) -> bool:
        window = line.folded[max(0, mark.start - 40) : mark.start]
        return window.count("(") > window.count(")") and mark.style != "paren"

    def _leaves_keys(self, mark: Mark) -> bool:
        """Tell whether a number in a list of keys begins a question with options on lines."""
        if mark.value != 1 or not mark.is_start:
            return False
        for follower in self.marks[self.place : self.place + 6]:
            if follower.kind == "number" and follower.is_start:
                return False
            if follower.kind == "letter" and follower.word == "A":
                return follower.is_start and follower.line > mark.line
        return False

    def _is_instruction(self, mark: Mark) -> bool:
        """Tell the numbered notes above a paper from its questions."""
        is_before = self.has_headings and len(self.paper.sections) == 1 and self.question is None
        return is_before and self.case is None and not mark.has_evidence

    def _opens_part(self, mark: Mark) -> bool:
        question = self.question
        if question is None or self.case is not None:
            return False
        is_case = self.section.kind == "case" or question.hint == "case"
        return is_case and self.numbering.takes_part(mark, question)

    def _begin_part(self, mark: Mark) -> None:
        owner = self.numbering.owner
        if owner is None:
            return
        part = Question(mark.value, mark.line, self.section, mark.hint, mark.lead)
        owner.parts.append(part)
        self.question = part
        self.sink = part.body

    def _begin_question(self, mark: Mark) -> None:
        hint, self.hint = mark.hint or self.hint, ""
        question = Question(mark.value, mark.line, self.section, hint, mark.lead)
        if self.case is not None and self.case.range and mark.value > self.case.range[1]:
            self.case = None
        entries = self.section.entries if self.case is None else self.case.questions
        entries.append(question)
        self.numbering.owner = question
        self.question = question
        self.sink = question.body
