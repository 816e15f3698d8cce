"""What a scheme asks now, and asked before."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from learning.accounts.models import User
from learning.certification.models import Scheme, SchemeVersion
from learning.certification.rules.terms import Terms, plain_terms


@dataclass(frozen=True, slots=True)
class TermsView:
    """A version of a scheme's terms; `version_id` None where none was written yet."""

    version_id: int | None
    number: int
    terms: Terms
    in_force_from: datetime | None = None
    written_by: str = ""
    written_at: datetime | None = None


def find_terms(session: Session, scheme_id: int, now: datetime) -> TermsView:
    """Return the version in force; a scheme without any asks for a pass at a sitting of it."""
    row = session.execute(
        select(SchemeVersion.id, SchemeVersion.number, SchemeVersion.document)
        .where(SchemeVersion.scheme_id == scheme_id, SchemeVersion.in_force_from <= now)
        .order_by(SchemeVersion.number.desc())
        .limit(1)
    ).one_or_none()
    if row is not None:
        return TermsView(row.id, row.number, Terms.from_json(row.document))
    months = session.scalar(select(Scheme.validity_months).where(Scheme.id == scheme_id))
    return TermsView(None, 0, plain_terms(months))


def list_versions(session: Session, scheme_id: int) -> list[TermsView]:
    """Return all versions of a scheme's terms, newest first."""
    rows = session.execute(
        select(SchemeVersion, User.display_name)
        .join(User, User.id == SchemeVersion.written_by)
        .where(SchemeVersion.scheme_id == scheme_id)
        .order_by(SchemeVersion.number.desc())
    )
    return [
        TermsView(
            version.id,
            version.number,
            Terms.from_json(version.document),
            version.in_force_from,
            name,
            version.written_at,
        )
        for version, name in rows
    ]
