"""Taking the answers of attempts into the notebook: once released, and again when scored anew."""

import json
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, exists, insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from learning.attempts.models import Assessment, Attempt
from learning.attempts.queries import (
    AttemptView,
    ScoreView,
    find_score,
    get_attempt_by_id,
    has_open_attempts,
    parse_blueprint,
)
from learning.attempts.rules import AttemptRules, ByHand, Delivery, Part, Release
from learning.kernel.ids import new_public_id
from learning.practice.models import NotebookEntry, PracticeDay, PracticeIntake, PracticeMiss
from learning.practice.queries import get_person, is_practice
from learning.practice.rules import Answered, answered_of, ready_at, review, tally_of
from learning.practice.services.challenging import note_challenge
from learning.question_bank.queries import ItemPlace, find_places

LOOK_AGAIN = timedelta(minutes=5)  # while somebody with extra time is still answering


def note_scored(session: Session, attempt: str, assessment_id: int, now: datetime) -> None:
    """Note that an attempt has a (new) score, to be taken in when its keys are released."""
    row = session.execute(
        select(Assessment.rules, Assessment.blueprint, Assessment.closes_at).where(
            Assessment.id == assessment_id
        )
    ).one()
    at = ready_at(
        AttemptRules.from_json(row.rules),
        parse_blueprint(row.blueprint).pool,
        closes_at=row.closes_at,
        now=now,
    )
    if at is None:
        return
    found = session.execute(
        select(Attempt.id, Attempt.user_id).where(Attempt.public_id == attempt)
    ).one()
    note_challenge(session, found.id, assessment_id)
    statement = (
        _dialect(session)
        .insert(PracticeIntake)
        .values(attempt_id=found.id, user_id=found.user_id, ready_at=at, tally="[]")
    )
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["attempt_id"], set_={"ready_at": statement.excluded.ready_at}
        )
    )


def take_in(session: Session, attempt_id: int, now: datetime) -> bool:
    """Take an attempt's answers into its person's notebook; tell whether that was done.

    Not while the result is withheld: then it is looked at again later. Doing it twice changes
    nothing; after a new score misses follow that score, and the schedule stays as it was.
    """
    intake = session.get(PracticeIntake, attempt_id, with_for_update=True)
    if intake is None or intake.ready_at is None or intake.ready_at > now:
        return False
    attempt, score = get_attempt_by_id(session, attempt_id), find_score(session, attempt_id)
    if score is None or (score.pending and attempt.rules.by_hand is ByHand.MARKED):
        intake.ready_at = None  # the marks' own score brings it back
        return False
    if not is_shown(session, attempt, now):
        intake.ready_at = max(attempt.closes_at, now) + LOOK_AGAIN
        return False
    answers = _answers(session, attempt, score)
    is_first = intake.taken_at is None
    _replace_misses(session, attempt, answers)
    _follow(session, attempt, answers, is_first=is_first, now=now)
    intake.tally = tally_of((p.bank, p.area, a.is_right) for a, p in answers)
    intake.ready_at, intake.taken_at = None, intake.taken_at or now
    if is_first and answers and _is_practising(session, attempt):
        _note_day(session, attempt, now)
    session.flush()  # the next attempt of the same person reads it
    return True


def put_off(session: Session, attempt_id: int, now: datetime) -> None:
    """Look at an attempt again later: what keeps it from being taken in may be mended by then."""
    intake = session.get(PracticeIntake, attempt_id, with_for_update=True)
    if intake is not None and intake.ready_at is not None:
        intake.ready_at = now + LOOK_AGAIN


def is_shown(
    session: Session, attempt: AttemptView, now: datetime, *, part: Part = Part.EXPLANATIONS
) -> bool:
    """Tell whether a finished attempt's items are shown to its person up to a part.

    All of them by default: whoever practises an item sees its key and its explanation.
    """
    release = attempt.rules.release_of(part)
    others = release is Release.AT_CLOSE and has_open_attempts(session, attempt.assessment_id)
    return attempt.rules.is_told(
        part,
        finished=attempt.submitted_at is not None,
        closes_at=attempt.closes_at,
        others_still_open=others,
        now=now,
    )


