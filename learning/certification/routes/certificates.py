"""One's own certificates as cards, picture and file; revoking one, for who may."""

import io

from flask import Blueprint, Response, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from learning.certification import presentation, queries, services, words
from learning.certification.forms import RevokeForm
from learning.certification.presentation import Sheet
from learning.certification.queries import CertificateDetail
from learning.certification.queries.external import list_own_external
from learning.certification.queries.standings import Renewal, find_renewal
from learning.certification.queries.templates import list_printed
from learning.certification.routes.verification import address_of
from learning.certification.rules import Act, State, grouped, may
from learning.certification.words import _
from learning.certification.words.external import external_days, external_state_words
from learning.kernel.clock import utc_now
from learning.kernel.errors import Conflict, Invalid, NotFound
from learning.kernel.permissions import Actor, Permission
from learning.web import transaction
from learning.web.forms import refuse_repeated
from learning.web.guards import current_actor, requires, with_grants
from learning.web.transaction import db_session

WECHAT = "MicroMessenger"  # its browser saves no files, but any picture that is pressed long

bp = Blueprint("certificates", __name__, url_prefix="/certificates")


@bp.before_request
def _each_field_once() -> None:
    refuse_repeated(request.form)


@bp.get("")
@requires(Permission.SELF_CERTIFICATE)
def index() -> ResponseReturnValue:
    """List one's own certificates, newest first."""
    actor, now = current_actor(), utc_now()
    found = queries.list_certificates_of(db_session(), [actor.user_id], now)
    return render_template(
        "certification/index.html",
        certificates=[(one, words.state_words(one)) for one in found],
        registered=[
            (one, external_state_words(one.state), external_days(one))
            for one in list_own_external(db_session(), actor.user_id, now)
        ],
    )


@bp.get("/<raw_public_id>")
@requires(Permission.SELF_CERTIFICATE)
def detail(raw_public_id: str) -> ResponseReturnValue:
    """Show one certificate: the picture, the facts, the ways to keep it."""
    certificate = _get(raw_public_id)
    actor = _reader()
    facts, zone = certificate.facts, certificate.zone
    is_own = certificate.user_id == actor.user_id
    is_revoked = certificate.state is State.REVOKED
    is_suspended = certificate.suspended_at is not None
    is_issuer = _may_revoke(actor, raw_public_id)
    return render_template(
        "certification/detail.html",
        certificate=certificate,
        state=words.state_words(certificate),
        issued=words.day_words(facts.issued_at, zone),
        valid_until=words.day_words(facts.valid_until, zone),
        code=grouped(certificate.code),
        address=address_of(certificate.code),
        is_own=is_own,
        can_share=is_own and certificate.is_intact and certificate.state is State.VALID,
        in_wechat=WECHAT in request.headers.get("User-Agent", ""),
        acts={
            act.value
            for act in Act
            if is_issuer and may(act, certificate.state, is_suspended=is_suspended)
        },
        history=words.history_words(certificate, queries.list_acts(db_session(), certificate.id)),
        successor=queries.find_successor(db_session(), certificate.id)
        if is_revoked
        else certificate.successor,
        scheme_url=_scheme_url(actor, certificate),
        renewal=_renewal(actor, certificate),
    )


@bp.get("/<raw_public_id>.pdf")
@requires(Permission.SELF_CERTIFICATE)
def pdf(raw_public_id: str) -> ResponseReturnValue:
    """Give a certificate as a file to keep and print."""
    certificate = _get(raw_public_id)
    return own_file(
        presentation.as_pdf(_sheet(certificate)),
        "application/pdf",
        f"{certificate.facts.number}.pdf",
        as_attachment=True,
    )


@bp.get("/<raw_public_id>.png")
@requires(Permission.SELF_CERTIFICATE)
def png(raw_public_id: str) -> ResponseReturnValue:
    """Give a certificate as a picture."""
    certificate = _get(raw_public_id)
    return own_file(
        presentation.as_png(_sheet(certificate)),
        "image/png",
        f"{certificate.facts.number}.png",
        as_attachment=False,
    )


