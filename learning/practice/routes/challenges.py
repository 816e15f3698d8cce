"""The timed challenge: its rules, one's own best, the ladder where the organisation wants one."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from learning.kernel.clock import utc_now
from learning.kernel.permissions import Permission
from learning.practice import queries, services
from learning.practice.routes.blueprint import bp
from learning.practice.services.challenging import ASKED, ITEM_S, QUICK
from learning.question_bank.queries import list_practice_banks
from learning.web.devices import device_token
from learning.web.guards import current_actor, requires
from learning.web.transaction import db_session


@bp.get("/challenge")
@requires(Permission.SELF_PRACTICE)
def challenge() -> ResponseReturnValue:
    """Show what a challenge is, the banks with one's own best, and the ladder of one of them."""
    session, actor, now = db_session(), current_actor(), utc_now()
    person = queries.get_person(session, actor.user_id, now)
    banks = list_practice_banks(session, person.units, QUICK, now)
    codes = {bank.code for bank in banks}
    wanted = request.args.get("bank", "")
    chosen = wanted if wanted in codes else next((bank.code for bank in banks), "")
    ladder = queries.get_settings(session, person.path).ladder
    return render_template(
        "practice/challenge.html",
        banks=banks,
        chosen=chosen,
        bests=queries.find_bests(session, actor.user_id),
        ladder=queries.list_ladder(session, person, chosen, now) if ladder else None,
        asked=ASKED,
        seconds=ITEM_S,
    )


@bp.post("/challenge")
@requires(Permission.SELF_PRACTICE)
def start_challenge() -> ResponseReturnValue:
    """Start a challenge on a bank, or go on with the open one."""
    attempt = services.start_challenge(
        db_session(),
        current_actor(),
        request.form.get("bank", ""),
        device_token=device_token(),
        now=utc_now(),
    )
    return redirect(url_for("attempts.room", raw_public_id=attempt), 303)
