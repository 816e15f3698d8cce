"""Whether a number begins the next question, or belongs to a text or a list within one."""

from learning.question_bank.formats.paste.blocks import Question, Section
from learning.question_bank.formats.paste.marks import Mark

_GAP = 3
_MAX_GAP = 20
_FAINT = frozenset({"space", "bare", "comma"})
_STATED = frozenset({"true_false", "blank", "essay", "numeric"})


class Numbering:
    """Follows the numbers of a section: the last one, their style, and a list within a question."""

    def __init__(self) -> None:
        self.last = 0
        self.style = ""
        self.inner = 0
        self.is_fresh = True
        self.owner: Question | None = None
        self.part_style = ""
        self.titles = 0

    def begin_section(self) -> None:
        """Let any numbering begin; it may also go on from the section before."""
        self.style = ""
        self.inner = 0
        self.is_fresh = True
        self.owner = None
        self.part_style = ""
        self.titles = 0

    def begin_case(self, numbers: tuple[int, int] | None) -> None:
        """Let the questions of a case begin, at their first number if it is known."""
        self.is_fresh = True
        self.inner = 0
        if numbers:
            self.last = numbers[0] - 1
        else:
            self.style = ""

    def takes_title(self, mark: Mark) -> bool:
        """Tell whether a Chinese numeral is the next one."""
        if mark.value not in {1, self.titles + 1} or (self.style and self.style != mark.style):
            return False
        self.titles = mark.value
        self._accept(mark)
        return True

    def takes_part(self, mark: Mark, question: Question) -> bool:
        """Tell whether a number begins a part of the case at hand."""
        owner = self.owner
        if owner is None or mark.style == self.style or mark.style not in _PART_STYLES:
            return False
        if self.part_style and mark.style != self.part_style and owner.parts:
            return False
        if mark.value != len(owner.parts) + 1 or (not owner.parts and question.fields):
            return False
        self.part_style = mark.style
        return True

    def takes(
        self,
        mark: Mark,
        question: Question | None,
        section: Section,
        *,
        at_boundary: bool,
        is_spaced: bool,
    ) -> bool:
        """Tell whether a number begins a question, and remember it if so."""
        if question is None and self.is_fresh:
            is_next = self._is_first(mark, section, at_boundary=at_boundary)
        elif question is None or (self.style and mark.style != self.style):
            is_next = self._changes_style(mark, question)
        elif mark.is_start:
            is_next = self._goes_on(mark, question, section)
        else:
            is_next = self._goes_on_glued(
                mark, question, at_boundary=at_boundary, is_spaced=is_spaced
            )
        if is_next:
            self._accept(mark)
        else:
            self._follow_inner(mark)
        return is_next

    def _accept(self, mark: Mark) -> None:
        self.last = mark.value
        self.style = mark.style
        self.inner = 0
        self.is_fresh = False

    def _follow_inner(self, mark: Mark) -> None:
        if mark.is_weak:
            return
        if mark.value == 1:
            self.inner = 2
        elif mark.value == self.inner:
            self.inner += 1

    def _is_first(self, mark: Mark, section: Section, *, at_boundary: bool) -> bool:
        is_expected = mark.value in {1, self.last + 1}
        if mark.is_start:
            if mark.word in _FAINT or mark.is_weak:
                is_stated = section.kind in _STATED or (mark.is_weak and section.kind == "case")
                return is_expected and (mark.has_evidence or is_stated)
            return is_expected or mark.has_evidence or bool(section.kind)
        is_plain = mark.style in {"plain", "di"} and not mark.is_weak
        return is_expected and is_plain and (at_boundary or bool(section.kind))

    def _changes_style(self, mark: Mark, question: Question | None) -> bool:
        if question is None or not question.is_complete or not mark.is_start:
            return False
        return mark.value == self.last + 1 and mark.has_evidence and mark.word not in _FAINT

    def _goes_on(self, mark: Mark, question: Question, section: Section) -> bool:
        if mark.value == self.last + 1:
            return self._is_next(mark, question, section)
        if mark.word in _FAINT or mark.is_weak or not question.is_complete:
            gap = mark.value - self.last
            is_strong = mark.word not in _FAINT and not mark.is_weak
            return is_strong and self.inner == 0 and 1 < gap <= _GAP and mark.has_evidence
        if mark.value == self.inner:
            return False
        gap = mark.value - self.last
        if mark.has_evidence:
            return mark.value == 1 or 0 <= gap <= _MAX_GAP
        return 1 < gap <= _GAP

    def _is_next(self, mark: Mark, question: Question, section: Section) -> bool:
        if (
            self.inner == mark.value
        ):  # the next question, or the next line of a list within this one
            return bool(question.fields) and mark.has_evidence
        if mark.word in _FAINT:
            return question.is_complete and (mark.has_evidence or section.kind in _STATED)
        if mark.is_weak:
            return question.is_complete or mark.has_evidence or section.kind in _STATED
        return True

    def _goes_on_glued(
        self, mark: Mark, question: Question, *, at_boundary: bool, is_spaced: bool
    ) -> bool:
        if not self._ends_with(mark, self.last + 1) or self.inner == mark.value:
            return False
        field = question.fields[-1].name if question.fields else ""
        if mark.is_weak:
            return at_boundary and (field != "" or question.letters >= 2) and mark.has_evidence
        if field == "answer":
            return mark.has_evidence or at_boundary or is_spaced
        if field:
            return at_boundary or (is_spaced and mark.has_evidence)
        return question.letters >= 2 or at_boundary

    def _ends_with(self, mark: Mark, expected: int) -> bool:
        """Tell whether the digits end in the number expected: “800” and “5.” may be glued."""
        digits = str(expected)
        if mark.style != "plain":
            return mark.value == expected
        if not str(mark.value).endswith(digits) or (mark.is_weak and mark.value != expected):
            return False
        mark.start = mark.end - 1 - len(digits)
        mark.value = expected
        return True


_PART_STYLES = frozenset({"paren", "rparen", "asked", "di", "plain"})
