"""Courses being written: the list, a new one, one course with its lessons, figures and problems."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from tempfile import SpooledTemporaryFile
from typing import IO, Any, cast

from flask import (
    Response,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from learning.courses import services
from learning.courses.drafts import CourseImpact
from learning.courses.forms import NewCourseForm
from learning.courses.loader import Files, LoadedCourse, is_figure, lesson_paths, pack_zip, read_zip
from learning.courses.models import AuthoredCourse
from learning.courses.queries import authoring as queries
from learning.courses.queries.impact import measure_impact
from learning.courses.queries.media import known_media
from learning.courses.routes.authoring_words import (
    _,
    conflict_words,
    media_line,
    problem_lines,
    state_badge,
)
from learning.courses.routes.blueprint import authoring_bp as bp
from learning.kernel.clock import utc_now
from learning.kernel.content import ProblemList
from learning.kernel.documents.archive import lying
from learning.kernel.errors import Conflict, Forbidden, Invalid, Problem
from learning.kernel.permissions import Permission
from learning.organisations.queries import list_units, units_in_reach
from learning.question_bank.queries import list_banks
from learning.question_bank.rules import Pool
from learning.web.guards import current_actor, requires
from learning.web.transaction import apart, database, db_session, reading

READ = Permission.COURSE_READ_DRAFT
WRITE = Permission.COURSE_WRITE
PUBLISH = Permission.COURSE_PUBLISH
MAX_UNITS = 200
_TITLE = re.compile(r'^title\s*=\s*"((?:[^"\\\n]|\\.){1,200})"', re.MULTILINE)
ZIP_ENDPOINTS = ("authoring.new", "authoring.replace")
ACTS = frozenset({"delete", "down", "rename", "up"})
ZIP_MIME = "application/zip"
IN_MEMORY = 16 * 1024 * 1024  # of a course that is given back; a larger one lies on disk meanwhile
CHUNK = 256 * 1024


@bp.get("")
@requires(READ)
def index() -> ResponseReturnValue:
    """List the courses that the reader may see being written."""
    actor = current_actor()
    return render_template(
        "courses/authoring/index.html",
        lines=queries.list_authored(db_session(), actor, utc_now()),
        may_write=actor.holds(WRITE),
        state_badge=state_badge,
    )


@bp.route("/new", methods=["GET", "POST"])
@requires(WRITE)
def new() -> ResponseReturnValue:
    """Begin a course, or bring one as a zip."""
    form = NewCourseForm()
    form.offer(_owners(), _banks())
    if not form.validate_on_submit():
        return _new_page(form, [], 400 if request.method == "POST" else 200)
    try:
        authored = _made(form)
    except (Invalid, Conflict) as error:
        db_session().rollback()  # the page answers, so what was begun must not be committed
        problems = error.problems if isinstance(error, Invalid) else []
        if isinstance(error, Conflict):
            problems = [Problem("", None, "code", error.code, conflict_words(error.code))]
        if not form.is_zip:
            form.show(problems)
            problems = []
        return _new_page(form, problems, 400)
    flash(_("课程草稿已建立。"), "pass")
    return redirect(url_for("authoring.desk", raw_code=authored.code), 303)


def _made(form: NewCourseForm) -> AuthoredCourse:
    actor, now = current_actor(), utc_now()
    if form.is_zip:
        with _unpacked(form.zip_stream(), form.zip_name()) as files:
            kept = services.keep_files_ahead(partial(apart, database()), files, now)
            return services.bring_course(db_session(), actor, files, form.unit.data, now, kept)
    return services.start_course(db_session(), actor, form.new_course(), now)


@contextmanager
def _unpacked(stream: IO[bytes], name: str) -> Iterator[Files]:
    """Give a zip's files while it is open; raise Invalid with every problem.

    Slow: no database is held.
    """
    problems = ProblemList()
    with lying(stream) as raw:
        files = read_zip(raw, name, problems, _most_zip_mb())
        problems.raise_if_any()
        yield files


def _most_zip_mb() -> int:
    return int(current_app.extensions["settings"].course_zip_mb)


def _new_page(form: NewCourseForm, problems: list[Problem], status: int) -> ResponseReturnValue:
    page = render_template(
        "courses/authoring/new.html",
        form=form,
        problems=problem_lines(problems),
        max_zip_mb=_most_zip_mb(),
    )
    return page, status


def _owners() -> list[tuple[str, str]]:
    """Return (public id, name) of who may own a new course; the platform for who acts for all."""
    actor, now = current_actor(), utc_now()
    with reading() as session:
        reach = units_in_reach(session, actor, WRITE, now)
        owners = [
            (unit.public_id, unit.name) for unit in list_units(session, reach, now, limit=MAX_UNITS)
        ]
    if services.may_for_platform(actor):
        owners.insert(0, ("", _("整个平台")))
    if not owners:
        raise Forbidden("permission")
    return owners


def _banks() -> list[tuple[str, str]]:
    with reading() as session:
        found = list_banks(
            session, current_actor(), Permission.ITEM_READ, utc_now(), first=Pool.PRACTICE
        )
    return [("", _("不用自测")), *found]


@dataclass(frozen=True, slots=True)
class Judged:
    """A course being written, as read now: what is wrong with it and what publishing would mean."""

    authored: AuthoredCourse
    loaded: LoadedCourse
    impact: CourseImpact


def judged(session: Session, raw_code: str, permission: Permission = READ) -> Judged:
    """Read a course of the actor's reach; raise NotFound for any other."""
    actor, now = current_actor(), utc_now()
    authored = queries.get_authored(session, actor, permission, raw_code, now)
    loaded = queries.judge(session, actor, queries.read_source(session, authored), now)
    return Judged(authored, loaded, measure_impact(session, authored, loaded))


