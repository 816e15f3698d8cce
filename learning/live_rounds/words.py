"""Kinds of stages and rules in words for people, translated."""

from flask_babel import gettext

from learning.kernel.translation import N_
from learning.live_rounds.rules import Help, Kind, Order, RoomRules, StageRules, Unclaimed

KINDS = {
    Kind.TURNS: N_("必答（各队轮流）"),
    Kind.COMMON: N_("共同必答（各队同题）"),
    Kind.BUZZ: N_("抢答"),
    Kind.RISK: N_("风险（自选分值）"),
    Kind.AUDIENCE: N_("观众题"),
    Kind.SUDDEN: N_("加赛（突然死亡）"),
}
ORDERS = {
    Order.NUMBER: N_("按队号"),
    Order.HIGH: N_("分高的先，同分抽签"),
    Order.LOW: N_("分低的先，同分抽签"),
    Order.LOT: N_("抽签"),
}
HELPS = {
    Help.ALONE: N_("一人独立作答"),
    Help.TEAM: N_("本队可以商量"),
    Help.AUDIENCE: N_("可以请一位观众帮助"),
}
UNCLAIMED = {Unclaimed.VOID: N_("作废"), Unclaimed.AUDIENCE: N_("归观众答")}


def _(text: str, **values: object) -> str:
    """Translate; the library is untyped, and message extraction knows this name."""
    return str(gettext(text, **values))


def stage_lines(rules: RoomRules) -> list[tuple[str, str]]:
    """Return each stage's title and its rules in a sentence, made from the settings."""
    return [(stage.title, _stage_words(stage)) for stage in rules.stages]


def _stage_words(stage: StageRules) -> str:
    parts = [_(KINDS[stage.kind]), _items(stage), _values(stage)]
    parts += [_("限时 %(n)s 秒", n=stage.seconds), _(HELPS[stage.help])]
    if stage.kind in {Kind.BUZZ, Kind.SUDDEN}:
        parts += _buzz_words(stage)
    if stage.kind in {Kind.TURNS, Kind.RISK}:
        parts.append(_(ORDERS[stage.order]))
    if stage.is_optional:
        parts.append(_("可以放弃"))
    if stage.are_distinct:
        parts.append(_("各轮分值不得相同"))
    return _("；").join(part for part in parts if part)


def _items(stage: StageRules) -> str:
    if stage.kind in {Kind.TURNS, Kind.RISK}:
        return _("每队 %(n)s 题", n=stage.items)
    return _("共 %(n)s 题", n=stage.items)


def _values(stage: StageRules) -> str:
    if stage.kind is Kind.SUDDEN:
        return _("先答对者胜，先答错者出局，不计分")
    values = "/".join(str(value) for value in stage.values)
    if stage.kind is Kind.AUDIENCE:
        return _("每题 %(values)s 分，可送给一队", values=values)
    if stage.penalty is None:
        return _("答对加 %(values)s 分，答错扣同样的分", values=values)
    if stage.penalty:
        return _("答对加 %(values)s 分，答错扣 %(n)s 分", values=values, n=stage.penalty)
    return _("答对加 %(values)s 分，答错不扣分", values=values)


def _buzz_words(stage: StageRules) -> list[str]:
    found = []
    if stage.early_penalty or stage.early_voids:
        ends = _("该题作废") if stage.early_voids else _("该队不得再抢此题")
        found.append(_("“开始”前抢答扣 %(n)s 分，%(ends)s", n=stage.early_penalty, ends=ends))
    if stage.kind is Kind.BUZZ:
        found.append(_("无人抢答：%(words)s", words=_(UNCLAIMED[stage.unclaimed])))
    return found
