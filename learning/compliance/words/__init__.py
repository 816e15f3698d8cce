"""Learning, results and certificates of a person in few words, translated."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext

from learning.certification.queries import CertificateView
from learning.certification.rules import State
from learning.compliance.queries import StaffLine
from learning.compliance.rules import StaffState, days_left
from learning.study.queries import CreditView
from learning.study.rules.hours import MINUTE_MS
from learning.study.words import contra_words, field_words, source_words
from learning.web.templating import in_language, points_text


def _(text: str, **values: object) -> str:
    """Translate; the library is untyped, and message extraction knows this name."""
    return str(gettext(text, **values))


def state_choices() -> list[tuple[str, str]]:
    """Return the states to look for, with their words."""
    return [
        (StaffState.ALL.value, _("全部人员")),
        (StaffState.LEARNED.value, _("学过课程")),
        (StaffState.NOT_LEARNED.value, _("还没有学")),
        (StaffState.TOOK_PART.value, _("参加过竞赛")),
        (StaffState.PASSED.value, _("考试合格")),
        (StaffState.HOLDS.value, _("持有效证书")),
        (StaffState.EXPIRING.value, _("90 天内到期")),
        (StaffState.HOLDS_NONE.value, _("没有有效证书")),
    ]


@dataclass(frozen=True, slots=True)
class Mark:
    """A status in words with its shape: `status` is a data-s of the theme."""

    text: str
    status: str
    title: str = ""


def certificate_mark(certificate: CertificateView, now: datetime) -> Mark:
    """Return a certificate as HR reads it in a list: its scheme, until when or that it ended."""
    scheme = in_language(certificate.scheme_title, certificate.scheme_title_en)
    standing = standing_mark(certificate, now)
    text = scheme if _is_plain(certificate) else f"{scheme} {standing.text}"
    return Mark(text, standing.status, f"{scheme} {certificate.number}")


def standing_mark(certificate: CertificateView, now: datetime) -> Mark:
    """Return how a certificate stands, beside its scheme: until when, or that it has ended."""
    ended = {
        State.REVOKED: (_("已撤销"), "over"),
        State.REPLACED: (_("已换新证"), "none"),
        State.OVERDUE: (_("复审逾期"), "over"),
        State.EXPIRED: (_("已过期"), "over"),
        State.SUSPENDED: (_("暂停中"), "over"),
    }.get(certificate.state)
    if ended is not None:
        return Mark(*ended)
    left = days_left(certificate.valid_until, now)
    if left is None:
        return Mark(_("长期有效"), "pass")
    if certificate.expires_soon:
        return Mark(_("还有 %(n)s 天", n=left), "due")
    return Mark(_("有效"), "pass")


def _is_plain(certificate: CertificateView) -> bool:
    """Tell whether there is nothing to say of a certificate but that it is held."""
    is_valid = certificate.state is State.VALID
    return is_valid and not certificate.expires_soon and certificate.valid_until is not None


@dataclass(frozen=True, slots=True)
class StaffView:
    """A person's line as printed."""

    line: StaffLine
    learning: Mark
    entry: str
    exam: Mark | None
    certificates: tuple[Mark, ...]


def staff_view(line: StaffLine, now: datetime) -> StaffView:
    """Return a person with learning, newest entry, exams and certificates in words."""
    return StaffView(
        line,
        _learning(line),
        _entry(line),
        _exam(line),
        tuple(certificate_mark(certificate, now) for certificate in line.certificates),
    )


def _learning(line: StaffLine) -> Mark:
    done = sum(course.lessons_done for course in line.courses)
    total = sum(course.lessons_total for course in line.courses)
    if not line.courses:
        return Mark(_("还没有学"), "none")
    words = _("%(done)s / %(total)s 课时", done=done, total=total)
    return Mark(words, "pass" if done >= total else "live")


def _entry(line: StaffLine) -> str:
    if not line.entries:
        return ""
    newest = max(line.entries, key=lambda entry: entry.entered_at)
    if newest.points_milli is None:
        return _("已报名")
    points = points_text(newest.points_milli)
    if newest.standing is None:
        return _("%(points)s 分", points=points)
    return _("%(points)s 分 · 第 %(n)s 名", points=points, n=newest.standing)


def _exam(line: StaffLine) -> Mark | None:
    if not line.results:
        return None
    newest = max(line.results, key=lambda result: result.decided_at)
    points = points_text(newest.points_milli)
    if newest.passed:
        return Mark(_("合格 %(points)s 分", points=points), "pass", newest.sitting_title)
    return Mark(_("未合格 %(points)s 分", points=points), "over", newest.sitting_title)


def export_row(line: StaffLine, now: datetime, zone: str) -> tuple[Any, ...]:
    """Return a person as a row of the .xlsx, in the order of its columns; days are the zone's."""
    view = staff_view(line, now)
    return (
        line.staff_no,
        line.name,
        line.unit_name,
        line.posts,
        sum(course.lessons_done for course in line.courses),
        sum(course.lessons_total for course in line.courses),
        view.entry,
        view.exam.text if view.exam else "",
        _("、").join(mark.text for mark in view.certificates),
        _("、").join(certificate.number for certificate in line.certificates),
        _ends(line, zone),
    )


def _ends(line: StaffLine, zone: str) -> str:
    ends = [c.valid_until for c in line.certificates if c.state is State.VALID]
    if not ends:
        return ""
    dated = [end for end in ends if end is not None]
    if not dated:
        return _("长期")
    return min(dated).astimezone(ZoneInfo(zone)).date().isoformat()


def hours_rows(line: StaffLine, credit: CreditView, zone: str) -> list[tuple[Any, ...]]:
    """Return a credit, and the contra-entry that takes it back, as rows of the .xlsx.

    In the order of its columns; days are the zone's.
    """
    minutes, hours = credit.credited_ms // MINUTE_MS, Decimal(credit.hours_milli) / 1000
    head = (
        line.staff_no,
        line.name,
        line.unit_name,
        credit.earned_at.astimezone(ZoneInfo(zone)).date().isoformat(),
        credit.title,
        source_words(credit.source),
        field_words(credit.field),
    )
    tail = (credit.minutes_per_hour, credit.rule_number)
    rows = [(*head, minutes, hours, *tail, credit.public_id, "")]
    if credit.contra is not None:
        contra = credit.contra
        rows.append((*head, -minutes, -hours, *tail, contra.public_id, contra_words(contra)))
    return rows
