"""The grid as .xlsx: everybody who fits with the chosen columns, streamed while it is read."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Response, request, stream_with_context
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from sqlalchemy.orm import Session

from learning.compliance.queries import filters
from learning.compliance.queries.grid import GridFilter, GridRow, iterate_rows
from learning.compliance.routes import grid_words as words
from learning.compliance.routes.blueprint import bp, zone
from learning.compliance.rules.grid import Cell
from learning.compliance.words import _
from learning.kernel import audit
from learning.kernel.clock import utc_now
from learning.kernel.documents import XLSX_MIME, Column, stream_workbook
from learning.kernel.permissions import Actor, Permission
from learning.web.guards import current_actor, requires
from learning.web.transaction import database, db_session, reading


@bp.post("/grid.xlsx")
@requires(Permission.COMPLIANCE_READ)
def grid_xlsx() -> ResponseReturnValue:
    """Give the filtered grid as .xlsx; that it left the house is written down first."""
    now, actor = utc_now(), current_actor()
    wanted, language = words.grid_filter(request.form), str(get_locale())
    with reading() as session:
        choices = filters.list_schemes(session, actor, now)
        columns = filters.chosen_schemes(session, actor, choices)
    titles = [words.scheme_title(column, language) for column in columns]
    details = {**words.kept_of(wanted), "schemes": [column.public_id for column in columns]}
    audit.log(
        db_session(),
        "grid.downloaded",
        actor.public_id,
        actor_id=actor.user_id,
        now=now,
        details=details,
    )
    file = stream_workbook(
        _columns(titles),
        _rows(actor, wanted, [column.id for column in columns], now),
        sheet_name=_("人员 × 证书"),
        notes=_notes(wanted, now),
        notes_name=_("说明"),
        timezone=zone(),
    )
    name = f"grid-{now.astimezone(ZoneInfo(zone())).date().isoformat()}.xlsx"
    return Response(
        stream_with_context(file),
        mimetype=XLSX_MIME,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _rows(
    actor: Actor, wanted: GridFilter, scheme_ids: list[int], now: datetime
) -> Iterator[tuple[Any, ...]]:
    """Yield the rows from a reading session of their own: the request's has ended by then."""
    with database().session(write=False) as session:
        yield from _written(session, actor, wanted, scheme_ids, now)


def _written(
    session: Session, actor: Actor, wanted: GridFilter, scheme_ids: list[int], now: datetime
) -> Iterator[tuple[Any, ...]]:
    people = iterate_rows(session, actor, wanted, scheme_ids, now)
    said = (_("休假"), _("外协"), _("、"))
    return file_rows(people, scheme_ids, words.cell_writer(ZoneInfo(zone())), said)


def file_rows(
    people: Iterable[GridRow],
    scheme_ids: Sequence[int],
    write: Callable[[Cell], str],
    said: tuple[str, str, str],
) -> Iterator[tuple[Any, ...]]:
    """Yield the row of each person; `said`: the words for leave and contractors, and a comma.

    Only what is held or asked is written: of thirty columns a person has a cell in five.
    """
    places = {scheme: place for place, scheme in enumerate(scheme_ids)}
    for row in people:
        cells = [""] * len(scheme_ids)
        for scheme, cell in row.own.items():
            if scheme in places:
                cells[places[scheme]] = write(cell)
        yield (*_person(row, *said), *cells)


def _person(row: GridRow, away: str, hired: str, comma: str) -> tuple[Any, ...]:
    place = row.place
    status = [word for word, on in ((away, place.on_leave), (hired, place.contractor)) if on]
    return (
        comma.join(place.staff_nos),
        row.name,
        comma.join(place.units),
        comma.join(place.posts),
        comma.join(status),
        row.gaps,
    )


def _columns(titles: list[str]) -> list[Column]:
    return [
        Column(_("工号"), 14, is_text=True),
        Column(_("姓名"), 16, is_text=True),
        Column(_("部门"), 28, is_text=True),
        Column(_("岗位"), 20, is_text=True),
        Column(_("状态"), 10, is_text=True),
        Column(_("缺口"), 8),
        *(Column(title, 20, is_text=True) for title in titles),
    ]


def _notes(wanted: GridFilter, now: datetime) -> list[str]:
    chosen = dict(words.lacks_choices())[wanted.lacks.value]
    at = now.astimezone(ZoneInfo(zone())).strftime("%Y-%m-%d %H:%M")
    notes = [
        _("数据截至 %(at)s", at=at),
        _("条件：%(state)s", state=chosen),
        _("空格：不要求。缺口：应持而未持的认证项目数，不限于所列各列。"),
    ]
    if wanted.search:
        notes.append(_("搜索：%(words)s", words=wanted.search))
    return notes
