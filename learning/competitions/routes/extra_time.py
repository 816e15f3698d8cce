"""The organiser's list of who gets extra time."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from learning.competitions import queries, services
from learning.competitions.forms.extra_time import ExtraTimeForm
from learning.competitions.queries.extra_time import list_extended
from learning.competitions.routes.blueprint import bp
from learning.competitions.words import _
from learning.kernel.clock import utc_now
from learning.kernel.errors import Invalid
from learning.kernel.permissions import Permission
from learning.web import transaction
from learning.web.forms import page_number
from learning.web.guards import current_actor, requires
from learning.web.transaction import db_session

MANAGE = Permission.COMPETITION_MANAGE


@bp.get("/<raw_public_id>/extra-time")
@requires(MANAGE)
def extra_time(raw_public_id: str) -> ResponseReturnValue:
    """Show who gets extra time."""
    return _page(raw_public_id, ExtraTimeForm(formdata=None))


@bp.post("/<raw_public_id>/extra-time")
@requires(MANAGE)
def grant_extra_time(raw_public_id: str) -> ResponseReturnValue:
    """Grant a participant extra time."""
    form = ExtraTimeForm()
    if not form.validate():
        return _page(raw_public_id, form)
    try:
        name = services.grant_extra_time(
            db_session(),
            current_actor(),
            raw_public_id,
            raw_person=form.person.data or "",
            percent=form.percent.data,
            now=utc_now(),
        )
    except Invalid as error:
        db_session().rollback()  # the page answers, so what was begun must not be committed
        form.show(error.problems)
        return _page(raw_public_id, form)
    flash(_("%(name)s 的答题时间已延长，对以后开始的作答有效。", name=name), "success")
    return _to_list(raw_public_id)


@bp.post("/<raw_public_id>/extra-time/<raw_entry_id>/end")
@requires(MANAGE)
def take_extra_time(raw_public_id: str, raw_entry_id: str) -> ResponseReturnValue:
    """Take extra time back."""
    services.take_extra_time(
        db_session(), current_actor(), raw_public_id, raw_entry_id=raw_entry_id, now=utc_now()
    )
    flash(_("已取消延长，已经开始的作答不受影响。"), "success")
    return _to_list(raw_public_id)


def _page(raw_public_id: str, form: ExtraTimeForm) -> ResponseReturnValue:
    now, actor, page = utc_now(), current_actor(), page_number(request.args)
    with transaction.reading() as session:
        competition = queries.get_managed(session, actor, raw_public_id, now)
        found, total = list_extended(session, competition.id, page=page)
    html = render_template(
        "competitions/extra_time.html",
        competition=competition,
        people=found,
        form=form,
        page=page,
        pages=max(1, -(-total // queries.PAGE_SIZE)),
        total=total,
        page_url=lambda n: url_for(
            "competitions.extra_time", raw_public_id=competition.public_id, page=n
        ),
    )
    return html, 400 if form.errors else 200


def _to_list(raw_public_id: str) -> ResponseReturnValue:
    return redirect(url_for("competitions.extra_time", raw_public_id=raw_public_id), 303)
