"""Grounds of authorisations that were given before exemptions were kept among them.

Such an act told in its basis what was held and what was missing, and nothing of what was spared: it
would stand for ever after the exemption had ended. What it rested on is read from the matrix of
its first day and the exemptions known when it was given; what they do not explain is noted for HR.
"""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, or_, select, update
from sqlalchemy.orm import Session

from learning.compliance.models import (
    Authorisation,
    AuthorisationEnd,
    AuthorisationGround,
    Exemption,
)
from learning.compliance.queries.authorising import list_required
from learning.kernel import audit


@dataclass(frozen=True, slots=True)
class _Found:
    spared: tuple[int, ...]
    unaccounted: tuple[int, ...]


def find_unfounded(session: Session, now: datetime, *, limit: int) -> list[int]:
    """Return the row ids of running authorisations whose basis says nothing of what was spared."""
    return list(
        session.scalars(
            select(Authorisation.id)
            .outerjoin(AuthorisationEnd, AuthorisationEnd.authorisation_id == Authorisation.id)
            .where(
                AuthorisationEnd.cause.is_(None),
                Authorisation.ends_at > now,
                Authorisation.basis.not_like('%"spared"%'),
            )
            .order_by(Authorisation.id)
            .limit(limit)
        )
    )


def found_grounds(session: Session, ids: Collection[int], now: datetime) -> int:
    """Write the grounds of exemptions of these authorisations; return of how many anything.

    The basis gets `spared`, and `unaccounted` where something that was asked then was neither held,
    missing nor spared: HR's list shows those. Each is on record. Not done twice.
    """
    changed = 0
    for one in session.scalars(
        select(Authorisation)
        .where(Authorisation.id.in_(ids), Authorisation.basis.not_like('%"spared"%'))
        .order_by(Authorisation.id)
        .with_for_update()
    ).all():
        basis = json.loads(one.basis)
        found = _look(session, one, {*basis.get("held", ()), *basis.get("missing", ())})
        for scheme_id in found.spared:
            session.execute(
                insert(AuthorisationGround).values(
                    authorisation_id=one.id, scheme_id=scheme_id, is_spared=True
                )
            )
        more = {"spared": found.spared}
        if found.unaccounted:
            more["unaccounted"] = found.unaccounted
        session.execute(
            update(Authorisation)
            .where(Authorisation.id == one.id)
            .values(basis=json.dumps({**basis, **more}))
            .execution_options(synchronize_session=False)
        )
        if found.spared or found.unaccounted:
            changed += 1
            details = {name: list(value) for name, value in more.items()}
            audit.log(
                session,
                "authorisation.grounds_found",
                one.public_id,
                actor_id=None,
                now=now,
                details=details,
            )
    return changed


def _look(session: Session, one: Authorisation, told: set[int]) -> _Found:
    """Return what was asked then, and not told of, by whether an exemption explains it."""
    on = max(one.starts_at, one.authorised_at)
    asked = list_required(session, one.post_id, {one.unit_id}, on)[one.unit_id] - told
    known_end = or_(
        Exemption.valid_to > on,
        # Ended by hand since: when the act was given it was to last.
        Exemption.ended_at.is_not(None)
        & (Exemption.ended_at > one.authorised_at)
        & (Exemption.planned_to > on),
    )
    spared = set(
        session.scalars(
            select(Exemption.scheme_id).where(
                Exemption.user_id == one.user_id,
                Exemption.organisation_id == one.organisation_id,
                Exemption.scheme_id.in_(asked),
                Exemption.recorded_at <= one.authorised_at,
                Exemption.valid_from <= on,
                known_end,
            )
        )
    )
    return _Found(tuple(sorted(spared)), tuple(sorted(asked - spared)))
