"""Two marks and a third; second thoughts of markers and examiners."""

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from learning.attempts.models import ScoreRow
from learning.exams import services
from learning.exams.models import Marking
from learning.exams.queries import progress
from learning.exams.rules import UNDO
from learning.exams.services import Given
from learning.kernel.errors import Conflict, Invalid
from tests.exams.marks import DOUBLE, end, mark, result, take, tasks
from tests.factories.marking import ESSAY


class TestDoubleMarking:
    def test_two_marks_within_the_tolerance_give_their_mean(self, database, now, world) -> None:
        marked = world(settings=DOUBLE)
        mark(database, marked, marked.markers[0], now, 2, 2)  # 8 of 10
        assert tasks(database) == [("open", 2, None)]

        mark(database, marked, marked.markers[1], now, 3, 2)  # 10 of 10

        assert tasks(database) == [("settled", 2, 9_000)]
        assert take(database, marked, marked.markers[2], now) is None

    def test_marks_that_differ_go_to_a_third_person_who_decides(self, database, now, world) -> None:
        marked = world(settings=DOUBLE)
        mark(database, marked, marked.markers[0], now, 1, 0)  # 2 of 10
        mark(database, marked, marked.markers[1], now, 3, 2)  # 10 of 10

        assert tasks(database) == [("open", 3, None)], "a difference must be adjudicated"
        assert take(database, marked, marked.markers[0], now) is None
        mark(database, marked, marked.markers[2], now, 2, 1)

        assert tasks(database) == [("settled", 3, 6_000)]
        end(database, marked, now)
        assert result(database) == (10_000, 14_000, True)

    def test_progress_counts_by_item_and_by_marker(self, database, now, world) -> None:
        marked = world({2: ESSAY}, {2: ESSAY}, settings=DOUBLE)
        for marker, steps in zip(marked.markers[:2], ((3, 2), (1, 0)), strict=True):
            mark(database, marked, marker, now, *steps)
            mark(database, marked, marker, now, 3, 2)

        with database.session(write=False) as session:
            sitting = marked.hall.view(session, now)
            [item] = progress.list_item_progress(session, sitting.id)
            people = progress.list_marker_progress(session, sitting.id, 2_000)
            lines, total = progress.list_marks(session, sitting.id, person="", page=1)
        assert (item.code, item.answers, item.left) == ("essay", 2, item.disputed)
        told = {each.name: each for each in people}
        assert (told["阅卷1"].count, told["阅卷1"].mean_ratio, told["阅卷1"].spread_ratio) == (
            2,
            1,
            0,
        )
        assert told["阅卷2"].mean_ratio == pytest.approx(0.6)
        assert told["阅卷2"].spread_ratio == pytest.approx(0.4)
        assert (told["阅卷1"].agreed, told["阅卷1"].paired) == (1, 2)
        assert (len(lines), total) == (4, 4)


class TestSecondThoughts:
    def test_points_that_a_step_cannot_give_are_refused(self, database, now, world) -> None:
        marked = world()
        held = take(database, marked, marked.markers[0], now)
        given = Given((Decimal(3), Decimal("2.5")))

        with pytest.raises(Invalid) as refused, database.transaction() as session:
            services.give_mark(
                session,
                marked.markers[0],
                marked.public_id,
                raw_marking_id=held.marking,
                given=given,
                now=now,
            )

        assert [problem.place for problem in refused.value.problems] == ["2"]
        assert tasks(database) == [("open", 1, None)]

    def test_the_last_mark_is_taken_back_within_minutes(self, database, now, world) -> None:
        marked = world()
        marker = marked.markers[0]
        mark(database, marked, marker, now, 3, 2)

        late = now + UNDO + timedelta(seconds=1)
        with pytest.raises(Conflict, match="undo_late"), database.transaction() as session:
            services.undo_mark(session, marker, marked.public_id, now=late)
        with database.transaction() as session:
            services.undo_mark(session, marker, marked.public_id, now=now + UNDO)

        assert tasks(database) == [("open", 1, None)]
        held = take(database, marked, marker, now)
        assert held.steps == ("3", "2")
        mark(database, marked, marker, now, 1, 1)
        assert tasks(database) == [("settled", 1, 4_000)]
        with database.session(write=False) as session:
            kept = session.scalars(
                select(Marking.points_milli).where(Marking.taken_back_at.is_not(None))
            )
            assert list(kept) == [10_000]

    def test_a_reopened_mark_makes_a_new_version_and_the_old_one_stays(
        self, database, now, world
    ) -> None:
        marked = world()
        marker = marked.markers[0]
        given = mark(database, marked, marker, now, 0, 1)
        end(database, marked, now)
        assert result(database) == (6_000, 14_000, False)

        with database.transaction() as session:
            services.reopen_mark(
                session,
                marked.hall.actor,
                marked.public_id,
                raw_marking_id=given,
                reason="漏看一段",
                now=now,
            )
        assert result(database) == (6_000, 14_000, False)
        mark(database, marked, marked.markers[1], now, 3, 2)
        end(database, marked, now)

        assert result(database) == (14_000, 14_000, True)
        with database.session(write=False) as session:
            points = session.scalars(select(ScoreRow.points_milli).order_by(ScoreRow.version))
            assert list(points) == [4_000, 6_000, 14_000]
            old = session.scalars(select(Marking).where(Marking.public_id == given)).one()
            assert (old.points_milli, old.reason) == (2_000, "漏看一段")

    def test_reopening_one_of_two_takes_the_decision_between_them_back(
        self, database, now, world
    ) -> None:
        marked = world(settings=DOUBLE)
        first = mark(database, marked, marked.markers[0], now, 1, 0)
        mark(database, marked, marked.markers[1], now, 3, 2)
        mark(database, marked, marked.markers[2], now, 2, 1)

        with database.transaction() as session:
            services.reopen_mark(
                session,
                marked.hall.actor,
                marked.public_id,
                raw_marking_id=first,
                reason="x",
                now=now,
            )

        assert tasks(database) == [("open", 2, None)]
        mark(database, marked, marked.markers[0], now, 3, 1)
        assert tasks(database) == [("settled", 2, 9_000)]

    def test_ending_again_changes_nothing(self, database, now, world) -> None:
        marked = world()
        mark(database, marked, marked.markers[0], now, 3, 2)

        assert end(database, marked, now) == 1
        assert end(database, marked, now) == 0

        with database.session(write=False) as session:
            assert len(session.scalars(select(ScoreRow.id)).all()) == 2
