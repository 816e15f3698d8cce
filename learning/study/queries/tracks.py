"""Tracks, who is enrolled in one, and how far a learner is in its courses."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session

from learning.courses.models import (
    Course,
    CourseVersion,
    CourseVersionLesson,
    LessonProgress,
    LessonVersion,
)
from learning.courses.rules import CourseDocument, course_from_json
from learning.kernel.errors import NotFound
from learning.organisations.models import Post, UnitName
from learning.organisations.queries import valid_at
from learning.study.models import StudyCredit, Track, TrackEnrolment, TrackPostRule, TrackVersion
from learning.study.queries.ledger import standing
from learning.study.rules.hours import Source
from learning.study.rules.tracks import CourseState, TrackDocument, from_json, lacking_before

POST_RULES_SHOWN = 200

track_of = lru_cache(maxsize=64)(from_json)  # by their text, which never changes for a version
_course = lru_cache(maxsize=256)(course_from_json)


@dataclass(frozen=True, slots=True)
class EnrolmentView:
    """A learner's enrolment in a track; `confirmed_at`, `refused_at`: HR's word on conditions."""

    user_id: int
    track: str
    source: str
    enrolled_at: datetime
    confirmed_at: datetime | None
    refused_at: datetime | None


@dataclass(frozen=True, slots=True)
class PostRuleView:
    """A standing rule that enrols who takes a post in a unit or below it."""

    public_id: str
    track: str
    post_name: str
    unit_name: str
    set_at: datetime


def list_post_rules(session: Session, units: Select[int], now: datetime) -> list[PostRuleView]:
    """Return the standing rules of units, the oldest first, at most 200."""
    row = TrackPostRule
    rows = session.execute(
        select(row.public_id, row.track_code, Post.name, UnitName.name, row.set_at)
        .join(Post, Post.id == row.post_id)
        .join(UnitName, and_(UnitName.unit_id == row.unit_id, valid_at(UnitName, now)))
        .where(row.ended_at.is_(None), row.unit_id.in_(units))
        .order_by(row.id)
        .limit(POST_RULES_SHOWN)
    )
    return [PostRuleView(*one) for one in rows]


def list_tracks(session: Session) -> list[TrackDocument]:
    """Return the current tracks in order of code."""
    rows = session.scalars(
        select(TrackVersion.document)
        .join(Track, Track.current_version_id == TrackVersion.id)
        .where(Track.retired_at.is_(None))
        .order_by(Track.code)
    )
    return [track_of(text) for text in rows]


def get_track(session: Session, raw_code: str) -> TrackDocument:
    """Return a current track; NotFound when missing or retired."""
    found = next((one for one in list_tracks(session) if one.code == raw_code), None)
    if found is None:
        raise NotFound("track")
    return found


def lacking_courses(session: Session, user_id: int, course_code: str) -> tuple[str, ...]:
    """Return the codes of the courses that a person's tracks put before one, as yet unfinished."""
    mine = select(TrackEnrolment.track_code).where(TrackEnrolment.user_id == user_id)
    rows = session.scalars(
        select(TrackVersion.document)
        .join(Track, Track.current_version_id == TrackVersion.id)
        .where(Track.retired_at.is_(None), Track.code.in_(mine))
        .order_by(Track.code)
    )
    tracks = [track_of(text) for text in rows]
    steps = [step for one in tracks for step in one.steps if step.course == course_code]
    if not any(step.after for step in steps):
        return ()
    codes = {course_code, *(code for step in steps for code in step.after)}
    return lacking_before(tracks, list_course_states(session, codes, user_id), course_code)


def list_enrolments(session: Session, user_ids: Iterable[int]) -> list[EnrolmentView]:
    """Return the enrolments of people, oldest first."""
    row = TrackEnrolment
    rows = session.execute(
        select(
            row.user_id,
            row.track_code,
            row.source,
            row.enrolled_at,
            row.confirmed_at,
            row.refused_at,
        )
        .where(row.user_id.in_(list(user_ids)))
        .order_by(row.enrolled_at, row.id)
    )
    return [EnrolmentView(*one) for one in rows]


def list_course_documents(session: Session, codes: Iterable[str]) -> dict[str, CourseDocument]:
    """Return the current courses by code; missing and retired ones are left out."""
    rows = session.scalars(
        select(CourseVersion.document)
        .join(Course, Course.current_version_id == CourseVersion.id)
        .where(Course.code.in_(list(codes)), Course.retired_at.is_(None))
    )
    return {document.code: document for document in map(_course, rows)}


def list_course_states(
    session: Session, codes: Iterable[str], user_id: int | None
) -> dict[str, CourseState]:
    """Return how far a person is in courses; with None, of somebody who has not begun."""
    wanted = list(codes)
    done = (
        select(
            LessonProgress.course_id.label("course_id"),
            LessonProgress.lesson_code.label("lesson_code"),
        )
        .where(LessonProgress.user_id == user_id, LessonProgress.completed_at.is_not(None))
        .subquery()
    )
    rows = session.execute(
        select(
            Course.code,
            func.count(done.c.lesson_code),
            func.count(LessonVersion.id),
            func.coalesce(func.sum(LessonVersion.minutes), 0),
        )
        .join(
            CourseVersionLesson, CourseVersionLesson.course_version_id == Course.current_version_id
        )
        .join(LessonVersion, LessonVersion.id == CourseVersionLesson.lesson_version_id)
        .outerjoin(
            done,
            (done.c.course_id == Course.id) & (done.c.lesson_code == LessonVersion.lesson_code),
        )
        .where(Course.code.in_(wanted), Course.retired_at.is_(None))
        .group_by(Course.code)
    )
    return {row[0]: CourseState(row[1], row[2], int(row[3])) for row in rows}


def hours_in_courses(session: Session, user_id: int, codes: Iterable[str]) -> int:
    """Return the hours, in thousandths, that a person earned in lessons of courses, ever."""
    keys = [StudyCredit.source_key.startswith(f"{code}/", autoescape=True) for code in codes]
    if not keys:
        return 0
    summed = session.scalar(
        select(func.sum(StudyCredit.hours_milli)).where(
            StudyCredit.user_id == user_id,
            StudyCredit.source == Source.LESSON.value,
            or_(*keys),
            standing(),
        )
    )
    return int(summed or 0)
