"""A sitting that many have answered: attempts written as the engine would have left them."""

import json
import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from learning.attempts.models import Assessment, Attempt, ResponseRow, ScoreRow
from learning.attempts.rules import Blueprint
from learning.exams.models import Admission
from learning.exams.queries import SittingView
from learning.kernel.ids import new_public_id
from tests.factories.people import make_user

RIGHT = "b"


@dataclass
class Answered:
    """Item versions in order of the paper, users and attempts in order of candidates."""

    versions: list[int]
    users: list[int] = field(default_factory=list)
    attempts: list[int] = field(default_factory=list)


def answer_of(rng: random.Random, ability: float, difficulty: float) -> str:
    """Right with the probability of Rasch's model, else one of the other options."""
    is_right = rng.random() < 1 / (1 + 2.718281828 ** (difficulty - ability))
    return RIGHT if is_right else rng.choice("acd")


def make_answered(
    session: Session,
    now: datetime,
    sitting: SittingView,
    answers: list[list[str | None]],
    *,
    admitted_by: int,
    right: dict[int, str] | None = None,
    gap_s: list[list[int]] | None = None,
) -> Answered:
    """Write an attempt a row of option ids: `right` names other keys than "b" by column."""
    blueprint = session.scalars(
        select(Assessment.blueprint).where(Assessment.id == sitting.assessment_id)
    ).one()
    candidates = [
        candidate.version_id
        for section in Blueprint.from_json(blueprint).sections
        for candidate in section.candidates
    ]
    made = Answered(candidates[: len(answers[0])])
    for number, row in enumerate(answers):
        user = make_user(session, now, f"考生{number:04d}")
        session.add(
            Admission(
                sitting_id=sitting.id,
                user_id=user.id,
                candidate_name=f"考生{number:04d}",
                admitted_by=admitted_by,
                admitted_at=now,
            )
        )
        made.users.append(user.id)
        made.attempts.append(_attempt(session, now, sitting, (user.id, made.versions), row, right))
        if gap_s is not None:
            _saves(session, now, made.attempts[-1], row, gap_s[number])
    session.flush()
    return made


def _attempt(
    session: Session,
    now: datetime,
    sitting: SittingView,
    whose: tuple[int, list[int]],
    row: list[str | None],
    right: dict[int, str] | None,
) -> int:
    user_id, versions = whose
    attempt = Attempt(
        public_id=new_public_id(),
        assessment_id=sitting.assessment_id,
        user_id=user_id,
        number=1,
        form="{}",
        item_count=len(row),
        epoch=1,
        started_at=now,
        deadline_at=now + timedelta(hours=1),
        submitted_at=now + timedelta(minutes=30),
        finished_at=now + timedelta(minutes=30),
        finish_kind="submitted",
    )
    session.add(attempt)
    session.flush()
    document, items = [], []
    for place, answer in enumerate(row):
        told = None if answer is None else json.dumps(answer)
        document.append([place + 1, versions[place], 1, 1, told])
        is_right = answer == (right or {}).get(place, RIGHT)
        outcome = "right" if is_right else "unanswered" if answer is None else "wrong"
        items.append([1000 * is_right, 1000, outcome, False])
    session.execute(
        insert(ScoreRow).values(
            attempt_id=attempt.id,
            version=1,
            points_milli=sum(item[0] for item in items),
            max_milli=1000 * len(items),
            answers=json.dumps(document),
            answers_sha256="0" * 64,
            items=json.dumps(items),
            scored_at=now,
        )
    )
    return attempt.id


def _saves(
    session: Session, now: datetime, attempt_id: int, row: list[str | None], gaps: list[int]
) -> None:
    at = now
    for place, answer in enumerate(row):
        at += timedelta(seconds=gaps[place])
        session.add(
            ResponseRow(
                attempt_id=attempt_id,
                position=place + 1,
                epoch=1,
                seq=1,
                answer=json.dumps(answer),
                after_submit=False,
                saved_at=at,
            )
        )
