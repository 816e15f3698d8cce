"""An import before it is applied: kept as read, corrected question by question, decided, dropped.

Nothing here touches an item. Reading a file is not done here either (`formats.reading` is pure and
may be slow: no transaction waits for it); a large file is kept as it came, and the worker reads it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, bindparam, select, update
from sqlalchemy.orm import Session

from learning.kernel import audit
from learning.kernel.bulk import insert_many
from learning.kernel.db import WAKES
from learning.kernel.errors import Conflict, NotFound
from learning.kernel.ids import new_public_id
from learning.kernel.permissions import Actor
from learning.question_bank.drafts import Defaults, DraftFinding, ItemDraft
from learning.question_bank.formats import SourceProblem, Upload
from learning.question_bank.formats.kept import keep, pack
from learning.question_bank.formats.reading import Judged, Reading, judge, settled
from learning.question_bank.models import ItemImport, ItemImportRow, ItemImportWriter
from learning.question_bank.queries.imports import SCOPES
from learning.question_bank.services.duplicates import Remarks, find_duplicates, signature
from learning.question_bank.services.import_rows import (
    DUPLICATE,
    SKIP,
    TAKE,
    entry_of,
    findings_of,
    fitted,
    new_values,
    problems_to_json,
    seen_of,
    values_of,
)

READING, FAILED, PREVIEW = "reading", "failed", "preview"
APPLYING, APPLIED, UNDONE, DISCARDED = "applying", "applied", "undone", "discarded"
SMALL_BYTES = 256 * 1024
"""A smaller upload is read while its sender waits: some 300 questions in well under a second."""
FIELDS = frozenset({"area", "level", "difficulty", "pool"})
"""What may be set for many questions at once."""
CHUNK = 1000
MAX_NAME = 200


def is_small(upload: Upload) -> bool:
    """Tell whether an upload may be read at once."""
    return len(upload.content) <= SMALL_BYTES


def keep_reading(
    session: Session,
    actor: Actor | None,
    bank: str,
    defaults: Defaults,
    upload: Upload,
    found: Reading,
    *,
    now: datetime,
) -> ItemImport:
    """Keep what was read as a preview and return it; no item is made."""
    kept = _new_import(actor, bank, defaults, upload.name, found.parsed.format, now)
    session.add(kept)
    session.flush()  # rows need the import's id
    remarks = remarks_on(session, bank, found)
    for rows in row_chunks(found.judged, remarks, defaults):
        insert_rows(session, kept.id, rows)
    finish_reading(kept, upload, found)
    log_act(session, "item.import_read", kept, actor, now)
    return kept


def accept_upload(
    session: Session,
    actor: Actor | None,
    bank: str,
    defaults: Defaults,
    upload: Upload,
    wanted: str,
    *,
    now: datetime,
) -> ItemImport:
    """Keep a large upload as it came, for the worker to read."""
    kept = _new_import(actor, bank, defaults, upload.name, wanted, now)
    kept.state, kept.content = READING, upload.content
    session.add(kept)
    session.flush()  # its address is shown at once
    session.info[WAKES] = True
    return kept


def remarks_on(session: Session, bank: str, found: Reading) -> Remarks:
    """Return the remarks on questions that are already there."""
    questions = [(each.entry.number, each.entry.draft) for each in found.judged]
    return find_duplicates(session, bank, questions)


def row_chunks(
    judged: Sequence[Judged], remarks: Remarks, defaults: Defaults
) -> Iterator[list[dict[str, Any]]]:
    """Return the rows of an import, some hundreds at a time."""
    for start in range(0, len(judged), CHUNK):
        yield [
            new_values(fitted(each, defaults), remarks.get(each.entry.number, ()))
            for each in judged[start : start + CHUNK]
        ]


def insert_rows(session: Session, import_id: int, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write rows of an import."""
    if rows:
        values = [{**row, "import_id": import_id} for row in rows]
        insert_many(session, ItemImportRow, values)


