"""What a certificate says, how long it holds, how its number is made: pure decisions.

No database, no web, no words for people beyond what is printed on the certificate itself.
"""

import hashlib
import json
import re
import unicodedata
from calendar import monthrange
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from learning.accounts.rules.letters import Letter
from learning.kernel.errors import Problem

MAX_TITLE = 200
MAX_REASON = 500
MAX_VALIDITY_MONTHS = 600
LAST_YEAR = 9999
CODE_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford base 32: no I, L, O, U
CODE_LENGTH = 28  # 140 bits
CODE_GROUP = 4
SCHEME_CODE = re.compile(r"[A-Z][A-Z0-9]*(-[A-Z0-9]+)*", re.ASCII)
MAX_SCHEME_CODE = 20
NUMBER = re.compile(r"[A-Z][A-Z0-9-]{0,19}-[0-9]{4}-[0-9]{6,9}", re.ASCII)
EXPIRES_SOON = timedelta(days=90)
MAX_LOOKUPS = 300  # by number, from one network, in fifteen minutes: numbers run, codes do not
BAND_POINTS = 24
_CONFUSED = str.maketrans("ILO", "110")
_DIGITS = "〇一二三四五六七八九"


class State(StrEnum):
    """What a certificate is worth at an instant: the last of these that applies."""

    VALID = "valid"
    SUSPENDED = "suspended"
    OVERDUE = "overdue"  # of what others issued: its review was due and is not on file
    EXPIRED = "expired"
    REPLACED = "replaced"
    REVOKED = "revoked"


class Ground(StrEnum):
    """Why a certificate is revoked. Twin: the CHECK of `revocations`."""

    RESULT = "result"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class SchemePlan:
    """What an issuer writes down of a scheme; `validity_months` None is for life."""

    code: str
    title: str
    title_en: str
    validity_months: int | None


@dataclass(frozen=True, slots=True)
class Source:
    """What a decision rests on: a pass at a sitting, or an award file (row ids); facts to keep."""

    id: int
    basis: tuple[tuple[str, Any], ...]
    kind: str = "sitting"


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything a certificate certifies; its hash stands for it. Instants are aware UTC.

    `photo_sha256` is "" where no photograph was frozen with it.
    """

    number: str
    scheme: str
    title: str
    title_en: str
    holder_name: str
    unit_name: str
    issuer_name: str
    issued_at: datetime
    valid_from: datetime
    valid_until: datetime | None
    photo_sha256: str = ""


def problems_of(plan: SchemePlan) -> list[Problem]:
    """Return everything wrong with a scheme; `place` is the field. Twin of the form's limits."""
    code, months = plan.code, plan.validity_months
    checks = {
        "code": len(code) <= MAX_SCHEME_CODE and bool(SCHEME_CODE.fullmatch(code)),
        "title": 0 < len(plan.title.strip()) <= MAX_TITLE,
        "title_en": len(plan.title_en) <= MAX_TITLE,
        "validity_months": months is None or 0 < months <= MAX_VALIDITY_MONTHS,
    }
    return [Problem("", None, place, place, place) for place, holds in checks.items() if not holds]


def number_of(prefix: str, year: int, serial: int) -> str:
    """Return the printed number: QA-TQM, 2026, 123 → QA-TQM-2026-000123."""
    return f"{prefix}-{year:04d}-{serial:06d}"


def local_date(instant: datetime, zone: str) -> date:
    """Return the date of an instant on the calendar of a zone."""
    return instant.astimezone(ZoneInfo(zone)).date()


def last_valid_day(first: date, months: int) -> date:
    """Return the last day of a term of whole months that begins with the first day.

    It is the day before the corresponding day: 36 months from 2025-07-01 end on 2028-06-30. A month
    without that day ends the term with its own last day: 12 months from 2024-02-29 end on
    2025-02-28, one month from 2026-01-31 on 2026-02-28.
    """
    index = first.year * 12 + first.month - 1 + months
    year, month = divmod(index, 12)
    if year >= LAST_YEAR:
        raise ValueError("a term beyond the calendar")
    days = monthrange(year, month + 1)[1]
    if first.day > days:
        return date(year, month + 1, days)
    return date(year, month + 1, first.day) - timedelta(days=1)


