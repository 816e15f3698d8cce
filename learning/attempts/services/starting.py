"""Starting an attempt: one read, a draw in memory, one insert.

Thousands start within a minute, so the statements are made once and not for each.
"""

import json
import secrets
from datetime import datetime, timedelta

from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from learning.accounts.services import close_room, extend_session
from learning.attempts.models import Attempt
from learning.attempts.queries import Opening, find_opening, parse_blueprint
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
    lay_out,
    parallel_form,
)
from learning.attempts.services.making_up import take_make_up
from learning.kernel.clock import to_ms
from learning.kernel.errors import Conflict, NotFound
from learning.kernel.ids import digest, new_public_id
from learning.kernel.permissions import Actor

RACES = 3
_INSERTS = {
    dialect: insert(Attempt).on_conflict_do_nothing().returning(Attempt.public_id)
    for dialect, insert in (("postgresql", postgresql_insert), ("sqlite", sqlite_insert))
}


def start_attempt(
    session: Session,
    actor: Actor,
    assessment: int | Opening,
    *,
    device_token: str,
    now: datetime,
    extra: timedelta = timedelta(0),
    seat: int | None = None,
) -> str:
    """Start an attempt, or go on with the open one; return its public id.

    `assessment` is its id, or what the caller has read of it for this person in this transaction.
    `extra` is the accommodation of this person: it enters the deadline of a new attempt. Of
    parallel forms neighbours by `seat` get different ones.

    Parallel starts give one attempt: the unique index on open attempts decides, the losers read
    the winner's. Raises NotFound, Conflict("not_open" | "closed" | "attempts_used").
    """
    known = assessment if isinstance(assessment, Opening) else None
    assessment_id = assessment.assessment_id if isinstance(assessment, Opening) else assessment
    for _ in range(RACES):
        opening = known or find_opening(session, actor.user_id, assessment_id)
        if opening is None:
            raise NotFound("assessment")
        if opening.open_attempt is not None:
            return opening.open_attempt
        _check_may_start(opening, now)
        public_id = _insert(session, actor, opening, device_token, now, extra, seat)
        if public_id is not None:
            if opening.make_ups:
                take_make_up(session, actor, opening, public_id, now)
            return public_id
        known = None  # somebody was faster: what was read is no longer so
    raise Conflict("attempts_used")


def _check_may_start(opening: Opening, now: datetime) -> None:
    if now < opening.opens_at:
        raise Conflict("not_open")
    if now >= opening.closes_at:
        raise Conflict("closed")
    allowed = json.loads(opening.rules_json)["max_attempts"]
    if allowed and opening.used >= allowed + opening.make_ups:
        raise Conflict("attempts_used")


def _insert(
    session: Session,
    actor: Actor,
    opening: Opening,
    device_token: str,
    now: datetime,
    extra: timedelta,
    seat: int | None,
) -> str | None:
    """Insert the attempt; None when a parallel start was faster."""
    rules = AttemptRules.from_json(opening.rules_json)
    blueprint = parse_blueprint(opening.blueprint_json)
    number = opening.last_number + 1
    form = _form(blueprint, rules, opening.assessment_id, actor.user_id, number, seat)
    ends = deadline(now, rules.limit, opening.closes_at, extra)
    spans = blueprint.spans
    sections = lay_out(spans, now, opening.closes_at, extra) if spans else None
    if sections is not None:
        ends = sections.ends_at
    connection = session.connection()
    public_id = connection.scalar(
        _INSERTS[connection.dialect.name],
        {
            "public_id": new_public_id(),
            "assessment_id": opening.assessment_id,
            "user_id": actor.user_id,
            "number": number,
            "form": form.to_json(),
            "item_count": blueprint.item_count,
            "epoch": 1,
            "open_position": 0 if rules.delivery is Delivery.STEPWISE else None,
            "sections": sections.to_json() if sections else None,
            "device_hash": digest(device_token),
            "started_at": now,
            "deadline_at": ends,
            "extra_s": int(extra.total_seconds()),
        },
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
