"""Certificates that were not issued here: registered by their issuer, or by an employer.

Only what the issuer itself has on file, checked, is told to the public, and under its own name:
what an employer registered of another's scheme is the employer's word, not the issuer's, and is
told to the employer alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from learning.certification.models import ExternalCertificate, Scheme
from learning.certification.queries.certificates import CertificateView
from learning.certification.rules import Correction, Facts, State, expires_soon, state_of
from learning.certification.rules.holdings import FOREVER
from learning.certification.rules.register import WithdrawGround
from learning.organisations.models import Membership, UnitName
from learning.organisations.queries import valid_at
from learning.organisations.rules.names import name_key

SLICE = 2_000


@dataclass(frozen=True, slots=True)
class OldCertificate:
    """An old certificate on file, read as those issued here are.

    `facts.valid_until` is the earlier of term and review, as a review that is overdue ends it too.
    """

    facts: Facts
    zone: str
    state: State
    expires_soon: bool
    revoked_at: datetime | None
    is_intact: ClassVar[bool] = True  # nothing was hashed when it was issued
    replaced_at: ClassVar[None] = None
    suspended_at: ClassVar[None] = None
    corrections: ClassVar[tuple[Correction, ...]] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Return the name that the paper bears."""
        return (self.facts.holder_name,)


def list_old_by_number(
    session: Session, numbers: Sequence[str], now: datetime
) -> dict[str, list[OldCertificate]]:
    """Return old certificates by `name_key` of their numbers, those that stand first.

    What was withdrawn as an error, is not checked or not valid yet is none.
    """
    keys = sorted({key for number in numbers if (key := name_key(number))})
    found: dict[str, list[OldCertificate]] = {}
    for start in range(0, len(keys), SLICE):
        for row, scheme, issuer in session.execute(
            select(ExternalCertificate, Scheme, func.coalesce(UnitName.name, ""))
            .join(Scheme, Scheme.id == ExternalCertificate.scheme_id)
            .outerjoin(UnitName, (UnitName.unit_id == Scheme.issuer_id) & valid_at(UnitName, now))
            .where(
                ExternalCertificate.number_key.in_(keys[start : start + SLICE]),
                Scheme.kind == "own",
                Scheme.issuer_id == ExternalCertificate.organisation_id,
                _is_told(now),
            )
            .order_by(ExternalCertificate.withdrawn_at.is_not(None), ExternalCertificate.id.desc())
        ):
            found.setdefault(row.number_key, []).append(_old(row, scheme, issuer, now))
    return found


def list_on_file_of(
    session: Session, user_ids: Sequence[int], units: Select[int], now: datetime
) -> list[CertificateView]:
    """Return what is on file of at most 500 people, the newest first; not checked or wrong: none.

    On the file of one of the units, or of an organisation where the person has a place in them:
    what another employer has on file is no business of this one.
    """
    row, place = ExternalCertificate, Membership
    found = session.execute(
        select(row, Scheme)
        .join(Scheme, Scheme.id == row.scheme_id)
        .where(
            row.user_id.in_(user_ids),
            or_(
                row.organisation_id.in_(units),
                exists().where(
                    place.user_id == row.user_id,
                    place.organisation_id == row.organisation_id,
                    place.unit_id.in_(units),
                    valid_at(place, now),
                ),
            ),
            _is_told(now),
        )
        .order_by(row.valid_from.desc(), row.id.desc())
    )
    return [_view(one, scheme, _old(one, scheme, one.issuer, now)) for one, scheme in found]


def _view(row: ExternalCertificate, scheme: Scheme, old: OldCertificate) -> CertificateView:
    return CertificateView(
        user_id=row.user_id,
        public_id=row.public_id,
        scheme_code=scheme.code,
        scheme_title=scheme.title,
        number=row.number,
        code="",
        issued_at=row.valid_from,
        valid_until=old.facts.valid_until,
        state=old.state,
        expires_soon=old.expires_soon,
        issuer_name=row.issuer,
        scheme_title_en=scheme.title_en,
    )


def _is_told(now: datetime) -> ColumnElement[bool]:
    """Return the condition that an entry is checked, has begun, and was never an error."""
    return and_(
        ExternalCertificate.checked_at.is_not(None),
        ExternalCertificate.valid_from <= now,
        or_(
            ExternalCertificate.withdraw_ground.is_(None),
            ExternalCertificate.withdraw_ground == WithdrawGround.ENDED.value,
            _counts_until_followed(now),
        ),
    )


def _counts_until_followed(now: datetime) -> ColumnElement[bool]:
    """Return the condition that what takes a certificate's place was entered ahead."""
    later = aliased(ExternalCertificate)
    return and_(
        ExternalCertificate.withdraw_ground == WithdrawGround.FOLLOWED.value,
        exists().where(
            later.follows_id == ExternalCertificate.id,
            later.checked_at.is_not(None),
            later.withdrawn_at.is_(None),
            later.valid_from > now,
        ),
    )


def _old(row: ExternalCertificate, scheme: Scheme, issuer: str, now: datetime) -> OldCertificate:
    until = None if row.ends_at == FOREVER else row.ends_at
    is_followed = row.withdraw_ground == WithdrawGround.FOLLOWED.value
    ended_at = None if is_followed else row.withdrawn_at
    state = state_of(until, ended_at, now)
    if state is State.EXPIRED and (row.valid_until is None or now <= row.valid_until):
        state = State.OVERDUE  # the earlier of the two ends is then the review's
    facts = Facts(
        number=row.number,
        scheme=scheme.code,
        title=scheme.title,
        title_en=scheme.title_en,
        holder_name=row.holder_name,
        unit_name="",
        issuer_name=issuer,
        issued_at=row.valid_from,
        valid_from=row.valid_from,
        valid_until=until,
    )
    soon = state is State.VALID and expires_soon(until, now)
    return OldCertificate(facts, row.zone, state, soon, ended_at)
