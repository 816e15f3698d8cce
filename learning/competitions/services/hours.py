"""Promising hours of study for a pass."""

from datetime import datetime

from sqlalchemy.orm import Session

from learning.competitions.models import ContestHours
from learning.competitions.queries import has_entries
from learning.competitions.queries.hours import find_pledge
from learning.competitions.rules import State
from learning.competitions.rules.hours import HoursPledge, problem_places
from learning.competitions.services.holding import hold
from learning.kernel import audit
from learning.kernel.errors import Conflict, Invalid, Problem
from learning.kernel.permissions import Actor


def set_pledge(
    session: Session,
    actor: Actor,
    raw_public_id: str,
    *,
    pledge: HoursPledge | None,
    now: datetime,
) -> None:
    """Promise hours for a pass of the first round, or none.

    What is promised stands from the first entry on; a promise may still be made then. Raises
    NotFound, Invalid(cut, hours), Conflict("rules_locked" | "closed").
    """
    competition = hold(session, actor, raw_public_id, now)
    if competition.state is State.CLOSED:
        raise Conflict("closed")
    rules = competition.rules
    has_most = not (rules.format.adds_up or rules.format.changes_results)
    places = problem_places(pledge, rules.max_points if has_most else None) if pledge else []
    if places:
        raise Invalid([Problem("", None, place, f"pledge_{place}", place) for place in places])
    before = find_pledge(session, competition.id)
    if before == pledge:
        return
    if before is not None and has_entries(session, competition.id):
        raise Conflict("rules_locked")
    row = session.get(ContestHours, competition.id)
    if pledge is None:
        session.delete(row)
    else:
        row = row or ContestHours(competition_id=competition.id)
        row.cut_milli, row.hours_milli = pledge.cut_milli, pledge.hours_milli
        row.field = pledge.field.value
        session.add(row)
    session.flush()  # rules are read again in this transaction, to be printed
    audit.log(
        session,
        "competition.hours",
        competition.public_id,
        actor_id=actor.user_id,
        now=now,
        details={
            "cut_milli": pledge.cut_milli if pledge else 0,
            "hours_milli": pledge.hours_milli if pledge else 0,
            "field": pledge.field.value if pledge else "",
        },
    )
