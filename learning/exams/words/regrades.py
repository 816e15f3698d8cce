"""What a regrade does to results, in words for people, translated."""

from learning.exams.rules.regrading import EffectKind
from learning.exams.words.sittings import _


def effect_words(kind: EffectKind) -> str:
    """Return what happens to a result, as a tab."""
    return {
        EffectKind.PASSES: _("变为合格"),
        EffectKind.FAILS: _("变为未合格"),
        EffectKind.MOVES: _("只是分数变"),
    }[kind]
