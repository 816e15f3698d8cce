"""The forecast as .xlsx: its months, or every place that runs short."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from flask import Response, request
from sqlalchemy.orm import Session

from learning.compliance.queries.forecast import read_outlook
from learning.compliance.routes.blueprint import bp
from learning.compliance.routes.coverage import READ, months_of, shortages_in
from learning.compliance.routes.scope import Scope, read_scope
from learning.compliance.rules.forecast import month_ends
from learning.compliance.words import _
from learning.compliance.words.coverage import month_row, shortage_row
from learning.kernel.clock import utc_now
from learning.kernel.documents import Column
from learning.kernel.errors import NotFound
from learning.web.guards import current_actor, requires
from learning.web.list_files import ListFile, send_list
from learning.web.transaction import reading


@bp.post("/coverage/forecast.xlsx")
@requires(READ)
def forecast_xlsx() -> Response:
    """Give the places of a unit that run short within a year; with `part` "months" its months."""
    now, is_months = utc_now(), request.form.get("part") == "months"
    with reading() as session:
        scope = read_scope(session, current_actor(), request.form, now)
    if scope is None:
        raise NotFound("unit")
    file = ListFile(
        "forecast" if is_months else "shortages",
        _("到期预测") if is_months else _("人手不足的岗位"),
        _month_columns() if is_months else _shortage_columns(),
        [scope.unit.name, _("统计日：%(on)s", on=scope.today.isoformat()), _("今后 12 个月")],
        _("说明"),
        scope.zone,
    )
    read = _months if is_months else _shortages
    return send_list(
        file,
        lambda session: read(session, scope, now),
        act="forecast.downloaded",
        subject=scope.unit.public_id,
        details={"part": "months" if is_months else "shortages"},
        now=now,
    )


def _months(session: Session, scope: Scope, now: datetime) -> Iterator[tuple[Any, ...]]:
    ends = month_ends(now, scope.zone)
    outlook = read_outlook(session, scope.unit.id, now, ends[-1])
    _today, months = months_of(outlook, now, ends, scope.zone)
    yield from map(month_row, months)


def _shortages(session: Session, scope: Scope, now: datetime) -> Iterator[tuple[Any, ...]]:
    ends = month_ends(now, scope.zone)
    outlook = read_outlook(session, scope.unit.id, now, ends[-1])
    found, _count = shortages_in(session, outlook, len(outlook.places.unit_id), now, scope.zone)
    yield from map(shortage_row, found)


def _month_columns() -> list[Column]:
    return [
        Column(_("截至"), 12, is_text=True),
        Column(_("持证率"), 10, is_text=True),
        Column(_("应持证"), 10),
        Column(_("有效持证"), 10),
        Column(_("当月失效"), 10),
    ]


def _shortage_columns() -> list[Column]:
    return [
        Column(_("单位"), 28, is_text=True),
        Column(_("岗位"), 20, is_text=True),
        Column(_("认证项目"), 32, is_text=True),
        Column(_("何时"), 24, is_text=True),
        Column(_("至少"), 8),
        Column(_("剩余"), 8),
        Column(_("可安排培训"), 12),
    ]
