"""Rounds around the first one of a competition, and what people scored in them."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from learning.competitions import queries, services
from learning.competitions.formats import FIRST, Promotion, RoundPlan
from learning.competitions.queries import CompetitionView, get_managed
from learning.kernel.permissions import Actor
from tests.factories.competitions import SMALL, Stage, add_scored_attempt, make_participant

HOUR = timedelta(hours=1)


def plan_round(now: datetime, *, begins: float = 10, ends: float = 12, **rules: Any) -> RoundPlan:
    """A round between two hours from now; the first one of `make_stage` ends after 8."""
    title = rules.pop("title", "复赛")
    return RoundPlan(title, now + begins * HOUR, now + ends * HOUR, replace(SMALL, **rules))


def add_later(session: Session, now: datetime, stage: Stage, **changes: Any) -> int:
    """A later round; returns its number."""
    return services.add_round(
        session,
        stage.actor,
        stage.public_id,
        plan=plan_round(now, **changes),
        is_training=False,
        now=now,
    )


def rule(session: Session, now: datetime, stage: Stage, promotion: Promotion, number=FIRST) -> None:
    services.set_promotion(
        session, stage.actor, stage.public_id, number, promotion=promotion, now=now
    )


def view_of(session: Session, now: datetime, stage: Stage, number: int = FIRST) -> CompetitionView:
    return get_managed(session, stage.actor, stage.public_id, now, number=number)


def play(
    session: Session,
    now: datetime,
    stage: Stage,
    results: Mapping[str, tuple[int, int]],
    *,
    people: dict[str, Actor] | None = None,
    number: int = FIRST,
) -> dict[str, Actor]:
    """People by name hand in (points, seconds) in a round; who is not there yet enters first."""
    people = {} if people is None else people
    view = view_of(session, now, stage, number)
    for name, (points, seconds) in results.items():
        if name not in people:
            people[name] = make_participant(session, now, stage, name)
        add_scored_attempt(
            session,
            view.assessment_id,
            people[name].user_id,
            points_milli=points * 1000,
            started_at=max(view.opens_at, now),
            duration_us=seconds * 1_000_000,
        )
    return people


def close_round(session: Session, now: datetime, stage: Stage, number: int = FIRST) -> None:
    plan = services.plan_close(session, view_of(session, now, stage, number))
    services.close_competition(session, plan, actor=stage.actor, now=now)


def go_on(session: Session, now: datetime, stage: Stage, number: int = FIRST) -> int:
    """Let people go on from a round as it stands now."""
    view = view_of(session, now, stage, number)
    assert view.promotion is not None
    digest = queries.look_out(session, view, view.promotion).digest
    return services.promote_from(
        session, stage.actor, stage.public_id, number, digest=digest, now=now
    )
