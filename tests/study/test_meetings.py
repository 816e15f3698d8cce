"""A meeting of a class gets another time or is called off, while nobody was at it."""

import pytest

from learning.kernel.errors import Conflict, Invalid, NotFound
from learning.study.queries.classes import get_class, list_sessions
from learning.study.rules.classes import SessionPlan
from learning.study.services.classes import add_session, drop_session, move_session
from tests.study.test_classes import HOUR, Room


@pytest.fixture
def room(session, now) -> Room:
    return Room(session, now)


class TestChanging:
    def test_a_meeting_that_nobody_was_at_is_moved(self, room) -> None:
        moved = SessionPlan(room.start + HOUR, room.end + 2 * HOUR, 120)

        move_session(room.session, room.office.hr, room.id, room.meeting, moved, now=room.now)

        assert room.found.plan == moved
        with pytest.raises(Conflict, match="not_now"):
            room.sign(room.office.learner, at=room.start - HOUR)

    def test_a_wrong_time_is_named_and_changes_nothing(self, room) -> None:
        before = room.found.plan
        wrong = SessionPlan(room.end, room.start, 60)
        with pytest.raises(Invalid):
            move_session(room.session, room.office.hr, room.id, room.meeting, wrong, now=room.now)
        assert room.found.plan == before

    def test_what_somebody_signed_for_stays_what_it_was(self, room) -> None:
        later = SessionPlan(room.end, room.end + HOUR, 60)
        add_session(room.session, room.office.hr, room.id, later, now=room.now)
        room.sign(room.office.learner)

        with pytest.raises(Conflict, match="has_people"):
            move_session(room.session, room.office.hr, room.id, room.meeting, later, now=room.now)
        with pytest.raises(Conflict, match="has_people"):
            drop_session(room.session, room.office.hr, room.id, room.meeting, now=room.now)

    def test_one_meeting_is_called_off_and_the_others_stay(self, room) -> None:
        later = SessionPlan(room.end, room.end + HOUR, 60)
        second = add_session(room.session, room.office.hr, room.id, later, now=room.now)

        drop_session(room.session, room.office.hr, room.id, room.meeting, now=room.now)

        view = get_class(room.session, room.office.hr, room.id, room.now)
        assert [one.public_id for one in list_sessions(room.session, view.id)] == [second]
        with pytest.raises(Conflict, match="last_session"):
            drop_session(room.session, room.office.hr, room.id, second, now=room.now)

    def test_another_firms_hr_finds_nothing_to_change(self, room) -> None:
        stranger = room.office.stranger
        with pytest.raises(NotFound):
            drop_session(room.session, stranger, room.id, room.meeting, now=room.now)
        with pytest.raises(NotFound):
            move_session(
                room.session, stranger, room.id, room.meeting, room.found.plan, now=room.now
            )