@bp.route("/<raw_public_id>/revoke", methods=["GET", "POST"])
@requires(Permission.CERTIFICATE_REVOKE)
def revoke(raw_public_id: str) -> ResponseReturnValue:
    """Revoke a certificate for good, with a reason."""
    actor, now = current_actor(), utc_now()
    with transaction.reading() as session:
        certificate = queries.get_revocable(session, actor, raw_public_id, now)
        is_doubtful = queries.is_doubtful(session, certificate.id)
    if certificate.state is State.REVOKED:
        raise Conflict("already_revoked")
    form = RevokeForm()
    form.offer(is_doubtful=is_doubtful)
    if not form.validate_on_submit():
        return _revoke_page(form, certificate)
    try:
        services.revoke_certificate(
            db_session(),
            actor,
            raw_public_id,
            reason=form.reason.data,
            ground=form.chosen,
            now=now,
        )
    except Invalid as error:
        db_session().rollback()  # the page answers, so what was begun must not be committed
        form.reason.errors = [words.problem_words(problem) for problem in error.problems]
        return _revoke_page(form, certificate)
    flash(_("证书已撤销，查验页立即显示。"), "success")
    return redirect(url_for("certificates.detail", raw_public_id=certificate.public_id), 303)


def _revoke_page(form: RevokeForm, certificate: CertificateDetail) -> ResponseReturnValue:
    page = render_template("certification/revoke.html", form=form, certificate=certificate)
    return page, 400 if request.method == "POST" else 200


def own_file(content: bytes, mimetype: str, name: str, *, as_attachment: bool) -> Response:
    """Return a file about people: for this reader alone, kept by no cache."""
    reply = send_file(
        io.BytesIO(content), mimetype=mimetype, as_attachment=as_attachment, download_name=name
    )
    reply.headers["Cache-Control"] = "private, no-store"
    return reply


def _reader() -> Actor:
    """Return who reads, with the roles: a scheme's manager reads what is not their own."""
    actor = current_actor()
    return actor if actor.grants else with_grants(actor)


def _get(raw_public_id: str) -> CertificateDetail:
    return queries.get_certificate(db_session(), _reader(), raw_public_id, utc_now())


def _may_revoke(actor: Actor, raw_public_id: str) -> bool:
    if not actor.holds(Permission.CERTIFICATE_REVOKE):
        return False
    try:
        queries.get_revocable(db_session(), actor, raw_public_id, utc_now())
    except NotFound:
        return False
    return True


def _scheme_url(actor: Actor, certificate: CertificateDetail) -> str | None:
    """Return the scheme's page for who manages it, the way back from here."""
    permission, raw = Permission.SCHEME_MANAGE, certificate.scheme_public_id
    if not actor.holds(permission):
        return None
    try:
        queries.get_managed(db_session(), actor, permission, raw, utc_now())
    except NotFound:
        return None
    return url_for("schemes.detail", raw_public_id=raw)


def _renewal(actor: Actor, certificate: CertificateDetail) -> Renewal | None:
    """Return when the reader's own certificate can be renewed, None where it never is."""
    if certificate.user_id != actor.user_id:
        return None
    return find_renewal(
        db_session(), certificate.scheme_id, actor.user_id, certificate.id, utc_now()
    )


def _sheet(certificate: CertificateDetail) -> Sheet:
    printed = list_printed(db_session(), [certificate.id])[certificate.id]
    return Sheet(
        facts=certificate.facts,
        code=certificate.code,
        zone=certificate.zone,
        sha256=certificate.sha256,
        state=certificate.state,
        address=address_of(certificate.code),
        look=printed.look,
        seal=printed.seal,
        photo=printed.photo,
    )
