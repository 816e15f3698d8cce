"""Beginning a course on the web, or bringing one as a zip.

A draft is made whole or not at all: what cannot be kept is refused before anything is stored.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from learning.courses.drafts import new_lesson, new_settings
from learning.courses.loader import CODE, SETTINGS, Asset, Files, Source, read_settings
from learning.courses.models import AuthoredCourse, AuthoredFile, Course
from learning.courses.queries.authoring import list_files
from learning.courses.services.working_files import (
    MAX_TITLE,
    forget_contents,
    hold,
    keep_contents,
    log,
    note_change,
    put_file,
    title_of,
)
from learning.kernel.content import ProblemList
from learning.kernel.errors import Conflict, Forbidden, Invalid, Problem
from learning.kernel.permissions import Actor, Permission, ScopeKind
from learning.organisations.queries import get_unit_in_reach

RESERVED = frozenset({"assets", "new", "search"})
"""Addresses of pages: a course of such a code would hide them."""


@dataclass(frozen=True, slots=True)
class NewCourse:
    """What a person says of a new course; `bank` is where its self-checks draw from, or ""."""

    code: str
    title: str
    title_en: str
    bank: str = ""
    raw_unit_id: str = ""


def start_course(session: Session, actor: Actor, new: NewCourse, now: datetime) -> AuthoredCourse:
    """Make a course with a first lesson to be written.

    Raises Invalid, NotFound for a unit out of reach, Forbidden for the platform's without a grant
    for all of it, Conflict("course_code_taken").
    """
    problems = _code_problems(new.code)
    problems += [
        Problem("", None, name, "title", f"标题应有 1～{MAX_TITLE} 字")
        for name, title in (("title", new.title), ("title_en", new.title_en))
        if not title.strip() or len(title) > MAX_TITLE
    ]
    if problems:
        raise Invalid(problems)
    files = {
        SETTINGS: new_settings(new.code, new.title.strip(), new.title_en.strip(), new.bank),
        "01-lesson.md": new_lesson(f"{new.code[:50]}-01", "第一课", "Lesson 1"),
    }
    return _make(session, actor, new.code, files, new.raw_unit_id, now)


def bring_course(
    session: Session,
    actor: Actor,
    files: Files,
    raw_unit_id: str,
    now: datetime,
    kept: Mapping[str, Asset] | None = None,
) -> AuthoredCourse:
    """Make a course of the files of a zip (`loader.read_zip`); raises as `start_course` does.

    `kept` are its large files where they were kept ahead (`keep_files_ahead`).
    """
    problems = ProblemList()
    code = read_settings(Source("", "", files), problems, {}).code
    wrong = [p for p in problems if p.code != "bank_unknown"]
    if wrong:
        raise Invalid(wrong)
    problems_of_code = _code_problems(code, SETTINGS)
    if problems_of_code:
        raise Invalid(problems_of_code)
    return _make(session, actor, code, files, raw_unit_id, now, kept)


def replace_files(
    session: Session,
    actor: Actor,
    authored: AuthoredCourse,
    files: Files,
    revision: int,
    now: datetime,
    kept: Mapping[str, Asset] | None = None,
) -> None:
    """Put the files of a zip in place of all working files; `kept` as `bring_course` takes it.

    Raises Conflict("course_changed") when somebody changed the course after `revision`, and
    Conflict("in_review"); Invalid when the files are another course's.
    """
    _hold(session, authored, revision)
    code = read_settings(Source("", "", files), ProblemList(), {}).code
    if code != authored.code:
        message = f"压缩包里是课程 {code or '（没有 id）'}，这里是 {authored.code}"
        raise Invalid([Problem(SETTINGS, None, "id", "code_changed", message)])
    put_back(session, actor, authored, keep_contents(session, files, now, kept), revision, now)


def _hold(session: Session, authored: AuthoredCourse, revision: int) -> None:
    hold(session, authored)
    if authored.revision != revision:
        raise Conflict("course_changed")


def put_back(
    session: Session,
    actor: Actor,
    authored: AuthoredCourse,
    hashes: Mapping[str, str],
    revision: int,
    now: datetime,
) -> None:
    """Put files that are kept already, by path, in place of all working files.

    Raises Conflict as `replace_files` does.
    """
    _hold(session, authored, revision)
    known = list_files(session, authored)
    gone = [path for path in known if path not in hashes]
    session.execute(
        delete(AuthoredFile).where(
            AuthoredFile.authored_course_id == authored.id, AuthoredFile.path.in_(gone)
        )
    )
    for path, sha256 in hashes.items():
        if path not in known or known[path].sha256 != sha256:
            put_file(session, actor, authored, path, sha256, now)
    note_change(session, actor, authored, now)
    forget_contents(session, {file.sha256 for file in known.values()})


def _make(
    session: Session,
    actor: Actor,
    code: str,
    files: Files,
    raw_unit_id: str,
    now: datetime,
    kept: Mapping[str, Asset] | None = None,
) -> AuthoredCourse:
    unit_id = None
    if raw_unit_id:
        unit_id = get_unit_in_reach(session, actor, Permission.COURSE_WRITE, raw_unit_id, now).id
    elif not may_for_platform(actor):
        raise Forbidden("permission", permission=Permission.COURSE_WRITE.value)
    if session.scalar(select(Course.id).where(Course.code == code)) is not None:
        raise Conflict("course_code_taken")
    authored = AuthoredCourse(
        code=code,
        title=title_of(files),
        unit_id=unit_id,
        created_by=actor.user_id,
        created_at=now,
        updated_by=actor.user_id,
        updated_at=now,
    )
    try:
        with session.begin_nested():
            session.add(authored)
            session.flush()  # a code that is taken shows here
    except IntegrityError as error:
        raise Conflict("course_code_taken") from error
    for path, sha256 in keep_contents(session, files, now, kept).items():
        put_file(session, actor, authored, path, sha256, now)
    note_change(session, actor, authored, now)
    log(session, actor, "course.draft_created", authored, now)
    return authored


def may_for_platform(actor: Actor) -> bool:
    """Tell whether somebody writes courses that belong to no unit."""
    grants = actor.grants_for(Permission.COURSE_WRITE)
    return any(grant.scope_kind is ScopeKind.PLATFORM for grant in grants)


def _code_problems(code: str, path: str = "") -> list[Problem]:
    if not CODE.fullmatch(code):
        message = "课程 id 用小写字母、数字和连字符，3～60 个字符"
        return [Problem(path, None, "id" if path else "code", "code", message)]
    if code in RESERVED:
        return [Problem(path, None, "id" if path else "code", "code", f"“{code}”不能作课程的 id")]
    return []
