"""What a certificate of hours says, frozen when it is given out. Pure."""

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Any

from learning.study.rules.hours import Field, Source

MAX_LINES = 1_000  # some thirty pages
MAX_DAYS = 3_660
PRINTED = {  # sources and fields on the certificate, which is always in Chinese
    Source.LESSON.value: "在线课时",
    Source.CLASSROOM.value: "面授",
    Source.EXTERNAL.value: "外部学习",
    Field.PROFESSIONAL.value: "专业科目",
    Field.COMMON.value: "公需科目",
}
_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One credit; `earned` is a day, `minutes` whole ones, `hours_milli` thousandths."""

    earned: str
    title: str
    source: str
    field: str
    minutes: int
    hours_milli: int


@dataclass(frozen=True, slots=True)
class Statement:
    """Everything that a certificate of hours certifies; days in ISO form, both within."""

    holder_name: str
    unit_name: str
    first_day: str
    last_day: str
    issued_day: str
    hours_milli: int
    professional_milli: int
    lines: tuple[StatementLine, ...]


def to_json(statement: Statement) -> str:
    """Return a statement as canonical JSON."""
    return _ENCODER.encode(asdict(statement))


def from_json(text: str) -> Statement:
    """Read what `to_json` wrote."""
    data: dict[str, Any] = json.loads(text)
    lines = tuple(StatementLine(**line) for line in data["lines"])
    return Statement(**{**data, "lines": lines})


def sha256_of(document: str) -> str:
    """Return the hash that stands for a statement."""
    return hashlib.sha256(document.encode()).hexdigest()


def hours_text(milli: int) -> str:
    """Return hours with both their decimals: 13330 → 13.33, 300 → 0.30."""
    return f"{milli // 1000}.{milli % 1000 // 10:02d}"
