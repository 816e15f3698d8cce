"""Training tasks in words."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import get_locale, ngettext

from learning.compliance.queries.assignments import AssignmentView, Progress
from learning.compliance.queries.goals import Titles
from learning.compliance.queries.tasks import OwnTask, TaskLine
from learning.compliance.rules.assignments import Audience, DueKind, Goal, TaskState
from learning.compliance.words import Mark, _


def goal_words() -> dict[str, str]:
    """Return the kinds of goals in words."""
    return {
        Goal.COURSE.value: _("课程"),
        Goal.TRACK.value: _("培养方向"),
        Goal.SITTING.value: _("考试"),
        Goal.SCHEME.value: _("证书"),
        Goal.HOURS.value: _("学时"),
    }


def audience_words() -> dict[str, str]:
    """Return whom a task can mean, in words."""
    return {
        Audience.UNIT.value: _("单位及下级的所有人"),
        Audience.POST.value: _("任某个岗位的人"),
        Audience.COHORT.value: _("选定某个培养方向的人"),
        Audience.JOINED.value: _("以后新入职的人"),
        Audience.PEOPLE.value: _("指定名单"),
    }


def due_words() -> dict[str, str]:
    """Return what a due date can hang on, in words."""
    return {
        DueKind.DATE.value: _("固定日期"),
        DueKind.JOINED.value: _("入职后若干天"),
        DueKind.POST.value: _("任岗后若干天"),
        DueKind.CERTIFICATE.value: _("证书到期前若干天"),
    }


def state_words() -> dict[str, Mark]:
    """Return the states of a task as marks."""
    return {
        TaskState.OVERDUE.value: Mark(_("逾期"), "over"),
        TaskState.DUE_SOON.value: Mark(_("30 天内到期"), "due"),
        TaskState.OPEN.value: Mark(_("进行中"), "live"),
        TaskState.PAUSED.value: Mark(_("已暂停"), "frozen"),
        TaskState.DONE.value: Mark(_("已完成"), "pass"),
        TaskState.DONE_LATE.value: Mark(_("逾期完成"), "info"),
        TaskState.LEFT.value: Mark(_("已不在范围"), "none"),
    }


def problem_words() -> dict[str, str]:
    """Return what can be wrong with a plan, by code."""
    return {
        "bad_day": _("日期不对：请选 2000 年以后、五年以内的日期。"),
        "due_needed": _("请填写截止日期。"),
        "due_past": _("截止日期要晚于今天。"),
        "days_needed": _("请填写天数。"),
        "due_needs_post": _("只有发给任某个岗位的人时，才能从任岗起算。"),
        "due_needs_scheme": _("只有要求取得证书时，才能按证书到期日起算。"),
        "hours_needed": _("请填写学时数。"),
        "only_hours_repeat": _("只有学时任务可以重复。"),
        "people_needed": _("请至少填写一个工号。"),
        "nobody": _("单位里没有这些工号，或一个工号有几个人。"),
        "too_many_people": _("名单最多 5000 人，请分几次下达。"),
    }


def conflict_words(code: str) -> str:
    """Return why something cannot be done with an assignment now."""
    known = {
        "cancelled": _("这项任务已取消。"),
        "paused": _("已经暂停了。"),
        "running": _("没有暂停，不用恢复。"),
    }
    return known.get(code, code)


def hours_text(milli: int) -> str:
    """Return hours without trailing zeros."""
    return f"{(Decimal(milli) / 1000).normalize():f}"


def asked_words(goal: str, ref: str, hours_milli: int | None, titles: Titles) -> str:
    """Return what is asked, in a few words."""
    title, title_en = titles.get((goal, ref), (ref, ""))
    shown = title_en if title_en and str(get_locale()) == "en" else title
    if goal == Goal.HOURS.value:
        shown = hours_text(hours_milli or 0)
    return _("%(kind)s：%(title)s", kind=goal_words()[goal], title=shown)


def due_text(view: AssignmentView) -> str:
    """Return when an assignment is due, in words."""
    if view.due_at is not None:
        return view.due_at.astimezone(ZoneInfo(view.zone)).date().isoformat()
    patterns = {
        DueKind.JOINED.value: _("入职后 %(n)s 天内", n=view.due_days),
        DueKind.POST.value: _("任岗后 %(n)s 天内", n=view.due_days),
        DueKind.CERTIFICATE.value: _("证书到期前 %(n)s 天", n=view.due_days),
    }
    return patterns[view.due_kind]


def state_mark(view: AssignmentView, progress: Progress) -> Mark:
    """Return how an assignment as a whole is doing."""
    if view.cancelled_at is not None:
        return Mark(_("已取消"), "none")
    if view.kept_at is None and not progress.people:
        return Mark(_("正在下达"), "live")
    if progress.overdue:
        return Mark(_("%(n)s 人逾期", n=progress.overdue), "over")
    if progress.people and progress.done == progress.people:
        return Mark(_("全部完成"), "pass")
    return Mark(_("进行中"), "live")


@dataclass(frozen=True, slots=True)
class OwnTaskView:
    """One's own task as shown: what, by when, and the state."""

    task: OwnTask
    asked: str
    due: str
    mark: Mark


def own_views(tasks: list[OwnTask], titles: Titles) -> list[OwnTaskView]:
    """Return one's own tasks as shown."""
    marks = state_words()
    return [
        OwnTaskView(
            task,
            asked_words(task.goal, task.goal_ref, task.hours_milli, titles),
            day_text(task.due_at, task.zone),
            marks[task.state.value],
        )
        for task in tasks
    ]


def day_text(at: datetime | None, zone: str) -> str:
    """Return the day of an instant in a zone, "" for none."""
    return "" if at is None else at.astimezone(ZoneInfo(zone)).date().isoformat()


def late_text(due_at: datetime, zone: str, now: datetime) -> str:
    """Return for how many days of the calendar in the zone a task is overdue."""
    local = ZoneInfo(zone)
    days = (now.astimezone(local).date() - due_at.astimezone(local).date()).days
    return ngettext("逾期 %(num)s 天", "逾期 %(num)s 天", days) if days else _("逾期")


def overdue_row(title: str, line: TaskLine, zone: str, now: datetime) -> tuple[str, ...]:
    """Return an overdue task as a row of the .xlsx."""
    day, late = day_text(line.due_at, zone), late_text(line.due_at, zone, now)
    return (line.unit_name, line.name, line.staff_no, title, day, late)


def task_row(line: TaskLine, zone: str) -> tuple[Any, ...]:
    """Return a task as a row of the .xlsx, in the order of its columns."""
    return (
        line.staff_no,
        line.name,
        line.unit_name,
        line.round,
        day_text(line.due_at, zone),
        state_words()[line.state.value].text,
        day_text(line.done_at, zone),
    )
