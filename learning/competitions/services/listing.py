"""The lists by which prizes go: whether they may be frozen, and what scores would make of them."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from learning.attempts.queries import list_scores
from learning.competitions.formats import FIRST, day_of
from learning.competitions.queries import CompetitionView, counts_of, get_round, results_of
from learning.competitions.queries.finals import find_final
from learning.competitions.queries.prize_lists import (
    find_act_to,
    list_listed,
    list_lists,
    list_other_rounds,
)
from learning.competitions.rules import State
from learning.competitions.rules.awards import AwardRules, Listed
from learning.competitions.rules.prize_lists import DAYS, is_reached
from learning.competitions.rules.reranking import ranks_of
from learning.kernel.errors import Conflict
from learning.leaderboards.rules import TIE_RULES, Result, counting


def first_of(session: Session, competition: CompetitionView) -> CompetitionView:
    """Return a competition with its first round, whichever round it was read with."""
    if competition.number == FIRST:
        return competition
    return get_round(session, competition, FIRST)


def check_lists(
    session: Session, competition: CompetitionView, rules: AwardRules, now: datetime
) -> None:
    """Raise unless every later list by which a prize goes is there and published.

    Conflict("prize_list_gone") for a round that was taken away, "prize_round_open" before it is
    closed, "not_revealed" before all of it is, "not_gone_on" before people went on to it,
    "final_unconfirmed" before the live final's standings were confirmed.
    """
    if rules.lists - set(list_lists(session, competition.id)):
        raise Conflict("prize_list_gone")
    for view in list_other_rounds(session, competition, rules):
        if view.state is not State.CLOSED:
            raise Conflict("prize_round_open")
        if not view.shown(now).is_final:
            raise Conflict("not_revealed")
    for code in rules.lists:
        if is_reached(code) and find_act_to(session, competition.id, code) is None:
            raise Conflict("not_gone_on")
    if rules.needs_final and find_final(session, competition.id) is None:
        raise Conflict("final_unconfirmed")


def due_of(competition: CompetitionView, results: list[Result]) -> dict[str, Result]:
    """Return the results that count, by entry."""
    return counting(TIE_RULES[competition.tie_rule], results, counts_of(competition))


def listed_of(
    competition: CompetitionView, due: Mapping[str, Result], rules: AwardRules
) -> list[Listed]:
    """Return a round's list as counting results make it, with days where a prize goes by them."""
    zone = competition.zone if DAYS in rules.lists else None
    ranks = ranks_of(TIE_RULES[competition.tie_rule], due)
    return [
        Listed(
            subject,
            each.points_milli,
            each.whole,
            due[subject].group,
            part=str(day_of(due[subject].finished_at, zone)) if zone else "",
        )
        for subject, each in ranks.items()
    ]


def list_from_scores(
    session: Session, competition: CompetitionView, rules: AwardRules
) -> list[Listed]:
    """Return the lists by which prizes go, those of rounds computed anew from all scores."""
    first = first_of(session, competition)
    rounds = {first.number: first} if FIRST in rules.rounds else {}
    rounds |= {view.number: view for view in list_other_rounds(session, first, rules)}
    instead = {number: _list_scored(session, view, rules) for number, view in rounds.items()}
    return list_listed(session, first, rules, instead=instead)


def _list_scored(session: Session, view: CompetitionView, rules: AwardRules) -> Iterable[Listed]:
    scores = list_scores(session, view.assessment_id)
    return listed_of(view, due_of(view, results_of(session, view, scores)), rules)
