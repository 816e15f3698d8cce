"""The exam room, its state, and takeover by another device."""

from collections.abc import Sequence

from flask import Response, redirect, render_template, send_from_directory, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from learning.attempts.queries import (
    AttemptView,
    get_attempt,
    list_responses,
    list_stepwise_entries,
)
from learning.attempts.routes import views
from learning.attempts.routes.blueprint import bp
from learning.attempts.routes.stepwise import committed_replies
from learning.attempts.services import take_over
from learning.attempts.watching import find_open_room
from learning.kernel.clock import utc_now
from learning.kernel.ids import digest
from learning.kernel.permissions import Actor, Permission
from learning.web.devices import device_token
from learning.web.guards import current_actor, public, requires
from learning.web.responses import HOME_PATH, json_reply
from learning.web.transaction import db_session


@bp.get("/<raw_public_id>")
@requires(Permission.SELF_ATTEMPT)
def room(raw_public_id: str) -> ResponseReturnValue:
    """Show the paper on the device that holds the attempt; on another one, offer to take over."""
    session, actor = db_session(), current_actor()
    attempt = get_attempt(session, actor.user_id, raw_public_id)
    if attempt.submitted_at is not None:
        return redirect(url_for("attempts.result", raw_public_id=attempt.public_id))
    takeover_url = url_for("attempts.take_over_here", raw_public_id=attempt.public_id)
    if attempt.device_hash != digest(device_token()):
        return render_template(
            "attempts/takeover.html",
            attempt=views.heading(attempt),
            takeover_url=takeover_url,
            back_url=HOME_PATH,
        )
    return _render_room(attempt, takeover_url)


def _render_room(attempt: AttemptView, takeover_url: str) -> ResponseReturnValue:
    session, actor = db_session(), current_actor()
    responses = list_responses(session, attempt.id)
    now = utc_now()
    state = views.state(attempt, actor, responses, now)
    shown: Sequence[int] = views.open_positions(attempt, now)
    template = "attempts/room.html"
    if attempt.open_position is not None:
        entries = list_stepwise_entries(session, attempt.id)
        shown = [position for position in sorted(entries) if position in shown]
        state["committed"] = committed_replies(session, attempt, entries, responses)
        template = "attempts/stepwise.html"
    return render_template(
        template,
        attempt=views.heading(attempt),
        items=views.items_html(session, attempt, shown),
        state=state,
        takeover_url=takeover_url,
        result_url=state["urls"]["result"],
        logout_url=url_for("accounts.logout"),
        login_url=url_for("accounts.login"),
        home_url=HOME_PATH,
        sw_url=url_for("attempts.service_worker"),
        watermark=views.watermark(session, attempt, actor) if attempt.rules.is_watched else "",
        watched=attempt.rules.is_watched,
        calculator=attempt.rules.calculator,
        integrity=attempt.rules.integrity,
    )


@bp.get("/<raw_public_id>/state")
@requires(Permission.SELF_ATTEMPT)
def state(raw_public_id: str) -> Response:
    """Answer with the attempt's state as the server holds it."""
    session, actor = db_session(), current_actor()
    attempt = get_attempt(session, actor.user_id, raw_public_id)
    responses = list_responses(session, attempt.id)
    return json_reply(views.state(attempt, actor, responses, utc_now()))


@bp.post("/<raw_public_id>/takeover")
@requires(Permission.SELF_ATTEMPT)
def take_over_here(raw_public_id: str) -> ResponseReturnValue:
    """Make this device the one that answers."""
    take_over(
        db_session(), current_actor(), raw_public_id, device_token=device_token(), now=utc_now()
    )
    return redirect(url_for("attempts.room", raw_public_id=raw_public_id))


def find_closed_room(session: Session, actor: Actor) -> str | None:
    """Return the path of the closed-book room that a person is in, None when it is over."""
    room = find_open_room(session, actor.user_id, actor.closed_room)
    return None if room is None else url_for("attempts.room", raw_public_id=room)


@bp.get("/sw.js")
@public
def service_worker() -> Response:
    """Serve the service worker from the folder of its scope."""
    folder = "static/js/exam_room"
    response = send_from_directory(folder, "sw.js", mimetype="text/javascript", max_age=0)
    response.headers["Cache-Control"] = "no-cache"
    return response
