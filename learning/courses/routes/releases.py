"""From draft to what people read: differences, review, publication, history."""

from dataclasses import dataclass

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from learning.courses import services
from learning.courses.drafts import (
    CourseImpact,
    DiffLine,
    FileChange,
    changed_paths,
    impact_from_json,
    line_differences,
)
from learning.courses.loader import is_figure, lesson_paths
from learning.courses.models import AuthoredCourse
from learning.courses.queries import authoring as queries
from learning.courses.routes.authoring_words import (
    _,
    change_badge,
    effect_words,
    state_badge,
    summary_words,
)
from learning.courses.routes.blueprint import authoring_bp as bp
from learning.courses.routes.desk import PUBLISH, READ, WRITE, judged, posted_revision, refused
from learning.kernel.clock import utc_now
from learning.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from learning.web.guards import current_actor, requires
from learning.web.transaction import db_session


@dataclass(frozen=True, slots=True)
class FileDifference:
    """A changed file with its lines; one of `assets/` has none, and a picture may be shown."""

    change: FileChange
    lines: list[DiffLine]
    is_figure: bool
    is_picture: bool


@bp.get("/<raw_code>/changes")
@requires(READ)
def changes(raw_code: str) -> ResponseReturnValue:
    """Show what the draft changes, or a release did, and what that means for learners."""
    session, actor, now = db_session(), current_actor(), utc_now()
    number = _number(request.args.get("release", ""))
    if number is not None:
        return _release_page(session, raw_code, number)
    found = judged(session, raw_code)
    authored = found.authored
    after = {path: file.sha256 for path, file in queries.list_files(session, authored).items()}
    before = queries.release_paths(session, authored)
    return render_template(
        "courses/authoring/changes.html",
        course=authored,
        badge_of=state_badge,
        files=_differences(session, before, after),
        is_first=not before,
        wrong=len(found.loaded.problems),
        release=None,
        note=authored.note,
        may_publish=authored.state == "review"
        and queries.may_in_course(session, actor, PUBLISH, authored, now),
        is_writer=actor.user_id
        in {authored.submitted_by, *queries.list_writers(session, authored)},
        max_note=services.MAX_NOTE,
        shown=lesson_paths(after),
        **_impact(found.impact),
    )


def _release_page(session: Session, raw_code: str, number: int) -> ResponseReturnValue:
    authored = queries.get_authored(session, current_actor(), READ, raw_code, utc_now())
    lines = {line.number: line for line in queries.list_releases(session, authored)}
    if number not in lines:
        raise NotFound("release")
    before = queries.release_paths(session, authored, number - 1) if number > 1 else {}
    return render_template(
        "courses/authoring/changes.html",
        course=authored,
        badge_of=state_badge,
        files=_differences(session, before, queries.release_paths(session, authored, number)),
        is_first=number == 1,
        wrong=0,
        release=lines[number],
        note=lines[number].note,
        may_publish=False,
        is_writer=False,
        max_note=services.MAX_NOTE,
        shown=(),
        **_impact(impact_from_json(lines[number].changes)),
    )


def _impact(impact: CourseImpact) -> dict[str, object]:
    return {
        "impact": impact,
        "summary": summary_words(impact),
        "change_badge": change_badge,
        "effect_words": effect_words,
    }


@bp.get("/<raw_code>/history")
@requires(READ)
def history(raw_code: str) -> ResponseReturnValue:
    """List the publications of a course."""
    session, actor, now = db_session(), current_actor(), utc_now()
    authored = queries.get_authored(session, actor, READ, raw_code, now)
    return render_template(
        "courses/authoring/history.html",
        course=authored,
        releases=queries.list_releases(session, authored),
        may_restore=authored.state != "review"
        and queries.may_in_course(session, actor, WRITE, authored, now),
    )


@bp.post("/<raw_code>/submit")
@requires(WRITE)
def submit(raw_code: str) -> ResponseReturnValue:
    """Send the draft to review."""
    note, substantial = request.form.get("note", ""), request.form.getlist("substantial")
    try:
        authored = _authored(raw_code)
        services.submit_course(
            db_session(),
            current_actor(),
            authored,
            note=note,
            substantial=substantial,
            revision=posted_revision(),
            now=utc_now(),
        )
    except (Invalid, Conflict) as error:
        return refused(raw_code, error, note=note, substantial=substantial)
    flash(_("已提交，由没有改过它的人审阅后发布。"), "pass")
    return redirect(url_for("authoring.desk", raw_code=raw_code), 303)


