"""Acts on people's places: memberships, posts and their holders, roles."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from learning.kernel import audit
from learning.kernel.errors import Conflict, Invalid, NotFound
from learning.kernel.ids import new_public_id
from learning.kernel.permissions import Actor, Role, ScopeKind
from learning.organisations.models import (
    Membership,
    Post,
    PostHolding,
    RoleAssignment,
    Unit,
)
from learning.organisations.queries import list_path, organisation_of_unit
from learning.organisations.queries.units import storable
from learning.organisations.rules.names import clean_text, fold_width, name_key, staff_key
from learning.organisations.rules.units import industry_prefix, problem, region_prefix
from learning.organisations.services.acts import (
    begin_act,
    check_unmoved_since,
    load_open,
    log_act,
)

STAFF_NO_LENGTH = 40  # twin of Membership.staff_no
POST_NAME_LENGTH = 120  # twin of Post.name


def add_membership(
    session: Session,
    actor: Actor | None,
    user_id: int,
    *,
    unit_id: int,
    staff_no: str = "",
    now: datetime,
    effective_at: datetime | None = None,
) -> Membership:
    """Make a person a member of a unit from a date on; several at once are allowed.

    Raises Conflict("already_member"), Conflict("staff_no_taken") and, for a date before the last
    move of the unit, Conflict("changed_since").
    """
    act = begin_act(session, actor, now, effective_at)
    unit = load_open(session, unit_id, act)
    check_unmoved_since(session, [u.id for u in list_path(session, unit_id, now)], act)
    organisation = organisation_of_unit(session, unit_id, now)
    number = fold_width(staff_no)
    if len(number) > STAFF_NO_LENGTH:
        raise Invalid([problem("staff_no", "staff_no_too_long")])
    is_open = Membership.valid_to.is_(None)
    if session.scalar(
        select(Membership.id).where(
            Membership.user_id == user_id, Membership.unit_id == unit_id, is_open
        )
    ):
        raise Conflict("already_member", unit_id=unit_id)
    if number and session.scalar(
        select(Membership.id).where(
            Membership.organisation_id == organisation.id,
            Membership.staff_no_key == staff_key(number),
            is_open,
        )
    ):
        raise Conflict("staff_no_taken", staff_no=number)
    membership = Membership(
        user_id=user_id,
        unit_id=unit_id,
        organisation_id=organisation.id,
        staff_no=number,
        staff_no_key=staff_key(number),
        **act.opening(),
    )
    session.add(membership)
    log_act(session, "membership.added", unit, act, {"user_id": user_id})
    session.flush()  # callers read the membership
    return membership


def end_membership(
    session: Session,
    actor: Actor | None,
    membership_id: int,
    *,
    now: datetime,
    effective_at: datetime | None = None,
) -> None:
    """End a membership, and with it the posts held in that unit; NotFound when not open."""
    act = begin_act(session, actor, now, effective_at)
    row = session.get(Membership, membership_id)
    if row is None or row.valid_to is not None:
        raise NotFound("membership")
    if row.valid_from > act.effective_at:
        raise Conflict("changed_since")
    row.valid_to, row.ended_at = act.effective_at, now
    for holding in session.scalars(
        select(PostHolding).where(
            PostHolding.user_id == row.user_id,
            PostHolding.unit_id == row.unit_id,
            PostHolding.valid_to.is_(None),
        )
    ):
        holding.valid_to = max(holding.valid_from, act.effective_at)
        holding.ended_at = now
    unit = session.get_one(Unit, row.unit_id)
    log_act(session, "membership.ended", unit, act, {"user_id": row.user_id})
    session.flush()  # callers read the ended rows


def create_post(
    session: Session,
    actor: Actor | None,
    organisation_id: int,
    *,
    name: str,
    is_key_post: bool = False,
    now: datetime,
) -> Post:
    """Create a post of an organisation; Invalid when the name is empty, long or taken."""
    act = begin_act(session, actor, now)
    organisation = load_open(session, organisation_id, act)
    clean = clean_text(name)
    if not name_key(clean) or len(clean) > POST_NAME_LENGTH:
        raise Invalid([problem("name", "bad_post_name")])
    if session.scalar(
        select(Post.id).where(
            Post.organisation_id == organisation_id, Post.name_key == name_key(clean)
        )
    ):
        raise Invalid([problem("name", "name_taken")])
    post = Post(
        public_id=new_public_id(),
        organisation_id=organisation_id,
        name=clean,
        name_key=name_key(clean),
        is_key_post=is_key_post,
        created_at=now,
    )
    session.add(post)
    log_act(session, "post.created", organisation, act, {"name": clean, "key": is_key_post})
    session.flush()  # callers need its id
    return post


def mark_post(
    session: Session,
    actor: Actor,
    organisation_id: int,
    raw_post: str,
    *,
    is_key_post: bool,
    now: datetime,
) -> str:
    """Let a post of an organisation be a key post 关键岗位, or one no more; return its name.

    The caller has judged the organisation; NotFound for a post that is not of it. What is so
    already is left alone, without an audit entry.
    """
    act = begin_act(session, actor, now)
    organisation = load_open(session, organisation_id, act)
    post = session.scalars(
        select(Post).where(
            Post.public_id == storable(raw_post), Post.organisation_id == organisation_id
        )
    ).first()
    if post is None:
        raise NotFound("post")
    if post.is_key_post != is_key_post:
        post.is_key_post = is_key_post
        log_act(session, "post.changed", organisation, act, {"name": post.name, "key": is_key_post})
    return post.name


def assign_post(
    session: Session,
    actor: Actor | None,
    user_id: int,
    *,
    post_id: int,
    unit_id: int,
    now: datetime,
    effective_at: datetime | None = None,
) -> PostHolding:
    """Let a person hold a post in a unit of the post's organisation, from a date on.

    Raises Conflict("already_holds"), Conflict("post_of_other_organisation").
    """
    act = begin_act(session, actor, now, effective_at)
    unit = load_open(session, unit_id, act)
    post = session.get_one(Post, post_id)
    if organisation_of_unit(session, unit_id, now).id != post.organisation_id:
        raise Conflict("post_of_other_organisation")
    if session.scalar(
        select(PostHolding.id).where(
            PostHolding.user_id == user_id,
            PostHolding.post_id == post_id,
            PostHolding.unit_id == unit_id,
            PostHolding.valid_to.is_(None),
        )
    ):
        raise Conflict("already_holds")
    holding = PostHolding(user_id=user_id, post_id=post_id, unit_id=unit_id, **act.opening())
    session.add(holding)
    log_act(session, "post.assigned", unit, act, {"user_id": user_id, "post": post.name})
    session.flush()  # callers read the holding
    return holding


def end_post_holding(
    session: Session,
    actor: Actor | None,
    holding_id: int,
    *,
    now: datetime,
    effective_at: datetime | None = None,
) -> None:
    """End a post holding; NotFound when not open."""
    act = begin_act(session, actor, now, effective_at)
    row = session.get(PostHolding, holding_id)
    if row is None or row.valid_to is not None:
        raise NotFound("post_holding")
    if row.valid_from > act.effective_at:
        raise Conflict("changed_since")
    row.valid_to, row.ended_at = act.effective_at, now
    unit = session.get_one(Unit, row.unit_id)
    log_act(session, "post.ended", unit, act, {"user_id": row.user_id, "post_id": row.post_id})
    session.flush()  # callers read the ended row


def grant_role(
    session: Session,
    actor: Actor | None,
    user_id: int,
    *,
    role: Role,
    scope_kind: ScopeKind,
    scope_value: str = "",
    now: datetime,
) -> RoleAssignment:
    """Grant a role; the same open grant is returned as it is.

    `scope_value`: "" for the platform, the unit's row id, a division or an industry code. Raises
    Invalid for a value that fits no such scope: a wrong scope would reach nothing, silently.
    """
    act = begin_act(session, actor, now)
    value = _scope_value(session, scope_kind, scope_value)
    present = session.scalars(
        select(RoleAssignment).where(
            RoleAssignment.user_id == user_id,
            RoleAssignment.role == role.value,
            RoleAssignment.scope_kind == scope_kind.value,
            RoleAssignment.scope_value == value,
            RoleAssignment.valid_to.is_(None),
        )
    ).first()
    if present is not None:
        return present
    row = RoleAssignment(
        user_id=user_id,
        role=role.value,
        scope_kind=scope_kind.value,
        scope_value=value,
        **act.opening(),
    )
    session.add(row)
    details = {"role": role.value, "scope": f"{scope_kind.value}:{value}"}
    audit.log(
        session, "role.granted", f"user:{user_id}", actor_id=act.actor_id, now=now, details=details
    )
    session.flush()  # callers read the grant
    return row


def _scope_value(session: Session, kind: ScopeKind, value: str) -> str:
    if kind is ScopeKind.PLATFORM:
        return ""
    if kind is ScopeKind.UNIT:
        is_number = value.isascii() and value.isdigit()
        prefix = value if is_number and session.get(Unit, int(value)) is not None else ""
    elif kind is ScopeKind.REGION:
        prefix = region_prefix(value)
    else:
        prefix = industry_prefix(value)
    if not prefix:
        raise Invalid([problem("scope_value", "bad_scope")])
    return prefix


def revoke_role(
    session: Session, actor: Actor | None, assignment_id: int, *, now: datetime
) -> None:
    """End a role assignment from now on; NotFound when not open."""
    act = begin_act(session, actor, now)
    row = session.get(RoleAssignment, assignment_id)
    if row is None or row.valid_to is not None:
        raise NotFound("role_assignment")
    row.valid_to, row.ended_at = max(row.valid_from, now), now
    details = {"role": row.role, "scope": f"{row.scope_kind}:{row.scope_value}"}
    audit.log(
        session,
        "role.revoked",
        f"user:{row.user_id}",
        actor_id=act.actor_id,
        now=now,
        details=details,
    )
    session.flush()  # callers read the ended grant
