"""Schemes for who manages them: write one, attach sittings, see and download its certificates."""

from collections.abc import Iterator
from datetime import datetime

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from learning.certification import queries, services, words
from learning.certification.forms import AttachForm, SchemeForm
from learning.certification.queries import SchemeView
from learning.certification.routes.certificates import own_file
from learning.certification.words import _
from learning.kernel.clock import utc_now
from learning.kernel.documents import XLSX_MIME, Column, write_workbook
from learning.kernel.errors import Forbidden, Invalid
from learning.kernel.permissions import Permission
from learning.web import transaction
from learning.web.forms import page_number, refuse_repeated
from learning.web.guards import current_actor, requires
from learning.web.transaction import db_session

MAX_SEARCH = 100

bp = Blueprint("schemes", __name__, url_prefix="/schemes")


@bp.before_request
def _each_field_once() -> None:
    refuse_repeated(request.form)


@bp.get("")
@requires(Permission.SCHEME_MANAGE)
def index() -> ResponseReturnValue:
    """List the schemes of the organisations in reach."""
    page = page_number(request.args)
    lines, total = queries.list_schemes(db_session(), current_actor(), utc_now(), page=page)
    return render_template(
        "certification/schemes.html",
        lines=[(line, words.term_words(line.validity_months)) for line in lines],
        page=page,
        pages=max(1, -(-total // queries.PAGE_SIZE)),
        total=total,
        page_url=lambda number: url_for("schemes.index", page=number),
    )


@bp.route("/new", methods=["GET", "POST"])
@requires(Permission.SCHEME_MANAGE)
def new() -> ResponseReturnValue:
    """Write a new scheme."""
    now, actor = utc_now(), current_actor()
    with transaction.reading() as session:
        issuers = queries.list_issuers(session, actor, now)
    if not issuers:
        raise Forbidden("permission")
    form = SchemeForm(data={"validity_months": 36})
    form.offer(issuers, None)
    if not form.validate_on_submit():
        return _form_page(form, None)
    try:
        public_id = services.create_scheme(
            db_session(), actor, raw_issuer_id=form.issuer.data, plan=form.plan(), now=now
        )
    except Invalid as error:
        db_session().rollback()  # the page answers, so what was begun must not be committed
        form.show(error.problems)
        return _form_page(form, None)
    flash(_("认证项目已建立。关联场次后，考试合格的人自动得到证书。"), "success")
    return _to_detail(public_id)


@bp.route("/<raw_public_id>/edit", methods=["GET", "POST"])
@requires(Permission.SCHEME_MANAGE)
def edit(raw_public_id: str) -> ResponseReturnValue:
    """Change what later certificates say."""
    with transaction.reading() as session:
        scheme = _managed(session, raw_public_id)
    plan = scheme.plan
    values = {
        "title": plan.title,
        "title_en": plan.title_en,
        "validity_months": plan.validity_months,
    }
    form = SchemeForm(data=values)
    form.offer([], scheme)
    if not form.validate_on_submit():
        return _form_page(form, scheme)
    try:
        services.edit_scheme(
            db_session(), current_actor(), raw_public_id, plan=form.plan(plan.code), now=utc_now()
        )
    except Invalid as error:
        db_session().rollback()  # the page answers, so what was begun must not be committed
        form.show(error.problems)
        return _form_page(form, scheme)
    flash(_("已保存。已经签发的证书不变。"), "success")
    return _to_detail(scheme.public_id)


def _managed(session: Session, raw_public_id: str) -> SchemeView:
    permission = Permission.SCHEME_MANAGE
    return queries.get_managed(session, current_actor(), permission, raw_public_id, utc_now())


def _form_page(form: SchemeForm, scheme: SchemeView | None) -> ResponseReturnValue:
    page = render_template("certification/edit.html", form=form, scheme=scheme)
    return page, 400 if request.method == "POST" else 200


def _to_detail(public_id: str) -> ResponseReturnValue:
    return redirect(url_for("schemes.detail", raw_public_id=public_id), 303)


@bp.get("/<raw_public_id>")
@requires(Permission.SCHEME_MANAGE)
def detail(raw_public_id: str) -> ResponseReturnValue:
    """Show a scheme: its sittings, and its certificates with search."""
    session, now, actor = db_session(), utc_now(), current_actor()
    page, search = page_number(request.args), request.args.get("q", "")[:MAX_SEARCH]
    scheme = _managed(session, raw_public_id)
    found, total = queries.list_of_scheme(session, scheme.id, now, search=search, page=page)
    form = AttachForm()
    form.sitting.choices = queries.list_attachable(session, actor, scheme, now)
    return render_template(
        "certification/scheme.html",
        scheme=scheme,
        term=words.term_words(scheme.plan.validity_months),
        rules=[
            (rule, words.sitting_state_words(rule.sitting_state))
            for rule in queries.list_rules(session, scheme.id)
        ],
        form=form,
        certificates=[
            (
                one,
                words.state_words(one),
                words.day_words(one.facts.issued_at, one.zone),
                words.day_words(one.facts.valid_until, one.zone),
            )
            for one in found
        ],
        doubtful=queries.list_doubtful(session, scheme.id, now),
        search=search,
        page=page,
        pages=max(1, -(-total // queries.PAGE_SIZE)),
        total=total,
        page_url=lambda number: url_for(
            "schemes.detail", raw_public_id=scheme.public_id, page=number, q=search or None
        ),
    )


@bp.post("/<raw_public_id>/sittings")
@requires(Permission.SCHEME_MANAGE)
def attach(raw_public_id: str) -> ResponseReturnValue:
    """Let a pass at a sitting earn the certificate."""
    raw_sitting_id = request.form.get("sitting", "")
    is_new = services.attach_sitting(
        db_session(), current_actor(), raw_public_id, raw_sitting_id=raw_sitting_id, now=utc_now()
    )
    flash(
        _("已关联。已经合格的人，证书随后签发。") if is_new else _("这个场次已经关联。"), "success"
    )
    return _to_detail(raw_public_id)


@bp.post("/<raw_public_id>/sittings/<raw_rule_id>/end")
@requires(Permission.SCHEME_MANAGE)
def detach(raw_public_id: str, raw_rule_id: str) -> ResponseReturnValue:
    """End an award rule; what was issued stays."""
    services.detach_sitting(
        db_session(), current_actor(), raw_public_id, raw_rule_id=raw_rule_id, now=utc_now()
    )
    flash(_("已取消关联。已经签发的证书不变。"), "success")
    return _to_detail(raw_public_id)


@bp.get("/<raw_public_id>/certificates.xlsx")
@requires(Permission.SCHEME_MANAGE)
def certificates_xlsx(raw_public_id: str) -> ResponseReturnValue:
    """Give all certificates of a scheme, or those searched for, as a workbook.

    The audit row is written and lasting before anything leaves.
    """
    session, now, actor = db_session(), utc_now(), current_actor()
    scheme = _managed(session, raw_public_id)
    refuse_repeated(request.args)
    search = request.args.get("q", "")[:MAX_SEARCH]
    with transaction.apart(transaction.database()) as writing:
        services.record_download(
            writing,
            actor,
            scheme.public_id,
            rows=queries.count_of_scheme(session, scheme.id, search=search),
            search=search,
            now=now,
        )
    columns = [
        Column(_("证书编号"), 24, is_text=True),
        Column(_("持证人"), 16, is_text=True),
        Column(_("单位"), 32, is_text=True),
        Column(_("签发日期"), 12, is_text=True),
        Column(_("有效期至"), 12, is_text=True),
        Column(_("状态"), 10, is_text=True),
        Column(_("撤销日期"), 12, is_text=True),
        Column(_("撤销原因"), 32, is_text=True),
    ]
    data = write_workbook(
        columns,
        _rows(session, scheme, now, search),
        sheet_name=_("证书"),
        notes=[scheme.plan.title, scheme.issuer_name, _("搜索：%(q)s", q=search) if search else ""],
        notes_name=_("说明"),
        timezone=scheme.zone,
    )
    return own_file(data, XLSX_MIME, f"certificates-{scheme.plan.code}.xlsx", as_attachment=True)


def _rows(
    session: Session, scheme: SchemeView, now: datetime, search: str
) -> Iterator[tuple[str, ...]]:
    for one in queries.iterate_scheme(session, scheme.id, now, search=search):
        yield (
            one.facts.number,
            one.facts.holder_name,
            one.facts.unit_name,
            words.day_words(one.facts.issued_at, one.zone),
            words.day_words(one.facts.valid_until, one.zone),
            words.state_words(one)[0],
            words.day_words(one.revoked_at, one.zone) if one.revoked_at else "",
            one.reason,
        )
