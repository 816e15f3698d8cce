"""Learning outside: a person hands in and withdraws; HR looks at the proof and decides.

The file of a stranger is never shown in a page of ours: it is handed out as a file, with a policy
that lets nothing in it run, by a POST, since looking at it is written down.
"""

from decimal import Decimal

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from learning.kernel.clock import utc_now
from learning.kernel.errors import Conflict, Invalid
from learning.kernel.permissions import Permission
from learning.organisations.rules.corrections import EVIDENCE_TYPES, Evidence, check_evidence
from learning.study.forms import ClaimForm, DecisionForm
from learning.study.queries import claims as queries
from learning.study.queries import rule_in_force
from learning.study.queries.contests import (
    find_credit_of_claim,
    find_proof_of_claim,
    still_passes,
)
from learning.study.routes.blueprint import bp, settings, zone
from learning.study.rules.claims import Claim, ClaimState, milli_of
from learning.study.rules.hours import Field, start_of_day
from learning.study.rules.statements import hours_text
from learning.study.services import claims as services
from learning.study.words import _
from learning.study.words.claims import (
    claim_row,
    file_problem,
    flag_words,
    problem_words,
    refusal_words,
    state_words,
)
from learning.study.words.contests import confirmed_words
from learning.web import transaction
from learning.web.forms import page_number
from learning.web.guards import current_actor, requires
from learning.web.transaction import db_session

OWN = Permission.SELF_COURSE_LEARN
DECIDE = Permission.STUDY_DECIDE
LOST = "lost"
FILE_POLICY = "sandbox; default-src 'none'"


@bp.teardown_request
def _close_uploads(_error: BaseException | None) -> None:
    """Close the temporary files of uploads at once instead of some time."""
    request.close()


@bp.get("/claims")
@requires(OWN)
def claims() -> ResponseReturnValue:
    """Show what one handed in and how it stands."""
    found = queries.list_own_claims(db_session(), current_actor().user_id)
    return render_template("study/claims.html", rows=[claim_row(one) for one in found])


@bp.route("/claims/new", methods=["GET", "POST"])
@requires(OWN)
def new_claim() -> ResponseReturnValue:
    """Ask what was learned elsewhere, with the proof; hand it in."""
    form = ClaimForm()
    if request.method == "GET":
        return _new_page(form)
    name, content = form.upload()
    evidence, faults = check_evidence(name, content)
    is_sound = form.validate()
    if evidence is None:
        code = faults[0].code if faults else "evidence_missing"
        form.evidence.errors = [file_problem(code)]
    if not is_sound or evidence is None:
        return _new_page(form), 400
    claim = Claim(
        form.title.data,
        form.issuer.data,
        Field(form.field.data),
        form.first_day.data,
        form.last_day.data,
        milli_of(form.hours.data),
        evidence,
    )
    try:
        services.hand_in(db_session(), current_actor(), claim, zone=zone(), now=utc_now())
    except (Invalid, Conflict) as error:
        db_session().rollback()  # the page answers, so what was begun must not be committed
        if isinstance(error, Invalid):
            form.show(error.problems, problem_words())
        else:
            form.form_errors.append(refusal_words(error.code))
        return _new_page(form), 400
    flash(_("已提交，单位审批后在这里看结果。"), "success")
    return redirect(url_for("study.claims"), 303)


def _new_page(form: ClaimForm) -> str:
    months = settings().study_proof_months
    return render_template("study/claim_new.html", form=form, proof_months=months)


@bp.post("/claims/<raw_public_id>/withdraw")
@requires(OWN)
def withdraw_claim(raw_public_id: str) -> ResponseReturnValue:
    """Take back one's own claim."""
    try:
        services.withdraw_claim(db_session(), current_actor(), raw_public_id, now=utc_now())
    except Conflict as error:
        db_session().rollback()
        flash(refusal_words(error.code), "error")
    else:
        flash(_("已撤回，证明材料已删除。"), "success")
    return redirect(url_for("study.claims"), 303)


@bp.post("/claims/<raw_public_id>/evidence")
@requires(OWN)
def own_evidence(raw_public_id: str) -> Response:
    """Hand the proof out to its owner."""
    return _file(services.own_evidence(db_session(), current_actor(), raw_public_id))


@bp.post("/desk/<raw_public_id>/evidence")
@requires(DECIDE)
def claim_evidence(raw_public_id: str) -> Response:
    """Hand the proof out to who decides; that somebody looked is written down."""
    return _file(
        services.open_evidence(db_session(), current_actor(), raw_public_id, now=utc_now())
    )


