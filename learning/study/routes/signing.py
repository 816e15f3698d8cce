"""Signing in and out: where the code on the room's screen leads, and the button behind it."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from learning.kernel.clock import utc_now
from learning.kernel.errors import Conflict
from learning.kernel.permissions import Permission
from learning.study.routes.blueprint import bp
from learning.study.rules.classes import Turn
from learning.study.services import attendance
from learning.study.words import _
from learning.study.words.classes import refusal_words
from learning.web.guards import current_actor, requires
from learning.web.transaction import db_session

OWN = Permission.SELF_COURSE_LEARN


@bp.get("/sessions/<raw_session>")
@requires(OWN)
def scan(raw_session: str) -> ResponseReturnValue:
    """Take the code that was scanned; show the button to sign in or out, or what is wrong."""
    turn = _turn(request.args.get("t", ""))
    try:
        view, meeting, ticket = attendance.scan(
            db_session(),
            current_actor(),
            raw_session,
            turn,
            request.args.get("c", ""),
            now=utc_now(),
        )
    except Conflict as error:
        page = render_template("study/sign.html", refusal=refusal_words(error.code))
        return page, 409
    return render_template(
        "study/sign.html", view=view, meeting=meeting, ticket=ticket, turn=turn.value, refusal=""
    )


@bp.post("/sessions/<raw_session>")
@requires(OWN)
def sign(raw_session: str) -> ResponseReturnValue:
    """Write down that one is there, or leaves."""
    turn = _turn(request.form.get("turn", ""))
    try:
        is_new = attendance.sign(
            db_session(),
            current_actor(),
            raw_session,
            turn,
            request.form.get("ticket", ""),
            now=utc_now(),
        )
    except Conflict as error:
        db_session().rollback()
        return render_template("study/sign.html", refusal=refusal_words(error.code)), 409
    if turn is Turn.IN:
        flash(_("已签到。") if is_new else _("之前已经签到，不重复计。"), "success")
    else:
        flash(_("已签退。") if is_new else _("之前已经签退。"), "success")
    return redirect(url_for("study.index", _anchor="classes"), 303)


def _turn(raw: str) -> Turn:
    return Turn.OUT if raw == Turn.OUT.value else Turn.IN
