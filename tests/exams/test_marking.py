"""Marking by people: what is handed out to whom, what two marks decide, when there is a result."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from learning.attempts.models import Attempt, ScoreRow
from learning.attempts.queries import find_score
from learning.attempts.rules import Ruling, Treatment
from learning.attempts.services import apply_regrade, void_attempt
from learning.exams import queries, services
from learning.exams.models import Marking, MarkingTask
from learning.exams.queries import marking
from learning.exams.rules import CLAIM, CandidateState, RowState
from learning.exams.services import Given
from learning.kernel.audit import AuditEntry
from learning.kernel.errors import Conflict, NotFound
from learning.kernel.ids import new_public_id
from learning.organisations.models import PersonMerge, Unit
from learning.study.queries.teachers import taught_by
from tests.exams.marks import CASE, DOUBLE, end, mark, own_state, result, take, tasks
from tests.factories.exams import make_examiner
from tests.factories.marking import ESSAY, WITH_CASE, hand_in, tell
from tests.factories.people import make_actor, make_user
from tests.factories.teaching import make_class_taught, make_course_written


class TestResults:
    def test_a_paper_has_no_result_until_the_marking_has_ended(self, database, now, world) -> None:
        marked = world()
        marker = marked.markers[0]

        assert result(database) is None
        assert own_state(database, marked, now) is CandidateState.MARKING
        mark(database, marked, marker, now, 2, 1)
        assert result(database) is None
        assert end(database, marked, now) == 1

        # 3 of 5 rubric points of an essay worth 10, and 4 for the choice.
        assert result(database) == (10_000, 14_000, True)
        with database.session(write=False) as session:
            versions = session.scalars(select(ScoreRow.version).order_by(ScoreRow.version))
            assert list(versions) == [1, 2]

    def test_the_examiner_sees_that_it_waits(self, database, now, world) -> None:
        marked = world()

        with database.session(write=False) as session:
            sitting = marked.hall.view(session, now)
            [line] = queries.list_candidates(session, sitting, now)
        assert line.state is RowState.MARKING

    def test_essays_of_cases_are_marked_beside_what_the_machine_scored(
        self, database, now, world
    ) -> None:
        marked = world({1: CASE, 2: ESSAY}, sections=WITH_CASE)
        marker = marked.markers[0]
        with database.session(write=False) as session:
            assert {
                (t.position, t.part, t.most_milli) for t in session.scalars(select(MarkingTask))
            } == {
                (1, 3, 2_000),
                (2, 0, 10_000),
            }

        mark(database, marked, marker, now, 3, 2)
        mark(database, marked, marker, now, 0, 0)
        end(database, marked, now)

        by_item = {points for _state, _wanted, points in tasks(database)}
        assert by_item in ({2_000, 0}, {10_000, 0})
        with database.session(write=False) as session:
            attempt_id = session.scalars(select(Attempt.id)).one()
            score = find_score(session, attempt_id)
        assert score.pending == 0
        assert score.points_milli in {4_000 + 2_000, 4_000 + 10_000}

    def test_what_nobody_answered_is_not_marked(self, database, now, world) -> None:
        world({1: "b"})

        assert tasks(database) == []
        assert result(database) == (4_000, 14_000, False)

    def test_it_ends_only_when_all_is_marked(self, database, now, world) -> None:
        marked = world({2: ESSAY}, {2: ESSAY})
        mark(database, marked, marked.markers[0], now, 3, 2)

        with pytest.raises(Conflict) as refused:
            end(database, marked, now)

        assert (refused.value.code, refused.value.data) == ("marking_unfinished", {"left": 1})
        assert result(database) is None

    def test_a_void_attempt_and_an_excluded_item_want_no_mark(self, database, now, world) -> None:
        world({2: ESSAY}, {2: ESSAY})
        with database.transaction() as session:
            attempt = session.scalars(select(Attempt).order_by(Attempt.id)).first()
            assessment_id = attempt.assessment_id
            void_attempt(session, attempt.id, actor_id=None, reason="copying", now=now)
        tell(database, now)
        assert [state for state, _w, _p in tasks(database)] == ["withdrawn", "open"]
        with database.transaction() as session:
            version_id = session.scalars(select(MarkingTask.version_id)).first()
            ruling = Ruling(version_id, Treatment.EXCLUDED)
            apply_regrade(
                session,
                assessment_id,
                [ruling],
                regrade_id=new_public_id(),
                reason="x",
                actor_id=None,
                now=now,
            )
        tell(database, now)

        assert [state for state, _w, _p in tasks(database)] == ["withdrawn", "withdrawn"]


class TestHandingOut:
    def test_nobody_gets_the_same_answer_twice_or_their_own(self, database, now, world) -> None:
        marked = world(settings=DOUBLE)
        first, second, _third = marked.markers

        mark(database, marked, first, now, 3, 2)

        assert take(database, marked, first, now) is None
        assert take(database, marked, second, now) is not None
        with database.transaction() as session:
            services.admit(
                session,
                marked.hall.actor,
                marked.public_id,
                user_ids=[marked.markers[2].user_id],
                now=now,
            )
            hand_in(session, marked, now, {2: "自己的"}, candidate=marked.markers[2])
        tell(database, now)
        assert take(database, marked, marked.markers[2], now) is None

    def test_a_marker_goes_on_with_the_item_begun(self, database, now, world) -> None:
        papers = [{1: CASE, 2: ESSAY} for _ in range(3)]
        marked = world(*papers, sections=WITH_CASE)
        marker = marked.markers[0]

        parts = []
        for _ in range(6):
            held = take(database, marked, marker, now)
            parts.append(held.part)
            mark(database, marked, marker, now, 1, 1)

        assert sorted(parts) == [0, 0, 0, 3, 3, 3]
        assert len(set(parts[:3])) == 1

    def test_a_conflict_of_a_merged_record_is_its_person_s(self, database, now, world) -> None:
        marked = world({2: ESSAY})
        former, marker, _third = marked.markers
        with database.transaction() as session:
            services.declare_conflict(
                session,
                marked.hall.actor,
                marked.public_id,
                judge_id=former.user_id,
                candidate_id=marked.candidates[0].user_id,
                reason="师徒",
                now=now,
            )
            session.add(
                PersonMerge(
                    public_id=new_public_id(),
                    unit_id=session.scalars(select(Unit.id)).first(),
                    kept_id=marker.user_id,
                    merged_id=former.user_id,
                    moved="{}",
                    merged_at=now,
                    merged_by=marker.user_id,
                )
            )

        assert take(database, marked, marker, now) is None

    def test_a_declared_conflict_keeps_all_of_a_candidates_answers_away(
        self, database, now, world
    ) -> None:
        marked = world({2: ESSAY}, {2: ESSAY})
        marker, other, _third = marked.markers
        with database.transaction() as session:
            services.declare_conflict(
                session,
                marked.hall.actor,
                marked.public_id,
                judge_id=marker.user_id,
                candidate_id=marked.candidates[0].user_id,
                reason="师徒",
                now=now,
            )
        mark(database, marked, marker, now, 3, 2)
        assert take(database, marked, marker, now) is None

        held = take(database, marked, other, now)
        with database.transaction() as session:
            services.step_aside(
                session,
                other,
                marked.public_id,
                raw_marking_id=held.marking,
                reason="recognised",
                now=now,
            )
        assert take(database, marked, other, now) is None
        assert take(database, marked, marked.markers[2], now) is not None

    def test_nobody_marks_whom_they_taught_in_a_class_or_by_a_course(
        self, database, now, world
    ) -> None:
        marked = world({2: ESSAY})
        teacher, writer, other = (marker.user_id for marker in marked.markers)
        learner = marked.candidates[0].user_id
        with database.transaction() as session:
            make_class_taught(session, now, teacher=teacher, learner=learner)
            make_course_written(
                session, now, owner=marked.hall.actor.user_id, writer=writer, learner=learner
            )

        with database.session(write=False) as session:
            sitting = marked.hall.view(session, now)
            free = [
                marking.count_free(session, sitting.id, who, taught_by)
                for who in (teacher, writer, other)
            ]
        assert free == [0, 0, 1]
        assert take(database, marked, marked.markers[0], now) is None
        assert take(database, marked, marked.markers[1], now) is None
        assert take(database, marked, marked.markers[2], now) is not None

    def test_what_is_held_too_long_goes_to_somebody_else(self, database, now, world) -> None:
        marked = world()
        first, second, _third = marked.markers
        held = take(database, marked, first, now)

        assert take(database, marked, first, now) == held
        assert take(database, marked, second, now + CLAIM) is None
        assert take(database, marked, second, now + CLAIM + timedelta(seconds=1)) is not None
        given = Given((Decimal(3), Decimal(2)))
        with pytest.raises(NotFound), database.transaction() as session:
            services.give_mark(
                session, first, marked.public_id, raw_marking_id=held.marking, given=given, now=now
            )

    def test_markers_who_click_at_once_hold_different_answers(self, database, now, world) -> None:
        marked = world(*[{2: ESSAY}] * 3)
        together = threading.Barrier(3)

        def go(marker):
            together.wait()
            return take(database, marked, marker, now)

        with ThreadPoolExecutor(3) as pool:
            held = list(pool.map(go, marked.markers))

        assert len({each.task_id for each in held}) == 3

    def test_of_many_who_want_the_only_answer_one_holds_it(self, database, now, world) -> None:
        marked = world()
        together = threading.Barrier(3)

        def go(marker):
            together.wait()
            return take(database, marked, marker, now)

        with ThreadPoolExecutor(3) as pool:
            held = list(pool.map(go, marked.markers))

        assert sum(each is not None for each in held) == 1
        with database.session(write=False) as session:
            assert len(session.scalars(select(Marking.id)).all()) == 1

    def test_strangers_and_foreign_marks_look_missing(self, database, now, world) -> None:
        marked = world()
        held = take(database, marked, marked.markers[0], now)
        given = Given((Decimal(3), Decimal(2)))
        with database.transaction() as session:
            _unit, _user, foreign = make_examiner(session, now, "另一协会")
            stranger = make_actor(make_user(session, now))

        about = {"raw_marking_id": held.marking, "now": now}
        for act in (
            *(
                lambda s, who=who: services.take_answer(
                    s, who, marked.public_id, taught_by=taught_by, now=now
                )
                for who in (stranger, marked.hall.actor)
            ),
            lambda s: services.give_mark(s, stranger, marked.public_id, given=given, **about),
            lambda s: services.give_mark(
                s, marked.markers[1], marked.public_id, given=given, **about
            ),
            lambda s: services.reopen_mark(s, foreign, marked.public_id, reason="x", **about),
            lambda s: services.end_marking(s, foreign, marked.public_id, now=now),
        ):
            with pytest.raises(NotFound), database.transaction() as session:
                act(session)

    def test_every_look_at_a_rubric_is_in_the_audit(self, database, now, world) -> None:
        marked = world()
        take(database, marked, marked.markers[0], now)

        with database.session(write=False) as session:
            seen = session.scalars(
                select(AuditEntry.actor_id).where(AuditEntry.act == "marking.key_seen")
            ).all()
        assert seen == [marked.markers[0].user_id]
