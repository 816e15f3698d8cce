"""A hall of two thousand: seated in a moment, and its pages ask no more of the database."""

from learning.accounts.models import User
from learning.exams import services
from learning.exams.rules import Duty, RoomPlan, SeatOrder
from tests.factories.exams import make_hall, make_member
from tests.statements import StatementLog, work_of

PEOPLE = 2_000
PAGES = {
    "door": 12,
    "door?page=20&waiting=y": 12,
    "hall": 8,
    "admissions?page=20": 7,
    "results?show=noted": 9,
    "results?page=20": 9,
}
"""Statements of a page at most, log-in included: each row for itself would be fifty more."""


def furnish(database, now):
    with database.transaction() as session:
        hall = make_hall(session, now)
        people = [make_member(session, now, hall, f"考生{n}").id for n in range(PEOPLE)]
        for name in ("一", "二"):
            room = RoomPlan(name, "", PEOPLE // 2)
            services.add_room(session, hall.actor, hall.public_id, room=room, now=now)
        services.admit(session, hall.actor, hall.public_id, user_ids=people, now=now)
        services.seat_all(
            session,
            hall.actor,
            hall.public_id,
            order=SeatOrder.RANDOM,
            seed="7",
            anew=True,
            now=now,
        )
        watcher = make_member(session, now, hall, "监考", staff_no="W7")
        services.appoint(
            session,
            hall.actor,
            hall.public_id,
            roll="W7",
            duty=Duty.INVIGILATOR,
            raw_room_id="",
            now=now,
        )
        return hall, watcher.id


def test_pages_of_a_hall_of_two_thousand_ask_no_row_by_row(
    database, now, open_browser, backend, request
) -> None:
    hall, watcher_id = furnish(database, now)
    with database.session(write=False) as session:
        watcher = session.get_one(User, watcher_id)
    server = request.getfixturevalue("postgres_server") if backend == "postgresql" else None
    log = StatementLog(database, server)
    examiner, watcher = open_browser(hall.examiner), open_browser(watcher)

    counts = {}
    for page in PAGES:
        browser = watcher if page.startswith("door") else examiner
        address = f"/sittings/{hall.public_id}/{page}"
        browser.get(address)
        with log.watching() as seen:
            assert browser.get(address).status_code == 200
        counts[page] = len(work_of(seen))

    assert all(counts[page] <= most for page, most in PAGES.items()), counts
