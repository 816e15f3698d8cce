"""The list of a page as .xlsx: that it leaves is noted first, then it streams while it is read."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, TypeVar

from flask import Response, stream_with_context
from sqlalchemy.orm import Session

from learning.kernel import audit
from learning.kernel.documents import XLSX_MIME, Column, stream_workbook
from learning.kernel.documents.streams import MAX_ROWS
from learning.kernel.documents.workbooks import Value
from learning.web.guards import current_actor
from learning.web.transaction import database, db_session

AT_ONCE = 1_000  # rows read at once
Row = TypeVar("Row")
Marker = TypeVar("Marker")


@dataclass(frozen=True, slots=True)
class ListFile:
    """A file but for its rows: the name without its end, the sheet's, what stands on the second.

    `zone` is that of the instants in it.
    """

    name: str
    sheet: str
    columns: Sequence[Column]
    notes: Sequence[str]
    notes_name: str
    zone: str


def send_list(
    file: ListFile,
    read: Callable[[Session], Iterable[Sequence[Value]]],
    *,
    act: str,
    subject: str,
    details: Mapping[str, Any],
    now: datetime,
) -> Response:
    """Return the reply that hands out a list; `act`, its subject and details go to the audit.

    `read` yields the rows from a reading session of their own: the request's has ended by then, so
    whatever is refused must be refused before. At most as many rows as a sheet holds are sent.
    """
    actor = current_actor()
    audit.log(db_session(), act, subject, actor_id=actor.user_id, now=now, details=dict(details))
    content = stream_workbook(
        file.columns,
        _read(read),
        sheet_name=file.sheet,
        notes=file.notes,
        notes_name=file.notes_name,
        timezone=file.zone,
    )
    return Response(
        stream_with_context(content),
        mimetype=XLSX_MIME,
        headers={"Content-Disposition": f'attachment; filename="{file.name}.xlsx"'},
    )


def _read(read: Callable[[Session], Iterable[Sequence[Value]]]) -> Iterator[Sequence[Value]]:
    with database().session(write=False) as session:
        yield from islice(read(session), MAX_ROWS)


def page_by_page(
    read: Callable[[Marker | None], Sequence[Row]], marker: Callable[[Row], Marker]
) -> Iterator[Row]:
    """Yield the rows of a list, `AT_ONCE` in memory; `read` returns those after a marker."""
    after: Marker | None = None
    while True:
        part = read(after)
        yield from part
        if len(part) < AT_ONCE:
            return
        after = marker(part[-1])
