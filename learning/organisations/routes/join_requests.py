"""HR's side of joining: codes with their posters, and the people who wait to be confirmed."""

from datetime import timedelta

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from learning.kernel.clock import utc_now
from learning.kernel.errors import Invalid, NotFound
from learning.kernel.permissions import Permission, ScopeKind
from learning.kernel.qr import qr_svg
from learning.organisations import words
from learning.organisations.forms import JoinCodeForm, RefusalForm
from learning.organisations.queries import UnitView, get_unit_in_reach
from learning.organisations.queries.join_requests import (
    count_waiting_requests,
    list_waiting_requests,
    names_of_requests,
    select_waiting,
)
from learning.organisations.queries.joining import (
    JoinCodeView,
    get_code,
    list_codes,
    places_of,
)
from learning.organisations.routes.blueprint import (
    MAX_SEARCH,
    PAGE_SIZE,
    app_settings,
    bp,
    page_link,
    pages_of,
    search_text,
    trail_of,
)
from learning.organisations.rules.joining import CodeState, display_join_code
from learning.organisations.services.joining import (
    confirm_requests,
    create_join_code,
    refuse_requests,
    revoke_join_code,
)
from learning.organisations.words import _
from learning.web import transaction
from learning.web.forms import page_number
from learning.web.guards import current_actor, requires
from learning.web.transaction import db_session

CONFIRM = Permission.ORG_JOIN_CONFIRM
USUAL_LIFETIME = timedelta(days=30)
USUAL_USES = 200


@bp.route("/<raw_public_id>/join-codes", methods=["GET", "POST"])
@requires(CONFIRM)
def join_codes(raw_public_id: str) -> ResponseReturnValue:
    """List the join codes of a unit; make one."""
    now, actor = utc_now(), current_actor()
    with transaction.reading() as session:
        unit = get_unit_in_reach(session, actor, CONFIRM, raw_public_id, now)
    form = JoinCodeForm(data={"valid_on": (now + USUAL_LIFETIME).date(), "max_uses": USUAL_USES})
    if form.validate_on_submit():
        made = _create_code(form, unit)
        if made:
            return redirect(_poster_url(unit, made), 303)
    with transaction.reading() as session:
        page = render_template(
            "organisations/join_codes.html",
            unit=unit,
            form=form,
            codes=[
                (code, display_join_code(code.code), *words.code_state_words(code.state))
                for code in list_codes(session, unit.id, now)
            ],
            link=_link,
            trail=trail_of(session, actor, unit, now, (_("加入码"), None)),
        )
    return page, 400 if request.method == "POST" else 200


def _create_code(form: JoinCodeForm, unit: UnitView) -> str:
    """Return the public id of a code made by a valid form, "" when it was refused."""
    now = utc_now()
    try:
        return create_join_code(
            db_session(),
            current_actor(),
            unit,
            valid_until=form.valid_until(unit),
            max_uses=form.max_uses.data or 0,
            now=now,
        )
    except Invalid as error:
        db_session().rollback()  # the page answers
        form.valid_on.errors = [
            words.field_words(p) for p in error.problems if p.place == "valid_until"
        ]
        form.max_uses.errors = [
            words.field_words(p) for p in error.problems if p.place == "max_uses"
        ]
        return ""


def _poster_url(unit: UnitView, code_public_id: str) -> str:
    return url_for(
        "organisations.join_poster", raw_public_id=unit.public_id, raw_code_id=code_public_id
    )


def _link(code: JoinCodeView) -> str:
    """Return the address behind the QR code; from the settings, never from the request."""
    base = app_settings().external_url.rstrip("/")
    return base + url_for("joining.enter", raw_code=display_join_code(code.code))


@bp.post("/<raw_public_id>/join-codes/<raw_code_id>/revoke")
@requires(CONFIRM)
def revoke_code(raw_public_id: str, raw_code_id: str) -> ResponseReturnValue:
    """End a join code at once."""
    now, actor = utc_now(), current_actor()
    unit = get_unit_in_reach(db_session(), actor, CONFIRM, raw_public_id, now)
    revoke_join_code(db_session(), actor, unit, raw_code_id, now=now)
    flash(_("加入码已停用。已提交的申请不受影响。"), "success")
    return redirect(url_for("organisations.join_codes", raw_public_id=unit.public_id), 303)


