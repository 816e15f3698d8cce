"""A backup, restored, holds the same answers, and anything else fails loudly."""

import hashlib
import io
import json
import shutil
import tarfile
from pathlib import Path

import pytest
from flask.testing import FlaskCliRunner
from sqlalchemy import insert, select, text, update

from learning import migrations
from learning.accounts.models import User
from learning.attempts.models import Assessment, Attempt, ResponseRow, ScoreRow
from learning.cli import archive, postgresql_archive
from learning.kernel.db import Database
from learning.web.transaction import TransactionalFlask
from tests.factories.people import make_user

ANSWERS = ['"b"', '["a","c"]', '"全面质量管理 𠮷"', "null"]


def fill(database: Database, now) -> None:
    """Write one attempt with answers and a score, ids chosen, so that databases can be compared."""
    migrations.stamp(database)
    with database.transaction() as session:
        user = make_user(session, now)
        session.execute(
            insert(Assessment).values(
                id=7,
                public_id="s" * 26,
                title="t",
                delivery="paper",
                blueprint="{}",
                rules="{}",
                opens_at=now,
                closes_at=now.replace(year=2027),
                created_at=now,
            )
        )
        session.execute(
            insert(Attempt).values(
                id=41,
                public_id="a" * 26,
                assessment_id=7,
                user_id=user.id,
                number=1,
                form="{}",
                item_count=25,
                epoch=1,
                device_hash="",
                started_at=now,
                deadline_at=now,
                extra_s=0,
            )
        )
        for seq, answer in enumerate(ANSWERS):
            session.execute(
                insert(ResponseRow).values(
                    attempt_id=41,
                    position=3,
                    epoch=1,
                    seq=seq + 1,
                    answer=answer,
                    after_submit=False,
                    saved_at=now,
                )
            )
        session.execute(
            insert(ScoreRow).values(
                attempt_id=41,
                version=1,
                points_milli=92500,
                max_milli=100000,
                answers="{}",
                answers_sha256="0" * 64,
                items="[]",
                scored_at=now,
            )
        )


def answers(database: Database) -> list[str]:
    with database.session(write=False) as session:
        return list(session.scalars(select(ResponseRow.answer).order_by(ResponseRow.seq)))


@pytest.fixture
def runner(app: TransactionalFlask) -> FlaskCliRunner:
    return app.test_cli_runner()


@pytest.fixture
def saved(runner: FlaskCliRunner, database: Database, now, tmp_path: Path) -> Path:
    fill(database, now)
    path = tmp_path / "backup.tar"
    result = runner.invoke(args=["backup", str(path)])
    assert result.exit_code == 0, result.output
    assert "4 answers, 1 scores" in result.output
    return path


def test_a_restore_brings_back_the_same_answers(runner, database, now, saved) -> None:
    with database.transaction() as session:
        session.execute(text("DELETE FROM responses"))
        session.execute(text("UPDATE users SET display_name = 'changed'"))

    result = runner.invoke(args=["restore", str(saved), "--force"])

    assert result.exit_code == 0, result.output
    assert "restored and checked" in result.output
    assert answers(database) == ANSWERS
    with database.session(write=False) as session:
        assert session.scalar(select(User.display_name)) == "示例员工"


def test_a_restored_database_can_be_saved_and_restored_again(
    runner, database, saved, tmp_path
) -> None:
    runner.invoke(args=["restore", str(saved), "--force"])
    again = tmp_path / "again.tar"

    assert runner.invoke(args=["backup", str(again)]).exit_code == 0
    result = runner.invoke(args=["restore", str(again), "--force"])

    assert result.exit_code == 0, result.output
    first, second = archive.read_manifest(saved), archive.read_manifest(again)
    assert first.contents == second.contents
    assert migrations.differences(database) == []


def test_a_restore_into_a_fresh_installation_needs_no_force(
    saved, database_maker, settings, tmp_path
) -> None:
    from learning.app import create_app

    fresh = Database(database_maker.make())
    runner = create_app(settings, fresh).test_cli_runner()

    result = runner.invoke(args=["restore", str(saved)])

    assert result.exit_code == 0, result.output
    assert answers(fresh) == ANSWERS
    fresh.dispose()


def test_a_restore_refuses_to_replace_data_without_force(runner, database, saved) -> None:
    result = runner.invoke(args=["restore", str(saved)])

    assert result.exit_code == 1
    assert "--force" in result.output
    assert answers(database) == ANSWERS


def test_an_archive_whose_answers_do_not_match_its_hash_is_refused_and_data_stay(
    runner, database, saved, tmp_path
) -> None:
    forged = tmp_path / "forged.tar"
    rewrite_manifest(saved, forged, lambda m: m["contents"].update(answers_sha256="f" * 64))
    with database.transaction() as session:
        session.execute(text("UPDATE users SET display_name = 'present'"))

    result = runner.invoke(args=["restore", str(forged), "--force"])

    assert result.exit_code == 1
    assert "not what was saved" in result.output
    with database.session(write=False) as session:
        assert session.scalar(select(User.display_name)) == "present"
    assert answers(database) == ANSWERS


