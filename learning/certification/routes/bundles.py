"""Certificates of a scheme as one zip: asked for, watched, taken for three days."""

from flask import flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from learning.certification import queries
from learning.certification.routes.schemes import MAX_SEARCH, bp
from learning.certification.routes.verification import address_of
from learning.certification.services.bundles import (
    KEPT,
    ask_for_bundle,
    find_last_bundle,
    join_bundle,
    record_bundle_download,
)
from learning.certification.words import _
from learning.kernel.clock import utc_now
from learning.kernel.permissions import Permission
from learning.web import transaction
from learning.web.guards import current_actor, requires
from learning.web.transaction import db_session

ANY_CODE = "0" * 28


@bp.route("/<raw_public_id>/bundle", methods=["GET", "POST"])
@requires(Permission.SCHEME_MANAGE)
def bundle(raw_public_id: str) -> ResponseReturnValue:
    """Have certificates made as files, and see how far that is."""
    session, now, actor = db_session(), utc_now(), current_actor()
    permission = Permission.SCHEME_MANAGE
    search = request.values.get("q", "")[:MAX_SEARCH]
    if request.method == "POST":
        ask_for_bundle(
            session,
            actor,
            raw_public_id,
            search=search,
            address=address_of(ANY_CODE).replace(ANY_CODE, "{code}"),
            now=now,
        )
        flash(_("已开始制作，本页显示进度，可以离开。"), "success")
        return redirect(url_for("schemes.bundle", raw_public_id=raw_public_id), 303)
    scheme = queries.get_managed(session, actor, permission, raw_public_id, now)
    last = find_last_bundle(session, scheme.id)
    finished = last.finished_at if last else None
    return render_template(
        "certification/bundle.html",
        scheme=scheme,
        last=last,
        is_busy=last is not None and finished is None and not last.error,
        until=finished + KEPT if finished and finished + KEPT > now else None,
        search=search,
        total=queries.count_of_scheme(session, scheme.id, search=search),
    )


@bp.get("/<raw_public_id>/bundle.zip")
@requires(Permission.SCHEME_MANAGE)
def bundle_zip(raw_public_id: str) -> ResponseReturnValue:
    """Give the files; the audit row lasts before they leave."""
    session, now, actor = db_session(), utc_now(), current_actor()
    body, made = join_bundle(session, actor, raw_public_id, now)
    with transaction.apart(transaction.database()) as writing:
        record_bundle_download(writing, actor, raw_public_id, rows=made.done, now=now)
    reply = send_file(
        body, mimetype="application/zip", as_attachment=True, download_name="certificates.zip"
    )
    reply.headers["Cache-Control"] = "private, no-store"
    return reply
