"""Published results of people whom somebody looks after: an enterprise's own, a person's history.

Points and standings appear only once the list is published; before that nobody sees them here.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from learning.attempts.models import Assessment, Attempt
from learning.attempts.queries import parse_blueprint
from learning.competitions.formats import full_points
from learning.competitions.models import Competition, Entry, Round
from learning.competitions.queries.enterprises import DEPARTMENT
from learning.competitions.queries.views import CompetitionView, read_format, read_showing
from learning.competitions.rules import Format, Progress, State, shown_at
from learning.kernel.permissions import Actor, Permission
from learning.leaderboards.queries import BoardRow, list_places
from learning.organisations.models import Membership, Unit, UnitName
from learning.organisations.queries import units_in_reach, valid_at


@dataclass(frozen=True, slots=True)
class OwnResult:
    """A person's result for the enterprise that the entry counts for.

    The departments are those at entry and now, "" for the organisation itself; `row` is None for
    a person who never handed in; `attempts` counts those begun.
    """

    name: str
    staff_no: str
    unit_name: str
    department_then: str
    department_now: str
    division: str
    entered_at: datetime
    attempts: int
    row: BoardRow | None


@dataclass(frozen=True, slots=True)
class UnitCount:
    """How an organisation took part: members now, entries, and members who never entered."""

    public_id: str
    name: str
    members: int
    entries: int
    absent: int


@dataclass(frozen=True, slots=True)
class OwnResults:
    """What an enterprise may take home of a published competition, best results first."""

    rows: tuple[OwnResult, ...]
    units: tuple[UnitCount, ...]


@dataclass(frozen=True, slots=True)
class EntryResult:
    """A person's entry in a competition; points and standing are None until published.

    `max_milli` is None where points add up: there is no most.
    """

    user_id: int
    competition_public_id: str
    competition_title: str
    points_milli: int | None
    max_milli: int | None
    standing: int | None
    entered_at: datetime


def list_entries_of(session: Session, user_ids: Sequence[int], now: datetime) -> list[EntryResult]:
    """Return the entries of some people (at most 500), the newest first.

    Two statements; points and standing are there for lists that are wholly published.
    """
    rows = session.execute(
        select(
            Entry.user_id,
            Entry.public_id,
            Entry.entered_at,
            Competition.public_id.label("competition"),
            Competition.title,
            Competition.state,
            Competition.closed_at,
            Round.showing,
            Round.revealed,
            Round.frozen_at,
            Round.board_id,
            Assessment.blueprint,
            Round.format,
        )
        .join(Competition, Competition.id == Entry.competition_id)
        .join(Round, Round.competition_id == Competition.id)
        .join(Assessment, Assessment.id == Round.assessment_id)
        .where(Entry.user_id.in_(user_ids), Round.number == 1)
        .order_by(Entry.entered_at.desc(), Entry.id.desc())
    ).all()
    final = [row for row in rows if _is_final(row, now)]
    boards = sorted({row.board_id for row in final})
    subjects = [row.public_id for row in final]
    places = list_places(session, boards, subjects) if boards else {}
    found = []
    for row in rows:
        place = places.get(row.public_id)
        found.append(
            EntryResult(
                user_id=row.user_id,
                competition_public_id=row.competition,
                competition_title=row.title,
                points_milli=place.points_milli if place else None,
                max_milli=_max_milli(row.blueprint, read_format(row.format)),
                standing=place.standing if place else None,
                entered_at=row.entered_at,
            )
        )
    return found


def _is_final(row: Any, now: datetime) -> bool:
    progress = Progress(State(row.state), row.closed_at, row.revealed, row.frozen_at is not None)
    return shown_at(read_showing(row.showing), progress, now).is_final


def _max_milli(text: str, chosen: Format) -> int | None:
    if chosen.adds_up:
        return None
    blueprint = parse_blueprint(text)
    return full_points(chosen, blueprint.max_milli, blueprint.item_count)


def list_own_results(
    session: Session, actor: Actor, competition: CompetitionView, now: datetime
) -> OwnResults:
    """Return the results of the people who entered for organisations in the actor's reach.

    Seven statements whatever the number of people. The caller makes sure that the list is
    published.
    """
    reach = units_in_reach(session, actor, Permission.COMPETITION_ENROL, now)
    mine = and_(Entry.competition_id == competition.id, Entry.unit_id.in_(reach))
    entries = session.execute(
        select(
            Entry.public_id,
            Entry.user_id,
            Entry.participant_name,
            Entry.unit_name,
            Entry.division,
            Entry.entered_at,
        ).where(mine)
    ).all()
    subjects = select(Entry.public_id).where(mine)
    places = list_places(session, [competition.board_id], subjects)
    attempts = _count_attempts(
        session, competition.assessment_id, select(Entry.user_id).where(mine)
    )
    then = find_places(session, mine, Entry.entered_at)
    today = find_places(session, mine, now)
    nobody = ("", "")
    rows = [
        OwnResult(
            name=entry.participant_name,
            staff_no=(today.get(entry.user_id) or then.get(entry.user_id, nobody))[0],
            unit_name=entry.unit_name,
            department_then=then.get(entry.user_id, nobody)[1],
            department_now=today.get(entry.user_id, nobody)[1],
            division=entry.division,
            entered_at=entry.entered_at,
            attempts=attempts[entry.user_id],
            row=places.get(entry.public_id),
        )
        for entry in entries
    ]
    rows.sort(key=lambda result: -result.row.sort_key if result.row else 1)
    return OwnResults(tuple(rows), _count_units(session, reach, competition.id, now))


def _count_attempts(session: Session, assessment_id: int, user_ids: Select[int]) -> Counter[int]:
    rows = session.execute(
        select(Attempt.user_id, func.count())
        .where(Attempt.assessment_id == assessment_id, Attempt.user_id.in_(user_ids))
        .group_by(Attempt.user_id)
    )
    return Counter({row[0]: row[1] for row in rows})


def find_places(session: Session, mine: ColumnElement[bool], at: Any) -> dict[int, tuple[str, str]]:
    """Return (staff number, department) of the participants at an instant or at their entry."""
    held = and_(
        Membership.valid_from <= at, or_(Membership.valid_to.is_(None), Membership.valid_to > at)
    )
    named = and_(
        UnitName.unit_id == Membership.unit_id,
        UnitName.valid_from <= at,
        or_(UnitName.valid_to.is_(None), UnitName.valid_to > at),
    )
    rows = session.execute(
        select(Entry.user_id, Membership.staff_no, UnitName.name, Membership.unit_id, Entry.unit_id)
        .join(
            Membership,
            and_(Membership.user_id == Entry.user_id, Membership.organisation_id == Entry.unit_id),
        )
        .join(UnitName, named)
        .where(mine, held)
        .order_by(Membership.valid_from.desc(), Membership.id.desc())
    )
    # The oldest membership is read last and stays: the one that a person's unit is shown by.
    return {
        user_id: (staff_no, "" if unit_id == organisation_id else name)
        for user_id, staff_no, name, unit_id, organisation_id in rows
    }


def _count_units(
    session: Session, reach: Select[int], competition_id: int, now: datetime
) -> tuple[UnitCount, ...]:
    named = session.execute(
        select(Unit.id, Unit.public_id, UnitName.name)
        .join(UnitName, and_(UnitName.unit_id == Unit.id, UnitName.valid_to.is_(None)))
        .where(Unit.id.in_(reach), Unit.kind != DEPARTMENT)
        .order_by(UnitName.name_key, Unit.id)
    ).all()
    entered = (
        select(Entry.id)
        .where(Entry.competition_id == competition_id, Entry.user_id == Membership.user_id)
        .exists()
    )
    people = func.count(Membership.user_id.distinct())
    members: dict[int, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for unit_id, total, with_entry in session.execute(
        select(
            Membership.organisation_id,
            people,
            func.count(Membership.user_id.distinct()).filter(entered),
        )
        .where(Membership.organisation_id.in_(reach), valid_at(Membership, now))
        .group_by(Membership.organisation_id)
    ):
        members[unit_id] = (total, total - with_entry)
    entries = Counter(
        session.scalars(
            select(Entry.unit_id).where(
                Entry.competition_id == competition_id, Entry.unit_id.in_(reach)
            )
        )
    )
    return tuple(
        UnitCount(row.public_id, row.name, members[row.id][0], entries[row.id], members[row.id][1])
        for row in named
    )
