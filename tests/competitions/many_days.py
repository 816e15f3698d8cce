"""A contest of some days as tests look back at it: played, kept, and its plain rows."""

import random
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import select

from learning.attempts.events import VOIDED
from learning.attempts.models import Attempt
from learning.attempts.rules import Counts
from learning.competitions import services
from learning.competitions.jobs import BOARD, keep_days
from learning.competitions.models import Entry
from learning.competitions.queries.history import look_back
from learning.competitions.rules import (
    Belonging,
    Division,
    EnterpriseRanking,
    EntryRules,
    RankBy,
    Showing,
)
from learning.kernel import events
from tests.competitions import oracle
from tests.factories.competitions import add_scored_attempt, make_stage, record_scored
from tests.factories.people import make_actor, make_membership, make_unit, make_user

DIVISIONS = (
    Division("staff", "企业员工组", Belonging.ENTERPRISE),
    Division("free", "个人组", Belonging.NONE),
)
DAYS = 6
TIE_RULE = "score_then_duration"


class Contest:
    """A contest of some days with a dozen people, and its plain rows for the oracle."""

    def __init__(self, database, now, *, counts="best", seed=1, showing=None, **changes) -> None:
        self.database, self.now, self.counts = database, now, counts
        self.rng = random.Random(seed)
        self.results: list[oracle.Plain] = []
        self.opens_at = now - timedelta(hours=1)
        self.closes_at = now + timedelta(days=DAYS)
        entry = EntryRules(DIVISIONS, ranking=EnterpriseRanking(RankBy.PARTICIPANTS))
        with database.transaction() as session:
            self.stage = make_stage(
                session,
                now,
                opens_at=self.opens_at,
                closes_at=self.closes_at,
                counts=Counts(counts),
                tie_rule=TIE_RULE,
                max_attempts=0,
                entry=entry,
                **changes,
            )
            self.view = self.stage.view(session, now)
            regions = ("440300", "440100", "510100")
            self.units = [
                make_unit(session, now, name=f"示例企业{n}", region=region)
                for n, region in enumerate(regions)
            ]
            self.users, self.people = [], []
            for number in range(12):
                user = make_user(session, now)
                unit = self.units[number % 4] if number % 4 < 3 else None
                if unit is not None:
                    make_membership(session, now, user, unit)
                services.enter_competition(session, make_actor(user), self.stage.public_id, now=now)
                of_user = select(Entry.public_id).where(Entry.user_id == user.id)
                self.users.append(user.id)
                self.people.append(
                    {
                        "who": session.scalars(of_user).one(),
                        "unit": str(unit.id) if unit else "",
                        "division": "staff" if unit else "free",
                        "province": ("44", "44", "51", "")[number % 4],
                    }
                )
            if showing is not None:
                services.set_showing(
                    session, self.stage.actor, self.stage.public_id, showing=showing, now=now
                )

    def finish(self, at: datetime, who: int | None = None, points: int | None = None) -> None:
        """Somebody hands in at an instant; it is scored, and told to the worker."""
        who = self.rng.randrange(len(self.users)) if who is None else who
        duration = self.rng.choice([60_000_000, 60_000_400, 61_000_000])
        row = {
            "who": self.people[who]["who"],
            "number": 1 + sum(r["who"] == self.people[who]["who"] for r in self.results),
            "points": self.rng.choice([12_000, 16_000, 20_000]) if points is None else points,
            "duration_us": duration,
            "finished_at": at,
        }
        with self.database.transaction() as session:
            scored = add_scored_attempt(
                session,
                self.view.assessment_id,
                self.users[who],
                number=row["number"],
                points_milli=row["points"],
                started_at=at - timedelta(microseconds=duration),
                duration_us=duration,
            )
            record_scored(session, scored, at)
        self.results.append({**row, "attempt": scored.attempt})

    def void(self, row: oracle.Plain) -> None:
        row["is_void"] = True
        with self.database.transaction() as session:
            attempt = session.scalars(
                select(Attempt).where(Attempt.public_id == row["attempt"])
            ).one()
            attempt.voided_at = self.closes_at
            payload = {"assessment_id": attempt.assessment_id, "user_id": attempt.user_id}
            events.record(session, VOIDED, payload, self.now)

    def play(self, hours: range) -> None:
        """In each hour somebody hands in; results reach the list in another order."""
        for hour in hours:
            self.finish(self.now + timedelta(hours=hour, microseconds=self.rng.randrange(10**9)))
        self.deliver()

    def deliver(self) -> None:
        while events.deliver(self.database, BOARD, self.now):
            pass

    def keep(self, at: datetime) -> int:
        """Let the worker keep every day that is due; return how many were."""
        return sum(iter(lambda: keep_days(self.database, at), 0))

    def valid(self, until: datetime) -> list[oracle.Plain]:
        return [r for r in self.results if "is_void" not in r and r["finished_at"] <= until]

    def look(self, who: int, at: datetime):
        with self.database.session(write=False) as session:
            return look_back(session, self.stage.view(session, at), at, user_id=self.users[who])

    def expected(self, until: datetime, **part: str) -> dict[str, tuple[int, int]]:
        return oracle.individuals(TIE_RULE, self.counts, self.people, self.valid(until), **part)

    def check(self, at: datetime, days: int) -> None:
        """Everybody's days are those of the oracle."""
        for who, person in enumerate(self.people):
            history = self.look(who, at)
            assert len(history.days) == days
            for day in history.days:
                assert day.is_counted
                assert day.until == oracle_end(day.day)
                whole = self.expected(day.until)
                assert day.entries == len(whole)
                own = history.own.get(day.day)
                due = whole.get(person["who"])
                told = own and (own.standing, own.points_milli)
                assert told == due
                for part, told in (
                    ("division", own and own.in_division),
                    ("province", own and own.in_province),
                ):
                    within = self.expected(day.until, **{part: person[part]})
                    due = within.get(person["who"]) if person[part] else None
                    assert told == (due and due[0])


def oracle_end(day: date) -> datetime:
    """Shanghai is eight hours ahead all the year."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=8)
    return midnight + timedelta(days=1, microseconds=-1)


LIVE = Showing(is_live=True)