def valid_until(issued_at: datetime, months: int | None, zone: str) -> datetime | None:
    """Return the last microsecond of the last valid day in the zone, None for life."""
    if months is None:
        return None
    following = last_valid_day(local_date(issued_at, zone), months) + timedelta(days=1)
    midnight = datetime.combine(following, time(), tzinfo=ZoneInfo(zone)).astimezone(UTC)
    return midnight - timedelta(microseconds=1)


def state_of(
    until: datetime | None,
    revoked_at: datetime | None,
    now: datetime,
    *,
    replaced_at: datetime | None = None,
    suspended_at: datetime | None = None,
) -> State:
    """Return what a certificate is worth at the instant; `suspended_at` of what is not lifted."""
    if revoked_at is not None:
        return State.REVOKED
    if replaced_at is not None and replaced_at <= now:
        return State.REPLACED
    if until is not None and now > until:
        return State.EXPIRED
    return State.VALID if suspended_at is None else State.SUSPENDED


def expires_soon(until: datetime | None, now: datetime) -> bool:
    """Tell whether a valid certificate runs out within 90 days."""
    return until is not None and now <= until <= now + EXPIRES_SOON


def canonical(facts: Facts) -> str:
    """Return the facts as canonical JSON: sorted keys, no spaces, instants in ISO 8601 UTC.

    Without a photograph there is no word of one, as before it was a fact: older hashes hold.
    """
    values = {
        name: value.astimezone(UTC).isoformat(timespec="microseconds")
        if isinstance(value, datetime)
        else value
        for name, value in asdict(facts).items()
        if value or name != "photo_sha256"
    }
    return json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def document_sha256(facts: Facts) -> str:
    """Return the SHA-256 of the canonical facts, 64 hexadecimal characters."""
    return hashlib.sha256(canonical(facts).encode()).hexdigest()


def band_of(sha256: str) -> list[float]:
    """Return the points of the certificate's control chart, 24 shares of the limits in −1…1.

    Two hexadecimal digits make one point: 00 → −0.9, ff → 0.9, so that every point is within the
    limits and each certificate has a line of its own.
    """
    pairs = [int(sha256[2 * i : 2 * i + 2], 16) for i in range(BAND_POINTS)]
    return [round(0.9 * (2 * pair / 255 - 1), 4) for pair in pairs]


def grouped(code: str) -> str:
    """Return a verification code as people read it, in groups of four."""
    return "-".join(code[i : i + CODE_GROUP] for i in range(0, len(code), CODE_GROUP))


def normalised_code(raw: str) -> str | None:
    """Return the verification code that somebody typed, None when it cannot be one.

    Case, spaces, dashes and full-width forms do not matter; I and L read as 1, O as 0.
    """
    typed = unicodedata.normalize("NFKC", raw[:200]).upper()
    code = re.sub(r"[\s\-‐‑–—]", "", typed).translate(_CONFUSED)
    is_code = len(code) == CODE_LENGTH and set(code) <= set(CODE_ALPHABET)
    return code if is_code else None


def normalised_number(raw: str) -> str | None:
    """Return the certificate number that somebody typed, None when it cannot be one."""
    typed = unicodedata.normalize("NFKC", raw[:200]).upper()
    number = re.sub(r"[‐‑–—]", "-", re.sub(r"\s", "", typed))
    return number if NUMBER.fullmatch(number) else None


def chinese_date(day: date) -> str:
    """Return a date in Chinese numerals: 2025-07-01 → 二〇二五年七月一日."""
    year = "".join(_DIGITS[int(digit)] for digit in f"{day.year:04d}")
    return f"{year}年{_below_hundred(day.month)}月{_below_hundred(day.day)}日"


def _below_hundred(number: int) -> str:
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else "十" if tens == 1 else f"{_DIGITS[tens]}十"
    return head + (_DIGITS[ones] if ones or not tens else "")


