"""Answer sheets and the door: no paper is of somebody who was refused entry."""

import pytest
from sqlalchemy import func, select, update

from learning.attempts.models import Attempt
from learning.exams.models import Admission
from learning.exams.rules import Presence
from learning.exams.rules.sheets import SheetState
from tests.exams.test_keying import confirm, key, refused, settle
from tests.factories.sheets import Paper, make_paper


@pytest.fixture
def paper(session, now) -> Paper:
    return make_paper(session, now)


def find_at_door(session, paper, presence: Presence) -> None:
    """Note how the invigilator found the candidate."""
    session.execute(
        update(Admission)
        .where(Admission.user_id == paper.candidates[0].user_id)
        .values(presence=presence.value)
    )


class TestTheDoor:
    """No paper is of somebody whom the door refused."""

    def test_nobody_keys_a_sheet_of_who_was_refused(self, session, now, paper) -> None:
        find_at_door(session, paper, Presence.REFUSED)

        refused("sheet_refused_entry", key, session, paper, now, 0, paper.sheet(session, now))

    def test_a_refusal_after_the_first_keying_stops_the_second(self, session, now, paper) -> None:
        raw = paper.sheet(session, now)
        key(session, paper, now, 0, raw)
        find_at_door(session, paper, Presence.REFUSED)

        refused("sheet_refused_entry", key, session, paper, now, 1, raw)
        assert session.scalar(select(func.count(Attempt.id))) == 0

    def test_a_refusal_stops_what_two_keyed_apart_from_being_settled(
        self, session, now, paper
    ) -> None:
        first, second = (paper.sheet(session, now, right=n) for n in (5, 4))
        key(session, paper, now, 0, first)
        assert key(session, paper, now, 1, second) is SheetState.DIFFERS
        find_at_door(session, paper, Presence.REFUSED)

        picks = {place: text for place, text in first.items() if second[place] != text}
        refused("sheet_refused_entry", settle, session, paper, now, 2, picks)
        assert session.scalar(select(func.count(Attempt.id))) == 0

    def test_who_was_called_absent_may_have_come_late(self, session, now, paper) -> None:
        find_at_door(session, paper, Presence.ABSENT)

        confirm(session, paper, now, paper.sheet(session, now))
