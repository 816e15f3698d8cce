"""Certificates that an employer keeps on file: list, one of them, check, withdraw."""

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from learning.certification.forms.external import WithdrawForm
from learning.certification.queries import external as queries
from learning.certification.queries.external import FILTERS, ExternalFilter, ExternalView
from learning.certification.rules.register import WithdrawGround
from learning.certification.services import external as services
from learning.certification.words import _
from learning.certification.words import external as words
from learning.kernel.clock import utc_now
from learning.kernel.documents import Column
from learning.kernel.errors import Conflict, Invalid
from learning.kernel.permissions import Actor, Permission
from learning.organisations.queries.units import UnitView
from learning.organisations.rules.corrections import EVIDENCE_TYPES
from learning.web import transaction
from learning.web.forms import refuse_repeated
from learning.web.guards import current_actor, requires
from learning.web.list_files import AT_ONCE, ListFile, page_by_page, send_list
from learning.web.transaction import db_session

MANAGE = Permission.EXTERNAL_MANAGE
MAX_SEARCH = 100
FILE_POLICY = "sandbox; default-src 'none'"

bp = Blueprint("external", __name__, url_prefix="/external-certificates")


@bp.get("")
@requires(MANAGE)
def index() -> ResponseReturnValue:
    """List an organisation's certificates, filtered; without a choice the first organisation's."""
    session, now, actor = db_session(), utc_now(), current_actor()
    refuse_repeated(request.args)
    organisations = queries.list_organisations(session, actor, now)
    raw_unit = request.args.get("unit", "")
    organisation = (
        queries.get_organisation(session, actor, raw_unit, now)
        if raw_unit
        else next(iter(organisations), None)
    )
    if organisation is None:
        return render_template("certification/external/none.html")
    wanted = _wanted(request.args)
    found, after = queries.list_external(
        session, organisation.id, wanted, now, raw_after=request.args.get("after", "")
    )
    kept: dict[str, Any] = {
        "unit": organisation.public_id,
        "show": wanted.shown,
        "q": wanted.search or None,
    }
    counts = queries.count_waiting(session, organisation.id, now)
    return render_template(
        "certification/external/index.html",
        organisations=organisations,
        organisation=organisation,
        rows=[_line(one) for one in found],
        filters=[(key, text, counts[key]) for key, text in words.external_filters()],
        wanted=wanted,
        is_first="after" not in request.args,
        next_url=url_for("external.index", **kept, after=after) if after else None,
        first_url=url_for("external.index", **kept),
    )


@bp.post("/register.xlsx")
@requires(MANAGE)
def register_xlsx() -> Response:
    """Give an organisation's certificates that fit the filter as .xlsx, in the page's order."""
    now = utc_now()
    refuse_repeated(request.form)
    organisation = organisation_in_reach(request.form.get("unit", ""))
    wanted = _wanted(request.form)
    chosen = dict(words.external_filters())[wanted.shown]
    notes = [organisation.name, _("条件：%(state)s", state=chosen)]
    if wanted.search:
        notes.append(_("搜索：%(words)s", words=wanted.search))
    file = ListFile(
        "external-certificates", _("外发证"), _columns(), notes, _("说明"), organisation.timezone
    )
    return send_list(
        file,
        lambda session: (
            words.external_row(one)
            for one in page_by_page(
                lambda after: queries.list_external(
                    session, organisation.id, wanted, now, raw_after=after or "", limit=AT_ONCE
                )[0],
                lambda one: one.row.public_id,
            )
        ),
        act="external.downloaded",
        subject=organisation.public_id,
        details={"show": wanted.shown, "search": wanted.search},
        now=now,
    )


def _wanted(given: MultiDict[str, str]) -> ExternalFilter:
    shown = given.get("show", "")
    return ExternalFilter(
        shown if shown in FILTERS else FILTERS[0], given.get("q", "")[:MAX_SEARCH]
    )


def _columns() -> list[Column]:
    return [
        Column(_("持证人"), 16, is_text=True),
        Column(_("工号"), 14, is_text=True),
        Column(_("系统编号"), 30, is_text=True),
        Column(_("证书种类"), 28, is_text=True),
        Column(_("证书编号"), 24, is_text=True),
        Column(_("发证机关"), 28, is_text=True),
        Column(_("有效期自"), 12, is_text=True),
        Column(_("有效期至"), 12, is_text=True),
        Column(_("下次复审日期"), 14, is_text=True),
        Column(_("状态"), 14, is_text=True),
        Column(_("记录"), 60, is_text=True),
    ]


