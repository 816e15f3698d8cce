"""Looking a certificate up by its number, from anywhere.

A code is 140 random bits: nobody finds one by trying. Numbers run one after the other, so one
network's look-ups by number are counted, and what they show is masked (see `routes.verification`).
In a list, the pairs that name no certificate are counted, of one person and of one network.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from learning.accounts.models import User
from learning.accounts.queries import count_failures
from learning.accounts.rules import Claim
from learning.accounts.rules.throttling import hash_name
from learning.accounts.services.logins import record_failure
from learning.certification.models import ListMiss
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
MISSES_KEPT = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class ListLeave:
    """How many pairs of a list may name nothing; from when on more may; where they are counted."""

    misses: int
    more_at: datetime
    counted: tuple[int, ...]


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


def allow_list(
    session: Session,
    actor: Actor,
    pairs: int,
    *,
    network: str,
    most_misses: int,
    secret: str,
    now: datetime,
) -> ListLeave:
    """Count a list of certificates to verify, and note it in the audit; return what it may miss.

    All its pairs are taken for wrong until `count_misses` says how many were. Raises BadDocument
    above 5,000 rows, Throttled("lists") beyond ten lists of one person in fifteen minutes,
    Throttled("list_misses", at=…, most=…) where the person or the network had `most_misses` wrong
    pairs within an hour.
    """
    if pairs > MAX_PAIRS:
        raise BadDocument("list_too_long")
    # Held, so that two lists at once do not take the same pairs for theirs.
    session.execute(select(User.id).where(User.id == actor.user_id).with_for_update())
    sources = (f"user {actor.user_id}", f"network {network}")
    left, more_at = _left(session, sources, most_misses, now)
    if left <= 0:
        wait = max(1, int((more_at - now).total_seconds()))
        raise Throttled("list_misses", retry_after_s=wait, at=more_at, most=most_misses)
    source = f"verify-list {actor.user_id}"
    if count_failures(session, source, None, now).count >= MAX_LISTS:
        raise Throttled("lists", retry_after_s=RETRY_AFTER_S)
    name = f"list {actor.user_id}"
    claim = Claim((name,), (hash_name(name, secret, "verify"),), source, "")
    record_failure(session, claim, source, now=now)
    rows = [ListMiss(source=one, counted_at=now, misses=min(pairs, left)) for one in sources]
    session.add_all(rows)
    audit.log(
        session,
        "certificates.list_verified",
        actor.public_id,
        actor_id=actor.user_id,
        now=now,
        details={"rows": pairs},
    )
    session.flush()  # the caller counts by their ids
    return ListLeave(left, more_at, tuple(row.id for row in rows))


def _left(
    session: Session, sources: Sequence[str], most: int, now: datetime
) -> tuple[int, datetime]:
    """Return how many pairs may be wrong still, and when the oldest that counts is forgotten."""
    session.execute(delete(ListMiss).where(ListMiss.counted_at <= now - MISSES_KEPT))
    rows = session.execute(
        select(func.sum(ListMiss.misses), func.min(ListMiss.counted_at))
        .where(ListMiss.source.in_(sources), ListMiss.misses > 0)
        .group_by(ListMiss.source)
    ).all()
    used, oldest = max(((int(sum_), at) for sum_, at in rows), default=(0, now))
    return most - used, oldest + MISSES_KEPT


def count_misses(session: Session, leave: ListLeave, misses: int) -> None:
    """Note how many pairs of an allowed list named nothing, of those that were told."""
    session.execute(
        update(ListMiss)
        .where(ListMiss.id.in_(leave.counted))
        .values(misses=misses)
        .execution_options(synchronize_session=False)
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
