"""Writing the rounds around the first one: training, later rounds, and who goes on from each.

All of it is part of the printed rules and locks with them at the first entry; a window that was
published moves by an announcement alone (`windows`).
"""

import json
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from learning.competitions.formats import (
    FIRST,
    MAX_ROUNDS,
    TRAINING,
    Preset,
    Promotion,
    RoundPlan,
    are_in_order,
    problems_of_round,
)
from learning.competitions.models import Round
from learning.competitions.queries import (
    CompetitionView,
    get_managed,
    has_entries,
    list_rounds,
)
from learning.competitions.rules import State, edit_refusal, normalised
from learning.competitions.rules.fairness import FairnessRules
from learning.competitions.services.fairness import set_fairness
from learning.competitions.services.holding import format_text, hold, make_assessment
from learning.competitions.services.hours import set_pledge
from learning.competitions.services.paper_rules import fit_paper, forget_paper
from learning.kernel import audit
from learning.kernel.errors import Conflict, Invalid, NotFound, Problem
from learning.kernel.permissions import Actor
from learning.leaderboards.services import create_board, set_tie_rule


def add_round(
    session: Session,
    actor: Actor,
    raw_public_id: str,
    *,
    plan: RoundPlan,
    is_training: bool,
    now: datetime,
) -> int:
    """Add the training round, or one after the last; return its number.

    Raises NotFound, Invalid; Conflict("rules_locked") from the first entry on, "closed",
    "rounds_many", "rounds_order" where it does not follow the one before.
    """
    plan = _checked(plan)
    competition = hold(session, actor, raw_public_id, now)
    _check_unlocked(session, competition)
    windows = {r.number: (r.opens_at, r.closes_at) for r in list_rounds(session, competition.id)}
    number = TRAINING if is_training else max(windows) + 1
    if number in windows or number > MAX_ROUNDS:
        raise Conflict("rounds_many")
    _check_order(windows | {number: (plan.opens_at, plan.closes_at)})
    owner = f"competition:{competition.public_id}:{number}"
    board = create_board(session, owner=owner, tie_rule=plan.rules.tie_rule, now=now)
    session.add(
        Round(
            competition_id=competition.id,
            number=number,
            title=plan.title,
            assessment_id=make_assessment(session, actor, plan.contest, now),
            board_id=board.id,
            format=format_text(plan.contest),
            state=State.OPEN.value,
        )
    )
    session.flush()  # the next read of the rounds sees it
    _log(session, actor, "competition.round_added", competition, now, number=number, plan=plan)
    return number


def edit_round(
    session: Session,
    actor: Actor,
    raw_public_id: str,
    number: int,
    *,
    plan: RoundPlan,
    now: datetime,
) -> None:
    """Change a round other than the first. Raises as `add_round`, and Conflict("window_locked")."""
    plan = _checked(plan)
    _check_is_other(number)
    first = hold(session, actor, raw_public_id, now)
    old = get_managed(session, actor, raw_public_id, now, number=number)
    contest = replace(old.contest, title=plan.title, description="")
    before = replace(contest, title=old.round_title, entry=plan.contest.entry)
    refusal = edit_refusal(
        first.state, has_entries=has_entries(session, first.id), old=before, new=plan.contest
    )
    if refusal:
        raise Conflict(refusal)
    windows = {r.number: (r.opens_at, r.closes_at) for r in list_rounds(session, first.id)}
    _check_order(windows | {number: (plan.opens_at, plan.closes_at)})
    session.execute(
        update(Round)
        .where(Round.id == old.round_id)
        .values(
            title=plan.title,
            assessment_id=make_assessment(session, actor, plan.contest, now),
            format=format_text(plan.contest),
        )
    )
    set_tie_rule(session, old.board_id, plan.rules.tie_rule)
    fit_paper(session, old.round_id, chosen=plan.rules.format, closes_at=plan.closes_at)
    _log(session, actor, "competition.round_edited", first, now, number=number, plan=plan)


