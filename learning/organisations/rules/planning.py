"""What a roster would change: rows and the present state in, a plan and its problems out.

A row is matched by staff number, else phone, else e-mail. A roster adds and moves people; of itself
it never renames, removes or takes over one. A staff number whose holder has another name waits for
a person to choose what the row means. Empty cells say nothing, nor do rows that are not there.
"""

from collections import ChainMap
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from learning.organisations.rules.categories import plan_categories
from learning.organisations.rules.holders import offers_about, passing_login, settle
from learning.organisations.rules.mending import (
    closest_department,
    width_of_file,
    zeros_mend,
)
from learning.organisations.rules.names import name_key, person_key, staff_key
from learning.organisations.rules.roster import (
    Choice,
    KnownPerson,
    NewLogin,
    Path,
    RosterPlan,
    RosterProblem,
    RosterRow,
    RosterState,
    RowChoice,
    RowPlan,
    RowStatus,
    login_keys,
    path_key,
)
from learning.organisations.rules.shifts import shifts_of

MAX_PROPOSALS = 300  # missing departments for which a near name is looked for


def plan_roster(
    rows: Sequence[RosterRow],
    state: RosterState,
    *,
    columns: Mapping[str, str],
    file_problems: Sequence[RosterProblem],
    creates_departments: bool,
    choices: Mapping[int, RowChoice] | None = None,
    kept_cells: Collection[str] = (),
) -> RosterPlan:
    """Return what applying the rows would do.

    `columns` names the column letters of the fields found in the file; `file_problems` are those of
    reading it: rows with errors there are not planned. `choices` by line are what people chose for
    staff numbers of people with other names; `kept_cells` hold numbers that are right as they are.
    """
    width = state.staff_width or width_of_file(rows, file_problems)
    planner = _Planner(
        replace(state, staff_width=width), columns, creates_departments=creates_departments
    )
    planner.choices, planner.kept_cells = choices or {}, frozenset(kept_cells)
    if width:  # then a number that lost its zeros is seen, and others need no warning
        file_problems = [p for p in file_problems if p.code != "staff_no_number"]
    faulty = {p.cell for p in file_problems if p.severity == "error"}
    bad_lines = {p.line for p in file_problems if p.severity == "error"}
    for row in rows:
        if row.line in bad_lines:
            planner.look_at(row, faulty)
            planner.plan.rows.append(RowPlan(row.line, RowStatus.ERROR))
        else:
            planner.add(row)
    by_line = {row.line: row for row in rows}
    planner.check_holders(by_line)
    planner.plan.problems = sorted(
        [*file_problems, *planner.plan.problems],
        key=lambda p: (p.line, p.severity, len(p.cell), p.cell),
    )
    return plan_categories(planner.plan, by_line, planner.state)


