"""One's own practice: what is due, what is weak, the notebook, and starting a session."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from learning.courses.queries import get_course, list_continue
from learning.kernel.clock import utc_now
from learning.kernel.markdown import render_inline
from learning.kernel.permissions import Permission
from learning.practice import queries, services, words
from learning.practice.routes.blueprint import bp
from learning.practice.rules import add_up, streak_of, weakest
from learning.practice.services.starting import DAILY, PRACTISED, REVIEWED, WEAK_AREAS
from learning.question_bank.queries import PracticeArea, list_practice_areas
from learning.web.devices import device_token
from learning.web.forms import page_number
from learning.web.guards import current_actor, requires
from learning.web.transaction import db_session


@bp.get("")
@requires(Permission.SELF_PRACTICE)
def index() -> ResponseReturnValue:
    """Show what is due today, the daily quiz, weak areas, and all areas to practise."""
    session, actor, now = db_session(), current_actor(), utc_now()
    person = queries.get_person(session, actor.user_id, now)
    areas = list_practice_areas(session, person.units, now)
    tallies = add_up(queries.list_tallies(session, actor.user_id))
    offered = {(area.bank, area.area) for area in areas}
    banks = words.bank_rows(areas, tallies)
    chosen = _bank_of(session, actor.user_id, areas)
    day = person.day_of(now)
    daily = queries.find_daily(session, actor.user_id, chosen, day) if chosen else None
    due = queries.count_due(session, actor.user_id, person.end_of_day(now), now=now)
    shown = queries.get_settings(session, person.path)
    return render_template(
        "practice/index.html",
        due=due,
        entries=queries.count_entries(session, actor.user_id),
        streak=streak_of(queries.list_days(session, actor.user_id), day) if shown.streaks else 0,
        banks=banks,
        chosen=chosen,
        daily=words.daily_view(daily),
        weak=[
            words.area_row(tally.bank, tally.area, tally, areas)
            for tally in weakest(tallies, offered, WEAK_AREAS)
        ],
        sizes={"review": min(due, REVIEWED), "area": PRACTISED, "daily": DAILY},
    )


def _bank_of(session: Session, user_id: int, areas: list[PracticeArea]) -> str:
    """Return whose daily quiz is offered first: the bank of the course begun last, or any."""
    known = dict.fromkeys(area.bank for area in areas)
    begun = list_continue(session, user_id)
    if begun:
        bank = get_course(session, begun[0].course_code, reader=user_id).document.bank
        if bank in known:
            return bank
    return next(iter(known), "")


@bp.get("/notebook")
@requires(Permission.SELF_PRACTICE)
def notebook() -> ResponseReturnValue:
    """Show one's wrong-answer notebook, what is due first standing first."""
    session, actor, now = db_session(), current_actor(), utc_now()
    page = page_number(request.args)
    person = queries.get_person(session, actor.user_id, now)
    total = queries.count_entries(session, actor.user_id)
    before = person.end_of_day(now)
    return render_template(
        "practice/notebook.html",
        rows=[
            words.entry_row(line, before)
            for line in queries.list_entries(session, actor.user_id, page=page)
        ],
        due=queries.count_due(session, actor.user_id, before, now=now),
        page=page,
        pages=max(1, -(-total // queries.PAGE_SIZE)),
        inline=render_inline,
        total=total,
        page_url=lambda number: url_for("practice.notebook", page=number),
    )


@bp.post("/notebook/<raw_public_id>/remove")
@requires(Permission.SELF_PRACTICE)
def remove(raw_public_id: str) -> ResponseReturnValue:
    """Take an entry out of one's notebook."""
    services.remove_entry(db_session(), current_actor(), raw_public_id, now=utc_now())
    return redirect(url_for("practice.notebook"), 303)


@bp.post("/review")
@requires(Permission.SELF_PRACTICE)
def review() -> ResponseReturnValue:
    """Review what is due today in the exam room."""
    attempt = services.start_review(
        db_session(), current_actor(), device_token=device_token(), now=utc_now()
    )
    return _to_room(attempt)


@bp.post("/area")
@requires(Permission.SELF_PRACTICE)
def area() -> ResponseReturnValue:
    """Practise one knowledge area of a bank."""
    attempt = services.start_area(
        db_session(),
        current_actor(),
        request.form.get("bank", ""),
        request.form.get("area", ""),
        device_token=device_token(),
        now=utc_now(),
    )
    return _to_room(attempt)


@bp.post("/weak")
@requires(Permission.SELF_PRACTICE)
def weak() -> ResponseReturnValue:
    """Practise the weakest areas."""
    attempt = services.start_weak(
        db_session(), current_actor(), device_token=device_token(), now=utc_now()
    )
    return _to_room(attempt)


@bp.post("/daily")
@requires(Permission.SELF_PRACTICE)
def daily() -> ResponseReturnValue:
    """Do today's quiz of a bank, or look at it again."""
    attempt = services.start_daily(
        db_session(),
        current_actor(),
        request.form.get("bank", ""),
        device_token=device_token(),
        now=utc_now(),
    )
    return _to_room(attempt)


def _to_room(attempt: str) -> ResponseReturnValue:
    return redirect(url_for("attempts.room", raw_public_id=attempt), 303)
