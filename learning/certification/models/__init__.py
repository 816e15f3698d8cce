"""Tables of certification. No queries here."""

from learning.certification.models.acts import (
    CertificateCorrection,
    CertificateReplacement,
    Suspension,
)
from learning.certification.models.appeals import CertificateAppeal
from learning.certification.models.bundles import CertificateBundle, CertificateBundlePart
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
from learning.certification.models.lists import ListMiss
from learning.certification.models.papers import (
    AwardDeclaration,
    AwardPaper,
    AwardProject,
    ProjectOpinion,
    SchemeAssessor,
)
from learning.certification.models.templates import (
    CertificatePhoto,
    CertificateTemplate,
    HolderPhoto,
    SchemeSeal,
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
    "CertificateAppeal",
    "CertificateBundle",
    "CertificateBundlePart",
    "CertificateCorrection",
    "CertificatePhoto",
    "CertificateReplacement",
    "CertificateTemplate",
    "DecisionEvidence",
    "ExternalCertificate",
    "ExternalImport",
    "ExternalScan",
    "Fulfilment",
    "HolderPhoto",
    "Holding",
    "ListMiss",
    "ProjectOpinion",
    "Revocation",
    "Scheme",
    "SchemeAssessor",
    "SchemeSeal",
    "SchemeSerial",
    "SchemeVersion",
    "Suspension",
]
