"""Logging in, waiting one's turn, renewing a log-in in place, logging out."""

from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from flask import Response, flash, redirect, render_template, request, url_for
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from flask_login import current_user
from flask_wtf.csrf import CSRFError, generate_csrf, validate_csrf
from wtforms.validators import ValidationError

from learning.accounts import services
from learning.accounts.forms import LoginForm
from learning.accounts.password_hashing import verify_password
from learning.accounts.queries import find_actor, find_challenge
from learning.accounts.routes.blueprint import (
    app_settings,
    bp,
    claim_of,
    clear_cookie,
    cookie_token,
    establish,
    is_remembered,
    new_login,
    outcome_words,
    wait_words,
)
from learning.accounts.routes.line import (
    Errand,
    InLine,
    Work,
    do_in_line,
    find_errand,
    finish_errand,
    forget_errand,
    look_up,
    waiting_page,
    way_back,
)
from learning.accounts.rules import safe_next
from learning.kernel.clock import utc_now
from learning.kernel.errors import Throttled
from learning.kernel.ids import digest
from learning.web.guards import public
from learning.web.responses import json_reply
from learning.web.transaction import db_session, reading

MAX_CODE_SHOWN = 40  # twin of the form's longest unit code


@bp.route("/login", methods=["GET", "POST"])
@public
def login() -> ResponseReturnValue:
    """Show the log-in page; log in."""
    form = LoginForm()
    next_path = safe_next(request.args.get("next"))
    if request.method == "POST":
        return _login_posted(form, next_path)
    if current_user.is_authenticated:
        return redirect(next_path)
    form.organisation_code.data = request.args.get("organisation", "")[:MAX_CODE_SHOWN]
    return _login_page(form, next_path, "", 200)


def _login_posted(form: LoginForm, next_path: str) -> ResponseReturnValue:
    if not form.validate():
        return _login_page(form, next_path, "", 400)
    try:
        outcome = _log_in(
            form.login_name.data or "",
            form.organisation_code.data or "",
            form.password.data or "",
            Errand("login", next_path, is_remembered=bool(form.remember.data)),
        )
    except Throttled as error:
        page, status = _login_page(form, next_path, wait_words(error.retry_after_s), 429)
        return page, status, {"Retry-After": str(error.retry_after_s)}
    if isinstance(outcome, InLine):
        return waiting_page(outcome)
    if outcome != "ok":
        return _login_page(form, next_path, outcome_words(outcome), 401)
    return redirect(next_path)


def _login_page(form: LoginForm, next_path: str, message: str, status: int) -> tuple[str, int]:
    html = render_template(
        "accounts/login.html",
        form=form,
        next_path=next_path,
        message=message,
        days=app_settings().remembered_login_days,
    )
    return html, status


def _log_in(raw_name: str, organisation_code: str, password: str, errand: Errand) -> str | InLine:
    """Try a log-in; on "ok" the cookie carries it. Raises Throttled, Unavailable.

    The errand says where to go on and for how long; its token is made here.
    """
    claim = claim_of(raw_name, organisation_code)
    with reading() as short:
        challenge = find_challenge(short, claim, utc_now())
    if challenge.retry_after_s:
        raise Throttled("wait", retry_after_s=challenge.retry_after_s)
    new = new_login(is_remembered=errand.is_remembered)
    work = Work(
        compute=lambda: verify_password(password, challenge.password_hash),
        apply=lambda store, verdict, now: services.complete_login(
            store, claim, challenge, verdict, login=new, now=now
        ),
        claim=claim,
        source=challenge.source,
        is_known_device=challenge.is_known_device,
    )
    outcome = do_in_line(work, replace(errand, token=new.token))
    if outcome == "ok":
        establish(new.token, is_remembered=errand.is_remembered)
    return outcome


@bp.get("/login/wait")
@public
def wait() -> ResponseReturnValue:
    """Tell how many are before one; go on when the turn has come."""
    found = find_errand()
    if found is None:
        return redirect(url_for("accounts.login"))
    ticket, errand = found
    state = look_up(ticket, utc_now())
    if isinstance(state, InLine):
        return waiting_page(state)
    forget_errand()
    if state is not None and state.outcome == "ok":
        return finish_errand(errand)
    flash(outcome_words(state.outcome if state else ""), "error")
    return way_back(errand)


