"""Flags and their evidence in words, translated."""

from collections.abc import Mapping
from typing import Any

from learning.competitions.rules.sharing import BLOCK, FEWEST, MOST_BLOCKS, MOST_PAIRS, Compared
from learning.competitions.words.competition import _


def kind_words(kind: str) -> str:
    """Return why an attempt is looked at."""
    return {
        "speed": _("答题过快"),
        "rhythm": _("节奏过于均匀"),
        "devices": _("频繁换设备"),
        "sharing": _("答案雷同"),
        "phones": _("连号手机号"),
    }[kind]


def evidence_words(kind: str, evidence: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """Return the figures on which a flag rests; `names` are those of others it speaks of."""
    if kind == "sharing":
        return _sharing(evidence, names.get(evidence["other"], _("已删除的参赛者")))
    if kind == "phones":
        return _phones(evidence)
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


def _phones(evidence: Mapping[str, Any]) -> str:
    people, same = int(evidence["people"]), int(evidence["same_unit"])
    told = _(
        "有 %(n)s 人报名所用的手机号连号（%(first)s 至 %(last)s）",
        n=f"{people:,}",
        first=evidence["first"],
        last=evidence["last"],
    )
    if same == people:
        return _("%(told)s，都属于这个单位，可能是单位统一办理的号段。", told=told)
    if same > 1:
        return _(
            "%(told)s，其中 %(n)s 人属于这个单位，可能是单位统一办理的号段。",
            told=told,
            n=f"{same:,}",
        )
    if same:
        return _("%(told)s，其中属于这个单位的只有本人。", told=told)
    return _("%(told)s，本人报名时没有单位。", told=told)


def _sharing(evidence: Mapping[str, Any], other: str) -> str:
    parts = [
        _(
            "与“%(name)s”都考到的 %(items)s 题中，有 %(wrong)s 个相同的错误答案（按少见程度加权 "
            "%(weight)s，z = %(z)s）",
            name=other,
            items=int(evidence["items"]),
            wrong=int(evidence["wrong"]),
            weight=f"{evidence['weight']:.2f}",
            z=f"{evidence['z']:.2f}",
        ),
        _(
            "各自独立作答而如此巧合的概率，按 %(pairs)s 对校正后为 %(chance)s",
            pairs=f"{int(evidence['compared']):,}",
            chance=f"{evidence['chance']:.1e}",
        ),
    ]
    if "nearness" in evidence:
        parts.append(
            _("两人给出这些错答的时刻相差中位数 %(n)s 秒", n=f"{evidence['nearness']:,.1f}")
        )
    if evidence["pairs"] > 1:
        parts.append(_("另与 %(n)s 份雷同", n=int(evidence["pairs"]) - 1))
    return _("%(parts)s。", parts=_("；").join(parts))


def compared_words(compared: Compared | None) -> str:
    """Return how far answers are compared, and how far the last look went."""
    bound = _(
        "答案雷同只在同一单位内比较（没有单位的彼此比较），按交卷先后每 %(block)s 份一组，"
        "两两相比；"
        "错答的少见程度取自全部答卷的样本。一次至多比 %(blocks)s 组、%(most)s 对，"
        "轮不到的单位下次抽到再比；"
        "答卷不足 %(fewest)s 份时不比。纸笔录入的不比。",
        block=f"{BLOCK:,}",
        most=f"{MOST_PAIRS:,}",
        blocks=f"{MOST_BLOCKS:,}",
        fewest=FEWEST,
    )
    if compared is None:
        return bound
    return bound + _(
        "上次比较 %(papers)s 份、%(pairs)s 对，%(left)s 份没有轮到。",
        papers=f"{compared.papers:,}",
        pairs=f"{compared.pairs:,}",
        left=f"{compared.left_out:,}",
    )


def state_words(state: str) -> str:
    """Return how a flag stands."""
    return {"open": _("待处理"), "upheld": _("已作废"), "dismissed": _("已排除")}[state]
