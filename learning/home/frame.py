"""The frame around every page: who is logged in and where one can go from here."""

import contextlib
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from flask import current_app, g, request, url_for
from flask_babel import get_locale, gettext
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.local import LocalProxy

from learning.kernel.permissions import GRANTS, SELF_PERMISSIONS, Actor, Permission, Role
from learning.kernel.translation import N_
from learning.web.guards import with_grants

# permission, endpoint, label, icon, label on phones
MANAGED = (
    (Permission.COMPLIANCE_READ, "compliance.index", N_("持证与培训"), "report", N_("持证")),
    (Permission.TEAM_READ, "compliance.team", N_("我的班组"), "users", N_("班组")),
    (Permission.ORG_PEOPLE_READ, "organisations.index", N_("单位与人员"), "building", N_("人员")),
    (
        Permission.ORG_JOIN_CONFIRM,
        "organisations.join_requests",
        N_("待确认人员"),
        "users",
        N_("待确认"),
    ),
    (Permission.PRIVACY_DECIDE, "corrections.index", N_("更正申请"), "file-pencil", N_("更正")),
    (
        Permission.COMPETITION_MANAGE,
        "live_rounds.index",
        N_("现场赛"),
        "broadcast",
        N_("现场"),
    ),
    (Permission.SITTING_MANAGE, "exams.manage", N_("考务"), "list-check", N_("考务")),
    (Permission.SCHEME_MANAGE, "schemes.index", N_("认证项目"), "rubber-stamp", N_("认证")),
    (Permission.FULFILMENT_CONFIRM, "confirming.index", N_("条件确认"), "list-check", N_("确认")),
    (Permission.CERTIFICATE_DECIDE, "deciding.index", N_("发证决定"), "clipboard-text", N_("决定")),
    (Permission.STUDY_CLASS_MANAGE, "study.classes", N_("面授"), "calendar-event", N_("面授")),
    (Permission.STUDY_DECIDE, "study.desk", N_("学时审批"), "clipboard-text", N_("学时审批")),
    (Permission.STUDY_RULES, "study.rules", N_("学时规则"), "adjustments", N_("学时规则")),
    (Permission.AUDIT_READ, "reports.trail", N_("审计记录"), "clipboard-text", N_("审计")),
    (Permission.ITEM_READ, "question_bank.index", N_("题库"), "pencil", N_("题库")),
    (
        Permission.COURSE_READ_DRAFT,
        "authoring.index",
        N_("课程编写"),
        "file-pencil",
        N_("编课"),
    ),
)
MOST_KEPT = 2_000  # navigations, some KB each
TABS = 5  # of the tab bar on phones; twin of layouts/app.html
# pages that belong to another item than their blueprint's
OF_ITEM = {
    "exams.index": "exams.index",
    "exams.detail": "exams.index",
    "exams.own_appeals": "exams.index",
    "organisations.join_requests": "organisations.join_requests",
    "corrections.own": "accounts.account",
    "corrections.new": "accounts.account",
    "joining.own": "accounts.account",
    "study.rules": "study.rules",
    **dict.fromkeys(
        (
            "study.classes",
            "study.new_class",
            "study.class_",
            "study.add_session",
            "study.session_",
            "study.move_session",
            "study.list_",
        ),
        "study.classes",
    ),
    "compliance.team": "compliance.team",
    **dict.fromkeys(
        (
            "external.index",
            "external.detail",
            "external.follow",
            "external.withdraw",
            "external.new",
            "external.kinds",
            "external.kind",
            "external.imports",
            "external.import_",
            "authorisations.index",
            "authorisations.new",
            "authorisations.detail",
            "authorisations.card_form",
        ),
        "compliance.index",
    ),
    "authorisations.mine": "certificates.index",
    "certificate_appeals.index": "certificates.index",
    "certificate_appeals.register": "deciding.index",
    "certificate_appeals.appeal": "deciding.index",
    "study.desk": "study.desk",
    "study.claim": "study.desk",
    "study.decide_claim": "study.desk",
    "study.credit": "compliance.index",
    "study.take_back": "compliance.index",
    "study.correct_credit": "compliance.index",
}


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
        "home_url": _addresses().home,
        "nav_items": LocalProxy(_nav_items),
        "may": _may,
    }
    if actor is None:
        shown["login_url"] = url_for("accounts.login")
    return shown


def _may(permission: str) -> bool:
    """Tell whether the person shown a page holds a permission anywhere, given by its value."""
    actor: Actor | None = g.get("actor")
    return actor is not None and Permission(permission) in _permissions(actor)


def _viewer(actor: Actor) -> dict[str, Any]:
    return {
        "public_id": actor.public_id,
        "name": actor.display_name,
        "initial": _initial(actor.display_name),
        "links": LocalProxy(_menu_items),
        "account_url": _addresses().account,
        "logout_url": _addresses().logout,
    }


