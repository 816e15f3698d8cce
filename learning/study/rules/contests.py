"""What the proof of a contest's hours says, frozen when it is made. Pure."""

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import date, timedelta

from learning.study.rules.claims import MAX_DAYS

_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class ProofDocument:
    """Everything that the proof says; days in ISO form, both within; thousandths.

    `passed_day` is the day on which the result that counts was handed in.
    """

    holder_name: str
    unit_name: str
    title: str
    issuer: str
    first_day: str
    passed_day: str
    points_milli: int
    cut_milli: int
    hours_milli: int
    field: str

    @property
    def days(self) -> tuple[date, date]:
        """Return the days of learning, at most as many as a claim may have."""
        last = date.fromisoformat(self.passed_day)
        first = date.fromisoformat(self.first_day)
        return max(first, last - timedelta(days=MAX_DAYS - 1)), last


def to_json(document: ProofDocument) -> str:
    """Return a document as canonical JSON."""
    return _ENCODER.encode(asdict(document))


def from_json(text: str) -> ProofDocument:
    """Read what `to_json` wrote."""
    return ProofDocument(**json.loads(text))


def sha256_of(text: str) -> str:
    """Return the hash that stands for a document."""
    return hashlib.sha256(text.encode()).hexdigest()
