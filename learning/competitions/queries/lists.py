"""Lists of competitions, and of the units that may hold one."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from learning.attempts.models import Assessment
from learning.competitions.models import Competition, CompetitionOffice, Round
from learning.competitions.rules import Phase, State, phase_of
from learning.kernel.permissions import Actor, Permission
from learning.organisations.models import Unit, UnitName
from learning.organisations.queries import units_in_reach

PAGE_SIZE = 50
MAX_ORGANISERS = 200


@dataclass(frozen=True, slots=True)
class CompetitionLine:
    """A competition in a list; `organiser` is the organising unit's name now."""

    public_id: str
    title: str
    organiser: str
    state: State
    opens_at: datetime
    closes_at: datetime
    closed_at: datetime | None

    def phase(self, now: datetime) -> Phase:
        """Return what state and window mean together at the instant."""
        return phase_of(self.state, self.opens_at, self.closes_at, now)


def list_organisers(session: Session, actor: Actor, now: datetime) -> list[tuple[str, str]]:
    """Return (public id, name) of the organisations for which the actor may hold competitions."""
    reach = units_in_reach(session, actor, Permission.COMPETITION_MANAGE, now)
    rows = session.execute(
        select(Unit.public_id, UnitName.name)
        .join(UnitName, UnitName.unit_id == Unit.id)
        .where(
            Unit.id.in_(reach),
            Unit.kind != "department",
            Unit.closed_at.is_(None),
            UnitName.valid_to.is_(None),
        )
        .order_by(Unit.kind != "association", UnitName.name, Unit.id)
        .limit(MAX_ORGANISERS)
    )
    return [(row.public_id, row.name) for row in rows]


def _line_query() -> Select[*tuple[Any, ...]]:
    return (
        select(
            Competition.public_id,
            Competition.title,
            func.coalesce(UnitName.name, "").label("organiser"),
            Competition.state,
            Assessment.opens_at,
            Assessment.closes_at,
            Competition.closed_at,
        )
        .join(Round, Round.competition_id == Competition.id)
        .join(Assessment, Assessment.id == Round.assessment_id)
        .outerjoin(
            UnitName,
            (UnitName.unit_id == Competition.organiser_id) & UnitName.valid_to.is_(None),
        )
        .where(Round.number == 1)
    )


def _lines(session: Session, query: Select[*tuple[Any, ...]]) -> list[CompetitionLine]:
    rows = session.execute(query).mappings()
    return [CompetitionLine(**{**row, "state": State(row["state"])}) for row in rows]


def list_open(session: Session, now: datetime, *, limit: int = PAGE_SIZE) -> list[CompetitionLine]:
    """Return the competitions one can still enter, soonest end first."""
    return _lines(
        session,
        _line_query()
        .where(Competition.state == State.OPEN.value, Assessment.closes_at > now)
        .order_by(Assessment.closes_at, Competition.id)
        .limit(limit),
    )


def list_published(session: Session, *, page: int) -> tuple[list[CompetitionLine], int]:
    """Return a page of all that anybody may see, open ones first, and how many there are."""
    total = session.scalar(
        select(func.count()).select_from(Competition).where(Competition.state != State.DRAFT.value)
    )
    lines = _lines(
        session,
        _line_query()
        .where(Competition.state != State.DRAFT.value)
        .order_by(
            Competition.state.desc(), Assessment.closes_at.desc(), Competition.id
        )  # "open" after "closed" in the alphabet
        .offset((page - 1) * PAGE_SIZE)
        .limit(PAGE_SIZE),
    )
    return lines, total or 0


def list_managed(session: Session, actor: Actor, now: datetime) -> list[CompetitionLine]:
    """Return the newest competitions the actor manages, drafts included."""
    reach = units_in_reach(session, actor, Permission.COMPETITION_MANAGE, now)
    return _lines(
        session,
        _line_query()
        .where(Competition.organiser_id.in_(reach))
        .order_by(Competition.id.desc())
        .limit(PAGE_SIZE),
    )


def list_officed(session: Session, user_id: int) -> list[CompetitionLine]:
    """Return the newest competitions of which a person looks after a part, without drafts."""
    mine = select(CompetitionOffice.competition_id).where(
        CompetitionOffice.user_id == user_id, CompetitionOffice.ended_at.is_(None)
    )
    return _lines(
        session,
        _line_query()
        .where(Competition.id.in_(mine), Competition.state != State.DRAFT.value)
        .order_by(Competition.id.desc())
        .limit(PAGE_SIZE),
    )
