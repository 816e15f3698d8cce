"""What item analysis found, in sentences that an author or an examiner can act on."""

from collections.abc import Callable, Mapping
from typing import Any

from learning.exams.words.sittings import _

Figures = Mapping[str, float]


def share(value: float | None) -> str:
    """Return a share as per cent without decimals, “—” where there is none."""
    return "—" if value is None else f"{value * 100:.0f}%"


def figure(value: float | None, places: int = 2) -> str:
    """Return a number with a fixed number of places, “—” where there is none."""
    return "—" if value is None else f"{value:.{places}f}".replace("-", "−")


def test_sentence(code: str, figures: Figures) -> str:
    """Return a finding about the whole paper."""
    if code == "too_few_persons":
        return _(
            "只有 %(n)s 人的答卷：题目的数字主要反映偶然，不据此判断试题。",
            n=int(figures["persons"]),
        )
    if code == "speeded":
        return _(
            "时间可能不够：答到最后一题的只有 %(end)s。请看限时，或减少题量。",
            end=share(figures["reached_end"]),
        )
    return _(
        "信度 %(alpha)s 偏低：合格与不合格之间的界线不稳。请先处理下面区分度差的题，或增加题量。",
        alpha=figure(figures["alpha"]),
    )


def finding_words(code: str) -> str:
    """Return a finding in a few characters, for a badge."""
    labels: dict[str, str] = {
        "key_probably_wrong": _("答案可能有误"),
        "options_alike": _("答案可能不唯一"),
        "option_never_chosen": _("选项无人选"),
        "option_rarely_chosen": _("选项少人选"),
        "distractor_attracts_able": _("干扰项吸引高分者"),
        "too_easy": _("过易"),
        "too_hard": _("过难"),
        "below_chance": _("低于猜测"),
        "negative_discrimination": _("区分度为负"),
        "no_discrimination": _("无区分度"),
        "weak_discrimination": _("区分度弱"),
        "no_variance": _("得分全同"),
        "often_omitted": _("空题多"),
        "not_reached": _("未答到"),
        "noisy_fit": _("答题不稳定"),
        "too_regular_fit": _("过于规整"),
        "became_easier": _("变易"),
        "became_harder": _("变难"),
    }
    return labels.get(code, code)


def finding_sentence(
    finding: Mapping[str, Any], number: int, *, option: str = "", other: str = ""
) -> str:
    """Return a finding about an item; `option` and `other` name options where keys may be seen."""
    told: Figures = finding["figures"]
    code = finding["code"]
    name = option or _("某个选项")
    if code == "key_probably_wrong":
        return _key_sentence(number, told, option, other)
    if code == "options_alike":
        return _(
            "第 %(n)s 题可能有两个正确答案：成绩最好的五分之一考生中，"
            "%(a)s 选答案，%(b)s 选%(other)s。请核对题干与选项。",
            n=number,
            a=share(told["top_fifth"]),
            b=share(told["other_top_fifth"]),
            other=other or _("另一个选项"),
        )
    sentences: dict[str, Callable[[], str]] = {
        "option_never_chosen": lambda: _(
            "第 %(n)s 题的%(name)s没有人选，起不到干扰作用。请换一个更像真的选项。",
            n=number,
            name=name,
        ),
        "option_rarely_chosen": lambda: _(
            "第 %(n)s 题的%(name)s只有 %(p)s 的人选，几乎不起作用。请修改或删去。",
            n=number,
            name=name,
            p=share(told["share"]),
        ),
        "distractor_attracts_able": lambda: _(
            "第 %(n)s 题的%(name)s更吸引成绩好的考生（与其余题目的相关 %(r)s）。"
            "请看它在什么条件下也成立。",
            n=number,
            name=name,
            r=figure(told["point_biserial"]),
        ),
    }
    return sentences[code]() if code in sentences else _whole_sentence(code, number, told)


