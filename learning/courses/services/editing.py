"""Changing one file of a course being written: texts, the list of lessons, figures."""

import contextlib
import hashlib
import re
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from learning.accounts.models import User
from learning.courses.drafts import free_path, moved, new_lesson, renumbered, rewritten
from learning.courses.loader import (
    CODE,
    LESSON_NAME,
    MAX_TEXT_BYTES,
    SETTINGS,
    judge_asset,
    lesson_paths,
)
from learning.courses.models import AuthoredCourse, AuthoredFile
from learning.courses.queries.authoring import get_contents, list_files
from learning.courses.services.working_files import (
    MAX_FILES,
    MAX_TITLE,
    forget_contents,
    get_working_file,
    hold,
    keep_contents,
    note_change,
    put_file,
)
from learning.kernel.content import ProblemList
from learning.kernel.errors import Conflict, Invalid, NotFound, Problem
from learning.kernel.jpeg import without_metadata
from learning.kernel.permissions import Actor

MAX_SLUG = 60


def save_text(
    session: Session,
    actor: Actor,
    authored: AuthoredCourse,
    raw_path: str,
    text: str,
    revision: int,
    now: datetime,
) -> int:
    """Save a lesson or the settings; return the file's new revision.

    Bytes stay as they are where nothing changed. Raises Conflict("file_changed") with `revision`,
    `who` and `at` when somebody saved after `revision`: nothing is changed then.
    """
    hold(session, authored)
    row = get_working_file(session, authored, raw_path)
    if raw_path.startswith("assets/"):
        raise NotFound("file")
    before = get_contents(session, [row.sha256])[row.sha256]
    content = rewritten(before, text)
    if content == before:
        return row.revision
    if row.revision != revision:
        who = session.scalar(select(User.display_name).where(User.id == row.updated_by))
        raise Conflict("file_changed", revision=row.revision, who=who, at=row.updated_at)
    if len(content) > MAX_TEXT_BYTES or "\0" in text:
        message = f"文字文件大于 {MAX_TEXT_BYTES // 1000} KB，或含有 NUL 字符"
        raise Invalid([Problem(raw_path, None, "text", "text", message)])
    given_up = row.sha256
    row.sha256 = keep_contents(session, {raw_path: content}, now)[raw_path]
    row.revision += 1
    row.updated_by, row.updated_at = actor.user_id, now
    note_change(session, actor, authored, now)
    forget_contents(session, [given_up])
    return row.revision


def add_lesson(
    session: Session, actor: Actor, authored: AuthoredCourse, code: str, title: str, now: datetime
) -> str:
    """Add a lesson after the others; return its path. Raises Invalid, Conflict("too_many")."""
    hold(session, authored)
    problems = []
    if not CODE.fullmatch(code):
        message = "课时 id 用小写字母、数字和连字符，3～60 个字符"
        problems.append(Problem("", None, "code", "code", message))
    if not title.strip() or len(title) > MAX_TITLE or not title.isprintable():
        message = f"标题应有 1～{MAX_TITLE} 字"
        problems.append(Problem("", None, "title", "title", message))
    if problems:
        raise Invalid(problems)
    files = list_files(session, authored)
    path = free_path(lesson_paths(files), code)
    if path is None or len(files) >= MAX_FILES:
        raise Conflict("too_many")
    content = new_lesson(code, title.strip(), title.strip())
    put_file(
        session, actor, authored, path, keep_contents(session, {path: content}, now)[path], now
    )
    note_change(session, actor, authored, now)
    return path


def rename_lesson(
    session: Session,
    actor: Actor,
    authored: AuthoredCourse,
    raw_path: str,
    slug: str,
    now: datetime,
) -> str:
    """Give a lesson's file another name behind its number; return its path.

    Raises NotFound, Invalid for what is no name, Conflict("file_exists").
    """
    hold(session, authored)
    row = _get_lesson(session, authored, raw_path)
    path = f"{raw_path[:2]}-{slug}.md"
    if not LESSON_NAME.fullmatch(path) or len(path) > MAX_SLUG:
        message = "文件名用小写字母、数字和连字符"
        raise Invalid([Problem(raw_path, None, "slug", "file_name", message)])
    if path == raw_path:
        return path
    if path in list_files(session, authored):
        raise Conflict("file_exists")
    row.path = path
    note_change(session, actor, authored, now)
    return path


