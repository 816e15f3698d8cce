"""Users, log-in sessions, units, memberships, roles."""

import itertools
from datetime import datetime, timedelta

from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from learning.accounts.models import LoginName, LoginSession, User
from learning.accounts.rules import CURRENT_NOTICE
from learning.kernel.db import Database
from learning.kernel.ids import digest, new_public_id, new_token
from learning.kernel.permissions import Actor, Grant, Role, ScopeKind
from learning.organisations.models import Membership, RoleAssignment, Unit, UnitName, UnitParent

_numbers = itertools.count(1)
LONG_AGO = timedelta(days=400)


def make_user(session: Session, now: datetime, name: str = "示例员工", **extra: object) -> User:
    number = next(_numbers)
    user = User(
        public_id=new_public_id(),
        display_name=name,
        sort_key=f"shili{number:06d}",
        locale="",
        password_hash=None,
        created_at=now - LONG_AGO,
        **({"notice_version": CURRENT_NOTICE} | extra),
    )
    session.add(user)
    session.flush()
    return user


def make_contact(session: Session, now: datetime, user_id: int, address: str) -> None:
    """Give a person an e-mail address to be told things at."""
    session.add(
        LoginName(
            user_id=user_id,
            kind="email",
            name=address,
            name_key=f"email:{address}",
            created_at=now,
        )
    )
    session.flush()


def make_unit(
    session: Session,
    now: datetime,
    *,
    kind: str = "enterprise",
    name: str = "示例企业",
    parent: Unit | None = None,
    code: str | None = None,
    region: str = "",
    industry: str = "",
) -> Unit:
    since = now - LONG_AGO
    unit = Unit(
        public_id=new_public_id(),
        kind=kind,
        code=code,
        region=region,
        industry=industry,
        timezone="Asia/Shanghai",
        created_at=since,
    )
    session.add(unit)
    session.flush()
    session.add(
        UnitName(
            unit_id=unit.id,
            name=name,
            name_key=name.casefold(),
            valid_from=since,
            recorded_at=since,
        )
    )
    if parent is not None:
        session.add(
            UnitParent(unit_id=unit.id, parent_id=parent.id, valid_from=since, recorded_at=since)
        )
    session.flush()
    return unit


def make_membership(
    session: Session,
    now: datetime,
    user: User,
    unit: Unit,
    *,
    organisation: Unit | None = None,
    staff_no: str = "",
) -> Membership:
    since = now - LONG_AGO
    membership = Membership(
        user_id=user.id,
        unit_id=unit.id,
        organisation_id=(organisation or unit).id,
        staff_no=staff_no,
        staff_no_key=staff_no.casefold(),
        valid_from=since,
        recorded_at=since,
    )
    session.add(membership)
    session.flush()
    return membership


def grant_role(
    session: Session, now: datetime, user: User, role: Role, unit: Unit | None = None
) -> None:
    since = now - LONG_AGO
    session.add(
        RoleAssignment(
            user_id=user.id,
            role=role.value,
            scope_kind="unit" if unit else "platform",
            scope_value=str(unit.id) if unit else "",
            valid_from=since,
            recorded_at=since,
        )
    )
    session.flush()


def make_actor(user: User, *grants: Grant) -> Actor:
    return Actor(
        user_id=user.id,
        public_id=user.public_id,
        display_name=user.display_name,
        login_session_id="0" * 64,
        locale="zh_CN",
        grants=grants,
    )


def unit_grant(role: Role, unit: Unit) -> Grant:
    return Grant(role, ScopeKind.UNIT, str(unit.id))


def make_login_session(session: Session, now: datetime, user: User, hours: int = 12) -> str:
    """Return the token of a new log-in session."""
    token = new_token()
    session.add(
        LoginSession(
            id=digest(token),
            user_id=user.id,
            device="test",
            created_at=now,
            expires_at=now + timedelta(hours=hours),
        )
    )
    session.flush()
    return token


def log_in(client: FlaskClient, database: Database, user: User, now: datetime) -> str:
    """Log a test client in without the password page; return the token."""
    with database.transaction() as session:
        token = make_login_session(session, now, user)
    with client.session_transaction() as cookie:
        cookie["_user_id"] = token
        cookie["_fresh"] = True
    return token
