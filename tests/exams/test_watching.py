"""The console: how candidates stand, who sees whom, in which order."""

import itertools
from collections import Counter
from dataclasses import replace

import pytest
from sqlalchemy import update

from learning.accounts.models import User
from learning.attempts.models import (
    Attempt,
    ResponseRow,
    RoomEventRow,
)
from learning.attempts.rules import AWAY_MS, ActKind
from learning.exams import queries
from learning.exams.models import Admission
from learning.exams.queries import WatchFilter
from learning.exams.rules import (
    QUIET,
    AttemptFacts,
    Presence,
    WatchOrder,
    WatchState,
    watch_state,
)
from learning.kernel.errors import NotFound
from learning.kernel.ids import new_public_id
from tests.exams.watched import MINUTE, Scene, attempt_of, do, start
from tests.factories.exams import make_candidate, make_examiner


def add_save(session, attempt, *, at, position=1, after_submit=False) -> None:
    session.add(
        ResponseRow(
            attempt_id=attempt.id,
            position=position,
            epoch=1,
            seq=1,
            answer='"a"',
            after_submit=after_submit,
            saved_at=at,
        )
    )
    session.flush()


def copy_of(attempt, actor) -> Attempt:
    """Return an attempt like another one's, of somebody else."""
    values = {column.key: getattr(attempt, column.key) for column in Attempt.__table__.columns}
    values |= {"id": None, "public_id": new_public_id(), "user_id": actor.user_id}
    return Attempt(**values)


@pytest.fixture
def scene(session, now) -> Scene:
    return Scene(session, now)


class TestHowCandidatesStand:
    @pytest.mark.parametrize(
        ("presence", "state"),
        [
            (Presence.UNKNOWN, WatchState.EXPECTED),
            (Presence.PRESENT, WatchState.WAITING),
            (Presence.ABSENT, WatchState.ABSENT),
            (Presence.REFUSED, WatchState.REFUSED),
        ],
    )
    def test_who_has_not_begun_stands_as_the_door_found_them(self, presence, state, now) -> None:
        assert watch_state(presence, None) is state
        assert watch_state(presence, AttemptFacts(None, None, None, None)) is WatchState.ANSWERING

    def test_an_attempt_tells_the_rest(self, now) -> None:
        def found(**facts):
            blank = AttemptFacts(None, None, None, None)
            return watch_state(Presence.UNKNOWN, replace(blank, **facts))

        assert found(paused_at=now) is WatchState.PAUSED
        assert found(finished_at=now, finish_kind="submitted") is WatchState.SUBMITTED
        assert found(finished_at=now, finish_kind="swept") is WatchState.SWEPT
        assert found(finished_at=now, finish_kind="forced") is WatchState.FORCED
        assert found(finished_at=now, finish_kind="forced", voided_at=now) is WatchState.VOIDED


