"""A paper that people keyed becomes an attempt like any other; a correction a version of its score.

Who keyed what, and that two people agreed, is the caller's matter: here it is settled. What was
written is kept in the same log as what is saved on screens, a correction under a higher epoch, and
scored by the same rule. A paper's start, end and deadline are one instant, when it was answered.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from learning.attempts.events import SCORED
from learning.attempts.models import Assessment, Attempt, ResponseRow, ScoreRow
from learning.attempts.queries import (
    AttemptView,
    find_score,
    hold_for_scoring,
    list_items,
    list_responses,
    list_rulings,
)
from learning.attempts.queries.scores import ScoreView
from learning.attempts.rules import (
    KEYED,
    AttemptRules,
    AttemptScore,
    Form,
    Rescorer,
    fold,
    marks_to_json,
    score_attempt,
    total_score,
)
from learning.attempts.services.scores import Act, item_source, score_values, scored_event
from learning.kernel import audit, events
from learning.kernel.errors import Conflict, NotFound
from learning.kernel.ids import new_public_id

WITHDRAWN = "null"


@dataclass(frozen=True, slots=True)
class KeyedPaper:
    """A paper as it is settled: its form, when it was answered, and what was written.

    `answers` are canonical JSON by position, what is open left out; None where only the total is
    known, which is then `total_milli`, in thousandths.
    """

    form: Form
    answered_at: datetime
    answers: Mapping[int, str] | None
    total_milli: int = 0


def paper_refusal(session: Session, assessment_id: int, user_id: int) -> str | None:
    """Return why a person cannot have another paper at an assessment, or None: a Conflict code.

    "open_attempt" while they answer on a screen, "attempts_used".
    """
    row = session.execute(
        select(
            Assessment.rules,
            func.count(Attempt.id).label("used"),
            func.count(Attempt.id).filter(Attempt.submitted_at.is_(None)).label("open_ones"),
        )
        .outerjoin(Attempt, (Attempt.assessment_id == Assessment.id) & (Attempt.user_id == user_id))
        .where(Assessment.id == assessment_id)
        .group_by(Assessment.id, Assessment.rules)
    ).one()
    if row.open_ones:
        return "open_attempt"
    allowed = AttemptRules.from_json(row.rules).max_attempts
    return "attempts_used" if allowed and row.used >= allowed else None


def record_paper(
    session: Session,
    assessment_id: int,
    user_id: int,
    *,
    paper: KeyedPaper,
    cause_id: str,
    made_by: int,
    now: datetime,
) -> int:
    """Make a finished attempt of a paper and score it; return the attempt's row id.

    Raises Conflict("open_attempt" | "attempts_used").
    """
    refusal = paper_refusal(session, assessment_id, user_id)
    if refusal is not None:
        raise Conflict(refusal)
    number = session.scalar(
        select(func.coalesce(func.max(Attempt.number), 0) + 1).where(
            Attempt.assessment_id == assessment_id, Attempt.user_id == user_id
        )
    )
    attempt_id = session.scalar(
        insert(Attempt)
        .values(
            public_id=new_public_id(),
            assessment_id=assessment_id,
            user_id=user_id,
            number=number,
            epoch=1,
            device_hash="",
            extra_s=0,
            submitted_at=now,
            finish_kind=KEYED,
            **_written(paper),
        )
        .returning(Attempt.id)
    )
    assert attempt_id is not None  # noqa: S101 - RETURNING of an insert
    _score(session, attempt_id, paper, Act(KEYED, cause_id, made_by, now))
    return int(attempt_id)


def correct_paper(
    session: Session,
    attempt_id: int,
    *,
    paper: KeyedPaper,
    cause_id: str,
    made_by: int,
    now: datetime,
) -> int:
    """Write what a paper says after all as a new version of its score; return the version.

    Answers, points and hash of the versions before stay. Points that people gave stay where the
    answer is the same. Raises NotFound for what is no paper, Conflict("voided").
    """
    held = session.execute(
        select(Attempt.voided_at)
        .where(Attempt.id == attempt_id, Attempt.finish_kind == KEYED)
        .with_for_update(key_share=True)
    ).one_or_none()
    if held is None:
        raise NotFound("attempt")
    if held.voided_at is not None:
        raise Conflict("voided")
    session.execute(
        update(Attempt)
        .where(Attempt.id == attempt_id)
        .values(epoch=Attempt.epoch + 1, **_written(paper))
    )
    return _score(session, attempt_id, paper, Act(KEYED, cause_id, made_by, now))


def _written(paper: KeyedPaper) -> dict[str, Any]:
    return {
        "form": paper.form.to_json(),
        "item_count": len(paper.form.positions),
        "started_at": paper.answered_at,
        "deadline_at": paper.answered_at,
        "finished_at": paper.answered_at,
    }


def _score(session: Session, attempt_id: int, paper: KeyedPaper, act: Act) -> int:
    """Write answers, score, event and audit of a paper whose row was written just now."""
    attempt = hold_for_scoring(session, attempt_id)
    old = find_score(session, attempt_id)
    _store(session, attempt, paper)
    values = score_values(
        attempt_id, old.version + 1 if old else 1, _scored(session, attempt, paper)
    )
    if old is not None:
        values |= _with_marks(session, attempt, old, values)
    values |= {"cause": act.cause, "cause_id": act.cause_id, "made_by": act.made_by}
    session.execute(insert(ScoreRow).values(**values, scored_at=act.now))
    points = (values["points_milli"], values["max_milli"])
    told = scored_event(attempt, attempt.assessment_id, points, values["version"], act)
    events.record(session, SCORED, told.payload(), act.now)
    audit.log(
        session,
        "attempt.keyed",
        attempt.public_id,
        actor_id=act.made_by,
        now=act.now,
        details={
            "act": act.cause_id,
            "version": values["version"],
            "points_milli": points[0],
            "is_total": paper.answers is None,
        },
    )
    return int(values["version"])


def _store(session: Session, attempt: AttemptView, paper: KeyedPaper) -> None:
    """Append the answers to the log; after a correction an open position takes an answer back."""
    answers = paper.answers or {}
    rows = [
        {
            "attempt_id": attempt.id,
            "position": position,
            "epoch": attempt.epoch,
            "seq": 1,
            "answer": answers.get(position, WITHDRAWN),
            "after_submit": False,
            "saved_at": paper.answered_at,
        }
        for position in range(1, attempt.item_count + 1)
        if position in answers or attempt.epoch > 1
    ]
    if rows:
        session.execute(insert(ResponseRow), rows)


def _scored(session: Session, attempt: AttemptView, paper: KeyedPaper) -> AttemptScore:
    if paper.answers is None:
        return total_score(paper.total_milli, attempt.blueprint.max_milli)
    rulings = list_rulings(session, attempt.assessment_id) if attempt.ruled_at else {}
    return score_attempt(
        blueprint=attempt.blueprint,
        form=paper.form,
        items=list_items(session, paper.form.positions, rulings),
        current=fold(list_responses(session, attempt.id), attempt.due),
        due=attempt.due,
        rulings=rulings,
    )


def _with_marks(
    session: Session, attempt: AttemptView, old: ScoreView, new: Mapping[str, Any]
) -> dict[str, Any]:
    """Return what changes in a new score by points that people gave to answers it still has."""
    was, now = (
        {row[0]: (row[1], row[4]) for row in json.loads(text)}
        for text in (old.answers, new["answers"])
    )
    kept = {p: mark for p, mark in old.marks.items() if p in now and was.get(p) == now[p]}
    if not kept:
        return {}
    rulings = list_rulings(session, attempt.assessment_id) if attempt.ruled_at else {}
    versions = {now[position][0] for position in kept}
    rescorer = Rescorer(attempt.blueprint, item_source(session, rulings), rulings, versions)
    marked = rescorer.rescore(new["answers"], new["items"], kept)
    if marked is None:
        return {}
    return {
        "points_milli": marked.points_milli,
        "max_milli": marked.max_milli,
        "excluded_milli": marked.excluded_milli,
        "pending": marked.pending,
        "items": marked.items,
        "marks": marks_to_json(kept),
    }
