"""What a regrade does to the result of a sitting. Pure."""

from enum import StrEnum

from learning.exams.rules.results import Outcome


class EffectKind(StrEnum):
    """What a regrade does to a result. Twin: the CHECK of `regrade_effects`."""

    PASSES = "passes"
    FAILS = "fails"
    MOVES = "moves"


def effect_kind(before: Outcome | None, after: Outcome | None) -> EffectKind | None:
    """Return what happens to a result, None where nothing does."""
    had_passed, passes = before is not None and before.passed, after is not None and after.passed
    if passes != had_passed:
        return EffectKind.PASSES if passes else EffectKind.FAILS
    return EffectKind.MOVES if before != after else None
