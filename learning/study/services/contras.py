"""Taking a credit back, and counting something else instead: by contra-entry, with a reason.

The credit itself is never changed. Nobody does this to hours of their own.
"""

import json
from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from learning.accounts.models import User
from learning.kernel import audit, events
from learning.kernel.errors import Conflict, Invalid, NotFound, Problem
from learning.kernel.ids import new_public_id
from learning.kernel.permissions import Actor
from learning.organisations.queries.units import storable
from learning.organisations.rules.names import clean_text
from learning.study.events import HOURS_CHANGED, HoursChanged
from learning.study.models import StudyContra, StudyCredit
from learning.study.queries import is_decided_by
from learning.study.rules.claims import REASON_LENGTH
from learning.study.rules.hours import MAX_YEAR_HOURS, Field, HourRule

MAX_MILLI = MAX_YEAR_HOURS * 1000


def take_back(
    session: Session, actor: Actor, raw_public_id: str, *, raw_reason: str, now: datetime
) -> None:
    """Take a credit of a person in reach back, whole.

    Raises NotFound, Invalid without a reason, Conflict("taken_back") the second time,
    Conflict("own_hours").
    """
    reason = reason_of(raw_reason)
    credit = _load(session, actor, raw_public_id, now)
    _contra(session, actor, credit, None, reason, now)


def correct_credit(
    session: Session,
    actor: Actor,
    raw_public_id: str,
    *,
    hours_milli: int,
    field: Field,
    raw_reason: str,
    now: datetime,
) -> str:
    """Take a credit of a person in reach back and count other hours instead; return the new id.

    The new credit stands on the same day under the same version of the rules. Raises as
    `take_back` does, and Invalid for hours out of range or a correction that changes nothing.
    """
    reason = reason_of(raw_reason)
    credit = _load(session, actor, raw_public_id, now)
    rule = HourRule(number=credit.rule_number, minutes_per_hour=credit.minutes_per_hour)
    if not 0 < hours_milli <= MAX_MILLI:
        raise Invalid([Problem("", None, "hours", "hours_range", "hours_range")])
    if (hours_milli, field.value) == (credit.hours_milli, credit.field):
        raise Invalid([Problem("", None, "hours", "unchanged", "unchanged")])
    made = StudyCredit(
        public_id=new_public_id(),
        user_id=credit.user_id,
        source=credit.source,
        source_key=_next_key(credit.source_key),
        title=credit.title,
        title_en=credit.title_en,
        field=field.value,
        credited_ms=rule.ms_of_hours(hours_milli),
        minutes_per_hour=credit.minutes_per_hour,
        hours_milli=hours_milli,
        rule_number=credit.rule_number,
        earned_at=credit.earned_at,
        granted_at=now,
        basis=json.dumps({"corrects": credit.public_id, "reason": reason}, sort_keys=True),
    )
    session.add(made)
    session.flush()  # its id stands in the contra-entry
    _contra(session, actor, credit, made, reason, now)
    return made.public_id


def reason_of(raw: str) -> str:
    """Return a reason cleaned; raise Invalid for none or one that is too long."""
    reason = clean_text(raw)
    if not reason or len(reason) > REASON_LENGTH:
        raise Invalid([Problem("", None, "reason", "reason", "reason")])
    return reason


def _next_key(source_key: str) -> str:
    """Return what names the n-th correction in the ledger: a/b → a/b#2 → a/b#3."""
    base, _, number = source_key.partition("#")
    return f"{base}#{int(number or 1) + 1}"


def _load(session: Session, actor: Actor, raw_public_id: str, now: datetime) -> StudyCredit:
    """Return a credit in reach, its owner held: sums of the person wait for this."""
    credit = session.scalar(
        select(StudyCredit).where(
            StudyCredit.public_id == storable(raw_public_id),
            is_decided_by(session, actor, StudyCredit.user_id, now),
        )
    )
    if credit is None:
        raise NotFound("credit")
    if credit.user_id == actor.user_id:
        raise Conflict("own_hours")
    session.get_one(User, credit.user_id, with_for_update=True)
    if session.scalar(select(exists().where(StudyContra.credit_id == credit.id))):
        raise Conflict("taken_back")
    return credit


def _contra(
    session: Session,
    actor: Actor,
    credit: StudyCredit,
    made: StudyCredit | None,
    reason: str,
    now: datetime,
) -> None:
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    public_id = session.scalar(
        dialect.insert(StudyContra)
        .values(
            public_id=new_public_id(),
            credit_id=credit.id,
            corrected_by=made.id if made else None,
            reason=reason,
            made_by=actor.user_id,
            made_at=now,
        )
        .on_conflict_do_nothing(index_elements=["credit_id"])
        .returning(StudyContra.public_id)
    )
    if public_id is None:
        raise Conflict("taken_back")
    events.record(session, HOURS_CHANGED, HoursChanged((credit.user_id,)).payload(), now)
    details = {"contra": public_id, "hours_milli": credit.hours_milli, "reason": reason}
    if made is not None:
        details |= {"corrected_by": made.public_id, "now_milli": made.hours_milli}
    act = "study.credit_corrected" if made else "study.credit_taken_back"
    audit.log(session, act, credit.public_id, actor_id=actor.user_id, now=now, details=details)