def _key_sentence(number: int, told: Figures, option: str, other: str) -> str:
    if "other_top_fifth" not in told:
        return _(
            "第 %(n)s 题的答案很可能有误："
            "%(name)s与成绩的关系同答案的标注相反。请核对答案，成绩公布前先更正。",
            n=number,
            name=option or _("某个选项"),
        )
    return _(
        "第 %(n)s 题的答案很可能有误：成绩最好的五分之一考生中，"
        "%(b)s 选%(other)s，选答案%(key)s的只有 %(a)s。"
        "请核对答案，成绩公布前先更正。",
        n=number,
        a=share(told["top_fifth"]),
        b=share(told["other_top_fifth"]),
        other=other or _("另一个选项"),
        key=_("（%(name)s）", name=option) if option else "",
    )


def _whole_sentence(code: str, number: int, told: Figures) -> str:
    """Return a finding that names no option."""
    sentences: dict[str, Callable[[], str]] = {
        "too_easy": lambda: _(
            "第 %(n)s 题过易：%(p)s 的得分率。若不是必须人人掌握的要点，可以换题。",
            n=number,
            p=share(told["facility"]),
        ),
        "too_hard": lambda: _(
            "第 %(n)s 题过难：得分率只有 %(p)s。请看是否超出大纲，或题干有歧义。",
            n=number,
            p=share(told["facility"]),
        ),
        "below_chance": lambda: _(
            "第 %(n)s 题的得分率 %(p)s 低于瞎猜的 %(c)s：有什么把人引向错误选项。请先核对答案。",
            n=number,
            p=share(told["facility"]),
            c=share(told["chance"]),
        ),
        "negative_discrimination": lambda: _(
            "第 %(n)s 题的区分度为负（%(r)s）：成绩越好越容易答错。请核对答案与题干。",
            n=number,
            r=figure(told["item_rest"]),
        ),
        "no_discrimination": lambda: _(
            "第 %(n)s 题分不出水平（区分度 %(r)s）。请看它考的是否是大纲要点。",
            n=number,
            r=figure(told["item_rest"]),
        ),
        "weak_discrimination": lambda: _(
            "第 %(n)s 题的区分度弱（%(r)s）。下次使用前请修改。",
            n=number,
            r=figure(told["item_rest"]),
        ),
        "no_variance": lambda: _("第 %(n)s 题所有人得分相同，对成绩没有影响。", n=number),
        "often_omitted": lambda: _(
            "第 %(n)s 题有 %(p)s 的人看到了却没有作答。请看题干是否看得懂。",
            n=number,
            p=share(told.get("omitted")),
        ),
        "not_reached": lambda: _(
            "第 %(n)s 题有 %(p)s 的人没有答到，时间可能不够。",
            n=number,
            p=share(told.get("not_reached")),
        ),
        "noisy_fit": lambda: _(
            "第 %(n)s 题的作答与水平不符（外拟合 %(out)s）："
            "有人会的答错、不会的答对。请看有无歧义或可猜的线索。",
            n=number,
            out=figure(told.get("outfit")),
        ),
        "too_regular_fit": lambda: _(
            "第 %(n)s 题与其他题过于一致（外拟合 %(out)s），可能重复考了同一点。",
            n=number,
            out=figure(told.get("outfit")),
        ),
        "became_easier": lambda: _(
            "第 %(n)s 题比以前的场次容易了 %(d)s 个单位，可能已经泄露。请停用并查明。",
            n=number,
            d=figure(-told.get("shift", 0.0)),
        ),
        "became_harder": lambda: _(
            "第 %(n)s 题比以前的场次难了 %(d)s 个单位。请看教材或标准是否改了。",
            n=number,
            d=figure(told.get("shift")),
        ),
    }
    return sentences[code]()


def option_name(option_id: str) -> str:
    """Return how an option is called: a letter, a verdict, or leaving it empty."""
    return {"t": _("“对”"), "f": _("“错”"), "": _("未作答")}.get(option_id, option_id.upper())
