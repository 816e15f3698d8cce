"""What the worker does for certification: issue what recorded passes earn."""

from datetime import datetime

from sqlalchemy.orm import Session

from learning.certification.events import AWARD_DUE
from learning.certification.services import award_earlier_passes, take_result
from learning.exams.events import RESULT_RECORDED
from learning.kernel.events import Consumer, Event


def _take(session: Session, event: Event, now: datetime) -> None:
    if event.kind == AWARD_DUE:
        award_earlier_passes(session, event, now)
    else:
        take_result(session, event, now)


AWARD = Consumer("certification.award", frozenset({RESULT_RECORDED, AWARD_DUE}), _take)
