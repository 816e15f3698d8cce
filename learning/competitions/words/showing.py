"""How the lists are shown, in words."""

from datetime import datetime

from learning.competitions.queries import CompetitionView
from learning.competitions.rules import PEOPLE, UNITS, Names, Shown, Source, Stage
from learning.competitions.words.competition import _, division_title, instant_words


def source_words(competition: CompetitionView, now: datetime) -> str:
    """Return what is shown of the lists now, in a few words."""
    shown, zone = competition.shown(now), competition.zone
    if shown.source is Source.LIVE:
        return _("实时名次，竞赛仍在进行")
    freeze = competition.showing.freeze_at
    if shown.source is Source.FROZEN and freeze is not None:
        return _("已封榜：%(at)s 以前交卷的成绩", at=instant_words(freeze, zone))
    if shown.is_final and competition.closed_at is not None:
        return _("%(at)s 公布", at=instant_words(competition.closed_at, zone))
    return _pending_words(competition, shown)


def _pending_words(competition: CompetitionView, shown: Shown) -> str:
    stages = len(competition.showing.stages)
    if shown.is_partial:
        return _("揭晓中：第 %(n)s 步，共 %(all)s 步", n=competition.revealed, all=stages)
    if competition.closed_at is not None:
        return _("竞赛已结束，名次将分 %(n)s 步揭晓", n=stages)
    return _("名次在竞赛结束后公布")


def names_words(names: Names) -> str:
    """Return how strangers see names."""
    return {
        Names.CHOICE: _("遮蔽，参赛者本人可以选择显示全名"),
        Names.MASKED: _("一律遮蔽，本人只看得到自己的全名"),
    }[names]


def stage_words(competition: CompetitionView, stage: Stage) -> str:
    """Return a step of the reveal in words."""
    if stage.of == PEOPLE:
        title = _("个人总榜")
    elif stage.of == UNITS:
        title = _("单位榜")
    else:
        title = division_title(competition.entry, stage.of)
    if stage.first == 1:
        return _("%(list)s：全部", list=title)
    return _("%(list)s：第 %(n)s 名及以后", list=title, n=stage.first)
