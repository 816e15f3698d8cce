"""The units in reach, one unit, its people."""

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from learning.kernel.clock import utc_now
from learning.kernel.permissions import Permission, ScopeKind
from learning.organisations import queries, words
from learning.organisations.queries.codes import count_waiting
from learning.organisations.routes.blueprint import (
    PAGE_SIZE,
    bp,
    offers,
    page_link,
    pages_of,
    search_text,
    trail_of,
)
from learning.organisations.words import _
from learning.web.forms import page_number
from learning.web.guards import current_actor, requires
from learning.web.transaction import db_session

READ = Permission.ORG_PEOPLE_READ


@bp.get("")
@requires(READ)
def index() -> ResponseReturnValue:
    """List the units in reach."""
    session, now, actor = db_session(), utc_now(), current_actor()
    page, search = page_number(request.args), search_text()
    reach = queries.units_in_reach(session, actor, READ, now)
    total = queries.count_units(session, reach, now, search=search)
    units = queries.list_units(
        session, reach, now, search=search, offset=(page - 1) * PAGE_SIZE, limit=PAGE_SIZE
    )
    paths = {unit.id: queries.list_path(session, unit.id, now)[:-1] for unit in units}
    grants = actor.grants_for(Permission.ORG_UNIT_MANAGE)
    return render_template(
        "organisations/index.html",
        lines=[
            {
                "unit": unit,
                "kind": words.kind_words(unit.kind),
                "above": " / ".join(above.name for above in paths[unit.id]),
                "url": url_for("organisations.detail", raw_public_id=unit.public_id),
            }
            for unit in units
        ],
        may_confirm=actor.holds(Permission.ORG_JOIN_CONFIRM),
        may_give_roles=queries.reaches_everywhere(actor, Permission.ORG_ROLES_GRANT),
        may_create=any(grant.scope_kind is ScopeKind.PLATFORM for grant in grants),
        search=search,
        page=page,
        pages=pages_of(total),
        total=total,
        page_url=page_link("organisations.index", q=search),
    )


@bp.get("/<raw_public_id>")
@requires(READ)
def detail(raw_public_id: str) -> ResponseReturnValue:
    """Show a unit: what it is, what is below it, how many people, what can be done."""
    session, now, actor = db_session(), utc_now(), current_actor()
    unit = queries.get_unit_in_reach(session, actor, READ, raw_public_id, now)
    allowed = offers(session, actor, unit, now)
    below = queries.subtree([unit.id], now)
    return render_template(
        "organisations/detail.html",
        unit=unit,
        kind=words.kind_words(unit.kind),
        aliases=queries.list_aliases(session, unit.id),
        children=[
            (child, words.kind_words(child.kind))
            for child in queries.list_children(session, unit.id, now)
        ],
        successions=queries.list_successions(session, unit.id, now),
        people=queries.count_members(session, below, now),
        waiting=count_waiting(session, actor, unit, now) if allowed["may_issue"] else None,
        trail=trail_of(session, actor, unit, now),
        **allowed,
    )


@bp.get("/<raw_public_id>/people")
@requires(READ)
def people(raw_public_id: str) -> ResponseReturnValue:
    """List the people of a unit and of all below it."""
    session, now, actor = db_session(), utc_now(), current_actor()
    unit = queries.get_unit_in_reach(session, actor, READ, raw_public_id, now)
    allowed = offers(session, actor, unit, now)
    page, search = page_number(request.args), search_text()
    below = queries.subtree([unit.id], now)
    total = queries.count_members(session, below, now, search=search)
    members = queries.list_members(
        session, below, now, search=search, offset=(page - 1) * PAGE_SIZE, limit=PAGE_SIZE
    )
    return render_template(
        "organisations/people.html",
        unit=unit,
        members=members,
        waiting=count_waiting(session, actor, unit, now) if allowed["may_issue"] else None,
        search=search,
        page=page,
        pages=pages_of(total),
        total=total,
        page_url=page_link("organisations.people", raw_public_id=unit.public_id, q=search),
        trail=trail_of(session, actor, unit, now, (_("人员"), None)),
        **allowed,
    )
