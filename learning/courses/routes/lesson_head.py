"""The head of a lesson by its fields, for authors who would rather not write TOML."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_datetime
from sqlalchemy.orm import Session

from learning.courses import services
from learning.courses.drafts import head_of
from learning.courses.forms import LessonHeadForm
from learning.courses.loader import lesson_paths
from learning.courses.models import AuthoredCourse
from learning.courses.queries import authoring as queries
from learning.courses.routes.authoring_words import _, conflict_words
from learning.courses.routes.blueprint import authoring_bp as bp
from learning.courses.routes.desk import WRITE, posted_revision
from learning.kernel.clock import utc_now
from learning.kernel.errors import Conflict, NotFound
from learning.web.guards import current_actor, requires
from learning.web.transaction import db_session


@bp.get("/<raw_code>/head")
@requires(WRITE)
def head(raw_code: str) -> ResponseReturnValue:
    """Show the head of a lesson as a form; one that no form shows leads to the text."""
    session = db_session()
    authored = queries.get_authored(session, current_actor(), WRITE, raw_code, utc_now())
    path, text, revision = _lesson(session, authored, request.args.get("path", ""))
    found = head_of(text)
    if found is None:
        flash(conflict_words("head_unshown"), "warning")
        return redirect(url_for("authoring.edit", raw_code=raw_code, path=path), 303)
    form = LessonHeadForm(formdata=None)
    form.fill(found)
    return _page(authored, path, form, revision, is_deck=bool(found.deck))


@bp.post("/<raw_code>/head")
@requires(WRITE)
def save_head(raw_code: str) -> ResponseReturnValue:
    """Save a head; what is refused keeps what was typed, and somebody else's save is told."""
    session, actor, now = db_session(), current_actor(), utc_now()
    authored = queries.get_authored(session, actor, WRITE, raw_code, now)
    path, text, revision = _lesson(session, authored, request.form.get("path", ""))
    form, begun_at = LessonHeadForm(), posted_revision()
    found = head_of(text)
    is_deck = found is not None and bool(found.deck)
    if not form.validate():
        return _page(authored, path, form, begun_at, is_deck=is_deck, status=400)
    try:
        services.save_head(session, actor, authored, path, form.head(), begun_at, now)
    except Conflict as conflict:
        if conflict.code == "file_changed":
            who, at = conflict.data["who"], str(format_datetime(conflict.data["at"], "HH:mm"))
            notice = _(
                "%(who)s在 %(at)s 改过这一课。再按一次保存，课时信息用您填的，正文用对方的。",
                who=who,
                at=at,
            )
        else:
            notice = conflict_words(conflict.code)
        return _page(authored, path, form, revision, is_deck=is_deck, notice=notice, status=409)
    flash(_("课时信息已保存在草稿里。"), "success")
    return redirect(url_for("authoring.edit", raw_code=raw_code, path=path), 303)


def _lesson(session: Session, authored: AuthoredCourse, raw_path: str) -> tuple[str, str, int]:
    """Return the path, the text and the revision of a lesson; NotFound for any other file."""
    if lesson_paths([raw_path]) != [raw_path]:
        raise NotFound("file")
    file = queries.get_file(session, authored, raw_path)
    stored = queries.get_contents(session, [file.sha256])[file.sha256]
    return file.path, stored.decode("utf-8-sig", "replace").replace("\r\n", "\n"), file.revision


def _page(
    authored: AuthoredCourse,
    path: str,
    form: LessonHeadForm,
    revision: int,
    *,
    is_deck: bool,
    notice: str = "",
    status: int = 200,
) -> ResponseReturnValue:
    form.make_room()
    page = render_template(
        "courses/authoring/head.html",
        course=authored,
        path=path,
        form=form,
        is_deck=is_deck,
        revision=revision,
        is_in_review=authored.state == "review",
        notice=notice,
    )
    return page, status