@bp.post("/login/renew")
@public
def renew() -> ResponseReturnValue:
    """Log in again without leaving the page: JSON in and out, for the exam room."""
    _check_same_site()
    body = _renew_body()
    if body is None:
        return json_reply({"error": "invalid"}, 400)
    answer = _renewed_by_ticket(body["ticket"])
    if answer is not None:
        return answer
    errand = Errand("login", "/", is_remembered=is_remembered())
    try:
        outcome = _log_in(body["login_name"], body["organisation_code"], body["password"], errand)
    except Throttled as error:
        return _wait_reply(error.retry_after_s)
    return _renew_reply(outcome)


@bp.record_once
def _exempt_renew(state: BlueprintSetupState) -> None:
    # The token dies with the cookie that the log-in is to renew: `renew` checks for itself.
    state.app.extensions["csrf"].exempt(renew)


def _check_same_site() -> None:
    """Let through what our own pages send: a valid CSRF token, or our own origin.

    Another tab may have logged out and so changed the cookie and with it the token; a page of
    ours must be able to renew even then. JSON from elsewhere needs the browser's leave (CORS
    preflight), which is never given, and carries the other origin.
    """
    if request.mimetype != "application/json":
        raise CSRFError("JSON only")
    try:
        validate_csrf(request.headers.get("X-CSRFToken", ""))
    except ValidationError as error:
        own = {_origin(app_settings().external_url), _origin(request.host_url)}
        if request.headers.get("Origin", "") not in own:
            raise CSRFError("neither token nor origin") from error


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _renew_body() -> dict[str, str] | None:
    try:
        body: Any = request.get_json(silent=True)
    except RecursionError:
        return None
    if not isinstance(body, dict):
        return None
    fields = ("login_name", "password", "organisation_code", "ticket")
    values = {name: body.get(name, "") for name in fields}
    is_text = all(isinstance(value, str) for value in values.values())
    is_whole = bool(values["ticket"] or (values["login_name"] and values["password"]))
    return values if is_text and is_whole else None


def _renewed_by_ticket(ticket: str) -> Response | None:
    """Answer for a ticket of this browser; None when there is none or its work is lost."""
    found = find_errand() if ticket else None
    if found is None or found[0] != ticket:
        return None
    state = look_up(ticket, utc_now())
    if state is None:
        return None
    if isinstance(state, InLine):
        return _renew_reply(state)
    errand = found[1]
    forget_errand()
    if state.outcome == "ok":
        establish(errand.token, is_remembered=errand.is_remembered)
    return _renew_reply(state.outcome)


def _renew_reply(outcome: str | InLine) -> Response:
    if isinstance(outcome, InLine):
        response = json_reply({"queue": {"place": outcome.place, "ticket": outcome.ticket}}, 202)
        response.headers["Retry-After"] = str(outcome.refresh_s)
        return response
    if outcome != "ok":
        return json_reply({"error": "credentials"}, 401)
    return _logged_in_reply()


def _logged_in_reply() -> Response:
    # The request's own session sees what it has just written, others would not.
    actor = find_actor(db_session(), cookie_token(), utc_now())
    if actor is None:
        return json_reply({"error": "credentials"}, 401)
    return json_reply({"person": actor.public_id, "csrf": generate_csrf()})


def _wait_reply(retry_after_s: int) -> Response:
    response = json_reply({"error": "wait", "retry_after_s": retry_after_s}, 429)
    response.headers["Retry-After"] = str(retry_after_s)
    return response


@bp.post("/logout")
@public
def logout() -> ResponseReturnValue:
    """End this log-in on the server and empty the cookie; fine when it had ended before."""
    token = cookie_token()
    if token:
        services.revoke_session(db_session(), digest(token), now=utc_now())
    clear_cookie()
    return redirect(url_for("accounts.login"))
