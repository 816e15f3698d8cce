"""How a scheme's certificates look: the form, and what a certificate would be at once."""

import base64
from datetime import datetime
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from learning.certification import presentation, queries
from learning.certification.forms.templates import TemplateForm
from learning.certification.presentation import Sheet
from learning.certification.queries import SchemeView
from learning.certification.queries.templates import TemplateView, find_seal, list_templates
from learning.certification.routes.schemes import bp
from learning.certification.routes.verification import address_of
from learning.certification.rules import (
    Facts,
    State,
    document_sha256,
    number_of,
    valid_until,
)
from learning.certification.rules.templates import SAMPLES, SHOWN, Look
from learning.certification.services.templates import cleaned, redrawn_seal, write_template
from learning.certification.words import _
from learning.kernel.clock import utc_now
from learning.kernel.errors import Invalid
from learning.kernel.permissions import Permission
from learning.web import transaction
from learning.web.guards import current_actor, requires
from learning.web.transaction import db_session

SAMPLE_CODE = "0000SAMP1E0000SAMP1E00000000"
VERSIONS = 20


@bp.route("/<raw_public_id>/template", methods=["GET", "POST"])
@requires(Permission.SCHEME_MANAGE)
def template(raw_public_id: str) -> ResponseReturnValue:
    """Choose how certificates issued from now on look."""
    actor, now = current_actor(), utc_now()
    with transaction.reading() as session:
        scheme = _managed(session, raw_public_id, now)
        versions = list_templates(session, scheme.id, limit=VERSIONS)
    held = versions[0] if versions else TemplateView(0, Look(), "", "", None)
    form = TemplateForm(data=_values(held))
    form.offer(SAMPLES)
    if not form.validate_on_submit():
        return _page(form, scheme, held, versions)
    try:
        seal = redrawn_seal(form.upload())
        number = write_template(
            db_session(),
            actor,
            raw_public_id,
            look=form.look(),
            seal=seal,
            based_on=int(form.based_on.data) if form.based_on.data.isdecimal() else -1,
            now=now,
        )
    except Invalid as error:
        db_session().rollback()  # the page answers, so what was begun must not be committed
        form.show(error.problems)
        return _page(form, scheme, held, versions)
    flash(_("已保存为第 %(n)s 版，之后签发的证书按它打印。", n=number), "success")
    return redirect(url_for("schemes.detail", raw_public_id=scheme.public_id), 303)


@bp.post("/<raw_public_id>/template/preview")
@requires(Permission.SCHEME_MANAGE)
def template_preview(raw_public_id: str) -> ResponseReturnValue:
    """Show a sample in the look that the form says, whether it was saved or not."""
    now = utc_now()
    with transaction.reading() as session:
        scheme = _managed(session, raw_public_id, now)
        versions = list_templates(session, scheme.id, limit=1)
        kept = find_seal(session, scheme.id, versions[0].seal) if versions else b""
    form = TemplateForm()
    form.offer(SAMPLES)
    picture = ""
    if form.validate():
        try:
            seal = redrawn_seal(form.upload()) or kept
            sheet = _sample(scheme, cleaned(form.look()), seal, form.sample.data, now)
            picture = base64.b64encode(presentation.as_preview(sheet)).decode()
        except Invalid as error:
            form.show(error.problems)
    page = render_template("certification/_preview.html", picture=picture, form=form)
    return page, 200 if picture else 400


def _managed(session: Session, raw_public_id: str, now: datetime) -> SchemeView:
    permission = Permission.SCHEME_MANAGE
    return queries.get_managed(session, current_actor(), permission, raw_public_id, now)


def _values(held: TemplateView) -> dict[str, Any]:
    look = held.look
    values = {name: getattr(look, name) for name in Look.__dataclass_fields__ if name != "shown"}
    values |= {f"show_{name}": name in look.shown for name in SHOWN}
    return {**values, "based_on": str(held.number), "sample": SAMPLES[0]}


def _page(
    form: TemplateForm, scheme: SchemeView, held: TemplateView, versions: list[TemplateView]
) -> ResponseReturnValue:
    page = render_template(
        "certification/template.html", form=form, scheme=scheme, held=held, versions=versions
    )
    return page, 400 if request.method == "POST" else 200


def _sample(scheme: SchemeView, look: Look, seal: bytes, name: str, now: datetime) -> Sheet:
    """Return a certificate that nobody holds; its code verifies as nothing."""
    plan = scheme.plan
    facts = Facts(
        number=number_of(scheme.number_prefix, now.year, 0),
        scheme=plan.code,
        title=plan.title,
        title_en=plan.title_en,
        holder_name=name if name in SAMPLES else SAMPLES[0],
        unit_name=_("（样张）某某精密制造有限公司"),
        issuer_name=scheme.issuer_name,
        issued_at=now,
        valid_from=now,
        valid_until=valid_until(now, plan.validity_months, scheme.zone),
    )
    return Sheet(
        facts=facts,
        code=SAMPLE_CODE,
        zone=scheme.zone,
        sha256=document_sha256(facts),
        state=State.VALID,
        address=address_of(SAMPLE_CODE),
        look=look,
        seal=seal if look.seal == "picture" else b"",
    )
