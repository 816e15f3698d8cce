"""Marking in words: how it is done, and why an act is refused."""

from learning.exams.rules import ADJUDICATION, SECOND, SittingSettings
from learning.exams.words.sittings import _
from learning.kernel.errors import Conflict
from learning.web.templating import points_text


def marking_way(settings: SittingSettings) -> str:
    """Return how answers are marked at a sitting."""
    if not settings.double_marking:
        return _("每份答卷由一人评分。")
    points = points_text(settings.tolerance_milli)
    return _(
        "每份由两人各自评分；相差不超过 %(n)s 分取平均（四舍五入），超过的由第三人裁定。", n=points
    )


def shortage_of_markers(settings: SittingSettings, *, markers: int, disputed: int) -> str:
    """Return why the appointed markers cannot finish, "" where they can."""
    if not markers:
        return _("还没有任命阅卷人。请在“考场与人员”里任命。")
    if settings.double_marking and markers < SECOND:
        return _("双评要两位阅卷人，现在只有一位。请在“考场与人员”里再任命。")
    if disputed and markers < ADJUDICATION:
        return _(
            "有 %(n)s 份答卷两人给分相差较大，要第三位阅卷人裁定。请在“考场与人员”里再任命一位。",
            n=f"{disputed:,}",
        )
    return ""


def marking_refusal(conflict: Conflict) -> str:
    """Return why an act of marking was refused."""
    if conflict.code == "marking_unfinished":
        return _("还有 %(n)s 份答卷没有评完，不能结束。", n=f"{conflict.data['left']:,}")
    return {
        "undo_none": _("没有可以撤回的评分。"),
        "undo_late": _("超过 5 分钟、已计入成绩或已交第三人裁定，不能撤回。可请考务退回重评。"),
        "marking_gone": _(
            "这份答卷已不归您评：保留的时间已过，或考务作了调整。刚才的评分没有记下。"
        ),
        "marking_given": _("这份答卷您已经评过了。"),
        "marking_not_given": _("这份答卷还没有评分。"),
        "marking_over": _("这份答卷不用再评了。"),
    }.get(conflict.code, _("请刷新后再试。"))
