"""Rows whose staff number belongs to a person of another name: what may be chosen, what follows."""

from collections.abc import Mapping
from dataclasses import replace

from learning.organisations.rules.names import staff_key
from learning.organisations.rules.roster import (
    Choice,
    KnownPerson,
    NewLogin,
    RosterRow,
    RosterState,
    RowPlan,
    RowStatus,
)


def offers_about(holder: KnownPerson) -> tuple[str, ...]:
    """Return what may be chosen: the name of somebody who is not only ours is not corrected."""
    if not holder.is_ours and not holder.places:
        return ()
    rename = (Choice.RENAME.value,) if holder.is_ours else ()
    return (*rename, Choice.NEW.value, Choice.SKIP.value)


def passing_login(state: RosterState, logins: Mapping[str, NewLogin], holder: KnownPerson) -> str:
    """Return the key of the staff number's log-in name when it is the holder's, else ""."""
    login = logins.get("staff_no")
    owner = state.login_owners.get(login.key) if login else None
    return login.key if login and owner == holder.user_id else ""


def settle(
    plan: RowPlan, row: RosterRow, holder: KnownPerson, choice: Choice, login_key: str
) -> RowPlan:
    """Return a row's plan with what was chosen about the holder of its staff number.

    For a new person the holder's places with the number end, and the posts held there; the log-in
    name `login_key` ("" for none) passes on.
    """
    if choice is Choice.RENAME:
        changes = ("rename", *plan.changes)
        return replace(plan, status=RowStatus.CHANGED, changes=changes, old_name=holder.name)
    number = staff_key(row.staff_no)
    ended = [place for place in holder.places if staff_key(place.staff_no) == number]
    left = {p.unit_id for p in ended} - {p.unit_id for p in holder.places if p not in ended}
    posts = tuple(h.holding_id for h in holder.holdings if h.unit_id in left)
    return replace(
        plan,
        changes=("number", *plan.changes),
        status=RowStatus.NEW if plan.user_id is None else RowStatus.CHANGED,
        logins=tuple(login for login in plan.logins if login.key != login_key),
        close_holdings=(*plan.close_holdings, *posts),
        old_holder=holder.user_id,
        end_memberships=tuple(place.membership_id for place in ended),
        taken_login=login_key,
    )
