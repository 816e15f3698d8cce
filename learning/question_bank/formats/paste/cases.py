"""Cases: which questions share a stimulus, and answers given for all their parts at once."""

import re

from learning.question_bank.formats.paste.blocks import Case, Field, Paper, Piece, Question, Section
from learning.question_bank.formats.paste.lines import fold

_MIN_STIMULUS = 30
_PART_ANSWER = re.compile(
    r"(?:(?:^|(?<=[\s;,、。]))(?:[(]?(\d{1,2})\s?[)、.:]|([①-⑩]))"
    r"|(?<=[A-H√×对错])[(](\d{1,2})\s?[)][、.:]?)\s?"
)


def with_cases(paper: Paper) -> None:
    """Gather questions under their stimulus, and dissolve cases that have no questions."""
    for section in paper.sections:
        section.entries = [entry for entry in section.entries if _is_kept(entry, paper)]
        if section.kind == "case" and _is_one_case(section):
            case = Case(section.line, stimulus=section.intro)
            case.questions = section.questions()
            section.entries = [case]
            section.intro = []


def _is_one_case(section: Section) -> bool:
    """Tell whether a text below the heading is what all the questions are about."""
    length = sum(len(piece.text) for piece in section.intro)
    plain = all(isinstance(entry, Question) and not entry.parts for entry in section.entries)
    return bool(section.entries) and plain and length >= _MIN_STIMULUS


def _is_kept(entry: Question | Case, paper: Paper) -> bool:
    if isinstance(entry, Case) and not entry.questions:
        paper.loose += entry.stimulus
        return False
    return True


def spread_answers(question: Question) -> None:
    """Give “(1)B (2)AC” behind the last part to the parts, where each has its number there."""
    fields = [*question.fields, *question.parts[-1].fields]
    for each in fields:
        if each.name != "answer":
            continue
        text = each.text
        found = list(_PART_ANSWER.finditer(fold(text)))
        numbers = [_number(match) for match in found]
        if numbers != list(range(1, len(question.parts) + 1)) or len(numbers) < 2:
            continue
        ends = [match.start() for match in found[1:]] + [len(text)]
        each.pieces.clear()
        for part, match, end in zip(question.parts, found, ends, strict=True):
            answer = text[match.end() : end].strip(" ;；,，\n")
            part.fields.insert(0, Field("answer", each.line, [Piece(each.line, answer)]))


def _number(match: re.Match[str]) -> int:
    digits = match.group(1) or match.group(3)
    return int(digits) if digits else ord(match.group(2)) - ord("①") + 1
