"""An enterprise with a shop, a post, HR, and what the post requires."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from learning.accounts.models import User
from learning.certification.rules.holdings import FOREVER, HeldSpan
from learning.certification.services.holdings import keep_holdings
from learning.compliance.models import Exemption, Requirement
from learning.compliance.rules.authorisations import Act
from learning.compliance.services.authorisations import Wish, authorise
from learning.kernel.ids import new_public_id
from learning.kernel.permissions import Actor, Role
from learning.organisations.models import Post, PostHolding, Unit
from tests.factories.certification import Office, make_office
from tests.factories.people import (
    grant_role,
    make_actor,
    make_membership,
    make_unit,
    make_user,
    unit_grant,
)

DAY = timedelta(days=1)
LONG_AGO = timedelta(days=400)


@dataclass
class Shop:
    """An enterprise, its shop, a post there, HR who keeps the staff, an office that certifies."""

    enterprise: Unit
    shop: Unit
    post: Post
    hr: User
    actor: Actor
    office: Office


def make_post(session: Session, now: datetime, organisation: Unit, name: str) -> Post:
    post = Post(
        public_id=new_public_id(),
        organisation_id=organisation.id,
        name=name,
        name_key=name,
        is_key_post=True,
        created_at=now - LONG_AGO,
    )
    session.add(post)
    session.flush()
    return post


def make_shop(session: Session, now: datetime, *, name: str = "示例精密制造有限公司") -> Shop:
    enterprise = make_unit(session, now, name=name)
    shop = make_unit(session, now, kind="department", name="总装车间", parent=enterprise)
    hr = make_user(session, now, "人力甲")
    grant_role(session, now, hr, Role.HR_MANAGER, enterprise)
    return Shop(
        enterprise,
        shop,
        make_post(session, now, enterprise, "焊接检验员"),
        hr,
        make_actor(hr, unit_grant(Role.HR_MANAGER, enterprise)),
        make_office(session, now - LONG_AGO),
    )


def make_worker(session: Session, now: datetime, shop: Shop, name: str = "张伟") -> User:
    """A person of the shop in its post."""
    user = make_user(session, now, name)
    make_membership(session, now, user, shop.shop, organisation=shop.enterprise, staff_no=name)
    since = now - LONG_AGO
    session.add(
        PostHolding(
            user_id=user.id,
            post_id=shop.post.id,
            unit_id=shop.shop.id,
            valid_from=since,
            recorded_at=since,
        )
    )
    session.flush()
    return user


def require(
    session: Session,
    now: datetime,
    shop: Shop,
    *,
    unit: Unit | None = None,
    level: str = "required",
) -> None:
    """The post requires the office's scheme."""
    since = now - LONG_AGO
    session.add(
        Requirement(
            public_id=new_public_id(),
            unit_id=(unit or shop.enterprise).id,
            post_id=shop.post.id,
            scheme_id=shop.office.scheme_id,
            level=level,
            valid_from=since,
            recorded_at=since,
        )
    )
    session.flush()


def hold(
    session: Session,
    now: datetime,
    shop: Shop,
    user: User,
    *,
    until: datetime = FOREVER,
    since: datetime | None = None,
) -> None:
    """The person holds the office's scheme; told anew, until another instant."""
    span = HeldSpan(since or now - LONG_AGO, until)
    keep_holdings(
        session,
        source_kind="external",
        source_id=user.id,
        user_id=user.id,
        scheme_id=shop.office.scheme_id,
        spans=[span] if span.held_from < span.held_until else [],
        now=now,
    )


def an_act(now: datetime, **changes: Any) -> Act:
    """An act from tomorrow on without an end."""
    first = now.astimezone(UTC).date() + DAY
    return replace(Act(first, None, "", "", ""), **changes)


def give(
    session: Session,
    now: datetime,
    shop: Shop,
    *people: User,
    act: Act | None = None,
    wish: Wish | None = None,
) -> list[str]:
    """HR authorises people for the post."""
    wish = wish or Wish(shop.enterprise.public_id, shop.post.public_id)
    raw = [person.public_id for person in people]
    return authorise(session, shop.actor, wish, act or an_act(now), people=raw, now=now)


def spare(session: Session, now: datetime, shop: Shop, person: User, organisation: Unit) -> None:
    """Exempt somebody from the shop's scheme in an organisation."""
    session.add(
        Exemption(
            public_id=new_public_id(),
            organisation_id=organisation.id,
            user_id=person.id,
            scheme_id=shop.office.scheme_id,
            reason="返聘专家",
            valid_from=now - DAY,
            valid_to=now + 90 * DAY,
            recorded_at=now,
        )
    )
    session.flush()
