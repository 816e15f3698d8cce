"""Papers of a sitting: preview, booklet, answer sheet and key, and drawing forms for paper.

Each look at items is given by POST and written down, after the file was made: setting takes longer
than the database may be held.
"""

import base64

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from learning.attempts.queries import list_papers, parse_blueprint
from learning.attempts.rules import form_code
from learning.exams import presentation, queries, services
from learning.exams.forms import DrawForm
from learning.exams.pages.booklets import PAGE_SIZE, asked_label, asked_labels, printed_reply
from learning.exams.queries import SittingView
from learning.exams.routes.blueprint import bp
from learning.exams.services import Readable
from learning.exams.words import _
from learning.kernel.clock import utc_now
from learning.kernel.permissions import Permission
from learning.question_bank.queries import may
from learning.web import transaction
from learning.web.forms import page_number
from learning.web.guards import current_actor, requires
from learning.web.transaction import db_session

MANAGE = Permission.SITTING_MANAGE


@bp.get("/<raw_public_id>/papers")
@requires(MANAGE)
def papers(raw_public_id: str) -> ResponseReturnValue:
    """Show which forms of the sitting can be printed."""
    sitting = queries.get_managed(db_session(), current_actor(), raw_public_id, utc_now())
    return _list_page(sitting, DrawForm())


@bp.post("/<raw_public_id>/papers")
@requires(MANAGE)
def draw_forms(raw_public_id: str) -> ResponseReturnValue:
    """Draw forms to be printed for candidates on paper."""
    now, actor, form = utc_now(), current_actor(), DrawForm()
    if not form.validate_on_submit():
        with transaction.reading() as session:
            sitting = queries.get_managed(session, actor, raw_public_id, now)
        return _list_page(sitting, form)
    labels = services.draw_for_print(
        db_session(), actor, raw_public_id, count=form.count.data, now=now
    )
    flash(_("已抽好 %(n)s 套卷，可以印刷。", n=len(labels)), "success")
    return redirect(url_for("exams.papers", raw_public_id=raw_public_id), 303)


def _list_page(sitting: SittingView, form: DrawForm) -> ResponseReturnValue:
    page, now = page_number(request.args), utc_now()
    with transaction.reading() as session:
        lines, total = list_papers(
            session, sitting.assessment_id, offset=(page - 1) * PAGE_SIZE, limit=PAGE_SIZE
        )
        may_print_keys = may(session, current_actor(), services.KEY_RIGHT, sitting.rules.bank, now)
        has_attempts = queries.has_attempts(session, sitting.assessment_id)
    shown = render_template(
        "exams/papers.html",
        sitting=sitting,
        lines=[(line, form_code(line.label)) for line in lines],
        is_assembled=bool(parse_blueprint(sitting.blueprint_json).forms),
        may_print_keys=may_print_keys,
        may_change=not has_attempts,
        form=form,
        page=page,
        pages=max(1, -(-total // PAGE_SIZE)),
        total=total,
        page_url=lambda n: url_for("exams.papers", raw_public_id=sitting.public_id, page=n),
    )
    return shown, 400 if form.errors else 200


@bp.post("/<raw_public_id>/papers/preview")
@requires(MANAGE)
def preview_paper(raw_public_id: str) -> ResponseReturnValue:
    """Show a form as its candidate reads it; without a label one drawn just now."""
    now, actor = utc_now(), current_actor()
    with transaction.reading() as session:
        sitting = queries.get_managed(session, actor, raw_public_id, now)
        [paper] = (
            services.read_papers(session, services.paper_source(sitting), [asked_label()])
            if request.form.get("label")
            else [services.read_sample(session, services.paper_source(sitting))]
        )
    shown = render_template(
        "exams/paper_preview.html",
        sitting=sitting,
        is_sample=not request.form.get("label"),
        code=paper.facts.code,
        parts=paper.facts.parts,
        shown=lambda html: _with_pictures(html, paper.pictures),
        letter=presentation.letter_of,
    )
    source = services.paper_source(sitting)
    services.log_use(db_session(), actor, source, [paper], act="sitting.paper_previewed", now=now)
    return shown


@bp.post("/<raw_public_id>/papers/booklet.pdf")
@requires(MANAGE)
def booklet_pdf(raw_public_id: str) -> ResponseReturnValue:
    """Give the question booklet of a form, or of the five forms of a page of the list."""
    sitting, chosen = _chosen(raw_public_id)
    pictures = {address: svg for paper in chosen for address, svg in paper.pictures.items()}
    content = presentation.booklets_pdf([paper.facts for paper in chosen], pictures)
    return _given(sitting, chosen, content, "booklet")


@bp.post("/<raw_public_id>/papers/answer-sheet.pdf")
@requires(MANAGE)
def answer_sheet_pdf(raw_public_id: str) -> ResponseReturnValue:
    """Give the answer sheet of a form, or of the five forms of a page of the list."""
    sitting, chosen = _chosen(raw_public_id)
    content = presentation.answer_sheets_pdf([paper.facts for paper in chosen])
    return _given(sitting, chosen, content, "answer-sheet")


@bp.post("/<raw_public_id>/papers/key.pdf")
@requires(MANAGE)
def paper_key_pdf(raw_public_id: str) -> ResponseReturnValue:
    """Give the key of one form to who may take keys out of the house."""
    now, actor = utc_now(), current_actor()
    with transaction.reading() as session:
        sitting = queries.get_managed(session, actor, raw_public_id, now)
        services.require_key_right(session, actor, sitting, now)
        [paper] = services.read_papers(session, services.paper_source(sitting), [asked_label()])
        keys = services.read_keys(session, paper.form, paper.pictures)
    content = presentation.key_pdf(paper.facts, keys, paper.pictures)
    return _given(sitting, [paper], content, "key")


def _chosen(raw_public_id: str) -> tuple[SittingView, list[Readable]]:
    """Return the form that `label` names, or those of the `page` of the list. Raises NotFound."""
    with transaction.reading() as session:
        sitting = queries.get_managed(session, current_actor(), raw_public_id, utc_now())
        labels = asked_labels(session, sitting.assessment_id)
        return sitting, services.read_papers(session, services.paper_source(sitting), labels)


def _given(
    sitting: SittingView, papers: list[Readable], content: bytes, kind: str
) -> ResponseReturnValue:
    act = "sitting.key_printed" if kind == "key" else f"sitting.{kind.replace('-', '_')}_printed"
    source = services.paper_source(sitting)
    services.log_use(db_session(), current_actor(), source, papers, act=act, now=utc_now())
    return printed_reply(papers, content, kind)


def _with_pictures(html: str, pictures: dict[str, str]) -> Markup:
    """Put the pictures into the page: who may see the form may see them, wherever they are kept."""
    text = str(html)
    for address, svg in pictures.items():
        data = base64.b64encode(svg.encode()).decode()
        text = text.replace(f'src="{address}"', f'src="data:image/svg+xml;base64,{data}"')
    return Markup(text)  # noqa: S704 - sanitised Markdown, its own addresses exchanged
