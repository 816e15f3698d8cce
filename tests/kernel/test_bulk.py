"""Many rows at once are the rows that one insert after another would have written."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import func, or_, select
from sqlalchemy.exc import DBAPIError, IntegrityError

from learning.kernel.bulk import among, insert_many
from learning.question_bank.models import BankRow

AT = datetime(2026, 11, 22, 2, 0, 0, 123456, tzinfo=UTC)
TEXTS = ("纯文本", "tab\t和\n换行", r"\N", r"反\斜\\线", "", "引'\"号", "𠮷")


def bank(code: str, **more: object) -> dict[str, object]:
    values = {"code": code, "title": "题库", "title_en": "", "description": "", "pool": "contest"}
    return {**values, "tracks": "[]", "origin": "web", "created_at": AT, **more}


def test_texts_instants_and_what_is_missing_arrive_as_they_are(session):
    rows = [bank(f"b{n}", description=words, unit_id=None) for n, words in enumerate(TEXTS)]

    insert_many(session, BankRow, rows)

    written = session.scalars(select(BankRow).order_by(BankRow.code)).all()
    assert [row.description for row in written] == list(TEXTS)
    assert {(row.created_at, row.unit_id, row.next_number) for row in written} == {(AT, None, 1)}


def test_rows_may_name_their_columns_in_any_order(session):
    insert_many(session, BankRow, [bank("a"), dict(reversed(bank("b").items()))])

    assert set(session.scalars(select(BankRow.code))) == {"a", "b"}


def test_no_rows_are_no_work(session):
    insert_many(session, BankRow, [])


def test_a_row_that_is_there_is_refused_as_by_an_insert_and_none_is_written(session):
    insert_many(session, BankRow, [bank("a")])

    with pytest.raises(IntegrityError), session.begin_nested():
        insert_many(session, BankRow, [bank("b"), bank("a")])

    assert list(session.scalars(select(BankRow.code))) == ["a"]


@pytest.mark.postgresql
def test_a_text_that_the_database_cannot_hold_is_its_error(session):
    with pytest.raises(DBAPIError), session.begin_nested():
        insert_many(session, BankRow, [bank("a", description="\x00")])


def test_what_is_rolled_back_was_never_there(database):
    with database.session(write=True) as session:
        insert_many(session, BankRow, [bank("a")])
        session.rollback()

    with database.session(write=False) as session:
        assert list(session.scalars(select(BankRow.code))) == []


def test_rows_are_found_among_more_ids_than_a_statement_has_parameters(session):
    insert_many(session, BankRow, [bank("a"), bank("b"), bank("c")])
    ids = dict(session.execute(select(BankRow.code, BankRow.id)).all())
    many = [ids["a"], ids["c"], *range(10**9, 10**9 + 70_000)]

    found = session.scalars(select(BankRow.code).where(among(BankRow.id, many)))

    assert set(found) == {"a", "c"}


def test_among_no_ids_is_nobody_and_its_opposite_everybody(session):
    insert_many(session, BankRow, [bank("a")])

    assert session.scalars(select(BankRow.code).where(among(BankRow.id, []))).all() == []
    assert session.scalars(select(BankRow.code).where(~among(BankRow.id, []))).all() == ["a"]


def test_among_is_true_of_each_of_two_conditions_and_of_one_of_them(session):
    insert_many(session, BankRow, [bank("a"), bank("b"), bank("c")])
    ids = dict(session.execute(select(BankRow.code, BankRow.id)).all())
    few, code = among(BankRow.id, [ids["a"], ids["b"]]), BankRow.code

    both = session.scalars(select(code).where(few, code != "a")).all()
    either = session.scalars(select(code).where(or_(few, code == "c"))).all()
    neither = session.scalars(select(code).where(~few, code != "a")).all()

    assert (both, sorted(either), neither) == (["b"], ["a", "b", "c"], ["c"])


@pytest.mark.sqlite
def test_sqlite_looks_up_the_ids_and_does_not_read_the_table(session):
    query = select(func.count()).where(among(BankRow.id, [1, 2]), BankRow.code != "a")
    written = query.compile(session.get_bind())
    given = [written.construct_params()[name] for name in written.positiontup]
    values = ["[1,2]" if isinstance(one, list) else one for one in given]

    connection = session.connection()
    plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {written}", tuple(values)).all()

    assert any("SEARCH" in row[3] and "INTEGER PRIMARY KEY" in row[3] for row in plan)
