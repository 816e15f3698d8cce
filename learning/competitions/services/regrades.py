"""Regrades of a contest's round: prepared as every regrade is, looked at for what the lists become.

What is common to all assessments is in `attempts.services.preparing`. A list that is published
changes by this act alone: board, enterprise board and prizes in the transaction of the scores.
"""

from datetime import datetime

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from learning.attempts.models import RegradePlan
from learning.attempts.queries import list_scores
from learning.attempts.rules import (
    RegradeState,
    RulingWish,
)
from learning.attempts.services import (
    RegradeDesk,
    ask_plan_force,
    ask_plan_look,
    drop_plan,
    hold_plan,
    hold_plan_row,
    keep_plan_look,
    put_plan_into_force,
    rule_on_item,
    start_plan,
    take_back_ruling,
)
from learning.competitions.events import RERANKED, Reranked
from learning.competitions.formats import FIRST
from learning.competitions.models import (
    Competition,
    Entry,
    ItemAppeal,
    RankEffect,
    Round,
    RoundRegrade,
)
from learning.competitions.queries import (
    CompetitionView,
    find_promotion,
    get_by_round,
    results_of,
)
from learning.competitions.queries.awards import find_plan
from learning.competitions.queries.regrades import round_of
from learning.competitions.rules import State
from learning.competitions.rules.reranking import (
    ListChanges,
    RankChange,
    RankEffectKind,
    Ranks,
)
from learning.competitions.services.feeding import recompute_board
from learning.competitions.services.holding import hold
from learning.competitions.services.listing import due_of
from learning.competitions.services.looking import RoundLook
from learning.competitions.services.reranking import PrizeAct, write_units
from learning.competitions.services.settling import settle_awards
from learning.competitions.services.teams import rebuild_teams
from learning.kernel import events
from learning.kernel.bulk import insert_many
from learning.kernel.errors import Conflict, NotFound
from learning.kernel.permissions import Actor

_STEP = 5_000


def start_round_regrade(
    session: Session,
    actor: Actor,
    raw_public_id: str,
    number: int,
    *,
    raw_appeal_id: str,
    now: datetime,
) -> str:
    """Begin to prepare a regrade of a round, from an appeal or (""); return its public id.

    Raises NotFound.
    """
    competition = hold(session, actor, raw_public_id, now, number=number, corrects=True)
    appeal_id = None
    if raw_appeal_id:
        appeal_id = session.scalar(
            select(ItemAppeal.id).where(
                ItemAppeal.round_id == competition.round_id, ItemAppeal.public_id == raw_appeal_id
            )
        )
        if appeal_id is None:
            raise NotFound("appeal")
    row = start_plan(session, _desk(competition, actor, now))
    session.execute(
        insert(RoundRegrade).values(
            plan_id=row.id, round_id=competition.round_id, appeal_id=appeal_id, lists="{}"
        )
    )
    return row.public_id


def rule_on_round(
    session: Session,
    actor: Actor,
    raw_public_id: str,
    number: int,
    raw_regrade_id: str,
    *,
    wish: RulingWish,
    now: datetime,
) -> None:
    """Put a ruling into a regrade. Raises as `attempts.services.rule_on_item`."""
    desk, row = _hold(session, actor, raw_public_id, number, raw_regrade_id, now)
    rule_on_item(session, desk, row, wish)
    _forget_effects(session, row.id)


def take_round_ruling_back(
    session: Session,
    actor: Actor,
    raw_public_id: str,
    number: int,
    raw_regrade_id: str,
    *,
    version_id: int,
    now: datetime,
) -> None:
    """Take a ruling out of a regrade. Raises NotFound, Conflict("regrade_over")."""
    _by, row = _hold(session, actor, raw_public_id, number, raw_regrade_id, now)
    take_back_ruling(row, version_id)
    _forget_effects(session, row.id)


def drop_round_regrade(
    session: Session,
    actor: Actor,
    raw_public_id: str,
    number: int,
    raw_regrade_id: str,
    *,
    now: datetime,
) -> None:
    """Give a regrade up that was not applied. Raises NotFound, Conflict("regrade_over")."""
    desk, row = _hold(session, actor, raw_public_id, number, raw_regrade_id, now)
    drop_plan(session, desk, row)


def ask_round_look(
    session: Session,
    actor: Actor,
    raw_public_id: str,
    number: int,
    raw_regrade_id: str,
    *,
    now: datetime,
) -> int | None:
    """Ask what a regrade would do; return its row id where the caller may look at once.

    Raises NotFound, Conflict("regrade_over" | "no_rulings").
    """
    desk, row = _hold(session, actor, raw_public_id, number, raw_regrade_id, now)
    return ask_plan_look(session, desk, row, _sign(session, row.assessment_id))


def ask_round_force(
    session: Session,
    actor: Actor,
    raw_public_id: str,
    number: int,
    raw_regrade_id: str,
    *,
    reason: str,
    now: datetime,
) -> int | None:
    """Decide that a regrade is to be applied; return its row id where the caller may do it at once.

    Raises NotFound, Conflict("regrade_over" | "not_looked" | "look_stale" | "reason_missing"), and
    Conflict("unequal_maximum") where an item that does not count would leave some papers with a
    smaller maximum than others: points alone rank, so that would be unfair to whoever was asked it.
    """
    desk, row = _hold(session, actor, raw_public_id, number, raw_regrade_id, now)
    lists = session.scalar(select(RoundRegrade.lists).where(RoundRegrade.plan_id == row.id)) or "{}"
    if ListChanges.from_json(lists).unequal:
        raise Conflict("unequal_maximum")
    return ask_plan_force(session, desk, row, reason, _sign(session, row.assessment_id))


