"""The people of the demo: an association, three enterprises, staff, and who can log in."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session
from stdnum.cn import uscc

from learning.accounts.models import User
from learning.accounts.password_hashing import hash_password
from learning.accounts.rules import CURRENT_NOTICE
from learning.accounts.services import add_login_name, create_user, give_consent
from learning.kernel.db import Database
from learning.kernel.errors import Conflict
from learning.kernel.permissions import Actor, Role, ScopeKind
from learning.organisations.models import Post, Unit
from learning.organisations.queries import list_grants
from learning.organisations.rules.units import UnitDraft, UnitKind
from learning.organisations.services import (
    add_membership,
    assign_post,
    create_post,
    create_unit,
    grant_role,
)

FOUNDED = timedelta(days=420)  # long before the first sitting of the story
DEPARTMENTS = ("质量管理部", "生产一车间", "生产二车间", "采购部", "设备部")
POSTS = ("质量工程师", "过程检验员", "班组长", "来料检验员", "计量员", "工艺员")
# name, code, first digits of the 统一社会信用代码, region, industry, staff
ENTERPRISES = (
    ("演示制造有限公司", "DEMO", "91370200DEM000001", "370200", "C34", 120),
    ("演示电子股份有限公司", "DEMOE", "91320500DEM000002", "320500", "C39", 100),
    ("演示食品集团有限公司", "DEMOF", "91410100DEM000003", "410100", "C14", 80),
)
STAFF = sum(row[-1] for row in ENTERPRISES)


@dataclass(frozen=True, slots=True)
class Persona:
    """Somebody to log in as, for the table that is printed."""

    role: str
    login_name: str
    password: str


@dataclass(frozen=True, slots=True)
class Cast:
    """Who acts in the story. `staff` are the actors of each enterprise's people, in order."""

    association: str
    enterprises: tuple[str, ...]
    manager: Actor
    examiner: Actor
    author: Actor
    reviewer: Actor
    item_manager: Actor
    hr: tuple[Actor, ...]
    staff: tuple[tuple[Actor, ...], ...]
    personas: tuple[Persona, ...]


@dataclass(frozen=True, slots=True)
class _Secret:
    """A generated password and its hash, made before the database is held."""

    password: str
    password_hash: str

    @classmethod
    def new(cls) -> "_Secret":
        password = f"demo-{secrets.token_hex(5)}"
        return cls(password, hash_password(password))


ROLES = (
    "operator",
    "association",
    "examiner",
    "author",
    "reviewer",
    "items",
    "hr",
    "staff",
)


def make_people(database: Database, now: datetime) -> Cast:
    """Make units and people in one transaction. Raises Conflict("demo_exists")."""
    keys = {role: _Secret.new() for role in ROLES}
    with database.transaction() as session:
        if session.scalar(select(Unit.id).where(Unit.code == ENTERPRISES[0][1])):
            raise Conflict("demo_exists")
        return _Founding(session, keys, now - FOUNDED, now).found()