@bp.get("/<raw_code>")
@requires(READ)
def desk(raw_code: str) -> ResponseReturnValue:
    """Show a course being written."""
    return desk_page(raw_code)


def desk_page(
    raw_code: str, *, status: int = 200, problems: list[Problem] | None = None, **typed: Any
) -> ResponseReturnValue:
    """Show the page of a course; `typed` keeps what was posted and refused."""
    session, actor, now = db_session(), current_actor(), utc_now()
    found = judged(session, raw_code)
    authored = found.authored
    files = queries.list_files(session, authored)
    hashes = {path: file.sha256 for path, file in files.items()}
    may_write = queries.may_in_course(session, actor, WRITE, authored, now)
    releases = queries.list_releases(session, authored)
    page = render_template(
        "courses/authoring/desk.html",
        course=authored,
        badge_of=state_badge,
        files=files,
        lessons=lesson_paths(files),
        titles=_titles(session, files),
        figures=[path for path in files if path.startswith("assets/") and is_figure(path)],
        media=[media_line(path, asset) for path, asset in known_media(session, hashes).items()],
        max_file_mb=current_app.extensions["settings"].lesson_file_mb,
        max_zip_mb=_most_zip_mb(),
        wrong=problem_lines(found.loaded.problems),
        remarks=problem_lines(found.loaded.remarks),
        refused=problem_lines(problems or []),
        impact=found.impact,
        is_changed=hashes != queries.release_paths(session, authored),
        may_write=may_write and authored.state != "review",
        may_withdraw=may_write and authored.state == "review",
        may_publish=queries.may_in_course(session, actor, PUBLISH, authored, now),
        is_writer=actor.user_id
        in {authored.submitted_by, *queries.list_writers(session, authored)},
        release=releases[0] if releases else None,
        retired_at=queries.find_retired_at(session, authored),
        max_note=services.MAX_NOTE,
        **{"note": "", **typed},
    )
    return page, status


def _titles(session: Session, files: dict[str, queries.WorkingFile]) -> dict[str, str]:
    """Return what each lesson calls itself, whether or not all of it can be read."""
    paths = lesson_paths(files)
    contents = queries.get_contents(session, [files[path].sha256 for path in paths])
    found = {}
    for path in paths:
        text = contents[files[path].sha256].decode("utf-8", "replace")
        line = _TITLE.search(text[:4000])
        found[path] = line[1] if line else ""
    return found


