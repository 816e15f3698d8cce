"""Award files: what a person has done for a scheme, what they hold of it, what is decided next."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, select
from sqlalchemy.orm import Session, aliased

from learning.accounts.models import User
from learning.certification.models import (
    AwardDecision,
    AwardFile,
    Certificate,
    CertificateReplacement,
    DecisionEvidence,
    Fulfilment,
    Revocation,
    Scheme,
    Suspension,
)
from learning.certification.rules import Ground
from learning.certification.rules.terms import Fulfilled, NeedKind, Purpose
from learning.kernel.errors import NotFound
from learning.organisations.models import Unit
from learning.organisations.queries.units import storable


@dataclass(frozen=True, slots=True)
class HeldCertificate:
    """The newest certificate of a scheme that stands for a person; valid or run out."""

    id: int
    public_id: str
    number: str
    issued_at: datetime
    valid_until: datetime | None
    is_suspended: bool


@dataclass(frozen=True, slots=True)
class FileView:
    """An award file. `progress`: thousandths of hours so far, by the need's key."""

    id: int
    public_id: str
    scheme_id: int
    scheme_public_id: str
    scheme_title: str
    scheme_code: str
    zone: str
    user_id: int
    person: str
    person_public_id: str
    purpose: Purpose
    certificate_id: int | None
    opened_at: datetime
    ready_at: datetime | None
    closed_at: datetime | None
    progress: dict[str, int]
    scheme_title_en: str = ""


@dataclass(frozen=True, slots=True)
class DeedView:
    """A fulfilment as its file shows it."""

    public_id: str
    kind: NeedKind
    measure: dict[str, Any]
    achieved_at: datetime
    recorded_by: str
    recorded_at: datetime
    withdrawn_at: datetime | None
    withdrawn_reason: str
    is_used: bool


def _stands() -> ColumnElement[bool]:
    """Return the condition that a decision was granted and its certificate did not fall."""
    fell = (
        select(Certificate.decision_id)
        .join(Revocation, Revocation.certificate_id == Certificate.id)
        .where(Revocation.ground == Ground.RESULT.value)
    )
    return and_(AwardDecision.outcome == "granted", AwardDecision.id.not_in(fell))


def list_last_issues(
    session: Session, user_ids: Collection[int]
) -> dict[tuple[int, int], datetime]:
    """Return when people last got a certificate that did not fall, by scheme and person."""
    rows = session.execute(
        select(Certificate.scheme_id, Certificate.user_id, func.max(Certificate.issued_at))
        .join(AwardDecision, AwardDecision.id == Certificate.decision_id)
        .where(Certificate.user_id.in_(user_ids), _stands())
        .group_by(Certificate.scheme_id, Certificate.user_id)
    )
    return {(row[0], row[1]): row[2] for row in rows}


def is_used() -> ColumnElement[bool]:
    """Return the condition on fulfilments that what they come from earned a certificate before."""
    same = aliased(Fulfilment)
    return exists().where(
        same.scheme_id == Fulfilment.scheme_id,
        same.user_id == Fulfilment.user_id,
        same.kind == Fulfilment.kind,
        same.source_key == Fulfilment.source_key,
        DecisionEvidence.fulfilment_id == same.id,
        AwardDecision.id == DecisionEvidence.decision_id,
        _stands(),
    )


def list_done(
    session: Session, scheme_id: int, user_ids: Sequence[int]
) -> dict[int, list[Fulfilled]]:
    """Return what people have done for a scheme that stands and earned nothing yet."""
    rows = session.execute(
        select(
            Fulfilment.user_id,
            Fulfilment.id,
            Fulfilment.kind,
            Fulfilment.achieved_at,
            Fulfilment.measure,
        ).where(
            Fulfilment.scheme_id == scheme_id,
            Fulfilment.user_id.in_(user_ids),
            Fulfilment.withdrawn_at.is_(None),
            ~is_used(),
        )
    )
    found: dict[int, list[Fulfilled]] = {user_id: [] for user_id in user_ids}
    for row in rows:
        one = Fulfilled(row.id, NeedKind(row.kind), row.achieved_at, json.loads(row.measure))
        found[row.user_id].append(one)
    return found


def list_deeds(session: Session, scheme_id: int, user_id: int) -> list[DeedView]:
    """Return everything that was recorded for a person and scheme, newest first."""
    rows = session.execute(
        select(Fulfilment, User.display_name, is_used())
        .outerjoin(User, User.id == Fulfilment.recorded_by)
        .where(Fulfilment.scheme_id == scheme_id, Fulfilment.user_id == user_id)
        .order_by(Fulfilment.recorded_at.desc(), Fulfilment.id.desc())
    )
    return [
        DeedView(
            row.public_id,
            NeedKind(row.kind),
            json.loads(row.measure),
            row.achieved_at,
            name or "",
            row.recorded_at,
            row.withdrawn_at,
            row.withdrawn_reason,
            bool(earned),
        )
        for row, name, earned in rows
    ]


