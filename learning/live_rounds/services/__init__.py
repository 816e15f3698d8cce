"""Use cases of rooms: write one, open it, play it."""

from learning.live_rounds.services.managing import (
    MAX_NAME,
    RoomPlan,
    create_room,
    edit_room,
    free_room,
    give_room,
    open_room,
    renew_link,
    take_teams,
)
from learning.live_rounds.services.playing import (
    act_as_host,
    act_as_team,
    get_seat,
    show_key_to_host,
    vote,
)

__all__ = [
    "MAX_NAME",
    "RoomPlan",
    "act_as_host",
    "act_as_team",
    "create_room",
    "edit_room",
    "free_room",
    "get_seat",
    "give_room",
    "open_room",
    "renew_link",
    "show_key_to_host",
    "take_teams",
    "vote",
]
