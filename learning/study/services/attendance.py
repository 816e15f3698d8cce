"""Who was at a session: signed in by the code on the screen, confirmed by the trainer, credited."""

import json
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from learning.accounts.models import User
from learning.kernel import events
from learning.kernel.errors import Conflict, NotFound
from learning.kernel.ids import new_public_id
from learning.kernel.permissions import Actor
from learning.organisations.queries.units import storable
from learning.study.events import HOURS_CHANGED, HoursChanged
from learning.study.models import StudyCredit, StudyMark, StudySession
from learning.study.queries import rule_in_force, taken_in
from learning.study.queries.classes import (
    ClassView,
    SessionView,
    find_open_session,
    get_session,
)
from learning.study.queries.marks import times_elsewhere
from learning.study.rules.classes import (
    Attendance,
    Turn,
    accepts,
    free_ms,
    may_sign,
    takes_ticket,
    ticket_for,
    was_there,
)
from learning.study.rules.hours import (
    MINUTE_MS,
    HourRule,
    Room,
    Source,
    local_day,
    span_of,
    within,
)
from learning.study.services.classes import hold_class, log

CONFIRM_SLICE = 500


def scan(
    session: Session, actor: Actor, raw_session: str, turn: Turn, raw_code: str, *, now: datetime
) -> tuple[ClassView, SessionView, str]:
    """Take the code of the screen; return class and session, and the ticket to press the button.

    Raises NotFound for a session that is not for this person, Conflict("code_expired") for a code
    that is not on the screen now, Conflict("not_now") outside the time for it.
    """
    view, found = find_open_session(session, actor.user_id, raw_session, now)
    if not accepts(view.key, found.public_id, turn, raw_code, now):
        raise Conflict("code_expired")
    if not may_sign(found.plan, turn, now):
        raise Conflict("not_now")
    return view, found, ticket_for(view.key, found.public_id, turn, actor.user_id, now)


def sign(
    session: Session, actor: Actor, raw_session: str, turn: Turn, raw_ticket: str, *, now: datetime
) -> bool:
    """Write down that somebody is there, or leaves; tell whether that is new. Twice counts once.

    Raises NotFound, Conflict("code_expired"), Conflict("not_now"), Conflict("not_signed_in").
    """
    view, found = find_open_session(session, actor.user_id, raw_session, now)
    if not takes_ticket(view.key, found.public_id, turn, actor.user_id, raw_ticket, now):
        raise Conflict("code_expired")
    if not may_sign(found.plan, turn, now):
        raise Conflict("not_now")
    if turn is Turn.IN:
        return mark_people(session, found.id, [actor.user_id], "code", None, now) == 1
    row = session.scalar(
        select(StudyMark)
        .where(StudyMark.session_id == found.id, StudyMark.user_id == actor.user_id)
        .with_for_update()
    )
    if row is None:
        raise Conflict("not_signed_in")
    is_new = row.out_at is None
    row.out_at = row.out_at or now
    return is_new


def remove_mark(
    session: Session,
    actor: Actor,
    raw_class: str,
    raw_session: str,
    raw_person: str,
    *,
    now: datetime,
) -> None:
    """Strike somebody who was not there, while nothing is credited for it.

    Raises NotFound, Conflict("credited"): then the credit is to be taken back.
    """
    view = hold_class(session, actor, raw_class, now)
    found = get_session(session, view.id, raw_session)
    user_id = session.scalar(
        select(User.id)
        .join(StudyMark, StudyMark.user_id == User.id)
        .where(User.public_id == storable(raw_person), StudyMark.session_id == found.id)
    )
    if user_id is None:
        raise NotFound("person")
    if _credited(session, found, [user_id]):
        raise Conflict("credited")
    session.execute(
        delete(StudyMark).where(StudyMark.session_id == found.id, StudyMark.user_id == user_id)
    )
    log(session, "study.mark_removed", found.public_id, actor, now, {"person": raw_person})


def confirm_session(
    session: Session, actor: Actor, raw_class: str, raw_session: str, *, zone: str, now: datetime
) -> tuple[int, int]:
    """Confirm who was at a session and credit each of them once; return (new, without room).

    By the rules in force when it began; no more than the day has left, and none for a time that is
    credited in another room. Whoever comes onto the list
    later is credited by confirming again. Raises NotFound, Conflict("not_over"),
    Conflict("cancelled").
    """
    view = hold_class(session, actor, raw_class, now)
    found = get_session(session, view.id, raw_session)
    if now < found.ends_at:
        raise Conflict("not_over")
    people = [
        attendance.user_id
        for attendance in _attendances(session, found.id)
        if was_there(attendance, needs_sign_out=view.needs_sign_out)
        and attendance.user_id != actor.user_id
    ]
    made = full = 0
    for start in range(0, len(people), CONFIRM_SLICE):
        part = people[start : start + CONFIRM_SLICE]
        counted = _credit(session, view, found, part, actor, zone, now)
        made, full = made + counted[0], full + counted[1]
    session.execute(
        update(StudySession)
        .where(StudySession.id == found.id)
        .values(confirmed_at=now, confirmed_by=actor.user_id)
        .execution_options(synchronize_session=False)
    )
    details = {"people": len(people), "credited": made, "without_room": full}
    log(session, "study.session_confirmed", found.public_id, actor, now, details)
    return made, full


