"""Before the evening: the list of rooms, writing one, opening it, the teams' links."""

from datetime import datetime

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from learning.kernel.clock import utc_now
from learning.kernel.errors import Forbidden, Invalid
from learning.kernel.permissions import Actor, Permission
from learning.kernel.qr import qr_svg
from learning.live_rounds import queries, services, words
from learning.live_rounds.forms import HeatsForm, RoomForm, problem_words, values_of
from learning.live_rounds.routes.blueprint import bp, team_url
from learning.live_rounds.rules import PRESETS
from learning.live_rounds.services import RoomPlan
from learning.live_rounds.words import _
from learning.question_bank.queries import list_banks
from learning.question_bank.rules import Pool
from learning.web import transaction
from learning.web.guards import current_actor, requires
from learning.web.transaction import db_session

DEFAULT_PRESET = "county"


@bp.get("")
@requires(Permission.COMPETITION_MANAGE)
def index() -> ResponseReturnValue:
    """List the rooms that the actor manages."""
    rooms = queries.list_managed(db_session(), current_actor(), utc_now())
    return render_template("live_rounds/index.html", rooms=rooms)


@bp.route("/new", methods=["GET", "POST"])
@requires(Permission.COMPETITION_MANAGE)
def new() -> ResponseReturnValue:
    """Write a room, beginning with the rule set of a real contest."""
    now, actor = utc_now(), current_actor()
    code = request.args.get("preset", DEFAULT_PRESET)
    preset = PRESETS.get(code, PRESETS[DEFAULT_PRESET])
    with transaction.reading() as session:
        organisers = queries.list_organisers(session, actor, now)
        banks = _banks(session, actor, now)
    if not organisers:
        raise Forbidden("permission")
    names = tuple(_("第 %(n)s 队", n=number) for number in range(1, preset.teams + 1))
    bank = banks[0][0] if banks else ""
    form = RoomForm(data=values_of(RoomPlan("", bank, preset.rules, names)))
    form.offer(banks=banks, organisers=organisers)
    if not form.validate_on_submit():
        return _form_page(form, None, preset.code)
    try:
        public_id = services.create_room(
            db_session(), actor, raw_organiser_id=form.organiser.data, plan=form.plan(), now=now
        )
    except Invalid as error:
        db_session().rollback()  # the page answers, so what was begun must not be committed
        form.show(error.problems)
        return _form_page(form, None, preset.code)
    return redirect(url_for("live_rounds.detail", raw_public_id=public_id), 303)


@bp.route("/<raw_public_id>/edit", methods=["GET", "POST"])
@requires(Permission.COMPETITION_MANAGE)
def edit(raw_public_id: str) -> ResponseReturnValue:
    """Change a room that is not open yet."""
    now, actor = utc_now(), current_actor()
    with transaction.reading() as session:
        room = queries.get_managed(session, actor, raw_public_id, now)
        banks = _banks(session, actor, now)
    names = tuple(team.name for team in room.teams)
    form = RoomForm(data=values_of(RoomPlan(room.title, room.bank, room.rules, names)))
    form.offer(banks=banks, organisers=[])
    if not form.validate_on_submit():
        return _form_page(form, room, "")
    try:
        services.edit_room(db_session(), actor, raw_public_id, plan=form.plan(), now=now)
    except Invalid as error:
        db_session().rollback()  # the page answers, so what was begun must not be committed
        form.show(error.problems)
        return _form_page(form, room, "")
    flash(_("已保存。"), "success")
    return redirect(url_for("live_rounds.detail", raw_public_id=room.public_id), 303)


def _banks(session: Session, actor: Actor, now: datetime) -> list[tuple[str, str]]:
    return list_banks(session, actor, Permission.COMPETITION_MANAGE, now, first=Pool.CONTEST)


def _form_page(form: RoomForm, room: queries.Room | None, preset: str) -> ResponseReturnValue:
    page = render_template(
        "live_rounds/edit.html",
        form=form,
        room=room,
        presets=[(each.code, _(each.title)) for each in PRESETS.values()],
        preset=preset,
    )
    return page, 400 if request.method == "POST" else 200


@bp.route("/<raw_public_id>/heats", methods=["GET", "POST"])
@requires(Permission.COMPETITION_MANAGE)
def heats(raw_public_id: str) -> ResponseReturnValue:
    """Take the teams of a draft from the results of a written test."""
    now, actor = utc_now(), current_actor()
    with transaction.reading() as session:
        room = queries.get_managed(session, actor, raw_public_id, now)
    form = HeatsForm()
    if not form.validate_on_submit():
        return _heats_page(form, room)
    try:
        names = form.teams()
        services.take_teams(db_session(), actor, raw_public_id, names=names, now=now)
    except Invalid as error:
        db_session().rollback()  # the page answers, so what was begun must not be committed
        form.results.errors = [problem_words(problem) for problem in error.problems]
        return _heats_page(form, room)
    flash(_("按笔试成绩，%(n)s 队进入现场。", n=len(names)), "success")
    return redirect(url_for("live_rounds.detail", raw_public_id=room.public_id), 303)


def _heats_page(form: HeatsForm, room: queries.Room) -> ResponseReturnValue:
    page = render_template("live_rounds/heats.html", form=form, room=room)
    return page, 400 if request.method == "POST" else 200


@bp.get("/<raw_public_id>")
@requires(Permission.COMPETITION_MANAGE)
def detail(raw_public_id: str) -> ResponseReturnValue:
    """Show a room: its rules in words, its teams with their links, and what comes next."""
    session = db_session()
    room = queries.get_managed(session, current_actor(), raw_public_id, utc_now())
    join = url_for("live_rounds.join", code=room.code, _external=True)
    return render_template(
        "live_rounds/detail.html",
        room=room,
        stages=words.stage_lines(room.rules),
        join_url=join,
        join_qr=qr_svg(join),
        teams=[_team_view(room, team) for team in room.teams],
    )


def _team_view(room: queries.Room, team: queries.Team) -> dict[str, object]:
    url = team_url(room, team) if room.is_open else ""
    return {"number": team.number, "name": team.name, "url": url, "qr": qr_svg(url) if url else ""}


@bp.post("/<raw_public_id>/open")
@requires(Permission.COMPETITION_MANAGE)
def open_(raw_public_id: str) -> ResponseReturnValue:
    """Draw the items and open a room."""
    try:
        services.open_room(db_session(), current_actor(), raw_public_id, now=utc_now())
    except Invalid as error:
        db_session().rollback()  # the page answers, so what was begun must not be committed
        flash(problem_words(error.problems[0]), "error")
    else:
        flash(_("试题已抽好，现场已开放。规则和队伍不能再改。"), "success")
    return redirect(url_for("live_rounds.detail", raw_public_id=raw_public_id), 303)


@bp.post("/<raw_public_id>/teams/<int:number>/link")
@requires(Permission.COMPETITION_MANAGE)
def renew_link(raw_public_id: str, number: int) -> ResponseReturnValue:
    """Replace a team's link: the old one ends at once."""
    services.renew_link(db_session(), current_actor(), raw_public_id, number=number, now=utc_now())
    flash(_("已换新链接，旧链接立即失效。"), "success")
    return redirect(url_for("live_rounds.detail", raw_public_id=raw_public_id), 303)
