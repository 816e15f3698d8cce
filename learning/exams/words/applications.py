"""Applications in words for people, translated."""

from learning.exams.rules import ApplicationState, Decision
from learning.exams.words.sittings import _
from learning.kernel.errors import Problem


def application_words(state: ApplicationState, *, is_signed: bool = True) -> tuple[str, str]:
    """Return how an application stands, and the status of its badge."""
    if state is ApplicationState.SUBMITTED and not is_signed:
        return _("待本人确认"), "due"
    return {
        ApplicationState.SUBMITTED: (_("待审核"), "info"),
        ApplicationState.RETURNED: (_("退回修改"), "due"),
        ApplicationState.ACCEPTED: (_("审核通过"), "pass"),
        ApplicationState.REFUSED: (_("审核未通过"), "over"),
        ApplicationState.WITHDRAWN: (_("已撤回"), "none"),
    }[state]


def application_advice(state: ApplicationState, *, is_signed: bool) -> str:
    """Return what the candidate should know or do."""
    if state is ApplicationState.SUBMITTED and not is_signed:
        return _("单位已替您报名。请核对、补充材料并确认，之后考务才能审核。")
    return {
        ApplicationState.SUBMITTED: _("考务正在审核；审核前可以修改或撤回。"),
        ApplicationState.RETURNED: _("请按下面的答复修改后重新提交。"),
        ApplicationState.ACCEPTED: _("您已获准考试，准考证在考试页里。"),
        ApplicationState.REFUSED: _("本次报考没有通过，理由见下。"),
        ApplicationState.WITHDRAWN: _("报考已撤回，材料已删除；截止前可以重新报名。"),
    }[state]


def consent_words(refusal: str) -> str:
    """Return why a request for accommodation was not taken, by the code of its refusal."""
    return {
        "consent_missing": _("申请考试便利，要单独勾选同意；不申请的，请把这一项清空。"),
        "consent_changed": _("同意的文字刚刚有改动，请重新阅读后勾选。"),
    }[refusal]


def decision_words(decision: Decision) -> str:
    """Return what was decided, as told to the examiner."""
    return {
        Decision.ACCEPT: _("已通过并准考。"),
        Decision.RETURN: _("已退回修改。"),
        Decision.REFUSE: _("已按不通过处理。"),
    }[decision]


def file_problem_words(problem: Problem) -> str:
    """Return what is wrong with an uploaded file."""
    return {
        "evidence_empty": _("文件是空的。"),
        "evidence_too_large": _("每个文件至多 2 MB。"),
        "evidence_type": _("只收 PDF、JPEG、PNG 文件。"),
        "evidence_many": _("至多 %(n)s 个文件。", n=problem.message),
        "photo_too_large": _("照片至多 300 KB。"),
        "photo_type": _("照片须是 JPEG 或 PNG，每边不超过 3000 像素。"),
    }.get(problem.code, _("这一项填得不对。"))
