"""A join code as the invitation with which strangers make an account."""

from datetime import datetime

from sqlalchemy.orm import Session

from learning.accounts.models import User
from learning.accounts.services.registration import Invitation
from learning.organisations.queries.joining import find_open_code, places_of
from learning.organisations.services.joining import Asker, join_by_code


def find_invitation(session: Session, raw_code: str, now: datetime) -> Invitation | None:
    """Return what an open join code invites to, None for one that opens nothing."""
    code = find_open_code(session, raw_code, now)
    if code is None:
        return None
    place = places_of(session, [code.unit_id], now)[code.unit_id]
    return Invitation(code.code, place[-1].name, place[0].name, place[0].code)


def accept_invitation(
    session: Session, user: User, code: str, staff_no: str, now: datetime
) -> None:
    """Let a new person ask to join the unit of the code. Raises Conflict("join_code"), Invalid."""
    join_by_code(session, Asker(user.id, user.public_id), code, staff_no=staff_no, now=now)
