"""Somebody taught somebody: in a class that was confirmed, or by a course that they wrote."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from learning.courses.models import AuthoredCourse, Course, CourseWriter, Enrolment
from learning.kernel.ids import new_public_id
from learning.organisations.models import Unit
from learning.study.models import StudyClass, StudySession
from tests.factories.study import make_credit


def make_class_taught(session: Session, at: datetime, *, teacher: int, learner: int) -> None:
    """A class that the teacher confirmed and in which the learner was credited."""
    planner_unit = session.scalars(select(Unit.id)).first()
    assert planner_unit is not None
    held = StudyClass(
        public_id=new_public_id(),
        unit_id=planner_unit,
        title="质量工具培训",
        place="一号教室",
        trainer="讲师",
        field="professional",
        needs_sign_out=False,
        key="k",
        created_by=teacher,
        created_at=at,
    )
    session.add(held)
    session.flush()
    meeting = StudySession(
        public_id=new_public_id(),
        class_id=held.id,
        number=1,
        starts_at=at - timedelta(hours=1),
        ends_at=at,
        minutes=45,
        confirmed_by=teacher,
        confirmed_at=at,
    )
    session.add(meeting)
    credit = make_credit(session, at, learner)
    credit.source, credit.source_key = "classroom", meeting.public_id
    session.flush()


def make_course_written(
    session: Session, at: datetime, *, owner: int, writer: int, learner: int
) -> None:
    """A course that the owner began, the writer changed, and the learner began to learn."""
    course = Course(code="own-course", current_version_id=None, created_at=at)
    session.add(course)
    session.flush()
    authored = AuthoredCourse(
        code="own-course",
        title="自编课程",
        course_id=course.id,
        created_by=owner,
        created_at=at,
        updated_by=owner,
        updated_at=at,
    )
    session.add(authored)
    session.flush()
    session.add(CourseWriter(authored_course_id=authored.id, user_id=writer))
    session.add(Enrolment(user_id=learner, course_id=course.id, enrolled_at=at))
    session.flush()
