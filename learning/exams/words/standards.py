"""Setting a cut score by judges, in words."""

from learning.attempts.rules import CODES
from learning.exams.rules import Adjustment, StandardState
from learning.exams.words.sittings import _
from learning.web.templating import points_text


def standard_words(state: StandardState, round_number: int) -> tuple[str, str]:
    """Return how a setting stands, and the status of its badge."""
    return {
        StandardState.JUDGING: (_("第 %(n)s 轮评议中", n=round_number), "live"),
        StandardState.BETWEEN: (_("第 %(n)s 轮已结束", n=round_number), "due"),
        StandardState.ADOPTED: (_("已采用"), "pass"),
        StandardState.DROPPED: (_("已放弃"), "none"),
    }[state]


def standard_forms(forms: int) -> list[str]:
    """Return the names of what can be judged: the paper, a form of several, or one drawn."""
    if forms == 0:
        return [_("按双向细目表为评委抽一份")]
    if forms == 1:
        return [_("本场试卷")]
    return [_("%(code)s 卷", code=code) for code in CODES[:forms]]


def adjustment_words(adjustment: Adjustment, cut_milli: int) -> str:
    """Return a cut that may be adopted: “72.5 分（推荐）”."""
    cut = points_text(cut_milli)
    return {
        Adjustment.LOWER: _("%(cut)s 分（低一个标准误：少误伤合格的人）", cut=cut),
        Adjustment.NONE: _("%(cut)s 分（推荐值）", cut=cut),
        Adjustment.HIGHER: _("%(cut)s 分（高一个标准误：少放过不合格的人）", cut=cut),
    }[adjustment]


def adjusted_words(adjustment: str) -> str:
    """Return by how much an adopted cut was moved."""
    return {
        Adjustment.LOWER.value: _("低一个标准误"),
        Adjustment.NONE.value: _("推荐值"),
        Adjustment.HIGHER.value: _("高一个标准误"),
    }.get(adjustment, "")
