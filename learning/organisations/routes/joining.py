"""Joining by code, one's own requests, finding one's unit or asking for a missing one."""

from datetime import datetime

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from learning.accounts.queries import find_delay_s
from learning.accounts.rules import Claim, make_claim, network_of
from learning.accounts.services.logins import record_failure
from learning.kernel.clock import utc_now
from learning.kernel.errors import Conflict, Invalid, Throttled
from learning.kernel.permissions import Actor, Permission
from learning.organisations import words
from learning.organisations.forms import (
    JoinForm,
    MissingUnitForm,
    PickForm,
    TypeCodeForm,
)
from learning.organisations.queries.joining import (
    JoinCodeView,
    find_open_code,
    find_pending,
    is_member,
    list_own,
    places_of,
)
from learning.organisations.queries.picking import (
    count_organisations,
    find_organisations,
    get_open_organisation,
    get_open_unit,
    list_places,
)
from learning.organisations.queries.unit_requests import list_own_unit_requests
from learning.organisations.queries.units import UnitView
from learning.organisations.routes.blueprint import (
    MAX_SEARCH,
    PAGE_SIZE,
    app_settings,
    page_link,
    pages_of,
)
from learning.organisations.rules.joining import UnitWish, display_join_code, normalise_join_code
from learning.organisations.services.joining import (
    Asker,
    join_by_code,
    join_unit,
    withdraw_request,
)
from learning.organisations.services.unit_requests import request_unit, withdraw_unit_request
from learning.organisations.words import _
from learning.web import transaction
from learning.web.devices import device_token
from learning.web.forms import page_number, refuse_repeated
from learning.web.guards import current_actor, find_current_actor, public, requires
from learning.web.transaction import db_session

JOIN = Permission.SELF_JOIN

joining_bp = Blueprint("joining", __name__)


@joining_bp.before_request
def _each_field_once() -> None:
    refuse_repeated(request.form)


@joining_bp.route("/join", methods=["GET", "POST"])
@public
def type_code() -> ResponseReturnValue:
    """Ask for the join code of a poster; lead to its page."""
    form = TypeCodeForm()
    if request.method == "GET" or not form.validate():
        return _type_page(form, "", 200 if request.method == "GET" else 400)
    now, raw_code = utc_now(), form.code.data or ""
    claim = _claim_of(raw_code)
    with transaction.reading() as short:
        delay_s = find_delay_s(short, claim, claim.network, now)
        code = find_open_code(short, raw_code, now)
    if delay_s:
        raise Throttled("wait", retry_after_s=delay_s)
    if code is None:
        record_failure(db_session(), claim, claim.network, now=now)
        return _type_page(form, words.join_words("join_code"), 404)
    return redirect(url_for("joining.enter", raw_code=code.code), 303)


def _claim_of(raw_code: str) -> Claim:
    """Return what counts wrong codes: by the code and, far above it, by the network."""
    return make_claim(
        normalise_join_code(raw_code) or "?",
        network=network_of(request.remote_addr),
        device_token=device_token(),
        secret=app_settings().secret_key,
        purpose="join",
    )


def _type_page(form: TypeCodeForm, message: str, status: int) -> ResponseReturnValue:
    return render_template("organisations/join_type.html", form=form, message=message), status


@joining_bp.get("/join/<raw_code>")
@public
def enter(raw_code: str) -> ResponseReturnValue:
    """Show which unit a code leads to, and the ways to join; alike for all codes that do not."""
    session, now, actor = db_session(), utc_now(), find_current_actor()
    code = find_open_code(session, raw_code, now)
    if code is None:
        return _type_page(TypeCodeForm(), words.join_words("join_code"), 404)
    return _enter_page(session, JoinForm(), code, actor, now), 200


def _enter_page(
    session: Session, form: JoinForm, code: JoinCodeView, actor: Actor | None, now: datetime
) -> str:
    place = places_of(session, [code.unit_id], now)[code.unit_id]
    standing = ""
    if actor is not None and is_member(session, actor.user_id, code.unit_id, now):
        standing = "member"
    elif actor is not None and find_pending(session, actor.user_id, code.unit_id):
        standing = "pending"
    return render_template(
        "organisations/join.html",
        form=form,
        code=code,
        shown_code=display_join_code(code.code),
        place=place,
        actor=actor,
        standing=standing,
        login_url=url_for("accounts.login", next=url_for("joining.enter", raw_code=code.code)),
    )


@joining_bp.post("/join/<raw_code>")
@requires(JOIN)
def join(raw_code: str) -> ResponseReturnValue:
    """Ask to join the unit of a code."""
    now, actor, form = utc_now(), current_actor(), JoinForm()
    form.offer([])
    del form.unit
    if form.validate():
        try:
            join_by_code(
                db_session(), asker_of(actor), raw_code, staff_no=form.staff_no.data or "", now=now
            )
        except Conflict as error:
            return _not_joined(error)
        flash(_("申请已提交，等单位确认。在此之前您可以先学习。"), "success")
        return redirect(url_for("joining.own"), 303)
    with transaction.reading() as session:
        code = find_open_code(session, raw_code, now)
        if code is None:
            return _type_page(TypeCodeForm(), words.join_words("join_code"), 404)
        return _enter_page(session, form, code, actor, now), 400


def asker_of(actor: Actor) -> Asker:
    """Return the actor as who asks to join."""
    return Asker(actor.user_id, actor.public_id)


