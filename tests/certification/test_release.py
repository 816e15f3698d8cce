"""A certificate tells that a sitting was passed: none before the results are released."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import permutations

import pytest
from sqlalchemy import select, update

from learning.attempts.models import Attempt
from learning.attempts.rules import GRACE, Disclosure, Release
from learning.certification import services
from learning.certification.events import AWARD_DUE
from learning.certification.jobs import AWARD
from learning.certification.models import AwardDecision, Certificate
from learning.certification.services import awarding
from learning.exams.jobs import release_due
from learning.exams.queries import get_by_id
from learning.exams.services import close_sitting
from learning.kernel.events import EventRow, deliver
from tests.factories.certification import make_office, make_sitting, record_result
from tests.factories.people import make_user

WINDOW = timedelta(hours=8)


class Hall:
    """A sitting whose results are told at its close, a scheme, and who may pass."""

    def __init__(self, database, now, *, people=1, **rules) -> None:
        self.database, self.now = database, now
        with database.transaction() as session:
            self.office = make_office(session, now)
            rules = {"release": Release.AT_CLOSE, **rules}
            self.sitting = make_sitting(session, now, self.office, **rules)
            self.people = [make_user(session, now, f"考生{n}") for n in range(people)]

    def attach(self) -> None:
        with self.database.transaction() as session:
            services.attach_sitting(
                session,
                self.office.actor,
                self.office.scheme,
                raw_sitting_id=self.sitting.public_id,
                now=self.now,
            )

    def record(self) -> None:
        with self.database.transaction() as session:
            for person in self.people:
                record_result(session, self.now, self.sitting, person)

    def close(self, at=None) -> None:
        at = at or self.now + timedelta(minutes=5)
        with self.database.transaction() as session:
            view = get_by_id(session, self.sitting.id)
            close_sitting(session, view, actor=self.office.actor, now=at)

    def deliver(self, at=None) -> int:
        """Let the worker do all that waits; return how many certificates there are."""
        while deliver(self.database, AWARD, at or self.now + timedelta(minutes=6)):
            pass
        with self.database.session(write=False) as session:
            return len(session.scalars(select(Certificate.id)).all())


def test_a_candidate_with_release_at_close_sees_no_certificate_before_the_close_and_one_after(
    open_browser, database, now, clock
) -> None:
    hall = Hall(database, now)
    hall.attach()
    hall.record()
    candidate = open_browser(hall.people[0])

    assert hall.deliver() == 0
    assert "QA-TQM-2026-000001" not in candidate.get("/certificates").text

    hall.close()
    assert hall.deliver() == 1
    assert "QA-TQM-2026-000001" in candidate.get("/certificates").text


def test_before_the_close_nothing_is_decided_either(database, now) -> None:
    hall = Hall(database, now)
    hall.record()
    hall.attach()

    hall.deliver()

    with database.session(write=False) as session:
        assert session.scalars(select(AwardDecision.id)).all() == []


def test_at_submit_the_certificate_comes_at_once_and_the_close_adds_none(database, now) -> None:
    hall = Hall(database, now, release=Release.AT_SUBMIT)
    hall.attach()
    hall.record()

    assert hall.deliver(now) == 1
    hall.close()
    assert hall.deliver() == 1


def test_where_scores_have_a_day_the_certificate_comes_on_it_once(database, now) -> None:
    day = now + WINDOW + timedelta(days=2)
    hall = Hall(database, now, disclosure=Disclosure(score_from=day))
    hall.attach()
    hall.record()
    hall.close()
    early = [hall.deliver(), release_due(database, day - timedelta(seconds=1)), hall.deliver()]

    told = [release_due(database, day), release_due(database, day)]

    assert early == [0, 0, 0]
    assert told == [1, 0]
    assert hall.deliver(day) == 1


def test_workers_who_release_at_once_tell_of_it_once(database, now) -> None:
    day = now + WINDOW + timedelta(days=2)
    hall = Hall(database, now, disclosure=Disclosure(score_from=day))
    hall.close()

    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(lambda _: release_due(database, day), range(8)))

    assert sum(told) == 1


def test_a_result_that_is_never_told_earns_nothing(database, now) -> None:
    hall = Hall(database, now, release=Release.NEVER)
    hall.attach()
    hall.record()
    hall.close()

    assert hall.deliver() == 0


@pytest.mark.parametrize("is_delivered_between", [True, False], ids=["at once", "at the end"])
@pytest.mark.parametrize("order", [*permutations(("attach", "record", "close"))], ids="-".join)
def test_rule_result_and_close_come_in_any_order(
    database, now, order, is_delivered_between
) -> None:
    hall = Hall(database, now)

    for number, step in enumerate(order, start=1):
        getattr(hall, step)()
        if is_delivered_between:
            assert hall.deliver() == (number == len(order))

    assert hall.deliver() == 1


def test_a_late_result_is_told_and_certified_after_the_close(database, now) -> None:
    hall = Hall(database, now, people=2)
    late = hall.people.pop()
    hall.attach()
    hall.record()
    hall.close()
    assert hall.deliver() == 1

    hall.people = [late]
    hall.record()

    assert hall.deliver() == 2


def test_the_close_issues_in_batches(database, now, monkeypatch) -> None:
    monkeypatch.setattr(awarding, "AWARD_BATCH", 2)
    hall = Hall(database, now, people=5)
    hall.attach()
    hall.record()
    assert hall.deliver() == 0

    hall.close()

    assert hall.deliver() == 5
    with database.session(write=False) as session:
        due = session.scalars(select(EventRow.id).where(EventRow.kind == AWARD_DUE)).all()
    assert len(due) == 1 + 3  # at the attaching; at the close, three batches


def test_after_the_window_a_result_counts_as_told_once_nobody_answers_any_more(
    database, now
) -> None:
    hall = Hall(database, now, people=2)
    hall.attach()
    over = now + WINDOW + GRACE + timedelta(seconds=1)
    hall.record()
    with database.transaction() as session:  # one with extra time goes on
        session.execute(
            update(Attempt)
            .where(Attempt.user_id == hall.people[1].id)
            .values(submitted_at=None, finished_at=None)
        )
    assert hall.deliver(over) == 0

    with database.transaction() as session:
        session.execute(update(Attempt).values(submitted_at=over, finished_at=over))
    hall.close(over)

    assert hall.deliver(over) == 2


def test_an_ended_rule_earns_nothing_at_the_close(database, now) -> None:
    hall = Hall(database, now)
    hall.attach()
    hall.record()
    hall.deliver()
    with database.transaction() as session:
        (rule,) = awarding.list_open_rules(session, hall.sitting.id)
        services.detach_sitting(
            session, hall.office.actor, hall.office.scheme, raw_rule_id=str(rule.id), now=now
        )

    hall.close()

    assert hall.deliver() == 0
