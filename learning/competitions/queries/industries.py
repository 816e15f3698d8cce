"""The board of industries: what the participants of an industry's units add up to."""

from collections import Counter
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from learning.competitions.models import EnterpriseResult
from learning.competitions.queries.enterprises import list_published_units
from learning.competitions.queries.provinces import is_whole_out
from learning.competitions.queries.views import CompetitionView
from learning.competitions.rules import EnterpriseStanding, Tally, rank_enterprises
from learning.competitions.rules.industries import section_of


def list_industry_board(
    session: Session, competition: CompetitionView, now: datetime
) -> list[EnterpriseStanding] | None:
    """Return the industries with participants, best first; None until the whole list is out.

    A unit counts for the industry that it had at the close; who takes part for none counts
    nowhere. The letter of a section of GB/T 4754 stands in place of a name. At most 20 rows.
    """
    if not is_whole_out(competition, now):
        return None
    participants, sums = Counter[str](), Counter[str]()
    for row in list_published_units(session, competition.id):
        section = section_of(row.tally.industry)
        participants[section] += row.tally.participants
        sums[section] += row.tally.sum_milli
    tallies = [
        Tally(ord(section), section, n, n, sums[section], headcount=None)
        for section, n in participants.items()
        if section and n
    ]
    return rank_enterprises(competition.entry.ranking.of_groups(), tallies)


def find_industry(session: Session, competition_id: int, unit_id: int | None) -> str:
    """Return the section of GB/T 4754 that a unit counted for, "" for none."""
    query = select(EnterpriseResult.industry).where(
        EnterpriseResult.competition_id == competition_id, EnterpriseResult.unit_id == unit_id
    )
    return section_of(session.scalar(query) or "")
