"""Exemptions, leave and contractors: lists with their history, and the acts on them."""

from datetime import timedelta

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from learning.compliance.queries import exemptions as queries
from learning.compliance.queries.names import list_schemes
from learning.compliance.queries.requirements import read_ancestors
from learning.compliance.routes.blueprint import bp
from learning.compliance.routes.scope import Scope, day_of, read_scope
from learning.compliance.rules.requirements import Period
from learning.compliance.services import bulk_exemptions as bulk_services
from learning.compliance.services import exemptions as services
from learning.compliance.words import _
from learning.compliance.words.coverage import in_language
from learning.compliance.words.exemptions import kind_choices, refusal_words, state_mark
from learning.kernel.clock import utc_now
from learning.kernel.errors import Conflict, Invalid, NotFound
from learning.kernel.permissions import Permission
from learning.organisations.queries import units_in_reach
from learning.study.rules.hours import start_of_day
from learning.web.guards import current_actor, requires
from learning.web.transaction import db_session

MANAGE = Permission.COMPLIANCE_MANAGE
_DAY = timedelta(days=1)


@bp.get("/exemptions")
@requires(MANAGE)
def exemptions() -> ResponseReturnValue:
    """List of whom what is not asked; with `kind` who is on leave or a contractor."""
    return _list(is_status=request.args.get("kind") == "statuses")


@bp.get("/statuses")
@requires(MANAGE)
def statuses() -> ResponseReturnValue:
    """List who is on leave or a contractor: also a refused note, read in another language."""
    return _list(is_status=True)


def _list(*, is_status: bool) -> str:
    scope = read_scope(db_session(), current_actor(), request.args, utc_now(), permission=MANAGE)
    if scope is None:
        return render_template("compliance/exemptions.html", scope=None)
    return _page(scope, is_status=is_status, before=_before(request.args.get("before", "")))


def _page(scope: Scope, *, is_status: bool, before: int | None = None, refusal: str = "") -> str:
    """Return the list; with what was sent still in the form where it was refused."""
    session, now, actor = db_session(), utc_now(), current_actor()
    is_open = request.args.get("open") == "1"
    kind = "statuses" if is_status else "exemptions"
    read = queries.list_statuses if is_status else queries.list_exemptions
    rows = read(
        session,
        scope.organisation.id,
        units_in_reach(session, actor, MANAGE, now),
        now,
        before=before,
        is_open=is_open,
        limit=queries.PAGE_SIZE + 1,
    )
    shown = rows[: queries.PAGE_SIZE]
    return render_template(
        "compliance/exemptions.html",
        scope=scope,
        kind=kind,
        rows=[(row, state_mark(row.state(now))) for row in shown],
        is_open=is_open,
        next_page=shown[-1].id if len(rows) > len(shown) else 0,
        schemes=[in_language(one) for _row, one in list_schemes(session, _path(session, scope))],
        kinds=kind_choices(),
        kind_names=dict(kind_choices()),
        today=scope.today.isoformat(),
        refusal=refusal,
        given=request.form if refusal else {},
    )


@bp.post("/exemptions")
@requires(MANAGE)
def exempt() -> ResponseReturnValue:
    """Exempt a person, named by staff number or name, from a scheme for a while."""
    return _record(is_status=False)


@bp.post("/statuses")
@requires(MANAGE)
def add_status() -> ResponseReturnValue:
    """Note that a person is on leave or a contractor."""
    return _record(is_status=True)


@bp.post("/exemptions/<raw_public_id>/end")
@requires(MANAGE)
def end_exemption(raw_public_id: str) -> ResponseReturnValue:
    """Ask the scheme of the person again from now on."""
    try:
        services.end_exemption(db_session(), current_actor(), raw_public_id, now=utc_now())
    except Conflict as error:
        db_session().rollback()
        flash(refusal_words(error.code), "error")
    else:
        flash(_("豁免已结束。"), "success")
    return redirect(_back("exemptions"), 303)


@bp.post("/exemptions/batches/<raw_batch>/end")
@requires(MANAGE)
def end_batch(raw_batch: str) -> ResponseReturnValue:
    """Ask the scheme again from now on of all whom one bulk act exempted."""
    try:
        count = bulk_services.end_batch(db_session(), current_actor(), raw_batch, now=utc_now())
    except Conflict as error:
        db_session().rollback()
        flash(refusal_words(error.code), "error")
    else:
        flash(_("整批豁免已结束：%(n)s 条。", n=count), "success")
    return redirect(_back("exemptions"), 303)


@bp.post("/statuses/<raw_public_id>/end")
@requires(MANAGE)
def end_status(raw_public_id: str) -> ResponseReturnValue:
    """End a leave, or the time as a contractor, from now on."""
    now = utc_now()
    try:
        services.end_status(db_session(), current_actor(), raw_public_id, ends_at=now, now=now)
    except Conflict as error:
        db_session().rollback()
        flash(refusal_words(error.code), "error")
    else:
        flash(_("状态已结束。"), "success")
    return redirect(_back("statuses"), 303)


def _record(*, is_status: bool) -> ResponseReturnValue:
    session, now, actor, form = db_session(), utc_now(), current_actor(), request.form
    scope = read_scope(
        session, actor, MultiDict({"unit": form.get("unit", "")}), now, permission=MANAGE
    )
    if scope is None:
        raise NotFound("unit")
    back = scope.address("compliance.exemptions", kind="statuses" if is_status else "exemptions")

    def refuse(words: str) -> ResponseReturnValue:
        return _page(scope, is_status=is_status, refusal=words), 400

    first = day_of(form.get("from", ""), now, scope.zone)
    last = day_of(form.get("to", ""), now, scope.zone)
    if first is None or (form.get("to") and last is None):
        return refuse(refusal_words("bad_day"))
    person, unclear = _person(session, scope, form.get("person", ""))
    if unclear:
        return refuse(unclear)
    ends = None if last is None else start_of_day(last + _DAY, scope.zone)
    period = Period(start_of_day(first, scope.zone), ends)
    try:
        if is_status:
            services.set_status(
                session,
                actor,
                scope.unit.public_id,
                person,
                form.get("status", ""),
                note=form.get("reason", ""),
                period=period,
                now=now,
            )
        else:
            services.exempt_person(
                session,
                actor,
                scope.unit.public_id,
                person,
                form.get("scheme", ""),
                reason=form.get("reason", ""),
                period=period,
                now=now,
            )
    except (Conflict, Invalid) as error:
        session.rollback()  # the page answers, so what was begun must not be committed
        code = error.problems[0].code if isinstance(error, Invalid) else error.code
        return refuse(refusal_words(code))
    flash(_("已登记。"), "success")
    return redirect(back, 303)


def _person(session: Session, scope: Scope, typed: str) -> tuple[str, str]:
    """Return the one person whom a staff number or a name means, or why there is none."""
    now, actor = utc_now(), current_actor()
    found = queries.find_person(
        session,
        scope.organisation.id,
        units_in_reach(session, actor, MANAGE, now),
        " ".join(typed.replace("\0", "").split())[:100],
        now,
    )
    if len(found) == 1:
        return found[0][0], ""
    if found:
        return "", _("有几个人叫这个名字，请填工号。")
    return "", _("没有找到这个人，请填工号或全名。")


def _path(session: Session, scope: Scope) -> list[int]:
    return read_ancestors(session, scope.unit.id, scope.at)


def _back(kind: str) -> str:
    return url_for("compliance.exemptions", kind=kind)


def _before(raw: str) -> int | None:
    return int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 16 else None
