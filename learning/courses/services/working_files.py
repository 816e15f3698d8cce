"""The working files of a course being written: held, stored by hash, with who changed what."""

import contextlib
import hashlib
from collections.abc import Collection, Mapping
from datetime import datetime
from functools import partial

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from learning.courses.loader import (
    SETTINGS,
    Asset,
    Files,
    Source,
    is_kept_apart,
    judge_asset,
    read_settings,
)
from learning.courses.models import (
    AuthoredCourse,
    AuthoredFile,
    CourseFile,
    CourseReleaseFile,
    CourseWriter,
)
from learning.courses.queries.authoring import get_contents, list_files
from learning.courses.services.media import Turn, keep_ahead, keep_media
from learning.kernel import audit
from learning.kernel.content import ProblemList
from learning.kernel.errors import Conflict, Invalid, NotFound
from learning.kernel.permissions import Actor

MAX_TITLE = 100
MAX_FILES = 400


def log(
    session: Session,
    actor: Actor,
    act: str,
    authored: AuthoredCourse,
    now: datetime,
    **more: object,
) -> None:
    """Write an act on a course into the audit trail."""
    details = {"title": authored.title, "unit_id": authored.unit_id, **more}
    audit.log(session, act, authored.code, actor_id=actor.user_id, now=now, details=details)


def hold(session: Session, authored: AuthoredCourse) -> None:
    """Hold the course's row until the transaction ends; raise Conflict("in_review")."""
    session.refresh(authored, with_for_update=True)
    if authored.state == "review":
        raise Conflict("in_review")


def note_change(session: Session, actor: Actor, authored: AuthoredCourse, now: datetime) -> None:
    """Note that the files changed, and by whom."""
    session.flush()  # the title is read from the files as they are now
    authored.state = "draft"
    authored.revision += 1
    authored.updated_by, authored.updated_at = actor.user_id, now
    settings = list_files(session, authored)[SETTINGS].sha256
    authored.title = title_of({SETTINGS: get_contents(session, [settings])[settings]})
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    session.execute(
        dialect.insert(CourseWriter)
        .values(authored_course_id=authored.id, user_id=actor.user_id)
        .on_conflict_do_nothing(index_elements=["authored_course_id", "user_id"])
    )
    session.flush()  # pages that follow in this request read the rows


def title_of(files: Files) -> str:
    """Return a course's title as its settings have it, its code for none."""
    settings = read_settings(Source("", "", files), ProblemList(), {})
    return (settings.title or settings.code)[:MAX_TITLE]


def keep_files_ahead(turn: Turn, files: Files, now: datetime) -> dict[str, Asset]:
    """Store the large ones of files as `keep_ahead` does; return them by path.

    Raises Invalid for a large file that is none.
    """
    kept = {}
    for path in filter(is_kept_apart, files):
        content = b""  # the one before goes before this one comes
        content = files[path] or b""
        kept[path] = _judged(path, content)
        keep_ahead(turn, kept[path], partial(_itself, content), now)
    return kept


def _itself(content: bytes) -> bytes:
    return content


def keep_contents(
    session: Session, files: Files, now: datetime, kept: Mapping[str, Asset] | None = None
) -> dict[str, str]:
    """Store contents that are not there yet; return the hash of each path.

    Large files go to `course_media` in pieces; `kept` are those that `keep_files_ahead` returned,
    which are not read again. What is there already is held until the transaction ends, so that
    nobody forgets it meanwhile. Raises Invalid for a large file that is none.
    """
    hashes: dict[str, str] = {}
    contents: dict[str, bytes | None] = {}
    for path in files:
        asset = (kept or {}).get(path)
        if asset is None and is_kept_apart(path):
            asset = _judged(path, files[path] or b"")
        if asset is not None:
            keep_media(session, asset, partial(files.__getitem__, path), now)
            hashes[path], contents[asset.sha256] = asset.sha256, None
            continue
        content = files[path] or b""
        hashes[path] = hashlib.sha256(content).hexdigest()
        contents[hashes[path]] = content
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    for sha256, held in contents.items():
        session.execute(
            dialect.insert(CourseFile)
            .values(sha256=sha256, content=held, created_at=now)
            .on_conflict_do_update(
                index_elements=["sha256"], set_={"created_at": CourseFile.created_at}
            )
        )
    return hashes


def _judged(path: str, content: bytes) -> Asset:
    problems = ProblemList()
    asset = judge_asset(path.removeprefix("assets/"), content, problems.at(path))
    if asset is None:
        raise Invalid(list(problems))
    return asset


def keep_one(session: Session, asset: Asset, content: bytes, now: datetime) -> str:
    """Store a large file that was judged already; return its hash."""
    keep_media(session, asset, partial(_itself, content), now)
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    session.execute(
        dialect.insert(CourseFile)
        .values(sha256=asset.sha256, content=None, created_at=now)
        .on_conflict_do_update(
            index_elements=["sha256"], set_={"created_at": CourseFile.created_at}
        )
    )
    return asset.sha256


def forget_contents(session: Session, hashes: Collection[str]) -> None:
    """Delete what no draft and no release holds any more: a text is saved at every pause.

    Call it after the rows have changed. What somebody else takes up at this instant stays. The
    pieces of large files the worker forgets.
    """
    session.flush()  # the rows that held it are counted
    used = [
        select(table.sha256).where(table.sha256 == CourseFile.sha256)
        for table in (AuthoredFile, CourseReleaseFile)
    ]
    unused = [~query.exists() for query in used]
    with contextlib.suppress(IntegrityError), session.begin_nested():
        session.execute(
            delete(CourseFile)
            .where(CourseFile.sha256.in_(list(hashes)), *unused)
            .execution_options(synchronize_session=False)
        )


def put_file(
    session: Session,
    actor: Actor,
    authored: AuthoredCourse,
    path: str,
    sha256: str,
    now: datetime,
    *,
    brought_as: str = "",
) -> None:
    """Set what a working file holds, new or not; `brought_as` is the name of an upload."""
    row = session.get(AuthoredFile, (authored.id, path))
    if row is None:
        row = AuthoredFile(authored_course_id=authored.id, path=path, revision=0)
        session.add(row)
    row.sha256 = sha256
    row.revision += 1
    row.brought_as = brought_as
    row.updated_by, row.updated_at = actor.user_id, now


def get_working_file(session: Session, authored: AuthoredCourse, raw_path: str) -> AuthoredFile:
    """Return the row of a working file as it is now; NotFound when there is none such."""
    row = None
    if raw_path.isprintable():
        key = (authored.id, raw_path)
        row = session.get(AuthoredFile, key, populate_existing=True)
    if row is None:
        raise NotFound("file")
    return row
