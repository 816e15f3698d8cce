"""What the item types exchange with the loader and with scoring."""

import re
from dataclasses import dataclass
from decimal import Decimal

from learning.question_bank.rules import (
    AnswerKey,
    Criterion,
    Draw,
    ItemDocument,
    ItemKind,
    Option,
    ResponseInvalid,
    Settings,
    ToleranceKind,
)


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
class PartBlock:
    """One sub-item of a case: `### kind · weight`, then lines like those of an item.

    `kind` and `weight` are the words as found ("单选", "2"; weight "" means 1); attributes stand in
    `block`.
    """

    line: int
    kind: str
    weight: str
    stem: str
    block: "ItemBlock"
    explanation: str = ""


@dataclass(frozen=True, slots=True)
class ItemBlock:
    """The lines of one item between its heading (`line`) and the next; `gaps` counts ____.

    `attributes` are what the heading says beyond the common ones (不计顺序, 3 位有效数字), for the
    kind to understand or refuse; `parts` are the sub-items of a case; `draw` is the TOML of a
    parametric item, from `draw_line` on.
    """

    line: int
    gaps: int
    options: tuple[OptionLine, ...]
    answers: tuple[AnswerLine, ...]
    attributes: tuple[str, ...] = ()
    parts: tuple[PartBlock, ...] = ()
    draw: str = ""
    draw_line: int = 0


_NOT_TEXT = re.compile(r"`[^`]*`|\$\$?[^$]*\$\$?")
_GAP = re.compile(r"_{4,}")


def count_gaps(stem: str) -> int:
    """Count the gaps (four or more underscores) of a stem outside code and formulas."""
    return len(_GAP.findall(_NOT_TEXT.sub("", stem)))


@dataclass(frozen=True, slots=True)
class Written:
    """An item as its author's lines: options and answers, heading attributes, the TOML of a draw.

    The sub-items of a case are not among the lines: whoever writes a case writes each of them.
    """

    lines: tuple[str, ...]
    attributes: tuple[str, ...] = ()
    draw: str = ""


@dataclass(frozen=True, slots=True)
class ItemParts:
    """What an item type makes of a block: its share of the document and of the key.

    `settings` go to the document, `key_settings` to the key; `parts` and `key_parts` belong to the
    sub-items of a case (their level, difficulty, area and pool are put in by who assembles).
    """

    options: tuple[Option, ...] = ()
    blank_count: int = 0
    unit: str = ""
    choices: tuple[str, ...] = ()
    blanks: tuple[tuple[str, ...], ...] = ()
    value: Decimal | None = None
    tolerance: Decimal | None = None
    tolerance_kind: ToleranceKind | None = None
    prompts: tuple[Option, ...] = ()
    rubric: tuple[Criterion, ...] = ()
    settings: Settings = ()
    key_settings: Settings = ()
    parts: tuple[ItemDocument, ...] = ()
    key_parts: tuple[AnswerKey, ...] = ()
    draw: Draw | None = None
    formula: str = ""
    require: Settings = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong with a line, or (`is_remark`) only worth a look."""

    line: int
    code: str
    message: str
    is_remark: bool = False


@dataclass(frozen=True, slots=True)
class Tally:
    """How much of a response is right: `right` and `wrong` parts, out of `of` (≥ 1).

    `parts` are the tallies of a case's sub-items, in their order; the numbers then count sub-items.
    `is_pending`: something waits for a person's mark.
    """

    right: int
    wrong: int
    of: int
    parts: "tuple[PartTally, ...]" = ()
    is_pending: bool = False

    @property
    def is_all_right(self) -> bool:
        """Nothing missing, nothing wrong, nothing waiting."""
        return self.right == self.of and self.wrong == 0 and not self.is_pending


@dataclass(frozen=True, slots=True)
class PartTally:
    """A sub-item of a case: its kind, what it is worth in proportion, and its tally.

    `tally` is None where it was not answered, or not in a way that fits.
    """

    kind: ItemKind
    weight: Decimal
    tally: Tally | None


def text_of(raw: object, max_length: int, *, kept: str = "") -> str:
    """Check a typed text: control characters become spaces (but those `kept`), ends are stripped.

    Raises ResponseInvalid for another type, for more than `max_length` characters, and for halves
    of surrogate pairs, which no database stores.
    """
    if not isinstance(raw, str):
        raise ResponseInvalid("type")
    if len(raw) > max_length:
        raise ResponseInvalid("length")
    if any("\ud800" <= character <= "\udfff" for character in raw):
        raise ResponseInvalid("text")
    return "".join(c if c.isprintable() or c > "\x9f" or c in kept else " " for c in raw).strip()


def option_of(raw: object, allowed: tuple[str, ...]) -> str:
    """Check an option id; raises ResponseInvalid."""
    if not isinstance(raw, str):
        raise ResponseInvalid("type")
    if raw not in allowed:
        raise ResponseInvalid("option")
    return raw
