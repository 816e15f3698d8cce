"""Attendance lists: uploaded and checked, looked at, applied as one act, undone as one."""

from datetime import datetime

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from learning.kernel.clock import utc_now
from learning.kernel.documents import BadDocument, read_sheet
from learning.kernel.errors import Conflict
from learning.organisations.loader import ParsedRoster, parse_roster
from learning.organisations.words import document_words
from learning.study.forms import ListForm
from learning.study.queries import classes as queries
from learning.study.queries.classes import ClassView, SessionView
from learning.study.routes.blueprint import bp
from learning.study.routes.classes import MANAGE
from learning.study.rules.typed import COLUMNS, read_people
from learning.study.services import lists as services
from learning.study.words import _
from learning.study.words.classes import refusal_words, row_problem
from learning.web.guards import current_actor, requires
from learning.web.transaction import db_session

ROWS_SHOWN = 200


@bp.post("/classes/<raw_public_id>/sessions/<raw_session>/lists")
@requires(MANAGE)
def check_list(raw_public_id: str, raw_session: str) -> ResponseReturnValue:
    """Take a list: it is checked, nobody is written down yet."""
    now, actor, form = utc_now(), current_actor(), ListForm()
    _load(raw_public_id, raw_session, now)  # foreign is missing, whatever is uploaded
    back = redirect(
        url_for("study.session_", raw_public_id=raw_public_id, raw_session=raw_session), 303
    )
    try:
        name, parsed = _read(form)
        made = services.check_list(
            db_session(), actor, raw_public_id, raw_session, parsed, file_name=name, now=now
        )
    except BadDocument as error:
        flash(document_words(error), "error")
        return back
    except Conflict as error:
        db_session().rollback()
        flash(refusal_words(error.code), "error")
        return back
    return _to_list(raw_public_id, raw_session, made)


def _read(form: ListForm) -> tuple[str, ParsedRoster]:
    """Return the name of a list and its rows; raises BadDocument for a file that is none."""
    typed = form.typed()
    if typed.strip():
        rows, problems = read_people(typed)
        return _("填写的名单"), ParsedRoster(rows, dict(COLUMNS), problems)
    name, raw = form.upload()
    return name, parse_roster(read_sheet(raw), organisation_code="")


@bp.get("/classes/<raw_public_id>/sessions/<raw_session>/lists/<raw_list>")
@requires(MANAGE)
def list_(raw_public_id: str, raw_session: str, raw_list: str) -> ResponseReturnValue:
    """Show whom a list means and what is wrong with it."""
    view, meeting = _load(raw_public_id, raw_session, utc_now())
    kept = services.get_list(db_session(), meeting, raw_list)
    found, problems = services.rows_of(kept), services.problems_of(kept)
    return render_template(
        "study/list.html",
        view=view,
        meeting=meeting,
        kept=kept,
        rows=found[:ROWS_SHOWN],
        more=max(0, len(found) - ROWS_SHOWN),
        problems=[(problem, row_problem(problem)) for problem in problems[:ROWS_SHOWN]],
        here={"raw_public_id": raw_public_id, "raw_session": raw_session},
    )


@bp.post("/classes/<raw_public_id>/sessions/<raw_session>/lists/<raw_list>/apply")
@requires(MANAGE)
def apply_list(raw_public_id: str, raw_session: str, raw_list: str) -> ResponseReturnValue:
    """Write everybody on the list down as having been there."""
    try:
        made, vouched = services.apply_list(
            db_session(), current_actor(), raw_public_id, raw_session, raw_list, now=utc_now()
        )
    except Conflict as error:
        db_session().rollback()
        flash(refusal_words(error.code), "error")
    else:
        flash(_("已导入，新登记 %(n)s 人。", n=made), "success")
        if vouched:
            flash(_("已签到、没有签退的 %(n)s 人按名单算到课。", n=vouched), "success")
    return _to_list(raw_public_id, raw_session, raw_list)


@bp.post("/classes/<raw_public_id>/sessions/<raw_session>/lists/<raw_list>/undo")
@requires(MANAGE)
def undo_list(raw_public_id: str, raw_session: str, raw_list: str) -> ResponseReturnValue:
    """Take back who came by the list."""
    try:
        gone = services.undo_list(
            db_session(), current_actor(), raw_public_id, raw_session, raw_list, now=utc_now()
        )
    except Conflict as error:
        db_session().rollback()
        flash(refusal_words(error.code), "error")
    else:
        flash(_("已撤销，划去 %(n)s 人；扫码签到的不受影响。", n=gone), "success")
    return _to_list(raw_public_id, raw_session, raw_list)


def _load(raw_public_id: str, raw_session: str, now: datetime) -> tuple[ClassView, SessionView]:
    session = db_session()
    view = queries.get_class(session, current_actor(), raw_public_id, now)
    return view, queries.get_session(session, view.id, raw_session)


def _to_list(raw_public_id: str, raw_session: str, raw_list: str) -> ResponseReturnValue:
    address = url_for(
        "study.list_", raw_public_id=raw_public_id, raw_session=raw_session, raw_list=raw_list
    )
    return redirect(address, 303)
