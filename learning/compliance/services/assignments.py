"""What HR does with training tasks: look whom one would reach, assign, pause, resume, cancel."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from learning.certification.models import Scheme
from learning.compliance.models import Assignment, AssignmentPause
from learning.compliance.queries.assignments import get_assignment, get_person
from learning.compliance.queries.audiences import list_events, select_newcomers
from learning.compliance.queries.fulfilment import Asked, list_fulfilled
from learning.compliance.queries.goals import admits, askable
from learning.compliance.rules.assignments import Aim, AssignmentPlan, Audience, Goal, problems_of
from learning.compliance.services.assignment_keeping import add_tasks, new_tasks
from learning.courses.models import Course
from learning.exams.models import Sitting
from learning.kernel import audit
from learning.kernel.errors import Conflict, Invalid, NotFound, Problem
from learning.kernel.ids import new_public_id
from learning.kernel.permissions import Actor, Permission
from learning.organisations.models import Membership, Post
from learning.organisations.queries import (
    UnitView,
    get_unit_in_reach,
    list_path,
    organisation_of_unit,
    subtree,
    units_in_reach,
    valid_at,
)
from learning.organisations.queries.units import storable
from learning.organisations.rules.names import staff_key
from learning.study.queries.tracks import get_track

MANAGE = Permission.ASSIGNMENT_MANAGE
MAX_PEOPLE = 5000  # on a list
SLICE = 2000


@dataclass(frozen=True, slots=True)
class Preview:
    """Whom an assignment would reach now: so many people, of whom so many have done it already.

    `undated`: to whom no date applies, since they hold no certificate that ends; not counted above.
    """

    people: int
    done: int
    undated: int


@dataclass(frozen=True, slots=True)
class _Resolved:
    unit: UnitView
    aim: Aim
    listed: tuple[int, ...]


def preview(session: Session, actor: Actor, plan: AssignmentPlan, *, now: datetime) -> Preview:
    """Tell whom a plan would reach; nothing is written. Errors as of `assign`."""
    resolved = _resolve(session, actor, plan, now)
    reached = done = undated = 0
    for part in _slices(session, resolved, now):
        events = list_events(session, resolved.aim, part, now)
        dated = [one for one in part if resolved.aim.due(events.get(one), now) is not None]
        since = resolved.aim.counts_from or now
        asked = [Asked(one, since, events.get(one)) for one in dated]
        reached += len(dated)
        undated += len(part) - len(dated)
        done += len(list_fulfilled(session, resolved.aim, asked, now))
    return Preview(reached, done, undated)


def _slices(session: Session, resolved: _Resolved, now: datetime) -> list[list[int]]:
    ids = list(resolved.listed)
    if resolved.aim.audience is not Audience.PEOPLE:
        query = select_newcomers(resolved.aim, now).distinct()
        ids = sorted(session.scalars(query))
    return [ids[start : start + SLICE] for start in range(0, len(ids), SLICE)]


def assign(session: Session, actor: Actor, plan: AssignmentPlan, *, now: datetime) -> str:
    """Make an assignment; return its public id. The worker enters its people, but for a list's.

    Raises NotFound for a unit out of reach or a goal, post or track that is not there for it,
    Invalid with the problems of the plan, or with the line of a staff number that is nobody's.
    """
    resolved = _resolve(session, actor, plan, now)
    aim, public_id = resolved.aim, new_public_id()
    made = Assignment(
        public_id=public_id,
        unit_id=aim.unit_id,
        title=plan.title,
        note=plan.note,
        goal=aim.goal.value,
        goal_ref=aim.goal_ref,
        hours_milli=aim.hours_milli,
        counts_from=aim.counts_from,
        audience=aim.audience.value,
        audience_ref=aim.audience_ref,
        post_id=aim.post_id,
        takes_later=plan.takes_later or aim.audience is Audience.JOINED,
        due_kind=aim.due_kind.value,
        due_at=aim.due_at,
        due_days=aim.due_days,
        repeat_months=plan.repeat_months,
        escalate_days=plan.escalate_days,
        zone=aim.zone,
        created_by=actor.user_id,
        created_at=now,
    )
    session.add(made)
    session.flush()  # its id is in the tasks
    for start in range(0, len(resolved.listed), SLICE):
        part = resolved.listed[start : start + SLICE]
        add_tasks(session, new_tasks(session, made, part, now))
    _log(session, "assignment.made", public_id, actor, now, goal=aim.goal.value, ref=aim.goal_ref)
    return public_id


def pause(
    session: Session,
    actor: Actor,
    raw_public_id: str,
    *,
    reason: str,
    now: datetime,
    raw_person: str = "",
) -> None:
    """Let an assignment rest from now on, for all or for one of its people.

    Raises NotFound, Conflict("cancelled" | "paused").
    """
    view = get_assignment(session, actor, raw_public_id, now)
    _refuse_cancelled(view.cancelled_at)
    user_id = get_person(session, view.id, raw_person) if raw_person else None
    if _open_pause(session, view.id, user_id) is not None:
        raise Conflict("paused")
    session.add(
        AssignmentPause(
            assignment_id=view.id,
            user_id=user_id,
            begins_at=now,
            reason=reason,
            paused_by=actor.user_id,
        )
    )
    _touch(session, view.id)
    _log(session, "assignment.paused", view.public_id, actor, now, person=raw_person, reason=reason)


def resume(
    session: Session, actor: Actor, raw_public_id: str, *, now: datetime, raw_person: str = ""
) -> None:
    """Let it go on; the dates move by as long as it rested. NotFound, Conflict("running")."""
    view = get_assignment(session, actor, raw_public_id, now)
    _refuse_cancelled(view.cancelled_at)
    user_id = get_person(session, view.id, raw_person) if raw_person else None
    found = _open_pause(session, view.id, user_id)
    if found is None:
        raise Conflict("running")
    found.ends_at, found.resumed_by = now, actor.user_id
    _touch(session, view.id)
    _log(session, "assignment.resumed", view.public_id, actor, now, person=raw_person)


def cancel(
    session: Session, actor: Actor, raw_public_id: str, *, reason: str, now: datetime
) -> None:
    """Ask it of nobody any more; what was done stays readable. Raises NotFound, Conflict."""
    view = get_assignment(session, actor, raw_public_id, now)
    _refuse_cancelled(view.cancelled_at)
    session.execute(
        update(Assignment)
        .where(Assignment.id == view.id, Assignment.cancelled_at.is_(None))
        .values(cancelled_at=now, cancelled_by=actor.user_id, cancel_reason=reason)
    )
    _log(session, "assignment.cancelled", view.public_id, actor, now, reason=reason)


def cancel_many(
    session: Session,
    actor: Actor,
    assignments: Sequence[tuple[int, str]],
    *,
    reason: str,
    now: datetime,
) -> None:
    """Cancel assignments, by row and public ids, that the caller has judged; those over stay."""
    wanted = [row_id for row_id, _public_id in assignments]
    done = set(
        session.scalars(
            update(Assignment)
            .where(Assignment.id.in_(wanted), Assignment.cancelled_at.is_(None))
            .values(cancelled_at=now, cancelled_by=actor.user_id, cancel_reason=reason)
            .returning(Assignment.id)
            .execution_options(synchronize_session=False)
        )
    )
    for row_id, public_id in assignments:
        if row_id in done:
            _log(session, "assignment.cancelled", public_id, actor, now, reason=reason)


def _refuse_cancelled(cancelled_at: datetime | None) -> None:
    if cancelled_at is not None:
        raise Conflict("cancelled")


def _open_pause(
    session: Session, assignment_id: int, user_id: int | None
) -> AssignmentPause | None:
    """Return the pause that lasts; the assignment's row is held, so that two do not begin one."""
    session.execute(select(Assignment.id).where(Assignment.id == assignment_id).with_for_update())
    return session.scalars(
        select(AssignmentPause).where(
            AssignmentPause.assignment_id == assignment_id,
            AssignmentPause.ends_at.is_(None),
            AssignmentPause.user_id.is_(None)
            if user_id is None
            else AssignmentPause.user_id == user_id,
        )
    ).first()


