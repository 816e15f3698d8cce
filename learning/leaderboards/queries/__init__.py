"""Reads of boards: a page with its standings, one subject's place, counts, tallies.

A `Scope` cuts a board down to a group, an area or both: standings are then those within it.
"""

from learning.leaderboards.queries.counting import (
    BoardView,
    count_better,
    count_entries,
    find_cut,
    get_board,
)
from learning.leaderboards.queries.days import DayView, list_days, standings_on
from learning.leaderboards.queries.heads import HeadRow, list_head
from learning.leaderboards.queries.rows import (
    BoardPage,
    BoardRow,
    Place,
    find_place,
    find_result,
    get_page,
    list_neighbours,
    list_places,
    list_results,
    list_results_of,
    list_rows,
    search_page,
)

__all__ = [
    "BoardPage",
    "BoardRow",
    "BoardView",
    "DayView",
    "HeadRow",
    "Place",
    "count_better",
    "count_entries",
    "find_cut",
    "find_place",
    "find_result",
    "get_board",
    "get_page",
    "list_days",
    "list_head",
    "list_neighbours",
    "list_places",
    "list_results",
    "list_results_of",
    "list_rows",
    "search_page",
    "standings_on",
]
