"""Ticket numbers, seats, the door."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from learning.accounts.models import User
from learning.exams import queries, services
from learning.exams.models import Admission
from learning.exams.rules import (
    Accommodation,
    Presence,
    Seat,
    SeatOrder,
    free_seats,
    in_order,
    is_ticket_number,
    ticket_number,
)
from learning.kernel.errors import Conflict
from tests.exams.seats import make_seated, note, place, places, seat
from tests.factories.exams import make_candidate, make_hall


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

    def test_a_change_of_seat_never_takes_an_accommodation_granted_meanwhile(
        self, session, now, seated
    ) -> None:
        hall, rooms, people, _ = seated
        view = hall.view(session, now)
        read = queries.get_placed(session, view, people[0].public_id)
        granted = Accommodation(30, 5, "读屏")
        place(session, hall, people[0], now, "", None, granted)

        with pytest.raises(Conflict, match="place_changed"):
            place(session, hall, people[0], now, rooms[0], 1, read.accommodation, read.version)

        line = queries.get_placed(session, view, people[0].public_id)
        assert (line.seat, line.accommodation) == (None, granted)
        place(session, hall, people[0], now, rooms[0], 1, granted, line.version)
        assert places(session, hall, now)["甲"] == ("一", 1)

    def test_a_form_that_does_not_say_what_it_saw_changes_nothing(
        self, database, now, open_browser
    ) -> None:
        with database.transaction() as session:
            hall, rooms, people, _ = make_seated(session, now)
            place(session, hall, people[0], now, rooms[0], 1, Accommodation(30, 0, "读屏"))
        browser = open_browser(hall.examiner)
        address = f"/sittings/{hall.public_id}/candidates/{people[0].public_id}"
        [version] = re.findall(r'name="seen"[^>]*value="(\w+)"', browser.get(address).text)
        asked = {"room": rooms[1], "seat": "2", "percent": "0", "minutes": "0", "note": ""}

        unseen = browser.post(address, asked)
        with database.session(write=False) as session:
            kept = queries.get_placed(session, hall.view(session, now), people[0].public_id)
        seen = browser.post(address, {**asked, "seen": version})

        assert (unseen.status_code, seen.status_code) == (409, 303)
        assert (kept.seat, kept.accommodation.percent) == (1, 30)

    def test_nobody_is_seated_anew_once_somebody_came_in_or_began(
        self, session, now, seated
    ) -> None:
        hall, _, people, watcher = seated
        seat(session, hall, now)
        note(session, watcher, hall, people[0], now, Presence.PRESENT)
        late = make_candidate(session, now, hall, "丁")

        with pytest.raises(Conflict, match="seats_taken"):
            seat(session, hall, now, SeatOrder.RANDOM, "7", anew=True)
        note(session, watcher, hall, people[0], now, Presence.UNKNOWN)
        services.start_sitting(session, people[2], hall.public_id, device_token="d", now=now)
        with pytest.raises(Conflict, match="seats_taken"):
            seat(session, hall, now, SeatOrder.RANDOM, "7", anew=True)

        assert seat(session, hall, now) == 1
        assert late is not None
        assert places(session, hall, now)["甲"] == ("一", 1)

    def test_a_withdrawn_candidate_leaves_the_seat_free(self, session, now, seated) -> None:
        hall, _, people, _ = seated
        seat(session, hall, now)
        services.withdraw(
            session, hall.actor, hall.public_id, raw_person_id=people[0].public_id, now=now
        )
        make_candidate(session, now, hall, "丁")

        assert seat(session, hall, now) == 1
        assert places(session, hall, now) == {"丁": ("一", 1), "乙": ("一", 2), "丙": ("二", 1)}
