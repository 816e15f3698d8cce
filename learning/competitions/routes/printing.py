"""Prize certificates: all of them for the organiser, one's own, and a public page for each."""

import io
from typing import TYPE_CHECKING, cast

from flask import current_app, flash, redirect, render_template, send_file, url_for
from flask.typing import ResponseReturnValue

from learning.competitions import queries, services
from learning.competitions.presentation import prize_pdf
from learning.competitions.queries import awards as award_queries
from learning.competitions.queries.printing import Winner, check_award, find_printing
from learning.competitions.routes.blueprint import bp, get_visible
from learning.competitions.words import _
from learning.kernel.clock import utc_now
from learning.kernel.errors import NotFound
from learning.kernel.permissions import Permission
from learning.web import transaction
from learning.web.guards import current_actor, find_current_actor, public, requires
from learning.web.transaction import db_session

if TYPE_CHECKING:
    from learning.settings import Settings

EXPORT = Permission.COMPETITION_EXPORT
ANY_AWARD = "00000000000000000000000000"


@bp.post("/<raw_public_id>/awards/certificates")
@requires(EXPORT)
def make_certificates(raw_public_id: str) -> ResponseReturnValue:
    """Have the certificates of all winners made."""
    services.ask_for_certificates(
        db_session(),
        current_actor(),
        raw_public_id,
        address=certificate_address(raw_public_id),
        now=utc_now(),
    )
    flash(_("已开始制作，完成后可以下载。"), "success")
    return redirect(url_for("competitions.manage_awards", raw_public_id=raw_public_id), 303)


@bp.get("/<raw_public_id>/awards/certificates.zip")
@requires(EXPORT)
def certificates_zip(raw_public_id: str) -> ResponseReturnValue:
    """Give the organiser all certificates; the audit row lasts before they leave."""
    session, now, actor = db_session(), utc_now(), current_actor()
    competition = queries.get_managed(session, actor, raw_public_id, now, EXPORT)
    plan = award_queries.get_announced(session, competition.id)
    printing = find_printing(session, plan.id)
    if printing is None or printing.finished_at is None:
        raise NotFound("certificates")
    with transaction.apart(transaction.database()) as writing:
        services.record_awards_download(writing, actor, competition, rows=printing.done, now=now)
    return send_file(
        services.join_parts(session, printing),
        mimetype="application/zip",
        as_attachment=True,
        download_name=f"certificates-{competition.public_id}.zip",
    )


@bp.get("/<raw_public_id>/awards/certificate.pdf")
@requires(Permission.SELF_COMPETITION_ENTER)
def own_award_certificate(raw_public_id: str) -> ResponseReturnValue:
    """Give a winner the certificate of the prize that they claimed."""
    session = db_session()
    competition, plan, own = services.get_own_prize(session, current_actor(), raw_public_id)
    if own.claimed_at is None:
        raise NotFound("award")
    winner = Winner(own.id, own.public_id, own.prize, own.participant_name, own.unit_name)
    [sheet] = services.sheets_of(
        session, competition, plan, [winner], address=certificate_address(raw_public_id)
    )
    return send_file(
        io.BytesIO(prize_pdf(sheet)),
        mimetype="application/pdf",
        as_attachment=True,
        download_name=f"{own.public_id}.pdf",
    )


@bp.get("/<raw_public_id>/awards/<raw_award_id>/check")
@public
def check_certificate(raw_public_id: str, raw_award_id: str) -> ResponseReturnValue:
    """Say to whoever holds a certificate whether its prize stands; the name is masked."""
    session, now = db_session(), utc_now()
    competition = get_visible(session, find_current_actor(), raw_public_id, now)
    found = check_award(session, competition, raw_award_id)
    plan = award_queries.get_announced(session, competition.id)
    return render_template(
        "competitions/award_check.html",
        competition=competition,
        found=found,
        title=plan.rules.title_of(found.prize),
        number=raw_award_id,
        finalised_at=plan.finalised_at,
    )


def certificate_address(raw_public_id: str) -> str:
    """Return the address behind the QR codes; from the settings, never from the request."""
    settings = cast("Settings", current_app.extensions["settings"])
    path = url_for(
        "competitions.check_certificate", raw_public_id=raw_public_id, raw_award_id=ANY_AWARD
    )
    return settings.external_url.rstrip("/") + path.replace(ANY_AWARD, "{award}")
