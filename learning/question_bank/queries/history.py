"""What became of an item: its versions, who wrote and signed them, and how two of them differ."""

import difflib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ScalarSelect, select
from sqlalchemy.orm import Session, aliased

from learning.accounts.models import User
from learning.question_bank.drafts import write_enemies
from learning.question_bank.item_types import write
from learning.question_bank.models import ItemReview, ItemRow, ItemVersionRow, ItemWriter
from learning.question_bank.rules import AnswerKey, Item, ItemDocument

MAX_STEPS = 200
MAX_PAIRS = 1_000_000
"""Pairs of characters that one comparison of two versions may try: some 0.4 s at worst."""
_TOKEN = re.compile(r"[A-Za-z0-9.]+|\s+|.", re.DOTALL)


@dataclass(frozen=True, slots=True)
class VersionStep:
    """A version: its number, who wrote it ("" for files), when it was made."""

    id: int
    number: int
    writer: str
    created_at: datetime
    is_current: bool
    is_waiting: bool


@dataclass(frozen=True, slots=True)
class LifeStep:
    """Something somebody did to an item; `number` is the version's, 0 for none."""

    act: str
    actor: str
    comment: str
    number: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text that two versions share, or only one has: "same", "gone" or "new"."""

    how: str
    text: str


@dataclass(frozen=True, slots=True)
class Difference:
    """How a field of two versions differs; `place` is an option's letter, a number or ""."""

    name: str
    place: str
    pieces: tuple[Piece, ...]


def list_versions(session: Session, item: ItemRow) -> list[VersionStep]:
    """Return the versions of an item, newest first."""
    rows = session.execute(
        select(ItemVersionRow, User.display_name)
        .outerjoin(User, User.id == ItemVersionRow.written_by)
        .where(ItemVersionRow.item_id == item.id)
        .order_by(ItemVersionRow.number.desc())
        .limit(MAX_STEPS)
    )
    return [
        VersionStep(
            id=version.id,
            number=version.number,
            writer=name or "",
            created_at=version.created_at,
            is_current=version.id == item.current_version_id,
            is_waiting=version.id == item.review_version_id,
        )
        for version, name in rows
    ]


def list_life(session: Session, item: ItemRow) -> list[LifeStep]:
    """Return what was done to an item and said of it, newest first."""
    version = aliased(ItemVersionRow)
    rows = session.execute(
        select(ItemReview, User.display_name, version.number)
        .outerjoin(User, User.id == ItemReview.acted_by)
        .outerjoin(version, version.id == ItemReview.version_id)
        .where(ItemReview.item_id == item.id)
        .order_by(ItemReview.id.desc())
        .limit(MAX_STEPS)
    )
    return [
        LifeStep(step.act, name or "", step.comment, number or 0, step.at)
        for step, name, number in rows
    ]


def compare_documents(before: ItemDocument, after: ItemDocument) -> list[Difference]:
    """Return how what is asked differs, field by field; what is the same is left out."""
    return list(_differences(_document_fields(before), _document_fields(after)))


def compare_keys(before: Item, after: Item) -> list[Difference]:
    """Return how what is right differs: for who may see keys alone."""
    return list(_differences(_key_fields(before), _key_fields(after)))


def _document_fields(document: ItemDocument) -> dict[tuple[str, str], str]:
    fields = {
        ("kind", ""): document.kind.value,
        ("level", ""): document.level.value,
        ("difficulty", ""): str(document.difficulty),
        ("area", ""): document.area,
        ("pool", ""): document.pool.value,
        ("tracks", ""): "、".join(document.tracks),
        ("excludes", ""): write_enemies(document.excludes),
        ("stem", ""): document.stem,
        ("unit", ""): document.unit,
        ("settings", ""): "；".join(f"{name} {value}" for name, value in document.settings),
    }
    fields |= {("option", option.id.upper()): option.text for option in document.options}
    fields |= {("prompt", prompt.id): prompt.text for prompt in document.prompts}
    for number, part in enumerate(document.parts, 1):
        for (name, place), text in _document_fields(part).items():
            if name in {"kind", "stem", "option", "prompt", "unit"}:
                fields[f"part_{name}", f"{number}{place}"] = text
    return fields


