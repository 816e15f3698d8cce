"""Managing the tree: plain forms on one page, an address for each act."""

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from learning.kernel.clock import utc_now
from learning.kernel.errors import Conflict, Forbidden, Invalid
from learning.kernel.permissions import Actor, Permission, ScopeKind
from learning.organisations import queries, services, words
from learning.organisations.forms import (
    CloseForm,
    DetailsForm,
    MergeForm,
    MoveForm,
    NewUnitForm,
    RenameForm,
    UnitFormBase,
)
from learning.organisations.queries import UnitView
from learning.organisations.routes.blueprint import bp, trail_of, unit_url
from learning.organisations.rules.units import UnitKind
from learning.organisations.words import _
from learning.web import transaction
from learning.web.guards import current_actor, requires
from learning.web.transaction import db_session

MANAGE = Permission.ORG_UNIT_MANAGE
Form = TypeVar("Form", bound=UnitFormBase)
Act = Callable[[Session], str]


@bp.route("/new", methods=["GET", "POST"])
@requires(MANAGE)
def new() -> ResponseReturnValue:
    """Create an organisation at the top of the tree; for managers of the whole platform."""
    now, actor = utc_now(), current_actor()
    if not any(g.scope_kind is ScopeKind.PLATFORM for g in actor.grants_for(MANAGE)):
        raise Forbidden("permission", permission=MANAGE.value)
    form = NewUnitForm()
    form.offer(below_a_unit=False)
    if form.validate_on_submit():
        made = _create(form, actor, None, now)
        if made is not None:
            return redirect(made, 303)
    page = render_template("organisations/new.html", form=form, unit=None, trail=_top_trail())
    return page, 400 if request.method == "POST" else 200


def _top_trail() -> list[tuple[str, str | None]]:
    return [(_("单位与人员"), url_for("organisations.index")), (_("新建单位"), None)]


@bp.route("/<raw_public_id>/manage/new", methods=["GET", "POST"])
@requires(MANAGE)
def new_child(raw_public_id: str) -> ResponseReturnValue:
    """Create a unit below another."""
    now, actor = utc_now(), current_actor()
    unit = _load(raw_public_id, actor, now)
    form = NewUnitForm(data={"kind": UnitKind.DEPARTMENT.value})
    form.offer(below_a_unit=True)
    if form.validate_on_submit():
        made = _create(form, actor, unit.id, now)
        if made is not None:
            return redirect(made, 303)
    with transaction.reading() as session:
        trail = trail_of(session, actor, unit, now, (_("新建下级单位"), None))
        page = render_template("organisations/new.html", form=form, unit=unit, trail=trail)
    return page, 400 if request.method == "POST" else 200


def _create(form: NewUnitForm, actor: Actor, parent_id: int | None, now: datetime) -> str | None:
    """Create what a valid form says; return the new page's address, None when refused."""
    draft = form.draft(UnitKind(form.kind.data), form.name.data)
    session = db_session()
    try:
        made = services.create_unit(session, actor, draft, parent_id=parent_id, now=now)
    except Invalid as error:
        session.rollback()  # the page answers, so what was begun must not be committed
        form.show(error.problems)
        return None
    except Conflict as error:
        session.rollback()  # as above
        form.refuse(words.conflict_words(error))
        return None
    flash(_("已新建 %(name)s。", name=draft.name), "success")
    return url_for("organisations.detail", raw_public_id=made.public_id)


def _load(raw_public_id: str, actor: Actor, now: datetime) -> UnitView:
    with transaction.reading() as session:
        return queries.get_unit_in_reach(session, actor, MANAGE, raw_public_id, now)


@bp.get("/<raw_public_id>/manage")
@requires(MANAGE)
def manage(raw_public_id: str) -> ResponseReturnValue:
    """Show everything that can be done with a unit."""
    now, actor = utc_now(), current_actor()
    return _manage_page(_load(raw_public_id, actor, now), now)


def _manage_page(unit: UnitView, now: datetime, tried: UnitFormBase | None = None) -> str:
    """Render the page; the form that was refused keeps what was typed and why."""

    def form(kind: type[Form], **data: object) -> UnitFormBase:
        made = tried if isinstance(tried, kind) else kind(formdata=None, data=data)
        made.name_ids(kind.__name__)
        return made

    with transaction.reading() as session:
        aliases = queries.list_aliases(session, unit.id)
        return render_template(
            "organisations/manage.html",
            unit=unit,
            kind=words.kind_words(unit.kind),
            details=form(
                DetailsForm,
                code=unit.code,
                uscc=unit.uscc,
                region=unit.region,
                industry=unit.industry,
                headcount=unit.headcount,
                aliases="\n".join(aliases),
            ),
            rename_form=form(RenameForm, name=unit.name),
            move_form=form(MoveForm),
            merge_form=form(MergeForm),
            close_form=form(CloseForm),
            trail=trail_of(session, current_actor(), unit, now, (_("管理"), None)),
        )


