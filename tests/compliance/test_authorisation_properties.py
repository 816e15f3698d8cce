"""Whatever comes in whatever order, who is shown as authorised has every ground on that date.

Transfers, posts given up, units merged and split, exemptions begun and ended, certificates issued,
suspended, lifted, revoked and run out; the job looks when it happens to. Beside the services stands
a journal in Python of who was where, held what and was spared what; it is asked, and nothing else.
"""

import random
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from learning.accounts.models import User
from learning.certification.services.acts import lift_suspension, suspend_certificate
from learning.certification.services.schemes import revoke_certificate
from learning.compliance.jobs import AUTHORISATION_LAPSES, LAPSES_AT_ONCE
from learning.compliance.queries.authorisations import list_own
from learning.compliance.rules.authorisations import Act
from learning.compliance.rules.requirements import Period
from learning.compliance.services.authorisations import Wish, authorise
from learning.compliance.services.exemptions import end_exemption, exempt_person
from learning.kernel import events
from learning.kernel.db import Database
from learning.kernel.errors import DomainError
from learning.organisations.models import Membership, PostHolding
from learning.organisations.rules.units import UnitDraft, UnitKind
from learning.organisations.services import (
    SplitPart,
    add_membership,
    assign_post,
    end_membership,
    end_post_holding,
    merge_units,
    split_unit,
)
from tests.factories.authorisations import make_shop, make_worker, require
from tests.factories.certification import PLAN, make_certificate, make_office
from tests.factories.people import make_unit

DAY, TICK = timedelta(days=1), timedelta(microseconds=1)
ZONE = ZoneInfo("Asia/Shanghai")
PEOPLE = ("张伟", "李娜", "王强")


@dataclass
class Span:
    """Something of a person from an instant until before another."""

    person: int
    what: object
    since: datetime
    until: datetime | None = None
    row: str = ""
    gaps: list["Span"] = field(default_factory=list)

    def stands(self, at: datetime) -> bool:
        runs = self.since <= at and (self.until is None or at < self.until)
        return runs and not any(gap.stands(at) for gap in self.gaps)

    def instants(self) -> set[datetime]:
        own = {self.since, self.until} - {None}
        return own.union(*(gap.instants() for gap in self.gaps))


@dataclass(frozen=True)
class Given:
    """An authorisation as it was given: where, for the post or a crane, on the scheme or spared."""

    public_id: str
    person: int
    unit: int
    has_post: bool
    is_spared: bool
    at: datetime


