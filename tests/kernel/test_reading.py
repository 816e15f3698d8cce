"""Reads below the ORM give what the ORM's own path gives, errors included."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import bindparam, select
from sqlalchemy.exc import DBAPIError, ProgrammingError

from learning.accounts.models import User
from learning.kernel import reading
from learning.kernel.reading import read_rows
from tests.factories.people import make_user

NOW = datetime(2026, 5, 1, 8, 0, 0, 123_000, tzinfo=UTC)
PEOPLE = (
    select(
        User.public_id,
        User.created_at,
        User.disabled_at.is_(None).label("is_open"),
        User.id,
        User.disabled_at,
    )
    .where(User.id == bindparam("user_id"), User.display_name != "nobody")
    .order_by(User.id)
)
EVERYBODY = select(User.id).where(User.id.in_(bindparam("ids", expanding=True)))


def test_columns_come_out_as_the_orm_gives_them(session) -> None:
    user = make_user(session, NOW)

    for _ in range(2):  # the second time by the translation that was kept
        rows = read_rows(session, PEOPLE, {"user_id": user.id})

        expected = session.execute(PEOPLE, {"user_id": user.id}).all()
        assert rows == [tuple(row) for row in expected]
        assert rows[0].is_open is True
        assert rows[0].created_at == user.created_at
        assert rows[0].public_id == user.public_id


def test_what_is_pending_is_seen_and_what_was_rolled_back_is_not(session) -> None:
    user = make_user(session, NOW)
    session.flush()  # the id is needed
    with session.begin_nested() as savepoint:
        user.disabled_at = NOW
        inside = read_rows(session, PEOPLE, {"user_id": user.id})[0].is_open
        savepoint.rollback()

    after = read_rows(session, PEOPLE, {"user_id": user.id})[0].is_open

    assert (inside, after) == (False, True)


def test_a_session_reads_on_after_its_commit(database) -> None:
    with database.session(write=True) as session:
        user = make_user(session, NOW)
        session.commit()
        first = read_rows(session, PEOPLE, {"user_id": user.id})
        session.commit()

        assert read_rows(session, PEOPLE, {"user_id": user.id}) == first


def test_a_value_left_out_and_one_that_expands_are_refused(session) -> None:
    with pytest.raises(KeyError):
        read_rows(session, PEOPLE, {})
    with pytest.raises(ValueError, match="expands"):
        read_rows(session, EVERYBODY, {"ids": [1]})


def test_an_error_of_the_driver_is_sqlalchemys(database, monkeypatch) -> None:
    with database.session(write=False) as session:
        read_rows(session, PEOPLE, {"user_id": 0})
        kept = reading._TRANSLATED[PEOPLE, session.get_bind().dialect.name]
        monkeypatch.setattr(kept, "sql", "SELECT nonsense FROM nowhere")

        with pytest.raises(DBAPIError) as caught:
            read_rows(session, PEOPLE, {"user_id": 0})

        assert caught.value.orig is not None
        assert not caught.value.connection_invalidated
        assert isinstance(caught.value, ProgrammingError) or database.is_sqlite


def test_a_lost_connection_is_told_and_the_next_session_gets_another(database) -> None:
    with database.session(write=False) as session:
        read_rows(session, PEOPLE, {"user_id": 0})
        session.connection().connection.driver_connection.close()

        with pytest.raises(DBAPIError) as caught:
            read_rows(session, PEOPLE, {"user_id": 0})

        assert caught.value.connection_invalidated
        session.rollback()

    with database.session(write=False) as session:
        assert read_rows(session, PEOPLE, {"user_id": 0}) == []
