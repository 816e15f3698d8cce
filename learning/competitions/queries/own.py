"""A person's own competitions with what of the results the rules let them see."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from learning.attempts.models import Assessment, Attempt, ScoreRow
from learning.attempts.queries import has_open_attempts
from learning.attempts.rules import AttemptRules, Part, measured_us
from learning.competitions.formats import FIRST
from learning.competitions.models import Competition, Entry, Round
from learning.competitions.queries.participation import is_promoted
from learning.competitions.queries.views import board_of, read_format, read_showing
from learning.competitions.rules import PEOPLE, Phase, Progress, State, phase_of, shown_at
from learning.leaderboards.queries import Place, find_place, find_result
from learning.leaderboards.rules import TIE_RULES, Counts, Result, counting

OWN_LIMIT = 10


@dataclass(frozen=True, slots=True)
class OwnEntry:
    """A person's entry with its result as far as it may be seen.

    `place` is there as far as the list may be shown; `points_milli` before that only where the
    rules release one's own result at hand-in. `used` counts attempts begun, `has_tries` tells
    whether more can be; `open_attempt` is the public id of the one that can still be answered, or
    None.
    """

    competition: str
    title: str
    phase: Phase
    opens_at: datetime
    closes_at: datetime
    unit_name: str
    used: int
    has_tries: bool
    open_attempt: str | None
    points_milli: int | None
    place: Place | None


@dataclass(frozen=True, slots=True)
class ComingRound:
    """A later round that somebody went on to and may still play; `open_attempt` as of an entry."""

    competition: str
    title: str
    number: int
    round_title: str
    opens_at: datetime
    closes_at: datetime
    open_attempt: str | None


@dataclass(frozen=True, slots=True)
class _Tried:
    assessment_id: int
    public_id: str
    number: int
    started_at: datetime
    finished_at: datetime | None
    finish_kind: str | None
    points_milli: int | None


def list_own(session: Session, user_id: int, now: datetime) -> list[OwnEntry]:
    """Return a person's newest entries, at most `OWN_LIMIT`, with their results."""
    rows = session.execute(
        select(
            Competition.public_id,
            Competition.title,
            Competition.state,
            Competition.tie_rule,
            Competition.closed_at,
            Round.board_id,
            Round.showing,
            Round.revealed,
            Round.frozen_board_id,
            Round.frozen_at,
            Assessment.id.label("assessment_id"),
            Assessment.opens_at,
            Assessment.closes_at,
            Assessment.rules,
            Round.format,
            Entry.public_id.label("entry"),
            Entry.unit_name,
        )
        .join(Competition, Competition.id == Entry.competition_id)
        .join(Round, Round.competition_id == Competition.id)
        .join(Assessment, Assessment.id == Round.assessment_id)
        .where(Entry.user_id == user_id, Round.number == 1)
        .order_by(Entry.entered_at.desc(), Entry.id.desc())
        .limit(OWN_LIMIT)
    ).all()
    tried = _list_tried(session, user_id, [row.assessment_id for row in rows])
    return [
        _own_entry(session, row, [t for t in tried if t.assessment_id == row.assessment_id], now)
        for row in rows
    ]


def list_coming_rounds(session: Session, user_id: int, now: datetime) -> list[ComingRound]:
    """Return the later rounds that a person went on to and can still play, the next one first."""
    rows = session.execute(
        select(
            Competition.public_id,
            Competition.title,
            Round.number,
            Round.title.label("round_title"),
            Round.assessment_id,
            Assessment.opens_at,
            Assessment.closes_at,
            Assessment.rules,
        )
        .join(Entry, Entry.competition_id == Competition.id)
        .join(Round, Round.competition_id == Competition.id)
        .join(Assessment, Assessment.id == Round.assessment_id)
        .where(
            Entry.user_id == user_id,
            Entry.voided_at.is_(None),
            Competition.state != State.DRAFT.value,
            Round.number > FIRST,
            Round.closed_at.is_(None),
            Assessment.closes_at > now,
            is_promoted(Round.number, Competition.id, Entry.id),
        )
        .order_by(Assessment.opens_at, Round.id)
        .limit(OWN_LIMIT)
    ).all()
    tried = _list_tried(session, user_id, [row.assessment_id for row in rows]) if rows else []
    found = []
    for row in rows:
        own = [attempt for attempt in tried if attempt.assessment_id == row.assessment_id]
        going = next((attempt.public_id for attempt in own if attempt.finished_at is None), None)
        most = AttemptRules.from_json(row.rules).max_attempts
        if going or not most or len(own) < most:
            named = (row.public_id, row.title, row.number, row.round_title)
            found.append(ComingRound(*named, row.opens_at, row.closes_at, going))
    return found


