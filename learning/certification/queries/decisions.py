"""What was decided on a source, one decision after the other, and what became of it."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, String, and_, cast, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from learning.certification.models import (
    AwardDecision,
    Certificate,
    DecisionEvidence,
    Fulfilment,
    Revocation,
)
from learning.certification.rules import Ground, Source
from learning.certification.rules.terms import SITTING_KEY, NeedKind, sitting_key


@dataclass(frozen=True, slots=True)
class LastDecision:
    """The newest decision on a source. `stands` unless its certificate fell with its result."""

    number: int
    certificate: str
    certificate_number: str
    stands: bool


def _stands() -> ColumnElement[bool]:
    return or_(Revocation.id.is_(None), Revocation.ground != Ground.RESULT.value)


def _select(*columns: Any) -> Select[*tuple[Any, ...]]:
    return (
        select(*columns)
        .select_from(AwardDecision)
        .outerjoin(Certificate, Certificate.decision_id == AwardDecision.id)
        .outerjoin(Revocation, Revocation.certificate_id == Certificate.id)
    )


def select_standing(*columns: Any) -> Select[*tuple[Any, ...]]:
    """Return the query of decisions but those whose certificate was revoked for its result."""
    return _select(*columns).where(_stands())


def find_last_decision(
    session: Session, scheme_id: int, user_id: int, source: Source
) -> LastDecision | None:
    """Return the newest decision of a scheme for a person on a source, None when there is none."""
    row = session.execute(
        _select(AwardDecision.number, Certificate.public_id, Certificate.number, _stands())
        .where(
            AwardDecision.scheme_id == scheme_id,
            AwardDecision.user_id == user_id,
            AwardDecision.source_kind == source.kind,
            AwardDecision.source_id == source.id,
        )
        .order_by(AwardDecision.number.desc())
        .limit(1)
    ).one_or_none()
    return None if row is None else LastDecision(row[0], row[1] or "", row[2] or "", bool(row[3]))


def list_fallen_schemes(session: Session, sitting_id: int, user_id: int) -> list[int]:
    """Return the schemes that revoked a person's certificate from a sitting because it fell.

    Those whose newest decision is another one by now are among them: who decides looks again.
    """
    rows = session.scalars(
        _select(AwardDecision.scheme_id)
        .where(
            AwardDecision.user_id == user_id,
            AwardDecision.source_kind == "sitting",
            AwardDecision.source_id == sitting_id,
            Revocation.ground == Ground.RESULT.value,
        )
        .distinct()
        .order_by(AwardDecision.scheme_id)
    )
    return list(rows)


@dataclass(frozen=True, slots=True)
class RevokedSource:
    """What a certificate rested on that was revoked because its result fell. Row ids."""

    scheme_id: int
    user_id: int
    kind: str
    source_id: int


def find_revoked_source(session: Session, raw_public_id: str) -> RevokedSource | None:
    """Return what a certificate rested on, None unless it was revoked because its result fell."""
    row = session.execute(
        _select(
            AwardDecision.scheme_id,
            AwardDecision.user_id,
            AwardDecision.source_kind,
            AwardDecision.source_id,
        ).where(Certificate.public_id == raw_public_id, Revocation.ground == Ground.RESULT.value)
    ).one_or_none()
    return None if row is None else RevokedSource(*row)


def rests_on_sitting(sitting_id: int | InstrumentedAttribute[int]) -> ColumnElement[bool]:
    """Return the condition that a decision rests on a pass at the sitting, alone or with more."""
    key = sitting_key(sitting_id) if isinstance(sitting_id, int) else None
    source = key if key is not None else SITTING_KEY + cast(sitting_id, String)
    evidence = (
        select(DecisionEvidence.decision_id)
        .join(Fulfilment, Fulfilment.id == DecisionEvidence.fulfilment_id)
        .where(Fulfilment.kind == NeedKind.EXAM.value, Fulfilment.source_key == source)
    )
    return or_(
        and_(AwardDecision.source_kind == "sitting", AwardDecision.source_id == sitting_id),
        AwardDecision.id.in_(evidence),
    )


def find_successor(session: Session, certificate_id: int) -> tuple[str, str] | None:
    """Return (public id, number) of the certificate that followed a revoked one, if any did."""
    later = aliased(AwardDecision)
    row = session.execute(
        select(Certificate.public_id, Certificate.number)
        .join(later, later.id == Certificate.decision_id)
        .join(
            AwardDecision,
            (AwardDecision.scheme_id == later.scheme_id)
            & (AwardDecision.user_id == later.user_id)
            & (AwardDecision.source_kind == later.source_kind)
            & (AwardDecision.source_id == later.source_id)
            & (AwardDecision.number + 1 == later.number),
        )
        .where(
            AwardDecision.id
            == select(Certificate.decision_id)
            .where(Certificate.id == certificate_id)
            .scalar_subquery()
        )
    ).one_or_none()
    return None if row is None else (row[0], row[1])
