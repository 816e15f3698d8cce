"""What a regrade does to the lists of a contest, in words."""

from collections.abc import Mapping
from dataclasses import dataclass

from learning.competitions.rules.reranking import ListChanges, RankEffectKind, UnitChange
from learning.competitions.words.competition import _

MAX_NAMED = 30


@dataclass(frozen=True, slots=True)
class ListLine:
    """What happens to one of the other lists; `status` is that of a note."""

    title: str
    text: str
    status: str = ""


def effect_words(kind: RankEffectKind) -> str:
    """Return what happens to entries, as a tab."""
    return {
        RankEffectKind.RESULT: _("得分有变"),
        RankEffectKind.SHIFT: _("只是名次随之变"),
    }[kind]


def list_lines(lists: ListChanges, names: Mapping[str, str]) -> list[ListLine]:
    """Return what a regrade does beside the list of people, line by line; nothing: no line."""
    lines = []
    if lists.unequal:
        text = _(
            "有 %(n)s 份答卷的满分会比别人少。按得分排名，这样对抽到这道题的人不公平，不能生效："
            "请改为“凡抽到这道题的都得满分”。",
            n=lists.unequal,
        )
        lines.append(ListLine(_("满分不等"), text, "error"))
    if lists.units:
        told = [_unit_words(each) for each in lists.units]
        lines.append(ListLine(_("单位榜"), _("；").join(_few(told))))
    lines += _prize_lines(lists, names)
    if lists.going or lists.staying:
        text = _(
            "按更正后的名次，应晋级而没有晋级的：%(going)s；已晋级而不应晋级的：%(staying)s。"
            "生效不会自动改晋级名单，请主办方决定并逐一处理。",
            going=_named(lists.going, names),
            staying=_named(lists.staying, names),
        )
        lines.append(ListLine(_("晋级"), text, "warn"))
    return lines


def _prize_lines(lists: ListChanges, names: Mapping[str, str]) -> list[ListLine]:
    if lists.prizes_state == "announced":
        text = _("名单已冻结、还没有抽取：生效后冻结的名单作废，要重新公布一次。")
        return [ListLine(_("获奖"), text, "warn")]
    if not lists.prizes:
        return []
    gains = [each.entry for each in lists.prizes if each.gains]
    loses = [each.entry for each in lists.prizes if not each.gains]
    text = _(
        "用原来的抽签结果套到更正后的名单上：应得奖的有 %(gains)s；不再得奖的有 %(loses)s。",
        gains=_named(gains, names),
        loses=_named(loses, names),
    )
    what = (
        _("还在公示期，生效时一并更正。")
        if lists.prizes_state == "proposed"
        else _("奖项已经确定，生效不会自动改动：请主办方决定，逐一撤销或补发。")
    )
    return [ListLine(_("获奖"), f"{text}{what}", "warn")]


def _unit_words(change: UnitChange) -> str:
    before, after = (
        _("不排名") if standing is None else _("第 %(n)s 名", n=standing)
        for standing in (change.before, change.after)
    )
    return _("%(name)s：%(before)s → %(after)s", name=change.name, before=before, after=after)


def _named(entries: tuple[str, ...] | list[str], names: Mapping[str, str]) -> str:
    return _("、").join(_few([names.get(each, each) for each in entries])) or _("没有")


def _few(texts: list[str]) -> list[str]:
    if len(texts) <= MAX_NAMED:
        return texts
    return [*texts[:MAX_NAMED], _("等 %(n)s 个", n=len(texts))]
