"""The timed challenge: what it draws, how it ends, its record; the ladder and what units set."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from learning.accounts.models import User
from learning.attempts.models import Attempt
from learning.attempts.services import commit_position, reveal_position
from learning.attempts.services.stepwise import Committed
from learning.kernel.errors import Conflict, NotFound
from learning.kernel.permissions import Grant, Role, ScopeKind
from learning.practice import queries, services
from learning.practice.models import ChallengeRun
from learning.practice.rules import Settings, rank_key_of, run_of_key, settings_of
from learning.question_bank.models import BankRow, ItemRow
from learning.question_bank.rules import ItemKind, Pool
from learning.question_bank.services import sync_bank
from tests.factories.items import make_item
from tests.factories.people import make_actor, make_membership, make_unit
from tests.practice.conftest import BANK, Learner, make_learner, practice_items

HOURS = timedelta(hours=1)
SECONDS = timedelta(seconds=1)
RIGHT, WRONG = "b", "a"


def challenge(learner: Learner, at, bank: str = BANK) -> str:
    return services.start_challenge(learner.session, learner.actor, bank, device_token="d", now=at)


def answer(learner: Learner, attempt: str, position: int, given: str, at) -> Committed:
    return learner.step(attempt, position, given, at, at + SECONDS)


def run(learner: Learner, answers: str, at, bank: str = BANK) -> str:
    """Play a challenge: + for a right answer, - for a wrong one; 2 s each."""
    attempt = challenge(learner, at, bank)
    for position, sign in enumerate(answers, 1):
        given = RIGHT if sign == "+" else WRONG
        answer(learner, attempt, position, given, at + 2 * position * SECONDS)
    learner.deliver(at + HOURS)
    return attempt


class TestDrawing:
    def test_no_secure_reserved_or_ruled_item_is_drawn(
        self, learner, versions, now, session
    ) -> None:
        secure = [make_item("canary-1", pool=Pool.SECURE)]
        sync_bank(session, "vault", secure, now)
        learner.sit(versions[:3], {1: RIGHT})  # a paper that stays open for two hours
        session.execute(update(ItemRow).where(ItemRow.code == "q-004").values(pool="secure"))
        session.execute(update(ItemRow).where(ItemRow.code == "q-005").values(pool="contest"))

        assert sorted(learner.asked(challenge(learner, now))) == ["q-006", "q-007", "q-008"]
        with pytest.raises(NotFound):
            challenge(make_learner(session, now), now, "vault")

    def test_a_bank_that_becomes_secure_gives_nothing(self, learner, now, session) -> None:
        session.execute(
            update(BankRow).where(BankRow.code == BANK).values(pool="secure", origin="web")
        )

        with pytest.raises(NotFound):
            challenge(learner, now)

    @pytest.mark.parametrize("bank", ["", "none", "x\0"])
    def test_a_bank_that_is_not_there_is_not_found(self, learner, now, bank) -> None:
        with pytest.raises(NotFound):
            challenge(learner, now, bank)

    def test_items_that_need_more_than_their_seconds_are_left_out(
        self, learner, now, session
    ) -> None:
        items = [make_item("n-001", ItemKind.NUMERIC, pool=Pool.PRACTICE)]
        sync_bank(session, "slow", items, now)

        with pytest.raises(NotFound):
            challenge(learner, now, "slow")

    def test_an_open_challenge_goes_on_and_another_bank_has_its_own(
        self, learner, now, session
    ) -> None:
        sync_bank(session, "other", practice_items(2), now)

        assert challenge(learner, now) == challenge(learner, now + 5 * SECONDS)
        assert challenge(learner, now, "other") != challenge(learner, now)


class TestPlaying:
    def test_the_first_mistake_ends_it_and_is_taken_into_the_notebook(
        self, learner, now, session
    ) -> None:
        attempt = challenge(learner, now)
        answer(learner, attempt, 1, RIGHT, now)
        done = answer(learner, attempt, 2, WRONG, now + 5 * SECONDS)

        assert done.ended is not None
        with pytest.raises(Conflict, match="already_submitted"):
            reveal_position(session, learner.actor, attempt, 3, now=now + 9 * SECONDS)
        learner.deliver(now + HOURS)
        assert learner.notebook() == [learner.asked(attempt)[1]]

    def test_an_answer_after_the_items_seconds_is_a_mistake(self, learner, now, session) -> None:
        attempt = challenge(learner, now)
        shown = reveal_position(session, learner.actor, attempt, 1, now=now)
        assert shown.ends_at == now + 30 * SECONDS
        late = now + 31 * SECONDS
        done = commit_position(session, learner.actor, attempt, 1, now=late)

        assert done.ended is not None
        ended = session.scalar(select(Attempt.finished_at).where(Attempt.public_id == attempt))
        assert ended == now + 30 * SECONDS


class TestRecord:
    def test_the_best_run_is_kept_by_right_answers_and_then_by_time(self, learner, now) -> None:
        run(learner, "+++-", now)
        run(learner, "+-", now + HOURS)

        best = queries.find_bests(learner.session, learner.actor.user_id)[BANK]

        assert (best.right, best.took_ms) == (3, 9000)

    def test_it_is_one_row_however_often_it_is_scored(self, learner, now, session) -> None:
        attempt = run(learner, "++-", now)
        row = session.scalar(select(Attempt).where(Attempt.public_id == attempt))
        services.note_scored(session, attempt, row.assessment_id, now + HOURS)
        services.note_scored(session, attempt, row.assessment_id, now + HOURS)

        [kept] = session.scalars(select(ChallengeRun))
        assert (kept.right, kept.user_id, kept.bank) == (2, learner.actor.user_id, BANK)

    def test_a_voided_run_is_no_record(self, learner, now, session) -> None:
        attempt = run(learner, "++-", now)
        row = session.scalar(select(Attempt).where(Attempt.public_id == attempt))
        row.voided_at = now + HOURS
        session.flush()
        services.note_scored(session, attempt, row.assessment_id, now + HOURS)

        assert queries.find_bests(session, learner.actor.user_id) == {}


@pytest.mark.parametrize(("right", "took_ms", "key"), [(12, 90_000, 129_909_999), (0, 10**9, 0)])
def test_runs_are_ordered_by_one_number(right, took_ms, key) -> None:
    assert rank_key_of(right, took_ms) == key
    assert run_of_key(key) == (right, min(took_ms, 10**7 - 1))
    assert rank_key_of(right + 1, took_ms) > key


class TestLadder:
    @pytest.fixture
    def company(self, session, now):
        return make_unit(session, now)

    def member(self, session, now, unit, organisation=None) -> Learner:
        learner = make_learner(session, now)
        user = session.get(User, learner.actor.user_id)
        make_membership(session, now, user, unit, organisation=organisation)
        return learner

    def test_it_ranks_ones_own_organisation_alone(self, learner, now, session, company) -> None:
        shop = make_unit(session, now, kind="department", name="车间", parent=company)
        first = self.member(session, now, company)
        second, idle = (self.member(session, now, shop, company) for _ in range(2))
        outsider = self.member(session, now, make_unit(session, now))
        run(first, "++-", now)
        run(second, "+++-", now + HOURS)
        run(idle, "-", now + 2 * HOURS)
        run(outsider, "++++-", now + 3 * HOURS)
        person = queries.get_person(session, first.actor.user_id, now)

        rungs = queries.list_ladder(session, person, BANK, now + 4 * HOURS)

        assert [(r.place, r.right, r.is_own) for r in rungs] == [(1, 3, False), (2, 2, True)]
        nobody = queries.get_person(session, learner.actor.user_id, now)
        assert queries.list_ladder(session, nobody, BANK, now) == []

    def test_who_is_below_the_part_shown_sees_their_own_place(
        self, learner, now, session, company
    ) -> None:
        own = self.member(session, now, company)
        attempt = run(own, "+-", now)
        row = session.scalar(select(Attempt).where(Attempt.public_id == attempt))
        others = [self.member(session, now, company) for _ in range(21)]
        for number, other in enumerate(others):
            other_run = challenge(other, now)
            found = session.scalar(select(Attempt.id).where(Attempt.public_id == other_run))
            session.add(
                ChallengeRun(
                    attempt_id=found,
                    user_id=other.actor.user_id,
                    bank=BANK,
                    right=5,
                    took_ms=number,
                    rank_key=rank_key_of(5, number),
                    finished_at=now,
                )
            )
        session.flush()
        person = queries.get_person(session, row.user_id, now)

        rungs = queries.list_ladder(session, person, BANK, now)

        assert len(rungs) == 21
        assert (rungs[-1].place, rungs[-1].is_own) == (22, True)


class TestSettings:
    def test_the_nearest_unit_that_sets_a_thing_decides_it(self) -> None:
        assert settings_of([]) == Settings(streaks=True, ladder=False)
        assert settings_of([(None, True), (False, False)]) == Settings(streaks=False, ladder=True)

    def test_a_unit_sets_them_for_all_below_it(self, learner, now, session) -> None:
        company = make_unit(session, now)
        shop = make_unit(session, now, kind="department", name="车间", parent=company)
        user = session.get(User, learner.actor.user_id)
        make_membership(session, now, user, shop)
        hr = make_actor(user, Grant(Role.HR_MANAGER, ScopeKind.UNIT, str(company.id)))
        person = queries.get_person(session, user.id, now)

        services.set_practice(session, hr, company.public_id, streaks=False, ladder=True, now=now)

        assert queries.get_settings(session, person.path) == Settings(False, True)

    def test_a_unit_out_of_reach_is_not_found(self, learner, now, session) -> None:
        company, other = make_unit(session, now), make_unit(session, now)
        user = session.get(User, learner.actor.user_id)
        hr = make_actor(user, Grant(Role.HR_MANAGER, ScopeKind.UNIT, str(company.id)))

        with pytest.raises(NotFound):
            services.set_practice(session, hr, other.public_id, streaks=None, ladder=True, now=now)