def move_lesson(
    session: Session,
    actor: Actor,
    authored: AuthoredCourse,
    raw_path: str,
    step: int,
    now: datetime,
) -> None:
    """Move a lesson up (-1) or down (1); files are numbered anew so that names sort so."""
    hold(session, authored)
    session.expunge(_get_lesson(session, authored, raw_path))  # its path is its key
    paths = lesson_paths(list_files(session, authored))
    order = moved(paths, raw_path, step)
    if order == paths:
        return
    names = {path: name for path, name in renumbered(order).items() if path != name}
    # By names that nobody has: two that change places never stand in each other's way.
    _rename(session, authored, {path: f"~{name}" for path, name in names.items()})
    _rename(session, authored, {f"~{name}": name for name in names.values()})
    note_change(session, actor, authored, now)


def delete_file(
    session: Session, actor: Actor, authored: AuthoredCourse, raw_path: str, now: datetime
) -> None:
    """Take a lesson or a figure out of the draft; releases keep theirs. Settings stay."""
    hold(session, authored)
    row = get_working_file(session, authored, raw_path)
    if raw_path == SETTINGS:
        raise NotFound("file")
    session.delete(row)
    note_change(session, actor, authored, now)
    forget_contents(session, [row.sha256])


def add_figure(
    session: Session,
    actor: Actor,
    authored: AuthoredCourse,
    raw_name: str,
    content: bytes,
    now: datetime,
) -> str:
    """Store a figure; return its path, as a lesson names it.

    A photo loses what its camera wrote into it. A name that is no good, or that another figure has,
    gives way to one made of the content's hash. Raises Invalid for what is no PNG, no JPEG and no
    plain SVG, Conflict("too_many").
    """
    hold(session, authored)
    suffix = {b"\x89PN": ".png", b"\xff\xd8\xff": ".jpg"}.get(content[:3], ".svg")
    if suffix == ".jpg":
        with contextlib.suppress(ValueError):  # a broken one is refused below
            content = without_metadata(content)
    sha256 = hashlib.sha256(content).hexdigest()
    files = list_files(session, authored)
    name = _figure_name(raw_name, suffix, sha256)
    taken = files.get(f"assets/{name}")
    if taken is not None and taken.sha256 != sha256:
        name = f"fig-{sha256[:12]}{suffix}"
    problems = ProblemList()
    path = f"assets/{name}"
    judge_asset(name, content, problems.at(raw_name[:80] or path))
    problems.raise_if_any()
    if path in files and files[path].sha256 == sha256:
        return path
    if len(files) >= MAX_FILES:
        raise Conflict("too_many")
    put_file(
        session, actor, authored, path, keep_contents(session, {path: content}, now)[path], now
    )
    note_change(session, actor, authored, now)
    return path


def _figure_name(raw_name: str, suffix: str, sha256: str) -> str:
    stem = re.sub(r"[^a-z0-9_-]+", "-", raw_name.rpartition(".")[0].lower()).strip("-_")[:60]
    # What browsers call a pasted picture says nothing.
    return f"{stem}{suffix}" if stem not in {"", "image"} else f"fig-{sha256[:12]}{suffix}"


def _get_lesson(session: Session, authored: AuthoredCourse, raw_path: str) -> AuthoredFile:
    row = get_working_file(session, authored, raw_path)
    if not _is_lesson(raw_path):
        raise NotFound("file")
    return row


def _is_lesson(path: str) -> bool:
    return lesson_paths([path]) == [path]


def _rename(session: Session, authored: AuthoredCourse, names: Mapping[str, str]) -> None:
    for path, name in names.items():
        session.execute(
            update(AuthoredFile)
            .where(AuthoredFile.authored_course_id == authored.id, AuthoredFile.path == path)
            .values(path=name)
            .execution_options(synchronize_session=False)
        )