class TestWatching:
    def page(self, session, scene, now, actor=None, page=1, **wanted):
        watch = queries.get_watch(session, actor or scene.examiner, scene.hall.public_id, now)
        wanted = WatchFilter(**{"room_ids": watch.room_ids, **wanted})
        return queries.get_watch_page(session, watch.sitting, wanted, page=page, now=now)

    def test_an_invigilator_sees_the_own_room_the_examiner_all(self, session, now, scene) -> None:
        own = self.page(session, scene, now, scene.invigilator)
        everybody = self.page(session, scene, now)

        assert [line.name for line in own.lines] == ["甲"]
        assert [(line.name, line.room, line.seat) for line in everybody.lines] == [
            ("甲", "第一考场", 1),
            ("乙", "第二考场", 1),
        ]
        assert everybody.tally == {WatchState.ANSWERING: 2}

    def test_others_find_nothing(self, session, now, scene) -> None:
        _, _, elsewhere = make_examiner(session, now, "另一协会")
        for stranger in (elsewhere, scene.actors[0]):
            with pytest.raises(NotFound):
                queries.get_watch(session, stranger, scene.hall.public_id, now)
        with pytest.raises(NotFound):
            queries.get_watch(session, scene.invigilator, new_public_id(), now)

    def test_an_examiner_of_elsewhere_may_be_appointed(self, session, now, scene) -> None:
        _, _, elsewhere = make_examiner(session, now, "另一协会")
        actor = replace(elsewhere, user_id=scene.invigilator.user_id)

        watch = queries.get_watch(session, actor, scene.hall.public_id, now)

        assert (watch.is_examiner, len(watch.room_ids or ())) == (False, 1)

    def test_states_search_and_order_narrow_the_list(self, session, now, scene) -> None:
        do(session, scene.hall, scene.examiner, ActKind.PAUSE, scene.people[1], now=now)
        late = attempt_of(session, scene.actors[0])
        late.deadline_at -= MINUTE
        third = make_candidate(session, now, scene.hall, "丙")
        session.get_one(User, third.user_id).sort_key = "a"
        session.flush()

        def names(**wanted):
            return [line.name for line in self.page(session, scene, now, **wanted).lines]

        assert names(state=WatchState.PAUSED) == ["乙"]
        assert names(state=WatchState.EXPECTED) == ["丙"]
        assert names(search="甲") == ["甲"]
        assert names(order=WatchOrder.STATE) == ["乙", "甲", "丙"]
        assert names(order=WatchOrder.TIME_LEFT) == ["甲", "乙", "丙"]
        assert names(order=WatchOrder.NAME) == ["丙", "甲", "乙"]
        assert names(page=2) == []

    def test_who_may_need_help_comes_first(self, session, now, scene) -> None:
        many = [make_candidate(session, now, scene.hall, name) for name in "丙丁戊己"]
        for actor in many[:3]:
            start(session, scene.hall, actor, now)
        quiet, left, late = (attempt_of(session, actor) for actor in many[:3])
        later = now + QUIET + MINUTE
        for attempt in (attempt_of(session, scene.actors[0]), left, late):
            add_save(session, attempt, at=later)
        do(session, scene.hall, scene.examiner, ActKind.PAUSE, scene.people[1], now=now)
        told = {"attempt_id": left.id, "page": "a" * 8, "seq": 1, "kind": "back", "at": later}
        session.add(RoomEventRow(**told, lasted_ms=AWAY_MS, received_at=later))
        late.submitted_at = late.finished_at = later
        late.finish_kind = "submitted"
        add_save(session, late, at=later, position=2, after_submit=True)

        shown = self.page(session, scene, later, order=WatchOrder.ATTENTION)

        assert [line.name for line in shown.lines] == ["乙", "丙", "丁", "戊", "甲", "己"]
        assert shown.progress[late.id].late == 1
        assert quiet.id not in shown.progress

    def test_the_database_says_of_everybody_what_the_rule_says(self, session, now, scene) -> None:
        facts = [
            {},
            {"paused_at": now},
            {"submitted_at": now, "finished_at": now, "finish_kind": "submitted"},
            {"submitted_at": now, "finished_at": now, "finish_kind": "swept"},
            {"submitted_at": now, "finished_at": now, "finish_kind": "forced"},
            {
                "submitted_at": now,
                "finished_at": now,
                "finish_kind": "forced",
                "voided_at": now,
            },
        ]
        for number, (presence, fact) in enumerate(itertools.product(Presence, [None, *facts])):
            actor = make_candidate(session, now, scene.hall, f"人{number}")
            session.execute(
                update(Admission)
                .where(Admission.user_id == actor.user_id)
                .values(presence=presence.value)
            )
            if fact is not None:
                attempt = copy_of(attempt_of(session, scene.actors[0]), actor)
                session.add(attempt)
                for name, value in fact.items():
                    setattr(attempt, name, value)
        session.flush()

        found = self.page(session, scene, now)

        assert found.tally == Counter(line.state for line in found.lines)
        for state in WatchState:
            only = self.page(session, scene, now, state=state)
            assert {line.state for line in only.lines} <= {state}
            assert only.total == len(only.lines) == found.tally[state] > 0

    def test_thousands_are_paged_to_the_last(self, session, now, scene, monkeypatch) -> None:
        monkeypatch.setattr(queries.invigilating, "WATCH_PAGE", 1)

        first, second = (self.page(session, scene, now, page=page) for page in (1, 2))

        assert [line.name for line in (*first.lines, *second.lines)] == ["甲", "乙"]
        assert (first.total, second.total) == (2, 2)

    def test_progress_counts_the_answers_that_stand_now(self, session, now, scene) -> None:
        attempt = attempt_of(session, scene.actors[0])
        for position, seq, answer in ((1, 1, '"a"'), (2, 2, '"b"'), (2, 3, "null")):
            row = ResponseRow(
                attempt_id=attempt.id,
                position=position,
                epoch=1,
                seq=seq,
                answer=answer,
                after_submit=False,
                saved_at=now + seq * MINUTE,
            )
            session.add(row)
        session.flush()

        progress = self.page(session, scene, now).progress[attempt.id]

        assert (progress.answered, progress.saved_at) == (1, now + 3 * MINUTE)
