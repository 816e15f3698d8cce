"""What may be done to a certificate after its issue, and how a correction is hashed. Pure.

valid → suspended → valid (lifted), expired, replaced, revoked; nothing leaves revoked.
"""

import hashlib
import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from learning.accounts.rules.letters import Letter
from learning.certification.rules.certificates import State
from learning.organisations.rules.names import person_key


class Act(StrEnum):
    """What an issuer may do to a certificate that was issued."""

    CORRECT = "correct"
    SUSPEND = "suspend"
    LIFT = "lift"
    REVOKE = "revoke"
    REPLACE = "replace"


_FROM = {
    Act.CORRECT: frozenset(State) - {State.REVOKED},
    Act.SUSPEND: frozenset({State.VALID}),
    Act.LIFT: frozenset({State.SUSPENDED}),
    Act.REVOKE: frozenset(State) - {State.REVOKED},
    Act.REPLACE: frozenset({State.VALID, State.SUSPENDED, State.EXPIRED}),
}


def may(act: Act, state: State, *, is_suspended: bool = False) -> bool:
    """Tell whether an act is possible on a certificate in a state.

    `is_suspended`: it was suspended and that was not lifted, which can be done after its end too:
    a suspension keeps it from being renewed in the grace.
    """
    if act is Act.LIFT and state is State.EXPIRED:
        return is_suspended
    return state in _FROM[act]


@dataclass(frozen=True, slots=True)
class Correction:
    """A corrected name in a certificate's chain; instants are aware UTC."""

    number: int
    holder_name: str
    reason: str
    corrected_at: datetime
    sha256: str


def correction_sha256(
    previous: str, *, number: int, holder_name: str, reason: str, corrected_at: datetime
) -> str:
    """Return the SHA-256 that chains a correction to the hash before it, 64 hexadecimal digits.

    Hashed is canonical JSON: sorted keys, no spaces, the instant in ISO 8601 UTC.
    """
    values = {
        "corrected_at": corrected_at.astimezone(UTC).isoformat(timespec="microseconds"),
        "holder_name": holder_name,
        "number": number,
        "previous": previous,
        "reason": reason,
    }
    text = json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def is_chain_intact(first: str, corrections: Sequence[Correction]) -> bool:
    """Tell whether each correction, from the first on, still gives its hash."""
    previous = first
    for expected, one in enumerate(corrections, start=1):
        found = correction_sha256(
            previous,
            number=one.number,
            holder_name=one.holder_name,
            reason=one.reason,
            corrected_at=one.corrected_at,
        )
        if one.number != expected or found != one.sha256:
            return False
        previous = one.sha256
    return True


def is_name_of(typed: str, names: Sequence[str]) -> bool:
    """Tell whether a typed name is one that a certificate bears or bore.

    Width, case, spaces and the five dots within names do not matter. Every name is compared, each
    in constant time, so that the answer's time tells nothing.
    """
    wanted = person_key(typed).encode()
    found = [hmac.compare_digest(wanted, person_key(name).encode()) for name in names]
    return bool(wanted) and any(found)


def name_corrected(number: str, name: str) -> Letter:
    """Tell a holder that the name on a certificate was corrected."""
    return Letter(
        f"证书 {number} 的姓名已更正",
        f"The name on certificate {number} was corrected",
        f"这张证书的姓名现为 {name}，请下载新的证书文件。编号和查验码不变。",
        f"The certificate now bears the name {name}; please download it again. "
        "Its number and verification code stay the same.",
    )


def certificate_suspended(number: str) -> Letter:
    """Tell a holder that a certificate is suspended; the reason stands on its page."""
    return Letter(
        f"证书 {number} 已暂停",
        f"Certificate {number} was suspended",
        "暂停期间这张证书不作为持证依据，查验页显示已暂停。原因请登录后在证书页查看。",
        "While suspended the certificate does not count as held, and its verification page says "
        "so. Log in to read the reason on the certificate's page.",
    )


def suspension_lifted(number: str) -> Letter:
    """Tell a holder that a suspension ended."""
    return Letter(
        f"证书 {number} 已恢复",
        f"Certificate {number} was reinstated",
        "这张证书的暂停已解除，在有效期内继续有效。",
        "The suspension was lifted: the certificate is valid again until the end of its term.",
    )
