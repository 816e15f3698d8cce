"""The values of rosters: rows as read, the present they are compared with, plans and problems."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal

from learning.accounts.rules import LoginNameKind
from learning.organisations.rules.names import name_key

_KINDS = {
    "staff_no": LoginNameKind.STAFF.value,
    "phone": LoginNameKind.PHONE.value,
    "email": LoginNameKind.EMAIL.value,
}
MAX_PATH = 8  # departments in one path
Path = tuple[str, ...]


class RowStatus(StrEnum):
    """What applying the roster would do with a row."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    ERROR = "error"
    UNDECIDED = "undecided"  # the number is somebody else's: a person must choose
    SKIPPED = "skipped"  # chosen to be left out


class Turn(StrEnum):
    """What a month brought a person, as HR counts it. Who left stands in no row."""

    JOINED = "joined"
    MOVED = "moved"
    POSTED = "posted"


_SHIFTS = {Turn.MOVED: "place", Turn.POSTED: "post"}


class Choice(StrEnum):
    """What a row means whose staff number belongs to a person of another name."""

    RENAME = "rename"  # the same person: the name is corrected
    NEW = "new"  # somebody else: the old holder's place ends, the number passes on
    SKIP = "skip"  # neither: the row is left out


@dataclass(frozen=True, slots=True)
class RosterRow:
    """A row as read: texts in canonical form, "" for empty cells; `line` is Excel's row number."""

    line: int
    name: str
    staff_no: str
    phone: str
    email: str
    department: Path
    post: str
    category: str = ""  # a StaffCategory
    leave_from: str = ""  # first day on leave, as 2026-03-01
    leave_to: str = ""  # last day on leave


@dataclass(frozen=True, slots=True)
class RosterProblem:
    """Something wrong with a cell. Errors keep a roster from being applied, warnings do not.

    `code` says what, with `other` as its one detail (a cell, a name, a department). `place` is the
    field; `mend` what the cell should probably say, "" when nobody can tell. A `choice` waits for a
    person's decision about the row, a `chosen` one has it as its `mend`; `offers` are the choices.
    """

    line: int
    cell: str
    value: str
    code: str
    severity: Literal["error", "warning", "choice", "chosen"] = "error"
    other: str = ""
    place: str = ""
    mend: str = ""
    offers: tuple[str, ...] = ()
    holder_id: int = 0  # whose staff number it is; never shown


@dataclass(frozen=True, slots=True)
class RowChoice:
    """What a person chose for a row, and whose staff number it was about then."""

    choice: Choice
    owner_id: int


@dataclass(frozen=True, slots=True)
class MendedCell:
    """A proposal that a person took: what the cell said and what it says now."""

    cell: str
    place: str
    read: str
    mend: str


@dataclass(frozen=True, slots=True)
class Place:
    """An open membership of a known person in the organisation."""

    membership_id: int
    unit_id: int
    staff_no: str
    category: str = ""


@dataclass(frozen=True, slots=True)
class Holding:
    """An open post holding of a known person in the organisation."""

    holding_id: int
    unit_id: int
    post_name: str


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """A person some row may mean.

    `is_ours`: belongs or belonged here and nowhere else, so that a roster may add log-in names.
    `has_history`: was ever a member anywhere; who was not (an operator's account) is never matched.
    """

    user_id: int
    name: str
    is_ours: bool
    has_history: bool = True
    places: tuple[Place, ...] = ()
    holdings: tuple[Holding, ...] = ()


@dataclass(frozen=True, slots=True)
class RosterState:
    """The present, as far as the rows can touch it.

    `units` maps folded paths below the roster's unit (the unit itself is `()`) to row ids; several
    ids mean that the path is ambiguous, none that it leads to another organisation.
    `login_owners` maps log-in name keys to people, `staff_owners` folded staff numbers to members.
    """

    root_name: str
    organisation_code: str
    units: Mapping[Path, tuple[int, ...]]
    people: Mapping[int, KnownPerson]
    login_owners: Mapping[str, int]
    staff_owners: Mapping[str, int]
    post_keys: frozenset[str]
    retired_posts: frozenset[str] = frozenset()  # those of the keys that are in use no more
    former_posts: Mapping[str, str] = field(default_factory=dict)  # former key → present name
    staff_width: int = 0  # digits of every staff number of the organisation, 0 when they differ
    path_names: Mapping[Path, Path] = field(default_factory=dict)  # folded path → names
    aliases: Mapping[str, Path] = field(default_factory=dict)  # folded other name → folded path


