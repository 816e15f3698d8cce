"""A person's own sittings, with what of the results the rules let them see."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, and_, select
from sqlalchemy.orm import Session

from learning.attempts.models import Assessment, Attempt, MakeUp
from learning.attempts.queries import count_make_ups
from learning.attempts.rules import AttemptRules, ByHand, Release
from learning.exams.models import Admission, ResultRow, Sitting, SittingRoom
from learning.exams.queries.resits import find_resit_refusal, resit_of
from learning.exams.queries.views import SittingView, as_view, checked_id, view_query
from learning.exams.rules import (
    Accommodation,
    CandidateState,
    Door,
    Hindrance,
    Phase,
    Presence,
    ResitRefusal,
    SittingSettings,
    State,
    Tries,
    are_results_released,
    candidate_state,
    hindrance_of,
    may_start,
    phase_of,
)
from learning.kernel.errors import NotFound

MAX_OWN = 200


@dataclass(frozen=True, slots=True)
class CandidateSitting:
    """A sitting that a person is admitted to; `state` never tells more than is released.

    `attempt_public_id` is the attempt to go on with or to look at: the open one, else the one that
    counts, else the last one; None before the first. `points_milli` is None until released.
    `max_attempts` includes what outages earned, `make_ups_left` says how many of those are left.
    """

    public_id: str
    title: str
    opens_at: datetime
    closes_at: datetime
    state: CandidateState
    attempt_public_id: str | None
    phase: Phase
    limit_minutes: int
    used: int
    max_attempts: int
    make_ups_left: int
    points_milli: int | None
    max_milli: int | None
    cut_score_milli: int


@dataclass(frozen=True, slots=True)
class OwnAttempt:
    """A person's own attempt at a sitting, without its score."""

    public_id: str
    number: int
    finished_at: datetime | None

    @property
    def is_open(self) -> bool:
        """Tell whether it can still be answered."""
        return self.finished_at is None


@dataclass(frozen=True, slots=True)
class OwnPlace:
    """A candidate's ticket, room, seat and accommodation; `extra` on the limit of the sitting."""

    ticket_no: str
    room: str
    room_place: str
    seat: int | None
    accommodation: Accommodation
    extra: timedelta


@dataclass(frozen=True, slots=True)
class CandidatePage:
    """What a candidate's page of a sitting shows; `own.state` as in the list.

    `may_start` is about state, window and attempts; `hindrance` is what else stands in the way.
    """

    sitting: SittingView
    own: CandidateSitting
    candidate_name: str
    unit_name: str
    attempts: tuple[OwnAttempt, ...]
    may_start: bool
    place: OwnPlace
    hindrance: Hindrance | None
    retry_at: datetime | None
    resit: ResitRefusal | None


def list_sittings_for(session: Session, user_id: int, now: datetime) -> list[CandidateSitting]:
    """Return the sittings a person is admitted to, latest window end first; three statements."""
    rows = list(
        session.execute(
            _own_query(user_id)
            .order_by(Assessment.closes_at.desc(), Sitting.id.desc())
            .limit(MAX_OWN)
        ).mappings()
    )
    attempts = _attempts_of(session, user_id, [row["assessment_id"] for row in rows])
    busy = _busy(session, rows, now)
    return [_own(row, attempts.get(row["assessment_id"], []), busy, now) for row in rows]


def get_for_candidate(
    session: Session, user_id: int, raw_public_id: str, now: datetime, *, address: str = ""
) -> CandidatePage:
    """Return a sitting for one of its candidates; NotFound for drafts and everybody else.

    `address` is the client's, for sittings that are bound to networks.
    """
    row = (
        session.execute(_own_query(user_id).where(Sitting.public_id == checked_id(raw_public_id)))
        .mappings()
        .one_or_none()
    )
    if row is None:
        raise NotFound("sitting")
    attempts = _attempts_of(session, user_id, [row["assessment_id"]]).get(row["assessment_id"], [])
    own = _own(row, attempts, _busy(session, [row], now), now)
    sitting = as_view(row)
    when = max(now, sitting.opens_at)
    refusal = find_resit_refusal(session, resit_of(sitting), user_id, when)
    starts = may_start(sitting.phase(now), _tries(attempts), own.max_attempts)
    door = replace(_door(row, attempts, address), resit=refusal)
    return CandidatePage(
        sitting=sitting,
        own=own,
        candidate_name=row["candidate_name"],
        unit_name=row["unit_name"],
        attempts=tuple(attempts),
        may_start=starts and own.state is not CandidateState.PASSED,
        place=_place(row),
        hindrance=hindrance_of(door, now),
        retry_at=door.retry_at,
        resit=refusal,
    )


def find_ticket_no(session: Session, assessment_id: int, user_id: int) -> str:
    """Return the 准考证号 of a candidate at the sitting of an assessment, "" for none."""
    number = session.scalar(
        select(Admission.ticket_no)
        .join(Sitting, Sitting.id == Admission.sitting_id)
        .where(Sitting.assessment_id == assessment_id, Admission.user_id == user_id)
    )
    return number or ""


