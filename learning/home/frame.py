"""The frame around every page: who is logged in and where one can go from here."""

import contextlib
from dataclasses import dataclass
from typing import Any

from flask import g, request, url_for
from flask_babel import gettext
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.local import LocalProxy

from learning.kernel.permissions import Actor, Permission
from learning.web.guards import with_grants


@dataclass(frozen=True, slots=True)
class NavItem:
    """One way from here; `group` is the heading above it, `short` the label on phones."""

    label: str
    url: str
    icon: str
    current: bool
    group: str = ""
    short: str = ""


def frame() -> dict[str, Any]:
    """Return what the layouts need; the navigation is made only where a layout shows it."""
    actor: Actor | None = g.get("actor")
    shown: dict[str, Any] = {
        "viewer": _viewer(actor) if actor else None,
        "home_url": url_for("home.index"),
        "nav_items": LocalProxy(_nav_items),
    }
    if actor is None:
        shown["login_url"] = url_for("accounts.login")
    return shown


def _viewer(actor: Actor) -> dict[str, Any]:
    return {
        "public_id": actor.public_id,
        "name": actor.display_name,
        "account_url": url_for("accounts.account"),
        "logout_url": url_for("accounts.logout"),
    }


def _nav_items() -> list[NavItem]:
    if "nav_items" not in g:
        g.nav_items = _make_nav_items(g.get("actor"))
    items: list[NavItem] = g.nav_items
    return items


def _make_nav_items(actor: Actor | None) -> list[NavItem]:
    if actor is None:
        return [_item("competitions.index", gettext("竞赛"), "trophy")]
    items = [
        _item("home.index", gettext("我的学习"), "home", short=gettext("学习")),
        _item("competitions.index", gettext("竞赛"), "trophy"),
    ]
    if _holds_people(actor):
        items.append(
            _item(
                "organisations.index",
                gettext("单位与人员"),
                "building",
                group=gettext("管理"),
                short=gettext("人员"),
            )
        )
    items.append(_item("accounts.account", gettext("我的账户"), "user", short=gettext("我的")))
    return items


def _holds_people(actor: Actor) -> bool:
    if not actor.grants:
        # A page of an error must not need the database again.
        with contextlib.suppress(SQLAlchemyError):
            actor = with_grants(actor)
    return actor.holds(Permission.ORG_PEOPLE_READ)


def _item(endpoint: str, label: str, icon: str, *, group: str = "", short: str = "") -> NavItem:
    here = (request.endpoint or "").split(".")[0]
    is_current = request.endpoint == endpoint or (
        endpoint.endswith(".index") and here == endpoint.split(".", maxsplit=1)[0]
    )
    return NavItem(label, url_for(endpoint), icon, is_current, group, short)
