"""Events of certification."""

from dataclasses import asdict, dataclass
from typing import Any

ISSUED = "certificate.issued"
REVOKED = "certificate.revoked"
CORRECTED = "certificate.corrected"
SUSPENDED = "certificate.suspended"
LIFTED = "certificate.suspension_lifted"
DOUBTED = "certificate.doubted"
EXTERNAL_WITHDRAWN = "external_certificate.withdrawn"
EXTERNAL_UNDONE = "external_import.undone"
AWARD_DUE = "award_rule.due"
FILE_OPENED = "award_file.opened"
TERMS_CHANGED = "scheme.terms_changed"


@dataclass(frozen=True, slots=True)
class CertificateChanged:
    """A certificate was issued, changed in its worth or name, or lost the result it rests on.

    `certificate` is a public id, `scheme` a code.
    """

    certificate: str
    scheme: str
    number: str
    user_id: int

    def payload(self) -> dict[str, Any]:
        """Return the event's payload."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class ExternalWithdrawn:
    """A certificate from outside was taken off the file; `certificate` is a public id."""

    certificate: str
    user_id: int

    def payload(self) -> dict[str, Any]:
        """Return the event's payload."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class ExternalUndone:
    """All certificates of a list were taken off the file; `external_import` is its public id."""

    external_import: str

    def payload(self) -> dict[str, Any]:
        """Return the event's payload."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class AwardDue:
    """An award rule has passes to look at, recorded before it or its sitting's close.

    Those of people after `after_user_id`.
    """

    rule_id: int
    after_user_id: int = 0

    def payload(self) -> dict[str, Any]:
        """Return the event's payload."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class FileOpened:
    """A person works for a certificate or its renewal from now on; `file` is a public id."""

    file: str
    user_id: int

    def payload(self) -> dict[str, Any]:
        """Return the event's payload."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class TermsChanged:
    """A scheme asks something else; open files after `after_file_id` are to be looked at."""

    scheme_id: int
    after_file_id: int = 0

    def payload(self) -> dict[str, Any]:
        """Return the event's payload."""
        return asdict(self)
