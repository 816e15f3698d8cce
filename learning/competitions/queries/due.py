"""Which rounds the worker is to close."""

from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, aliased

from learning.attempts.models import Assessment
from learning.competitions.formats import FIRST, TRAINING
from learning.competitions.models import Competition, PaperSetting, PromotionAct, Round
from learning.competitions.queries.views import ROUND_STATE
from learning.competitions.rules import State


def list_due(session: Session, before: datetime, limit: int) -> list[int]:
    """Return the ids of open rounds whose window ended before the instant.

    A later round that nobody was promoted to waits for its organiser; one on paper until the last
    day of keying is over.
    """
    ahead = aliased(Round)
    promoted = (
        select(PromotionAct.id)
        .join(ahead, ahead.id == PromotionAct.round_id)
        .where(ahead.competition_id == Round.competition_id, ahead.number == Round.number - 1)
        .exists()
    )
    return list(
        session.scalars(
            select(Round.id)
            .join(Competition, Competition.id == Round.competition_id)
            .join(Assessment, Assessment.id == Round.assessment_id)
            .outerjoin(PaperSetting, PaperSetting.round_id == Round.id)
            .where(
                ROUND_STATE.in_((State.OPEN.value,)),
                Round.number != TRAINING,
                Assessment.closes_at < before,
                or_(PaperSetting.until.is_(None), PaperSetting.until < before),
                or_(Round.number == FIRST, promoted),
            )
            .order_by(Assessment.closes_at, Round.id)
            .limit(limit)
        )
    )
