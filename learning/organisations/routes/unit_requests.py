"""The operator's side of missing units: make the unit that was asked for, point to it, refuse."""

from datetime import datetime

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from learning.kernel.clock import utc_now
from learning.kernel.errors import Conflict, Forbidden, Invalid
from learning.kernel.permissions import Actor, Permission, ScopeKind
from learning.organisations import words
from learning.organisations.forms import (
    ExistingUnitForm,
    NewUnitForm,
    RefusalForm,
)
from learning.organisations.queries import match_units, units_in_reach
from learning.organisations.queries.picking import find_organisations
from learning.organisations.queries.unit_requests import (
    UnitRequestView,
    count_unit_requests,
    get_unit_request,
    list_unit_requests,
)
from learning.organisations.routes.blueprint import (
    PAGE_SIZE,
    bp,
    page_link,
    pages_of,
    search_text,
)
from learning.organisations.rules.joining import UnitRequestState
from learning.organisations.rules.units import UnitKind
from learning.organisations.services.unit_requests import (
    create_requested_unit,
    point_to_unit,
    refuse_unit_request,
)
from learning.organisations.words import _
from learning.web import transaction
from learning.web.forms import page_number
from learning.web.guards import current_actor, requires
from learning.web.transaction import db_session

MANAGE = Permission.ORG_UNIT_MANAGE
SIMILAR_SHOWN = 5


def _operator() -> Actor:
    """Return the actor; Forbidden unless units of the whole platform are theirs to manage."""
    actor = current_actor()
    if not any(g.scope_kind is ScopeKind.PLATFORM for g in actor.grants_for(MANAGE)):
        raise Forbidden("permission", permission=MANAGE.value)
    return actor


@bp.get("/requests")
@requires(MANAGE)
def unit_requests() -> ResponseReturnValue:
    """List the requests for missing units that wait."""
    _operator()
    session, search, page = db_session(), search_text(), page_number(request.args)
    total = count_unit_requests(session, search=search)
    return render_template(
        "organisations/join_wishes.html",
        lines=[
            (line, words.provinces().get(line.region[:2], ""))
            for line in list_unit_requests(
                session, search=search, offset=(page - 1) * PAGE_SIZE, limit=PAGE_SIZE
            )
        ],
        search=search,
        page=page,
        pages=pages_of(total),
        total=total,
        page_url=page_link("organisations.unit_requests", q=search),
    )


@bp.get("/requests/<raw_public_id>")
@requires(MANAGE)
def unit_request(raw_public_id: str) -> ResponseReturnValue:
    """Show one request with what can be done about it."""
    _operator()
    return _page(get_unit_request(db_session(), raw_public_id)), 200


@bp.post("/requests/<raw_public_id>/create")
@requires(MANAGE)
def create_wished(raw_public_id: str) -> ResponseReturnValue:
    """Make the unit, and the person's request to join it."""
    now, actor = utc_now(), _operator()
    wish = _load(raw_public_id)
    form = _new_form(wish)
    if not form.validate():
        return _page(wish, new_form=form), 400
    draft = form.draft(UnitKind(form.kind.data), form.name.data or "")
    try:
        create_requested_unit(db_session(), actor, wish.public_id, draft, now=now)
    except Invalid as error:
        db_session().rollback()  # the page answers, so what was begun must not be committed
        form.show(error.problems)
        return _page(wish, new_form=form), 400
    except Conflict as error:
        return _gone(error)
    flash(_("单位已建立，已替本人申请加入。"), "success")
    return redirect(url_for("organisations.unit_requests"), 303)


@bp.post("/requests/<raw_public_id>/existing")
@requires(MANAGE)
def point_wished(raw_public_id: str) -> ResponseReturnValue:
    """Answer with a unit that exists already."""
    now, actor = utc_now(), _operator()
    wish, form = _load(raw_public_id), ExistingUnitForm()
    if not form.validate():
        return _page(wish, existing_form=form), 400
    with transaction.reading() as session:
        reach = units_in_reach(session, actor, MANAGE, now)
        found = match_units(session, reach, form.target.data or "", now)
    if len(found) != 1:
        code = "target_ambiguous" if found else "target_unknown"
        form.target.errors = [words.conflict_words(Conflict(code))]
        return _page(wish, existing_form=form), 400
    try:
        point_to_unit(db_session(), actor, wish.public_id, found[0], now=now)
    except Conflict as error:
        return _gone(error)
    flash(_("已替本人申请加入 %(unit)s。", unit=found[0].name), "success")
    return redirect(url_for("organisations.unit_requests"), 303)


@bp.post("/requests/<raw_public_id>/refuse")
@requires(MANAGE)
def refuse_wished(raw_public_id: str) -> ResponseReturnValue:
    """Refuse with a reason that the person reads."""
    now, actor = utc_now(), _operator()
    wish, form = _load(raw_public_id), RefusalForm()
    if not form.validate():
        return _page(wish, refusal_form=form), 400
    try:
        refuse_unit_request(
            db_session(), actor, wish.public_id, reason=form.reason.data or "", now=now
        )
    except Invalid as error:
        db_session().rollback()  # the page answers
        form.show(error.problems)
        return _page(wish, refusal_form=form), 400
    except Conflict as error:
        return _gone(error)
    flash(_("申请未通过，原因已告知本人。"), "success")
    return redirect(url_for("organisations.unit_requests"), 303)


def _load(raw_public_id: str) -> UnitRequestView:
    with transaction.reading() as session:
        return get_unit_request(session, raw_public_id)


def _gone(error: Conflict) -> ResponseReturnValue:
    db_session().rollback()  # the page answers
    flash(words.join_words(error.code), "error")
    return redirect(url_for("organisations.unit_requests"), 303)


def _new_form(wish: UnitRequestView) -> NewUnitForm:
    form = NewUnitForm(
        data={
            "kind": UnitKind.ENTERPRISE.value,
            "name": wish.name,
            "uscc": wish.uscc,
            "region": wish.region,
        }
    )
    form.offer(below_a_unit=False)
    return form


def _page(
    wish: UnitRequestView,
    *,
    new_form: NewUnitForm | None = None,
    existing_form: ExistingUnitForm | None = None,
    refusal_form: RefusalForm | None = None,
) -> str:
    now: datetime = utc_now()
    new_form = new_form or _new_form(wish)
    existing_form = existing_form or ExistingUnitForm(formdata=None)
    refusal_form = refusal_form or RefusalForm(formdata=None)
    for prefix, form in (("new", new_form), ("old", existing_form), ("no", refusal_form)):
        form.name_ids(prefix)
    with transaction.reading() as session:
        similar = find_organisations(session, wish.name, now, limit=SIMILAR_SHOWN)
    state, badge = words.request_state_words(wish.state)
    return render_template(
        "organisations/join_wish.html",
        wish=wish,
        province=words.provinces().get(wish.region[:2], ""),
        is_pending=wish.state == UnitRequestState.PENDING,
        state=state,
        badge_status=badge,
        similar=similar,
        new_form=new_form,
        existing_form=existing_form,
        refusal_form=refusal_form,
        trail=[
            (_("单位与人员"), url_for("organisations.index")),
            (_("找不到的单位"), url_for("organisations.unit_requests")),
            (wish.name, None),
        ],
    )
