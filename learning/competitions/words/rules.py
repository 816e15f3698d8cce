"""The rules of a contest in sentences, made from its settings: what is promised is what is done."""

from collections.abc import Iterable

from flask_babel import ngettext

from learning.competitions.rules import (
    Act,
    Belonging,
    Bonus,
    Contest,
    ContestRules,
    EntryRules,
    Format,
    Play,
)
from learning.competitions.rules.appeals import AppealDays
from learning.competitions.rules.hours import HourField, HoursPledge
from learning.competitions.rules.papers import PaperRules
from learning.competitions.words.competition import (
    _,
    belonging_words,
    counts_words,
    instant_words,
    marking_words,
    ranking_words,
    release_words,
    review_words,
    scope_words,
    tie_words,
)
from learning.competitions.words.papers import paper_words
from learning.web.templating import points_text, zone_words


def rule_lines(
    contest: Contest,
    zone: str,
    paper: PaperRules | None = None,
    *,
    phones: int = 0,
    hours: HoursPledge | None = None,
) -> list[tuple[str, str]]:
    """Return the rules of a contest as (heading, sentence), in the order people ask.

    `paper` is what is decided about paper in the round, None where it takes none; `phones` how many
    consecutive phone numbers are looked at, 0 where none are; `hours` what a pass is worth.
    """
    rules = contest.rules
    return [
        (
            _("答题时间"),
            _(
                "%(start)s 至 %(end)s（%(zone)s）",
                start=instant_words(contest.opens_at, zone),
                end=instant_words(contest.closes_at, zone),
                zone=zone_words(zone),
            ),
        ),
        *paper_lines(contest),
        *([(_("纸笔作答"), paper_words(paper, zone))] if paper else []),
        *_entry_lines(contest.entry),
        *([(_("连号手机号"), _phones(phones))] if phones else []),
        *([(_("学时"), pledge_words(hours))] if hours else []),
        (_("个人名次"), tie_words(rules.tie_rule)),
        (_("单位名次"), ranking_words(contest.entry.ranking)),
        (_("试题申诉"), appeal_words(contest.appeals)),
        (_("公布"), _("竞赛结束后公布名次；对外公布的名单默认遮蔽姓名，本人可选择公开。")),
    ]


def paper_lines(contest: Contest) -> list[tuple[str, str]]:
    """Return what a round asks and how it counts, as (heading, sentence)."""
    rules = contest.rules
    return [
        (_("试卷"), _paper(rules)),
        (_("限时"), _limit(rules)),
        (_("次数"), _attempts(rules)),
        *_format_lines(rules.format),
        (_("成绩"), _("%(release)s；%(review)s。", **_after(rules))),
    ]


def appeal_words(days: AppealDays) -> str:
    """Return until when participants may appeal on items, and are answered."""
    return _(
        "名次公布后 %(lodge)s 天内，可以对自己试卷上的试题提出申诉；因更正而改变得分的，"
        "从更正时重新起算。%(answer)s 天内由没有参与命题和审题的人答复；"
        "成立的，对所有抽到这道题的人一并更正。",
        lodge=days.lodge,
        answer=days.answer,
    )


def _entry_lines(entry: EntryRules) -> list[tuple[str, str]]:
    lines = [(_("参赛范围"), _("%(scope)s；每人只报一次名。", scope=scope_words(entry.scope)))]
    if entry.divisions:
        titles = [
            division.title
            if division.belonging is Belonging.ANYBODY
            else _(
                "%(title)s（%(who)s）",
                title=division.title,
                who=belonging_words(division.belonging),
            )
            for division in entry.divisions
        ]
        lines.append((_("组别"), _("%(titles)s。", titles=_("、").join(titles))))
    if entry.correction_days:
        said = ngettext(
            "报名后 %(num)s 天内，本人可以更正一次单位、组别和姓名。",
            "报名后 %(num)s 天内，本人可以更正一次单位、组别和姓名。",
            entry.correction_days,
        )
        lines.append((_("更正报名"), said))
    return lines


def pledge_words(pledge: HoursPledge) -> str:
    """Return what a pass of the first round is worth, and how it comes into the ledger."""
    return _(
        "第一轮计入名次的成绩达到 %(cut)s 分的，成绩公布后可以下载学时证明，"
        "计 %(hours)s 学时（%(field)s）；交本单位审批，批准后记入学时台账。"
        "参赛作废的，证明随即失效。",
        cut=points_text(pledge.cut_milli),
        hours=f"{pledge.hours:.2f}",
        field=hour_field_words(pledge.field),
    )


def hour_field_words(field: HourField) -> str:
    """Return what hours count as, as the ledger says it."""
    return {HourField.PROFESSIONAL: _("专业科目"), HourField.COMMON: _("公需科目")}[field]