class _Founding:
    """The making of everybody, `since` long ago."""

    def __init__(
        self, session: Session, keys: dict[str, _Secret], since: datetime, now: datetime
    ) -> None:
        self.session, self.keys, self.since, self.now = session, keys, since, now

    def found(self) -> Cast:
        """Make units, managers and staff."""
        operator = self.log_in_by_mail("演示运维", "operator")
        self.grant(operator, Role.OPERATOR, None)
        association = self.unit(
            UnitDraft(kind=UnitKind.ASSOCIATION, name="演示质量协会", region="370000"), None
        )
        manager = self.at(association, self.log_in_by_mail("演示协会管理员", "association"))
        self.grant(manager, Role.ASSOCIATION_MANAGER, association)
        self.grant(manager, Role.DECIDER, association)
        examiner = self.at(association, self.log_in_by_mail("演示考务", "examiner"))
        # Sittings are open to the staff of all member enterprises: the whole platform's reach.
        self.grant(examiner, Role.EXAMINER, None)
        author = self.item_worker(association, "演示命题人", "author", Role.AUTHOR)
        reviewer = self.item_worker(association, "演示审题人", "reviewer", Role.REVIEWER)
        items = self.item_worker(association, "演示题库管理员", "items", Role.ITEM_MANAGER)
        enterprises = [self.enterprise(row) for row in ENTERPRISES]
        hr = [self.hr(unit, row) for unit, row in zip(enterprises, ENTERPRISES, strict=True)]
        staff = [self.staff(unit, row) for unit, row in zip(enterprises, ENTERPRISES, strict=True)]
        return Cast(
            association=association.public_id,
            enterprises=tuple(unit.public_id for unit in enterprises),
            manager=self.actor(manager),
            examiner=self.actor(examiner),
            author=self.actor(author),
            reviewer=self.actor(reviewer),
            item_manager=self.actor(items),
            hr=tuple(self.actor(user) for user in hr),
            staff=tuple(tuple(map(self.actor, people)) for people in staff),
            personas=self.personas(),
        )

    def personas(self) -> tuple[Persona, ...]:
        """Return the table that is printed."""
        words = {
            "operator": "运维",
            "association": "协会竞赛管理",
            "examiner": "考务",
            "author": "命题",
            "reviewer": "审题",
            "items": "题库管理",
            "hr": "企业人事",
        }
        mail = [
            Persona(words[role], f"{role}@demo.example", self.keys[role].password) for role in words
        ]
        return (*mail, Persona("员工", f"{ENTERPRISES[0][1]}/0001", self.keys["staff"].password))

    def unit(self, draft: UnitDraft, parent: Unit | None) -> Unit:
        """Make a unit."""
        parent_id = parent.id if parent else None
        return create_unit(self.session, None, draft, parent_id=parent_id, now=self.since)

    def enterprise(self, row: tuple[str, str, str, str, str, int]) -> Unit:
        """Make an enterprise; its code is of no registered one, the check digit is computed."""
        name, code, body, region, industry, staff = row
        draft = UnitDraft(
            kind=UnitKind.ENTERPRISE,
            name=name,
            code=code,
            uscc=body + uscc.calc_check_digit(body),
            region=region,
            industry=industry,
            headcount=staff,
        )
        return self.unit(draft, None)

    def log_in_by_mail(self, name: str, role: str) -> User:
        """Make somebody who logs in with the role's address."""
        user = create_user(self.session, display_name=name, now=self.since)
        add_login_name(self.session, user, "email", f"{role}@demo.example", now=self.since)
        return self.open(user, role)

    def open(self, user: User, role: str) -> User:
        """Give a password; real people choose theirs with an activation code."""
        user.password_hash = self.keys[role].password_hash
        user.password_changed_at = self.since
        give_consent(self.session, user.id, CURRENT_NOTICE, now=self.since)
        return user

    def at(self, unit: Unit, user: User) -> User:
        """Make somebody a member."""
        add_membership(self.session, None, user.id, unit_id=unit.id, now=self.since)
        return user

    def item_worker(self, unit: Unit, name: str, login: str, role: Role) -> User:
        """Make somebody who works on the items of a unit."""
        user = self.at(unit, self.log_in_by_mail(name, login))
        self.grant(user, role, unit)
        return user

    def grant(self, user: User, role: Role, unit: Unit | None) -> None:
        """Give a role in a unit, or everywhere."""
        kind = ScopeKind.UNIT if unit else ScopeKind.PLATFORM
        value = str(unit.id) if unit else ""
        grant_role(
            self.session,
            None,
            user.id,
            role=role,
            scope_kind=kind,
            scope_value=value,
            now=self.since,
        )

    def hr(self, unit: Unit, row: tuple[str, str, str, str, str, int]) -> User:
        """Make an enterprise's HR manager; the first one's can log in."""
        if row is ENTERPRISES[0]:
            user = self.log_in_by_mail("演示人事专员", "hr")
        else:
            name = f"演示人事专员（{row[1]}）"
            user = create_user(self.session, display_name=name, now=self.since)
        self.at(unit, user)
        self.grant(user, Role.HR_MANAGER, unit)
        return user

    def staff(self, unit: Unit, row: tuple[str, str, str, str, str, int]) -> list[User]:
        """Make departments, posts and staff; the first person of the first enterprise logs in."""
        departments = [
            self.unit(UnitDraft(kind=UnitKind.DEPARTMENT, name=name), unit) for name in DEPARTMENTS
        ]
        posts = [
            create_post(
                self.session,
                None,
                unit.id,
                name=name,
                is_key_post=number < 2,
                now=self.since,
            )
            for number, name in enumerate(POSTS)
        ]
        return [
            self.employee(row[1], number, departments, posts) for number in range(1, row[-1] + 1)
        ]

    def employee(self, code: str, number: int, departments: list[Unit], posts: list[Post]) -> User:
        """Make one person with staff number, department and post."""
        session, since = self.session, self.since
        user = create_user(session, display_name=f"演示员工{number:03d}", now=since)
        staff_no = f"{number:04d}"
        add_login_name(session, user, "staff", staff_no, organisation_code=code, now=since)
        department = departments[number % len(departments)]
        add_membership(session, None, user.id, unit_id=department.id, staff_no=staff_no, now=since)
        post = posts[number % len(posts)]
        assign_post(session, None, user.id, post_id=post.id, unit_id=department.id, now=since)
        if number == 1 and code == ENTERPRISES[0][1]:
            self.open(user, "staff")
        return user

    def actor(self, user: User) -> Actor:
        """Return the person as services know who acts."""
        return Actor(
            user_id=user.id,
            public_id=user.public_id,
            display_name=user.display_name,
            login_session_id="",
            locale="",
            grants=list_grants(self.session, user.id, self.now),
        )
