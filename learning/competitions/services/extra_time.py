"""The organiser grants participants extra time, or takes it back, for attempts yet to begin."""

from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from learning.accounts.queries import find_user_by_keys
from learning.accounts.rules import candidate_keys
from learning.competitions.models import Entry
from learning.competitions.queries import CompetitionView, get_managed
from learning.competitions.queries.views import checked_id
from learning.competitions.rules.extra_time import EXTRA_PERCENTS, MAX_EXTENDED
from learning.competitions.services.holding import refuse_sealed
from learning.kernel import audit
from learning.kernel.errors import Conflict, Invalid, NotFound, Problem
from learning.kernel.permissions import Actor


def grant_extra_time(
    session: Session,
    actor: Actor,
    raw_public_id: str,
    *,
    raw_person: str,
    percent: int,
    now: datetime,
) -> str:
    """Grant a participant (by log-in name, or `code/staff number`) extra time; return the name.

    Attempts begun before keep their time. Raises NotFound for a foreign competition, Invalid
    (places person, percent), Conflict("too_many" | "sealed").
    """
    competition = get_managed(session, actor, raw_public_id, now)
    refuse_sealed(session, competition.id)
    entry = _find_entry(session, competition.id, raw_person)
    faults = [
        place
        for place, is_right in (("person", entry), ("percent", percent in EXTRA_PERCENTS))
        if not is_right
    ]
    if entry is None or faults:
        raise Invalid([Problem("", None, place, f"extra_{place}", "") for place in faults])
    held = select(func.count()).where(
        Entry.competition_id == competition.id, Entry.extra_percent > 0
    )
    if not entry.extra_percent and (session.scalar(held) or 0) >= MAX_EXTENDED:
        raise Conflict("too_many")
    entry.extra_percent = percent
    _log(session, actor, competition, entry.public_id, percent, now)
    return entry.participant_name


def _find_entry(session: Session, competition_id: int, raw_person: str) -> Entry | None:
    code, slash, staff_no = raw_person.partition("/")
    keys = candidate_keys(staff_no, code) if slash else candidate_keys(raw_person)
    user = find_user_by_keys(session, keys)
    if user is None:
        return None
    return session.scalars(
        select(Entry).where(
            Entry.competition_id == competition_id,
            Entry.user_id == user.id,
            Entry.voided_at.is_(None),
        )
    ).one_or_none()


def take_extra_time(
    session: Session, actor: Actor, raw_public_id: str, *, raw_entry_id: str, now: datetime
) -> None:
    """Take extra time back for attempts yet to begin. Raises NotFound, Conflict("sealed")."""
    competition = get_managed(session, actor, raw_public_id, now)
    refuse_sealed(session, competition.id)
    found = session.scalar(
        update(Entry)
        .where(
            Entry.competition_id == competition.id,
            Entry.public_id == checked_id(raw_entry_id),
            Entry.extra_percent > 0,
        )
        .values(extra_percent=0)
        .returning(Entry.public_id)
        .execution_options(synchronize_session=False)
    )
    if found is None:
        raise NotFound("entry")
    _log(session, actor, competition, found, 0, now)


def _log(
    session: Session,
    actor: Actor,
    competition: CompetitionView,
    entry: str,
    percent: int,
    now: datetime,
) -> None:
    audit.log(
        session,
        "competition.extra_time",
        competition.public_id,
        actor_id=actor.user_id,
        now=now,
        details={"entry": entry, "percent": percent},
    )
