"""What looks unfair: attempts to look at, flags with their evidence."""

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, case, func, or_, select
from sqlalchemy.orm import Session

from learning.attempts.models import Assessment, Attempt, ResponseRow
from learning.attempts.queries import list_scores
from learning.competitions.formats import FIRST, MAX_ROUNDS
from learning.competitions.models import Competition, Entry, FairnessFlag, FairnessSetting, Round
from learning.competitions.queries.lists import PAGE_SIZE
from learning.competitions.queries.views import ROUND_STATE, CompetitionView, checked_id
from learning.competitions.rules import State
from learning.competitions.rules.fairness import AttemptFacts, FairnessRules
from learning.competitions.rules.sharing import Compared
from learning.kernel.errors import NotFound

NIGHTLY = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class FlagLine:
    """A flag with who it is about, for the organiser; `round_title` is "" in the first round."""

    public_id: str
    kind: str
    evidence: dict[str, Any]
    state: str
    name: str
    unit_name: str
    attempt: str
    number: int
    round_title: str
    found_at: datetime
    decided_at: datetime | None
    reason: str
    is_void: bool
    is_run: bool


@dataclass(frozen=True, slots=True)
class Suspect:
    """An attempt to look at: its row, its entry's row, the facts."""

    attempt_id: int
    entry_id: int
    facts: AttemptFacts
    together: str = ""


def find_fairness(session: Session, competition_id: int) -> FairnessRules:
    """Return the thresholds of a competition."""
    row = session.get(FairnessSetting, competition_id)
    return FairnessRules() if row is None else FairnessRules.from_dict(json.loads(row.rules))


def find_compared(session: Session, competition_id: int) -> Compared | None:
    """Return how far the last look compared answers; None before the first."""
    row = session.get(FairnessSetting, competition_id)
    return None if row is None or row.compared == "{}" else Compared(**json.loads(row.compared))


def list_unexamined(session: Session, now: datetime) -> list[int]:
    """Return the rounds of one competition to look at, all that are due, in their order.

    A round is due once after its close, and nightly while it runs, a late close or none waited for
    two days; training never is.
    """
    examined, state = FairnessSetting.examined_at, ROUND_STATE
    closed_at = case((Round.number == FIRST, Competition.closed_at), else_=Round.closed_at)
    rows = session.execute(
        select(Round.id, Round.competition_id)
        .join(Competition, Competition.id == Round.competition_id)
        .join(Assessment, Assessment.id == Round.assessment_id)
        .outerjoin(FairnessSetting, FairnessSetting.competition_id == Competition.id)
        .where(
            Competition.state != State.DRAFT.value,
            Round.number >= FIRST,
            Assessment.opens_at <= now,
            or_(
                and_(
                    state == State.OPEN.value,
                    Assessment.closes_at > now - 2 * NIGHTLY,
                    or_(examined.is_(None), examined < now - NIGHTLY),
                ),
                and_(
                    state == State.CLOSED.value,
                    or_(examined.is_(None), examined < closed_at),
                ),
            ),
        )
        .order_by(Round.competition_id, Round.number)
        .limit(FIRST + MAX_ROUNDS)
    ).all()
    return [row.id for row in rows if row.competition_id == rows[0].competition_id]


def list_suspects(
    session: Session, competition: CompetitionView, users: tuple[int, int]
) -> list[Suspect]:
    """Return the scored attempts of people whose ids lie between two, with their facts."""
    scores = {s.attempt: s for s in list_scores(session, competition.assessment_id, users=users)}
    rows = session.execute(
        select(Attempt, Entry.id)
        .join(Entry, Entry.user_id == Attempt.user_id)
        .where(
            Attempt.assessment_id == competition.assessment_id,
            Attempt.user_id.between(*users),
            Attempt.finish_kind != "keyed",
            Entry.competition_id == competition.id,
            Entry.voided_at.is_(None),
        )
    ).all()
    first = _first_answers(session, [attempt.id for attempt, _entry in rows])
    found = []
    for attempt, entry_id in rows:
        score = scores.get(attempt.public_id)
        if score is None:
            continue
        answered = (
            (at - attempt.started_at) / timedelta(seconds=1) for at in first.get(attempt.id, ())
        )
        facts = AttemptFacts(
            items=attempt.item_count,
            points_milli=score.points_milli,
            max_milli=score.max_milli,
            duration_s=None if score.duration_us is None else score.duration_us / 1_000_000,
            answered_s=tuple(answered),
            epoch=attempt.epoch,
        )
        found.append(Suspect(attempt.id, entry_id, facts))
    return found


def _first_answers(session: Session, attempt_ids: Sequence[int]) -> dict[int, list[datetime]]:
    found: dict[int, list[datetime]] = defaultdict(list)
    for start in range(0, len(attempt_ids), 200):
        rows = session.execute(
            select(ResponseRow.attempt_id, func.min(ResponseRow.saved_at))
            .where(
                ResponseRow.attempt_id.in_(attempt_ids[start : start + 200]),
                ResponseRow.after_submit.is_(False),
            )
            .group_by(ResponseRow.attempt_id, ResponseRow.position)
        )
        for attempt_id, saved_at in rows:
            found[attempt_id].append(saved_at)
    return found


def list_flags(
    session: Session, competition_id: int, *, state: str, page: int
) -> tuple[list[FlagLine], int]:
    """Return a page of flags in a state, the oldest first, and how many there are."""
    mine = and_(FairnessFlag.competition_id == competition_id, FairnessFlag.state == state)
    total = session.scalar(select(func.count()).select_from(FairnessFlag).where(mine)) or 0
    rows = session.execute(
        select(
            FairnessFlag,
            Entry.participant_name,
            Entry.unit_name,
            Attempt.public_id.label("attempt"),
            Attempt.number,
            case((Round.number == FIRST, ""), else_=Round.title).label("round_title"),
            Entry.voided_at,
        )
        .join(Entry, Entry.id == FairnessFlag.entry_id)
        .join(Attempt, Attempt.id == FairnessFlag.attempt_id)
        .join(Round, Round.assessment_id == Attempt.assessment_id)
        .where(mine)
        .order_by(FairnessFlag.id)
        .offset((page - 1) * PAGE_SIZE)
        .limit(PAGE_SIZE)
    )
    return [_line(row) for row in rows], total


def _line(row: Any) -> FlagLine:
    flag = row.FairnessFlag
    return FlagLine(
        public_id=flag.public_id,
        kind=flag.kind,
        evidence=json.loads(flag.evidence),
        state=flag.state,
        name=row.participant_name,
        unit_name=row.unit_name,
        attempt=row.attempt,
        number=row.number,
        round_title=row.round_title,
        found_at=flag.found_at,
        decided_at=flag.decided_at,
        reason=flag.reason,
        is_void=row.voided_at is not None,
        is_run=bool(flag.together),
    )


def count_flags(session: Session, competition_id: int) -> dict[str, int]:
    """Return how many flags stand in each state."""
    rows = session.execute(
        select(FairnessFlag.state, func.count())
        .where(FairnessFlag.competition_id == competition_id)
        .group_by(FairnessFlag.state)
    )
    return {row[0]: row[1] for row in rows}


def get_flag(session: Session, competition_id: int, raw_public_id: str) -> FairnessFlag:
    """Return a flag of a competition; NotFound for any other."""
    row = session.scalars(
        select(FairnessFlag).where(
            FairnessFlag.public_id == checked_id(raw_public_id),
            FairnessFlag.competition_id == competition_id,
        )
    ).one_or_none()
    if row is None:
        raise NotFound("flag")
    return row
