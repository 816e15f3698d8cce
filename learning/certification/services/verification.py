"""Looking a certificate up by its number, from anywhere.

A code is 140 random bits: nobody finds one by trying. Numbers run one after the other, so one
network's look-ups by number are counted, and what they show is masked (see `routes.verification`).
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from learning.accounts.queries import count_failures
from learning.accounts.rules import Claim
from learning.accounts.rules.throttling import hash_name
from learning.accounts.services.logins import record_failure
from learning.certification.queries import (
    CertificateDetail,
    OldCertificate,
    find_by_number,
    find_many_by_number,
    list_old_by_number,
)
from learning.certification.rules import MAX_LOOKUPS, is_name_of, normalised_number
from learning.kernel import audit
from learning.kernel.documents import BadDocument
from learning.kernel.errors import Throttled
from learning.kernel.permissions import Actor
from learning.organisations.rules.names import name_key

RETRY_AFTER_S = 60
MAX_PAIRS = 5_000  # of a list
MAX_LISTS = 10  # of a person, in fifteen minutes


Verified = CertificateDetail | OldCertificate


def look_up_number(
    session: Session, typed: str, name: str, *, network: str, secret: str, now: datetime
) -> Verified | None:
    """Count the look-up against its network and return the certificate of that number and name.

    One that was issued here, else an old one that its issuer has on file. None when there is none,
    or when the name is neither the one that it bears nor one that was corrected on it: who holds
    the old paper in hand must find it. Both take the same statements.
    Raises Throttled beyond 300 look-ups of one network in fifteen minutes.
    """
    source = f"verify {network}"
    if count_failures(session, source, None, now).count >= MAX_LOOKUPS:
        raise Throttled("wait", retry_after_s=RETRY_AFTER_S)
    number = normalised_number(typed)
    key = number or name_key(typed)
    claim = Claim((key,), (hash_name(key, secret, "verify"),), network, "")
    record_failure(session, claim, source, now=now)
    issued = find_by_number(session, key, now)
    olds = list_old_by_number(session, [typed, key], now)
    return _of_name(name, issued, olds, typed, key)


def _of_name(
    name: str,
    issued: CertificateDetail | None,
    olds: Mapping[str, Sequence[OldCertificate]],
    *numbers: str,
) -> Verified | None:
    """Return the first that bears the name; all of them are compared, and one where none is."""
    keys = dict.fromkeys(map(name_key, numbers))
    found: list[Verified] = [issued] if issued else []
    found += [one for key in keys for one in olds.get(key, ())]
    if not found:
        is_name_of(name, ("",))  # takes the time that a wrong name takes
    named = [one for one in found if is_name_of(name, one.names)]
    return named[0] if named else None


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
) -> list[Verified | None]:
    """Return the certificate of each (number, name) as typed, None where one of them is wrong."""
    numbers = [normalised_number(number) or "" for number, _name in pairs]
    found = find_many_by_number(session, sorted(set(numbers) - {""}), now)
    olds = list_old_by_number(session, [*numbers, *(typed for typed, _name in pairs)], now)
    return [
        _of_name(name, found.get(number), olds, typed, number)
        for number, (typed, name) in zip(numbers, pairs, strict=True)
    ]
