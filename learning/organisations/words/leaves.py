"""What is wrong with the leave that a roster says, and how to mend it, translated."""

from flask_babel import gettext as _

from learning.organisations.rules.roster import RosterProblem


def leave_words(problem: RosterProblem) -> tuple[str, str] | None:
    """Return what is wrong with a cell of leave and how to mend it; None for other cells."""
    return {
        "bad_day_cell": (_("看不懂这个日期"), _("写成 2026-03-01 这样的年月日。")),
        "leave_no_start": (_("有离岗至，没有离岗自"), _("补上离岗自，或清空离岗至。")),
        "leave_end_before": (_("离岗至早于离岗自"), _("改正其中一个日期。")),
        "leave_day_far": (_("日期早于 2000 年，或在五年以后"), _("核对年份。")),
        "leave_overlaps": (
            _("与已登记的离岗（%(days)s）重叠", days=problem.other),
            _("改正日期，或先在“豁免与离岗”里结束那一条。"),
        ),
        "leave_end_differs": (
            _("这段离岗已登记为 %(days)s，表中的结束日期不同", days=problem.other),
            _("提前返岗的，在“豁免与离岗”里登记；延长的，在那里登记接续的一段；或改正表中的日期。"),
        ),
        "leave_ended_here": (
            _("这段离岗已在本系统登记结束（%(days)s），不再改动", days=problem.other),
            _("仍在离岗的，在“豁免与离岗”里登记新的一段。"),
        ),
        "leave_called_off_here": (
            _("这段离岗已在本系统取消，不再登记"),
            _("确实离岗的，在“豁免与离岗”里登记。"),
        ),
    }.get(problem.code)
