"""What a roster would change: rows and the present state in, a plan and its problems out.

A row is matched by staff number, else phone, else e-mail. A roster adds and moves people, it never
renames, removes or takes over one: a name that differs means somebody else, and that is an error.
Empty cells say nothing; people not in the file stay as they are.
"""

from collections.abc import Mapping, Sequence
from typing import Literal

from learning.organisations.rules.names import name_key, person_key, staff_key
from learning.organisations.rules.roster import (
    KnownPerson,
    NewLogin,
    Path,
    RosterPlan,
    RosterProblem,
    RosterRow,
    RosterState,
    RowPlan,
    RowStatus,
    login_keys,
    path_key,
)


def plan_roster(
    rows: Sequence[RosterRow],
    state: RosterState,
    *,
    columns: Mapping[str, str],
    file_problems: Sequence[RosterProblem],
    creates_departments: bool,
) -> RosterPlan:
    """Return what applying the rows would do.

    `columns` names the column letters of the fields found in the file; `file_problems` are those of
    reading it: rows with errors there are not planned.
    """
    planner = _Planner(state, columns, creates_departments=creates_departments)
    bad_lines = {p.line for p in file_problems if p.severity == "error"}
    for row in rows:
        if row.line in bad_lines:
            planner.plan.rows.append(RowPlan(row.line, RowStatus.ERROR))
        else:
            planner.add(row)
    planner.plan.problems = sorted(
        [*file_problems, *planner.plan.problems],
        key=lambda p: (p.line, p.severity, len(p.cell), p.cell),
    )
    return planner.plan


