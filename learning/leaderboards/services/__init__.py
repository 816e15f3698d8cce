"""Writes of boards. The caller says which of several results counts, and owns the transaction."""

from learning.leaderboards.services.boards import (
    Corrections,
    apply,
    apply_uncounted,
    corrections,
    corrections_of,
    create_board,
    lock_board,
    put_entry,
    put_held_entry,
    recompute,
    set_tie_rule,
)
from learning.leaderboards.services.days import begin_day, differing_blocks, mark_stale, put_day
from learning.leaderboards.services.mirroring import (
    attach_mirror,
    differing_members,
    fill,
    fill_wanted,
    forget_mirror,
)
from learning.leaderboards.services.rebuilding import (
    RESULT,
    list_due,
    put_results,
    refresh_statistics,
    take_off,
)
from learning.leaderboards.services.recounting import differing_counts, recount

__all__ = [
    "RESULT",
    "Corrections",
    "apply",
    "apply_uncounted",
    "attach_mirror",
    "begin_day",
    "corrections",
    "corrections_of",
    "create_board",
    "differing_blocks",
    "differing_counts",
    "differing_members",
    "fill",
    "fill_wanted",
    "forget_mirror",
    "list_due",
    "lock_board",
    "mark_stale",
    "put_day",
    "put_entry",
    "put_held_entry",
    "put_results",
    "recompute",
    "recount",
    "refresh_statistics",
    "set_tie_rule",
    "take_off",
]
