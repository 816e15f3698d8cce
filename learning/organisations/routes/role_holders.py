"""Who holds which role on the whole platform: given by log-in name, also to who has no unit."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from learning.kernel.clock import utc_now
from learning.kernel.errors import Forbidden, Invalid
from learning.kernel.permissions import Actor, Permission, Role, ScopeKind
from learning.organisations.forms import GiveRoleForm
from learning.organisations.queries import reaches_everywhere
from learning.organisations.queries.roles import count_holders, list_holders
from learning.organisations.routes.blueprint import (
    PAGE_SIZE,
    bp,
    page_link,
    pages_of,
    search_text,
)
from learning.organisations.rules.roles import OFFERED
from learning.organisations.services.roles import appoint_by_login, dismiss_anywhere
from learning.organisations.words import _
from learning.organisations.words.roles import place_of_role, role_words
from learning.web.forms import page_number
from learning.web.guards import current_actor, requires
from learning.web.transaction import db_session

GRANT = Permission.ORG_ROLES_GRANT


@bp.get("/roles")
@requires(GRANT)
def role_holders() -> ResponseReturnValue:
    """List who holds roles, the latest first, and offer to give one."""
    form = GiveRoleForm(formdata=None)
    form.offer()
    return _page(form)


@bp.post("/roles")
@requires(GRANT)
def give_role_by_login() -> ResponseReturnValue:
    """Give a role to whoever logs in by a name."""
    actor, form = _giver(), GiveRoleForm()
    form.offer()
    if not form.validate():
        return _page(form)
    role = Role(form.role.data)
    try:
        name = appoint_by_login(
            db_session(),
            actor,
            raw_login=form.login.data or "",
            raw_role=role.value,
            scope_kind=ScopeKind(form.scope_kind.data),
            raw_scope=form.scope.data or "",
            now=utc_now(),
        )
    except Invalid as error:
        form.show(error.problems)
        return _page(form)
    flash(
        _(
            "已授予 %(name)s：%(role)s。本人下次打开页面就能使用。",
            name=name,
            role=role_words(role),
        ),
        "success",
    )
    return redirect(url_for("organisations.role_holders"), 303)


@bp.post("/roles/end")
@requires(GRANT)
def end_role_anywhere() -> ResponseReturnValue:
    """End a role; form: `person`, `role` and the `scope` for which it is held."""
    dismiss_anywhere(
        db_session(),
        _giver(),
        raw_person_id=request.form.get("person", ""),
        raw_role=request.form.get("role", ""),
        raw_scope=request.form.get("scope", ""),
        now=utc_now(),
    )
    flash(_("已结束角色。"), "success")
    return redirect(url_for("organisations.role_holders"), 303)


def _giver() -> Actor:
    """Return the actor; Forbidden unless roles of the whole platform are theirs to give."""
    actor = current_actor()
    if not reaches_everywhere(actor, GRANT):
        raise Forbidden("permission", permission=GRANT.value)
    return actor


def _page(form: GiveRoleForm) -> ResponseReturnValue:
    actor, session, now = _giver(), db_session(), utc_now()
    search, page, raw_role = search_text(), page_number(request.args), request.args.get("role", "")
    role = Role(raw_role) if raw_role in set(Role) else None
    total = count_holders(session, now, search=search, role=role)
    found = list_holders(
        session, now, search=search, role=role, offset=(page - 1) * PAGE_SIZE, limit=PAGE_SIZE
    )
    text = render_template(
        "organisations/role_holders.html",
        lines=[
            (one, role_words(one.held.role), place_of_role(one.held), one.user_id != actor.user_id)
            for one in found
        ],
        form=form,
        roles=[(each.value, role_words(each)) for each in OFFERED],
        role=role.value if role else "",
        search=search,
        page=page,
        pages=pages_of(total),
        total=total,
        page_url=page_link("organisations.role_holders", q=search, role=role and role.value),
    )
    return text, 400 if form.errors else 200
