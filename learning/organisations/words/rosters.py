"""What the rows of a roster do, in words, translated."""

from collections.abc import Sequence

from learning.organisations.rules.roster import Choice, RowStatus, Shift, Turn
from learning.organisations.words import _, category_words


def status_words(status: RowStatus) -> tuple[str, str]:
    """Return what applying does with a row, and the status of its badge."""
    return {
        RowStatus.NEW: (_("新增"), "live"),
        RowStatus.CHANGED: (_("变更"), "info"),
        RowStatus.UNCHANGED: (_("无变化"), "none"),
        RowStatus.ERROR: (_("有错误"), "over"),
        RowStatus.UNDECIDED: (_("待决定"), "due"),
        RowStatus.SKIPPED: (_("跳过"), "frozen"),
    }[status]


def turn_words(turn: Turn) -> str:
    """Return what a month brought people, as HR says it."""
    return {
        Turn.JOINED: _("入职"),
        Turn.MOVED: _("调部门"),
        Turn.POSTED: _("调岗位"),
    }[turn]


def shift_words(shift: Shift) -> tuple[str, str, str]:
    """Return what shifts, from what and to what; "—" for nothing."""
    what = {
        "place": _("部门"),
        "post": _("岗位"),
        "number": _("工号"),
        "category": _("人员类别"),
        "leave": _("离岗"),
    }[shift.what]
    before, after = shift.before, shift.after
    if shift.what == "category":
        before, after = category_words(before), category_words(after)
    return what, before or "—", after or "—"


def choice_words(choice: str, name: str) -> tuple[str, str]:
    """Return what may be chosen for a number of a person of another name, and what follows."""
    return {
        Choice.RENAME.value: (_("更正姓名"), _("是同一人，“%(name)s”改为表中的姓名", name=name)),
        Choice.NEW.value: (_("新员工"), _("“%(name)s”的任职结束，工号转给新人", name=name)),
        Choice.SKIP.value: (_("跳过"), _("这一行不导入")),
    }[choice]


def change_words(changes: Sequence[str]) -> str:
    """Return what changes for a known person, in a few words."""
    words = {
        "login_phone": _("加手机号登录"),
        "login_email": _("加邮箱登录"),
        "login_staff": _("加工号登录"),
        "place": _("加入部门"),
        "transfer": _("调整部门或工号"),
        "post": _("调整岗位"),
        "rename": _("更正姓名"),
        "category": _("设定人员类别"),
        "leave": _("登记离岗"),
        "number": _("接用原有工号"),
    }
    return _("、").join(words[change] for change in changes)