def plain_date(day: date) -> str:
    """Return a date as the certificate's facts print it: 2025 年 7 月 1 日."""
    return f"{day.year} 年 {day.month} 月 {day.day} 日"


def seal_of(issuer: str) -> tuple[int, int, list[str]]:
    """Return a seal's columns, rows and characters, down the columns from the right.

    Han characters alone, at most sixteen, so that they stay readable; an issuer without any is
    sealed with the house's own 质量认证.
    """
    characters = [c for c in issuer if "CJK" in unicodedata.name(c, "")][:16] or list("质量认证")
    columns = next(n for n in range(1, 5) if n * (n + (n < 4)) >= len(characters))
    rows = -(-len(characters) // columns)
    return columns, rows, characters


def frozen_basis(values: Iterable[tuple[str, Any]]) -> str:
    """Return what a decision rests on as canonical JSON."""
    return json.dumps(dict(values), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def certificate_doubted(number: str) -> Letter:
    """Tell a holder that the result of a certificate fell and a person will decide on it."""
    return Letter(
        f"证书 {number} 待复核",
        f"Certificate {number} is under review",
        "这张证书所依据的成绩有更正，现在未达合格线。证书由发证人复核，复核前继续有效。",
        "The result that this certificate rests on was corrected and is below the pass mark now. "
        "Its issuer will review it; it stays valid until then.",
    )


def certificate_revoked(number: str) -> Letter:
    """Tell a holder that a certificate was revoked; the reason stands on its page."""
    return Letter(
        f"证书 {number} 已撤销",
        f"Certificate {number} was revoked",
        "这张证书已由发证机构撤销，查验页显示已撤销。撤销原因请登录后在证书页查看。",
        "The issuer has revoked this certificate, and its verification page says so. "
        "Log in to read the reason on the certificate's page.",
    )


def certificate_restored(number: str, earlier: str) -> Letter:
    """Tell a holder that their result is a pass again and another certificate was issued."""
    return Letter(
        f"另发新证书 {number}",
        f"New certificate {number}",
        f"您的成绩经更正恢复合格，已另发新证书 {number}。原证书 {earlier} 已撤销，不再使用。",
        f"Your result was corrected and is a pass again: certificate {number} was issued. "
        f"The earlier certificate {earlier} stays revoked.",
    )


def certificate_refused(title: str, title_en: str) -> Letter:
    """Tell a person that a certificate was refused; the reason stands in the file."""
    return Letter(
        f"《{title}》不予发证",
        f"{title_en or title}: not granted",
        "发证决定人已作出不予发证的决定，理由请登录后在发证档案里查看。已取得的成绩和学时仍然有效。",
        "The decision was not to grant the certificate. Log in to read the reason in your file. "
        "The results and hours you have stay yours.",
    )


def declaration_refused() -> Letter:
    """Tell a person that what they declared was not confirmed."""
    return Letter(
        "申报未予确认",
        "A declaration was not confirmed",
        "您为取得证书提交的一项申报未予确认，理由请登录后在发证档案里查看。可以补充材料后再次申报。",
        "Something you declared for a certificate was not confirmed. Log in to read the reason in "
        "your file; you can declare it again with more evidence.",
    )


def project_reviewed(title: str, *, is_passed: bool) -> Letter:
    """Tell a person how their project was reviewed."""
    return Letter(
        f"项目《{title}》评审{'合格' if is_passed else '不合格'}",
        f"Project “{title}”: {'passed' if is_passed else 'not passed'}",
        "评审已经完成，评分和评语请登录后在发证档案里查看。",
        "The review is complete. Log in to read points and comments in your file.",
    )


def assessor_appointed(title: str, title_en: str) -> Letter:
    """Tell a person that they are to review projects of a scheme."""
    return Letter(
        f"您被指定为《{title}》的项目评审人",
        f"You are to assess projects of {title_en or title}",
        "有人提交项目后，请在“项目评审”里按评分表评审。",
        "When projects are handed in, assess them by the form under “Projects”.",
    )
