"""Codes for people: printed on slips at this moment, shown once, each in the audit trail."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from learning.accounts.models import User
from learning.accounts.services import CodePurpose, issue_code
from learning.kernel import audit
from learning.kernel.errors import Conflict
from learning.kernel.permissions import Actor
from learning.organisations.queries.codes import CodeCandidate
from learning.organisations.queries.units import UnitView


@dataclass(frozen=True, slots=True)
class Slip:
    """What a person is handed on paper. `code` is nowhere else."""

    name: str
    unit_name: str
    login_name: str
    code: str


def issue_slips(
    session: Session,
    actor: Actor,
    unit: UnitView,
    candidates: Sequence[CodeCandidate],
    *,
    purpose: CodePurpose,
    now: datetime,
) -> list[Slip]:
    """Issue a code for each candidate that may get one; earlier codes of theirs end.

    The caller found the candidates within the actor's reach (`queries.codes`). Raises
    Conflict("no_candidates") when none may.
    """
    able = [candidate for candidate in candidates if not candidate.refusal]
    if not able:
        raise Conflict("no_candidates")
    users = {
        user.id: user
        for user in session.scalars(select(User).where(User.id.in_([c.user_id for c in able])))
    }
    slips = [
        Slip(
            name=candidate.name,
            unit_name=candidate.unit_name,
            login_name=candidate.login_name,
            code=issue_code(session, actor, users[candidate.user_id], purpose, now=now),
        )
        for candidate in able
    ]
    audit.log(
        session,
        "codes.printed",
        unit.public_id,
        actor_id=actor.user_id,
        now=now,
        details={"purpose": purpose.value, "people": [c.public_id for c in able]},
    )
    return slips
