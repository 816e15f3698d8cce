"""What a unit may be: kinds, codes and the checks of a new or changed unit.

Codes: 统一社会信用代码 GB 32100-2015 (check digit by python-stdnum), divisions GB/T 2260 (six
digits: province, prefecture, county), industries GB/T 4754 (A to T and up to four digits).
"""

import re
from dataclasses import dataclass, replace
from enum import StrEnum

from stdnum.cn import uscc
from stdnum.exceptions import ValidationError

from learning.kernel.errors import Problem
from learning.organisations.rules.names import clean_text, fold_width, name_key

NAME_LENGTH = 200  # twin of UnitName.name, UnitAlias.alias
MAX_ALIASES = 20
MAX_DEPTH = 30

_CODE = re.compile(r"[A-Z0-9][A-Z0-9-]{1,19}\Z")  # twin of Unit.code
_REGION = re.compile(r"[1-9]\d{5}\Z")
_INDUSTRY = re.compile(r"[A-T]\d{0,4}\Z")


class UnitKind(StrEnum):
    """What a unit is; twin of the CHECK constraint on `units.kind`."""

    ASSOCIATION = "association"  # 协会
    ENTERPRISE = "enterprise"  # 企业
    UNIVERSITY = "university"  # 高校
    INSTITUTE = "institute"  # 院所
    DEPARTMENT = "department"  # 部门


@dataclass(frozen=True, slots=True)
class UnitDraft:
    """What somebody says a unit is, before or after `check_draft`."""

    kind: UnitKind
    name: str
    code: str = ""
    uscc: str = ""
    region: str = ""
    industry: str = ""
    headcount: int | None = None
    aliases: tuple[str, ...] = ()


def check_draft(draft: UnitDraft) -> tuple[UnitDraft, list[Problem]]:
    """Return the draft in its canonical form and everything wrong with it, by field."""
    clean = replace(
        draft,
        name=clean_text(draft.name),
        code=fold_width(draft.code).upper(),
        uscc=re.sub(r"[\s-]", "", fold_width(draft.uscc)).upper(),
        region=fold_width(draft.region),
        industry=fold_width(draft.industry).upper(),
        aliases=clean_aliases(draft.aliases),
    )
    checks = {
        "name": check_name(clean.name),
        "code": _check_code(clean),
        "uscc": _check_uscc(clean),
        "region": "" if not clean.region or _REGION.match(clean.region) else "bad_region",
        "industry": "" if not clean.industry or _INDUSTRY.match(clean.industry) else "bad_industry",
        "headcount": "" if clean.headcount is None or clean.headcount >= 0 else "bad_headcount",
        "aliases": _check_aliases(clean.aliases),
    }
    return clean, [problem(field, code) for field, code in checks.items() if code]


def problem(field: str, code: str) -> Problem:
    """Return what is wrong with a field; its words are made at the edge."""
    return Problem(path="", line=None, place=field, code=code, message=f"{field}: {code}")


def check_name(name: str) -> str:
    """Return what is wrong with a cleaned name, or ""."""
    if not name_key(name):
        return "name_missing"
    return "name_too_long" if len(name) > NAME_LENGTH else ""


def clean_aliases(aliases: tuple[str, ...]) -> tuple[str, ...]:
    """Return aliases cleaned, without empty ones and repetitions, in the order given."""
    cleaned = [clean_text(alias) for alias in aliases]
    unique = {name_key(alias): alias for alias in reversed(cleaned) if name_key(alias)}
    return tuple(reversed(unique.values()))


def _check_aliases(aliases: tuple[str, ...]) -> str:
    if len(aliases) > MAX_ALIASES:
        return "too_many_aliases"
    return "name_too_long" if any(len(alias) > NAME_LENGTH for alias in aliases) else ""


def _check_code(draft: UnitDraft) -> str:
    if not draft.code:
        return ""
    if draft.kind is UnitKind.DEPARTMENT:
        return "department_code"
    return "" if _CODE.match(draft.code) else "bad_code"


def _check_uscc(draft: UnitDraft) -> str:
    if not draft.uscc:
        return "uscc_missing" if draft.kind is UnitKind.ENTERPRISE else ""
    if draft.kind is UnitKind.DEPARTMENT:
        return "department_uscc"
    try:
        uscc.validate(draft.uscc)
    except ValidationError:
        return "bad_uscc"
    return ""


def region_prefix(code: str) -> str:
    """Return the part of a division code that its region shares: 370000 → 37, 370200 → 3702.

    "" for what is no code: a grant for it reaches nothing.
    """
    if not re.fullmatch(r"[1-9]\d(\d\d){0,2}", code):
        return ""
    while len(code) > 2 and code.endswith("00"):
        code = code[:-2]
    return code


def industry_prefix(code: str) -> str:
    """Return the industry code as a prefix, or "" for what is no code."""
    return code if _INDUSTRY.match(code) else ""