@dataclass(frozen=True, slots=True)
class NewLogin:
    """A log-in name to be given: its kind, as kept, and its key."""

    kind: str
    name: str
    key: str


@dataclass(frozen=True, slots=True)
class Shift:
    """What changes about the place of a known person: from what, to what; "" for none.

    Said in words, but for categories, which are codes.
    """

    what: Literal["place", "post", "number", "category", "leave"]
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class RowLeave:
    """A leave to be noted: from when, until before when (None: until further notice).

    `ends_id` is the row id of a noted leave that is ended by it instead, 0 where one is made.
    """

    starts_at: datetime
    ends_at: datetime | None
    ends_id: int = 0


@dataclass(frozen=True, slots=True)
class RowPlan:
    """What a row does. `user_id` None makes a person; paths name units that may be made first."""

    line: int
    status: RowStatus
    user_id: int | None = None
    changes: tuple[str, ...] = ()
    logins: tuple[NewLogin, ...] = ()
    close_membership: int | None = None
    open_membership: tuple[Path, str] | None = None  # path, staff number
    close_holdings: tuple[int, ...] = ()
    open_posts: tuple[tuple[Path, str], ...] = ()  # path, name of the post
    old_name: str = ""  # the person is renamed, from this name
    old_holder: int | None = None  # whose number passes on
    end_memberships: tuple[int, ...] = ()  # of the old holder
    taken_login: str = ""  # key of the old holder's log-in name that passes on
    shifts: tuple[Shift, ...] = ()
    category: str = ""  # of the membership opened
    recategorised: tuple[tuple[int, str], ...] = ()  # open membership, its category so far
    leave: RowLeave | None = None


@dataclass(slots=True)
class RosterPlan:
    """The plans of all rows in order, the problems found, and what has to be made first."""

    rows: list[RowPlan] = field(default_factory=list)
    problems: list[RosterProblem] = field(default_factory=list)
    departments: dict[Path, Path] = field(
        default_factory=dict
    )  # folded path → names, parents first
    posts: dict[str, str] = field(default_factory=dict)  # key → name

    @property
    def counts(self) -> dict[str, int]:
        """Return the figures people see before they apply."""
        counts = {status.value: 0 for status in RowStatus}
        for row in self.rows:
            counts[row.status] += 1
        counts |= {turn.value: sum(turn_of(row, turn) for row in self.rows) for turn in Turn}
        counts["warnings"] = sum(1 for p in self.problems if p.severity == "warning")
        counts["mends"] = sum(1 for p in self.problems if p.mend and p.severity == "error")
        counts["departments"] = len(self.departments)
        counts["posts"] = len(self.posts)
        return counts


def turn_of(row: RowPlan, turn: Turn) -> bool:
    """Tell whether a row is of this kind: a person may move and change the post at once."""
    if turn is Turn.JOINED:
        return row.status is RowStatus.NEW or "place" in row.changes
    return any(shift.what == _SHIFTS[turn] for shift in row.shifts)


def login_keys(row: RosterRow, organisation_code: str) -> dict[str, NewLogin]:
    """Return the log-in names a row gives, by field. Staff numbers need the organisation's code.

    The row is in canonical form, so the key is the twin of `accounts.rules.login_name_key` without
    its checks, which would take seconds for 20,000 rows.
    """
    names = {
        "staff_no": f"{organisation_code}/{row.staff_no}" if organisation_code else "",
        "phone": row.phone,
        "email": row.email,
    }
    return {
        place: NewLogin(_KINDS[place], name, f"{_KINDS[place]}:{name.casefold()}")
        for place, name in names.items()
        if name and getattr(row, place)
    }


def path_key(path: Iterable[str]) -> Path:
    """Return a path of departments as it is compared."""
    return tuple(name_key(part) for part in path)
