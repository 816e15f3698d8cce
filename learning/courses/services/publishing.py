"""From draft to lessons that people read: review by somebody else, publication, older versions.

A publication is one transaction: versions, history and what it means for learners are there
together, or nothing is. Hours that were credited are never touched.
"""

import json
from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, delete, func, insert, literal, select, update
from sqlalchemy.orm import Session

from learning.accounts.rules.letters import Letter, Link
from learning.accounts.services.telling import tell
from learning.courses.drafts import CourseImpact, impact_to_json
from learning.courses.models import (
    AuthoredCourse,
    AuthoredFile,
    Course,
    CourseRelease,
    CourseReleaseFile,
    CourseVersionLesson,
    CourseWriter,
    LessonProgress,
    LessonReopening,
    LessonVersion,
)
from learning.courses.queries.authoring import (
    judge,
    list_files,
    list_writers,
    read_source,
    release_paths,
)
from learning.courses.queries.impact import measure_impact
from learning.courses.rules.letters import course_published, course_sent_back
from learning.courses.services.authoring import put_back
from learning.courses.services.syncing import publish_course
from learning.courses.services.working_files import forget_contents, log
from learning.kernel.errors import Conflict, Forbidden, Invalid, Problem
from learning.kernel.permissions import Actor

MAX_NOTE = 500


def submit_course(
    session: Session,
    actor: Actor,
    authored: AuthoredCourse,
    *,
    note: str,
    substantial: Sequence[str],
    revision: int,
    now: datetime,
) -> None:
    """Send a draft to review; nothing in it changes until it is decided or taken back.

    `note` tells learners and reviewers what changed; `substantial` are codes of lessons that must
    be learned anew. Raises Invalid with everything wrong, Conflict("in_review" | "no_change" |
    "course_changed").
    """
    _hold(session, authored, revision)
    if authored.state == "review":
        raise Conflict("in_review")
    if not note.strip() or len(note) > MAX_NOTE:
        message = f"写明改了什么，1～{MAX_NOTE} 字"
        raise Invalid([Problem("", None, "note", "note", message)])
    paths = {path: file.sha256 for path, file in list_files(session, authored).items()}
    if paths == release_paths(session, authored):
        raise Conflict("no_change")
    loaded = judge(session, actor, read_source(session, authored), now)
    if loaded.problems:
        raise Invalid(loaded.problems)
    known = {lesson.code for lesson in loaded.lessons}
    authored.state = "review"
    authored.note = note.strip()
    authored.substantial = json.dumps(sorted(known.intersection(substantial)))
    authored.sent_back = ""
    authored.submitted_by, authored.submitted_at = actor.user_id, now
    session.flush()  # pages that follow read the row
    log(session, actor, "course.draft_submitted", authored, now, revision=authored.revision)


def withdraw_course(
    session: Session, actor: Actor, authored: AuthoredCourse, now: datetime
) -> None:
    """Take a draft back from review. Raises Conflict("not_in_review")."""
    session.refresh(authored, with_for_update=True)
    _leave_review(session, authored)
    log(session, actor, "course.draft_withdrawn", authored, now)


def send_back_course(
    session: Session, actor: Actor, authored: AuthoredCourse, words: str, now: datetime
) -> None:
    """Refuse a draft with words for its author, who is told of it.

    Raises Invalid, Conflict("not_in_review").
    """
    session.refresh(authored, with_for_update=True)
    if not words.strip() or len(words) > MAX_NOTE:
        message = f"写明要改什么，1～{MAX_NOTE} 字"
        raise Invalid([Problem("", None, "words", "words", message)])
    submitted_by = authored.submitted_by
    _leave_review(session, authored)
    authored.sent_back = words.strip()
    _tell(session, submitted_by, authored, course_sent_back(authored.title, words.strip()), now)
    log(session, actor, "course.draft_sent_back", authored, now, words=words.strip())


def _leave_review(session: Session, authored: AuthoredCourse) -> None:
    if authored.state != "review":
        raise Conflict("not_in_review")
    authored.state = "draft"
    authored.submitted_by = authored.submitted_at = None
    session.flush()  # pages that follow read the row


def publish_draft(
    session: Session, actor: Actor, authored: AuthoredCourse, *, revision: int, now: datetime
) -> CourseImpact:
    """Sign off what is in review and publish it; return what it means for learners.

    Who submitted it is told.

    Raises Forbidden("own_course") for whoever wrote any of it since the last publication,
    Conflict("not_in_review" | "course_changed" | "course_code_taken"), Invalid when something has
    become wrong since (an item was retired): nothing is changed then.
    """
    _hold(session, authored, revision)
    submitted_by = authored.submitted_by
    if authored.state != "review" or submitted_by is None:
        raise Conflict("not_in_review")
    if actor.user_id in {submitted_by, *list_writers(session, authored)}:
        raise Forbidden("own_course")
    if authored.course_id is None and _is_taken(session, authored.code):
        raise Conflict("course_code_taken")
    loaded = judge(session, actor, read_source(session, authored), now)
    impact = measure_impact(session, authored, loaded)
    course, _report = publish_course(session, loaded, now)
    release = _release(session, authored, course, (submitted_by, actor.user_id), impact, now)
    authored.course_id = course.id
    authored.state = "published"
    authored.note, authored.substantial = "", "[]"
    authored.submitted_by = authored.submitted_at = None
    session.execute(delete(CourseWriter).where(CourseWriter.authored_course_id == authored.id))
    _reopen(session, course, release, impact, now)
    letter = course_published(loaded.document.title, release.number)
    _tell(session, submitted_by, authored, letter, now)
    log(session, actor, "course.published", authored, now, release=release.number)
    return impact


