"""What an examiner does with a sitting: write it, change it, open it, close it."""

from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from learning.attempts.models import Assessment
from learning.attempts.queries import has_open_attempts
from learning.attempts.rules import AttemptRules, Part
from learning.attempts.services import create_assessment
from learning.exams.events import CLOSED, OPENED, RELEASED, SittingChanged
from learning.exams.models import Sitting
from learning.exams.queries import SittingView, get_managed, has_attempts
from learning.exams.rules import (
    SectionPlan,
    SittingPlan,
    State,
    attempt_rules_of,
    blueprint_of,
    edit_refusal,
    normalised,
    problems_of,
)
from learning.kernel import audit, events
from learning.kernel.errors import Conflict, Invalid, NotFound
from learning.kernel.ids import new_public_id
from learning.kernel.permissions import Actor, Permission
from learning.organisations.queries import get_unit_in_reach


def create_sitting(
    session: Session, actor: Actor, *, raw_organiser_id: str, plan: SittingPlan, now: datetime
) -> str:
    """Write a new sitting as a draft of the organiser; return its public id.

    Raises NotFound for a unit out of reach, Invalid for bad rules or a pool that cannot fill them.
    """
    plan = _checked(plan)
    permission = Permission.SITTING_MANAGE
    organiser = get_unit_in_reach(session, actor, permission, raw_organiser_id, now)
    public_id = new_public_id()
    session.add(
        Sitting(
            public_id=public_id,
            organiser_id=organiser.id,
            title=plan.title,
            description=plan.description,
            state=State.DRAFT.value,
            assessment_id=_make_assessment(session, actor, plan, now),
            cut_score_milli=plan.rules.cut_score_milli,
            created_by=actor.user_id,
            created_at=now,
        )
    )
    session.flush()  # whoever admits in the same transaction needs the row
    _log(session, actor, "sitting.created", public_id, now, plan)
    return public_id


def edit_sitting(
    session: Session, actor: Actor, raw_public_id: str, *, plan: SittingPlan, now: datetime
) -> None:
    """Change what may still be changed (see `rules.edit_refusal`).

    The sitting's row is held first, which a start under way holds off: the first attempt and the
    last change of rules cannot pass each other. Raises NotFound, Invalid,
    Conflict("sitting_rules_locked" | "sitting_window_locked" | "closed").
    """
    plan = _checked(plan)
    old = hold(session, actor, raw_public_id, now)
    refusal = edit_refusal(
        old.state, has_attempts=has_attempts(session, old.assessment_id), old=old.plan, new=plan
    )
    if refusal:
        raise Conflict(refusal)
    assessment_id = old.assessment_id
    if plan != replace(old.plan, description=plan.description):
        # Assessments are immutable: nobody has started this one, so another takes its place.
        assessment_id = _make_assessment(session, actor, plan, now)
    session.execute(
        update(Sitting)
        .where(Sitting.id == old.id)
        .values(
            title=plan.title,
            description=plan.description,
            assessment_id=assessment_id,
            cut_score_milli=plan.rules.cut_score_milli,
        )
    )
    _log(session, actor, "sitting.edited", old.public_id, now, plan)


def open_sitting(session: Session, actor: Actor, raw_public_id: str, *, now: datetime) -> None:
    """Open a draft to its candidates.

    Raises NotFound, Conflict("sitting_not_draft" | "window_over").
    """
    sitting = hold(session, actor, raw_public_id, now)
    if sitting.state is not State.DRAFT:
        raise Conflict("sitting_not_draft")
    if sitting.closes_at <= now:
        raise Conflict("window_over")
    session.execute(
        update(Sitting)
        .where(Sitting.id == sitting.id)
        .values(state=State.OPEN.value, opened_at=now)
    )
    audit.log(session, "sitting.opened", sitting.public_id, actor_id=actor.user_id, now=now)
    events.record(session, OPENED, SittingChanged(sitting.public_id).payload(), now)


