"""Classes for who looks after them: plan, the code on the room's screen, lists, confirming."""

from datetime import datetime

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from wtforms import SelectChoice

from learning.kernel.clock import utc_now
from learning.kernel.errors import Conflict, Invalid
from learning.kernel.permissions import Actor, Permission
from learning.kernel.qr import qr_matrix, qr_path
from learning.organisations.queries import list_units, units_in_reach
from learning.study.forms import ClassForm, ListForm, SessionForm
from learning.study.queries import classes as queries
from learning.study.queries import marks
from learning.study.queries.classes import ClassView, SessionView
from learning.study.routes.blueprint import bp, settings, zone
from learning.study.rules.classes import STEP_S, Turn, code_at, may_sign
from learning.study.rules.hours import Field
from learning.study.services import attendance, lists
from learning.study.services import classes as services
from learning.study.words import _, field_words
from learning.study.words.classes import mark_words, problem_words, refusal_words, session_words
from learning.web import transaction
from learning.web.forms import page_number
from learning.web.guards import current_actor, requires
from learning.web.responses import json_reply
from learning.web.transaction import db_session

MANAGE = Permission.STUDY_CLASS_MANAGE
CHOICES = 500  # units in a list to choose from


@bp.get("/classes")
@requires(MANAGE)
def classes() -> ResponseReturnValue:
    """List the classes of one's units, newest first."""
    session, page = db_session(), page_number(request.args)
    found, total = queries.list_classes(
        session, current_actor(), utc_now(), offset=(page - 1) * queries.PAGE_SIZE
    )
    return render_template(
        "study/classes.html",
        rows=found,
        total=total,
        page=page,
        pages=max(1, -(-total // queries.PAGE_SIZE)),
        page_url=lambda number: url_for("study.classes", page=number),
    )


@bp.route("/classes/new", methods=["GET", "POST"])
@requires(MANAGE)
def new_class() -> ResponseReturnValue:
    """Plan a class with its first meeting."""
    actor, now, form = current_actor(), utc_now(), ClassForm()
    with transaction.reading() as session:
        choices = _units(session, actor, now)
    form.unit.choices, form.others.choices = choices, choices
    if not form.validate_on_submit():
        return _new_page(form)
    plan = services.ClassPlan(
        form.title.data,
        form.place.data,
        form.trainer.data or "",
        Field(form.field.data),
        form.needs_sign_out.data,
        (form.unit.data, *form.others.data),
    )
    try:
        made = services.make_class(db_session(), actor, plan, form.plan(zone()), now=now)
    except Invalid as error:
        db_session().rollback()  # the page answers, so what was begun must not be committed
        form.show(error.problems, problem_words())
        return _new_page(form)
    flash(_("已建班。上课时打开“投屏签到”，让学员扫码。"), "success")
    return redirect(url_for("study.class_", raw_public_id=made), 303)


def _units(session: Session, actor: Actor, now: datetime) -> list[SelectChoice]:
    reach = units_in_reach(session, actor, MANAGE, now)
    found = list_units(session, reach, now, limit=CHOICES)
    return [SelectChoice(unit.public_id, unit.name) for unit in found]


def _new_page(form: ClassForm) -> ResponseReturnValue:
    page = render_template("study/class_new.html", form=form)
    return page, 400 if request.method == "POST" else 200


@bp.get("/classes/<raw_public_id>")
@requires(MANAGE)
def class_(raw_public_id: str) -> ResponseReturnValue:
    """Show a class with its meetings."""
    return _class_page(raw_public_id, None)


def _class_page(raw_public_id: str, form: SessionForm | None) -> ResponseReturnValue:
    now = utc_now()
    with transaction.reading() as session:
        view = queries.get_class(session, current_actor(), raw_public_id, now)
        sessions = queries.list_sessions(session, view.id)
    page = render_template(
        "study/class.html",
        view=view,
        field=field_words(Field(view.field)),
        rows=[(one, *session_words(one, now)) for one in sessions],
        form=form or SessionForm(formdata=None),
    )
    return page, 400 if form else 200


@bp.post("/classes/<raw_public_id>/sessions")
@requires(MANAGE)
def add_session(raw_public_id: str) -> ResponseReturnValue:
    """Add a meeting to a class."""
    session, actor, now, form = db_session(), current_actor(), utc_now(), SessionForm()
    view = queries.get_class(session, actor, raw_public_id, now)
    if not form.validate():
        return _class_page(raw_public_id, form)
    try:
        services.add_session(session, actor, view.public_id, form.plan(zone()), now=now)
    except Invalid as error:
        session.rollback()
        form.show(error.problems, problem_words())
        return _class_page(raw_public_id, form)
    except Conflict as error:
        session.rollback()
        flash(refusal_words(error.code), "error")
    else:
        flash(_("已加一次。"), "success")
    return redirect(url_for("study.class_", raw_public_id=raw_public_id), 303)


@bp.post("/classes/<raw_public_id>/cancel")
@requires(MANAGE)
def cancel_class(raw_public_id: str) -> ResponseReturnValue:
    """Call a class off."""
    services.cancel_class(db_session(), current_actor(), raw_public_id, now=utc_now())
    flash(_("已取消这个班，已记入的学时不变。"), "success")
    return redirect(url_for("study.class_", raw_public_id=raw_public_id), 303)


def _load(raw_public_id: str, raw_session: str, now: datetime) -> tuple[ClassView, SessionView]:
    session = db_session()
    view = queries.get_class(session, current_actor(), raw_public_id, now)
    return view, queries.get_session(session, view.id, raw_session)


@bp.get("/classes/<raw_public_id>/sessions/<raw_session>")
@requires(MANAGE)
def session_(raw_public_id: str, raw_session: str) -> ResponseReturnValue:
    """Show who was at a meeting, the lists that were imported, and the way to confirm."""
    return _session_page(raw_public_id, raw_session, None)


def _session_page(
    raw_public_id: str, raw_session: str, times: SessionForm | None
) -> ResponseReturnValue:
    now, page = utc_now(), page_number(request.args)
    view, meeting = _load(raw_public_id, raw_session, now)
    offset = (page - 1) * queries.PAGE_SIZE
    needed = view.needs_sign_out
    found = marks.list_marks(db_session(), meeting, now, needs_sign_out=needed, offset=offset)
    here = {"raw_public_id": raw_public_id, "raw_session": raw_session}
    imported = lists.list_lists(db_session(), meeting)
    page_html = render_template(
        "study/session.html",
        times=times or SessionForm.of(meeting.plan, zone()),
        may_change=not (meeting.signed or imported or meeting.confirmed_at or view.cancelled_at),
        view=view,
        meeting=meeting,
        state=session_words(meeting, now),
        is_over=now >= meeting.ends_at,
        rows=[(one, *mark_words(one, meeting.plan, needs_sign_out=needed)) for one in found],
        missed=marks.count_missed(db_session(), meeting, needs_sign_out=needed),
        lists=imported,
        form=ListForm(formdata=None),
        here=here,
        page=page,
        pages=max(1, -(-meeting.signed // queries.PAGE_SIZE)),
        page_url=lambda number: url_for(
            "study.session_", raw_public_id=raw_public_id, raw_session=raw_session, page=number
        ),
    )
    return page_html, 400 if times else 200


@bp.post("/classes/<raw_public_id>/sessions/<raw_session>/move")
@requires(MANAGE)
def move_session(raw_public_id: str, raw_session: str) -> ResponseReturnValue:
    """Give a meeting another time, while nobody was at it."""
    session, actor, now, form = db_session(), current_actor(), utc_now(), SessionForm()
    _load(raw_public_id, raw_session, now)
    if not form.validate():
        return _session_page(raw_public_id, raw_session, form)
    plan = form.plan(zone())
    try:
        services.move_session(session, actor, raw_public_id, raw_session, plan, now=now)
    except Invalid as error:
        session.rollback()
        form.show(error.problems, problem_words())
        return _session_page(raw_public_id, raw_session, form)
    except Conflict as error:
        session.rollback()
        flash(refusal_words(error.code), "error")
    else:
        flash(_("已改这一次的时间。"), "success")
    return _back(raw_public_id, raw_session)


@bp.post("/classes/<raw_public_id>/sessions/<raw_session>/drop")
@requires(MANAGE)
def drop_session(raw_public_id: str, raw_session: str) -> ResponseReturnValue:
    """Call one meeting off, while nobody was at it."""
    session, actor = db_session(), current_actor()
    try:
        services.drop_session(session, actor, raw_public_id, raw_session, now=utc_now())
    except Conflict as error:
        session.rollback()
        flash(refusal_words(error.code), "error")
        return _back(raw_public_id, raw_session)
    flash(_("已取消这一次。"), "success")
    return redirect(url_for("study.class_", raw_public_id=raw_public_id), 303)


@bp.get("/classes/<raw_public_id>/sessions/<raw_session>/screen")
@requires(MANAGE)
def screen(raw_public_id: str, raw_session: str) -> ResponseReturnValue:
    """Show the code for the room's screen; it changes by itself."""
    view, meeting = _load(raw_public_id, raw_session, utc_now())
    turn = _turn(view)
    return render_template(
        "study/screen.html",
        view=view,
        meeting=meeting,
        turn=turn.value,
        code=_shown(view, meeting, turn, utc_now()),
        here={"raw_public_id": raw_public_id, "raw_session": raw_session},
    )


@bp.get("/classes/<raw_public_id>/sessions/<raw_session>/code")
@requires(MANAGE)
def screen_code(raw_public_id: str, raw_session: str) -> Response:
    """Give the code of now as a drawing, with how many have signed in."""
    now = utc_now()
    view, meeting = _load(raw_public_id, raw_session, now)
    return json_reply(_shown(view, meeting, _turn(view), now))


def _turn(view: ClassView) -> Turn:
    asks_out = request.args.get("turn") == Turn.OUT.value and view.needs_sign_out
    return Turn.OUT if asks_out else Turn.IN


def _shown(view: ClassView, meeting: SessionView, turn: Turn, now: datetime) -> dict[str, object]:
    """Return the drawing of the code if it is the time for it, and when to ask for the next."""
    is_open = may_sign(meeting.plan, turn, now) and view.cancelled_at is None
    shown: dict[str, object] = {"is_open": is_open, "signed": meeting.signed}
    if is_open:
        code = code_at(view.key, meeting.public_id, turn, now)
        path = url_for("study.scan", raw_session=meeting.public_id, t=turn.value, c=code)
        matrix = qr_matrix(settings().external_url.rstrip("/") + path)
        shown |= {"side": len(matrix), "path": qr_path(matrix)}
    return {**shown, "next_ms": int((STEP_S - now.timestamp() % STEP_S) * 1000) + 50}


@bp.post("/classes/<raw_public_id>/sessions/<raw_session>/confirm")
@requires(MANAGE)
def confirm_session(raw_public_id: str, raw_session: str) -> ResponseReturnValue:
    """Confirm who was there; credit each once."""
    try:
        made, full = attendance.confirm_session(
            db_session(), current_actor(), raw_public_id, raw_session, zone=zone(), now=utc_now()
        )
    except Conflict as error:
        db_session().rollback()
        flash(refusal_words(error.code), "error")
    else:
        flash(_("已确认，为 %(n)s 人记入学时。", n=made), "success")
        if full:
            flash(_("%(n)s 人没有记入：这一天已计满，或同一时间已在别的班记过。", n=full), "error")
    return _back(raw_public_id, raw_session)


@bp.post("/classes/<raw_public_id>/sessions/<raw_session>/people/<raw_person>/remove")
@requires(MANAGE)
def remove_mark(raw_public_id: str, raw_session: str, raw_person: str) -> ResponseReturnValue:
    """Strike somebody who was not there."""
    try:
        attendance.remove_mark(
            db_session(), current_actor(), raw_public_id, raw_session, raw_person, now=utc_now()
        )
    except Conflict as error:
        db_session().rollback()
        flash(refusal_words(error.code), "error")
    else:
        flash(_("已划去。"), "success")
    return _back(raw_public_id, raw_session)


def _back(raw_public_id: str, raw_session: str) -> ResponseReturnValue:
    address = url_for("study.session_", raw_public_id=raw_public_id, raw_session=raw_session)
    return redirect(address, 303)
