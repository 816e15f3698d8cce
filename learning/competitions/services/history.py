"""Keeping the lists of a contest at the end of each day: counted from all scores, packed.

Reading holds nothing; what is written is some hundred rows for a million participants.
"""

from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from learning.attempts.queries import list_scores
from learning.competitions.models import EnterpriseDay, EnterpriseEnrolment
from learning.competitions.queries import (
    CompetitionView,
    counts_of,
    results_of,
    results_query,
)
from learning.competitions.queries.history import DueDay
from learning.competitions.rules import Tally, rank_enterprises
from learning.competitions.services.feeding import SLICE, find_slice
from learning.kernel.bulk import insert_many
from learning.leaderboards import services as board_services
from learning.leaderboards.queries import DayView
from learning.leaderboards.rules import (
    TIE_RULES,
    WHOLE,
    Block,
    Scope,
    counting,
    pack,
    sort_key,
)

# Sort key, division, province, organisation, thousandths of points.
Counted = tuple[int, str, str, str, int]


@dataclass(frozen=True, slots=True)
class DayCount:
    """What stood at the end of a day: lists, of all, by division and by province; organisations."""

    entries: int
    lists: Mapping[Scope, Sequence[Block]]
    units: tuple[Tally, ...]


def count_day(session: Session, competition: CompetitionView, until: datetime) -> DayCount:
    """Count the lists from all results finished by an instant; writes nothing.

    Keeps two numbers a participant in memory: eight bytes each, and as much again while sorting.
    """
    keys: dict[Scope, array[int]] = defaultdict(lambda: array("q"))
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for key, group, area, unit, points in _counted(session, replace(competition, until=until)):
        keys[Scope(group=group)].append(key)
        if area:
            keys[Scope(area=area)].append(key)
        if unit:
            own = sums[unit]
            own[0] += 1
            own[1] += points
    everybody = sorted((k for of, held in keys.items() if not of.area for k in held), reverse=True)
    lists = {
        of: tuple(pack(sorted(held, reverse=True))) for of, held in keys.items() if of != WHOLE
    }
    units = _tallies(session, competition, sums, until)
    return DayCount(len(everybody), {WHOLE: tuple(pack(everybody)), **lists}, units)


def _counted(session: Session, competition: CompetitionView) -> Iterator[Counted]:
    """Return the counting result of everybody, inside the database where the format allows."""
    counts = counts_of(competition)
    query = results_query(competition)
    if query is not None:
        yield from board_services.list_due(session, competition.tie_rule, query, counts=counts)
        return
    rule = TIE_RULES[competition.tie_rule]
    after = 0
    while part := find_slice(session, competition, after=after, size=SLICE):
        users = (part.first, part.last)
        scores = list_scores(session, competition.assessment_id, users=users)
        due = counting(rule, results_of(session, competition, scores, users=users), counts)
        for result in due.values():
            parts = (result.group, result.area, result.unit)
            yield sort_key(rule, result), *parts, result.points_milli
        after = part.last


def _tallies(
    session: Session,
    competition: CompetitionView,
    sums: Mapping[str, Sequence[int]],
    until: datetime,
) -> tuple[Tally, ...]:
    """Return what organisations add up to; headcounts as declared now, by who was enrolled then."""
    enrolled = dict(
        session.execute(
            select(EnterpriseEnrolment.unit_id, EnterpriseEnrolment.headcount).where(
                EnterpriseEnrolment.competition_id == competition.id,
                EnterpriseEnrolment.enrolled_at <= until,
            )
        ).all()
    )
    return tuple(
        Tally(int(unit), "", 0, participants, total, enrolled.get(int(unit)))
        for unit, (participants, total) in sums.items()
    )


def keep_day(
    session: Session, competition: CompetitionView, due: DueDay, counted: DayCount, now: datetime
) -> None:
    """Write what was counted of a day that was begun, in place of what is kept of it."""
    board_services.put_day(
        session,
        competition.board_id,
        due.day,
        counted.lists,
        entries=counted.entries,
        now=now,
    )
    session.execute(
        delete(EnterpriseDay).where(
            EnterpriseDay.competition_id == competition.id, EnterpriseDay.day == due.day
        )
    )
    insert_many(session, EnterpriseDay, list(_unit_rows(competition, due, counted.units)))


def differing_day(session: Session, competition: CompetitionView, day: DayView) -> int:
    """Return how much of what is kept of a day is not so; writes nothing. Counts the day anew."""
    counted = count_day(session, competition, day.until)
    due = DueDay(competition.round_id, day.day, day.until)
    rows = session.execute(
        select(
            EnterpriseDay.unit_id,
            EnterpriseDay.standing,
            EnterpriseDay.participants,
            EnterpriseDay.sum_milli,
        ).where(EnterpriseDay.competition_id == competition.id, EnterpriseDay.day == day.day)
    )
    held = {tuple(row) for row in rows}
    units = {
        (row["unit_id"], row["standing"], row["participants"], row["sum_milli"])
        for row in _unit_rows(competition, due, counted.units)
    }
    blocks = board_services.differing_blocks(session, competition.board_id, day.day, counted.lists)
    return blocks + len(held ^ units) + (day.entries != counted.entries)


def _unit_rows(
    competition: CompetitionView, due: DueDay, units: Sequence[Tally]
) -> Iterable[Mapping[str, object]]:
    for row in rank_enterprises(competition.entry.ranking, units):
        yield {
            "competition_id": competition.id,
            "unit_id": row.tally.unit_id,
            "day": due.day,
            "standing": row.standing,
            "participants": row.tally.participants,
            "sum_milli": row.tally.sum_milli,
        }
