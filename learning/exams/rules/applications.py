"""Applications: what may follow what, what a file may be, how long it is kept. Pure."""

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from learning.exams.rules.entering import Accommodation
from learning.kernel.errors import Problem
from learning.kernel.pictures import picture_size, picture_type
from learning.kernel.translation import N_
from learning.organisations.rules.corrections import (
    EVIDENCE_BYTES,
    EVIDENCE_KEPT,
    Evidence,
    check_evidence,
)

MAX_EVIDENCE = 5  # files of an application beside the photograph
MAX_STATEMENT = 1000  # twin of SittingApplication.statement
MAX_WANTS = 300  # twin of SittingApplication.wants
MAX_ANSWER = 500  # twin of SittingApplication.answer
MAX_FEE = 200  # twin of SittingApplication.fee_note
PHOTO_BYTES = 300 * 1024  # fifty of them are in one printed file
PHOTO_SIDE = 3_000  # pixels: unpacking a photograph takes 36 MB at most
PHOTO_TYPES = frozenset({"image/jpeg", "image/png"})
APPLICATION_KEPT: timedelta = EVIDENCE_KEPT  # at least: see `application_kept`
FILE_BYTES = EVIDENCE_BYTES

# The consent that a request for accommodation needs beside the notice. Texts are never changed once
# in force: what somebody agreed to is told by its number.
WANTS_CONSENTS = {
    1: N_(
        "考试便利申请可能说到您的健康状况，属于敏感个人信息。填写的内容和证明只供本场考务安排便利，"
        "监考只看到批准的便利；保留时间与报考材料相同，撤回报考时立即删除。"
        "不填不影响报考，只是不能安排便利。"
    ),
}
WANTS_CONSENT = max(WANTS_CONSENTS)


def application_kept(appeal_days: int) -> timedelta:
    """Return how long an application is kept after its refusal or the end of its sitting.

    Never less than one may appeal: `appeal_days` is the sitting's, 1 to 366.
    """
    return max(APPLICATION_KEPT, timedelta(days=appeal_days))


class ApplicationState(StrEnum):
    """How an application stands. Twin: the CHECK of `sitting_applications`."""

    SUBMITTED = "submitted"
    RETURNED = "returned"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class Decision(StrEnum):
    """What an examiner decides; the value is the state that follows."""

    ACCEPT = "accepted"
    RETURN = "returned"
    REFUSE = "refused"


@dataclass(frozen=True, slots=True)
class Review:
    """What an examiner decides of an application, and of which content.

    `seen` is the version that was read: papers and photograph that came since are not decided
    unseen. The accommodation is granted with an acceptance.
    """

    seen: str
    decision: Decision
    answer: str
    accommodation: Accommodation


class FileKind(StrEnum):
    """What a file of an application is. Twin: the CHECK of `sitting_application_files`."""

    EVIDENCE = "evidence"
    PHOTO = "photo"


# From which states the candidate may send it (again), and withdraw it.
MAY_SEND = frozenset(
    {ApplicationState.SUBMITTED, ApplicationState.RETURNED, ApplicationState.WITHDRAWN}
)
MAY_WITHDRAW = frozenset({ApplicationState.SUBMITTED, ApplicationState.RETURNED})


@dataclass(frozen=True, slots=True)
class Upload:
    """A checked file."""

    kind: FileKind
    file: Evidence


@dataclass(frozen=True, slots=True)
class Wish:
    """What a candidate sends; `agreed_sha256` is the hash of the agreement they were shown.

    `wants_consent` is the version of the consent to what a request for accommodation tells, 0 where
    they gave none.
    """

    statement: str
    wants: str
    fee_note: str
    agreed_sha256: str
    uploads: tuple[Upload, ...] = ()
    wants_consent: int = 0


def agreement_hash(text: str) -> str:
    """Return the SHA-256 of an agreement's text."""
    return hashlib.sha256(text.encode()).hexdigest()


def consent_refusal(wish: Wish) -> str | None:
    """Return why a request for accommodation cannot be taken, or None: a code for Conflict."""
    if not wish.wants or wish.wants_consent == WANTS_CONSENT:
        return None
    return "consent_changed" if wish.wants_consent else "consent_missing"


def decision_refusal(
    state: ApplicationState, decision: Decision, *, needs_agreement: bool, answer: str
) -> str | None:
    """Return why an application cannot be decided so, or None: a code for Conflict.

    Only what was sent is decided; what comes back or is refused needs its reason; nobody is
    admitted who has not signed.
    """
    if state is not ApplicationState.SUBMITTED:
        return "application_not_pending"
    if decision is Decision.ACCEPT:
        return "agreement_missing" if needs_agreement else None
    return None if answer.strip() else "reason_missing"


def check_photo(name: str, content: bytes) -> tuple[Upload | None, list[Problem]]:
    """Return the photograph, or what is wrong with it; neither when there is no file."""
    if not content and not name:
        return None, []
    if len(content) > PHOTO_BYTES:
        return None, [Problem("", None, "photo", "photo_too_large", "")]
    media_type, size = picture_type(content), picture_size(content)
    if media_type not in PHOTO_TYPES or size is None or max(size) > PHOTO_SIDE:
        return None, [Problem("", None, "photo", "photo_type", "")]
    return Upload(FileKind.PHOTO, Evidence("", media_type, content)), []


def check_files(files: list[tuple[str, bytes]]) -> tuple[tuple[Upload, ...], list[Problem]]:
    """Return the evidence of (name, content), or everything that is wrong with it."""
    given = [(name, content) for name, content in files if name or content]
    if len(given) > MAX_EVIDENCE:
        return (), [Problem("", None, "evidence", "evidence_many", str(MAX_EVIDENCE))]
    found: list[Upload] = []
    problems: list[Problem] = []
    for name, content in given:
        evidence, faults = check_evidence(name, content)
        problems += faults
        if evidence is not None:
            found.append(Upload(FileKind.EVIDENCE, evidence))
    return ((), problems) if problems else (tuple(found), [])
