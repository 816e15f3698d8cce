"""Facts behind coverage: who is in a post, who holds what, of whom it is not asked.

A handful of statements whatever the size of the tree, each over whole tables in one pass; numbers
come over packed in text, as a hundred thousand rows would take longer than to find them. What is
required of whom is decided afterwards by a pure rule; see ADR 18.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from sqlalchemy import CTE, ColumnElement, and_, case, exists, func, or_, select
from sqlalchemy.orm import Session

from learning.certification.models import Holding
from learning.certification.queries.holdings import held_at
from learning.compliance.models import Exemption, StaffStatus
from learning.compliance.queries.packing import among_few, packed, unpacked
from learning.compliance.queries.requirements import (
    AsOf,
    read_parents,
    read_requirements,
    select_tree,
)
from learning.compliance.rules.coverage import Requirements
from learning.compliance.rules.obligations import (
    Facts,
    Ids,
    Obligations,
    Staff,
    Words,
    obligations_of,
)
from learning.organisations.models import Membership, Post, PostHolding
from learning.organisations.queries import valid_as_known


@dataclass(frozen=True, slots=True)
class Coverage:
    """The obligations of a tree, with the tree: `parents` by unit, the root's None."""

    parents: Mapping[int, int | None]
    obligations: Obligations


@dataclass(frozen=True, slots=True)
class Basis:
    """What a coverage is counted from; `staff` is in posts of the tree, at work or not."""

    parents: Mapping[int, int | None]
    requirements: Requirements
    staff: Staff
    facts: Facts

    def obligations(self, words: Words | None = None) -> Obligations:
        """Return what is required of the staff; `words` of the requirements when they are known."""
        return obligations_of(self.requirements, self.parents, self.staff, self.facts, words=words)


def read_coverage(session: Session, root_id: int, at: AsOf) -> Coverage:
    """Return the coverage of a unit and all below it on an instant, as known at another."""
    basis = read_basis(session, root_id, at)
    return Coverage(basis.parents, basis.obligations())


def read_basis(session: Session, root_id: int, at: AsOf) -> Basis:
    """Return what the coverage of a unit and all below it is counted from."""
    parents = read_parents(session, root_id, at)
    requirements = read_requirements(session, root_id, parents, at)
    staff = _read_staff(session, root_id, at)
    facts = _read_facts(session, staff, requirements, at)
    return Basis(parents, requirements, staff, facts)


def read_holders(
    session: Session, scheme_ids: Sequence[int], user_id: Ids, held: ColumnElement[bool]
) -> dict[int, Ids]:
    """Return who holds which of the schemes, among people or from among them and all others."""
    query = select(Holding.scheme_id, packed(Holding.user_id)).where(
        Holding.scheme_id.in_(scheme_ids), held, *among_few(Holding.user_id, user_id)
    )
    rows = session.execute(query.group_by(Holding.scheme_id))
    return {scheme_id: unpacked(text)[0] for scheme_id, text in rows}


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


def at_work(root_id: int, at: AsOf) -> CTE:
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


def _read_staff(session: Session, root_id: int, at: AsOf) -> Staff:
    rows = session.execute(
        select(PostHolding.unit_id, func.count(), packed(PostHolding.user_id, PostHolding.post_id))
        .where(
            PostHolding.unit_id.in_(select_tree(root_id, at)),
            valid_as_known(PostHolding, at.on, at.known_at),
        )
        .group_by(PostHolding.unit_id)
    ).all()
    user_id, post_id = unpacked(",".join(text for _unit_id, _number, text in rows), 2)
    units = np.array([unit_id for unit_id, _number, _text in rows], np.int64)
    numbers = np.array([number for _unit_id, number, _text in rows], np.int64)
    return Staff(user_id, np.repeat(units, numbers), post_id)


def _read_facts(session: Session, staff: Staff, asked: Requirements, at: AsOf) -> Facts:
    organisations = sorted(set(asked.organisations.values()))
    members = session.execute(
        select(Membership.organisation_id, packed(Membership.user_id))
        .where(
            Membership.organisation_id.in_(organisations),
            valid_as_known(Membership, at.on, at.known_at),
            *among_few(Membership.user_id, staff.user_id),
        )
        .group_by(Membership.organisation_id)
    )
    status: dict[str, set[tuple[int, int]]] = {"leave": set(), "contractor": set()}
    for kind, user_id, organisation_id in session.execute(
        select(StaffStatus.kind, StaffStatus.user_id, StaffStatus.organisation_id).where(
            StaffStatus.organisation_id.in_(organisations), stands(StaffStatus, at)
        )
    ):
        status[kind].add((user_id, organisation_id))
    exempt = session.execute(
        select(Exemption.user_id, Exemption.organisation_id, Exemption.scheme_id).where(
            Exemption.organisation_id.in_(organisations), stands(Exemption, at)
        )
    )
    held = held_at(at.on, known_at=at.known_at)
    return Facts(
        members={organisation_id: unpacked(text)[0] for organisation_id, text in members},
        holders=read_holders(session, asked.schemes(), staff.user_id, held),
        away=status["leave"],
        contractors=status["contractor"],
        exempt={(user_id, unit_id, scheme_id) for user_id, unit_id, scheme_id in exempt},
    )
