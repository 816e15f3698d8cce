"""Certificates of hours: one's own, and the one whose code somebody holds."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from learning.kernel.errors import NotFound
from learning.kernel.printing import printable
from learning.study.models import StudyContra, StudyCredit, StudyStatement
from learning.study.queries.ledger import CreditView
from learning.study.rules.hours import MINUTE_MS, local_day
from learning.study.rules.statements import (
    Altered,
    Later,
    Statement,
    StatementLine,
    from_json,
    later_of,
    sha256_of,
)

SHOWN = 20


@dataclass(frozen=True, slots=True)
class StatementView:
    """A certificate of hours; `is_intact`: what it says still gives the hash of its issue."""

    public_id: str
    user_id: int
    code: str
    statement: Statement
    sha256: str
    issued_at: datetime
    is_intact: bool


def line_of(credit: CreditView | StudyCredit, zone: str) -> StatementLine:
    """Return a credit as a certificate of hours names it."""
    return StatementLine(
        earned=local_day(credit.earned_at, zone).isoformat(),
        title=printable(credit.title),
        source=str(credit.source),
        field=str(credit.field),
        minutes=credit.credited_ms // MINUTE_MS,
        hours_milli=credit.hours_milli,
    )


def later_by_statement(
    session: Session, user_id: int, views: Sequence[StatementView], zone: str
) -> dict[str, Later]:
    """Return what became of a person's certificates since their issue, by public id."""
    altered = _altered(session, user_id, zone) if views else []
    return {one.public_id: later_of(one.statement, one.issued_at, altered) for one in views}


def _altered(session: Session, user_id: int, zone: str) -> list[Altered]:
    rows = session.execute(
        select(StudyCredit, StudyContra.made_at)
        .outerjoin(StudyContra, StudyContra.credit_id == StudyCredit.id)
        .where(
            StudyCredit.user_id == user_id,
            or_(StudyContra.id.is_not(None), StudyCredit.source_key.contains("#")),
        )
        .order_by(StudyCredit.id)
    )
    return [
        Altered(
            (credit.source, credit.source_key.partition("#")[0]),
            line_of(credit, zone),
            credit.granted_at,
            taken_back_at,
        )
        for credit, taken_back_at in rows
    ]


def list_statements(session: Session, user_id: int) -> list[StatementView]:
    """Return a person's certificates of hours, newest first, at most 20."""
    return _find(session, StudyStatement.user_id == user_id)


def get_statement(session: Session, user_id: int, raw_public_id: str) -> StatementView:
    """Return one's own certificate of hours; NotFound when foreign or missing."""
    mine = StudyStatement.user_id == user_id
    found = _find(session, mine, StudyStatement.public_id == raw_public_id)
    if not found:
        raise NotFound("statement")
    return found[0]


def find_statement_by_code(session: Session, code: str) -> StatementView | None:
    """Return the certificate of hours with a code, None when there is none."""
    return next(iter(_find(session, StudyStatement.code == code)), None)


def _find(session: Session, *conditions: ColumnElement[bool]) -> list[StatementView]:
    rows = session.scalars(
        select(StudyStatement)
        .where(*conditions)
        .order_by(StudyStatement.issued_at.desc(), StudyStatement.id.desc())
        .limit(SHOWN)
    )
    return [
        StatementView(
            row.public_id,
            row.user_id,
            row.code,
            from_json(row.document),
            row.sha256,
            row.issued_at,
            sha256_of(row.document) == row.sha256,
        )
        for row in rows
    ]
