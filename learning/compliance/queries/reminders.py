"""Whom to remind of what: read for some hundred people at a time, and per unit for who manages."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, and_, case, exists, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from learning.accounts.models import LoginName, User
from learning.certification.models import Holding, Scheme
from learning.certification.queries.holdings import ran_to_term
from learning.certification.rules.holdings import FOREVER
from learning.compliance.models import (
    Assignment,
    AssignmentTask,
    Reminder,
    ReminderDigest,
    ReminderSettings,
)
from learning.compliance.queries.assignments import asked_by, in_state
from learning.compliance.rules.assignments import LAST_MOMENT, TaskState
from learning.compliance.rules.reminders import (
    DEFAULTS,
    Ending,
    Preferences,
    TeamFigures,
    parse_days,
)
from learning.kernel.bulk import among
from learning.kernel.permissions import Role
from learning.organisations.models import (
    Membership,
    PersonMerge,
    RoleAssignment,
    Unit,
    UnitName,
    UnitParent,
)
from learning.organisations.queries import subtree, valid_at

Since = TypeVar("Since", date, datetime)

FURTHEST = timedelta(days=366)
EXPIRED_SINCE = timedelta(days=30)  # who let a certificate run out longer ago is told no more
SOON = timedelta(days=30)
UNITS_TOLD = 30
Told = tuple[int, datetime]  # a threshold, and the end that was spoken of
IS_HERE = (User.disabled_at.is_(None), User.closed_at.is_(None))
TEAM_ROLES = (Role.HR_MANAGER.value, Role.MANAGER.value)


@dataclass(frozen=True, slots=True)
class Addressee:
    """A person to be told something; `address` is "" without mail; `zone` the organisation's."""

    user_id: int
    organisation_id: int | None
    zone: str
    locale: str


@dataclass(frozen=True, slots=True)
class SettingsView:
    """An organisation's settings of reminders; the secret never leaves the house."""

    organisation_id: int
    public_id: str
    preferences: Preferences
    robot_kind: str
    robot_url: str
    has_secret: bool
    robot_detail: str
    robot_sent_on: date | None


@dataclass(frozen=True, slots=True)
class Keeper:
    """Somebody who looks after a unit."""

    user_id: int
    unit_id: int
    unit_name: str
    zone: str
    organisation_id: int
    locale: str
    role: str


def list_settings(session: Session) -> dict[int, SettingsView]:
    """Return all settings by organisation."""
    return {row.organisation_id: _view(row) for row in session.scalars(select(ReminderSettings))}


def find_settings(session: Session, organisation_id: int) -> SettingsView | None:
    """Return an organisation's settings, None while it has none of its own."""
    row = session.scalars(
        select(ReminderSettings).where(ReminderSettings.organisation_id == organisation_id)
    ).one_or_none()
    return None if row is None else _view(row)


def _view(row: ReminderSettings) -> SettingsView:
    return SettingsView(
        row.organisation_id,
        row.public_id,
        Preferences(parse_days(row.days), row.by_mail, row.from_hour, row.to_hour, row.wait_days),
        row.robot_kind,
        row.robot_url,
        bool(row.robot_secret),
        row.robot_detail,
        row.robot_sent_on,
    )


def preferences_of(settings: dict[int, SettingsView], organisation_id: int | None) -> Preferences:
    """Return how the people of an organisation, or of none, are reminded."""
    found = settings.get(organisation_id) if organisation_id is not None else None
    return found.preferences if found else DEFAULTS


def list_addressees(
    session: Session, now: datetime, default_zone: str, *, after: int, limit: int
) -> list[Addressee]:
    """Return the next people who may be told something, with their organisation: one of several."""
    ids = list(
        session.scalars(
            select(User.id).where(User.id > after, *IS_HERE).order_by(User.id).limit(limit)
        )
    )
    if not ids:
        return []
    within = (ids[0], ids[-1])
    place = (
        select(Membership.user_id, func.min(Membership.organisation_id).label("organisation_id"))
        .where(Membership.user_id.between(*within), valid_at(Membership, now))
        .group_by(Membership.user_id)
        .subquery()
    )
    rows = session.execute(
        select(
            User.id,
            place.c.organisation_id,
            func.coalesce(Unit.timezone, default_zone),
            User.locale,
        )
        .outerjoin(place, place.c.user_id == User.id)
        .outerjoin(Unit, Unit.id == place.c.organisation_id)
        .where(User.id.between(*within), *IS_HERE)
        .order_by(User.id)
    )
    return [Addressee(*row) for row in rows]


