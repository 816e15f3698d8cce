"""No hours twice for one time: a person in two rooms at once, scanned by a friend or by mistake."""

from copy import copy
from datetime import datetime

import pytest

from learning.study.queries.classes import get_class, list_sessions
from learning.study.rules.classes import SessionPlan
from learning.study.rules.hours import Field
from learning.study.services.classes import ClassPlan, make_class
from learning.study.services.contras import take_back
from tests.study.rooms import HOUR, MINUTE, Room


@pytest.fixture
def room(session, now) -> Room:
    return Room(session, now)


def both(room: Room, start: datetime, end: datetime, minutes: int) -> Room:
    """Return a second class, with the same person in both."""
    office, session, now = room.office, room.session, room.now
    plan = ClassPlan(
        "另一门面授", "五号会议室", "", Field.PROFESSIONAL,
        needs_sign_out=False, units=(office.firm.public_id,),
    )  # fmt: skip
    other = copy(room)
    other.start, other.end = start, end
    other.id = make_class(session, office.hr, plan, SessionPlan(start, end, minutes), now=now)
    view = get_class(session, office.hr, other.id, now)
    (meeting,) = list_sessions(session, view.id)
    other.meeting, other.key = meeting.public_id, view.key
    room.sign(office.learner)
    other.sign(office.learner, at=start)
    return other


def minutes(room: Room) -> list[int]:
    return [credit.credited_ms // 60_000 for credit in room.office.credits()]


def test_the_same_two_hours_are_credited_once(room) -> None:
    other = both(room, room.start, room.end, 90)

    assert (room.confirm(), other.confirm()) == ((1, 0), (0, 1))
    assert minutes(room) == [90]


def test_of_a_meeting_that_begins_during_another_the_rest_is_credited(room) -> None:
    other = both(room, room.end - 30 * MINUTE, room.end + 30 * MINUTE, 60)

    assert (room.confirm(), other.confirm()) == ((1, 0), (1, 0))
    assert minutes(room) == [90, 30]


def test_one_after_the_other_both_are_credited_whole(room) -> None:
    other = both(room, room.end, room.end + HOUR, 60)

    room.confirm()
    assert other.confirm() == (1, 0)
    assert minutes(room) == [90, 60]


def test_what_was_taken_back_leaves_the_time_free(room) -> None:
    other = both(room, room.start, room.end, 90)
    room.confirm()
    (credit,) = room.office.credits()
    take_back(room.session, room.office.hr, credit.public_id, raw_reason="代签。", now=room.end)

    assert other.confirm() == (1, 0)
