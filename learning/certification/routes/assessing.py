"""The assessor's pages, who appoints assessors, and the decider's wish for a second opinion."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from learning.certification.forms.papers import AssessorsForm, OpinionForm, points_of
from learning.certification.models import AwardPaper
from learning.certification.queries.deciding import get_decidable
from learning.certification.queries.papers import (
    get_assessable,
    get_paper,
    is_paper_of_file,
    list_assessable,
)
from learning.certification.routes.deciding import DECIDE
from learning.certification.routes.deciding import bp as deciding_bp
from learning.certification.routes.papers import paper_file
from learning.certification.routes.schemes import bp as schemes_bp
from learning.certification.rules.papers import ProjectState
from learning.certification.services import assessing as services
from learning.certification.words import _
from learning.certification.words import papers as words
from learning.exams.words import line_problem_words
from learning.kernel.clock import utc_now
from learning.kernel.errors import Invalid
from learning.kernel.permissions import Permission
from learning.web import transaction
from learning.web.forms import refuse_repeated
from learning.web.guards import current_actor, requires
from learning.web.transaction import db_session

bp = Blueprint("assessing", __name__, url_prefix="/project-assessments")
ASSESS, MANAGE = Permission.SELF_ASSESS, Permission.SCHEME_MANAGE


@bp.before_request
def _each_field_once() -> None:
    refuse_repeated(request.form)


@bp.get("")
@requires(ASSESS)
def index() -> ResponseReturnValue:
    """List the projects that one may review, those that wait first."""
    actor = current_actor()
    found = list_assessable(db_session(), actor.user_id)
    return render_template(
        "certification/projects.html",
        lines=[
            (
                one,
                words.project_state_words(one.state),
                any(opinion.given_by == actor.user_id for opinion in one.opinions),
            )
            for one in found
        ],
    )


@bp.route("/<raw_public_id>", methods=["GET", "POST"])
@requires(ASSESS)
def detail(raw_public_id: str) -> ResponseReturnValue:
    """Show a project with the form, and review it.

    What another assessor said is not shown before one has said something oneself.
    """
    actor, now = current_actor(), utc_now()
    with transaction.reading() as session:
        found = get_assessable(session, actor.user_id, raw_public_id)
    own = [one for one in found.opinions if one.given_by == actor.user_id]
    form = OpinionForm()
    typed = [request.form.get(f"point-{n}", "") for n in range(1, len(found.form.criteria) + 1)]
    faults: dict[int, str] = {}
    if form.validate_on_submit():
        try:
            state = services.give_opinion(
                db_session(),
                actor,
                raw_public_id,
                points=points_of(typed),
                comment=form.comment.data,
                now=now,
            )
        except Invalid as error:
            db_session().rollback()  # the page answers, so what was begun must not be committed
            faults = {one.line or 0: words.paper_problem_words(one) for one in error.problems}
        else:
            told = {
                ProjectState.PASSED: _("已提交评审，项目合格。"),
                ProjectState.FAILED: _("已提交评审，项目不合格。"),
            }
            flash(told.get(state, _("已提交评审，等待另一位评审人。")), "success")
            return redirect(url_for("assessing.index"), 303)
    page = render_template(
        "certification/project.html",
        one=found,
        state=words.project_state_words(found.state),
        form=form,
        typed=typed,
        faults=faults,
        opinions=found.opinions if own else (),
        may_review=found.state is ProjectState.SUBMITTED and not own,
    )
    return page, 400 if form.errors or faults else 200


@bp.get("/<raw_public_id>/papers/<raw_paper_id>")
@requires(ASSESS)
def paper(raw_public_id: str, raw_paper_id: str) -> ResponseReturnValue:
    """Give a paper of a project that one may review."""
    session = db_session()
    found = get_assessable(session, current_actor().user_id, raw_public_id)
    return paper_file(get_paper(session, raw_paper_id, AwardPaper.project_id == found.id))


@deciding_bp.post("/<raw_public_id>/second-opinion")
@requires(DECIDE)
def second_opinion(raw_public_id: str) -> ResponseReturnValue:
    """Let another assessor review the project before deciding."""
    services.ask_second_opinion(db_session(), current_actor(), raw_public_id, now=utc_now())
    flash(_("已请另一位评审人复评，复评完成前不能发证。"), "success")
    return redirect(url_for("deciding.detail", raw_public_id=raw_public_id), 303)


@deciding_bp.get("/<raw_public_id>/papers/<raw_paper_id>")
@requires(DECIDE)
def evidence(raw_public_id: str, raw_paper_id: str) -> ResponseReturnValue:
    """Give the decider a paper of whose file it is."""
    session = db_session()
    file = get_decidable(session, current_actor(), raw_public_id, utc_now())
    return paper_file(get_paper(session, raw_paper_id, is_paper_of_file(file.id)))


@schemes_bp.post("/<raw_public_id>/assessors")
@requires(MANAGE)
def appoint_assessors(raw_public_id: str) -> ResponseReturnValue:
    """Appoint people to review projects of a scheme."""
    form = AssessorsForm()
    if not form.validate():
        flash(_("请填写评审人的工号或登录名，一行一个。"), "error")
        return _to_terms(raw_public_id)
    try:
        new = services.appoint_assessors(
            db_session(), current_actor(), raw_public_id, roll=form.roll.data, now=utc_now()
        )
    except Invalid as error:
        db_session().rollback()  # the page answers, so what was begun must not be committed
        flash(line_problem_words(error.problems[0]), "error")
        return _to_terms(raw_public_id)
    flash(_("已指定评审人 %(n)s 名。", n=new), "success")
    return _to_terms(raw_public_id)


@schemes_bp.post("/<raw_public_id>/assessors/<raw_person_id>/dismiss")
@requires(MANAGE)
def dismiss_assessor(raw_public_id: str, raw_person_id: str) -> ResponseReturnValue:
    """Take a person off the assessors."""
    services.dismiss_assessor(
        db_session(), current_actor(), raw_public_id, raw_person_id, now=utc_now()
    )
    flash(_("已取消评审人。"), "success")
    return _to_terms(raw_public_id)


def _to_terms(raw_public_id: str) -> ResponseReturnValue:
    return redirect(url_for("schemes.terms", raw_public_id=raw_public_id), 303)