@bp.post("/<raw_code>/withdraw")
@requires(WRITE)
def withdraw(raw_code: str) -> ResponseReturnValue:
    """Take the draft back from review."""
    try:
        services.withdraw_course(db_session(), current_actor(), _authored(raw_code), utc_now())
    except Conflict as error:
        return refused(raw_code, error)
    flash(_("已撤回，可以接着改。"), "pass")
    return redirect(url_for("authoring.desk", raw_code=raw_code), 303)


@bp.post("/<raw_code>/decide")
@requires(PUBLISH)
def decide(raw_code: str) -> ResponseReturnValue:
    """Publish what is in review, or send it back with words."""
    session, actor, now = db_session(), current_actor(), utc_now()
    words = request.form.get("words", "")
    try:
        authored = queries.get_authored(session, actor, PUBLISH, raw_code, now)
        if request.form.get("act") == "send_back":
            services.send_back_course(session, actor, authored, words, now)
            flash(_("已退回给作者。"), "pass")
        else:
            revision = posted_revision()
            services.publish_draft(session, actor, authored, revision=revision, now=now)
            flash(_("已发布，学员现在读到的是新版本。"), "pass")
    except Forbidden as error:
        if error.code != "own_course":
            raise
        return refused(raw_code, Conflict("own_course"))
    except (Invalid, Conflict) as error:
        return refused(raw_code, error)
    return redirect(url_for("authoring.desk", raw_code=raw_code), 303)


@bp.post("/<raw_code>/shelf")
@requires(PUBLISH)
def shelf(raw_code: str) -> ResponseReturnValue:
    """Take a course off the catalogue, or put it back."""
    session, actor, now = db_session(), current_actor(), utc_now()
    authored = queries.get_authored(session, actor, PUBLISH, raw_code, now)
    try:
        if request.form.get("act") == "return":
            services.return_course(session, actor, authored, now)
            flash(_("已重新上架，可以开始学了。"), "pass")
        else:
            services.retire_course(session, actor, authored, now)
            flash(_("已下架：不再有新学员，已开始的人可以接着学完。"), "pass")
    except Conflict as error:
        return refused(raw_code, error)
    return redirect(url_for("authoring.desk", raw_code=raw_code), 303)


@bp.post("/<raw_code>/discard")
@requires(WRITE)
def discard(raw_code: str) -> ResponseReturnValue:
    """Give up what changed since the last release, or a draft that was never published."""
    actor, now = current_actor(), utc_now()
    try:
        revision = posted_revision()
        authored = _authored(raw_code)
        is_there = services.discard_draft(db_session(), actor, authored, revision=revision, now=now)
    except (Invalid, Conflict) as error:
        return refused(raw_code, error)
    if not is_there:
        flash(_("草稿已删除。"), "pass")
        return redirect(url_for("authoring.index"), 303)
    flash(_("已放弃改动，草稿与已发布的版本相同。"), "pass")
    return redirect(url_for("authoring.desk", raw_code=raw_code), 303)


@bp.post("/<raw_code>/restore")
@requires(WRITE)
def restore(raw_code: str) -> ResponseReturnValue:
    """Put an older release into the draft."""
    number = _number(request.form.get("release", ""))
    if number is None:
        raise NotFound("release")
    try:
        services.restore_release(
            db_session(),
            current_actor(),
            _authored(raw_code),
            number,
            revision=posted_revision(),
            now=utc_now(),
        )
    except (Invalid, Conflict) as error:
        return refused(raw_code, error)
    flash(_("第 %(n)s 次发布的文件已放回草稿，审阅后才会发布。", n=number), "pass")
    return redirect(url_for("authoring.desk", raw_code=raw_code), 303)


def _authored(raw_code: str) -> AuthoredCourse:
    return queries.get_authored(db_session(), current_actor(), WRITE, raw_code, utc_now())


def _number(raw: str) -> int | None:
    return int(raw) if raw.isascii() and raw.isdigit() and 0 < len(raw) < 7 else None


def _differences(
    session: Session, before: dict[str, str], after: dict[str, str]
) -> list[FileDifference]:
    changed = changed_paths(before, after)
    texts = [each for each in changed if not each.path.startswith("assets/")]
    hashes = [h for each in texts for h in (each.before, each.after) if h]
    contents = queries.get_contents(session, hashes)

    def text(sha256: str | None) -> str:
        raw = contents[sha256] if sha256 else b""
        return raw.decode("utf-8-sig", "replace").replace("\r\n", "\n")

    return [
        FileDifference(
            each,
            line_differences(text(each.before), text(each.after)) if each in texts else [],
            each not in texts,
            is_figure(each.path),
        )
        for each in changed
    ]
