"""Credits of study hours as the ledger holds them."""

import itertools
from datetime import datetime

from sqlalchemy.orm import Session

from learning.kernel.ids import new_public_id
from learning.study.models import StudyCredit

_numbers = itertools.count(1)


def make_credit(
    session: Session,
    at: datetime,
    user_id: int,
    *,
    title: str = "示例课程：示例课时",
    is_common: bool = False,
) -> StudyCredit:
    """Write a credit of 30 minutes, 0.66 hours, earned and granted at one instant."""
    credit = StudyCredit(
        public_id=new_public_id(),
        user_id=user_id,
        source="lesson",
        source_key=f"sample/les-{next(_numbers)}",
        title=title,
        title_en="Sample lesson",
        field="common" if is_common else "professional",
        credited_ms=30 * 60_000,
        minutes_per_hour=45,
        hours_milli=660,
        rule_number=0,
        earned_at=at,
        granted_at=at,
        basis="{}",
    )
    session.add(credit)
    session.flush()
    return credit
