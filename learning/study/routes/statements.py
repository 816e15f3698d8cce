"""Certificates of hours: give one out, keep it as PDF; anybody verifies it by its code."""

import io

from flask import Response, flash, redirect, render_template, send_file, url_for
from flask.typing import ResponseReturnValue

from learning.certification.rules import normalised_code
from learning.kernel.clock import utc_now
from learning.kernel.errors import Conflict, Invalid
from learning.kernel.permissions import Permission
from learning.study import presentation, queries, services, words
from learning.study.forms import StatementForm
from learning.study.queries.contests import ProofView, find_proof_by_code, still_passes
from learning.study.routes.blueprint import bp, settings, zone
from learning.study.rules.hours import span_of
from learning.study.rules.statements import hours_text
from learning.study.words import _
from learning.study.words.contests import proof_rows
from learning.web.guards import current_actor, public, requires
from learning.web.transaction import db_session


@bp.post("/statements")
@requires(Permission.SELF_COURSE_LEARN)
def issue() -> ResponseReturnValue:
    """Give out a certificate of the hours between two days."""
    form, back = StatementForm(), url_for("study.index", _anchor="statements")
    if not form.validate():
        flash(_("请填起止日期。"), "error")
        return redirect(back, 303)
    span = span_of(form.first.data, form.last.data, zone())
    try:
        services.issue_statement(db_session(), current_actor(), span, zone=zone(), now=utc_now())
    except Invalid:
        flash(_("结束日期要在开始日期之后，最多十年。"), "error")
    except Conflict as error:
        flash(words.statement_problem(error.code), "error")
    else:
        flash(_("学时证明已生成，可以下载。"), "success")
    return redirect(back, 303)


@bp.get("/statements/<raw_public_id>.pdf")
@requires(Permission.SELF_COURSE_LEARN)
def statement_pdf(raw_public_id: str) -> Response:
    """Give one's own certificate of hours as a file."""
    view = queries.get_statement(db_session(), current_actor().user_id, raw_public_id)
    base = settings().external_url.rstrip("/")
    address = base + url_for("study.verify", raw_code=view.code)
    content = presentation.as_pdf(view, address)
    reply = send_file(
        io.BytesIO(content),
        mimetype="application/pdf",
        as_attachment=True,
        download_name=f"study-hours-{view.statement.first_day}-{view.statement.last_day}.pdf",
    )
    reply.headers["Cache-Control"] = "private, no-store"
    return reply


@bp.get("/verify/<raw_code>")
@public
def verify(raw_code: str) -> ResponseReturnValue:
    """Show what the certificate of hours with this code says: where its QR code leads."""
    code = normalised_code(raw_code)
    view = queries.find_statement_by_code(db_session(), code) if code else None
    proof = find_proof_by_code(db_session(), code) if code and view is None else None
    if proof is not None:
        return _verify_contest(proof)
    later = None
    if view is not None:
        found = queries.later_by_statement(db_session(), view.user_id, [view], zone())
        later = found[view.public_id] if found[view.public_id].lines else None
    page = render_template(
        "study/verify.html",
        view=view,
        later=later,
        hours_now=hours_text(later.hours_milli) if later else "",
        professional_now=hours_text(later.professional_milli) if later else "",
        hours=hours_text(view.statement.hours_milli) if view else "",
        professional=hours_text(view.statement.professional_milli) if view else "",
        checked_at=utc_now(),
    )
    return _unlisted(page, 200 if view else 404)


def _verify_contest(proof: ProofView) -> Response:
    """Show what the proof of a contest's hours says, while its result passes."""
    is_valid = proof.is_intact and proof.revoked_at is None and still_passes(db_session(), proof)
    page = render_template(
        "study/verify_contest.html",
        proof=proof,
        rows=proof_rows(proof.document),
        is_valid=is_valid,
        checked_at=utc_now(),
    )
    return _unlisted(page, 200)


def _unlisted(page: str, status: int) -> Response:
    reply = Response(page, status)
    reply.headers["X-Robots-Tag"] = "noindex, nofollow"
    return reply