def _not_joined(error: Conflict) -> ResponseReturnValue:
    db_session().rollback()  # the page answers, so what was begun must not be committed
    if error.code == "join_code":
        return _type_page(TypeCodeForm(), words.join_words(error.code), 404)
    flash(words.join_words(error.code), "error")
    return redirect(url_for("joining.own"), 303)


@joining_bp.get("/joining")
@requires(JOIN)
def own() -> ResponseReturnValue:
    """Show one's own requests and how they stand."""
    session, now, actor = db_session(), utc_now(), current_actor()
    return render_template(
        "organisations/join_own.html",
        requests=[
            (line, *words.request_state_words(line.state))
            for line in list_own(session, actor.user_id, now)
        ],
        wishes=[
            (line, *words.request_state_words(line.state))
            for line in list_own_unit_requests(session, actor.user_id)
        ],
    )


@joining_bp.post("/joining/<raw_public_id>/withdraw")
@requires(JOIN)
def withdraw(raw_public_id: str) -> ResponseReturnValue:
    """Take back one's own request to join."""
    try:
        withdraw_request(db_session(), current_actor(), raw_public_id, now=utc_now())
    except Conflict as error:
        return _not_joined(error)
    flash(_("申请已撤回。"), "success")
    return redirect(url_for("joining.own"), 303)


@joining_bp.post("/joining/missing/<raw_public_id>/withdraw")
@requires(JOIN)
def withdraw_missing(raw_public_id: str) -> ResponseReturnValue:
    """Take back one's own request for a missing unit."""
    try:
        withdraw_unit_request(db_session(), current_actor(), raw_public_id, now=utc_now())
    except Conflict as error:
        return _not_joined(error)
    flash(_("申请已撤回。"), "success")
    return redirect(url_for("joining.own"), 303)


@joining_bp.route("/joining/missing", methods=["GET", "POST"])
@requires(JOIN)
def missing() -> ResponseReturnValue:
    """Ask for a unit that one did not find."""
    form = MissingUnitForm(data={"name": request.args.get("q", "")[:MAX_SEARCH]})
    form.offer()
    if form.validate_on_submit():
        try:
            request_unit(db_session(), current_actor(), _wish(form), now=utc_now())
        except Invalid as error:
            db_session().rollback()  # the page answers
            form.show(error.problems)
        except Conflict as error:
            return _not_wished(error, form)
        else:
            flash(_("已提交。平台核实后建立单位，并替您申请加入。"), "success")
            return redirect(url_for("joining.own"), 303)
    status = 400 if request.method == "POST" else 200
    return render_template("organisations/join_missing.html", form=form), status


def _wish(form: MissingUnitForm) -> UnitWish:
    return UnitWish(
        name=form.name.data or "",
        uscc=form.uscc.data or "",
        region=form.province.data or "",
        staff_no=form.staff_no.data or "",
        note=form.note.data or "",
    )


def _not_wished(error: Conflict, form: MissingUnitForm) -> ResponseReturnValue:
    if error.code != "unit_exists":
        return _not_joined(error)
    db_session().rollback()  # the page answers
    flash(_("这个统一社会信用代码的单位已登记，请在下面选择。"), "info")
    return redirect(url_for("joining.pick", q=form.uscc.data), 303)


@joining_bp.get("/units/pick")
@requires(JOIN)
def pick() -> ResponseReturnValue:
    """Find one's unit by name, alias, pinyin initials or unified social credit code."""
    session, now = db_session(), utc_now()
    page = page_number(request.args)
    form = PickForm(request.args)
    form.offer()
    search = (form.q.data or "")[:MAX_SEARCH]
    known = {choice.value for choice in form.region.choices}
    region = form.region.data if form.region.data in known else ""
    total = count_organisations(session, search, now, region=region)
    found = find_organisations(
        session, search, now, region=region, offset=(page - 1) * PAGE_SIZE, limit=PAGE_SIZE
    )
    return render_template(
        "organisations/join_pick.html",
        form=form,
        search=search,
        lines=[
            (unit, words.kind_words(unit.kind), words.provinces().get(unit.region[:2], ""))
            for unit in found
        ],
        page=page,
        pages=pages_of(total),
        total=total,
        page_url=page_link("joining.pick", q=search, region=region),
    )


@joining_bp.route("/units/pick/<raw_public_id>", methods=["GET", "POST"])
@requires(JOIN)
def picked(raw_public_id: str) -> ResponseReturnValue:
    """Choose the department in one's organisation, and ask to join."""
    now, actor = utc_now(), current_actor()
    with transaction.reading() as session:
        organisation = get_open_organisation(session, raw_public_id, now)
        places = list_places(session, organisation, now)
    form = JoinForm()
    form.offer(places)
    if form.validate_on_submit():
        return _ask(form, actor, now)
    page = render_template(
        "organisations/join_unit.html",
        form=form,
        organisation=organisation,
        kind=words.kind_words(organisation.kind),
        has_departments=len(places) > 1,
    )
    return page, 400 if request.method == "POST" else 200


def _ask(form: JoinForm, actor: Actor, now: datetime) -> ResponseReturnValue:
    unit: UnitView = get_open_unit(db_session(), form.unit.data, now)
    try:
        join_unit(
            db_session(), asker_of(actor), unit.id, staff_no=form.staff_no.data or "", now=now
        )
    except Conflict as error:
        return _not_joined(error)
    flash(_("申请已提交，等单位确认。在此之前您可以先学习。"), "success")
    return redirect(url_for("joining.own"), 303)
