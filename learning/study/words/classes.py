"""Classes in words for people, translated."""

from datetime import datetime

from learning.organisations.rules.roster import RosterProblem
from learning.organisations.words import roster_words
from learning.study.queries.classes import OwnSession, SessionView
from learning.study.queries.marks import MarkView
from learning.study.rules.classes import SessionPlan, minutes_missed
from learning.study.rules.statements import hours_text
from learning.study.words import _
from learning.web.sentences import run_on


def mark_words(mark: MarkView, plan: SessionPlan, *, needs_sign_out: bool) -> tuple[str, str]:
    """Return how somebody at a session stands, and the status of the mark."""
    if mark.credited_milli:
        return _("已记入 %(n)s 学时", n=hours_text(mark.credited_milli)), "pass"
    if mark.credited_milli == 0:
        return _("已冲销"), "over"
    if needs_sign_out and not mark.is_listed and mark.out_at is None:
        return _("没有签退"), "due"
    missed = "" if mark.is_listed else _missed_words(*minutes_missed(plan, mark.in_at, mark.out_at))
    return (missed, "due") if missed else (_("待确认"), "none")


def _missed_words(late: int, early: int) -> str:
    """Return what somebody missed, in minutes; "" for nothing."""
    if late and early:
        return _("晚 %(late)s 分钟签到、早 %(early)s 分钟签退，待确认", late=late, early=early)
    if late:
        return _("晚 %(n)s 分钟签到，待确认", n=late)
    return _("早 %(n)s 分钟签退，待确认", n=early) if early else ""


def session_words(view: SessionView, now: datetime) -> tuple[str, str]:
    """Return how a session stands, and the status of its badge."""
    if view.confirmed_at is not None:
        return _("已确认"), "pass"
    if now < view.starts_at:
        return _("未开始"), "info"
    if now < view.ends_at:
        return _("进行中"), "live"
    return _("待确认"), "due"


def own_words(own: OwnSession, now: datetime) -> tuple[str, str]:
    """Return how a session stands for its learner, and the status of its mark."""
    if own.in_at is None:
        return (
            (_("进行中，请到现场扫码签到"), "live")
            if own.starts_at <= now
            else (_("未开始"), "none")
        )
    if own.confirmed_at is not None:
        return _("已确认"), "pass"
    return (_("已签退，待确认"), "due") if own.out_at else (_("已签到，待确认"), "due")


def refusal_words(code: str) -> str:
    """Return why something cannot be done with a class now."""
    return {
        "code_expired": _("这个码已过期，请再扫一次屏幕上的码。"),
        "not_now": _("现在不是签到或签退的时间。"),
        "not_signed_in": _("您还没有签到，请先扫签到码；已过签到时间的请找培训师补登。"),
        "not_over": _("这一次还没有结束，结束后再确认。"),
        "cancelled": _("这个班已取消。"),
        "credited": _("这个人的学时已经记入，请在台账里冲销。"),
        "confirmed": _("导入之后已经确认过，学时已记入，不能撤销。"),
        "list_problems": _("名单里有错误，没有导入。请改好后重新上传。"),
        "list_undone": _("这份名单已经撤销，请重新上传。"),
        "list_not_applied": _("这份名单没有导入过。"),
        "too_many_people": _("一份名单最多 2,000 人，请分开上传。"),
        "has_people": _("已有人签到、导入过名单或已确认，这一次不能再改。"),
        "last_session": _("只剩这一次，要取消请取消整个班。"),
        "too_many_sessions": _("一个班最多 30 次。"),
    }.get(code, _("无法完成这个操作。"))


def problem_words() -> dict[str, str]:
    """Return what is wrong with a field, by the code of the rules."""
    return {
        "missing": _("请填写这一项。"),
        "ends": _("结束要在开始之后。"),
        "lasts": _("一次最多 16 小时。"),
        "minutes": _("计的分钟数不能多于这一次的时长。"),
    }


def row_problem(problem: RosterProblem) -> str:
    """Return what is wrong with a row of an attendance list, and what to do."""
    own = {
        "not_of_class": _("参加单位里没有这个人，请核对工号、手机号或姓名。"),
        "several_people": _("参加单位里不止一人，请加上工号。"),
        "other_name": _("姓名与这个工号或手机号的人不一致。"),
    }
    return own.get(problem.code) or run_on(*roster_words(problem))
