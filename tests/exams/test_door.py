"""At the door: who is there, who may start, what is noted, and what nobody takes back."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from learning.accounts.models import User
from learning.exams import queries, services
from learning.exams.models import ApplicationFile, SittingApplication, SittingIncident
from learning.exams.rules import Duty, IncidentReason, Presence, RoomPlan
from learning.kernel.audit import AuditEntry
from learning.kernel.errors import Conflict, NotFound
from learning.kernel.ids import new_public_id
from tests.exams.halls import hall_of
from tests.exams.seats import make_seated, note, places, seat
from tests.factories.exams import make_candidate, make_member
from tests.world.people import PNG


class TestDoor:
    def test_an_invigilator_notes_the_people_of_their_room(self, session, now, seated) -> None:
        hall, _, people, watcher = seated
        seat(session, hall, now)

        note(session, watcher, hall, people[0], now, Presence.PRESENT)
        with pytest.raises(NotFound):  # sits in the other room
            note(session, watcher, hall, people[2], now, Presence.PRESENT)
        with pytest.raises(Conflict, match="identity_unchecked"):
            note(session, watcher, hall, people[1], now, Presence.PRESENT, identity=False)
        with pytest.raises(NotFound):  # the examiner is not appointed
            note(session, hall.actor, hall, people[0], now, Presence.PRESENT)

        line = queries.get_placed(session, hall.view(session, now), people[0].public_id)
        assert (line.presence, line.presence_at) == (Presence.PRESENT, now)
        acts = session.scalars(select(AuditEntry.act).where(AuditEntry.actor_id == watcher.user_id))
        assert list(acts) == ["sitting.presence_noted"]

    def test_who_is_refused_cannot_start_until_let_in(self, session, now, seated) -> None:
        hall, _, people, watcher = seated
        seat(session, hall, now)
        services.change_settings(
            session, hall.actor, hall.public_id, changes={"needs_check_in": True}, now=now
        )
        start = {"device_token": "d", "now": now}
        for presence, code in (
            (Presence.REFUSED, "entry_refused"),
            (Presence.ABSENT, "entry_refused"),
            (Presence.UNKNOWN, "not_checked_in"),
        ):
            note(session, watcher, hall, people[0], now, presence)
            session.flush()
            with pytest.raises(Conflict, match=code):
                services.start_sitting(session, people[0], hall.public_id, **start)

        note(session, watcher, hall, people[0], now, Presence.PRESENT)
        session.flush()
        assert services.start_sitting(session, people[0], hall.public_id, **start)
        with pytest.raises(Conflict, match="candidate_started"):
            note(session, watcher, hall, people[0], now, Presence.ABSENT)

    def test_who_was_refused_entry_starts_in_no_sitting_and_stays_checked_once_begun(
        self, session, now, seated
    ) -> None:
        hall, _, people, watcher = seated
        seat(session, hall, now)
        start = {"device_token": "d", "now": now}
        note(session, watcher, hall, people[0], now, Presence.REFUSED)
        session.flush()
        with pytest.raises(Conflict, match="entry_refused"):
            services.start_sitting(session, people[0], hall.public_id, **start)

        note(session, watcher, hall, people[0], now, Presence.PRESENT)
        session.flush()
        services.start_sitting(session, people[0], hall.public_id, **start)
        with pytest.raises(Conflict, match="candidate_started"):
            note(session, watcher, hall, people[0], now, Presence.UNKNOWN)

        line = queries.get_placed(session, hall.view(session, now), people[0].public_id)
        assert line.presence is Presence.PRESENT

    def test_what_the_door_noted_keeps_its_candidate_on_the_list(
        self, session, now, seated
    ) -> None:
        hall, _, people, watcher = seated
        seat(session, hall, now)
        note(session, watcher, hall, people[0], now, Presence.ABSENT)
        services.note_incident(
            session,
            watcher,
            hall.public_id,
            raw_person_id=people[1].public_id,
            reason=IncidentReason.IMPERSONATION,
            note="",
            now=now,
        )
        session.flush()

        for person in people[:2]:
            with pytest.raises(Conflict, match="candidate_noted"):
                services.withdraw(
                    session, hall.actor, hall.public_id, raw_person_id=person.public_id, now=now
                )
        with pytest.raises(Conflict, match="closed"):  # nobody absent is taken off afterwards
            services.withdraw(
                session,
                hall.actor,
                hall.public_id,
                raw_person_id=people[2].public_id,
                now=now + timedelta(hours=8),
            )
        assert set(places(session, hall, now)) == {"甲", "乙", "丙"}

    def test_incidents_are_kept_with_who_noted_them(self, session, now, seated) -> None:
        hall, _, people, watcher = seated
        seat(session, hall, now)
        for reason in (IncidentReason.PHONE, IncidentReason.LATE):
            services.note_incident(
                session,
                watcher,
                hall.public_id,
                raw_person_id=people[0].public_id,
                reason=reason,
                note="收走手机",
                now=now,
            )
        session.flush()

        noted = queries.list_incidents(session, hall.view(session, now).id)

        assert [(i.name, i.reason, i.noted_by) for i in noted] == [
            ("甲", IncidentReason.LATE, "监考"),
            ("甲", IncidentReason.PHONE, "监考"),
        ]
        assert session.scalars(select(SittingIncident.room_id)).first() is not None

    def test_the_list_shows_only_ones_rooms(self, database, now, open_browser) -> None:
        hall = hall_of(database, now)
        with database.transaction() as session:
            for name in ("一", "二"):
                services.add_room(
                    session, hall.actor, hall.public_id, room=RoomPlan(name, "", 1), now=now
                )
            people = [make_candidate(session, now, hall, name) for name in ("考生甲", "考生乙")]
            watcher = make_member(session, now, hall, "监考", staff_no="W7")
            room = queries.list_rooms(session, hall.view(session, now).id)[0].public_id
            services.appoint(
                session,
                hall.actor,
                hall.public_id,
                roll="W7",
                duty=Duty.INVIGILATOR,
                raw_room_id=room,
                now=now,
            )
            session.flush()
            seat(session, hall, now)
        browser = open_browser(watcher)
        address = f"/sittings/{hall.public_id}/door"

        duties = browser.get("/sittings").text
        console = browser.get(f"/sittings/{hall.public_id}/console").text
        page = browser.get(address).text
        noted = browser.post(
            f"{address}/{people[0].public_id}/presence", {"presence": "present", "identity": "y"}
        )
        told = browser.post(
            f"{address}/{people[0].public_id}/incident", {"reason": "late", "note": "迟到十分钟"}
        )
        foreign = browser.post(
            f"{address}/{people[1].public_id}/presence", {"presence": "present", "identity": "y"}
        )

        assert f"/sittings/{hall.public_id}/console" in duties
        assert address in console
        assert "考生甲" in page
        assert "考生乙" not in page
        assert (noted.status_code, told.status_code, foreign.status_code) == (303, 303, 404)
        assert "已到场" in browser.get(address).text
        placed = open_browser(hall.examiner).get(
            f"/sittings/{hall.public_id}/candidates/{people[0].public_id}"
        )
        assert "迟到十分钟" in placed.text

    def test_the_photograph_that_was_accepted_is_shown_at_the_door_of_its_room_alone(
        self, database, now, open_browser
    ) -> None:
        with database.transaction() as session:
            hall, _, people, watcher = make_seated(session, now)
            seat(session, hall, now)
            sitting_id = hall.view(session, now).id
            for person, state in zip(people, ("accepted", "submitted", "accepted"), strict=True):
                add_photo(session, sitting_id, person.user_id, state, now)
        with database.session(write=False) as session:
            users = {
                name: session.get_one(User, actor.user_id)
                for name, actor in (("watcher", watcher), ("self", people[0]))
            }
        browser, candidate = open_browser(users["watcher"]), open_browser(users["self"])
        door = f"/sittings/{hall.public_id}/door"

        page = browser.get(door).text
        shown, unread, elsewhere = (
            browser.get(f"{door}/{person.public_id}/photo") for person in people
        )
        own = candidate.get(f"{door}/{people[0].public_id}/photo")

        assert page.count("qa-door__photo") == 1
        assert f"{door}/{people[0].public_id}/photo" in page
        assert (shown.status_code, shown.content_type, shown.data) == (200, "image/png", PNG)
        assert shown.headers["Cache-Control"] == "private, no-store"
        assert "sandbox" in shown.headers["Content-Security-Policy"]
        assert [each.status_code for each in (unread, elsewhere, own)] == [404] * 3
        with database.session(write=False) as session:
            named = [person.public_id for person in people]
            assert set(queries.list_photos(session, sitting_id, named)) == {named[0], named[2]}


def add_photo(session, sitting_id, user_id, state, now) -> None:
    """An application in a state with a photograph."""
    row = SittingApplication(
        public_id=new_public_id(),
        sitting_id=sitting_id,
        user_id=user_id,
        state=state,
        applied_by=user_id,
        applied_at=now,
    )
    session.add(row)
    session.flush()
    session.add(
        ApplicationFile(
            public_id=new_public_id(),
            application_id=row.id,
            kind="photo",
            name="",
            media_type="image/png",
            content=PNG,
            added_at=now,
        )
    )
    session.flush()
