"""Answer sheets beside the keying: made, corrected, scanned, and looked at.

Whoever changes a sheet holds the row that stands for the candidate at the desk (an admission):
there is one even before the first sheet.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from learning.attempts.models import Attempt
from learning.exams.models import AnswerSheet, SheetScan
from learning.exams.queries import sheets as queries
from learning.exams.queries.sheets import SheetDesk
from learning.exams.rules import Upload
from learning.exams.rules.sheets import MAX_SCANS, SheetState
from learning.kernel import audit
from learning.kernel.errors import Conflict, NotFound
from learning.kernel.ids import new_public_id
from learning.kernel.permissions import Actor


def hold_candidate(session: Session, desk: SheetDesk, user_id: int) -> None:
    """Hold a candidate of a desk until the end of the transaction. Raises NotFound."""
    held = session.scalar(desk.row_of(user_id).with_for_update(key_share=True))
    if held is None:
        raise NotFound("candidate")


def add_sheet(
    session: Session,
    actor: Actor,
    desk: SheetDesk,
    candidate_id: int,
    now: datetime,
    revision: int = 0,
    reason: str = "",
) -> AnswerSheet:
    """Add a sheet that waits for its first keying."""
    sheet = AnswerSheet(
        public_id=new_public_id(),
        **desk.owner,
        user_id=candidate_id,
        revision=revision,
        reason=reason,
        state=SheetState.OPEN.value,
        content="{}",
        opened_by=actor.user_id,
        opened_at=now,
    )
    session.add(sheet)
    session.flush()  # keyings refer to the row
    return sheet


def open_correction(
    session: Session,
    actor: Actor,
    desk: SheetDesk,
    *,
    raw_sheet_id: str,
    reason: str,
    now: datetime,
) -> None:
    """Have a confirmed sheet keyed anew by two people; until they agree the score stays.

    Raises NotFound, Conflict("sheet_not_confirmed" | "voided").
    """
    sheet = queries.get_sheet(session, desk, raw_sheet_id)
    hold_candidate(session, desk, sheet.user_id)
    newest = queries.find_newest_sheet(session, desk, sheet.user_id)
    if newest is None or newest.id != sheet.id or newest.state != SheetState.CONFIRMED.value:
        raise Conflict("sheet_not_confirmed")
    voided = select(Attempt.voided_at).where(Attempt.id == sheet.attempt_id)
    if session.scalar(voided) is not None:
        raise Conflict("voided")
    new = add_sheet(session, actor, desk, sheet.user_id, now, sheet.revision + 1, reason)
    details = {"sheet": new.public_id, "revision": new.revision, "reason": reason}
    log_sheet(session, "sheet.correction_opened", actor, desk, now, details)


def add_scans(
    session: Session,
    actor: Actor,
    desk: SheetDesk,
    sheet: AnswerSheet,
    uploads: Sequence[Upload],
    now: datetime,
) -> None:
    """Keep scans of a sheet. Raises Conflict("too_many") above five."""
    if not uploads:
        return
    held = queries.list_scans(session, desk, sheet.user_id)
    if len(held) + len(uploads) > MAX_SCANS * (sheet.revision + 1):
        raise Conflict("too_many")
    session.add_all(
        SheetScan(
            public_id=new_public_id(),
            sheet_id=sheet.id,
            name=upload.file.name,
            media_type=upload.file.media_type,
            content=upload.file.content,
            added_by=actor.user_id,
            added_at=now,
        )
        for upload in uploads
    )
    session.flush()  # a full disk must show here, not after the redirect was made
    details = {"sheet": sheet.public_id, "files": len(uploads)}
    log_sheet(session, "sheet.scanned", actor, desk, now, details)


def open_scan(
    session: Session, actor: Actor, desk: SheetDesk, raw_scan_id: str, now: datetime
) -> SheetScan:
    """Return a scan and write down who looked. Raises NotFound; nobody opens their own sheet."""
    scan = queries.get_scan(session, desk, raw_scan_id)
    owner = session.scalar(select(AnswerSheet.user_id).where(AnswerSheet.id == scan.sheet_id))
    if owner == actor.user_id:
        raise NotFound("scan")
    log_sheet(session, "sheet.scan_seen", actor, desk, now, {"scan": scan.public_id})
    return scan


def log_sheet(
    session: Session,
    act: str,
    actor: Actor,
    desk: SheetDesk,
    now: datetime,
    details: Mapping[str, object],
) -> None:
    """Write the act to the audit trail, without what was keyed."""
    audit.log(session, act, desk.public_id, actor_id=actor.user_id, now=now, details=details)
