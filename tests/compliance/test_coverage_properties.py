"""Coverage on any date, as known on any date, equals counting person by person over a journal.

The journal is kept beside the services, in Python: what was recorded when, and which end of it was
known from when on. The recount reads the journal alone.
"""

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from learning.certification.rules.holdings import held_spans
from learning.certification.services.holdings import keep_holdings
from learning.compliance.models import Exemption, Requirement, StaffStatus
from learning.compliance.queries import packing
from learning.compliance.queries.coverage import read_coverage
from learning.compliance.queries.requirements import AsOf
from learning.compliance.rules.coverage import roll_up
from learning.compliance.rules.requirements import Cell, Period
from learning.compliance.services import exemptions
from learning.compliance.services.requirements import Change, set_requirements
from learning.kernel.errors import DomainError
from learning.organisations.services import memberships, units
from tests.factories.coverage import Works, make_works
from tests.factories.people import LONG_AGO, make_unit, make_user

DAY = timedelta(days=1)


@dataclass
class Fact:
    """One thing that was recorded: about whom, from when, and the ends as they became known."""

    what: tuple[object, ...]
    since: datetime
    recorded: datetime
    ends: list[tuple[datetime, datetime | None]] = field(default_factory=list)
    row_id: int | str = 0

    def stood(self, on: datetime, known: datetime) -> bool:
        if self.recorded > known or self.since > on:
            return False
        heard = [end for at, end in self.ends if at <= known]
        return not heard or heard[-1] is None or heard[-1] > on

    @property
    def is_open(self) -> bool:
        return not self.ends or self.ends[-1][1] is None


