"""A regrade as an examiner prepares it: its states, its rulings as JSON, the new key of an item."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from learning.attempts.rules import Ruling, Treatment
from learning.attempts.rules.batch import canonical
from learning.exams.rules.results import Outcome
from learning.question_bank.drafts import Defaults, check, draft_of
from learning.question_bank.rules import AnswerKey, Item, ItemKind, key_from_json, key_to_json

SMALL = 500
"""Up to so many papers are scored anew within a request: half a second; more by the worker."""
MAX_RULINGS = 50
MAX_LINES = 60
MAX_REGRADE_REASON = 500  # twin of SittingRegrade.reason
CHOSEN = frozenset({ItemKind.SINGLE, ItemKind.MULTIPLE, ItemKind.TRUE_FALSE})
WRITTEN = frozenset({ItemKind.BLANK, ItemKind.NUMERIC, ItemKind.MATCHING, ItemKind.ORDERING})


class RegradeState(StrEnum):
    """How a regrade stands. Twin: the CHECK of `sitting_regrades`."""

    DRAFT = "draft"
    LOOKING = "looking"
    LOOKED = "looked"
    APPLYING = "applying"
    APPLIED = "applied"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class RulingWish:
    """A ruling as an examiner asks for it; `chosen` and `lines` say the new key (see `new_key`)."""

    version_id: int
    treatment: Treatment
    chosen: frozenset[str] = frozenset()
    lines: tuple[str, ...] = ()


class EffectKind(StrEnum):
    """What a regrade does to a result. Twin: the CHECK of `regrade_effects`."""

    PASSES = "passes"
    FAILS = "fails"
    MOVES = "moves"


BUSY = frozenset({RegradeState.LOOKING, RegradeState.APPLYING})
OPEN_REGRADES = frozenset({RegradeState.DRAFT, RegradeState.LOOKED})


def effect_kind(before: Outcome | None, after: Outcome | None) -> EffectKind | None:
    """Return what happens to a result, None where nothing does."""
    had_passed, passes = before is not None and before.passed, after is not None and after.passed
    if passes != had_passed:
        return EffectKind.PASSES if passes else EffectKind.FAILS
    return EffectKind.MOVES if before != after else None


def rulings_to_json(rulings: Sequence[Ruling]) -> str:
    """Return rulings as canonical JSON: [[version, treatment, key or ""]]."""
    return canonical(
        [
            [each.version_id, each.treatment.value, key_to_json(each.key) if each.key else ""]
            for each in rulings
        ]
    )


def rulings_from_json(text: str) -> tuple[Ruling, ...]:
    """Read what `rulings_to_json` wrote."""
    return tuple(
        Ruling(version_id, Treatment(treatment), key_from_json(key) if key else None)
        for version_id, treatment, key in json.loads(text)
    )


def may_rekey(item: Item) -> bool:
    """Tell whether an item can be given another key here: no case, no essay, no drawn numbers."""
    return item.document.kind in CHOSEN | WRITTEN and item.document.draw is None


def new_key(item: Item, chosen: Collection[str], lines: Sequence[str]) -> AnswerKey | None:
    """Return the key that an examiner says is right, None where it is none.

    `chosen` are ids of options, "t" or "f" for true and false; `lines` are the answers of other
    kinds as item files write them behind `=`. What is asked stays as it is.
    """
    document = item.document
    if not may_rekey(item):
        return None
    if document.kind in CHOSEN:
        ids = [each.id for each in document.options] or ["t", "f"]
        choices = tuple(each for each in ids if each in chosen)
        wanted = 1 if document.kind is not ItemKind.MULTIPLE else len(choices)
        return replace(item.key, choices=choices) if choices and len(choices) == wanted else None
    answers = tuple(each.strip().removeprefix("=").strip() for each in lines if each.strip())
    defaults = Defaults(code=document.code, area=document.area, pool=document.pool)
    checked = check(replace(draft_of(item), answers=answers), defaults).item
    if checked is None or checked.document != document:
        return None
    return checked.key
