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
from learning.certification.models.external import (
    ExternalCertificate,
    ExternalImport,
    ExternalScan,
)
from learning.certification.models.holdings import (
    HOLDING_SOURCES,
    Holding,
)
from learning.certification.models.papers import (
    AwardDeclaration,
    AwardPaper,
    AwardProject,
    ProjectOpinion,
    SchemeAssessor,
)
from learning.certification.models.terms import (
    AwardFile,
    DecisionEvidence,
    Fulfilment,
    SchemeVersion,
)

__all__ = [
    "HOLDING_SOURCES",
    "AwardDecision",
    "AwardDeclaration",
    "AwardFile",
    "AwardPaper",
    "AwardProject",
    "AwardRule",
    "Certificate",
    "CertificateCorrection",
    "CertificateReplacement",
    "DecisionEvidence",
    "ExternalCertificate",
    "ExternalImport",
    "ExternalScan",
    "Fulfilment",
    "Holding",
    "ProjectOpinion",
    "Revocation",
    "Scheme",
    "SchemeAssessor",
    "SchemeSerial",
    "SchemeVersion",
    "Suspension",
]
