"""One person of a unit; merging two records of one person, and undoing it."""

from dataclasses import dataclass
from datetime import datetime

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from learning.kernel.clock import utc_now
from learning.kernel.errors import Conflict, Invalid, Problem
from learning.kernel.permissions import Actor, Permission
from learning.organisations import queries, words
from learning.organisations.queries import UnitView, persons
from learning.organisations.queries.merging import MergePlan, plan_merge
from learning.organisations.queries.roles import list_roles
from learning.organisations.routes.blueprint import (
    PAGE_SIZE,
    bp,
    is_in_reach,
    page_link,
    pages_of,
    search_text,
    trail_of,
)
from learning.organisations.rules.categories import StaffCategory
from learning.organisations.rules.roles import OFFERED, permission_for
from learning.organisations.services.categories import categorise_person
from learning.organisations.services.merging import (
    UNDO_LIFETIME,
    check_pair,
    merge_persons,
    undo_merge,
)
from learning.organisations.words import _
from learning.organisations.words.roles import place_of_role, role_words
from learning.web import transaction
from learning.web.forms import page_number
from learning.web.guards import current_actor, requires
from learning.web.transaction import db_session

READ, MERGE = Permission.ORG_PEOPLE_READ, Permission.ORG_PEOPLE_MERGE
IMPORT = Permission.ORG_ROSTER_IMPORT


@bp.get("/<raw_public_id>/people/<raw_person_id>")
@requires(READ)
def person(raw_public_id: str, raw_person_id: str) -> ResponseReturnValue:
    """Show a person: places and posts with their dates, log-in names masked."""
    session, now, actor = db_session(), utc_now(), current_actor()
    unit = queries.get_unit_in_reach(session, actor, READ, raw_public_id, now)
    found = persons.get_person(session, unit, raw_person_id, now)
    return render_template(
        "organisations/person.html",
        unit=unit,
        person=found,
        may_merge=is_in_reach(session, actor, MERGE, unit, now) and found.is_open,
        may_categorise=is_in_reach(session, actor, IMPORT, unit, now) and found.is_member,
        may_see_standing=found.is_member
        and is_in_reach(session, actor, Permission.COMPLIANCE_READ, unit, now),
        roles=_roles(session, actor, unit, found, now),
        category=words.category_words(found.category),
        categories=words.category_choices(),
        trail=trail_of(
            session,
            actor,
            unit,
            now,
            (_("人员"), url_for("organisations.people", raw_public_id=unit.public_id)),
            (found.name, None),
        ),
    )


@dataclass(frozen=True, slots=True)
class _Roles:
    """What a person holds as (role, scope, words, where, since, whether it is mine to end)."""

    held: tuple[tuple[str, str, str, str, datetime, bool], ...]
    offered: tuple[tuple[str, str], ...]
    may_everywhere: bool


def _roles(
    session: Session, actor: Actor, unit: UnitView, found: persons.PersonView, now: datetime
) -> _Roles | None:
    """Return the roles of a person and which may be given; None for who may give none."""
    everywhere = queries.reaches_everywhere(actor, Permission.ORG_ROLES_GRANT)
    able = {
        Permission.ORG_MANAGERS_APPOINT: is_in_reach(
            session, actor, Permission.ORG_MANAGERS_APPOINT, unit, now
        ),
        Permission.ORG_ROLES_GRANT: everywhere,
    }
    if not any(able.values()):
        return None
    is_own = found.user_id == actor.user_id
    held = list_roles(session, unit, found.user_id, now, everywhere=everywhere)
    offered = [] if is_own or not found.is_open else [r for r in OFFERED if able[permission_for(r)]]
    return _Roles(
        tuple(
            (
                one.role.value,
                one.scope,
                role_words(one.role),
                place_of_role(one),
                one.since,
                able[permission_for(one.role)] and not is_own,
            )
            for one in held
        ),
        tuple((role.value, role_words(role)) for role in offered),
        everywhere,
    )


@bp.post("/<raw_public_id>/people/<raw_person_id>/category")
@requires(IMPORT)
def person_category(raw_public_id: str, raw_person_id: str) -> ResponseReturnValue:
    """Say the staff category of a person, by which hours are asked for; "" for none."""
    now, actor = utc_now(), current_actor()
    with transaction.reading() as session:
        unit = queries.get_unit_in_reach(session, actor, IMPORT, raw_public_id, now)
        found = persons.get_person(session, unit, raw_person_id, now)
    raw = request.form.get("category", "")
    if raw and raw not in set(StaffCategory):
        raise Invalid([Problem("", None, "category", "category", "category")])
    category = StaffCategory(raw) if raw else None
    if categorise_person(db_session(), actor, unit, found.user_id, category=category, now=now):
        flash(_("已保存 %(name)s 的人员类别。", name=found.name), "success")
    return redirect(
        url_for(
            "organisations.person", raw_public_id=unit.public_id, raw_person_id=found.public_id
        ),
        303,
    )


@bp.get("/<raw_public_id>/merging")
@requires(MERGE)
def doubles(raw_public_id: str) -> ResponseReturnValue:
    """List the people of a unit who share a name: perhaps one person twice."""
    session, now, actor = db_session(), utc_now(), current_actor()
    unit = queries.get_unit_in_reach(session, actor, MERGE, raw_public_id, now)
    page = page_number(request.args)
    total = persons.count_double_names(session, unit, now)
    return render_template(
        "organisations/doubles.html",
        unit=unit,
        groups=persons.list_doubles(
            session, unit, now, offset=(page - 1) * PAGE_SIZE, limit=PAGE_SIZE
        ),
        merges=persons.count_merges(session, unit, now),
        page=page,
        pages=pages_of(total),
        total=total,
        page_url=page_link("organisations.doubles", raw_public_id=unit.public_id),
        trail=trail_of(session, actor, unit, now, (_("重复人员"), None)),
    )


