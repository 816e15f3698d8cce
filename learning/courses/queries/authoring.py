"""Courses being written: who reaches them, their files, what is wrong with them.

A course with a unit belongs to it: whoever's grant reaches the unit. Those of the platform need a
grant for the whole platform. One out of reach looks exactly like a missing one.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from sqlalchemy import ColumnElement, exists, false, func, select, true
from sqlalchemy.orm import Session

from learning.accounts.models import User
from learning.courses.loader import (
    SETTINGS,
    BankItem,
    FindItem,
    LateFiles,
    LoadedCourse,
    Source,
    load_course,
    read_settings,
)
from learning.courses.models import (
    AuthoredCourse,
    AuthoredFile,
    Course,
    CourseFile,
    CourseRelease,
    CourseReleaseFile,
    CourseWriter,
)
from learning.courses.queries.media import known_media, read_whole
from learning.kernel.content import ProblemList
from learning.kernel.errors import NotFound, Problem
from learning.kernel.permissions import Actor, Permission, ScopeKind
from learning.organisations.models import UnitName
from learning.organisations.queries import units_in_reach
from learning.question_bank.models import ItemRow, ItemVersionRow
from learning.question_bank.queries import may as may_in_bank
from learning.question_bank.rules import ItemKind, Pool

MOST_TO_REVIEW = 5
MOST_LISTED = 500
_ITEMS_LINE = re.compile(r"^:::[ \t]*items[ \t]+(.*)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class AuthoredLine:
    """A course in the list of those who write; `unit` is its owner's name or ""."""

    code: str
    title: str
    unit: str
    state: str
    updated_at: datetime
    updated_by: str
    release: int
    is_retired: bool


@dataclass(frozen=True, slots=True)
class WorkingFile:
    """A working file; `who` wrote it last."""

    path: str
    sha256: str
    revision: int
    who: str
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class ReleaseLine:
    """A publication in the history of a course."""

    id: int
    number: int
    note: str
    changes: str
    author: str
    reviewer: str
    published_at: datetime


def reached(
    session: Session, actor: Actor, permission: Permission, now: datetime
) -> ColumnElement[bool]:
    """Return the condition on courses where the actor holds the permission."""
    grants = actor.grants_for(permission)
    if not grants:
        return false()
    if any(grant.scope_kind is ScopeKind.PLATFORM for grant in grants):
        return true()
    return AuthoredCourse.unit_id.in_(units_in_reach(session, actor, permission, now))


def get_authored(
    session: Session, actor: Actor, permission: Permission, raw_code: str, now: datetime
) -> AuthoredCourse:
    """Return the course in which the actor holds the permission; NotFound otherwise."""
    code = raw_code if raw_code.isprintable() else ""
    found = session.scalar(
        select(AuthoredCourse).where(
            AuthoredCourse.code == code, reached(session, actor, permission, now)
        )
    )
    if found is None:
        raise NotFound("course")
    return found


def may_in_course(
    session: Session,
    actor: Actor,
    permission: Permission,
    authored: AuthoredCourse,
    now: datetime,
) -> bool:
    """Tell whether the actor holds the permission in a course."""
    condition = reached(session, actor, permission, now)
    return bool(session.scalar(select(exists().where(AuthoredCourse.id == authored.id, condition))))


def list_to_review(session: Session, actor: Actor, now: datetime) -> list[tuple[str, str, str]]:
    """Return (code, title, who submitted it) of courses that wait for the actor's review.

    Not those that they wrote in themselves; the longest waiting first, at most 5.
    """
    wrote = exists().where(
        CourseWriter.authored_course_id == AuthoredCourse.id, CourseWriter.user_id == actor.user_id
    )
    rows = session.execute(
        select(AuthoredCourse.code, AuthoredCourse.title, User.display_name)
        .join(User, User.id == AuthoredCourse.submitted_by)
        .where(
            AuthoredCourse.state == "review",
            AuthoredCourse.submitted_by != actor.user_id,
            ~wrote,
            reached(session, actor, Permission.COURSE_PUBLISH, now),
        )
        .order_by(AuthoredCourse.submitted_at, AuthoredCourse.id)
        .limit(MOST_TO_REVIEW)
    )
    return [(code, title, name) for code, title, name in rows]


