"""Reminding: one digest a day and person, never twice of the same, by notice and by mail.

A slice of people is read first; only who is to be told something costs a transaction. In it the
digest's row decides: where it is there already, another worker was first and nothing is told.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from learning.accounts.models import PersonalNotice
from learning.compliance.models import Reminder, ReminderDigest, ReminderSettings
from learning.compliance.queries import reminders as queries
from learning.compliance.queries.reminders import Addressee, Keeper, SettingsView
from learning.compliance.rules.reminders import (
    DigestText,
    Ending,
    TeamFigures,
    digest_of,
    is_awake,
    local_date,
    team_digest,
    threshold_of,
)
from learning.kernel import audit, mail
from learning.kernel.bulk import insert_many
from learning.kernel.db import WAKES
from learning.kernel.errors import NotFound
from learning.kernel.ids import new_public_id
from learning.kernel.permissions import Actor, Permission, Role
from learning.organisations.models import Unit
from learning.organisations.queries import get_unit_in_reach, organisation_of_unit

SLICE = 500
MONDAY = 0
ROBOT = "robot"  # the channel of the outbox


@dataclass(frozen=True, slots=True)
class Telling:
    """What one person is to be told: the endings with their thresholds, in words, and where."""

    addressee: Addressee
    day: date
    endings: tuple[tuple[Ending, int], ...]
    text: DigestText
    address: str


def find_tellings(
    session: Session,
    settings: Mapping[int, SettingsView],
    now: datetime,
    default_zone: str,
    *,
    after: int,
) -> tuple[list[Telling], int]:
    """Return what is to be told to the next people, and the last one looked at (0: no more).

    Who sleeps, got today's digest, or was told of the same end already, is left out.
    """
    people = queries.list_addressees(session, now, default_zone, after=after, limit=SLICE)
    last = people[-1].user_id if len(people) == SLICE else 0
    known = dict(settings)
    awake = [
        one
        for one in people
        if is_awake(now, queries.preferences_of(known, one.organisation_id), one.zone)
    ]
    if not awake:
        return [], last
    ids = [one.user_id for one in awake]
    endings = queries.list_endings(session, ids, now)
    if not endings:
        return [], last
    asked = list(endings)
    told = queries.list_told(session, asked)
    digested = queries.list_digested(session, asked, "own", now.date() - timedelta(days=2))
    news: dict[int, tuple[Addressee, tuple[tuple[Ending, int], ...]]] = {}
    for one in awake:
        days = queries.preferences_of(known, one.organisation_id).days
        fresh = _fresh(one, endings.get(one.user_id, ()), told, days, now)
        if fresh and digested.get(one.user_id) != local_date(now, one.zone):
            news[one.user_id] = (one, fresh)
    mailed = [
        user_id
        for user_id, (one, _fresh_ones) in news.items()
        if queries.preferences_of(known, one.organisation_id).by_mail
    ]
    addresses = queries.list_addresses(session, mailed) if mailed else {}
    return [
        Telling(
            one,
            local_date(now, one.zone),
            fresh,
            digest_of([ending for ending, _threshold in fresh], now, one.zone),
            addresses.get(user_id, ""),
        )
        for user_id, (one, fresh) in news.items()
    ], last


def _fresh(
    one: Addressee,
    endings: Sequence[Ending],
    told: Mapping[tuple[int, str, int, int], datetime],
    days: Sequence[int],
    now: datetime,
) -> tuple[tuple[Ending, int], ...]:
    found = []
    for ending in endings:
        threshold = threshold_of(ending.ends_at, now, days, one.zone)
        if threshold is None:
            continue
        before = told.get((one.user_id, ending.kind, ending.subject_id, threshold))
        if before is None or before < ending.ends_at:
            found.append((ending, threshold))
    return tuple(found)


def tell(session: Session, tellings: Sequence[Telling], now: datetime) -> int:
    """Tell people, each once a day; return how many. Digest, notice, mail: one transaction."""
    kept = _claim(session, [(one.addressee.user_id, one.day) for one in tellings], "own", now)
    mine = [one for one in tellings if one.addressee.user_id in kept]
    if not mine:
        return 0
    _note(session, mine, now)
    insert_many(session, PersonalNotice, [_notice(one, now) for one in mine])
    letters = [_letter(one, now) for one in mine if one.address]
    insert_many(session, mail.OutboxMessage, letters)
    session.info[WAKES] = True
    return len(mine)


def _claim(
    session: Session, given: Sequence[tuple[int, date]], kind: str, now: datetime
) -> set[int]:
    """Return whose digest of the day this transaction is the first to make."""
    if not given:
        return set()
    dialect = _dialect(session)
    rows = session.scalars(
        dialect.insert(ReminderDigest)
        .on_conflict_do_nothing(index_elements=["user_id", "kind", "day"])
        .returning(ReminderDigest.user_id),
        [{"user_id": user_id, "kind": kind, "day": day, "told_at": now} for user_id, day in given],
    )
    return set(rows)


def _note(session: Session, tellings: Sequence[Telling], now: datetime) -> None:
    """Note what was told; a later end of the same thing takes the place of the earlier one."""
    statement = _dialect(session).insert(Reminder)
    statement = statement.on_conflict_do_update(
        index_elements=["user_id", "subject_kind", "subject_id", "threshold"],
        set_={"ends_at": statement.excluded.ends_at, "told_at": statement.excluded.told_at},
    )
    session.execute(
        statement,
        [
            {
                "user_id": one.addressee.user_id,
                "subject_kind": ending.kind,
                "subject_id": ending.subject_id,
                "threshold": threshold,
                "ends_at": ending.ends_at,
                "told_at": now,
            }
            for one in tellings
            for ending, threshold in one.endings
        ],
    )


def _dialect(session: Session) -> Any:
    return sqlite if session.get_bind().dialect.name == "sqlite" else postgresql


def _notice(one: Telling, now: datetime) -> dict[str, Any]:
    return _notice_row(one.addressee.user_id, f"digest-own-{one.day}", one.text, "home.index", now)


def _notice_row(
    user_id: int, source: str, text: DigestText, endpoint: str, now: datetime
) -> dict[str, Any]:
    return {
        "public_id": new_public_id(),
        "user_id": user_id,
        "source": source,
        "title": text.title,
        "title_en": text.title_en,
        "text": text.text,
        "text_en": text.text_en,
        "endpoint": endpoint,
        "args": "{}",
        "made_at": now,
        "read_at": None,
    }


def _letter(one: Telling, now: datetime) -> dict[str, Any]:
    return _letter_row(one.address, one.text, one.addressee.locale, now)


def _letter_row(address: str, text: DigestText, locale: str, now: datetime) -> dict[str, Any]:
    is_english = locale == "en"
    return {
        "public_id": new_public_id(),
        "channel": "mail",
        "recipient": address,
        "subject": text.title_en if is_english else text.title,
        "body": (text.text_en if is_english else text.text) + "\n",
        "created_at": now,
        "next_try_at": now,
        "tries": 0,
        "sent_at": None,
        "last_error": "",
    }


@dataclass(frozen=True, slots=True)
class KeeperTelling:
    """What who looks after units is to be told of their people, by the rules of the first unit."""

    keeper: Keeper
    day: date
    figures: tuple[tuple[str, TeamFigures], ...]
    by_mail: bool


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
    found = []
    for user_id, units in mine.items():
        wanted = queries.preferences_of(dict(settings), units[0].organisation_id)
        today = local_date(now, units[0].zone)
        is_told = digested.get(user_id) == today
        if is_told or not is_awake(now, wanted, units[0].zone):
            continue
        due = [
            one
            for one in units
            if today.weekday() == MONDAY
            or queries.has_escalated(session, one.unit_id, now - timedelta(days=1), now)
        ]
        counted = [(one.unit_name, queries.count_team(session, one.unit_id, now)) for one in due]
        figures = tuple((name, figures) for name, figures in counted if figures)
        if figures:
            found.append(KeeperTelling(units[0], today, figures, wanted.by_mail))
    return found


def tell_keepers(session: Session, tellings: Sequence[KeeperTelling], now: datetime) -> int:
    """Tell who looks after units, each once a day; return how many."""
    kept = _claim(session, [(one.keeper.user_id, one.day) for one in tellings], "team", now)
    mine = [one for one in tellings if one.keeper.user_id in kept]
    for one in mine:
        _tell_keeper(session, one, now)
    return len(mine)


def _tell_keeper(session: Session, one: KeeperTelling, now: datetime) -> None:
    keeper, text = one.keeper, team_digest(one.figures)
    page = "compliance.team" if keeper.role == Role.MANAGER.value else "compliance.assignments"
    row = _notice_row(keeper.user_id, f"digest-team-{one.day}", text, page, now)
    insert_many(session, PersonalNotice, [row])
    addresses = queries.list_addresses(session, [keeper.user_id]) if one.by_mail else {}
    if keeper.user_id in addresses:
        letter = _letter_row(addresses[keeper.user_id], text, keeper.locale, now)
        insert_many(session, mail.OutboxMessage, [letter])
        session.info[WAKES] = True


@dataclass(frozen=True, slots=True)
class RobotTelling:
    """What the robot of an organisation's settings is to say."""

    settings: SettingsView
    day: date
    text: DigestText


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
            found.append(RobotTelling(view, today, text))
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
            mail.enqueue(session, ROBOT, public_id, text.title, text.text, now=now)
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


