"""HR's list of people whose entry conditions wait to be confirmed."""

from datetime import timedelta

import pytest

from learning.compliance.queries import WAITING_SIZE, count_waiting, list_waiting
from learning.study.queries.entries import list_declarations
from learning.study.queries.tracks import get_track
from learning.study.rules.entry import Background, Education
from learning.study.services.entries import confirm_entry, enrol_self
from learning.study.services.tracks import sync_track
from tests.factories.people import make_actor, make_membership, make_user
from tests.study.hours import Office
from tests.study.test_tracks import ASKING, write

TRACK = "sample"


@pytest.fixture
def office(session, now, tmp_path) -> Office:
    sync_track(session, write(tmp_path), now)
    return Office(session, now)


def declare(office, person) -> None:
    enrol_self(office.session, make_actor(person), TRACK, has_declared=True, now=office.now)


def confirm(office, person) -> None:
    seen = list_declarations(office.session, person.id, TRACK)[0].public_id
    confirm_entry(office.session, office.hr, person.public_id, TRACK, seen=seen, now=office.now)


def listed(office, actor, **more) -> list[str]:
    lines = list_waiting(office.session, actor, [TRACK], office.now, **more)
    return [line.public_id for line in lines]


def test_hr_sees_who_waits_in_reach_and_nobody_elses_people(office) -> None:
    declare(office, office.person)

    assert listed(office, office.hr) == [office.person.public_id]
    assert count_waiting(office.session, office.hr, [TRACK], office.now) == {TRACK: 1}
    assert listed(office, office.stranger) == []
    assert count_waiting(office.session, office.stranger, [TRACK], office.now) == {}
    assert listed(office, office.learner) == []


def test_who_is_confirmed_leaves_the_list(office) -> None:
    declare(office, office.person)

    confirm(office, office.person)

    assert listed(office, office.hr) == []


def test_of_a_person_in_two_firms_hr_reads_the_name_of_its_own_alone(office) -> None:
    make_membership(
        office.session, office.now - timedelta(days=1), office.person, office.other, staff_no="9"
    )
    declare(office, office.person)

    (line,) = list_waiting(office.session, office.hr, [TRACK], office.now)

    assert "别的企业" not in line.unit_names
    assert listed(office, office.stranger) == [office.person.public_id]


def test_the_list_goes_on_after_a_line_whoever_leaves_meanwhile(office) -> None:
    people = [make_user(office.session, office.now) for _ in range(WAITING_SIZE + 5)]
    for number, person in enumerate(people):
        make_membership(office.session, office.now, person, office.firm, staff_no=f"W{number}")
        declare(office, person)

    first = list_waiting(office.session, office.hr, [TRACK], office.now)
    assert len(first) == WAITING_SIZE + 1  # one more tells that there is a next page
    last = first[WAITING_SIZE - 1]
    confirm(office, people[0])

    rest = listed(office, office.hr, after=last.id)
    assert rest == [person.public_id for person in people[WAITING_SIZE:]]


def test_the_list_of_who_reaches_as_declared_is_what_the_rule_says(session, now, tmp_path) -> None:
    sync_track(session, write(tmp_path, ASKING), now)
    office, track = Office(session, now), get_track(session, TRACK)
    expected = []
    for education in Education:
        for years in (0, 2, 3, 4, 5, 60):
            told, person = Background(education, years), make_user(session, now)
            make_membership(session, now, person, office.firm, staff_no=f"{education}{years}")
            enrol_self(session, make_actor(person), TRACK, has_declared=True, told=told, now=now)
            if all(reached is not False for _one, reached in track.compared_with(told)):
                expected.append(person.public_id)

    assert 0 < len(expected) < 36
    assert listed(office, office.hr, met=[track]) == expected
    assert count_waiting(session, office.hr, [TRACK], now, met=[track]) == {TRACK: len(expected)}
    assert count_waiting(session, office.hr, [TRACK], now) == {TRACK: 36}


def test_nobody_reaches_what_a_track_does_not_ask(office) -> None:
    declare(office, office.person)

    assert listed(office, office.hr, met=[get_track(office.session, TRACK)]) == []
