"""Organising rounds: write them, say who goes on, let them go on, announce another window."""

from datetime import datetime, timedelta

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from learning.competitions import queries, services, words
from learning.competitions.formats import FIRST, TRAINING, RoundPlan
from learning.competitions.forms import (
    PromotionForm,
    RoundForm,
    WindowForm,
    promotion_values,
    round_values,
)
from learning.competitions.queries import CompetitionView
from learning.competitions.routes.blueprint import bp
from learning.competitions.routes.managing import drawable
from learning.competitions.routes.stages import read_number, round_name
from learning.competitions.rules import State, to_local
from learning.competitions.words import _
from learning.kernel.clock import utc_now
from learning.kernel.errors import Invalid
from learning.kernel.permissions import Permission
from learning.web import transaction
from learning.web.guards import current_actor, requires
from learning.web.transaction import db_session

SHOWN = 200  # of those who would go on, on the page before the act
GAP, LENGTH = timedelta(days=7), timedelta(days=1)


def _to_rounds(public_id: str) -> ResponseReturnValue:
    return redirect(url_for("competitions.rounds", raw_public_id=public_id), 303)


@bp.get("/<raw_public_id>/rounds")
@requires(Permission.COMPETITION_MANAGE)
def rounds(raw_public_id: str) -> ResponseReturnValue:
    """Show the organiser all rounds with what can be done with each."""
    session, now = db_session(), utc_now()
    competition = queries.get_managed(session, current_actor(), raw_public_id, now)
    lines = queries.list_rounds(session, competition.id)
    is_followed = lines[-1].number > FIRST
    return render_template(
        "competitions/rounds.html",
        competition=competition,
        lines=[
            (
                line,
                words.round_title(line.number, line.title, is_followed=is_followed),
                words.round_phase_words(line, now),
                words.promotion_words(line.promotion) if line.promotion else "",
            )
            for line in lines
        ],
        is_locked=competition.state is State.CLOSED or queries.has_entries(session, competition.id),
        has_training=lines[0].number == TRAINING,
        last=lines[-1].number,
    )


@bp.route("/<raw_public_id>/rounds/new", methods=["GET", "POST"])
@requires(Permission.COMPETITION_MANAGE)
def new_round(raw_public_id: str) -> ResponseReturnValue:
    """Write a training round (`kind=training`) or one after the last."""
    now, actor = utc_now(), current_actor()
    is_training = request.args.get("kind") == "training"
    with transaction.reading() as session:
        competition = queries.get_managed(session, actor, raw_public_id, now)
        last = queries.list_rounds(session, competition.id)[-1]
        banks = drawable(session, actor, now, held=competition.rules.bank)
    start = _start_of(competition, last.closes_at, last.number, is_training=is_training)
    form = RoundForm(data=round_values(start, competition.zone))
    form.offer(banks)
    heading = _("加练习轮") if is_training else _("加一轮")
    if not form.validate_on_submit():
        return _round_page(form, competition, heading)
    try:
        services.add_round(
            db_session(),
            actor,
            raw_public_id,
            plan=form.plan(competition.zone),
            is_training=is_training,
            now=now,
        )
    except Invalid as error:
        db_session().rollback()  # the page answers, so what was begun must not be committed
        form.show(error.problems)
        return _round_page(form, competition, heading)
    flash(_("已保存。"), "success")
    return _to_rounds(competition.public_id)


def _start_of(
    competition: CompetitionView, ends: datetime, number: int, *, is_training: bool
) -> RoundPlan:
    """Return what a new round starts from: the first one's paper."""
    if is_training:
        opens_at = competition.opens_at - GAP
        return RoundPlan(_("练习"), opens_at, competition.opens_at, competition.rules)
    title = _("复赛") if number == FIRST else _("决赛")
    return RoundPlan(title, ends + GAP, ends + GAP + LENGTH, competition.rules)


@bp.route("/<raw_public_id>/rounds/<raw_number>/edit", methods=["GET", "POST"])
@requires(Permission.COMPETITION_MANAGE)
def edit_round(raw_public_id: str, raw_number: str) -> ResponseReturnValue:
    """Change a round besides the first while nobody has entered."""
    now, actor, number = utc_now(), current_actor(), read_number(raw_number)
    with transaction.reading() as session:
        view = queries.get_managed(session, actor, raw_public_id, now, number=number)
        banks = drawable(session, actor, now, held=view.rules.bank)
    plan = RoundPlan(view.round_title, view.opens_at, view.closes_at, view.rules)
    form = RoundForm(data=round_values(plan, view.zone))
    form.offer(banks)
    heading = _("修改%(title)s", title=words.round_title(number, view.round_title))
    if not form.validate_on_submit():
        return _round_page(form, view, heading)
    try:
        services.edit_round(
            db_session(), actor, raw_public_id, number, plan=form.plan(view.zone), now=now
        )
    except Invalid as error:
        db_session().rollback()  # the page answers, so what was begun must not be committed
        form.show(error.problems)
        return _round_page(form, view, heading)
    flash(_("已保存。"), "success")
    return _to_rounds(view.public_id)


def _round_page(form: RoundForm, view: CompetitionView, heading: str) -> ResponseReturnValue:
    page = render_template(
        "competitions/round_edit.html", form=form, competition=view, heading=heading
    )
    return page, 400 if request.method == "POST" else 200


@bp.post("/<raw_public_id>/rounds/<raw_number>/remove")
@requires(Permission.COMPETITION_MANAGE)
def remove_round(raw_public_id: str, raw_number: str) -> ResponseReturnValue:
    """Take the training round or the last one away while nobody has entered."""
    services.remove_round(
        db_session(), current_actor(), raw_public_id, read_number(raw_number), now=utc_now()
    )
    flash(_("这一轮已删除。"), "success")
    return _to_rounds(raw_public_id)


