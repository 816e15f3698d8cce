"""HR hears of conditions to confirm and certificates to check, as many as the first page counts."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from learning.accounts.models import User
from learning.certification.models import AwardDeclaration, ExternalCertificate
from learning.certification.queries.papers import count_confirmable
from learning.certification.queries.unchecked import count_unchecked
from learning.certification.rules.terms import NeedKind
from learning.compliance.queries.declared_work import (
    list_condition_queues,
    list_unchecked_queues,
)
from learning.compliance.rules.work import Work, work_digest
from learning.compliance.services.work_reminders import find_work_tellings, tell_work
from learning.kernel.ids import new_public_id
from learning.kernel.permissions import Role
from learning.organisations.models import Unit
from tests.compliance.reminding import DAY, notices
from tests.factories.certification import Office, make_office
from tests.factories.people import (
    grant_role,
    make_actor,
    make_membership,
    make_unit,
    make_user,
    unit_grant,
)

MONDAY = datetime.fromisoformat("2026-11-23T02:00:00+00:00")
BEFORE = MONDAY - 90 * DAY


class House:
    """A firm with two of HR, and an association that keeps a scheme."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.office: Office = make_office(session, BEFORE)
        self.firm = make_unit(session, BEFORE, name="示例企业")
        self.first = self.hire("人力甲", Role.HR_MANAGER)
        self.second = self.hire("人力乙", Role.HR_MANAGER)
        elsewhere = make_unit(session, BEFORE, name="别的企业")
        self.stranger = self.hire("别家人力", Role.HR_MANAGER, elsewhere)
        self.everybody = [(self.first, self.firm), (self.second, self.firm)]
        self.everybody += [(self.stranger, elsewhere)]

    def hire(self, name: str, role: Role | None = None, firm: Unit | None = None) -> User:
        user, firm = make_user(self.session, BEFORE, name), firm or self.firm
        number = f"{name}{user.id}"
        make_membership(self.session, BEFORE, user, firm, organisation=firm, staff_no=number)
        if role:
            grant_role(self.session, BEFORE, user, role, firm)
        return user

    def declare(self, user: User, kind: NeedKind, at: datetime) -> None:
        self.session.add(
            AwardDeclaration(
                public_id=new_public_id(), scheme_id=self.office.scheme_id, user_id=user.id,
                kind=kind.value, state="pending", declared_at=at,
            )
        )  # fmt: skip
        self.session.flush()

    def enter(self, of: User, by: User, at: datetime, number: str) -> None:
        end = MONDAY + timedelta(days=300)
        self.session.add(
            ExternalCertificate(
                public_id=new_public_id(), organisation_id=self.firm.id,
                scheme_id=self.office.scheme_id, user_id=of.id, holder_name=of.display_name,
                number=number, number_key=number, issuer="应急管理局", zone="Asia/Shanghai",
                valid_from=at, valid_until=end, ends_at=end, entered_by=by.id, entered_at=at,
            )
        )  # fmt: skip
        self.session.flush()

    def counted(self, count) -> dict[int, int]:
        """Return what the first page counts, by person, of those with anything."""
        counts = {
            user.id: count(
                self.session, make_actor(user, unit_grant(Role.HR_MANAGER, unit)), MONDAY
            )
            for user, unit in self.everybody
        }
        return {user_id: number for user_id, number in counts.items() if number}


@pytest.fixture
def house(session: Session) -> House:
    return House(session)


def numbers(queues) -> dict[int, int]:
    return {one.user_id: one.number for one in queues}


def test_conditions_wait_for_hr_of_the_person_and_exams_for_who_keeps_the_scheme(house) -> None:
    worker = house.hire("工人")
    house.declare(worker, NeedKind.EXPERIENCE, MONDAY - 3 * DAY)
    house.declare(worker, NeedKind.CONFIRMATION, MONDAY - DAY)
    house.declare(house.first, NeedKind.EXPERIENCE, MONDAY - 2 * DAY)
    house.declare(worker, NeedKind.EXAM, MONDAY - DAY)

    found = list_condition_queues(house.session, MONDAY)

    told = numbers(found)
    assert told == {house.first.id: 2, house.second.id: 3, house.office.examiner.id: 1}
    told.pop(house.office.examiner.id)
    assert told == house.counted(count_confirmable)
    assert min(one.since for one in found) == MONDAY - 3 * DAY


def test_a_certificate_waits_for_a_second_person_who_is_not_its_holder(house) -> None:
    worker = house.hire("工人")
    house.enter(worker, house.first, MONDAY - 5 * DAY, "A1")
    house.enter(worker, house.first, MONDAY - 4 * DAY, "A2")
    house.enter(house.second, house.first, MONDAY - 3 * DAY, "A3")
    house.enter(worker, house.second, MONDAY - DAY, "B1")

    found = list_unchecked_queues(house.session, MONDAY)

    assert numbers(found) == {house.first.id: 1, house.second.id: 2}
    assert numbers(found) == house.counted(count_unchecked)
    assert {one.since for one in found} == {MONDAY - DAY, MONDAY - 5 * DAY}


def test_on_monday_hr_is_told_of_both_in_one_notice(house) -> None:
    worker = house.hire("工人")
    house.declare(worker, NeedKind.EXPERIENCE, MONDAY - 3 * DAY)
    house.enter(worker, house.first, MONDAY - 5 * DAY, "A1")

    tell_work(house.session, find_work_tellings(house.session, {}, MONDAY), MONDAY)

    (text,) = notices(house.session, house.second)
    assert "1 份发证条件申报等您确认" in text
    assert "1 份外发证等您核对" in text
    assert notices(house.session, house.stranger) == []


def test_both_have_words_in_both_languages() -> None:
    rows = [
        Work(kind, "焊工证", "Welder", 2, MONDAY, MONDAY + DAY)
        for kind in ("condition", "unchecked")
    ]
    text = work_digest(rows, MONDAY, "Asia/Shanghai")

    assert "declarations of conditions to confirm: 2" in text.text_en
    assert "external certificates to check: 2" in text.text_en
