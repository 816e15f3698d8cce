"""Keying a unit's papers of a round, and looking at, correcting and voiding one of them."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from learning.attempts.models import Attempt
from learning.competitions import services
from learning.competitions.queries.papers import PaperDesk, get_paper_desk
from learning.competitions.routes.blueprint import bp, desk_actor
from learning.competitions.routes.stages import read_number, round_name
from learning.competitions.rules import State
from learning.competitions.words import _
from learning.exams.forms.keying import CorrectionForm, missing_reason
from learning.exams.pages.keying import KeyingPages, OpenDesk, scan_reply
from learning.exams.queries import sheets as sheet_queries
from learning.exams.queries.sheets import SheetDesk
from learning.exams.rules.sheets import SheetState
from learning.exams.services import open_correction, open_scan
from learning.exams.words import keying
from learning.kernel.clock import utc_now
from learning.kernel.errors import Conflict
from learning.kernel.permissions import Permission
from learning.web import transaction
from learning.web.errors import words_for
from learning.web.guards import requires
from learning.web.transaction import db_session

DESK = Permission.SELF_CONTEST_DESK
PAGES = {
    "desk": "competitions.paper_keying",
    "sheet": "competitions.paper_keyed_sheet",
    "file": "competitions.paper_key_file",
    "settle": "competitions.settle_paper",
    "scan": "competitions.paper_scan",
}
AT = "/<raw_public_id>/units/<raw_unit_id>/paper/<raw_number>"


def _pages(raw_public_id: str, raw_unit_id: str, raw_number: str) -> KeyingPages:
    at: dict[str, Any] = {
        "raw_public_id": raw_public_id,
        "raw_unit_id": raw_unit_id,
        "raw_number": raw_number,
    }

    def open_desk(session: Session) -> OpenDesk:
        found = services.open_paper(
            session, desk_actor(), raw_public_id, raw_unit_id, read_number(raw_number), utc_now()
        )
        view = found.round
        title = round_name(session, view)
        trail = [
            (view.title, url_for("competitions.detail", raw_public_id=raw_public_id)),
            (
                found.desk.unit_name,
                url_for("competitions.unit", raw_public_id=raw_public_id, raw_unit_id=raw_unit_id),
            ),
            (_("纸笔作答"), url_for("competitions.paper_list", **at)),
        ]
        sub = f"{view.title} · {title} · {found.desk.unit_name}"
        return OpenDesk(found.sheets, sub, trail, _("工号"))

    def hold_desk(session: Session) -> SheetDesk:
        return services.hold_paper(
            session, desk_actor(), raw_public_id, raw_unit_id, read_number(raw_number), utc_now()
        ).sheets

    def address(page: str, **values: Any) -> str:
        return url_for(PAGES[page], **at, **values)

    return KeyingPages(open_desk, hold_desk, address)


@bp.get(f"{AT}/keying")
@requires(DESK)
def paper_keying(raw_public_id: str, raw_unit_id: str, raw_number: str) -> ResponseReturnValue:
    """Show what waits for a keyer, and ask for the next sheet."""
    return _pages(raw_public_id, raw_unit_id, raw_number).desk()


@bp.get(f"{AT}/keying/sheet")
@requires(DESK)
def paper_keyed_sheet(raw_public_id: str, raw_unit_id: str, raw_number: str) -> ResponseReturnValue:
    """Show the lines of the sheet that was named: candidate, code and date in the query."""
    return _pages(raw_public_id, raw_unit_id, raw_number).sheet()


@bp.post(f"{AT}/keying/sheet")
@requires(DESK)
def key_paper(raw_public_id: str, raw_unit_id: str, raw_number: str) -> ResponseReturnValue:
    """Keep what was keyed of a sheet, wholly or not at all, and ask for the next one."""
    return _pages(raw_public_id, raw_unit_id, raw_number).key()


@bp.route(f"{AT}/keying/<raw_sheet_id>/settle", methods=["GET", "POST"])
@requires(DESK)
def settle_paper(
    raw_public_id: str, raw_unit_id: str, raw_number: str, raw_sheet_id: str
) -> ResponseReturnValue:
    """Show where two keyings differ beside the scan, and keep what is right."""
    return _pages(raw_public_id, raw_unit_id, raw_number).settle(raw_sheet_id)


@bp.route(f"{AT}/keying/file", methods=["GET", "POST"])
@requires(DESK)
def paper_key_file(raw_public_id: str, raw_unit_id: str, raw_number: str) -> ResponseReturnValue:
    """Check a file of keyings, show what would come of it, and keep all of it or nothing."""
    return _pages(raw_public_id, raw_unit_id, raw_number).file()


def _found(session: Session, raw_public_id: str, raw_unit_id: str, raw_number: str) -> PaperDesk:
    return get_paper_desk(
        session, desk_actor(), raw_public_id, raw_unit_id, read_number(raw_number), utc_now()
    )


@bp.post(f"{AT}/scans/<raw_scan_id>")
@requires(DESK)
def paper_scan(
    raw_public_id: str, raw_unit_id: str, raw_number: str, raw_scan_id: str
) -> ResponseReturnValue:
    """Hand out a scan, also after the close; that somebody looked is written down."""
    session = db_session()
    found = _found(session, raw_public_id, raw_unit_id, raw_number)
    return scan_reply(open_scan(session, desk_actor(), found.sheets, raw_scan_id, utc_now()))


@bp.get(f"{AT}/sheets/<raw_sheet_id>")
@requires(DESK)
def paper_sheet(
    raw_public_id: str, raw_unit_id: str, raw_number: str, raw_sheet_id: str
) -> ResponseReturnValue:
    """Show what was keyed of one paper, by whom and when; before both keyed, nothing of it."""
    with transaction.reading() as session:
        found = _found(session, raw_public_id, raw_unit_id, raw_number)
        sheet = sheet_queries.get_sheet(session, found.sheets, raw_sheet_id)
        newest = sheet_queries.find_newest_sheet(session, found.sheets, sheet.user_id)
        candidate = sheet_queries.get_candidate(session, found.sheets, sheet.user_id)
        is_whole = sheet.state == SheetState.CONFIRMED.value
        keyed = sheet_queries.list_keyings(session, sheet.id) if is_whole else []
        scans = sheet_queries.list_scans(session, found.sheets, sheet.user_id)
        attempt = session.get(Attempt, sheet.attempt_id) if sheet.attempt_id else None
        is_void = attempt is not None and attempt.voided_at is not None
    is_open = found.round.state is State.OPEN
    return render_template(
        "competitions/paper_sheet.html",
        competition=found.round,
        desk=found.desk,
        number=found.round.number,
        sheet=sheet,
        candidate=candidate,
        keyed=keyed,
        rows=keying.compared_rows(keyed),
        scans=scans,
        scan_url=lambda scan: url_for(
            "competitions.paper_scan",
            raw_public_id=raw_public_id,
            raw_unit_id=raw_unit_id,
            raw_number=raw_number,
            raw_scan_id=scan,
        ),
        badge_words=(
            (_("已作废"), "over") if is_void else keying.sheet_words(SheetState(sheet.state))
        ),
        form=CorrectionForm(formdata=None),
        may_correct=is_open and is_whole and sheet is newest and not is_void,
        may_void=is_whole and not is_void and found.desk.role.decides,
    )


@bp.post(f"{AT}/sheets/<raw_sheet_id>/correct")
@requires(DESK)
def correct_paper(
    raw_public_id: str, raw_unit_id: str, raw_number: str, raw_sheet_id: str
) -> ResponseReturnValue:
    """Have a confirmed paper keyed anew by two people."""
    form, session, actor, now = CorrectionForm(), db_session(), desk_actor(), utc_now()
    at: dict[str, Any] = {
        "raw_public_id": raw_public_id,
        "raw_unit_id": raw_unit_id,
        "raw_number": raw_number,
    }
    back = redirect(url_for("competitions.paper_sheet", **at, raw_sheet_id=raw_sheet_id), 303)
    if not form.validate() or not form.text():
        flash(missing_reason(), "warning")
        return back
    number = read_number(raw_number)
    try:
        open_correction(
            session,
            actor,
            services.hold_paper(session, actor, raw_public_id, raw_unit_id, number, now).sheets,
            raw_sheet_id=raw_sheet_id,
            reason=form.text(),
            now=now,
        )
    except Conflict as conflict:
        session.rollback()
        flash(words_for(conflict), "warning")
        return back
    flash(_("请两位录入人重新录入；一致之前成绩不变。"), "success")
    return redirect(url_for("competitions.paper_list", **at), 303)


@bp.post(f"{AT}/sheets/<raw_sheet_id>/void")
@requires(DESK)
def void_paper(
    raw_public_id: str, raw_unit_id: str, raw_number: str, raw_sheet_id: str
) -> ResponseReturnValue:
    """Let a paper count for nothing, as organiser or office; form: `reason`."""
    services.void_paper(
        db_session(),
        desk_actor(),
        raw_public_id,
        raw_unit_id=raw_unit_id,
        number=read_number(raw_number),
        raw_sheet_id=raw_sheet_id,
        raw_reason=request.form.get("reason", ""),
        now=utc_now(),
    )
    flash(_("这份答卷已作废，名次随之更正。"), "success")
    return redirect(
        url_for(
            "competitions.paper_sheet",
            raw_public_id=raw_public_id,
            raw_unit_id=raw_unit_id,
            raw_number=raw_number,
            raw_sheet_id=raw_sheet_id,
        ),
        303,
    )