def _credit(
    session: Session,
    view: ClassView,
    found: SessionView,
    user_ids: Sequence[int],
    actor: Actor,
    zone: str,
    now: datetime,
) -> tuple[int, int]:
    """Credit people who have no row for the session yet; return (credited, without room)."""
    # Sums of a person wait for this; in one order, so that two of these do not wait for each other.
    session.scalars(
        select(User.id).where(User.id.in_(user_ids)).order_by(User.id).with_for_update()
    ).all()
    known = _credited(session, found, user_ids)
    day = local_day(found.starts_at, zone)
    taken = taken_in(session, user_ids, span_of(day, day, zone))
    elsewhere = times_elsewhere(session, found, user_ids)
    rule = rule_in_force(session, found.starts_at)
    rows, full = [], 0
    for user_id in user_ids:
        if user_id in known:
            continue
        day_ms = rule.daily_max_minutes * MINUTE_MS - taken.get(user_id, 0)
        room = Room(min(day_ms, free_ms(found.plan, elsewhere.get(user_id, ()))))
        credited = within(rule, found.minutes * MINUTE_MS, room)
        if rule.hours_milli(credited):
            rows.append(_row(view, found, user_id, credited, rule, actor, now))
        else:
            full += 1
    if not rows:
        return 0, full
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    made = session.scalars(
        dialect.insert(StudyCredit)
        .on_conflict_do_nothing(index_elements=["user_id", "source", "source_key"])
        .returning(StudyCredit.id),
        rows,
    ).all()
    credited_now = tuple(int(str(row["user_id"])) for row in rows)
    events.record(session, HOURS_CHANGED, HoursChanged(credited_now).payload(), now)
    return len(made), full


def _row(
    view: ClassView,
    found: SessionView,
    user_id: int,
    credited: int,
    rule: HourRule,
    actor: Actor,
    now: datetime,
) -> dict[str, object]:
    basis = {
        "class": view.public_id,
        "session": found.number,
        "minutes": found.minutes,
        "place": view.place,
        "confirmed_by": actor.public_id,
    }
    return {
        "public_id": new_public_id(),
        "user_id": user_id,
        "source": Source.CLASSROOM.value,
        "source_key": found.public_id,
        "title": f"{view.title}（第 {found.number} 次）"[:400],
        "title_en": "",
        "field": view.field,
        "credited_ms": credited,
        "minutes_per_hour": rule.minutes_per_hour,
        "hours_milli": rule.hours_milli(credited),
        "rule_number": rule.number,
        "earned_at": found.starts_at,
        "granted_at": now,
        "basis": json.dumps(basis, sort_keys=True, ensure_ascii=False),
    }


def _credited(session: Session, found: SessionView, user_ids: Sequence[int]) -> set[int]:
    """Return who has a credit for the session, be it taken back: it is not made a second time."""
    return set(
        session.scalars(
            select(StudyCredit.user_id).where(
                StudyCredit.user_id.in_(list(user_ids)),
                StudyCredit.source == Source.CLASSROOM.value,
                StudyCredit.source_key == found.public_id,
            )
        )
    )


def _attendances(session: Session, session_id: int) -> list[Attendance]:
    rows = session.execute(
        select(StudyMark.user_id, StudyMark.in_at, StudyMark.out_at, StudyMark.list_id)
        .where(StudyMark.session_id == session_id)
        .order_by(StudyMark.user_id)
    )
    return [Attendance(row[0], row[1], row[2], row[3] is not None) for row in rows]


def mark_people(
    session: Session,
    session_id: int,
    user_ids: Sequence[int],
    origin: str,
    list_id: int | None,
    now: datetime,
) -> int:
    """Write people down who were at a session; return how many were not yet."""
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    if not user_ids:
        return 0
    return len(
        session.scalars(
            dialect.insert(StudyMark)
            .on_conflict_do_nothing(index_elements=["session_id", "user_id"])
            .returning(StudyMark.id),
            [
                {
                    "session_id": session_id,
                    "user_id": user_id,
                    "origin": origin,
                    "list_id": list_id,
                    "in_at": now,
                }
                for user_id in user_ids
            ],
        ).all()
    )
