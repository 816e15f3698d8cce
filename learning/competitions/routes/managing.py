"""Organising: write, edit, open, close."""

from datetime import datetime, timedelta

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from learning.competitions import queries, services, words
from learning.competitions.formats import PRESETS
from learning.competitions.forms import CompetitionForm, default_values, values_of
from learning.competitions.routes.blueprint import bp, to_detail
from learning.competitions.rules import State, to_local, to_utc
from learning.competitions.words import _
from learning.kernel.clock import utc_now
from learning.kernel.errors import Forbidden, Invalid, Problem
from learning.kernel.permissions import Actor, Permission
from learning.organisations.queries import get_unit_in_reach
from learning.question_bank.queries import list_banks
from learning.question_bank.rules import Pool
from learning.web import transaction
from learning.web.forms import page_number
from learning.web.guards import current_actor, requires
from learning.web.transaction import db_session

DEFAULT_ZONE = "Asia/Shanghai"
MAX_SEARCH = 60
MAX_HEADCOUNT_DIGITS = 9


@bp.route("/new", methods=["GET", "POST"])
@requires(Permission.COMPETITION_MANAGE)
def new() -> ResponseReturnValue:
    """Write a new competition, as a draft."""
    now, actor = utc_now(), current_actor()
    form = _new_form(actor, now)
    if not form.validate_on_submit():
        return _form_page(form, None)
    try:
        with transaction.reading() as session:
            zone = _zone_of(session, actor, form.organiser.data, now)
        public_id = services.create_competition(
            db_session(),
            actor,
            raw_organiser_id=form.organiser.data,
            contest=form.contest(zone),
            now=now,
        )
        shape = PRESETS.get(request.args.get("preset", ""))
        if shape is not None:
            services.add_preset_rounds(db_session(), actor, public_id, shape, now=now)
    except Invalid as error:
        db_session().rollback()  # the page answers, so what was begun must not be committed
        form.show(error.problems)
        return _form_page(form, None)
    flash(_("草稿已保存。开放报名前，别人看不到它。"), "success")
    return to_detail(public_id)


def drawable(
    session: Session, actor: Actor, now: datetime, *, held: str = ""
) -> list[tuple[str, str]]:
    """Return (code, title) of the banks whose items a competition of the actor's may ask.

    `held` is the bank that a paper asks already, kept where it is out of the actor's reach.
    """
    permission = Permission.COMPETITION_MANAGE
    found = list_banks(session, actor, permission, now, first=Pool.CONTEST)
    if held and held not in {code for code, _title in found}:
        found.append((held, held))
    return found