class World:
    """Acts at random through the services, and the journal of them."""

    def __init__(self, session: Session, now: datetime, seed: int) -> None:
        self.session, self.dice = session, random.Random(seed)
        self.works: Works = make_works(session, now, posts=3, schemes=3)
        self.units = self.works.units
        for name in ("二分厂", "机修班"):
            self.units.append(
                make_unit(
                    session, now, kind="department", name=name, parent=self.works.organisation
                )
            )
        self.people = [make_user(session, now, f"员工{n}") for n in range(12)]
        self.facts: dict[str, list[Fact]] = {
            kind: []
            for kind in (
                "parent",
                "member",
                "post",
                "asked",
                "held",
                "exempt",
                "leave",
                "contractor",
            )
        }
        begun = now - LONG_AGO
        above = [None, self.units[0], self.units[1], self.units[0], self.units[0]]
        for unit, parent in zip(self.units[1:], above[1:], strict=True):
            assert parent is not None
            self.note("parent", (unit.id, parent.id), begun, begun)

    def note(self, kind: str, what: tuple[object, ...], since: datetime, now: datetime) -> Fact:
        fact = Fact(what, since, now)
        self.facts[kind].append(fact)
        return fact

    def act(self, now: datetime) -> None:
        """Do one random thing; what the services refuse leaves no trace."""
        often = [self.join, self.join, self.take, self.take, self.take, self.ask, self.ask]
        more = [self.certify, self.certify, self.certify, self.revoke, self.ask, self.join]
        rarely = [self.leave, self.drop, self.move, self.spare, self.unspare, self.rest, self.back]
        step = self.dice.choice([*often, *often, *more, *rarely])
        nested = self.session.begin_nested()
        try:
            step(now, now - self.dice.choice([0, 0, 1, 3]) * DAY)
        except DomainError:
            nested.rollback()
        else:
            nested.commit()

    def pick(self, kind: str, **open_only: bool) -> Fact | None:
        found = [f for f in self.facts[kind] if f.is_open or not open_only.get("is_open", True)]
        return self.dice.choice(found) if found else None

    def join(self, now: datetime, at: datetime) -> None:
        person, unit = self.dice.choice(self.people), self.dice.choice(self.units)
        row = memberships.add_membership(
            self.session, None, person.id, unit_id=unit.id, now=now, effective_at=at
        )
        self.note("member", (person.id, unit.id), at, now).row_id = row.id

    def leave(self, now: datetime, at: datetime) -> None:
        if fact := self.pick("member"):
            memberships.end_membership(
                self.session, None, int(fact.row_id), now=now, effective_at=at
            )
            fact.ends.append((now, at))
            for post in self.facts["post"]:
                if post.is_open and (post.what[0], post.what[1]) == fact.what:
                    post.ends.append((now, max(post.since, at)))

    def take(self, now: datetime, at: datetime) -> None:
        member = self.pick("member")
        if member is None:
            return
        user_id, unit_id = member.what
        post = self.dice.choice(self.works.posts)
        row = memberships.assign_post(
            self.session,
            None,
            user_id,
            post_id=post.id,
            unit_id=unit_id,
            now=now,
            effective_at=at,  # type: ignore[arg-type]
        )
        self.note("post", (user_id, unit_id, post.id), at, now).row_id = row.id

    def drop(self, now: datetime, at: datetime) -> None:
        if fact := self.pick("post"):
            memberships.end_post_holding(
                self.session, None, int(fact.row_id), now=now, effective_at=at
            )
            fact.ends.append((now, at))

    def move(self, now: datetime, at: datetime) -> None:
        unit, parent = self.dice.choice(self.units[1:]), self.dice.choice(self.units)
        old = next(f for f in self.facts["parent"] if f.is_open and f.what[0] == unit.id)
        units.move_unit(self.session, None, unit.id, parent_id=parent.id, now=now, effective_at=at)
        if old.what[1] != parent.id:
            old.ends.append((now, at))
            self.note("parent", (unit.id, parent.id), at, now)

    def ask(self, now: datetime, at: datetime) -> None:
        unit, post = self.dice.choice(self.units), self.dice.choice(self.works.posts)
        scheme = self.dice.choice(self.works.schemes)
        at += self.dice.choice([0, 0, 5]) * DAY
        level = self.dice.choice(["required", "required", "optional", ""])
        set_requirements(
            self.session,
            self.works.actor,
            unit.public_id,
            [Change(post.public_id, scheme.public_id, Cell(level))],
            starts_at=at,
            now=now,
        )
        cell = (unit.id, post.id, scheme.id)
        old = next((f for f in self.facts["asked"] if f.is_open and f.what[:3] == cell), None)
        if old is not None and old.what[3] == level:
            return
        if old is not None:
            old.ends.append((now, at))
        if level:
            self.note("asked", (*cell, level), at, now)

    def certify(self, now: datetime, at: datetime) -> None:
        person, scheme = self.dice.choice(self.people), self.dice.choice(self.works.schemes)
        until = at + self.dice.choice([5, 20, 400]) * DAY
        fact = self.note("held", (person.id, scheme.id), at, now)
        fact.row_id = len(self.facts["held"])
        fact.ends.append((now, until + timedelta(microseconds=1)))
        self.keep(fact, until, None, now)

    def revoke(self, now: datetime, at: datetime) -> None:
        if fact := self.pick("held", is_open=False):
            end = fact.ends[0][1]
            assert end is not None
            if len(fact.ends) == 1 and fact.since < at < end:
                fact.ends.append((now, at))
                self.keep(fact, end - timedelta(microseconds=1), at, now)

    def keep(self, fact: Fact, until: datetime, ended: datetime | None, now: datetime) -> None:
        user_id, scheme_id = fact.what
        keep_holdings(
            self.session,
            source_kind="external",
            source_id=int(fact.row_id),
            user_id=user_id,  # type: ignore[arg-type]
            scheme_id=scheme_id,  # type: ignore[arg-type]
            spans=held_spans(fact.since, until, ended_at=ended),
            now=now,
        )

    def spare(self, now: datetime, at: datetime) -> None:
        person, scheme = self.dice.choice(self.people), self.dice.choice(self.works.schemes)
        end = at + self.dice.choice([4, 30]) * DAY
        key = exemptions.exempt_person(
            self.session,
            self.works.actor,
            self.works.organisation.public_id,
            person.public_id,
            scheme.public_id,
            reason="正在转岗",
            period=Period(at, end),
            now=now,
        )
        fact = self.note("exempt", (person.id, scheme.id), at, now)
        fact.ends.append((now, end))
        fact.row_id = key

    def unspare(self, now: datetime, at: datetime) -> None:
        if fact := self.pick("exempt", is_open=False):
            exemptions.end_exemption(self.session, self.works.actor, str(fact.row_id), now=now)
            fact.ends.append((now, max(fact.since, now)))

    def rest(self, now: datetime, at: datetime) -> None:
        person, kind = self.dice.choice(self.people), self.dice.choice(["leave", "contractor"])
        end = self.dice.choice([None, at + 10 * DAY])
        key = exemptions.set_status(
            self.session,
            self.works.actor,
            self.works.organisation.public_id,
            person.public_id,
            kind,
            period=Period(at, end),
            now=now,
        )
        fact = self.note(kind, (person.id,), at, now)
        fact.ends.append((now, end))
        fact.row_id = key

    def back(self, now: datetime, at: datetime) -> None:
        if fact := self.pick(self.dice.choice(["leave", "contractor"]), is_open=False):
            exemptions.end_status(
                self.session, self.works.actor, str(fact.row_id), ends_at=at, now=now
            )
            fact.ends.append((now, max(fact.since, at)))

    def recount(self, on: datetime, known: datetime) -> dict[int, list[int]]:
        """Count person by person: unit → [required, held, required and held of contractors]."""

        def standing(kind: str) -> list[tuple[object, ...]]:
            return [fact.what for fact in self.facts[kind] if fact.stood(on, known)]

        parents = dict(standing("parent"))  # type: ignore[arg-type]
        members = {what[0] for what in standing("member")}
        asked = {what[:3]: what[3] for what in standing("asked")}
        held, exempt = set(standing("held")), set(standing("exempt"))
        away = {what[0] for what in standing("leave")}
        contractors = {what[0] for what in standing("contractor")}
        counts = {unit.id: [0, 0, 0, 0] for unit in self.units}
        for user_id, unit_id, post_id in set(standing("post")):
            if user_id not in members or user_id in away:
                continue
            for scheme in self.works.schemes:
                at, level = unit_id, None
                while at is not None and level is None:
                    level = asked.get((at, post_id, scheme.id))
                    at = parents.get(at)
                if level != "required" or (user_id, scheme.id) in exempt:
                    continue
                first = 2 if user_id in contractors else 0
                place = unit_id
                while place is not None:
                    counts[place][first] += 1  # type: ignore[index]
                    counts[place][first + 1] += (user_id, scheme.id) in held  # type: ignore[index]
                    place = parents.get(place)
        return counts


