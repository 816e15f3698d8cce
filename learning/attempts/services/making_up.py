"""A further attempt for whom an outage cost time and the clock had taken in before it was declared.

What was handed in stays handed in: its score is a fact, and people may know of it. Whose attempt
ran out by an outage may begin another one instead, and only then the one cut short counts no more.
Nobody gets one who may have seen the keys.
"""

import json
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Row, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from learning.attempts.events import MAKE_UP
from learning.attempts.models import Assessment, Attempt, MakeUp, Outage
from learning.attempts.queries import Opening
from learning.attempts.rules import AttemptRules, Part, lost_time
from learning.attempts.services.finishing import void_attempt
from learning.kernel import audit, events
from learning.kernel.permissions import Actor

SWEPT, MADE_UP = "swept", "make_up"


def give_make_ups(
    session: Session, outage: Outage, attempt_ids: Sequence[int], now: datetime
) -> int:
    """Let those of some attempts be made up that the clock ended and the outage cost time.

    Each once, whatever outages follow; return how many are new. None where what was right may be
    known already, and none where attempts are not limited: there is nothing to give.
    """
    row = session.execute(
        select(Assessment.rules, Assessment.closes_at).where(Assessment.id == outage.assessment_id)
    ).one()
    rules = AttemptRules.from_json(row.rules)
    others = select(Attempt.id).where(
        Attempt.assessment_id == outage.assessment_id, Attempt.submitted_at.is_(None)
    )
    are_items_known = rules.is_told(
        Part.RESPONSES,
        finished=True,
        closes_at=row.closes_at,
        others_still_open=session.scalar(others.limit(1)) is not None,
        now=now,
    )
    if are_items_known or not rules.max_attempts:
        return 0
    ended = session.execute(
        select(Attempt.id, Attempt.public_id, Attempt.user_id, Attempt.number)
        .add_columns(Attempt.started_at, Attempt.deadline_at)
        .where(
            Attempt.id.in_(attempt_ids),
            Attempt.finish_kind == SWEPT,
            Attempt.voided_at.is_(None),
        )
        .order_by(Attempt.id)
    ).all()
    return sum(_give(session, outage, each, now) for each in ended if _has_lost(outage, each))


def _has_lost(outage: Outage, attempt: Row[*tuple[int, str, int, int, datetime, datetime]]) -> bool:
    span = (outage.lost_from, outage.lost_to)
    ends = {"started_at": attempt.started_at, "deadline_at": attempt.deadline_at}
    return lost_time(span, **ends, given=()) is not None


def _give(
    session: Session,
    outage: Outage,
    attempt: Row[*tuple[int, str, int, int, datetime, datetime]],
    now: datetime,
) -> bool:
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    made = session.scalar(
        dialect.insert(MakeUp)
        .values(attempt_id=attempt.id, outage_id=outage.id, made_at=now)
        .on_conflict_do_nothing(index_elements=["attempt_id"])
        .returning(MakeUp.id)
    )
    if made is None:
        return False
    audit.log(
        session,
        "attempt.make_up_given",
        attempt.public_id,
        actor_id=outage.made_by,
        now=now,
        details={"outage": outage.public_id, "reason": outage.reason},
    )
    told = {
        "assessment_id": outage.assessment_id,
        "user_id": attempt.user_id,
        "number": attempt.number,
        "outage": outage.public_id,
    }
    events.record(session, MAKE_UP, told, now)
    return True


def take_make_up(
    session: Session, actor: Actor, opening: Opening, public_id: str, now: datetime
) -> None:
    """Let the attempt cut short count no more, now that the further one was begun.

    Nothing where the person had an attempt left without it: the make-up stays theirs.
    """
    if opening.used < json.loads(opening.rules_json)["max_attempts"]:
        return
    begun = select(Attempt.id).where(Attempt.public_id == public_id).scalar_subquery()
    free = (
        select(MakeUp.id)
        .join(Attempt, Attempt.id == MakeUp.attempt_id)
        .where(
            Attempt.assessment_id == opening.assessment_id,
            Attempt.user_id == actor.user_id,
            MakeUp.used_by.is_(None),
        )
        .order_by(MakeUp.id)
        .limit(1)
    )
    cut_short = session.scalar(
        update(MakeUp)
        .where(MakeUp.id.in_(free.scalar_subquery()))
        .values(used_by=begun)
        .returning(MakeUp.attempt_id)
        .execution_options(synchronize_session=False)
    )
    if cut_short is not None:
        void_attempt(
            session,
            cut_short,
            actor_id=actor.user_id,
            reason=f"make-up: {public_id}",
            cause=MADE_UP,
            now=now,
        )
