"""Opening renewals when their window opens, so that what was done before is looked at."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session, aliased

from learning.certification.models import (
    AwardFile,
    Certificate,
    CertificateReplacement,
    Revocation,
    SchemeVersion,
)
from learning.certification.queries import find_terms
from learning.certification.rules.terms import Terms
from learning.certification.services.files import settle

RENEWALS_A_TURN = 100


def open_renewals(session: Session, now: datetime) -> int:
    """Open the files of certificates whose window has opened; return how many, at most 100."""
    left, opened = RENEWALS_A_TURN, 0
    for scheme_id in session.scalars(select(SchemeVersion.scheme_id).distinct()):
        terms = find_terms(session, scheme_id, now).terms
        if not terms.renewal or left <= 0:
            continue
        due = _due(session, scheme_id, terms, now, left)
        for user_id in due:
            settle(session, scheme_id, user_id, now)
        left -= len(due)
        opened += _count_opened(session, scheme_id, due, now)
    return opened


def _count_opened(session: Session, scheme_id: int, user_ids: Sequence[int], now: datetime) -> int:
    """Return how many files were opened just now: what opened none must not be asked for ever."""
    found = session.scalar(
        select(func.count()).where(
            AwardFile.scheme_id == scheme_id,
            AwardFile.user_id.in_(user_ids),
            AwardFile.opened_at == now,
        )
    )
    return found or 0


def _due(session: Session, scheme_id: int, terms: Terms, now: datetime, limit: int) -> list[int]:
    """Return who holds a certificate in its window or grace without any file of its renewal."""
    later = aliased(Certificate)
    rows = session.scalars(
        select(Certificate.user_id)
        .where(
            Certificate.scheme_id == scheme_id,
            Certificate.valid_until < now + timedelta(days=terms.window_days),
            Certificate.valid_until >= now - timedelta(days=terms.grace_days),
            ~exists().where(Revocation.certificate_id == Certificate.id),
            ~exists().where(CertificateReplacement.certificate_id == Certificate.id),
            ~exists().where(AwardFile.certificate_id == Certificate.id),
            ~exists().where(
                later.scheme_id == scheme_id,
                later.user_id == Certificate.user_id,
                later.id > Certificate.id,
            ),
        )
        .distinct()
        .limit(limit)
    )
    return list(rows)
