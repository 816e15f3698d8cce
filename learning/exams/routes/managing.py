"""The examiner's desk: list, write, edit, open, close."""

from datetime import datetime, timedelta

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from learning.exams import queries, services, words
from learning.exams.forms import SittingForm, blank_row, default_values, values_of
from learning.exams.queries import SittingView, Source
from learning.exams.routes.blueprint import bp, to_desk
from learning.exams.rules import MAX_ROWS, SittingPlan, State, to_local, to_utc
from learning.exams.words import _
from learning.kernel.clock import utc_now
from learning.kernel.errors import Forbidden, Invalid
from learning.kernel.markdown import render
from learning.kernel.permissions import Actor, Permission
from learning.organisations.queries import get_unit_in_reach
from learning.web import transaction
from learning.web.forms import page_number
from learning.web.guards import current_actor, requires
from learning.web.transaction import db_session

DEFAULT_ZONE = "Asia/Shanghai"
MANAGE = Permission.SITTING_MANAGE


@bp.get("/manage")
@requires(MANAGE)
def manage() -> ResponseReturnValue:
    """List the sittings one manages, newest first."""
    now, actor = utc_now(), current_actor()
    page = page_number(request.args)
    lines, total = queries.list_managed(db_session(), actor, now, page=page)
    return render_template(
        "exams/manage.html",
        lines=[words.line_view(line, now) for line in lines],
        page=page,
        pages=max(1, -(-total // queries.PAGE_SIZE)),
        total=total,
        page_url=lambda number: url_for("exams.manage", page=number),
    )


@bp.route("/new", methods=["GET", "POST"])
@requires(MANAGE)
def new() -> ResponseReturnValue:
    """Write a new sitting, as a draft."""
    now, actor = utc_now(), current_actor()
    form = _new_form(actor, now)
    if not form.validate_on_submit():
        return _form_page(form, None)
    try:
        with transaction.reading() as session:
            zone = _zone_of(session, actor, form.organiser.data, now)
        public_id = services.create_sitting(
            db_session(),
            actor,
            raw_organiser_id=form.organiser.data,
            plan=_plan_of(form, zone),
            now=now,
        )
    except Invalid as error:
        db_session().rollback()  # the page answers, so what was begun must not be committed
        form.show(error.problems)
        return _form_page(form, None)
    flash(_("草稿已保存。请准考考生，再开放场次。"), "success")
    return to_desk(public_id)


def _new_form(actor: Actor, now: datetime) -> SittingForm:
    with transaction.reading() as session:
        organisers = queries.list_organisers(session, actor, now)
        sources = queries.list_sources(session, actor, now)
    if not organisers:
        raise Forbidden("permission")
    today = to_local(now, DEFAULT_ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
    opens_at = to_utc(today + timedelta(days=7, hours=9), DEFAULT_ZONE)
    closes_at = to_utc(today + timedelta(days=7, hours=12), DEFAULT_ZONE)
    first = sources[0] if sources else None
    form = SittingForm(data=default_values(first, opens_at, closes_at, DEFAULT_ZONE))
    form.offer(sources=sources, organisers=organisers)
    return form


def _plan_of(form: SittingForm, zone: str) -> SittingPlan:
    """Return what a valid form says; raise Invalid for items that cannot be on a fixed paper."""
    if not form.is_fixed:
        return form.plan(zone)
    rows, plan = form.named_rows(), form.plan(zone)
    with transaction.reading() as session:
        chosen = services.choose_items(
            session,
            plan.rules.bank,
            plan.rules.pool,
            rows,
            opens_at=plan.opens_at,
            unseen_days=plan.rules.unseen_days,
            is_marked=plan.rules.marked,
        )
    return form.plan(zone, chosen)


def _zone_of(session: Session, actor: Actor, raw_unit_id: str, now: datetime) -> str:
    return get_unit_in_reach(session, actor, MANAGE, raw_unit_id, now).timezone


@bp.route("/<raw_public_id>/edit", methods=["GET", "POST"])
@requires(MANAGE)
def edit(raw_public_id: str) -> ResponseReturnValue:
    """Change what may still be changed."""
    now, actor = utc_now(), current_actor()
    with transaction.reading() as session:
        sitting = queries.get_managed(session, actor, raw_public_id, now)
        sources = queries.list_sources(session, actor, now)
    form = SittingForm(data=values_of(sitting.plan, sitting.zone))
    form.offer(sources=_with_own(sources, sitting), organisers=[])
    if not form.validate_on_submit():
        return _form_page(form, sitting)
    try:
        services.edit_sitting(
            db_session(), actor, raw_public_id, plan=_plan_of(form, sitting.zone), now=now
        )
    except Invalid as error:
        db_session().rollback()  # the page answers, so what was begun must not be committed
        form.show(error.problems)
        return _form_page(form, sitting)
    flash(_("已保存。"), "success")
    return to_desk(sitting.public_id)


def _with_own(sources: list[Source], sitting: SittingView) -> list[Source]:
    """Keep the sitting's own source among the choices although its items may be retired by now."""
    rules = sitting.rules
    own = Source(rules.bank, rules.pool, {})
    return sources if own.code in {source.code for source in sources} else [*sources, own]


def _form_page(form: SittingForm, sitting: SittingView | None) -> ResponseReturnValue:
    page = render_template(
        "exams/edit.html",
        form=form,
        sitting=sitting,
        is_draft=sitting is None or sitting.state is State.DRAFT,
        warning=words.pool_warning(sitting.rules.pool) if sitting else "",
        blank=blank_row(),
        presets=words.presets(),
        most_rows=MAX_ROWS,
        zone=sitting.zone if sitting else DEFAULT_ZONE,
    )
    return page, 400 if request.method == "POST" else 200


@bp.get("/<raw_public_id>/manage")
@requires(MANAGE)
def desk(raw_public_id: str) -> ResponseReturnValue:
    """Show the examiner one sitting: how it stands, its rules, what can be done."""
    now, actor, session = utc_now(), current_actor(), db_session()
    sitting = queries.get_managed(session, actor, raw_public_id, now)
    tally = queries.count_results(session, sitting)
    return render_template(
        "exams/desk.html",
        sitting=sitting,
        phase=sitting.phase(now).value,
        phase_words=words.phase_words(sitting.phase(now)),
        tally=tally,
        absent=queries.count_absent(tally, sitting, now),
        warning=words.pool_warning(sitting.rules.pool),
        rule_lines=[
            *words.rule_lines(sitting.plan, sitting.zone),
            *words.settings_lines(sitting.settings),
            *words.conduct_lines(sitting.plan.rules),
        ],
        settings=sitting.settings,
        description_html=render(sitting.description),
    )


@bp.post("/<raw_public_id>/open")
@requires(MANAGE)
def open_(raw_public_id: str) -> ResponseReturnValue:
    """Open a draft to its candidates."""
    services.open_sitting(db_session(), current_actor(), raw_public_id, now=utc_now())
    flash(_("场次已开放，考生现在可以看到。"), "success")
    return to_desk(raw_public_id)


@bp.post("/<raw_public_id>/close")
@requires(MANAGE)
def close(raw_public_id: str) -> ResponseReturnValue:
    """Close a sitting by hand."""
    now, actor, session = utc_now(), current_actor(), db_session()
    sitting = queries.get_managed(session, actor, raw_public_id, now)
    services.close_sitting(session, sitting, actor=actor, now=now)
    flash(_("场次已结束。"), "success")
    return to_desk(sitting.public_id)
