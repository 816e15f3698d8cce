"""Acts on people's places: memberships, posts and their holders, roles."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from learning.kernel import audit
from learning.kernel.errors import Conflict, Invalid, NotFound
from learning.kernel.permissions import Actor, Role, ScopeKind
from learning.organisations.models import (
    Membership,
    Post,
    PostHolding,
    RoleAssignment,
    Unit,
)
from learning.organisations.queries import list_path, organisation_of_unit
from learning.organisations.rules.names import fold_width, staff_key
from learning.organisations.rules.units import industry_prefix, problem, region_prefix
from learning.organisations.services.acts import (
    begin_act,
    check_unmoved_since,
    load_open,
    log_act,
)

STAFF_NO_LENGTH = 40  # twin of Membership.staff_no


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

    Raises Conflict("already_holds"), Conflict("post_of_other_organisation"),
    Conflict("post_retired").
    """
    act = begin_act(session, actor, now, effective_at)
    unit = load_open(session, unit_id, act)
    post = session.get_one(Post, post_id)
    if organisation_of_unit(session, unit_id, now).id != post.organisation_id:
        raise Conflict("post_of_other_organisation")
    if post.retired_at is not None:
        raise Conflict("post_retired")
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