def _answer(
    unit: UnitView, form: UnitFormBase, now: datetime, act: Act, done: str
) -> ResponseReturnValue:
    """Do the act of a form; go to the address it returns, or show the page with what is wrong."""
    if form.validate_on_submit():
        session = db_session()
        try:
            target = act(session)
        except Invalid as error:
            session.rollback()  # the page answers, so what was begun must not be committed
            form.show(error.problems)
        except Conflict as error:
            session.rollback()  # as above
            form.refuse(words.conflict_words(error))
        else:
            flash(done, "success")
            return redirect(target, 303)
    return _manage_page(unit, now, form), 400


@bp.post("/<raw_public_id>/manage/details")
@requires(MANAGE)
def update_details(raw_public_id: str) -> ResponseReturnValue:
    """Correct codes, region, industry, headcount, aliases."""
    now, actor = utc_now(), current_actor()
    unit = _load(raw_public_id, actor, now)
    form = DetailsForm()

    def act(session: Session) -> str:
        draft = form.draft(UnitKind(unit.kind), unit.name)
        services.update_unit(session, actor, unit.id, draft, now=now)
        return unit_url(unit)

    return _answer(unit, form, now, act, _("已保存。"))


@bp.post("/<raw_public_id>/manage/rename")
@requires(MANAGE)
def rename(raw_public_id: str) -> ResponseReturnValue:
    """Rename a unit."""
    now, actor = utc_now(), current_actor()
    unit = _load(raw_public_id, actor, now)
    form = RenameForm()

    def act(session: Session) -> str:
        effective_at = form.effective_at(unit, now)
        services.rename_unit(
            session, actor, unit.id, name=form.name.data, now=now, effective_at=effective_at
        )
        return unit_url(unit)

    return _answer(unit, form, now, act, _("已改名。"))


@bp.post("/<raw_public_id>/manage/move")
@requires(MANAGE)
def move(raw_public_id: str) -> ResponseReturnValue:
    """Put a unit under another."""
    now, actor = utc_now(), current_actor()
    unit = _load(raw_public_id, actor, now)
    form = MoveForm()

    def act(session: Session) -> str:
        target = _find_target(session, actor, form, now)
        services.move_unit(
            session,
            actor,
            unit.id,
            parent_id=target.id,
            now=now,
            effective_at=form.effective_at(unit, now),
        )
        return unit_url(unit)

    return _answer(unit, form, now, act, _("已调整上级单位。"))


@bp.post("/<raw_public_id>/manage/merge")
@requires(MANAGE)
def merge(raw_public_id: str) -> ResponseReturnValue:
    """Merge a unit into another."""
    now, actor = utc_now(), current_actor()
    unit = _load(raw_public_id, actor, now)
    form = MergeForm()

    def act(session: Session) -> str:
        target = _find_target(session, actor, form, now)
        services.merge_units(
            session,
            actor,
            [unit.id],
            successor_id=target.id,
            now=now,
            effective_at=form.effective_at(unit, now),
        )
        return unit_url(target)

    return _answer(unit, form, now, act, _("已合并。"))


@bp.post("/<raw_public_id>/manage/close")
@requires(MANAGE)
def close(raw_public_id: str) -> ResponseReturnValue:
    """End an empty unit."""
    now, actor = utc_now(), current_actor()
    unit = _load(raw_public_id, actor, now)
    form = CloseForm()

    def act(session: Session) -> str:
        effective_at = form.effective_at(unit, now)
        services.close_unit(session, actor, unit.id, now=now, effective_at=effective_at)
        return url_for("organisations.index")

    return _answer(unit, form, now, act, _("已撤销 %(name)s。", name=unit.name))


def _find_target(
    session: Session, actor: Actor, form: MoveForm | MergeForm, now: datetime
) -> UnitView:
    """Return the one unit that the typed words mean; Conflict when none or several within reach."""
    reach = queries.units_in_reach(session, actor, MANAGE, now)
    found = queries.match_units(session, reach, form.target.data, now)
    if len(found) != 1:
        raise Conflict("target_unknown" if not found else "target_ambiguous")
    return found[0]
