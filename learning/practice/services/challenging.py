"""The timed challenge: one mistake ends it, each item has seconds of its own by the server's clock.

All of that is the attempt engine's; here the items are drawn and the record of a run is kept.
"""

import json
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from learning.attempts.queries import find_score, get_attempt_by_id
from learning.attempts.rules import AttemptRules, Counts, Delivery, Release
from learning.attempts.services import start_attempt
from learning.kernel.errors import NotFound
from learning.kernel.permissions import Actor
from learning.practice.models import ChallengeRun, PracticeSession
from learning.practice.queries import find_open_session, get_person, list_challenge_items
from learning.practice.rules import count_right, rank_key_of
from learning.practice.services.drawing import chance, make_session
from learning.question_bank.rules import ItemKind

ASKED = 60  # items of a run at most: whoever gets through has mastered the bank
ITEM_S = 30
LIMIT = timedelta(hours=1)
QUICK = (ItemKind.TRUE_FALSE, ItemKind.SINGLE, ItemKind.MULTIPLE)  # read and answered in 30 s
_RULES = AttemptRules(
    limit_s=int(LIMIT.total_seconds()),
    max_attempts=1,
    counts=Counts.FIRST,
    delivery=Delivery.STEPWISE,
    release=Release.AT_SUBMIT,
    review=True,
    item_s=ITEM_S,
    ends_at_mistake=True,
)


def start_challenge(
    session: Session, actor: Actor, raw_bank: str, *, device_token: str, now: datetime
) -> str:
    """Start a challenge on a bank, or go on with an open one; return the attempt's public id.

    Raises NotFound for a bank that is not for this person or has no quick item free.
    """
    going = find_open_session(session, actor.user_id, "challenge", now, bank=raw_bank)
    if going is None:
        person = get_person(session, actor.user_id, now)
        items = list_challenge_items(session, person.units, raw_bank, QUICK, now)
        if not items:
            raise NotFound("bank")
        drawn = chance.sample(items, min(ASKED, len(items)))
        drawn.sort(key=lambda item: [kind.value for kind in QUICK].index(item.kind))
        going = make_session(session, actor, "challenge", drawn, _RULES, now, bank=raw_bank)
    return start_attempt(session, actor, going, device_token=device_token, now=now)


def note_challenge(session: Session, attempt_id: int, assessment_id: int) -> None:
    """Keep the record of a finished challenge, by its score as it stands now; of others nothing."""
    practice = session.get(PracticeSession, assessment_id)
    if practice is None or practice.mode != "challenge":
        return
    attempt, score = get_attempt_by_id(session, attempt_id), find_score(session, attempt_id)
    if score is None or attempt.finished_at is None or attempt.voided_at is not None:
        session.execute(delete(ChallengeRun).where(ChallengeRun.attempt_id == attempt_id))
        return
    right = count_right(json.loads(score.items))
    took_ms = round((attempt.finished_at - attempt.started_at).total_seconds() * 1000)
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    record = {"right": right, "took_ms": took_ms, "rank_key": rank_key_of(right, took_ms)}
    session.execute(
        dialect.insert(ChallengeRun)
        .values(
            attempt_id=attempt_id,
            user_id=attempt.user_id,
            bank=practice.bank,
            finished_at=attempt.finished_at,
            **record,
        )
        .on_conflict_do_update(index_elements=["attempt_id"], set_=record)
    )
