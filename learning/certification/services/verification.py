"""Looking a certificate up by its number, from anywhere.

A code is 140 random bits: nobody finds one by trying. Numbers run one after the other, so one
network's look-ups by number are counted, and what they show is masked (see `routes.verification`).
"""

from datetime import datetime

from sqlalchemy.orm import Session

from learning.accounts.queries import count_failures
from learning.accounts.rules import Claim
from learning.accounts.rules.throttling import hash_name
from learning.accounts.services.logins import record_failure
from learning.certification.queries import CertificateDetail, find_by_number
from learning.certification.rules import MAX_LOOKUPS, is_name_of
from learning.kernel.errors import Throttled

RETRY_AFTER_S = 60


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