class _Planner:
    """Plans row by row, remembering what earlier rows will have made."""

    def __init__(
        self, state: RosterState, columns: Mapping[str, str], *, creates_departments: bool
    ) -> None:
        self.state, self.columns = state, columns
        self.creates_departments = creates_departments
        self.plan = RosterPlan()
        # Each unit a plain path leads to, with its path.
        self.paths = {ids[0]: path for path, ids in state.units.items() if len(ids) == 1}
        self.lines: dict[int, int] = {}  # person → line that means them

    def add(self, row: RosterRow) -> None:
        """Plan one row."""
        before = len(self.plan.problems)
        logins = login_keys(row, self.state.organisation_code)
        if not logins:
            self.error(row, "staff_no", row.staff_no, "no_organisation_code")
        person = self.match(row, logins)
        path = self.find_department(row)
        if any(p.severity == "error" for p in self.plan.problems[before:]):
            self.plan.rows.append(RowPlan(row.line, RowStatus.ERROR))
        elif person is None:
            self.plan.rows.append(self.plan_new(row, logins, path or ()))
        else:
            self.plan.rows.append(self.plan_known(row, logins, path, person))

    def error(self, row: RosterRow, place: str, value: str, code: str, other: str = "") -> None:
        """Note an error at the row's cell of a field."""
        self.note(row, place, value, code, "error", other)

    def note(
        self,
        row: RosterRow,
        place: str,
        value: str,
        code: str,
        severity: Literal["error", "warning"],
        other: str = "",
    ) -> None:
        """Note a problem at the row's cell of a field, or of the name when there is no column."""
        column = self.columns.get(place) or self.columns.get("name", "A")
        cell = f"{column}{row.line}"
        self.plan.problems.append(RosterProblem(row.line, cell, value, code, severity, other))

    def match(self, row: RosterRow, logins: Mapping[str, NewLogin]) -> KnownPerson | None:
        """Return who the row means, None for a new person; note what contradicts that."""
        owners = {
            place: self.state.login_owners[login.key]
            for place, login in logins.items()
            if login.key in self.state.login_owners
        }
        number = staff_key(row.staff_no)
        if number and number in self.state.staff_owners:
            owners["staff_no"] = self.state.staff_owners[number]
        if not owners:
            return None
        first = next(place for place in ("staff_no", "phone", "email") if place in owners)
        person = self.state.people[owners[first]]
        if not person.has_history or person_key(person.name) != person_key(row.name):
            self.taken(row, first, person)
            return None
        for place, user_id in owners.items():
            if user_id != person.user_id:
                self.taken(row, place, self.state.people[user_id])
        if person.user_id in self.lines:
            line = str(self.lines[person.user_id])
            self.error(row, "name", row.name, "same_person_twice", line)
        self.lines[person.user_id] = row.line
        return person

    def taken(self, row: RosterRow, place: str, owner: KnownPerson) -> None:
        """Note that a name is somebody else's; who, only when they are of this organisation."""
        value = {"staff_no": row.staff_no, "phone": row.phone, "email": row.email}[place]
        self.error(row, place, value, f"{place}_taken", owner.name if owner.places else "")

    def find_department(self, row: RosterRow) -> Path | None:
        """Return the folded path of the row's department, None when the cell is empty."""
        if not row.department:
            return None
        names, path = row.department, path_key(row.department)
        value = "/".join(names)
        if path[0] == name_key(self.state.root_name) and path[:1] not in self.state.units:
            names, path = names[1:], path[1:]  # people repeat the unit's own name
        known = self.state.units.get(path)
        if known is None:
            return self.missing_department(row, names, path)
        if len(known) != 1:
            code = "department_ambiguous" if known else "department_of_other_organisation"
            self.error(row, "department", value, code)
        return path

    def missing_department(self, row: RosterRow, names: Path, path: Path) -> Path:
        """Plan the departments that are missing on a path, or note the first of them."""
        value = "/".join(row.department)
        for length in range(1, len(path) + 1):
            part = path[:length]
            known = self.state.units.get(part)
            if known is not None and len(known) != 1:
                code = "department_ambiguous" if known else "department_of_other_organisation"
                self.error(row, "department", value, code)
                break
            if known is None and not self.creates_departments:
                self.error(row, "department", value, "department_missing", names[length - 1])
                break
            if known is None:
                self.plan.departments.setdefault(part, names[:length])
        return path

    def plan_new(self, row: RosterRow, logins: Mapping[str, NewLogin], path: Path) -> RowPlan:
        """Plan a new person with log-in names, membership and post."""
        self.need_post(row.post)
        return RowPlan(
            row.line,
            RowStatus.NEW,
            logins=tuple(logins.values()),
            open_membership=(path, row.staff_no),
            open_posts=((path, row.post),) if row.post else (),
        )

    def plan_known(
        self,
        row: RosterRow,
        logins: Mapping[str, NewLogin],
        path: Path | None,
        person: KnownPerson,
    ) -> RowPlan:
        """Plan what changes for a person already known; nothing when all is so already."""
        new_logins = self.new_logins(row, logins, person)
        place, closing, opening = self.plan_place(row, path, person)
        close_holdings, open_posts = self.plan_posts(row, place, person, closing)
        changes = [f"login_{login.kind}" for login in new_logins]
        if opening:
            changes.append("place" if closing is None else "transfer")
        if open_posts:
            changes.append("post")
        return RowPlan(
            row.line,
            RowStatus.CHANGED if changes else RowStatus.UNCHANGED,
            user_id=person.user_id,
            changes=tuple(changes),
            logins=new_logins,
            close_membership=closing,
            open_membership=opening,
            close_holdings=close_holdings,
            open_posts=open_posts,
        )

    def new_logins(
        self, row: RosterRow, logins: Mapping[str, NewLogin], person: KnownPerson
    ) -> tuple[NewLogin, ...]:
        """Return the log-in names to add; none that would open an account that is not only ours."""
        added = []
        for place, login in logins.items():
            if login.key in self.state.login_owners:
                continue
            if person.is_ours or place == "staff_no":
                added.append(login)
            else:
                self.note(row, place, login.name, "login_not_added", "warning")
        if not person.places:
            code = "rejoins" if person.is_ours else "joins_from_elsewhere"
            self.note(row, "name", row.name, code, "warning")
        return tuple(added)

    def plan_place(
        self, row: RosterRow, path: Path | None, person: KnownPerson
    ) -> tuple[Path, int | None, tuple[Path, str] | None]:
        """Return where the person will be, the membership to close, and the one to open."""
        paths = self.paths
        inside = [place for place in person.places if place.unit_id in paths]
        elsewhere = {staff_key(p.staff_no) for p in person.places if p not in inside}
        if not inside:
            number = "" if staff_key(row.staff_no) in elsewhere else row.staff_no
            return path or (), None, (path or (), number)
        goal = path if path is not None else paths[inside[0].unit_id]
        own = next((place for place in inside if paths[place.unit_id] == goal), inside[0])
        others = {staff_key(p.staff_no) for p in person.places if p is not own}
        number = own.staff_no
        if row.staff_no and staff_key(row.staff_no) not in others | {staff_key(own.staff_no)}:
            number = row.staff_no
        if paths[own.unit_id] == goal and number == own.staff_no:
            return goal, None, None
        if own.staff_no and number != own.staff_no:
            self.note(row, "staff_no", number, "staff_no_changes", "warning", own.staff_no)
        return goal, own.membership_id, (goal, number)

    def plan_posts(
        self, row: RosterRow, path: Path, person: KnownPerson, closing: int | None
    ) -> tuple[tuple[int, ...], tuple[tuple[Path, str], ...]]:
        """Return the holdings to close and the posts to open.

        A post in the roster is the present one and replaces others; without one, who moves takes
        the posts along.
        """
        held = [h for h in person.holdings if h.unit_id in self.paths]
        if not row.post:
            left = {p.unit_id for p in person.places if p.membership_id == closing}
            taken = [h for h in held if h.unit_id in left and self.paths[h.unit_id] != path]
            return tuple(h.holding_id for h in taken), tuple((path, h.post_name) for h in taken)
        key = name_key(row.post)
        if any(name_key(h.post_name) == key and self.paths[h.unit_id] == path for h in held):
            return (), ()
        self.need_post(row.post)
        return tuple(h.holding_id for h in held), ((path, row.post),)

    def need_post(self, name: str) -> None:
        """Plan a post that the organisation does not have yet."""
        key = name_key(name)
        if key and key not in self.state.post_keys:
            self.plan.posts.setdefault(key, name)
