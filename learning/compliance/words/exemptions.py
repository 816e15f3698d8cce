"""Exemptions and statuses in words, translated."""

from datetime import datetime
from zoneinfo import ZoneInfo

from learning.compliance.queries.exemptions import Spared
from learning.compliance.words import Mark, _
from learning.web.templating import in_language

MINUTE = "%Y-%m-%d %H:%M"


def kind_choices() -> list[tuple[str, str]]:
    """Return the statuses of staff with their words."""
    return [("leave", _("离岗休假")), ("contractor", _("承包商人员"))]


def state_mark(state: str) -> Mark:
    """Return how an exemption or a status stands, with its shape."""
    return {
        "over": Mark(_("已结束"), "none"),
        "coming": Mark(_("尚未开始"), "info"),
        "standing": Mark(_("生效中"), "live"),
    }[state]


def spared_row(one: Spared, now: datetime, zone: str, *, is_status: bool) -> tuple[str, ...]:
    """Return an exemption or a status as a row of the .xlsx, its instants in the zone."""

    def at(instant: datetime | None) -> str:
        return instant.astimezone(ZoneInfo(zone)).strftime(MINUTE) if instant else _("未定")

    return (
        one.person,
        one.staff_no,
        one.person_public_id,
        dict(kind_choices())[one.what] if is_status else in_language(one.what, one.what_en),
        state_mark(one.state(now)).text,
        at(one.valid_from),
        at(one.valid_to),
        at(one.planned_to) if one.ended_at else "",
        one.text,
        one.author,
        at(one.recorded_at),
    )


def refusal_words(code: str) -> str:
    """Return why an exemption or a status cannot be recorded or ended."""
    return {
        "exemption_overlaps": _("这个人对这项证书已有时间重叠的豁免。"),
        "status_overlaps": _("这个人已有时间重叠的同类状态。"),
        "ended_already": _("这一条已经结束过，不能再改。"),
        "reason_needed": _("请写明理由。"),
        "bad_day": _("日期不对：请选 2000 年以后、五年以内的日期。"),
        "from_needed": _("请填写开始日期。"),
        "back_needed": _("请填写返岗或结束日期。"),
        "nobody_away": _("所选的人在这一天都不是这种状态，没有可以结束的。"),
        "end_needed": _("豁免必须有结束日期。"),
        "end_before_start": _("结束日期早于开始日期。"),
        "too_long": _("最多 500 个字。"),
        "bad_kind": _("请选择状态。"),
    }[code]
