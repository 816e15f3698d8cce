"""Two people at one candidate, one seat, one application: one of them counts, whole."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import func, select

from learning.attempts.models import Attempt
from learning.exams import queries, services
from learning.exams.models import Admission, SittingApplication
from learning.exams.queries import DoorFilter
from learning.exams.rules import ApplicationState, Decision, Duty, Presence, RollLine, SeatOrder
from learning.kernel.errors import Conflict
from learning.kernel.ids import new_public_id
from learning.kernel.permissions import Role
from tests.exams.seats import make_seated, note, place, seat
from tests.exams.test_applications import apply, decide, make_offer, own_of
from tests.exams.test_keying import key
from tests.factories.exams import make_candidate, make_member
from tests.factories.people import make_actor, make_user, unit_grant
from tests.factories.sheets import make_paper

PARALLEL = 50


def race(database, *acts: Callable) -> list[str]:
    """Do acts at the same time, each in a transaction of its own; return "" or the conflict."""

    def do(act: Callable) -> str:
        try:
            with database.transaction() as session:
                act(session)
        except Conflict as conflict:
            return conflict.code
        return ""

    with ThreadPoolExecutor(8) as pool:
        return list(pool.map(do, acts))


def in_turn(first: Callable, second: Callable, turn: int) -> Sequence[Callable]:
    return (first, second) if turn % 2 else (second, first)


def test_one_of_fifty_gets_a_seat(database, now) -> None:
    with database.transaction() as session:
        hall, rooms, _, _ = make_seated(session, now)
        people = [make_candidate(session, now, hall) for _ in range(PARALLEL)]

    def take(person) -> Callable:
        return lambda session: place(session, hall, person, now, rooms[0], 1)

    outcomes = race(database, *(take(person) for person in people))

    assert outcomes.count("") == 1
    assert set(outcomes) == {"", "seat_taken"}
    with database.session(write=False) as session:
        held = select(func.count()).where(Admission.seat.is_not(None))
        assert session.scalar(held) == 1


def test_seats_given_while_people_come_and_go_are_one_persons_each(database, now) -> None:
    with database.transaction() as session:
        hall, _, people, _ = make_seated(session, now)

    def withdraw(session) -> None:
        services.withdraw(
            session, hall.actor, hall.public_id, raw_person_id=people[0].public_id, now=now
        )

    acts = [
        *(lambda session: seat(session, hall, now) for _ in range(8)),
        withdraw,
        lambda session: make_candidate(session, now, hall, "丁"),
        *(
            lambda session, n=n: seat(session, hall, now, SeatOrder.RANDOM, str(n), anew=True)
            for n in range(8)
        ),
        lambda session: seat(session, hall, now),
    ]
    outcomes = race(database, *acts)
    with database.transaction() as session:
        seat(session, hall, now)
        lines = queries.list_door(
            session, hall.view(session, now), DoorFilter(), offset=0, limit=50
        )

    assert set(outcomes) == {""}
    assert sorted(line.name for line in lines) == ["丁", "丙", "乙"]
    assert len({(line.room, line.seat) for line in lines if line.seat}) == 3


def test_who_is_refused_at_the_moment_of_the_start_has_begun_or_stays_out(database, now) -> None:
    for turn in range(8):
        with database.transaction() as session:
            hall, _, people, watcher = make_seated(session, now)
            seat(session, hall, now)

        def refuse(session, hall=hall, watcher=watcher, person=people[0]) -> None:
            note(session, watcher, hall, person, now, Presence.REFUSED)

        def start(session, hall=hall, person=people[0]) -> None:
            token = new_public_id()
            services.start_sitting(session, person, hall.public_id, device_token=token, now=now)

        outcomes = race(database, *in_turn(refuse, start, turn))
        with database.session(write=False) as session:
            found = select(Admission.presence).where(Admission.user_id == people[0].user_id)
            begun = select(func.count()).where(Attempt.user_id == people[0].user_id)
            state = (session.scalar(found), session.scalar(begun))

        assert sorted(outcomes) in (["", "candidate_started"], ["", "entry_refused"])
        assert state in (("", 1), ("refused", 0))


def test_who_is_refused_while_their_sheet_is_keyed_has_a_score_or_stays_out(database, now) -> None:
    for turn in range(8):
        with database.transaction() as session:
            paper = make_paper(session, now)
            hall, person = paper.hall, paper.candidates[0]
            watcher = make_actor(make_member(session, now, hall, "监考", staff_no="W7"))
            services.appoint(
                session,
                hall.actor,
                hall.public_id,
                roll="W7",
                duty=Duty.INVIGILATOR,
                raw_room_id="",
                now=now,
            )
            raw = paper.sheet(session, now)
            key(session, paper, now, 0, raw)

        def refuse(session, hall=hall, watcher=watcher, person=person) -> None:
            note(session, watcher, hall, person, now, Presence.REFUSED)

        def confirm(session, paper=paper, raw=raw) -> None:
            key(session, paper, now, 1, raw)

        outcomes = race(database, *in_turn(refuse, confirm, turn))
        with database.session(write=False) as session:
            found = select(Admission.presence).where(Admission.user_id == person.user_id)
            scored = select(func.count()).where(Attempt.user_id == person.user_id)
            state = (session.scalar(found), session.scalar(scored))

        assert sorted(outcomes) in (["", "candidate_started"], ["", "sheet_refused_entry"])
        assert state in (("", 1), ("refused", 0))


def test_of_two_reviewers_one_decides(database, now) -> None:
    for turn in range(8):
        with database.transaction() as session:
            hall = make_offer(session, now)
            actor = make_actor(make_user(session, now, "报考人"))
            apply(session, hall, actor, now)
        with database.session(write=False) as session:
            own = own_of(session, hall, actor, now)

        def accept(session, hall=hall, own=own) -> None:
            decide(session, hall, own, Decision.ACCEPT, now)

        def refuse(session, hall=hall, own=own) -> None:
            decide(session, hall, own, Decision.REFUSE, now, "年限不够")

        outcomes = race(database, *in_turn(accept, refuse, turn))
        with database.session(write=False) as session:
            state = session.scalar(
                select(SittingApplication.state).where(SittingApplication.user_id == actor.user_id)
            )
            admitted = session.scalar(
                select(func.count())
                .select_from(Admission)
                .where(Admission.user_id == actor.user_id)
            )

        assert sorted(outcomes) == ["", "application_not_pending"]
        assert (state == ApplicationState.ACCEPTED) == (admitted == 1)


def test_a_first_application_sent_fifty_times_is_one(database, now) -> None:
    with database.transaction() as session:
        hall = make_offer(session, now)
        actor = make_actor(make_user(session, now, "报考人"))

    outcomes = race(
        database, *[lambda session: apply(session, hall, actor, now, uploads=())] * PARALLEL
    )

    assert set(outcomes) == {""}
    with database.session(write=False) as session:
        count = select(func.count()).select_from(SittingApplication)
        assert session.scalar(count) == 1


def test_people_two_of_hr_apply_for_at_once_are_applied_for_once(database, now) -> None:
    with database.transaction() as session:
        hall = make_offer(session, now)
        for number in ("W1", "W2", "W3"):
            make_member(session, now, hall, number, staff_no=number)
        hr = make_actor(make_user(session, now, "人事"), unit_grant(Role.HR_MANAGER, hall.company))
    counts: list[int] = []

    def apply_for(*numbers: str) -> Callable:
        lines = [RollLine(n, number) for n, number in enumerate(numbers, start=1)]
        return lambda session: counts.append(
            services.apply_for_many(session, hr, hall.public_id, lines=lines, now=now)
        )

    outcomes = race(database, *[apply_for("W1", "W2"), apply_for("W2", "W3")] * 4)

    assert set(outcomes) == {""}
    assert sum(counts) == 3