@dataclass(frozen=True, slots=True)
class SettingsPlan:
    """What HR wrote of reminders; `robot_secret` None leaves the one that is there."""

    days: tuple[int, ...]
    by_mail: bool
    from_hour: int
    to_hour: int
    robot_kind: str
    robot_url: str
    robot_secret: str | None
    robot_detail: str


def change_settings(
    session: Session, actor: Actor, raw_unit: str, plan: SettingsPlan, *, now: datetime
) -> None:
    """Set how an organisation's people are reminded. Raises NotFound; a department has none."""
    unit = get_unit_in_reach(session, actor, Permission.ASSIGNMENT_MANAGE, raw_unit, now)
    if organisation_of_unit(session, unit.id, now).id != unit.id:
        raise NotFound("unit")
    row = session.scalars(
        select(ReminderSettings)
        .where(ReminderSettings.organisation_id == unit.id)
        .with_for_update()
    ).one_or_none()
    if row is None:
        row = ReminderSettings(
            public_id=new_public_id(), organisation_id=unit.id, robot_secret="", robot_sent_on=None
        )
        session.add(row)
    row.days = ",".join(str(day) for day in plan.days)
    row.by_mail, row.from_hour, row.to_hour = plan.by_mail, plan.from_hour, plan.to_hour
    row.robot_kind, row.robot_url = plan.robot_kind, plan.robot_url
    row.robot_detail = plan.robot_detail
    if plan.robot_secret is not None:
        row.robot_secret = plan.robot_secret
    row.changed_by, row.changed_at = actor.user_id, now
    session.flush()  # two first rows at once: the unique key says so here
    audit.log(
        session,
        "reminders.changed",
        unit.public_id,
        actor_id=actor.user_id,
        now=now,
        details={"days": row.days, "mail": plan.by_mail, "robot": plan.robot_kind},
    )
