"""Entry conditions of tracks in words for people, translated."""

from learning.study.rules.entry import Education
from learning.study.words import _
from learning.web.templating import kept_by_language


@kept_by_language
def education_words() -> dict[str, str]:
    """Return the levels of education by their code, the lowest first."""
    return {
        Education.JUNIOR.value: _("初中及以下"),
        Education.SENIOR.value: _("高中、中专、技校"),
        Education.COLLEGE.value: _("大专"),
        Education.BACHELOR.value: _("本科"),
        Education.MASTER.value: _("硕士"),
        Education.DOCTOR.value: _("博士"),
    }


def enrol_problem(code: str) -> str:
    """Return why somebody was not enrolled."""
    return {
        "not_declared": _("请先确认自己符合报名条件。"),
        "not_told": _("请选学历，并填相关工作年限：0 到 60 的整数。"),
        "not_met": _("按您填的学历和年限，还不符合报名条件，没有选定。"),
    }[code]


def unmet_words(count: int) -> str:
    """Return what to say to who is enrolled and does not reach so many conditions."""
    return _(
        "已选定这个培养方向。按您填的学历和年限，有 %(n)s 条报名条件未达到："
        "不影响学习；是否另有途径，由人力资源确认。",
        n=count,
    )
