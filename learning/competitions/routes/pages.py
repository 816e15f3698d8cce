"""A contest's public page: the organiser's form for it, and the pictures that stand on it."""

from flask import Response, flash, render_template, request
from flask.typing import ResponseReturnValue

from learning.competitions import queries, services
from learning.competitions.forms import PageForm, page_values
from learning.competitions.queries import CompetitionView
from learning.competitions.routes.blueprint import bp, get_visible, to_detail
from learning.competitions.rules import Page
from learning.competitions.words import _
from learning.kernel.clock import utc_now
from learning.kernel.errors import Invalid
from learning.kernel.permissions import Permission
from learning.web import transaction
from learning.web.guards import current_actor, find_current_actor, public, requires
from learning.web.transaction import db_session

POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
KEPT = "private, max-age=86400"


@bp.route("/<raw_public_id>/page", methods=["GET", "POST"])
@requires(Permission.COMPETITION_MANAGE)
def edit_page(raw_public_id: str) -> ResponseReturnValue:
    """Write what stands on the page beside the rules."""
    now, actor = utc_now(), current_actor()
    with transaction.reading() as session:
        competition = queries.get_managed(session, actor, raw_public_id, now)
        held = queries.get_page(session, competition.id)
    form = PageForm(data=page_values(held, competition.zone))
    form.offer()
    if not form.validate_on_submit():
        return _form_page(form, competition, held)
    banner, logos = form.uploads()
    try:
        services.write_page(
            db_session(),
            actor,
            raw_public_id,
            page=form.page(held, competition.zone),
            banner=banner,
            logos=logos,
            now=now,
        )
    except Invalid as error:
        db_session().rollback()  # the page answers, so what was begun must not be committed
        form.show(error.problems)
        return _form_page(form, competition, held)
    flash(_("页面已保存。"), "success")
    return to_detail(competition.public_id)


def _form_page(form: PageForm, competition: CompetitionView, held: Page) -> ResponseReturnValue:
    page = render_template(
        "competitions/page_edit.html", form=form, competition=competition, held=held
    )
    return page, 400 if request.method == "POST" else 200


@bp.get("/<raw_public_id>/media/<raw_sha256>")
@public
def picture(raw_public_id: str, raw_sha256: str) -> Response:
    """Serve a picture of the page to whoever may see the page; never as anything but a picture."""
    session, now = db_session(), utc_now()
    competition = get_visible(session, find_current_actor(), raw_public_id, now)
    media_type, content = queries.get_page_picture(session, competition.id, raw_sha256)
    response = Response(content, content_type=media_type)
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["Cache-Control"] = KEPT
    response.headers["Content-Disposition"] = "inline"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