def test_an_archive_of_a_newer_program_or_another_database_is_refused(
    runner, database, saved, tmp_path
) -> None:
    other = {"sqlite": "postgresql", "postgresql": "sqlite"}[database.dialect_name]
    newer, foreign = tmp_path / "newer.tar", tmp_path / "foreign.tar"
    rewrite_manifest(saved, newer, lambda m: m["contents"].update(revision="9999"))
    rewrite_manifest(saved, foreign, lambda m: m.update(database=other))

    assert "newer than this program" in runner.invoke(args=["restore", str(newer)]).output
    assert f"archive is of {other}" in runner.invoke(args=["restore", str(foreign)]).output


def test_what_is_no_archive_is_refused(runner, tmp_path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("hello", encoding="utf-8")

    result = runner.invoke(args=["restore", str(path)])

    assert result.exit_code == 1
    assert "not an archive" in result.output


def test_a_damaged_dump_is_refused_and_data_stay(runner, database, saved, tmp_path) -> None:
    damaged = tmp_path / "damaged.tar"
    content = bytearray(saved.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 4096] = b"\0" * 4096
    damaged.write_bytes(content)

    result = runner.invoke(args=["restore", str(damaged), "--force"])

    assert result.exit_code == 1, result.output
    assert answers(database) == ANSWERS


def test_the_archive_is_for_its_owner_alone(saved: Path) -> None:
    assert saved.stat().st_mode & 0o077 == 0
    assert [p.name for p in saved.parent.glob("backup.tar*")] == ["backup.tar"]


def test_saving_goes_on_while_a_backup_is_made(runner, database, now, saved) -> None:
    with database.session(write=False) as reader:
        before = archive.answers_digest(reader.connection())
        with database.transaction() as session:
            session.execute(
                insert(ResponseRow).values(
                    attempt_id=41,
                    position=4,
                    epoch=1,
                    seq=1,
                    answer='"a"',
                    after_submit=False,
                    saved_at=now,
                )
            )
        if database.is_sqlite:  # one snapshot; PostgreSQL's backup asks for one itself
            assert archive.answers_digest(reader.connection()) == before
    with database.session(write=False) as reader:
        assert archive.answers_digest(reader.connection()) != before


def test_the_hash_of_equal_answers_is_equal_on_both_databases(database, now) -> None:
    fill(database, now)
    with database.session(write=False) as session:
        found = archive.answers_digest(session.connection())

    assert found == EQUAL_ON_BOTH


# The documented form: a word, then one JSON line a row, ordered by key, instants in microseconds.
EQUAL_ON_BOTH = hashlib.sha256(
    (
        "responses\n"
        '[41,3,1,1,"\\"b\\"",false,1795312800000000]\n'
        '[41,3,1,2,"[\\"a\\",\\"c\\"]",false,1795312800000000]\n'
        '[41,3,1,3,"\\"全面质量管理 𠮷\\"",false,1795312800000000]\n'
        '[41,3,1,4,"null",false,1795312800000000]\n'
        "scores\n"
        f'[41,1,92500,100000,"{{}}","{"0" * 64}","[]","scored","",null,0,0,"{{}}",1795312800000000]\n'
    ).encode()
).hexdigest()


@pytest.mark.parametrize(
    "change",
    [{"cause": "keyed"}, {"made_by": 1}, {"excluded_milli": 5}, {"pending": 1}, {"marks": "{1}"}],
)
def test_the_hash_covers_who_made_a_score_and_of_what(database, now, change) -> None:
    fill(database, now)
    with database.session(write=False) as session:
        before, old = (archive.answers_digest(session.connection(), n) for n in (2, 1))

    with database.transaction() as session:
        session.execute(update(ScoreRow).values(**change))

    with database.session(write=False) as session:
        assert archive.answers_digest(session.connection()) != before
        assert archive.answers_digest(session.connection(), 1) == old


def test_an_archive_that_names_no_digest_is_checked_by_the_first(saved, runner, database) -> None:
    with database.session(write=False) as session:
        first = archive.answers_digest(session.connection(), 1)

    def older(label) -> None:
        del label["contents"]["digest"]
        label["contents"]["answers_sha256"] = first

    rewritten = saved.with_name("older.tar")
    rewrite_manifest(saved, rewritten, older)

    result = runner.invoke(args=["restore", str(rewritten), "--force"])

    assert result.exit_code == 0, result.output


def test_the_dump_tool_matches_the_server_or_is_newer() -> None:
    if shutil.which("pg_dump") is None:
        pytest.skip("PostgreSQL is missing: apt-get install postgresql")
    major = postgresql_archive._major_of(Path(shutil.which("pg_dump") or ""))

    assert postgresql_archive._major_of(postgresql_archive.find_tool("pg_dump", major)) == major
    with pytest.raises(archive.ArchiveError, match="is missing"):
        postgresql_archive.find_tool("pg_dump", 999)


def rewrite_manifest(source: Path, target: Path, change) -> None:
    with tarfile.open(source) as old, tarfile.open(target, "w") as new:
        for member in old.getmembers():
            content = old.extractfile(member).read()
            if member.name == archive.MANIFEST:
                label = json.loads(content)
                change(label)
                content = json.dumps(label).encode()
            member.size = len(content)
            new.addfile(member, io.BytesIO(content))
