"""Reads of competitions: what anybody may see, what an organiser reaches, what is one's own.

A draft, a foreign and a missing competition look the same: NotFound.
"""

from learning.competitions.queries.lists import (
    PAGE_SIZE,
    CompetitionLine,
    list_managed,
    list_open,
    list_organisers,
    list_published,
)
from learning.competitions.queries.own import OwnEntry, list_own
from learning.competitions.queries.participation import (
    EntryView,
    OwnAttempt,
    Participation,
    Ticket,
    count_finished,
    count_participants,
    entries_of,
    find_entry,
    find_participation,
    get_ticket,
    has_entries,
    list_due,
    list_own_attempts,
    results_of,
)
from learning.competitions.queries.views import (
    CompetitionView,
    get_by_round,
    get_managed,
    get_published,
    reaches,
)

__all__ = [
    "PAGE_SIZE",
    "CompetitionLine",
    "CompetitionView",
    "EntryView",
    "OwnAttempt",
    "OwnEntry",
    "Participation",
    "Ticket",
    "count_finished",
    "count_participants",
    "entries_of",
    "find_entry",
    "find_participation",
    "get_by_round",
    "get_managed",
    "get_published",
    "get_ticket",
    "has_entries",
    "list_due",
    "list_managed",
    "list_open",
    "list_organisers",
    "list_own",
    "list_own_attempts",
    "list_published",
    "reaches",
    "results_of",
]
