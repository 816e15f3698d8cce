"""Hours of any source reach the files that ask for them, and leave them when they are taken back."""

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import select

from learning.certification import queries, services
from learning.certification.models import Certificate
from learning.certification.queries.hours import hours_key
from learning.certification.rules.terms import Decider, HoursField, Need, NeedKind, Terms
from learning.kernel import events
from learning.kernel.events import deliver
from learning.kernel.permissions import Role
from learning.study.events import HOURS_CHANGED, HoursChanged
from learning.study.jobs import HOURS
from learning.study.models import StudyContra
from learning.study.queries.teachers import list_teachers
from learning.study.services.certifying import tell_hours
from tests.factories.certification import make_office
from tests.factories.people import make_actor, make_user, unit_grant
from tests.factories.study import make_credit

NEED = Need(NeedKind.HOURS, hours_milli=1_300, field=HoursField.PROFESSIONAL, within_months=12)
TERMS = Terms(first=((NEED,),), validity_months=36)


def asking(session, now, terms=TERMS):
    office = make_office(session, now)
    services.publish_terms(session, office.actor, office.scheme, terms=terms, now=now)
    person = make_user(session, now)
    services.begin_file(session, person.id, office.scheme_id, now)
    return office, person


def test_enough_hours_of_the_field_earn_the_certificate(session, now) -> None:
    _office, person = asking(session, now)
    make_credit(session, now, person.id, is_common=True)
    make_credit(session, now, person.id)
    tell_hours(session, [person.id], now)
    assert session.scalars(select(Certificate)).all() == []

    make_credit(session, now, person.id)
    tell_hours(session, [person.id], now)

    assert session.scalars(select(Certificate.user_id)).all() == [person.id]


def test_a_file_shows_how_many_hours_are_there_so_far(session, now) -> None:
    office, person = asking(session, now)
    make_credit(session, now, person.id)

    tell_hours(session, [person.id], now)

    file = queries.find_open_file(session, office.scheme_id, person.id)
    assert file.progress == {hours_key(NEED): 660}


def test_hours_that_are_taken_back_leave_the_file(session, now) -> None:
    terms = replace(TERMS, first=((NEED,), (Need(NeedKind.EXAM),)))
    office, person = asking(session, now, terms)
    made = [make_credit(session, now, person.id) for _ in range(2)]
    tell_hours(session, [person.id], now)
    assert len(queries.list_done(session, office.scheme_id, [person.id])[person.id]) == 1
    session.add(
        StudyContra(
            public_id="c", credit_id=made[0].id, reason="重复", made_by=person.id, made_at=now
        )
    )
    session.flush()

    tell_hours(session, [person.id], now)

    assert queries.list_done(session, office.scheme_id, [person.id])[person.id] == []


def test_hours_that_earned_a_certificate_earn_no_other(session, now) -> None:
    office, person = asking(session, now)
    for _ in range(2):
        make_credit(session, now, person.id)
    later = now + timedelta(hours=1)
    tell_hours(session, [person.id], later)

    services.begin_file(session, person.id, office.scheme_id, later)
    tell_hours(session, [person.id], later)

    assert session.scalars(select(Certificate.user_id)).all() == [person.id]


def test_hours_taken_back_after_a_refusal_do_not_stand_in_the_next_file(session, now) -> None:
    office, person = asking(session, now, replace(TERMS, decider=Decider.PERSON))
    made = [make_credit(session, now, person.id) for _ in range(2)]
    tell_hours(session, [person.id], now)
    file = queries.find_open_file(session, office.scheme_id, person.id)
    services.decide_file(
        session,
        make_actor(make_user(session, now), unit_grant(Role.DECIDER, office.issuer)),
        file.public_id,
        outcome=services.Outcome.REFUSED,
        reason="学时待核",
        teachers=lambda *_: {},
        now=now,
    )
    services.begin_file(session, person.id, office.scheme_id, now)
    tell_hours(session, [person.id], now)
    session.add(
        StudyContra(
            public_id="c", credit_id=made[0].id, reason="不实", made_by=person.id, made_at=now
        )
    )
    session.flush()

    tell_hours(session, [person.id], now)

    assert queries.find_open_file(session, office.scheme_id, person.id).ready_at is None


def test_the_worker_tells_hours_when_a_file_opens_and_when_hours_change(database, now) -> None:
    with database.transaction() as session:
        office, person = asking(session, now)
        make_credit(session, now, person.id)
    while deliver(database, HOURS, now):
        pass
    with database.transaction() as session:
        file = queries.find_open_file(session, office.scheme_id, person.id)
        assert file.progress == {hours_key(NEED): 660}
        make_credit(session, now, person.id)
        events.record(session, HOURS_CHANGED, HoursChanged((person.id,)).payload(), now)

    while deliver(database, HOURS, now):
        pass

    with database.session(write=False) as session:
        assert session.scalars(select(Certificate.user_id)).all() == [person.id]


def test_who_was_in_no_class_has_no_teachers(session, now) -> None:
    assert list_teachers(session, [make_user(session, now).id]) == {}
