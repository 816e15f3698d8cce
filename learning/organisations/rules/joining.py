"""Joining a unit: what a join code looks like, when it still opens, and who may be confirmed.

A join code opens nothing but a request that HR decides, so it is no credential: readable, kept in
plain, shown again. It is long enough (50 bits) that trying codes finds nobody's unit.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from stdnum.cn import uscc
from stdnum.exceptions import ValidationError

from learning.kernel.errors import Problem
from learning.organisations.rules.names import clean_text, fold_width, name_key, staff_key
from learning.organisations.rules.units import check_name, problem, region_prefix

CODE_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford base 32: no I, L, O, U
CODE_LENGTH = 10  # 50 bits; twin of JoinCode.code
MAX_USES = 100_000
MAX_LIFETIME = timedelta(days=366)
STAFF_NO_LENGTH = 40  # twin of JoinRequest.staff_no
TEXT_LENGTH = 500  # twin of JoinRequest.reason, UnitRequest.note and .reason
MAX_PENDING = 5  # open requests of one person, of each kind

_READ_AS = str.maketrans("OIL", "011")
_REGION = re.compile(r"[1-9]\d{5}\Z")


class CodeState(StrEnum):
    """Whether a join code opens something now."""

    OPEN = "open"
    EXPIRED = "expired"
    REVOKED = "revoked"
    USED_UP = "used_up"


class RequestState(StrEnum):
    """How a request to join stands; twin of the CHECK constraint on `join_requests.state`."""

    PENDING = "pending"
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class UnitRequestState(StrEnum):
    """How a request for a missing unit stands; twin of the CHECK on `unit_requests.state`."""

    PENDING = "pending"
    CREATED = "created"
    EXISTING = "existing"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class JoinRow:
    """One request that HR wants to confirm, with what decides whether it can be.

    `number_owner` is the name of another member who has the staff number, "" for none.
    """

    public_id: str
    user_id: int
    unit_id: int
    organisation_id: int
    staff_no: str
    state: str
    is_member: bool = False
    is_disabled: bool = False
    number_owner: str = ""


@dataclass(frozen=True, slots=True)
class UnitWish:
    """What somebody says about a unit that is missing, before or after `check_wish`."""

    name: str
    uscc: str = ""
    region: str = ""
    staff_no: str = ""
    note: str = ""


def normalise_join_code(raw: str) -> str:
    """Return a typed code as it is kept, "" for what can be none.

    Case, spaces and hyphens do not matter; O is read as 0, I and L as 1 (Crockford 2019).
    """
    text = fold_width(raw[:100]).upper().translate(_READ_AS)
    code = "".join(c for c in text if c not in " -_.·")
    return code if len(code) == CODE_LENGTH and set(code) <= set(CODE_ALPHABET) else ""


def display_join_code(code: str) -> str:
    """Return a kept code as it is shown: `7K3MQ-2ZA9H`."""
    return f"{code[:5]}-{code[5:]}"


def code_state(
    *, valid_until: datetime, revoked_at: datetime | None, uses: int, max_uses: int, now: datetime
) -> CodeState:
    """Return whether a code opens something now; twin of the UPDATE in `services.joining`."""
    if revoked_at is not None:
        return CodeState.REVOKED
    if valid_until <= now:
        return CodeState.EXPIRED
    return CodeState.USED_UP if uses >= max_uses else CodeState.OPEN


def check_code_plan(valid_until: datetime, max_uses: int, now: datetime) -> list[Problem]:
    """Return what is wrong with a code to be made: its end, its number of uses."""
    problems = []
    if not now < valid_until <= now + MAX_LIFETIME:
        problems.append(problem("valid_until", "bad_valid_until"))
    if not 1 <= max_uses <= MAX_USES:
        problems.append(problem("max_uses", "bad_max_uses"))
    return problems


def clean_staff_no(raw: str) -> str:
    """Return a staff number as it is kept; leading zeros stay."""
    return fold_width(raw)


def staff_no_problems(staff_no: str) -> list[Problem]:
    """Return the problem of a cleaned staff number that is too long."""
    too_long = len(staff_no) > STAFF_NO_LENGTH or len(staff_key(staff_no)) > STAFF_NO_LENGTH
    return [problem("staff_no", "staff_no_too_long")] if too_long else []


def check_rows(rows: Sequence[JoinRow]) -> list[Problem]:
    """Return why requests cannot be confirmed together, each at its public id; [] when all can.

    Codes: not_pending, user_disabled, already_member, staff_no_taken, staff_no_twice (two of the
    chosen want one number), person_twice (one person asks for the same unit twice).
    """
    numbers = Counter(_number(row) for row in rows)
    places = Counter((row.user_id, row.unit_id) for row in rows)
    problems = []
    for row in rows:
        code = _row_problem(row)
        if not code and row.staff_no and numbers[_number(row)] > 1:
            code = "staff_no_twice"
        if not code and places[(row.user_id, row.unit_id)] > 1:
            code = "person_twice"
        if code:
            problems.append(problem(row.public_id, code))
    return problems


def _number(row: JoinRow) -> tuple[int, str]:
    return row.organisation_id, staff_key(row.staff_no)


def _row_problem(row: JoinRow) -> str:
    if row.state != RequestState.PENDING:
        return "not_pending"
    if row.is_disabled:
        return "user_disabled"
    if row.is_member:
        return "already_member"
    return "staff_no_taken" if row.number_owner else ""


def check_wish(wish: UnitWish) -> tuple[UnitWish, list[Problem]]:
    """Return a request for a missing unit in its canonical form and all that is wrong with it."""
    clean = replace(
        wish,
        name=clean_text(wish.name),
        uscc=clean_uscc(wish.uscc),
        region=fold_width(wish.region),
        staff_no=clean_staff_no(wish.staff_no),
        note=clean_text(wish.note),
    )
    checks = {
        "name": check_name(clean.name),
        "uscc": "" if not clean.uscc or is_uscc(clean.uscc) else "bad_uscc",
        "region": "" if not clean.region or _REGION.match(clean.region) else "bad_region",
        "note": "text_too_long" if len(clean.note) > TEXT_LENGTH else "",
    }
    problems = [problem(field, code) for field, code in checks.items() if code]
    return clean, problems + staff_no_problems(clean.staff_no)


def clean_uscc(raw: str) -> str:
    """Return a unified social credit code in capitals without separators."""
    return re.sub(r"[\s-]", "", fold_width(raw[:100])).upper()


def is_uscc(code: str) -> bool:
    """Tell whether a cleaned code is a 统一社会信用代码 with its right check digit."""
    try:
        uscc.validate(code)
    except ValidationError:
        return False
    return True


def check_reason(raw: str) -> tuple[str, list[Problem]]:
    """Return the cleaned reason of a refusal and what is wrong with it: it must be given."""
    reason = clean_text(raw)
    if not name_key(reason):
        return reason, [problem("reason", "reason_missing")]
    if len(reason) > TEXT_LENGTH:
        return reason, [problem("reason", "text_too_long")]
    return reason, []


def province_prefix(code: str) -> str:
    """Return the two digits of the province of a division code, "" for what is none."""
    return region_prefix(code)[:2]
