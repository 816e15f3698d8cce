"""Writing scores: the machine's when an attempt is finished, later versions by people's acts.

A score is never changed. Whoever writes one holds the assessment's row against rulings (see
`queries.hold_for_scoring`), and for a later version the attempt's row as well, so that versions
count up without gaps and each is made from the one before.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, insert, select
from sqlalchemy.orm import Session

from learning.accounts.services import open_room
from learning.attempts.events import SCORED, AttemptScored
from learning.attempts.models import Attempt, ScoreRow
from learning.attempts.queries import (
    AttemptView,
    FrozenAttempt,
    ScoreView,
    find_score,
    hold_for_scoring,
    list_documents,
    list_items,
    list_rulings,
)
from learning.attempts.rules import (
    Asked,
    AttemptScore,
    FormPosition,
    Mark,
    Rescored,
    Rescorer,
    Ruling,
    StoredResponse,
    fold,
    mark_fault,
    marks_to_json,
    measured_us,
    score_attempt,
)
from learning.kernel import audit, events
from learning.kernel.db import to_us
from learning.kernel.errors import Conflict, Invalid, NotFound, Problem
from learning.question_bank.rules import Item
from learning.question_bank.scoring import Outcome

_FIRST = insert(cast("Table", ScoreRow.__table__))  # of the table: no mapped objects are made
SCORED_BY_RULE, CORRECTED = "scored", "corrected"


@dataclass(frozen=True, slots=True)
class Act:
    """Why there is a version: the cause, the act's own id, who did it and when."""

    cause: str
    cause_id: str
    made_by: int | None
    now: datetime


def score_finished(
    session: Session, attempt: AttemptView, responses: Sequence[StoredResponse], now: datetime
) -> AttemptScore:
    """Write the first score of an attempt that was finished in this transaction, and tell it.

    Rulings made before hold: `attempt` must come from `hold_for_scoring`.
    """
    form, due = attempt.form, attempt.due
    rulings = list_rulings(session, attempt.assessment_id) if attempt.ruled_at else {}
    score = score_attempt(
        blueprint=attempt.blueprint,
        form=form,
        items=list_items(session, form.positions, rulings),
        current=fold(responses, due),
        due=due,
        rulings=rulings,
    )
    session.execute(_FIRST, {**score_values(attempt.id, 1, score), "scored_at": now})
    points = (score.points_milli, score.max_milli)
    told = scored_event(
        attempt, attempt.assessment_id, points, 1, Act(SCORED_BY_RULE, "", None, now)
    )
    events.record(session, SCORED, told.payload(), now)
    if attempt.rules.integrity.closed_book:
        open_room(session, attempt.user_id, attempt.public_id)
    return score


def score_values(attempt_id: int, version: int, score: AttemptScore) -> dict[str, Any]:
    """Return the columns of a score that brings its own answers document."""
    return {
        "attempt_id": attempt_id,
        "version": version,
        "points_milli": score.points_milli,
        "max_milli": score.max_milli,
        "excluded_milli": score.excluded_milli,
        "pending": score.pending,
        "answers": score.answers,
        "answers_sha256": score.answers_sha256,
        "items": score.items,
    }


def add_marks(
    session: Session,
    attempt_id: int,
    marks: Mapping[int, Mark],
    *,
    cause: str,
    cause_id: str,
    made_by: int | None,
    now: datetime,
) -> int:
    """Give points that a person awarded, by position; return the score's new version.

    `cause` is "marked" for answers that wait for a person (or were marked before), "corrected" for
    any answer. `cause_id` is the act's own id: the same act again changes nothing and returns its
    version. Marks given before stay where the new ones are silent. Raises NotFound,
    Conflict("not_finished" | "voided"), Invalid with a problem for each mark that does not fit.
    """
    held = session.scalar(
        select(Attempt.id).where(Attempt.id == attempt_id).with_for_update(key_share=True)
    )
    if held is None:
        raise NotFound("attempt")
    attempt = hold_for_scoring(session, attempt_id)
    earlier = _find_version(session, attempt_id, cause, cause_id)
    if earlier is not None:
        return earlier
    old = find_score(session, attempt_id)
    if old is None:
        raise Conflict("not_finished")
    if attempt.voided_at is not None:
        raise Conflict("voided")
    problems = find_unfit_marks(session, attempt, old, marks, cause)
    if problems:
        raise Invalid(problems, "marks")
    return _write_marks(session, attempt, old, marks, Act(cause, cause_id, made_by, now))


def _find_version(session: Session, attempt_id: int, cause: str, cause_id: str) -> int | None:
    if not cause_id:
        raise ValueError("an act has an id")
    return session.scalar(
        select(ScoreRow.version).where(
            ScoreRow.attempt_id == attempt_id,
            ScoreRow.cause == cause,
            ScoreRow.cause_id == cause_id,
        )
    )


