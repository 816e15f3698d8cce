"""A unit with HR, its people and a stranger's HR, for tests of hours that HR decides."""

from datetime import date
from typing import Any

from sqlalchemy import select

from learning.kernel.permissions import Role
from learning.organisations.rules.corrections import Evidence
from learning.study.models import StudyCredit
from learning.study.queries import Totals, sum_hours
from learning.study.rules.claims import Claim
from learning.study.rules.hours import Field, year_span
from tests.factories.people import make_actor, make_membership, make_unit, make_user, unit_grant

ZONE = "Asia/Shanghai"
PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


class Office:
    """A firm: `learner` and `hr` in it, `stranger` is HR of another firm."""

    def __init__(self, session, now) -> None:
        self.session, self.now = session, now
        self.firm, self.other = make_unit(session, now), make_unit(session, now, name="别的企业")
        self.person = make_user(session, now)
        make_membership(session, now, self.person, self.firm, staff_no="0012")
        self.learner = make_actor(self.person)
        chief = make_user(session, now, "人力")
        make_membership(session, now, chief, self.firm)
        self.hr = make_actor(chief, unit_grant(Role.HR_MANAGER, self.firm))
        self.stranger = make_actor(make_user(session, now), unit_grant(Role.HR_MANAGER, self.other))

    def credits(self) -> list[StudyCredit]:
        query = select(StudyCredit).where(StudyCredit.user_id == self.person.id)
        return list(self.session.scalars(query.order_by(StudyCredit.id)))

    @property
    def totals(self) -> Totals:
        span = year_span(2026, ZONE)
        return sum_hours(self.session, [self.person.id], span).get(self.person.id, Totals())


def claim_of(**changed: Any) -> Claim:
    values: dict[str, Any] = {
        "title": "统计过程控制培训",
        "issuer": "示例协会",
        "field": Field.PROFESSIONAL,
        "first_day": date(2026, 11, 2),
        "last_day": date(2026, 11, 3),
        "hours_milli": 8_000,
        "evidence": Evidence("proof.pdf", "application/pdf", PDF),
    }
    return Claim(**{**values, **changed})