def list_endings(
    session: Session, user_ids: Sequence[int], now: datetime
) -> dict[int, list[Ending]]:
    """Return by person what ends within a year: each scheme's last instant held, tasks asked."""
    found: dict[int, list[Ending]] = {}
    for user_id, *rest in [*_schemes(session, user_ids, now), *_tasks(session, user_ids, now)]:
        found.setdefault(user_id, []).append(Ending(*rest))
    return found


def _schemes(session: Session, user_ids: Sequence[int], now: datetime) -> list[tuple[Any, ...]]:
    last = func.max(Holding.held_until)
    held = (
        select(Holding.user_id, Holding.scheme_id, last.label("ends_at"))
        .where(among(Holding.user_id, user_ids), ran_to_term(now, since=now - EXPIRED_SINCE))
        .group_by(Holding.user_id, Holding.scheme_id)
        .having(and_(last < FOREVER, last > now - EXPIRED_SINCE, last <= now + FURTHEST))
        .subquery()
    )
    rows = session.execute(
        select(
            held.c.user_id, held.c.scheme_id, held.c.ends_at, Scheme.title, Scheme.title_en
        ).join(Scheme, Scheme.id == held.c.scheme_id)
    )
    return [  # held until before an instant, midnight mostly: the day before is the last one
        (user_id, "scheme", ref, until - LAST_MOMENT, zh, en)
        for user_id, ref, until, zh, en in rows
    ]


def _tasks(session: Session, user_ids: Sequence[int], now: datetime) -> list[tuple[Any, ...]]:
    task = AssignmentTask
    rows = session.execute(
        select(task.user_id, task.id, task.due_at, Assignment.title)
        .join(Assignment, Assignment.id == task.assignment_id)
        .where(
            among(task.user_id, user_ids),
            task.done_at.is_(None),
            task.left_at.is_(None),
            task.paused_since.is_(None),
            task.due_at <= now + FURTHEST,
            Assignment.cancelled_at.is_(None),
        )
    )
    return [(user_id, "task", ref, at, title, "") for user_id, ref, at, title in rows]


def list_told(session: Session, user_ids: Sequence[int]) -> dict[tuple[int, str, int], list[Told]]:
    """Return what people were told by person, kind and subject: thresholds with their ends.

    What stayed with another record of theirs when the two were merged was told to them as well.
    """
    own, row = _records(session, user_ids), Reminder
    rows = session.execute(
        select(row.user_id, row.subject_kind, row.subject_id, row.threshold, row.ends_at).where(
            among(row.user_id, own)
        )
    )
    found: dict[tuple[int, str, int], list[Told]] = {}
    for user_id, kind, ref, threshold, ends_at in rows:
        found.setdefault((own[user_id], kind, ref), []).append((threshold, ends_at))
    return found


def _records(session: Session, user_ids: Sequence[int]) -> dict[int, int]:
    """Return whose each record is: people's own, and those that were merged into them."""
    own = {user_id: user_id for user_id in user_ids}
    newest = list(own)
    while newest:
        merged = session.execute(
            select(PersonMerge.merged_id, PersonMerge.kept_id).where(
                among(PersonMerge.kept_id, newest), PersonMerge.undone_at.is_(None)
            )
        ).all()
        fresh = {row.merged_id: own[row.kept_id] for row in merged if row.merged_id not in own}
        own |= fresh
        newest = list(fresh)
    return own


def list_digested(
    session: Session, user_ids: Sequence[int], kind: str, since: date
) -> dict[int, date]:
    """Return the newest day of a digest by person, of those since a day."""
    return _newest(session, user_ids, kind, ReminderDigest.day, since)


def list_last_told(
    session: Session, user_ids: Sequence[int], kind: str, since: datetime
) -> dict[int, datetime]:
    """Return when each person last got a digest of a kind, of those since an instant."""
    return _newest(session, user_ids, kind, ReminderDigest.told_at, since)


def _newest(
    session: Session,
    user_ids: Sequence[int],
    kind: str,
    column: InstrumentedAttribute[Since],
    since: Since,
) -> dict[int, Since]:
    rows = session.execute(
        select(ReminderDigest.user_id, func.max(column))
        .where(
            among(ReminderDigest.user_id, user_ids), ReminderDigest.kind == kind, column >= since
        )
        .group_by(ReminderDigest.user_id)
    )
    return {row[0]: row[1] for row in rows}


def list_addresses(session: Session, user_ids: Sequence[int]) -> dict[int, str]:
    """Return people's mail addresses: the oldest of each."""
    rows = session.execute(
        select(LoginName.user_id, LoginName.name)
        .where(among(LoginName.user_id, user_ids), LoginName.kind == "email")
        .order_by(LoginName.id.desc())
    )
    return {row[0]: row[1] for row in rows}


