"""Answer sheets: whose they are, what was keyed, what waits for whom. Nothing here holds a key.

What one person keyed is shown to nobody before a second one has keyed the same sheet.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from learning.accounts.models import User
from learning.attempts.queries import list_documents
from learning.attempts.rules import Form
from learning.exams.models import Admission, AnswerSheet, SheetKeying, SheetScan
from learning.exams.queries.people import in_chunks
from learning.exams.queries.views import checked_id
from learning.exams.rules.keying import Line, differences, from_json, lines_of
from learning.exams.rules.sheets import SheetState, Slot
from learning.kernel.errors import NotFound
from learning.organisations.queries.merging import merged_into

SHOWN = 100


@dataclass(frozen=True, slots=True)
class Candidate:
    """A candidate as a keyer sees them: what stands on the sheet."""

    user_id: int
    person: str
    name: str
    ticket_no: str
    staff_no: str
    unit_name: str


@dataclass(frozen=True, slots=True)
class Keyed:
    """What one person keyed, and when."""

    slot: int
    keyed_by: int
    name: str
    keyed_at: datetime
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ScanLine:
    """A scan in a list; the content is read when it is opened."""

    public_id: str
    name: str
    media_type: str
    added_at: datetime


@dataclass(frozen=True, slots=True)
class WaitingSheet:
    """A sheet that waits for a second keying or to be settled."""

    public_id: str
    state: SheetState
    name: str
    ticket_no: str
    revision: int
    keyed: int


@dataclass(frozen=True, slots=True)
class KeyingDesk:
    """What a keyer finds at a sitting; `done` counts their own keyings."""

    waiting: tuple[WaitingSheet, ...]
    differing: tuple[WaitingSheet, ...]
    done: int
    confirmed: int


def list_lines(session: Session, form: Form) -> list[Line]:
    """Return the lines of an answer sheet of a form; documents alone are read."""
    return lines_of(form.positions, list_documents(session, form.positions))


def find_candidates(
    session: Session, sitting_id: int, texts: Collection[str]
) -> dict[str, list[Candidate]]:
    """Return whom ticket or staff numbers mean at a sitting, by the text as it was typed."""
    found: dict[str, dict[int, Candidate]] = {}
    for chunk in in_chunks(sorted(texts)):
        rows = session.execute(
            _candidates(sitting_id).where(
                or_(Admission.ticket_no.in_(chunk), Admission.staff_no.in_(chunk))
            )
        )
        for row in rows:
            candidate = Candidate(*row)
            for text in {candidate.ticket_no, candidate.staff_no} & set(chunk):
                found.setdefault(text, {})[candidate.user_id] = candidate
    return {text: list(people.values()) for text, people in found.items()}


def get_candidate(session: Session, sitting_id: int, user_id: int) -> Candidate:
    """Return a candidate of a sitting."""
    row = session.execute(_candidates(sitting_id).where(Admission.user_id == user_id)).one_or_none()
    if row is None:
        raise NotFound("candidate")
    return Candidate(*row)


def _candidates(sitting_id: int) -> Select[*tuple[Any, ...]]:
    return (
        select(
            Admission.user_id,
            User.public_id,
            Admission.candidate_name,
            func.coalesce(Admission.ticket_no, ""),
            Admission.staff_no,
            Admission.unit_name,
        )
        .join(User, User.id == Admission.user_id)
        .where(Admission.sitting_id == sitting_id)
    )


def find_newest_sheet(session: Session, sitting_id: int, user_id: int) -> AnswerSheet | None:
    """Return a candidate's newest sheet as it is in the database now."""
    return session.scalars(
        select(AnswerSheet)
        .where(AnswerSheet.sitting_id == sitting_id, AnswerSheet.user_id == user_id)
        .order_by(AnswerSheet.revision.desc())
        .limit(1)
        .execution_options(populate_existing=True)
    ).one_or_none()


def get_sheet(session: Session, sitting_id: int, raw_sheet_id: str) -> AnswerSheet:
    """Return a sheet of the sitting; NotFound for any other."""
    row = session.scalars(
        select(AnswerSheet).where(
            AnswerSheet.public_id == checked_id(raw_sheet_id), AnswerSheet.sitting_id == sitting_id
        )
    ).one_or_none()
    if row is None:
        raise NotFound("sheet")
    return row


def list_keyings(session: Session, sheet_id: int) -> list[Keyed]:
    """Return what was keyed of a sheet, by slot."""
    rows = session.execute(
        select(
            SheetKeying.slot,
            SheetKeying.keyed_by,
            User.display_name,
            SheetKeying.keyed_at,
            SheetKeying.content,
        )
        .join(User, User.id == SheetKeying.keyed_by)
        .where(SheetKeying.sheet_id == sheet_id)
        .order_by(SheetKeying.slot)
    )
    return [Keyed(slot, by, name, at, from_json(text)) for slot, by, name, at, text in rows]


