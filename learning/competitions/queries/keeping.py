"""What a round's format makes of scored attempts: the results from which its board is made."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import Select, String, case, cast, func, null, select
from sqlalchemy.orm import Session

from learning.attempts.models import Attempt, ScoreRow, StepwiseEntry
from learning.attempts.queries import (
    ScoredAttempt,
    list_current_scores,
    list_later_items,
    scores_that_count,
)
from learning.attempts.rules import KEYED, own_clock_us
from learning.competitions.formats import (
    Begun,
    BonusDay,
    Step,
    can_count,
    kept_by,
    kept_results,
    step_points,
)
from learning.competitions.models import BonusAct, Entry
from learning.competitions.queries.participation import unit_code
from learning.competitions.queries.views import CompetitionView
from learning.competitions.rules import Act, Format
from learning.kernel.instants import Microseconds
from learning.leaderboards.rules import Counts, Result
from learning.question_bank.scoring import Outcome

AT_ONCE = 5_000  # steps in one fetch
Users = tuple[int, int] | None
"""The first and last of some people's row ids; None for everybody."""
Judged = Mapping[str, list[list[Any]]]
"""Position scores ([points, maximum, outcome, flagged]) of attempts, by public id."""


def counts_of(competition: CompetitionView) -> Counts:
    """Return which of a person's results stands on the board."""
    return kept_by(competition.format, Counts(competition.rules.counts.value))


@dataclass(frozen=True, slots=True)
class Material:
    """What results are made of, all of it read: `earned` are points and durations by attempt."""

    scores: Sequence[ScoredAttempt]
    entries: Mapping[int, Any]
    earned: Mapping[str, tuple[int, int | None]]
    bonuses: Sequence[BonusDay]


def results_of(
    session: Session,
    competition: CompetitionView,
    scores: Sequence[ScoredAttempt],
    *,
    users: Users = None,
    judged: Judged | None = None,
) -> list[Result]:
    """Return scored attempts as the board wants them, subject = entry.

    What is scored without an entry does not take part. `scores` are all of the round, or all of the
    people whose ids lie between the two of `users`, both included. `judged` are position scores
    that would hold instead of the current ones, by attempt: those of a regrade that is looked at.
    """
    material = read_material(session, competition, scores, users=users, judged=judged)
    return results_from(competition, material)


def read_material(
    session: Session,
    competition: CompetitionView,
    scores: Sequence[ScoredAttempt],
    *,
    users: Users = None,
    judged: Judged | None = None,
) -> Material:
    """Read what `results_of` makes results from, whenever it was finished."""
    chosen = competition.format
    earned: Mapping[str, tuple[int, int | None]]
    if chosen.is_stepwise:
        earned = _step_results(session, competition.assessment_id, chosen, users, judged or {})
    else:
        earned = {s.attempt: (s.points_milli, s.duration_us) for s in scores}
    bonuses = _bonuses(session, competition, users) if chosen.bonuses else []
    return Material(scores, _entries(session, competition.id, users), earned, bonuses)


def results_from(competition: CompetitionView, material: Material) -> list[Result]:
    """Make results of what was read; with `competition.until` of what was finished by then."""
    chosen, until = competition.format, competition.until
    results = [
        _result(material.entries[score.user_id], score, *material.earned.get(score.attempt, (0, 0)))
        for score in material.scores
        if score.user_id in material.entries
        and can_count(chosen, score.points_milli, score.max_milli)
        and (until is None or score.finished_at <= until)
    ]
    bonuses = [act for act in material.bonuses if until is None or act.done_at <= until]
    return kept_results(chosen, results, bonuses, zone=competition.zone)


def results_query(competition: CompetitionView, users: Users = None) -> Select[Any] | None:
    """Return the query of the results of some people or of all, named as `leaderboards` wants them.

    None where the format makes more of attempts than SQL can say. Twin of `results_of`.
    """
    chosen = competition.format
    if chosen.adds_up or chosen.is_stepwise:
        return None
    measured = Microseconds(Attempt.finished_at) - Microseconds(Attempt.started_at)
    unit = func.coalesce(cast(Entry.unit_id, String), "")
    query = (
        scores_that_count(
            Entry.public_id.label("subject"),
            Attempt.number.label("number"),
            ScoreRow.points_milli.label("points_milli"),
            case((Attempt.finish_kind == KEYED, null()), else_=measured).label("duration_us"),
            Attempt.finished_at.label("finished_at"),
            Entry.division.label("group_code"),
            Entry.province.label("area_code"),
            unit.label("unit_code"),
        )
        .join(Entry, Entry.user_id == Attempt.user_id)
        .where(
            Attempt.assessment_id == competition.assessment_id,
            Entry.competition_id == competition.id,
            *([] if competition.until is None else [Attempt.finished_at <= competition.until]),
            *([] if users is None else [Attempt.user_id.between(*users)]),
        )
    )
    return query.where(ScoreRow.points_milli >= ScoreRow.max_milli) if chosen.until_right else query


