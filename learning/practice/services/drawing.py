"""What sessions of practice share: drawing items nobody holds in reserve, making the assessment."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import SystemRandom

from sqlalchemy.orm import Session

from learning.attempts.rules import AttemptRules
from learning.attempts.services import create_of_versions
from learning.kernel.permissions import Actor
from learning.kernel.translation import N_
from learning.practice.models import PracticeSession
from learning.practice.queries import taken_back
from learning.question_bank.queries import PracticeItem
from learning.question_bank.rules import Pool

TITLES = {
    "review": N_("错题复习"),
    "area": N_("分知识点练习"),
    "weak": N_("薄弱环节练习"),
    "daily": N_("每日一练"),
    "challenge": N_("挑战答题"),
    "mock": N_("模拟考试"),
}
chance = SystemRandom()


def keep_free(session: Session, items: Sequence[PracticeItem], now: datetime) -> list[PracticeItem]:
    """Leave out what a paper holds in reserve or a ruling took back."""
    held = taken_back(session, [item.version_id for item in items], now)
    return [item for item in items if item.version_id not in held]


def make_session(
    session: Session,
    actor: Actor,
    mode: str,
    chosen: Sequence[PracticeItem],
    rules: AttemptRules,
    now: datetime,
    *,
    bank: str = "",
) -> int:
    """Make a person's own session of these items, open as long as its rules give; return its id."""
    made = create_of_versions(
        session,
        title=TITLES[mode],
        pool=Pool.PRACTICE,
        version_ids=[item.version_id for item in chosen],
        rules=rules,
        closes_at=now + timedelta(seconds=rules.limit_s),
        created_by=actor.user_id,
        now=now,
    )
    session.add(PracticeSession(assessment_id=made.id, mode=mode, user_id=actor.user_id, bank=bank))
    session.flush()  # the attempt's way back asks for it
    return made.id
