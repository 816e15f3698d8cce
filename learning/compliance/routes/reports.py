"""The auditor's report of coverage as PDF, as of a day, as known on a day."""

import io
from datetime import datetime, timedelta
from typing import Any

from flask import flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from learning.compliance.presentation.reports import as_pdf, sealed
from learning.compliance.queries.coverage import Coverage, read_coverage
from learning.compliance.queries.exemptions import list_standing
from learning.compliance.queries.gaps import list_gaps
from learning.compliance.queries.holders import list_holders
from learning.compliance.queries.names import name_posts, name_schemes, name_units
from learning.compliance.routes.blueprint import bp
from learning.compliance.routes.scope import Scope, read_scope
from learning.compliance.rules.coverage import Sum, roll_up
from learning.compliance.services import reports as services
from learning.compliance.words import _
from learning.compliance.words.coverage import all_in_language, gap_row, gap_words, ratio_text
from learning.kernel import audit
from learning.kernel.clock import utc_now
from learning.kernel.errors import Conflict, NotFound
from learning.kernel.permissions import Actor, Permission
from learning.study.rules.hours import local_day
from learning.web import transaction
from learning.web.guards import current_actor, requires
from learning.web.templating import in_language
from learning.web.transaction import db_session, reading

READ = Permission.COMPLIANCE_READ
_TICK = timedelta(microseconds=1)  # an exemption holds until before its end
MAX_ROWS = 20_000  # holders printed; a report says when there are more
AT_ONCE = 1_500  # rows set while the reader waits, some five seconds
MS_PER_ROW = 3  # of typesetting, about, on a server
PDF = "application/pdf"


@bp.post("/coverage/report.pdf")
@requires(READ)
def report_pdf() -> ResponseReturnValue:
    """Give coverage, gaps, exemptions and holders as PDF; that it left the house is noted.

    A long one is left to the worker, and the page of reports says how far it is. Its facts are
    those of now in either case.
    """
    now, actor = utc_now(), current_actor()
    with reading() as session:  # the database is not held for writing while the file is made
        scope = read_scope(session, actor, request.form, now)
        if scope is None:
            raise NotFound("unit")
        facts = _facts(session, actor, scope)
    inputs, digest = sealed(facts)
    rows = sum(len(part["rows"]) for part in facts["parts"])
    answer: ResponseReturnValue
    if rows > AT_ONCE:
        order = services.Order(scope.unit.id, scope.on, scope.known, inputs, digest, rows)
        answer = redirect(url_for("compliance.reports"), 303)
        if not _order(actor, order, now):
            return answer
    else:
        name = f"coverage-{scope.on.isoformat()}.pdf"
        answer = send_file(io.BytesIO(as_pdf(inputs)), PDF, as_attachment=True, download_name=name)
    audit.log(
        db_session(),
        "coverage.printed",
        scope.unit.public_id,
        actor_id=actor.user_id,
        now=now,
        details={"on": scope.on.isoformat(), "known": scope.known.isoformat(), "sha256": digest},
    )
    return answer


def _order(actor: Actor, order: services.Order, now: datetime) -> bool:
    """Leave a report to the worker; tell the reader, and whether it is a new one."""
    try:
        is_new = services.order_report(db_session(), actor, order, now=now)
    except Conflict:
        db_session().rollback()  # the page answers, so what was begun must not be committed
        flash(_("您已有 %(n)s 份报告在制作，请等做好再要下一份。", n=services.MAX_WAITING), "error")
        return False
    if is_new:
        flash(_("报告较长，已交后台制作，内容以此刻的数据为准。可以离开本页。"), "success")
    else:
        flash(_("同样内容的报告已经在这里，没有重复制作。"), "success")
    return is_new


