"""What authorisations rest on: certificates that are held, and exemptions from holding them."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import Session, aliased

from learning.certification.models import Holding, Scheme
from learning.certification.queries.holdings import held_at
from learning.certification.rules.holdings import FOREVER
from learning.compliance.models import Authorisation, AuthorisationGround, Exemption
from learning.organisations.queries import valid_at

_TICK = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Ground:
    """A scheme that an authorisation rests on, and the last instant it is held (None: not held).

    FOREVER for life. `is_spared`: it was given without the scheme, thanks to an exemption;
    `spared_until` is the last instant of one now, None where there is none.
    """

    scheme_id: int
    title: str
    held_until: datetime | None
    title_en: str = ""
    is_spared: bool = False
    spared_until: datetime | None = None


def is_broken(now: datetime) -> ColumnElement[bool]:
    """Tell whether something that it rests on is no more: a certificate, or an exemption."""
    return _is_lacking(now, or_(~AuthorisationGround.is_spared, ~_is_exempt(now)))


def is_spent(now: datetime) -> ColumnElement[bool]:
    """Tell whether a certificate that it rests on is not held now."""
    return _is_lacking(now, ~AuthorisationGround.is_spared)


def _is_lacking(now: datetime, which: ColumnElement[bool]) -> ColumnElement[bool]:
    """Tell whether a scheme of one of its grounds is not held now."""
    return exists().where(
        AuthorisationGround.authorisation_id == Authorisation.id, which, ~_is_held(now)
    )


def _is_held(now: datetime) -> ColumnElement[bool]:
    """Tell whether the person holds the ground's scheme.

    What it speaks of two levels up is named: by itself it would ask whether anybody holds it.
    """
    holding = aliased(Holding)
    return (
        exists()
        .where(
            holding.user_id == Authorisation.user_id,
            holding.scheme_id == AuthorisationGround.scheme_id,
            held_at(now, known_at=now, holding=holding),
        )
        .correlate(Authorisation, AuthorisationGround)
    )


def _is_exempt(now: datetime) -> ColumnElement[bool]:
    exemption = aliased(Exemption)
    return (
        exists()
        .where(
            exemption.user_id == Authorisation.user_id,
            exemption.organisation_id == Authorisation.organisation_id,
            exemption.scheme_id == AuthorisationGround.scheme_id,
            valid_at(exemption, now),
        )
        .correlate(Authorisation, AuthorisationGround)
    )


def list_grounds(session: Session, authorisation_id: int, now: datetime) -> list[Ground]:
    """Return what an authorisation rests on, and until when each is held or not asked."""
    rows = session.execute(
        select(
            Scheme.id,
            Scheme.title,
            Holding.held_until,
            Scheme.title_en,
            AuthorisationGround.is_spared,
            Exemption.valid_to,
        )
        .join(AuthorisationGround, AuthorisationGround.scheme_id == Scheme.id)
        .join(Authorisation, Authorisation.id == AuthorisationGround.authorisation_id)
        .outerjoin(
            Holding,
            and_(
                Holding.user_id == Authorisation.user_id,
                Holding.scheme_id == Scheme.id,
                held_at(now, known_at=now),
            ),
        )
        .outerjoin(
            Exemption,
            and_(
                Exemption.user_id == Authorisation.user_id,
                Exemption.organisation_id == Authorisation.organisation_id,
                Exemption.scheme_id == Scheme.id,
                valid_at(Exemption, now),
            ),
        )
        .where(Authorisation.id == authorisation_id)
        .order_by(Scheme.title, Scheme.id, Holding.held_until, Exemption.valid_to)
    )
    latest = {
        scheme_id: Ground(
            scheme_id, title, _last(held), title_en, is_spared, _last(spared) if is_spared else None
        )
        for scheme_id, title, held, title_en, is_spared, spared in rows
    }
    return list(latest.values())


def _last(until: datetime | None) -> datetime | None:
    """Return the last instant of what lasts until before another; FOREVER stays."""
    return until and (until if until >= FOREVER else until - _TICK)
