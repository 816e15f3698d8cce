"""Requests for correction: what may be asked, what must be proved, what an upload really is.

What is wanted is kept as typed, rare characters and all; a file is judged by its bytes alone, never
by its name or by the sender's word, and nothing but paper scanned or photographed is taken.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

import puremagic

from learning.accounts.rules import normalise_phone
from learning.kernel.errors import Invalid, Problem
from learning.organisations.rules.names import clean_person_name, clean_text
from learning.organisations.rules.units import problem

WANTED_LENGTH = 200  # twin of CorrectionRequest.wanted_text
TEXT_LENGTH = 500  # twin of CorrectionRequest.reason and .answer
FILE_NAME_LENGTH = 200  # twin of CorrectionRequest.evidence_name
EVIDENCE_BYTES = 2 * 1024 * 1024
EVIDENCE_TYPES = {"application/pdf": "pdf", "image/png": "png", "image/jpeg": "jpg"}
EVIDENCE_KEPT = timedelta(days=90)  # after the decision
MAX_RECENT = 20  # requests of one person within RECENT: each may bring a file
RECENT = timedelta(days=30)


class CorrectionField(StrEnum):
    """What can be wrong; twin of the CHECK constraint on `correction_requests.field`."""

    NAME = "name"
    STAFF_NO = "staff_no"
    DEPARTMENT = "department"
    POST = "post"
    PHONE = "phone"
    OTHER = "other"


NEEDS_EVIDENCE = frozenset({CorrectionField.NAME})


class CorrectionState(StrEnum):
    """How a request stands; twin of the CHECK constraint on `correction_requests.state`."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Evidence:
    """A scanned or photographed paper; `name` is what the sender called it, shown as text only."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class CorrectionWish:
    """A request that may be filed."""

    field: CorrectionField
    wanted: str
    reason: str
    evidence: Evidence | None


def evidence_type(content: bytes) -> str | None:
    """Return the media type that the bytes have, None for whatever is not accepted."""
    try:
        found = {match.mime_type for match in puremagic.magic_string(content)}
    except (puremagic.PureError, ValueError):
        return None
    accepted = found & EVIDENCE_TYPES.keys()
    return accepted.pop() if len(accepted) == 1 else None


def check_evidence(name: str, content: bytes) -> tuple[Evidence | None, list[Problem]]:
    """Return the evidence, or what is wrong with the file; neither when there is no file.

    `content` may be cut one byte after the limit: more is too much anyway.
    """
    if not content and not name:
        return None, []
    if not content:
        return None, [problem("evidence", "evidence_empty")]
    if len(content) > EVIDENCE_BYTES:
        return None, [problem("evidence", "evidence_too_large")]
    media_type = evidence_type(content)
    if media_type is None:
        return None, [problem("evidence", "evidence_type")]
    return Evidence(clean_text(name)[-FILE_NAME_LENGTH:], media_type, content), []


def check_wish(
    raw_field: str, raw_wanted: str, raw_reason: str, *, name: str, content: bytes
) -> tuple[CorrectionWish | None, list[Problem]]:
    """Return the request, or everything that is wrong with it; `name` and `content` are the file's.

    Problems have the place field, wanted, reason or evidence.
    """
    evidence, problems = check_evidence(name, content)
    reason, faults = check_words(raw_reason, "reason")
    problems = faults + problems
    try:
        field = CorrectionField(raw_field)
    except ValueError:
        return None, [problem("field", "field"), *problems]
    wanted, faults = _check_wanted(field, raw_wanted)
    problems = faults + problems
    if field in NEEDS_EVIDENCE and not (name or content):
        problems = [*problems, problem("evidence", "evidence_missing")]
    return (None, problems) if problems else (CorrectionWish(field, wanted, reason, evidence), [])


def check_words(raw: str, place: str) -> tuple[str, list[Problem]]:
    """Return a reason or an answer cleaned, with what is wrong with it."""
    text = clean_text(raw)
    if not text:
        return "", [problem(place, "words_missing")]
    if len(text) > TEXT_LENGTH:
        return "", [problem(place, "words_too_long")]
    return text, []


def _check_wanted(field: CorrectionField, raw: str) -> tuple[str, list[Problem]]:
    text = clean_person_name(raw) if field is CorrectionField.NAME else clean_text(raw)
    if not text:
        return "", [problem("wanted", "words_missing")]
    if len(text) > WANTED_LENGTH:
        return "", [problem("wanted", "wanted_too_long")]
    if field is CorrectionField.NAME and not any(character.isalpha() for character in text):
        return "", [problem("wanted", "name_odd")]
    if field is CorrectionField.PHONE:
        return _check_phone(text)
    return text, []


def _check_phone(text: str) -> tuple[str, list[Problem]]:
    try:
        normalise_phone(text)
    except Invalid:
        return "", [problem("wanted", "bad_phone")]
    return text, []
