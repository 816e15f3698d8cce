"""A winner's own prize: claim it, say or take back where it is sent, give it up."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from learning.competitions import services
from learning.competitions.forms.claims import DeliveryForm
from learning.competitions.queries.awards import find_claim
from learning.competitions.routes.blueprint import bp
from learning.competitions.rules.claims import KEPT
from learning.competitions.words import _
from learning.kernel.clock import utc_now
from learning.kernel.errors import Invalid
from learning.kernel.permissions import Permission
from learning.web import transaction
from learning.web.guards import current_actor, requires
from learning.web.transaction import db_session

ENTER = Permission.SELF_COMPETITION_ENTER


@bp.route("/<raw_public_id>/awards/claim", methods=["GET", "POST"])
@requires(ENTER)
def claim_award(raw_public_id: str) -> ResponseReturnValue:
    """Show one's prize with what is to be done; claim it."""
    now, actor = utc_now(), current_actor()
    with transaction.reading() as session:
        competition, plan, own = services.get_own_prize(session, actor, raw_public_id)
        claim = find_claim(session, own.id)
    form = DeliveryForm(obj=claim)
    status = 200
    if form.validate_on_submit():
        try:
            services.claim_award(
                db_session(), actor, raw_public_id, delivery=form.delivery(), now=now
            )
        except Invalid as error:
            db_session().rollback()  # the page answers, so what was begun must not be committed
            form.show(error.problems)
        else:
            flash(_("已领奖。"), "success")
            return _back(raw_public_id)
    if request.method == "POST":
        status = 400
    page = render_template(
        "competitions/award_claim.html",
        competition=competition,
        prize=plan.rules.get_prize(own.prize),
        own=own,
        claim=claim,
        form=form,
        is_open=now < (claim.open_until if claim else own.claim_by or now),
        kept_days=KEPT.days,
    )
    return page, status


@bp.post("/<raw_public_id>/awards/claim/delivery/remove")
@requires(ENTER)
def remove_delivery(raw_public_id: str) -> ResponseReturnValue:
    """Remove what one said for sending."""
    services.take_back_delivery(db_session(), current_actor(), raw_public_id, now=utc_now())
    flash(_("寄送信息已删除。"), "success")
    return _back(raw_public_id)


@bp.post("/<raw_public_id>/awards/claim/give-up")
@requires(ENTER)
def give_up_award(raw_public_id: str) -> ResponseReturnValue:
    """Give up one's prize; the reserve follows."""
    services.give_up_award(db_session(), current_actor(), raw_public_id, now=utc_now())
    flash(_("已放弃这个奖项，由递补顺延。"), "success")
    return redirect(url_for("competitions.awards", raw_public_id=raw_public_id), 303)


def _back(raw_public_id: str) -> ResponseReturnValue:
    return redirect(url_for("competitions.claim_award", raw_public_id=raw_public_id), 303)
