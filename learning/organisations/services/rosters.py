"""Rosters: checked without a trace, then applied as one act or not at all.

Reading and comparing happen before the transaction (`check_roster`, `prepare`); the transaction
verifies by a fingerprint that nothing has changed since, and writes in bulk.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, astuple, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from learning.accounts.services.bulk import (
    LoginNameDraft,
    PersonDraft,
    draft_person,
    insert_login_names,
    insert_people,
)
from learning.kernel import audit
from learning.kernel.errors import Conflict
from learning.kernel.ids import new_public_id
from learning.kernel.permissions import Actor
from learning.organisations.loader import ParsedRoster
from learning.organisations.models import Membership, Post, PostHolding, RosterImport
from learning.organisations.queries import (
    fingerprint,
    load_roster_state,
    organisation_of_unit,
)
from learning.organisations.queries.rosters import Fingerprint
from learning.organisations.queries.units import UnitView
from learning.organisations.rules.names import name_key, staff_key
from learning.organisations.rules.planning import plan_roster
from learning.organisations.rules.roster import (
    NewLogin,
    Path,
    RosterPlan,
    RosterProblem,
    RosterRow,
    RosterState,
    RowPlan,
    RowStatus,
)
from learning.organisations.rules.units import UnitDraft, UnitKind
from learning.organisations.services.acts import Act, begin_act
from learning.organisations.services.transfers import close_rows, insert_rows
from learning.organisations.services.units import insert_unit

CHECKED, APPLIED = "checked", "applied"


@dataclass(frozen=True, slots=True)
class CheckedRoster:
    """Rows, what they would change, and the state they were compared with."""

    parsed: ParsedRoster
    plan: RosterPlan
    state: RosterState
    organisation_id: int
    fingerprint: Fingerprint


@dataclass(frozen=True, slots=True)
class PreparedRoster:
    """A checked roster without errors, with everything slow computed: ready to be written."""

    checked: CheckedRoster
    people: Mapping[int, PersonDraft]  # by line
    columns: Mapping[str, str]  # of the kept roster


def check_roster(
    session: Session,
    unit: UnitView,
    parsed: ParsedRoster,
    *,
    creates_departments: bool,
    now: datetime,
) -> CheckedRoster:
    """Compare rows with the present; reads only. `parsed.problems` are those of the file alone."""
    organisation_id = organisation_of_unit(session, unit.id, now).id
    mark = fingerprint(session, organisation_id)
    state = load_roster_state(session, unit, parsed.rows, now)
    plan = plan_roster(
        parsed.rows,
        state,
        columns=parsed.columns,
        file_problems=parsed.problems,
        creates_departments=creates_departments,
    )
    return CheckedRoster(parsed, plan, state, organisation_id, mark)


def prepare(checked: CheckedRoster) -> PreparedRoster:
    """Compute ids and sort keys of new people. Raises Conflict("roster_has_errors")."""
    if any(problem.severity == "error" for problem in checked.plan.problems):
        raise Conflict("roster_has_errors")
    rows = {row.line: row for row in checked.parsed.rows}
    new = [plan.line for plan in checked.plan.rows if plan.status is RowStatus.NEW]
    people = {line: draft_person(rows[line].name) for line in new}
    return PreparedRoster(checked, people, _as_columns(checked))


def save_check(
    session: Session,
    actor: Actor,
    unit: UnitView,
    checked: CheckedRoster,
    *,
    file_name: str,
    sha256: str,
    creates_departments: bool,
    now: datetime,
) -> str:
    """Keep a checked roster for people to look at; return its public id."""
    row = RosterImport(
        public_id=new_public_id(),
        unit_id=unit.id,
        file_name=file_name[-200:],
        sha256=sha256,
        creates_departments=creates_departments,
        state=CHECKED,
        created_by=actor.user_id,
        created_at=now,
        **_as_columns(checked),
    )
    session.add(row)
    session.flush()  # a full disk must show here, not after the redirect was made
    return row.public_id


def renew_check(session: Session, import_id: int, checked: CheckedRoster) -> None:
    """Keep what a later check found; an applied roster stays as it is."""
    session.execute(
        update(RosterImport)
        .where(RosterImport.id == import_id, RosterImport.state == CHECKED)
        .values(**_as_columns(checked))
        .execution_options(synchronize_session=False)
    )


def _as_columns(checked: CheckedRoster) -> dict[str, str]:
    plans = {plan.line: plan for plan in checked.plan.rows}
    rows = [
        [*astuple(row), plans[row.line].status.value, list(plans[row.line].changes)]
        for row in checked.parsed.rows
    ]
    content = {"columns": checked.parsed.columns, "rows": rows}
    problems = {
        "file": [asdict(problem) for problem in checked.parsed.problems],
        "all": [asdict(problem) for problem in checked.plan.problems],
    }
    return {
        "rows": json.dumps(content, ensure_ascii=False, separators=(",", ":")),
        "problems": json.dumps(problems, ensure_ascii=False, separators=(",", ":")),
        "counts": json.dumps(checked.plan.counts),
    }


@dataclass(frozen=True, slots=True)
class KeptRow:
    """A row of a kept roster with what applying it would do."""

    row: RosterRow
    status: RowStatus
    changes: tuple[str, ...]


def kept_rows(roster: RosterImport) -> list[KeptRow]:
    """Return the rows of a kept roster in order."""
    return [
        KeptRow(
            RosterRow(line, name, staff_no, phone, email, tuple(department), post),
            RowStatus(status),
            tuple(changes),
        )
        for line, name, staff_no, phone, email, department, post, status, changes in json.loads(
            roster.rows
        )["rows"]
    ]


def kept_problems(roster: RosterImport) -> list[RosterProblem]:
    """Return the problems of a kept roster by line."""
    return [RosterProblem(**problem) for problem in json.loads(roster.problems)["all"]]


def kept_parse(roster: RosterImport) -> ParsedRoster:
    """Return a kept roster as it was read from the file, to be compared anew."""
    return ParsedRoster(
        rows=[kept.row for kept in kept_rows(roster)],
        columns=json.loads(roster.rows)["columns"],
        problems=[RosterProblem(**problem) for problem in json.loads(roster.problems)["file"]],
    )


def apply_roster(
    session: Session,
    actor: Actor,
    roster_id: int,
    *,
    unit: UnitView,
    prepared: PreparedRoster,
    now: datetime,
) -> bool:
    """Write a prepared roster, whole or not at all; False when it has been applied already.

    Raises Conflict("roster_stale") when units, people or log-in names have changed since the
    check: check again.
    """
    act = begin_act(session, actor, now)
    claimed = session.scalars(
        update(RosterImport)
        .where(RosterImport.id == roster_id, RosterImport.state == CHECKED)
        .values(state=APPLIED, applied_at=now, **prepared.columns)
        .returning(RosterImport.public_id)
        .execution_options(synchronize_session=False)
    ).first()
    if claimed is None:
        return False
    checked = prepared.checked
    if fingerprint(session, checked.organisation_id) != checked.fingerprint:
        raise Conflict("roster_stale")
    try:
        _Writer(session, actor, unit, prepared, act).write()
    except IntegrityError as error:
        raise Conflict("roster_stale") from error
    audit.log(
        session,
        "roster.applied",
        unit.public_id,
        actor_id=actor.user_id,
        now=now,
        details={"roster": claimed, **checked.plan.counts},
    )
    return True


class _Writer:
    """Writes a plan: units and posts first, then people, then their places."""

    def __init__(
        self, session: Session, actor: Actor, unit: UnitView, prepared: PreparedRoster, act: Act
    ) -> None:
        self.session, self.actor, self.unit, self.act = session, actor, unit, act
        self.checked, self.people = prepared.checked, prepared.people
        self.unit_ids: dict[Path, int] = {
            path: ids[0] for path, ids in self.checked.state.units.items() if len(ids) == 1
        }

    def write(self) -> None:
        """Write everything."""
        plans = [
            p for p in self.checked.plan.rows if p.status in {RowStatus.NEW, RowStatus.CHANGED}
        ]
        self.make_departments()
        post_ids = self.make_posts() if any(plan.open_posts for plan in plans) else {}
        ids = insert_people(self.session, list(self.people.values()), now=self.act.recorded_at)
        users = {plan.line: plan.user_id or ids[self.people[plan.line].public_id] for plan in plans}
        insert_login_names(
            self.session,
            [self.login(users[plan.line], login) for plan in plans for login in plan.logins],
            now=self.act.recorded_at,
        )
        close_rows(
            self.session,
            Membership,
            [plan.close_membership for plan in plans if plan.close_membership is not None],
            self.act.effective_at,
        )
        close_rows(
            self.session,
            PostHolding,
            [holding for plan in plans for holding in plan.close_holdings],
            self.act.effective_at,
        )
        self.open_places(plans, users, post_ids)

    def make_departments(self) -> None:
        """Make missing departments, parents first; the plan made the checks of `create_unit`."""
        for path, names in self.checked.plan.departments.items():
            draft = UnitDraft(UnitKind.DEPARTMENT, names[-1])
            made = insert_unit(self.session, draft, self.unit_ids[path[:-1]], self.act)
            self.unit_ids[path] = made.id

    def make_posts(self) -> dict[str, int]:
        """Make missing posts; return the ids of all posts of the organisation by key."""
        rows = [
            {
                "public_id": new_public_id(),
                "organisation_id": self.checked.organisation_id,
                "name": name,
                "name_key": key,
                "is_key_post": False,
                "created_at": self.act.recorded_at,
            }
            for key, name in self.checked.plan.posts.items()
        ]
        insert_rows(self.session, Post, rows)
        return dict(
            self.session.execute(
                select(Post.name_key, Post.id).where(
                    Post.organisation_id == self.checked.organisation_id
                )
            ).all()
        )

    def login(self, user_id: int, login: NewLogin) -> LoginNameDraft:
        """Return a planned log-in name for a person."""
        return LoginNameDraft(user_id, login.kind, login.name, login.key)

    def open_places(
        self, plans: Sequence[RowPlan], users: Mapping[int, int], post_ids: Mapping[str, int]
    ) -> None:
        """Open memberships and post holdings."""
        memberships: list[dict[str, Any]] = []
        holdings: list[dict[str, Any]] = []
        for plan in plans:
            if plan.open_membership is not None:
                path, staff_no = plan.open_membership
                memberships.append(
                    {
                        "user_id": users[plan.line],
                        "unit_id": self.unit_ids[path],
                        "organisation_id": self.checked.organisation_id,
                        "staff_no": staff_no,
                        "staff_no_key": staff_key(staff_no),
                        **self.act.opening(),
                    }
                )
            holdings += [
                {
                    "user_id": users[plan.line],
                    "post_id": post_ids[name_key(post)],
                    "unit_id": self.unit_ids[path],
                    **self.act.opening(),
                }
                for path, post in plan.open_posts
            ]
        insert_rows(self.session, Membership, memberships)
        insert_rows(self.session, PostHolding, holdings)