def find_held(
    session: Session, scheme_id: int, user_ids: Sequence[int]
) -> dict[int, HeldCertificate]:
    """Return the newest certificate of each person that was neither revoked nor replaced."""
    suspended = exists().where(
        Suspension.certificate_id == Certificate.id, Suspension.lifted_at.is_(None)
    )
    rows = session.execute(
        select(
            Certificate.user_id,
            Certificate.id,
            Certificate.public_id,
            Certificate.number,
            Certificate.issued_at,
            Certificate.valid_until,
            suspended,
        )
        .outerjoin(Revocation, Revocation.certificate_id == Certificate.id)
        .outerjoin(CertificateReplacement, CertificateReplacement.certificate_id == Certificate.id)
        .where(
            Certificate.scheme_id == scheme_id,
            Certificate.user_id.in_(user_ids),
            Revocation.id.is_(None),
            CertificateReplacement.id.is_(None),
        )
        .order_by(Certificate.issued_at, Certificate.id)
    )
    return {row[0]: HeldCertificate(*row[1:]) for row in rows}


def _select_files() -> Select[*tuple[Any, ...]]:
    return (
        select(
            AwardFile,
            Scheme.public_id,
            Scheme.title,
            Scheme.code,
            Unit.timezone,
            User.display_name,
            User.public_id,
            Scheme.title_en,
        )
        .join(Scheme, Scheme.id == AwardFile.scheme_id)
        .join(Unit, Unit.id == Scheme.issuer_id)
        .join(User, User.id == AwardFile.user_id)
    )


def _view(row: Any) -> FileView:
    file = row[0]
    return FileView(
        id=file.id,
        public_id=file.public_id,
        scheme_id=file.scheme_id,
        scheme_public_id=row[1],
        scheme_title=row[2],
        scheme_code=row[3],
        zone=row[4],
        user_id=file.user_id,
        person=row[5],
        person_public_id=row[6],
        purpose=Purpose(file.purpose),
        certificate_id=file.certificate_id,
        opened_at=file.opened_at,
        ready_at=file.ready_at,
        closed_at=file.closed_at,
        progress=json.loads(file.progress),
        scheme_title_en=row[7],
    )


def list_files(
    session: Session, *conditions: ColumnElement[bool], limit: int = 200
) -> list[FileView]:
    """Return files by the conditions, those that wait longest for a decision first."""
    rows = session.execute(
        _select_files()
        .where(*conditions)
        .order_by(AwardFile.closed_at.is_not(None), AwardFile.ready_at, AwardFile.id)
        .limit(limit)
    )
    return [_view(row) for row in rows]


def get_own_file(session: Session, user_id: int, raw_public_id: str) -> FileView:
    """Return a file of one's own; raise NotFound otherwise."""
    found = list_files(
        session, AwardFile.public_id == storable(raw_public_id), AwardFile.user_id == user_id
    )
    if not found:
        raise NotFound("award_file")
    return found[0]


def find_open_file(session: Session, scheme_id: int, user_id: int) -> FileView | None:
    """Return a person's open file of a scheme, None when there is none."""
    found = list_files(
        session,
        AwardFile.scheme_id == scheme_id,
        AwardFile.user_id == user_id,
        AwardFile.closed_at.is_(None),
    )
    return found[0] if found else None


def list_open_of(session: Session, user_ids: Sequence[int]) -> list[FileView]:
    """Return the open files of people."""
    return list_files(
        session, AwardFile.user_id.in_(user_ids), AwardFile.closed_at.is_(None), limit=1_000
    )


def list_open_of_scheme(
    session: Session, scheme_id: int, after_file_id: int, limit: int
) -> list[tuple[int, int]]:
    """Return (file, person) of a scheme's open files, by row id."""
    rows = session.execute(
        select(AwardFile.id, AwardFile.user_id)
        .where(
            AwardFile.scheme_id == scheme_id,
            AwardFile.closed_at.is_(None),
            AwardFile.id > after_file_id,
        )
        .order_by(AwardFile.id)
        .limit(limit)
    )
    return [(row[0], row[1]) for row in rows]


def is_of(user_id: int) -> ColumnElement[bool]:
    """Return the condition on files of a person."""
    return AwardFile.user_id == user_id
