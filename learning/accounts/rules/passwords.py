"""Which passwords are refused, and how typed secrets are brought into one form.

Length and a list of the most common ones, no composition rules and no forced change (ASVS 6.2.5,
6.2.10): those make people write passwords down.
"""

import unicodedata
from collections.abc import Iterable

from learning.accounts.rules.common_passwords import COMMON_PASSWORDS
from learning.accounts.rules.names import clean

MIN_PASSWORD_LENGTH = 8
MAX_PASSWORD_LENGTH = 128


def normalise_password(raw: str) -> str:
    """Return the password in NFC: keyboards and phones differ in how they compose characters.

    One longer than 128 characters becomes "", which is never right and costs the same to refuse.
    """
    if len(raw) > 4 * MAX_PASSWORD_LENGTH:
        return ""
    password = unicodedata.normalize("NFC", raw)
    return password if len(password) <= MAX_PASSWORD_LENGTH else ""


def password_problem(raw: str, name_keys: Iterable[str] = ()) -> str | None:
    """Return why a new password is refused, or None.

    Codes: `too_short` (< 8 characters), `too_long` (> 128), `characters` (control characters or
    broken text), `common`, `is_login_name`. `name_keys` are the person's log-in name keys.
    """
    password = normalise_password(raw)
    if raw and not password:
        return "too_long"
    if len(password) < MIN_PASSWORD_LENGTH:
        return "too_short"
    if any(unicodedata.category(c) in {"Cc", "Cs"} for c in password):
        return "characters"
    folded = clean(password).casefold()
    if folded in COMMON_PASSWORDS or len(set(folded)) <= 1:
        return "common"
    if folded in {spelling for key in name_keys for spelling in _spellings(key)}:
        return "is_login_name"
    return None


def _spellings(name_key: str) -> set[str]:
    """Return how a person may type the own log-in name as a password."""
    name = name_key.partition(":")[2]
    return {name, name.partition("/")[2], name.removeprefix("+86"), name.lstrip("+")} - {""}


def normalise_code(raw: str) -> str:
    """Return a typed one-time code as it is hashed: capitals and digits without separators."""
    return "".join(c for c in clean(raw).upper() if c.isalnum())[:64]
