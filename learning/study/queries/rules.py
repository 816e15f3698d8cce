"""Which version of the rules is in force, and all there were."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from sqlalchemy import select
from sqlalchemy.orm import Session

from learning.accounts.models import User
from learning.study.models import StudyRule
from learning.study.rules.hours import HourRule, from_json

_rule = lru_cache(maxsize=64)(from_json)  # a version never changes


@dataclass(frozen=True, slots=True)
class RuleView:
    """A version with who made it."""

    rule: HourRule
    valid_from: datetime
    author: str
    created_at: datetime


def rule_in_force(session: Session, at: datetime) -> HourRule:
    """Return the rules in force at an instant; an installation without any has number 0."""
    row = session.execute(
        select(StudyRule.number, StudyRule.document)
        .where(StudyRule.valid_from <= at)
        .order_by(StudyRule.valid_from.desc(), StudyRule.number.desc())
        .limit(1)
    ).first()
    return _rule(*row) if row else HourRule()


def list_rules(session: Session) -> list[RuleView]:
    """Return the versions that were made, newest first."""
    rows = session.execute(
        select(
            StudyRule.number,
            StudyRule.document,
            StudyRule.valid_from,
            User.display_name,
            StudyRule.created_at,
        )
        .join(User, User.id == StudyRule.created_by)
        .order_by(StudyRule.number.desc())
    )
    return [RuleView(_rule(row[0], row[1]), *row[2:]) for row in rows]
