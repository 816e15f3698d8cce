"""Whatever is done to the tree, in whatever order: one name, one parent, no cycle, the past stays."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from learning.kernel.errors import Conflict, Invalid
from learning.organisations import queries, services
from learning.organisations.models import Membership, Unit, UnitName, UnitParent
from learning.organisations.rules.units import UnitDraft, UnitKind
from learning.organisations.services import SplitPart
from tests.factories.people import make_membership, make_unit, make_user

STEP = timedelta(hours=1)
number = st.integers(0, 30)
act = st.tuples(
    st.sampled_from(
        ["create", "rename", "move", "move", "move", "merge", "split", "close", "join"]
    ),
    number,
    number,
    st.integers(0, 12).map(lambda hours: max(0, hours - 6)),  # mostly not backdated
)


class World:
    """A small network and what was seen of it at each instant."""

    def __init__(self, session: Session, now: datetime) -> None:
        self.session, self.clock, self.serial = session, now, 0
        root = make_unit(session, now, kind="association", name="协会")
        firms = [
            make_unit(session, now, kind="institute", name=f"院{n}", parent=root) for n in (1, 2)
        ]
        parts = [
            make_unit(session, now, kind="department", name=f"部{n}", parent=firms[n % 2])
            for n in range(4)
        ]
        self.unit_ids = [unit.id for unit in (root, *firms, *parts)]
        self.people = [make_user(session, now) for _ in range(4)]
        for person, part in zip(self.people, parts, strict=True):
            make_membership(
                session,
                now,
                person,
                part,
                organisation=firms[parts.index(part) % 2],
                staff_no=str(person.id),
            )
        self.seen: dict[datetime, object] = {}

    def do(self, kind: str, x: int, y: int, backdated: int) -> None:
        """Try one act; a refusal must leave everything as it was."""
        self.clock += STEP
        self.serial += 1
        effective = self.clock - STEP * backdated
        unit, other = (self.unit_ids[i % len(self.unit_ids)] for i in (x, y))
        closed_before = self.closed_rows()
        savepoint = self.session.begin_nested()
        try:
            self.perform(kind, unit, other, effective)
        except (Conflict, Invalid):
            savepoint.rollback()
            self.session.expire_all()
        else:
            savepoint.commit()
            self.seen = {at: view for at, view in self.seen.items() if at < effective}
        assert closed_before <= self.closed_rows()
        self.seen[self.clock] = self.look(self.clock)

    def perform(self, kind: str, unit: int, other: int, effective: datetime) -> None:
        session, dates = self.session, {"now": self.clock, "effective_at": effective}
        name = f"单位{self.serial}"
        if kind == "create":
            draft = UnitDraft(UnitKind.DEPARTMENT, name)
            self.unit_ids.append(
                services.create_unit(session, None, draft, parent_id=unit, **dates).id
            )
        elif kind == "rename":
            services.rename_unit(session, None, unit, name=name, **dates)
        elif kind == "move":
            services.move_unit(session, None, unit, parent_id=other, **dates)
        elif kind == "merge":
            services.merge_units(session, None, [unit], successor_id=other, **dates)
        elif kind == "split":
            drafts = [UnitDraft(UnitKind.DEPARTMENT, f"{name}{half}") for half in "甲乙"]
            parts = [SplitPart(drafts[0]), SplitPart(drafts[1], child_ids=frozenset({other}))]
            new = services.split_unit(session, None, unit, parts=parts, **dates)
            self.unit_ids += [successor.id for successor in new]
        elif kind == "close":
            services.close_unit(session, None, unit, **dates)
        else:
            person = self.people[other % len(self.people)]
            services.add_membership(session, None, person.id, unit_id=unit, **dates)

    def closed_rows(self) -> set[tuple[object, ...]]:
        found: set[tuple[object, ...]] = set()
        for table in (UnitName, UnitParent, Membership):
            columns = table.__table__.columns
            rows = self.session.execute(select(*columns).where(columns.valid_to.is_not(None)))
            found |= {(table.__name__, *row) for row in rows}
        return found

    def look(self, at: datetime) -> object:
        names = {u: queries.unit_name_at(self.session, u, at) for u in self.unit_ids}
        parents = {u: queries.parent_at(self.session, u, at) for u in self.unit_ids}
        places = {
            p.id: [
                (m.unit_id, m.organisation_id)
                for m in queries.list_memberships(self.session, p.id, at)
            ]
            for p in self.people
        }
        existing = {u for u, name in names.items() if name}
        return (
            {u: n for u, n in names.items() if u in existing},
            {u: p for u, p in parents.items() if u in existing},
            places,
        )


def assert_sound(world: World) -> None:
    session = world.session
    units = session.scalars(select(Unit).where(Unit.id.in_(world.unit_ids))).all()
    for table in (UnitName, UnitParent):
        rows = session.scalars(select(table).where(table.valid_to.is_(None)))
        open_rows = Counter(row.unit_id for row in rows)
        assert all(count == 1 for count in open_rows.values())
        if table is UnitName:
            assert set(world.unit_ids) <= set(open_rows)
        else:
            assert not {u.id for u in units if u.closed_at is not None} & set(open_rows)
    edges = session.execute(
        select(UnitParent.unit_id, UnitParent.parent_id, UnitParent.valid_from, UnitParent.valid_to)
    ).all()
    for at in {edge.valid_from for edge in edges} | {
        edge.valid_to for edge in edges if edge.valid_to
    }:
        up = {
            e.unit_id: e.parent_id
            for e in edges
            if e.valid_from <= at and (e.valid_to is None or e.valid_to > at)
        }
        assert_no_cycle(up)
    for row in session.scalars(select(Membership).where(Membership.valid_to.is_(None))):
        owner = queries.organisation_of_unit(session, row.unit_id, world.clock)
        assert row.organisation_id == owner.id
        assert queries.get_unit(session, row.unit_id, world.clock).is_open


def assert_no_cycle(up: dict[int, int]) -> None:
    for start in up:
        seen, unit = {start}, start
        while unit in up:
            unit = up[unit]
            assert unit not in seen
            seen.add(unit)


@pytest.mark.histories
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(acts=st.lists(act, min_size=3, max_size=14))
def test_any_sequence_of_acts_keeps_the_tree_sound_and_the_past_unchanged(
    session: Session, now, acts: Sequence[tuple[str, int, int, int]]
) -> None:
    start = session.begin_nested()
    try:
        world = World(session, now)
        for step in acts:
            world.do(*step)
        assert_sound(world)
        for at, view in world.seen.items():
            assert world.look(at) == view
    finally:
        start.rollback()
        session.expire_all()
