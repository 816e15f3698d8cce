"""HR's list of people whose entry conditions wait to be confirmed."""

from datetime import timedelta

import pytest

from learning.compliance.queries import WAITING_SIZE, count_waiting, list_waiting
from learning.study.queries.entries import list_declarations
from learning.study.services.entries import confirm_entry, enrol_self
from learning.study.services.tracks import sync_track
from tests.factories.people import make_actor, make_membership, make_user
from tests.study.hours import Office
from tests.study.test_tracks import write

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