def _key_fields(item: Item) -> dict[tuple[str, str], str]:
    key = item.key
    fields = {
        ("explanation", ""): key.explanation,
        ("source", ""): key.source,
        ("key", ""): _key_text(item),
    }
    pairs = zip(item.document.parts, key.parts, strict=True)
    for number, (document, part) in enumerate(pairs, 1):
        fields["key", str(number)] = _key_text(Item(document, part))
        fields["explanation", str(number)] = part.explanation
    return fields


def _key_text(item: Item) -> str:
    """Return the key as item files write it: marks of options by letter, answers line by line."""
    key: AnswerKey = item.key
    marked = " ".join(choice.upper() for choice in key.choices) if item.document.options else ""
    lines = [line for line in write(item).lines if line.startswith("=")]
    return "\n".join(filter(None, (marked, *lines)))


def _differences(
    before: dict[tuple[str, str], str], after: dict[tuple[str, str], str]
) -> Iterator[Difference]:
    pairs_left = MAX_PAIRS
    for name, place in dict.fromkeys([*before, *after]):
        old, new = before.get((name, place), ""), after.get((name, place), "")
        if old != new:
            yield Difference(name, place, tuple(compare_texts(old, new, pairs_left)))
            pairs_left -= len(old) * len(new)


def compare_texts(before: str, after: str, most: int = MAX_PAIRS) -> list[Piece]:
    """Return what two texts share and what each has alone, in order.

    Chinese is compared character by character; a number or a Latin word is one thing, so that 49
    become 42 does not read as 4 kept and 9 made 2. `most` bounds the pairs that are tried: beyond
    it, what lies between the common beginning and end counts as replaced.
    """
    old, new = _TOKEN.findall(before), _TOKEN.findall(after)
    start = _shared(old, new)
    end = _shared(old[start:][::-1], new[start:][::-1])
    gone, made = old[start : len(old) - end], new[start : len(new) - end]
    pieces = [Piece("same", "".join(old[:start])), *_between(gone, made, most)]
    pieces.append(Piece("same", "".join(old[len(old) - end :])))
    return [piece for piece in pieces if piece.text]


def _shared(old: Sequence[str], new: Sequence[str]) -> int:
    """Return how many tokens two lists begin with alike."""
    pairs = enumerate(zip(old, new, strict=False))
    return next((n for n, (a, b) in pairs if a != b), min(len(old), len(new)))


def _between(gone: Sequence[str], made: Sequence[str], most: int) -> Iterator[Piece]:
    if len(gone) * len(made) > most:
        yield from (Piece("gone", "".join(gone)), Piece("new", "".join(made)))
        return
    matcher = difflib.SequenceMatcher(a=gone, b=made, autojunk=False)
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag == "equal":
            yield Piece("same", "".join(gone[a:b]))
        else:
            yield from (Piece("gone", "".join(gone[a:b])), Piece("new", "".join(made[c:d])))


def list_writers(session: Session, version_id: int) -> frozenset[int]:
    """Return the ids of the people who wrote the item of a version, in any of its versions."""
    item_id = _item_of(version_id)
    written = select(ItemVersionRow.written_by).where(
        ItemVersionRow.item_id == item_id, ItemVersionRow.written_by.is_not(None)
    )
    wrote = select(ItemWriter.user_id).where(ItemWriter.item_id == item_id)
    return frozenset(session.scalars(written.union(wrote)))


def list_reviewers(session: Session, version_id: int) -> frozenset[int]:
    """Return the ids of the people who judged the item of a version: signed off or sent back."""
    return frozenset(
        session.scalars(
            select(ItemReview.acted_by).where(
                ItemReview.item_id == _item_of(version_id),
                ItemReview.act.in_(["approved", "returned"]),
                ItemReview.acted_by.is_not(None),
            )
        )
    )


def _item_of(version_id: int) -> ScalarSelect[int]:
    return select(ItemVersionRow.item_id).where(ItemVersionRow.id == version_id).scalar_subquery()