def list_authored(session: Session, actor: Actor, now: datetime) -> list[AuthoredLine]:
    """Return the courses the actor may see being written, those in review first."""
    newest = (
        select(func.max(CourseRelease.number))
        .where(CourseRelease.authored_course_id == AuthoredCourse.id)
        .correlate(AuthoredCourse)
        .scalar_subquery()
    )
    rows = session.execute(
        select(
            AuthoredCourse,
            UnitName.name,
            User.display_name,
            func.coalesce(newest, 0),
            Course.retired_at.is_not(None),
        )
        .outerjoin(Course, Course.id == AuthoredCourse.course_id)
        .join(User, User.id == AuthoredCourse.updated_by)
        .outerjoin(
            UnitName,
            (UnitName.unit_id == AuthoredCourse.unit_id) & UnitName.valid_to.is_(None),
        )
        .where(reached(session, actor, Permission.COURSE_READ_DRAFT, now))
        .order_by(AuthoredCourse.state != "review", AuthoredCourse.updated_at.desc())
        .limit(MOST_LISTED)
    )
    return [
        AuthoredLine(
            row.code, row.title, unit or "", row.state, row.updated_at, who, int(release), gone
        )
        for row, unit, who, release, gone in rows
    ]


def list_files(session: Session, authored: AuthoredCourse) -> dict[str, WorkingFile]:
    """Return the working files by path, in order."""
    rows = session.execute(
        select(AuthoredFile, User.display_name)
        .join(User, User.id == AuthoredFile.updated_by)
        .where(AuthoredFile.authored_course_id == authored.id)
        .order_by(AuthoredFile.path)
    )
    return {
        row.path: WorkingFile(row.path, row.sha256, row.revision, who, row.updated_at)
        for row, who in rows
    }


def get_file(session: Session, authored: AuthoredCourse, raw_path: str) -> WorkingFile:
    """Return one working file; NotFound when the course has none such."""
    found = list_files(session, authored).get(raw_path)
    if found is None:
        raise NotFound("file")
    return found


def get_contents(session: Session, hashes: Iterable[str]) -> dict[str, bytes]:
    """Return what files hold, by hash; large ones are left out."""
    rows = session.execute(
        select(CourseFile.sha256, CourseFile.content).where(CourseFile.sha256.in_(set(hashes)))
    )
    return {row.sha256: row.content for row in rows if row.content is not None}


def get_figure(session: Session, authored: AuthoredCourse, raw_sha256: str) -> tuple[str, bytes]:
    """Return path and content of a figure among the working files; NotFound for none such."""
    found = session.execute(
        select(AuthoredFile.path, CourseFile.content)
        .join(AuthoredFile, AuthoredFile.sha256 == CourseFile.sha256)
        .where(
            AuthoredFile.authored_course_id == authored.id,
            AuthoredFile.sha256 == raw_sha256,
            AuthoredFile.path.startswith("assets/"),
        )
    ).first()
    if found is None or found[1] is None:
        raise NotFound("figure")
    return found[0], found[1]


def read_source(session: Session, authored: AuthoredCourse) -> Source:
    """Return the working files with what they hold."""
    paths = {path: file.sha256 for path, file in list_files(session, authored).items()}
    return source_of(session, authored.code, paths)


def source_of(session: Session, code: str, paths: Mapping[str, str]) -> Source:
    """Return files with what they hold; `paths` maps them to hashes.

    Large files are read when they are asked for, while the session lasts.
    """
    contents = get_contents(session, paths.values())
    held = {path: contents[sha256] for path, sha256 in paths.items() if sha256 in contents}
    late = {
        path: partial(read_whole, session, sha256)
        for path, sha256 in paths.items()
        if path not in held
    }
    return Source(code, "", LateFiles(held, late), known_media(session, paths))


def judge(session: Session, actor: Actor, source: Source, now: datetime) -> LoadedCourse:
    """Read a course as it would be published by the actor; everything wrong is among its problems.

    Items are those of the bank it names that may be drawn, where the actor may read the bank.
    """
    loaded = load_course(source, banks_for(session, actor, source, now))
    extra = list(_own_rules(source, loaded))
    return replace(loaded, problems=(*loaded.problems, *extra)) if extra else loaded


