"""Appeals against decisions in certification: against what, until when, what is told. Pure.

After ISO/IEC 17024 (9.8) whoever answers was not involved in what is appealed against.
"""

from dataclasses import replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from learning.accounts.rules.letters import Letter
from learning.certification.rules.deciding import Part
from learning.exams.rules import Verdict

LODGE_DAYS = 30
"""Within how many days after a decision one may appeal."""
ANSWER_DAYS = 30
MAX_TEXT = 2000  # twin of the form
MAX_ANSWER = 2000


class Against(StrEnum):
    """What is appealed against. Twin: the CHECK of `certificate_appeals`.

    FAILED: a project that its assessors found short. UNCONFIRMED: a declaration that was refused.
    """

    REFUSED = "refused"
    REVOKED = "revoked"
    SUSPENDED = "suspended"
    FAILED = "failed"
    UNCONFIRMED = "unconfirmed"


_ENGLISH = {
    Verdict.UPHELD: ("成立", "upheld"),
    Verdict.PARTLY: ("部分成立", "partly upheld"),
    Verdict.REJECTED: ("不成立", "not upheld"),
}


def with_right(letter: Letter) -> Letter:
    """Return the letter of a decision, saying that and how one may appeal against it."""
    return replace(
        letter,
        text=f"{letter.text}对决定有异议的，可在 {LODGE_DAYS} 天内登录，在“我的证书”里提出申诉。",
        text_en=f"{letter.text_en} If you disagree, you can appeal within {LODGE_DAYS} days: "
        "log in and open “My certificates”.",
    )


def lodge_until(told_at: datetime) -> datetime:
    """Return until when one may appeal against a decision."""
    return told_at + timedelta(days=LODGE_DAYS)


def answer_until(lodged_at: datetime) -> datetime:
    """Return until when an appeal is to be answered."""
    return lodged_at + timedelta(days=ANSWER_DAYS)


def appeal_number(year: int, scheme_id: int, serial: int) -> str:
    """Return the number of an appeal as it is told: C26-7-0003, the third on scheme 7."""
    return f"C{year % 100:02d}-{scheme_id}-{serial:04d}"


def answer_refusal(*, is_answered: bool, parts: tuple[Part, ...], answer: str) -> str | None:
    """Return why somebody cannot answer an appeal so, or None: a code for Conflict."""
    if is_answered:
        return "appeal_over"
    if parts:
        return "involved"
    return None if answer.strip() else "reason_missing"


def is_late(answer_by: datetime, decided_at: datetime | None, now: datetime) -> bool:
    """Tell whether an answer is overdue."""
    return decided_at is None and now > answer_by


def appeal_received(number: str, title: str, title_en: str, answer_by: date) -> Letter:
    """Confirm an appeal to who lodged it."""
    return Letter(
        f"申诉 {number} 已收到",
        f"Appeal {number} received",
        f"您就《{title}》提出的申诉（编号 {number}）已收到，"
        f"将在 {answer_by} 前由没有参与原决定的人答复。",
        f"Your appeal {number} on {title_en or title} has been received. Somebody who had no part "
        f"in the decision will answer it by {answer_by}.",
    )


def appeal_answered(number: str, title: str, title_en: str, verdict: Verdict) -> Letter:
    """Tell who lodged an appeal that it is answered; the reasons stand on its page."""
    chinese, english = _ENGLISH[verdict]
    return Letter(
        f"申诉 {number} 已答复：{chinese}",
        f"Appeal {number} answered: {english}",
        f"您就《{title}》提出的申诉（编号 {number}）已答复：{chinese}。"
        "理由请登录后在“认证申诉”页查看。",
        f"Your appeal {number} on {title_en or title} has been answered: {english}. Log in to read "
        "the reasons on the page “Certification appeals”.",
    )