class _Planner:
    """Plans row by row, remembering what earlier rows will have made."""

    def __init__(
        self, state: RosterState, columns: Mapping[str, str], *, creates_departments: bool
    ) -> None:
        self.state, self.columns = state, columns
        self.creates_departments = creates_departments
        self.plan = RosterPlan()
        root: dict[Path, Path] = {(): (state.root_name,)}
        self.names = ChainMap(root, self.plan.departments, dict(state.path_names))
        self.paths = {ids[0]: path for path, ids in state.units.items() if len(ids) == 1}
        self.lines: dict[int, int] = {}  # person → line that means them
        self.choices: Mapping[int, RowChoice] = {}
        self.kept_cells: frozenset[str] = frozenset()
        self.proposals: dict[Path, str] = {}  # missing department → proposal

    def add(self, row: RosterRow) -> None:
        """Plan one row."""
        before = len(self.plan.problems)
        logins = login_keys(row, self.state.organisation_code)
        if not logins:
            self.error(row, "staff_no", row.staff_no, "no_organisation_code")
        owners = self.owners_of(row, logins)
        holder = self.find_holder(row, logins, owners)
        choice = self.choice_of(row, holder) if holder else None
        if holder and choice is Choice.SKIP:
            skipped = RowPlan(row.line, RowStatus.SKIPPED, old_holder=holder.user_id)
            self.plan.rows.append(skipped)
            return
        self.check_zeros(row)
        person = self.match(row, owners, holder, choice)
        path = self.find_department(row)
        if any(p.severity == "error" for p in self.plan.problems[before:]):
            self.plan.rows.append(RowPlan(row.line, RowStatus.ERROR))
        elif holder and choice is None:
            self.plan.rows.append(RowPlan(row.line, RowStatus.UNDECIDED))
        else:
            plan = (
                self.plan_new(row, logins, path or ())
                if person is None
                else self.plan_known(row, logins, path, person)
            )
            if holder is not None and choice is not None:
                plan = settle(plan, row, holder, choice, passing_login(self.state, logins, holder))
            self.plan.rows.append(plan)

    def look_at(self, row: RosterRow, faulty: Collection[str]) -> None:
        """Note what else is wrong with a row that is not planned: one look is better than two."""
        if self.cell_of(row, "staff_no") not in faulty:
            self.check_zeros(row)
        if not self.creates_departments and self.cell_of(row, "department") not in faulty:
            self.find_department(row)

    def error(
        self, row: RosterRow, place: str, value: str, code: str, other: str = "", mend: str = ""
    ) -> None:
        """Note an error at the row's cell of a field."""
        self.note(row, place, RosterProblem(row.line, "", value, code, other=other, mend=mend))

    def warn(
        self, row: RosterRow, place: str, value: str, code: str, other: str = "", mend: str = ""
    ) -> None:
        """Note a warning at the row's cell of a field."""
        self.note(row, place, RosterProblem(row.line, "", value, code, "warning", other, mend=mend))

    def note(self, row: RosterRow, place: str, problem: RosterProblem) -> None:
        """Note a problem at the row's cell of a field, or of the name when there is no column."""
        self.plan.problems.append(replace(problem, cell=self.cell_of(row, place), place=place))

    def cell_of(self, row: RosterRow, place: str) -> str:
        """Return the address of the row's cell of a field."""
        return f"{self.columns.get(place) or self.columns.get('name', 'A')}{row.line}"

    def check_zeros(self, row: RosterRow) -> None:
        """Note a staff number that is shorter than all others: Excel drops leading zeros."""
        mend = zeros_mend(row.staff_no, self.state.staff_width)
        if mend and self.cell_of(row, "staff_no") not in self.kept_cells:
            width = str(self.state.staff_width)
            self.error(row, "staff_no", row.staff_no, "staff_no_zeros", width, mend)

    def owners_of(self, row: RosterRow, logins: Mapping[str, NewLogin]) -> dict[str, int]:
        """Return whose the row's staff number, phone number and address are, by field."""
        owners = {
            place: self.state.login_owners[login.key]
            for place, login in logins.items()
            if login.key in self.state.login_owners
        }
        number = staff_key(row.staff_no)
        if number and number in self.state.staff_owners:
            owners["staff_no"] = self.state.staff_owners[number]
        return owners

    def find_holder(
        self, row: RosterRow, logins: Mapping[str, NewLogin], owners: Mapping[str, int]
    ) -> KnownPerson | None:
        """Return whose the staff number is when the name differs and a person may choose."""
        holder = self.state.people.get(owners.get("staff_no", 0))
        if holder is None or not holder.has_history:
            return None
        login = logins.get("staff_no")
        if login and self.state.login_owners.get(login.key, holder.user_id) != holder.user_id:
            return None  # the log-in name is a third person's
        same = person_key(holder.name) == person_key(row.name)
        return holder if not same and offers_about(holder) else None

    def choice_of(self, row: RosterRow, holder: KnownPerson) -> Choice | None:
        """Return what was chosen for the row, None while nothing is; note it for the page."""
        made = self.choices.get(row.line)
        valid = made is not None and made.owner_id == holder.user_id
        choice = made.choice if made and valid and made.choice in offers_about(holder) else None
        problem = RosterProblem(
            row.line,
            "",
            row.staff_no,
            "staff_no_other_name",
            "chosen" if choice else "choice",
            holder.name,
            mend=choice or "",
            offers=offers_about(holder),
            holder_id=holder.user_id,
        )
        self.note(row, "staff_no", problem)
        return choice

    def match(
        self,
        row: RosterRow,
        owners: Mapping[str, int],
        holder: KnownPerson | None,
        choice: Choice | None,
    ) -> KnownPerson | None:
        """Return who the row means, None for a new person; note what contradicts that."""
        if holder is not None:
            if choice is Choice.RENAME:
                return self.claim(row, holder, owners)
            owners = {place: owner for place, owner in owners.items() if place != "staff_no"}
        if not owners:
            return None
        first = next(place for place in ("staff_no", "phone", "email") if place in owners)
        person = self.state.people[owners[first]]
        if not person.has_history or person_key(person.name) != person_key(row.name):
            if not (holder is person and choice is None):  # the choice may still settle that
                self.taken(row, first, person)
            return None
        return self.claim(row, person, owners)

    def claim(self, row: RosterRow, person: KnownPerson, owners: Mapping[str, int]) -> KnownPerson:
        """Let the row mean a person; note names that are others', and rows that mean the same."""
        for place, user_id in owners.items():
            if user_id != person.user_id:
                self.taken(row, place, self.state.people[user_id])
        if person.user_id in self.lines:
            line = str(self.lines[person.user_id])
            self.error(row, "name", row.name, "same_person_twice", line)
        self.lines[person.user_id] = row.line
        return person

    def check_holders(self, rows: Mapping[int, RosterRow]) -> None:
        """Note who gives a number away and stands in the file with the place that goes with it."""
        closed = {p.close_membership for p in self.plan.rows if p.close_membership is not None}
        for number, plan in enumerate(self.plan.rows):
            line = self.lines.get(plan.old_holder or 0)
            if line is not None and not closed.issuperset(plan.end_memberships):
                row = rows[plan.line]
                self.error(row, "staff_no", row.staff_no, "holder_still_listed", str(line))
                self.plan.rows[number] = RowPlan(plan.line, RowStatus.ERROR)

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
            mend = self.propose(path) if known is None else ""
            if known is None and not self.creates_departments:
                missing = names[length - 1]
                self.error(row, "department", value, "department_missing", missing, mend)
                break
            if known is None and mend and length == len(path):
                self.warn(row, "department", value, "department_like", mend, mend)
            if known is None:
                self.plan.departments.setdefault(part, names[:length])
        return path

    def propose(self, path: Path) -> str:
        """Return the path of the department that was probably meant, "" when unclear."""
        if path not in self.proposals:
            found = None
            if len(self.proposals) < MAX_PROPOSALS:
                found = closest_department(path, self.state.path_names, self.state.aliases)
            self.proposals[path] = "/".join(found or ())
        return self.proposals[path]

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
        changes += ["post"] if open_posts else []
        plan = RowPlan(
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
        return replace(plan, shifts=shifts_of(row, person, plan, self.paths, self.names))

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
                self.warn(row, place, login.name, "login_not_added")
        if not person.places:
            code = "rejoins" if person.is_ours else "joins_from_elsewhere"
            self.warn(row, "name", row.name, code)
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
            self.warn(row, "staff_no", number, "staff_no_changes", own.staff_no)
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
