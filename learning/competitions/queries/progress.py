"""The association console's reading: everything it shows of a competition, in a few grouped reads.

A handful of statements whatever the size: entries with their results by unit and province, units,
two counts by hour, three of people. An office's reading is of the units in its scope alone.
"""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, true
from sqlalchemy.orm import Session

from learning.accounts.models import User
from learning.attempts.models import Attempt
from learning.competitions.models import EnterpriseEnrolment, Entry, PlanTarget
from learning.competitions.queries.console import hour_of, instants_of
from learning.competitions.queries.desks import Oversight, list_own_scopes, overseen
from learning.competitions.queries.views import CompetitionView
from learning.competitions.rules import province_of
from learning.competitions.rules.console import days_of
from learning.competitions.rules.desks import DeskRole
from learning.competitions.rules.progress import (
    FULL,
    HALL,
    Funnel,
    Look,
    Part,
    UnitLine,
    cut_provinces,
    expected_by,
    find_oddities,
)
from learning.competitions.rules.targets import Plan, TargetKind, UnitKeys
from learning.kernel.permissions import Actor, ScopeKind
from learning.leaderboards.models import BoardEntry
from learning.organisations.models import Membership, Unit, UnitName
from learning.organisations.queries import valid_at
from learning.organisations.rules.units import region_prefix

PROVINCE_DIGITS = 2
UnitParts = Mapping[int | None, Mapping[str, Part]]


def get_plan(session: Session, competition_id: int) -> Plan:
    """Return the targets of a competition."""
    rows = session.execute(
        select(PlanTarget.kind, PlanTarget.code, PlanTarget.target).where(
            PlanTarget.competition_id == competition_id
        )
    ).all()
    by_kind: dict[str, dict[str, int]] = defaultdict(dict)
    for row in rows:
        by_kind[row.kind][row.code] = row.target
    return Plan(
        total=by_kind[TargetKind.TOTAL.value].get(""),
        provinces=by_kind[TargetKind.PROVINCE.value],
        units={int(code): n for code, n in by_kind[TargetKind.UNIT.value].items()},
        days={date.fromisoformat(day): n for day, n in by_kind[TargetKind.DAY.value].items()},
    )


def list_unit_keys(session: Session, competition_id: int) -> UnitKeys:
    """Return by what the enrolled units may be named in a plan."""
    rows = session.execute(
        select(EnterpriseEnrolment.id, Unit.id.label("unit"), Unit.code, Unit.uscc)
        .join(Unit, Unit.id == EnterpriseEnrolment.unit_id)
        .where(EnterpriseEnrolment.competition_id == competition_id)
    ).all()
    codes = {code.upper(): row.unit for row in rows for code in (row.code, row.uscc) if code}
    return UnitKeys({row.id: row.unit for row in rows}, codes)


def plan_in_reach(session: Session, actor: Actor, oversight: Oversight) -> Plan:
    """Return what of the plan concerns the reader: all of it, or an office's provinces and units.

    An office's total is what is planned for its provinces, else for its units.
    """
    plan = get_plan(session, oversight.competition.id)
    if oversight.role is DeskRole.ORGANISER or oversight.units is None:
        return plan
    scopes = list_own_scopes(session, oversight.competition.id, actor.user_id)
    whole = {region_prefix(value) for kind, value in scopes if kind is ScopeKind.REGION}
    mine = set(session.scalars(oversight.units)) if plan.units else set()
    return Plan(
        provinces={c: n for c, n in plan.provinces.items() if c in whole},
        units={unit: n for unit, n in plan.units.items() if unit in mine},
    )


def look(session: Session, actor: Actor, oversight: Oversight, now: datetime) -> Look:
    """Read where a competition stands, as far as the reader looks after its units."""
    competition = oversight.competition
    plan = plan_in_reach(session, actor, oversight)
    parts = _parts(session, oversight)
    units = _units(session, oversight, parts, plan)
    came, done = _hours(session, oversight)
    today = now.astimezone(ZoneInfo(competition.zone)).date()
    days = tuple(days_of(came, done, competition.zone, min(now, competition.closes_at)))
    by_province: dict[str, Part] = defaultdict(Part)
    for of_unit in parts.values():
        for code, part in of_unit.items():
            by_province[code] += part
    enrolled = [unit for unit in units if unit.enrolled_at is not None]
    counted = [unit for unit in enrolled if unit.headcount]
    total = sum(by_province.values(), Part())
    own = sum((unit.part for unit in enrolled), Part())
    return Look(
        total=total,
        enrolled=len(enrolled),
        headcount=sum(unit.headcount or 0 for unit in counted),
        covered=sum(unit.part.finished for unit in counted),
        target=plan.in_all,
        expected=expected_by(plan, competition.opens_at, competition.closes_at, now, today),
        units=units,
        provinces=cut_provinces(units, by_province, plan),
        days=days,
        planned=plan.days,
        funnel=_funnel(session, oversight, own, now),
        others=total.entries - own.entries,
        oddities=find_oddities(
            units,
            days,
            elapsed_permille=_elapsed(competition, now),
            is_final=competition.shown(now).is_final,
        ),
    )


def _elapsed(competition: CompetitionView, now: datetime) -> int:
    whole = competition.closes_at - competition.opens_at
    return max(0, min(FULL, int(FULL * ((now - competition.opens_at) / whole))))


