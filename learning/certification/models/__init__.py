"""Tables of certification. No queries here."""

from learning.certification.models.acts import (
    CertificateCorrection,
    CertificateReplacement,
    Suspension,
)
from learning.certification.models.certificates import (
    AwardDecision,
    AwardRule,
    Certificate,
    Revocation,
    Scheme,
    SchemeSerial,
)
from learning.certification.models.holdings import (
    HOLDING_SOURCES,
    Holding,
)

__all__ = [
    "HOLDING_SOURCES",
    "AwardDecision",
    "AwardRule",
    "Certificate",
    "CertificateCorrection",
    "CertificateReplacement",
    "Holding",
    "Revocation",
    "Scheme",
    "SchemeSerial",
    "Suspension",
]