@bp.get("/coverage/reports")
@requires(READ)
def reports() -> ResponseReturnValue:
    """List one's own long reports: waiting, being set, there to be taken for a week."""
    session, now, actor = db_session(), utc_now(), current_actor()
    found = services.list_reports(session, actor, now)
    return render_template(
        "compliance/reports.html",
        rows=[(one, max(1, one.rows * MS_PER_ROW // 1000), _elapsed(one, now)) for one in found],
        is_busy=any(one.is_waiting for one in found),
        days=services.KEPT.days,
    )


def _elapsed(report: services.ReportView, now: datetime) -> int:
    """Return for how many seconds a report has been set, 0 before it is begun."""
    return int((now - report.began_at).total_seconds()) if report.began_at else 0


@bp.get("/coverage/reports/<raw_public_id>.pdf")
@requires(READ)
def report_file(raw_public_id: str) -> ResponseReturnValue:
    """Give a report to who asked for it; the audit row lasts before it leaves."""
    now, actor = utc_now(), current_actor()
    with reading() as session:
        found = services.take_report(session, actor, raw_public_id, now)
        body, name = found.body or b"", f"coverage-{found.day_on.isoformat()}.pdf"
        public_id, digest = found.public_id, found.sha256
    with transaction.apart(transaction.database()) as writing:
        audit.log(
            writing,
            "coverage.report_downloaded",
            public_id,
            actor_id=actor.user_id,
            now=now,
            details={"sha256": digest},
        )
    reply = send_file(io.BytesIO(body), PDF, as_attachment=True, download_name=name)
    reply.headers["Cache-Control"] = "private, no-store"
    return reply


def _facts(session: Session, actor: Actor, scope: Scope) -> dict[str, Any]:
    found = read_coverage(session, scope.unit.id, scope.at)
    called = name_units(session, {scope.unit.id}, scope.at.on)
    total = sum(found.obligations.sum_by("scheme_id").values(), Sum())
    return {
        "title": _("持证情况审核报告"),
        "unit": called[scope.unit.id].name if called else scope.unit.name,
        "head": [
            _("统计日：%(on)s", on=scope.on.isoformat()),
            _("按 %(known)s 时系统所知", known=scope.known.isoformat()),
            _("持证率：%(ratio)s", ratio=ratio_text(total.staff)),
            _(
                "应持证 %(n)s 项，有效 %(m)s 项",
                n=f"{total.staff.required:,}",
                m=f"{total.staff.held:,}",
            ),
            _(
                "承包商人员：应持证 %(n)s 项，有效 %(m)s 项",
                n=f"{total.contractors.required:,}",
                m=f"{total.contractors.held:,}",
            ),
            _("出具：%(who)s，%(day)s", who=actor.display_name, day=scope.today.isoformat()),
        ],
        "parts": [
            _units(session, scope, found),
            _gaps(session, scope, found),
            _exemptions(session, scope),
            _holders(session, scope),
        ],
    }


def _part(
    title: str, heads: list[str], widths: list[int], rows: list[list[str]], note: str = ""
) -> dict[str, Any]:
    if not rows:
        note = _("没有记录。")
    return {"title": title, "heads": heads, "widths": widths, "rows": rows, "note": note}


def _units(session: Session, scope: Scope, found: Coverage) -> dict[str, Any]:
    rolled = roll_up(found.obligations.sum_by("unit_id"), found.parents)
    asked = {unit: figures for unit, figures in rolled.items() if figures != Sum()}
    names = name_units(session, asked, scope.at.on)
    rows = [
        [
            names[unit].name,
            ratio_text(figures.staff),
            str(figures.staff.required),
            str(figures.staff.held),
            str(figures.contractors.missing),
        ]
        for unit, figures in asked.items()
        if unit in names
    ]
    heads = [_("单位"), _("持证率"), _("应持证"), _("有效持证"), _("承包商缺口")]
    return _part(_("各单位持证率（含下级）"), heads, [6, 2, 2, 2, 2], sorted(rows))


def _gaps(session: Session, scope: Scope, found: Coverage) -> dict[str, Any]:
    number = len(found.obligations.lacking().user_id)
    gaps, _rest = list_gaps(session, found, scope.at, limit=MAX_ROWS)
    names = (
        name_units(session, {gap.unit_id for gap in gaps}, scope.at.on),
        name_posts(session, {gap.post_id for gap in gaps}, scope.at.on),
        all_in_language(name_schemes(session, {gap.scheme_id for gap in gaps})),
    )
    rows = []
    for gap in gaps[:MAX_ROWS]:
        name, _staff_no, _public_id, unit, post, scheme, why, contractor = gap_row(
            gap_words(gap, names, scope.zone)
        )
        rows.append([name, unit, post, scheme, why, contractor])
    heads = [_("姓名"), _("单位"), _("岗位"), _("缺什么"), _("原因"), _("承包商人员")]
    return _part(_("缺口名单"), heads, [3, 4, 3, 4, 4, 2], rows, _more(number))


def _exemptions(session: Session, scope: Scope) -> dict[str, Any]:
    found = list_standing(session, scope.unit.id, scope.at, limit=MAX_ROWS + 1)
    rows = [
        [
            one.person,
            in_language(one.what, one.what_en),
            local_day(one.valid_from, scope.zone).isoformat(),
            local_day(one.end_as_known(scope.at.known_at) - _TICK, scope.zone).isoformat(),
            one.text,
            one.author,
        ]
        for one in found[:MAX_ROWS]
    ]
    heads = [_("姓名"), _("认证项目"), _("自"), _("至"), _("理由"), _("录入")]
    return _part(_("豁免"), heads, [3, 4, 2, 2, 5, 2], rows, _more(len(found)))


def _holders(session: Session, scope: Scope) -> dict[str, Any]:
    found = list_holders(session, scope.unit.id, scope.at, limit=MAX_ROWS + 1)
    shown = found[:MAX_ROWS]
    units = name_units(session, {one.unit_id for one in shown}, scope.at.on)
    posts = name_posts(session, {one.post_id for one in shown}, scope.at.on)
    schemes = all_in_language(name_schemes(session, {one.scheme_id for one in shown}))
    rows = [
        [
            one.name,
            units[one.unit_id].name if one.unit_id in units else "",
            posts[one.post_id].name,
            schemes[one.scheme_id].name,
            one.number or _("外发证"),
        ]
        for one in shown
    ]
    heads = [_("姓名"), _("单位"), _("岗位"), _("认证项目"), _("证书编号")]
    return _part(_("持证人名单"), heads, [3, 4, 3, 4, 4], rows, _more(len(found)))


def _more(number: int) -> str:
    return _("只印前 %(n)s 条。", n=MAX_ROWS) if number > MAX_ROWS else ""