def list_keyers(session: Session, sheet_id: int) -> list[int]:
    """Return who keyed a sheet first and second, in this order."""
    return list(
        session.scalars(
            select(SheetKeying.keyed_by)
            .where(SheetKeying.sheet_id == sheet_id, SheetKeying.slot < Slot.SETTLED)
            .order_by(SheetKeying.slot)
        )
    )


def is_same_person(session: Session, user_id: int, others: Sequence[int]) -> bool:
    """Tell whether one of these people is the same, under this record or one merged into it."""
    if user_id in others:
        return True
    same = exists().where(User.id.in_(others), User.id.in_(merged_into(user_id)))
    return bool(others) and bool(session.scalar(select(same)))


def list_scans(session: Session, sitting_id: int, user_id: int) -> list[ScanLine]:
    """Return the scans of a candidate's sheet, those of all its revisions."""
    rows = session.execute(
        select(SheetScan.public_id, SheetScan.name, SheetScan.media_type, SheetScan.added_at)
        .join(AnswerSheet, AnswerSheet.id == SheetScan.sheet_id)
        .where(AnswerSheet.sitting_id == sitting_id, AnswerSheet.user_id == user_id)
        .order_by(SheetScan.id)
    )
    return [ScanLine(*row) for row in rows]


def get_scan(session: Session, sitting_id: int, raw_scan_id: str) -> SheetScan:
    """Return a scan of a sheet of the sitting; NotFound for any other."""
    row = session.scalars(
        select(SheetScan)
        .join(AnswerSheet, AnswerSheet.id == SheetScan.sheet_id)
        .where(SheetScan.public_id == checked_id(raw_scan_id), AnswerSheet.sitting_id == sitting_id)
    ).one_or_none()
    if row is None:
        raise NotFound("scan")
    return row


def get_desk(session: Session, sitting_id: int, keyer_id: int) -> KeyingDesk:
    """Return what waits for a keyer: sheets that others keyed once, and those that differ.

    Their own candidate's sheet is never theirs to key.
    """
    mine = exists().where(
        SheetKeying.sheet_id == AnswerSheet.id,
        or_(SheetKeying.keyed_by == keyer_id, SheetKeying.keyed_by.in_(merged_into(keyer_id))),
    )
    by_others = AnswerSheet.user_id != keyer_id
    waiting = _waiting(
        session, sitting_id, AnswerSheet.state == SheetState.OPEN.value, ~mine, by_others
    )
    differing = _waiting(
        session, sitting_id, AnswerSheet.state == SheetState.DIFFERS.value, by_others
    )
    done = session.scalar(
        select(func.count())
        .select_from(SheetKeying)
        .join(AnswerSheet, AnswerSheet.id == SheetKeying.sheet_id)
        .where(AnswerSheet.sitting_id == sitting_id, SheetKeying.keyed_by == keyer_id)
    )
    confirmed = session.scalar(
        select(func.count())
        .select_from(AnswerSheet)
        .where(
            AnswerSheet.sitting_id == sitting_id,
            AnswerSheet.state == SheetState.CONFIRMED.value,
        )
    )
    return KeyingDesk(waiting, differing, done or 0, confirmed or 0)


def _waiting(
    session: Session, sitting_id: int, *conditions: ColumnElement[bool]
) -> tuple[WaitingSheet, ...]:
    keyed = (
        select(func.count())
        .select_from(SheetKeying)
        .where(SheetKeying.sheet_id == AnswerSheet.id)
        .correlate(AnswerSheet)
        .scalar_subquery()
    )
    rows = session.execute(
        select(
            AnswerSheet.public_id,
            AnswerSheet.state,
            Admission.candidate_name,
            func.coalesce(Admission.ticket_no, ""),
            AnswerSheet.revision,
            keyed,
        )
        .join(Admission, same_candidate())
        .where(AnswerSheet.sitting_id == sitting_id, *conditions)
        .order_by(AnswerSheet.id)
        .limit(SHOWN)
    )
    return tuple(WaitingSheet(row[0], SheetState(row[1]), *row[2:]) for row in rows)


def same_candidate() -> ColumnElement[bool]:
    """Return the condition that a sheet and an admission are of one candidate."""
    return and_(
        Admission.sitting_id == AnswerSheet.sitting_id, Admission.user_id == AnswerSheet.user_id
    )


def list_differences(keyed: Sequence[Keyed]) -> list[str]:
    """Return the places at which the first two keyings of a sheet differ."""
    return differences(keyed[0].values, keyed[1].values)