def _answers(
    session: Session, attempt: AttemptView, score: ScoreView
) -> list[tuple[Answered, ItemPlace]]:
    if score.is_total:
        return []
    found = answered_of(attempt.form.version_ids, json.loads(score.items))
    places = find_places(session, [answer.version_id for answer in found])
    return [(a, places[a.version_id]) for a in found if a.version_id in places]


def _replace_misses(
    session: Session, attempt: AttemptView, answers: Sequence[tuple[Answered, ItemPlace]]
) -> None:
    """Let the misses of an attempt be those of its score, and drop what only the old ones held."""
    now_missed = {place.item_id: a.position for a, place in answers if not a.is_right}
    taken = session.scalars(
        delete(PracticeMiss)
        .where(PracticeMiss.attempt_id == attempt.id)
        .returning(PracticeMiss.item_id)
        .execution_options(synchronize_session=False)
    ).all()
    if now_missed:
        session.execute(
            insert(PracticeMiss),
            [
                {
                    "attempt_id": attempt.id,
                    "item_id": item_id,
                    "user_id": attempt.user_id,
                    "position": position,
                }
                for item_id, position in now_missed.items()
            ],
        )
    _drop_unfounded(session, attempt.user_id, set(taken) - set(now_missed))


def _drop_unfounded(session: Session, user_id: int, item_ids: Collection[int]) -> None:
    """Remove entries of which no miss is left and that were never reviewed."""
    if not item_ids:
        return
    missed = exists().where(
        PracticeMiss.user_id == user_id, PracticeMiss.item_id == NotebookEntry.item_id
    )
    session.execute(
        delete(NotebookEntry)
        .where(
            NotebookEntry.user_id == user_id,
            NotebookEntry.item_id.in_(item_ids),
            NotebookEntry.reviews == 0,
            ~missed,
        )
        .execution_options(synchronize_session=False)
    )


def _follow(
    session: Session,
    attempt: AttemptView,
    answers: Sequence[tuple[Answered, ItemPlace]],
    *,
    is_first: bool,
    now: datetime,
) -> None:
    """Bring the entries of the answered items forward; an answer moves the schedule once."""
    at = attempt.finished_at or now
    held = {
        entry.item_id: entry
        for entry in session.scalars(
            select(NotebookEntry)
            .where(
                NotebookEntry.user_id == attempt.user_id,
                NotebookEntry.item_id.in_([place.item_id for _, place in answers]),
            )
            .with_for_update()
        )
    }
    for answer, place in answers:
        entry = held.get(place.item_id)
        if entry is None:
            if not answer.is_right:
                session.add(_new_entry(attempt.user_id, place.item_id, at, now))
        elif is_first and at > entry.last_at:
            _review(entry, at, is_right=answer.is_right)


def _new_entry(user_id: int, item_id: int, at: datetime, now: datetime) -> NotebookEntry:
    return NotebookEntry(
        public_id=new_public_id(),
        user_id=user_id,
        item_id=item_id,
        due_at=at,  # at once: the first review is the first thing the schedule learns
        added_at=now,
        last_at=at,
    )


def _review(entry: NotebookEntry, at: datetime, *, is_right: bool) -> None:
    done = review(entry.memory, is_right=is_right, at=at)
    entry.memory, entry.due_at, entry.last_at = done.memory, done.due_at, at
    entry.reviews += 1
    if not is_right:
        entry.removed_at = None


def _is_practising(session: Session, attempt: AttemptView) -> bool:
    """Tell whether an attempt was practice or a self-check, not a paper that somebody set."""
    rules = attempt.rules
    stepwise = rules.delivery is Delivery.STEPWISE and rules.tells_key
    return stepwise or is_practice(session, attempt.assessment_id)


def _note_day(session: Session, attempt: AttemptView, now: datetime) -> None:
    day = get_person(session, attempt.user_id, now).day_of(attempt.finished_at or now)
    session.execute(
        _dialect(session)
        .insert(PracticeDay)
        .values(user_id=attempt.user_id, day=day)
        .on_conflict_do_nothing()
    )


def _dialect(session: Session):  # type: ignore[no-untyped-def] # noqa: ANN202 - one of two modules
    return sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