class _Addresses(NamedTuple):
    home: str
    account: str
    logout: str


def _addresses() -> _Addresses:
    """Return the addresses of every frame, looked up once for each path the product stands at."""
    kept = current_app.extensions.setdefault("frame_addresses", {})
    if request.script_root not in kept:
        named = ("home.index", "accounts.account", "accounts.logout")
        kept[request.script_root] = _Addresses(*(url_for(name) for name in named))
    addresses: _Addresses = kept[request.script_root]
    return addresses


@dataclass(frozen=True, slots=True)
class _Nav:
    """The navigation of a page: all of it, and what stands in a person's menu."""

    items: list[NavItem]
    menu: list[NavItem]


def _nav_items() -> list[NavItem]:
    return _nav().items


def _menu_items() -> list[NavItem]:
    """Return what a phone's tab bar has no room for: it stands in the person's menu."""
    return _nav().menu


def _nav() -> _Nav:
    """Return the navigation, kept for all who may do the same, on the same page and language.

    To look up its addresses and words took a tenth of a page's time.
    """
    if "nav" not in g:
        actor: Actor | None = g.get("actor")
        held = _permissions(actor) if actor else None
        kept = current_app.extensions.setdefault("nav", {})
        key = (held, str(get_locale()), request.endpoint, request.script_root)
        if key not in kept:
            if len(kept) >= MOST_KEPT:
                kept.clear()
            kept[key] = _make_nav(actor)
        g.nav = kept[key]
    nav: _Nav = g.nav
    return nav


def _make_nav(actor: Actor | None) -> _Nav:
    items, account = _make_nav_items(actor), url_for("accounts.account")
    return _Nav(items, [item for item in items[TABS:] if item.url != account])


def _make_nav_items(actor: Actor | None) -> list[NavItem]:
    if actor is None:
        return [
            _item("courses.index", gettext("课程"), "book"),
            _item("competitions.index", gettext("竞赛"), "trophy"),
            _item("verification.index", gettext("查验证书"), "certificate", short=gettext("查验")),
        ]
    own = [
        _item("home.index", gettext("我的学习"), "home", short=gettext("学习")),
        _item("courses.index", gettext("课程"), "book"),
        _item("practice.index", gettext("练习"), "repeat"),
        _item("exams.index", gettext("考试"), "clipboard-check"),
        _item("competitions.index", gettext("竞赛"), "trophy"),
        _item("certificates.index", gettext("证书"), "certificate"),
        _item("tracks.index", gettext("培养方向"), "sitemap", short=gettext("方向")),
        _item("study.index", gettext("学时"), "history"),
    ]
    account = _item("accounts.account", gettext("我的账户"), "user", short=gettext("我的"))
    return [*own, *_managed_items(), account]


def _managed_items() -> list[NavItem]:
    """Return what this person manages."""
    actor: Actor | None = g.get("actor")
    if actor is None:
        return []
    held = _permissions(actor)
    return [
        _item(endpoint, gettext(label), icon, group=gettext("管理"), short=gettext(short))
        for permission, endpoint, label, icon, short in MANAGED
        if permission in held
    ]


def _initial(name: str) -> str:
    """Return what stands for a name in a small square: 王小明 → 明, John Smith → J."""
    if name[:1].isascii():
        return name[:1].upper()
    return next((character for character in reversed(name) if character.isalpha()), name[:1])


def _permissions(actor: Actor) -> frozenset[Permission]:
    if "nav_permissions" not in g:
        if not actor.grants and not g.get("grants_known"):
            # A page of an error must not need the database again.
            with contextlib.suppress(SQLAlchemyError):
                actor = with_grants(actor)
        g.nav_permissions = _held_by(frozenset(grant.role for grant in actor.grants))
    permissions: frozenset[Permission] = g.nav_permissions
    return permissions


@lru_cache(maxsize=256)
def _held_by(roles: frozenset[Role]) -> frozenset[Permission]:
    """Return what a person of these roles may do somewhere, one's own things included."""
    return SELF_PERMISSIONS.union(*(GRANTS[role] for role in roles))


def _item(endpoint: str, label: str, icon: str, *, group: str = "", short: str = "") -> NavItem:
    return NavItem(label, url_for(endpoint), icon, _is_here(endpoint), group, short)


def _is_here(endpoint: str) -> bool:
    """Tell whether the page shown belongs to an item of the navigation."""
    shown = request.endpoint or ""
    if shown in OF_ITEM:
        return OF_ITEM[shown] == endpoint
    domain, _, view = endpoint.partition(".")
    if domain == "exams" and shown.startswith("exams."):
        return endpoint == "exams.manage"  # what is not the candidate's is the examiner's
    return shown == endpoint or (view == "index" and shown.partition(".")[0] == domain)
