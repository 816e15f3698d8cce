"""Telling certification how many hours people have, where a file of theirs asks for them."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from learning.certification.queries.hours import list_hours_asked
from learning.certification.rules.terms import HoursField
from learning.certification.services.hours import take_hours
from learning.study.queries import sum_hours
from learning.study.queries.ledger import Totals
from learning.study.rules.hours import Span

_TICK = timedelta(microseconds=1)


def tell_hours(session: Session, user_ids: Sequence[int], now: datetime) -> int:
    """Tell the open files of people how many hours they ask for are there; return how many."""
    asked = list_hours_asked(session, sorted(set(user_ids)), now)
    for one in asked:
        span = Span(one.since.date(), now.date(), one.since, now + _TICK)
        totals = sum_hours(session, [one.user_id], span).get(one.user_id, Totals())
        take_hours(session, one, _milli(totals, one.need.field), now)
    return len(asked)


def _milli(totals: Totals, field: HoursField) -> int:
    return {
        HoursField.ANY: totals.hours_milli,
        HoursField.PROFESSIONAL: totals.professional_milli,
        HoursField.COMMON: totals.hours_milli - totals.professional_milli,
    }[field]
