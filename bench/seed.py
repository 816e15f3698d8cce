"""Bulk data for benchmarks: many attempts and responses, written by the database itself."""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, insert, text

import learning.models as all_models
from learning.accounts.models import LoginSession, User
from learning.attempts.models import Assessment, Attempt
from learning.kernel.db import Database, instant_param
from learning.kernel.ids import digest

POSITIONS = 25


@dataclass(frozen=True)
class Client:
    """A person with a running attempt and a log-in session."""

    attempt: str
    attempt_id: int
    token: str


def seed(database: Database, attempts: int, responses: int, clients: int) -> list[Client]:
    """Create the schema, `attempts` attempts with `responses` responses, and clients to save."""
    all_models.metadata.create_all(database.engine)
    now = datetime.now(UTC)
    with database.transaction() as session:
        session.execute(
            insert(Assessment).values(
                id=1,
                public_id="bench",
                title="bench",
                delivery="paper",
                blueprint="{}",
                rules="{}",
                opens_at=now,
                closes_at=now + timedelta(days=30),
                created_at=now,
            )
        )
    for start in range(0, attempts, 20_000):
        rows = range(start + 1, min(start + 20_000, attempts) + 1)
        with database.transaction() as session:
            session.execute(insert(User), [_user(n, now) for n in rows])
            session.execute(insert(Attempt), [_attempt(n, now) for n in rows])
    _responses(database, attempts, responses, now)
    chosen = [1 + n * (attempts // clients) for n in range(clients)]
    result = []
    with database.transaction() as session:
        for number in chosen:
            token = secrets.token_urlsafe(32)
            session.execute(
                insert(LoginSession).values(
                    id=digest(token),
                    user_id=number,
                    device="",
                    created_at=now,
                    expires_at=now + timedelta(days=1),
                )
            )
            result.append(Client(f"bench{number:021d}", number, token))
    with database.autocommit.connect() as connection:
        connection.execute(
            text(
                "CREATE TABLE floor (attempt_id bigint, position smallint, answer text, PRIMARY KEY (attempt_id, position))"
            )
        )
        connection.execute(
            text(
                "INSERT INTO floor SELECT attempt_id, position, max(answer) FROM responses GROUP BY attempt_id, position"
            )
        )
        _settle(connection, is_sqlite=database.is_sqlite)
    return result


def _settle(connection: Connection, *, is_sqlite: bool) -> None:
    """Bring the database to the state of one that has been running for long.

    Otherwise PostgreSQL vacuums the rows just seeded while the pairs are measured, and its work is
    charged to whichever side is running.
    """
    if is_sqlite:
        connection.execute(text("ANALYZE"))
        return
    connection.execute(text("VACUUM (FREEZE, ANALYZE)"))
    connection.execute(text("CHECKPOINT"))


def _user(number: int, now: datetime) -> dict[str, Any]:
    return {
        "id": number,
        "public_id": f"u{number:025d}",
        "display_name": "基准",
        "sort_key": f"{number:09d}",
        "locale": "",
        "created_at": now,
    }


def _attempt(number: int, now: datetime) -> dict[str, Any]:
    return {
        "id": number,
        "public_id": f"bench{number:021d}",
        "assessment_id": 1,
        "user_id": number,
        "number": 1,
        "form": "{}" + " " * 1500,
        "item_count": POSITIONS,
        "epoch": 1,
        "device_hash": "0" * 64,
        "started_at": now,
        "deadline_at": now + timedelta(days=2),
        "extra_s": 0,
    }


def _responses(database: Database, attempts: int, responses: int, now: datetime) -> None:
    each = responses // attempts
    at = instant_param(now, database.dialect_name)
    if database.is_sqlite:
        series = (
            "WITH RECURSIVE s(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM s WHERE n + 1 < :each) "
        )
        statement = (
            "INSERT INTO responses (attempt_id, position, epoch, seq, answer, after_submit, saved_at) "
            + series
            + "SELECT a.id, n % :positions + 1, 1, n / :positions + 1, '\"b\"', 0, :at FROM attempts a, s "
            "WHERE a.id BETWEEN :low AND :high"
        )
    else:
        statement = (
            "INSERT INTO responses (attempt_id, position, epoch, seq, answer, after_submit, saved_at) "
            "SELECT a.id, n % :positions + 1, 1, n / :positions + 1, '\"b\"', false, :at "
            "FROM attempts a, generate_series(0, :each - 1) n WHERE a.id BETWEEN :low AND :high"
        )
    for low in range(1, attempts + 1, 10_000):
        with database.transaction() as session:
            session.execute(
                text(statement),
                {"each": each, "positions": POSITIONS, "at": at, "low": low, "high": low + 9_999},
            )
