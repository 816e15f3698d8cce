"""Staff numbers of people, as the organisations that gave them write them."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from learning.kernel.bulk import among
from learning.organisations.models import Membership
from learning.organisations.queries.units import valid_as_known


def staff_numbers(
    session: Session,
    organisation_ids: Collection[int],
    user_ids: Collection[int],
    at: datetime,
    *,
    known_at: datetime | None = None,
) -> dict[tuple[int, int], str]:
    """Return the numbers people had on an instant, by (organisation, user); who had none is absent.

    `known_at`: by what was known then, without it by what was known on the instant itself. Several
    numbers of one person in one organisation stand in one line, the oldest first.
    """
    if not organisation_ids or not user_ids:
        return {}
    found: dict[tuple[int, int], list[str]] = {}
    for organisation_id, user_id, staff_no in session.execute(
        select(Membership.organisation_id, Membership.user_id, Membership.staff_no)
        .where(
            among(Membership.user_id, user_ids),
            Membership.organisation_id.in_(organisation_ids),
            valid_as_known(Membership, at, known_at or at),
            Membership.staff_no != "",
        )
        .order_by(Membership.valid_from, Membership.id)
    ):
        theirs = found.setdefault((organisation_id, user_id), [])
        if staff_no not in theirs:
            theirs.append(staff_no)
    return {whose: " / ".join(numbers) for whose, numbers in found.items()}
