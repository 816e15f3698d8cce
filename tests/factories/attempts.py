"""A person with an attempt under way, committed, and ways to save to it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from learning.attempts.models import Attempt
from learning.attempts.rules import AttemptRules, Blueprint, parse_batch
from learning.attempts.saving import Refused, Saved, save_responses
from learning.attempts.services import start_attempt
from learning.kernel.db import Database
from learning.kernel.ids import digest
from learning.kernel.permissions import Actor
from tests.factories.items import make_assessment, make_bank, make_blueprint
from tests.factories.people import make_login_session, make_user

DEVICE = "device-one"


@dataclass
class Seat:
    """One person's attempt; `token` is the log-in session's."""

    database: Database
    user_id: int
    actor: Actor
    token: str
    assessment_id: int
    attempt: str
    attempt_id: int
    started_at: datetime

    def save(
        self,
        position: int,
        seq: int,
        response: Any = "b",
        *,
        epoch: int = 1,
        at: timedelta = timedelta(seconds=30),
        token: str | None = None,
        attempt: str | None = None,
    ) -> Saved | Refused:
        return self.save_many(
            [(position, seq, response)], epoch=epoch, at=at, token=token, attempt=attempt
        )

    def save_many(
        self,
        entries: list[tuple[int, int, Any]],
        *,
        epoch: int = 1,
        at: timedelta = timedelta(seconds=30),
        token: str | None = None,
        attempt: str | None = None,
    ) -> Saved | Refused:
        batch = parse_batch(
            {
                "epoch": epoch,
                "responses": [{"position": p, "seq": s, "response": r} for p, s, r in entries],
            }
        )
        assert batch is not None
        connection = self.database.autocommit.raw_connection()
        try:
            return save_responses(
                connection,
                self.database.dialect_name,
                public_id=attempt or self.attempt,
                login_session_id=digest(token or self.token),
                batch=batch,
                now=self.started_at + at,
            )
        finally:
            connection.close()


def make_seat(
    database: Database,
    now: datetime,
    *,
    rules: AttemptRules | None = None,
    blueprint: Blueprint | None = None,
    assessment_id: int | None = None,
    bank: dict[str, Any] | None = None,
    extra: timedelta = timedelta(0),
) -> Seat:
    from tests.factories.people import make_actor

    with database.transaction() as session:
        user = make_user(session, now)
        token = make_login_session(session, now, user)
        actor = make_actor(user)
        if assessment_id is None:
            make_bank(session, now, **(bank or {}))
            assessment_id = make_assessment(
                session, now, rules=rules, blueprint=blueprint or make_blueprint()
            ).id
        long_lived = Actor(
            actor.user_id, actor.public_id, actor.display_name, digest(token), "zh_CN", 2**52
        )
        public_id = start_attempt(
            session, long_lived, assessment_id, device_token=DEVICE, now=now, extra=extra
        )
        attempt_id = session.query(Attempt.id).filter_by(public_id=public_id).scalar()
    return Seat(database, user.id, long_lived, token, assessment_id, public_id, attempt_id, now)
