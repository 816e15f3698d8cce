"""Kinds of certificates that others issue, and putting a certificate on file."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from learning.certification.forms.external import EntryForm, KindForm
from learning.certification.queries import external as queries
from learning.certification.queries.external import ExternalView
from learning.certification.queries.register import list_offered
from learning.certification.routes.external import MANAGE, bp, organisation_in_reach
from learning.certification.services import external as services
from learning.certification.words import _, term_words
from learning.kernel.clock import utc_now
from learning.kernel.errors import Conflict, Invalid
from learning.organisations.queries.units import UnitView
from learning.web import transaction
from learning.web.guards import current_actor, requires
from learning.web.templating import in_language
from learning.web.transaction import db_session


@bp.route("/<raw_unit_id>/kinds", methods=["GET", "POST"])
@requires(MANAGE)
def kinds(raw_unit_id: str) -> ResponseReturnValue:
    """List the kinds of an organisation, and write a new one."""
    organisation = organisation_in_reach(raw_unit_id)
    form = KindForm()
    if form.validate_on_submit() and _kept(organisation, form, ""):
        flash(_("证书种类已建立。"), "success")
        return redirect(url_for("external.kinds", raw_unit_id=organisation.public_id), 303)
    with transaction.reading() as session:
        found = queries.list_kinds(session, organisation.id)
    page = render_template(
        "certification/external/kinds.html",
        organisation=organisation,
        form=form,
        kinds=[
            (
                kind,
                term_words(kind.plan.validity_months),
                term_words(kind.plan.review_months) if kind.plan.review_months else _("不复审"),
            )
            for kind in found
        ],
    )
    return page, 400 if request.method == "POST" else 200


@bp.route("/<raw_unit_id>/kinds/<raw_public_id>", methods=["GET", "POST"])
@requires(MANAGE)
def kind(raw_unit_id: str, raw_public_id: str) -> ResponseReturnValue:
    """Change a kind; what is on file keeps its dates."""
    organisation = organisation_in_reach(raw_unit_id)
    with transaction.reading() as session:
        plan = queries.plan_of(queries.get_kind(session, organisation.id, raw_public_id))
    form = KindForm(obj=plan)
    if form.validate_on_submit() and _kept(organisation, form, raw_public_id):
        flash(_("已保存。已经登记的证书日期不变。"), "success")
        return redirect(url_for("external.kinds", raw_unit_id=organisation.public_id), 303)
    page = render_template(
        "certification/external/kind.html", organisation=organisation, form=form, plan=plan
    )
    return page, 400 if request.method == "POST" else 200


def _kept(organisation: UnitView, form: KindForm, raw_public_id: str) -> bool:
    try:
        services.keep_kind(
            db_session(),
            current_actor(),
            organisation,
            plan=form.plan(),
            raw_public_id=raw_public_id,
            now=utc_now(),
        )
    except Invalid as error:
        db_session().rollback()  # the page answers, so what was begun must not be committed
        form.show(error.problems)
        return False
    return True


@bp.route("/<raw_unit_id>/new", methods=["GET", "POST"])
@requires(MANAGE)
def new(raw_unit_id: str) -> ResponseReturnValue:
    """Put a certificate on file; a second person checks it."""
    organisation = organisation_in_reach(raw_unit_id)
    form = EntryForm()
    with transaction.reading() as session:
        offered = list_offered(session, organisation.id)
    form.scheme.choices = [
        (scheme.code, in_language(scheme.title, scheme.title_en)) for scheme in offered
    ]
    if not form.validate_on_submit():
        return _entry_page(form, organisation, None)
    uploads = form.uploads()
    if uploads is None:
        return _entry_page(form, organisation, None)
    try:
        public_id = services.register(
            db_session(),
            current_actor(),
            organisation,
            row=form.row(),
            uploads=uploads,
            now=utc_now(),
        )
    except (Invalid, Conflict) as error:
        return _refused(error, form, organisation, None)
    flash(_("已登记，等另一个人核对原件后计入持证。"), "success")
    return redirect(url_for("external.detail", raw_public_id=public_id), 303)


@bp.route("/certificates/<raw_public_id>/follow", methods=["GET", "POST"])
@requires(MANAGE)
def follow(raw_public_id: str) -> ResponseReturnValue:
    """Enter what the paper says after a review or an extension."""
    now, actor = utc_now(), current_actor()
    with transaction.reading() as session:
        found = queries.get_external(session, actor, raw_public_id, now)
        row = found.row
        organisation = queries.get_organisation_of(session, actor, row.organisation_id, now)
    if row.withdrawn_at is not None or row.checked_at is None:
        raise Conflict("external_closed")
    form = EntryForm(data={"issuer": row.issuer})
    form.keep_paper()
    if not form.validate_on_submit():
        return _entry_page(form, organisation, found)
    uploads = form.uploads()
    if uploads is None:
        return _entry_page(form, organisation, found)
    try:
        public_id = services.follow(
            db_session(),
            actor,
            raw_public_id,
            row=form.row(),
            uploads=uploads,
            now=now,
        )
    except (Invalid, Conflict) as error:
        return _refused(error, form, organisation, found)
    flash(_("已登记，核对后代替原来的记录。"), "success")
    return redirect(url_for("external.detail", raw_public_id=public_id), 303)


def _refused(
    error: Invalid | Conflict, form: EntryForm, organisation: UnitView, found: ExternalView | None
) -> ResponseReturnValue:
    db_session().rollback()  # the page answers, so what was begun must not be committed
    if isinstance(error, Invalid):
        form.show(error.problems)
    elif error.code == "external_taken":
        form.form_errors.append(_("这张证书已经登记，不重复登记。复审或延期请在原记录上登记。"))
    else:
        raise error
    return _entry_page(form, organisation, found)


def _entry_page(
    form: EntryForm, organisation: UnitView, found: ExternalView | None
) -> ResponseReturnValue:
    page = render_template(
        "certification/external/entry.html", form=form, organisation=organisation, one=found
    )
    return page, 400 if request.method == "POST" else 200
