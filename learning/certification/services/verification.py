"""Looking a certificate up by its number, from anywhere.

A code is 140 random bits: nobody finds one by trying. Numbers run one after the other, so one
network's look-ups by number are counted, and what they show is masked (see `routes.verification`).
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from learning.accounts.queries import count_failures
from learning.accounts.rules import Claim
from learning.accounts.rules.throttling import hash_name
from learning.accounts.services.logins import record_failure
from learning.certification.queries import (
    CertificateDetail,
    find_by_number,
    find_many_by_number,
)
from learning.certification.rules import MAX_LOOKUPS, is_name_of, normalised_number
from learning.kernel import audit
from learning.kernel.documents import BadDocument
from learning.kernel.errors import Throttled
from learning.kernel.permissions import Actor

RETRY_AFTER_S = 60
MAX_PAIRS = 5_000  # of a list
MAX_LISTS = 10  # of a person, in fifteen minutes


def look_up_number(
    session: Session, number: str, name: str, *, network: str, secret: str, now: datetime
) -> CertificateDetail | None:
    """Count the look-up against its network and return the certificate of that number and name.

    None when there is none, or when the name is neither the one that it bears nor one that was
    corrected on it: who holds the old paper in hand must find it. Both take the same statements.
    Raises Throttled beyond 300 look-ups of one network in fifteen minutes.
    """
    source = f"verify {network}"
    if count_failures(session, source, None, now).count >= MAX_LOOKUPS:
        raise Throttled("wait", retry_after_s=RETRY_AFTER_S)
    claim = Claim((number,), (hash_name(number, secret, "verify"),), network, "")
    record_failure(session, claim, source, now=now)
    found = find_by_number(session, number, now)
    is_named = is_name_of(name, found.names if found else ("",))
    return found if is_named else None


def allow_list(session: Session, actor: Actor, pairs: int, *, secret: str, now: datetime) -> None:
    """Count a list of certificates to verify against the person, and note it in the audit.

    Raises Throttled beyond ten lists of one person in fifteen minutes, Invalid above 5,000 rows.
    """
    if pairs > MAX_PAIRS:
        raise BadDocument("list_too_long")
    source = f"verify-list {actor.user_id}"
    if count_failures(session, source, None, now).count >= MAX_LISTS:
        raise Throttled("wait", retry_after_s=RETRY_AFTER_S)
    name = f"list {actor.user_id}"
    claim = Claim((name,), (hash_name(name, secret, "verify"),), source, "")
    record_failure(session, claim, source, now=now)
    audit.log(
        session,
        "certificates.list_verified",
        actor.public_id,
        actor_id=actor.user_id,
        now=now,
        details={"rows": pairs},
    )


def verify_pairs(
    session: Session, pairs: Sequence[tuple[str, str]], now: datetime
) -> list[CertificateDetail | None]:
    """Return the certificate of each (number, name) as typed, None where one of them is wrong."""
    numbers = [normalised_number(number) or "" for number, _name in pairs]
    found = find_many_by_number(session, sorted(set(numbers) - {""}), now)
    checked = []
    for number, (_typed, name) in zip(numbers, pairs, strict=True):
        one = found.get(number)
        is_named = is_name_of(name, one.names if one else ("",))
        checked.append(one if is_named else None)
    return checked
