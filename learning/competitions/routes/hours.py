"""What a pass of the first round is worth in hours of study: the organiser decides."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from learning.competitions import queries
from learning.competitions.forms.hours import HoursForm
from learning.competitions.queries.hours import find_pledge
from learning.competitions.routes.blueprint import bp
from learning.competitions.services.hours import set_pledge
from learning.competitions.words import _
from learning.competitions.words.rules import pledge_words
from learning.kernel.clock import utc_now
from learning.kernel.errors import Invalid
from learning.kernel.permissions import Permission
from learning.web import transaction
from learning.web.guards import current_actor, requires
from learning.web.transaction import db_session


@bp.route("/<raw_public_id>/hours", methods=["GET", "POST"])
@requires(Permission.COMPETITION_MANAGE)
def hours(raw_public_id: str) -> ResponseReturnValue:
    """Show what a pass is worth, and change it."""
    now, actor = utc_now(), current_actor()
    with transaction.reading() as session:
        competition = queries.get_managed(session, actor, raw_public_id, now)
        pledge = find_pledge(session, competition.id)
    data = {"hours": pledge.hours, "cut": pledge.cut, "field": pledge.field.value} if pledge else {}
    form = HoursForm(data=data)
    form.offer()
    if form.validate_on_submit():
        try:
            set_pledge(db_session(), actor, raw_public_id, pledge=form.pledge(), now=now)
        except Invalid as error:
            db_session().rollback()  # the page answers, so what was begun must not be committed
            form.show(error.problems)
        else:
            flash(_("已保存。"), "success")
            return redirect(url_for("competitions.hours", raw_public_id=raw_public_id), 303)
    page = render_template(
        "competitions/hours.html",
        competition=competition,
        form=form,
        rule=pledge_words(pledge) if pledge else "",
    )
    return page, 400 if request.method == "POST" else 200
