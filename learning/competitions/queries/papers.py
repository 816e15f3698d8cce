"""Paper in a round: what is decided, who of a unit is down for it, and how far they are.

Whose unit it is stands in every query, as at the other desks.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Exists, Select, and_, case, exists, func, literal, or_, select
from sqlalchemy.orm import Session, aliased

from learning.accounts.models import User
from learning.attempts.models import Attempt
from learning.attempts.rules import KEYED
from learning.competitions.formats import FIRST
from learning.competitions.models import Entry, PaperEntry
from learning.competitions.queries.desks import Desk, Oversight, get_desk, overseen
from learning.competitions.queries.lists import PAGE_SIZE
from learning.competitions.queries.paper_rules import find_paper
from learning.competitions.queries.participation import is_promoted
from learning.competitions.queries.views import CompetitionView, checked_id, get_round
from learning.competitions.rules.papers import PaperRules, PaperState
from learning.exams.models import AnswerSheet, SheetKeying
from learning.exams.queries.sheets import SheetDesk
from learning.exams.rules.sheets import SheetState
from learning.kernel.errors import NotFound
from learning.kernel.permissions import Actor
from learning.leaderboards.models import BoardEntry
from learning.organisations.models import Membership, Unit, UnitName
from learning.organisations.queries import valid_at


@dataclass(frozen=True, slots=True)
class PaperDesk:
    """A unit's desk of paper in one round; `rules` None where the round takes none."""

    desk: Desk
    round: CompetitionView
    rules: PaperRules | None
    sheets: SheetDesk


@dataclass(frozen=True, slots=True)
class PaperLine:
    """Somebody of a unit who is down for paper, and their newest sheet."""

    entry: str
    user_id: int
    name: str
    staff_no: str
    division: str
    state: PaperState
    sheet: str
    revision: int
    confirmed_at: datetime | None


@dataclass(frozen=True, slots=True)
class PaperShare:
    """How much of a unit's result comes from paper.

    `finished` are all its people with a counting result, `on_paper` those whose confirmed paper
    stands, `listed` who is down for it, `differing` sheets that wait to be settled.
    """

    public_id: str
    name: str
    finished: int
    on_paper: int
    listed: int
    differing: int
    total: int = 0


@dataclass(frozen=True, slots=True)
class Member:
    """A member of a unit as a staff number finds them; `entry_*` of their entry, if any."""

    user_id: int
    name: str
    entry_id: int | None
    entry_unit: int | None
    is_void: bool
    is_listed: bool
    has_online: bool
    is_promoted: bool


def get_paper_desk(
    session: Session,
    actor: Actor,
    raw_public_id: str,
    raw_unit_id: str,
    number: int,
    now: datetime,
) -> PaperDesk:
    """Return the desk of an enrolled unit that the actor looks after; else NotFound."""
    desk = get_desk(session, actor, raw_public_id, raw_unit_id, now)
    view = get_round(session, desk.competition, number)
    rules = find_paper(session, view.round_id)
    if rules is None:
        raise NotFound("paper")
    return PaperDesk(desk, view, rules, _sheets(desk, view, rules, now))


def _sheets(desk: Desk, view: CompetitionView, rules: PaperRules, now: datetime) -> SheetDesk:
    listed = _listed(desk, view.round_id)
    return SheetDesk(
        owner={"assessment_id": view.assessment_id},
        candidates=_people(desk, listed, now),
        row_of=lambda user_id: (
            select(PaperEntry.id)
            .join(Entry, Entry.id == PaperEntry.entry_id)
            .where(listed, Entry.user_id == user_id)
        ),
        assessment_id=view.assessment_id,
        public_id=view.public_id,
        zone=view.zone,
        opens_at=view.opens_at,
        closes_at=view.closes_at,
        max_milli=int(view.rules.max_points * 1000),
        takes_totals=rules.takes_totals,
        refusal=lambda session, user_id: (
            "paper_online"
            if not rules.beside_online
            and session.scalar(select(_online(view.assessment_id, user_id)))
            else None
        ),
    )


def _listed(desk: Desk, round_id: int) -> ColumnElement[bool]:
    return and_(
        PaperEntry.round_id == round_id,
        PaperEntry.unit_id == desk.unit_id,
        Entry.voided_at.is_(None),
    )