def _own_entry(session: Session, row: Any, own: Sequence[_Tried], now: datetime) -> OwnEntry:
    rules = AttemptRules.from_json(row.rules)
    state = State(row.state)
    is_over = now > row.closes_at
    may_see = rules.is_told(
        Part.SCORE,
        finished=True,
        closes_at=row.closes_at,
        others_still_open=is_over and has_open_attempts(session, row.assessment_id),
        now=now,
    )
    return OwnEntry(
        competition=row.public_id,
        title=row.title,
        phase=phase_of(state, row.opens_at, row.closes_at, now),
        opens_at=row.opens_at,
        closes_at=row.closes_at,
        unit_name=row.unit_name,
        used=len(own),
        has_tries=not rules.max_attempts or len(own) < rules.max_attempts,
        open_attempt=next((a.public_id for a in own if a.finished_at is None), None),
        points_milli=_points(session, row, own, rules) if may_see else None,
        place=_place(session, row, now),
    )


def _place(session: Session, row: Any, now: datetime) -> Place | None:
    """Return where the person stands on the list as it may be shown, of all people."""
    frozen_ready = row.frozen_at is not None
    progress = Progress(State(row.state), row.closed_at, row.revealed, frozen_ready)
    shown = shown_at(read_showing(row.showing), progress, now)
    board_id = board_of(shown, row.board_id, row.frozen_board_id)
    first = shown.first(PEOPLE)
    if board_id is None or first is None:
        return None
    place = find_place(session, board_id, row.entry)
    return place if place and place.standing >= first else None


def _points(session: Session, row: Any, own: Sequence[_Tried], rules: AttemptRules) -> int | None:
    """Return what counts for the person so far; the board knows where the format makes it."""
    if not read_format(row.format).changes_results:
        return _counting_points(own, row.tie_rule, rules)
    held = find_result(session, row.board_id, row.entry)
    return None if held is None else held[0].points_milli


def _list_tried(session: Session, user_id: int, assessment_ids: Sequence[int]) -> list[_Tried]:
    """Return a person's attempts at some assessments with current scores; a void one has none."""
    rows = session.execute(
        select(
            Attempt.assessment_id,
            Attempt.public_id,
            Attempt.number,
            Attempt.started_at,
            Attempt.finished_at,
            Attempt.finish_kind,
            ScoreRow.points_milli,
        )
        .outerjoin(ScoreRow, and_(ScoreRow.attempt_id == Attempt.id, Attempt.voided_at.is_(None)))
        .where(Attempt.user_id == user_id, Attempt.assessment_id.in_(assessment_ids))
        .order_by(Attempt.id, ScoreRow.version)
    )
    newest = {row.public_id: _Tried(*row) for row in rows}
    return list(newest.values())


def _counting_points(own: Sequence[_Tried], tie_rule: str, rules: AttemptRules) -> int | None:
    results = [
        Result(
            subject="",
            number=attempt.number,
            points_milli=attempt.points_milli,
            duration_us=measured_us(
                attempt.started_at, attempt.finished_at, attempt.finish_kind or ""
            ),
            finished_at=attempt.finished_at,
        )
        for attempt in own
        if attempt.finished_at is not None and attempt.points_milli is not None
    ]
    if not results:
        return None
    return counting(TIE_RULES[tie_rule], results, Counts(rules.counts.value))[""].points_milli
