"""How certificates are printed: the versions of a template, and what each certificate needs."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from learning.accounts.models import User
from learning.certification.models import (
    Certificate,
    CertificatePhoto,
    CertificateTemplate,
    HolderPhoto,
    SchemeSeal,
)
from learning.certification.rules.templates import STANDARD, Look, read_look


@dataclass(frozen=True, slots=True)
class TemplateView:
    """A version of a scheme's template; number 0 is the standard one, which nobody wrote."""

    number: int
    look: Look
    seal: str
    created_by: str
    created_at: datetime | None


@dataclass(frozen=True, slots=True)
class Printed:
    """What a certificate prints beside its facts: the look of its time, the seal, the photograph.

    The pictures are PNG, empty for none.
    """

    look: Look
    seal: bytes
    photo: bytes


_FIRST = TemplateView(0, STANDARD, "", "", None)


def find_template(session: Session, scheme_id: int) -> TemplateView:
    """Return the version that certificates issued now print with."""
    return next(iter(list_templates(session, scheme_id, limit=1)), _FIRST)


def list_templates(session: Session, scheme_id: int, *, limit: int) -> list[TemplateView]:
    """Return the versions of a scheme's template, newest first."""
    rows = session.execute(
        select(
            CertificateTemplate.number,
            CertificateTemplate.look,
            CertificateTemplate.seal,
            User.display_name,
            CertificateTemplate.created_at,
        )
        .join(User, User.id == CertificateTemplate.created_by)
        .where(CertificateTemplate.scheme_id == scheme_id)
        .order_by(CertificateTemplate.number.desc())
        .limit(limit)
    )
    return [
        TemplateView(number, read_look(look), seal, name, at)
        for number, look, seal, name, at in rows
    ]


def find_seal(session: Session, scheme_id: int, sha256: str) -> bytes:
    """Return a seal's picture, b"" for none."""
    return (
        session.scalar(
            select(SchemeSeal.content).where(
                SchemeSeal.scheme_id == scheme_id, SchemeSeal.sha256 == sha256
            )
        )
        or b""
    )


def list_printed(session: Session, certificate_ids: Sequence[int]) -> dict[int, Printed]:
    """Return what certificates print beside their facts: the version in force at each issue.

    At most 500 ids a call; three reads whatever their number.
    """
    in_force = (
        select(func.max(CertificateTemplate.number))
        .where(
            CertificateTemplate.scheme_id == Certificate.scheme_id,
            CertificateTemplate.created_at <= Certificate.issued_at,
        )
        .correlate(Certificate)
        .scalar_subquery()
    )
    rows = session.execute(
        select(
            Certificate.id,
            Certificate.scheme_id,
            CertificateTemplate.look,
            CertificateTemplate.seal,
            CertificatePhoto.content,
            CertificatePhoto.sha256,
            CertificatePhoto.is_drawn,
        )
        .outerjoin(
            CertificateTemplate,
            and_(
                CertificateTemplate.scheme_id == Certificate.scheme_id,
                CertificateTemplate.number == in_force,
            ),
        )
        .outerjoin(CertificatePhoto, CertificatePhoto.certificate_id == Certificate.id)
        .where(Certificate.id.in_(certificate_ids))
    ).all()
    looks = {row.look: read_look(row.look) for row in rows if row.look}
    wanted = {(row.scheme_id, row.seal) for row in rows if row.seal}
    seals = {key: find_seal(session, *key) for key in wanted}  # one or two a scheme
    return {
        row.id: Printed(
            look := looks.get(row.look, STANDARD),
            seals.get((row.scheme_id, row.seal), b"") if look.seal == "picture" else b"",
            _photo(row.content, row.sha256) if look.photo and row.is_drawn else b"",
        )
        for row in rows
    }


def _photo(content: bytes, sha256: str) -> bytes:
    """Return a photograph that is what was kept, b"" for another one in its place."""
    return content if hashlib.sha256(content).hexdigest() == sha256 else b""


def list_holder_photos(session: Session, user_ids: Sequence[int]) -> dict[int, bytes]:
    """Return the photographs that people have now, PNG by person; none for who has none."""
    rows = session.execute(
        select(HolderPhoto.user_id, HolderPhoto.content)
        .where(HolderPhoto.user_id.in_(user_ids))
        .order_by(HolderPhoto.id)
    )
    return {row.user_id: row.content for row in rows}