def _people(desk: Desk, listed: ColumnElement[bool], now: datetime) -> Select[*tuple[Any, ...]]:
    return (
        select(
            Entry.user_id.label("user_id"),
            User.public_id.label("person"),
            Entry.participant_name.label("name"),
            literal("").label("ticket_no"),
            _staff_no(desk.unit_id, now).label("staff_no"),
            Entry.unit_name.label("unit_name"),
        )
        .join(PaperEntry, PaperEntry.entry_id == Entry.id)
        .join(User, User.id == Entry.user_id)
        .where(listed)
    )


def _staff_no(unit_id: int, now: datetime) -> ColumnElement[str]:
    """Return a participant's staff number: that of the roster, else that said when entering."""
    number = (
        select(func.max(Membership.staff_no))
        .where(
            Membership.user_id == Entry.user_id,
            Membership.organisation_id == unit_id,
            valid_at(Membership, now),
        )
        .correlate(Entry)
        .scalar_subquery()
    )
    return func.coalesce(func.nullif(number, ""), Entry.staff_no)


def _online(assessment_id: int, user_id: Any) -> Exists:
    """Return the condition that a person has answered an assessment online."""
    return exists().where(
        Attempt.assessment_id == assessment_id,
        Attempt.user_id == user_id,
        or_(Attempt.finish_kind.is_(None), Attempt.finish_kind != KEYED),
    )


def find_members(
    session: Session, desk: PaperDesk, keys: Collection[str], now: datetime
) -> dict[str, Member]:
    """Return the unit's members by the key of their staff number, with what they have entered."""
    number = desk.round.number
    attempt = _online(desk.round.assessment_id, User.id)
    listed = exists().where(
        PaperEntry.round_id == desk.round.round_id, PaperEntry.entry_id == Entry.id
    )
    rows = session.execute(
        select(
            Membership.staff_no_key,
            User.id,
            User.display_name,
            Entry.id,
            Entry.unit_id,
            Entry.voided_at.is_not(None),
            listed,
            attempt,
            is_promoted(number, desk.round.id, Entry.id) if number > FIRST else literal(True),
        )
        .join(User, User.id == Membership.user_id)
        .outerjoin(
            Entry,
            and_(Entry.user_id == User.id, Entry.competition_id == desk.round.id),
        )
        .where(
            Membership.organisation_id == desk.desk.unit_id,
            Membership.staff_no_key.in_(keys),
            valid_at(Membership, now),
        )
    )
    return {row[0]: Member(*row[1:]) for row in rows}


_later = aliased(AnswerSheet)
_newest = ~exists().where(
    _later.assessment_id == AnswerSheet.assessment_id,
    _later.user_id == AnswerSheet.user_id,
    _later.revision > AnswerSheet.revision,
)
_stand = case(
    (AnswerSheet.id.is_(None), PaperState.WAITING.value),
    (Attempt.voided_at.is_not(None), PaperState.VOID.value),
    (AnswerSheet.state == SheetState.CONFIRMED.value, PaperState.CONFIRMED.value),
    (AnswerSheet.state == SheetState.DIFFERS.value, PaperState.DIFFERS.value),
    (
        exists().where(SheetKeying.sheet_id == AnswerSheet.id),
        PaperState.KEYED.value,
    ),
    else_=PaperState.WAITING.value,
)
"""Where a paper stands, of a listed entry outer joined with its newest sheet and attempt."""


def _with_sheets(
    query: Select[*tuple[Any, ...]], view: CompetitionView
) -> Select[*tuple[Any, ...]]:
    return query.outerjoin(
        AnswerSheet,
        and_(
            AnswerSheet.assessment_id == view.assessment_id,
            AnswerSheet.user_id == Entry.user_id,
            _newest,
        ),
    ).outerjoin(Attempt, Attempt.id == AnswerSheet.attempt_id)


def list_paper_people(
    session: Session,
    desk: PaperDesk,
    now: datetime,
    *,
    state: PaperState | None = None,
    search: str = "",
    page: int = 1,
) -> tuple[list[PaperLine], int]:
    """Return a page of who of the unit is down for paper, in the order put down, and how many."""
    conditions = [_listed(desk.desk, desk.round.round_id)]
    if search:
        conditions.append(Entry.participant_name.icontains(search, autoescape=True))
    if state is not None:
        conditions.append(_stand == state.value)
    query = _with_sheets(
        select(
            Entry.public_id,
            Entry.user_id,
            Entry.participant_name,
            _staff_no(desk.desk.unit_id, now),
            Entry.division,
            _stand,
            func.coalesce(AnswerSheet.public_id, ""),
            func.coalesce(AnswerSheet.revision, 0),
            AnswerSheet.confirmed_at,
        ).join(PaperEntry, PaperEntry.entry_id == Entry.id),
        desk.round,
    ).where(*conditions)
    total = session.scalar(select(func.count()).select_from(query.subquery())) or 0
    rows = session.execute(
        query.order_by(PaperEntry.id).offset((page - 1) * PAGE_SIZE).limit(PAGE_SIZE)
    )
    return [_line(row) for row in rows], total


