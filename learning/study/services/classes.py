"""Classes: planned with their sessions, added to, called off."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, func, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from learning.kernel import audit
from learning.kernel.errors import Conflict, Invalid, Problem
from learning.kernel.ids import new_public_id
from learning.kernel.permissions import Actor, Permission
from learning.organisations.queries import get_unit_in_reach
from learning.organisations.rules.names import clean_text
from learning.study.models import (
    StudyClass,
    StudyClassUnit,
    StudyList,
    StudyMark,
    StudySession,
)
from learning.study.queries.classes import (
    ClassView,
    get_class,
    get_session,
)
from learning.study.rules.classes import (
    MAX_SESSIONS,
    SessionPlan,
    problems_of,
)
from learning.study.rules.hours import (
    Field,
)

CONFIRM_SLICE = 500


@dataclass(frozen=True, slots=True)
class ClassPlan:
    """A class as planned; units are public ids, the first holds it, people of all may come."""

    title: str
    place: str
    trainer: str
    field: Field
    needs_sign_out: bool
    units: tuple[str, ...]


def make_class(
    session: Session, actor: Actor, plan: ClassPlan, first: SessionPlan, *, now: datetime
) -> str:
    """Plan a class with its first session; return its public id.

    Raises NotFound for a unit out of reach, Invalid naming every field.
    """
    problems = problems_of(first)
    problems += [
        Problem("", None, name, "missing", "missing")
        for name in ("title", "place")
        if not clean_text(getattr(plan, name))
    ]
    if problems or not plan.units:
        raise Invalid(problems or [Problem("", None, "unit", "missing", "missing")])
    ids = [
        get_unit_in_reach(session, actor, Permission.STUDY_CLASS_MANAGE, raw, now).id
        for raw in dict.fromkeys(plan.units)
    ]
    row = StudyClass(
        public_id=new_public_id(),
        unit_id=ids[0],
        title=clean_text(plan.title),
        place=clean_text(plan.place),
        trainer=clean_text(plan.trainer),
        field=plan.field.value,
        needs_sign_out=plan.needs_sign_out,
        key=secrets.token_hex(32),
        created_by=actor.user_id,
        created_at=now,
    )
    session.add(row)
    session.flush()  # its id stands in what follows
    session.add_all(StudyClassUnit(class_id=row.id, unit_id=unit_id) for unit_id in ids)
    _add(session, row.id, 1, first)
    log(session, "study.class_made", row.public_id, actor, now, {"title": row.title})
    return row.public_id


def add_session(
    session: Session, actor: Actor, raw_class: str, plan: SessionPlan, *, now: datetime
) -> str:
    """Add a meeting to a class in reach; return its public id.

    Raises NotFound, Invalid, Conflict("cancelled"), Conflict("too_many_sessions").
    """
    view = hold_class(session, actor, raw_class, now)
    problems = problems_of(plan)
    if problems:
        raise Invalid(problems)
    numbers = session.scalars(
        select(StudySession.number).where(StudySession.class_id == view.id)
    ).all()
    if len(numbers) >= MAX_SESSIONS:
        raise Conflict("too_many_sessions")
    public_id = _add(session, view.id, max(numbers, default=0) + 1, plan)
    log(session, "study.session_added", public_id, actor, now, {"class": view.public_id})
    return public_id


def move_session(
    session: Session,
    actor: Actor,
    raw_class: str,
    raw_session: str,
    plan: SessionPlan,
    *,
    now: datetime,
) -> None:
    """Give a meeting another time or other minutes, while nobody was at it yet.

    Raises NotFound, Invalid, Conflict("cancelled"), Conflict("has_people") once somebody signed in,
    a list was brought, or it was confirmed: what was signed for must stay what it was.
    """
    meeting = _open_meeting(session, actor, raw_class, raw_session, now)
    problems = problems_of(plan)
    if problems:
        raise Invalid(problems)
    before = {"starts_at": meeting.starts_at.isoformat(), "ends_at": meeting.ends_at.isoformat()}
    before |= {"minutes": str(meeting.minutes)}
    meeting.starts_at, meeting.ends_at, meeting.minutes = plan.starts_at, plan.ends_at, plan.minutes
    log(session, "study.session_moved", meeting.public_id, actor, now, {"before": before})


def drop_session(
    session: Session, actor: Actor, raw_class: str, raw_session: str, *, now: datetime
) -> None:
    """Call one meeting off: it goes, while nobody was at it yet; the audit trail keeps it.

    Raises NotFound, Conflict("cancelled"), Conflict("has_people"), Conflict("last_session") for the
    only one that is left: then the class is called off.
    """
    meeting = _open_meeting(session, actor, raw_class, raw_session, now)
    count = session.scalar(select(func.count()).where(StudySession.class_id == meeting.class_id))
    if count == 1:
        raise Conflict("last_session")
    details = {"number": meeting.number, "starts_at": meeting.starts_at.isoformat()}
    log(session, "study.session_dropped", meeting.public_id, actor, now, details)
    session.delete(meeting)
    try:
        session.flush()  # somebody who signed in just now is found here
    except IntegrityError as error:
        raise Conflict("has_people") from error


def _open_meeting(
    session: Session, actor: Actor, raw_class: str, raw_session: str, now: datetime
) -> StudySession:
    """Return a meeting of a class in reach that nothing hangs on yet, its class held."""
    view = hold_class(session, actor, raw_class, now)
    found = get_session(session, view.id, raw_session)
    has_people = session.scalar(
        select(
            or_(
                exists().where(StudyMark.session_id == found.id),
                exists().where(StudyList.session_id == found.id),
            )
        )
    )
    if has_people or found.confirmed_at is not None:
        raise Conflict("has_people")
    return session.get_one(StudySession, found.id, with_for_update=True, populate_existing=True)


def cancel_class(session: Session, actor: Actor, raw_class: str, *, now: datetime) -> None:
    """Call a class off: nobody signs in any more; what was credited stays. Twice changes nothing.

    Raises NotFound.
    """
    view = get_class(session, actor, raw_class, now)
    done = session.scalar(
        update(StudyClass)
        .where(StudyClass.id == view.id, StudyClass.cancelled_at.is_(None))
        .values(cancelled_at=now)
        .returning(StudyClass.id)
        .execution_options(synchronize_session=False)
    )
    if done is not None:
        log(session, "study.class_cancelled", view.public_id, actor, now, {})


def hold_class(session: Session, actor: Actor, raw_class: str, now: datetime) -> ClassView:
    """Return a class in reach, held until the transaction ends; Conflict when it was called off."""
    view = get_class(session, actor, raw_class, now)
    row = session.get_one(StudyClass, view.id, with_for_update=True, populate_existing=True)
    if row.cancelled_at is not None:
        raise Conflict("cancelled")
    return view


def _add(session: Session, class_id: int, number: int, plan: SessionPlan) -> str:
    row = StudySession(
        public_id=new_public_id(),
        class_id=class_id,
        number=number,
        starts_at=plan.starts_at,
        ends_at=plan.ends_at,
        minutes=plan.minutes,
    )
    session.add(row)
    session.flush()  # a number given twice shows here
    return row.public_id


def log(
    session: Session,
    act: str,
    public_id: str,
    actor: Actor,
    now: datetime,
    details: Mapping[str, object],
) -> None:
    """Write an act on a class to the audit trail."""
    audit.log(session, act, public_id, actor_id=actor.user_id, now=now, details=details)
