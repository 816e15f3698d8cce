"""The grid as .xlsx: everybody who fits with the chosen columns, streamed while it is read."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from sqlalchemy.orm import Session

from learning.compliance.queries import filters
from learning.compliance.queries.grid import GridFilter, GridRow, iterate_rows
from learning.compliance.routes import grid_words as words
from learning.compliance.routes.blueprint import bp, zone
from learning.compliance.rules.grid import Cell
from learning.compliance.words import _
from learning.kernel.clock import utc_now
from learning.kernel.documents import Column
from learning.kernel.permissions import Actor, Permission
from learning.web.guards import current_actor, requires
from learning.web.list_files import ListFile, send_list
from learning.web.transaction import reading


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
    at = now.astimezone(ZoneInfo(zone())).date().isoformat()
    file = ListFile(
        f"grid-{at}", _("人员 × 证书"), _columns(titles), _notes(wanted, now), _("说明"), zone()
    )
    return send_list(
        file,
        lambda session: _written(session, actor, wanted, [column.id for column in columns], now),
        act="grid.downloaded",
        subject=actor.public_id,
        details={**words.kept_of(wanted), "schemes": [column.public_id for column in columns]},
        now=now,
    )


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
