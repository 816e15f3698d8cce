"""Reads of compliance."""

from learning.compliance.queries.staff import (
    PAGE_SIZE,
    StaffFilter,
    StaffLine,
    count_totals,
    get_staff,
    iterate_staff,
    list_posts,
    list_staff,
    list_units,
)

__all__ = [
    "PAGE_SIZE",
    "StaffFilter",
    "StaffLine",
    "count_totals",
    "get_staff",
    "iterate_staff",
    "list_posts",
    "list_staff",
    "list_units",
]
