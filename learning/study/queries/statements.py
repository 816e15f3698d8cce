"""Certificates of hours: one's own, and the one whose code somebody holds."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from learning.kernel.errors import NotFound
from learning.study.models import StudyStatement
from learning.study.rules.statements import Statement, from_json, sha256_of

SHOWN = 20


@dataclass(frozen=True, slots=True)
class StatementView:
    """A certificate of hours; `is_intact`: what it says still gives the hash of its issue."""

    public_id: str
    code: str
    statement: Statement
    sha256: str
    issued_at: datetime
    is_intact: bool


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
            row.code,
            from_json(row.document),
            row.sha256,
            row.issued_at,
            sha256_of(row.document) == row.sha256,
        )
        for row in rows
    ]
