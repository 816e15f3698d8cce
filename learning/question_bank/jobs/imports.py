"""Large uploads read by the worker, and what is left of imports after two weeks.

A file is read once, outside of any transaction; its questions are written some hundreds at a time,
so that nobody waits for them. After a worker that died the next begins again from the first.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, delete, select, update
from sqlalchemy.orm import Session

from learning.kernel.db import Database
from learning.kernel.jobs import Job
from learning.question_bank.drafts import Defaults
from learning.question_bank.formats import SourceProblem, Unreadable, Upload, reading
from learning.question_bank.formats.reading import Reading
from learning.question_bank.models import BankRow, ItemImport, ItemImportRow
from learning.question_bank.services.import_applying import release_stuck
from learning.question_bank.services.importing import (
    APPLIED,
    READING,
    UNDONE,
    fail_reading,
    finish_reading,
    insert_rows,
    log_act,
    remarks_on,
    row_chunks,
)
from learning.question_bank.services.records import defaults_of

KEPT = timedelta(days=14)
TOO_LONG = timedelta(hours=1)
"""An upload that was not read within the hour ends every worker that tries."""
STEP = 500  # questions between two notes of progress
PRUNED_ROWS = 2000
MINUTE_S = 60.0
DAILY_S = 24 * 3600.0

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Waiting:
    """An upload that waits to be read."""

    import_id: int
    wanted: str
    upload: Upload
    defaults: Defaults
    sent_at: datetime


def read_waiting(database: Database, now: datetime) -> int:
    """Read the oldest waiting upload; return 1, or 0 when none waits."""
    with database.session(write=False) as session:  # an idle second takes no writer's turn
        waiting = _find_waiting(session)
    if waiting is None:
        return 0
    if waiting.sent_at < now - TOO_LONG:
        _fail(database, waiting, _problem("unreadable", "一小时内没有读完，请分成几个文件导入。"))
        return 1
    progress = _Progress(database, waiting.import_id)
    try:
        found = reading.read(waiting.upload, waiting.wanted, waiting.defaults, progress)
        if not found.judged:
            problems = found.parsed.problems or (_problem("unreadable", "没有找到试题。"),)
            _fail(database, waiting, problems[0])
            return 1
    except Unreadable as error:
        _fail(database, waiting, _problem(error.code, error.message))
        return 1
    except Exception:
        # A fault of ours: the file must not come back each second.
        log.exception("import %s could not be read", waiting.import_id)
        _fail(database, waiting, _problem("unreadable", "读取时出错，请联系运维，或换一种格式。"))
        return 1
    _write(database, waiting, found, now)
    return 1


def prune_imports(database: Database, now: datetime) -> int:
    """Remove what is left of an import after two weeks, a slice a call; return how much.

    One that was applied or undone keeps its line in the list; others go.
    """
    with database.transaction() as session:
        old = session.scalars(
            select(ItemImport)
            .where(
                ItemImport.created_at < now - KEPT,
                ~ItemImport.state.in_((APPLIED, UNDONE)) | ItemImport.content.is_not(None),
            )
            .order_by(ItemImport.id)
            .limit(1)
        ).first()
        if old is None:
            return 0
        removed = _remove_rows(session, old.id)
        if removed == PRUNED_ROWS:
            return removed
        if old.state in {APPLIED, UNDONE}:
            old.content = None
        else:
            session.delete(old)
        return removed + 1


@dataclass(slots=True)
class _Progress:
    """Notes how far a reading has come, each in a moment of its own."""

    database: Database
    import_id: int
    noted: int = field(default=0)

    def __call__(self, done: int, total: int) -> None:
        if done - self.noted < STEP:
            return
        self.noted = done
        with self.database.transaction() as session:
            session.execute(
                update(ItemImport)
                .where(ItemImport.id == self.import_id, ItemImport.state == READING)
                .values(done=done, total=total)
            )


def _find_waiting(session: Session) -> Waiting | None:
    row = session.execute(
        select(ItemImport, BankRow)
        .join(BankRow, BankRow.code == ItemImport.bank)
        .where(ItemImport.state == READING, ItemImport.content.is_not(None))
        .order_by(ItemImport.id)
        .limit(1)
    ).first()
    if row is None:
        return None
    kept, bank = row
    upload = Upload(kept.name, kept.content or b"")
    defaults = defaults_of(bank, f"{bank.code}-0")
    return Waiting(kept.id, kept.format, upload, defaults, kept.created_at)


def _fail(database: Database, waiting: Waiting, problem: SourceProblem) -> None:
    def fail(_session: Session, kept: ItemImport) -> None:
        fail_reading(kept, problem)

    _change(database, waiting, fail)


def _write(database: Database, waiting: Waiting, found: Reading, now: datetime) -> None:
    with database.session(write=False) as session:
        kept = session.get_one(ItemImport, waiting.import_id)
        remarks = remarks_on(session, kept.bank, found)
    while _drop_rows(database, waiting):
        pass
    done, total = 0, len(found.judged)
    for rows in row_chunks(found.judged, remarks, waiting.defaults):
        done += len(rows)

        def add(
            session: Session, kept: ItemImport, rows: list[dict[str, Any]] = rows, done: int = done
        ) -> None:
            insert_rows(session, kept.id, rows)
            kept.done, kept.total = done, total

        if not _change(database, waiting, add):
            return  # dropped meanwhile

    def finish(session: Session, kept: ItemImport) -> None:
        finish_reading(kept, waiting.upload, found)
        log_act(session, "item.import_read", kept, None, now)

    _change(database, waiting, finish)


def _change(
    database: Database, waiting: Waiting, work: Callable[[Session, ItemImport], None]
) -> bool:
    """Do work on the import while it is being read; False when it is not any more."""
    with database.transaction() as session:
        kept = session.get(ItemImport, waiting.import_id, with_for_update=True)
        if kept is None or kept.state != READING:
            return False
        work(session, kept)
        return True


def _drop_rows(database: Database, waiting: Waiting) -> int:
    with database.transaction() as session:
        return _remove_rows(session, waiting.import_id)


def _remove_rows(session: Session, import_id: int) -> int:
    numbers = (
        select(ItemImportRow.number).where(ItemImportRow.import_id == import_id).limit(PRUNED_ROWS)
    )
    removed = session.execute(
        delete(ItemImportRow)
        .where(ItemImportRow.import_id == import_id, ItemImportRow.number.in_(numbers))
        .execution_options(synchronize_session=False)
    )
    return cast("CursorResult[Any]", removed).rowcount


def _problem(code: str, message: str) -> SourceProblem:
    return SourceProblem("", code, message)


def _release_claims(database: Database, now: datetime) -> int:
    with database.transaction() as session:
        return release_stuck(session, now)


READ = Job("question_bank.imports", read_waiting, alone=True, lane="reading")
CLAIMS = Job("question_bank.claims", _release_claims, MINUTE_S, alone=True, lane="upkeep")
OLD_IMPORTS = Job("question_bank.old_imports", prune_imports, DAILY_S, alone=True, lane="upkeep")