def finish_reading(kept: ItemImport, upload: Upload, found: Reading) -> None:
    """Make an import whose rows are written a preview."""
    name, count = found.parsed.format, len(found.judged)
    kept.state, kept.format = PREVIEW, name
    kept.done = kept.total = count
    kept.problems = problems_to_json(found.parsed.problems)
    kept.content = pack(keep(upload, name, found.parsed.assets))


def fail_reading(kept: ItemImport, problem: SourceProblem) -> None:
    """Say of an upload that nothing could be read; what came is forgotten."""
    kept.state, kept.content = FAILED, None
    kept.problems = problems_to_json([problem])


def correct_row(
    session: Session,
    actor: Actor | None,
    kept: ItemImport,
    number: int,
    draft: ItemDraft,
    defaults: Defaults,
    *,
    now: datetime,
    seen: str | None = None,
) -> ItemImportRow:
    """Do what `change_row` does in somebody's name: they wrote in it, and may not sign it off."""
    row = change_row(session, kept, number, draft, defaults, seen=seen)
    if actor is not None:
        written = {"import_id": kept.id, "number": number, "user_id": actor.user_id}
        session.merge(ItemImportWriter(**written, wrote_at=now))
        log_act(session, "item.import_corrected", kept, actor, now, number=number)
    return row


def change_row(
    session: Session,
    kept: ItemImport,
    number: int,
    draft: ItemDraft,
    defaults: Defaults,
    *,
    seen: str | None = None,
) -> ItemImportRow:
    """Replace a question by what a person made of it, check it again, and take it if it is good.

    What the source said of it counts as seen. Raises Conflict unless the import is a preview,
    NotFound for a number that it does not have; Conflict("row_changed") where the row is not the
    one that was `seen` (`seen_of`): nothing is changed then.
    """
    row = _held_row(session, kept, number, seen)
    before = entry_of(row)
    judged = fitted(judge(settled(replace(before, draft=draft)), defaults), defaults)
    remarks = _kept_remarks(row)
    if signature(draft) != signature(before.draft):
        remarks = tuple(find_duplicates(session, kept.bank, [(number, draft)]).get(number, ()))
    for name, value in values_of(judged, remarks).items():
        setattr(row, name, value)
    row.decision = TAKE if judged.is_good else SKIP
    return row


def confirm_row(
    session: Session, kept: ItemImport, number: int, defaults: Defaults, *, seen: str | None = None
) -> None:
    """Take a question as it was understood: what its source said of it counts as seen.

    Raises as `change_row` does.
    """
    row = _held_row(session, kept, number, seen)
    change_row(session, kept, number, entry_of(row).draft, defaults)


def decide_rows(
    session: Session, kept: ItemImport, decision: str, *, scope: str = "all", number: int = 0
) -> int:
    """Take or skip one question, or all of a scope; return how many changed.

    A question that is not good may be taken: it then becomes a draft and no more.
    """
    hold_open(session, kept)
    if decision not in {TAKE, SKIP}:
        raise NotFound("decision")
    meant = ItemImportRow.number == number if number else _scope(scope)
    changed = session.execute(
        update(ItemImportRow)
        .where(ItemImportRow.import_id == kept.id, meant, ItemImportRow.decision != decision)
        .values(decision=decision)
        .execution_options(synchronize_session=False)
    )
    return cast("CursorResult[Any]", changed).rowcount


