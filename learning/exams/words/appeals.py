"""Appeals and complaints in words for people, translated."""

from learning.exams.queries.appeals import AppealView
from learning.exams.queries.register import RegisterShown
from learning.exams.rules import (
    AppealKind,
    AppealState,
    IncidentReason,
    Involvement,
    Subject,
    Verdict,
)
from learning.exams.words.halls import reason_words
from learning.exams.words.sittings import _


def appeal_kind_words(kind: AppealKind) -> str:
    """Return what kind of thing is appealed on or complained of."""
    return {
        AppealKind.ITEM: _("试题"),
        AppealKind.RESULT: _("成绩"),
        AppealKind.VOID: _("作废"),
        AppealKind.APPLICATION: _("报考未通过"),
        AppealKind.ENTRY: _("入场"),
        AppealKind.INCIDENT: _("违纪记录"),
        AppealKind.OTHER: _("其他"),
    }[kind]


def subject_words(subject: Subject) -> str:
    """Return what a candidate may appeal on, as a choice of the form."""
    return {
        AppealKind.ITEM: _("第 %(n)s 次作答的一道试题", n=subject.number),
        AppealKind.RESULT: _("第 %(n)s 次作答的成绩", n=subject.number),
        AppealKind.VOID: _("第 %(n)s 次作答被作废", n=subject.number),
        AppealKind.APPLICATION: _("报考没有通过"),
        AppealKind.ENTRY: _("记为缺考或不予入场"),
        AppealKind.INCIDENT: _("违纪记录：%(what)s", what=_reason(subject.reason)),
        AppealKind.OTHER: _("本场的其他决定或做法（投诉）"),
    }[subject.kind]


def appeal_words(appeal: AppealView) -> str:
    """Return what an appeal is about."""
    return {
        AppealKind.ITEM: _(
            "第 %(n)s 次作答，第 %(p)s 题", n=appeal.attempt_number, p=appeal.position
        ),
        AppealKind.RESULT: _("第 %(n)s 次作答的成绩", n=appeal.attempt_number),
        AppealKind.VOID: _("第 %(n)s 次作答被作废", n=appeal.attempt_number),
        AppealKind.APPLICATION: _("报考没有通过"),
        AppealKind.ENTRY: _("记为缺考或不予入场"),
        AppealKind.INCIDENT: _("违纪记录：%(what)s", what=_reason(appeal.incident_reason)),
        AppealKind.OTHER: _("本场的其他决定或做法（投诉）"),
    }[appeal.kind]


def _reason(code: str) -> str:
    return reason_words(IncidentReason(code)) if code else ""


def appeal_state_words(state: AppealState) -> tuple[str, str]:
    """Return how an appeal stands, and the status of its badge."""
    return {
        AppealState.LODGED: (_("已提出"), "info"),
        AppealState.REVIEW: (_("处理中"), "live"),
        AppealState.UPHELD: (_("成立"), "pass"),
        AppealState.PARTLY: (_("部分成立"), "pass"),
        AppealState.REJECTED: (_("不成立"), "over"),
        AppealState.WITHDRAWN: (_("已撤回"), "none"),
    }[state]


def verdict_words(verdict: Verdict) -> str:
    """Return what a handler may decide."""
    return {
        Verdict.UPHELD: _("成立"),
        Verdict.PARTLY: _("部分成立"),
        Verdict.REJECTED: _("不成立"),
    }[verdict]


def involvement_words(why: Involvement) -> str:
    """Return why somebody may not decide, said to anybody of the desk."""
    return {
        Involvement.SELF: _("就是申诉人"),
        Involvement.WRITER: _("编写过这道题"),
        Involvement.REVIEWER: _("审过这道题"),
        Involvement.MARKER: _("评阅或录入过这份试卷"),
        Involvement.DECIDED: _("作出了被申诉的决定或改过这份成绩"),
        Involvement.CONFLICT: _("与申诉人有已申报的回避关系"),
        Involvement.TRAINER: _("给申诉人上过课，或编写过其所学课程"),
    }[why]


def register_words(shown: RegisterShown) -> str:
    """Return a choice of the register's tabs."""
    return {
        RegisterShown.OPEN: _("待答复"),
        RegisterShown.OVERDUE: _("已逾期"),
        RegisterShown.OVER: _("已办结"),
        RegisterShown.ALL: _("全部"),
    }[shown]
