"""Answer sheets: whose they are, what was keyed, what waits for whom. Nothing here holds a key.

All of it is asked at a `SheetDesk`: a sitting's, or one that another domain makes for its people.
What one person keyed is shown to nobody before a second one has keyed the same sheet.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select
from sqlalchemy.orm import Session

from learning.accounts.models import User
from learning.attempts.queries import list_documents
from learning.attempts.rules import Form
from learning.exams.models import Admission, AnswerSheet, SheetKeying, SheetScan
from learning.exams.queries.people import in_chunks
from learning.exams.queries.views import SittingView, checked_id
from learning.exams.rules import Presence
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
class SheetDesk:
    """Where answer sheets are keyed: of what, whose, answered when.

    `owner` are the columns of a sheet that say what it belongs to; `candidates` selects who may
    have one, with the columns of `Candidate` as names; `row_of` selects the row that stands for one
    of them, held while their sheet is changed; `refusal` returns why somebody may have no paper
    after all, a code for Conflict, or None. `public_id` is what the audit trail names,
    `max_milli` the most that a paper is worth.
    """

    owner: Mapping[str, int]
    candidates: Select[*tuple[Any, ...]]
    row_of: Callable[[int], Select[int]]
    assessment_id: int
    public_id: str
    zone: str
    opens_at: datetime
    closes_at: datetime
    max_milli: int
    takes_totals: bool
    refusal: Callable[[Session, int], str | None] = lambda _session, _user_id: None

    @property
    def mine(self) -> ColumnElement[bool]:
        """Return the condition that a sheet belongs to what is keyed here."""
        return and_(*(getattr(AnswerSheet, name) == value for name, value in self.owner.items()))

    @property
    def people(self) -> ColumnElement[bool]:
        """Return the condition that a sheet is of one of the people looked after here."""
        return AnswerSheet.user_id.in_(select(self.candidates.subquery().c.user_id))


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


def sitting_desk(sitting: SittingView) -> SheetDesk:
    """Return the desk of a sitting: its candidates are those who were admitted."""
    return SheetDesk(
        owner={"sitting_id": sitting.id},
        candidates=_admitted(sitting.id),
        row_of=lambda user_id: select(Admission.id).where(
            Admission.sitting_id == sitting.id, Admission.user_id == user_id
        ),
        assessment_id=sitting.assessment_id,
        public_id=sitting.public_id,
        zone=sitting.zone,
        opens_at=sitting.opens_at,
        closes_at=sitting.closes_at,
        max_milli=sitting.rules.max_milli,
        takes_totals=sitting.settings.paper_totals,
        refusal=lambda session, user_id: (
            "sheet_refused_entry" if session.scalar(_refused(sitting.id, user_id)) else None
        ),
    )


def _refused(sitting_id: int, user_id: int) -> Select[bool]:
    """Ask whether the door refused a candidate; who was called absent may have come late."""
    return select(
        exists().where(
            Admission.sitting_id == sitting_id,
            Admission.user_id == user_id,
            Admission.presence == Presence.REFUSED.value,
        )
    )


def _admitted(sitting_id: int) -> Select[*tuple[Any, ...]]:
    return (
        select(
            Admission.user_id.label("user_id"),
            User.public_id.label("person"),
            Admission.candidate_name.label("name"),
            func.coalesce(Admission.ticket_no, "").label("ticket_no"),
            Admission.staff_no.label("staff_no"),
            Admission.unit_name.label("unit_name"),
        )
        .join(User, User.id == Admission.user_id)
        .where(Admission.sitting_id == sitting_id)
    )


def find_candidates(
    session: Session, desk: SheetDesk, texts: Collection[str]
) -> dict[str, list[Candidate]]:
    """Return whom ticket or staff numbers mean at a desk, by the text as it was typed."""
    found: dict[str, dict[int, Candidate]] = {}
    people = desk.candidates.subquery()
    for chunk in in_chunks(sorted(text for text in texts if text)):
        rows = session.execute(
            select(people).where(or_(people.c.ticket_no.in_(chunk), people.c.staff_no.in_(chunk)))
        )
        for row in rows:
            candidate = Candidate(*row)
            for text in {candidate.ticket_no, candidate.staff_no} & set(chunk):
                found.setdefault(text, {})[candidate.user_id] = candidate
    return {text: list(people.values()) for text, people in found.items()}


def get_candidate(session: Session, desk: SheetDesk, user_id: int) -> Candidate:
    """Return one of the people of a desk."""
    people = desk.candidates.subquery()
    row = session.execute(select(people).where(people.c.user_id == user_id)).one_or_none()
    if row is None:
        raise NotFound("candidate")
    return Candidate(*row)


def find_newest_sheet(session: Session, desk: SheetDesk, user_id: int) -> AnswerSheet | None:
    """Return a candidate's newest sheet as it is in the database now."""
    return session.scalars(
        select(AnswerSheet)
        .where(desk.mine, AnswerSheet.user_id == user_id)
        .order_by(AnswerSheet.revision.desc())
        .limit(1)
        .execution_options(populate_existing=True)
    ).one_or_none()


