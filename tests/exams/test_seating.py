"""Ticket numbers, seats, the door."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from learning.accounts.models import User
from learning.exams import queries, services
from learning.exams.models import Admission, SittingIncident
from learning.exams.queries import DoorFilter
from learning.exams.rules import (
    Accommodation,
    Duty,
    IncidentReason,
    Presence,
    RoomPlan,
    Seat,
    SeatOrder,
    free_seats,
    in_order,
    is_ticket_number,
    ticket_number,
)
from learning.kernel.audit import AuditEntry
from learning.kernel.errors import Conflict, NotFound
from tests.exams.halls import hall_of
from tests.factories.exams import make_candidate, make_hall, make_member
from tests.factories.people import make_actor

NO_EXTRA = Accommodation()


class TestTicketNumbers:
    def test_the_worked_number_of_the_docstring(self) -> None:
        assert ticket_number(2026, 7, 12) == "2600007000123"

    @given(st.integers(2020, 2099), st.integers(1, 99_999), st.integers(1, 99_999), st.data())
    def test_one_mistyped_digit_is_found(self, year, sitting, serial, data) -> None:
        ticket = ticket_number(year, sitting, serial)
        place = data.draw(st.integers(0, len(ticket) - 1))
        other = data.draw(st.sampled_from([d for d in "0123456789" if d != ticket[place]]))

        assert is_ticket_number(ticket)
        assert not is_ticket_number(ticket[:place] + other + ticket[place + 1 :])

    def test_a_number_is_never_given_twice(self, session, now) -> None:
        hall = make_hall(session, now)
        for name in ("甲", "乙"):
            make_candidate(session, now, hall, name)
        last = session.scalars(select(Admission).order_by(Admission.id.desc())).first()
        person = session.get_one(User, last.user_id).public_id
        services.withdraw(session, hall.actor, hall.public_id, raw_person_id=person, now=now)

        make_candidate(session, now, hall, "丙")

        tickets = session.scalars(select(Admission.ticket_no).order_by(Admission.id)).all()
        assert [ticket[-4:-1] for ticket in tickets] == ["001", "003"]


class TestOrder:
    def test_free_seats_come_room_by_room(self) -> None:
        free = free_seats([(1, 2), (2, 2)], [Seat(1, 2)])

        assert free == [Seat(1, 1), Seat(2, 1), Seat(2, 2)]

    @given(st.lists(st.from_regex(r"[0-9]{13}", fullmatch=True), unique=True), st.text())
    def test_a_seed_gives_the_same_order_of_the_same_people(self, tickets, seed) -> None:
        ordered = in_order(tickets, SeatOrder.RANDOM, seed)

        assert sorted(ordered) == sorted(tickets)
        assert in_order(tickets[::-1], SeatOrder.RANDOM, seed) == ordered

    def test_another_seed_gives_another_order(self) -> None:
        tickets = [ticket_number(2026, 1, n) for n in range(1, 31)]

        assert in_order(tickets, SeatOrder.RANDOM, "a") != in_order(tickets, SeatOrder.RANDOM, "b")
        assert in_order(tickets, SeatOrder.TICKET, "a") == tickets


@pytest.fixture
def seated(session, now):
    """A hall with two rooms of two seats, three candidates and an invigilator of the first."""
    hall = make_hall(session, now)
    rooms = [
        services.add_room(session, hall.actor, hall.public_id, room=RoomPlan(name, "", 2), now=now)
        for name in ("一", "二")
    ]
    people = [make_candidate(session, now, hall, name) for name in ("甲", "乙", "丙")]
    watcher = make_member(session, now, hall, "监考", staff_no="W7")
    services.appoint(
        session,
        hall.actor,
        hall.public_id,
        roll="W7",
        duty=Duty.INVIGILATOR,
        raw_room_id=rooms[0],
        now=now,
    )
    session.flush()
    return hall, rooms, people, make_actor(watcher)


def seat(session, hall, now, order=SeatOrder.TICKET, seed="", anew=False) -> int:
    return services.seat_all(
        session, hall.actor, hall.public_id, order=order, seed=seed, anew=anew, now=now
    )


def places(session, hall, now) -> dict[str, tuple[str, int | None]]:
    view = hall.view(session, now)
    lines = queries.list_door(session, view, DoorFilter(), offset=0, limit=50)
    return {line.name: (line.room, line.seat) for line in lines}


def place(session, hall, person, now, room, number, accommodation=NO_EXTRA) -> None:
    services.place_candidate(
        session,
        hall.actor,
        hall.public_id,
        raw_person_id=person.public_id,
        raw_room_id=room,
        seat=number,
        accommodation=accommodation,
        now=now,
    )


class TestSeats:
    def test_in_order_fills_one_room_after_the_other(self, session, now, seated) -> None:
        hall = seated[0]

        assert seat(session, hall, now) == 3
        assert places(session, hall, now) == {"甲": ("一", 1), "乙": ("一", 2), "丙": ("二", 1)}

    def test_who_has_a_seat_keeps_it_unless_asked_anew(self, session, now, seated) -> None:
        hall, rooms, people, _ = seated
        place(session, hall, people[0], now, rooms[1], 2)

        assert seat(session, hall, now) == 2
        kept = places(session, hall, now)
        assert seat(session, hall, now, anew=True) == 3

        assert kept == {"甲": ("二", 2), "乙": ("一", 1), "丙": ("一", 2)}
        assert places(session, hall, now)["甲"] == ("一", 1)

    def test_the_same_seed_gives_the_same_seats(self, session, now, seated) -> None:
        hall = seated[0]
        seat(session, hall, now, SeatOrder.RANDOM, "7", anew=True)
        first = places(session, hall, now)

        seat(session, hall, now, anew=True)
        seat(session, hall, now, SeatOrder.RANDOM, "7", anew=True)

        assert places(session, hall, now) == first

    def test_too_few_seats_seat_nobody(self, session, now, seated) -> None:
        hall = seated[0]
        for name in ("丁", "戊"):
            make_candidate(session, now, hall, name)

        with pytest.raises(Conflict) as refused:
            seat(session, hall, now)

        assert (refused.value.code, refused.value.data["missing"]) == ("seats_short", 1)
        assert set(places(session, hall, now).values()) == {("", None)}

    def test_a_seat_is_one_persons(self, session, now, seated) -> None:
        hall, rooms, people, _ = seated
        place(session, hall, people[0], now, rooms[0], 2)

        with pytest.raises(Conflict, match="seat_taken"):
            place(session, hall, people[1], now, rooms[0], 2)
        with pytest.raises(Conflict, match="no_such_seat"):
            place(session, hall, people[1], now, rooms[0], 3)
        place(session, hall, people[0], now, "", None)
        place(session, hall, people[1], now, rooms[0], 2, Accommodation(30, 0, "读屏"))

        line = queries.get_placed(session, hall.view(session, now), people[1].public_id)
        assert (line.room, line.seat, line.accommodation.note) == ("一", 2, "读屏")


def note(session, watcher, hall, person, now, presence, *, identity=True) -> None:
    services.note_presence(
        session,
        watcher,
        hall.public_id,
        raw_person_id=person.public_id,
        presence=presence,
        identity_checked=identity,
        now=now,
    )


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
