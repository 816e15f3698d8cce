"""What stands between the braces: answers with their weights and feedback."""

import re
from dataclasses import dataclass
from decimal import Decimal

_WEIGHT = re.compile(r"\s*%(-?[0-9]{1,3}(?:\.[0-9]{1,9})?)%")
_VERDICT = re.compile(r"\s*(T|TRUE|F|FALSE)\s*(?=#|$)", re.IGNORECASE)
_CLOZE = re.compile(r"\s*[0-9]*\s*:\s*[A-Z_]{2,20}\s*:")
_RANGE = re.compile(r"(.+?)\.\.(.+)", re.DOTALL)
FULL = Decimal(100)


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as written: `sign` is = or ~; `weight` in percent, None where none is given."""

    sign: str
    text: str
    weight: Decimal | None
    feedback: str

    @property
    def worth(self) -> Decimal:
        """Return what it earns, in percent."""
        if self.weight is not None:
            return self.weight
        return FULL if self.sign == "=" else Decimal(0)


@dataclass(frozen=True, slots=True)
class Braces:
    """The content of the braces, cut up; `kind` as the grammar tells them apart.

    `kind` is essay, truefalse, numeric, matching, short, choice or cloze.
    """

    kind: str
    answers: tuple[Answer, ...] = ()
    general: str = ""
    is_true: bool = False
    feedback: tuple[str, ...] = ()


def read_braces(inside: str) -> Braces:
    """Tell what the content of the braces is and cut it into answers."""
    body, _, general = inside.partition("####")
    if not body.strip():
        return Braces("essay", general=general)
    verdict = _VERDICT.match(body)
    if verdict:
        pieces = tuple(body[verdict.end() :].split("#")[1:3])
        is_true = verdict[1].upper().startswith("T")
        return Braces("truefalse", general=general, is_true=is_true, feedback=pieces)
    if body.lstrip().startswith("#"):
        return Braces("numeric", _answers(body.lstrip()[1:]), general)
    if _CLOZE.match(body):
        return Braces("cloze", general=general)
    answers = _answers(body)
    return Braces(_kind(body, answers), answers, general)


def _kind(body: str, answers: tuple[Answer, ...]) -> str:
    if "~" in body:
        return "choice"
    is_matching = len(answers) > 1 and all("->" in answer.text for answer in answers)
    return "matching" if is_matching else "short"


def _answers(body: str) -> tuple[Answer, ...]:
    """Cut at every = and ~; what stands before the first is an answer of its own."""
    pieces = re.split("([=~])", body)
    found = [("=", pieces[0])] if pieces[0].strip() else []
    found += zip(pieces[1::2], pieces[2::2], strict=True)
    return tuple(_answer(sign, text) for sign, text in found)


def _answer(sign: str, source: str) -> Answer:
    weight = _WEIGHT.match(source)
    rest = source[weight.end() :] if weight else source
    text, _, feedback = rest.partition("#")
    return Answer(sign, text, Decimal(weight[1]) if weight else None, feedback)


def read_number(text: str) -> tuple[str, str, str]:
    """Cut a number into value and tolerance, or the ends of a range: the rest is ""."""
    found = _RANGE.fullmatch(text.strip())
    if found:
        return "", found[1].strip(), found[2].strip()
    value, _, tolerance = text.strip().partition(":")
    return value.strip(), tolerance.strip(), ""