def _touch(session: Session, assignment_id: int) -> None:
    """Have the worker look at it first; None would make it enter people anew."""
    first = select(func.min(Assignment.created_at)).scalar_subquery()
    session.execute(
        update(Assignment)
        .where(Assignment.id == assignment_id, Assignment.kept_at.is_not(None))
        .values(kept_at=first)
    )


def _resolve(session: Session, actor: Actor, plan: AssignmentPlan, now: datetime) -> _Resolved:
    unit = get_unit_in_reach(session, actor, MANAGE, plan.raw_unit, now)
    problems = problems_of(plan, now)
    if problems:
        raise Invalid(problems)
    organisation = organisation_of_unit(session, unit.id, now)
    aim = Aim(
        unit_id=unit.id,
        goal=plan.goal,
        goal_ref=_goal(session, actor, plan, unit, now),
        audience=plan.audience,
        due_kind=plan.due_kind,
        zone=organisation.timezone,
        since=now,
        hours_milli=plan.hours_milli if plan.goal is Goal.HOURS else None,
        counts_from=plan.counts_from if plan.goal is Goal.HOURS else None,
        audience_ref=_cohort(session, plan),
        post_id=_post(session, plan, organisation.id),
        due_at=plan.due_at,
        due_days=plan.due_days,
    )
    return _Resolved(unit, aim, _listed(session, plan, unit, now))


