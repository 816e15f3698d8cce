"""What a start and a waiting page need to know of a candidate's place, in one read."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BindParameter, Select, and_, bindparam, func, select
from sqlalchemy.orm import Session

from learning.accounts.models import LoginFailure
from learning.accounts.rules.throttling import WINDOW, FailureCount
from learning.attempts.models import Assessment, Attempt, MakeUp
from learning.attempts.queries import (
    OPENING_COLUMNS,
    PERSON,
    Opening,
    count_make_ups,
    opening_of,
)
from learning.attempts.rules import AttemptRules
from learning.exams.models import Admission, Sitting
from learning.exams.queries.resits import Resit, find_resit_refusal
from learning.exams.queries.views import checked_id
from learning.exams.rules import Accommodation, Door, Presence, SittingSettings, State
from learning.kernel.errors import NotFound
from learning.kernel.ids import digest
from learning.organisations.models import Unit

CODE_SOURCE = "access code"  # in the place of a network: the code is a sitting's, not a person's


@dataclass(frozen=True, slots=True)
class Ticket:
    """What a start needs to know; `wrong_codes` are the person's tries of the access code.

    `seat` is the number in the candidate's room, None before seats are given. `opening` is what
    the attempt engine needs; a waiting page does without.
    """

    state: State
    opening: Opening | None
    door: Door
    accommodation: Accommodation
    limit: timedelta
    has_open: bool
    candidates: int
    wrong_codes: FailureCount
    seat: int | None
    zone: str

    @property
    def extra(self) -> timedelta:
        """Return the extra time of this candidate."""
        return self.accommodation.added_to(self.limit)


def code_hash(user_id: int, public_id: str) -> str:
    """Return what stands for a person before a sitting's access code, in the table of failures."""
    return digest(f"access code {user_id} {public_id}")


def get_ticket(
    session: Session, user_id: int, raw_public_id: str, *, address: str, now: datetime
) -> Ticket:
    """Return what a start needs, in one read that holds off a concurrent close, edit, withdrawal.

    Resits take a second read. It holds off a word from the door as well. Raises NotFound for a
    draft and for who is not admitted: the two look missing.
    """
    row = _read(session, _HELD, user_id, raw_public_id, now)
    return _ticket(session, row, user_id, address, now, opening_of(row))


def look_at_ticket(
    session: Session, user_id: int, raw_public_id: str, *, address: str, now: datetime
) -> Ticket:
    """Return the same as `get_ticket` and hold nothing: what a waiting page asks."""
    row = _read(session, _LOOK, user_id, raw_public_id, now)
    return _ticket(session, row, user_id, address, now, None)


def _ticket_query() -> Select[*tuple[Any, ...]]:
    person: BindParameter[int] = bindparam(PERSON)
    own = and_(Attempt.assessment_id == Sitting.assessment_id, Attempt.user_id == person)
    last = select(func.max(Attempt.submitted_at)).where(own).scalar_subquery()
    is_open = select(func.count()).where(own, Attempt.submitted_at.is_(None)).scalar_subquery()
    wrong = and_(
        LoginFailure.name_hash == bindparam("code_hash"),
        LoginFailure.network == CODE_SOURCE,
        LoginFailure.failed_at > bindparam("since"),
    )
    return (
        select(
            Sitting.id,
            Sitting.state,
            Sitting.resit_of_id,
            Unit.timezone.label("zone"),
            Sitting.settings,
            Sitting.begun_at,
            Sitting.next_ticket,
            Assessment.opens_at,
            Assessment.closes_at,
            Assessment.rules,
            Admission.presence,
            Admission.extra_percent,
            Admission.extra_minutes,
            Admission.accommodation,
            Admission.seat,
            last.label("last_finished_at"),
            is_open.label("open_count"),
            count_make_ups(own & MakeUp.used_by.is_(None)).scalar_subquery().label("make_ups_left"),
            select(func.count()).where(wrong).scalar_subquery().label("wrong_count"),
            select(func.max(LoginFailure.failed_at))
            .where(wrong)
            .scalar_subquery()
            .label("wrong_last_at"),
        )
        .join(Admission, and_(Admission.sitting_id == Sitting.id, Admission.user_id == person))
        .join(Assessment, Assessment.id == Sitting.assessment_id)
        .join(Unit, Unit.id == Sitting.organiser_id)
        .where(Sitting.public_id == bindparam("public_id"), Sitting.state != State.DRAFT.value)
    )


_LOOK = _ticket_query()
_HELD = _LOOK.add_columns(*OPENING_COLUMNS).with_for_update(read=True, of=(Sitting, Admission))


def _read(
    session: Session,
    query: Select[*tuple[Any, ...]],
    user_id: int,
    raw_public_id: str,
    now: datetime,
) -> Any:
    public_id = checked_id(raw_public_id)
    asked = {PERSON: user_id, "public_id": public_id, "since": now - WINDOW}
    row = session.execute(query, asked | {"code_hash": code_hash(user_id, public_id)}).one_or_none()
    if row is None:
        raise NotFound("sitting")
    return row


def _ticket(
    session: Session, row: Any, user_id: int, address: str, now: datetime, opening: Opening | None
) -> Ticket:
    settings = SittingSettings.from_json(row.settings)
    resit = None
    if row.resit_of_id is not None:
        resit = Resit(row.id, row.resit_of_id, row.opens_at, settings)
    refusal = find_resit_refusal(session, resit, user_id, max(now, row.opens_at))
    return Ticket(
        state=State(row.state),
        opening=opening,
        door=replace(door_of(row, settings, address), resit=refusal),
        accommodation=accommodation_of(row),
        limit=AttemptRules.from_json(row.rules).limit,
        has_open=row.open_count > 0,
        candidates=row.next_ticket,
        wrong_codes=FailureCount(row.wrong_count, row.wrong_last_at),
        seat=row.seat,
        zone=row.zone,
    )


def door_of(row: Any, settings: SittingSettings, address: str) -> Door:
    """Return what stands between a candidate and the start, from a row of these columns."""
    return Door(
        settings=settings,
        opens_at=row.opens_at,
        closes_at=row.closes_at,
        begun_at=row.begun_at,
        presence=Presence(row.presence),
        last_finished_at=row.last_finished_at,
        address=address,
        makes_up=row.make_ups_left > 0,
    )


def accommodation_of(row: Any) -> Accommodation:
    """Return a candidate's accommodation from a row of an admission."""
    return Accommodation(row.extra_percent, row.extra_minutes, row.accommodation)
