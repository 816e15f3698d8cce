"""`flask demo`: a small made-up world to look around in, built by the services pages use."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

import click
from flask.cli import with_appcontext
from sqlalchemy import select
from sqlalchemy.orm import Session
from stdnum.cn import uscc

from learning.accounts.models import User
from learning.accounts.password_hashing import hash_password
from learning.accounts.services import add_login_name, create_user
from learning.cli.content import sync_all
from learning.cli.context import cli_database, cli_settings
from learning.competitions.rules import Contest, ContestRules
from learning.competitions.services import create_competition, open_competition
from learning.kernel.clock import utc_now
from learning.kernel.db import Database
from learning.kernel.errors import Conflict
from learning.kernel.permissions import Actor, Role, ScopeKind
from learning.organisations.models import Unit
from learning.organisations.queries import list_grants
from learning.organisations.rules.units import UnitDraft, UnitKind
from learning.organisations.services import add_membership, create_unit, grant_role

STAFF = 12
BANK = "tqm-basics"
ORGANISATION_CODE = "DEMO"
DEPARTMENTS = ("质量管理部", "生产一车间", "采购部")
OPEN_FOR = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Persona:
    """Somebody to log in as, for the table that is printed."""

    role: str
    login_name: str
    password: str


@dataclass(frozen=True, slots=True)
class _Secret:
    """A generated password and its hash, made before the database is held."""

    password: str
    password_hash: str

    @classmethod
    def new(cls) -> "_Secret":
        password = f"demo-{secrets.token_hex(5)}"
        return cls(password, hash_password(password))


@click.command()
@click.option("--yes", is_flag=True, help="Also in production.")
@with_appcontext
def demo(yes: bool) -> None:  # noqa: FBT001 - click's way of a flag
    """Make the demo: an association, an enterprise, its staff and an open contest."""
    if cli_settings().is_production and not yes:
        raise click.ClickException("this is a production installation; --yes makes it all the same")
    sync_all(cli_database())
    try:
        make_demo(cli_database())
    except Conflict as conflict:
        raise click.ClickException(f"the demo is there already ({conflict.code})") from conflict


def has_people(database: Database) -> bool:
    """Tell whether anybody has an account: then it is no first start."""
    with database.session(write=False) as session:
        return session.scalar(select(User.id).limit(1)) is not None


def make_demo(database: Database) -> list[Persona]:
    """Build the demo in one transaction and print who to log in as."""
    keys = {role: _Secret.new() for role in ("operator", "association", "hr", "staff")}
    with database.transaction() as session:
        personas = _build(session, keys, utc_now())
    click.echo("演示数据（仅供试用） · demo, made-up people and organisations:")
    for persona in personas:
        click.echo(f"  {persona.role:<10}\t{persona.login_name:<28}\t{persona.password}")
    return personas


def _build(session: Session, keys: dict[str, _Secret], now: datetime) -> list[Persona]:
    if session.scalar(select(Unit.id).where(Unit.code == ORGANISATION_CODE)):
        raise Conflict("demo_exists")
    operator = _person(session, "演示运维", "operator@demo.example", keys["operator"], now)
    _grant(session, operator, Role.OPERATOR, None, now)
    association = create_unit(session, None, _association(), parent_id=None, now=now)
    manager = _person(
        session, "演示协会管理员", "association@demo.example", keys["association"], now
    )
    add_membership(session, None, manager.id, unit_id=association.id, now=now)
    _grant(session, manager, Role.ASSOCIATION_MANAGER, association, now)
    enterprise = create_unit(session, None, _enterprise(), parent_id=None, now=now)
    hr = _person(session, "演示人事专员", "hr@demo.example", keys["hr"], now)
    add_membership(session, None, hr.id, unit_id=enterprise.id, now=now)
    _grant(session, hr, Role.HR_MANAGER, enterprise, now)
    first = _employ(session, enterprise, keys["staff"], now)
    _open_contest(session, manager, association, now)
    return [
        Persona("运维", "operator@demo.example", keys["operator"].password),
        Persona("协会竞赛管理", "association@demo.example", keys["association"].password),
        Persona("企业人事", "hr@demo.example", keys["hr"].password),
        Persona(f"员工 01–{STAFF}", f"{first} …", keys["staff"].password),
    ]


def _association() -> UnitDraft:
    return UnitDraft(kind=UnitKind.ASSOCIATION, name="演示质量协会", region="370000")


def _enterprise() -> UnitDraft:
    body = "91370200DEM000001"  # of no registered enterprise; the check digit is computed
    return UnitDraft(
        kind=UnitKind.ENTERPRISE,
        name="演示制造有限公司",
        code=ORGANISATION_CODE,
        uscc=body + uscc.calc_check_digit(body),
        region="370200",
        industry="C34",
        headcount=STAFF,
    )


def _person(session: Session, name: str, email: str, key: _Secret, now: datetime) -> User:
    user = create_user(session, display_name=name, now=now)
    add_login_name(session, user, "email", email, now=now)
    _set_password(user, key, now)
    return user


def _set_password(user: User, key: _Secret, now: datetime) -> None:
    # Real people choose theirs with an activation code; here the printed table stands for it.
    user.password_hash = key.password_hash
    user.password_changed_at = now


def _grant(session: Session, user: User, role: Role, unit: Unit | None, now: datetime) -> None:
    kind, value = (ScopeKind.UNIT, str(unit.id)) if unit else (ScopeKind.PLATFORM, "")
    grant_role(session, None, user.id, role=role, scope_kind=kind, scope_value=value, now=now)


def _employ(session: Session, enterprise: Unit, key: _Secret, now: datetime) -> str:
    """Make departments and staff; return the first one's log-in name."""
    departments = [
        create_unit(
            session,
            None,
            UnitDraft(kind=UnitKind.DEPARTMENT, name=name),
            parent_id=enterprise.id,
            now=now,
        )
        for name in DEPARTMENTS
    ]
    names = []
    for number in range(1, STAFF + 1):
        user = create_user(session, display_name=f"演示员工{number:02d}", now=now)
        _set_password(user, key, now)
        staff_no = f"{number:04d}"
        row = add_login_name(
            session, user, "staff", staff_no, organisation_code=ORGANISATION_CODE, now=now
        )
        names.append(row.name)
        department = departments[number % len(departments)]
        add_membership(session, None, user.id, unit_id=department.id, staff_no=staff_no, now=now)
    return names[0]


def _open_contest(session: Session, manager: User, association: Unit, now: datetime) -> None:
    actor = Actor(
        user_id=manager.id,
        public_id=manager.public_id,
        display_name=manager.display_name,
        login_session_id="",
        locale="",
        grants=list_grants(session, manager.id, now),
    )
    contest = Contest(
        title="全面质量管理知识竞赛（演示）",
        description="25 道题，60 分钟。试题为本平台原创，人员与单位均为虚构。",
        opens_at=now,
        closes_at=now + OPEN_FOR,
        rules=ContestRules(bank=BANK),
    )
    public_id = create_competition(
        session, actor, raw_organiser_id=association.public_id, contest=contest, now=now
    )
    open_competition(session, actor, public_id, now=now)
