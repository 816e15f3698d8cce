"""Credits for lessons: once, when a lesson is completed and enough time was counted in it."""

import json
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from learning.kernel import events
from learning.kernel.events import Event
from learning.kernel.ids import new_public_id
from learning.study.events import HOURS_CHANGED, HoursChanged
from learning.study.models import StudyClock, StudyCredit
from learning.study.queries import (
    completed_at,
    find_former_lesson,
    find_lesson,
    rule_in_force,
    spent_in_lesson,
)
from learning.study.rules.hours import Source, creditable_ms, lesson_key


def grant_lesson(
    session: Session, user_id: int, course_code: str, lesson_code: str, *, at: datetime
) -> bool:
    """Credit a lesson if it is completed and enough time was counted; tell whether it now was.

    `at` is when the last of it was done; a later completion counts instead. What was credited
    before stays as it is. A lesson that was taken out of its course meanwhile is credited as it
    last was: what somebody has learned is not lost to a publication.
    """
    done = completed_at(session, user_id, course_code, lesson_code)
    if done is None:
        return False
    place = (session, user_id, course_code, lesson_code)
    lesson = find_lesson(*place) or find_former_lesson(*place)
    if lesson is None:
        return False
    earned = max(done, at)
    rule = rule_in_force(session, earned)
    spent = spent_in_lesson(session, user_id, course_code, lesson_code)
    credited = creditable_ms(rule, spent_ms=spent, minutes=lesson.minutes)
    if credited is None:
        return False
    basis = {"spent_ms": spent, "lesson_minutes": lesson.minutes, "completed_at": done.isoformat()}
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    made = session.scalar(
        dialect.insert(StudyCredit)
        .values(
            public_id=new_public_id(),
            user_id=user_id,
            source=Source.LESSON.value,
            source_key=lesson_key(course_code, lesson_code),
            title=f"{lesson.course_title}：{lesson.title}",
            title_en=lesson.title_en,
            field=rule.field_of(course_code).value,
            credited_ms=credited,
            minutes_per_hour=rule.minutes_per_hour,
            hours_milli=rule.hours_milli(credited),
            rule_number=rule.number,
            earned_at=earned,
            granted_at=at,
            basis=json.dumps(basis, sort_keys=True),
        )
        .on_conflict_do_nothing(index_elements=["user_id", "source", "source_key"])
        .returning(StudyCredit.id)
    )
    if made is not None:
        events.record(session, HOURS_CHANGED, HoursChanged((user_id,)).payload(), at)
    return made is not None


def take_completion(session: Session, event: Event) -> None:
    """Credit a lesson that was completed while no clock ran in it.

    Where one runs, the time still counts: the credit is made when it stops.
    """
    told = event.payload
    running = session.scalar(
        select(StudyClock.user_id).where(
            StudyClock.user_id == told["user_id"],
            StudyClock.is_running,
            StudyClock.course_code == told["course_code"],
            StudyClock.lesson_code == told["lesson_code"],
        )
    )
    if running is None:
        grant_lesson(
            session,
            told["user_id"],
            told["course_code"],
            told["lesson_code"],
            at=event.occurred_at,
        )
