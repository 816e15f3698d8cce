"""A new version of the rules: from the next day on, for everybody; old credits stay."""

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from learning.courses.services.watching import set_watch_share
from learning.kernel import audit
from learning.kernel.errors import Invalid
from learning.kernel.permissions import Actor
from learning.study.models import StudyRule
from learning.study.rules.hours import HourRule, local_day, problems_of, start_of_day, to_json


def set_rule(
    session: Session, actor: Actor, rule: HourRule, *, zone: str, now: datetime
) -> HourRule:
    """Write down a version that is in force from the start of the next day; return it, numbered.

    Raises Invalid, naming every field out of its bounds.
    """
    problems = problems_of(rule)
    if problems:
        raise Invalid(problems)
    last = session.scalar(select(func.max(StudyRule.number))) or 0
    made = replace(rule, number=last + 1)
    valid_from = start_of_day(local_day(now, zone) + timedelta(days=1), zone)
    session.add(
        StudyRule(
            number=made.number,
            valid_from=valid_from,
            document=to_json(made),
            created_by=actor.user_id,
            created_at=now,
        )
    )
    set_watch_share(session, made.watched_percent, valid_from=valid_from, now=now)
    session.flush()  # a second one made at once is refused here by the key
    audit.log(
        session,
        "study.rule",
        str(made.number),
        actor_id=actor.user_id,
        now=now,
        details={"valid_from": valid_from.isoformat(), "rule": to_json(made)},
    )
    return made
