"""What a certificate of hours says, frozen when it is given out. Pure."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
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


@dataclass(frozen=True, slots=True)
class Altered:
    """A credit that was taken back (`taken_back_at`), or that stands instead of one that was.

    `key` is the same for a credit and all that was ever counted instead of it.
    """

    key: tuple[str, str]
    line: StatementLine
    granted_at: datetime
    taken_back_at: datetime | None


@dataclass(frozen=True, slots=True)
class Later:
    """What a certificate's lines come to now, thousandths; `lines` of them changed since."""

    lines: int
    hours_milli: int
    professional_milli: int


def later_of(statement: Statement, issued_at: datetime, altered: Iterable[Altered]) -> Later:
    """Return what became of a certificate's lines since it was given out.

    A line that was taken back counts nothing, one that was corrected what stands instead. Credits
    that the certificate does not name change nothing.
    """
    entries, lines = list(altered), Counter(statement.lines)
    hours, professional = statement.hours_milli, statement.professional_milli
    changed = set()
    for entry in entries:
        at = entry.taken_back_at
        is_later = at is not None and entry.granted_at <= issued_at < at
        if not is_later or entry.key in changed or not lines[entry.line]:
            continue
        lines[entry.line] -= 1
        changed.add(entry.key)
        hours -= entry.line.hours_milli
        professional -= _professional(entry.line)
    for entry in entries:
        if entry.key in changed and entry.granted_at > issued_at and entry.taken_back_at is None:
            hours += entry.line.hours_milli
            professional += _professional(entry.line)
    return Later(len(changed), hours, professional)


def _professional(line: StatementLine) -> int:
    return line.hours_milli if line.field == Field.PROFESSIONAL.value else 0


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