def _mine(oversight: Oversight) -> ColumnElement[bool]:
    """Return the condition of the entries in reach, void ones left out."""
    return and_(
        Entry.competition_id == oversight.competition.id,
        Entry.voided_at.is_(None),
        true() if oversight.units is None else Entry.unit_id.in_(oversight.units),
    )


def _result(oversight: Oversight) -> ColumnElement[bool]:
    return and_(
        BoardEntry.board_id == oversight.competition.board_id,
        BoardEntry.subject == Entry.public_id,
    )


def _parts(session: Session, oversight: Oversight) -> UnitParts:
    """Return what entries add up to, by unit and within it by province as frozen when entering."""
    rows = session.execute(
        select(
            Entry.unit_id,
            Entry.province,
            func.count(Entry.id),
            func.count(BoardEntry.id),
            func.coalesce(func.sum(BoardEntry.points_milli), 0),
        )
        .outerjoin(BoardEntry, _result(oversight))
        .where(_mine(oversight))
        .group_by(Entry.unit_id, Entry.province)
    )
    parts: dict[int | None, dict[str, Part]] = defaultdict(dict)
    for unit_id, province, entries, finished, points in rows:
        parts[unit_id][province] = Part(entries, finished, int(points or 0))
    return parts


def _units(
    session: Session, oversight: Oversight, parts: UnitParts, plan: Plan
) -> tuple[UnitLine, ...]:
    """Return the units that enrolled or have entries, most participants first."""
    enrolled = and_(
        EnterpriseEnrolment.unit_id == Unit.id,
        EnterpriseEnrolment.competition_id == oversight.competition.id,
    )
    entered = select(Entry.unit_id).where(_mine(oversight)).distinct()
    rows = session.execute(
        select(
            Unit.id,
            Unit.public_id,
            UnitName.name,
            Unit.region,
            EnterpriseEnrolment.headcount,
            EnterpriseEnrolment.enrolled_at,
        )
        .join(UnitName, and_(UnitName.unit_id == Unit.id, UnitName.valid_to.is_(None)))
        .outerjoin(EnterpriseEnrolment, enrolled)
        .where(
            or_(EnterpriseEnrolment.id.is_not(None), Unit.id.in_(entered)),
            overseen(oversight, Unit.id),
        )
    )
    busiest = _busiest(session, oversight)
    lines = [
        UnitLine(
            unit_id=row[0],
            public_id=row[1],
            name=row[2],
            province=province_of(row[3]),
            headcount=row[4],
            enrolled_at=row[5],
            part=sum(parts.get(row[0], {}).values(), Part()),
            target=plan.units.get(row[0]),
            busiest_hour=busiest.get(row[0], 0),
        )
        for row in rows
    ]
    return tuple(sorted(lines, key=lambda u: (-u.part.finished, -u.part.entries, u.unit_id)))


def _hours(
    session: Session, oversight: Oversight
) -> tuple[list[tuple[datetime, int]], list[tuple[datetime, int]]]:
    """Return entries and counting results by the hour (UTC)."""
    came, done = hour_of(session, Entry.entered_at), hour_of(session, BoardEntry.finished_at)
    entries = select(came, func.count()).where(_mine(oversight)).group_by(came)
    finished = (
        select(done, func.count())
        .join(Entry, _result(oversight))
        .where(_mine(oversight))
        .group_by(done)
    )
    return instants_of(session, entries), instants_of(session, finished)


def _busiest(session: Session, oversight: Oversight) -> dict[int, int]:
    """Return the busiest hour's results of the units that had at least a hall full in one."""
    hour = hour_of(session, BoardEntry.finished_at)
    crowded = (
        select(BoardEntry.unit_code, func.count().label("finished"))
        .where(BoardEntry.board_id == oversight.competition.board_id, BoardEntry.unit_code != "")
        .group_by(BoardEntry.unit_code, hour)
        .having(func.count() >= HALL)
        .subquery()
    )
    most = select(crowded.c.unit_code, func.max(crowded.c.finished)).group_by(crowded.c.unit_code)
    return {int(code): count for code, count in session.execute(most)}


def _funnel(session: Session, oversight: Oversight, own: Part, now: datetime) -> Funnel:
    """Count the people of the enrolled units: on the roster, activated, started.

    An account is activated that has a password or has agreed to the privacy notice.
    """
    competition = oversight.competition
    enrolled = select(EnterpriseEnrolment.unit_id).where(
        EnterpriseEnrolment.competition_id == competition.id,
        overseen(oversight, EnterpriseEnrolment.unit_id),
    )
    people = (
        select(func.count(Membership.user_id.distinct()))
        .join(User, User.id == Membership.user_id)
        .where(Membership.organisation_id.in_(enrolled), valid_at(Membership, now))
    )
    active = or_(User.password_hash.is_not(None), User.notice_version > 0)
    started = (
        select(func.count(Entry.id.distinct()))
        .join(
            Attempt,
            and_(
                Attempt.assessment_id == competition.assessment_id,
                Attempt.user_id == Entry.user_id,
            ),
        )
        .where(_mine(oversight), Entry.unit_id.in_(enrolled))
    )

    def count(query: Select[Any]) -> int:
        return session.scalar(query) or 0

    return Funnel(
        members=count(people),
        activated=count(people.where(active)),
        entered=own.entries,
        started=count(started),
        finished=own.finished,
    )
