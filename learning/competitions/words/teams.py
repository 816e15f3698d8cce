"""Teams in words, translated."""

from learning.competitions.rules.teams import TeamFormula, TeamRules
from learning.competitions.words.competition import _


def formula_words(formula: TeamFormula) -> str:
    """Return what members' points become."""
    return {
        TeamFormula.SUM: _("计入的队员得分相加"),
        TeamFormula.MEAN: _("计入的队员得分平均"),
    }[formula]


def team_lines(rules: TeamRules) -> list[str]:
    """Return how teams work, in sentences made from the settings."""
    size = _("每队 %(least)s 至 %(most)s 人，含队长。", least=rules.least, most=rules.most)
    lines = [size]
    if rules.same_unit:
        lines.append(_("队员须与队长为同一单位报名。"))
    if rules.formula is TeamFormula.SUM:
        lines.append(
            _("团队得分是成绩最好的 %(n)s 人得分之和。", n=rules.best)
            if rules.best
            else _("团队得分是全体队员得分之和。")
        )
    else:
        lines.append(
            _("团队得分是成绩最好的 %(n)s 人得分的平均，没有交卷的按 0 分算。", n=rules.best)
            if rules.best
            else _("团队得分是全体队员得分的平均，没有交卷的按 0 分算。")
        )
    lines.append(_("同分的团队比计入队员的用时之和；有人没有计时（纸笔），团队排在同分者之后。"))
    lines.append(
        _("各人开始答题以前可以建队、入队、退队，开始以后不再变动；不足人数的团队不排名。")
        if rules.until_start
        else _("答题开始时组队锁定；不足人数的团队不排名。")
    )
    return lines