def _own_rules(source: Source, loaded: LoadedCourse) -> Iterable[Problem]:
    """Yield what is right in a folder of the repository and wrong here."""
    if loaded.document.code != source.name:
        message = f"课程 id 是 {source.name}，建立以后不能改"
        yield Problem(SETTINGS, None, "id", "code_changed", message)
    if loaded.document.pool is not Pool.PRACTICE:
        message = "自测交卷就公布答案，只能用 practice 的试题"
        yield Problem(SETTINGS, None, "pool", "pool_practice", message)


def banks_for(session: Session, actor: Actor, source: Source, now: datetime) -> dict[str, FindItem]:
    """Return a finder of the items that the lessons name, for the bank of the course alone."""
    bank = read_settings(source, ProblemList(), {}).bank
    if not bank or not bank.isprintable():
        return {}
    if not may_in_bank(session, actor, Permission.ITEM_READ, bank, now):
        return {}
    raws = (source.files[path] for path in source.files if path.endswith(".md"))
    texts = [raw.decode("utf-8", "replace") for raw in raws if raw]
    codes = {
        code
        for text in texts
        for line in _ITEMS_LINE.findall(text.replace("\r", ""))
        for code in line.split()
        if code.isprintable()
    }
    return {bank: item_finder(session, bank, codes)}


def item_finder(session: Session, bank: str, codes: Iterable[str]) -> FindItem:
    """Return a finder over the approved items of a bank that some codes name."""
    rows = session.execute(
        select(ItemRow.code, ItemRow.pool, ItemVersionRow.kind, ItemVersionRow.content_hash)
        .join(ItemVersionRow, ItemVersionRow.id == ItemRow.current_version_id)
        .where(
            ItemRow.bank == bank,
            ItemRow.state == "approved",
            ItemRow.code.in_(list(codes)),
        )
    )
    known = {
        row.code: BankItem(ItemKind(row.kind), Pool(row.pool), row.content_hash) for row in rows
    }
    find: Callable[[str], BankItem | None] = known.get
    return find


def list_writers(session: Session, authored: AuthoredCourse) -> set[int]:
    """Return who changed the files since the last publication."""
    return set(
        session.scalars(
            select(CourseWriter.user_id).where(CourseWriter.authored_course_id == authored.id)
        )
    )


def list_releases(session: Session, authored: AuthoredCourse) -> list[ReleaseLine]:
    """Return the publications, the newest first."""
    author, reviewer = User.__table__.alias(), User.__table__.alias()
    rows = session.execute(
        select(
            CourseRelease.id,
            CourseRelease.number,
            CourseRelease.note,
            CourseRelease.changes,
            author.c.display_name,
            reviewer.c.display_name,
            CourseRelease.published_at,
        )
        .join(author, author.c.id == CourseRelease.submitted_by)
        .join(reviewer, reviewer.c.id == CourseRelease.published_by)
        .where(CourseRelease.authored_course_id == authored.id)
        .order_by(CourseRelease.number.desc())
    )
    return [ReleaseLine(*row) for row in rows]


def release_paths(
    session: Session, authored: AuthoredCourse, number: int | None = None
) -> dict[str, str]:
    """Return path → hash of a release, the newest for none; empty where nothing is published.

    Raises NotFound for a number that the course does not have.
    """
    of_course = CourseRelease.authored_course_id == authored.id
    query = select(CourseRelease.id).where(of_course).order_by(CourseRelease.number.desc())
    if number is not None:
        query = query.where(CourseRelease.number == number)
    release_id = session.scalar(query.limit(1))
    if release_id is None:
        if number is not None:
            raise NotFound("release")
        return {}
    rows = session.execute(
        select(CourseReleaseFile.path, CourseReleaseFile.sha256)
        .where(CourseReleaseFile.release_id == release_id)
        .order_by(CourseReleaseFile.path)
    )
    return {row.path: row.sha256 for row in rows}


def find_retired_at(session: Session, authored: AuthoredCourse) -> datetime | None:
    """Return when a course was taken off the catalogue, None while it is there or never was."""
    return session.scalar(select(Course.retired_at).where(Course.id == authored.course_id))


def is_authored(session: Session, code: str) -> bool:
    """Tell whether a course of this code is written on the web."""
    return bool(session.scalar(select(exists().where(AuthoredCourse.code == code))))
