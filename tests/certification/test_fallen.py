"""A result that falls after its certificate was issued: shown for a decision, never silently kept.

And one that rises again after the certificate was revoked for it: another certificate, once.
"""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import delete, select, update

from learning.accounts.models import PersonalNotice
from learning.attempts.models import ScoreRow
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
from learning.certification.models import AwardDecision, AwardRule, Certificate, Revocation
from learning.certification.rules import Ground, State
from learning.exams.jobs import RESULTS
from learning.exams.models import Admission, ResultRow
from learning.exams.services import preview_results
from learning.kernel.errors import Conflict
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

    def revoke(self, ground: Ground = Ground.RESULT) -> str:
        """Revoke the certificate in force; return its number. The worker has not looked yet."""
        with self.database.transaction() as session:
            revoked = select(Revocation.certificate_id)
            row = session.scalars(select(Certificate).where(Certificate.id.not_in(revoked))).one()
            services.revoke_certificate(
                session,
                self.office.actor,
                row.public_id,
                reason="成绩更正",
                ground=ground,
                now=self.now + LATER,
            )
            return row.number

    def certificates(self) -> list[tuple[str, bool]]:
        """Return (number, in force) of every certificate, in the order of their numbers."""
        with self.database.session(write=False) as session:
            rows = session.execute(
                select(Certificate.number, Revocation.id)
                .outerjoin(Revocation, Revocation.certificate_id == Certificate.id)
                .order_by(Certificate.serial)
            )
            return [(number, revoked is None) for number, revoked in rows]

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


FIRST, SECOND, THIRD = (f"QA-TQM-2026-00000{n}" for n in (1, 2, 3))


class TestRisen:
    """The result is a pass again after its certificate was revoked."""

    def test_a_pass_restored_by_a_later_regrade_earns_another_certificate(self, case: Case) -> None:
        case.rekey("c", "r1")
        case.revoke()
        case.rekey("b", "r2")

        assert case.certificates() == [(FIRST, False), (SECOND, True)]
        with case.database.session(write=False) as session:
            decisions = session.execute(
                select(AwardDecision.number, AwardDecision.basis).order_by(AwardDecision.number)
            ).all()
            titles = session.scalars(
                select(PersonalNotice.title).where(PersonalNotice.user_id == case.user.id)
            ).all()
        assert [number for number, _basis in decisions] == [1, 2]
        assert json.loads(decisions[1].basis)["follows"] == FIRST
        assert {f"证书 {FIRST} 已撤销", f"另发新证书 {SECOND}"} <= set(titles)

    def test_it_may_fall_and_rise_again(self, case: Case) -> None:
        for turn in range(2):
            case.rekey("c", f"fall{turn}")
            case.revoke()
            case.rekey("b", f"rise{turn}")

        assert case.certificates() == [(FIRST, False), (SECOND, False), (THIRD, True)]

    def test_one_revoked_for_another_reason_is_followed_by_none(self, case: Case) -> None:
        case.rekey("c", "r1")
        case.revoke(Ground.OTHER)
        case.rekey("b", "r2")

        assert case.certificates() == [(FIRST, False)]

    def test_a_result_that_still_fails_earns_nothing(self, case: Case) -> None:
        case.rekey("c", "r1")
        case.revoke()
        case.work()

        assert case.certificates() == [(FIRST, False)]

    def test_an_ended_rule_keeps_nobody_from_what_was_earned_while_it_was_open(
        self, case: Case
    ) -> None:
        case.rekey("c", "r1")
        case.revoke()
        with case.database.transaction() as session:
            session.execute(update(AwardRule).values(ended_at=case.now + LATER))
        case.rekey("b", "r2")

        assert case.certificates() == [(FIRST, False), (SECOND, True)]

    def test_a_result_that_rose_while_somebody_revoked_is_not_forgotten(self, case: Case) -> None:
        """The result's event came first and found a certificate in force; the revocation's asks."""
        case.rekey("c", "r1")
        case.revoke()
        with case.database.transaction() as session:
            session.execute(update(ResultRow).values(passed=True))
        case.work()

        assert case.certificates() == [(FIRST, False), (SECOND, True)]

    def test_what_a_rule_owes_includes_who_rose_while_nothing_was_told(self, case: Case) -> None:
        case.rekey("c", "r1")
        case.revoke()
        case.work()
        with case.database.transaction() as session:
            session.execute(update(ResultRow).values(passed=True))
            rule = session.scalars(select(AwardRule)).one()
            owed = [found.user_id for found in queries.list_undecided(session, rule, 0, 10)]

        assert owed == [case.user.id]

    def test_a_result_that_is_a_pass_is_no_ground(self, case: Case) -> None:
        with pytest.raises(Conflict) as refused:
            case.revoke()

        assert refused.value.code == "not_doubtful"
        assert case.certificates() == [(FIRST, True)]

    def test_fifty_parallel_regrades_leave_one_score_and_one_certificate(self, case: Case) -> None:
        case.rekey("c", "r1")
        case.revoke()

        def regrade(turn: int) -> None:
            with case.database.session(write=False) as session:
                [item] = list_items(session, [case.place])
            ruling = Ruling(
                case.place.version_id, Treatment.REKEY, replace(item.key, choices=("b",))
            )
            with case.database.transaction() as session:
                apply_regrade(
                    session,
                    case.sitting.assessment_id,
                    [ruling],
                    regrade_id=f"r2-{turn % 2}",
                    actor_id=None,
                    reason="答案无误",
                    now=case.now + LATER,
                )
            for consumer in (RESULTS, AWARD):
                deliver(case.database, consumer, case.now + LATER)

        with ThreadPoolExecutor(8) as pool:
            list(pool.map(regrade, range(50)))
        case.work()

        assert case.certificates() == [(FIRST, False), (SECOND, True)]
        with case.database.session(write=False) as session:
            versions = session.scalars(select(ScoreRow.version).order_by(ScoreRow.version)).all()
        assert versions == [1, 2, 3]


def test_where_the_result_fell_the_ground_is_asked_and_the_next_certificate_is_shown(
    case: Case, open_browser
) -> None:
    desk, holder = open_browser(case.office.examiner), open_browser(case.user)
    with case.database.session(write=False) as session:
        page = f"/certificates/{session.scalars(select(Certificate.public_id)).one()}"
    before = desk.get(f"{page}/revoke").text
    case.rekey("c", "r1")

    asked = desk.get(f"{page}/revoke").text
    unsaid = desk.post(f"{page}/revoke", {"reason": "复核"}).status_code
    done = desk.post(f"{page}/revoke", {"reason": "复核", "ground": "result"}).status_code
    case.rekey("b", "r2")

    assert ["恢复合格" in text for text in (before, asked)] == [False, True]
    assert (unsaid, done) == (400, 303)
    assert SECOND in holder.get(page).text
