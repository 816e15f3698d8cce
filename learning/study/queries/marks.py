"""Who was at a session: signed in or listed, who missed some of it, who is credited elsewhere."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, case, exists, func, or_, select
from sqlalchemy.orm import Session

from learning.accounts.models import User
from learning.organisations.models import Membership, UnitName
from learning.organisations.queries import valid_at
from learning.study.models import StudyCredit, StudyMark, StudySession
from learning.study.queries.classes import PAGE_SIZE, SessionView, is_for
from learning.study.queries.ledger import standing
from learning.study.rules.classes import NOTED
from learning.study.rules.hours import Source


@dataclass(frozen=True, slots=True)
class MarkView:
    """Somebody at a session; `credited_milli`: what the ledger has, 0 taken back, None not yet.

    `is_listed`: a list names them, be it that they signed in by the code as well.
    """

    user_id: int
    public_id: str
    name: str
    staff_no: str
    unit_name: str
    origin: str
    is_listed: bool
    in_at: datetime
    out_at: datetime | None
    credited_milli: int | None


def list_marks(
    session: Session,
    view: SessionView,
    now: datetime,
    *,
    needs_sign_out: bool = False,
    offset: int = 0,
    limit: int = PAGE_SIZE,
) -> list[MarkView]:
    """Return a page of who was at a session: who missed some of it first, then by pinyin."""
    missed = _missed(view, needs_sign_out=needs_sign_out)
    rows = session.execute(
        select(
            StudyMark.user_id,
            User.public_id,
            User.display_name,
            StudyMark.origin,
            StudyMark.list_id,
            StudyMark.in_at,
            StudyMark.out_at,
        )
        .join(User, User.id == StudyMark.user_id)
        .where(StudyMark.session_id == view.id)
        .order_by(case((missed, 0), else_=1), User.sort_key, User.id)
        .offset(offset)
        .limit(limit)
    ).all()
    people = [row.user_id for row in rows]
    places = _places(session, people, now)
    credited = credited_for(session, view.public_id, people)
    return [
        MarkView(
            row.user_id,
            row.public_id,
            row.display_name,
            *places.get(row.user_id, ("", "")),
            row.origin,
            row.list_id is not None,
            row.in_at,
            row.out_at,
            credited.get(row.user_id),
        )
        for row in rows
    ]


def count_missed(session: Session, view: SessionView, *, needs_sign_out: bool) -> int:
    """Return how many came late, left early or did not sign out where that is needed."""
    counted = select(func.count()).where(
        StudyMark.session_id == view.id, _missed(view, needs_sign_out=needs_sign_out)
    )
    return session.scalar(counted) or 0


def _missed(view: SessionView, *, needs_sign_out: bool) -> ColumnElement[bool]:
    """Return the condition that no list names somebody who was not there for all of it.

    Twin of `rules.classes.minutes_missed`.
    """
    ways = [StudyMark.in_at >= view.starts_at + NOTED, StudyMark.out_at <= view.ends_at - NOTED]
    if needs_sign_out:
        ways.append(StudyMark.out_at.is_(None))
    return and_(StudyMark.list_id.is_(None), StudyMark.origin == "code", or_(*ways))


def times_elsewhere(
    session: Session, view: SessionView, user_ids: Sequence[int]
) -> dict[int, list[tuple[datetime, datetime]]]:
    """Return by person when the sessions were that met at the time of this one and are credited."""
    credited = exists().where(
        StudyCredit.user_id == StudyMark.user_id,
        StudyCredit.source == Source.CLASSROOM.value,
        is_for(StudySession.public_id),
        standing(),
    )
    rows = session.execute(
        select(StudyMark.user_id, StudySession.starts_at, StudySession.ends_at)
        .join(StudySession, StudySession.id == StudyMark.session_id)
        .where(
            StudyMark.user_id.in_(list(user_ids)),
            StudySession.id != view.id,
            StudySession.starts_at < view.ends_at,
            StudySession.ends_at > view.starts_at,
            credited,
        )
    )
    found: dict[int, list[tuple[datetime, datetime]]] = {}
    for user_id, starts_at, ends_at in rows:
        found.setdefault(user_id, []).append((starts_at, ends_at))
    return found


def credited_for(session: Session, key: str, user_ids: Sequence[int]) -> dict[int, int]:
    """Return by person the thousandths that the ledger has for a session, 0 if taken back."""
    value = case((standing(), StudyCredit.hours_milli), else_=0)
    rows = session.execute(
        select(StudyCredit.user_id, func.sum(value))
        .where(
            StudyCredit.user_id.in_(list(user_ids)),
            StudyCredit.source == Source.CLASSROOM.value,
            is_for(key),
        )
        .group_by(StudyCredit.user_id)
    )
    return {row[0]: int(row[1]) for row in rows}


def _places(session: Session, user_ids: Sequence[int], now: datetime) -> dict[int, tuple[str, str]]:
    """Return the staff number and unit of each person's newest place."""
    rows = session.execute(
        select(Membership.user_id, Membership.staff_no, UnitName.name)
        .join(UnitName, and_(UnitName.unit_id == Membership.unit_id, valid_at(UnitName, now)))
        .where(Membership.user_id.in_(list(user_ids)), valid_at(Membership, now))
        .order_by(Membership.valid_from, Membership.id)
    )
    return {row[0]: (row[1], row[2]) for row in rows}
