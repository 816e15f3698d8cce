"""Counts behind coverage: who is in a post, who of them holds what, of whom it is not asked.

A handful of statements whatever the size of the tree; one counts the people by unit and post, and
the holders by unit, post and scheme. Which requirement is the nearest is decided afterwards
by a pure rule, over places instead of people; see ADR 18.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import CTE, ColumnElement, and_, case, exists, func, literal, or_, select, union_all
from sqlalchemy.orm import Session

from learning.certification.models import Holding
from learning.certification.queries.holdings import held_at
from learning.compliance.models import Exemption, StaffStatus
from learning.compliance.queries.requirements import (
    AsOf,
    read_parents,
    read_requirements,
    select_tree,
)
from learning.compliance.rules.coverage import Line, Place, Requirements, Spot, lines_of
from learning.organisations.models import Membership, Post, PostHolding
from learning.organisations.queries import valid_as_known


@dataclass(frozen=True, slots=True)
class Coverage:
    """The lines of a tree, with the tree: `parents` by unit, the root's None."""

    parents: Mapping[int, int | None]
    requirements: Requirements
    lines: list[Line]


def read_coverage(session: Session, root_id: int, at: AsOf) -> Coverage:
    """Return the coverage of a unit and all below it on an instant, as known at another."""
    parents = read_parents(session, root_id, at)
    requirements = read_requirements(session, root_id, parents, at)
    people, held = _count_people(session, root_id, at)
    lines = lines_of(requirements, people, held, _count_exempt(session, root_id, at))
    return Coverage(parents, requirements, lines)


def stands(fact: type[Exemption | StaffStatus], at: AsOf) -> ColumnElement[bool]:
    """Tell whether an exemption or a status held, as known: before it was ended early, its plan."""
    ended = and_(fact.ended_at.is_not(None), fact.ended_at <= at.known_at)
    as_planned = and_(fact.ended_at.is_not(None), fact.ended_at > at.known_at)
    return and_(
        fact.recorded_at <= at.known_at,
        fact.valid_from <= at.on,
        or_(
            and_(
                or_(fact.ended_at.is_(None), ended),
                or_(fact.valid_to.is_(None), fact.valid_to > at.on),
            ),
            and_(as_planned, or_(fact.planned_to.is_(None), fact.planned_to > at.on)),
        ),
    )


def at_work(root_id: int, at: AsOf, *narrowing: ColumnElement[bool]) -> CTE:
    """Return who held which post in the tree as a member of its organisation, not on leave.

    Columns: user_id, unit_id, post_id, organisation_id, contractor (0 or 1). It and the statuses
    are computed once a statement: SQLite would otherwise read all statuses anew for each person.
    """
    away, contracted = _in_status("leave", at), _in_status("contractor", at)
    contractor = case((_among(contracted), 1), else_=0).label("contractor")
    return (
        select(
            PostHolding.user_id,
            PostHolding.unit_id,
            PostHolding.post_id,
            Post.organisation_id,
            contractor,
        )
        .join(Post, Post.id == PostHolding.post_id)
        .where(
            PostHolding.unit_id.in_(select_tree(root_id, at)),
            valid_as_known(PostHolding, at.on, at.known_at),
            exists().where(
                Membership.user_id == PostHolding.user_id,
                Membership.organisation_id == Post.organisation_id,
                valid_as_known(Membership, at.on, at.known_at),
            ),
            ~_among(away),
            *narrowing,
        )
        .cte("at_work")
        .prefix_with("MATERIALIZED")
    )


def _in_status(kind: str, at: AsOf) -> CTE:
    return (
        select(StaffStatus.user_id, StaffStatus.organisation_id)
        .where(StaffStatus.kind == kind, stands(StaffStatus, at))
        .distinct()
        .cte(f"on_{kind}")
        .prefix_with("MATERIALIZED")
    )


def _among(status: CTE) -> ColumnElement[bool]:
    return exists().where(
        status.c.user_id == PostHolding.user_id, status.c.organisation_id == Post.organisation_id
    )


def _count_people(
    session: Session, root_id: int, at: AsOf
) -> tuple[dict[Place, int], dict[Spot, int]]:
    """Count who is at each place, and the holders of each scheme among them, in one statement."""
    people = at_work(root_id, at)
    place = (people.c.unit_id, people.c.post_id, people.c.contractor)
    number = func.count(people.c.user_id.distinct())
    all_of_them = select(*place, literal(0), number).group_by(*place)
    holders = (
        select(*place, Holding.scheme_id, number)
        .join_from(people, Holding, Holding.user_id == people.c.user_id)
        .where(held_at(at.on, known_at=at.known_at))
        .group_by(*place, Holding.scheme_id)
    )
    there: dict[Place, int] = {}
    held: dict[Spot, int] = {}
    for unit_id, post_id, contractor, scheme_id, n in session.execute(
        union_all(all_of_them, holders)
    ):
        if scheme_id:
            held[unit_id, post_id, contractor, scheme_id] = n
        else:
            there[unit_id, post_id, contractor] = n
    return there, held


def _count_exempt(session: Session, root_id: int, at: AsOf) -> dict[Spot, tuple[int, int]]:
    """Count of whom each scheme is not asked at each place: all, and those who hold it."""
    named = select(Exemption.user_id).where(stands(Exemption, at))
    people = at_work(root_id, at, PostHolding.user_id.in_(named))
    holds = exists().where(
        Holding.user_id == people.c.user_id,
        Holding.scheme_id == Exemption.scheme_id,
        held_at(at.on, known_at=at.known_at),
    )
    spared = and_(
        Exemption.user_id == people.c.user_id,
        Exemption.organisation_id == people.c.organisation_id,
        stands(Exemption, at),
    )
    place = (people.c.unit_id, people.c.post_id, people.c.contractor)
    rows = session.execute(
        select(
            *place,
            Exemption.scheme_id,
            func.count(people.c.user_id.distinct()),
            func.count(case((holds, people.c.user_id)).distinct()),
        )
        .join_from(people, Exemption, spared)
        .group_by(*place, Exemption.scheme_id)
    )
    return {(u, p, c, scheme_id): (n, held) for u, p, c, scheme_id, n, held in rows}
