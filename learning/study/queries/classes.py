"""Classes and their sessions: those one looks after, those one may come to, who was there."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from learning.kernel.errors import NotFound
from learning.kernel.permissions import Actor, Permission
from learning.organisations.models import Membership, Unit, UnitName
from learning.organisations.queries import units_in_reach, valid_at
from learning.organisations.queries.units import list_path, storable
from learning.study.models import (
    StudyClass,
    StudyClassUnit,
    StudyCredit,
    StudyMark,
    StudySession,
)
from learning.study.queries.ledger import standing
from learning.study.rules.classes import SessionPlan
from learning.study.rules.hours import Source

PAGE_SIZE = 50
OWN_SHOWN = 20
SHOWN_BACK, SHOWN_AHEAD = timedelta(days=60), timedelta(days=30)


@dataclass(frozen=True, slots=True)
class ClassView:
    """A class; `units` are the names of those who may come."""

    id: int
    public_id: str
    title: str
    place: str
    trainer: str
    field: str
    needs_sign_out: bool
    key: str
    created_at: datetime
    cancelled_at: datetime | None
    unit_name: str
    unit_public_id: str
    units: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SessionView:
    """A session with how many signed in, how many of them are credited."""

    id: int
    public_id: str
    number: int
    starts_at: datetime
    ends_at: datetime
    minutes: int
    confirmed_at: datetime | None
    signed: int = 0
    credited: int = 0

    @property
    def plan(self) -> SessionPlan:
        """Return when it is and what it is worth."""
        return SessionPlan(self.starts_at, self.ends_at, self.minutes)


def list_classes(
    session: Session, actor: Actor, now: datetime, *, offset: int = 0
) -> tuple[list[tuple[ClassView, datetime | None, int]], int]:
    """Return a page of classes in reach, newest first, with first meeting and number; and all."""
    reach = units_in_reach(session, actor, Permission.STUDY_CLASS_MANAGE, now)
    wanted = StudyClass.unit_id.in_(reach)
    total = session.scalar(select(func.count()).select_from(StudyClass).where(wanted)) or 0
    rows = session.execute(
        _classes(now, wanted)
        .order_by(StudyClass.created_at.desc(), StudyClass.id.desc())
        .offset(offset)
        .limit(PAGE_SIZE)
    ).all()
    views = [ClassView(*row) for row in rows]
    firsts = session.execute(
        select(StudySession.class_id, func.min(StudySession.starts_at), func.count())
        .where(StudySession.class_id.in_([view.id for view in views]))
        .group_by(StudySession.class_id)
    )
    known = {row[0]: (row[1], row[2]) for row in firsts}
    return [(view, *known.get(view.id, (None, 0))) for view in views], total


def get_class(session: Session, actor: Actor, raw_public_id: str, now: datetime) -> ClassView:
    """Return a class of a unit in reach; NotFound when foreign or missing."""
    reach = units_in_reach(session, actor, Permission.STUDY_CLASS_MANAGE, now)
    found = _find(
        session,
        now,
        StudyClass.public_id == storable(raw_public_id),
        StudyClass.unit_id.in_(reach),
    )
    if found is None:
        raise NotFound("class")
    return found


def list_sessions(session: Session, class_id: int) -> list[SessionView]:
    """Return the sessions of a class in order, with their counts."""
    row = StudySession
    signed = (
        select(func.count()).where(StudyMark.session_id == row.id).correlate(row).scalar_subquery()
    )
    credited = (
        select(func.count(StudyCredit.user_id.distinct()))
        .where(StudyCredit.source == Source.CLASSROOM.value, is_for(row.public_id), standing())
        .correlate(row)
        .scalar_subquery()
    )
    rows = session.execute(
        select(
            row.id,
            row.public_id,
            row.number,
            row.starts_at,
            row.ends_at,
            row.minutes,
            row.confirmed_at,
            signed,
            credited,
        )
        .where(row.class_id == class_id)
        .order_by(row.number)
    )
    return [SessionView(*one) for one in rows]


def get_session(session: Session, class_id: int, raw_public_id: str) -> SessionView:
    """Return a session of a class; NotFound otherwise."""
    wanted = storable(raw_public_id)
    found = next((s for s in list_sessions(session, class_id) if s.public_id == wanted), None)
    if found is None:
        raise NotFound("session")
    return found


def find_open_session(
    session: Session, user_id: int, raw_public_id: str, now: datetime
) -> tuple[ClassView, SessionView]:
    """Return a session that a person may come to, and its class; NotFound otherwise."""
    class_id = session.scalar(
        select(StudySession.class_id).where(
            StudySession.public_id == storable(raw_public_id),
            StudySession.class_id == StudyClass.id,
            StudyClass.cancelled_at.is_(None),
            _invites(units_above(session, user_id, now)),
        )
    )
    found = _find(session, now, StudyClass.id == class_id) if class_id is not None else None
    if found is None:
        raise NotFound("session")
    return found, get_session(session, found.id, raw_public_id)


@dataclass(frozen=True, slots=True)
class OwnSession:
    """A session as its learner sees it; `in_at` None for one still to come to."""

    public_id: str
    title: str
    place: str
    number: int
    starts_at: datetime
    ends_at: datetime
    in_at: datetime | None
    out_at: datetime | None
    confirmed_at: datetime | None


def list_own_sessions(session: Session, user_id: int, now: datetime) -> list[OwnSession]:
    """Return the sessions of the past and next weeks that a person may come to or was at."""
    mark = StudyMark
    rows = session.execute(
        select(
            StudySession.public_id,
            StudyClass.title,
            StudyClass.place,
            StudySession.number,
            StudySession.starts_at,
            StudySession.ends_at,
            mark.in_at,
            mark.out_at,
            StudySession.confirmed_at,
        )
        .join(StudyClass, StudyClass.id == StudySession.class_id)
        .outerjoin(mark, and_(mark.session_id == StudySession.id, mark.user_id == user_id))
        .where(
            StudyClass.cancelled_at.is_(None),
            StudySession.ends_at > now - SHOWN_BACK,
            StudySession.starts_at < now + SHOWN_AHEAD,
            or_(
                mark.id.is_not(None),
                and_(StudySession.ends_at > now, _invites(units_above(session, user_id, now))),
            ),
        )
        .order_by(StudySession.starts_at, StudySession.id)
        .limit(OWN_SHOWN)
    )
    return [OwnSession(*row) for row in rows]


def units_above(session: Session, user_id: int, now: datetime) -> list[int]:
    """Return the row ids of the units that a person belongs to and of those above them."""
    own = session.scalars(
        select(Membership.unit_id).where(Membership.user_id == user_id, valid_at(Membership, now))
    )
    return list({unit.id for unit_id in own for unit in list_path(session, unit_id, now)})


def is_for(key: str | InstrumentedAttribute[str]) -> ColumnElement[bool]:
    """Return the condition that a credit is for a session, a correction of it included."""
    return or_(StudyCredit.source_key == key, StudyCredit.source_key.startswith(key + "#"))


def _invites(unit_ids: Sequence[int]) -> ColumnElement[bool]:
    return exists().where(
        StudyClassUnit.class_id == StudyClass.id, StudyClassUnit.unit_id.in_(list(unit_ids))
    )


def _find(session: Session, now: datetime, *wanted: ColumnElement[bool]) -> ClassView | None:
    row = session.execute(_classes(now, *wanted)).first()
    if row is None:
        return None
    names = session.scalars(
        select(UnitName.name)
        .join(StudyClassUnit, StudyClassUnit.unit_id == UnitName.unit_id)
        .where(StudyClassUnit.class_id == row.id, valid_at(UnitName, now))
        .order_by(UnitName.name_key)
    )
    return replace(ClassView(*row), units=tuple(names))


def _classes(now: datetime, *wanted: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    row = StudyClass
    return (
        select(
            row.id,
            row.public_id,
            row.title,
            row.place,
            row.trainer,
            row.field,
            row.needs_sign_out,
            row.key,
            row.created_at,
            row.cancelled_at,
            UnitName.name,
            Unit.public_id,
        )
        .join(Unit, Unit.id == row.unit_id)
        .join(UnitName, and_(UnitName.unit_id == Unit.id, valid_at(UnitName, now)))
        .where(*wanted)
    )
