"""Identifiers that outsiders see, and secrets.

Integer primary keys stay inside. What appears in a URL is a public id of 130 random bits, so that
guessing one is hopeless (ASVS 11.5.1); ownership is still checked in every query.
"""

import hashlib
import secrets

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford base 32: no i, l, o, u
_PUBLIC_ID_LENGTH = 26
_FIVE_BITS = bytes(ord(_ALPHABET[byte % 32]) for byte in range(256))  # each letter 8 times
_CODE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # nothing that print confuses


def new_public_id() -> str:
    """Return a new random public id: 26 characters, 130 bits."""
    return secrets.token_bytes(_PUBLIC_ID_LENGTH).translate(_FIVE_BITS).decode()


def new_token() -> str:
    """Return a new URL-safe secret of 256 bits."""
    return secrets.token_urlsafe(32)


def new_printed_code(groups: int = 3, length: int = 4) -> str:
    """Return a code people type from paper, such as `7K3M-Q2ZA-94HT`: 30**12 possibilities."""
    return "-".join(
        "".join(secrets.choice(_CODE_ALPHABET) for _ in range(length)) for _ in range(groups)
    )


def digest(secret: str) -> str:
    """Return the SHA-256 of a high-entropy secret as 64 hexadecimal characters.

    For tokens only: low-entropy secrets such as passwords need a slow function.
    """
    return hashlib.sha256(secret.encode()).hexdigest()