def _door(row: Any, attempts: Sequence[OwnAttempt], address: str) -> Door:
    finished = [attempt.finished_at for attempt in attempts if attempt.finished_at]
    return Door(
        settings=SittingSettings.from_json(row["settings_json"]),
        opens_at=row["opens_at"],
        closes_at=row["closes_at"],
        begun_at=row["begun_at"],
        presence=Presence(row["presence"]),
        last_finished_at=max(finished, default=None),
        address=address,
        makes_up=row["make_ups_left"] > 0,
    )


def _place(row: Any) -> OwnPlace:
    accommodation = Accommodation(row["extra_percent"], row["extra_minutes"], row["accommodation"])
    return OwnPlace(
        ticket_no=row["ticket_no"] or "",
        room=row["room_name"] or "",
        room_place=row["room_place"] or "",
        seat=row["seat"],
        accommodation=accommodation,
        extra=accommodation.added_to(AttemptRules.from_json(row["rules_json"]).limit),
    )


def _own_query(user_id: int) -> Select[*tuple[Any, ...]]:
    own = and_(Attempt.assessment_id == Sitting.assessment_id, Attempt.user_id == user_id)
    return (
        view_query()
        .add_columns(
            Admission.candidate_name,
            Admission.unit_name,
            Admission.ticket_no,
            Admission.seat,
            Admission.presence,
            Admission.extra_percent,
            Admission.extra_minutes,
            Admission.accommodation,
            SittingRoom.name.label("room_name"),
            SittingRoom.place.label("room_place"),
            ResultRow.passed,
            ResultRow.points_milli,
            ResultRow.max_milli,
            ResultRow.attempt_number,
            count_make_ups(own).scalar_subquery().label("make_ups"),
            count_make_ups(own & MakeUp.used_by.is_(None)).scalar_subquery().label("make_ups_left"),
        )
        .join(Admission, and_(Admission.sitting_id == Sitting.id, Admission.user_id == user_id))
        .outerjoin(SittingRoom, SittingRoom.id == Admission.room_id)
        .outerjoin(
            ResultRow, and_(ResultRow.sitting_id == Sitting.id, ResultRow.user_id == user_id)
        )
        .where(Sitting.state != State.DRAFT.value)
    )


def _attempts_of(
    session: Session, user_id: int, assessment_ids: Sequence[int]
) -> dict[int, list[OwnAttempt]]:
    rows = session.execute(
        select(Attempt.assessment_id, Attempt.public_id, Attempt.number, Attempt.finished_at)
        .where(Attempt.user_id == user_id, Attempt.assessment_id.in_(assessment_ids))
        .order_by(Attempt.number)
    )
    found: dict[int, list[OwnAttempt]] = {}
    for assessment_id, public_id, number, finished_at in rows:
        own = OwnAttempt(public_id, number, finished_at)
        found.setdefault(assessment_id, []).append(own)
    return found


def _busy(session: Session, rows: Iterable[Any], now: datetime) -> frozenset[int]:
    """Return the assessments whose window is over while somebody with extra time still answers."""
    over = [
        row["assessment_id"]
        for row in rows
        if row["closes_at"] < now
        and AttemptRules.from_json(row["rules_json"]).release is Release.AT_CLOSE
    ]
    return frozenset(
        session.scalars(
            select(Attempt.assessment_id)
            .where(Attempt.assessment_id.in_(over), Attempt.submitted_at.is_(None))
            .distinct()
        )
    )


def _tries(attempts: Sequence[OwnAttempt]) -> Tries:
    return Tries(used=len(attempts), is_open=any(a.is_open for a in attempts))


def _own(
    row: Any, attempts: Sequence[OwnAttempt], busy: frozenset[int], now: datetime
) -> CandidateSitting:
    rules = AttemptRules.from_json(row["rules_json"])
    state = State(row["state"])
    phase = phase_of(state, row["opens_at"], row["closes_at"], now, closed_at=row["closed_at"])
    may_see = row["passed"] is not None and are_results_released(
        rules,
        state,
        row["closes_at"],
        others_still_open=row["assessment_id"] in busy,
        now=now,
    )
    passed = row["passed"] if may_see else None
    allowed = rules.max_attempts + row["make_ups"]
    stands = candidate_state(phase, _tries(attempts), allowed, passed=passed)
    waits = rules.by_hand is ByHand.MARKED and row["passed"] is None
    if waits and stands is CandidateState.SUBMITTED:
        stands = CandidateState.MARKING
    return CandidateSitting(
        public_id=row["public_id"],
        title=row["title"],
        opens_at=row["opens_at"],
        closes_at=row["closes_at"],
        state=stands,
        attempt_public_id=_attempt_shown(attempts, row["attempt_number"] if may_see else None),
        phase=phase,
        limit_minutes=rules.limit_s // 60,
        used=len(attempts),
        max_attempts=allowed,
        make_ups_left=row["make_ups_left"],
        points_milli=row["points_milli"] if may_see else None,
        max_milli=row["max_milli"] if may_see else None,
        cut_score_milli=row["cut_score_milli"],
    )


def _attempt_shown(attempts: Sequence[OwnAttempt], counting: int | None) -> str | None:
    open_one = next((a.public_id for a in attempts if a.is_open), None)
    counted = next((a.public_id for a in attempts if a.number == counting), None)
    last = attempts[-1].public_id if attempts else None
    return open_one or counted or last
