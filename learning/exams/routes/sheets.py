"""The examiner's view of answer sheets: how each stands, who keyed what, corrections."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from learning.exams import queries as exam_queries
from learning.exams import services
from learning.exams.forms.keying import CorrectionForm, missing_reason
from learning.exams.pages.keying import scan_reply
from learning.exams.queries import sheets as queries
from learning.exams.queries.sheet_lists import SHEETS_PAGE, list_sheets
from learning.exams.routes.blueprint import bp
from learning.exams.rules.sheets import SheetState
from learning.exams.words import _, keying
from learning.kernel.clock import utc_now
from learning.kernel.errors import Conflict, Invalid, Problem
from learning.kernel.permissions import Permission
from learning.web import transaction
from learning.web.errors import words_for
from learning.web.forms import page_number
from learning.web.guards import current_actor, requires
from learning.web.transaction import db_session

MANAGE = Permission.SITTING_MANAGE


@bp.get("/<raw_public_id>/sheets")
@requires(MANAGE)
def sheets(raw_public_id: str) -> ResponseReturnValue:
    """List the answer sheets of a sitting."""
    page, state = page_number(request.args), _state()
    with transaction.reading() as session:
        sitting = exam_queries.get_managed(session, current_actor(), raw_public_id, utc_now())
        lines, total = list_sheets(session, sitting.id, state=state, page=page)
    return render_template(
        "exams/sheets.html",
        sitting=sitting,
        lines=[(line, keying.sheet_words(line.state)) for line in lines],
        state=state.value if state else "",
        states=[(each.value, keying.sheet_words(each)[0]) for each in SheetState],
        page=page,
        pages=max(1, -(-total // SHEETS_PAGE)),
        total=total,
        page_url=lambda number: url_for(
            "exams.sheets",
            raw_public_id=sitting.public_id,
            page=number,
            state=state.value if state else None,
        ),
    )


def _state() -> SheetState | None:
    raw = request.args.get("state", "")
    if raw and raw not in {*SheetState}:
        raise Invalid([Problem("", None, "state", "state", "state")])
    return SheetState(raw) if raw else None


@bp.get("/<raw_public_id>/sheets/<raw_sheet_id>")
@requires(MANAGE)
def sheet(raw_public_id: str, raw_sheet_id: str) -> ResponseReturnValue:
    """Show what was keyed of one sheet, by whom and when."""
    with transaction.reading() as session:
        sitting = exam_queries.get_managed(session, current_actor(), raw_public_id, utc_now())
        desk = queries.sitting_desk(sitting)
        found = queries.get_sheet(session, desk, raw_sheet_id)
        newest = queries.find_newest_sheet(session, desk, found.user_id)
        candidate = queries.get_candidate(session, desk, found.user_id)
        keyed = queries.list_keyings(session, found.id)
        scans = queries.list_scans(session, desk, found.user_id)
        may_correct = found is newest and found.state == SheetState.CONFIRMED.value
    return render_template(
        "exams/sheet.html",
        sitting=sitting,
        sheet=found,
        candidate=candidate,
        keyed=keyed,
        scans=scans,
        scan_url=lambda scan: url_for(
            "exams.sheet_scan", raw_public_id=sitting.public_id, raw_scan_id=scan
        ),
        badge_words=keying.sheet_words(SheetState(found.state)),
        rows=keying.compared_rows(keyed),
        form=CorrectionForm(formdata=None),
        may_correct=may_correct,
    )


@bp.post("/<raw_public_id>/sheets/<raw_sheet_id>/correct")
@requires(MANAGE)
def correct_sheet(raw_public_id: str, raw_sheet_id: str) -> ResponseReturnValue:
    """Have a confirmed sheet keyed anew."""
    form = CorrectionForm()
    back = redirect(
        url_for("exams.sheet", raw_public_id=raw_public_id, raw_sheet_id=raw_sheet_id), 303
    )
    if not form.validate() or not form.text():
        flash(missing_reason(), "warning")
        return back
    session, actor, now = db_session(), current_actor(), utc_now()
    try:
        services.open_correction(
            session,
            actor,
            services.hold_desk(session, actor, raw_public_id, now),
            raw_sheet_id=raw_sheet_id,
            reason=form.text(),
            now=now,
        )
    except Conflict as conflict:
        session.rollback()
        flash(words_for(conflict), "warning")
        return back
    flash(_("请两位录入人重新录入；一致之前成绩不变。"), "success")
    return redirect(url_for("exams.sheets", raw_public_id=raw_public_id), 303)


@bp.post("/<raw_public_id>/sheets/scans/<raw_scan_id>")
@requires(MANAGE)
def sheet_scan(raw_public_id: str, raw_scan_id: str) -> ResponseReturnValue:
    """Hand out a scan to the examiner; that somebody looked is written down."""
    session, actor, now = db_session(), current_actor(), utc_now()
    desk = queries.sitting_desk(exam_queries.get_managed(session, actor, raw_public_id, now))
    return scan_reply(services.open_scan(session, actor, desk, raw_scan_id, now))
