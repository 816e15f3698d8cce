"""How often a version stood on a finished form: counted once a form, by the event that tells it."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import case
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from learning.question_bank.models import ItemExposure


def count_exposure(session: Session, version_ids: Collection[int], at: datetime) -> None:
    """Count one more form for each of the versions, finished at an instant; one statement."""
    # Sorted, so that two forms counted at once take the rows in one order.
    rows = [{"version_id": n, "forms": 1, "last_at": at} for n in sorted(set(version_ids))]
    build = postgresql_insert if session.get_bind().dialect.name == "postgresql" else sqlite_insert
    statement = build(ItemExposure).values(rows)
    newer = statement.excluded.last_at > ItemExposure.last_at
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["version_id"],
            set_={
                "forms": ItemExposure.forms + 1,
                "last_at": case((newer, statement.excluded.last_at), else_=ItemExposure.last_at),
            },
        )
    )
