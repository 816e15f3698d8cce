"""Old certificates of one's own schemes: on paper, issued elsewhere, registered by their issuer.

Only what the issuer itself has on file, checked, is told to the public, and under its own name:
what an employer registered of another's scheme is the employer's word, not the issuer's.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from learning.certification.models import ExternalCertificate, Scheme
from learning.certification.rules import Correction, Facts, State, expires_soon, state_of
from learning.certification.rules.holdings import FOREVER
from learning.certification.rules.register import WithdrawGround
from learning.organisations.models import UnitName
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
                ExternalCertificate.checked_at.is_not(None),
                ExternalCertificate.valid_from <= now,
                or_(
                    ExternalCertificate.withdraw_ground.is_(None),
                    ExternalCertificate.withdraw_ground == WithdrawGround.ENDED.value,
                    _counts_until_followed(now),
                ),
            )
            .order_by(ExternalCertificate.withdrawn_at.is_not(None), ExternalCertificate.id.desc())
        ):
            found.setdefault(row.number_key, []).append(_old(row, scheme, issuer, now))
    return found


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
