"""What candidates declare and hand in, on their own file's page; and who confirms declarations."""

from io import BytesIO

from flask import Blueprint, Response, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from learning.certification import queries
from learning.certification.forms.papers import ConfirmForm, DeclareForm, ProjectUploadForm
from learning.certification.models import AwardPaper
from learning.certification.queries.papers import (
    confirmable,
    get_confirmable,
    get_paper,
    is_own_paper,
    list_declarations,
)
from learning.certification.routes.files import OWN, bp, file_page
from learning.certification.rules.papers import DECLARED
from learning.certification.rules.terms import NeedKind
from learning.certification.services import assessing, declaring
from learning.certification.words import _
from learning.certification.words import papers as words
from learning.certification.words.terms import kind_words
from learning.kernel.clock import utc_now
from learning.kernel.errors import Invalid
from learning.kernel.permissions import Permission
from learning.web import transaction
from learning.web.forms import refuse_repeated
from learning.web.guards import current_actor, requires
from learning.web.transaction import db_session

confirming_bp = Blueprint("confirming", __name__, url_prefix="/award-declarations")
CONFIRM = Permission.FULFILMENT_CONFIRM


@bp.teardown_request
def _close_uploads(_error: BaseException | None) -> None:
    """Close the temporary files of uploads at once instead of some time."""
    request.close()


@confirming_bp.before_request
def _each_field_once() -> None:
    refuse_repeated(request.form)


def paper_file(paper: AwardPaper) -> Response:
    """Return a paper to keep, never to be shown as a page of ours, kept by no cache."""
    reply = send_file(
        BytesIO(paper.content),
        mimetype=paper.media_type,
        as_attachment=True,
        download_name=paper.name or paper.public_id,
    )
    reply.headers["Cache-Control"] = "private, no-store"
    reply.headers["X-Content-Type-Options"] = "nosniff"
    return reply


@bp.get("/papers/<raw_paper_id>")
@requires(OWN)
def paper(raw_paper_id: str) -> ResponseReturnValue:
    """Give a paper that one handed in oneself."""
    return paper_file(get_paper(db_session(), raw_paper_id, is_own_paper(current_actor().user_id)))


@bp.post("/<raw_public_id>/declarations")
@requires(OWN)
def declare(raw_public_id: str) -> ResponseReturnValue:
    """Hand in a declaration."""
    actor, now = current_actor(), utc_now()
    with transaction.reading() as session:
        queries.get_own_file(session, actor.user_id, raw_public_id)
    form = DeclareForm()
    form.offer(DECLARED)
    if not form.validate():
        return file_page(raw_public_id, declare_form=form)
    papers, problems = form.checked()
    if problems:
        form.show(problems)
        return file_page(raw_public_id, declare_form=form)
    try:
        declaring.declare(
            db_session(),
            actor,
            raw_public_id,
            kind=NeedKind(form.kind.data),
            years=form.years.data or 0,
            words=form.words.data,
            papers=papers,
            now=now,
        )
    except Invalid as error:
        db_session().rollback()  # the page answers, so what was begun must not be committed
        form.show(error.problems)
        return file_page(raw_public_id, declare_form=form)
    flash(_("已提交，等待确认。"), "success")
    return redirect(url_for("award_files.detail", raw_public_id=raw_public_id), 303)


@bp.post("/declarations/<raw_declaration_id>/withdraw")
@requires(OWN)
def withdraw(raw_declaration_id: str) -> ResponseReturnValue:
    """Take one's own waiting declaration back."""
    declaring.withdraw_declaration(db_session(), current_actor(), raw_declaration_id, now=utc_now())
    flash(_("已收回。"), "success")
    return redirect(url_for("award_files.index"), 303)


@bp.post("/<raw_public_id>/project")
@requires(OWN)
def hand_in_project(raw_public_id: str) -> ResponseReturnValue:
    """Hand in a project."""
    actor, now = current_actor(), utc_now()
    with transaction.reading() as session:
        queries.get_own_file(session, actor.user_id, raw_public_id)
    form = ProjectUploadForm()
    if not form.validate():
        return file_page(raw_public_id, project_form=form)
    papers, problems = form.checked()
    if problems:
        form.show(problems)
        return file_page(raw_public_id, project_form=form)
    try:
        assessing.hand_in_project(
            db_session(),
            actor,
            raw_public_id,
            title=form.title.data,
            summary=form.summary.data or "",
            papers=papers,
            now=now,
        )
    except Invalid as error:
        db_session().rollback()  # the page answers, so what was begun must not be committed
        form.show(error.problems)
        return file_page(raw_public_id, project_form=form)
    flash(_("项目已提交，等待评审。"), "success")
    return redirect(url_for("award_files.detail", raw_public_id=raw_public_id), 303)


@confirming_bp.get("")
@requires(CONFIRM)
def index() -> ResponseReturnValue:
    """List what waits to be confirmed, longest first, and what was decided before."""
    session, now, actor = db_session(), utc_now(), current_actor()
    found = list_declarations(session, confirmable(session, actor, now))
    return render_template(
        "certification/declarations.html",
        lines=[
            (one, kind_words(one.kind), words.declaration_state_words(one.state)) for one in found
        ],
    )


@confirming_bp.route("/<raw_public_id>", methods=["GET", "POST"])
@requires(CONFIRM)
def detail(raw_public_id: str) -> ResponseReturnValue:
    """Show a declaration with its papers; confirm it, or refuse it with a reason."""
    actor, now = current_actor(), utc_now()
    with transaction.reading() as session:
        found = get_confirmable(session, actor, raw_public_id, now)
    form = ConfirmForm(data={"years": found.years or None})
    is_timed = found.kind in declaring.TIMED
    if not is_timed:
        del form.years
    if found.kind is not NeedKind.EXAM:
        del form.percent
    if form.validate_on_submit():
        try:
            if request.form.get("act") == "confirm":
                years = form.years.data or 0 if is_timed else 0
                percent = (form.percent.data or 0) if form.percent else 0
                declaring.confirm_declaration(
                    db_session(), actor, raw_public_id, years=years, percent=percent, now=now
                )
            else:
                declaring.refuse_declaration(
                    db_session(), actor, raw_public_id, answer=form.answer.data or "", now=now
                )
        except Invalid as error:
            db_session().rollback()  # the page answers, so what was begun must not be committed
            form.answer.errors = [words.paper_problem_words(one) for one in error.problems]
        else:
            flash(_("已处理。"), "success")
            return redirect(url_for("confirming.index"), 303)
    page = render_template(
        "certification/declaration.html",
        one=found,
        form=form,
        kind=kind_words(found.kind),
        state=words.declaration_state_words(found.state),
    )
    return page, 400 if form.errors else 200


@confirming_bp.get("/<raw_public_id>/papers/<raw_paper_id>")
@requires(CONFIRM)
def declared_paper(raw_public_id: str, raw_paper_id: str) -> ResponseReturnValue:
    """Give a paper of a declaration that one confirms."""
    session, now, actor = db_session(), utc_now(), current_actor()
    found = get_confirmable(session, actor, raw_public_id, now)
    return paper_file(get_paper(session, raw_paper_id, AwardPaper.declaration_id == found.id))
