"""The hours that a contest promises, and whether a person has earned them."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from learning.attempts.queries import has_open_attempts, list_scores
from learning.attempts.rules import AttemptRules, Counts, Part
from learning.competitions.models import ContestHours, Entry
from learning.competitions.queries.keeping import counts_of, results_of
from learning.competitions.queries.views import CompetitionView
from learning.competitions.rules.hours import HourField, HoursPledge
from learning.leaderboards.rules import TIE_RULES, counting


@dataclass(frozen=True, slots=True)
class ContestPass:
    """A person's result that reaches the cut; thousandths of points, names as when entering."""

    pledge: HoursPledge
    name: str
    unit_name: str
    points_milli: int
    finished_at: datetime


def find_pledge(session: Session, competition_id: int) -> HoursPledge | None:
    """Return what a pass of a contest is worth, None where it promises no hours."""
    row = session.get(ContestHours, competition_id)
    if row is None:
        return None
    thousand = Decimal(1000)
    return HoursPledge(row.cut_milli / thousand, row.hours_milli / thousand, HourField(row.field))


def find_pass(session: Session, competition: CompetitionView, user_id: int) -> ContestPass | None:
    """Return a person's pass of a contest read with its first round, None without one.

    Computed from the scores, as the list would be if it were published now; a void entry has none.
    Whether the person may know of it is `is_pass_told`.
    """
    pledge = find_pledge(session, competition.id)
    entry = session.scalar(
        select(Entry).where(
            Entry.competition_id == competition.id,
            Entry.user_id == user_id,
            Entry.voided_at.is_(None),
        )
    )
    if pledge is None or entry is None:
        return None
    users = (user_id, user_id)
    scores = list_scores(session, competition.assessment_id, users=users)
    results = results_of(session, competition, scores, users=users)
    due = counting(TIE_RULES[competition.tie_rule], results, counts_of(competition))
    result = due.get(entry.public_id)
    if result is None or result.points_milli < pledge.cut_milli:
        return None
    return ContestPass(
        pledge, entry.participant_name, entry.unit_name, result.points_milli, result.finished_at
    )


def is_pass_told(session: Session, competition: CompetitionView, now: datetime) -> bool:
    """Tell whether participants may know of their results, and none of theirs can be lost.

    Where the last attempt counts, a further one may still have fewer points until the window ends.
    """
    rules = AttemptRules.from_json(competition.rules_json)
    is_over = now > competition.closes_at
    if rules.counts is Counts.LAST and not is_over:
        return False
    return rules.is_told(
        Part.SCORE,
        finished=True,
        closes_at=competition.closes_at,
        others_still_open=is_over and has_open_attempts(session, competition.assessment_id),
        now=now,
    )
