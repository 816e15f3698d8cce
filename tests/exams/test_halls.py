"""Rooms of a sitting, people appointed to it, and the settings that are kept as one document."""

import re

import pytest
from sqlalchemy import select

from learning.exams import queries, services
from learning.exams.models import Sitting
from learning.exams.rules import Duty, RoomPlan, SittingSettings
from learning.kernel.audit import AuditEntry
from learning.kernel.errors import Conflict, Invalid, NotFound
from learning.kernel.ids import new_public_id
from tests.exams.halls import hall_of
from tests.factories.exams import make_examiner, make_hall, make_member

ROOM = RoomPlan("第一考场", "培训楼 301", 30)


def appoint(session, hall, now, roll, duty=Duty.INVIGILATOR, room="") -> int:
    return services.appoint(
        session, hall.actor, hall.public_id, roll=roll, duty=duty, raw_room_id=room, now=now
    )


def add_room(session, hall, now, room=ROOM) -> str:
    return services.add_room(session, hall.actor, hall.public_id, room=room, now=now)


class TestSettings:
    def test_a_sitting_that_asks_for_nothing_has_an_empty_document(self) -> None:
        assert SittingSettings().to_json() == "{}"
        assert SittingSettings.from_json("{}") == SittingSettings()

    def test_what_differs_from_the_defaults_comes_back(self) -> None:
        settings = SittingSettings(
            waits_for_signal=True, access_code="春天", networks=("10.0.0.0/8",), start_minutes=30
        )

        text = settings.to_json()

        assert text == (
            '{"access_code":"春天","networks":["10.0.0.0/8"],"start_minutes":30,'
            '"waits_for_signal":true}'
        )
        assert SittingSettings.from_json(text) == settings

    @pytest.mark.parametrize(
        "text",
        [
            '{"no_such_setting":1}',
            '{"access_code":7}',
            '{"start_minutes":true}',
            '{"start_minutes":"30"}',
            '{"networks":"10.0.0.0/8"}',
            '{"networks":[1]}',
        ],
    )
    def test_a_key_or_value_it_cannot_have_is_refused(self, text) -> None:
        with pytest.raises(ValueError, match=r"unknown|cannot be"):
            SittingSettings.from_json(text)

    def test_a_sitting_made_before_asks_for_nothing(self, session, now) -> None:
        hall = make_hall(session, now)

        assert session.scalars(select(Sitting.settings)).one() == "{}"
        assert hall.view(session, now).settings == SittingSettings()


class TestRooms:
    def test_rooms_are_listed_as_written_down(self, session, now) -> None:
        hall = make_hall(session, now)
        add_room(session, hall, now)
        add_room(session, hall, now, RoomPlan("第二考场", "", 20))

        rooms = queries.list_rooms(session, hall.view(session, now).id)

        assert [(r.name, r.place, r.seats) for r in rooms] == [
            ("第一考场", "培训楼 301", 30),
            ("第二考场", "", 20),
        ]

    def test_a_name_is_given_once(self, session, now) -> None:
        hall = make_hall(session, now)
        add_room(session, hall, now)

        with pytest.raises(Conflict, match="room_exists"):
            add_room(session, hall, now)

    def test_a_room_somebody_is_appointed_to_stays(self, session, now) -> None:
        hall = make_hall(session, now)
        room = add_room(session, hall, now)
        make_member(session, now, hall, staff_no="W7")
        appoint(session, hall, now, "W7", room=room)
        leave = {"raw_room_id": room, "now": now}

        with pytest.raises(Conflict, match="room_in_use"):
            services.remove_room(session, hall.actor, hall.public_id, **leave)
        line = queries.list_staff(session, hall.view(session, now).id)[0]
        services.dismiss(session, hall.actor, hall.public_id, raw_staff_id=str(line.id), now=now)
        services.remove_room(session, hall.actor, hall.public_id, **leave)

        assert queries.list_rooms(session, hall.view(session, now).id) == []

    def test_rooms_of_another_sitting_look_missing(self, session, now) -> None:
        hall = make_hall(session, now)
        room = add_room(session, hall, now)
        _, _, stranger = make_examiner(session, now, "另一协会")

        with pytest.raises(NotFound):
            services.add_room(session, stranger, hall.public_id, room=ROOM, now=now)
        with pytest.raises(NotFound):
            services.remove_room(session, stranger, hall.public_id, raw_room_id=room, now=now)
        with pytest.raises(NotFound):
            services.remove_room(
                session, hall.actor, hall.public_id, raw_room_id=new_public_id(), now=now
            )


