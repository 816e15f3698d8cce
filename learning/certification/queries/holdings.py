"""Who holds what, on any date, as known on any date."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, or_
from sqlalchemy.orm.util import AliasedClass

from learning.certification.models import ExternalCertificate, Holding, Revocation, Suspension


def held_at(
    on: datetime, *, known_at: datetime, holding: type[Holding] | AliasedClass[Any] = Holding
) -> ColumnElement[bool]:
    """Return the condition that a holding held on the instant, by what was known at the other."""
    return and_(
        holding.held_from <= on,
        holding.held_until > on,
        holding.known_from <= known_at,
        holding.known_until > known_at,
    )


def ran_to_term(now: datetime, *, since: datetime) -> ColumnElement[bool]:
    """Return the condition that a holding runs, or ran out after an instant, as known now.

    What an act ended before its term (revoked, suspended, withdrawn) is left out: its holder was
    told of that, and to say that it had expired, or could be renewed, would be wrong.
    """
    return and_(
        Holding.known_from <= now,
        Holding.known_until > now,
        Holding.held_until > since,
        or_(Holding.held_until > now, ~_was_ended()),
    )


def _was_ended() -> ColumnElement[bool]:
    is_suspended = exists().where(
        Suspension.certificate_id == Holding.source_id, Suspension.lifted_at.is_(None)
    )
    is_revoked = exists().where(Revocation.certificate_id == Holding.source_id)
    is_withdrawn = exists().where(
        ExternalCertificate.id == Holding.source_id, ExternalCertificate.withdrawn_at.is_not(None)
    )
    return or_(
        and_(Holding.source_kind == "certificate", or_(is_revoked, is_suspended)),
        and_(Holding.source_kind == "external", is_withdrawn),
    )
