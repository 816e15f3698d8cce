"""Correcting the name on a certificate, suspending it, lifting that; for who may revoke it."""

from collections.abc import Callable

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from learning.certification import queries, services
from learning.certification.forms import NameForm, ReasonForm
from learning.certification.queries import CertificateDetail
from learning.certification.routes.certificates import bp
from learning.certification.rules import Act, may
from learning.certification.words import _
from learning.kernel.clock import utc_now
from learning.kernel.errors import Conflict, Invalid
from learning.kernel.permissions import Permission
from learning.web import transaction
from learning.web.guards import current_actor, requires
from learning.web.transaction import db_session


@bp.route("/<raw_public_id>/correct", methods=["GET", "POST"])
@requires(Permission.CERTIFICATE_REVOKE)
def correct(raw_public_id: str) -> ResponseReturnValue:
    """Correct the holder's name, with a reason."""
    form = NameForm()

    def act() -> None:
        services.correct_name(
            db_session(),
            current_actor(),
            raw_public_id,
            name=form.name.data,
            reason=form.reason.data,
            now=utc_now(),
        )

    return _asked(raw_public_id, Act.CORRECT, form, act)


@bp.route("/<raw_public_id>/suspend", methods=["GET", "POST"])
@requires(Permission.CERTIFICATE_REVOKE)
def suspend(raw_public_id: str) -> ResponseReturnValue:
    """Suspend a certificate, with a reason."""
    form = ReasonForm()

    def act() -> None:
        services.suspend_certificate(
            db_session(), current_actor(), raw_public_id, reason=form.reason.data, now=utc_now()
        )

    return _asked(raw_public_id, Act.SUSPEND, form, act)


@bp.route("/<raw_public_id>/lift", methods=["GET", "POST"])
@requires(Permission.CERTIFICATE_REVOKE)
def lift(raw_public_id: str) -> ResponseReturnValue:
    """Lift a suspension, with a reason."""
    form = ReasonForm()

    def act() -> None:
        services.lift_suspension(
            db_session(), current_actor(), raw_public_id, reason=form.reason.data, now=utc_now()
        )

    return _asked(raw_public_id, Act.LIFT, form, act)


def _asked(
    raw_public_id: str, kind: Act, form: ReasonForm, act: Callable[[], None]
) -> ResponseReturnValue:
    """Ask for what the act needs, then do it."""
    with transaction.reading() as session:
        certificate = queries.get_revocable(session, current_actor(), raw_public_id, utc_now())
    if not may(kind, certificate.state, is_suspended=certificate.suspended_at is not None):
        raise Conflict("act_not_possible")
    if not form.validate_on_submit():
        return _page(form, certificate, kind)
    try:
        act()
    except Invalid as error:
        db_session().rollback()  # the page answers, so what was begun must not be committed
        form.show(error.problems)
        return _page(form, certificate, kind)
    flash(_done()[kind], "success")
    return redirect(url_for("certificates.detail", raw_public_id=certificate.public_id), 303)


def _done() -> dict[Act, str]:
    return {
        Act.CORRECT: _("姓名已更正，查验页和新下载的证书显示更正后的姓名。"),
        Act.SUSPEND: _("证书已暂停，查验页立即显示。"),
        Act.LIFT: _("暂停已解除。"),
    }


def _page(form: ReasonForm, certificate: CertificateDetail, kind: Act) -> ResponseReturnValue:
    titles = {
        Act.CORRECT: (
            _("更正姓名"),
            _("编号和查验码不变。原姓名和更正原因留在记录里，查验页注明更正日期。"),
        ),
        Act.SUSPEND: (
            _("暂停证书"),
            _("暂停期间不计入持证，查验页显示已暂停。有效期照常计算，解除后继续有效。"),
        ),
        Act.LIFT: (_("解除暂停"), _("从现在起在有效期内继续有效；暂停的期间留在记录里。")),
    }
    title, effect = titles[kind]
    page = render_template(
        "certification/act.html", form=form, certificate=certificate, title=title, effect=effect
    )
    return page, 400 if request.method == "POST" else 200
