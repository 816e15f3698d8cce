"""A picture of one's own certificate for messages and pages, with as much of the name as one wants.

A picture cannot be called back: only a certificate that is valid now gives one, and its QR code
leads to what the certificate is worth when it is scanned. Where the name is masked, the code asks
for it, as the secret code of the paper would show it in full.
"""

from typing import cast

from flask import current_app, render_template, request, url_for
from flask.typing import ResponseReturnValue

from learning.certification import presentation, queries, words
from learning.certification.presentation import Shared
from learning.certification.queries import CertificateDetail
from learning.certification.routes.certificates import WECHAT, bp, own_file
from learning.certification.routes.verification import address_of
from learning.certification.rules import State
from learning.competitions.rules import mask_name
from learning.kernel.clock import utc_now
from learning.kernel.errors import Conflict
from learning.kernel.permissions import Permission
from learning.settings import Settings
from learning.web.guards import current_actor, requires
from learning.web.transaction import db_session

FULL, MASKED = "full", "masked"


@bp.get("/<raw_public_id>/share")
@requires(Permission.SELF_CERTIFICATE)
def share(raw_public_id: str) -> ResponseReturnValue:
    """Show the picture to share, with the full name or a masked one."""
    certificate = _own(raw_public_id)
    return render_template(
        "certification/share.html",
        certificate=certificate,
        can_share=_can_share(certificate),
        state=words.state_words(certificate),
        name=_chosen(),
        masked=mask_name(certificate.facts.holder_name),
        in_wechat=WECHAT in request.headers.get("User-Agent", ""),
    )


@bp.get("/<raw_public_id>/share.png")
@requires(Permission.SELF_CERTIFICATE)
def share_png(raw_public_id: str) -> ResponseReturnValue:
    """Give the picture to share; refuse it of a certificate that is not valid."""
    certificate = _own(raw_public_id)
    if not _can_share(certificate):
        raise Conflict("not_shareable")
    facts, is_masked = certificate.facts, _chosen() == MASKED
    shared = Shared(
        facts=facts,
        zone=certificate.zone,
        holder=mask_name(facts.holder_name) if is_masked else facts.holder_name,
        address=_asking_address(facts.number) if is_masked else address_of(certificate.code),
        is_masked=is_masked,
    )
    picture = presentation.as_shared(shared)
    return own_file(picture, "image/png", f"{facts.number}-{_chosen()}.png", as_attachment=False)


def _own(raw_public_id: str) -> CertificateDetail:
    return queries.get_own_certificate(
        db_session(), current_actor().user_id, raw_public_id, utc_now()
    )


def _can_share(certificate: CertificateDetail) -> bool:
    return certificate.is_intact and certificate.state is State.VALID


def _chosen() -> str:
    """Return how the name is to stand; masked unless the holder asks for all of it."""
    return FULL if request.args.get("name") == FULL else MASKED


def _asking_address(number: str) -> str:
    """Return the address of the page that asks for the name that belongs to a number."""
    base = cast("Settings", current_app.extensions["settings"]).external_url.rstrip("/")
    return base + url_for("verification.index", number=number)
