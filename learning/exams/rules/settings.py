"""Settings of a sitting that no query asks for: one frozen value, kept as one JSON document.

A new setting is a field with a default, so that documents written before still mean the same.
"""

import json
from dataclasses import MISSING, Field, dataclass, fields
from enum import StrEnum
from typing import Any

from learning.attempts.rules.batch import canonical


@dataclass(frozen=True, slots=True)
class SittingSettings:
    """How a sitting is held; every field has the default of a sitting that asks for nothing.

    A field is a bool, an int, a text, a `StrEnum`, or a tuple of texts (JSON: a list).
    """

    #: Nobody starts before the examiner has given the signal, although the window has begun.
    waits_for_signal: bool = False
    #: Whoever is not noted as present cannot start.
    needs_check_in: bool = False
    #: Typed by the candidate before the start; "" asks for none.
    access_code: str = ""
    #: Networks (CIDR) from which one may start; () means from anywhere.
    networks: tuple[str, ...] = ()
    #: How long after the opening one may still start, in minutes; 0 means as long as the window.
    start_minutes: int = 0
    #: People apply, by themselves or through HR, and the examiner admits whom they accept.
    takes_applications: bool = False
    #: What every applicant signs; "" asks for no signature.
    agreement: str = ""
    #: What a fee is and where it is paid, in words; "" for none.
    fee: str = ""
    #: How long after a hand-in the next attempt may begin, in minutes.
    retry_minutes: int = 0
    #: Who may come to a resit: those who failed; those absent whom the examiner gave leave.
    resit_failed: bool = True
    resit_absent: bool = True
    #: Days from the last hand-in in an earlier sitting; 0 for none.
    resit_wait_days: int = 0
    #: How many attempts of all sittings of the series within how many months; 0 for any number.
    resit_attempts: int = 0
    resit_months: int = 12
    #: For how many months a violation bars; 0 bars nobody.
    resit_barred_months: int = 0
    #: Written answers are marked by two people each.
    double_marking: bool = False
    #: Candidates may answer on paper; two people key each answer sheet.
    takes_paper: bool = False
    #: Of a paper the total alone may be keyed.
    paper_totals: bool = False
    #: By how much two marks of an answer may differ, in thousandths of a point.
    tolerance_milli: int = 1000
    #: How long after a result or a decision is told one may appeal or complain, in days.
    appeal_days: int = 15
    #: Within how many days an appeal or complaint is to be answered.
    answer_days: int = 20

    def to_json(self) -> str:
        """Return canonical JSON text of what differs from the defaults."""
        told = {field.name: getattr(self, field.name) for field in fields(self)}
        return canonical(
            {
                field.name: told[field.name]
                for field in fields(self)
                if told[field.name] != field.default
            }
        )

    @classmethod
    def from_json(cls, text: str) -> "SittingSettings":
        """Read what `to_json` wrote; raises ValueError for a key or a value it cannot have."""
        data = json.loads(text)
        known = {field.name: field for field in fields(cls)}
        if unknown := sorted(data.keys() - known.keys()):
            raise ValueError(f"unknown settings: {', '.join(unknown)}")
        return cls(**{name: _read(known[name], value) for name, value in data.items()})


def _read(field: Field[Any], value: Any) -> Any:
    default = field.default
    if default is MISSING:
        raise ValueError(f"{field.name} has no default")
    if isinstance(default, StrEnum):
        return type(default)(value)
    if isinstance(default, tuple):
        if isinstance(value, list) and all(isinstance(text, str) for text in value):
            return tuple(value)
    elif type(value) is type(default):
        return value
    raise ValueError(f"{field.name} cannot be {value!r}")
