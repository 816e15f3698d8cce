"""Writing a planned roster: units and posts first, then people, then their places."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from learning.accounts.models import LoginName
from learning.accounts.services.bulk import (
    LoginNameDraft,
    PersonDraft,
    insert_login_names,
    insert_people,
    rename_person,
)
from learning.accounts.services.logins import revoke_sessions_of, void_codes
from learning.kernel import audit
from learning.kernel.errors import Conflict
from learning.kernel.ids import new_public_id
from learning.organisations.models import Membership, Post, PostHolding
from learning.organisations.queries.units import UnitView
from learning.organisations.rules.names import name_key, staff_key
from learning.organisations.rules.roster import NewLogin, Path, RowPlan, RowStatus
from learning.organisations.rules.units import UnitDraft, UnitKind
from learning.organisations.services.acts import Act
from learning.organisations.services.categories import set_categories
from learning.organisations.services.roster_keeping import CheckedRoster
from learning.organisations.services.roster_leaving import close_places
from learning.organisations.services.roster_undoing import (
    PLACES,
    Done,
    highest_id,
    made_since,
)
from learning.organisations.services.transfers import close_rows, insert_rows
from learning.organisations.services.units import insert_unit


@dataclass(frozen=True, slots=True)
class PreparedRoster:
    """A checked roster without errors, with everything slow computed: ready to be written.

    `people` are the new people by line, `sort_keys` those of corrected names by line.
    """

    checked: CheckedRoster
    people: Mapping[int, PersonDraft]
    sort_keys: Mapping[int, str]
    columns: Mapping[str, str]  # of the kept roster


class RosterWriter:
    """Writes a plan: units and posts first, then people, then their places."""

    def __init__(
        self,
        session: Session,
        unit: UnitView,
        prepared: PreparedRoster,
        act: Act,
        leaving: Sequence[int] = (),
    ) -> None:
        self.session, self.unit, self.act = session, unit, act
        self.prepared, self.checked, self.people = prepared, prepared.checked, prepared.people
        self.rows = {row.line: row for row in self.checked.parsed.rows}
        self.unit_ids: dict[Path, int] = {
            path: ids[0] for path, ids in self.checked.state.units.items() if len(ids) == 1
        }
        self.leaving = leaving
        self.users: dict[int, int] = {}  # who each written row is about, by line
        self.done = Done()

    def write(self) -> Done:
        """Write everything; return what was done, to be undone by.

        `leaving` are the memberships of people who left. Raises Conflict("roster_stale") when a
        holder or name has changed.
        """
        tops = {table: highest_id(self.session, table) for table in PLACES}
        plans = [
            p for p in self.checked.plan.rows if p.status in {RowStatus.NEW, RowStatus.CHANGED}
        ]
        self.make_departments()
        post_ids = self.make_posts() if any(plan.open_posts for plan in plans) else {}
        ids = insert_people(self.session, list(self.people.values()), now=self.act.recorded_at)
        users = {plan.line: plan.user_id or ids[self.people[plan.line].public_id] for plan in plans}
        self.users = users
        logins = [self.login(users[plan.line], login) for plan in plans for login in plan.logins]
        insert_login_names(self.session, logins, now=self.act.recorded_at)
        self.settle_numbers(plans, users)
        closed = {p.close_membership for p in plans if p.close_membership is not None}
        ended = {membership for plan in plans for membership in plan.end_memberships}
        holdings = [holding for plan in plans for holding in plan.close_holdings]
        close_rows(self.session, Membership, sorted(closed | ended), self.act)
        close_rows(self.session, PostHolding, holdings, self.act)
        left = close_places(self.session, self.leaving, self.unit, self.act)
        self.open_places(plans, users, post_ids)
        self.recategorise(plans)
        places = [place.membership_id for place in left.places]
        return replace(
            self.done,
            new_people=sorted(ids.values()),
            people=sorted(
                {*users.values(), *(place.user_id for place in left.places)}
                | {plan.old_holder for plan in plans if plan.old_holder is not None}
            ),
            left=len(places),
            logins=[draft.key for draft in logins],
            closed={
                Membership.__tablename__: sorted({*closed, *ended, *places}),
                PostHolding.__tablename__: sorted({*holdings, *left.holdings}),
            },
            opened={
                table.__tablename__: made_since(self.session, table, top, self.act)
                for table, top in tops.items()
            },
        )

    def recategorise(self, plans: Sequence[RowPlan]) -> None:
        """Let open memberships say another category; raises Conflict("roster_stale")."""
        told = [
            (membership, before, self.rows[plan.line].category)
            for plan in plans
            for membership, before in plan.recategorised
        ]
        if not set_categories(self.session, told):
            raise Conflict("roster_stale")
        self.done.recategorised.extend(told)

    def settle_numbers(self, plans: Sequence[RowPlan], users: Mapping[int, int]) -> None:
        """Do what was chosen for numbers of people with other names; each in the audit trail."""
        for plan in plans:
            if plan.old_name:
                self.rename(plan, users[plan.line])
            elif plan.old_holder is not None:
                self.pass_number(plan, users[plan.line])

    def rename(self, plan: RowPlan, user_id: int) -> None:
        """Correct a person's name."""
        names = {"old": plan.old_name, "new": self.rows[plan.line].name}
        sort_key = self.prepared.sort_keys[plan.line]
        if not rename_person(self.session, user_id, **names, sort_key=sort_key):
            raise Conflict("roster_stale")
        self.done.renamed.append((user_id, names["old"], names["new"]))
        self.log("person.renamed", user_id, plan, names)

    def pass_number(self, plan: RowPlan, user_id: int) -> None:
        """Let the staff number's log-in name open the new holder's account, and no other."""
        details = {"to": user_id, "memberships": list(plan.end_memberships)}
        self.log("staff_number.passed", plan.old_holder or 0, plan, details)
        if not plan.taken_login:
            return
        found = self.session.scalars(
            update(LoginName)
            .where(LoginName.name_key == plan.taken_login, LoginName.user_id == plan.old_holder)
            .values(user_id=user_id)
            .returning(LoginName.id)
            .execution_options(synchronize_session=False)
        ).first()
        if found is None:
            raise Conflict("roster_stale")
        self.done.passed.append((plan.taken_login, plan.old_holder or 0, user_id))
        # Who knows the number must not find the old holder's account still open on a device.
        revoke_sessions_of(self.session, plan.old_holder or 0, now=self.act.recorded_at)
        void_codes(self.session, plan.old_holder or 0, now=self.act.recorded_at)

    def log(self, what: str, user_id: int, plan: RowPlan, details: Mapping[str, Any]) -> None:
        """Write the audit entry of a choice about a staff number."""
        audit.log(
            self.session,
            what,
            f"user:{user_id}",
            actor_id=self.act.actor_id,
            now=self.act.recorded_at,
            details={
                "unit": self.unit.public_id,
                "line": plan.line,
                "staff_no": self.rows[plan.line].staff_no,
                **details,
            },
        )

    def make_departments(self) -> None:
        """Make missing departments, parents first; the plan made the checks of `create_unit`."""
        for path, names in self.checked.plan.departments.items():
            draft = UnitDraft(UnitKind.DEPARTMENT, names[-1])
            made = insert_unit(self.session, draft, self.unit_ids[path[:-1]], self.act)
            self.unit_ids[path] = made.id
            self.done.units.append(made.id)

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
                        "category": plan.category,
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
