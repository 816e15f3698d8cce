"""The terms of a scheme: what it asks, written as choices, read as sentences in both languages."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from learning.certification import queries, services
from learning.certification.forms.papers import AssessorsForm
from learning.certification.forms.terms import TermsForm, terms_values
from learning.certification.queries import SchemeView
from learning.certification.queries.papers import list_assessors
from learning.certification.routes.schemes import bp
from learning.certification.rules.terms import Terms, terms_problems
from learning.certification.words import _
from learning.certification.words import terms as words
from learning.kernel.clock import utc_now
from learning.kernel.permissions import Permission
from learning.web import transaction
from learning.web.guards import current_actor, requires
from learning.web.transaction import db_session

MANAGE = Permission.SCHEME_MANAGE


@bp.route("/<raw_public_id>/terms", methods=["GET", "POST"])
@requires(MANAGE)
def terms(raw_public_id: str) -> ResponseReturnValue:
    """Write what the scheme asks; the preview says it in words before it is published."""
    actor, now = current_actor(), utc_now()
    with transaction.reading() as session:
        scheme = queries.get_managed(session, actor, MANAGE, raw_public_id, now)
        known = queries.find_terms(session, scheme.id, now).terms
        versions = queries.list_versions(session, scheme.id)
    form = TermsForm(data=terms_values(known))
    if not form.validate_on_submit():
        return _page(form, scheme, known, versions)
    written, problems = form.terms()
    problems = [*problems, *terms_problems(written)]
    if problems:
        form.show(problems)
        return _page(form, scheme, None, versions)
    if request.form.get("act") != "publish":
        return _page(form, scheme, written, versions, is_preview=True)
    number = services.publish_terms(db_session(), actor, raw_public_id, terms=written, now=now)
    flash(_("已发布为第 %(n)s 版，此后的决定按这一版。", n=number), "success")
    return redirect(url_for("schemes.detail", raw_public_id=scheme.public_id), 303)


def _page(
    form: TermsForm,
    scheme: SchemeView,
    shown: Terms | None,
    versions: list[queries.TermsView],
    *,
    is_preview: bool = False,
) -> ResponseReturnValue:
    page = render_template(
        "certification/terms.html",
        form=form,
        scheme=scheme,
        both=words.terms_in_both(shown) if shown else [],
        is_preview=is_preview,
        versions=versions,
        assessors=list_assessors(db_session(), scheme.id),
        assessors_form=AssessorsForm(formdata=None),
    )
    return page, 400 if form.errors else 200
