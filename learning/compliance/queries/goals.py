"""What a training task can ask for, to choose from and by its title."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select
from sqlalchemy.orm import Session

from learning.certification.models import Scheme
from learning.compliance.rules.assignments import Goal
from learning.courses.models import Course, CourseVersion
from learning.exams.models import Admission, Sitting
from learning.kernel.permissions import Actor, Permission
from learning.organisations.models import Membership, UnitParent
from learning.organisations.queries import units_in_reach, valid_at
from learning.study.queries.tracks import list_tracks

CHOICES = 500

Titles = dict[tuple[str, str], tuple[str, str]]
"""Title and English title by goal and reference; the English one is "" where there is none."""


def list_choices(
    session: Session, actor: Actor, now: datetime
) -> dict[Goal, list[tuple[str, str, str]]]:
    """Return reference, title and English title of what may be assigned, by kind of goal.

    At most 500 a kind; the English title is "" where there is none.
    """
    reach = units_in_reach(session, actor, Permission.ASSIGNMENT_MANAGE, now)
    courses = session.execute(
        select(Course.code, CourseVersion.title)
        .join(CourseVersion, CourseVersion.id == Course.current_version_id)
        .where(Course.retired_at.is_(None))
        .order_by(Course.code)
        .limit(CHOICES)
    )
    sittings = session.execute(
        select(Sitting.public_id, Sitting.title)
        .where(
            Sitting.state == "open",
            or_(
                Sitting.organiser_id.in_(reach),
                Sitting.organiser_id.in_(units_above(reach, now)),
                admits(reach, now),
            ),
        )
        .order_by(Sitting.id.desc())
        .limit(CHOICES)
    )
    schemes = session.execute(
        select(Scheme.public_id, Scheme.title, Scheme.title_en)
        .where(askable(reach, now))
        .order_by(Scheme.title, Scheme.id)
        .limit(CHOICES)
    )
    return {
        Goal.COURSE: [(code, title, "") for code, title in courses],
        Goal.TRACK: [(track.code, track.title, track.title_en) for track in list_tracks(session)],
        Goal.SITTING: [(public_id, title, "") for public_id, title in sittings],
        Goal.SCHEME: [(public_id, title, title_en) for public_id, title, title_en in schemes],
    }


def askable(units: Select[int], now: datetime) -> ColumnElement[bool]:
    """Return the condition that people of some units may be asked for a scheme.

    Schemes of any issuer; external ones only from the units' own lists or lists above them.
    """
    return or_(
        Scheme.kind == "own",
        Scheme.issuer_id.in_(units),
        Scheme.issuer_id.in_(units_above(units, now)),
    )


def admits(units: Select[int], now: datetime) -> ColumnElement[bool]:
    """Return the condition that a sitting, whoever organises it, admits somebody of some units."""
    return exists().where(
        Admission.sitting_id == Sitting.id,
        Admission.user_id == Membership.user_id,
        Membership.unit_id.in_(units),
        valid_at(Membership, now),
    )


def units_above(units: Select[int], now: datetime) -> Select[int]:
    """Return the query of the ids of all units above some."""
    above = (
        select(UnitParent.parent_id.label("id"))
        .where(UnitParent.unit_id.in_(units), valid_at(UnitParent, now))
        .cte(recursive=True)
    )
    above = above.union(
        select(UnitParent.parent_id).join(
            above, and_(UnitParent.unit_id == above.c.id, valid_at(UnitParent, now))
        )
    )
    return select(above.c.id)


def list_titles(session: Session, wanted: Iterable[tuple[str, str]]) -> Titles:
    """Return the titles of goals by (goal, reference); what is gone is left out."""
    refs: dict[str, set[str]] = {}
    for goal, ref in wanted:
        refs.setdefault(goal, set()).add(ref)
    found: Titles = {}
    if codes := refs.get(Goal.COURSE.value):
        rows = session.execute(
            select(Course.code, CourseVersion.title)
            .join(CourseVersion, CourseVersion.id == Course.current_version_id)
            .where(Course.code.in_(codes))
        )
        found |= {(Goal.COURSE.value, code): (title, "") for code, title in rows}
    if codes := refs.get(Goal.TRACK.value):
        found |= {
            (Goal.TRACK.value, one.code): (one.title, one.title_en)
            for one in list_tracks(session)
            if one.code in codes
        }
    if ids := refs.get(Goal.SITTING.value):
        sittings = session.execute(
            select(Sitting.public_id, Sitting.title).where(Sitting.public_id.in_(ids))
        )
        found |= {(Goal.SITTING.value, ref): (title, "") for ref, title in sittings}
    if ids := refs.get(Goal.SCHEME.value):
        schemes = session.execute(
            select(Scheme.public_id, Scheme.title, Scheme.title_en).where(Scheme.public_id.in_(ids))
        )
        found |= {(Goal.SCHEME.value, ref): (zh, en) for ref, zh, en in schemes}
    return found
