"""Acts on units, people's places in them and rosters; all dated, all in the audit trail.

Each takes the caller's session, flushes and never commits. `now` is when the act is recorded;
`effective_at` from when it holds: now unless given, never later than now, and never before the last
change of what it touches. Whether the actor may reach the units is the caller's matter (`queries`).
"""

from learning.organisations.services.memberships import (
    add_membership,
    assign_post,
    end_membership,
    end_post_holding,
    grant_role,
    revoke_role,
)
from learning.organisations.services.posts import (
    create_post,
    mark_post,
    rename_post,
    restore_post,
    retire_post,
)
from learning.organisations.services.successions import SplitPart, merge_units, split_unit
from learning.organisations.services.units import (
    close_unit,
    create_unit,
    move_unit,
    rename_unit,
    set_aliases,
    update_unit,
)

__all__ = [
    "SplitPart",
    "add_membership",
    "assign_post",
    "close_unit",
    "create_post",
    "create_unit",
    "end_membership",
    "end_post_holding",
    "grant_role",
    "mark_post",
    "merge_units",
    "move_unit",
    "rename_post",
    "rename_unit",
    "restore_post",
    "retire_post",
    "revoke_role",
    "set_aliases",
    "split_unit",
    "update_unit",
]
