"""The decider's pages: what waits, one file with its evidence, and many at once with a preview."""

from datetime import datetime

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from learning.certification import queries, services
from learning.certification.forms.terms import DecisionForm
from learning.certification.queries.appeals import count_register
from learning.certification.queries.deciding import (
    QUEUE_PAGE,
    count_ready,
    get_decidable,
    list_decisions_of,
    list_involved,
    list_ready,
)
from learning.certification.queries.papers import (
    list_declarations,
    list_projects,
    of_person,
    projects_of,
)
from learning.certification.queries.standings import get_standing
from learning.certification.routes.files import deeds_of, groups_of
from learning.certification.rules.deciding import Outcome, parts_of
from learning.certification.words import _
from learning.certification.words import terms as words
from learning.certification.words.papers import declaration_state_words, project_state_words
from learning.exams.queries.involvement import selves_of
from learning.kernel.clock import utc_now
from learning.kernel.db import from_us, to_us
from learning.kernel.errors import Invalid
from learning.kernel.permissions import Permission
from learning.web import transaction
from learning.web.forms import refuse_repeated
from learning.web.guards import current_actor, requires
from learning.web.teaching import teachers
from learning.web.transaction import db_session

bp = Blueprint("deciding", __name__, url_prefix="/award-decisions")
DECIDE = Permission.CERTIFICATE_DECIDE


@bp.before_request
def _each_field_once() -> None:
    """Each field once, but for the files that were chosen."""
    refuse_repeated(MultiDict((k, v) for k, v in request.form.items(multi=True) if k != "file"))


@bp.get("")
@requires(DECIDE)
def index() -> ResponseReturnValue:
    """List the files that wait for a decision, longest first."""
    session, now, actor = db_session(), utc_now(), current_actor()
    scheme = request.args.get("scheme", "")
    files = list_ready(session, actor, now, raw_scheme=scheme, after=_after())
    involved = list_involved(session, files, teachers()) if files else {}
    selves = selves_of(session, actor.user_id)
    return render_template(
        "certification/decisions.html",
        lines=[
            (
                file,
                words.purpose_words(file.purpose),
                words.part_words(parts_of(selves, involved[file.id])),
            )
            for file in files
        ],
        schemes=count_ready(session, actor, now),
        scheme=scheme,
        next_url=_next_url(files, scheme),
        appeals=count_register(session, actor, now)[0],
    )


def _after() -> tuple[datetime, int] | None:
    """Return where the page begins: after "microseconds-row"; anything else is the beginning."""
    since, _dash, row_id = request.args.get("after", "").partition("-")
    if not (since.isascii() and since.isdigit() and row_id.isascii() and row_id.isdigit()):
        return None
    if len(since) > 16 or len(row_id) > 18:
        return None
    return from_us(int(since)), int(row_id)


def _next_url(files: list[queries.FileView], scheme: str) -> str | None:
    if len(files) < QUEUE_PAGE or files[-1].ready_at is None:
        return None
    after = f"{to_us(files[-1].ready_at)}-{files[-1].id}"
    return url_for("deciding.index", scheme=scheme or None, after=after)


@bp.get("/<raw_public_id>")
@requires(DECIDE)
def detail(raw_public_id: str) -> ResponseReturnValue:
    """Show a file with its evidence, and decide on it."""
    return _page(raw_public_id, DecisionForm(formdata=None))


def _page(raw_public_id: str, form: DecisionForm) -> ResponseReturnValue:
    session, now, actor = db_session(), utc_now(), current_actor()
    file = get_decidable(session, actor, raw_public_id, now)
    found = get_standing(session, file, now)
    parts = parts_of(
        selves_of(session, actor.user_id), list_involved(session, [file], teachers())[file.id]
    )
    deeds = queries.list_deeds(session, file.scheme_id, file.user_id)
    earned = {deed.measure.get("project") for deed in deeds if deed.is_used}
    projects = list_projects(session, projects_of(file.user_id, file.scheme_id))
    page = render_template(
        "certification/decision.html",
        file=file,
        form=form,
        purpose=words.purpose_words(file.purpose),
        state=words.file_state_words(file),
        held=found.held,
        version=found.terms.number,
        is_met=found.standing.is_met,
        why_not=words.part_words(parts),
        groups=groups_of(found.standing, file),
        deeds=deeds_of(deeds),
        projects=[(one, project_state_words(one.state)) for one in projects],
        may_review_again=bool(projects) and projects[-1].public_id not in earned,
        declarations=[
            (one, words.kind_words(one.kind), declaration_state_words(one.state))
            for one in list_declarations(session, of_person(file.user_id, file.scheme_id))
        ],
        decisions=[
            (decision, words.outcome_words(decision.outcome))
            for decision in list_decisions_of(session, file.id)
        ],
    )
    return page, 400 if form.errors else 200


@bp.post("/<raw_public_id>")
@requires(DECIDE)
def decide(raw_public_id: str) -> ResponseReturnValue:
    """Grant or refuse."""
    actor, now = current_actor(), utc_now()
    with transaction.reading() as session:
        get_decidable(session, actor, raw_public_id, now)
    form = DecisionForm()
    outcome = Outcome.GRANTED if request.form.get("act") == "grant" else Outcome.REFUSED
    if not form.validate():
        return _page(raw_public_id, form)
    try:
        issued = services.decide_file(
            db_session(),
            actor,
            raw_public_id,
            outcome=outcome,
            reason=form.reason.data or "",
            teachers=teachers(),
            now=now,
        )
    except Invalid as error:
        db_session().rollback()  # the page answers, so what was begun must not be committed
        form.reason.errors = [words.terms_problem_words(one) for one in error.problems]
        return _page(raw_public_id, form)
    if issued is None:
        flash(_("已决定不予发证，申请人已收到通知。"), "success")
    else:
        flash(_("已准予发证，证书编号 %(number)s。", number=issued.number), "success")
    return redirect(url_for("deciding.index"), 303)


@bp.post("/preview")
@requires(DECIDE)
def preview() -> ResponseReturnValue:
    """Say what granting the chosen files would do."""
    try:
        verdicts = services.preview(
            db_session(),
            current_actor(),
            request.form.getlist("file"),
            teachers=teachers(),
            now=utc_now(),
        )
    except Invalid as error:
        flash(words.terms_problem_words(error.problems[0]), "error")
        return redirect(url_for("deciding.index"), 303)
    return render_template(
        "certification/decisions_preview.html",
        verdicts=[
            (
                one,
                words.purpose_words(one.file.purpose),
                words.part_words(one.parts) or words.refusal_words(one.refusal)
                if one.refusal
                else "",
            )
            for one in verdicts
        ],
        granted=sum(not one.refusal for one in verdicts),
    )


@bp.post("/grant")
@requires(DECIDE)
def grant() -> ResponseReturnValue:
    """Grant the chosen files that can be."""
    try:
        granted, left = services.grant_many(
            db_session(),
            current_actor(),
            request.form.getlist("file"),
            teachers=teachers(),
            now=utc_now(),
        )
    except Invalid as error:
        db_session().rollback()  # nothing was begun that may stay
        flash(words.terms_problem_words(error.problems[0]), "error")
        return redirect(url_for("deciding.index"), 303)
    flash(_("已发证 %(n)s 张。", n=granted), "success")
    if left:
        flash(_("%(n)s 份没有决定：条件有变，或须由其他人决定。", n=left), "warning")
    return redirect(url_for("deciding.index"), 303)
