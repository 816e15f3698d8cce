"""Log-in names: what people type, what is kept, and the key by which names are compared.

Two names that look the same must be the same name. Instead of a table of look-alikes the alphabet
is closed: phone numbers are digits, e-mail addresses ASCII, staff numbers ASCII letters, digits,
a few marks and Han characters. A Cyrillic or Greek look-alike is therefore no name at all. Case
and width are folded in Python, since databases disagree about both.
"""

import re
import unicodedata
from enum import StrEnum

import email_validator
from email_validator import EmailNotValidError, validate_email

from learning.kernel.errors import Invalid, Problem

MAX_RAW_LENGTH = 320
DEFAULT_COUNTRY = "+86"
# Intranets do have mail under .local; the library documents this list as ours to change.
email_validator.SPECIAL_USE_DOMAIN_NAMES[:] = [
    name for name in email_validator.SPECIAL_USE_DOMAIN_NAMES if name != "local"
]
# Invisible, though not in a category that says so: fillers and variation selectors.
_INVISIBLE = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0]"
)
_DROPPED_CATEGORIES = frozenset({"Cf", "Cs", "Co", "Cn"})
_PHONE_MARKS = re.compile(r"[\s\-().]")
_CHINESE_MOBILE = re.compile(r"1[3-9][0-9]{9}\Z")
_FOREIGN_PHONE = re.compile(r"\+[1-9][0-9]{6,14}\Z")
_STAFF_NUMBER = re.compile(r"[0-9a-z\u3400-\u4dbf\u4e00-\u9fff._#+()/-]{1,40}\Z")
_ORGANISATION_CODE = re.compile(r"[0-9a-z\u3400-\u4dbf\u4e00-\u9fff._-]{1,20}\Z")


class LoginNameKind(StrEnum):
    """What a person logs in with."""

    PHONE = "phone"
    EMAIL = "email"
    STAFF = "staff"


def clean(raw: str) -> str:
    """Return the text in NFKC without invisible and control characters, dashes made one, trimmed.

    Longer than 320 characters is cut: nothing that long is a name.
    """
    text = unicodedata.normalize("NFKC", raw[:MAX_RAW_LENGTH])
    return "".join(filter(None, map(_visible, text))).strip()


def _visible(character: str) -> str:
    if character == "\u2212":  # the minus sign is no dash to Unicode, but is one on paper
        return "-"
    category = unicodedata.category(character)
    if category == "Pd":
        return "-"
    if category == "Cc":
        return " " if character in "\t\n\r" else ""
    if category in _DROPPED_CATEGORIES or _INVISIBLE.match(character):
        return ""
    return character


def _invalid(place: str, code: str, message: str) -> Invalid:
    return Invalid([Problem("", None, place, code, message)])


def normalise_phone(raw: str) -> str:
    """Return a phone number as +<country><number>; without a country it is a Chinese mobile.

    `138 0000 0000`, `138-0000-0000`, `８６１３８…` and `+86 138…` are one number. Raises Invalid.
    """
    digits = _PHONE_MARKS.sub("", clean(raw))
    if digits.startswith("00"):
        digits = "+" + digits[2:]
    if len(digits) == 13 and digits.startswith("86"):
        digits = "+" + digits
    national = digits.removeprefix(DEFAULT_COUNTRY)
    if _CHINESE_MOBILE.match(national):
        return DEFAULT_COUNTRY + national
    if _FOREIGN_PHONE.match(digits) and not digits.startswith(DEFAULT_COUNTRY):
        return digits
    raise _invalid("phone", "phone", "手机号格式不正确")


def normalise_email(raw: str) -> str:
    """Return an e-mail address in its usual spelling; ASCII only, no look-up. Raises Invalid."""
    try:
        # Intranet mail domains without a dot are real: no check of deliverability.
        found = validate_email(
            clean(raw),
            allow_smtputf8=False,
            check_deliverability=False,
            globally_deliverable=False,
        )
    except EmailNotValidError:
        raise _invalid("email", "email", "邮箱格式不正确") from None
    return found.ascii_email or found.normalized


def _split_staff(raw: str, organisation_code: str | None) -> tuple[str, str]:
    number = "".join(clean(raw).split())
    if organisation_code is None:
        code, _slash, number = number.partition("/")
    else:
        code = "".join(clean(organisation_code).split())
        if number.casefold().startswith(f"{code.casefold()}/"):
            number = number[len(code) + 1 :]  # typed with its code although that is known
    if not _ORGANISATION_CODE.match(code.casefold()):
        raise _invalid("organisation_code", "organisation_code", "单位代码格式不正确")
    if not _STAFF_NUMBER.match(number.casefold()):
        raise _invalid("staff_no", "staff_no", "工号格式不正确")
    return code, number


def display_login_name(
    kind: LoginNameKind | str, raw: str, organisation_code: str | None = None
) -> str:
    """Return the name as it is kept and shown, leading zeros included. Raises Invalid."""
    kind = LoginNameKind(kind)
    if kind is LoginNameKind.PHONE:
        return normalise_phone(raw)
    if kind is LoginNameKind.EMAIL:
        return normalise_email(raw)
    return "/".join(_split_staff(raw, organisation_code))


def login_name_key(
    kind: LoginNameKind | str, raw: str, organisation_code: str | None = None
) -> str:
    """Return the key by which log-in names are compared: the kind, then the folded name.

    A staff number needs its organisation's code, given apart or typed before a slash
    (`CODE/0012`). Raises Invalid.
    """
    return f"{LoginNameKind(kind)}:{display_login_name(kind, raw, organisation_code).casefold()}"


def guess_kind(raw: str) -> LoginNameKind:
    """Tell what kind of log-in name a text would be."""
    text = clean(raw)
    if "@" in text and "/" not in text:
        return LoginNameKind.EMAIL
    return LoginNameKind.STAFF if "/" in text else LoginNameKind.PHONE


def candidate_keys(raw: str, organisation_code: str = "") -> tuple[str, ...]:
    """Return the keys that typed words may mean, likeliest first; never empty, never raises.

    With an organisation code the name is a staff number first, and a phone number or address
    after that: people fill in every field they see. What can be no name gives a key that no row
    has, so that it goes the same way as an unknown name.
    """
    readings: list[tuple[LoginNameKind, str | None]] = [(guess_kind(raw), None)]
    if clean(organisation_code):
        readings.insert(0, (LoginNameKind.STAFF, organisation_code))
    keys: list[str] = []
    for kind, code in readings:
        try:
            key = login_name_key(kind, raw, code)
        except Invalid:
            continue
        if key not in keys:
            keys.append(key)
    return tuple(keys) or (f"none:{clean(raw).casefold()}",)
