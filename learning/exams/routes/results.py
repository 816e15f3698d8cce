"""The examiner's table of results, and its workbook; each download is in the audit."""

import io
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

from flask import render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from learning.exams import queries, words
from learning.exams.queries import SORTS, CandidateLine, Shown, SittingView, Tally
from learning.exams.routes.blueprint import bp
from learning.exams.words import _
from learning.kernel import audit
from learning.kernel.clock import utc_now
from learning.kernel.documents import XLSX_MIME, Column, write_workbook
from learning.kernel.permissions import Permission
from learning.web import transaction
from learning.web.forms import page_number
from learning.web.guards import current_actor, requires
from learning.web.transaction import db_session

MANAGE = Permission.SITTING_MANAGE
EXPORT_SLICE = 500


@bp.get("/<raw_public_id>/results")
@requires(MANAGE)
def results(raw_public_id: str) -> ResponseReturnValue:
    """Show a page of the candidates with their results; absence is derived."""
    now, actor, session = utc_now(), current_actor(), db_session()
    page = page_number(request.args)
    sort, shown = _sort(), _shown()
    sitting = queries.get_managed(session, actor, raw_public_id, now)
    tally = queries.count_results(session, sitting)
    rows = queries.list_candidates(
        session,
        sitting,
        now,
        sort=sort,
        shown=shown,
        offset=(page - 1) * queries.PAGE_SIZE,
        limit=queries.PAGE_SIZE,
    )
    total = queries.count_candidates(tally, shown)

    def url(**changes: Any) -> str:
        asked: dict[str, Any] = {"sort": sort, "show": shown.value, **changes}
        return url_for("exams.results", raw_public_id=sitting.public_id, **asked)

    return render_template(
        "exams/results.html",
        sitting=sitting,
        rows=[(words.row_view(row), _violations(row)) for row in rows],
        tally=tally,
        absent=queries.count_absent(tally, sitting, now),
        cut_words=words.cut_words(sitting.rules),
        shown=shown.value,
        tabs=[
            (s.value, words.shown_words(s), queries.count_candidates(tally, s), url(show=s.value))
            for s in Shown
        ],
        sort=sort,
        sort_url=lambda value: url(sort=value),
        page=page,
        pages=max(1, -(-total // queries.PAGE_SIZE)),
        total=total,
        page_url=lambda number: url(page=number),
    )


def _violations(row: CandidateLine) -> str:
    return _("、").join(words.reason_words(reason) for reason in row.violations)


def _sort() -> str:
    asked = request.args.get("sort", "")
    return asked if asked in SORTS else SORTS[0]


def _shown() -> Shown:
    asked = request.args.get("show", "")
    return Shown(asked) if asked in set(Shown) else Shown.ALL


@bp.post("/<raw_public_id>/results.xlsx")
@requires(MANAGE)
def results_xlsx(raw_public_id: str) -> ResponseReturnValue:
    """Give the examiner all candidates with their results as a workbook.

    It is a POST since the download is written into the audit; the file is made before the database
    is held for that.
    """
    now, actor = utc_now(), current_actor()
    with transaction.reading() as session:
        sitting = queries.get_managed(session, actor, raw_public_id, now)
        tally = queries.count_results(session, sitting)
        data = write_workbook(
            _columns(),
            _export_rows(session, sitting, tally, now),
            sheet_name=_("成绩"),
            notes=_notes(sitting, tally, now),
            notes_name=_("说明"),
            timezone=sitting.zone,
        )
    audit.log(
        db_session(),
        "sitting.results_downloaded",
        sitting.public_id,
        actor_id=actor.user_id,
        now=now,
        details={"rows": tally.admitted},
    )
    return send_file(
        io.BytesIO(data),
        mimetype=XLSX_MIME,
        as_attachment=True,
        download_name=f"sitting-results-{sitting.public_id}.xlsx",
    )


def _columns() -> list[Column]:
    return [
        Column(_("姓名"), 16, is_text=True),
        Column(_("工号"), 14, is_text=True),
        Column(_("单位"), 36, is_text=True),
        Column(_("状态"), 12, is_text=True),
        Column(_("得分"), 10),
        Column(_("作答次数"), 10),
        Column(_("评定时间"), 20, is_text=True),
        Column(_("违纪记录"), 24, is_text=True),
    ]


def _export_rows(
    session: Session, sitting: SittingView, tally: Tally, now: datetime
) -> Iterator[tuple[int | str | Decimal | datetime | None, ...]]:
    for offset in range(0, tally.admitted, EXPORT_SLICE):
        rows = queries.list_candidates(session, sitting, now, offset=offset, limit=EXPORT_SLICE)
        for row in rows:
            yield (
                row.name,
                row.staff_no,
                row.unit_name,
                words.row_words(row.state)[0],
                None if row.points_milli is None else Decimal(row.points_milli) / 1000,
                row.used,
                row.decided_at,
                _violations(row),
            )


def _notes(sitting: SittingView, tally: Tally, now: datetime) -> list[str]:
    absent = queries.count_absent(tally, sitting, now)
    return [
        sitting.title,
        words.cut_words(sitting.rules),
        _("准考 %(n)s 人", n=tally.admitted),
        _("合格 %(n)s 人", n=tally.passed),
        _("未合格 %(n)s 人", n=tally.failed),
        _("缺考 %(n)s 人", n=absent) if absent is not None else _("考试尚未结束"),
        _("有违纪记录 %(n)s 人，其中合格 %(m)s 人", n=tally.noted, m=tally.noted_passed),
        _("导出时间：%(at)s", at=words.instant_words(now, sitting.zone)),
    ]