def _entries(session: Session, competition_id: int, users: Users) -> dict[int, Any]:
    query = select(
        Entry.user_id, Entry.public_id, Entry.division, Entry.province, Entry.unit_id
    ).where(Entry.competition_id == competition_id, Entry.voided_at.is_(None))
    if users is not None:
        query = query.where(Entry.user_id.between(*users))
    return {row.user_id: row for row in session.execute(query)}


def _result(entry: Any, score: ScoredAttempt, points: int, duration_us: int | None) -> Result:
    return Result(
        subject=entry.public_id,
        number=score.number,
        points_milli=points,
        duration_us=duration_us,
        finished_at=score.finished_at,
        group=entry.division,
        area=entry.province,
        unit=unit_code(entry.unit_id),
    )


def _step_results(
    session: Session, assessment_id: int, chosen: Format, users: Users, judged: Judged
) -> dict[str, tuple[int, int | None]]:
    """Return points and the time spent on items, by attempt, from what was answered one by one.

    How an answer was judged when it was given holds until people have a part in the score.
    """
    query = (
        select(
            Attempt.public_id,
            StepwiseEntry.position,
            StepwiseEntry.revealed_at,
            StepwiseEntry.given_s,
            StepwiseEntry.allowed_s,
            StepwiseEntry.committed_at,
            StepwiseEntry.outcome,
            StepwiseEntry.points_milli,
        )
        .join(StepwiseEntry, StepwiseEntry.attempt_id == Attempt.id)
        .where(Attempt.assessment_id == assessment_id)
        .order_by(Attempt.id, StepwiseEntry.revealed_at, StepwiseEntry.position)
    )
    if users is not None:
        query = query.where(Attempt.user_id.between(*users))
    later = {**list_later_items(session, assessment_id, users=users), **judged}
    rows = session.execute(query, execution_options={"yield_per": AT_ONCE})
    return dict(_played(chosen, rows, later))


def _played(
    chosen: Format, rows: Any, later: Judged
) -> Iterator[tuple[str, tuple[int, int | None]]]:
    for attempt, own in groupby(rows, key=lambda row: row.public_id):
        scored, taken_us = [], 0
        for row in own:
            taken = _taken_us(row, chosen.item_seconds)
            taken_us += taken or 0
            points, outcome = row.points_milli, row.outcome
            position = later[attempt][row.position - 1] if attempt in later else None
            # What was never committed earns nothing, unless a ruling speaks of everybody.
            if position and (row.committed_at is not None or position[2] in _OF_ALL):
                points, _most, outcome = position[:3]
            if outcome != Outcome.EXCLUDED:
                is_given = outcome == Outcome.GRANTED
                scored.append(Step(outcome == Outcome.RIGHT, points or 0, taken, is_given))
        yield attempt, (step_points(chosen, scored), taken_us)


_OF_ALL = frozenset({Outcome.EXCLUDED.value, Outcome.GRANTED.value})


def _taken_us(row: Any, item_s: int) -> int | None:
    """Return how long an item was open by its own clock, None where it was never closed.

    Less what was given back, and in proportion where extra time made it longer.
    """
    committed: datetime | None = row.committed_at
    if committed is None:
        return None
    taken = committed - row.revealed_at - timedelta(seconds=row.given_s)
    return own_clock_us(max(0, int(taken // timedelta(microseconds=1))), item_s, row.allowed_s)


def _bonuses(session: Session, competition: CompetitionView, users: Users) -> list[BonusDay]:
    query = (
        select(Entry.public_id, BonusAct.act, BonusAct.day, BonusAct.done_at)
        .join(Entry, Entry.id == BonusAct.entry_id)
        .where(BonusAct.round_id == competition.round_id)
    )
    if users is not None:
        query = query.where(Entry.user_id.between(*users))
    return [BonusDay(who, Act(act), day, at) for who, act, day, at in session.execute(query)]


def list_begun(session: Session, assessment_id: int, chosen: Format, user_id: int) -> list[Begun]:
    """Return the attempts that a person began, as the limits of the format look at them."""
    right: set[int] = set()
    if chosen.until_right:
        scores = list_current_scores(session, assessment_id, user_id)
        right = {s.number for s in scores if can_count(chosen, s.points_milli, s.max_milli)}
    rows = session.execute(
        select(Attempt.started_at, Attempt.number)
        .where(Attempt.assessment_id == assessment_id, Attempt.user_id == user_id)
        .order_by(Attempt.number)
    )
    return [Begun(started_at, is_right=number in right) for started_at, number in rows]


def list_bonus_acts(session: Session, competition: CompetitionView, user_id: int) -> list[BonusDay]:
    """Return the acts by which a person earned bonuses in the round."""
    return _bonuses(session, competition, (user_id, user_id))
