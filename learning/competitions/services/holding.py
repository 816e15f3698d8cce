"""What use cases of an organiser share: a competition held under its lock, an assessment made."""

import json
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from learning.attempts.services import create_assessment
from learning.competitions.formats import FIRST
from learning.competitions.models import Competition, Edition
from learning.competitions.queries import CompetitionView, get_managed
from learning.competitions.rules import Contest, attempt_rules_of, blueprint_of
from learning.kernel.errors import Conflict, NotFound
from learning.kernel.permissions import Actor


def hold(
    session: Session,
    actor: Actor,
    raw_public_id: str,
    now: datetime,
    *,
    number: int = FIRST,
    corrects: bool = False,
) -> CompetitionView:
    """Lock a managed competition's row, then read it with a round as it is under the lock.

    Raises NotFound, and Conflict("sealed") for an archived edition unless the act `corrects` what
    is published: a regrade.
    """
    found = get_managed(session, actor, raw_public_id, now, number=number)
    row = select(Competition.id).where(Competition.id == found.id)
    if session.scalar(row.with_for_update()) is None:
        raise NotFound("competition")
    held = get_managed(session, actor, raw_public_id, now, number=number)
    if held.sealed_at is not None and not corrects:
        raise Conflict("sealed")
    return held


def refuse_sealed(session: Session, competition_id: int) -> None:
    """Hold off an archiving until the act is done; raise Conflict("sealed") after it."""
    row = select(Competition.id).where(Competition.id == competition_id)
    session.execute(row.with_for_update(read=True))
    sealed = select(Edition.sealed_at).where(Edition.competition_id == competition_id)
    if session.scalar(sealed) is not None:
        raise Conflict("sealed")


def hold_alone(session: Session, competition_id: int) -> None:
    """Hold a competition's row, as who corrects published lists; raise Conflict("sealed")."""
    session.execute(
        select(Competition.id).where(Competition.id == competition_id).with_for_update()
    )
    refuse_sealed(session, competition_id)


def format_text(contest: Contest) -> str:
    """Return how a round is played, as it is stored."""
    return json.dumps(contest.rules.format.to_dict(), sort_keys=True)


def make_assessment(session: Session, actor: Actor, contest: Contest, now: datetime) -> int:
    """Make the assessment of a round; return its row id. Raises Invalid for a bank too small."""
    assessment = create_assessment(
        session,
        title=contest.title,
        blueprint=blueprint_of(contest.rules),
        rules=attempt_rules_of(contest.rules),
        opens_at=contest.opens_at,
        closes_at=contest.closes_at,
        created_by=actor.user_id,
        now=now,
    )
    return assessment.id