def _new_form(actor: Actor, now: datetime) -> CompetitionForm:
    with transaction.reading() as session:
        organisers = queries.list_organisers(session, actor, now)
        banks = drawable(session, actor, now)
    if not organisers:
        raise Forbidden("permission")
    today = to_local(now, DEFAULT_ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
    opens_at = to_utc(today + timedelta(days=1, hours=9), DEFAULT_ZONE)
    closes_at = to_utc(today + timedelta(days=15, hours=17), DEFAULT_ZONE)
    preset, bank = request.args.get("preset", ""), banks[0][0] if banks else ""
    start = default_values(preset, bank, opens_at, closes_at, DEFAULT_ZONE)
    form = CompetitionForm(data=start)
    form.offer(banks=banks, organisers=organisers)
    return form


def _zone_of(session: Session, actor: Actor, raw_unit_id: str, now: datetime) -> str:
    permission = Permission.COMPETITION_MANAGE
    return get_unit_in_reach(session, actor, permission, raw_unit_id, now).timezone


@bp.route("/<raw_public_id>/edit", methods=["GET", "POST"])
@requires(Permission.COMPETITION_MANAGE)
def edit(raw_public_id: str) -> ResponseReturnValue:
    """Change what may still be changed."""
    now, actor = utc_now(), current_actor()
    with transaction.reading() as session:
        competition = queries.get_managed(session, actor, raw_public_id, now)
        banks = drawable(session, actor, now, held=competition.rules.bank)
    form = CompetitionForm(data=values_of(competition.contest, competition.zone))
    form.offer(banks=banks, organisers=[])
    if not form.validate_on_submit():
        return _form_page(form, competition)
    try:
        services.edit_competition(
            db_session(), actor, raw_public_id, contest=form.contest(competition.zone), now=now
        )
    except Invalid as error:
        db_session().rollback()  # the page answers, so what was begun must not be committed
        form.show(error.problems)
        return _form_page(form, competition)
    flash(_("已保存。"), "success")
    return to_detail(competition.public_id)


def _form_page(
    form: CompetitionForm, competition: queries.CompetitionView | None
) -> ResponseReturnValue:
    page = render_template(
        "competitions/edit.html",
        form=form,
        competition=competition,
        is_draft=competition is None or competition.state is State.DRAFT,
        zone=competition.zone if competition else DEFAULT_ZONE,
        presets=[] if competition else [(code, _(shape.title)) for code, shape in PRESETS.items()],
    )
    return page, 400 if request.method == "POST" else 200


@bp.post("/<raw_public_id>/open")
@requires(Permission.COMPETITION_MANAGE)
def open_(raw_public_id: str) -> ResponseReturnValue:
    """Open a draft for entries."""
    services.open_competition(db_session(), current_actor(), raw_public_id, now=utc_now())
    flash(_("已开放报名。"), "success")
    return to_detail(raw_public_id)


@bp.post("/<raw_public_id>/close")
@requires(Permission.COMPETITION_MANAGE)
def close(raw_public_id: str) -> ResponseReturnValue:
    """End a competition and publish its list, computed from the scores before the write begins."""
    now, actor = utc_now(), current_actor()
    with transaction.reading() as session:
        competition = queries.get_managed(session, actor, raw_public_id, now)
        plan = services.plan_close(session, competition)
    services.close_competition(db_session(), plan, actor=actor, now=now)
    flash(_("竞赛已结束，名次已公布。"), "success")
    return to_detail(competition.public_id)


@bp.get("/<raw_public_id>/manage")
@requires(Permission.COMPETITION_MANAGE)
def manage(raw_public_id: str) -> ResponseReturnValue:
    """Show the organiser who enters and finishes, by division and by organisation, live."""
    session, now, actor = db_session(), utc_now(), current_actor()
    competition = queries.get_managed(session, actor, raw_public_id, now)
    page, search = page_number(request.args), request.args.get("q", "").strip()[:MAX_SEARCH]
    units, total = queries.list_unit_figures(session, competition, page=page, search=search)
    divisions = {d.code: d for d in queries.list_division_figures(session, competition)}
    phase = competition.phase(now)
    return render_template(
        "competitions/manage.html",
        competition=competition,
        phase_words=words.phase_words(phase),
        is_closed=competition.state is State.CLOSED,
        entries=sum(d.entries for d in divisions.values()),
        finished=sum(d.finished for d in divisions.values()),
        enrolled=queries.count_enrolments(session, competition.id),
        divisions=[
            (d.title, words.belonging_words(d.belonging), divisions.get(d.code))
            for d in competition.divisions
        ],
        units=units,
        search=search,
        page=page,
        pages=max(1, -(-total // queries.PAGE_SIZE)),
        total=total,
        page_url=lambda n: url_for(
            "competitions.manage", raw_public_id=competition.public_id, page=n, q=search or None
        ),
    )


@bp.post("/<raw_public_id>/enrolments/<raw_unit_id>/headcount")
@requires(Permission.COMPETITION_MANAGE)
def correct_headcount(raw_public_id: str, raw_unit_id: str) -> ResponseReturnValue:
    """Correct an enrolled organisation's declared headcount before the close."""
    services.correct_headcount(
        db_session(),
        current_actor(),
        raw_public_id,
        raw_unit_id=raw_unit_id,
        headcount=_headcount(request.form.get("headcount", "")),
        now=utc_now(),
    )
    flash(_("申报人数已更正。"), "success")
    return redirect(url_for("competitions.manage", raw_public_id=raw_public_id), 303)


def _headcount(raw: str) -> int | None:
    """Return a headcount as typed, None for nothing; raise Invalid for anything else."""
    text = raw.strip()
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= MAX_HEADCOUNT_DIGITS):
        raise Invalid([Problem("", None, "headcount", "headcount", _("人数填整数。"))])
    return int(text)
