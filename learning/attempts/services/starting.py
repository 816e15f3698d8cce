"""Starting an attempt: one read, a draw in memory, one insert."""

import json
import secrets
from datetime import datetime, timedelta

from sqlalchemy import Row, and_, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from learning.accounts.services import close_room, extend_session
from learning.attempts.models import Assessment, Attempt
from learning.attempts.queries import parse_blueprint
from learning.attempts.rules import (
    GRACE,
    SESSION_MARGIN,
    AttemptRules,
    Blueprint,
    Delivery,
    Form,
    choose_form,
    deadline,
    draw_form,
    parallel_form,
)
from learning.kernel.clock import to_ms
from learning.kernel.errors import Conflict, NotFound
from learning.kernel.ids import digest, new_public_id
from learning.kernel.permissions import Actor

RACES = 3


def start_attempt(
    session: Session,
    actor: Actor,
    assessment_id: int,
    *,
    device_token: str,
    now: datetime,
    extra: timedelta = timedelta(0),
    seat: int | None = None,
) -> str:
    """Start an attempt, or go on with the open one; return its public id.

    `extra` is the accommodation of this person: it enters the deadline of a new attempt. Of
    parallel forms neighbours by `seat` get different ones.

    Parallel starts give one attempt: the unique index on open attempts decides, the losers read
    the winner's. Raises NotFound, Conflict("not_open" | "closed" | "attempts_used").
    """
    for _ in range(RACES):
        rows = _read(session, actor.user_id, assessment_id)
        if not rows:
            raise NotFound("assessment")
        open_attempt = next((r.public_id for r in rows if r.is_open), None)
        if open_attempt is not None:
            return str(open_attempt)
        _check_may_start(rows, now)
        public_id = _insert(session, actor, rows, device_token, now, extra, seat)
        if public_id is not None:
            return public_id
    raise Conflict("attempts_used")


def _read(session: Session, user_id: int, assessment_id: int) -> list[Row[tuple[object, ...]]]:
    """Return the assessment beside each of the person's attempts at it (one row if none)."""
    return list(
        session.execute(
            select(
                Assessment.id,
                Assessment.blueprint,
                Assessment.rules,
                Assessment.opens_at,
                Assessment.closes_at,
                Attempt.public_id,
                Attempt.number,
                (Attempt.id.is_not(None) & Attempt.submitted_at.is_(None)).label("is_open"),
            )
            .outerjoin(
                Attempt, and_(Attempt.assessment_id == Assessment.id, Attempt.user_id == user_id)
            )
            .where(Assessment.id == assessment_id)
        )
    )


def _check_may_start(rows: list[Row[tuple[object, ...]]], now: datetime) -> None:
    first = rows[0]
    if now < first.opens_at:
        raise Conflict("not_open")
    if now >= first.closes_at:
        raise Conflict("closed")
    allowed = json.loads(first.rules)["max_attempts"]
    used = sum(row.number is not None for row in rows)
    if allowed and used >= allowed:
        raise Conflict("attempts_used")


def _insert(
    session: Session,
    actor: Actor,
    rows: list[Row[tuple[object, ...]]],
    device_token: str,
    now: datetime,
    extra: timedelta,
    seat: int | None,
) -> str | None:
    """Insert the attempt; None when a parallel start was faster."""
    assessment = rows[0]
    rules = AttemptRules.from_json(assessment.rules)
    blueprint = parse_blueprint(assessment.blueprint)
    number = 1 + max((row.number or 0 for row in rows), default=0)
    form = _form(blueprint, rules, assessment.id, actor.user_id, number, seat)
    ends = deadline(now, rules.limit, assessment.closes_at, extra)
    insert = postgresql_insert if session.get_bind().dialect.name == "postgresql" else sqlite_insert
    public_id = session.scalar(
        insert(Attempt)
        .values(
            public_id=new_public_id(),
            assessment_id=assessment.id,
            user_id=actor.user_id,
            number=number,
            form=form.to_json(),
            item_count=blueprint.item_count,
            epoch=1,
            open_position=0 if rules.delivery is Delivery.STEPWISE else None,
            device_hash=digest(device_token),
            started_at=now,
            deadline_at=ends,
            extra_s=int(extra.total_seconds()),
        )
        .on_conflict_do_nothing()
        .returning(Attempt.public_id)
    )
    until = ends + GRACE + SESSION_MARGIN
    if public_id is not None and actor.session_expires_at_ms < to_ms(until):
        extend_session(session, actor.login_session_id, until)
    if public_id is not None and rules.integrity.closed_book:
        close_room(session, actor.user_id, public_id)
    return public_id


def _form(
    blueprint: Blueprint,
    rules: AttemptRules,
    assessment_id: int,
    user_id: int,
    number: int,
    seat: int | None,
) -> Form:
    shuffle = rules.shuffle_options
    if not blueprint.forms:
        return draw_form(blueprint, secrets.token_hex(16), shuffle_options=shuffle)
    chosen = choose_form(
        len(blueprint.forms),
        seat=seat,
        assessment_id=assessment_id,
        user_id=user_id,
        number=number,
    )
    return parallel_form(blueprint, chosen, shuffle_options=shuffle)
