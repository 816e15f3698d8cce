"""`flask audit` tells by its exit code whether the trail is whole, and the worker anchors it."""

import json
from datetime import timedelta
from pathlib import Path

from flask.testing import FlaskCliRunner
from sqlalchemy import delete, update

from learning.kernel import audit, audit_chain
from learning.kernel.audit import AuditEntry, AuditSeal
from learning.kernel.clock import utc_now
from learning.kernel.db import Database
from learning.settings import AUDIT_ANCHORS_FILE, Settings
from learning.web.transaction import TransactionalFlask
from learning.worker import standard_jobs


def act(database: Database, count: int = 3) -> None:
    with database.transaction() as session:
        for number in range(count):
            audit.log(session, "unit.renamed", f"单位{number}", actor_id=None, now=utc_now())
        audit.seal(session)


def run(app: TransactionalFlask, *arguments: str) -> tuple[int, str]:
    runner: FlaskCliRunner = app.test_cli_runner()
    result = runner.invoke(args=["audit", *arguments])
    return result.exit_code, result.output


def test_a_whole_trail_is_told_whole(app: TransactionalFlask, database: Database) -> None:
    act(database)

    code, output = run(app, "verify")

    assert code == 0
    assert "3 entries, 0 removed for their age, 0 anchors" in output


def test_an_edited_entry_is_named(app: TransactionalFlask, database: Database) -> None:
    act(database)
    with database.transaction() as session:
        session.execute(update(AuditEntry).where(AuditEntry.id == 2).values(subject="别的"))

    code, output = run(app, "verify")

    assert code == 1
    assert "link 2: entry 2 is not what was sealed" in output


def test_a_cut_end_is_found_by_the_anchor(app: TransactionalFlask, database: Database) -> None:
    act(database)
    assert run(app, "anchor")[0] == 0
    with database.transaction() as session:
        session.execute(delete(AuditSeal).where(AuditSeal.number == 3))
        session.execute(delete(AuditEntry).where(AuditEntry.id == 3))

    code, output = run(app, "verify")

    assert code == 1
    assert "link 3: entry was deleted: an anchor knows the chain to be longer" in output


def test_a_bad_or_missing_file_of_anchors_is_no_verdict(
    app: TransactionalFlask, tmp_path: Path
) -> None:
    (tmp_path / "bad").write_text("nothing\n")

    code, output = run(app, "verify", "--anchors", str(tmp_path / "bad"))
    missing, _output = run(app, "verify", "--anchors", str(tmp_path / "none"))

    assert code == 2
    assert "bad:1" in output
    assert missing == 1


def test_the_export_is_a_line_an_entry(app: TransactionalFlask, database: Database) -> None:
    act(database)

    code, output = run(app, "export", "-")
    _code, none = run(app, "export", "-", "--until", "2020-01-01")

    assert code == 0
    entries = [json.loads(line) for line in output.splitlines() if line.startswith("{")]
    assert [entry["number"] for entry in entries] == [1, 2, 3]
    assert "0 entries" in none


def test_the_worker_anchors_every_ten_minutes_and_not_what_stands_still(
    settings: Settings, database: Database
) -> None:
    (job,) = [one for one in standard_jobs(settings, []) if one.name == "anchor audit"]
    path, now = settings.data_dir / AUDIT_ANCHORS_FILE, utc_now()

    def anchors() -> list[int]:
        return [anchor.number for anchor in audit_chain.read_anchors(path)]

    job.run(database, now)
    assert anchors() == []
    act(database)
    job.run(database, now)
    act(database)
    job.run(database, now + timedelta(minutes=9))
    assert anchors() == [3]
    job.run(database, now + timedelta(minutes=10))
    job.run(database, now + timedelta(minutes=25))
    assert anchors() == [3, 6]