@pytest.mark.histories
@pytest.mark.parametrize("seed", range(3))
def test_coverage_on_any_date_as_known_on_any_date_equals_a_recount(
    session: Session, now: datetime, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packing, "FEW", 2_000 if seed else 0)  # both ways to find holders
    world = World(session, now, seed)
    for day in range(90):
        for _ in range(4):
            world.act(now + day * DAY + world.dice.random() * DAY)
    asked = 0
    for _ in range(25):
        on = now + world.dice.uniform(-2, 110) * DAY
        known = now + world.dice.uniform(0, 95) * DAY

        coverage = read_coverage(session, world.works.organisation.id, AsOf(on, known))

        rolled = roll_up(coverage.obligations.sum_by("unit_id"), coverage.parents)
        found = {
            unit_id: [
                figures.staff.required,
                figures.staff.held,
                figures.contractors.required,
                figures.contractors.held,
            ]
            for unit_id, figures in rolled.items()
        }
        recounted = world.recount(on, known)
        assert found == {unit_id: recounted[unit_id] for unit_id in found}
        assert set(found) == set(recounted)
        asked += sum(recounted[world.works.organisation.id])
    assert asked > 150, "the histories ask nothing of anybody"


def test_the_random_histories_end_and_change_what_they_record(
    session: Session, now: datetime
) -> None:
    world = World(session, now, 1)
    for hour in range(400):
        world.act(now + hour * DAY / 4)

    for table in (Requirement, Exemption, StaffStatus):
        ends = session.scalars(select(table.ended_at)).all()
        assert any(at is not None for at in ends), table