class TestAppointing:
    def test_an_invigilator_of_a_room_reaches_that_room(self, session, now) -> None:
        hall = make_hall(session, now)
        room = add_room(session, hall, now)
        user = make_member(session, now, hall, "监考甲", staff_no="W7")

        assert appoint(session, hall, now, "W7", room=room) == 1
        assert appoint(session, hall, now, "W7", room=room) == 0

        found = queries.get_appointed(session, user.id, hall.public_id, Duty.INVIGILATOR)
        rooms = queries.list_rooms(session, found.sitting.id)
        assert found.room_ids == (rooms[0].id,)
        assert found.sitting.public_id == hall.public_id

    def test_who_is_appointed_to_all_rooms_too_reaches_all(self, session, now) -> None:
        hall = make_hall(session, now)
        room = add_room(session, hall, now)
        user = make_member(session, now, hall, "监考甲", staff_no="W7")
        appoint(session, hall, now, "W7", room=room)
        appoint(session, hall, now, "W7")
        assert appoint(session, hall, now, "W7") == 0

        found = queries.get_appointed(session, user.id, hall.public_id, Duty.INVIGILATOR)

        assert found.room_ids is None

    def test_a_duty_is_no_other_duty(self, session, now) -> None:
        hall = make_hall(session, now)
        user = make_member(session, now, hall, staff_no="W7")
        appoint(session, hall, now, "W7", Duty.MARKER)

        queries.get_appointed(session, user.id, hall.public_id, Duty.MARKER)
        for duty in (Duty.INVIGILATOR, Duty.DECIDER):
            with pytest.raises(NotFound):
                queries.get_appointed(session, user.id, hall.public_id, duty)

    def test_a_draft_looks_missing_to_who_is_appointed(self, session, now) -> None:
        hall = make_hall(session, now, is_open=False)
        user = make_member(session, now, hall, staff_no="W7")
        appoint(session, hall, now, "W7", Duty.MARKER)

        with pytest.raises(NotFound):
            queries.get_appointed(session, user.id, hall.public_id, Duty.MARKER)

    def test_only_invigilators_have_a_room(self, session, now) -> None:
        hall = make_hall(session, now)
        room = add_room(session, hall, now)
        user = make_member(session, now, hall, staff_no="W7")
        appoint(session, hall, now, "W7", Duty.MARKER, room)

        found = queries.get_appointed(session, user.id, hall.public_id, Duty.MARKER)

        assert found.room_ids is None

    def test_a_list_with_a_stranger_appoints_nobody(self, session, now) -> None:
        hall = make_hall(session, now)
        make_member(session, now, hall, staff_no="W7")

        with pytest.raises(Invalid) as refused:
            appoint(session, hall, now, "W7\nW8")

        assert [(p.line, p.code) for p in refused.value.problems] == [(2, "roll_unknown")]
        assert queries.list_staff(session, hall.view(session, now).id) == []

    def test_acts_are_in_the_audit_trail(self, session, now) -> None:
        hall = make_hall(session, now, is_open=False)
        room = add_room(session, hall, now)
        make_member(session, now, hall, staff_no="W7")
        appoint(session, hall, now, "W7", room=room)

        acts = session.scalars(select(AuditEntry.act).where(AuditEntry.subject == hall.public_id))
        assert list(acts) == ["sitting.created", "sitting.room_added", "sitting.appointed"]


class TestPage:
    def test_an_examiner_adds_a_room_and_appoints_somebody(
        self, database, now, open_browser
    ) -> None:
        hall = hall_of(database, now)
        with database.transaction() as session:
            make_member(session, now, hall, "监考甲", staff_no="W7")
        browser = open_browser(hall.examiner)
        address = f"/sittings/{hall.public_id}"

        added = browser.post(
            f"{address}/rooms", {"name": "第一考场", "place": "301", "seats": "30"}
        )
        again = browser.post(f"{address}/rooms", {"name": "", "seats": "0"})
        page = browser.get(f"{address}/hall").text
        room = re.search(r'<option value="([0-9a-z]{26})"', page)[1]
        appointed = browser.post(
            f"{address}/staff", {"roll": "W7", "duty": "invigilator", "room": room}
        )
        wrong = browser.post(f"{address}/staff", {"roll": "W9", "duty": "marker", "room": ""})

        assert (added.status_code, again.status_code) == (303, 400)
        assert (appointed.status_code, wrong.status_code) == (303, 400)
        assert "第 1 行" in wrong.text
        assert "监考甲" in browser.get(f"{address}/hall").text
