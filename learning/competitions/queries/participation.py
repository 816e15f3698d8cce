"""Entries, what a start needs, and the results from which the list is made."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, case, false, func, literal, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from learning.attempts.models import Assessment, Attempt
from learning.attempts.rules import AttemptRules
from learning.competitions.formats import FIRST, TRAINING
from learning.competitions.models import (
    Competition,
    Entry,
    Promoted,
    PromotionAct,
    Round,
)
from learning.competitions.queries.paper_rules import is_on_paper
from learning.competitions.queries.views import (
    ROUND_STATE,
    CompetitionView,
    checked_id,
    read_format,
    read_showing,
)
from learning.competitions.rules import Format, Names, State, is_frozen, mask_name
from learning.kernel.db import Instant
from learning.kernel.errors import NotFound
from learning.leaderboards.models import Board, BoardDay, BoardEntry

ENTRY_COLUMNS: tuple[InstrumentedAttribute[Any], ...] = (
    Entry.public_id,
    Entry.participant_name,
    Entry.unit_name,
    Entry.region,
    Entry.entered_at,
    Entry.unit_id,
    Entry.division,
    Entry.province,
    Entry.shows_name,
    Entry.voided_at,
    Entry.corrected_at,
)


@dataclass(frozen=True, slots=True)
class EntryView:
    """An entry as frozen when made, or corrected once.

    `shows_name` is the person's choice about public pages.
    """

    public_id: str
    participant_name: str
    unit_name: str
    region: str
    entered_at: datetime
    unit_id: int | None = None
    division: str = ""
    province: str = ""
    shows_name: bool = False
    voided_at: datetime | None = None
    corrected_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class OwnAttempt:
    """A person's own attempt at a round, without its score."""

    public_id: str
    number: int
    finished_at: datetime | None
    started_at: datetime

    @property
    def is_open(self) -> bool:
        """Tell whether it can still be answered."""
        return self.finished_at is None


@dataclass(frozen=True, slots=True)
class Participation:
    """Where the result of a person's attempt belongs; `counts` as in the attempt rules.

    `frozen_until` is the freeze whose list is kept beside the round's own, None where none is;
    `counted_until` the end of the last day whose list was begun to be kept, None before the first.
    """

    round_id: int
    board_id: int
    tie_rule: str
    state: State
    entry_public_id: str
    counts: str
    division: str
    province: str
    format: Format
    unit: str
    frozen_until: datetime | None
    counted_until: datetime | None


@dataclass(frozen=True, slots=True)
class Ticket:
    """What a start needs to know; `entry_id` is None for a person who has not entered.

    `is_admitted` tells whether the round is open to them: a later one only to who was promoted;
    `is_on_paper` whether their unit put them down for paper where it is one or the other.
    """

    state: State
    assessment_id: int
    entry_id: int | None
    format: Format
    is_admitted: bool
    is_on_paper: bool = False
    extra_percent: int = 0


def find_entry(session: Session, competition_id: int, user_id: int) -> EntryView | None:
    """Return a person's own entry, or None."""
    row = session.execute(
        select(*ENTRY_COLUMNS).where(
            Entry.competition_id == competition_id, Entry.user_id == user_id
        )
    ).one_or_none()
    return None if row is None else EntryView(*row)


def list_own_attempts(session: Session, assessment_id: int, user_id: int) -> list[OwnAttempt]:
    """Return a person's attempts at an assessment, the first one first."""
    rows = session.execute(
        select(Attempt.public_id, Attempt.number, Attempt.finished_at, Attempt.started_at)
        .where(Attempt.assessment_id == assessment_id, Attempt.user_id == user_id)
        .order_by(Attempt.number)
    )
    return [OwnAttempt(*row) for row in rows]


