"""Hours for a pass of a contest: one makes the proof, keeps it as PDF, and hands it in to HR."""

import io

from flask import Response, flash, redirect, render_template, send_file, url_for
from flask.typing import ResponseReturnValue

from learning.competitions.queries import get_published
from learning.competitions.queries.hours import find_pledge, is_pass_told
from learning.competitions.words.rules import pledge_words
from learning.kernel.clock import utc_now
from learning.kernel.errors import Conflict, NotFound
from learning.kernel.permissions import Permission
from learning.organisations.queries import organisation_of
from learning.study import presentation
from learning.study.queries.contests import (
    ProofView,
    find_live_claim,
    find_own_proof,
    find_told_document,
)
from learning.study.routes.blueprint import bp, settings, zone
from learning.study.rules.statements import hours_text
from learning.study.services import contests as services
from learning.study.words import _
from learning.study.words.claims import state_words
from learning.study.words.contests import proof_rows, refusal_words
from learning.web import transaction
from learning.web.guards import current_actor, requires
from learning.web.transaction import db_session

OWN = Permission.SELF_COURSE_LEARN


@bp.get("/contests/<raw_contest>")
@requires(OWN)
def contest(raw_contest: str) -> ResponseReturnValue:
    """Show what a pass of a contest is worth, one's own pass, and what became of it."""
    session, now, actor = db_session(), utc_now(), current_actor()
    competition = get_published(session, raw_contest)
    pledge = find_pledge(session, competition.id)
    if pledge is None:
        raise NotFound("contest")
    document = find_told_document(session, competition, actor.user_id, zone=zone(), now=now)
    proof = find_own_proof(session, actor.user_id, competition.public_id)
    live = find_live_claim(session, proof.id) if proof else None
    return render_template(
        "study/contest.html",
        contest=competition.public_id,
        title=competition.title,
        rule=pledge_words(pledge),
        is_told=is_pass_told(session, competition, now),
        rows=proof_rows(document) if document else [],
        hours=hours_text(pledge.hours_milli),
        is_made=proof is not None and proof.revoked_at is None and proof.document == document,
        is_lost=proof is not None and document is None,
        claim=state_words(live[1]) if live else None,
        has_unit=organisation_of(session, actor.user_id, now) is not None,
    )


@bp.post("/contests/<raw_contest>/proof")
@requires(OWN)
def make_contest_proof(raw_contest: str) -> ResponseReturnValue:
    """Make the proof of one's pass, or renew it."""
    try:
        services.make_proof(db_session(), current_actor(), raw_contest, zone=zone(), now=utc_now())
    except Conflict as error:
        db_session().rollback()
        flash(refusal_words(error.code), "error")
    else:
        flash(_("学时证明已生成，可以下载，也可以交单位审批。"), "success")
    return _to_contest(raw_contest)


@bp.get("/contests/<raw_contest>/proof.pdf")
@requires(OWN)
def contest_pdf(raw_contest: str) -> Response:
    """Give one's own proof as a file."""
    proof = find_own_proof(db_session(), current_actor().user_id, raw_contest)
    if proof is None or proof.revoked_at is not None:
        raise NotFound("proof")
    reply = send_file(
        io.BytesIO(_pdf(proof)),
        mimetype="application/pdf",
        as_attachment=True,
        download_name=f"contest-hours-{proof.document.passed_day}.pdf",
    )
    reply.headers["Cache-Control"] = "private, no-store"
    return reply


@bp.post("/contests/<raw_contest>/hand-in")
@requires(OWN)
def hand_in_contest_proof(raw_contest: str) -> ResponseReturnValue:
    """Hand the proof in to HR; the paper is set before anything is written."""
    with transaction.reading() as session:
        proof = find_own_proof(session, current_actor().user_id, raw_contest)
    try:
        services.hand_in_proof(
            db_session(),
            current_actor(),
            raw_contest,
            pdf=_pdf(proof) if proof else b"",
            zone=zone(),
            now=utc_now(),
        )
    except Conflict as error:
        db_session().rollback()
        flash(refusal_words(error.code), "error")
        return _to_contest(raw_contest)
    flash(_("已提交，单位审批后在这里看结果。"), "success")
    return redirect(url_for("study.claims"), 303)


def _pdf(proof: ProofView) -> bytes:
    base = settings().external_url.rstrip("/")
    address = base + url_for("study.verify", raw_code=proof.code)
    return presentation.contest_pdf(proof, address, zone())


def _to_contest(raw_contest: str) -> ResponseReturnValue:
    return redirect(url_for("study.contest", raw_contest=raw_contest), 303)
