"""Making one's own account with an invitation, such as a unit's join code.

What an invitation is and what accepting it means belong to a domain above; it is handed in here by
the composition root.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from learning.accounts.models import User
from learning.accounts.queries import find_user_by_keys
from learning.accounts.rules import Claim
from learning.accounts.rules.registration import RegistrationChecked
from learning.accounts.services.logins import NewLogin, open_login_session, record_failure
from learning.accounts.services.people import add_login_name, create_user
from learning.accounts.services.privacy import give_consent
from learning.kernel import audit
from learning.kernel.errors import Conflict


@dataclass(frozen=True, slots=True)
class Invitation:
    """What lets a stranger make an account; `organisation_code` "" means no staff-number log-in.

    With a `contest` (its title) the account leads to its page, `landing`, and no request to join
    a unit is made; `unit_name` is then "" for the public.
    """

    code: str
    unit_name: str
    organisation_name: str
    organisation_code: str
    contest: str = ""
    landing: str = ""


@dataclass(frozen=True, slots=True)
class InvitationSource:
    """How invitations are found and accepted, and the endpoint to go to afterwards.

    `accept(session, user, code, staff_no, now)` raises Conflict when the invitation is gone.
    """

    find: Callable[[Session, str, datetime], Invitation | None]
    accept: Callable[[Session, User, str, str, datetime], None]
    landing: str


def register_person(
    session: Session,
    claim: Claim,
    said: RegistrationChecked,
    *,
    password_hash: str,
    notice_version: int,
    login: NewLogin,
    accept: Callable[[Session, User, str, datetime], None],
    now: datetime,
) -> str:
    """Make an adult's account, log in, and accept the invitation: all of it or nothing.

    Returns "ok", or "name_taken" when somebody has the log-in name, counted as a failed try so that
    names are not found out by trying. The account comes with consent to the notice that was shown:
    Conflict("notice_version") when that is no longer in force. Raises what
    `accept(session, user, staff_no, now)` raises.
    """
    if find_user_by_keys(session, (said.name_key,)) is not None:
        record_failure(session, claim, claim.network, now=now)
        return "name_taken"
    user = create_user(session, display_name=said.name, now=now)
    user.password_hash = password_hash
    user.password_changed_at = now
    user.adult_declared_at = now
    try:
        add_login_name(session, user, said.kind, said.login_name, now=now)
    except IntegrityError as error:  # somebody else, this very moment
        raise Conflict("name_taken") from error
    audit.log(session, "account.registered", user.public_id, actor_id=user.id, now=now)
    give_consent(session, user.id, notice_version, now=now)
    accept(session, user, said.staff_no, now)
    open_login_session(session, user, claim, login=login, now=now)
    return "ok"