def set_fields(
    session: Session,
    kept: ItemImport,
    fields: Mapping[str, str],
    defaults: Defaults,
    *,
    scope: str = "all",
    overwrites: bool = False,
) -> int:
    """Say 知识点, 要求, 难度 or 用途 of many questions at once; return how many were changed.

    Unless `overwrites`, only where a question says nothing itself.
    """
    hold_open(session, kept)
    said = {name: value for name, value in fields.items() if name in FIELDS and value}
    changes = []
    for row in _rows(session, kept, _scope(scope)):
        entry = entry_of(row)
        news: dict[str, Any] = {
            n: v for n, v in said.items() if overwrites or not getattr(entry.draft, n)
        }
        draft = replace(entry.draft, **news)
        if draft == entry.draft:
            continue
        judged = fitted(judge(replace(entry, draft=draft), defaults), defaults)
        values = {**values_of(judged, _kept_remarks(row)), "row": row.number, "import": kept.id}
        changes.append(values)
    for start in range(0, len(changes), CHUNK):
        _update_rows(session, changes[start : start + CHUNK])
    session.expire_all()  # rows read before are written past the session
    return len(changes)


def discard(session: Session, actor: Actor, kept: ItemImport, *, now: datetime) -> None:
    """Drop an import that was not applied; what it held is removed with the old ones."""
    changed = session.execute(
        update(ItemImport)
        .where(ItemImport.id == kept.id, ItemImport.state.in_((READING, FAILED, PREVIEW)))
        .values(state=DISCARDED, content=None)
    )
    if not cast("CursorResult[Any]", changed).rowcount:
        raise Conflict("import_state", state=kept.state)
    log_act(session, "item.import_discarded", kept, actor, now)


def hold_open(session: Session, kept: ItemImport) -> None:
    """Hold an import against whoever would apply it; raise Conflict unless it is a preview."""
    state = session.scalar(
        select(ItemImport.state).where(ItemImport.id == kept.id).with_for_update()
    )
    if state != PREVIEW:
        raise Conflict("import_state", state=state)


def log_act(
    session: Session, act: str, kept: ItemImport, actor: Actor | None, now: datetime, **more: Any
) -> None:
    """Write down what was done with an import."""
    details = {"bank": kept.bank, "format": kept.format, "questions": kept.total, **more}
    actor_id = actor.user_id if actor else None
    audit.log(session, act, kept.public_id, actor_id=actor_id, now=now, details=details)


def _new_import(
    actor: Actor | None, bank: str, defaults: Defaults, name: str, wanted: str, now: datetime
) -> ItemImport:
    return ItemImport(
        public_id=new_public_id(),
        bank=bank,
        pool=defaults.pool.value,
        format=wanted,
        name="".join(c for c in name if c.isprintable())[:MAX_NAME],
        state=PREVIEW,
        problems="[]",
        created_by=actor.user_id if actor else None,
        created_at=now,
    )


def _held_row(session: Session, kept: ItemImport, number: int, seen: str | None) -> ItemImportRow:
    hold_open(session, kept)
    row = session.get(ItemImportRow, (kept.id, number), populate_existing=True)
    if row is None:
        raise NotFound("import_row")
    if seen is not None and seen != seen_of(row):
        raise Conflict("row_changed", number=number)
    return row


def _kept_remarks(row: ItemImportRow) -> tuple[DraftFinding, ...]:
    return tuple(finding for finding in findings_of(row.findings) if finding.code == DUPLICATE)


def _scope(name: str) -> ColumnElement[bool]:
    if name not in SCOPES:
        raise NotFound("scope")
    return SCOPES[name]()


def _rows(
    session: Session, kept: ItemImport, meant: ColumnElement[bool]
) -> Iterator[ItemImportRow]:
    return iter(
        session.scalars(
            select(ItemImportRow)
            .where(ItemImportRow.import_id == kept.id, meant)
            .order_by(ItemImportRow.number)
            .execution_options(yield_per=CHUNK)
        )
    )


def _update_rows(session: Session, changes: list[dict[str, Any]]) -> None:
    table = ItemImportRow.__table__
    statement = (
        table.update()  # type: ignore[attr-defined]
        .where(table.c.import_id == bindparam("import"), table.c.number == bindparam("row"))
        .values({n: bindparam(n) for n in changes[0] if n not in {"row", "import"}})
    )
    session.connection().execute(statement, changes)
