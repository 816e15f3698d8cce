"""Reads of compliance."""

from learning.compliance.queries.staff import (
    PAGE_SIZE,
    StaffFilter,
    StaffLine,
    count_staff,
    count_totals,
    get_staff,
    iterate_staff,
    list_posts,
    list_staff,
    list_units,
)
from learning.compliance.queries.waiting import (
    WAITING_SIZE,
    WaitingLine,
    count_waiting,
    list_waiting,
)

__all__ = [
    "PAGE_SIZE",
    "WAITING_SIZE",
    "StaffFilter",
    "StaffLine",
    "WaitingLine",
    "count_staff",
    "count_totals",
    "count_waiting",
    "get_staff",
    "iterate_staff",
    "list_posts",
    "list_staff",
    "list_units",
    "list_waiting",
]
