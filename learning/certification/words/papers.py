"""Declarations and projects in words for people, translated."""

from learning.certification.rules.papers import MAX_PAPERS, ProjectState
from learning.certification.words import _
from learning.kernel.errors import Problem


def declaration_state_words(state: str) -> tuple[str, str]:
    """Return how a declaration stands: a word and the badge's status."""
    return {
        "pending": (_("待确认"), "due"),
        "confirmed": (_("已确认"), "pass"),
        "refused": (_("不予确认"), "over"),
        "withdrawn": (_("已收回"), "none"),
    }[state]


def project_state_words(state: ProjectState) -> tuple[str, str]:
    """Return how a project stands: a word and the badge's status."""
    return {
        ProjectState.SUBMITTED: (_("待评审"), "due"),
        ProjectState.PASSED: (_("评审合格"), "pass"),
        ProjectState.FAILED: (_("评审不合格"), "over"),
        ProjectState.WITHDRAWN: (_("已收回"), "none"),
    }[state]


def paper_problem_words(problem: Problem) -> str:
    """Return what is wrong with a declaration, a project or one of their files, translated."""
    words = {
        "evidence_empty": _("文件是空的。"),
        "evidence_too_large": _("文件超过 2 MB。"),
        "evidence_type": _("只收 PDF、JPG 和 PNG 文件。"),
        "papers_many": _("一次最多 %(n)s 个文件。", n=MAX_PAPERS),
        "papers_missing": _("请附上证明材料。"),
        "papers": _("请附上项目文件。"),
        "title": _("请填写项目名称，最多 200 字。"),
        "summary": _("摘要最多 5000 字。"),
        "kind": _("这一项不用申报。"),
        "years": _("年数须在 1 到 50 之间。"),
        "words": _("请写明情况，最多 1000 字。"),
        "answer": _("不予确认须写明理由，最多 500 字。"),
        "comment": _("请写评语，最多 2000 字。"),
        "points": _("第 %(n)s 项须是 0 到 %(most)s 的整数。", n=problem.line, most=problem.message),
    }.get(problem.code, _("这一项填得不对。"))
    return f"{problem.path}{_('：')}{words}" if problem.path else words