def get_ticket(
    session: Session, user_id: int, raw_public_id: str, *, number: int = FIRST
) -> Ticket:
    """Return what a start or an entry needs, in one read that holds off a concurrent close.

    The share lock makes a close wait for starts under way and starts wait for a close, so that no
    attempt begins in a competition whose list is published.
    """
    row = session.execute(
        select(
            ROUND_STATE,
            Round.assessment_id,
            Entry.id,
            Round.format,
            is_promoted(number, Competition.id, Entry.id) if number > FIRST else literal(True),
            is_on_paper(),
            func.coalesce(Entry.extra_percent, 0),
        )
        .join(Round, Round.competition_id == Competition.id)
        .outerjoin(
            Entry,
            (Entry.competition_id == Competition.id)
            & (Entry.user_id == user_id)
            & Entry.voided_at.is_(None),
        )
        .where(
            Competition.public_id == checked_id(raw_public_id),
            Competition.state != State.DRAFT.value,
            Round.number == number,
        )
        .with_for_update(read=True, of=Competition)
    ).one_or_none()
    if row is None:
        raise NotFound("competition")
    state, assessment_id, entry_id, chosen, is_admitted, on_paper, extra = row
    return Ticket(
        State(state),
        assessment_id,
        entry_id,
        read_format(chosen),
        bool(is_admitted),
        bool(on_paper),
        extra,
    )


def is_promoted(
    number: int | InstrumentedAttribute[int], competition_id: Any, entry_id: Any
) -> ColumnElement[bool]:
    """Return the condition that an entry went on to a later round, and did not withdraw."""
    before = aliased(Round)
    return (
        select(Promoted.id)
        .join(PromotionAct, PromotionAct.id == Promoted.promotion_id)
        .join(before, before.id == PromotionAct.round_id)
        .where(
            before.competition_id == competition_id,
            before.number == number - 1,
            Promoted.entry_id == entry_id,
            Promoted.status == "on",
        )
        .exists()
    )


_CLOSED_AT = case((Round.number == FIRST, Competition.closed_at), else_=Round.closed_at)

_PARTICIPATION = (
    select(
        Round.id,
        Round.board_id,
        Competition.tie_rule,
        ROUND_STATE.label("state"),
        Entry.public_id,
        Assessment.rules,
        Entry.division,
        Entry.province,
        Round.format,
        Entry.unit_id,
        Round.frozen_board_id,
        Round.showing,
        select(func.max(BoardDay.until, type_=Instant()))
        .where(BoardDay.board_id == Round.board_id)
        .scalar_subquery()
        .label("counted_until"),
    )
    .join(Competition, Competition.id == Round.competition_id)
    .join(Entry, Entry.competition_id == Competition.id)
    .join(Assessment, Assessment.id == Round.assessment_id)
    .join(Board, Board.id == Round.board_id)
    .where(
        Round.assessment_id == bindparam("of_assessment"),
        Round.number != TRAINING,
        Entry.user_id == bindparam("of_user"),
    )
    .with_for_update(of=Board)
)


def find_participation(session: Session, assessment_id: int, user_id: int) -> Participation | None:
    """Return the round and entry to which a person's attempt at an assessment belongs, or None.

    What is done in training belongs nowhere. Takes the lock of the round's board with it: what
    stands there is read only after this.
    """
    of = {"of_assessment": assessment_id, "of_user": user_id}
    row = session.execute(_PARTICIPATION, of).one_or_none()
    if row is None:
        return None
    return Participation(
        round_id=row.id,
        board_id=row.board_id,
        tie_rule=row.tie_rule,
        state=State(row.state),
        entry_public_id=row.public_id,
        counts=_counts_of(row.rules),
        division=row.division,
        province=row.province,
        format=read_format(row.format),
        unit=unit_code(row.unit_id),
        frozen_until=read_showing(row.showing).freeze_at if row.frozen_board_id else None,
        counted_until=row.counted_until,
    )


@lru_cache(maxsize=256)
def _counts_of(rules: str) -> str:
    return AttemptRules.from_json(rules).counts.value


def unit_code(unit_id: int | None) -> str:
    """Return how boards name an organisation, "" for none."""
    return "" if unit_id is None else str(unit_id)


def count_participants(session: Session, competition_id: int) -> int:
    """Return how many have entered."""
    counted = select(func.count()).select_from(Entry).where(Entry.competition_id == competition_id)
    return session.scalar(counted) or 0


