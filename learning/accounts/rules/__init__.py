"""Pure decisions about people and their ways in. No database, no request, no clock."""

from learning.accounts.rules.clients import device_label, network_of, safe_next
from learning.accounts.rules.names import (
    LoginNameKind,
    candidate_keys,
    display_login_name,
    guess_kind,
    login_name_key,
    normalise_email,
    normalise_phone,
)
from learning.accounts.rules.passwords import (
    MAX_PASSWORD_LENGTH,
    MIN_PASSWORD_LENGTH,
    normalise_code,
    normalise_password,
    password_problem,
)
from learning.accounts.rules.pinyin import pinyin_sort_key
from learning.accounts.rules.privacy import (
    CURRENT_NOTICE,
    KEPT_FIELDS,
    KeptField,
    kept_fields,
)
from learning.accounts.rules.throttling import (
    Claim,
    FailureCount,
    hash_name,
    make_claim,
    retry_after_s,
)

__all__ = [
    "CURRENT_NOTICE",
    "KEPT_FIELDS",
    "MAX_PASSWORD_LENGTH",
    "MIN_PASSWORD_LENGTH",
    "Claim",
    "FailureCount",
    "KeptField",
    "LoginNameKind",
    "candidate_keys",
    "device_label",
    "display_login_name",
    "guess_kind",
    "hash_name",
    "kept_fields",
    "login_name_key",
    "make_claim",
    "network_of",
    "normalise_code",
    "normalise_email",
    "normalise_password",
    "normalise_phone",
    "password_problem",
    "pinyin_sort_key",
    "retry_after_s",
    "safe_next",
]
