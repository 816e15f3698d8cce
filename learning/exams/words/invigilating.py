"""What happens while invigilating in words: states, acts, reasons."""

from collections.abc import Mapping

from learning.attempts.queries import ActLine
from learning.attempts.rules import ActKind, ActReason
from learning.attempts.words import event_words
from learning.exams.rules import WatchOrder, WatchState
from learning.exams.words.sittings import _


def watch_words(state: WatchState) -> tuple[str, str]:
    """Return how a candidate stands, and the status of the badge."""
    return {
        WatchState.PAUSED: (_("已暂停"), "due"),
        WatchState.ANSWERING: (_("正在作答"), "live"),
        WatchState.WAITING: (_("候考"), "info"),
        WatchState.EXPECTED: (_("未到"), "none"),
        WatchState.SUBMITTED: (_("已交卷"), "frozen"),
        WatchState.SWEPT: (_("到时收卷"), "frozen"),
        WatchState.FORCED: (_("强制收卷"), "over"),
        WatchState.VOIDED: (_("已作废"), "over"),
        WatchState.ABSENT: (_("缺考"), "none"),
        WatchState.REFUSED: (_("不予入场"), "over"),
    }[state]


def order_words(order: WatchOrder) -> str:
    """Return how the list is ordered."""
    return {
        WatchOrder.ATTENTION: _("需要留意的在前"),
        WatchOrder.SEAT: _("按座位"),
        WatchOrder.NAME: _("按姓名"),
        WatchOrder.STATE: _("按状态"),
        WatchOrder.TIME_LEFT: _("按剩余时间"),
    }[order]


def act_words(kind: ActKind) -> str:
    """Return what an act is called on its button."""
    return {
        ActKind.PAUSE: _("暂停"),
        ActKind.RESUME: _("继续"),
        ActKind.EXTEND: _("加时"),
        ActKind.MESSAGE: _("发提醒"),
        ActKind.FORCE: _("强制收卷"),
        ActKind.VOID: _("作废"),
    }[kind]


def act_help(kind: ActKind) -> str:
    """Return what an act does, said before it is confirmed."""
    return {
        ActKind.PAUSE: _("计时停下，试卷盖住；已作答的都在。继续后，停的时间如数补回。"),
        ActKind.RESUME: _("试卷重新打开，接着计时，停的时间如数补回。"),
        ActKind.EXTEND: _("每人的截止时间各往后推这么多分钟，可以超过考试结束时间。"),
        ActKind.MESSAGE: _("写的话会显示在考生的作答页上。"),
        ActKind.FORCE: _("立即收卷，按已保存的作答评分。不能撤销。"),
        ActKind.VOID: _("这次作答不计成绩，没交卷的先收卷。作答和评分留存备查。不能撤销。"),
    }[kind]


def act_reason_words(reason: ActReason) -> str:
    """Return why something was done."""
    return {
        ActReason.EQUIPMENT: _("设备故障"),
        ActReason.NETWORK: _("网络或供电中断"),
        ActReason.ILLNESS: _("考生身体不适"),
        ActReason.ACCOMMODATION: _("考试便利"),
        ActReason.EMERGENCY: _("疏散等突发情况"),
        ActReason.ORDER: _("维持考场秩序"),
        ActReason.MISCONDUCT: _("违纪"),
        ActReason.MISTAKE: _("更正误操作"),
        ActReason.OTHER: _("其他原因"),
    }[reason]


# What opens and ends a span is one event to whoever watches; opening the page is none.
_UNTOLD = frozenset({"leave", "blur", "open", "online", "full_screen"})


def told_words(counts: Mapping[str, int]) -> list[str]:
    """Return what a room told as “复制 3”, the most frequent first, without what says little."""
    kinds = sorted(counts.keys() - _UNTOLD, key=lambda kind: (-counts[kind], kind))
    return [_("%(what)s %(n)s", what=event_words(kind), n=counts[kind]) for kind in kinds]


def act_line_words(line: ActLine) -> str:
    """Return an act as the log says it: “加时 5 分钟（设备故障）”."""
    what = act_words(line.kind)
    if line.kind is ActKind.EXTEND:
        what = _("加时 %(n)s 分钟", n=line.extra_s // 60)
    return _("%(what)s（%(why)s）", what=what, why=act_reason_words(line.reason))
