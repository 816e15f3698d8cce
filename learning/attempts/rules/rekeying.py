"""Another key for an item that was asked: how people say it, and which items can have one. Pure.

What was asked stays word for word; only what is right changes. Options are ticked; other kinds take
lines as item files write them behind `=`. A parametric 计算 takes its expression, and perhaps its
tolerance on a second line: `100 * n / d` and `relative = 0.01`. A case is rekeyed by its sub-items.
What people mark has no key: its rubric is how it was marked, and other words there would change
what earlier marks meant without anybody reading the answers again.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import StrEnum

from learning.attempts.rules.rulings import Treatment
from learning.question_bank.drafts import Defaults, ItemDraft, check, draft_of
from learning.question_bank.rules import AnswerKey, Item, ItemDocument, ItemKind, ToleranceKind

MAX_LINES = 60
CHOSEN = frozenset({ItemKind.SINGLE, ItemKind.MULTIPLE, ItemKind.TRUE_FALSE})
WRITTEN = frozenset({ItemKind.BLANK, ItemKind.NUMERIC, ItemKind.MATCHING, ItemKind.ORDERING})
_TOLERANCE = re.compile(r"(relative|absolute|figures)\s*=\s*([0-9]{1,12}(?:\.[0-9]{1,12})?)")


class RekeyRefusal(StrEnum):
    """Why an item can have no other key."""

    MARKED_BY_HAND = "marked_by_hand"


@dataclass(frozen=True, slots=True)
class KeyWish:
    """What somebody says is right: ids of options ("t" or "f" for true and false), or lines.

    `parts` are the sub-items of a case by their number from 1; those left out keep their keys.
    """

    chosen: frozenset[str] = frozenset()
    lines: tuple[str, ...] = ()
    parts: Mapping[int, "KeyWish"] = field(default_factory=dict)

    @property
    def is_silent(self) -> bool:
        """Tell whether nothing is said."""
        return not self.chosen and not any(line.strip() for line in self.lines) and not self.parts


@dataclass(frozen=True, slots=True)
class RulingWish:
    """A ruling on an item version as somebody asks for it; `key` says the new key of a rekey."""

    version_id: int
    treatment: Treatment
    key: KeyWish = field(default_factory=KeyWish)
    explanation: str = ""


def rekey_refusal(item: Item) -> RekeyRefusal | None:
    """Return why an item can have no other key, None where it can."""
    parts = item.document.parts
    if parts:
        can = any(part.kind in CHOSEN | WRITTEN for part in parts)
    else:
        can = item.document.kind in CHOSEN | WRITTEN
    return None if can else RekeyRefusal.MARKED_BY_HAND


def new_key(item: Item, wish: KeyWish) -> AnswerKey | None:
    """Return the key that somebody says is right, None where the item cannot have it."""
    document = item.document
    if rekey_refusal(item) is not None:
        return None
    if document.parts:
        return _case_key(item, wish.parts)
    if document.kind in CHOSEN:
        return _chosen_key(item, wish.chosen)
    lines = [text for line in wish.lines if (text := line.strip().removeprefix("=").strip())]
    if document.kind in {ItemKind.MATCHING, ItemKind.ORDERING}:
        choices = _paired(document, lines) if document.prompts else _ordered(document, lines)
        return replace(item.key, choices=choices) if choices else None
    if document.kind is ItemKind.NUMERIC and document.draw is not None:
        return _computed_key(item, lines)
    return _checked(item, replace(draft_of(item), answers=tuple(lines)))


def keeps_question(item: Item, key: AnswerKey) -> bool:
    """Tell whether the bank would take an item with this key as it takes it with its own.

    What is asked and how people mark it must stay.
    """
    document = item.document
    if key.kind is not document.kind or _rubrics(item.key) != _rubrics(key):
        return False
    now, then = (check(draft_of(each), _defaults(document)) for each in (item, Item(document, key)))
    faults = {(finding.place, finding.code) for finding in now.findings}
    if any((finding.place, finding.code) not in faults for finding in then.findings):
        return False
    if now.item is None or then.item is None:
        return True  # the bank would not take the item as it is: there is nothing to hold it to
    return then.item.key.choices == key.choices and _asks_the_same(document, then.item.document)


def _rubrics(key: AnswerKey) -> tuple[object, ...]:
    return (key.rubric, *(_rubrics(part) for part in key.parts))


def _chosen_key(item: Item, chosen: Collection[str]) -> AnswerKey | None:
    ids = [each.id for each in item.document.options] or ["t", "f"]
    choices = tuple(each for each in ids if each in chosen)
    is_enough = bool(choices) if item.document.kind is ItemKind.MULTIPLE else len(choices) == 1
    return replace(item.key, choices=choices) if is_enough and set(chosen) <= set(ids) else None


def _paired(document: ItemDocument, lines: Sequence[str]) -> tuple[str, ...]:
    """Return the option of each prompt from lines “left -> right”, () where they do not fit."""
    sides = [line.partition("->") for line in lines]
    pairs = {left.strip(): right.strip() for left, _arrow, right in sides}
    ids = {each.text: each.id for each in document.options}
    wanted = [pairs.get(each.text, "") for each in document.prompts]
    fits = len(pairs) == len(lines) == len(wanted) and all(text in ids for text in wanted)
    return tuple(ids[text] for text in wanted) if fits else ()


def _ordered(document: ItemDocument, lines: Sequence[str]) -> tuple[str, ...]:
    """Return the options in the order of the lines, () unless each stands there once."""
    ids = {each.text: each.id for each in document.options}
    return tuple(ids[text] for text in lines) if sorted(lines) == sorted(ids) else ()


def _case_key(item: Item, wishes: Mapping[int, KeyWish]) -> AnswerKey | None:
    keys = list(item.key.parts)
    said = {number: wish for number, wish in wishes.items() if not wish.is_silent}
    if not said or not set(said) <= set(range(1, len(keys) + 1)):
        return None
    for number, wish in said.items():
        part = Item(item.document.parts[number - 1], keys[number - 1])
        key = new_key(part, wish)
        if key is None:
            return None
        keys[number - 1] = key
    return replace(item.key, parts=tuple(keys))


def _computed_key(item: Item, lines: Sequence[str]) -> AnswerKey | None:
    """Return the key of a parametric 计算: its expression, then perhaps its tolerance."""
    if not 1 <= len(lines) <= 2:
        return None
    key = replace(item.key, formula=lines[0])
    if len(lines) > 1:
        found = _TOLERANCE.fullmatch(lines[1])
        if found is None:
            return None
        name, number = found.groups()
        plain = replace(key, tolerance=None, tolerance_kind=None, settings=())
        if name == "figures":
            key = replace(plain, settings=(("figures", number),))
        else:
            kind: ToleranceKind = "relative" if name == "relative" else "absolute"
            key = replace(plain, tolerance=Decimal(number), tolerance_kind=kind)
    return _checked(item, draft_of(Item(item.document, key)))


def _checked(item: Item, draft: ItemDraft) -> AnswerKey | None:
    """Return the key of a draft that the bank takes and that asks the same, None for others."""
    checked = check(draft, _defaults(item.document)).item
    if checked is None or not _asks_the_same(item.document, checked.document):
        return None
    return checked.key


def _defaults(document: ItemDocument) -> Defaults:
    return Defaults(code=document.code, area=document.area, pool=document.pool)


def _asks_the_same(was: ItemDocument, now: ItemDocument) -> bool:
    """Tell whether candidates saw the same; a variant that was shown must not be refused now."""
    now = replace(now, weight=was.weight)  # a sub-item's is said by its case
    if was.draw is None or now.draw is None:
        return was == now
    same = replace(now, draw=replace(now.draw, refused=was.draw.refused)) == was
    return same and set(now.draw.refused) <= set(was.draw.refused)
