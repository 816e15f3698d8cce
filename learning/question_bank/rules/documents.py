"""The values of the bank: what is asked, what is right, what a candidate sees. Pure.

No parsing of files, no HTML, no marking: those are `loader`, `presentation` and `scoring`.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from learning.kernel.errors import DomainError
from learning.question_bank.rules.kinds import ItemKind, Level, Pool

ToleranceKind = Literal["absolute", "relative"]
Response = str | list[Any] | None
"""A canonical response: "b" · ["a","c"] · "t" · ["text", …] · "49200" · None = withdrawn.

Matching: an option id or "" a prompt; ordering: all option ids; essay: the text; case: a list of
its parts' responses, None for a part not answered.
"""
Settings = tuple[tuple[str, str], ...]
"""What a kind has to say beyond the common fields, sorted by name."""


class ResponseInvalid(DomainError):  # noqa: N818 - reads as a statement, like its siblings
    """A response that does not fit its item; `code` says why: type, option, length, text."""


@dataclass(frozen=True, slots=True)
class Option:
    """One option or prompt; `text` is Markdown.

    Options of choice items are "a", "b", … in the order of the file. Where that order would tell
    the key (matching, ordering), ids follow the sorted texts instead. Prompts are "1", "2", ….
    """

    id: str
    text: str


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable of a parametric item: drawn evenly from `values`, decimals or words as text."""

    name: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Draw:
    """What a parametric item draws: see `question_bank.variants`.

    `lets` are named expressions, each of variables and earlier lets. `refused` are the numbers of
    variants (0–999) that break a requirement, found when the item was checked: none is ever shown.
    """

    variables: tuple[Variable, ...]
    lets: Settings = ()
    refused: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class ItemDocument:
    """What is asked. Holds nothing of the key.

    `difficulty` is the share expected to be wrong, 0–1; `blanks` is the number of gaps to fill
    (blank items), 1 for numeric items, else 0; `unit` is printed behind a numeric answer.
    `prompts` are the left side of a matching item; `parts` are the sub-items of a case, each worth
    `weight` in proportion; `draw` makes the item parametric: its texts are then templates.
    `excludes` are the codes of its enemies 互斥题 in the same bank: items that give its key away,
    or whose key it gives away, so that no paper holds both. One of the two says it.
    """

    code: str
    kind: ItemKind
    level: Level
    difficulty: Decimal
    area: str
    pool: Pool
    tracks: tuple[str, ...]
    stem: str
    options: tuple[Option, ...] = ()
    blanks: int = 0
    unit: str = ""
    prompts: tuple[Option, ...] = ()
    parts: "tuple[ItemDocument, ...]" = ()
    weight: Decimal = Decimal(1)
    draw: Draw | None = None
    settings: Settings = ()
    excludes: tuple[str, ...] = ()

    def setting(self, name: str) -> str:
        """Return what the kind's own setting says, "" if nothing."""
        return dict(self.settings).get(name, "")


@dataclass(frozen=True, slots=True)
class Criterion:
    """One line of a rubric: what the answer must show and the share of the points it earns."""

    points: Decimal
    text: str


@dataclass(frozen=True, slots=True)
class AnswerKey:
    """What is right, why, and from where.

    `choices` are option ids: for true/false ("t",) or ("f",), for matching one a prompt, for
    ordering all in the right order. `blanks` are the accepted wordings of each gap. `tolerance` is
    in the unit of `value` if absolute, a ratio of |value| if relative. `formula` gives the value of
    a parametric numeric item, `require` what its variants must satisfy (name, expression).
    """

    kind: ItemKind
    choices: tuple[str, ...] = ()
    blanks: tuple[tuple[str, ...], ...] = ()
    value: Decimal | None = None
    tolerance: Decimal | None = None
    tolerance_kind: ToleranceKind | None = None
    explanation: str = ""
    source: str = ""
    rubric: tuple[Criterion, ...] = ()
    parts: "tuple[AnswerKey, ...]" = ()
    formula: str = ""
    require: Settings = ()
    settings: Settings = ()

    def setting(self, name: str) -> str:
        """Return what the kind's own setting says, "" if nothing."""
        return dict(self.settings).get(name, "")


@dataclass(frozen=True, slots=True)
class OptionView:
    """One option or prompt as a candidate sees it."""

    id: str
    html: str


@dataclass(frozen=True, slots=True)
class ItemView:
    """One item as a candidate sees it: no key, code, area, pool or difficulty.

    `options` stand in the order of this form; `points` are what the item is worth there. `parts`
    are the sub-items of a case, positions counted from 1 within it.
    """

    position: int
    kind: ItemKind
    stem_html: str
    options: tuple[OptionView, ...]
    blanks: int
    unit: str
    points: Decimal
    prompts: tuple[OptionView, ...] = ()
    parts: "tuple[ItemView, ...]" = ()
    settings: Settings = ()

    def setting(self, name: str) -> str:
        """Return what the kind's own setting says, "" if nothing."""
        return dict(self.settings).get(name, "")
