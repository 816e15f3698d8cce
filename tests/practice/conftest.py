"""A learner with a bank for practice, and ways to answer and to let the worker take answers in."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from learning.attempts.models import Assessment, Attempt, ResponseRow
from learning.attempts.queries import get_attempt
from learning.attempts.rules import AttemptRules, Release, parse_batch
from learning.attempts.services import (
    commit_position,
    create_of_versions,
    reveal_position,
    start_attempt,
    submit_attempt,
)
from learning.attempts.services.stepwise import Committed
from learning.kernel.events import find_pending
from learning.kernel.permissions import Actor
from learning.practice.jobs import NOTEBOOK
from learning.practice.models import NotebookEntry, PracticeIntake
from learning.practice.services import take_in
from learning.question_bank.models import ItemRow
from learning.question_bank.rules import Item, Pool
from learning.question_bank.services import sync_bank
from tests.factories.items import make_item
from tests.factories.people import make_actor, make_user

BANK = "practice-bank"
AREA = "示例知识点"
NO_RESPONSES = parse_batch({"epoch": 1, "responses": []})


def practice_items(count: int = 8, pool: Pool = Pool.PRACTICE) -> list[Item]:
    return [make_item(f"q-{n:03d}", pool=pool) for n in range(1, count + 1)]


def contest_rules(release: Release = Release.AT_CLOSE, **others: Any) -> AttemptRules:
    return AttemptRules(limit_s=1800, release=release, review=True, shuffle_options=False, **others)


@dataclass
class Learner:
    """A person who answers papers and practises, at instants that a test names."""

    session: Session
    actor: Actor
    now: datetime

    def sit(
        self,
        version_ids: Sequence[int],
        answers: Mapping[int, str],
        *,
        at: datetime | None = None,
        rules: AttemptRules | None = None,
        pool: Pool = Pool.CONTEST,
        window: timedelta = timedelta(hours=2),
    ) -> str:
        """Answer a paper of these versions, by position, and hand it in; return the attempt."""
        at = at or self.now
        paper = create_of_versions(
            self.session,
            title="示例竞赛",
            pool=pool,
            version_ids=version_ids,
            rules=rules or contest_rules(),
            closes_at=at + window,
            created_by=None,
            now=at,
        )
        return self.answer(paper.id, answers, at)

    def answer(self, assessment_id: int, answers: Mapping[int, str], at: datetime) -> str:
        attempt = start_attempt(self.session, self.actor, assessment_id, device_token="d", now=at)
        entries = [{"position": p, "seq": 1, "response": r} for p, r in answers.items()]
        batch = parse_batch({"epoch": 1, "responses": entries})
        submit_attempt(
            self.session,
            self.actor,
            attempt,
            batch=batch,
            last_seq={},
            now=at + timedelta(minutes=5),
        )
        return attempt

    def step_through(self, attempt: str, answers: Sequence[str], at: datetime) -> None:
        """Answer a session one item after the other, and finish it."""
        for position, answer in enumerate(answers, 1):
            self.step(attempt, position, answer, at, at)
        submit_attempt(self.session, self.actor, attempt, batch=NO_RESPONSES, last_seq={}, now=at)

    def step(
        self, attempt: str, position: int, answer: str, shown_at: datetime, at: datetime
    ) -> Committed:
        """Look at an item of a session, answer it at once, and commit the answer at an instant."""
        row = self.session.scalar(select(Attempt).where(Attempt.public_id == attempt))
        assert row is not None
        reveal_position(self.session, self.actor, attempt, position, now=shown_at)
        self.session.add(
            ResponseRow(
                attempt_id=row.id,
                position=position,
                epoch=1,
                seq=1,
                answer=json.dumps(answer),
                after_submit=False,
                saved_at=shown_at,
            )
        )
        self.session.flush()
        return commit_position(self.session, self.actor, attempt, position, now=at)

    def deliver(self, at: datetime) -> int:
        """Let the worker note what was scored and take in what is ready; return how many."""
        for pending in find_pending(self.session, NOTEBOOK, 100):
            NOTEBOOK.handle(self.session, pending, at)
        self.session.flush()
        ready = list(self.session.scalars(select(PracticeIntake.attempt_id)))
        return sum(take_in(self.session, attempt_id, at) for attempt_id in ready)

    def notebook(self) -> list[str]:
        """Return the codes of the items in the notebook."""
        return list(
            self.session.scalars(
                select(ItemRow.code)
                .join(NotebookEntry, NotebookEntry.item_id == ItemRow.id)
                .where(
                    NotebookEntry.user_id == self.actor.user_id, NotebookEntry.removed_at.is_(None)
                )
                .order_by(ItemRow.code)
            )
        )

    def asked(self, attempt: str) -> list[str]:
        """Return the codes of the items that an attempt asks."""
        form = get_attempt(self.session, self.actor.user_id, attempt).form
        codes = {row.current_version_id: row.code for row in self.session.scalars(select(ItemRow))}
        return [codes[n] for n in form.version_ids]

    def assessment_of(self, attempt: str) -> Assessment:
        found = self.session.scalar(
            select(Assessment)
            .join(Attempt, Attempt.assessment_id == Assessment.id)
            .where(Attempt.public_id == attempt)
        )
        assert found is not None
        return found


def versions_of(session: Session, bank: str = BANK) -> list[int]:
    """Return the current versions of a bank's items in order of code."""
    rows = session.scalars(
        select(ItemRow.current_version_id).where(ItemRow.bank == bank).order_by(ItemRow.code)
    )
    return [version for version in rows if version is not None]


def make_learner(session: Session, now: datetime) -> Learner:
    actor = replace(make_actor(make_user(session, now)), session_expires_at_ms=2**52)
    return Learner(session, actor, now)


@pytest.fixture
def learner(session: Session, now: datetime) -> Learner:
    sync_bank(session, BANK, practice_items(), now)
    return make_learner(session, now)


@pytest.fixture
def versions(session: Session, learner: Learner) -> list[int]:
    return versions_of(session)