@bp.post("/<raw_code>/zip")
@requires(WRITE)
def replace(raw_code: str) -> ResponseReturnValue:
    """Put the files of a zip in place of all working files, or none of them."""
    with reading() as session:
        queries.get_authored(session, current_actor(), WRITE, raw_code, utc_now())
    file = request.files.get("zip")
    try:
        stream = file.stream if file is not None else BytesIO()
        with _unpacked(stream, (file.filename if file else "") or "zip") as files:
            revision, now = posted_revision(), utc_now()
            kept = services.keep_files_ahead(partial(apart, database()), files, now)
            session, actor = db_session(), current_actor()
            authored = queries.get_authored(session, actor, WRITE, raw_code, now)
            services.replace_files(session, actor, authored, files, revision, now, kept)
    except (Invalid, Conflict) as error:
        return refused(raw_code, error)
    flash(_("已换成压缩包里的文件，尚未发布。"), "pass")
    return redirect(url_for("authoring.desk", raw_code=raw_code), 303)


@bp.get("/<raw_code>/zip")
@requires(READ)
def export(raw_code: str) -> Response:
    """Give the folder back: the working files, byte for byte."""
    session = db_session()
    authored = queries.get_authored(session, current_actor(), READ, raw_code, utc_now())
    source = queries.read_source(session, authored)
    packed = cast("IO[bytes]", SpooledTemporaryFile(max_size=IN_MEMORY))  # noqa: SIM115
    pack_zip(source.files, packed)
    length = packed.tell()
    packed.seek(0)
    response = Response(_drained(packed), content_type=ZIP_MIME)
    response.content_length = length
    response.headers["Content-Disposition"] = f'attachment; filename="{authored.code}.zip"'
    response.call_on_close(packed.close)
    return response


def _drained(packed: IO[bytes]) -> Iterator[bytes]:
    with packed:
        yield from iter(partial(packed.read, CHUNK), b"")


@bp.post("/<raw_code>/lessons")
@requires(WRITE)
def add_lesson(raw_code: str) -> ResponseReturnValue:
    """Add a lesson and open it for writing."""
    session, actor, now = db_session(), current_actor(), utc_now()
    authored = queries.get_authored(session, actor, WRITE, raw_code, now)
    code, title = (request.form.get(name, "").strip() for name in ("code", "title"))
    try:
        path = services.add_lesson(session, actor, authored, code, title, now)
    except (Invalid, Conflict) as error:
        return refused(raw_code, error, lesson_code=code, lesson_title=title)
    return redirect(url_for("authoring.edit", raw_code=raw_code, path=path), 303)


@bp.post("/<raw_code>/files")
@requires(WRITE)
def change_file(raw_code: str) -> ResponseReturnValue:
    """Move, rename or delete a lesson; delete a figure."""
    session, actor, now = db_session(), current_actor(), utc_now()
    authored = queries.get_authored(session, actor, WRITE, raw_code, now)
    path, act = request.form.get("path", ""), request.form.get("act", "")
    if act not in ACTS:
        raise Invalid([Problem("", None, "act", "act", "act")])
    try:
        if act in {"up", "down"}:
            step = -1 if act == "up" else 1
            services.move_lesson(session, actor, authored, path, step, now)
        elif act == "rename":
            slug = request.form.get("slug", "").strip()
            services.rename_lesson(session, actor, authored, path, slug, now)
        else:
            services.delete_file(session, actor, authored, path, now)
    except (Invalid, Conflict) as error:
        return refused(raw_code, error)
    return redirect(url_for("authoring.desk", raw_code=raw_code, _anchor="lessons"), 303)


def posted_revision() -> int:
    """Return the revision that a form was made for; raise Invalid for none."""
    raw = request.form.get("revision", "")
    if not (raw.isascii() and raw.isdigit() and len(raw) <= 9):
        raise Invalid([Problem("", None, "revision", "revision", "revision")])
    return int(raw)


def refused(raw_code: str, error: Invalid | Conflict, **typed: Any) -> ResponseReturnValue:
    """Show the course again with what is wrong; what was begun is undone, what was typed stays."""
    db_session().rollback()
    if isinstance(error, Conflict):
        told = Problem("", None, "", error.code, conflict_words(error.code))
        return desk_page(raw_code, status=409, problems=[told], **typed)
    return desk_page(raw_code, status=400, problems=error.problems, **typed)
