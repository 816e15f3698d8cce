"""A competition with its organiser, participants and scored attempts."""

import json
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from learning.accounts.models import User
from learning.attempts.events import SCORED, AttemptScored
from learning.attempts.models import Attempt, ScoreRow
from learning.competitions import services
from learning.competitions.models import Entry
from learning.competitions.queries import CompetitionView, get_managed
from learning.competitions.rules import Contest, ContestRules
from learning.kernel import events
from learning.kernel.db import to_us
from learning.kernel.ids import new_public_id
from learning.kernel.permissions import Actor, Role
from learning.organisations.models import Unit
from tests.factories.items import make_bank
from tests.factories.people import grant_role, make_actor, make_unit, make_user, unit_grant

BANK = "sample"
SMALL = ContestRules(bank=BANK, single_count=3, multiple_count=2)


def make_contest(now: datetime, **changes: Any) -> Contest:
    """An hour into its window of nine hours; rules may be given by name."""
    named = {name for name in ContestRules.__slots__ if name in changes}
    rules = replace(SMALL, **{name: changes.pop(name) for name in named})
    return replace(
        Contest(
            title="示例行业全面质量管理知识竞赛",
            description="说明",
            opens_at=now - timedelta(hours=1),
            closes_at=now + timedelta(hours=8),
            rules=rules,
        ),
        **changes,
    )


@dataclass
class Stage:
    """A competition and who organises it."""

    association: Unit
    manager: User
    actor: Actor
    public_id: str

    def view(self, session: Session, now: datetime) -> CompetitionView:
        return get_managed(session, self.actor, self.public_id, now)


def make_association(
    session: Session, now: datetime, name: str = "示例质量协会"
) -> tuple[Unit, User, Actor]:
    association = make_unit(session, now, kind="association", name=name)
    manager = make_user(session, now, "协会干事")
    grant_role(session, now, manager, Role.ASSOCIATION_MANAGER, association)
    return (
        association,
        manager,
        make_actor(manager, unit_grant(Role.ASSOCIATION_MANAGER, association)),
    )


def make_stage(session: Session, now: datetime, *, is_open: bool = True, **changes: Any) -> Stage:
    make_bank(session, now, bank=BANK)
    association, manager, actor = make_association(session, now)
    contest = make_contest(now, **changes)
    public_id = services.create_competition(
        session, actor, raw_organiser_id=association.public_id, contest=contest, now=now
    )
    if is_open:
        services.open_competition(session, actor, public_id, now=now)
    session.flush()
    return Stage(association, manager, actor, public_id)


def make_participant(
    session: Session, now: datetime, stage: Stage, name: str = "参赛者甲"
) -> Actor:
    """A person who has entered."""
    user = make_user(session, now, name)
    actor = replace(make_actor(user), session_expires_at_ms=2**52)
    services.enter_competition(session, actor, stage.public_id, now=now)
    return actor


def entry_of(session: Session, actor: Actor) -> str:
    """The public id of a person's only entry: the subject of boards."""
    return session.scalars(select(Entry.public_id).where(Entry.user_id == actor.user_id)).one()


def add_scored_attempt(
    session: Session,
    assessment_id: int,
    user_id: int,
    *,
    number: int = 1,
    points_milli: int = 20_000,
    started_at: datetime,
    duration_us: int = 60_000_000,
) -> AttemptScored:
    """A finished attempt with its score, without event; returns the event it would have given."""
    finished_at = started_at + timedelta(microseconds=duration_us)
    attempt = Attempt(
        public_id=new_public_id(),
        assessment_id=assessment_id,
        user_id=user_id,
        number=number,
        form=json.dumps({}),
        item_count=5,
        epoch=1,
        started_at=started_at,
        deadline_at=started_at + timedelta(hours=1),
        submitted_at=finished_at,
        finished_at=finished_at,
        finish_kind="submitted",
    )
    session.add(attempt)
    session.flush()
    session.add(
        ScoreRow(
            attempt_id=attempt.id,
            version=1,
            points_milli=points_milli,
            max_milli=20_000,
            answers="[]",
            answers_sha256="0" * 64,
            items="[]",
            scored_at=finished_at,
        )
    )
    session.flush()
    return AttemptScored(
        attempt=attempt.public_id,
        assessment_id=assessment_id,
        user_id=user_id,
        number=number,
        points_milli=points_milli,
        max_milli=20_000,
        started_us=to_us(started_at),
        finished_us=to_us(finished_at),
        duration_us=duration_us,
        finish_kind="submitted",
    )


def record_scored(session: Session, scored: AttemptScored, now: datetime) -> None:
    """Write the event of a scored attempt."""
    events.record(session, SCORED, scored.payload(), now)
