"""How a file stands now, for who looks at it; nothing is written."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from learning.certification.models import AwardFile, Scheme, SchemeVersion
from learning.certification.queries.files import (
    FileView,
    HeldCertificate,
    find_held,
    list_done,
    list_files,
)
from learning.certification.queries.terms import TermsView, find_terms
from learning.certification.rules.standing import standing_in_time
from learning.certification.rules.terms import (
    Purpose,
    Standing,
    Terms,
    purpose_of,
    renewal_closes,
    renewal_opens,
)
from learning.kernel.errors import NotFound
from learning.organisations.models import Unit, UnitName
from learning.organisations.queries.units import storable


@dataclass(frozen=True, slots=True)
class FileStanding:
    """A file with its terms, what is met, and the certificate that it renews."""

    file: FileView
    terms: TermsView
    standing: Standing
    held: HeldCertificate | None


@dataclass(frozen=True, slots=True)
class OpenScheme:
    """A scheme that people may work for, with what it asks."""

    id: int
    public_id: str
    title: str
    issuer_name: str
    terms: Terms
    title_en: str = ""


@dataclass(frozen=True, slots=True)
class Renewal:
    """When a certificate can be renewed, whether now, and the file of it if there is one."""

    opens_at: datetime
    closes_at: datetime
    is_open: bool
    scheme_public_id: str
    file: FileView | None


def get_standing(session: Session, file: FileView, now: datetime) -> FileStanding:
    """Return how a file stands by the terms in force."""
    terms = find_terms(session, file.scheme_id, now)
    held = find_held(session, file.scheme_id, [file.user_id]).get(file.user_id)
    is_renewal = file.purpose is Purpose.RENEWAL
    standing = standing_in_time(
        terms.terms.groups(file.purpose),
        list_done(session, file.scheme_id, [file.user_id])[file.user_id],
        hold_months=terms.terms.hold_months,
        zone=file.zone,
        now=now,
        opened_at=file.opened_at,
        ready_at=file.ready_at,
        since=held.issued_at if held and is_renewal else None,
    )
    return FileStanding(file, terms, standing, held if is_renewal else None)


def list_open_schemes(session: Session, user_id: int, now: datetime) -> list[OpenScheme]:
    """Return the schemes that ask for more than a pass and that the person can begin now."""
    own_open = select(AwardFile.scheme_id).where(
        AwardFile.user_id == user_id, AwardFile.closed_at.is_(None)
    )
    rows = session.execute(
        select(Scheme.id, Scheme.public_id, Scheme.title, Scheme.title_en, UnitName.name)
        .outerjoin(UnitName, (UnitName.unit_id == Scheme.issuer_id) & UnitName.valid_to.is_(None))
        .where(
            Scheme.kind == "own",
            Scheme.id.not_in(own_open),
            # a first version is a pass alone
            Scheme.id.in_(select(SchemeVersion.scheme_id).where(SchemeVersion.number > 1)),
        )
        .order_by(Scheme.title, Scheme.id)
    ).all()
    found = []
    for row in rows:
        terms = find_terms(session, row.id, now).terms
        if terms.is_plain:
            continue
        held = find_held(session, row.id, [user_id]).get(user_id)
        until = held.valid_until if held else None
        if purpose_of(terms, until, is_held=held is not None, now=now) is not None:
            found.append(
                OpenScheme(row.id, row.public_id, row.title, row.name or "", terms, row.title_en)
            )
    return found


def get_open_scheme(session: Session, raw_public_id: str) -> int:
    """Return the row id of a scheme of our own; raise NotFound for others."""
    found = session.scalar(
        select(Scheme.id).where(Scheme.public_id == storable(raw_public_id), Scheme.kind == "own")
    )
    if found is None:
        raise NotFound("scheme")
    return found


def find_renewal(
    session: Session, scheme_id: int, user_id: int, certificate_id: int, now: datetime
) -> Renewal | None:
    """Return when and how a person's certificate is renewed; None where it never is, or no longer.

    It no longer is when it was revoked or replaced, or when its grace is over.
    """
    terms = find_terms(session, scheme_id, now).terms
    held = find_held(session, scheme_id, [user_id]).get(user_id)
    if not terms.renewal or held is None or held.id != certificate_id or held.valid_until is None:
        return None
    opens_at = renewal_opens(held.valid_until, terms.window_days)
    closes_at = renewal_closes(held.valid_until, terms.grace_days)
    if now > closes_at:
        return None
    scheme = session.execute(
        select(Scheme.public_id, Unit.timezone)
        .join(Unit, Unit.id == Scheme.issuer_id)
        .where(Scheme.id == scheme_id)
    ).one()
    files = list_files(session, AwardFile.certificate_id == certificate_id, limit=1)
    return Renewal(opens_at, closes_at, now >= opens_at, scheme[0], files[0] if files else None)
