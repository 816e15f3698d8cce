"""Reads of certificates: one's own, those of a scheme, and what anybody may verify."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from learning.certification.models import (
    Certificate,
    CertificateCorrection,
    CertificateReplacement,
    Revocation,
    Scheme,
    Suspension,
)
from learning.certification.rules import (
    Correction,
    Facts,
    State,
    document_sha256,
    expires_soon,
    is_chain_intact,
    normalised_number,
    state_of,
)
from learning.kernel.errors import NotFound
from learning.kernel.permissions import Actor, Permission
from learning.organisations.queries import units_in_reach
from learning.organisations.queries.units import storable

PAGE_SIZE = 50
EXPORT_SLICE = 2_000


@dataclass(frozen=True, slots=True)
class CertificateView:
    """A certificate in a list of people's certificates."""

    user_id: int
    public_id: str
    scheme_code: str
    scheme_title: str
    number: str
    code: str
    issued_at: datetime
    valid_until: datetime | None
    state: State
    expires_soon: bool
    issuer_name: str
    scheme_title_en: str = ""


@dataclass(frozen=True, slots=True)
class CertificateDetail:
    """Everything about one certificate, under its corrected name if it was corrected.

    `is_intact`: the facts still give the hash of the issue, and the corrections theirs. `sha256` is
    the last of them. `reason` is that of the revocation, else of the suspension. `successor` is
    (public id, number) of the certificate that replaces this one.
    """

    id: int
    public_id: str
    user_id: int
    scheme_id: int
    scheme_public_id: str
    facts: Facts
    code: str
    zone: str
    sha256: str
    state: State
    expires_soon: bool
    is_intact: bool
    revoked_at: datetime | None
    reason: str
    suspended_at: datetime | None
    replaced_at: datetime | None
    successor: tuple[str, str] | None
    original_name: str
    corrections: tuple[Correction, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Return every name that the certificate bears or bore, oldest first."""
        return (self.original_name, *(one.holder_name for one in self.corrections))


_Successor = aliased(Certificate)
Chains = dict[int, tuple[Correction, ...]]


def _select() -> Select[*tuple[Any, ...]]:
    return (
        select(
            Certificate,
            Scheme.code,
            Scheme.public_id,
            Revocation,
            Suspension,
            CertificateReplacement.replaced_at,
            _Successor.public_id,
            _Successor.number,
        )
        .join(Scheme, Scheme.id == Certificate.scheme_id)
        .outerjoin(Revocation, Revocation.certificate_id == Certificate.id)
        .outerjoin(
            Suspension,
            (Suspension.certificate_id == Certificate.id) & Suspension.lifted_at.is_(None),
        )
        .outerjoin(CertificateReplacement, CertificateReplacement.certificate_id == Certificate.id)
        .outerjoin(_Successor, _Successor.id == CertificateReplacement.successor_id)
    )


def _chains(session: Session, ids: Sequence[int]) -> Chains:
    """Return the corrections of certificates, in order; most have none."""
    chains: Chains = {}
    rows = session.scalars(
        select(CertificateCorrection)
        .where(CertificateCorrection.certificate_id.in_(ids))
        .order_by(CertificateCorrection.certificate_id, CertificateCorrection.number)
    )
    for row in rows:
        one = Correction(row.number, row.holder_name, row.reason, row.corrected_at, row.sha256)
        chains[row.certificate_id] = (*chains.get(row.certificate_id, ()), one)
    return chains


def _detail(found: Row[*tuple[Any, ...]], chains: Chains, now: datetime) -> CertificateDetail:
    row, scheme_code, scheme_public_id, revocation, suspension, replaced_at, *after = found
    facts = Facts(
        number=row.number,
        scheme=scheme_code,
        title=row.title,
        title_en=row.title_en,
        holder_name=row.holder_name,
        unit_name=row.unit_name,
        issuer_name=row.issuer_name,
        issued_at=row.issued_at,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        photo_sha256=row.photo_sha256,
    )
    revoked_at = revocation.revoked_at if revocation else None
    suspended_at = suspension.suspended_at if suspension else None
    state = state_of(
        row.valid_until, revoked_at, now, replaced_at=replaced_at, suspended_at=suspended_at
    )
    ended, chain = revocation or suspension, chains.get(row.id, ())
    is_intact = document_sha256(facts) == row.document_sha256
    return CertificateDetail(
        id=row.id,
        public_id=row.public_id,
        user_id=row.user_id,
        scheme_id=row.scheme_id,
        scheme_public_id=scheme_public_id,
        facts=replace(facts, holder_name=chain[-1].holder_name) if chain else facts,
        code=row.code,
        zone=row.zone,
        sha256=chain[-1].sha256 if chain else row.document_sha256,
        state=state,
        expires_soon=state is State.VALID and expires_soon(row.valid_until, now),
        is_intact=is_intact and is_chain_intact(row.document_sha256, chain),
        revoked_at=revoked_at,
        reason=ended.reason if ended else "",
        suspended_at=suspended_at,
        replaced_at=replaced_at,
        successor=(after[0], after[1]) if replaced_at is not None else None,
        original_name=row.holder_name,
        corrections=chain,
    )


def _details(
    session: Session, query: Select[*tuple[Any, ...]], now: datetime
) -> list[CertificateDetail]:
    return _dressed(session, session.execute(query).all(), now)


def _dressed(
    session: Session, rows: Sequence[Row[*tuple[Any, ...]]], now: datetime
) -> list[CertificateDetail]:
    chains = _chains(session, [row[0].id for row in rows]) if rows else {}
    return [_detail(row, chains, now) for row in rows]


def list_details(
    session: Session, now: datetime, *conditions: ColumnElement[bool], limit: int
) -> list[CertificateDetail]:
    """Return certificates that nobody revoked, in the order of their numbers."""
    query = _select().where(Revocation.id.is_(None), *conditions)
    return _details(session, query.order_by(Certificate.year, Certificate.serial).limit(limit), now)


def list_certificates_of(
    session: Session, user_ids: Sequence[int], now: datetime
) -> list[CertificateView]:
    """Return the certificates of at most 500 people, newest first."""
    found = _details(
        session,
        _select()
        .where(Certificate.user_id.in_(user_ids))
        .order_by(Certificate.issued_at.desc(), Certificate.id.desc()),
        now,
    )
    return [
        CertificateView(
            user_id=one.user_id,
            public_id=one.public_id,
            scheme_code=one.facts.scheme,
            scheme_title=one.facts.title,
            number=one.facts.number,
            code=one.code,
            issued_at=one.facts.issued_at,
            valid_until=one.facts.valid_until,
            state=one.state,
            expires_soon=one.expires_soon,
            issuer_name=one.facts.issuer_name,
            scheme_title_en=one.facts.title_en,
        )
        for one in found
    ]


def get_certificate(
    session: Session, actor: Actor, raw_public_id: str, now: datetime
) -> CertificateDetail:
    """Return a certificate of one's own, or of a scheme in reach; raise NotFound otherwise."""
    allowed: list[ColumnElement[bool]] = [Certificate.user_id == actor.user_id]
    allowed += [
        Scheme.issuer_id.in_(units_in_reach(session, actor, permission, now))
        for permission in (Permission.SCHEME_MANAGE, Permission.CERTIFICATE_REVOKE)
        if actor.grants_for(permission)
    ]
    return _only(session, now, Certificate.public_id == storable(raw_public_id), or_(*allowed))


def get_own_certificate(
    session: Session, user_id: int, raw_public_id: str, now: datetime
) -> CertificateDetail:
    """Return a certificate of one's own; raise NotFound for any other."""
    mine = Certificate.user_id == user_id
    return _only(session, now, Certificate.public_id == storable(raw_public_id), mine)


def get_revocable(
    session: Session, actor: Actor, raw_public_id: str, now: datetime
) -> CertificateDetail:
    """Return a certificate that the actor may revoke; raise NotFound otherwise."""
    reach = units_in_reach(session, actor, Permission.CERTIFICATE_REVOKE, now)
    return _only(
        session,
        now,
        Certificate.public_id == storable(raw_public_id),
        Scheme.issuer_id.in_(reach),
    )


def _only(session: Session, now: datetime, *conditions: ColumnElement[bool]) -> CertificateDetail:
    found = _details(session, _select().where(*conditions).limit(1), now)
    if not found:
        raise NotFound("certificate")
    return found[0]


def find_by_code(session: Session, code: str, now: datetime) -> CertificateDetail | None:
    """Return the certificate with a normalised verification code, None when there is none."""
    return next(iter(_details(session, _select().where(Certificate.code == code), now)), None)


def find_by_number(session: Session, number: str, now: datetime) -> CertificateDetail | None:
    """Return the certificate with a normalised number, None when there is none."""
    return next(iter(_details(session, _select().where(Certificate.number == number), now)), None)


def find_many_by_number(
    session: Session, numbers: Sequence[str], now: datetime
) -> dict[str, CertificateDetail]:
    """Return the certificates with normalised numbers, by number."""
    found: dict[str, CertificateDetail] = {}
    for start in range(0, len(numbers), EXPORT_SLICE):
        part = numbers[start : start + EXPORT_SLICE]
        for one in _details(session, _select().where(Certificate.number.in_(part)), now):
            found[one.facts.number] = one
    return found


def list_of_scheme(
    session: Session, scheme_id: int, now: datetime, *, search: str = "", page: int = 1
) -> tuple[list[CertificateDetail], int]:
    """Return a page of a scheme's certificates, newest number first, and how many there are.

    `search` looks for the beginning of the number, or anywhere in the holder's name.
    """
    rows = _details(
        session,
        _select()
        .where(*_conditions(scheme_id, search))
        .order_by(Certificate.year.desc(), Certificate.serial.desc())
        .offset((page - 1) * PAGE_SIZE)
        .limit(PAGE_SIZE),
        now,
    )
    return rows, count_of_scheme(session, scheme_id, search=search)


def count_of_scheme(session: Session, scheme_id: int, *, search: str = "") -> int:
    """Return how many certificates `list_of_scheme` would give without pages."""
    conditions = _conditions(scheme_id, search)
    found = session.scalar(select(func.count()).select_from(Certificate).where(*conditions))
    return found or 0


def _conditions(scheme_id: int, search: str) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [Certificate.scheme_id == scheme_id]
    words = " ".join(search.replace("\0", "").split())
    if words:
        conditions.append(
            or_(
                Certificate.number == (normalised_number(words) or ""),
                Certificate.number.startswith(words.upper(), autoescape=True),
                Certificate.holder_name.icontains(words, autoescape=True),
                exists().where(
                    CertificateCorrection.certificate_id == Certificate.id,
                    CertificateCorrection.holder_name.icontains(words, autoescape=True),
                ),
            )
        )
    return conditions


def select_details(
    session: Session,
    scheme_id: int,
    now: datetime,
    after: ColumnElement[bool],
    *,
    search: str,
    limit: int,
) -> list[CertificateDetail]:
    """Return the next of a scheme's certificates in the order of their numbers."""
    rows = session.execute(
        _select()
        .where(*_conditions(scheme_id, search), after)
        .order_by(Certificate.year, Certificate.serial)
        .limit(limit)
    ).all()
    return list(_dressed(session, rows, now)) if rows else []


def iterate_scheme(
    session: Session, scheme_id: int, now: datetime, *, search: str = ""
) -> Iterator[CertificateDetail]:
    """Yield a scheme's certificates in the order of their numbers, a slice of 2,000 at a time."""
    year, serial = 0, 0
    while True:
        after = or_(
            Certificate.year > year, (Certificate.year == year) & (Certificate.serial > serial)
        )
        rows = session.execute(
            _select()
            .where(*_conditions(scheme_id, search), after)
            .order_by(Certificate.year, Certificate.serial)
            .limit(EXPORT_SLICE)
        ).all()
        if not rows:
            return
        yield from _dressed(session, rows, now)
        year, serial = rows[-1][0].year, rows[-1][0].serial
        session.expunge_all()
