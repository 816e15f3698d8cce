"""Upgrading from nothing gives exactly the schema of the models; a readable snapshot is kept."""

import difflib
import re
import shutil
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection, select, text
from sqlalchemy.exc import DBAPIError

from learning import migrations
from learning.certification.models import Holding
from learning.certification.rules.holdings import FOREVER
from learning.kernel.db import Database, instant_param
from learning.kernel.search import fts5_learn, terms_of
from learning.migrations.snapshot import schema_text
from learning.models import metadata
from learning.question_bank.queries import ItemFilter, list_items

SNAPSHOT = Path(__file__).parent / "schema_snapshot.txt"
REFRESH = ".venv/bin/flask db snapshot tests/architecture/schema_snapshot.txt"


def test_upgrading_from_nothing_equals_the_models(empty: Database) -> None:
    migrations.upgrade(empty)

    assert migrations.current(empty) == migrations.head()
    assert migrations.differences(empty) == []


def test_the_upgraded_database_equals_a_made_one_down_to_checks_and_indexes(
    empty: Database, database: Database
) -> None:
    migrations.upgrade(empty)

    assert described(empty) == described(database)


def test_upgrading_twice_changes_nothing(empty: Database) -> None:
    migrations.upgrade(empty)
    before = described(empty)

    migrations.upgrade(empty)

    assert described(empty) == before


