"""How the lists are shown: the organiser's settings, and the reveal step by step."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from learning.competitions import queries, services, words
from learning.competitions.forms.showing import ShowingForm, showing_values
from learning.competitions.queries import CompetitionView
from learning.competitions.routes.blueprint import bp
from learning.competitions.rules import State
from learning.competitions.words import _
from learning.kernel.clock import utc_now
from learning.kernel.errors import Invalid, Problem
from learning.kernel.permissions import Permission
from learning.web import transaction
from learning.web.guards import current_actor, requires
from learning.web.transaction import db_session

MAX_DIGITS = 3


@bp.route("/<raw_public_id>/showing", methods=["GET", "POST"])
@requires(Permission.COMPETITION_MANAGE)
def showing(raw_public_id: str) -> ResponseReturnValue:
    """Decide when and how far the lists are public; after the close, reveal them."""
    now, actor = utc_now(), current_actor()
    with transaction.reading() as session:
        competition = queries.get_managed(session, actor, raw_public_id, now)
    form = ShowingForm(data=showing_values(competition.showing, competition.zone))
    chosen = form.showing(competition.zone) if form.validate_on_submit() else None
    if chosen is None:
        return _page(form, competition)
    try:
        services.set_showing(db_session(), actor, raw_public_id, showing=chosen, now=now)
    except Invalid as error:
        db_session().rollback()  # the page answers, so what was begun must not be committed
        form.show(error.problems)
        return _page(form, competition)
    flash(_("已保存。"), "success")
    return _back(raw_public_id)


def _page(form: ShowingForm, competition: CompetitionView) -> ResponseReturnValue:
    now = utc_now()
    page = render_template(
        "competitions/showing.html",
        form=form,
        competition=competition,
        source_words=words.source_words(competition, now),
        is_closed=competition.state is State.CLOSED,
        steps=[words.stage_words(competition, stage) for stage in competition.showing.stages],
        revealed=competition.revealed,
    )
    return page, 400 if request.method == "POST" else 200


@bp.post("/<raw_public_id>/reveal")
@requires(Permission.COMPETITION_MANAGE)
def reveal(raw_public_id: str) -> ResponseReturnValue:
    """Take the next step of the reveal, everywhere at once."""
    raw = request.form.get("step", "")
    if not (raw.isascii() and raw.isdigit() and len(raw) <= MAX_DIGITS):
        raise Invalid([Problem("", None, "step", "step", "step")])
    services.reveal_next(db_session(), current_actor(), raw_public_id, step=int(raw), now=utc_now())
    flash(_("已揭晓。"), "success")
    return _back(raw_public_id)


def _back(raw_public_id: str) -> ResponseReturnValue:
    return redirect(url_for("competitions.showing", raw_public_id=raw_public_id), 303)
