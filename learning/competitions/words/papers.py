"""Paper in a round, in words: the rule as it is printed, where a paper stands, what is wrong."""

from learning.competitions.rules.papers import MAX_ROLL, PaperRules, PaperState
from learning.competitions.words.competition import _, instant_words
from learning.kernel.errors import Conflict, Problem
from learning.web.errors import words_for


def paper_words(rules: PaperRules, zone: str) -> str:
    """Return what participants and units are told about paper."""
    beside = (
        _("在线答过的人也可以答纸笔卷，算作其中一次")
        if rules.beside_online
        else _("每人只选一种，答纸笔卷的不再在线作答")
    )
    return _(
        "单位可以组织纸笔作答，%(until)s前由两人各录一遍；%(beside)s；"
        "纸笔卷没有用时，同分时排在有用时的之后。",
        until=instant_words(rules.until, zone),
        beside=beside,
    )


def paper_state_words(state: PaperState) -> tuple[str, str]:
    """Return where a paper stands, and the status of the badge."""
    return {
        PaperState.WAITING: (_("待录入"), "none"),
        PaperState.KEYED: (_("已录一遍"), "info"),
        PaperState.DIFFERS: (_("待核对"), "over"),
        PaperState.CONFIRMED: (_("已确认"), "pass"),
        PaperState.VOID: (_("已作废"), "over"),
    }[state]


def list_problem(problem: Problem) -> str:
    """Return what is wrong with a line of a list of people, with the line and the number."""
    said = {
        "nobody": _("本单位现有人员里没有这个工号"),
        "roll_twice": _("重复"),
        "staff_no": _("太长，不是工号"),
        "has_online": _("已经在线作答；本轮每人只选一种"),
        "entry_void": _("参赛资格已作废"),
        "other_unit": _("已代表别的单位报名"),
        "not_promoted": _("没有晋级这一轮"),
        "division": _("请选组别"),
        "roll_empty": _("请写工号"),
        "roll_long": _("一次至多 %(n)s 人", n=MAX_ROLL),
    }.get(problem.code) or words_for(Conflict(problem.code))
    if problem.line is None:
        return said
    return _(
        "第 %(line)s 行，%(number)s：%(what)s。", line=problem.line, number=problem.place, what=said
    )