class Works:
    """The enterprise, acts at random through its services, and the journal of them."""

    def __init__(self, database: Database, now: datetime, seed: int) -> None:
        self.database, self.dice, self.names = database, random.Random(seed), 0
        self.places: list[Span] = []
        self.posts: list[Span] = []
        self.certificates: list[Span] = []
        self.exemptions: list[Span] = []
        self.carried: dict[tuple[int, int], tuple[int, datetime]] = {}
        self.given: list[Given] = []
        with database.transaction() as session:
            shop = make_shop(session, now)
            monthly = replace(PLAN, code="QA-MONTH", validity_months=1)
            office = make_office(session, now - 300 * DAY, plan=monthly, name="示例发证机构")
            self.shop = replace(shop, office=office)
            require(session, now, self.shop)
            workers = [make_worker(session, now, self.shop, name) for name in PEOPLE]
            self.people = {worker.id: worker.public_id for worker in workers}
            self.units = [self.shop.shop.id]
            self.units += [self._department(session, now) for _ in range(2)]
            for person in self.people:
                self.places.append(Span(person, self.units[0], now - 300 * DAY))
                self.posts.append(Span(person, self.units[0], now - 300 * DAY))

    def _name(self) -> str:
        self.names += 1
        return f"车间{self.names}"

    def _department(self, session, now) -> int:
        parent = self.shop.enterprise
        return make_unit(session, now, kind="department", name=self._name(), parent=parent).id

    def step(self, now: datetime) -> None:
        """Do one thing; what is refused leaves no trace, in the journal neither."""
        often = [self.authorise] * 6 + [self.certify] * 4 + [self.spare] * 3
        rarely = [
            self.transfer, self.give_up, self.merge, self.split, self.unspare, self.suspend,
            self.lift, self.revoke,
        ]  # fmt: skip
        act, person = self.dice.choice([*often, *rarely]), self.dice.choice(list(self.people))
        try:
            with self.database.transaction() as session:
                note = act(session, person, now)
        except DomainError:
            return
        if note is not None:
            note()

    def look(self, now: datetime) -> None:
        """Let the worker look, or deliver what happened, as it comes."""
        if self.dice.random() < 0.3:
            events.deliver(self.database, LAPSES_AT_ONCE, now, 200)
        if self.dice.random() < 0.2:
            AUTHORISATION_LAPSES.run(self.database, now)

    def authorise(self, session, person, now):
        unit = self.unit_of(person, now)
        equipment = self.dice.choice(["", "行车"])
        enterprise, post = self.shop.enterprise.public_id, self.shop.post.public_id
        wish = (
            Wish(enterprise, "", self.shop.office.scheme, equipment, "3 号")
            if equipment
            else Wish(enterprise, post)
        )
        act = Act(now.astimezone(ZONE).date(), None, equipment, "3 号" if equipment else "", "")
        is_spared = not self.holds(person, now)
        [public_id] = authorise(
            session, self.shop.actor, wish, act, people=[self.people[person]], now=now
        )
        given = Given(public_id, person, unit, not equipment, is_spared, now)
        return lambda: self.given.append(given)

    def certify(self, session, person, now):
        if any(one.person == person and one.until > now for one in self.certificates):
            return None
        row = make_certificate(session, now, self.shop.office, session.get_one(User, person))
        made = Span(person, None, now, row.valid_until + TICK, row.public_id)
        return lambda: self.certificates.append(made)

    def suspend(self, session, person, now):
        one = self._certificate(person, now)
        if one is None:
            return None
        suspend_certificate(session, self.shop.office.actor, one.row, reason="待查", now=now)
        return lambda: one.gaps.append(Span(person, None, now))

    def lift(self, session, person, now):
        one = self._certificate(person, now)
        if one is None or not one.gaps or one.gaps[-1].until is not None:
            return None
        lift_suspension(session, self.shop.office.actor, one.row, reason="查清", now=now)
        return lambda: setattr(one.gaps[-1], "until", now)

    def revoke(self, session, person, now):
        one = self._certificate(person, now)
        if one is None:
            return None
        revoke_certificate(session, self.shop.office.actor, one.row, reason="冒名", now=now)
        return lambda: setattr(one, "until", now)

    def _certificate(self, person, now) -> Span | None:
        running = [c for c in self.certificates if c.person == person and c.until > now]
        return running[0] if running else None

    def spare(self, session, person, now):
        period = Period(now, now + self.dice.choice([1, 5, 20]) * DAY)
        enterprise = self.shop.enterprise.public_id
        row = exempt_person(
            session, self.shop.actor, enterprise, self.people[person], self.shop.office.scheme,
            reason="返聘专家", period=period, now=now,
        )  # fmt: skip
        made = Span(person, None, now, period.ends_at, row)
        return lambda: self.exemptions.append(made)

    def unspare(self, session, person, now):
        running = [one for one in self.exemptions if one.person == person and one.stands(now)]
        if not running:
            return None
        end_exemption(session, self.shop.actor, running[0].row, now=now)
        return lambda: setattr(running[0], "until", now)

    def transfer(self, session, person, now):
        goal = self.dice.choice(self.units)
        open_ = select(Membership.id).where(
            Membership.user_id == person, Membership.valid_to.is_(None)
        )
        end_membership(session, None, session.scalars(open_).one(), now=now)
        add_membership(session, None, person, unit_id=goal, now=now)
        assign_post(session, None, person, post_id=self.shop.post.id, unit_id=goal, now=now)
        return lambda: self._move(person, goal, now, has_post=True)

    def give_up(self, session, person, now):
        held = select(PostHolding.id).where(
            PostHolding.user_id == person, PostHolding.valid_to.is_(None)
        )
        row = session.scalars(held).one_or_none()
        if row is None:
            return None
        end_post_holding(session, None, row, now=now)
        return lambda: [setattr(p, "until", now) for p in self.posts if self._is_open(p, person)]

    def merge(self, session, _person, now):
        if len(self.units) < 3:
            return None
        ended, into = self.dice.sample(self.units, 2)
        merge_units(session, None, [ended], successor_id=into, now=now)
        return lambda: self._carry(ended, dict.fromkeys(self.people, into), now)

    def split(self, session, _person, now):
        ended = self.dice.choice(self.units)
        taken = {person for person in self.people if self.dice.random() < 0.5}
        here = frozenset(p for p in taken if self.unit_of(p, now) == ended)
        parts = [
            SplitPart(UnitDraft(kind=UnitKind.DEPARTMENT, name=self._name())),
            SplitPart(UnitDraft(kind=UnitKind.DEPARTMENT, name=self._name()), user_ids=here),
        ]
        first, second = (one.id for one in split_unit(
            session, None, ended, parts=parts, now=now
        ))  # fmt: skip
        self.units += [first, second]
        goals = {person: second if person in here else first for person in self.people}
        return lambda: self._carry(ended, goals, now)

    def _carry(self, ended: int, goals: dict[int, int], now: datetime) -> None:
        self.units.remove(ended)
        for person, goal in goals.items():
            if self.unit_of(person, now) == ended:
                self.carried[person, ended] = (goal, now)
                has_post = any(self._is_open(one, person) for one in self.posts)
                self._move(person, goal, now, has_post=has_post)

    def _move(self, person: int, goal: int, now: datetime, *, has_post: bool) -> None:
        for one in (*self.places, *self.posts):
            if self._is_open(one, person):
                one.until = now
        self.places.append(Span(person, goal, now))
        if has_post:
            self.posts.append(Span(person, goal, now))

    @staticmethod
    def _is_open(one: Span, person: int) -> bool:
        return one.person == person and one.until is None

    def unit_of(self, person: int, at: datetime) -> object:
        return next(p.what for p in self.places if p.person == person and p.stands(at))

    def holds(self, person: int, at: datetime) -> bool:
        return any(one.person == person and one.stands(at) for one in self.certificates)

    def is_founded(self, given: Given, at: datetime) -> bool:
        """Tell from the journal alone whether every ground stands: place, and scheme or exemption."""
        unit = given.unit
        while (given.person, unit) in self.carried and self.carried[given.person, unit][1] <= at:
            unit = self.carried[given.person, unit][0]
        where = self.posts if given.has_post else self.places
        is_there = any(
            one.person == given.person and one.what == unit and one.stands(at) for one in where
        )
        spared = any(one.person == given.person and one.stands(at) for one in self.exemptions)
        return is_there and (self.holds(given.person, at) or (given.is_spared and spared))

    def was_always_founded(self, given: Given, until: datetime) -> bool:
        kept = (*self.places, *self.posts, *self.certificates, *self.exemptions)
        instants = set().union(*(one.instants() for one in kept if one.person == given.person))
        between = {at for at in instants if given.at < at <= until}
        return all(
            self.is_founded(given, at)
            for at in {given.at, until, *between, *(at - TICK for at in between)}
            if at >= given.at
        )

    def check(self, at: datetime) -> set[str]:
        """Compare what is shown on a date with the journal; return the states that were seen."""
        shown: dict[str, str] = {}
        with self.database.session(write=False) as session:
            for person in self.people:
                shown |= {one.public_id: one.state.value for one in list_own(session, person, at)}
        for given in self.given:
            if shown[given.public_id] == "in_force":
                assert self.is_founded(given, at), (given, at)
            else:
                assert shown[given.public_id] == "lapsed"
                assert not self.was_always_founded(given, at), (given, at)
        return set(shown.values())


@pytest.mark.parametrize("seed", [88_003, pytest.param(2026, marks=pytest.mark.long)])
def test_who_is_shown_as_authorised_has_every_ground_then(database, now, seed: int) -> None:
    works, seen, at = Works(database, now, seed), set(), now
    for number in range(45):
        works.step(at)
        works.look(at)
        seen |= works.check(at)
        if number % 4 == 0:
            seen |= works.check(at + 12 * DAY)  # what is known to come, too
        at += works.dice.choice([timedelta(minutes=1), timedelta(hours=7), 3 * DAY])

    assert seen == {"in_force", "lapsed"}
    assert len(works.given) > 3
    assert works.carried
