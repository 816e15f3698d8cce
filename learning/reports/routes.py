"""The audit trail for operators and auditors: a page, and files that an outsider can verify."""

import io
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, cast
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, current_app, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from learning.kernel import audit
from learning.kernel.clock import utc_now
from learning.kernel.documents import XLSX_MIME, Column, write_workbook
from learning.kernel.permissions import Permission
from learning.reports import queries, words
from learning.reports.queries import AuditFilter, AuditLine
from learning.reports.words import _
from learning.settings import Settings
from learning.web.forms import refuse_repeated
from learning.web.guards import current_actor, requires
from learning.web.transaction import db_session, reading

MAX_TEXT = 100
MAX_DIGITS = 18

bp = Blueprint("reports", __name__, url_prefix="/audit")


@bp.get("")
@requires(Permission.AUDIT_READ)
def trail() -> ResponseReturnValue:
    """Show who did what, newest first, filtered."""
    queries.require_whole_reach(current_actor())
    given = _given(request.args)
    raw = request.args.get("below", "")
    below = int(raw) if raw.isascii() and raw.isdigit() and len(raw) <= MAX_DIGITS else None
    session = db_session()
    lines = queries.list_entries(session, _filter(given), below=below, limit=queries.PAGE_SIZE + 1)
    shown = lines[: queries.PAGE_SIZE]
    more = ""
    if len(lines) > len(shown):
        kept = {**given, "below": shown[-1].entry["id"]}
        more = f"{url_for('reports.trail')}?{urlencode(kept)}"
    return render_template(
        "reports/audit.html",
        lines=[(line, words.act_words(line.entry["act"])) for line in shown],
        acts=[(code, words.act_words(code)) for code in queries.list_acts(session)],
        given=given,
        more=more,
        is_first=below is None,
    )


@bp.post("/audit.jsonl")
@requires(Permission.AUDIT_READ)
def audit_jsonl() -> ResponseReturnValue:
    """Give the filtered entries as lines of JSON with their links; that they left is noted."""
    lines = _export("jsonl")
    text = "".join(
        json.dumps(line.entry, ensure_ascii=False) + "\n"
        for line in sorted(lines, key=lambda line: line.entry["number"] or 0)
        if line.entry["number"] is not None  # what is not sealed yet cannot be verified
    )
    return Response(
        text,
        mimetype="application/x-ndjson",
        headers={"Content-Disposition": "attachment; filename=audit.jsonl"},
    )


@bp.post("/audit.xlsx")
@requires(Permission.AUDIT_READ)
def audit_xlsx() -> ResponseReturnValue:
    """Give the filtered entries as .xlsx with their links; that they left is noted."""
    lines = _export("xlsx")
    data = write_workbook(
        [
            Column(_("链序号"), 10),
            Column(_("时间"), 20, is_text=True),
            Column(_("操作"), 28, is_text=True),
            Column(_("操作代码"), 26, is_text=True),
            Column(_("操作人"), 16, is_text=True),
            Column(_("对象"), 30, is_text=True),
            Column(_("对象姓名"), 16, is_text=True),
            Column(_("详情"), 60, is_text=True),
            Column("id", 10),
            Column("at_us", 20, is_text=True),
            Column("actor_id", 10),
            Column("previous", 66, is_text=True),
            Column("hash", 66, is_text=True),
        ],
        (_row(line) for line in lines),
        sheet_name=_("审计记录"),
        notes=[_("条数：%(n)s", n=len(lines)), _("previous 和 hash 可按运维手册的程序核对。")],
        notes_name=_("说明"),
        timezone=_zone(),
    )
    return send_file(
        io.BytesIO(data), mimetype=XLSX_MIME, as_attachment=True, download_name="audit.xlsx"
    )


def _row(line: AuditLine) -> tuple[Any, ...]:
    entry = line.entry
    return (
        entry["number"],
        line.at,
        words.act_words(entry["act"]),
        entry["act"],
        line.actor,
        entry["subject"],
        line.subject_name,
        entry["details"],
        entry["id"],
        str(entry["at_us"]),
        entry["actor_id"],
        entry["previous"] or "",
        entry["hash"] or "",
    )


def _export(kind: str) -> list[AuditLine]:
    """Return the filtered entries, and note that they left the house."""
    actor, given = current_actor(), _given(request.form)
    queries.require_whole_reach(actor)
    with reading() as session:  # the database is not held for writing while the file is made
        lines = list(_entries(session, given))
    audit.log(
        db_session(),
        "audit.exported",
        actor.public_id,
        actor_id=actor.user_id,
        now=utc_now(),
        details={"entries": len(lines), "as": kind, **given},
    )
    return lines


def _entries(session: Any, given: dict[str, str]) -> Iterator[AuditLine]:
    return queries.iterate_entries(session, _filter(given))


def _given(values: Any) -> dict[str, str]:
    """Return what is looked for as it came, without what is open."""
    refuse_repeated(values)
    named = {
        name: values.get(name, "").strip()[:MAX_TEXT]
        for name in ("act", "person", "subject", "since", "until")
    }
    return {name: text for name, text in named.items() if text and text.isprintable()}


def _filter(given: dict[str, str]) -> AuditFilter:
    since, until = _day(given.get("since", "")), _day(given.get("until", ""))
    return AuditFilter(
        act=given.get("act", ""),
        person=given.get("person", ""),
        subject=given.get("subject", ""),
        since=_midnight(since) if since else None,
        before=_midnight(until + timedelta(days=1)) if until and until < date.max else None,
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _midnight(day: date) -> datetime | None:
    try:
        return datetime.combine(day, time(), ZoneInfo(_zone())).astimezone(UTC)
    except OverflowError:
        return None


def _zone() -> str:
    return cast("Settings", current_app.extensions["settings"]).default_timezone