def _phones(least: int) -> str:
    return _(
        "报名所用的手机号有 %(n)s 个或更多连续的，主办方会人工核查；查实一人用多个号码参赛的，"
        "作废参赛，不进入名次和抽奖。单位为职工统一办理的号段不在此列。系统只提示，不自动作废。",
        n=least,
    )


def _paper(rules: ContestRules) -> str:
    parts = []
    if rules.single_count:
        parts.append(
            _(
                "单项选择题 %(n)s 题，每题 %(points)s 分",
                n=rules.single_count,
                points=points_text(int(rules.single_points * 1000)),
            )
        )
    if rules.multiple_count:
        parts.append(
            _(
                "多项选择题 %(n)s 题，每题 %(points)s 分，%(marking)s",
                n=rules.multiple_count,
                points=points_text(int(rules.multiple_points * 1000)),
                marking=marking_words(rules.multiple_marking),
            )
        )
    if rules.judge_count:
        parts.append(
            _(
                "判断题 %(n)s 题，每题 %(points)s 分",
                n=rules.judge_count,
                points=points_text(int(rules.judge_points * 1000)),
            )
        )
    total = points_text(int(rules.max_points * 1000))
    return _(
        "每人一卷，从题库随机抽题：%(parts)s；满分 %(total)s 分。",
        parts=_("；").join(parts),
        total=total,
    )


def _limit(rules: ContestRules) -> str:
    return _(
        "每次 %(n)s 分钟，从点“开始答题”起计时；时间到或答题时间结束，系统自动交卷。",
        n=rules.limit_minutes,
    )


def _attempts(rules: ContestRules) -> str:
    chosen, most = rules.format, rules.max_attempts
    if most == 1:
        return _("每人一次。")
    parts = [_("每人最多 %(n)s 次", n=most)] if most else []
    if chosen.per_day:
        parts.append(_("每天最多 %(n)s 次，按主办方所在时区的零点换日", n=chosen.per_day))
    if not parts:
        parts.append(_("次数不限"))
    if chosen.until_right:
        parts.append(_("答到全部正确为止，只有全部正确的一次计入"))
    counts = _("各次得分相加") if chosen.adds_up else counts_words(rules.counts)
    return _("%(parts)s，%(counts)s。", parts=_("，").join(parts), counts=counts)


def _format_lines(chosen: Format) -> Iterable[tuple[str, str]]:
    if chosen.play is not Play.PAPER:
        yield _("计分"), _play(chosen)
    if chosen.day_cap:
        points = points_text(int(chosen.day_cap * 1000))
        yield _("每天上限"), _("每天开始的各次，合计最多计 %(points)s 分。", points=points)
    if chosen.bonuses:
        parts = _("；").join(bonus_words(bonus) for bonus in chosen.bonuses)
        yield _("加分"), _("%(parts)s。每项每天一次；没有答过题的不计。", parts=parts)


def _play(chosen: Format) -> str:
    if chosen.play is Play.SPEED:
        return _(
            "一题一题地作答，从看到题目起计时，每题 %(seconds)s 秒，"
            "时间到以已选的答案为准，算用满时间。答对得 %(base)s 分，"
            "再加剩余整秒数乘以 %(rate)s；答错、少选或没有作答不得分。"
            "确认后只告诉对错。用时是各题用时之和。",
            seconds=chosen.item_seconds,
            base=points_text(int(chosen.speed.base * 1000)),
            rate=points_text(int(chosen.speed.rate * 1000)),
        )
    parts = [_("一题一题地作答，确认后只告诉对错；答错、少选或没有作答，本次随即结束")]
    if chosen.item_seconds:
        parts.append(
            _("每题 %(n)s 秒，从看到题目起计时，时间到以已选的答案为准", n=chosen.item_seconds)
        )
    parts += [
        _(
            "连对 %(n)s 题得 %(points)s 分",
            n=rung.right,
            points=points_text(int(rung.points * 1000)),
        )
        for rung in chosen.ladder
    ]
    return _("%(parts)s。", parts=_("；").join(parts))


def bonus_words(bonus: Bonus) -> str:
    """Return an act with the points that it earns."""
    act = {Act.SIGN_IN: _("签到"), Act.SHARE: _("分享")}[bonus.act]
    return _("%(act)s加 %(points)s 分", act=act, points=points_text(int(bonus.points * 1000)))


def play_words(play: Play) -> str:
    """Return how an answer earns points, in a few words."""
    return {
        Play.PAPER: _("整卷作答，按卷面分值"),
        Play.SPEED: _("逐题抢分，越快分越高"),
        Play.SURVIVAL: _("逐题闯关，答错即止"),
    }[play]


def _after(rules: ContestRules) -> dict[str, str]:
    return {"release": release_words(rules.release), "review": review_words(rules.review)}
