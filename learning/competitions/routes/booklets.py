"""Booklets and answer sheets of a round for those who answer it on paper.

Each look at items is given by POST and written down, after the file was made: setting takes longer
than the database may be held. Keys are never printed here: papers are scored when they are keyed.
"""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from learning.attempts.queries import list_papers
from learning.attempts.rules import form_code
from learning.competitions import queries, services
from learning.competitions.queries import CompetitionView
from learning.competitions.routes.blueprint import bp
from learning.competitions.routes.stages import read_number, round_name
from learning.competitions.rules import State
from learning.competitions.words import _
from learning.exams.forms import DrawForm
from learning.exams.pages.booklets import PAGE_SIZE, asked_labels, printed_reply
from learning.exams.presentation import answer_sheets_pdf, booklets_pdf
from learning.exams.services import Readable, log_use, read_papers
from learning.kernel.clock import utc_now
from learning.kernel.permissions import Permission
from learning.web import transaction
from learning.web.forms import page_number
from learning.web.guards import current_actor, requires
from learning.web.transaction import db_session

MANAGE = Permission.COMPETITION_MANAGE


@bp.get("/<raw_public_id>/rounds/<raw_number>/booklets")
@requires(MANAGE)
def booklets(raw_public_id: str, raw_number: str) -> ResponseReturnValue:
    """Show which forms of the round can be printed."""
    return _page(raw_public_id, raw_number, DrawForm(formdata=None))


@bp.post("/<raw_public_id>/rounds/<raw_number>/booklets")
@requires(MANAGE)
def draw_booklets(raw_public_id: str, raw_number: str) -> ResponseReturnValue:
    """Draw forms to be printed."""
    form = DrawForm()
    if not form.validate():
        return _page(raw_public_id, raw_number, form)
    labels = services.draw_round_papers(
        db_session(),
        current_actor(),
        raw_public_id,
        read_number(raw_number),
        count=form.count.data,
        now=utc_now(),
    )
    flash(_("已抽好 %(n)s 套卷，可以印刷。", n=len(labels)), "success")
    return redirect(
        url_for("competitions.booklets", raw_public_id=raw_public_id, raw_number=raw_number), 303
    )


def _page(raw_public_id: str, raw_number: str, form: DrawForm) -> ResponseReturnValue:
    page, now, number = page_number(request.args), utc_now(), read_number(raw_number)
    with transaction.reading() as session:
        view = queries.get_managed(session, current_actor(), raw_public_id, now, number=number)
        lines, total = list_papers(
            session, view.assessment_id, offset=(page - 1) * PAGE_SIZE, limit=PAGE_SIZE
        )
        may_change = not queries.has_entries(session, view.id)
        title = round_name(session, view)
    shown = render_template(
        "competitions/booklets.html",
        competition=view,
        number=number,
        round_title=title,
        lines=[(line, form_code(line.label)) for line in lines],
        may_draw=view.state is not State.CLOSED,
        may_change=may_change,
        form=form,
        page=page,
        pages=max(1, -(-total // PAGE_SIZE)),
        total=total,
        page_url=lambda n: url_for(
            "competitions.booklets", raw_public_id=view.public_id, raw_number=number, page=n
        ),
    )
    return shown, 400 if form.errors else 200


@bp.post("/<raw_public_id>/rounds/<raw_number>/booklets/booklet.pdf")
@requires(MANAGE)
def round_booklet_pdf(raw_public_id: str, raw_number: str) -> ResponseReturnValue:
    """Give the question booklet of a form, or of the forms of a page of the list."""
    view, chosen = _chosen(raw_public_id, raw_number)
    pictures = {address: svg for paper in chosen for address, svg in paper.pictures.items()}
    content = booklets_pdf([paper.facts for paper in chosen], pictures)
    return _given(view, chosen, content, "booklet")


@bp.post("/<raw_public_id>/rounds/<raw_number>/booklets/answer-sheet.pdf")
@requires(MANAGE)
def round_answer_sheet_pdf(raw_public_id: str, raw_number: str) -> ResponseReturnValue:
    """Give the answer sheet of a form, or of the forms of a page of the list."""
    view, chosen = _chosen(raw_public_id, raw_number)
    return _given(view, chosen, answer_sheets_pdf([p.facts for p in chosen]), "answer-sheet")


def _chosen(raw_public_id: str, raw_number: str) -> tuple[CompetitionView, list[Readable]]:
    """Return the form that `label` names, or those of the `page` of the list. Raises NotFound."""
    now, number = utc_now(), read_number(raw_number)
    with transaction.reading() as session:
        view = queries.get_managed(session, current_actor(), raw_public_id, now, number=number)
        source = services.round_source(session, view, now)
        return view, read_papers(session, source, asked_labels(session, view.assessment_id))


def _given(
    view: CompetitionView, papers: list[Readable], content: bytes, kind: str
) -> ResponseReturnValue:
    session, now = db_session(), utc_now()
    act = f"competition.{kind.replace('-', '_')}_printed"
    source = services.round_source(session, view, now)
    log_use(session, current_actor(), source, papers, act=act, now=now)
    return printed_reply(papers, content, kind)
