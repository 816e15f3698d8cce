"""Public verification: anybody with a certificate in hand learns what it is worth.

By its code, which only the certificate carries, the page shows the holder's name, to be compared
with the paper. By its number, which can be guessed, it takes the holder's name as well: a wrong
one is answered as a number that does not exist. The name is masked then, and look-ups are counted.
Old certificates that their issuer has on file are found in the same way; they have no code.
What is unknown, malformed or withdrawn from sight looks the same. No page here is for search
engines, and nobody's look-up by code is kept.
"""

from typing import cast

from flask import Blueprint, Response, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from learning.accounts.rules import network_of
from learning.certification import queries, services, words
from learning.certification.forms import VerifyForm
from learning.certification.queries import OldCertificate
from learning.certification.rules import State, normalised_code, normalised_number
from learning.certification.words import _
from learning.competitions.rules import mask_name
from learning.kernel.clock import utc_now
from learning.organisations.rules.names import name_key
from learning.settings import Settings
from learning.web.forms import refuse_repeated
from learning.web.guards import public
from learning.web.transaction import db_session

bp = Blueprint("verification", __name__, url_prefix="/verify")


@bp.before_request
def _each_field_once() -> None:
    refuse_repeated(request.form)


@bp.after_request
def _keep_out_of_search(response: Response) -> Response:
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


def address_of(code: str) -> str:
    """Return the public address of a certificate's verification page, as its QR code has it."""
    base = cast("Settings", current_app.extensions["settings"]).external_url.rstrip("/")
    return base + url_for("verification.by_code", raw_code=code)


@bp.get("")
@public
def index() -> ResponseReturnValue:
    """Ask for a number or code; a picture's QR code brings the number along."""
    number = normalised_number(request.args.get("number", "")) or ""
    return _page(VerifyForm(formdata=None, data={"typed": number}), None, is_asked=False)


@bp.post("")
@public
def look_up() -> ResponseReturnValue:
    """Find a certificate by what somebody typed from paper."""
    form = VerifyForm()
    if not form.validate():
        return _page(form, None)
    code = normalised_code(form.typed.data)
    if code is not None:
        return redirect(url_for("verification.by_code", raw_code=code), 303)
    if not (form.name.data or "").strip():
        form.name.errors = [_("凭编号查验，请填写持证人姓名。")]
        return _page(form, None, is_asked=False, status=400)
    if not name_key(form.typed.data):
        return _page(form, None)
    found = services.look_up_number(
        db_session(),
        form.typed.data,
        form.name.data,
        network=network_of(request.remote_addr),
        secret=cast("Settings", current_app.extensions["settings"]).secret_key,
        now=utc_now(),
    )
    return _page(form, found, name=mask_name(found.facts.holder_name) if found else "")


@bp.get("/<raw_code>")
@public
def by_code(raw_code: str) -> ResponseReturnValue:
    """Show what the certificate with this code is worth: where its QR code leads."""
    code = normalised_code(raw_code)
    found = queries.find_by_code(db_session(), code, utc_now()) if code else None
    form = VerifyForm(formdata=None, data={"typed": found.facts.number if found else ""})
    return _page(form, found, name=found.facts.holder_name if found else "")


def _page(
    form: VerifyForm,
    found: services.Verified | None,
    *,
    name: str = "",
    is_asked: bool = True,
    status: int = 404,
) -> ResponseReturnValue:
    shown = found if found is not None and found.is_intact else None
    page = render_template(
        "certification/verify.html",
        form=form,
        is_asked=is_asked,
        certificate=shown,
        is_old=isinstance(shown, OldCertificate),
        is_altered=found is not None and shown is None,
        is_masked=shown is not None and name != shown.facts.holder_name,
        name=name,
        verdict=_verdict(shown) if shown else "",
        issued=words.day_words(shown.facts.issued_at, shown.zone) if shown else "",
        valid_until=words.day_words(shown.facts.valid_until, shown.zone) if shown else "",
        ended=_ended(shown) if shown else "",
        corrected=words.day_words(shown.corrections[-1].corrected_at, shown.zone)
        if shown and shown.corrections
        else "",
        checked_at=utc_now(),
    )
    return page, 200 if shown or (not is_asked and status == 404) else status


def _verdict(certificate: services.Verified) -> str:
    """Return the status of the verdict's mark."""
    return {
        State.VALID: "pass",
        State.SUSPENDED: "over",
        State.OVERDUE: "over",
        State.EXPIRED: "due",
        State.REPLACED: "due",
        State.REVOKED: "over",
    }[certificate.state]


def _ended(certificate: services.Verified) -> str:
    """Return the day since when a certificate is revoked, replaced or suspended, "" for none."""
    at = {
        State.REVOKED: certificate.revoked_at,
        State.REPLACED: certificate.replaced_at,
        State.SUSPENDED: certificate.suspended_at,
    }.get(certificate.state)
    return words.day_words(at, certificate.zone) if at else ""
