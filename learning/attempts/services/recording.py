"""Recording what a room tells of conduct: one statement that never stands in the way of a save."""

import json
from datetime import datetime
from typing import Any

from learning.attempts.rules import MAX_KEPT, Report
from learning.attempts.statements import POSTGRESQL_RECORD, SQLITE_RECORD
from learning.kernel.db import instant_param


def record_events(
    connection: Any,
    dialect_name: str,
    *,
    public_id: str,
    login_session_id: str,
    report: Report,
    now: datetime,
) -> int:
    """Keep a report and return how many events were new.

    0 also where the log-in, the attempt or its being open is missing, and when enough is kept:
    `get_watched` tells which.
    """
    rows = [
        {"s": event.seq, "k": event.kind, "t": event.at_ms, "d": event.lasted_ms}
        for event in report.events
    ]
    values = {
        "pid": public_id,
        "sid": login_session_id,
        "page": report.page,
        "report": json.dumps(rows),
        "now": instant_param(now, dialect_name),
        "most": MAX_KEPT,
    }
    cursor = connection.cursor()
    try:
        statement = POSTGRESQL_RECORD if dialect_name == "postgresql" else SQLITE_RECORD
        cursor.execute(statement, values)
        return len(cursor.fetchall())
    finally:
        cursor.close()
