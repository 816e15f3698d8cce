"""An enterprise with a department and a join code, and people who ask to join."""

from datetime import timedelta

from sqlalchemy import select

from learning.accounts.models import User
from learning.kernel.db import Database
from learning.kernel.permissions import Role
from learning.organisations.models import JoinCode
from learning.organisations.queries import get_unit
from learning.organisations.services.joining import Asker, create_join_code, join_by_code
from tests.factories.people import make_actor, make_unit, make_user, unit_grant
from tests.organisations.web import present


class Firm:
    """An enterprise with a department, its HR manager and a join code for the department."""

    def __init__(self, session, now, *, max_uses: int = 5, code: str | None = "SL") -> None:
        self.session, self.now = session, now
        self.unit = make_unit(session, now, name="示例企业", code=code)
        self.part = make_unit(session, now, kind="department", name="生产部", parent=self.unit)
        self.hr = make_actor(
            make_user(session, now, "人事"), unit_grant(Role.HR_MANAGER, self.unit)
        )
        view = get_unit(session, self.part.id, now)
        self.code_id = create_join_code(
            session, self.hr, view, valid_until=now + timedelta(days=30), max_uses=max_uses, now=now
        )
        self.code = session.scalars(
            select(JoinCode.code).where(JoinCode.public_id == self.code_id)
        ).one()

    def ask(self, name: str = "示例员工", staff_no: str = "") -> tuple[Asker, str]:
        user = make_user(self.session, self.now, name)
        asker = Asker(user.id, user.public_id)
        return asker, join_by_code(self.session, asker, self.code, staff_no=staff_no, now=self.now)

    def uses(self) -> int:
        self.session.expire_all()
        return self.session.scalars(
            select(JoinCode.uses).where(JoinCode.public_id == self.code_id)
        ).one()


def actor_of(session, asker: Asker):
    return make_actor(session.get_one(User, asker.user_id))


class Place:
    """An enterprise, its department, and an open code for the department."""

    def __init__(self, database: Database) -> None:
        now = present()
        with database.transaction() as session:
            self.firm = make_unit(session, now, name="示例企业", code="SL")
            self.part = make_unit(session, now, kind="department", name="生产部", parent=self.firm)
            maker = make_actor(make_user(session, now))
            self.code_id = create_join_code(
                session,
                maker,
                get_unit(session, self.part.id, now),
                valid_until=now + timedelta(days=1),
                max_uses=20,
                now=now,
            )
            self.code = session.scalars(select(JoinCode.code)).one()
