"""The rules of a sitting in words for people: they are made from the settings alone."""

from learning.attempts.rules import Part, Release
from learning.exams.rules import SittingPlan, SittingRules
from learning.exams.words.sittings import (
    _,
    counts_words,
    instant_words,
    kind_words,
    marking_words,
    window_words,
)
from learning.question_bank.rules import ItemKind
from learning.web.templating import points_text


def release_words(release: Release) -> str:
    """Return when candidates see their result."""
    return {
        Release.AT_SUBMIT: _("交卷后即可看到成绩"),
        Release.AT_CLOSE: _("考试时间结束后公布成绩"),
        Release.NEVER: _("不公布成绩"),
    }[release]


def depth_words(depth: Part) -> str:
    """Return how far items can be looked at afterwards; no further than the score: not at all."""
    return {
        Part.SCORE: _("不公布试题与答案"),
        Part.RESPONSES: _("考后可回看试题与自己的作答，不公布答案"),
        Part.KEYS: _("考后可回看试题、作答与答案，不公布解析"),
        Part.EXPLANATIONS: _("考后可回看试题、作答、答案与解析"),
    }[depth]


def part_words(part: Part) -> str:
    """Return a part of a result by its name."""
    return {
        Part.SCORE: _("成绩"),
        Part.RESPONSES: _("试题与作答"),
        Part.KEYS: _("答案"),
        Part.EXPLANATIONS: _("解析"),
    }[part]


def _told(rules: SittingRules, zone: str) -> str:
    """Return what of a result is told and when; instants on the clock of a zone."""
    told, depth = rules.disclosure, rules.disclosure.depth if rules.review else Part.SCORE
    said = [release_words(rules.release), depth_words(depth)]
    for part in Part:
        instant = told.own_instant(part)
        if instant is not None and depth.reaches(part):
            at = instant_words(instant, zone)
            said.append(_("%(what)s不早于 %(at)s 公布", what=part_words(part), at=at))
    return _("%(said)s。", said=_("；").join(said))


def cut_words(rules: SittingRules) -> str:
    """Return the cut score beside the maximum: “合格线 60 分，满分 100 分”."""
    return _(
        "满分 %(total)s 分，%(cut)s 分及以上合格。",
        total=points_text(rules.max_milli),
        cut=points_text(rules.cut_score_milli),
    )


def rule_lines(plan: SittingPlan, zone: str) -> list[tuple[str, str]]:
    """Return the rules of a sitting as (heading, sentence), in the order people ask."""
    rules = plan.rules
    return [
        (
            _("考试时间"),
            _(
                "%(window)s（%(zone)s），可在其间任何时候开始。",
                window=window_words(plan.opens_at, plan.closes_at, zone),
                zone=zone,
            ),
        ),
        (_("限时"), _limit(rules)),
        (_("合格线"), cut_words(rules)),
        (_("次数"), _attempts(rules)),
        (_("试卷"), _paper(rules)),
        (_("成绩"), _told(rules, zone)),
    ]


def _paper(rules: SittingRules) -> str:
    parts = []
    for section in rules.sections:
        words = _(
            "%(kind)s %(n)s 题，每题 %(points)s 分",
            kind=section.title or kind_words(section.kind),
            n=section.count,
            points=points_text(int(section.points * 1000)),
        )
        if section.kind is ItemKind.MULTIPLE:
            marking = marking_words(section.marking or rules.multiple_marking)
            words = _("%(part)s，%(marking)s", part=words, marking=marking)
        parts.append(words)
    how = {0: _("每人一卷，从题库随机抽题"), 1: _("人人同卷")}.get(rules.forms)
    if rules.is_fixed:
        how = (
            _("固定试卷，人人同题，选项顺序每人不同") if rules.shuffle else _("固定试卷，人人同卷")
        )
    if how is None:
        how = _("%(n)s 套难度相当的平行卷，每人一套", n=rules.forms)
    return _("%(how)s：%(parts)s。", how=how, parts=_("；").join(parts))


def _limit(rules: SittingRules) -> str:
    if rules.section_minutes:
        return _limits_of_sections(rules)
    return _(
        "%(n)s 分钟，从点“开始考试”起计时，中途离开不停表；到时系统自动交卷。",
        n=rules.limit_minutes,
    )


def _limits_of_sections(rules: SittingRules) -> str:
    """Return the rule of sections that have limits of their own, in words."""
    parts = [
        _("%(kind)s %(n)s 分钟", kind=each.title or kind_words(each.kind), n=each.minutes)
        for each in rules.sections
    ]
    return _(
        "共 %(n)s 分钟，从点“开始考试”起计时，中途离开不停表。分 %(m)s 部分依次作答，"
        "各有限时：%(parts)s。"
        "一部分时间到，或自己提前结束，就进入下一部分，不能返回；提前结束省下的时间不加到后面的部分。"
        "最后一部分到时系统自动交卷。",
        n=rules.limit_minutes,
        m=len(rules.sections),
        parts=_("、").join(parts),
    )


def _attempts(rules: SittingRules) -> str:
    if rules.max_attempts == 1:
        return _("每人一次。")
    return _(
        "每人最多 %(n)s 次，%(counts)s。", n=rules.max_attempts, counts=counts_words(rules.counts)
    )
