"""Reads of rooms, their frames and their states."""

from learning.live_rounds.queries.holding import select_held
from learning.live_rounds.queries.rooms import (
    Frame,
    Room,
    Team,
    checked_id,
    find_by_code,
    find_frame,
    get_frame,
    get_managed,
    get_open,
    get_owned,
    list_free,
    list_managed,
    list_organisers,
    list_owned,
    list_using,
)
from learning.live_rounds.queries.states import (
    count_votes,
    find_newest,
    forget_states,
    get_state,
    list_entries,
)

__all__ = [
    "Frame",
    "Room",
    "Team",
    "checked_id",
    "count_votes",
    "find_by_code",
    "find_frame",
    "find_newest",
    "forget_states",
    "get_frame",
    "get_managed",
    "get_open",
    "get_owned",
    "get_state",
    "list_entries",
    "list_free",
    "list_managed",
    "list_organisers",
    "list_owned",
    "list_using",
    "select_held",
]