def _tell(
    session: Session, user_id: int | None, authored: AuthoredCourse, letter: Letter, now: datetime
) -> None:
    if user_id is not None:
        tell(
            session, user_id, letter, now, link=Link("authoring.desk", {"raw_code": authored.code})
        )


def retire_course(session: Session, actor: Actor, authored: AuthoredCourse, now: datetime) -> None:
    """Take a published course off the catalogue: nobody begins it, who had begun goes on.

    Twice changes nothing; the next publication puts it back. Raises Conflict("not_published").
    """
    course = _published(session, authored)
    if course.retired_at is None:
        course.retired_at = now
        log(session, actor, "course.retired", authored, now)


def return_course(session: Session, actor: Actor, authored: AuthoredCourse, now: datetime) -> None:
    """Put a retired course back as it was last published; twice changes nothing.

    Raises Conflict("not_published").
    """
    course = _published(session, authored)
    if course.retired_at is not None:
        course.retired_at = None
        log(session, actor, "course.returned", authored, now)


def _published(session: Session, authored: AuthoredCourse) -> Course:
    if authored.course_id is None:
        raise Conflict("not_published")
    return session.get_one(Course, authored.course_id, with_for_update=True, populate_existing=True)


def restore_release(
    session: Session,
    actor: Actor,
    authored: AuthoredCourse,
    number: int,
    *,
    revision: int,
    now: datetime,
) -> None:
    """Put the files of an older release into the draft; what is published stays until review.

    Raises NotFound, Conflict("in_review" | "course_changed").
    """
    paths = release_paths(session, authored, number)
    put_back(session, actor, authored, paths, revision, now)
    log(session, actor, "course.release_restored", authored, now, release=number)


def discard_draft(
    session: Session, actor: Actor, authored: AuthoredCourse, *, revision: int, now: datetime
) -> bool:
    """Give up what changed since the last release; tell whether the course is still there.

    What was never published goes as a whole, and its code is free again. Raises
    Conflict("in_review" | "course_changed").
    """
    paths = release_paths(session, authored)
    if paths:
        put_back(session, actor, authored, paths, revision, now)
        authored.state, authored.sent_back = "published", ""
        session.execute(delete(CourseWriter).where(CourseWriter.authored_course_id == authored.id))
        log(session, actor, "course.draft_discarded", authored, now)
        return True
    _hold(session, authored, revision)
    if authored.state == "review":
        raise Conflict("in_review")
    log(session, actor, "course.draft_discarded", authored, now)
    hashes = {file.sha256 for file in list_files(session, authored).values()}
    for table in (CourseWriter, AuthoredFile):
        session.execute(
            delete(table)
            .where(table.authored_course_id == authored.id)
            .execution_options(synchronize_session=False)
        )
    session.delete(authored)
    forget_contents(session, hashes)
    return False


def _hold(session: Session, authored: AuthoredCourse, revision: int) -> None:
    session.refresh(authored, with_for_update=True)
    if authored.revision != revision:
        raise Conflict("course_changed")


def _is_taken(session: Session, code: str) -> bool:
    return session.scalar(select(Course.id).where(Course.code == code)) is not None


def _release(
    session: Session,
    authored: AuthoredCourse,
    course: Course,
    people: tuple[int, int],
    impact: CourseImpact,
    now: datetime,
) -> CourseRelease:
    of_course = CourseRelease.authored_course_id == authored.id
    newest = session.scalar(select(func.max(CourseRelease.number)).where(of_course))
    author, reviewer = people
    release = CourseRelease(
        authored_course_id=authored.id,
        number=(newest or 0) + 1,
        course_version_id=course.current_version_id,
        note=authored.note,
        changes=impact_to_json(impact),
        submitted_by=author,
        published_by=reviewer,
        published_at=now,
    )
    session.add(release)
    session.flush()  # its files need the id
    session.execute(
        insert(CourseReleaseFile),
        [
            {"release_id": release.id, "path": path, "sha256": file.sha256}
            for path, file in list_files(session, authored).items()
        ],
    )
    return release


def _reopen(
    session: Session, course: Course, release: CourseRelease, impact: CourseImpact, now: datetime
) -> None:
    """Let lessons with a substantial change be learned anew; keep what was done of them."""
    codes = [each.code for each in impact.lessons if each.is_substantial]
    if not codes:
        return
    concerned = _progress_in(course, codes)
    row = LessonProgress
    session.execute(
        insert(LessonReopening).from_select(
            [
                "user_id",
                "course_id",
                "lesson_code",
                "release_id",
                "read_percent",
                "completed_at",
                "reopened_at",
            ],
            select(
                row.user_id,
                row.course_id,
                row.lesson_code,
                literal(release.id),
                row.read_percent,
                row.completed_at,
                literal(now, row.last_at.type),
            ).where(*concerned),
        )
    )
    new = (
        select(LessonVersion.id)
        .join(CourseVersionLesson, CourseVersionLesson.lesson_version_id == LessonVersion.id)
        .where(
            CourseVersionLesson.course_version_id == course.current_version_id,
            LessonVersion.lesson_code == row.lesson_code,
        )
        .correlate(row)
        .scalar_subquery()
    )
    session.execute(
        update(row)
        .where(*concerned)
        .values(
            lesson_version_id=new,
            read_percent=0,
            last_anchor="",
            completed_at=None,
            reopened_at=now,
        )
        .execution_options(synchronize_session=False)
    )


def _progress_in(course: Course, codes: Collection[str]) -> tuple[ColumnElement[bool], ...]:
    return LessonProgress.course_id == course.id, LessonProgress.lesson_code.in_(list(codes))
