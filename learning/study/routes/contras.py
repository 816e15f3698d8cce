"""Taking a credit back or correcting it: HR, with a reason, by contra-entry."""

from decimal import Decimal

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from learning.accounts.models import User
from learning.kernel.clock import utc_now
from learning.kernel.errors import Conflict, Invalid
from learning.kernel.permissions import Permission
from learning.study import queries
from learning.study.forms import CorrectionForm, ReasonForm
from learning.study.routes.blueprint import bp
from learning.study.rules.claims import milli_of
from learning.study.rules.hours import Field
from learning.study.services import contras as services
from learning.study.words import _, credit_rows
from learning.study.words.claims import problem_words, refusal_words
from learning.web import transaction
from learning.web.guards import current_actor, requires
from learning.web.transaction import db_session

DECIDE = Permission.STUDY_DECIDE


@bp.get("/credits/<raw_public_id>")
@requires(DECIDE)
def credit(raw_public_id: str) -> ResponseReturnValue:
    """Show a credit of somebody in reach, with the ways to put it right."""
    return _page(raw_public_id)


def _page(
    raw_public_id: str,
    correction: CorrectionForm | None = None,
    taking: ReasonForm | None = None,
) -> ResponseReturnValue:
    actor = current_actor()
    with transaction.reading() as session:
        view = queries.get_credit(session, actor, raw_public_id, utc_now())
        person = session.get_one(User, view.user_id)
        name, person_id = person.display_name, person.public_id
    data = {"hours": Decimal(view.hours_milli) / 1000, "field": view.field.value}
    page = render_template(
        "study/credit.html",
        rows=credit_rows([view]),
        view=view,
        name=name,
        person_id=person_id,
        is_own=view.user_id == actor.user_id,
        correction=correction or CorrectionForm(formdata=None, data=data, prefix="c"),
        taking=taking or ReasonForm(formdata=None, prefix="t"),
    )
    return page, 400 if correction or taking else 200


@bp.post("/credits/<raw_public_id>/take-back")
@requires(DECIDE)
def take_back(raw_public_id: str) -> ResponseReturnValue:
    """Take a credit back, whole."""
    session, actor, now, form = db_session(), current_actor(), utc_now(), ReasonForm(prefix="t")
    view = queries.get_credit(session, actor, raw_public_id, now)
    if not form.validate():
        return _page(raw_public_id, taking=form)
    try:
        services.take_back(
            session, actor, view.public_id, raw_reason=form.reason.data or "", now=now
        )
    except Conflict as error:
        session.rollback()
        flash(refusal_words(error.code), "error")
    except Invalid as error:
        session.rollback()
        form.show(error.problems, problem_words())
        return _page(raw_public_id, taking=form)
    else:
        flash(_("已冲销，原记录保留。"), "success")
    return redirect(url_for("study.credit", raw_public_id=raw_public_id), 303)


@bp.post("/credits/<raw_public_id>/correct")
@requires(DECIDE)
def correct_credit(raw_public_id: str) -> ResponseReturnValue:
    """Take a credit back and count other hours instead."""
    session, actor, now = db_session(), current_actor(), utc_now()
    form = CorrectionForm(prefix="c")
    view = queries.get_credit(session, actor, raw_public_id, now)
    if not form.validate():
        return _page(raw_public_id, correction=form)
    try:
        made = services.correct_credit(
            session,
            actor,
            view.public_id,
            hours_milli=milli_of(form.hours.data),
            field=Field(form.field.data),
            raw_reason=form.reason.data or "",
            now=now,
        )
    except Conflict as error:
        session.rollback()
        flash(refusal_words(error.code), "error")
        return redirect(url_for("study.credit", raw_public_id=raw_public_id), 303)
    except Invalid as error:
        session.rollback()
        form.show(error.problems, problem_words())
        return _page(raw_public_id, correction=form)
    flash(_("已更正：原记录冲销，另记一条。"), "success")
    return redirect(url_for("study.credit", raw_public_id=made), 303)
