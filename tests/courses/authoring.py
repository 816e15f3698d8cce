"""People who write courses, and a course of theirs."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from learning.courses.models import AuthoredCourse
from learning.courses.services import bring_course, publish_draft, submit_course
from learning.kernel.permissions import Actor, Grant, Role, ScopeKind
from learning.organisations.models import Unit
from learning.question_bank.services import sync_bank
from tests.factories.courses import BANK, BODY, COURSE, HEAD, SVG, make_course_items
from tests.factories.people import grant_role, make_actor, make_unit, make_user

CODE = "web-course"


def lesson_file(number: int, body: str = BODY, *, title: str = "") -> bytes:
    head = HEAD.format(code=f"les-{number:02d}", title=title or f"第 {number} 课")
    return (head + body).encode()


def course_files(*, lessons: int = 2) -> dict[str, bytes]:
    """A sound course; the last lesson has no self-check."""
    files = {
        "course.toml": COURSE.replace("sample-course", CODE).encode(),
        "assets/figure.svg": SVG.encode(),
    }
    for number in range(1, lessons + 1):
        body = BODY if number < lessons else "\n只有正文。\n\n## 一\n\n文字。\n"
        files[f"{number:02d}-lesson.md"] = lesson_file(number, body)
    return files


@dataclass
class Desk:
    """An author, a reviewer and a course of one enterprise."""

    session: Session
    now: datetime
    unit: Unit
    author: Actor
    reviewer: Actor
    course: AuthoredCourse

    def submit(self, *, note: str = "改了几处", substantial: tuple[str, ...] = ()) -> None:
        submit_course(
            self.session,
            self.author,
            self.course,
            note=note,
            substantial=substantial,
            revision=self.course.revision,
            now=self.now,
        )

    def publish(self, **submitted: object):
        self.submit(**submitted)
        return publish_draft(
            self.session, self.reviewer, self.course, revision=self.course.revision, now=self.now
        )


def make_writer(session: Session, now: datetime, role: Role, unit: Unit, name: str) -> Actor:
    user = make_user(session, now, name)
    grant_role(session, now, user, role, unit)
    return make_actor(user, Grant(role, ScopeKind.UNIT, str(unit.id)))


def make_desk(session: Session, now: datetime, *, lessons: int = 2) -> Desk:
    """A course brought as a zip's files by the author; nothing is published yet."""
    sync_bank(session, BANK, make_course_items(), now)
    from learning.question_bank.models import BankRow

    if session.scalar(select(BankRow.id).where(BankRow.code == BANK)) is None:
        session.add(
            BankRow(
                code=BANK, title="课程题库", title_en="", description="", pool="practice",
                tracks="[]", origin="file", created_at=now,
            )
        )  # fmt: skip
    unit = make_unit(session, now)
    author = make_writer(session, now, Role.AUTHOR, unit, "示例作者")
    reviewer = make_writer(session, now, Role.REVIEWER, unit, "示例审稿人")
    course = bring_course(session, author, course_files(lessons=lessons), unit.public_id, now)
    return Desk(session, now, unit, author, reviewer, course)
