"""Staff numbers by organisation and person, on an instant and as known then."""

from datetime import timedelta

from learning.organisations.queries import staff_numbers
from tests.factories.people import make_membership, make_unit, make_user

DAY = timedelta(days=1)


def test_a_person_has_the_numbers_of_each_organisation_apart(session, now) -> None:
    firm, other = make_unit(session, now, name="甲厂"), make_unit(session, now, name="乙厂")
    team = make_unit(session, now, kind="department", name="一班", parent=firm)
    person, nameless = make_user(session, now, "张三"), make_user(session, now, "李四")
    make_membership(session, now, person, firm, staff_no="A1")
    make_membership(session, now, person, team, organisation=firm, staff_no="A2")
    make_membership(session, now, person, other, staff_no="B1")
    make_membership(session, now, nameless, firm)
    people = [person.id, nameless.id]

    assert staff_numbers(session, [firm.id], people, now) == {(firm.id, person.id): "A1 / A2"}
    both = staff_numbers(session, [firm.id, other.id], people, now)
    assert both[other.id, person.id] == "B1"
    assert staff_numbers(session, [], people, now) == staff_numbers(session, [1], [], now) == {}


def test_a_number_is_that_of_the_day_asked_about_as_known_then(session, now) -> None:
    firm, person = make_unit(session, now), make_user(session, now, "张三")
    old = make_membership(session, now, person, firm, staff_no="OLD")
    old.valid_to = old.ended_at = now - 10 * DAY
    new = make_membership(session, now, person, firm, staff_no="NEW")
    new.valid_from = new.recorded_at = now - 10 * DAY
    session.flush()

    def number(at, known_at=None):
        found = staff_numbers(session, [firm.id], [person.id], at, known_at=known_at)
        return found.get((firm.id, person.id))

    assert number(now) == "NEW"
    assert number(now - 20 * DAY) == "OLD"
    assert number(now, now - 20 * DAY) == "OLD"  # that it would end was not known yet