def remove_round(
    session: Session, actor: Actor, raw_public_id: str, number: int, *, now: datetime
) -> None:
    """Take the training round or the last one away again, while nobody has entered.

    Raises NotFound, Conflict("rules_locked" | "closed"), Conflict("rounds_order") for a round that
    another one follows.
    """
    _check_is_other(number)
    first = hold(session, actor, raw_public_id, now)
    old = get_managed(session, actor, raw_public_id, now, number=number)
    _check_unlocked(session, first)
    if number not in {TRAINING, max(r.number for r in list_rounds(session, first.id))}:
        raise Conflict("rounds_order")
    forget_paper(session, old.round_id)
    session.execute(delete(Round).where(Round.id == old.round_id))
    _log(session, actor, "competition.round_removed", first, now, number=number)


def set_promotion(
    session: Session,
    actor: Actor,
    raw_public_id: str,
    number: int,
    *,
    promotion: Promotion | None,
    now: datetime,
) -> None:
    """Say by which rule people go on from a round; None: nobody does.

    Raises NotFound, Invalid, Conflict("rules_locked" | "closed").
    """
    if number == TRAINING:
        raise NotFound("round")
    if promotion is not None and promotion.problem:
        field = promotion.problem
        raise Invalid([Problem("", None, field, field, field)])
    competition = hold(session, actor, raw_public_id, now, number=number)
    _check_unlocked(session, hold(session, actor, raw_public_id, now))
    text = None if promotion is None else json.dumps(promotion.to_dict(), sort_keys=True)
    session.execute(update(Round).where(Round.id == competition.round_id).values(promotion=text))
    rule = promotion.to_dict() if promotion else None
    _log(session, actor, "competition.promotion_ruled", competition, now, number=number, rule=rule)


def add_preset_rounds(
    session: Session, actor: Actor, raw_public_id: str, preset: Preset, *, now: datetime
) -> None:
    """Add the other rounds of a shape to a new draft, its rules of going on, threshold and hours.

    Raises NotFound, Invalid where the bank cannot fill one of them.
    """
    competition = hold(session, actor, raw_public_id, now)
    window = (competition.opens_at, competition.closes_at)
    rules = [(FIRST, preset.promotion)]
    for number, plan, promotion in preset.rounds_of(competition.rules, *window):
        is_training = number == TRAINING
        add_round(session, actor, raw_public_id, plan=plan, is_training=is_training, now=now)
        rules.append((number, promotion))
    for number, promotion in rules:
        if promotion is not None:
            set_promotion(session, actor, raw_public_id, number, promotion=promotion, now=now)
    if preset.phones:
        thresholds = FairnessRules(phones=preset.phones)
        set_fairness(session, actor, raw_public_id, rules=thresholds, now=now)
    if preset.hours is not None:
        set_pledge(session, actor, raw_public_id, pledge=preset.hours, now=now)


def check_round_order(session: Session, competition: CompetitionView) -> None:
    """Raise Conflict("rounds_order") unless the rounds follow one another."""
    _check_order(
        {r.number: (r.opens_at, r.closes_at) for r in list_rounds(session, competition.id)}
    )


def _check_order(windows: dict[int, tuple[datetime, datetime]]) -> None:
    if not are_in_order(windows):
        raise Conflict("rounds_order")


def _check_is_other(number: int) -> None:
    if number == FIRST:
        raise NotFound("round")


def _check_unlocked(session: Session, competition: CompetitionView) -> None:
    if competition.state is State.CLOSED:
        raise Conflict("closed")
    if competition.state is State.OPEN and has_entries(session, competition.id):
        raise Conflict("rules_locked")


def _checked(plan: RoundPlan) -> RoundPlan:
    problems = problems_of_round(plan)
    if problems:
        raise Invalid(problems)
    return replace(plan, title=plan.title.strip(), rules=normalised(plan.rules))


def _log(
    session: Session,
    actor: Actor,
    act: str,
    competition: CompetitionView,
    now: datetime,
    *,
    plan: RoundPlan | None = None,
    **details: Any,
) -> None:
    if plan is not None:
        details["title"] = plan.title
        details["opens_at"], details["closes_at"] = (
            plan.opens_at.isoformat(),
            plan.closes_at.isoformat(),
        )
        details["rules"] = {
            name: str(getattr(plan.rules, name)) for name in type(plan.rules).__slots__
        }
    audit.log(session, act, competition.public_id, actor_id=actor.user_id, now=now, details=details)
