"""What a row of a roster changes about somebody's place, from what to what. Pure."""

from collections.abc import Collection, Mapping

from learning.organisations.rules.names import name_key
from learning.organisations.rules.roster import KnownPerson, Path, RosterRow, RowPlan, Shift


def shifts_of(
    row: RosterRow,
    person: KnownPerson,
    plan: RowPlan,
    paths: Mapping[int, Path],
    names: Mapping[Path, Path],
) -> tuple[Shift, ...]:
    """Return the shifts of a known person; posts that are taken along are none.

    `paths` are those of the units by row id, `names` says how people write a folded path.
    """
    found: list[Shift] = []
    old = next((p for p in person.places if p.membership_id == plan.close_membership), None)
    if old is not None and plan.open_membership is not None:
        before, (after, number) = paths[old.unit_id], plan.open_membership
        if before != after:
            found.append(
                Shift("place", *("/".join(names.get(path, path)) for path in (before, after)))
            )
        if old.staff_no != number:
            found.append(Shift("number", old.staff_no, number))
    left = {h.post_name for h in person.holdings if h.holding_id in plan.close_holdings}
    taken = {post for _path, post in plan.open_posts}
    if row.post and _keys(left) != _keys(taken):
        found.append(Shift("post", *("、".join(sorted(names)) for names in (left, taken))))
    return tuple(found)


def _keys(names: Collection[str]) -> set[str]:
    return {name_key(name) for name in names}