def _sign(session: Session, assessment_id: int) -> str:
    """Return what, beside scores, decides what a regrade does to the lists of its round."""
    found = session.execute(
        select(Competition.id, Competition.state, Round.id.label("round_id"))
        .join(Round, Round.competition_id == Competition.id)
        .where(Round.assessment_id == assessment_id)
    ).one()
    void = session.scalar(
        select(func.count()).where(Entry.competition_id == found.id, Entry.voided_at.is_not(None))
    )
    plan, act = find_plan(session, found.id), find_promotion(session, found.round_id)
    prizes = plan.state.value if plan else ""
    return f"{found.state}.{void or 0}.{prizes}.{act.id if act else 0}"


def keep_round_look(session: Session, plan_id: int, look: RoundLook, now: datetime) -> None:
    """Keep what a look found, unless the rulings were changed meanwhile."""
    row = hold_plan_row(session, plan_id)
    if row.state != RegradeState.LOOKING.value:
        return
    _forget_effects(session, plan_id)
    ids = _entry_ids(session, [change.subject for change in look.changes])
    insert_many(session, RankEffect, [_effect(plan_id, ids[c.subject], c) for c in look.changes])
    session.execute(
        update(RoundRegrade)
        .where(RoundRegrade.plan_id == plan_id)
        .values(lists=look.lists.to_json())
    )
    counts = {
        kind.value: sum(change.kind is kind for change in look.changes) for kind in RankEffectKind
    }
    keep_plan_look(session, row, {**counts, "scores": look.scores}, now)


def _entry_ids(session: Session, subjects: list[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for start in range(0, len(subjects), _STEP):
        part = subjects[start : start + _STEP]
        rows = session.execute(select(Entry.public_id, Entry.id).where(Entry.public_id.in_(part)))
        found.update(dict(rows.all()))
    return found


def _effect(plan_id: int, entry_id: int, change: RankChange) -> dict[str, object]:
    return {
        "plan_id": plan_id,
        "entry_id": entry_id,
        "kind": change.kind.value,
        **_columns("before", change.before),
        **_columns("after", change.after),
    }


def _columns(when: str, ranks: Ranks | None) -> dict[str, int | None]:
    return {
        f"{when}_milli": ranks.points_milli if ranks else None,
        f"{when}_standing": ranks.whole if ranks else None,
        f"{when}_group": ranks.group if ranks else None,
        f"{when}_area": ranks.area if ranks else None,
    }


def put_round_into_force(session: Session, plan_id: int, now: datetime) -> bool:
    """Apply a regrade that was decided on, once; tell whether this call did it.

    Scores, board, enterprise board, prizes and the event that tells people are one transaction.
    Raises Conflict("look_stale").
    """
    assessment_id = session.get_one(RegradePlan, plan_id).assessment_id
    found = get_by_round(session, round_of(session, assessment_id))
    session.execute(select(Competition.id).where(Competition.id == found.id).with_for_update())
    row = hold_plan_row(session, plan_id)
    if not put_plan_into_force(session, row, now, _sign(session, assessment_id)):
        return False
    session.flush()  # the lists are read from what was just written
    competition = get_by_round(session, found.round_id)
    recompute_board(session, competition.round_id)
    if competition.number == FIRST and competition.state is State.CLOSED:
        scores = list_scores(session, competition.assessment_id)
        due = due_of(competition, results_of(session, competition, scores))
        write_units(session, competition, due)
        rebuild_teams(session, competition)
    if competition.state is State.CLOSED:  # nobody has seen any other list
        settle_awards(session, competition, act=PrizeAct(row.applied_by, row.reason, now))
        events.record_many(session, RERANKED, _told(session, plan_id, competition.round_id), now)
    return True


def _told(session: Session, plan_id: int, round_id: int) -> list[dict[str, object]]:
    """Return the payload of an event for each entry that a regrade places differently."""
    rows = session.execute(
        select(
            Entry.user_id, RankEffect.kind, RankEffect.before_standing, RankEffect.after_standing
        )
        .join(Entry, Entry.id == RankEffect.entry_id)
        .where(RankEffect.plan_id == plan_id)
        .order_by(RankEffect.id)
    )
    return [
        Reranked(round_id, user_id, kind, before, after).payload()
        for user_id, kind, before, after in rows
    ]


def _forget_effects(session: Session, plan_id: int) -> None:
    session.execute(delete(RankEffect).where(RankEffect.plan_id == plan_id))
    session.execute(update(RoundRegrade).where(RoundRegrade.plan_id == plan_id).values(lists="{}"))


def _hold(
    session: Session,
    actor: Actor,
    raw_public_id: str,
    number: int,
    raw_regrade_id: str,
    now: datetime,
) -> tuple[RegradeDesk, RegradePlan]:
    competition = hold(session, actor, raw_public_id, now, number=number, corrects=True)
    row = hold_plan(session, competition.assessment_id, raw_regrade_id)
    return _desk(competition, actor, now), row


def _desk(competition: CompetitionView, actor: Actor, now: datetime) -> RegradeDesk:
    about = {"competition": competition.public_id, "round": competition.number}
    return RegradeDesk(competition.assessment_id, actor.user_id, about, now)
