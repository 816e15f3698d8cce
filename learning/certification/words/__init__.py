"""States, terms and faults in words for people, translated."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from flask_babel import get_locale, gettext

from learning.certification.queries import (
    ActView,
    CertificateDetail,
    CertificateView,
    OldCertificate,
)
from learning.certification.rules import State
from learning.kernel.errors import Problem


def _(text: str, **values: object) -> str:
    """Translate; the library is untyped, and message extraction knows this name."""
    return str(gettext(text, **values))


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of a certificate's history."""

    day: str
    what: str
    reason: str


def day_words(instant: datetime | None, zone: str) -> str:
    """Return the date of an instant on the calendar of a zone; for life when there is none."""
    if instant is None:
        return _("长期有效")
    return str(format_datetime(instant, "yyyy-MM-dd", tzinfo=ZoneInfo(zone), locale=get_locale()))


def state_words(
    certificate: CertificateDetail | CertificateView | OldCertificate,
) -> tuple[str, str]:
    """Return what a certificate is worth in a word or two, and the status of its badge."""
    if certificate.state is State.VALID and certificate.expires_soon:
        return _("即将到期"), "due"
    return {
        State.VALID: (_("有效"), "pass"),
        State.SUSPENDED: (_("暂停中"), "frozen"),
        State.OVERDUE: (_("复审逾期"), "over"),
        State.EXPIRED: (_("已过期"), "none"),
        State.REPLACED: (_("已换新证"), "none"),
        State.REVOKED: (_("已撤销"), "over"),
    }[certificate.state]


def history_words(certificate: CertificateDetail, acts: Iterable[ActView]) -> list[Entry]:
    """Return what happened to a certificate since its issue, oldest first."""
    names = {
        "suspended": _("被暂停"),
        "lifted": _("解除暂停"),
        "revoked": _("被撤销"),
        "replaced": _("换新证书"),
    }
    issued = (certificate.facts.issued_at, _("签发"), "")
    found = [(act.at, names[act.kind], act.reason) for act in acts]
    for before, one in zip(certificate.names, certificate.corrections, strict=False):
        what = _("更正姓名：%(old)s → %(new)s", old=before, new=one.holder_name)
        found.append((one.corrected_at, what, one.reason))
    rows = [issued, *sorted(found)]
    return [Entry(day_words(at, certificate.zone), what, reason) for at, what, reason in rows]


def term_words(months: int | None) -> str:
    """Return a term of validity: 3 年, 18 个月, 长期有效."""
    if months is None:
        return _("长期有效")
    if months % 12 == 0:
        return _("%(n)s 年", n=months // 12)
    return _("%(n)s 个月", n=months)


def sitting_state_words(state: str) -> tuple[str, str]:
    """Return a sitting's state in a word, and the status of its badge."""
    return {
        "draft": (_("草稿"), "draft"),
        "open": (_("进行中"), "live"),
        "closed": (_("已结束"), "none"),
    }.get(state, (state, "none"))


def look_words(part: str, value: str) -> str:
    """Return a choice of a certificate's look in words."""
    return {
        ("layout", "double"): _("双线框"),
        ("layout", "line"): _("细线框"),
        ("layout", "bar"): _("色带，无框"),
        ("orientation", "landscape"): _("横向"),
        ("orientation", "portrait"): _("纵向"),
        ("accent", "seal"): _("朱红框，靛蓝项目名"),
        ("accent", "ink"): _("靛蓝"),
        ("accent", "jade"): _("玉绿"),
        ("accent", "plum"): _("紫檀"),
        ("accent", "graphite"): _("石墨"),
        ("seal", "drawn"): _("系统刻制（按发证机构名称）"),
        ("seal", "picture"): _("上传的印章图片"),
        ("seal", "none"): _("不印，盖实物章"),
    }[part, value]


def problem_words(problem: Problem) -> str:
    """Return what is wrong with a field, translated."""
    return {
        "code": _("代号须是大写字母、数字和连字符，字母开头，最多 20 个字符，如 QA-TQM。"),
        "code_taken": _("这个代号已被使用。"),
        "title": _("请填写名称。"),
        "validity_months": _("有效期须在 1 到 600 个月之间，不填为长期有效。"),
        "reason": _("请写明原因。"),
        "name": _("请填写正确的姓名。"),
        "name_same": _("与证书上现在的姓名相同。"),
        "heading": _("请填写大标题，最多 20 个字。"),
        "seal_picture": _("印章须是 PNG 图片，最大 2 MB，最好是透明底。"),
        "seal_missing": _("请选择印章图片，或改用系统刻制的印章。"),
    }.get(problem.code, _("这一项填得不对。"))
