"""Who may come in: every endpoint declares a permission or is public; this checks it.

A view without a declaration answers 500 and fails a test that walks the URL map. The check here is
about the person ("holds the permission somewhere"); which objects it reaches is in the query, where
foreign and missing look the same.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeVar, cast

from flask import Flask, Response, current_app, g, redirect, request, url_for
from flask import session as cookie_session
from flask.typing import ResponseReturnValue
from flask_login import LoginManager, UserMixin, current_user
from sqlalchemy.orm import Session

from learning.kernel.clock import utc_now
from learning.kernel.errors import Forbidden
from learning.kernel.permissions import Actor, Grant, Permission
from learning.web import closed_rooms, transaction
from learning.web.context import this_g, this_request
from learning.web.responses import json_reply, wants_json

View = TypeVar("View", bound=Callable[..., Any])

_DECLARATION = "access_declaration"
# A running attempt is never interrupted; the notice and what one's rights are stay reachable.
_WITHOUT_CONSENT = frozenset(
    {Permission.SELF_ATTEMPT, Permission.SELF_PRIVACY, Permission.SELF_ACCOUNT}
)


@dataclass(frozen=True, slots=True)
class Access:
    """What an endpoint declares; `in_statement` means the view's own statement checks log-in."""

    permission: Permission | None
    in_statement: bool = False


def public(view: View) -> View:
    """Declare that anyone may call the view."""
    setattr(view, _DECLARATION, Access(permission=None))
    return view


def requires(permission: Permission) -> Callable[[View], View]:
    """Declare the permission that a view needs."""

    def declare(view: View) -> View:
        setattr(view, _DECLARATION, Access(permission=permission))
        return view

    return declare


def requires_in_statement(permission: Permission) -> Callable[[View], View]:
    """Declare a permission of one's own things that the view's single statement checks itself."""

    def declare(view: View) -> View:
        setattr(view, _DECLARATION, Access(permission=permission, in_statement=True))
        return view

    return declare


def declared_access(view: Callable[..., Any]) -> Access | None:
    """Return what a view declares, or None when it was forgotten."""
    return cast("Access | None", getattr(view, _DECLARATION, None))


class LoggedIn(UserMixin):
    """Flask-Login's view of a person: the actor behind a log-in session token."""

    def __init__(self, token: str, actor: Actor) -> None:
        self.token = token
        self.actor = actor

    def get_id(self) -> str:
        """Return the token that the cookie carries."""
        return self.token


class _SessionsOnly(LoginManager):
    """Flask-Login without its remember cookie: a log-in lives in a row and in the session alone.

    Neither does it digest the browser's address and name in every request, which it does even where
    no session is bound to them.
    """

    def _load_user(self) -> None:
        token = cookie_session.get("_user_id")
        self._update_request_context_with_user(self._user_callback(token) if token else None)

    def _update_remember_cookie(self, response: Response) -> Response:
        return response


@dataclass(frozen=True, slots=True)
class IdentitySource:
    """How the domains tell who is behind a token and which roles the person holds.

    `notice_version` is the version of the privacy notice in force: whoever has not agreed to it is
    shown it before the next page, but never in the middle of an attempt.
    """

    find_actor: Callable[[Session, str, datetime], Actor | None]
    list_grants: Callable[[Session, int, datetime], tuple[Grant, ...]]
    notice_version: int = 0


def init_app(app: Flask, source: IdentitySource) -> None:
    """Install the log-in manager and the check before every request."""
    manager = _SessionsOnly(app)
    manager.session_protection = None  # our sessions are rows: revocable, bound to one person
    app.extensions["identity_source"] = source

    @manager.user_loader
    def _load(token: str) -> LoggedIn | None:
        with transaction.reading() as session:
            actor = source.find_actor(session, token, utc_now())
        return LoggedIn(token, actor) if actor else None

    app.before_request(_check)


def current_actor() -> Actor:
    """Return who acts in this request; only for views that require a permission."""
    return cast("Actor", g.actor)


def find_current_actor() -> Actor | None:
    """Return who is logged in, with roles, or None; for public pages."""
    own = this_g()
    if "actor" not in own:
        own.actor = with_grants(current_user.actor) if current_user.is_authenticated else None
    return cast("Actor | None", own.actor)


def with_grants(actor: Actor) -> Actor:
    """Return the actor with the roles held now."""
    source = cast("IdentitySource", current_app.extensions["identity_source"])
    g.grants_known = True  # most people hold none: the navigation need not ask again
    with transaction.reading() as session:
        return replace(actor, grants=source.list_grants(session, actor.user_id, utc_now()))


def _check() -> ResponseReturnValue | None:
    endpoint = this_request().endpoint
    if endpoint is None or endpoint == "static":
        return None
    access = declared_access(current_app.view_functions[endpoint])
    if access is None:
        raise RuntimeError(f"endpoint {endpoint} declares no permission")
    if access.in_statement:
        return None
    if access.permission is None:
        return _check_public()
    if not current_user.is_authenticated:
        return _ask_to_log_in()
    g.actor = current_user.actor  # the page of a refusal is in their language and shows their ways
    actor = g.actor = _permitted(current_user.actor, access.permission)
    away = closed_rooms.lead_back(actor)
    if away is not None or access.permission in _WITHOUT_CONSENT:
        return away
    return ask_to_consent(actor)


def _permitted(actor: Actor, permission: Permission) -> Actor:
    """Return the actor, with the roles held where the permission asks for one."""
    if not actor.holds(permission):
        actor = with_grants(actor)
        if not actor.holds(permission):
            raise Forbidden("permission", permission=permission.value)
    return actor


def _check_public() -> ResponseReturnValue | None:
    """Return the way back to a closed room; whoever brings no log-in costs no statement."""
    if closed_rooms.stays_open() or not current_user.is_authenticated:
        return None
    return closed_rooms.lead_back(current_user.actor)


def ask_to_consent(actor: Actor) -> ResponseReturnValue | None:
    """Return the way to the privacy notice for a page's reader who has not agreed to it yet.

    Only pages ask: what is posted has been typed by somebody, and must not be lost.
    """
    source = cast("IdentitySource", current_app.extensions["identity_source"])
    if request.method != "GET" or actor.notice_version >= source.notice_version or wants_json():
        return None
    return redirect(url_for("accounts.consent", next=request.full_path.rstrip("?")))


def _ask_to_log_in() -> ResponseReturnValue:
    if wants_json():
        return json_reply({"error": "login"}, 401)
    target = request.full_path.rstrip("?") if request.method == "GET" else "/"
    return redirect(url_for("accounts.login", next=target))
