"""Where an authorised person works who went nowhere: the unit was merged or split around them.

Who is transferred loses an authorisation, who only follows the unit keeps it (ADR 29). The act
itself is never changed, so where it holds now is read from the successions and from the person's
own places: one that ended with the predecessor, and one in the successor from that instant on.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    CompoundSelect,
    FromClause,
    Select,
    and_,
    exists,
    or_,
    select,
    union,
)
from sqlalchemy.orm import aliased
from sqlalchemy.orm.util import AliasedClass

from learning.compliance.models import Authorisation, AuthorisationEnd
from learning.organisations.models import Membership, PostHolding, UnitSuccession
from learning.organisations.queries import valid_at


def followed_to(now: datetime) -> CompoundSelect[Any]:
    """Return the query of (authorisation_id, unit_id) of running ones whose unit ended.

    Only where the person went over with each of its successors, in the post where one is meant
    and within the organisation, and is there still.
    """
    return union(_present(Membership, now), _present(PostHolding, now))


def is_at(units: Select[int], now: datetime) -> ColumnElement[bool]:
    """Tell whether an authorisation is of units, or of such as became them, with its person."""
    line = (
        select(UnitSuccession.predecessor_id.label("id"))
        .where(UnitSuccession.successor_id.in_(units), UnitSuccession.effective_at <= now)
        .cte(recursive=True)
    )
    line = line.union(
        select(UnitSuccession.predecessor_id)
        .join(line, UnitSuccession.successor_id == line.c.id)
        .where(UnitSuccession.effective_at <= now)
    )
    places = [
        exists().where(
            table.user_id == Authorisation.user_id, table.unit_id.in_(units), valid_at(table, now)
        )
        for table in (Membership, PostHolding)
    ]
    came_over = and_(Authorisation.unit_id.in_(select(line.c.id)), or_(*places))
    return or_(Authorisation.unit_id.in_(units), came_over)


def _present(table: type[Membership | PostHolding], now: datetime) -> Select[int, int]:
    """Return those whose person has a place of the kind in the last successor now."""
    steps, here = _steps(table, now), aliased(table)
    return select(steps.c.authorisation_id, steps.c.unit_id).join(
        here,
        and_(
            here.user_id == steps.c.user_id,
            here.unit_id == steps.c.unit_id,
            valid_at(here, now),
            *_same(table, here, steps),
        ),
    )


def _steps(table: type[Membership | PostHolding], now: datetime) -> CTE:
    act, end = aliased(Authorisation), aliased(AuthorisationEnd)
    given = (
        select(act.id.label("authorisation_id"), act.user_id, act.post_id, act.unit_id)
        .outerjoin(end, end.authorisation_id == act.id)
        .where(
            end.cause.is_(None),
            act.ends_at > now,
            act.post_id.is_(None) if table is Membership else act.post_id.is_not(None),
        )
        .subquery()
    )
    first = _next(table, given, now).cte(recursive=True)
    return first.union(_next(table, first, now))


def _next(
    table: type[Membership | PostHolding], before: FromClause, now: datetime
) -> Select[*tuple[Any, ...]]:
    """Return those whose person went over with the unit that ended, one succession further."""
    succession = aliased(UnitSuccession)
    old: Any = aliased(table)
    new: Any = aliased(table)
    ended = and_(
        old.user_id == before.c.user_id,
        old.unit_id == succession.predecessor_id,
        # As `organisations.services.transfers` closes it: one that began later ends there.
        old.valid_to >= succession.effective_at,
        or_(old.valid_to == succession.effective_at, old.valid_to == old.valid_from),
        *_same(table, old, before),
    )
    begun = and_(
        new.user_id == before.c.user_id,
        new.unit_id == succession.successor_id,
        new.valid_from <= old.valid_to,
        or_(new.valid_to.is_(None), new.valid_to >= old.valid_to),
        *_same(table, new, before),
    )
    if table is Membership:  # another employer authorises anew
        begun = and_(begun, new.organisation_id == old.organisation_id)
    return (
        select(
            before.c.authorisation_id,
            before.c.user_id,
            before.c.post_id,
            succession.successor_id.label("unit_id"),
        )
        .join(succession, succession.predecessor_id == before.c.unit_id)
        .join(old, ended)
        .join(new, begun)
        .where(succession.effective_at <= now)
    )


def _same(
    table: type[Membership | PostHolding], place: AliasedClass[Any] | Any, act: FromClause
) -> list[ColumnElement[bool]]:
    """Return the condition that a post is the one meant; a membership has none."""
    return [] if table is Membership else [place.post_id == act.c.post_id]
