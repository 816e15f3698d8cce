"""The rules of a contest as its pages print them."""

from sqlalchemy.orm import Session

from learning.competitions import words
from learning.competitions.queries import CompetitionView
from learning.competitions.queries.fairness import find_fairness
from learning.competitions.queries.hours import find_pledge
from learning.competitions.queries.paper_rules import find_paper


def printed_rules(session: Session, competition: CompetitionView) -> list[tuple[str, str]]:
    """Return the rules of a contest and its first round as (heading, sentence)."""
    return words.rule_lines(
        competition.contest,
        competition.zone,
        find_paper(session, competition.round_id),
        phones=find_fairness(session, competition.id).phones,
        hours=find_pledge(session, competition.id),
    )