def _file(file: Evidence) -> Response:
    # The sender's name of the file stays out of the headers.
    name = f"evidence.{EVIDENCE_TYPES[file.media_type]}"
    return Response(
        file.content,
        content_type=file.media_type,
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Content-Security-Policy": FILE_POLICY,
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "no-store",
        },
    )


@bp.get("/desk")
@requires(DECIDE)
def desk() -> ResponseReturnValue:
    """List the claims in reach by how they stand, first those that wait."""
    session, now, actor = db_session(), utc_now(), current_actor()
    raw = request.args.get("state", "")
    known = {state.value for state in ClaimState}
    state = ClaimState(raw) if raw in known else ClaimState.PENDING
    lost = queries.count_lost(session, actor, now)
    is_lost = raw == LOST and bool(lost)
    if is_lost:
        state = ClaimState.APPROVED
    counts, page = queries.count_claims(session, actor, now), page_number(request.args)
    found = queries.list_claims(
        session,
        actor,
        now,
        state=state,
        is_lost=is_lost,
        offset=(page - 1) * queries.PAGE_SIZE,
    )
    total = lost if is_lost else counts[state]
    shown = LOST if is_lost else state.value
    tabs = [(s.value, state_words(s)[0], number) for s, number in counts.items()]
    units = queries.unit_of_claimant(session, [one.user_id for one in found], now)
    return render_template(
        "study/desk.html",
        rows=[(claim_row(one), units.get(one.user_id, "")) for one in found],
        tabs=[*tabs, (LOST, _("竞赛成绩已失效"), lost)] if lost else tabs,
        shown=shown,
        total=total,
        page=page,
        pages=max(1, -(-total // queries.PAGE_SIZE)),
        page_url=lambda number: url_for("study.desk", state=shown, page=number),
    )


@bp.get("/desk/<raw_public_id>")
@requires(DECIDE)
def claim(raw_public_id: str) -> ResponseReturnValue:
    """Show a claim with what to look at, and the ways to decide it."""
    return _claim_page(raw_public_id, None)


def _claim_page(raw_public_id: str, form: DecisionForm | None) -> ResponseReturnValue:
    with transaction.reading() as session:
        now = utc_now()
        found = queries.get_claim(session, current_actor(), raw_public_id, now)
        rule = rule_in_force(session, start_of_day(found.last_day, zone()))
        flags = queries.flags_of(session, found, rule, zone())
        units = queries.unit_of_claimant(session, [found.user_id], now)
        proof = find_proof_of_claim(session, found.public_id)
        passes = proof is not None and proof.revoked_at is None and still_passes(session, proof)
        credit = (
            find_credit_of_claim(session, found.user_id, found.public_id) if found.lost_at else None
        )
    shown = form or DecisionForm(formdata=None, data={"hours": Decimal(found.hours_milli) / 1000})
    page = render_template(
        "study/claim.html",
        row=claim_row(found),
        unit=units.get(found.user_id, ""),
        flags=[flag_words(flag) for flag in flags],
        form=shown,
        is_own=found.user_id == current_actor().user_id,
        minutes_per_hour=rule.minutes_per_hour,
        contest=proof.contest if proof else "",
        confirmed=confirmed_words(proof.document, passes=passes) if proof else "",
        credit=credit,
    )
    return page, 400 if form else 200


@bp.post("/desk/<raw_public_id>/decide")
@requires(DECIDE)
def decide_claim(raw_public_id: str) -> ResponseReturnValue:
    """Approve a claim, whole or less of it, or refuse it; form: `decision`, `hours`, `answer`."""
    session, actor, now, form = db_session(), current_actor(), utc_now(), DecisionForm()
    decision, answer = request.form.get("decision", ""), form.answer.data or ""
    if decision not in {"approve", "refuse"}:
        raise Invalid([])
    queries.get_claim(session, actor, raw_public_id, now)  # foreign is missing, whatever is typed
    try:
        if decision == "refuse":
            services.refuse_claim(session, actor, raw_public_id, raw_answer=answer, now=now)
            flash(_("已退回，本人会看到原因。"), "success")
        elif not form.validate():
            return _claim_page(raw_public_id, form)
        else:
            credited = services.approve_claim(
                session,
                actor,
                raw_public_id,
                hours_milli=milli_of(form.hours.data),
                raw_answer=answer,
                zone=zone(),
                now=now,
            )
            flash(_("已批准，记入 %(n)s 学时。", n=hours_text(credited)), "success")
    except Conflict as error:
        session.rollback()
        flash(refusal_words(error.code), "error")
    except Invalid as error:
        session.rollback()
        form.show(error.problems, problem_words())
        return _claim_page(raw_public_id, form)
    return redirect(url_for("study.claim", raw_public_id=raw_public_id), 303)
