"""An employer with HR people, staff, kinds of external certificates, and rows to register."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from learning.accounts.models import User
from learning.certification.loader import ParsedList
from learning.certification.models import ExternalCertificate, Scheme
from learning.certification.rules.register import ExternalPlan, RegisterRow
from learning.certification.services import external as services
from learning.certification.services import importing
from learning.kernel.permissions import Actor, Role
from learning.organisations.models import Unit
from learning.organisations.queries import get_unit
from learning.organisations.queries.units import UnitView
from tests.factories.people import (
    grant_role,
    make_actor,
    make_membership,
    make_unit,
    make_user,
    unit_grant,
)

ELECTRICIAN = ExternalPlan("低压电工", "Low-voltage electrician", "应急管理局", 72, 36)


@dataclass
class Employer:
    """An enterprise with two HR people, staff 0001 to 0003 and a kind of certificate."""

    unit: Unit
    view: UnitView
    hr: Actor
    second: Actor
    staff: list[User]
    kind: str

    def row(self, number: str = "T1", **changes: object) -> RegisterRow:
        values: dict[str, object] = {
            "line": 0, "name": "张三", "staff_no": "0001", "phone": "", "scheme": "低压电工",
            "number": number, "issuer": "", "valid_from": date(2026, 3, 1), "valid_until": None,
            "review_due": None,
        }  # fmt: skip
        return RegisterRow(**{**values, **changes})


def make_employer(session: Session, now: datetime, name: str = "示例制造") -> Employer:
    unit = make_unit(session, now, name=name, code=name[:8].encode().hex()[:8].upper())
    people = [make_user(session, now, one) for one in ("人事甲", "人事乙")]
    for person in people:
        grant_role(session, now, person, Role.HR_MANAGER, unit)
    staff = [make_user(session, now, one) for one in ("张三", "李四", "王五")]
    for number, person in enumerate(staff, start=1):
        make_membership(session, now, person, unit, staff_no=f"000{number}")
    hr, second = (make_actor(person, unit_grant(Role.HR_MANAGER, unit)) for person in people)
    view = get_unit(session, unit.id, now)
    kind = services.keep_kind(session, hr, view, plan=ELECTRICIAN, now=now)
    session.flush()
    return Employer(unit, view, hr, second, staff, kind)


def make_external(
    session: Session, now: datetime, employer: Employer, number: str = "T1", **changes: object
) -> ExternalCertificate:
    """A certificate on file, not checked yet."""
    public_id = services.register(
        session, employer.hr, employer.view, row=employer.row(number, **changes), now=now
    )
    return session.scalars(
        select(ExternalCertificate).where(ExternalCertificate.public_id == public_id)
    ).one()


def scheme_id_of(session: Session, employer: Employer) -> int:
    """Return the row id of the employer's kind."""
    return session.scalars(select(Scheme.id).where(Scheme.public_id == employer.kind)).one()


def import_list(
    session: Session, now: datetime, employer: Employer, rows: list[RegisterRow]
) -> str:
    """Put a list, whose originals were seen, on file; return the import's public id."""
    parsed = ParsedList(rows=rows)
    found = importing.check_list(session, employer.view, parsed, now)
    raw_id = importing.save_import(
        session, employer.hr, employer.view, parsed, found,
        file=("名单.xlsx", "0" * 64), is_checked=True, now=now,
    )  # fmt: skip
    prepared = importing.prepare_import(session, employer.view, raw_id, now)
    importing.apply_import(session, employer.hr, employer.view, raw_id, prepared=prepared, now=now)
    return raw_id
