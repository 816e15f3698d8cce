"""A result that falls after its certificate was issued: shown for a decision, never silently kept."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import delete, select, update

from learning.attempts.queries import get_attempt, list_items
from learning.attempts.rules import Ruling, Treatment, parse_batch
from learning.attempts.services import (
    apply_regrade,
    start_attempt,
    submit_attempt,
    void_attempt,
)
from learning.certification import queries, services
from learning.certification.events import DOUBTED
from learning.certification.jobs import AWARD
from learning.certification.models import AwardDecision, Certificate
from learning.certification.rules import State
from learning.exams.jobs import RESULTS
from learning.exams.models import Admission, ResultRow
from learning.exams.services import preview_results
from learning.kernel.events import EventRow, deliver
from tests.factories.certification import make_office, make_sitting
from tests.factories.people import make_actor, make_user

LATER = timedelta(hours=1)


class Case:
    """A candidate who passes by one item, and has the certificate for it."""

    def __init__(self, database, now) -> None:
        self.database, self.now = database, now
        with database.transaction() as session:
            self.office = make_office(session, now)
            self.sitting = make_sitting(session, now, self.office)
            services.attach_sitting(
                session,
                self.office.actor,
                self.office.scheme,
                raw_sitting_id=self.sitting.public_id,
                now=now,
            )
            self.user = make_user(session, now)
            session.add(
                Admission(
                    sitting_id=self.sitting.id,
                    user_id=self.user.id,
                    candidate_name="考生甲",
                    admitted_by=self.office.examiner.id,
                    admitted_at=now,
                )
            )
        self.actor = replace(make_actor(self.user), session_expires_at_ms=2**52)
        self.attempt_id = self.hand_in()

    def hand_in(self) -> int:
        """Answer just as many single items rightly as the cut score asks."""
        needed = self.sitting.cut_score_milli // 4_000
        with self.database.transaction() as session:
            public_id = start_attempt(
                session, self.actor, self.sitting.assessment_id, device_token="d", now=self.now
            )
            entries = [{"position": p, "seq": 1, "response": "b"} for p in range(1, needed + 1)]
            batch = parse_batch({"epoch": 1, "responses": entries})
            submit_attempt(session, self.actor, public_id, batch=batch, last_seq={}, now=self.now)
            attempt = get_attempt(session, self.actor.user_id, public_id)
            self.place = attempt.form.positions[0]
        self.work()
        return attempt.id

    def work(self) -> None:
        while any(deliver(self.database, each, self.now + LATER) for each in (RESULTS, AWARD)):
            pass

    def rekey(self, choice: str, regrade_id: str) -> None:
        with self.database.transaction() as session:
            [item] = list_items(session, [self.place])
            key = replace(item.key, choices=(choice,))
            ruling = Ruling(self.place.version_id, Treatment.REKEY, key)
            apply_regrade(
                session,
                self.sitting.assessment_id,
                [ruling],
                regrade_id=regrade_id,
                actor_id=None,
                reason="答案有误",
                now=self.now + LATER,
            )
        self.work()

    def effects(self, choice: str) -> list:
        with self.database.session(write=False) as session:
            [item] = list_items(session, [self.place])
            key = replace(item.key, choices=(choice,))
            ruling = Ruling(self.place.version_id, Treatment.REKEY, key)
            return preview_results(session, self.sitting.id, [ruling])

    def doubtful(self) -> list[State]:
        with self.database.session(write=False) as session:
            found = queries.list_doubtful(session, self.office.scheme_id, self.now + LATER)
            return [one.state for one in found]

    def passed(self) -> list[bool]:
        with self.database.session(write=False) as session:
            return list(session.scalars(select(ResultRow.passed)))

    def told(self) -> list[dict]:
        with self.database.session(write=False) as session:
            rows = session.scalars(select(EventRow.payload).where(EventRow.kind == DOUBTED))
            return [json.loads(row) for row in rows]


@pytest.fixture
def case(database, now) -> Case:
    return Case(database, now)


def test_a_pass_that_stands_raises_no_doubt(case: Case) -> None:
    assert (case.passed(), case.doubtful(), case.told()) == ([True], [], [])


def test_a_regrade_below_the_cut_leaves_the_certificate_to_a_decision(case: Case) -> None:
    case.rekey("c", "r1")

    assert case.passed() == [False]
    assert case.doubtful() == [State.VALID]
    assert [told["user_id"] for told in case.told()] == [case.user.id]


def test_the_preview_says_who_would_fail_and_writes_nothing(case: Case) -> None:
    [effect] = case.effects("c")

    assert (effect.user_id, effect.fails, effect.passes) == (case.user.id, True, False)
    assert effect.before.points_milli - effect.after.points_milli == 4_000
    assert (case.passed(), case.doubtful()) == ([True], [])


def test_a_second_regrade_that_restores_the_pass_ends_the_doubt(case: Case) -> None:
    case.rekey("c", "r1")
    case.rekey("b", "r2")

    assert (case.passed(), case.doubtful()) == ([True], [])
    with case.database.session(write=False) as session:
        assert len(session.scalars(select(Certificate.id)).all()) == 1


def test_voiding_the_only_attempt_withdraws_the_result_and_doubts_the_certificate(
    case: Case,
) -> None:
    with case.database.transaction() as session:
        void_attempt(session, case.attempt_id, actor_id=None, reason="违纪", now=case.now)
    case.work()

    assert case.passed() == []
    assert case.doubtful() == [State.VALID]
    assert len(case.told()) == 1


def test_a_certificate_taken_over_without_any_attempt_lost_nothing(case: Case) -> None:
    """An import of older certificates names its sitting, whose holders sat elsewhere."""
    with case.database.transaction() as session:
        other = make_user(session, case.now, "别处考的")
        session.execute(delete(ResultRow))
        session.execute(update(AwardDecision).values(user_id=other.id))
        session.execute(update(Certificate).values(user_id=other.id))

    assert case.doubtful() == []


def test_what_was_revoked_is_decided(case: Case) -> None:
    case.rekey("c", "r1")
    with case.database.transaction() as session:
        public_id = session.scalars(select(Certificate.public_id)).one()
        services.revoke_certificate(
            session, case.office.actor, public_id, reason="成绩更正", now=case.now + LATER
        )

    assert case.doubtful() == []
