"""The values of the bank: what is asked, what is right, what a candidate sees. Pure.

No parsing of files, no HTML, no marking: those are `loader`, `presentation` and `scoring`.
Documents and keys are stored as canonical JSON: sorted keys, no spaces, Chinese as it is, decimals
as strings, so that equal values give equal bytes and equal hashes.
"""

import hashlib
import json
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any, Literal

from learning.kernel.errors import DomainError

ToleranceKind = Literal["absolute", "relative"]
Response = str | list[str] | None
"""A canonical response: "b" · ["a","c"] · "t" · ["text", …] · "49200" · None = withdrawn."""


class ItemKind(StrEnum):
    """How an item is answered."""

    SINGLE = "single"
    MULTIPLE = "multiple"
    TRUE_FALSE = "true_false"
    BLANK = "blank"
    NUMERIC = "numeric"


class Level(StrEnum):
    """How well the point must be known: 掌握, 熟悉, 了解."""

    MASTER = "master"
    FAMILIAR = "familiar"
    AWARE = "aware"


class Pool(StrEnum):
    """What an item may be used for; secure items never reach practice or a public file."""

    PRACTICE = "practice"
    CONTEST = "contest"
    SECURE = "secure"


class ResponseInvalid(DomainError):  # noqa: N818 - reads as a statement, like its siblings
    """A response that does not fit its item; `code` says why: type, option, length, text."""


@dataclass(frozen=True, slots=True)
class Option:
    """One option; `id` is "a", "b", … in the order of the file, `text` is Markdown."""

    id: str
    text: str


@dataclass(frozen=True, slots=True)
class ItemDocument:
    """What is asked. Holds nothing of the key.

    `difficulty` is the share expected to be wrong, 0–1; `blanks` is the number of gaps to fill
    (blank items), 1 for numeric items, else 0; `unit` is printed behind a numeric answer.
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


@dataclass(frozen=True, slots=True)
class AnswerKey:
    """What is right, why, and from where.

    `choices` are option ids, for true/false ("t",) or ("f",); `blanks` are the accepted wordings of
    each gap; `tolerance` is in the unit of `value` if absolute, a ratio of |value| if relative.
    """

    kind: ItemKind
    choices: tuple[str, ...] = ()
    blanks: tuple[tuple[str, ...], ...] = ()
    value: Decimal | None = None
    tolerance: Decimal | None = None
    tolerance_kind: ToleranceKind | None = None
    explanation: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """An item with its key, as an author writes it."""

    document: ItemDocument
    key: AnswerKey

    @property
    def content_hash(self) -> str:
        """SHA-256 (hex) over the canonical JSON of document and key."""
        text = f"[{document_to_json(self.document)},{key_to_json(self.key)}]"
        return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class OptionView:
    """One option as a candidate sees it."""

    id: str
    html: str


@dataclass(frozen=True, slots=True)
class ItemView:
    """One item as a candidate sees it: no key, code, area, pool or difficulty.

    `options` stand in the order of this form; `points` are what the item is worth there.
    """

    position: int
    kind: ItemKind
    stem_html: str
    options: tuple[OptionView, ...]
    blanks: int
    unit: str
    points: Decimal


def document_to_json(document: ItemDocument) -> str:
    """Write a document as canonical JSON."""
    return _canonical(
        {
            "code": document.code,
            "kind": document.kind,
            "level": document.level,
            "difficulty": str(document.difficulty),
            "area": document.area,
            "pool": document.pool,
            "tracks": document.tracks,
            "stem": document.stem,
            "options": [[option.id, option.text] for option in document.options],
            "blanks": document.blanks,
            "unit": document.unit,
        }
    )


def document_from_json(text: str) -> ItemDocument:
    """Read what `document_to_json` wrote."""
    data = json.loads(text)
    return ItemDocument(
        code=data["code"],
        kind=ItemKind(data["kind"]),
        level=Level(data["level"]),
        difficulty=Decimal(data["difficulty"]),
        area=data["area"],
        pool=Pool(data["pool"]),
        tracks=tuple(data["tracks"]),
        stem=data["stem"],
        options=tuple(Option(*pair) for pair in data["options"]),
        blanks=data["blanks"],
        unit=data["unit"],
    )


def key_to_json(key: AnswerKey) -> str:
    """Write a key as canonical JSON."""
    return _canonical(
        {
            "kind": key.kind,
            "choices": key.choices,
            "blanks": key.blanks,
            "value": _decimal_text(key.value),
            "tolerance": _decimal_text(key.tolerance),
            "tolerance_kind": key.tolerance_kind,
            "explanation": key.explanation,
            "source": key.source,
        }
    )


def key_from_json(text: str) -> AnswerKey:
    """Read what `key_to_json` wrote."""
    data = json.loads(text)
    return AnswerKey(
        kind=ItemKind(data["kind"]),
        choices=tuple(data["choices"]),
        blanks=tuple(tuple(alternatives) for alternatives in data["blanks"]),
        value=_decimal(data["value"]),
        tolerance=_decimal(data["tolerance"]),
        tolerance_kind=data["tolerance_kind"],
        explanation=data["explanation"],
        source=data["source"],
    )


def _canonical(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _decimal_text(value: Decimal | None) -> str | None:
    return None if value is None else str(value)


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
