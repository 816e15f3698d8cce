"""What the worker does for certification: issue what recorded and released passes earn."""

from datetime import datetime

from sqlalchemy.orm import Session

from learning.certification.events import AWARD_DUE
from learning.certification.services import (
    award_earlier_passes,
    doubt_fallen,
    take_close,
    take_result,
)
from learning.exams.events import CLOSED, RESULT_RECORDED, RESULT_WITHDRAWN
from learning.kernel.events import Consumer, Event


def _take(session: Session, event: Event, now: datetime) -> None:
    _ACTS[event.kind](session, event, now)


_ACTS = {
    RESULT_RECORDED: take_result,
    RESULT_WITHDRAWN: doubt_fallen,
    AWARD_DUE: award_earlier_passes,
    CLOSED: take_close,
}
AWARD = Consumer("certification.award", frozenset(_ACTS), _take)