def find_unfit_marks(
    session: Session,
    attempt: AttemptView,
    score: ScoreView,
    marks: Mapping[int, Mark],
    cause: str,
) -> list[Problem]:
    """Return a problem for each mark that this score cannot take: place is the position.

    Codes: `no_position`, `no_part`, `not_pending` (a machine scored it, or nothing was answered),
    `range` (below 0 or above what it is worth).
    """
    # A total alone has no positions of its own.
    places = () if score.is_total else attempt.form.positions
    documents = list_documents(session, places)
    answers, items = json.loads(score.answers), json.loads(score.items)
    problems = []
    for position, mark in marks.items():
        if not 1 <= position <= len(places):
            problems.append(_problem(position, "no_position"))
            continue
        worth, answer = places[position - 1].points_milli, answers[position - 1][4]
        asked = Asked(documents[position - 1], json.loads(answer) if answer else None, worth)
        is_markable = (
            cause == CORRECTED
            or items[position - 1][2] == Outcome.PENDING
            or position in score.marks
        )
        code = mark_fault(asked, mark, is_markable=is_markable, may_all=cause == CORRECTED)
        if code:
            problems.append(_problem(position, code))
    return problems


def _problem(position: int, code: str) -> Problem:
    return Problem("", None, str(position), code, code)


def _write_marks(
    session: Session,
    attempt: AttemptView,
    old: ScoreView,
    marks: Mapping[int, Mark],
    act: Act,
) -> int:
    places = attempt.form.positions
    held = old.marks
    for position, mark in marks.items():
        held[position] = held[position].merged(mark) if position in held else mark
    rulings = list_rulings(session, attempt.assessment_id) if attempt.ruled_at else {}
    rescorer = Rescorer(
        attempt.blueprint,
        item_source(session, rulings),
        rulings,
        {places[position - 1].version_id for position in marks},
    )
    new = rescorer.rescore(old.answers, old.items, held)
    if new is None:
        raise ValueError("no mark was given")
    row = later_row(attempt.id, old, new, act) | {"marks": marks_to_json(held)}
    session.execute(insert(ScoreRow), [row])
    points = (new.points_milli, new.max_milli)
    told = scored_event(attempt, attempt.assessment_id, points, row["version"], act)
    events.record(session, SCORED, told.payload(), act.now)
    audit.log(
        session,
        f"attempt.{act.cause}",
        attempt.public_id,
        actor_id=act.made_by,
        now=act.now,
        details={
            "act": act.cause_id,
            "version": row["version"],
            "positions": sorted(marks),
            "points_milli": new.points_milli,
        },
    )
    return int(row["version"])


def item_source(
    session: Session, rulings: Mapping[int, Ruling]
) -> Callable[[int, int | None], Item]:
    """Return what gives an item as drawn, with the key that holds under the rulings."""
    held: dict[tuple[int, int | None], Item] = {}

    def item_of(version_id: int, variant: int | None) -> Item:
        found = held.get((version_id, variant))
        if found is None:
            place = FormPosition(version_id, (), 0, 0, variant)
            [found] = list_items(session, [place], rulings)
            held[version_id, variant] = found
        return found

    return item_of


def later_row(
    attempt_id: int, old: ScoreView | FrozenAttempt, new: Rescored, act: Act
) -> dict[str, Any]:
    """Return the row of the version after `old`, of the same answers."""
    return {
        "attempt_id": attempt_id,
        "version": old.version + 1,
        "cause": act.cause,
        "cause_id": act.cause_id,
        "made_by": act.made_by,
        "points_milli": new.points_milli,
        "max_milli": new.max_milli,
        "excluded_milli": new.excluded_milli,
        "pending": new.pending,
        "answers": "",
        "answers_sha256": old.answers_sha256,
        "items": new.items,
        "marks": old.marks_json,
        "scored_at": act.now,
    }


def scored_event(
    attempt: AttemptView | FrozenAttempt,
    assessment_id: int,
    points: tuple[int, int],
    version: int,
    act: Act,
) -> AttemptScored:
    """Return the event of a score; `points` are those counted and the most, in thousandths."""
    finished_at = attempt.finished_at or act.now
    return AttemptScored(
        attempt=attempt.public_id,
        assessment_id=assessment_id,
        user_id=attempt.user_id,
        number=attempt.number,
        points_milli=points[0],
        max_milli=points[1],
        started_us=to_us(attempt.started_at),
        finished_us=to_us(finished_at),
        duration_us=measured_us(attempt.started_at, finished_at, attempt.finish_kind or ""),
        finish_kind=attempt.finish_kind or "submitted",
        version=version,
        cause=act.cause,
        cause_id=act.cause_id,
    )
