"""What the formats exchange with those who use them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from learning.kernel.errors import DomainError
from learning.question_bank.drafts import ItemDraft
from learning.question_bank.rules import Item, ItemDocument

Progress = Callable[[int, int], None]
"""Called now and then with (done, total) entries; total 0 when it is not known yet."""


class Unreadable(DomainError):  # noqa: N818 - reads as a statement, like its siblings
    """Nothing of a file could be read; `code` is stable, `data["message"]` is for people."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code, message=message)
        self.message = message


@dataclass(frozen=True, slots=True)
class Upload:
    """A file or a pasted text as it arrived: the name is what a person called it, perhaps ""."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class SourceProblem:
    """Something about an entry, or a file, that an author has to know.

    `where` is what a person finds: "第 12 行", "题目!C7", "question 5"; `code` is stable. `is_loss`
    says that the source held something an item cannot: the item is good without it.
    """

    where: str
    code: str
    message: str
    is_loss: bool = False


@dataclass(frozen=True, slots=True)
class Asset:
    """A picture that came with a file: texts refer to it as `asset:<name>`, name unique in a file.

    `content` is verified to be what `media_type` says (PNG, JPEG, GIF or WebP).
    """

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Entry:
    """One question found in a source; `number` counts from 1 over the file, cases once.

    `where` names its place in the source.
    """

    number: int
    where: str
    draft: ItemDraft
    problems: tuple[SourceProblem, ...] = ()


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a file held: every question recognised, in order, and what belongs to none of them."""

    format: str
    entries: tuple[Entry, ...]
    problems: tuple[SourceProblem, ...] = ()
    assets: tuple[Asset, ...] = ()


class Importer(Protocol):
    """A way in."""

    NAME: str
    """As on the command line: paste, docx, xlsx, csv, gift, aiken, moodle-xml, qti, markdown."""

    def detect(self, upload: Upload) -> int:
        """Say how sure it is that the upload is of this format, 0–100; cheap, never raises."""
        ...

    def parse(self, upload: Upload, progress: Progress) -> Parsed:
        """Read everything; raises Unreadable when there is nothing to be had."""
        ...


@dataclass(frozen=True, slots=True)
class Carried:
    """The bytes of an export; `left_out` names the items it could not carry, with the reason.

    `suffix` and `media_type` are what these bytes are where that is not what the exporter's are.
    """

    content: bytes
    left_out: tuple[SourceProblem, ...] = field(default=())
    suffix: str = ""
    media_type: str = ""


class Exporter(Protocol):
    """A way out."""

    NAME: str
    SUFFIX: str
    MEDIA_TYPE: str

    def why_not(self, item: Item) -> str:
        """Say in words why the format cannot carry an item as it is, "" if it can."""
        ...

    def write(self, items: Sequence[Item], title: str, assets: Sequence[Asset]) -> Carried:
        """Write the items it can carry; the rest is named. `title` is the bank's."""
        ...


@runtime_checkable
class KeylessExporter(Exporter, Protocol):
    """A way out that can also write what a candidate may see, and no more."""

    def write_without_keys(
        self, documents: Sequence[ItemDocument], title: str, assets: Sequence[Asset]
    ) -> Carried:
        """Write the items it can carry without their keys; the rest is named."""
        ...
