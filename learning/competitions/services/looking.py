"""What rulings would do to the lists of a round, before anybody decides on them; writes nothing."""

from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from learning.attempts.models import RegradePlan
from learning.attempts.queries import list_scores, parse_blueprint
from learning.attempts.rules import Ruling, Treatment, rulings_from_json
from learning.attempts.services import preview_regrade
from learning.competitions.formats import FIRST
from learning.competitions.queries import CompetitionView, get_by_round, results_of
from learning.competitions.queries.awards import find_plan
from learning.competitions.queries.prize_lists import list_listed
from learning.competitions.queries.regrades import round_of
from learning.competitions.rules import State
from learning.competitions.rules.reranking import ListChanges, RankChange, rank_changes
from learning.competitions.services.listing import due_of, first_of, listed_of
from learning.competitions.services.reranking import (
    going_changes,
    may_be_drawn,
    prize_changes,
    unit_changes,
)
from learning.leaderboards.rules import TIE_RULES, Result


@dataclass(frozen=True, slots=True)
class RoundLook:
    """What a regrade would do to a round: each entry placed differently, and the other lists."""

    changes: tuple[RankChange, ...]
    lists: ListChanges
    scores: int


def look_at_round(session: Session, plan_id: int) -> RoundLook:
    """Compute what a regrade would do to the lists of its round; writes nothing."""
    row = session.get_one(RegradePlan, plan_id)
    competition = get_by_round(session, round_of(session, row.assessment_id))
    return preview_ranks(session, competition, rulings_from_json(row.rulings))


def preview_ranks(
    session: Session, competition: CompetitionView, rulings: tuple[Ruling, ...]
) -> RoundLook:
    """Return what rulings would do to a round; writes nothing.

    What stands now is computed from the scores as the published board was. Raises Invalid as
    `attempts.services.preview_regrade`.
    """
    is_stepwise = competition.format.is_stepwise
    preview = preview_regrade(session, competition.assessment_id, rulings, with_items=is_stepwise)
    changed = {change.attempt: change for change in preview.changes}
    scores = list_scores(session, competition.assessment_id)
    then = [
        replace(score, points_milli=new.points_milli, max_milli=new.max_milli)
        if (new := changed.get(score.attempt))
        else score
        for score in scores
    ]
    judged = {c.attempt: c.position_scores for c in preview.changes} if is_stepwise else {}
    before = due_of(competition, results_of(session, competition, scores))
    after = due_of(competition, results_of(session, competition, then, judged=judged))
    rule = TIE_RULES[competition.tie_rule]
    most = {score.max_milli for score in then}
    short = sum(score.max_milli < max(most) for score in then) if len(most) > 1 else 0
    if competition.state is not State.CLOSED:  # papers may come that do not ask the item
        short = max(short, sum(_is_drawn(competition, ruling) for ruling in rulings))
    return RoundLook(
        changes=tuple(rank_changes(rule, before, after)),
        lists=_list_changes(session, competition, after, unequal=short),
        scores=len(preview.changes),
    )


def _is_drawn(competition: CompetitionView, ruling: Ruling) -> bool:
    """Tell whether a ruling takes an item out that stands on some papers alone."""
    if ruling.treatment is not Treatment.EXCLUDED:
        return False
    return any(
        section.count < len(section.candidates)
        for section in parse_blueprint(competition.blueprint_json).sections
        if ruling.version_id in {each.version_id for each in section.candidates}
    )


def _list_changes(
    session: Session, competition: CompetitionView, after: dict[str, Result], *, unequal: int
) -> ListChanges:
    going, staying = going_changes(session, competition, after)
    told = ListChanges(going=going, staying=staying, unequal=unequal)
    if competition.state is not State.CLOSED:
        return told
    plan = find_plan(session, competition.id)
    is_first = competition.number == FIRST
    if is_first:
        told = replace(told, units=unit_changes(session, competition, after))
    if plan is None or not (is_first or competition.number in plan.rules.rounds):
        return told
    told = replace(told, prizes_state=plan.state.value)
    if not may_be_drawn(plan):
        return told
    instead = {competition.number: listed_of(competition, after, plan.rules)}
    first = first_of(session, competition)
    listed = list_listed(session, first, plan.rules, instead=instead)
    return replace(told, prizes=prize_changes(session, plan, listed))
