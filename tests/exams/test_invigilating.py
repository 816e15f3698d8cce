"""The console: whose acts are whose, what an act does and leaves behind."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from learning.attempts.models import (
    AttemptAct,
    Outage,
    TimeGrant,
)
from learning.attempts.queries import list_acts, list_messages
from learning.attempts.rules import Act, ActKind, ActReason
from learning.exams import services
from learning.exams.models import Sitting, SittingStaff
from learning.exams.rules import (
    Accommodation,
    PlaceChange,
    Presence,
    may_act,
)
from learning.kernel.audit import AuditEntry
from learning.kernel.errors import Conflict, Forbidden, NotFound
from learning.kernel.ids import new_public_id
from tests.exams.watched import MINUTE, Scene, an_act, attempt_of, do
from tests.factories.exams import make_examiner


@pytest.fixture
def scene(session, now) -> Scene:
    return Scene(session, now)


class TestWhoseActs:
    def test_only_voiding_is_the_examiners_alone(self) -> None:
        assert [k for k in ActKind if not may_act(k, is_examiner=False)] == [ActKind.VOID]
        assert all(may_act(kind, is_examiner=True) for kind in ActKind)

    def test_an_act_says_what_it_needs(self) -> None:
        with pytest.raises(ValueError, match="extra"):
            Act(ActKind.EXTEND, ActReason.OTHER, "a")
        with pytest.raises(ValueError, match="extra"):
            an_act(ActKind.EXTEND, extra=timedelta(hours=7))
        with pytest.raises(ValueError, match="extra"):
            an_act(ActKind.PAUSE, extra=MINUTE)
        with pytest.raises(ValueError, match="message"):
            an_act(ActKind.MESSAGE, note="")
        with pytest.raises(ValueError, match="id"):
            Act(ActKind.PAUSE, ActReason.OTHER, "")


class TestActs:
    def test_pause_and_resume_move_the_deadline(self, session, now, scene) -> None:
        hall, actor, (first, _) = scene.hall, scene.invigilator, scene.people
        before = attempt_of(session, scene.actors[0]).deadline_at

        assert do(session, hall, actor, ActKind.PAUSE, first, now=now) == 1
        assert do(session, hall, actor, ActKind.PAUSE, first, now=now) == 0
        assert do(session, hall, actor, ActKind.RESUME, first, now=now + 7 * MINUTE) == 1

        attempt = attempt_of(session, scene.actors[0])
        assert (attempt.paused_at, attempt.deadline_at) == (None, before + 7 * MINUTE)
        acts = list_acts(session, [attempt.id])
        assert [(a.kind, a.reason, a.made_by) for a in acts] == [
            (ActKind.RESUME, ActReason.EQUIPMENT, "监考甲"),
            (ActKind.PAUSE, ActReason.EQUIPMENT, "监考甲"),
        ]

    def test_added_time_sent_twice_is_added_once(self, session, now, scene) -> None:
        before = attempt_of(session, scene.actors[0]).deadline_at
        act = an_act(ActKind.EXTEND, note="换鼠标")

        done = [
            do(session, scene.hall, scene.invigilator, act.kind, scene.people[0], now=now, act=act)
            for _ in range(2)
        ]

        assert done == [1, 0]
        assert attempt_of(session, scene.actors[0]).deadline_at == before + 5 * MINUTE
        assert session.scalars(select(TimeGrant.reason)).all() == ["equipment: 换鼠标"]
        entry = session.scalars(
            select(AuditEntry).where(AuditEntry.act == "attempt.extended")
        ).one()
        assert entry.actor_id == scene.invigilator.user_id
        assert json.loads(entry.details)["reason"] == "equipment: 换鼠标"

    def test_a_message_reaches_the_attempt_alone(self, session, now, scene) -> None:
        act = an_act(ActKind.MESSAGE)

        for _ in range(2):
            do(session, scene.hall, scene.examiner, act.kind, scene.people[0], now=now, act=act)

        first, second = (attempt_of(session, actor).id for actor in scene.actors)
        assert [message.text for message in list_messages(session, first)] == ["请看黑板"]
        assert list_messages(session, second) == []

    def test_who_sits_in_another_room_is_passed_by(self, session, now, scene) -> None:
        done = do(session, scene.hall, scene.invigilator, ActKind.PAUSE, *scene.people, now=now)

        assert done == 1
        assert attempt_of(session, scene.actors[1]).paused_at is None

    def test_nobody_acts_on_their_own_attempt(self, session, now, scene) -> None:
        """Who watches over a room may be a candidate in it."""
        watcher = replace(scene.invigilator, user_id=scene.actors[0].user_id)
        session.execute(update(SittingStaff).values(user_id=watcher.user_id))
        act = an_act(ActKind.EXTEND)

        named = do(session, scene.hall, watcher, ActKind.EXTEND, scene.people[0], now=now)
        everybody = scene.everybody(session, watcher, act, now)

        assert (named, everybody.done) == (0, 0)
        assert attempt_of(session, scene.actors[0]).extra_s == 0
        for call, asked in (
            (
                services.note_presence,
                {"presence": Presence.PRESENT, "identity_checked": True},
            ),
            (
                services.place_candidate,
                {"change": PlaceChange("", "", None, Accommodation(minutes=60))},
            ),
        ):
            actor = replace(scene.examiner, user_id=watcher.user_id)
            with pytest.raises(Conflict, match="own_place"):
                call(
                    session,
                    actor,
                    scene.hall.public_id,
                    raw_person_id=scene.people[0],
                    now=now,
                    **asked,
                )

    def test_everybody_of_the_own_rooms(self, session, now, scene) -> None:
        batch = scene.everybody(session, scene.invigilator, an_act(), now)
        assert (batch.done, batch.after) == (1, None)
        with pytest.raises(NotFound):
            scene.everybody(session, scene.invigilator, an_act(), now, room=scene.rooms[1])
        assert (
            scene.everybody(session, scene.examiner, an_act(), now, room=scene.rooms[1]).done == 1
        )

    def test_batches_go_on_where_the_last_one_ended(
        self, session, now, scene, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("learning.exams.services.invigilating.MAX_HELD", 1)
        act = an_act(ActKind.EXTEND)

        first = scene.everybody(session, scene.examiner, act, now)
        second = scene.everybody(session, scene.examiner, act, now, after=first.after or "")
        third = scene.everybody(session, scene.examiner, act, now, after=second.after or "")

        assert [first.done, second.done, third.done, third.after] == [1, 1, 0, None]

    def test_forcing_takes_in_what_was_saved(self, session, now, scene) -> None:
        act = an_act(ActKind.FORCE)
        for done in (1, 0):
            people = (scene.people[0],)
            found = do(session, scene.hall, scene.invigilator, act.kind, *people, now=now, act=act)
            assert found == done

        attempt = attempt_of(session, scene.actors[0])
        assert (attempt.finish_kind, attempt.finished_at) == ("forced", now)

    def test_voiding_is_for_the_examiner_even_after_the_close(self, session, now, scene) -> None:
        hall, person = scene.hall, scene.people[0]
        with pytest.raises(Forbidden, match="examiner_only"):
            do(session, hall, scene.invigilator, ActKind.VOID, person, now=now)
        do(session, hall, scene.examiner, ActKind.FORCE, *scene.people, now=now)
        session.execute(update(Sitting).values(state="closed", closed_at=now))

        with pytest.raises(Conflict, match="closed"):
            do(session, hall, scene.examiner, ActKind.PAUSE, person, now=now)
        assert do(session, hall, scene.examiner, ActKind.VOID, person, now=now) == 1
        assert do(session, hall, scene.examiner, ActKind.VOID, person, now=now) == 0
        assert attempt_of(session, scene.actors[0]).voided_at == now

    @pytest.mark.parametrize("kind", [ActKind.FORCE, ActKind.VOID])
    def test_nobody_is_ended_without_being_named(self, session, now, scene, kind) -> None:
        with pytest.raises(Conflict, match="by_name"):
            scene.everybody(session, scene.examiner, an_act(kind), now)

    def test_more_people_than_a_batch_holds_are_refused(self, session, now, scene) -> None:
        people = [new_public_id() for _ in range(21)]
        with pytest.raises(ValueError, match="batch"):
            do(session, scene.hall, scene.examiner, ActKind.FORCE, *people, now=now)
        assert do(session, scene.hall, scene.examiner, ActKind.PAUSE, *people, now=now) == 0


class TestLostMinutes:
    def test_an_outage_is_given_back_once(self, session, now, scene) -> None:
        lost = (now, now + 10 * MINUTE)

        said = [
            services.give_minutes_back(
                session,
                scene.examiner,
                scene.hall.public_id,
                lost=lost,
                outage_id="outage1",
                reason="network",
                now=now + 12 * MINUTE,
            )
            for _ in range(2)
        ]

        assert said == [True, False]
        assert session.scalars(select(Outage.reason)).all() == ["network"]

    def test_invigilators_and_strangers_find_nothing(self, session, now, scene) -> None:
        _, _, stranger = make_examiner(session, now, "另一协会")
        for actor in (scene.invigilator, stranger):
            with pytest.raises(NotFound):
                services.give_minutes_back(
                    session,
                    actor,
                    scene.hall.public_id,
                    lost=(now - MINUTE, now),
                    outage_id="o",
                    reason="network",
                    now=now,
                )
        assert session.scalars(select(AttemptAct)).all() == []
