"""An enterprise with departments, posts, people and schemes, for compliance."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from learning.accounts.models import User
from learning.certification.models import Scheme
from learning.certification.rules.holdings import held_spans
from learning.certification.services.holdings import keep_holdings
from learning.kernel.ids import new_public_id
from learning.kernel.permissions import Actor, Role
from learning.organisations.models import Membership, Post, PostHolding, Unit
from tests.factories.people import (
    LONG_AGO,
    grant_role,
    make_actor,
    make_membership,
    make_unit,
    make_user,
    unit_grant,
)


@dataclass
class Works:
    """An enterprise, its HR manager, and what was made in it."""

    organisation: Unit
    hr: User
    actor: Actor
    units: list[Unit] = field(default_factory=list)
    posts: list[Post] = field(default_factory=list)
    schemes: list[Scheme] = field(default_factory=list)


def make_works(
    session: Session, now: datetime, *, name: str = "示例制造", posts: int = 2, schemes: int = 2
) -> Works:
    """Make an enterprise with two departments, the second below the first, posts and schemes."""
    organisation = make_unit(session, now, name=name)
    hr = make_user(session, now, "人事甲")
    grant_role(session, now, hr, Role.HR_MANAGER, organisation)
    works = Works(organisation, hr, make_actor(hr, unit_grant(Role.HR_MANAGER, organisation)))
    plant = make_unit(session, now, kind="department", name="一分厂", parent=organisation)
    team = make_unit(session, now, kind="department", name="装配班", parent=plant)
    works.units = [organisation, plant, team]
    works.posts = [make_post(session, now, works, f"岗位{n}") for n in range(1, posts + 1)]
    works.schemes = [make_scheme(session, now, works, f"证书{n}") for n in range(1, schemes + 1)]
    return works


def make_post(session: Session, now: datetime, works: Works, name: str) -> Post:
    post = Post(
        public_id=new_public_id(),
        organisation_id=works.organisation.id,
        name=name,
        name_key=name.casefold(),
        is_key_post=True,
        created_at=now - LONG_AGO,
    )
    session.add(post)
    session.flush()
    return post


def make_scheme(
    session: Session, now: datetime, works: Works, title: str, *, kind: str = "own"
) -> Scheme:
    public_id = new_public_id()
    scheme = Scheme(
        public_id=public_id,
        code=public_id[-16:],
        number_prefix=public_id[-16:],
        title=title,
        issuer_id=works.organisation.id,
        validity_months=36,
        kind=kind,
        created_by=works.hr.id,
        created_at=now - LONG_AGO,
    )
    session.add(scheme)
    session.flush()
    return scheme


def make_worker(
    session: Session, now: datetime, works: Works, unit: Unit, post: Post, name: str = "示例员工"
) -> User:
    """Make a member of a unit who holds a post in it."""
    user = make_user(session, now, name)
    make_membership(session, now, user, unit, organisation=works.organisation)
    put_in_post(session, now, user, unit, post)
    return user


def put_in_post(session: Session, now: datetime, user: User, unit: Unit, post: Post) -> PostHolding:
    since = now - LONG_AGO
    holding = PostHolding(
        user_id=user.id, post_id=post.id, unit_id=unit.id, valid_from=since, recorded_at=since
    )
    session.add(holding)
    session.flush()
    return holding


def hold(
    session: Session,
    user: User | Membership,
    scheme: Scheme,
    since: datetime,
    until: datetime | None,
    *,
    source_id: int,
    now: datetime,
    ended_at: datetime | None = None,
) -> None:
    """Let a person hold a scheme, from a source of a number of its own."""
    keep_holdings(
        session,
        source_kind="external",
        source_id=source_id,
        user_id=user.id,
        scheme_id=scheme.id,
        spans=held_spans(since, until, ended_at=ended_at),
        now=now,
    )
