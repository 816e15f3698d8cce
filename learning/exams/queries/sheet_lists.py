"""The answer sheets of a sitting for its examiner, and those of which only a total is known."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, exists, func, select
from sqlalchemy.orm import Session, aliased

from learning.accounts.models import User
from learning.attempts.models import Attempt, ScoreRow
from learning.attempts.rules import NO_ANSWERS
from learning.exams.models import Admission, AnswerSheet, SheetKeying, SheetScan
from learning.exams.queries.sheets import SHOWN, same_candidate
from learning.exams.rules.keying import TOTAL, from_json
from learning.exams.rules.sheets import SheetState

SHEETS_PAGE = 50


@dataclass(frozen=True, slots=True)
class SheetLine:
    """A sheet in the examiner's list; `keyers` are those who keyed it, in the order of slots."""

    public_id: str
    person: str
    name: str
    ticket_no: str
    revision: int
    reason: str
    state: SheetState
    keyers: tuple[str, ...]
    scans: int
    is_total: bool
    confirmed_at: datetime | None
    is_newest: bool


def list_sheets(
    session: Session, sitting_id: int, *, state: SheetState | None, page: int
) -> tuple[list[SheetLine], int]:
    """Return a page of the sheets of a sitting, the newest first, and how many there are."""
    conditions = [AnswerSheet.sitting_id == sitting_id]
    if state is not None:
        conditions.append(AnswerSheet.state == state.value)
    total = session.scalar(select(func.count()).select_from(AnswerSheet).where(*conditions))
    later = aliased(AnswerSheet)
    scans = (
        select(func.count())
        .select_from(SheetScan)
        .where(SheetScan.sheet_id == AnswerSheet.id)
        .correlate(AnswerSheet)
        .scalar_subquery()
    )
    is_newest = ~exists().where(
        later.sitting_id == AnswerSheet.sitting_id,
        later.user_id == AnswerSheet.user_id,
        later.revision > AnswerSheet.revision,
    )
    rows = session.execute(
        select(
            AnswerSheet,
            User.public_id,
            Admission.candidate_name,
            func.coalesce(Admission.ticket_no, "").label("ticket_no"),
            scans.label("scans"),
            is_newest.label("is_newest"),
        )
        .join(Admission, same_candidate())
        .join(User, User.id == AnswerSheet.user_id)
        .where(*conditions)
        .order_by(AnswerSheet.id.desc())
        .offset((page - 1) * SHEETS_PAGE)
        .limit(SHEETS_PAGE)
    ).all()
    keyers = _keyers(session, [row[0].id for row in rows])
    return [_sheet_line(row, keyers.get(row[0].id, ())) for row in rows], total or 0


def _keyers(session: Session, sheet_ids: Sequence[int]) -> dict[int, tuple[str, ...]]:
    rows = session.execute(
        select(SheetKeying.sheet_id, User.display_name)
        .join(User, User.id == SheetKeying.keyed_by)
        .where(SheetKeying.sheet_id.in_(sheet_ids))
        .order_by(SheetKeying.sheet_id, SheetKeying.slot)
    )
    found: dict[int, tuple[str, ...]] = {}
    for sheet_id, name in rows:
        found[sheet_id] = (*found.get(sheet_id, ()), name)
    return found


def _sheet_line(row: Any, keyers: tuple[str, ...]) -> SheetLine:
    sheet = row[0]
    return SheetLine(
        public_id=sheet.public_id,
        person=row.public_id,
        name=row.candidate_name,
        ticket_no=row.ticket_no,
        revision=sheet.revision,
        reason=sheet.reason,
        state=SheetState(sheet.state),
        keyers=keyers,
        scans=row.scans,
        is_total=bool(from_json(sheet.content).get(TOTAL)),
        confirmed_at=sheet.confirmed_at,
        is_newest=row.is_newest,
    )


def list_totals(session: Session, sitting_id: int) -> tuple[list[str], int]:
    """Return the names of candidates of whose paper a total alone is known, and how many they are.

    At most a hundred names; nothing of these can be scored again.
    """
    later = aliased(AnswerSheet)
    query = (
        select(Admission.candidate_name)
        .select_from(AnswerSheet)
        .join(Admission, same_candidate())
        .join(Attempt, Attempt.id == AnswerSheet.attempt_id)
        .join(
            ScoreRow,
            and_(
                ScoreRow.attempt_id == AnswerSheet.attempt_id,
                ScoreRow.version == AnswerSheet.score_version,
            ),
        )
        .where(
            AnswerSheet.sitting_id == sitting_id,
            ScoreRow.answers == NO_ANSWERS,
            Attempt.voided_at.is_(None),
            ~exists().where(
                later.attempt_id == AnswerSheet.attempt_id, later.revision > AnswerSheet.revision
            ),
        )
    )
    total = session.scalar(select(func.count()).select_from(query.subquery())) or 0
    return list(session.scalars(query.order_by(AnswerSheet.id).limit(SHOWN))), total
