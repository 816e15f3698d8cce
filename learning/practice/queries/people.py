"""What practice must know of a person: zone and units, days of practice, answers by area."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from learning.organisations.queries import list_memberships
from learning.organisations.queries.units import list_path
from learning.practice.models import PracticeDay, PracticeIntake

NO_UNIT_ZONE = "Asia/Shanghai"  # of people without an organisation, as of units that name none
TALLIES = 200  # the newest attempts: what somebody could not do two years ago is no weakness
DAYS = 400


@dataclass(frozen=True, slots=True)
class Person:
    """A learner as practice sees them: `units` are theirs and all above, `zone` decides the day.

    `path` are the units of the oldest membership, the nearest first, and `organisation_id` the
    organisation of it; () and None without one.
    """

    user_id: int
    units: frozenset[int]
    zone: ZoneInfo
    path: tuple[int, ...] = ()
    organisation_id: int | None = None

    def day_of(self, at: datetime) -> date:
        """Return the calendar day of an instant where the person is."""
        return at.astimezone(self.zone).date()

    def end_of_day(self, at: datetime) -> datetime:
        """Return the midnight after an instant where the person is."""
        return datetime.combine(self.day_of(at) + timedelta(days=1), time(), tzinfo=self.zone)


def get_person(session: Session, user_id: int, now: datetime) -> Person:
    """Return a person with the units whose banks are theirs; the oldest membership has the zone."""
    places = list_memberships(session, user_id, now)
    paths = [list_path(session, place.unit_id, now) for place in places]
    units = frozenset(unit.id for path in paths for unit in path)
    zone = paths[0][-1].timezone if paths and paths[0] else NO_UNIT_ZONE
    return Person(
        user_id,
        units,
        ZoneInfo(zone),
        tuple(unit.id for unit in reversed(paths[0])) if paths else (),
        places[0].organisation_id if places else None,
    )


def list_days(session: Session, user_id: int) -> frozenset[date]:
    """Return the newest days on which a person practised."""
    return frozenset(
        session.scalars(
            select(PracticeDay.day)
            .where(PracticeDay.user_id == user_id)
            .order_by(PracticeDay.day.desc())
            .limit(DAYS)
        )
    )


def list_tallies(session: Session, user_id: int) -> list[str]:
    """Return the tallies of a person's newest attempts, as JSON."""
    return list(
        session.scalars(
            select(PracticeIntake.tally)
            .where(PracticeIntake.user_id == user_id, PracticeIntake.taken_at.is_not(None))
            .order_by(PracticeIntake.taken_at.desc(), PracticeIntake.attempt_id.desc())
            .limit(TALLIES)
        )
    )
