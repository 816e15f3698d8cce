"""Regrades in words for people, translated."""

from learning.attempts.rules import Ruling, Treatment
from learning.exams.rules.regrading import (
    EffectKind,
    RegradeState,
)
from learning.exams.words.sittings import _
from learning.question_bank.drafts import draft_of
from learning.question_bank.rules import Item, ItemDocument

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def treatment_words(treatment: Treatment) -> str:
    """Return what a ruling does, as a choice of the form."""
    return {
        Treatment.REKEY: _("改答案"),
        Treatment.FULL_MARKS: _("凡抽到这道题的都得满分"),
        Treatment.EXCLUDED: _("这道题不计分，满分和合格线按比例减少"),
    }[treatment]


def ruling_words(ruling: Ruling, document: ItemDocument) -> str:
    """Return what a ruling says: “改答案为 B、D”."""
    if ruling.key is None:
        return treatment_words(ruling.treatment)
    letters = dict(zip((each.id for each in document.options), LETTERS, strict=False))
    letters |= {"t": _("对"), "f": _("错")} if not document.options else {}
    lines = draft_of(Item(document, ruling.key)).answers
    told = lines or tuple(letters.get(each, each) for each in ruling.key.choices)
    return _("改答案为 %(key)s", key=_("、").join(told))


def regrade_state_words(state: RegradeState) -> tuple[str, str]:
    """Return how a regrade stands, and the status of its badge."""
    return {
        RegradeState.DRAFT: (_("准备中"), "draft"),
        RegradeState.LOOKING: (_("正在计算影响"), "live"),
        RegradeState.LOOKED: (_("已算出影响"), "due"),
        RegradeState.APPLYING: (_("正在生效"), "live"),
        RegradeState.APPLIED: (_("已生效"), "pass"),
        RegradeState.DROPPED: (_("已放弃"), "none"),
    }[state]


def effect_words(kind: EffectKind) -> str:
    """Return what happens to a result, as a tab."""
    return {
        EffectKind.PASSES: _("变为合格"),
        EffectKind.FAILS: _("变为未合格"),
        EffectKind.MOVES: _("只是分数变"),
    }[kind]
