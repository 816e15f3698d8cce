"""Starting practice: choose the items, make the assessment, let the attempt engine deliver it."""

from collections.abc import Collection
from datetime import date, datetime, timedelta

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from learning.attempts.rules import AttemptRules, Counts, Delivery, Release
from learning.attempts.services import create_of_versions, start_attempt
from learning.kernel.errors import Conflict, NotFound
from learning.kernel.permissions import Actor
from learning.practice.models import NotebookEntry, PracticeSession
from learning.practice.queries import (
    find_daily,
    find_open_session,
    get_entry,
    get_person,
    list_due,
    list_tallies,
)
from learning.practice.rules import add_up, weakest
from learning.practice.services.drawing import TITLES, chance, keep_free, make_session
from learning.question_bank.queries import (
    PracticeItem,
    list_practice_areas,
    list_practice_items,
    list_repeatable,
)
from learning.question_bank.rules import Pool

REVIEWED = 20  # items a review holds at most; the rest waits for the next one
PRACTISED = 10
DAILY = 5
WEAK_AREAS = 3
LIMIT = timedelta(hours=3)  # nobody is hurried; one left open is swept
_RULES = AttemptRules(
    limit_s=int(LIMIT.total_seconds()),
    max_attempts=1,
    counts=Counts.FIRST,
    delivery=Delivery.STEPWISE,
    release=Release.AT_SUBMIT,
    review=True,
)


def start_review(session: Session, actor: Actor, *, device_token: str, now: datetime) -> str:
    """Start a review of what is due today, or go on with the open one; return the attempt's id.

    Raises Conflict("nothing_due").
    """
    going = find_open_session(session, actor.user_id, "review", now)
    if going is None:
        before = get_person(session, actor.user_id, now).end_of_day(now)
        due = list_due(session, actor.user_id, before, REVIEWED, now=now)
        items = list_repeatable(session, due, now)
        chosen = [items[each] for each in due if each in items]
        if not chosen:
            raise Conflict("nothing_due")
        going = make_session(session, actor, "review", chosen, _RULES, now)
    return start_attempt(session, actor, going, device_token=device_token, now=now)


def start_area(
    session: Session,
    actor: Actor,
    raw_bank: str,
    raw_area: str,
    *,
    device_token: str,
    now: datetime,
) -> str:
    """Start practice of one knowledge area; return the attempt's public id. Raises NotFound."""
    chosen = _draw(session, actor, [(raw_bank, raw_area)], PRACTISED, now)
    made = make_session(session, actor, "area", chosen, _RULES, now, bank=raw_bank)
    return start_attempt(session, actor, made, device_token=device_token, now=now)


def start_weak(session: Session, actor: Actor, *, device_token: str, now: datetime) -> str:
    """Start practice of the weakest areas; return the attempt's public id.

    Raises Conflict("no_weakness") while there is none or too few answers to tell.
    """
    person = get_person(session, actor.user_id, now)
    offered = {(a.bank, a.area) for a in list_practice_areas(session, person.units, now)}
    weak = weakest(add_up(list_tallies(session, actor.user_id)), offered, WEAK_AREAS)
    if not weak:
        raise Conflict("no_weakness")
    chosen = _draw(session, actor, [(t.bank, t.area) for t in weak], PRACTISED, now)
    made = make_session(session, actor, "weak", chosen, _RULES, now)
    return start_attempt(session, actor, made, device_token=device_token, now=now)


def start_daily(
    session: Session, actor: Actor, raw_bank: str, *, device_token: str, now: datetime
) -> str:
    """Start today's quiz of a bank, the same for everybody, once; return the attempt's public id.

    Whoever has done it gets back to it. Raises NotFound for a bank that is not for this person.
    """
    person = get_person(session, actor.user_id, now)
    if raw_bank not in {a.bank for a in list_practice_areas(session, person.units, now)}:
        raise NotFound("bank")
    day = person.day_of(now)
    daily = find_daily(session, actor.user_id, raw_bank, day)
    if daily is None:
        closes_at = person.end_of_day(now)
        _make_daily(session, actor, raw_bank, day, closes_at, now)
        daily = find_daily(session, actor.user_id, raw_bank, day)
    if daily is None:
        raise NotFound("bank")
    if daily.attempt:
        return daily.attempt
    return start_attempt(session, actor, daily.assessment_id, device_token=device_token, now=now)


def remove_entry(session: Session, actor: Actor, raw_entry: str, *, now: datetime) -> NotebookEntry:
    """Take an entry out of one's notebook; a new wrong answer puts it back. Raises NotFound."""
    entry = get_entry(session, actor.user_id, raw_entry)
    entry.removed_at = entry.removed_at or now
    return entry


def _make_daily(
    session: Session, actor: Actor, bank: str, day: date, closes_at: datetime, now: datetime
) -> None:
    """Make the quiz of a day; another person may be faster, then theirs stands."""
    person = get_person(session, actor.user_id, now)
    items = keep_free(session, list_practice_items(session, person.units, now, bank=bank), now)
    if not items:
        raise NotFound("bank")
    chosen = chance.sample(items, min(DAILY, len(items)))
    try:
        with session.begin_nested():
            made = create_of_versions(
                session,
                title=TITLES["daily"],
                pool=Pool.PRACTICE,
                version_ids=[item.version_id for item in chosen],
                rules=_RULES,
                closes_at=closes_at,
                created_by=None,
                now=now,
            )
            session.add(PracticeSession(assessment_id=made.id, mode="daily", bank=bank, day=day))
            session.flush()  # the unique key decides who was first
    except IntegrityError:
        return


def _draw(
    session: Session, actor: Actor, areas: Collection[tuple[str, str]], count: int, now: datetime
) -> list[PracticeItem]:
    person = get_person(session, actor.user_id, now)
    items = keep_free(session, list_practice_items(session, person.units, now, areas=areas), now)
    if not items:
        raise NotFound("area")
    return chance.sample(items, min(count, len(items)))
