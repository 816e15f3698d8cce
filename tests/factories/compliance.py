"""An enterprise with people, and training tasks of theirs."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from learning.accounts.models import User
from learning.certification.models import Holding
from learning.compliance.models import Assignment, AssignmentTask
from learning.compliance.rules.assignments import AssignmentPlan, Audience, DueKind, Goal
from learning.compliance.services import assignment_keeping as keeping
from learning.compliance.services import assignments as services
from learning.kernel.ids import new_public_id
from learning.kernel.permissions import Actor, Role
from learning.organisations.models import Post, PostHolding, Unit
from tests.factories.people import (
    grant_role,
    make_actor,
    make_membership,
    make_unit,
    make_user,
    unit_grant,
)


@dataclass(frozen=True, slots=True)
class Works:
    """A firm with two teams, an HR manager, and a few people in each team."""

    firm: Unit
    teams: tuple[Unit, Unit]
    hr: Actor
    people: tuple[User, ...]  # the first two in the first team, the third in the second


def make_works(session: Session, now: datetime, name: str = "示例制造厂") -> Works:
    firm = make_unit(session, now, name=name)
    teams = tuple(
        make_unit(session, now, kind="department", name=team, parent=firm)
        for team in ("一班", "二班")
    )
    manager = make_user(session, now, "人力甲")
    grant_role(session, now, manager, Role.HR_MANAGER, firm)
    people = tuple(make_user(session, now, f"员工{n}") for n in "甲乙丙")
    for number, (person, team) in enumerate(
        zip(people, (teams[0], teams[0], teams[1]), strict=True), start=1
    ):
        make_membership(
            session, now, person, team, organisation=firm, staff_no=f"{firm.id}-{number}"
        )
    hr = make_actor(manager, unit_grant(Role.HR_MANAGER, firm))
    return Works(firm, (teams[0], teams[1]), hr, people)


def make_post(
    session: Session, now: datetime, works: Works, *holders: User, name: str = "焊工"
) -> Post:
    post = Post(
        public_id=new_public_id(),
        organisation_id=works.firm.id,
        name=name,
        name_key=name,
        created_at=now,
    )
    session.add(post)
    session.flush()
    for holder in holders:
        session.add(
            PostHolding(
                user_id=holder.id,
                post_id=post.id,
                unit_id=works.teams[0].id,
                valid_from=now - timedelta(days=100),
                recorded_at=now,
            )
        )
    session.flush()
    return post


def hold(
    session: Session, user_id: int, scheme_id: int, since: datetime, until: datetime
) -> Holding:
    """Let a person hold a scheme, as an external certificate."""
    holding = Holding(
        user_id=user_id,
        scheme_id=scheme_id,
        source_kind="external",
        source_id=user_id,
        held_from=since,
        held_until=until,
        known_from=since,
    )
    session.add(holding)
    session.flush()
    return holding


def make_plan(works: Works, now: datetime, **changes: Any) -> AssignmentPlan:
    """Ten study hours of everybody in 30 days."""
    return AssignmentPlan(
        **{
            "raw_unit": works.firm.public_id,
            "title": "年度质量培训",
            "goal": Goal.HOURS,
            "raw_goal": "",
            "audience": Audience.UNIT,
            "due_kind": DueKind.DATE,
            "hours_milli": 1_000,
            "due_at": now + timedelta(days=30),
            **changes,
        }
    )


def assign(session: Session, works: Works, plan: AssignmentPlan, now: datetime) -> Assignment:
    public_id = services.assign(session, works.hr, plan, now=now)
    return session.scalars(select(Assignment).where(Assignment.public_id == public_id)).one()


def tasks_of(session: Session, assignment: Assignment) -> dict[int, AssignmentTask]:
    """The newest round of each person."""
    rows = session.scalars(
        select(AssignmentTask)
        .where(AssignmentTask.assignment_id == assignment.id)
        .order_by(AssignmentTask.round)
    )
    return {row.user_id: row for row in rows}


def keep(session: Session, assignment: Assignment, now: datetime) -> None:
    """Do in one session what the worker does in many."""
    session.expire_all()
    session.refresh(assignment)
    newcomers = keeping.find_newcomers(session, assignment, now)
    for start in range(0, len(newcomers), keeping.SLICE):
        part = newcomers[start : start + keeping.SLICE]
        keeping.add_tasks(session, keeping.new_tasks(session, assignment, part, now))
    meant = keeping.find_meant(session, assignment, now)
    after = 1
    step = keeping.find_changes(session, assignment, now, after=0, meant=meant)
    while after:
        keeping.apply_changes(session, step.changes)
        after = step.last
        step = keeping.find_changes(session, assignment, now, after=after, meant=meant)
    rows, after = keeping.find_next_rounds(session, assignment, now, after=0)
    keeping.add_tasks(session, rows)
    while after:
        rows, after = keeping.find_next_rounds(session, assignment, now, after=after)
        keeping.add_tasks(session, rows)
    assignment.kept_at = now
    session.flush()
    session.expire_all()
