"""What the exams tell people."""

from datetime import datetime

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from learning.accounts.rules.letters import Link
from learning.accounts.services.telling import tell
from learning.attempts.services import MADE_UP
from learning.exams.models import Sitting
from learning.exams.queries import SittingView, get_by_id, has_released_results
from learning.exams.rules import Decision
from learning.exams.rules.letters import (
    application_decided,
    attempt_voided,
    made_up,
    make_up_given,
    result_changed,
)
from learning.kernel.events import Event

BY_RULING = frozenset({"regraded", "corrected"})
AGAIN = frozenset({"marked", "keyed"})
"""Causes of a first result, and of another one: a paper marked or keyed anew."""


def tell_result(session: Session, event: Event, now: datetime) -> None:
    """Tell somebody that the result they know is another one, by an act they cannot know of.

    Nothing is told of results that are not released: their person sees the new one alone.
    """
    told, cause = event.payload, event.payload.get("cause")
    if cause not in BY_RULING and not (cause in AGAIN and told.get("had_result")):
        return
    sitting = get_by_id(session, told["sitting_id"])
    if not has_released_results(session, sitting, now):
        return
    letter = result_changed(
        sitting.title,
        had_passed=bool(told.get("had_passed")),
        passes=bool(told["passed"]),
        by_ruling=cause in BY_RULING,
    )
    link = Link("exams.detail", {"raw_public_id": sitting.public_id})
    tell(session, told["user_id"], letter, now, link=link, key=event.public_id)


def tell_decision(
    session: Session, sitting: SittingView, user_id: int, decision: Decision, now: datetime
) -> None:
    """Tell an applicant what was decided; the reasons stand on the page of the application."""
    link = Link("exams.application", {"raw_public_id": sitting.public_id})
    tell(session, user_id, application_decided(sitting.title, decision), now, link=link)


def tell_voided(session: Session, event: Event, now: datetime) -> None:
    """Tell a candidate that an attempt at a sitting counts no more: they may appeal on it."""
    told = event.payload
    sitting = _find_sitting(session, told["assessment_id"])
    if sitting is None:
        return
    if told.get("cause") == MADE_UP:
        endpoint, letter = "exams.detail", made_up(sitting.title, told["number"])
    else:
        endpoint, letter = "exams.own_appeals", attempt_voided(sitting.title, told["number"])
    link = Link(endpoint, {"raw_public_id": sitting.public_id})
    tell(session, told["user_id"], letter, now, link=link, key=event.public_id)


def tell_make_up(session: Session, event: Event, now: datetime) -> None:
    """Tell a candidate of the further attempt that an outage earned them."""
    told = event.payload
    sitting = _find_sitting(session, told["assessment_id"])
    if sitting is None:
        return
    link = Link("exams.detail", {"raw_public_id": sitting.public_id})
    letter = make_up_given(sitting.title, told["number"])
    tell(session, told["user_id"], letter, now, link=link, key=event.public_id)


def _find_sitting(session: Session, assessment_id: int) -> Row[*tuple[str, str]] | None:
    return session.execute(
        select(Sitting.public_id, Sitting.title).where(Sitting.assessment_id == assessment_id)
    ).one_or_none()