def get_sheet(session: Session, desk: SheetDesk, raw_sheet_id: str) -> AnswerSheet:
    """Return a sheet of the desk's people; NotFound for any other."""
    row = session.scalars(
        select(AnswerSheet).where(
            AnswerSheet.public_id == checked_id(raw_sheet_id), desk.mine, desk.people
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


def list_scans(session: Session, desk: SheetDesk, user_id: int) -> list[ScanLine]:
    """Return the scans of a candidate's sheet, those of all its revisions."""
    rows = session.execute(
        select(SheetScan.public_id, SheetScan.name, SheetScan.media_type, SheetScan.added_at)
        .join(AnswerSheet, AnswerSheet.id == SheetScan.sheet_id)
        .where(desk.mine, AnswerSheet.user_id == user_id)
        .order_by(SheetScan.id)
    )
    return [ScanLine(*row) for row in rows]


def get_scan(session: Session, desk: SheetDesk, raw_scan_id: str) -> SheetScan:
    """Return a scan of a sheet of the desk's people; NotFound for any other."""
    row = session.scalars(
        select(SheetScan)
        .join(AnswerSheet, AnswerSheet.id == SheetScan.sheet_id)
        .where(SheetScan.public_id == checked_id(raw_scan_id), desk.mine, desk.people)
    ).one_or_none()
    if row is None:
        raise NotFound("scan")
    return row


def get_desk(session: Session, desk: SheetDesk, keyer_id: int) -> KeyingDesk:
    """Return what waits for a keyer: sheets that others keyed once, and those that differ.

    Their own candidate's sheet is never theirs to key.
    """
    mine = exists().where(
        SheetKeying.sheet_id == AnswerSheet.id,
        or_(SheetKeying.keyed_by == keyer_id, SheetKeying.keyed_by.in_(merged_into(keyer_id))),
    )
    by_others = AnswerSheet.user_id != keyer_id
    waiting = _waiting(session, desk, AnswerSheet.state == SheetState.OPEN.value, ~mine, by_others)
    differing = _waiting(session, desk, AnswerSheet.state == SheetState.DIFFERS.value, by_others)
    done = session.scalar(
        select(func.count())
        .select_from(SheetKeying)
        .join(AnswerSheet, AnswerSheet.id == SheetKeying.sheet_id)
        .where(desk.mine, desk.people, SheetKeying.keyed_by == keyer_id)
    )
    confirmed = session.scalar(
        select(func.count())
        .select_from(AnswerSheet)
        .where(desk.mine, desk.people, AnswerSheet.state == SheetState.CONFIRMED.value)
    )
    return KeyingDesk(waiting, differing, done or 0, confirmed or 0)


def _waiting(
    session: Session, desk: SheetDesk, *conditions: ColumnElement[bool]
) -> tuple[WaitingSheet, ...]:
    keyed = (
        select(func.count())
        .select_from(SheetKeying)
        .where(SheetKeying.sheet_id == AnswerSheet.id)
        .correlate(AnswerSheet)
        .scalar_subquery()
    )
    people = desk.candidates.subquery()
    rows = session.execute(
        select(
            AnswerSheet.public_id,
            AnswerSheet.state,
            people.c.name,
            case((people.c.ticket_no != "", people.c.ticket_no), else_=people.c.staff_no),
            AnswerSheet.revision,
            keyed,
        )
        .join(people, people.c.user_id == AnswerSheet.user_id)
        .where(desk.mine, *conditions)
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
