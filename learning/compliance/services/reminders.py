"""Reminding: one digest a day and person, never twice of the same, by notice and by mail.

Some thousand people are read first; only who is to be told something costs a transaction. In it the
digest's row decides: where it is there already, another worker was first and nothing is told.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from learning.accounts.models import PersonalNotice
from learning.compliance.models import Reminder, ReminderSettings
from learning.compliance.queries import reminders as queries
from learning.compliance.queries.reminders import Addressee, SettingsView, Told
from learning.compliance.rules.reminders import (
    DEFAULTS,
    DigestText,
    Ending,
    digest_of,
    hours_of,
    is_awake,
    is_news,
    local_date,
    threshold_of,
)
from learning.compliance.services.telling import claim, dialect_of, letter_row, notice_row
from learning.kernel import audit, mail
from learning.kernel.bulk import insert_many
from learning.kernel.db import WAKES
from learning.kernel.errors import NotFound
from learning.kernel.hours import Hours
from learning.kernel.ids import new_public_id
from learning.kernel.permissions import Actor, Permission
from learning.organisations.queries import get_unit_in_reach, organisation_of_unit

SLICE = 4000  # people read at once
TOLD_AT_ONCE = 500  # in one transaction: some 50 ms


@dataclass(frozen=True, slots=True)
class News:
    """An ending to be told, its threshold, and whether the person was told of another date."""

    ending: Ending
    threshold: int
    is_moved: bool


@dataclass(frozen=True, slots=True)
class Telling:
    """What one person is to be told, in words, and where."""

    addressee: Addressee
    day: date
    news: tuple[News, ...]
    text: DigestText
    address: str
    hours: Hours


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
    waiting = _waiting(session, known, people, now)
    endings = queries.list_endings(session, list(waiting), now) if waiting else {}
    if not endings:
        return [], last
    told = queries.list_told(session, list(endings))
    news = {
        user_id: found
        for user_id, its in endings.items()
        if (found := _news(waiting[user_id], its, told, known, now))
    }
    mailed = [
        user_id
        for user_id in news
        if queries.preferences_of(known, waiting[user_id].organisation_id).by_mail
    ]
    addresses = queries.list_addresses(session, mailed) if mailed else {}
    return [
        _telling(waiting[user_id], found, addresses.get(user_id, ""), known, now)
        for user_id, found in news.items()
    ], last


def _waiting(
    session: Session,
    settings: dict[int, SettingsView],
    people: Sequence[Addressee],
    now: datetime,
) -> dict[int, Addressee]:
    """Return who is awake and has had no digest today, by row id."""
    awake = {
        one.user_id: one
        for one in people
        if is_awake(now, queries.preferences_of(settings, one.organisation_id), one.zone)
    }
    if not awake:
        return {}
    digested = queries.list_digested(session, list(awake), "own", now.date() - timedelta(days=2))
    return {
        user_id: one
        for user_id, one in awake.items()
        if digested.get(user_id) != local_date(now, one.zone)
    }


def _news(
    one: Addressee,
    endings: Sequence[Ending],
    told: Mapping[tuple[int, str, int], Sequence[Told]],
    settings: dict[int, SettingsView],
    now: datetime,
) -> tuple[News, ...]:
    days = queries.preferences_of(settings, one.organisation_id).days
    found = []
    for ending in endings:
        threshold = threshold_of(ending.ends_at, now, days, one.zone)
        before = told.get((one.user_id, ending.kind, ending.subject_id), ())
        if threshold is not None and is_news(threshold, ending.ends_at, before):
            is_moved = any(its == threshold for its, _ends_at in before)
            found.append(News(ending, threshold, is_moved))
    return tuple(found)


def _telling(
    one: Addressee,
    news: tuple[News, ...],
    address: str,
    settings: dict[int, SettingsView],
    now: datetime,
) -> Telling:
    hours = hours_of(queries.preferences_of(settings, one.organisation_id), one.zone)
    text = digest_of([its.ending for its in news], now, one.zone)
    return Telling(one, local_date(now, one.zone), news, text, address, hours)


def tell(session: Session, tellings: Sequence[Telling], now: datetime) -> int:
    """Tell people, each once a day; return how many. Digest, notice, mail: one transaction."""
    kept = claim(session, [(one.addressee.user_id, one.day) for one in tellings], "own", now)
    mine = [one for one in tellings if one.addressee.user_id in kept]
    if not mine:
        return 0
    _note(session, mine, now)
    insert_many(session, PersonalNotice, [_notice(one, now) for one in mine])
    letters = [
        letter_row(one.address, one.text, one.addressee.locale, one.hours, now)
        for one in mine
        if one.address
    ]
    insert_many(session, mail.OutboxMessage, letters)
    session.info[WAKES] = True
    return len(mine)


def _note(session: Session, tellings: Sequence[Telling], now: datetime) -> None:
    """Note what was told; a later end of the same thing takes the place of the earlier one.

    What is new is plainly inserted: were another worker, for whom it is another day, to tell it at
    the same time, one of the two would fail and tell nothing.
    """
    fresh: list[dict[str, Any]] = []
    moved: list[dict[str, Any]] = []
    for one in tellings:
        for news in one.news:
            row = {
                "user_id": one.addressee.user_id,
                "subject_kind": news.ending.kind,
                "subject_id": news.ending.subject_id,
                "threshold": news.threshold,
                "ends_at": news.ending.ends_at,
                "told_at": now,
            }
            (moved if news.is_moved else fresh).append(row)
    insert_many(session, Reminder, fresh)
    if moved:
        statement = dialect_of(session).insert(Reminder.__table__)
        later = statement.excluded
        session.execute(
            statement.on_conflict_do_update(
                index_elements=["user_id", "subject_kind", "subject_id", "threshold"],
                set_={"ends_at": later.ends_at, "told_at": later.told_at},
            ),
            moved,
        )


def _notice(one: Telling, now: datetime) -> dict[str, Any]:
    return notice_row(one.addressee.user_id, f"digest-own-{one.day}", one.text, "home.index", now)


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
    wait_days: int = DEFAULTS.wait_days


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
    row.wait_days = plan.wait_days
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
        details={
            "days": row.days,
            "mail": plan.by_mail,
            "robot": plan.robot_kind,
            "wait_days": plan.wait_days,
        },
    )
