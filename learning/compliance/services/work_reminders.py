"""Telling who reviews, decides or confirms what waits: on Mondays, and when something is late."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from learning.accounts.models import PersonalNotice
from learning.compliance.queries import reminders as queries
from learning.compliance.queries.declared_work import (
    list_condition_queues,
    list_unchecked_queues,
)
from learning.compliance.queries.entry_work import list_entry_queues
from learning.compliance.queries.reminders import SettingsView
from learning.compliance.queries.work import Queue, list_queues
from learning.compliance.rules.reminders import DigestText, hours_of, is_awake, local_date
from learning.compliance.rules.work import Work, is_due_to_tell, work_digest
from learning.compliance.services.telling import claim, letter_row, notice_row
from learning.kernel import mail
from learning.kernel.bulk import insert_many
from learning.kernel.db import WAKES
from learning.kernel.hours import Hours

KIND = "work"
LOOKED_BACK = timedelta(days=7)  # for what became late since the digest before
PAGES = {
    "project": "assessing.index",
    "decision": "deciding.index",
    "appeal": "certificate_appeals.register",
    "entry": "compliance.waiting",
    "condition": "confirming.index",
    "unchecked": "external.index",
}


@dataclass(frozen=True, slots=True)
class WorkTelling:
    """What one person is to be told of what waits; by the rules of whose waits longest."""

    user_id: int
    locale: str
    day: date
    text: DigestText
    page: str
    by_mail: bool
    hours: Hours


def find_work_tellings(
    session: Session, settings: Mapping[int, SettingsView], now: datetime
) -> list[WorkTelling]:
    """Return what is to be told of work that waits, to who is awake and was not told today."""
    mine: dict[int, list[Queue]] = {}
    for queue in _list_all(session, now):
        mine.setdefault(queue.user_id, []).append(queue)
    people = list(mine)
    digested = queries.list_digested(session, people, KIND, now.date() - timedelta(days=2))
    last = queries.list_last_told(session, people, KIND, now - LOOKED_BACK)
    found = []
    for user_id, queues in mine.items():
        oldest = min(queues, key=lambda one: one.since)
        wanted = queries.preferences_of(dict(settings), oldest.issuer_id)
        today = local_date(now, oldest.zone)
        if digested.get(user_id) == today or not is_awake(now, wanted, oldest.zone):
            continue
        rows = [_work(one, settings) for one in queues]
        if not is_due_to_tell(rows, last.get(user_id, now - LOOKED_BACK), now, oldest.zone):
            continue
        text = work_digest(rows, now, oldest.zone)
        hours = hours_of(wanted, oldest.zone)
        page = PAGES[min(rows, key=lambda one: one.due_at).kind]
        found.append(WorkTelling(user_id, oldest.locale, today, text, page, wanted.by_mail, hours))
    return found


def _list_all(session: Session, now: datetime) -> list[Queue]:
    return [
        *list_queues(session, now),
        *list_entry_queues(session, now),
        *list_condition_queues(session, now),
        *list_unchecked_queues(session, now),
    ]


def _work(one: Queue, settings: Mapping[int, SettingsView]) -> Work:
    days = queries.preferences_of(dict(settings), one.issuer_id).wait_days
    due_at = one.due_at or one.since + timedelta(days=days)
    return Work(one.kind, one.title, one.title_en, one.number, one.since, due_at)


def tell_work(session: Session, tellings: Sequence[WorkTelling], now: datetime) -> int:
    """Tell people what waits for them, each once a day; return how many."""
    kept = claim(session, [(one.user_id, one.day) for one in tellings], KIND, now)
    mine = [one for one in tellings if one.user_id in kept]
    if not mine:
        return 0
    rows = [
        notice_row(one.user_id, f"digest-work-{one.day}", one.text, one.page, now) for one in mine
    ]
    insert_many(session, PersonalNotice, rows)
    addresses = queries.list_addresses(session, [one.user_id for one in mine if one.by_mail])
    letters = [
        letter_row(addresses[one.user_id], one.text, one.locale, one.hours, now)
        for one in mine
        if one.by_mail and one.user_id in addresses
    ]
    insert_many(session, mail.OutboxMessage, letters)
    session.info[WAKES] = True
    return len(mine)
