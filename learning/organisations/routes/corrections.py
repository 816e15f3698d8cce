"""Requests for correction: a person files and withdraws, who manages people decides.

The evidence of a stranger is never shown in a page of ours: it is handed out as a file, with a
policy that lets nothing in it run, by a POST, since looking at it is written down.
"""

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from learning.kernel.clock import utc_now
from learning.kernel.errors import Conflict, Invalid, Problem
from learning.kernel.permissions import Actor, Permission
from learning.organisations.queries.corrections import (
    CorrectionDetail,
    count_corrections,
    find_present,
    get_correction,
    list_corrections,
    list_own_corrections,
)
from learning.organisations.routes.blueprint import PAGE_SIZE, page_link, pages_of, search_text
from learning.organisations.routes.correction_parts import (
    CorrectionForm,
    DecisionForm,
    field_words,
    refusal_words,
    state_words,
    type_words,
)
from learning.organisations.rules.corrections import (
    EVIDENCE_KEPT,
    EVIDENCE_TYPES,
    NEEDS_EVIDENCE,
    CorrectionField,
    CorrectionState,
    check_wish,
)
from learning.organisations.services.corrections import (
    accept_correction,
    file_correction,
    open_evidence,
    refuse_correction,
    withdraw_correction,
)
from learning.organisations.words import _
from learning.web import transaction
from learning.web.forms import page_number, refuse_repeated
from learning.web.guards import current_actor, requires
from learning.web.transaction import db_session

OWN = Permission.SELF_PRIVACY
DECIDE = Permission.PRIVACY_DECIDE
FILE_POLICY = "sandbox; default-src 'none'"

corrections_bp = Blueprint("corrections", __name__)


@corrections_bp.before_request
def _each_field_once() -> None:
    refuse_repeated(request.form)


@corrections_bp.teardown_request
def _close_uploads(_error: BaseException | None) -> None:
    """Close the temporary files of uploads at once instead of some time."""
    request.close()


@corrections_bp.get("/account/corrections")
@requires(OWN)
def own() -> ResponseReturnValue:
    """Show what is recorded of the person, and their requests with how they stand."""
    session, actor = db_session(), current_actor()
    present = find_present(session, actor.user_id, utc_now())
    return render_template(
        "organisations/corrections_own.html",
        record=[
            (field.value, field_words(field.value), present[field])
            for field in CorrectionField
            if field is not CorrectionField.OTHER
        ],
        requests=[
            (row, field_words(row.field), *state_words(row.state))
            for row in list_own_corrections(session, actor.user_id)
        ],
    )


@corrections_bp.route("/account/corrections/new", methods=["GET", "POST"])
@requires(OWN)
def new() -> ResponseReturnValue:
    """Ask what is wrong; file the request."""
    form = CorrectionForm()
    form.offer()
    if request.method == "GET":
        return _new_page(form, 200)
    name, content = form.upload()
    is_sound = form.validate()
    wish, problems = check_wish(
        form.field.data or "",
        form.wanted.data or "",
        form.reason.data or "",
        name=name,
        content=content,
    )
    form.show(_unsaid(form, problems))
    if not is_sound or wish is None:
        return _new_page(form, 400)
    try:
        file_correction(db_session(), current_actor(), wish, now=utc_now())
    except Conflict as error:
        db_session().rollback()  # the page answers, so what was begun must not be committed
        form.form_errors.append(refusal_words(error.code))
        return _new_page(form, 409)
    flash(_("申请已提交，处理后在这里看结果。"), "success")
    return redirect(url_for("corrections.own"), 303)


def _unsaid(form: CorrectionForm, problems: list[Problem]) -> list[Problem]:
    """Return the problems of fields of which the form has not said anything yet."""
    return [problem for problem in problems if not form.errors.get(problem.place)]


def _new_page(form: CorrectionForm, status: int) -> tuple[str, int]:
    with transaction.reading() as session:
        present = find_present(session, current_actor().user_id, utc_now())
    html = render_template(
        "organisations/correction_new.html",
        form=form,
        present={field.value: text for field, text in present.items()},
        names={field.value: field_words(field.value) for field in CorrectionField},
        needing=[field_words(field.value) for field in sorted(NEEDS_EVIDENCE)],
        kept_days=EVIDENCE_KEPT.days,
    )
    return html, status


@corrections_bp.post("/account/corrections/<raw_public_id>/withdraw")
@requires(OWN)
def withdraw(raw_public_id: str) -> ResponseReturnValue:
    """Take back one's own request."""
    try:
        withdraw_correction(db_session(), current_actor(), raw_public_id, now=utc_now())
    except Conflict as error:
        db_session().rollback()
        flash(refusal_words(error.code), "error")
    else:
        flash(_("申请已撤回，证明材料已删除。"), "success")
    return redirect(url_for("corrections.own"), 303)


