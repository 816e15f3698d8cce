"""The keyer's desk of a sitting; what its pages do is `exams.pages.keying`."""

from typing import Any

from flask import url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from learning.exams.pages.keying import KeyingPages, OpenDesk
from learning.exams.queries.sheets import SheetDesk, sitting_desk
from learning.exams.routes.blueprint import bp
from learning.exams.services.keying import get_keyed
from learning.exams.words import _
from learning.kernel.permissions import Permission
from learning.web.guards import current_actor, requires

KEY = Permission.SELF_KEY
PAGES = {
    "desk": "exams.keying_desk",
    "sheet": "exams.keyed_sheet",
    "file": "exams.key_file",
    "settle": "exams.settle_sheet",
    "scan": "exams.keyed_scan",
}


def _pages(raw_public_id: str) -> KeyingPages:
    def open_desk(session: Session) -> OpenDesk:
        sitting = get_keyed(session, current_actor(), raw_public_id)
        trail = [(_("我的考试"), url_for("exams.index"))]
        return OpenDesk(sitting_desk(sitting), sitting.title, trail, _("准考证号或工号"))

    def hold_desk(session: Session) -> SheetDesk:
        return sitting_desk(get_keyed(session, current_actor(), raw_public_id))

    def address(page: str, **values: Any) -> str:
        return url_for(PAGES[page], raw_public_id=raw_public_id, **values)

    return KeyingPages(open_desk, hold_desk, address)


@bp.get("/<raw_public_id>/keying")
@requires(KEY)
def keying_desk(raw_public_id: str) -> ResponseReturnValue:
    """Show what waits for a keyer, and ask for the next sheet."""
    return _pages(raw_public_id).desk()


@bp.get("/<raw_public_id>/keying/sheet")
@requires(KEY)
def keyed_sheet(raw_public_id: str) -> ResponseReturnValue:
    """Show the lines of the sheet that was named: candidate, code and date in the query."""
    return _pages(raw_public_id).sheet()


@bp.post("/<raw_public_id>/keying/sheet")
@requires(KEY)
def key_sheet(raw_public_id: str) -> ResponseReturnValue:
    """Keep what was keyed of a sheet, wholly or not at all, and ask for the next one."""
    return _pages(raw_public_id).key()


@bp.route("/<raw_public_id>/keying/<raw_sheet_id>/settle", methods=["GET", "POST"])
@requires(KEY)
def settle_sheet(raw_public_id: str, raw_sheet_id: str) -> ResponseReturnValue:
    """Show where two keyings differ beside the scan, and keep what is right."""
    return _pages(raw_public_id).settle(raw_sheet_id)


@bp.route("/<raw_public_id>/keying/file", methods=["GET", "POST"])
@requires(KEY)
def key_file(raw_public_id: str) -> ResponseReturnValue:
    """Check a file of keyings, show what would come of it, and keep all of it or nothing."""
    return _pages(raw_public_id).file()


@bp.post("/<raw_public_id>/keying/scans/<raw_scan_id>")
@requires(KEY)
def keyed_scan(raw_public_id: str, raw_scan_id: str) -> ResponseReturnValue:
    """Hand out a scan to a keyer; that somebody looked is written down."""
    return _pages(raw_public_id).scan(raw_scan_id)
