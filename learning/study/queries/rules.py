"""Which version of the rules is in force, and all there were."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from sqlalchemy import ColumnElement, case, literal, select
from sqlalchemy.orm import Session

from learning.accounts.models import User
from learning.organisations.models import Membership
from learning.organisations.queries import valid_at
from learning.study.models import StudyRule
from learning.study.rules.hours import HourRule, Span, Target, from_json

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


def rule_of_year(session: Session, span: Span, now: datetime) -> HourRule:
    """Return the rules that a year is held against: those at its end, of this year those now."""
    return rule_in_force(session, min(now, span.before - timedelta.resolution))


def target_rank(rule: HourRule) -> ColumnElement[int]:
    """Return the place in `rule.ranked()` of what a membership's category is asked for."""
    ranks = {target.category: rank for rank, target in enumerate(rule.ranked()) if rank}
    return case(ranks, value=Membership.category, else_=0) if ranks else literal(0)


def find_target(session: Session, user_id: int, rule: HourRule, now: datetime) -> Target:
    """Return what a rule asks of a person, by the categories of the places the person has now."""
    categories = session.scalars(
        select(Membership.category).where(Membership.user_id == user_id, valid_at(Membership, now))
    )
    return rule.target_for(categories)


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