@bp.get("/certificates/<raw_public_id>")
@requires(MANAGE)
def detail(raw_public_id: str) -> ResponseReturnValue:
    """Show a certificate with its scans and everything that was on file before it."""
    session, now, actor = db_session(), utc_now(), current_actor()
    found = queries.get_external(session, actor, raw_public_id, now)
    history = queries.list_history(session, found.row, now)
    return render_template(
        "certification/external/detail.html",
        one=found,
        state=words.external_state_words(found.state),
        days=words.external_days(found),
        may_check=_may_check(actor, found),
        is_open=found.row.withdrawn_at is None,
        history=[_line(one) for one in history],
        entries=words.external_entries(found),
        organisation=queries.get_organisation_of(session, actor, found.row.organisation_id, now),
    )


def _line(one: ExternalView) -> tuple[ExternalView, tuple[str, str], tuple[str, str, str]]:
    return one, words.external_state_words(one.state), words.external_days(one)


def _may_check(actor: Actor, found: ExternalView) -> bool:
    row = found.row
    is_waiting = row.checked_at is None and row.withdrawn_at is None
    return is_waiting and actor.user_id not in {row.entered_by, row.user_id}


@bp.post("/certificates/<raw_public_id>/check")
@requires(MANAGE)
def check(raw_public_id: str) -> ResponseReturnValue:
    """Say that the paper was seen and is as entered."""
    services.check(db_session(), current_actor(), raw_public_id, now=utc_now())
    flash(_("已核对，从现在起计入持证。"), "success")
    return redirect(url_for("external.detail", raw_public_id=raw_public_id), 303)


@bp.route("/certificates/<raw_public_id>/withdraw", methods=["GET", "POST"])
@requires(MANAGE)
def withdraw(raw_public_id: str) -> ResponseReturnValue:
    """Take a certificate off the file, with a reason."""
    with transaction.reading() as session:
        found = queries.get_external(session, current_actor(), raw_public_id, utc_now())
    if found.row.withdrawn_at is not None:
        raise Conflict("external_closed")
    form = WithdrawForm()
    form.offer()
    if not form.validate_on_submit():
        return _withdraw_page(form, found)
    try:
        services.withdraw(
            db_session(),
            current_actor(),
            raw_public_id,
            ground=WithdrawGround(form.ground.data),
            reason=form.reason.data,
            now=utc_now(),
        )
    except Invalid as error:
        db_session().rollback()  # the page answers, so what was begun must not be committed
        form.show(error.problems)
        return _withdraw_page(form, found)
    flash(_("已撤下。记录保留。"), "success")
    return redirect(url_for("external.detail", raw_public_id=raw_public_id), 303)


def _withdraw_page(form: WithdrawForm, found: ExternalView) -> ResponseReturnValue:
    page = render_template("certification/external/withdraw.html", form=form, one=found)
    return page, 400 if request.method == "POST" else 200


@bp.get("/certificates/<raw_public_id>/scans/<raw_scan_id>")
@requires(MANAGE)
def scan(raw_public_id: str, raw_scan_id: str) -> ResponseReturnValue:
    """Hand out a scan; that somebody looked is written down."""
    session, actor, now = db_session(), current_actor(), utc_now()
    found = queries.get_external(session, actor, raw_public_id, now)
    file = services.open_scan(session, actor, found, raw_scan_id, now)
    way = "inline" if file.media_type.startswith("image/") else "attachment"
    return Response(
        file.content,
        content_type=file.media_type,
        headers={
            "Content-Disposition": f'{way}; filename="scan.{EVIDENCE_TYPES[file.media_type]}"',
            "Content-Security-Policy": FILE_POLICY,
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "private, no-store",
        },
    )


def organisation_in_reach(raw_unit_id: str) -> UnitView:
    """Return the organisation of an address; raise NotFound out of reach."""
    with transaction.reading() as session:
        return queries.get_organisation(session, current_actor(), raw_unit_id, utc_now())
