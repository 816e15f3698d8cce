"""The prizes in words: how they are given, where they stand."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask_babel import ngettext

from learning.competitions.formats import FIRST
from learning.competitions.queries import CompetitionView
from learning.competitions.queries.awards import PlanView
from learning.competitions.queries.unit_awards import UnitAwardLine
from learning.competitions.rules.awards import (
    AwardRules,
    AwardState,
    AwardStatus,
    LossCause,
    Prize,
)
from learning.competitions.rules.prize_lists import (
    DAYS,
    FIRST_LIST,
    REACHED_STAGE,
    STAGE,
    PrizeKind,
    has_points,
    is_reached,
    reached_of,
    round_of,
)
from learning.competitions.rules.unit_prizes import PrizeOf, UnitPrize, UnitPrizeKind
from learning.competitions.words.competition import (
    _,
    coverage_text,
    division_title,
    instant_words,
    mean_text,
    province_words,
)
from learning.competitions.words.rounds import round_title
from learning.web.templating import points_text, zone_words


@dataclass(frozen=True, slots=True)
class PrizeView:
    """A prize as printed: what it is, who can win it, how."""

    code: str
    title: str
    amount: str
    way: str


def award_state_words(state: AwardState) -> tuple[str, str]:
    """Return a state in a word or two, and the status of its badge."""
    return {
        AwardState.DRAFT: (_("方案未公布"), "draft"),
        AwardState.ANNOUNCED: (_("待抽取"), "due"),
        AwardState.PROPOSED: (_("公示中"), "live"),
        AwardState.FINAL: (_("已确定"), "official"),
    }[state]


def struck_words(reason: str) -> str:
    """Return why a prize was struck, in words; what a person wrote stays as it is."""
    return {
        LossCause.LAPSED.value: _("逾期未领"),
        LossCause.GIVEN_UP.value: _("本人放弃"),
        LossCause.OUTDATED.value: _("榜更正过，重新评定"),
    }.get(reason, reason)


def objection_words(outcome: str) -> tuple[str, str]:
    """Return what became of an objection, and the status of its badge."""
    return {
        "open": (_("待答复"), "due"),
        "upheld": (_("成立"), "pass"),
        "rejected": (_("不成立"), "none"),
    }[outcome]


def list_words(code: str, titles: Mapping[int, str]) -> str:
    """Return by which list a prize goes, in a few words; `titles` of the rounds by number."""
    if code == STAGE:
        return _("现场决赛的队员")
    if code == REACHED_STAGE:
        return _("晋级现场决赛的人")
    if code == DAYS:
        return _("“%(round)s”每天的名单", round=_round_words(FIRST, titles))
    reached = reached_of(code)
    if reached is not None:
        return _("晋级“%(round)s”的人", round=_round_words(reached, titles))
    return _("“%(round)s”的名次表", round=_round_words(round_of(code) or FIRST, titles))


def _round_words(number: int, titles: Mapping[int, str]) -> str:
    return round_title(
        number, titles.get(number, ""), is_followed=max(titles, default=FIRST) > FIRST
    )


def prize_view(
    prize: Prize, competition: CompetitionView, titles: Mapping[int, str], *, is_named: bool
) -> PrizeView:
    """Return a prize with the sentence that says who wins it.

    `is_named`: the list by which it goes is named, since other prizes go by other lists.
    """
    parts = [list_words(prize.by, titles)] if is_named else []
    parts += [_band_words(prize)] if has_points(prize.by) else []
    if prize.widened_milli is not None:
        parts.append(_("不足时降到 %(points)s 分", points=points_text(prize.widened_milli)))
    if prize.division:
        parts.append(division_title(competition.entry, prize.division))
    parts += [_kind_words(prize)] if prize.kind is not PrizeKind.ALL else []
    if prize.reserve:
        parts.append(_("递补 %(n)s 名", n=prize.reserve))
    if prize.is_posted:
        parts.append(_("寄送"))
    amount = _("%(n)s 名", n=f"{prize.count:,}")
    if prize.kind is PrizeKind.ALL:
        amount = _("都得")
    elif prize.by == STAGE:
        n = f"{prize.count:,}"
        amount = ngettext("%(n)s 支队伍", "%(n)s 支队伍", prize.count, n=n)
    elif prize.by == DAYS:
        amount = _("每天 %(n)s 名", n=f"{prize.count:,}")
    return PrizeView(prize.code, prize.title, amount, _("，").join(p for p in parts if p))


def _kind_words(prize: Prize) -> str:
    return _("按名次") if prize.kind is PrizeKind.RANK else _("抽取")


def prize_views(
    rules: AwardRules, competition: CompetitionView, titles: Mapping[int, str]
) -> list[PrizeView]:
    """Return the prizes for people in order; `titles` are those of the rounds by number."""
    is_named = rules.lists != {FIRST_LIST}
    return [prize_view(p, competition, titles, is_named=is_named) for p in rules.prizes]


def unit_prize_view(prize: UnitPrize, competition: CompetitionView) -> PrizeView:
    """Return a prize for units with the sentence that says which get it."""
    is_ranked = prize.kind is UnitPrizeKind.RANK
    is_of_provinces = prize.of is PrizeOf.PROVINCES
    parts = [_("授予省份") if is_of_provinces else _("授予单位")]
    if prize.division:
        parts.append(division_title(competition.entry, prize.division))
    if prize.least_participants:
        parts.append(_("至少 %(n)s 人参加", n=f"{prize.least_participants:,}"))
    if prize.least_coverage is not None:
        parts.append(_("参赛率 %(n)s 以上", n=coverage_text(prize.least_coverage)))
    if prize.least_mean is not None:
        parts.append(_("平均分 %(n)s 以上", n=mean_text(prize.least_mean)))
    if is_ranked:
        parts.append(_board_words(prize.of))
    if prize.reserve:
        parts.append(_("递补 %(n)s 名", n=prize.reserve))
    amount = _("%(n)s 个", n=f"{prize.count:,}") if is_ranked else _("达到条件的都得")
    return PrizeView(prize.code, prize.title, amount, _("，").join(parts))


def _board_words(of: PrizeOf) -> str:
    return {
        PrizeOf.UNITS: _("按单位榜名次"),
        PrizeOf.PROVINCES: _("按省份榜名次"),
        PrizeOf.STAGE: _("按现场决赛名次"),
    }[of]


@dataclass(frozen=True, slots=True)
class UnitAwardView:
    """A unit that holds a prize, or held it, as printed."""

    public_id: str
    prize: str
    subject: str
    title: str
    name: str
    reason: str


def unit_award_view(plan: PlanView, line: UnitAwardLine) -> UnitAwardView:
    """Return a line with the prize's title; a province by its name in the reader's language."""
    name = line.name if line.unit_id is not None else province_words(line.subject) or line.name
    title = plan.rules.titles.get(line.prize, line.prize)
    reason = struck_words(line.reason) if line.status is AwardStatus.STRUCK else line.reason
    return UnitAwardView(line.public_id, line.prize, line.subject, title, name, reason)


def _unit_words() -> str:
    return _(
        "按公布的单位榜和省份榜评定，奖项按所列先后评定，每个单位至多得一个组织奖；同名次的由抽取顺序定先后，"
        "不排名的不评。单位属于哪个组别，看它的参赛者在哪个组别最多。"
    )


def _stage_words() -> str:
    return _(
        "按主办方确认的决赛名次评定。授予队员的奖，名额按队计，队员各得一个，没有递补；"
        "授予单位的奖，一个单位有几队的，看名次最好的一队。"
    )


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


def _people_lines(rules: AwardRules, zone: str) -> list[tuple[str, str]]:
    lines = [(_("先后"), _("奖项按所列先后评定，每人至多得一个奖；已得奖的人由后面的人顺延。"))]
    if rules.lists != {FIRST_LIST}:
        lines.append(
            (
                _("依据的名单"),
                _("各奖项依据所写的名单评定；同一个人在几份名单上的，也至多得一个奖。"),
            )
        )
    if any(prize.kind is PrizeKind.RANK for prize in rules.prizes):
        lines.append((_("同名次"), _("按名次评的奖，同名次的人由抽取顺序定先后。")))
    if any(prize.kind is PrizeKind.ALL for prize in rules.prizes):
        said = _("不限名额的奖，名单上没有得前面奖项的人都得，没有递补。")
        lines.append((_("不限名额"), said))
    if DAYS in rules.lists:
        said = _(
            "按天抽的奖，看成绩是哪一天交卷的（%(zone)s），每天从当天的人里抽取，名额相同；"
            "当天不足的不转到别的天，没有递补。",
            zone=zone_words(zone),
        )
        lines.append((_("按天抽取"), said))
    if any(map(is_reached, rules.lists)):
        said = _("晋级后放弃或者参赛作废的，不算晋级；补上名额的算。")
        lines.append((_("晋级"), said))
    return lines


def award_lines(rules: AwardRules, plan: PlanView | None, zone: str) -> list[tuple[str, str]]:
    """Return how prizes are given, as (heading, sentence), made from the settings."""
    at = instant_words(rules.source_at, zone)
    lines = _people_lines(rules, zone) if rules.prizes else []
    if rules.unit_prizes:
        lines.append((_("组织奖"), _unit_words()))
    if rules.needs_final:
        lines.append((_("现场决赛"), _stage_words()))
    lines += [
        (
            _("公开随机数"),
            _(
                "%(source)s，%(at)s 之后产生。名单和种子的散列值在此之前公布。",
                source=rules.source,
                at=at,
            ),
        ),
        (_("公示"), _("抽取后公示 %(n)s 天，其间可以提出异议。", n=rules.objection_days)),
    ]
    if rules.prizes:
        lines.append(
            (
                _("领奖"),
                _(
                    "名单确定后 %(n)s 天内领奖；逾期不领或放弃的，由递补名单顺延。",
                    n=rules.claim_days,
                ),
            )
        )
    if plan and plan.objections_until:
        lines.append((_("公示截止"), instant_words(plan.objections_until, zone)))
    if plan and plan.claims_until and rules.prizes:
        lines.append((_("领奖截止"), instant_words(plan.claims_until, zone)))
    return lines
