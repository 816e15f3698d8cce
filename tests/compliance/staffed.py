"""A firm of three levels with people, posts, schemes, and whatever happened to them, by chance."""

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from learning.accounts.models import User
from learning.certification.models import Holding, Scheme
from learning.certification.rules.holdings import FOREVER
from learning.compliance.models import Exemption, Requirement, StaffStatus
from learning.kernel.ids import new_public_id
from learning.kernel.permissions import Actor, Role
from learning.organisations.models import Post, PostHolding, Unit
from tests.factories.people import (
    grant_role,
    make_actor,
    make_membership,
    make_unit,
    make_user,
    unit_grant,
)

AGO = timedelta(days=400)


@dataclass
class Firm:
    """A firm with its HR; `units` are the firm, a plant, and a team below the plant."""

    session: Session
    now: datetime
    units: list[Unit]
    hr: User
    actor: Actor
    posts: list[Post] = field(default_factory=list)
    schemes: list[Scheme] = field(default_factory=list)
    people: list[User] = field(default_factory=list)

    def dated(self, until: datetime | None = None) -> dict[str, object]:
        since = self.now - AGO
        return {"valid_from": since, "valid_to": until, "recorded_at": since}

    def add(self, row: object) -> None:
        self.session.add(row)
        self.session.flush()

    def hire(self, name: str, unit: int = 0, post: int | None = None, staff_no: str = "") -> User:
        person = make_user(self.session, self.now, name)
        place = self.units[unit]
        make_membership(
            self.session, self.now, person, place, organisation=self.units[0], staff_no=staff_no
        )
        if post is not None:
            self.give_post(person, post, unit)
        self.people.append(person)
        return person

    def give_post(self, person: User, post: int, unit: int) -> None:
        holding = {"post_id": self.posts[post].id, "unit_id": self.units[unit].id}
        self.add(PostHolding(user_id=person.id, **holding, **self.dated()))

    def require(
        self,
        post: int,
        scheme: int,
        unit: int = 0,
        level: str = "required",
        needed: int | None = None,
    ) -> None:
        self.add(
            Requirement(
                public_id=new_public_id(),
                unit_id=self.units[unit].id,
                post_id=self.posts[post].id,
                scheme_id=self.schemes[scheme].id,
                level=level,
                holders_needed=needed,
                **self.dated(),
            )
        )

    def hold(
        self,
        person: User,
        scheme: int,
        days: float | None,
        since: timedelta = -AGO,
        **known: object,
    ) -> None:
        """Let a person hold a scheme until so many days from now, None for life."""
        until = FOREVER if days is None else self.now + timedelta(days=days)
        values = {"known_from": self.now - AGO, "known_until": FOREVER, **known}
        self.add(
            Holding(
                user_id=person.id,
                scheme_id=self.schemes[scheme].id,
                source_kind="external",
                source_id=1,
                held_from=self.now + since,
                held_until=until,
                **values,
            )
        )

    def exempt(self, person: User, scheme: int, days: int = 30) -> None:
        self.add(
            Exemption(
                public_id=new_public_id(),
                organisation_id=self.units[0].id,
                user_id=person.id,
                scheme_id=self.schemes[scheme].id,
                reason="将退休",
                **self.dated(self.now + timedelta(days=days)),
            )
        )

    def status(self, person: User, kind: str) -> None:
        self.add(
            StaffStatus(
                public_id=new_public_id(),
                user_id=person.id,
                organisation_id=self.units[0].id,
                kind=kind,
                **self.dated(),
            )
        )


def make_firm(session: Session, now: datetime, *, posts: int = 2, schemes: int = 3) -> Firm:
    units = [make_unit(session, now, name="示例集团")]
    for name in ("一分厂", "装配班"):
        units.append(make_unit(session, now, kind="department", name=name, parent=units[-1]))
    hr = make_user(session, now, "人力甲")
    grant_role(session, now, hr, Role.HR_MANAGER, units[0])
    firm = Firm(session, now, units, hr, make_actor(hr, unit_grant(Role.HR_MANAGER, units[0])))
    for number in range(posts):
        post = Post(
            public_id=new_public_id(),
            organisation_id=units[0].id,
            name=f"岗位{number}",
            name_key=f"岗位{number}",
            created_at=now - AGO,
        )
        firm.add(post)
        firm.posts.append(post)
    for number in range(schemes):
        public_id = new_public_id()
        scheme = Scheme(
            public_id=public_id,
            code=public_id[-12:],
            number_prefix=public_id[-12:],
            title=f"证书{number}",
            issuer_id=units[0].id,
            validity_months=36,
            created_by=hr.id,
            created_at=now - AGO,
        )
        firm.add(scheme)
        firm.schemes.append(scheme)
    return firm


def happen(firm: Firm, rng: random.Random, people: int) -> None:
    """Hire people and let things happen to them that are in nobody's plan."""
    for post in range(len(firm.posts)):
        for scheme in range(len(firm.schemes)):
            for unit in rng.sample(range(3), k=rng.randint(0, 2)):
                firm.require(post, scheme, unit, rng.choice(("required", "required", "optional")))
    for number in range(people):
        person = firm.hire(f"员工{number}", rng.randrange(3), rng.randrange(len(firm.posts)))
        if rng.random() < 0.2:
            firm.give_post(person, rng.randrange(len(firm.posts)), rng.randrange(3))
        for scheme in range(len(firm.schemes)):
            for _ in range(rng.choice((0, 0, 1, 1, 2))):
                ends = rng.choice((-40, -1, 1, 20, 80, 100, 700, None))
                known = rng.choice(({}, {}, {}, {"known_until": firm.now - timedelta(days=1)}))
                firm.hold(person, scheme, ends, -AGO, **known)
            if rng.random() < 0.1:
                firm.exempt(person, scheme)
        if rng.random() < 0.15:
            firm.status(person, rng.choice(("leave", "contractor")))
