"""Reads of practice; whose it is stands in every query."""

from learning.practice.queries.notebook import (
    PAGE_SIZE,
    EntryLine,
    count_due,
    count_entries,
    get_entry,
    list_due,
    list_entries,
)
from learning.practice.queries.people import Person, get_person, list_days, list_tallies
from learning.practice.queries.sessions import (
    DailyLine,
    find_daily,
    find_open_session,
    is_practice,
    select_reserved,
    taken_back,
)

__all__ = [
    "PAGE_SIZE",
    "DailyLine",
    "EntryLine",
    "Person",
    "count_due",
    "count_entries",
    "find_daily",
    "find_open_session",
    "get_entry",
    "get_person",
    "is_practice",
    "list_days",
    "list_due",
    "list_entries",
    "list_tallies",
    "select_reserved",
    "taken_back",
]
