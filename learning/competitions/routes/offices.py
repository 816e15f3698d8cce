"""The organiser appoints who looks after the units of a region, an industry or a subtree."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from learning.competitions import queries, services
from learning.competitions.forms.desks import OfficeForm
from learning.competitions.queries.desks import list_offices
from learning.competitions.routes.blueprint import bp
from learning.competitions.words import _
from learning.competitions.words.desks import scope_words
from learning.kernel.clock import utc_now
from learning.kernel.errors import Invalid
from learning.kernel.permissions import Permission, ScopeKind
from learning.web import transaction
from learning.web.guards import current_actor, requires
from learning.web.transaction import db_session

MANAGE = Permission.COMPETITION_MANAGE


@bp.get("/<raw_public_id>/offices")
@requires(MANAGE)
def offices(raw_public_id: str) -> ResponseReturnValue:
    """Show the offices of a competition."""
    form = OfficeForm(formdata=None)
    form.offer()
    return _page(raw_public_id, form)


@bp.post("/<raw_public_id>/offices")
@requires(MANAGE)
def appoint_office(raw_public_id: str) -> ResponseReturnValue:
    """Appoint somebody."""
    form = OfficeForm()
    form.offer()
    if not form.validate():
        return _page(raw_public_id, form)
    try:
        is_new = services.appoint_office(
            db_session(),
            current_actor(),
            raw_public_id,
            raw_person=form.person.data or "",
            title=form.title.data or "",
            scope_kind=ScopeKind(form.scope_kind.data),
            raw_scope=form.scope.data or "",
            now=utc_now(),
        )
    except Invalid as error:
        db_session().rollback()  # the page answers, so what was begun must not be committed
        form.show(error.problems)
        return _page(raw_public_id, form)
    flash(_("已任命。") if is_new else _("这个人已经负责这个范围。"), "success")
    return _to_offices(raw_public_id)


@bp.post("/<raw_public_id>/offices/<raw_office_id>/end")
@requires(MANAGE)
def end_office(raw_public_id: str, raw_office_id: str) -> ResponseReturnValue:
    """End an office."""
    services.end_office(
        db_session(), current_actor(), raw_public_id, raw_office_id=raw_office_id, now=utc_now()
    )
    flash(_("已取消任命。"), "success")
    return _to_offices(raw_public_id)


def _page(raw_public_id: str, form: OfficeForm) -> ResponseReturnValue:
    now, actor = utc_now(), current_actor()
    with transaction.reading() as session:
        competition = queries.get_managed(session, actor, raw_public_id, now)
        found = list_offices(session, competition.id)
    page = render_template(
        "competitions/offices.html",
        competition=competition,
        offices=[(office, scope_words(office)) for office in found],
        form=form,
    )
    return page, 400 if form.errors else 200


def _to_offices(raw_public_id: str) -> ResponseReturnValue:
    return redirect(url_for("competitions.offices", raw_public_id=raw_public_id), 303)