@bp.get("/<raw_public_id>/join-codes/<raw_code_id>/poster")
@requires(CONFIRM)
def join_poster(raw_public_id: str, raw_code_id: str) -> ResponseReturnValue:
    """Show a code large, with its QR code, to be printed; only while it opens something."""
    session, now, actor = db_session(), utc_now(), current_actor()
    unit = get_unit_in_reach(session, actor, CONFIRM, raw_public_id, now)
    code = get_code(session, unit.id, raw_code_id, now)
    if code.state is not CodeState.OPEN:
        raise NotFound("join_code")
    link = _link(code)
    return render_template(
        "organisations/join_poster.html",
        unit=unit,
        place=places_of(session, [unit.id], now)[unit.id],
        code=code,
        shown_code=display_join_code(code.code),
        link=link,
        typing_url=app_settings().external_url.rstrip("/") + url_for("joining.type_code"),
        qr=qr_svg(link, module=8),
    )


@bp.get("/join-requests")
@requires(CONFIRM)
def join_requests() -> ResponseReturnValue:
    """List the people in reach who wait to be confirmed."""
    return _requests_page(RefusalForm(formdata=None), []), 200


@bp.post("/join-requests/confirm")
@requires(CONFIRM)
def confirm_joining() -> ResponseReturnValue:
    """Make the chosen people members: all or nobody, naming who cannot be."""
    try:
        count = confirm_requests(
            db_session(), current_actor(), request.form.getlist("person"), now=utc_now()
        )
    except Invalid as error:
        return _refused_page(RefusalForm(formdata=None), error)
    flash(_("%(n)s 人已加入。", n=f"{count:,}"), "success")
    return _back_to_list()


@bp.post("/join-requests/refuse")
@requires(CONFIRM)
def refuse_joining() -> ResponseReturnValue:
    """Refuse the chosen people, with a reason they read."""
    form = RefusalForm()
    if not form.validate():
        return _requests_page(form, []), 400
    try:
        count = refuse_requests(
            db_session(),
            current_actor(),
            request.form.getlist("person"),
            reason=form.reason.data or "",
            now=utc_now(),
        )
    except Invalid as error:
        return _refused_page(form, error)
    flash(_("%(n)s 人的申请未通过，原因已告知本人。", n=f"{count:,}"), "success")
    return _back_to_list()


def _back_to_list() -> ResponseReturnValue:
    return redirect(page_link("organisations.join_requests", **_filters())(1), 303)


def _filters() -> dict[str, str]:
    """Return the filters of the list as the address carries them, on acts too."""
    names = ("unit", "q", "who")
    return {name: request.args.get(name, "")[:MAX_SEARCH] for name in names}


def _refused_page(form: RefusalForm, error: Invalid) -> ResponseReturnValue:
    db_session().rollback()  # the page answers, so what was begun must not be committed
    with transaction.reading() as session:
        names = names_of_requests(session, [p.place for p in error.problems])
    lines = []
    for problem in error.problems:
        if problem.place in names:
            name, why = names[problem.place], words.row_words(problem.code)
            lines.append(_("%(name)s：%(why)s", name=name, why=why))
        elif problem.place == "reason":
            form.reason.errors = [words.field_words(problem)]
        else:
            lines.append(words.join_words(problem.code))
    return _requests_page(form, lines), 400


def _requests_page(form: RefusalForm, refused: list[str]) -> str:
    """Return the list; `refused` are sentences about rows that could not be decided."""
    now, actor = utc_now(), current_actor()
    filters = _filters()
    raw_unit, who = filters["unit"], filters["who"]
    is_platform = any(g.scope_kind is ScopeKind.PLATFORM for g in actor.grants_for(CONFIRM))
    page = page_number(request.args)
    with transaction.reading() as session:
        unit = get_unit_in_reach(session, actor, CONFIRM, raw_unit, now) if raw_unit else None
        waiting = select_waiting(
            session,
            actor,
            now,
            raw_unit=raw_unit,
            search=search_text(),
            unattended=is_platform and who == "unattended",
        )
        total = count_waiting_requests(session, waiting)
        lines = list_waiting_requests(
            session, waiting, now, offset=(page - 1) * PAGE_SIZE, limit=PAGE_SIZE
        )
    return render_template(
        "organisations/join_requests.html",
        form=form,
        refused=refused,
        chosen=set(request.form.getlist("person")),
        unit=unit,
        lines=lines,
        search=search_text(),
        is_platform=is_platform,
        who=who,
        kept={name: value for name, value in filters.items() if value},
        page=page,
        pages=pages_of(total),
        total=total,
        page_url=page_link("organisations.join_requests", **filters),
    )
