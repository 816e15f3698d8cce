"""Taking credits back: once, with a reason, never by changing them; sums follow."""

import pytest
from sqlalchemy import select

from learning.kernel.errors import Conflict, Invalid, NotFound
from learning.study.models import StudyContra, StudyCredit
from learning.study.queries import count_credits, list_credits, list_standing
from learning.study.queries.tracks import hours_in_courses
from learning.study.rules.hours import Field, year_span
from learning.study.services.contras import correct_credit, take_back
from tests.factories.study import make_credit
from tests.study.hours import ZONE, Office

SPAN = year_span(2026, ZONE)


@pytest.fixture
def office(session, now) -> Office:
    office = Office(session, now)
    make_credit(session, now, office.person.id)
    return office


def back(office, credit, *, actor=None, reason="签到有误。") -> None:
    take_back(
        office.session, actor or office.hr, credit.public_id, raw_reason=reason, now=office.now
    )


def corrected(office, credit, hours, field=Field.PROFESSIONAL, reason="少记了。") -> str:
    return correct_credit(
        office.session,
        office.hr,
        credit.public_id,
        hours_milli=hours,
        field=field,
        raw_reason=reason,
        now=office.now,
    )


def test_a_credit_taken_back_stays_as_it_is_and_counts_no_more(office) -> None:
    (credit,) = office.credits()
    before = {c.name: getattr(credit, c.name) for c in StudyCredit.__table__.columns}

    back(office, credit)

    office.session.expire_all()
    (credit,) = office.credits()
    assert {c.name: getattr(credit, c.name) for c in StudyCredit.__table__.columns} == before
    assert (office.totals.credits, office.totals.hours_milli) == (0, 0)
    assert hours_in_courses(office.session, office.person.id, ["sample"]) == 0
    assert count_credits(office.session, office.person.id, SPAN) == 1
    (view,) = list_credits(office.session, [office.person.id], SPAN)
    assert (view.contra.reason, view.contra.made_by) == ("签到有误。", "人力")
    assert list_standing(office.session, office.person.id, SPAN, limit=10) == []


def test_a_credit_is_taken_back_once(office) -> None:
    (credit,) = office.credits()
    back(office, credit)

    with pytest.raises(Conflict, match="taken_back"):
        back(office, credit)
    with pytest.raises(Conflict, match="taken_back"):
        corrected(office, credit, 1_000)
    assert len(office.session.scalars(select(StudyContra)).all()) == 1


def test_a_correction_is_a_contra_entry_and_a_credit_of_its_own(office) -> None:
    (credit,) = office.credits()

    made = corrected(office, credit, 1_000, Field.COMMON)

    old, new = office.credits()
    assert (new.public_id, new.source_key) == (made, f"{old.source_key}#2")
    assert (new.hours_milli, new.credited_ms, new.field) == (1_000, 45 * 60_000, "common")
    assert (new.earned_at, new.rule_number) == (old.earned_at, old.rule_number)
    assert (office.totals.hours_milli, office.totals.professional_milli) == (1_000, 0)
    again = corrected(office, new, 500)
    assert [c.source_key for c in office.credits()][2] == f"{old.source_key}#3"
    assert office.totals.hours_milli == 500
    assert again


def test_a_correction_that_changes_nothing_is_refused(office) -> None:
    (credit,) = office.credits()

    with pytest.raises(Invalid):
        corrected(office, credit, credit.hours_milli)
    with pytest.raises(Invalid):
        corrected(office, credit, 0)


def test_without_a_reason_nothing_happens(office) -> None:
    with pytest.raises(Invalid):
        back(office, office.credits()[0], reason=" ")

    assert office.totals.credits == 1


def test_another_firms_hr_finds_no_credit(office) -> None:
    with pytest.raises(NotFound):
        back(office, office.credits()[0], actor=office.stranger)


def test_nobody_touches_hours_of_their_own(office) -> None:
    own = make_credit(office.session, office.now, office.hr.user_id)

    with pytest.raises(Conflict, match="own_hours"):
        back(office, own)
