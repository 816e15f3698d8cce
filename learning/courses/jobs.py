"""What the worker does for courses: complete lessons whose self-check was handed in."""

from datetime import datetime

from sqlalchemy.orm import Session

from learning.attempts.events import SCORED
from learning.courses.services import take_check
from learning.kernel.events import Consumer, Event


def _take(session: Session, event: Event, _now: datetime) -> None:
    take_check(session, event)


CHECKS = Consumer("courses.checks", frozenset({SCORED}), _take)
