"""Candidates who save through the real endpoint, retry as the exam room does, and keep a ledger.

The ledger is outside the system under test: what was acknowledged, by whom, with which content.
"""

import http.client
import json
import random
import threading
import time
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import text

from learning.attempts.services import start_attempt
from learning.kernel.db import Database
from learning.kernel.ids import digest
from learning.kernel.permissions import Actor
from tests.factories.items import make_assessment, make_bank
from tests.factories.people import make_login_session, make_user
from tests.faults.site import Cookies


@dataclass
class Candidate:
    """One person with a running attempt; `ledger` holds what the server acknowledged."""

    attempt: str
    attempt_id: int
    headers: dict[str, str]
    actor: Actor
    ledger: list[tuple[int, int, str]] = field(default_factory=list)
    refused: list[tuple[int, str]] = field(default_factory=list)
    errors: int = 0
    seqs: dict[int, int] = field(default_factory=dict)


def make_candidates(
    database: Database, cookies: Cookies, count: int, now: datetime, limit_s: int = 7200
) -> list[Candidate]:
    from learning.attempts.models import Attempt
    from learning.attempts.rules import AttemptRules

    with database.transaction() as session:
        make_bank(session, now)
        assessment = make_assessment(session, now, rules=AttemptRules(limit_s=limit_s)).id
    people = []
    for start in range(0, count, 50):
        with database.transaction() as session:
            for _ in range(min(50, count - start)):
                user = make_user(session, now)
                token = make_login_session(session, now, user, hours=24)
                actor = Actor(user.id, user.public_id, "", digest(token), "", 2**52)
                attempt = start_attempt(session, actor, assessment, device_token="d", now=now)
                row = session.query(Attempt.id).filter_by(public_id=attempt).scalar()
                people.append(Candidate(attempt, row, cookies.headers(token), actor))
    return people


def save_all(
    candidate: Candidate, port: int, saves: int, pause_s: float, stop: threading.Event
) -> None:
    """Save `saves` answers over 25 positions, each retried until it is acknowledged or refused."""
    connection: http.client.HTTPConnection | None = None
    seqs = candidate.seqs
    for number in range(saves):
        position = number % 25 + 1
        seqs[position] = seqs.get(position, 0) + 1
        answer = "abcd"[random.randrange(4)]
        body = json.dumps(
            {
                "epoch": 1,
                "responses": [{"position": position, "seq": seqs[position], "response": answer}],
            }
        )
        while not stop.is_set():
            try:
                if connection is None:
                    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=15)
                connection.request(
                    "POST",
                    f"/attempts/{candidate.attempt}/responses",
                    body,
                    {**candidate.headers, "Content-Type": "application/json"},
                )
                reply = connection.getresponse()
                data = reply.read()
            except (OSError, http.client.HTTPException):
                candidate.errors += 1
                if connection is not None:
                    connection.close()
                connection = None
                time.sleep(random.random() * 0.5)
                continue
            if 200 <= reply.status < 300:
                got = json.loads(data)
                assert [position, seqs[position]] in got["saved"] + got["late"], got
                candidate.ledger.append((position, seqs[position], json.dumps(answer)))
                break
            if reply.status in (500, 503, 429):
                candidate.errors += 1
                time.sleep(random.random() * 0.5)
                continue
            candidate.refused.append((reply.status, data.decode()[:200]))
            break
        time.sleep(random.random() * 2 * pause_s)
    if connection is not None:
        connection.close()


def missing_answers(
    database: Database, candidates: list[Candidate]
) -> list[tuple[str, int, int, str]]:
    """Return acknowledged answers that the database lacks or holds otherwise."""
    missing = []
    with database.engine.connect() as connection:
        for candidate in candidates:
            rows = connection.execute(
                text(
                    "SELECT position, seq, answer FROM responses WHERE attempt_id = :a AND epoch = 1"
                ),
                {"a": candidate.attempt_id},
            )
            stored = {(r[0], r[1]): r[2] for r in rows}
            missing += [
                (candidate.attempt, p, s, a)
                for p, s, a in candidate.ledger
                if stored.get((p, s)) != a
            ]
        connection.rollback()
    return missing