def _line(row: Any) -> PaperLine:
    return PaperLine(
        entry=row[0],
        user_id=row[1],
        name=row[2],
        staff_no=row[3],
        division=row[4],
        state=PaperState(row[5]),
        sheet=row[6],
        revision=row[7],
        confirmed_at=row[8],
    )


def count_paper(session: Session, desk: PaperDesk) -> Mapping[PaperState, int]:
    """Return how many of the unit's people stand where."""
    query = _with_sheets(
        select(_stand, func.count())
        .select_from(Entry)
        .join(PaperEntry, PaperEntry.entry_id == Entry.id),
        desk.round,
    )
    rows = session.execute(query.where(_listed(desk.desk, desk.round.round_id)).group_by(_stand))
    found = {PaperState(state): count for state, count in rows}
    return {state: found.get(state, 0) for state in PaperState}


def find_paper_entry(session: Session, desk: PaperDesk, raw_entry_id: str) -> PaperEntry:
    """Return somebody of the unit's list. Raises NotFound."""
    row = session.scalars(
        select(PaperEntry)
        .join(Entry, Entry.id == PaperEntry.entry_id)
        .where(_listed(desk.desk, desk.round.round_id), Entry.public_id == checked_id(raw_entry_id))
    ).one_or_none()
    if row is None:
        raise NotFound("entry")
    return row


def count_unsettled(session: Session, view: CompetitionView) -> int:
    """Return how many sheets of a round were begun and are not confirmed."""
    counted = (
        select(func.count())
        .select_from(AnswerSheet)
        .where(
            AnswerSheet.assessment_id == view.assessment_id,
            AnswerSheet.state != SheetState.CONFIRMED.value,
        )
    )
    return session.scalar(counted) or 0


def list_paper_shares(
    session: Session, oversight: Oversight, view: CompetitionView, *, page: int
) -> tuple[list[PaperShare], int]:
    """Return a page of the units with people on paper, most papers first, and how many there are.

    In three grouped reads whatever the size: papers, results, names.
    """
    counted = (
        _with_sheets(
            select(
                PaperEntry.unit_id.label("unit_id"),
                func.count().label("listed"),
                func.sum(case((_stand == PaperState.CONFIRMED.value, 1), else_=0)).label("done"),
                func.sum(case((_stand == PaperState.DIFFERS.value, 1), else_=0)).label("differing"),
            )
            .select_from(Entry)
            .join(PaperEntry, PaperEntry.entry_id == Entry.id),
            view,
        )
        .where(
            PaperEntry.round_id == view.round_id,
            Entry.voided_at.is_(None),
            overseen(oversight, PaperEntry.unit_id),
        )
        .group_by(PaperEntry.unit_id)
        .subquery()
    )
    finished = (
        select(func.count(BoardEntry.id))
        .join(Entry, BoardEntry.subject == Entry.public_id)
        .where(
            BoardEntry.board_id == view.board_id,
            Entry.competition_id == view.id,
            Entry.unit_id == counted.c.unit_id,
        )
        .correlate(counted)
        .scalar_subquery()
    )
    total = session.scalar(select(func.count()).select_from(counted)) or 0
    rows = session.execute(
        select(
            Unit.public_id,
            UnitName.name,
            finished,
            counted.c.done,
            counted.c.listed,
            counted.c.differing,
        )
        .join(Unit, Unit.id == counted.c.unit_id)
        .join(UnitName, and_(UnitName.unit_id == Unit.id, UnitName.valid_to.is_(None)))
        .order_by(counted.c.done.desc(), counted.c.listed.desc(), Unit.id)
        .offset((page - 1) * PAGE_SIZE)
        .limit(PAGE_SIZE)
    )
    return [PaperShare(*row) for row in rows], total
