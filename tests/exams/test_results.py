"""Starting, and how scored attempts become results: once, in any order, told once."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import permutations

import pytest
from sqlalchemy import select

from learning.attempts.events import SCORED
from learning.attempts.rules import Batch, Counts, Disclosure, Release
from learning.attempts.services import submit_attempt
from learning.exams import queries, services
from learning.exams.events import RESULT_RECORDED
from learning.exams.jobs import RESULTS
from learning.exams.models import ResultRow, SittingIncident
from learning.exams.queries import Shown
from learning.exams.rules import CandidateState, IncidentReason, RowState
from learning.kernel import events
from learning.kernel.errors import Conflict, NotFound
from learning.kernel.events import Event, EventRow
from tests.factories.competitions import add_scored_attempt, record_scored
from tests.factories.exams import make_candidate, make_hall
from tests.factories.people import make_actor, make_user

WINDOW = timedelta(hours=8)


def scored(session, hall, actor, now, *, number=1, points=12_000):
    """A scored attempt and the event that tells of it."""
    told = add_scored_attempt(
        session,
        hall.view(session, now).assessment_id,
        actor.user_id,
        number=number,
        points_milli=points,
        started_at=now,
    )
    return Event(number, f"e{number}", SCORED, now + timedelta(minutes=number), told.payload())


def told_results(session) -> list[dict]:
    rows = session.scalars(
        select(EventRow.payload).where(EventRow.kind == RESULT_RECORDED).order_by(EventRow.id)
    )
    return [json.loads(row) for row in rows]


class TestStarting:
    def test_only_admitted_people_start_others_find_nothing(self, session, now) -> None:
        hall = make_hall(session, now)
        candidate = make_candidate(session, now, hall)
        stranger = make_actor(make_user(session, now))

        attempt = services.start_sitting(
            session, candidate, hall.public_id, device_token="d", now=now
        )

        assert attempt == services.start_sitting(
            session, candidate, hall.public_id, device_token="d", now=now
        )
        for actor in (stranger, hall.actor):
            with pytest.raises(NotFound):
                services.start_sitting(session, actor, hall.public_id, device_token="d", now=now)
            with pytest.raises(NotFound):
                queries.get_for_candidate(session, actor.user_id, hall.public_id, now)

    def test_a_draft_looks_missing_to_its_candidates(self, session, now) -> None:
        hall = make_hall(session, now, is_open=False)
        candidate = make_candidate(session, now, hall)

        with pytest.raises(NotFound):
            services.start_sitting(session, candidate, hall.public_id, device_token="d", now=now)
        assert queries.list_sittings_for(session, candidate.user_id, now) == []

    @pytest.mark.parametrize("hours", [-2, 8])
    def test_outside_the_window_nothing_starts(self, session, now, hours) -> None:
        hall = make_hall(session, now)
        candidate = make_candidate(session, now, hall)

        with pytest.raises(Conflict):
            services.start_sitting(
                session,
                candidate,
                hall.public_id,
                device_token="d",
                now=now + timedelta(hours=hours),
            )

    def test_fifty_parallel_starts_give_one_attempt(self, database, now) -> None:
        with database.transaction() as session:
            hall = make_hall(session, now)
            candidate = make_candidate(session, now, hall)

        def start(_: int) -> str:
            with database.transaction() as session:
                return services.start_sitting(
                    session, candidate, hall.public_id, device_token="d", now=now
                )

        with ThreadPoolExecutor(10) as pool:
            assert len(set(pool.map(start, range(50)))) == 1

    def test_a_start_and_a_withdrawal_never_both_succeed(self, database, now) -> None:
        for turn in range(4):
            with database.transaction() as session:
                hall = make_hall(session, now)
                candidate = make_candidate(session, now, hall)

            def start(hall=hall, candidate=candidate) -> bool:
                try:
                    with database.transaction() as session:
                        services.start_sitting(
                            session, candidate, hall.public_id, device_token="d", now=now
                        )
                except NotFound:
                    return False
                return True

            def withdraw(hall=hall, candidate=candidate) -> bool:
                try:
                    with database.transaction() as session:
                        services.withdraw(
                            session,
                            hall.actor,
                            hall.public_id,
                            raw_person_id=candidate.public_id,
                            now=now,
                        )
                except Conflict:
                    return False
                return True

            with ThreadPoolExecutor(2) as pool:
                jobs = [start, withdraw] if turn % 2 else [withdraw, start]
                outcomes = [job.result() for job in [pool.submit(job) for job in jobs]]
            assert sum(outcomes) == 1


class TestRecording:
    def test_a_submitted_paper_becomes_a_result_told_once(self, database, now) -> None:
        with database.transaction() as session:
            hall = make_hall(session, now)
            candidate = make_candidate(session, now, hall)
            attempt = services.start_sitting(
                session, candidate, hall.public_id, device_token="d", now=now
            )
            submit_attempt(session, candidate, attempt, batch=Batch(1, ()), last_seq={}, now=now)

        assert events.deliver(database, RESULTS, now + timedelta(hours=1)) == 1
        assert events.deliver(database, RESULTS, now) == 0

        with database.session(write=False) as session:
            row = session.scalars(select(ResultRow)).one()
            assert (row.points_milli, row.max_milli, row.passed) == (0, 20_000, False)
            assert row.decided_at == now
            (told,) = told_results(session)
        assert told == {
            "sitting": hall.public_id,
            "sitting_id": row.sitting_id,
            "user_id": candidate.user_id,
            "attempt": attempt,
            "points_milli": 0,
            "max_milli": 20_000,
            "passed": False,
            "decided_us": told["decided_us"],
            "had_result": False,
            "had_passed": False,
            "cause": "scored",
        }

    @pytest.mark.parametrize("counts", list(Counts))
    def test_any_order_of_arrival_with_repetition_gives_one_result(
        self, session, now, counts
    ) -> None:
        hall = make_hall(session, now, max_attempts=3, counts=counts)
        points = (4_000, 16_000, 8_000)
        seen = set()

        for order in permutations(range(3)):
            candidate = make_candidate(session, now, hall)
            arrivals = [
                scored(session, hall, candidate, now, number=n, points=p)
                for n, p in enumerate(points, start=1)
            ]
            for place in (*order, *order):
                services.take_result(session, arrivals[place])
            row = session.scalars(
                select(ResultRow).where(ResultRow.user_id == candidate.user_id)
            ).one()
            seen.add((row.attempt_number, row.points_milli, row.passed))

        assert (
            seen
            == {
                Counts.BEST: {(2, 16_000, True)},
                Counts.LAST: {(2, 16_000, True)},
                Counts.FIRST: {(1, 4_000, False)},
                Counts.MEAN: {(3, 9_333, False)},
            }[counts]
        )

    def test_each_recorded_decision_is_told_and_nothing_else(self, session, now) -> None:
        hall = make_hall(session, now, max_attempts=3)
        candidate = make_candidate(session, now, hall)

        for number, points in ((1, 4_000), (2, 16_000), (3, 8_000)):
            services.take_result(
                session, scored(session, hall, candidate, now, number=number, points=points)
            )

        assert [(t["points_milli"], t["passed"]) for t in told_results(session)] == [
            (4_000, False),
            (16_000, True),
        ]

    def test_attempts_of_no_sitting_are_passed_by(self, session, now) -> None:
        hall = make_hall(session, now)
        stranger = make_actor(make_user(session, now))
        event = scored(session, hall, stranger, now)

        services.take_result(session, event)

        assert session.scalars(select(ResultRow)).all() == []

    def test_two_workers_at_once_keep_the_better_result(self, database, now) -> None:
        for _ in range(4):
            with database.transaction() as session:
                hall = make_hall(session, now, max_attempts=2)
                candidate = make_candidate(session, now, hall)
                arrivals = [
                    scored(session, hall, candidate, now, number=n, points=p)
                    for n, p in ((1, 16_000), (2, 4_000))
                ]

            def take(event) -> None:
                with database.transaction() as session:
                    services.take_result(session, event)

            with ThreadPoolExecutor(2) as pool:
                list(pool.map(take, arrivals))

            with database.session(write=False) as session:
                (result,) = queries.list_results_of(session, [candidate.user_id], now + 2 * WINDOW)
                assert (result.points_milli, result.passed) == (16_000, True)

    def test_a_result_that_comes_after_the_close_still_counts(self, database, now) -> None:
        with database.transaction() as session:
            hall = make_hall(session, now)
            candidate = make_candidate(session, now, hall)
            told = add_scored_attempt(
                session, hall.view(session, now).assessment_id, candidate.user_id, started_at=now
            )
            record_scored(session, told, now)
            services.close_sitting(session, hall.view(session, now), actor=None, now=now)

        events.deliver(database, RESULTS, now)

        with database.session(write=False) as session:
            (result,) = queries.list_results_of(session, [candidate.user_id], now + 2 * WINDOW)
        assert (result.sitting_public_id, result.passed) == (hall.public_id, True)


class TestWhatIsSeen:
    def own(self, session, hall, candidate, at):
        (sitting,) = queries.list_sittings_for(session, candidate.user_id, at)
        return sitting

    def test_at_close_nothing_is_told_before_the_window_is_over(self, session, now) -> None:
        hall = make_hall(session, now)
        candidate = make_candidate(session, now, hall)
        services.take_result(session, scored(session, hall, candidate, now))

        before = self.own(session, hall, candidate, now + timedelta(hours=1))
        after = self.own(session, hall, candidate, now + WINDOW + timedelta(minutes=1))

        assert (before.state, before.points_milli) == (CandidateState.SUBMITTED, None)
        assert (after.state, after.points_milli) == (CandidateState.PASSED, 12_000)

    def test_where_scores_have_a_day_nothing_is_told_before_it(self, session, now) -> None:
        day = now + WINDOW + timedelta(days=3)
        hall = make_hall(session, now, disclosure=Disclosure(score_from=day))
        candidate = make_candidate(session, now, hall)
        services.take_result(session, scored(session, hall, candidate, now))
        closed = now + timedelta(hours=1)
        services.close_sitting(session, hall.view(session, now), actor=hall.actor, now=closed)

        seen = [
            self.own(session, hall, candidate, at)
            for at in (closed, day - timedelta(seconds=1), day)
        ]

        assert [each.points_milli for each in seen] == [None, None, 12_000]
        assert [each.state for each in seen[1:]] == [
            CandidateState.SUBMITTED,
            CandidateState.PASSED,
        ]

    def test_closed_by_hand_the_result_is_told_that_moment(self, session, now) -> None:
        hall = make_hall(session, now)
        candidate = make_candidate(session, now, hall)
        services.take_result(session, scored(session, hall, candidate, now))
        closed = now + timedelta(hours=1)
        services.close_sitting(session, hall.view(session, now), actor=hall.actor, now=closed)

        seen = self.own(session, hall, candidate, closed)

        assert (seen.state, seen.points_milli) == (CandidateState.PASSED, 12_000)

    def test_somebody_with_extra_time_holds_the_release_up(self, session, now) -> None:
        hall = make_hall(session, now)
        candidate, slow = make_candidate(session, now, hall), make_candidate(session, now, hall)
        services.take_result(session, scored(session, hall, candidate, now))
        services.start_sitting(session, slow, hall.public_id, device_token="d", now=now)

        seen = self.own(session, hall, candidate, now + WINDOW + timedelta(minutes=1))

        assert seen.state is CandidateState.SUBMITTED

    def test_at_submit_the_result_is_told_at_once(self, session, now) -> None:
        hall = make_hall(session, now, release=Release.AT_SUBMIT, max_attempts=2)
        candidate = make_candidate(session, now, hall)
        services.take_result(session, scored(session, hall, candidate, now, points=4_000))
        again = self.own(session, hall, candidate, now)
        services.take_result(session, scored(session, hall, candidate, now, number=2))
        passed = self.own(session, hall, candidate, now)

        assert (again.state, again.points_milli) == (CandidateState.OPEN, 4_000)
        assert (passed.state, passed.attempt_public_id is not None) == (CandidateState.PASSED, True)
        page = queries.get_for_candidate(session, candidate.user_id, hall.public_id, now)
        assert (page.may_start, len(page.attempts)) == (False, 2)

    def test_states_from_upcoming_to_missed(self, session, now) -> None:
        hall = make_hall(session, now)
        candidate = make_candidate(session, now, hall)
        seen = [
            self.own(session, hall, candidate, now + timedelta(hours=h)).state for h in (-2, 0, 9)
        ]
        services.start_sitting(session, candidate, hall.public_id, device_token="d", now=now)

        assert seen == [CandidateState.UPCOMING, CandidateState.OPEN, CandidateState.MISSED]
        open_one = self.own(session, hall, candidate, now)
        assert open_one.state is CandidateState.IN_PROGRESS
        assert open_one.attempt_public_id

    def test_the_table_sorts_filters_and_derives_absence(self, session, now) -> None:
        hall = make_hall(session, now)
        people = {name: make_candidate(session, now, hall, name) for name in "甲乙丙丁"}
        for name, points in (("甲", 8_000), ("乙", 16_000)):
            services.take_result(session, scored(session, hall, people[name], now, points=points))
        services.start_sitting(session, people["丙"], hall.public_id, device_token="d", now=now)
        view, later = hall.view(session, now), now + timedelta(hours=9)
        for name, reason in (("乙", "copying"), ("乙", "phone"), ("乙", "phone"), ("甲", "late")):
            session.add(
                SittingIncident(
                    sitting_id=view.id,
                    user_id=people[name].user_id,
                    reason=reason,
                    noted_by=hall.examiner.id,
                    noted_at=now,
                )
            )
        session.flush()

        def names(sort="name", shown=Shown.ALL) -> str:
            rows = queries.list_candidates(session, view, later, sort=sort, shown=shown)
            return "".join(row.name for row in rows)

        assert [names(sort) for sort in queries.SORTS] == [
            "甲乙丙丁",
            "丁丙乙甲",
            "甲乙丙丁",
            "乙甲丙丁",
        ]
        assert [names(shown=shown) for shown in Shown] == ["甲乙丙丁", "乙", "甲", "丙丁", "乙"]
        tally = queries.count_results(session, view)
        assert (tally.admitted, tally.begun, tally.passed, tally.failed) == (4, 3, 1, 1)
        assert [queries.count_candidates(tally, shown) for shown in Shown] == [4, 1, 1, 2, 1]
        assert (tally.noted, tally.noted_passed) == (1, 1)
        assert queries.count_absent(tally, view, later) == 1
        assert queries.count_absent(tally, view, now) is None
        noted = {row.name: row.violations for row in queries.list_candidates(session, view, later)}
        assert noted["乙"] == (IncidentReason.COPYING, IncidentReason.PHONE)
        assert noted["甲"] == ()  # being late breaks no rule of the hall
        states = [row.state for row in queries.list_candidates(session, view, later)]
        assert states == [RowState.FAILED, RowState.PASSED, RowState.IN_PROGRESS, RowState.ABSENT]
