"""Flags and their evidence in words, translated."""

from collections.abc import Mapping

from learning.competitions.words.competition import _


def kind_words(kind: str) -> str:
    """Return why an attempt is looked at."""
    return {
        "speed": _("答题过快"),
        "rhythm": _("节奏过于均匀"),
        "devices": _("频繁换设备"),
    }[kind]


def evidence_words(kind: str, evidence: Mapping[str, float]) -> str:
    """Return the figures on which a flag rests."""
    if kind == "speed":
        return _(
            "平均每题 %(each)s 秒，共 %(items)s 题，得分率 %(share)s%%。",
            each=f"{evidence['seconds_each']:.2f}",
            items=int(evidence["items"]),
            share=f"{100 * evidence['share']:.1f}",
        )
    if kind == "rhythm":
        return _(
            "%(gaps)s 次答题间隔平均 %(mean)s 秒，变异系数 %(variation)s：间隔几乎一样长。",
            gaps=int(evidence["gaps"]),
            mean=f"{evidence['mean']:.2f}",
            variation=f"{evidence['variation']:.4f}",
        )
    return _("作答中换了 %(n)s 次设备。", n=int(evidence["takeovers"]))


def state_words(state: str) -> str:
    """Return how a flag stands."""
    return {"open": _("待处理"), "upheld": _("已作废"), "dismissed": _("已排除")}[state]
