"""The register of appeals and complaints, of a sitting or of all one answers for; its workbook."""

import io
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from flask import current_app, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from learning.exams import words
from learning.exams.queries import SittingView, appeals
from learning.exams.queries import register as queries
from learning.exams.queries.register import (
    REGISTER_PAGE,
    RegisterFilter,
    RegisterLine,
    RegisterShown,
)
from learning.exams.routes.blueprint import bp
from learning.exams.rules import AppealKind, is_overdue
from learning.exams.words import _
from learning.kernel import audit
from learning.kernel.clock import utc_now
from learning.kernel.documents import XLSX_MIME, Column, write_workbook
from learning.kernel.errors import NotFound
from learning.kernel.permissions import Actor, Permission
from learning.web import transaction
from learning.web.forms import page_number
from learning.web.guards import current_actor, requires, with_grants
from learning.web.transaction import db_session

APPEAL = Permission.SELF_APPEAL
MAX_SEARCH = 60


def _actor() -> Actor:
    """Return who asks, with what they were granted: a manager of the sitting, or one appointed."""
    return with_grants(current_actor())


@bp.get("/appeals")
@requires(APPEAL)
def all_appeals() -> ResponseReturnValue:
    """List the appeals of all sittings that one manages or is appointed to decide on."""
    return _page(None)


@bp.get("/<raw_public_id>/appeals/register")
@requires(APPEAL)
def appeal_register(raw_public_id: str) -> ResponseReturnValue:
    """List the appeals of a sitting."""
    with transaction.reading() as session:
        desk = appeals.get_desk(session, _actor(), raw_public_id, utc_now())
    return _page(desk)


def _page(desk: appeals.AppealDesk | None) -> ResponseReturnValue:
    now, actor, page = utc_now(), _actor(), page_number(request.args)
    sitting = desk.sitting if desk else None
    wanted = _wanted(sitting)
    with transaction.reading() as session:
        counts = queries.count_register(session, actor, wanted, now)
        offset = (page - 1) * REGISTER_PAGE
        lines = queries.list_register(session, actor, wanted, now, offset=offset)
    total = counts[wanted.shown]

    def url(**changes: Any) -> str:
        asked: dict[str, Any] = {**_kept(wanted), **changes}
        if sitting is None:
            return url_for("exams.all_appeals", **asked)
        return url_for("exams.appeal_register", raw_public_id=sitting.public_id, **asked)

    return render_template(
        "exams/appeal_register.html",
        sitting=sitting,
        is_manager=desk is not None and desk.is_manager,
        lines=[_view(line, now) for line in lines],
        wanted=wanted,
        kinds=[(kind.value, words.appeal_kind_words(kind)) for kind in AppealKind],
        tabs=[(s.value, words.register_words(s), counts[s], url(show=s.value)) for s in counts],
        kept=_kept(wanted),
        page=page,
        pages=max(1, -(-total // REGISTER_PAGE)),
        total=total,
        page_url=lambda number: url(page=number),
    )


def _wanted(sitting: SittingView | None) -> RegisterFilter:
    show, kind = request.values.get("show", ""), request.values.get("kind", "")
    return RegisterFilter(
        sitting_id=sitting.id if sitting else None,
        shown=RegisterShown(show) if show in set(RegisterShown) else RegisterShown.OPEN,
        kind=AppealKind(kind) if kind in set(AppealKind) else None,
        search=request.values.get("q", "")[:MAX_SEARCH].replace("\0", ""),
        mine=request.values.get("mine") == "y",
    )


def _kept(wanted: RegisterFilter) -> dict[str, Any]:
    return {
        "show": wanted.shown.value,
        "kind": wanted.kind.value if wanted.kind else None,
        "q": wanted.search or None,
        "mine": "y" if wanted.mine else None,
    }


def _view(line: RegisterLine, now: datetime) -> dict[str, Any]:
    return {
        "line": line,
        "kind": words.appeal_kind_words(line.kind),
        "state": words.appeal_state_words(line.state),
        "is_late": is_overdue(line.state, line.answer_by, now),
    }


@bp.post("/appeals.xlsx")
@requires(APPEAL)
def appeals_xlsx() -> ResponseReturnValue:
    """Give the register as it is filtered as a workbook; the download is in the audit.

    Form: `sitting` (public id, "" for all), `show`, `kind`, `q`, `mine`. NotFound for who answers
    for no appeals at all.
    """
    now, actor = utc_now(), _actor()
    raw_sitting = request.form.get("sitting", "")
    with transaction.reading() as session:
        desk = appeals.get_desk(session, actor, raw_sitting, now) if raw_sitting else None
        sitting = desk.sitting if desk else None
        wanted = _wanted(sitting)
        lines = list(queries.iterate_register(session, actor, wanted, now))
    if not lines:
        raise NotFound("appeals")
    zone = sitting.zone if sitting else current_app.extensions["settings"].default_timezone
    data = write_workbook(
        _columns(),
        _rows(lines, now),
        sheet_name=_("申诉登记"),
        notes=[sitting.title if sitting else _("全部场次"), words.register_words(wanted.shown)],
        notes_name=_("说明"),
        timezone=zone,
    )
    subject = sitting.public_id if sitting else actor.public_id
    details = {"rows": len(lines)}
    audit.log(
        db_session(),
        "appeals.register_downloaded",
        subject,
        actor_id=actor.user_id,
        now=now,
        details=details,
    )
    return send_file(
        io.BytesIO(data), mimetype=XLSX_MIME, as_attachment=True, download_name="appeals.xlsx"
    )


def _columns() -> list[Column]:
    return [
        Column(_("编号"), 14, is_text=True),
        Column(_("场次"), 36, is_text=True),
        Column(_("申诉人"), 14, is_text=True),
        Column(_("事项"), 12, is_text=True),
        Column(_("题号"), 8),
        Column(_("状态"), 12, is_text=True),
        Column(_("提出时间"), 20, is_text=True),
        Column(_("答复期限"), 20, is_text=True),
        Column(_("逾期"), 8, is_text=True),
        Column(_("处理人"), 14, is_text=True),
        Column(_("答复时间"), 20, is_text=True),
    ]


def _rows(lines: list[RegisterLine], now: datetime) -> Iterator[tuple[Any, ...]]:
    for line in lines:
        yield (
            line.number,
            line.sitting_title,
            line.name,
            words.appeal_kind_words(line.kind),
            line.position,
            words.appeal_state_words(line.state)[0],
            line.lodged_at,
            line.answer_by,
            _("是") if is_overdue(line.state, line.answer_by, now) else "",
            line.handler,
            line.decided_at,
        )
