"""What the exams tell people."""

from datetime import datetime

from sqlalchemy.orm import Session

from learning.accounts.rules.letters import Link
from learning.accounts.services.telling import tell
from learning.exams.queries import get_by_id, has_released_results
from learning.exams.rules.letters import result_changed
from learning.kernel.events import Event

BY_RULING = frozenset({"regraded", "corrected"})
"""Causes of a new score of which its person cannot know."""


def tell_result(session: Session, event: Event, now: datetime) -> None:
    """Tell somebody that their result is another one after a ruling or a correction.

    Nothing is told of results that are not released: their person sees the new one alone.
    """
    told = event.payload
    if told.get("cause") not in BY_RULING:
        return
    sitting = get_by_id(session, told["sitting_id"])
    if not has_released_results(session, sitting, now):
        return
    letter = result_changed(
        sitting.title, had_passed=bool(told.get("had_passed")), passes=bool(told["passed"])
    )
    link = Link("exams.detail", {"raw_public_id": sitting.public_id})
    tell(session, told["user_id"], letter, now, link=link, key=event.public_id)