def _goal(
    session: Session, actor: Actor, plan: AssignmentPlan, unit: UnitView, now: datetime
) -> str:
    """Return the goal's lasting reference; NotFound where there is no such thing for the unit."""
    raw = storable(plan.raw_goal)
    if plan.goal is Goal.HOURS:
        return ""
    if plan.goal is Goal.TRACK:
        return get_track(session, plan.raw_goal).code
    if plan.goal is Goal.COURSE:
        code = plan.raw_goal if plan.raw_goal.isprintable() else ""
        query = select(Course.code).where(Course.code == code, Course.retired_at.is_(None))
    elif plan.goal is Goal.SITTING:
        near = [one.id for one in list_path(session, unit.id, now)]
        query = select(Sitting.public_id).where(
            Sitting.public_id == raw,
            Sitting.state == "open",
            or_(
                Sitting.organiser_id.in_(near),
                Sitting.organiser_id.in_(subtree([unit.id], now)),
                admits(subtree([unit.id], now), now),
            ),
        )
    else:
        reach = units_in_reach(session, actor, MANAGE, now)
        query = select(Scheme.public_id).where(Scheme.public_id == raw, askable(reach, now))
    found = session.scalar(query)
    if found is None:
        raise NotFound("goal")
    return found


def _post(session: Session, plan: AssignmentPlan, organisation_id: int) -> int | None:
    if plan.audience is not Audience.POST:
        return None
    found = session.scalar(
        select(Post.id).where(
            Post.public_id == storable(plan.raw_post),
            Post.organisation_id == organisation_id,
            Post.retired_at.is_(None),
        )
    )
    if found is None:
        raise NotFound("post")
    return found


def _cohort(session: Session, plan: AssignmentPlan) -> str:
    return get_track(session, plan.raw_track).code if plan.audience is Audience.COHORT else ""


def _listed(
    session: Session, plan: AssignmentPlan, unit: UnitView, now: datetime
) -> tuple[int, ...]:
    """Return the people of a list of staff numbers; Invalid names each line that is nobody's."""
    if plan.audience is not Audience.PEOPLE:
        return ()
    if len(plan.people) > MAX_PEOPLE:
        raise Invalid([Problem("", None, "people", "too_many_people", str(MAX_PEOPLE))])
    keys = {staff_key(number) for _line, number in plan.people}
    found = _by_staff_no(session, sorted(keys), unit, now)
    problems = [
        Problem("", line, "people", "nobody", number)
        for line, number in plan.people
        if len(found.get(staff_key(number), ())) != 1
    ]
    if problems:
        raise Invalid(problems)
    return tuple(sorted({user_id for ids in found.values() for user_id in ids}))


def _by_staff_no(
    session: Session, keys: Sequence[str], unit: UnitView, now: datetime
) -> dict[str, set[int]]:
    found: dict[str, set[int]] = {}
    units = select(subtree([unit.id], now).subquery().c.id)
    for start in range(0, len(keys), SLICE):
        rows = session.execute(
            select(Membership.staff_no_key, Membership.user_id).where(
                Membership.unit_id.in_(units),
                Membership.staff_no_key.in_(keys[start : start + SLICE]),
                valid_at(Membership, now),
            )
        )
        for key, user_id in rows:
            found.setdefault(key, set()).add(user_id)
    return found


def _log(
    session: Session, act: str, public_id: str, actor: Actor, now: datetime, **details: str
) -> None:
    given = {name: value for name, value in details.items() if value}
    audit.log(session, act, public_id, actor_id=actor.user_id, now=now, details=given)
