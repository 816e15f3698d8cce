"""Telling who looks after people, and groups' robots, how many certificates and tasks are late."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import or_, update
from sqlalchemy.orm import Session

from learning.accounts.models import PersonalNotice
from learning.compliance.models import ReminderSettings
from learning.compliance.queries import reminders as queries
from learning.compliance.queries.reminders import SOON, Keeper, SettingsView
from learning.compliance.rules.grid import Lacks
from learning.compliance.rules.reminders import (
    DigestText,
    TeamFigures,
    hours_of,
    is_awake,
    local_date,
    team_digest,
)
from learning.compliance.services.telling import claim, letter_row, notice_row
from learning.kernel import mail
from learning.kernel.bulk import insert_many
from learning.kernel.db import WAKES
from learning.kernel.hours import Hours
from learning.kernel.permissions import Role
from learning.organisations.models import Unit

MONDAY = 0
LOOKED_BACK = timedelta(days=7)  # for what escalated since the digest before
ROBOT = "robot"  # the channel of the outbox


@dataclass(frozen=True, slots=True)
class KeeperTelling:
    """What who looks after units is to be told of their people, by the rules of the first unit."""

    keeper: Keeper
    day: date
    figures: tuple[tuple[str, TeamFigures], ...]
    by_mail: bool
    hours: Hours


def find_keeper_tellings(
    session: Session, settings: Mapping[int, SettingsView], now: datetime
) -> list[KeeperTelling]:
    """Return what is to be told of how people stand: on Mondays, and when a task escalated.

    Counting whole trees takes long, and must not hold the database for writing.
    """
    mine: dict[int, list[Keeper]] = {}
    for one in queries.list_keepers(session, now):
        mine.setdefault(one.user_id, []).append(one)
    since = now.date() - timedelta(days=2)
    digested = queries.list_digested(session, list(mine), "team", since)
    last = queries.list_last_told(session, list(mine), "team", now - LOOKED_BACK)
    found = []
    for user_id, units in mine.items():
        told_at = last.get(user_id, now - LOOKED_BACK)
        wanted = queries.preferences_of(dict(settings), units[0].organisation_id)
        today = local_date(now, units[0].zone)
        is_told = digested.get(user_id) == today
        if is_told or not is_awake(now, wanted, units[0].zone):
            continue
        due = [
            one
            for one in units
            if today.weekday() == MONDAY
            or queries.has_escalated(session, one.unit_id, told_at, now)
        ]
        counted = [(one.unit_name, queries.count_team(session, one.unit_id, now)) for one in due]
        figures = tuple((name, figures) for name, figures in counted if figures)
        if figures:
            hours = hours_of(wanted, units[0].zone)
            found.append(KeeperTelling(units[0], today, figures, wanted.by_mail, hours))
    return found


def tell_keepers(session: Session, tellings: Sequence[KeeperTelling], now: datetime) -> int:
    """Tell who looks after units, each once a day; return how many."""
    kept = claim(session, [(one.keeper.user_id, one.day) for one in tellings], "team", now)
    mine = [one for one in tellings if one.keeper.user_id in kept]
    for one in mine:
        _tell_keeper(session, one, now)
    return len(mine)


def _tell_keeper(session: Session, one: KeeperTelling, now: datetime) -> None:
    keeper, text = one.keeper, team_digest(one.figures)
    page, args = _page_of(one)
    row = notice_row(keeper.user_id, f"digest-team-{one.day}", text, page, now, args=args)
    insert_many(session, PersonalNotice, [row])
    addresses = queries.list_addresses(session, [keeper.user_id]) if one.by_mail else {}
    if keeper.user_id in addresses:
        letter = letter_row(addresses[keeper.user_id], text, keeper.locale, one.hours, now)
        insert_many(session, mail.OutboxMessage, [letter])
        session.info[WAKES] = True


def _page_of(one: KeeperTelling) -> tuple[str, dict[str, str]]:
    """Return the page that shows who is meant: a manager's people, else late tasks, else the grid.

    Tasks come first: the grid of certificates knows none, while their page leads to who is late.
    """
    told = [figures for _name, figures in one.figures]
    if one.keeper.role == Role.MANAGER.value:
        return "compliance.team", {}
    if any(figures.overdue or figures.escalated for figures in told):
        return "compliance.assignments", {}
    is_ahead = any(figures.expiring for figures in told)
    ahead = {"lacks": Lacks.EXPIRING.value, "days": str(SOON.days)}
    return "compliance.grid", ahead if is_ahead else {"lacks": Lacks.EXPIRED.value}


@dataclass(frozen=True, slots=True)
class RobotTelling:
    """What the robot of an organisation's settings is to say."""

    settings: SettingsView
    day: date
    text: DigestText
    hours: Hours


def find_robot_tellings(session: Session, now: datetime) -> list[RobotTelling]:
    """Return what robots are to say of how things stand, once a working day; counted beforehand."""
    found = []
    for view in queries.list_settings(session).values():
        zone = session.get_one(Unit, view.organisation_id).timezone
        today = local_date(now, zone)
        is_due = view.robot_kind and view.robot_sent_on != today and today.weekday() < 5
        if not is_due or not is_awake(now, view.preferences, zone):
            continue
        text = _robot_text(session, view, now)
        if text is not None:
            hours = hours_of(view.preferences, zone)
            found.append(RobotTelling(view, today, text, hours))
    return found


def tell_robots(session: Session, tellings: Sequence[RobotTelling], now: datetime) -> int:
    """Let robots say it, each once a day; return how many."""
    told = 0
    for one in tellings:
        sent_on = ReminderSettings.robot_sent_on
        claimed = session.scalar(
            update(ReminderSettings)
            .where(
                ReminderSettings.organisation_id == one.settings.organisation_id,
                or_(sent_on.is_(None), sent_on != one.day),
            )
            .values(robot_sent_on=one.day)
            .returning(ReminderSettings.id)
            .execution_options(synchronize_session=False)
        )
        if claimed is not None:
            public_id, text = one.settings.public_id, one.text
            mail.enqueue(session, ROBOT, public_id, text.title, text.text, now=now, hours=one.hours)
            told += 1
    return told


def _robot_text(session: Session, view: SettingsView, now: datetime) -> DigestText | None:
    """Return what a robot says: counts of the organisation, of its units where that is allowed.

    Never a name of a person: a group has members whom it is no business of.
    """
    figures = queries.count_team(session, view.organisation_id, now)
    if not figures:
        return None
    told = [(queries.unit_name(session, view.organisation_id, now), figures)]
    if view.robot_detail == "units":
        told += queries.list_unit_figures(session, view.organisation_id, now)
    return team_digest(told)