def has_entries(session: Session, competition_id: int) -> bool:
    """Tell whether anybody has entered."""
    first = select(Entry.id).where(Entry.competition_id == competition_id).limit(1)
    return session.scalar(first) is not None


def count_finished(session: Session, assessment_id: int) -> int:
    """Return how many attempts at the assessment are finished and not void."""
    counted = (
        select(func.count())
        .select_from(Attempt)
        .where(
            Attempt.assessment_id == assessment_id,
            Attempt.submitted_at.is_not(None),
            Attempt.voided_at.is_(None),
        )
    )
    return session.scalar(counted) or 0


def list_subjects(
    session: Session, competition_id: int, *, after: int, limit: int
) -> list[tuple[int, str]]:
    """Return the next participants as (user id, entry's public id) in the order of user ids."""
    rows = session.execute(
        select(Entry.user_id, Entry.public_id)
        .where(Entry.competition_id == competition_id, Entry.user_id > after)
        .order_by(Entry.user_id)
        .limit(limit)
    )
    return [(row.user_id, row.public_id) for row in rows]


def list_strangers(session: Session, competition: CompetitionView) -> list[str]:
    """Return the subjects on the board that are no entry of the competition."""
    # Not NOT IN: PostgreSQL asks that for each row anew once the list outgrows its memory.
    entered = (
        select(Entry.id)
        .where(Entry.competition_id == competition.id, Entry.public_id == BoardEntry.subject)
        .exists()
    )
    return list(
        session.scalars(
            select(BoardEntry.subject).where(BoardEntry.board_id == competition.board_id, ~entered)
        )
    )


def list_board_rounds(session: Session, raw_public_id: str = "") -> list[int]:
    """Return the rounds whose boards are fed: of one competition, or of all that opened."""
    query = (
        select(Round.id)
        .join(Competition, Competition.id == Round.competition_id)
        .where(Competition.state != State.DRAFT.value, Round.number != TRAINING)
        .order_by(Round.id)
    )
    if raw_public_id:
        query = query.where(Competition.public_id == checked_id(raw_public_id))
    found = list(session.scalars(query))
    if raw_public_id and not found:
        raise NotFound("competition")
    return found


def entries_of(session: Session, subjects: Sequence[str]) -> dict[str, EntryView]:
    """Return the entries of some subjects of a board, by public id."""
    rows = session.execute(select(*ENTRY_COLUMNS).where(Entry.public_id.in_(subjects)))
    return {row.public_id: EntryView(*row) for row in rows}


def matching_entries(
    competition_id: int, search: str, *, full_names: bool, names: Names = Names.CHOICE
) -> Select[str]:
    """Return the query of the entries (public ids) whose name or unit contains some words.

    Strangers search what they see: the public name. A whole name finds those whose masked name it
    would be, so that nobody learns from a search what the list does not show. Where all names are
    MASKED, who would show theirs is found by the unit alone.
    """
    if full_names:
        named: ColumnElement[bool] = Entry.participant_name.icontains(search, autoescape=True)
    else:
        named = or_(
            Entry.public_name.icontains(search, autoescape=True),
            Entry.public_name == mask_name(search) if len(search) > 1 else false(),
        )
    if not full_names and names is Names.MASKED:
        named = named & Entry.shows_name.is_(False)
    return select(Entry.public_id).where(
        Entry.competition_id == competition_id,
        or_(named, Entry.unit_name.icontains(search, autoescape=True)),
    )


def list_to_freeze(session: Session, now: datetime) -> list[int]:
    """Return the rounds whose freeze came and whose list of it is not made yet."""
    rows = session.execute(
        select(Round.id, Round.showing, ROUND_STATE.label("state"), _CLOSED_AT.label("closed_at"))
        .join(Competition, Competition.id == Round.competition_id)
        .where(
            Competition.state != State.DRAFT.value, Round.frozen_at.is_(None), Round.showing != "{}"
        )
        .order_by(Round.id)
    )
    return [row.id for row in rows if is_frozen(read_showing(row.showing), row.closed_at, now)]
