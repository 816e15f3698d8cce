"""What the item types exchange with the loader and with scoring."""

from dataclasses import dataclass
from decimal import Decimal

from learning.question_bank.rules import Option, ResponseInvalid, ToleranceKind


@dataclass(frozen=True, slots=True)
class OptionLine:
    """`- [x] text`, as found; `line` counts from 1 in its file."""

    line: int
    text: str
    is_key: bool


@dataclass(frozen=True, slots=True)
class AnswerLine:
    """`= text`, as found."""

    line: int
    text: str


@dataclass(frozen=True, slots=True)
class ItemBlock:
    """The lines of one item between its heading (`line`) and the next; `gaps` counts ____."""

    line: int
    gaps: int
    options: tuple[OptionLine, ...]
    answers: tuple[AnswerLine, ...]


@dataclass(frozen=True, slots=True)
class ItemParts:
    """What an item type makes of a block: its share of the document and of the key."""

    options: tuple[Option, ...] = ()
    blank_count: int = 0
    unit: str = ""
    choices: tuple[str, ...] = ()
    blanks: tuple[tuple[str, ...], ...] = ()
    value: Decimal | None = None
    tolerance: Decimal | None = None
    tolerance_kind: ToleranceKind | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong with a line, or (`is_remark`) only worth a look."""

    line: int
    code: str
    message: str
    is_remark: bool = False


@dataclass(frozen=True, slots=True)
class Tally:
    """How much of a response is right: `right` and `wrong` parts, out of `of` (≥ 1)."""

    right: int
    wrong: int
    of: int

    @property
    def is_all_right(self) -> bool:
        """Nothing missing and nothing wrong."""
        return self.right == self.of and self.wrong == 0


def text_of(raw: object, max_length: int) -> str:
    """Check a typed text: control characters become spaces, ends are stripped.

    Raises ResponseInvalid for another type, for more than `max_length` characters, and for halves
    of surrogate pairs, which no database stores.
    """
    if not isinstance(raw, str):
        raise ResponseInvalid("type")
    if len(raw) > max_length:
        raise ResponseInvalid("length")
    if any("\ud800" <= character <= "\udfff" for character in raw):
        raise ResponseInvalid("text")
    return "".join(c if c.isprintable() or c > "\x9f" else " " for c in raw).strip()


def option_of(raw: object, allowed: tuple[str, ...]) -> str:
    """Check an option id; raises ResponseInvalid."""
    if not isinstance(raw, str):
        raise ResponseInvalid("type")
    if raw not in allowed:
        raise ResponseInvalid("option")
    return raw