def close_sitting(
    session: Session, sitting: SittingView, *, actor: Actor | None, now: datetime
) -> None:
    """Close an open sitting; `actor` None is the worker. Results stay as they were recorded.

    Closed by hand within its window, the window ends now, so that what is released "at close" is.
    Raises NotFound out of the actor's reach; Conflict("sitting_not_running") unless open,
    Conflict("attempts_open") while anybody answers or an attempt that ran out awaits the sweep.
    """
    if actor is not None:
        get_managed(session, actor, sitting.public_id, now)
    scores_from = AttemptRules.from_json(sitting.rules_json).disclosure.since(Part.SCORE)
    is_waiting = scores_from is not None and scores_from > now
    closed = session.scalar(
        update(Sitting)
        .where(Sitting.id == sitting.id, Sitting.state == State.OPEN.value)
        .values(
            state=State.CLOSED.value,
            closed_at=now,
            results_due_at=scores_from if is_waiting else None,
        )
        .returning(Sitting.assessment_id)
        .execution_options(synchronize_session=False)
    )
    if closed is None:
        raise Conflict("sitting_not_running")
    if has_open_attempts(session, closed):
        raise Conflict("attempts_open")
    if sitting.opens_at < now < sitting.closes_at:
        session.execute(update(Assessment).where(Assessment.id == closed).values(closes_at=now))
    audit.log(
        session,
        "sitting.closed",
        sitting.public_id,
        actor_id=actor.user_id if actor else None,
        now=now,
        details={"planned_end": sitting.closes_at.isoformat()},
    )
    events.record(session, CLOSED, SittingChanged(sitting.public_id).payload(), now)


def release_due_results(session: Session, now: datetime, limit: int) -> int:
    """Tell of closed sittings whose scores' instant has come, each once; return how many."""
    due = (
        select(Sitting.id)
        .where(Sitting.results_due_at <= now)
        .order_by(Sitting.results_due_at, Sitting.id)
        .limit(limit)
    )
    released = session.scalars(
        update(Sitting)
        .where(Sitting.id.in_(due), Sitting.results_due_at <= now)
        .values(results_due_at=None)
        .returning(Sitting.public_id)
        .execution_options(synchronize_session=False)
    ).all()
    for public_id in released:
        events.record(session, RELEASED, SittingChanged(public_id).payload(), now)
    return len(released)


def hold(session: Session, actor: Actor, raw_public_id: str, now: datetime) -> SittingView:
    """Lock a managed sitting's row, then read it as it is under the lock. Raises NotFound."""
    found = get_managed(session, actor, raw_public_id, now)
    held = session.scalar(select(Sitting.id).where(Sitting.id == found.id).with_for_update())
    if held is None:
        raise NotFound("sitting")
    return get_managed(session, actor, raw_public_id, now)


def _checked(plan: SittingPlan) -> SittingPlan:
    problems = problems_of(plan)
    if problems:
        raise Invalid(problems)
    return replace(plan, title=plan.title.strip(), rules=normalised(plan.rules))


def _make_assessment(session: Session, actor: Actor, plan: SittingPlan, now: datetime) -> int:
    assessment = create_assessment(
        session,
        title=plan.title,
        blueprint=blueprint_of(plan.rules),
        rules=attempt_rules_of(plan.rules),
        opens_at=plan.opens_at,
        closes_at=plan.closes_at,
        created_by=actor.user_id,
        now=now,
    )
    return assessment.id


def _log(
    session: Session, actor: Actor, act: str, subject: str, now: datetime, plan: SittingPlan
) -> None:
    rules: dict[str, Any] = {name: str(value) for name, value in asdict(plan.rules).items()}
    rules["sections"] = [_section_text(section) for section in plan.rules.sections]
    details = {
        "title": plan.title,
        "opens_at": plan.opens_at.isoformat(),
        "closes_at": plan.closes_at.isoformat(),
        "rules": rules,
    }
    audit.log(session, act, subject, actor_id=actor.user_id, now=now, details=details)


def _section_text(section: SectionPlan) -> str:
    if section.items:
        return f"{section.kind} {section.count} x {section.points} [{', '.join(section.items)}]"
    cells = "; ".join(
        "/".join(str(part) for part in (cell.area, cell.level, cell.band, cell.count) if part)
        for cell in section.cells
    )
    text = f"{section.kind} {section.count} x {section.points}"
    return f"{text} ({cells})" if cells else text
