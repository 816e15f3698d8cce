"""Who came late or left early stands first before the trainer, until a list vouches for them."""

from learning.study.queries.marks import count_missed, list_marks
from learning.study.rules.classes import Turn
from learning.study.services import lists
from learning.study.words.classes import mark_words
from tests.factories.people import make_actor
from tests.study.rooms import HOUR, MINUTE, Room


def shown(room: Room) -> list[tuple[str, str]]:
    """Return names and status as the trainer reads them, in order."""
    marks = list_marks(room.session, room.found, room.now, needs_sign_out=True)
    plan = room.found.plan
    return [(one.name, mark_words(one, plan, needs_sign_out=True)[1]) for one in marks]


def test_who_missed_some_of_it_stands_first_until_a_list_names_them(session, now, app) -> None:
    room = Room(session, now, needs_sign_out=True)  # of two hours, an hour ago
    people = [
        (room.office.learner, 0, 120), (make_actor(room.colleague("丁", "1")), 0, 100),
        (make_actor(room.colleague("丙", "2")), 30, 121), (make_actor(room.colleague("乙", "3")), 1, 0),
    ]  # fmt: skip
    for who, came, left in people:
        room.sign(who, at=room.start + came * MINUTE)
        if left:
            room.sign(who, at=room.start + left * MINUTE, turn=Turn.OUT)

    with app.test_request_context():
        *first, last = shown(room)
        assert set(first) == {("丙", "due"), ("丁", "due"), ("乙", "due")}
        assert last == ("示例员工", "none")
        assert count_missed(session, room.found, needs_sign_out=True) == 3
        assert count_missed(session, room.found, needs_sign_out=False) == 2

        room.act(lists.apply_list, room.checked(("乙", "3", "")), at=room.end + HOUR)

        assert set(shown(room)[:2]) == {("丙", "due"), ("丁", "due")}
        assert count_missed(session, room.found, needs_sign_out=True) == 2
