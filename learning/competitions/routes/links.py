"""A unit's links and QR codes: made, printed, ended."""

from typing import cast

from flask import current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from learning.competitions import services
from learning.competitions.forms.links import LinkForm
from learning.competitions.queries.desks import get_desk
from learning.competitions.queries.links import get_link, list_links
from learning.competitions.routes.blueprint import bp, desk_actor
from learning.competitions.rules import Phase
from learning.competitions.rules.links import LinkState
from learning.competitions.words import _
from learning.competitions.words.desks import link_words
from learning.kernel.clock import utc_now
from learning.kernel.errors import Invalid, NotFound
from learning.kernel.permissions import Permission
from learning.kernel.qr import qr_svg
from learning.settings import Settings
from learning.web import transaction
from learning.web.guards import requires
from learning.web.transaction import db_session

DESK = Permission.SELF_CONTEST_DESK


@bp.get("/<raw_public_id>/units/<raw_unit_id>/links")
@requires(DESK)
def links(raw_public_id: str, raw_unit_id: str) -> ResponseReturnValue:
    """Show a unit's links."""
    return _page(raw_public_id, raw_unit_id, LinkForm(formdata=None))


@bp.post("/<raw_public_id>/units/<raw_unit_id>/links")
@requires(DESK)
def create_link(raw_public_id: str, raw_unit_id: str) -> ResponseReturnValue:
    """Make a link."""
    now, actor, form = utc_now(), desk_actor(), LinkForm()
    with transaction.reading() as session:
        zone = get_desk(session, actor, raw_public_id, raw_unit_id, now).competition.zone
    if not form.validate():
        return _page(raw_public_id, raw_unit_id, form)
    try:
        services.create_link(
            db_session(),
            actor,
            raw_public_id,
            raw_unit_id=raw_unit_id,
            typed=form.typed(zone),
            now=now,
        )
    except Invalid as error:
        db_session().rollback()  # the page answers, so what was begun must not be committed
        form.show(error.problems)
        return _page(raw_public_id, raw_unit_id, form)
    flash(_("链接已建好，可以打印二维码。"), "success")
    return _to_links(raw_public_id, raw_unit_id)


@bp.post("/<raw_public_id>/units/<raw_unit_id>/links/<raw_link_id>/revoke")
@requires(DESK)
def revoke_link(raw_public_id: str, raw_unit_id: str, raw_link_id: str) -> ResponseReturnValue:
    """End a link at once."""
    services.revoke_link(
        db_session(),
        desk_actor(),
        raw_public_id,
        raw_unit_id=raw_unit_id,
        raw_link_id=raw_link_id,
        now=utc_now(),
    )
    flash(_("链接已停用。已报名的人不受影响。"), "success")
    return _to_links(raw_public_id, raw_unit_id)


@bp.get("/<raw_public_id>/units/<raw_unit_id>/links/<raw_link_id>/poster")
@requires(DESK)
def link_poster(raw_public_id: str, raw_unit_id: str, raw_link_id: str) -> ResponseReturnValue:
    """Show a link with its QR code, to be printed; only while it opens something."""
    session, now = db_session(), utc_now()
    desk = get_desk(session, desk_actor(), raw_public_id, raw_unit_id, now)
    link = get_link(session, desk, raw_link_id, now)
    if link.state is not LinkState.OPEN:
        raise NotFound("link")
    address = _address(link.token)
    return render_template(
        "competitions/link_poster.html",
        competition=desk.competition,
        desk=desk,
        link=link,
        address=address,
        qr=qr_svg(address, module=8),
    )


def _address(token: str) -> str:
    """Return the address behind the QR code; from the settings, never from the request."""
    settings = cast("Settings", current_app.extensions["settings"])
    return settings.external_url.rstrip("/") + url_for("competitions.join", raw_token=token)


def _page(raw_public_id: str, raw_unit_id: str, form: LinkForm) -> ResponseReturnValue:
    now, actor = utc_now(), desk_actor()
    with transaction.reading() as session:
        desk = get_desk(session, actor, raw_public_id, raw_unit_id, now)
        found = list_links(session, desk, now)
    html = render_template(
        "competitions/links.html",
        competition=desk.competition,
        desk=desk,
        links=[(link, *link_words(link.state), _address(link.token)) for link in found],
        may_make=desk.competition.phase(now) in {Phase.UPCOMING, Phase.RUNNING},
        form=form,
    )
    return html, 400 if form.errors else 200


def _to_links(raw_public_id: str, raw_unit_id: str) -> ResponseReturnValue:
    address = url_for("competitions.links", raw_public_id=raw_public_id, raw_unit_id=raw_unit_id)
    return redirect(address, 303)