def list_keepers(session: Session, now: datetime) -> list[Keeper]:
    """Return who looks after which unit: by a role over the unit, disabled people left out."""
    role = RoleAssignment
    rows = session.execute(
        select(role.user_id, role.scope_value, role.role, User.locale)
        .join(User, User.id == role.user_id)
        .where(
            role.role.in_(TEAM_ROLES),
            role.scope_kind == "unit",
            valid_at(role, now),
            *IS_HERE,
        )
        .order_by(role.id)
    ).all()
    wanted = {int(row.scope_value) for row in rows if row.scope_value.isdigit()}
    units = {
        unit_id: (name, zone)
        for unit_id, name, zone in session.execute(
            select(Unit.id, UnitName.name, Unit.timezone)
            .join(UnitName, and_(UnitName.unit_id == Unit.id, valid_at(UnitName, now)))
            .where(Unit.id.in_(wanted), Unit.closed_at.is_(None))
        )
    }
    members = session.execute(
        select(Membership.unit_id, func.min(Membership.organisation_id))
        .where(Membership.unit_id.in_(wanted), valid_at(Membership, now))
        .group_by(Membership.unit_id)
    )
    organisations = {row[0]: row[1] for row in members}
    return [
        Keeper(
            row.user_id,
            unit_id,
            *units[unit_id],
            organisation_id=organisations.get(unit_id, unit_id),
            locale=row.locale,
            role=row.role,
        )
        for row in rows
        if row.scope_value.isdigit() and (unit_id := int(row.scope_value)) in units
    ]


def count_team(session: Session, unit_id: int, now: datetime) -> TeamFigures:
    """Count what is to be looked after among the people of a unit's subtree."""
    people = select(Membership.user_id).where(
        Membership.unit_id.in_(subtree([unit_id], now)), valid_at(Membership, now)
    )
    last = func.max(Holding.held_until)
    held = (
        select(last.label("ends_at"))
        .where(Holding.user_id.in_(people), ran_to_term(now, since=now - EXPIRED_SINCE))
        .group_by(Holding.user_id, Holding.scheme_id)
        .having(and_(last > now - EXPIRED_SINCE, last <= now + SOON))
        .subquery()
    )
    expired = session.execute(
        select(_count(held.c.ends_at > now), _count(held.c.ends_at <= now)).select_from(held)
    ).one()
    task = AssignmentTask
    late = session.execute(
        select(func.count(), _count(task.escalated_at.is_not(None)))
        .select_from(task)
        .join(Assignment, Assignment.id == task.assignment_id)
        .where(
            task.user_id.in_(people),
            in_state(TaskState.OVERDUE, now),
            Assignment.cancelled_at.is_(None),
            asked_by(subtree([unit_id], now), now),
        )
    ).one()
    return TeamFigures(int(expired[0]), int(expired[1]), int(late[0]), int(late[1]))


def unit_name(session: Session, unit_id: int, now: datetime) -> str:
    """Return what a unit is called."""
    found = session.scalar(
        select(UnitName.name).where(UnitName.unit_id == unit_id, valid_at(UnitName, now))
    )
    return found or ""


def list_unit_figures(
    session: Session, organisation_id: int, now: datetime
) -> list[tuple[str, TeamFigures]]:
    """Return the units right below an organisation that have something overdue, by name."""
    rows = session.execute(
        select(UnitParent.unit_id, UnitName.name)
        .join(UnitName, and_(UnitName.unit_id == UnitParent.unit_id, valid_at(UnitName, now)))
        .where(UnitParent.parent_id == organisation_id, valid_at(UnitParent, now))
        .order_by(UnitName.name_key)
        .limit(UNITS_TOLD)
    ).all()
    counted = [(name, count_team(session, unit_id, now)) for unit_id, name in rows]
    return [(name, figures) for name, figures in counted if figures]


def _count(condition: ColumnElement[bool]) -> Any:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)


def has_escalated(session: Session, unit_id: int, since: datetime, now: datetime) -> bool:
    """Tell whether a task of the unit's people was escalated since an instant."""
    people = select(Membership.user_id).where(
        Membership.unit_id.in_(subtree([unit_id], now)), valid_at(Membership, now)
    )
    found = exists().where(
        AssignmentTask.escalated_at > since,
        in_state(TaskState.OVERDUE, now),
        AssignmentTask.user_id.in_(people),
        Assignment.id == AssignmentTask.assignment_id,
        Assignment.cancelled_at.is_(None),
        asked_by(subtree([unit_id], now), now),
    )
    return bool(session.scalar(select(found)))
