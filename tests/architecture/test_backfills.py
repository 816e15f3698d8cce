"""What a migration says about rows that were there before it."""

from datetime import UTC, datetime

from sqlalchemy import text

from learning import migrations
from learning.kernel.db import Database, instant_param


def test_leave_that_was_taken_back_is_told_from_leave_that_was_called_off(
    empty: Database,
) -> None:
    migrations.upgrade(empty, "0093")
    at = instant_param(datetime(2026, 1, 1, tzinfo=UTC), empty.dialect_name)
    user = "INSERT INTO users (public_id, display_name, sort_key, locale, created_at)"
    unit = "INSERT INTO units (public_id, kind, region, industry, timezone, created_at)"
    status = (
        "INSERT INTO staff_statuses (public_id, user_id, organisation_id, kind, note, valid_from,"
        " valid_to, recorded_at, ended_at) VALUES ('{}', 1, 1, 'leave', '', :at, :at, :at, :at)"
    )
    entry = (
        "INSERT INTO audit_entries (at, act, subject, details)"
        " VALUES (:at, 'staff_status.{}', '{}', '{{}}')"
    )
    with empty.transaction() as session:
        for statement in (
            f"{user} VALUES ('u', '示例员工', 's', '', :at)",
            f"{unit} VALUES ('v', 'enterprise', '320500', '', 'Asia/Shanghai', :at)",
            status.format("taken-back"),
            status.format("called-off"),
            entry.format("undone", "taken-back"),
            entry.format("ended", "called-off"),
        ):
            session.execute(text(statement).bindparams(at=at))

    migrations.upgrade(empty)

    query = "SELECT public_id FROM staff_statuses WHERE is_undone"
    with empty.session(write=False) as session:
        assert session.execute(text(query)).scalars().all() == ["taken-back"]