@corrections_bp.get("/corrections")
@requires(DECIDE)
def index() -> ResponseReturnValue:
    """List the requests in reach, those that wait first."""
    session, now, actor, search = db_session(), utc_now(), current_actor(), search_text()
    shown = _shown_state()
    counts = count_corrections(session, actor, now, search=search)
    total = sum(counts.values()) if shown is None else counts[shown]
    page = page_number(request.args)
    lines = list_corrections(
        session,
        actor,
        now,
        state=shown,
        search=search,
        offset=(page - 1) * PAGE_SIZE,
        limit=PAGE_SIZE,
    )
    state = shown.value if shown else ""
    return render_template(
        "organisations/corrections.html",
        lines=[(line, field_words(line.field), *state_words(line.state)) for line in lines],
        tabs=[("", _("全部"), sum(counts.values()))]
        + [(s.value, state_words(s.value)[0], number) for s, number in counts.items()],
        shown=state,
        search=search,
        page=page,
        pages=pages_of(total),
        total=total,
        page_url=page_link("corrections.index", state=state, q=search),
    )


def _shown_state() -> CorrectionState | None:
    try:
        return CorrectionState(request.args.get("state", ""))
    except ValueError:
        return None


@corrections_bp.get("/corrections/<raw_public_id>")
@requires(DECIDE)
def detail(raw_public_id: str) -> ResponseReturnValue:
    """Show a request with what is recorded now, and the ways to decide it."""
    now, actor = utc_now(), current_actor()
    found = get_correction(db_session(), actor, raw_public_id, now)
    return _detail_page(actor, found, DecisionForm(), 200)


def _detail_page(
    actor: Actor, found: CorrectionDetail, form: DecisionForm, status: int
) -> tuple[str, int]:
    row = found.request
    html = render_template(
        "organisations/correction.html",
        found=found,
        row=row,
        field=field_words(row.field),
        state=state_words(row.state),
        file_kind=type_words(row.evidence_type),
        is_name=row.field == CorrectionField.NAME.value,
        tools=_tools(actor, found) if row.field != CorrectionField.NAME.value else [],
        form=form,
        kept_days=EVIDENCE_KEPT.days,
    )
    return html, status


def _tools(actor: Actor, found: CorrectionDetail) -> list[tuple[str, str]]:
    """Return the pages where a change is made, as (label, address), one each organisation."""
    links: list[tuple[str, str]] = []
    for public_id, name in found.places:
        at: dict[str, Any] = {"raw_public_id": public_id}
        if actor.holds(Permission.ORG_ROSTER_IMPORT):
            links.append((_("%(unit)s：花名册", unit=name), url_for("organisations.roster", **at)))
        if actor.holds(Permission.ORG_PEOPLE_READ):
            address = url_for("organisations.people", q=found.name[:100], **at)
            links.append((_("%(unit)s：人员", unit=name), address))
    return links


@corrections_bp.post("/corrections/<raw_public_id>/evidence")
@requires(DECIDE)
def evidence(raw_public_id: str) -> ResponseReturnValue:
    """Hand out the evidence as a file; that somebody looked is written down."""
    file = open_evidence(db_session(), current_actor(), raw_public_id, now=utc_now())
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


@corrections_bp.post("/corrections/<raw_public_id>/decide")
@requires(DECIDE)
def decide(raw_public_id: str) -> ResponseReturnValue:
    """Accept or refuse a request; form: `decision` = accept or refuse, `answer`."""
    now, actor, form = utc_now(), current_actor(), DecisionForm()
    acts = {"accept": accept_correction, "refuse": refuse_correction}
    act = acts.get(request.form.get("decision", ""))
    if act is None:
        raise Invalid([Problem("", None, "decision", "decision", "decision")])
    done = redirect(url_for("corrections.detail", raw_public_id=raw_public_id), 303)
    try:
        act(db_session(), actor, raw_public_id, raw_answer=form.answer.data or "", now=now)
    except Conflict as error:
        db_session().rollback()
        flash(refusal_words(error.code), "error")
        return done
    except Invalid as error:
        db_session().rollback()
        form.show(error.problems)
        with transaction.reading() as session:
            found = get_correction(session, actor, raw_public_id, now)
            return _detail_page(actor, found, form, 400)
    flash(_("已处理，申请人会看到结果。"), "success")
    return done
