"""The wrong-answer notebook: filled when keys are released, never from secure items, kept exact."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from learning.attempts.models import Attempt, ScoreRow
from learning.attempts.rules import Delivery, Release, Ruling, Treatment
from learning.attempts.services import apply_regrade, create_of_versions, start_attempt
from learning.kernel.db import Database
from learning.kernel.errors import Conflict, NotFound
from learning.kernel.events import find_pending
from learning.practice import jobs, services
from learning.practice.models import NotebookEntry
from learning.practice.queries import count_due, get_person, list_days, list_entries
from learning.question_bank.models import BankRow, ItemRow
from learning.question_bank.rules import Pool
from learning.question_bank.services import sync_bank
from tests.practice.conftest import (
    BANK,
    Learner,
    contest_rules,
    make_learner,
    practice_items,
    versions_of,
)

DAY = timedelta(days=1)
HOURS = timedelta(hours=1)
RIGHT, WRONG = "b", "a"


def test_wrong_answers_of_a_contest_come_back_when_its_keys_are_released(
    learner: Learner, versions, now
) -> None:
    learner.sit(versions[:4], {1: RIGHT, 2: WRONG, 3: WRONG})

    before = learner.deliver(now + HOURS)
    held = learner.notebook()
    after = learner.deliver(now + 3 * HOURS)

    assert (before, held) == (0, [])
    assert after == 1
    assert learner.notebook() == ["q-002", "q-003"]


def test_while_somebody_with_extra_time_still_answers_nothing_is_taken_in(
    learner: Learner, versions, now, session
) -> None:
    attempt = learner.sit(versions[:2], {1: WRONG})
    other = make_learner(session, now)
    paper = learner.assessment_of(attempt)
    start_attempt(
        session, other.actor, paper.id, device_token="e", now=now, extra=timedelta(hours=9)
    )

    assert learner.deliver(now + 3 * HOURS) == 0
    assert learner.notebook() == []


def test_what_cannot_be_taken_in_is_put_off_and_keeps_nothing_waiting(
    database: Database, now, monkeypatch: pytest.MonkeyPatch
) -> None:
    rules = contest_rules(Release.AT_SUBMIT)
    with database.transaction() as session:
        learner = make_learner(session, now)
        sync_bank(session, BANK, practice_items(), now)
        versions = versions_of(session)
        broken = learner.sit(versions[:1], {1: WRONG}, rules=rules)
        learner.sit(versions[1:2], {1: WRONG}, at=now + timedelta(minutes=10), rules=rules)
        for pending in find_pending(session, jobs.NOTEBOOK, 100):
            jobs.NOTEBOOK.handle(session, pending, now + HOURS)
        broken_id = session.scalar(select(Attempt.id).where(Attempt.public_id == broken))

    def fail_for_one(writing: Session, attempt_id: int, at: datetime) -> bool:
        if attempt_id == broken_id:
            raise RuntimeError("a fault of a library")
        return services.take_in(writing, attempt_id, at)

    def notebook() -> list[str]:
        with database.session(write=False) as reading:
            return replace(learner, session=reading).notebook()

    monkeypatch.setattr(jobs, "take_in", fail_for_one)

    assert jobs.take_ready(database, now + HOURS) == 2
    assert jobs.take_ready(database, now + HOURS) == 0
    assert notebook() == ["q-002"]
    monkeypatch.undo()
    assert jobs.take_ready(database, now + 2 * HOURS) == 1
    assert notebook() == ["q-001", "q-002"]


@pytest.mark.parametrize(
    ("rules", "pool"),
    [
        (contest_rules(Release.NEVER), Pool.CONTEST),
        (contest_rules(Release.AT_SUBMIT), Pool.SECURE),
    ],
)
def test_results_never_shown_and_secure_papers_leave_no_trace(
    learner: Learner, versions, now, rules, pool
) -> None:
    learner.sit(versions[:2], {1: WRONG}, rules=rules, pool=pool)

    assert learner.deliver(now + 9 * DAY) == 0
    assert learner.notebook() == []


@pytest.mark.parametrize("lock", ["item", "bank"])
def test_an_item_that_became_secure_is_neither_taken_in_nor_asked(
    learner: Learner, versions, now, session, lock
) -> None:
    learner.sit(versions[:1], {1: WRONG}, rules=contest_rules(Release.AT_SUBMIT))
    learner.deliver(now + HOURS)
    if lock == "item":
        session.execute(update(ItemRow).values(pool="secure"))
    else:
        session.execute(update(BankRow).values(pool="secure", origin="web"))
    learner.sit(versions[1:2], {1: WRONG}, rules=contest_rules(Release.AT_SUBMIT))
    learner.deliver(now + HOURS)

    assert "q-002" not in learner.notebook()
    assert count_due(session, learner.actor.user_id, now + DAY, now=now) == 0
    with pytest.raises(Conflict):
        services.start_review(session, learner.actor, device_token="d", now=now + 4 * HOURS)


@pytest.mark.parametrize("delivery", ["paper", "stepwise"])
def test_what_an_exam_or_a_contest_holds_is_neither_counted_nor_asked_until_its_end(
    learner: Learner, versions, now, session, delivery
) -> None:
    learner.sit(versions[:2], {1: WRONG, 2: WRONG}, rules=contest_rules(Release.AT_SUBMIT))
    learner.deliver(now + HOURS)
    at = now + 4 * HOURS
    create_of_versions(
        session, title="示例竞赛", pool=Pool.CONTEST, version_ids=versions[:1],
        rules=contest_rules(delivery=Delivery(delivery), tells_key=False),
        closes_at=at + 2 * HOURS, created_by=None, now=at,
    )  # fmt: skip
    person = learner.actor.user_id

    assert count_due(session, person, at + DAY, now=at) == 1
    asked = services.start_review(session, learner.actor, device_token="d", now=at)

    assert learner.asked(asked) == ["q-002"]
    learner.step_through(asked, [RIGHT], at)
    learner.deliver(at)
    assert count_due(session, person, at + DAY, now=at) == 0
    with pytest.raises(Conflict, match="nothing_due"):
        services.start_review(session, learner.actor, device_token="d", now=at)
    assert count_due(session, person, at + DAY, now=at + 3 * HOURS) == 1


def test_delivering_twice_changes_nothing(learner: Learner, versions, now, session) -> None:
    learner.sit(versions[:2], {1: WRONG}, rules=contest_rules(Release.AT_SUBMIT))
    learner.deliver(now + HOURS)
    learner.deliver(now + 2 * HOURS)

    [line] = list_entries(session, learner.actor.user_id)

    assert line.misses == 1


def test_a_regrade_that_finds_an_answer_right_takes_its_entry_back(
    learner: Learner, versions, now, session
) -> None:
    attempt = learner.sit(
        versions[:2], {1: WRONG, 2: WRONG}, rules=contest_rules(Release.AT_SUBMIT)
    )
    learner.deliver(now + HOURS)
    paper = learner.assessment_of(attempt)
    apply_regrade(
        session,
        paper.id,
        [Ruling(versions[0], Treatment.FULL_MARKS)],
        regrade_id="r1",
        reason="示例",
        actor_id=None,
        now=now + 2 * HOURS,
    )
    learner.deliver(now + 3 * HOURS)

    assert len(session.scalars(select(ScoreRow.version)).all()) == 2
    assert learner.notebook() == ["q-002"]


def test_a_review_moves_the_schedule_once_by_what_was_answered(
    learner: Learner, versions, now, session
) -> None:
    learner.sit(versions[:2], {1: WRONG, 2: WRONG}, rules=contest_rules(Release.AT_SUBMIT))
    learner.deliver(now + HOURS)
    later = now + 4 * HOURS
    attempt = services.start_review(session, learner.actor, device_token="d", now=later)
    asked = learner.asked(attempt)
    assert sorted(asked) == ["q-001", "q-002"]
    assert services.start_review(session, learner.actor, device_token="d", now=later) == attempt

    learner.step_through(attempt, [RIGHT if code == "q-001" else WRONG for code in asked], later)
    learner.deliver(later + HOURS)
    learner.deliver(later + 2 * HOURS)

    rows = session.execute(select(ItemRow.code, NotebookEntry).join(NotebookEntry)).all()
    entries = {row.code: row.NotebookEntry for row in rows}
    assert entries["q-001"].due_at == later + 2 * DAY
    assert entries["q-002"].due_at == later + DAY
    assert {entry.reviews for entry in entries.values()} == {1}


def test_an_item_whose_key_a_ruling_called_wrong_is_not_asked_again(
    learner: Learner, versions, now, session
) -> None:
    attempt = learner.sit(versions[:1], {1: WRONG}, rules=contest_rules(Release.AT_SUBMIT))
    learner.deliver(now + HOURS)
    other = learner.sit(versions[:1], {1: WRONG}, rules=contest_rules(Release.AT_SUBMIT))
    apply_regrade(
        session,
        learner.assessment_of(other).id,
        [Ruling(versions[0], Treatment.EXCLUDED)],
        regrade_id="r2",
        reason="示例",
        actor_id=None,
        now=now + HOURS,
    )

    assert attempt
    assert learner.notebook() == ["q-001"]
    with pytest.raises(Conflict):
        services.start_review(session, learner.actor, device_token="d", now=now + 4 * HOURS)


def test_an_entry_taken_out_comes_back_with_the_next_wrong_answer(
    learner: Learner, versions, now, session
) -> None:
    learner.sit(versions[:1], {1: WRONG}, rules=contest_rules(Release.AT_SUBMIT))
    learner.deliver(now + HOURS)
    [line] = list_entries(session, learner.actor.user_id)
    services.remove_entry(session, learner.actor, line.public_id, now=now + HOURS)
    out = learner.notebook()

    learner.sit(versions[:1], {1: WRONG}, at=now + DAY, rules=contest_rules(Release.AT_SUBMIT))
    learner.deliver(now + 2 * DAY)

    assert out == []
    assert learner.notebook() == ["q-001"]


def test_an_entry_of_somebody_else_looks_missing(learner: Learner, versions, now, session) -> None:
    learner.sit(versions[:1], {1: WRONG}, rules=contest_rules(Release.AT_SUBMIT))
    learner.deliver(now + HOURS)
    [line] = list_entries(session, learner.actor.user_id)
    other = make_learner(session, now)

    for raw in (line.public_id, "0" * 26, "x\0"):
        with pytest.raises(NotFound):
            services.remove_entry(session, other.actor, raw, now=now)


def test_self_checks_count_as_days_of_practice_and_contests_do_not(
    learner: Learner, versions, now, session
) -> None:
    learner.sit(versions[:1], {1: WRONG}, rules=contest_rules(Release.AT_SUBMIT))
    learner.deliver(now + HOURS)
    before = list_days(session, learner.actor.user_id)
    attempt = services.start_review(session, learner.actor, device_token="d", now=now + 4 * HOURS)

    learner.step_through(attempt, [RIGHT], now + 4 * HOURS)
    learner.deliver(now + 5 * HOURS)

    person = get_person(session, learner.actor.user_id, now)
    assert before == frozenset()
    assert list_days(session, learner.actor.user_id) == {person.day_of(now + 4 * HOURS)}


def test_another_bank_of_the_same_codes_is_another_item(learner: Learner, now, session) -> None:
    sync_bank(session, "other-bank", practice_items(2), now)
    learner.sit(
        versions_of(session, "other-bank"), {1: WRONG}, rules=contest_rules(Release.AT_SUBMIT)
    )
    learner.sit(versions_of(session, BANK)[:1], {1: WRONG}, rules=contest_rules(Release.AT_SUBMIT))
    learner.deliver(now + HOURS)

    assert learner.notebook() == ["q-001", "q-001"]
