"""The job queue and the heartbeat of workers.

Jobs are idempotent: a killed worker loses its task, and the state in the database (pending events,
unsent messages, attempts past their deadline) is what brings it back. Enqueueing only wakes.
"""

from datetime import datetime
from typing import Any

from huey import PriorityRedisHuey, SqliteHuey
from sqlalchemy import String
from sqlalchemy.orm import Mapped, Session, mapped_column

from learning.kernel.db import Base
from learning.settings import Settings

QUEUE_NAME = "quality-academy"


class WorkerHeartbeat(Base):
    """When a worker was last alive."""

    __tablename__ = "worker_heartbeats"

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    beat_at: Mapped[datetime]


def beat(session: Session, name: str, now: datetime) -> None:
    """Note that the worker is alive."""
    row = session.get(WorkerHeartbeat, name)
    if row is None:
        session.add(WorkerHeartbeat(name=name, beat_at=now))
    else:
        row.beat_at = now


def make_huey(settings: Settings) -> Any:
    """Return the job queue that the settings choose; SQLite's has a file of its own."""
    if settings.queue == "redis":
        return PriorityRedisHuey(QUEUE_NAME, url=settings.redis_url)
    if settings.queue == "postgresql":
        from huey import PostgresHuey

        dsn = settings.sqlalchemy_url.replace("postgresql+psycopg://", "postgresql://")
        return PostgresHuey(QUEUE_NAME, dsn=dsn)
    return SqliteHuey(QUEUE_NAME, filename=str(settings.data_dir / "queue.db"))
