"""The ledger of study hours of the people in reach, as .xlsx: a row a credit."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from flask import Response, request
from sqlalchemy.orm import Session

from learning.compliance import queries
from learning.compliance.queries import StaffLine
from learning.compliance.routes.blueprint import bp, study_years, zone
from learning.compliance.routes.staff import kept_of, staff_filter
from learning.compliance.words import _, hours_rows
from learning.kernel.clock import utc_now
from learning.kernel.documents import Column
from learning.kernel.permissions import Permission
from learning.study import queries as study
from learning.study.rules.hours import Span, year_span
from learning.web.guards import current_actor, requires
from learning.web.list_files import ListFile, send_list

SLICE = 500


@bp.post("/hours.xlsx")
@requires(Permission.COMPLIANCE_READ)
def hours_xlsx() -> Response:
    """Give the credits of a year of the filtered people; that they left the house is noted."""
    now, actor = utc_now(), current_actor()
    wanted, year = staff_filter(request.form), _year(now)
    file = ListFile(
        f"hours-{year}",
        _("学时台账"),
        _columns(),
        [
            _("%(year)s 年", year=year),
            _("每条记录按当时有效的规则折算；“规则”一列是规则的版本号。"),
        ],
        _("说明"),
        zone(),
    )
    return send_list(
        file,
        lambda session: _rows(
            session,
            queries.iterate_staff(session, actor, wanted, now),
            year_span(year, zone()),
        ),
        act="hours.downloaded",
        subject=actor.public_id,
        details={"year": year, **kept_of(wanted)},
        now=now,
    )


def _year(now: datetime) -> int:
    years = study_years(now)
    raw = request.form.get("year", "")
    return int(raw) if raw in {str(year) for year in years} else years[0]


def _rows(session: Session, people: Iterator[StaffLine], span: Span) -> Iterator[tuple[Any, ...]]:
    """Yield the credits of people, in the order of the people, each one's oldest first."""
    part: list[StaffLine] = []
    for line in people:
        part.append(line)
        if len(part) == SLICE:
            yield from _rows_of(session, part, span)
            part = []
    yield from _rows_of(session, part, span)


def _rows_of(session: Session, lines: list[StaffLine], span: Span) -> Iterator[tuple[Any, ...]]:
    found: dict[int, list[study.CreditView]] = {}
    ids = [line.user_id for line in lines]
    for one in study.list_credits(session, ids, span, limit=None) if ids else []:
        found.setdefault(one.user_id, []).append(one)
    for line in lines:
        for one in reversed(found.get(line.user_id, [])):
            yield from hours_rows(line, one, zone())


def _columns() -> list[Column]:
    return [
        Column(_("工号"), 14, is_text=True),
        Column(_("姓名"), 16, is_text=True),
        Column(_("部门"), 28, is_text=True),
        Column(_("日期"), 12, is_text=True),
        Column(_("内容"), 48, is_text=True),
        Column(_("来源"), 12, is_text=True),
        Column(_("科目"), 12, is_text=True),
        Column(_("分钟"), 8),
        Column(_("学时"), 8),
        Column(_("1 学时合分钟"), 10),
        Column(_("规则"), 8),
        Column(_("记录编号"), 30, is_text=True),
        Column(_("备注"), 40, is_text=True),
    ]
