"""The examiner reviews applications.

A stranger's file is never shown in a page of ours: it is handed out as a file, with a policy that
lets nothing in it run, by a POST, since looking at it is written down.
"""

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from learning.exams import queries, services, words
from learning.exams.forms import DecideForm, accommodation_values
from learning.exams.queries import ApplicationView, SittingView
from learning.exams.queries.carrying import EarlierAccommodation, find_earlier_accommodation
from learning.exams.routes.blueprint import bp
from learning.exams.rules import Accommodation, ApplicationState, Decision
from learning.exams.words import _
from learning.kernel.clock import utc_now
from learning.kernel.errors import Conflict, Invalid, Problem
from learning.kernel.permissions import Permission
from learning.organisations.rules.corrections import EVIDENCE_TYPES
from learning.web import transaction
from learning.web.forms import page_number
from learning.web.guards import current_actor, requires
from learning.web.transaction import db_session

MANAGE = Permission.SITTING_MANAGE
FILE_POLICY = "sandbox; default-src 'none'"
MAX_SEARCH = 100


@bp.get("/<raw_public_id>/applications")
@requires(MANAGE)
def applications(raw_public_id: str) -> ResponseReturnValue:
    """List the applications to a sitting; those that wait first."""
    now, session = utc_now(), db_session()
    page, search = page_number(request.args), request.args.get("q", "")[:MAX_SEARCH]
    sitting = queries.get_managed(session, current_actor(), raw_public_id, now)
    state = _state(request.args.get("state", ApplicationState.SUBMITTED.value))
    total = queries.count_applications(session, sitting.id, state=state, search=search)
    lines = queries.list_applications(
        session,
        sitting.id,
        state=state,
        search=search,
        offset=(page - 1) * queries.PAGE_SIZE,
        limit=queries.PAGE_SIZE,
    )
    chosen = state.value if state else "all"
    return render_template(
        "exams/applications.html",
        sitting=sitting,
        lines=[
            (line, words.application_words(line.state, is_signed=line.is_signed)) for line in lines
        ],
        tabs=[
            *((each.value, words.application_words(each)[0]) for each in ApplicationState),
            ("all", _("全部")),
        ],
        chosen=chosen,
        search=search,
        page=page,
        pages=max(1, -(-total // queries.PAGE_SIZE)),
        total=total,
        page_url=lambda number: url_for(
            "exams.applications",
            raw_public_id=sitting.public_id,
            page=number,
            state=chosen,
            q=search or None,
        ),
    )


def _state(raw: str) -> ApplicationState | None:
    if raw == "all":
        return None
    try:
        return ApplicationState(raw)
    except ValueError:
        raise Invalid([Problem("", None, "state", "state", "state")]) from None


@bp.get("/<raw_public_id>/applications/<raw_application_id>")
@requires(MANAGE)
def review(raw_public_id: str, raw_application_id: str) -> ResponseReturnValue:
    """Show one application."""
    return _review_page(raw_public_id, raw_application_id, DecideForm(formdata=None))


def _review_page(
    raw_public_id: str, raw_application_id: str, form: DecideForm
) -> ResponseReturnValue:
    with transaction.reading() as session:
        sitting = queries.get_managed(session, current_actor(), raw_public_id, utc_now())
        found = queries.get_application(session, sitting.id, raw_application_id)
        earlier = find_earlier_accommodation(session, sitting, found.user_id)
    if not form.is_submitted():  # a form that comes back keeps what its reader had read
        form = _decide_form(sitting, found, earlier)
    page = render_template(
        "exams/review.html",
        sitting=sitting,
        application=found,
        badge_words=words.application_words(found.state, is_signed=found.agreed_at is not None),
        may_decide=found.state is ApplicationState.SUBMITTED,
        form=form,
        earlier=earlier and words.earlier_words(earlier, sitting.rules.limit_minutes),
    )
    return page, 400 if request.method == "POST" else 200


def _decide_form(
    sitting: SittingView, found: ApplicationView, earlier: EarlierAccommodation | None
) -> DecideForm:
    """Return the form with what stands there now, and what an earlier sitting hands on."""
    held = earlier.accommodation if earlier and earlier.holds else Accommodation()
    values = accommodation_values(held, sitting.opens_at, sitting.zone)
    return DecideForm(formdata=None, data={**values, "seen": found.version})


@bp.post("/<raw_public_id>/applications/<raw_application_id>/decide")
@requires(MANAGE)
def decide(raw_public_id: str, raw_application_id: str) -> ResponseReturnValue:
    """Accept, return or refuse an application; form: `decision`, `answer`, accommodation."""
    form, raw = DecideForm(), request.form.get("decision", "")
    if raw not in {*Decision}:
        raise Invalid([Problem("", None, "decision", "decision", "decision")])
    decision = Decision(raw)
    if form.validate() and decision is not Decision.ACCEPT and not (form.answer.data or "").strip():
        form.answer.errors = [_("请写明理由，报考人会看到。")]
    if form.errors:
        return _review_page(raw_public_id, raw_application_id, form)
    try:
        services.decide_application(
            db_session(),
            current_actor(),
            raw_public_id,
            raw_application_id=raw_application_id,
            review=form.review(decision),
            now=utc_now(),
        )
    except Conflict as refused:
        if refused.code != "resit_refused":
            raise
        form.answer.errors = [words.refused_words(refused.data)]
        return _review_page(raw_public_id, raw_application_id, form)
    flash(words.decision_words(decision), "success")
    return redirect(url_for("exams.applications", raw_public_id=raw_public_id), 303)


@bp.post("/<raw_public_id>/applications/<raw_application_id>/files/<raw_file_id>")
@requires(MANAGE)
def application_file(
    raw_public_id: str, raw_application_id: str, raw_file_id: str
) -> ResponseReturnValue:
    """Hand out a file of an application; that somebody looked is written down."""
    file = services.open_file(
        db_session(),
        current_actor(),
        raw_public_id,
        raw_application_id=raw_application_id,
        raw_file_id=raw_file_id,
        now=utc_now(),
    )
    # The sender's name of the file stays out of the headers.
    name = f"file.{EVIDENCE_TYPES[file.media_type]}"
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
