"""Reads of practice; whose it is stands in every query."""

from learning.practice.queries.challenges import (
    Best,
    Rung,
    find_bests,
    find_setting,
    get_settings,
    list_challenge_items,
    list_ladder,
)
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
    "Best",
    "DailyLine",
    "EntryLine",
    "Person",
    "Rung",
    "count_due",
    "count_entries",
    "find_bests",
    "find_daily",
    "find_open_session",
    "find_setting",
    "get_entry",
    "get_person",
    "get_settings",
    "is_practice",
    "list_challenge_items",
    "list_days",
    "list_due",
    "list_entries",
    "list_ladder",
    "list_tallies",
    "select_reserved",
    "taken_back",
]
