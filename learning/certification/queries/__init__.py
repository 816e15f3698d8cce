"""Reads of certification: schemes in reach, certificates of people, public verification.

A foreign and a missing scheme or certificate look the same: NotFound.
"""

from learning.certification.queries.certificates import (
    CertificateDetail,
    CertificateView,
    find_by_code,
    find_by_number,
    get_certificate,
    get_revocable,
    iterate_scheme,
    list_certificates_of,
    list_of_scheme,
)
from learning.certification.queries.schemes import (
    PAGE_SIZE,
    Pass,
    RuleView,
    SchemeLine,
    SchemeView,
    find_pass,
    find_sitting_id,
    get_managed,
    get_scheme,
    get_sitting_id,
    has_released_results,
    list_attachable,
    list_issuers,
    list_open_rules,
    list_rules,
    list_schemes,
    list_undecided,
)

__all__ = [
    "PAGE_SIZE",
    "CertificateDetail",
    "CertificateView",
    "Pass",
    "RuleView",
    "SchemeLine",
    "SchemeView",
    "find_by_code",
    "find_by_number",
    "find_pass",
    "find_sitting_id",
    "get_certificate",
    "get_managed",
    "get_revocable",
    "get_scheme",
    "get_sitting_id",
    "has_released_results",
    "iterate_scheme",
    "list_attachable",
    "list_certificates_of",
    "list_issuers",
    "list_of_scheme",
    "list_open_rules",
    "list_rules",
    "list_schemes",
    "list_undecided",
]
