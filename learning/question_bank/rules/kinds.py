"""The vocabularies of items: how they are answered, how well known, what they may be used for."""

from collections.abc import Iterator
from enum import StrEnum
from typing import ClassVar


class ItemKind(str):
    """How an item is answered: an open vocabulary, one word a kind, always the same object.

    `ItemKind("single")` finds a kind and raises ValueError for a word that is none; `add` is called
    once by the module of `item_types` that knows the kind. Compare with `is`.
    """

    __slots__ = ()
    _known: ClassVar[dict[str, "ItemKind"]] = {}

    SINGLE: ClassVar["ItemKind"]
    MULTIPLE: ClassVar["ItemKind"]
    TRUE_FALSE: ClassVar["ItemKind"]
    BLANK: ClassVar["ItemKind"]
    NUMERIC: ClassVar["ItemKind"]
    MATCHING: ClassVar["ItemKind"]
    ORDERING: ClassVar["ItemKind"]
    ESSAY: ClassVar["ItemKind"]
    CASE: ClassVar["ItemKind"]

    def __new__(cls, word: str) -> "ItemKind":  # noqa: PYI034 - one object a kind, never a new one
        """Find the kind of a word."""
        known = cls._known.get(word)
        if known is None:
            raise ValueError(f"{word!r} is no kind of item")
        return known

    @classmethod
    def add(cls, word: str) -> "ItemKind":
        """Return the kind of a word, making it if there is none yet."""
        return cls._known.setdefault(word, str.__new__(cls, word))

    @classmethod
    def all(cls) -> Iterator["ItemKind"]:
        """Return all kinds, in the order in which they came to be known."""
        return iter(tuple(cls._known.values()))

    @property
    def value(self) -> str:
        """Return the word as plain text."""
        return str(self)


ItemKind.SINGLE = ItemKind.add("single")
ItemKind.MULTIPLE = ItemKind.add("multiple")
ItemKind.TRUE_FALSE = ItemKind.add("true_false")
ItemKind.BLANK = ItemKind.add("blank")
ItemKind.NUMERIC = ItemKind.add("numeric")
ItemKind.MATCHING = ItemKind.add("matching")
ItemKind.ORDERING = ItemKind.add("ordering")
ItemKind.ESSAY = ItemKind.add("essay")
ItemKind.CASE = ItemKind.add("case")


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


EASY_MILLI, HARD_MILLI = 350, 650


class Band(StrEnum):
    """How hard an item is, in three bands of its difficulty."""

    EASY = "easy"  # below 0.35
    MIDDLE = "middle"
    HARD = "hard"  # from 0.65 on


def band_of(difficulty_milli: int) -> Band:
    """Return the band of a difficulty in thousandths. Twin of the list's filter in SQL."""
    if difficulty_milli < EASY_MILLI:
        return Band.EASY
    return Band.MIDDLE if difficulty_milli < HARD_MILLI else Band.HARD