def test_a_written_revision_runs_as_it_is_and_leaves_out_what_is_no_schema(
    empty: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "migrations"
    ignore = shutil.ignore_patterns("versions", "__pycache__")
    shutil.copytree(migrations.FOLDER, folder, ignore=ignore)
    (folder / "versions").mkdir()
    monkeypatch.setattr(migrations, "FOLDER", folder)

    written = migrations.make_revision(empty, "everything at once", "0001")
    migrations.upgrade(empty)

    assert any(table.info for table in metadata.tables.values())
    assert "info=" not in written.read_text(encoding="utf-8")
    assert migrations.differences(empty) == []


def test_a_difference_is_found(empty: Database) -> None:
    migrations.upgrade(empty)
    with empty.transaction() as session:
        session.execute(text("ALTER TABLE boards ADD COLUMN extra INTEGER"))

    assert any("extra" in line for line in migrations.differences(empty))


def test_nothing_is_borne_by_triggers(empty: Database) -> None:
    migrations.upgrade(empty)
    query = (
        "SELECT count(*) FROM sqlite_master WHERE type = 'trigger'"
        if empty.is_sqlite
        else "SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal"
    )

    with empty.session(write=False) as session:
        assert session.execute(text(query)).scalar() == 0


def test_upgrading_from_the_first_schema_keeps_the_data_and_fills_what_is_new(
    empty: Database,
) -> None:
    migrations.upgrade(empty, "0001")
    # As the first release wrote them: instants are whatever the database keeps them as.
    at = 1_700_000_000_000_000 if empty.is_sqlite else "2025-01-01T00:00:00Z"
    rows = {
        "users": {"public_id": "u", "display_name": "示例员工", "sort_key": "s", "locale": ""},
        "units": {"public_id": "v", "kind": "enterprise", "region": "320500", "industry": ""},
        "unit_names": {"unit_id": 1, "name": "示例企业", "name_key": "示例企业"},
    }
    dated = {"units": ["created_at"], "users": ["created_at"]}
    dated["unit_names"] = ["valid_from", "recorded_at"]
    rows["units"]["timezone"] = "Asia/Shanghai"
    with empty.transaction() as session:
        for table, row in rows.items():
            values = row | dict.fromkeys(dated[table], at)
            names = ", ".join(values)
            marks = ", ".join(f":{name}" for name in values)
            session.execute(text(f"INSERT INTO {table} ({names}) VALUES ({marks})"), values)

    migrations.upgrade(empty)

    with empty.session(write=False) as session:
        assert session.execute(text("SELECT notice_version FROM users")).scalar() == 0
        assert session.execute(text("SELECT initials FROM unit_names")).scalar() == "slqy"


def test_what_was_found_by_words_before_terms_were_vectors_is_found_after(
    empty: Database,
) -> None:
    migrations.upgrade(empty, "0005")
    now = datetime(2026, 11, 22, tzinfo=UTC)
    at = instant_param(now, empty.dialect_name)
    terms = {"id": 1, "terms": terms_of("布尔代数 cpk 1.33")}
    with empty.transaction() as session:
        for statement in (
            (
                "INSERT INTO banks (code, title, title_en, description, pool, tracks, origin,"
                " created_at, next_number) VALUES ('b', 'b', '', '', 'contest', '[]', 'web', :at, 1)"
            ),
            (
                "INSERT INTO items (id, bank, code, pool, state, kind, area, level, difficulty_milli,"
                " is_parametric, excerpt, created_at)"
                " VALUES (1, 'b', 'b-1', 'contest', 'draft', '', '', '', 500, false, '', :at)"
            ),
        ):
            session.execute(text(statement), {"at": at})
        session.execute(
            text("INSERT INTO item_search (item_id, terms) VALUES (:id, :terms)"), terms
        )
        if empty.is_sqlite:
            session.execute(text(fts5_learn("item_search")), terms)

    migrations.upgrade(empty)

    with empty.session(write=False) as session:
        for words, count in (("布尔", 1), ("cpk", 1), ("代数 1.33", 1), ("尔布", 0)):
            _lines, found = list_items(session, None, ItemFilter(search=words), now, page=1)
            assert found == count


def test_appeals_that_were_lodged_stay_when_more_can_be_appealed_against(empty: Database) -> None:
    migrations.upgrade(empty, "0092")
    at = instant_param(datetime(2026, 1, 1, tzinfo=UTC), empty.dialect_name)
    named = "public_id, display_name, sort_key, locale, created_at"
    user = "'u', '示例员工', 's', '', :at"
    unit_named = "public_id, kind, region, industry, timezone, created_at"
    unit = "'v', 'association', '320500', '', 'Asia/Shanghai', :at"
    scheme_named = (
        "public_id, issuer_id, code, number_prefix, title, title_en, kind, authority, created_by,"
        " created_at"
    )
    scheme = "'s', 1, 'QA', 'QA', '质量', '', 'own', '', 1, :at"
    appeal_named = (
        "public_id, number, scheme_id, user_id, kind, source_id, text, lodged_at, answer_by"
    )
    lodged = "'{0}', '{0}', 1, 1, '{1}', 1, '不服', :at, :at"
    insert = "INSERT INTO {} ({}) VALUES ({})"
    with empty.transaction() as session:
        for statement in (
            insert.format("users", named, user),
            insert.format("units", unit_named, unit),
            insert.format("schemes", scheme_named, scheme),
            insert.format("certificate_appeals", appeal_named, lodged.format("a", "suspended")),
        ):
            session.execute(text(statement), {"at": at})

    migrations.upgrade(empty)

    with empty.transaction() as session:
        more = insert.format("certificate_appeals", appeal_named, lodged.format("b", "unconfirmed"))
        session.execute(text(more), {"at": at})
        kinds = session.execute(text("SELECT kind FROM certificate_appeals ORDER BY id")).scalars()
        assert list(kinds) == ["suspended", "unconfirmed"]


def test_answers_are_partitioned_by_attempt_on_postgresql(empty: Database) -> None:
    migrations.upgrade(empty)
    if empty.is_sqlite:
        return
    query = "SELECT count(*) FROM pg_inherits WHERE inhparent = 'responses'::regclass"

    with empty.session(write=False) as session:
        assert session.execute(text(query)).scalar() == 8


def test_a_migration_gives_up_instead_of_waiting_behind_a_long_transaction(
    database: Database,
) -> None:
    if database.is_sqlite:
        return  # one writer at a time: the migration waits its turn
    begin = time.monotonic()
    with database.session(write=False) as reader:
        reader.execute(text("SELECT count(*) FROM boards"))

        with (
            pytest.raises(DBAPIError, match="lock timeout"),
            migrations._own_connection(database) as connection,
        ):
            connection.execute(text("ALTER TABLE boards ADD COLUMN extra INTEGER"))

    assert time.monotonic() - begin < 5


def test_the_snapshot_is_what_the_models_say() -> None:
    kept = SNAPSHOT.read_text(encoding="utf-8") if SNAPSHOT.exists() else ""
    difference = "\n".join(
        difflib.unified_diff(
            kept.splitlines(), schema_text().splitlines(), "kept", "models", lineterm=""
        )
    )

    assert not difference, f"{difference}\n\nreviewed? refresh it: {REFRESH}"


def described(database: Database) -> list[str]:
    """Return the schema as the database itself tells it, sorted lines."""
    with database.session(write=False) as session:
        connection = session.connection()
        found = _sqlite(connection) if database.is_sqlite else _postgresql(connection)
    return sorted(line for line in found if "alembic_version" not in line)


def _sqlite(connection: Connection) -> list[str]:
    statements = connection.execute(text("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL"))
    lines: list[str] = []
    for statement in statements.scalars():
        words = re.sub(r"\s+", " ", statement).replace('"', "")
        # A table that a later revision copied says the same default in brackets.
        words = re.sub(r"DEFAULT \(('[^']*')\)", r"DEFAULT \1", words)
        name, _, body = words.partition("(")
        parts = re.split(r", (?=[a-z_]+ [A-Z]|CONSTRAINT|PRIMARY|UNIQUE|CHECK|FOREIGN)", body)
        lines += [f"{name}: {part.strip(' )')}" for part in parts]
    return lines


def _postgresql(connection: Connection) -> list[str]:
    queries = (
        (
            "SELECT table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable || ' ' "
            "|| coalesce(column_default, '') || coalesce(character_maximum_length::text, '') "
            "FROM information_schema.columns WHERE table_schema = 'public'"
        ),
        (
            "SELECT conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) "
            "FROM pg_constraint WHERE connamespace = 'public'::regnamespace"
        ),
        "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'",
    )
    return [line for query in queries for line in connection.execute(text(query)).scalars()]


def test_certificates_issued_before_holdings_were_kept_say_what_was_held_and_known(
    empty: Database,
) -> None:
    """Two in force, one for life; one revoked within its term; one revoked after it."""
    migrations.upgrade(empty, "0062")

    def at(day: int) -> datetime | int:
        return instant_param(datetime(2026, 1, day, tzinfo=UTC), empty.dialect_name)

    terms = {1: (20, None), 2: (None, None), 3: (20, 10), 4: (20, 25)}  # ends, revoked
    with empty.transaction() as session:

        def add(table: str, **values: object) -> None:
            names, marks = ", ".join(values), ", ".join(f":{name}" for name in values)
            session.execute(text(f"INSERT INTO {table} ({names}) VALUES ({marks})"), values)

        add(
            "users",
            id=1,
            public_id="u",
            display_name="示例",
            sort_key="s",
            locale="",
            created_at=at(1),
        )
        add(
            "units",
            id=1,
            public_id="v",
            kind="association",
            region="",
            industry="",
            timezone="UTC",
            created_at=at(1),
        )
        add(
            "schemes",
            id=1,
            public_id="s",
            code="QA",
            number_prefix="QA",
            title="t",
            title_en="",
            issuer_id=1,
            created_by=1,
            created_at=at(1),
        )
        for key, (end, revoked) in terms.items():
            add(
                "award_decisions",
                id=key,
                public_id=f"d{key}",
                scheme_id=1,
                user_id=1,
                source_kind="sitting",
                source_id=key,
                outcome="granted",
                basis="{}",
                decided_at=at(1),
            )
            add(
                "certificates",
                id=key,
                public_id=f"c{key}",
                decision_id=key,
                scheme_id=1,
                user_id=1,
                year=2026,
                serial=key,
                number=f"n{key}",
                code=f"k{key}",
                holder_name="h",
                unit_name="",
                title="t",
                title_en="",
                issuer_name="i",
                zone="UTC",
                issued_at=at(1),
                valid_from=at(1),
                valid_until=end and at(end),
                document_sha256="",
            )
            if revoked:
                add(
                    "revocations",
                    certificate_id=key,
                    ground="other",
                    reason="r",
                    revoked_by=1,
                    revoked_at=at(revoked),
                )

    migrations.upgrade(empty)

    found: dict[int, list[tuple[int, int, int, int]]] = {}
    with empty.session(write=False) as session:
        for row in session.scalars(select(Holding).order_by(Holding.source_id, Holding.known_from)):
            instants = (row.held_from, row.held_until, row.known_from, row.known_until)
            days = tuple(99 if one == FOREVER else one.day for one in instants)
            found.setdefault(row.source_id, []).append(days)
    assert found == {
        1: [(1, 20, 1, 99)],
        2: [(1, 99, 1, 99)],
        3: [(1, 20, 1, 10), (1, 10, 10, 99)],
        4: [(1, 20, 1, 99)],
    }
