"""Password hashes: argon2id with t=2, m=19 MiB, p=1 (OWASP's minimum), ~60–100 ms a time.

The profile is chosen for contest mornings: the library's default costs six times as much, and
twenty thousand people log in within minutes. Old hashes are renewed at the next right log-in.
"""

from dataclasses import dataclass

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from learning.accounts.rules import normalise_password

_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
# Of a random password that nobody kept: makes an unknown name cost what a known one costs.
_NOBODYS_HASH = (
    "$argon2id$v=19$m=19456,t=2,p=1$6v/OihFYkCnLFYrEhWAgNQ"
    "$2qhVntoCFMeaiCpREloW2iU/vl937BYNn8WajggpV4k"
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a password was right; `renewed_hash` replaces a hash of an older profile."""

    is_right: bool
    renewed_hash: str | None = None


def verify_password(password: str, password_hash: str | None) -> Verdict:
    """Verify a password as typed; without a hash the same work is done and the answer is no."""
    secret = normalise_password(password).encode("utf-8", "surrogatepass")
    try:
        _HASHER.verify(password_hash or _NOBODYS_HASH, secret)
    except (VerificationError, InvalidHashError):
        return Verdict(is_right=False)
    if password_hash is None:
        return Verdict(is_right=False)
    if _HASHER.check_needs_rehash(password_hash):
        return Verdict(is_right=True, renewed_hash=_HASHER.hash(secret))
    return Verdict(is_right=True)


def hash_password(password: str) -> str:
    """Return the hash of a new password that the rules have accepted."""
    return _HASHER.hash(normalise_password(password).encode("utf-8", "surrogatepass"))