@bp.post("/<raw_public_id>/rounds/<raw_number>/close")
@requires(Permission.COMPETITION_MANAGE)
def close_round(raw_public_id: str, raw_number: str) -> ResponseReturnValue:
    """End a round and publish its list, computed from the scores before the write begins."""
    now, actor = utc_now(), current_actor()
    with transaction.reading() as session:
        number = read_number(raw_number)
        view = queries.get_managed(session, actor, raw_public_id, now, number=number)
        plan = services.plan_close(session, view)
    services.close_competition(db_session(), plan, actor=actor, now=now)
    flash(_("这一轮已结束，名次已公布。"), "success")
    return _to_rounds(view.public_id)


@bp.route("/<raw_public_id>/rounds/<raw_number>/promotion", methods=["GET", "POST"])
@requires(Permission.COMPETITION_MANAGE)
def promotion(raw_public_id: str, raw_number: str) -> ResponseReturnValue:
    """Say by which rule people go on from a round; once its list is out, see who and let them."""
    session, now, actor = db_session(), utc_now(), current_actor()
    number = read_number(raw_number)
    view = queries.get_managed(session, actor, raw_public_id, now, number=number)
    form = PromotionForm(data=promotion_values(view.promotion))
    form.offer()
    if form.validate_on_submit():
        services.set_promotion(
            session, actor, raw_public_id, number, promotion=form.promotion(), now=now
        )
        flash(_("晋级规则已保存。"), "success")
        return _to_rounds(view.public_id)
    act = queries.find_promotion(session, view.round_id)
    rule = queries.read_promotion(act.rule) if act else view.promotion
    due = view.promotion if view.state is State.CLOSED and act is None else None
    outlook = queries.look_out(session, view, due) if due else None
    held = queries.list_promoted(session, act.id, limit=SHOWN) if act else []
    entries = (
        queries.entries_of(session, [row.subject for row in outlook.rows[:SHOWN]])
        if outlook
        else {}
    )
    first = queries.get_managed(session, actor, raw_public_id, now)
    page = render_template(
        "competitions/promotion.html",
        competition=view,
        round_title=round_name(session, view),
        form=form,
        is_locked=first.state is State.CLOSED or queries.has_entries(session, view.id),
        rule_words=words.promotion_words(rule) if rule else "",
        act=act,
        outlook=outlook,
        rows=[(row, entries.get(row.subject)) for row in outlook.rows[:SHOWN]] if outlook else [],
        held=[words.promoted_view(line, view, is_named=True) for line in held],
        total=queries.count_promoted(session, act.id) if act else 0,
        void_count=queries.count_void_promoted(session, act.id) if act else 0,
        shown=SHOWN,
    )
    return page, 400 if request.method == "POST" else 200


@bp.post("/<raw_public_id>/rounds/<raw_number>/promote")
@requires(Permission.COMPETITION_MANAGE)
def promote(raw_public_id: str, raw_number: str) -> ResponseReturnValue:
    """Let those go on who were seen on the page before."""
    count = services.promote_from(
        db_session(),
        current_actor(),
        raw_public_id,
        read_number(raw_number),
        digest=request.form.get("digest", ""),
        now=utc_now(),
    )
    flash(_("%(n)s 人晋级，名单已公布。", n=f"{count:,}"), "success")
    return _to_promotion(raw_public_id, raw_number)


def _to_promotion(raw_public_id: str, raw_number: str) -> ResponseReturnValue:
    address = url_for("competitions.promotion", raw_public_id=raw_public_id, raw_number=raw_number)
    return redirect(address, 303)


@bp.post("/<raw_public_id>/rounds/<raw_number>/promoted/<raw_entry_id>/withdraw")
@requires(Permission.COMPETITION_MANAGE)
def withdraw(raw_public_id: str, raw_number: str, raw_entry_id: str) -> ResponseReturnValue:
    """Note that somebody who went on withdraws; the next take the place by the same rule."""
    followers = services.withdraw_promoted(
        db_session(),
        current_actor(),
        raw_public_id,
        read_number(raw_number),
        raw_entry_id,
        reason=request.form.get("reason", ""),
        now=utc_now(),
    )
    flash(
        _("已记下放弃，递补 %(n)s 人。", n=len(followers))
        if followers
        else _("已记下放弃，没有人递补。"),
        "success",
    )
    return _to_promotion(raw_public_id, raw_number)


@bp.route("/<raw_public_id>/rounds/<raw_number>/window", methods=["GET", "POST"])
@requires(Permission.COMPETITION_MANAGE)
def window(raw_public_id: str, raw_number: str) -> ResponseReturnValue:
    """Announce another window of a round, with the reason; nobody gets less than was published."""
    session, now, actor = db_session(), utc_now(), current_actor()
    number = read_number(raw_number)
    view = queries.get_managed(session, actor, raw_public_id, now, number=number)
    start = {
        "opens_at": to_local(view.opens_at, view.zone),
        "closes_at": to_local(view.closes_at, view.zone),
    }
    form = WindowForm(data=start)
    if form.validate_on_submit():
        opens_at, closes_at = form.window(view.zone)
        services.move_round_window(
            session,
            actor,
            raw_public_id,
            number,
            opens_at=opens_at,
            closes_at=closes_at,
            reason=form.reason.data,
            now=now,
        )
        flash(_("新的时间已公告，正在作答的人同时延长。"), "success")
        return _to_rounds(view.public_id)
    page = render_template(
        "competitions/window.html",
        competition=view,
        form=form,
        round_title=round_name(session, view),
    )
    return page, 400 if request.method == "POST" else 200
