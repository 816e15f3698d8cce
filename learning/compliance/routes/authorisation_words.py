"""Authorisations in words for people, translated."""

from datetime import timedelta

from learning.certification.rules import local_date
from learning.certification.rules.holdings import FOREVER
from learning.compliance.queries.authorisations import UNACCOUNTED, AuthorisationView
from learning.compliance.rules.authorisations import AuthorisationState, Lacking
from learning.compliance.words import _
from learning.kernel.errors import Problem
from learning.web.templating import in_language


def state_choices() -> list[tuple[str, str]]:
    """Return the states to look for, with their words; "" is any."""
    return [
        ("", _("全部")),
        *((state.value, state_words(state)[0]) for state in AuthorisationState),
        (UNACCOUNTED, _("依据不全")),
    ]


def state_words(state: AuthorisationState) -> tuple[str, str]:
    """Return a state in a word, and the status of its badge."""
    return {
        AuthorisationState.IN_FORCE: (_("有效"), "pass"),
        AuthorisationState.NOT_YET: (_("未开始"), "info"),
        AuthorisationState.OVER: (_("已到期"), "none"),
        AuthorisationState.LAPSED: (_("自动失效"), "over"),
        AuthorisationState.REVOKED: (_("已撤销"), "over"),
    }[state]


def cause_words(cause: str) -> str:
    """Return why an authorisation ended, "" for one that has not."""
    return {
        "certificate": _("所依据的证书不再有效"),
        "exemption": _("所依据的豁免已结束，也没有持证"),
        "post": _("本人已离开原岗位或原部门"),
        "revoked": _("由授权人撤销"),
    }.get(cause, "")


def until_words(one: AuthorisationView) -> str:
    """Return the last day of an authorisation on its organisation's calendar."""
    if one.ends_at == FOREVER:
        return _("长期")
    return local_date(one.ends_at - timedelta(microseconds=1), one.zone).isoformat()


def from_words(one: AuthorisationView) -> str:
    """Return the first day of an authorisation on its organisation's calendar."""
    return local_date(one.starts_at, one.zone).isoformat()


def file_row(one: AuthorisationView) -> tuple[str, ...]:
    """Return an authorisation as a row of the .xlsx."""
    return (
        one.name,
        one.staff_no,
        one.person,
        one.post,
        one.equipment,
        one.equipment_no,
        one.unit,
        one.organisation,
        state_words(one.state)[0],
        from_words(one),
        until_words(one),
        one.number,
        one.authorised_by,
        one.override_reason,
        one.end_reason or cause_words(one.cause),
    )


def problem_words(problem: Problem) -> str:
    """Return what is wrong with an act, translated."""
    if isinstance(problem, Lacking):
        titles = _("、").join(in_language(*one) for one in problem.titles)
        who = f"{problem.message}{_('：')}{titles}"
        return _("%(who)s，缺这些证书。请取消勾选，或写明例外授权的理由。", who=who)
    field = field_words(problem.place)
    return {
        "first": _("起始日期须是今天或以后一年内的日期。"),
        "last": _("截止日期须不早于起始日期，最长十年。"),
        "override_last": _("例外授权必须有截止日期。"),
        "equipment": _("不选岗位时，请填写设备名称。"),
        "override_reason": _("理由最多 500 个字。"),
        "person": _("请勾选要授权的人，一次最多 500 人。"),
        "reason": _("请写明撤销原因，最多 500 个字。"),
        "spot": _(
            "“%(field)s”的位置超出了卡片，或字号不在 1.5 到 20 毫米之间。",
            field=field_words(problem.place),
        ),
        "width": _("卡片宽度须在 30 到 420 毫米之间。"),
        "height": _("卡片高度须在 30 到 420 毫米之间。"),
        "dx": _("左右偏移最多 30 毫米。"),
        "dy": _("上下偏移最多 30 毫米。"),
        "spots": _("至少填写一项的位置。"),
        "number": _("“%(field)s”须是毫米数，如 12.5。", field=field),
        "photo": _("照片须是 PNG 或 JPEG，最大 5 MB。"),
    }.get(problem.code, _("这一项填得不对。"))


def field_words(name: str) -> str:
    """Return a fact of a card in a word."""
    return {
        "name": _("姓名"),
        "number": _("编号"),
        "organisation": _("单位"),
        "unit": _("部门"),
        "post": _("岗位"),
        "equipment": _("设备"),
        "first": _("起始日期"),
        "last": _("有效期至"),
        "photo": _("照片"),
        "qr": _("二维码"),
        "width": _("宽"),
        "height": _("高"),
        "dx": _("左右偏移"),
        "dy": _("上下偏移"),
    }.get(name, name)
