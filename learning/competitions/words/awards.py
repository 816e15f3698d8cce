"""The prizes in words: how they are given, where they stand."""

from dataclasses import dataclass

from learning.competitions.queries import CompetitionView
from learning.competitions.queries.awards import PlanView
from learning.competitions.rules.awards import AwardRules, AwardState, Prize, PrizeKind
from learning.competitions.words.competition import _, division_title, instant_words
from learning.web.templating import points_text


@dataclass(frozen=True, slots=True)
class PrizeView:
    """A prize as printed: what it is, who can win it, how."""

    code: str
    title: str
    count: int
    way: str


def award_state_words(state: AwardState) -> tuple[str, str]:
    """Return a state in a word or two, and the status of its badge."""
    return {
        AwardState.DRAFT: (_("方案未公布"), "draft"),
        AwardState.ANNOUNCED: (_("待抽取"), "due"),
        AwardState.PROPOSED: (_("公示中"), "live"),
        AwardState.FINAL: (_("已确定"), "official"),
    }[state]


def objection_words(outcome: str) -> tuple[str, str]:
    """Return what became of an objection, and the status of its badge."""
    return {
        "open": (_("待答复"), "due"),
        "upheld": (_("成立"), "pass"),
        "rejected": (_("不成立"), "none"),
    }[outcome]


def prize_view(prize: Prize, competition: CompetitionView) -> PrizeView:
    """Return a prize with the sentence that says who wins it."""
    parts = [_band_words(prize)]
    if prize.widened_milli is not None:
        parts.append(_("不足时降到 %(points)s 分", points=points_text(prize.widened_milli)))
    if prize.division:
        parts.append(division_title(competition.entry, prize.division))
    parts.append(_("按名次") if prize.kind is PrizeKind.RANK else _("抽取"))
    if prize.reserve:
        parts.append(_("递补 %(n)s 名", n=prize.reserve))
    if prize.is_posted:
        parts.append(_("寄送"))
    return PrizeView(prize.code, prize.title, prize.count, _("，").join(p for p in parts if p))


def _band_words(prize: Prize) -> str:
    least, most = prize.least_milli, prize.most_milli
    if least is None and most is None:
        return _("不限得分")
    if least == most:
        return _("得 %(points)s 分", points=points_text(least))
    if most is None:
        return _("%(least)s 分及以上", least=points_text(least))
    if least is None:
        return _("%(most)s 分及以下", most=points_text(most))
    return _("%(least)s 至 %(most)s 分", least=points_text(least), most=points_text(most))


def award_lines(rules: AwardRules, plan: PlanView | None, zone: str) -> list[tuple[str, str]]:
    """Return how prizes are given, as (heading, sentence), made from the settings."""
    at = instant_words(rules.source_at, zone)
    lines = [
        (_("先后"), _("奖项按所列先后评定，每人至多得一个奖；已得奖的人由后面的人顺延。")),
        (_("同名次"), _("按名次评的奖，同名次的人由抽取顺序定先后。")),
        (
            _("公开随机数"),
            _(
                "%(source)s，%(at)s 之后产生。名单和种子的散列值在此之前公布。",
                source=rules.source,
                at=at,
            ),
        ),
        (_("公示"), _("抽取后公示 %(n)s 天，其间可以提出异议。", n=rules.objection_days)),
        (
            _("领奖"),
            _("名单确定后 %(n)s 天内领奖；逾期不领或放弃的，由递补名单顺延。", n=rules.claim_days),
        ),
    ]
    if plan and plan.objections_until:
        lines.append((_("公示截止"), instant_words(plan.objections_until, zone)))
    if plan and plan.claims_until:
        lines.append((_("领奖截止"), instant_words(plan.claims_until, zone)))
    return lines