@bp.get("/<raw_public_id>/merging/<raw_person_id>")
@requires(MERGE)
def merge_choose(raw_public_id: str, raw_person_id: str) -> ResponseReturnValue:
    """Choose the other record of a person: those of the same name, or searched for."""
    session, now, actor = db_session(), utc_now(), current_actor()
    unit = queries.get_unit_in_reach(session, actor, MERGE, raw_public_id, now)
    found = persons.get_person(session, unit, raw_person_id, now)
    search = search_text()
    return render_template(
        "organisations/merge_choose.html",
        unit=unit,
        person=found,
        others=persons.find_others(session, unit, found, search, now),
        search=search,
        most=persons.MAX_FOUND,
        trail=trail_of(session, actor, unit, now, _doubles_crumb(unit), (found.name, None)),
    )


def _doubles_crumb(unit: UnitView) -> tuple[str, str]:
    return _("重复人员"), url_for("organisations.doubles", raw_public_id=unit.public_id)


@bp.get("/<raw_public_id>/merging/<raw_person_id>/<raw_other_id>")
@requires(MERGE)
def merge_preview(raw_public_id: str, raw_person_id: str, raw_other_id: str) -> ResponseReturnValue:
    """Show what merging the other record into the person would move, keep behind and end."""
    session, now, actor = db_session(), utc_now(), current_actor()
    unit = queries.get_unit_in_reach(session, actor, MERGE, raw_public_id, now)
    kept = persons.get_person(session, unit, raw_person_id, now)
    merged = persons.get_person(session, unit, raw_other_id, now)
    refusal, plan = "", MergePlan()
    try:
        check_pair(session, actor, unit, kept.user_id, merged.user_id, now=now)
        plan = plan_merge(session, kept.user_id, merged.user_id, now)
        refusal = words.merge_words("merge_busy") if plan.busy else ""
    except Conflict as error:
        refusal = words.merge_words(error.code)
    return render_template(
        "organisations/merge_preview.html",
        unit=unit,
        kept=kept,
        merged=merged,
        refusal=refusal,
        lines=words.merge_lines(plan.moves, plan.held),
        ends=sum(len(ids) for ids in plan.ends.values()),
        days=UNDO_LIFETIME.days,
        trail=trail_of(session, actor, unit, now, _doubles_crumb(unit), (_("合并"), None)),
    )


@bp.post("/<raw_public_id>/merging/<raw_person_id>/<raw_other_id>")
@requires(MERGE)
def merge_people(raw_public_id: str, raw_person_id: str, raw_other_id: str) -> ResponseReturnValue:
    """Merge the other record into the person."""
    now, actor = utc_now(), current_actor()
    with transaction.reading() as session:
        unit = queries.get_unit_in_reach(session, actor, MERGE, raw_public_id, now)
        kept = persons.get_person(session, unit, raw_person_id, now)
        merged = persons.get_person(session, unit, raw_other_id, now)
    try:
        merge_persons(
            db_session(), actor, unit=unit, kept_id=kept.user_id, merged_id=merged.user_id, now=now
        )
    except Conflict as error:
        db_session().rollback()  # the page answers, so what was begun must not be committed
        flash(words.merge_words(error.code), "error")
        return redirect(
            url_for(
                "organisations.merge_preview",
                raw_public_id=unit.public_id,
                raw_person_id=kept.public_id,
                raw_other_id=merged.public_id,
            ),
            303,
        )
    flash(
        _("已合并到 %(name)s。%(n)s 天内可以撤销。", name=kept.name, n=UNDO_LIFETIME.days),
        "success",
    )
    return redirect(url_for("organisations.merges", raw_public_id=unit.public_id), 303)


@bp.get("/<raw_public_id>/merges")
@requires(MERGE)
def merges(raw_public_id: str) -> ResponseReturnValue:
    """List the merges made in a unit and below, newest first."""
    session, now, actor = db_session(), utc_now(), current_actor()
    unit = queries.get_unit_in_reach(session, actor, MERGE, raw_public_id, now)
    page = page_number(request.args)
    total = persons.count_merges(session, unit, now)
    return render_template(
        "organisations/merges.html",
        unit=unit,
        merges=persons.list_merges(
            session, unit, now, offset=(page - 1) * PAGE_SIZE, limit=PAGE_SIZE
        ),
        oldest=now - UNDO_LIFETIME,
        days=UNDO_LIFETIME.days,
        page=page,
        pages=pages_of(total),
        total=total,
        page_url=page_link("organisations.merges", raw_public_id=unit.public_id),
        trail=trail_of(session, actor, unit, now, _doubles_crumb(unit), (_("合并记录"), None)),
    )


@bp.post("/<raw_public_id>/merges/<raw_merge_id>/undo")
@requires(MERGE)
def merge_undo(raw_public_id: str, raw_merge_id: str) -> ResponseReturnValue:
    """Undo a merge: the same rows go back."""
    session, now, actor = db_session(), utc_now(), current_actor()
    unit = queries.get_unit_in_reach(session, actor, MERGE, raw_public_id, now)
    merge = persons.get_merge(session, unit, raw_merge_id, now)
    try:
        undo_merge(session, actor, merge, now=now)
        flash(_("已撤销合并，两份记录各归各位。"), "success")
    except Conflict as error:
        session.rollback()  # the page answers, so what was begun must not be committed
        flash(words.merge_words(error.code, str(error.data.get("table", ""))), "error")
    return redirect(url_for("organisations.merges", raw_public_id=unit.public_id), 303)
