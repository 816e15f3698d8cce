"""Whom a training task means, and the events that its due dates hang on."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from learning.certification.models import Holding, Scheme
from learning.certification.rules.holdings import FOREVER
from learning.compliance.rules.assignments import Aim, Audience, DueKind
from learning.organisations.models import Membership, PostHolding
from learning.organisations.queries import subtree, valid_at
from learning.study.models import TrackEnrolment


def select_meant(aim: Aim, now: datetime) -> Select[int]:
    """Return the query of the ids of the people whom the task means now.

    Of a list of people: who of the whole unit may be on it still.
    """
    units = subtree([aim.unit_id], now)
    members = select(Membership.user_id).where(
        Membership.unit_id.in_(units), valid_at(Membership, now)
    )
    if aim.audience is Audience.POST:
        return select(PostHolding.user_id).where(
            PostHolding.post_id == aim.post_id,
            PostHolding.unit_id.in_(units),
            valid_at(PostHolding, now),
        )
    if aim.audience is Audience.COHORT:
        return members.where(
            exists().where(
                TrackEnrolment.user_id == Membership.user_id,
                TrackEnrolment.track_code == aim.audience_ref,
            )
        )
    return members


def select_newcomers(aim: Aim, now: datetime) -> Select[int]:
    """Return the query of the people to be entered: of new hires those who joined since.

    Who was moved within the organisation has not joined it.
    """
    meant = select_meant(aim, now)
    if aim.audience is not Audience.JOINED:
        return meant
    before = aliased(Membership)
    moved = exists().where(
        before.user_id == Membership.user_id,
        before.organisation_id == Membership.organisation_id,
        before.valid_from < Membership.valid_from,
        or_(before.valid_to.is_(None), before.valid_to >= Membership.valid_from),
    )
    return meant.where(Membership.valid_from >= aim.since, ~moved)


def list_events(
    session: Session, aim: Aim, user_ids: Sequence[int], now: datetime
) -> dict[int, datetime]:
    """Return by person when the event was that the due date hangs on; none of a fixed date."""
    query = _events(aim, user_ids, now)
    return {} if query is None else {row[0]: row[1] for row in session.execute(query)}


def _events(aim: Aim, user_ids: Sequence[int], now: datetime) -> Select[int, datetime] | None:
    units = subtree([aim.unit_id], now)
    if aim.due_kind is DueKind.JOINED:
        return (
            select(Membership.user_id, func.min(Membership.valid_from))
            .where(
                Membership.user_id.in_(user_ids),
                Membership.unit_id.in_(units),
                valid_at(Membership, now),
            )
            .group_by(Membership.user_id)
        )
    if aim.due_kind is DueKind.POST:
        return (
            select(PostHolding.user_id, func.min(PostHolding.valid_from))
            .where(
                PostHolding.user_id.in_(user_ids),
                PostHolding.post_id == aim.post_id,
                PostHolding.unit_id.in_(units),
                valid_at(PostHolding, now),
            )
            .group_by(PostHolding.user_id)
        )
    if aim.due_kind is DueKind.CERTIFICATE:
        return (
            select(Holding.user_id, func.max(Holding.held_until))
            .join(Scheme, Scheme.id == Holding.scheme_id)
            .where(
                Holding.user_id.in_(user_ids),
                Scheme.public_id == aim.goal_ref,
                Holding.known_from <= now,
                Holding.known_until > now,
                Holding.held_from <= now,
                Holding.held_until > now,
            )
            .group_by(Holding.user_id)
            .having(func.max(Holding.held_until) < FOREVER)
        )
    return None
