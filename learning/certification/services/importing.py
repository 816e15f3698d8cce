"""Lists of certificates from Excel: checked without a trace, applied as one act, undone as one.

Reading happens before any transaction. Applying compares the kept rows with the present once more,
so that nothing is written on what has changed since the look.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from sqlalchemy import exists, func, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, aliased

from learning.certification.events import EXTERNAL_UNDONE, ExternalUndone
from learning.certification.loader import ParsedList
from learning.certification.models import ExternalCertificate, ExternalImport, ExternalScan
from learning.certification.queries import external as queries
from learning.certification.queries.register import load_state
from learning.certification.rules import local_date
from learning.certification.rules.register import (
    IMPORT_UNDONE,
    CellProblem,
    Completed,
    RegisterPlan,
    RegisterRow,
    WithdrawGround,
    completed,
    counts_of,
    plan_rows,
    registered_spans,
)
from learning.certification.services.external import columns_of
from learning.certification.services.holdings import begin_holdings, end_holdings
from learning.exams.queries.involvement import selves_of
from learning.kernel import audit, events
from learning.kernel.bulk import insert_many
from learning.kernel.errors import Conflict
from learning.kernel.ids import new_public_id
from learning.kernel.permissions import Actor
from learning.organisations.queries.units import UnitView

CHECKED, APPLIED, UNDONE = "checked", "applied", "undone"


def check_list(
    session: Session, organisation: UnitView, parsed: ParsedList, now: datetime
) -> tuple[RegisterPlan, list[CellProblem]]:
    """Compare rows with the present; return what they become and everything wrong, by row."""
    state = load_state(session, organisation.id, parsed.rows)
    today = local_date(now, organisation.timezone)
    faulty = frozenset(problem.line for problem in parsed.problems)
    plan = plan_rows(parsed.rows, state, today, skip=faulty)
    columns = parsed.columns
    placed = [
        CellProblem(**{**asdict(one), "cell": f"{columns.get(one.place, 'A')}{one.line}"})
        for one in plan.problems
    ]
    return plan, sorted([*parsed.problems, *placed], key=lambda one: (one.line, one.cell))


def save_import(
    session: Session,
    actor: Actor,
    organisation: UnitView,
    parsed: ParsedList,
    found: tuple[RegisterPlan, list[CellProblem]],
    *,
    file: tuple[str, str],
    is_checked: bool,
    now: datetime,
) -> str:
    """Keep a checked list for people to look at; return its public id. `file`: name and SHA-256."""
    plan, problems = found
    today = local_date(now, organisation.timezone)
    counts = counts_of(plan, len(parsed.rows), problems, today)
    row = ExternalImport(
        public_id=new_public_id(),
        organisation_id=organisation.id,
        file_name=file[0][-200:],
        sha256=file[1],
        is_checked=is_checked,
        rows=_json([_plain(one) for one in parsed.rows]),
        problems=_json([asdict(one) for one in problems]),
        counts=_json({**counts, "unread": parsed.unread}),
        state=CHECKED,
        created_by=actor.user_id,
        created_at=now,
    )
    session.add(row)
    session.flush()  # a full disk must show here, not after the redirect was made
    return row.public_id


def kept_rows(row: ExternalImport) -> list[RegisterRow]:
    """Return the rows of a kept list in order."""
    return [_row(values) for values in json.loads(row.rows)]


def complete_rows(
    session: Session, organisation: UnitView, row: ExternalImport, now: datetime, *, limit: int
) -> list[tuple[RegisterRow, Completed | None]]:
    """Return the first rows of a kept list, each with its last days as the kinds are now."""
    rows = kept_rows(row)[:limit]
    state = load_state(session, organisation.id, rows)
    today = local_date(now, organisation.timezone)
    return [(one, completed(one, state, today)) for one in rows]


def _row(values: dict[str, Any]) -> RegisterRow:
    days = {place: _day(values[place]) for place in ("valid_from", "valid_until", "review_due")}
    return RegisterRow(**{**values, **days})


def kept_problems(row: ExternalImport) -> list[CellProblem]:
    """Return the problems of a kept list by row."""
    return [CellProblem(**values) for values in json.loads(row.problems)]


def _plain(row: RegisterRow) -> dict[str, Any]:
    return {
        name: one.isoformat() if isinstance(one, date) else one for name, one in asdict(row).items()
    }


def _day(raw: str | None) -> date | None:
    return date.fromisoformat(raw) if raw else None


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def prepare_import(
    session: Session, organisation: UnitView, raw_import_id: str, now: datetime
) -> list[dict[str, object]]:
    """Return the rows that a checked list puts on file, compared with the present once more.

    Reads only, before the transaction that writes: 50,000 rows take seconds. Rows on file already
    stay as they are. Raises NotFound, Conflict("import_has_errors" | "import_stale": people, kinds
    or numbers have changed since the check).
    """
    row = queries.get_import(session, organisation.id, raw_import_id)
    if row.state != CHECKED:
        return []
    if json.loads(row.counts)["faulty"]:
        raise Conflict("import_has_errors")
    plan, problems = check_list(session, organisation, ParsedList(rows=kept_rows(row)), now)
    if problems:
        raise Conflict("import_stale")
    return [columns_of(entry, organisation) for entry in plan.entries]


def apply_import(
    session: Session,
    actor: Actor,
    organisation: UnitView,
    raw_import_id: str,
    *,
    prepared: Sequence[dict[str, object]],
    now: datetime,
) -> int:
    """Put the prepared rows of a list on file, all or none; return how many, 0 when done before.

    What the list says of who applies it waits for a second person even where the originals were
    seen. Raises NotFound, Conflict("import_stale": a number came on file since).
    """
    row = queries.get_import(session, organisation.id, raw_import_id)
    if not _claim(session, row, CHECKED, {"state": APPLIED, "applied_at": now}):
        return 0
    common = {"import_id": row.id, "entered_by": actor.user_id, "entered_at": now}
    unchecked = {"checked_by": None, "checked_at": None}
    checked = {"checked_by": actor.user_id, "checked_at": now} if row.is_checked else unchecked
    selves = selves_of(session, actor.user_id)
    rows = [
        {**columns, **common, **(unchecked if columns["user_id"] in selves else checked)}
        for columns in prepared
    ]
    try:
        insert_many(session, ExternalCertificate, rows)
    except IntegrityError as error:
        raise Conflict("import_stale") from error
    if row.is_checked:
        _hold(session, row.id, now)
    details = {"rows": len(rows), "is_checked": row.is_checked, "sha256": row.sha256}
    _log(session, actor, "external.imported", row.public_id, now, details)
    return len(rows)


def _claim(session: Session, row: ExternalImport, state: str, values: dict[str, Any]) -> bool:
    """Move a list on from a state; False when somebody did before."""
    moved = session.scalar(
        update(ExternalImport)
        .where(ExternalImport.id == row.id, ExternalImport.state == state)
        .values(**values)
        .returning(ExternalImport.id)
        .execution_options(synchronize_session=False)
    )
    session.refresh(row)
    return moved is not None


def _hold(session: Session, import_id: int, now: datetime) -> None:
    table = ExternalCertificate
    rows = session.execute(
        select(
            table.id, table.user_id, table.scheme_id,
            table.valid_from, table.valid_until, table.review_due,
        ).where(table.import_id == import_id, table.checked_at.is_not(None))
    )  # fmt: skip
    entries = [
        (source_id, user_id, scheme_id, span)
        for source_id, user_id, scheme_id, since, until, review in rows
        for span in registered_spans(since, until, review, is_checked=True)
    ]
    begin_holdings(session, "external", entries, now)


def undo_import(
    session: Session, actor: Actor, organisation: UnitView, raw_import_id: str, *, now: datetime
) -> int:
    """Take exactly the rows of an applied list off the file again; return how many.

    They were an error then: held on no day. Raises NotFound, Conflict("import_not_applied" |
    "import_built_on": some were checked, withdrawn, followed or given scans since).
    """
    row = queries.get_import(session, organisation.id, raw_import_id)
    undone = {"state": UNDONE, "undone_at": now, "undone_by": actor.user_id}
    if not _claim(session, row, APPLIED, undone):
        raise Conflict("import_not_applied")
    if _count_built_on(session, row):
        raise Conflict("import_built_on")
    table = ExternalCertificate
    ids = select(table.id).where(table.import_id == row.id)
    end_holdings(session, "external", ids, now)
    result = session.execute(
        update(table)
        .where(table.import_id == row.id)
        .values(
            withdrawn_at=now,
            withdrawn_by=actor.user_id,
            withdraw_ground=WithdrawGround.ERROR.value,
            withdraw_reason=IMPORT_UNDONE,
        )
        .execution_options(synchronize_session=False)
    )
    count: int = result.rowcount  # type: ignore[attr-defined] # an UPDATE's
    events.record(session, EXTERNAL_UNDONE, ExternalUndone(row.public_id).payload(), now)
    _log(session, actor, "external.import_undone", row.public_id, now, {"rows": count})
    return count


def _count_built_on(session: Session, row: ExternalImport) -> int:
    table, later = ExternalCertificate, aliased(ExternalCertificate)
    touched = [
        table.withdrawn_at.is_not(None),
        exists().where(later.follows_id == table.id),
        exists().where(ExternalScan.certificate_id == table.id),
    ]
    if row.is_checked:
        touched.append(table.checked_at != row.applied_at)  # the importer's own: NULL until then
    else:
        touched.append(table.checked_at.is_not(None))
    found = select(func.count(table.id)).where(table.import_id == row.id, or_(*touched))
    return session.scalar(found) or 0


def _log(
    session: Session,
    actor: Actor,
    act: str,
    subject: str,
    now: datetime,
    details: dict[str, object],
) -> None:
    audit.log(session, act, subject, actor_id=actor.user_id, now=now, details=details)
