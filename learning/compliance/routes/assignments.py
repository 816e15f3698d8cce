"""Training tasks for HR: list, form with a look ahead, one with its progress."""

from datetime import datetime
from urllib.parse import urlencode

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from learning.compliance.forms.assignments import REPEATS, AssignmentForm, ReasonForm
from learning.compliance.queries import assignments as queries
from learning.compliance.queries import goals
from learning.compliance.queries import tasks as task_queries
from learning.compliance.queries.assignments import AssignmentView
from learning.compliance.queries.staff import list_posts_of
from learning.compliance.routes.blueprint import bp, zone
from learning.compliance.rules.assignments import Goal, TaskState
from learning.compliance.services import assignments as services
from learning.compliance.words import _
from learning.compliance.words import assignments as words
from learning.kernel.clock import utc_now
from learning.kernel.documents import Column
from learning.kernel.errors import Conflict, Invalid
from learning.kernel.permissions import Actor, Permission
from learning.organisations.queries import (
    UnitView,
    list_units,
    units_in_reach,
)
from learning.web.forms import page_number, refuse_repeated
from learning.web.guards import current_actor, requires
from learning.web.list_files import ListFile, send_list
from learning.web.templating import in_language
from learning.web.transaction import db_session, reading

MANAGE = Permission.ASSIGNMENT_MANAGE
CHOICES = 500


@bp.get("/assignments")
@requires(MANAGE)
def assignments() -> ResponseReturnValue:
    """List the training tasks of one's units with their progress."""
    session, now, page = db_session(), utc_now(), page_number(request.args)
    found, total = queries.list_assignments(session, current_actor(), now, page=page)
    titles = goals.list_titles(session, [(view.goal, view.goal_ref) for view, _done in found])
    return render_template(
        "compliance/assignments.html",
        rows=[
            (
                view,
                progress,
                words.asked_words(view.goal, view.goal_ref, view.hours_milli, titles),
                words.due_text(view),
                words.state_mark(view, progress),
            )
            for view, progress in found
        ],
        total=total,
        page=page,
        pages=max(1, -(-total // queries.PAGE_SIZE)),
        page_url=lambda number: url_for("compliance.assignments", page=number),
    )


@bp.route("/assignments/new", methods=["GET", "POST"])
@requires(MANAGE)
def new_assignment() -> ResponseReturnValue:
    """Plan a training task, look whom it reaches, and hand it out."""
    actor, now, form = current_actor(), utc_now(), AssignmentForm()
    with reading() as session:
        _offer(form, session, actor, now)
    if request.method == "GET":
        form.goal.data, form.audience.data, form.due_kind.data = "course", "unit", "date"
        form.takes_later.data = True
        return render_template("compliance/assignment_new.html", form=form, seen=None)
    if not form.validate():
        return render_template("compliance/assignment_new.html", form=form, seen=None), 400
    try:
        if request.form.get("act") != "assign":
            with reading() as session:
                seen = services.preview(session, actor, form.plan(zone()), now=now)
            return render_template("compliance/assignment_new.html", form=form, seen=seen)
        made = services.assign(db_session(), actor, form.plan(zone()), now=now)
    except Invalid as error:
        db_session().rollback()  # the page answers, so what was begun must not be committed
        form.show(error.problems, words.problem_words())
        return render_template("compliance/assignment_new.html", form=form, seen=None), 400
    flash(_("任务已下达，一分钟内会出现在每个人的首页。"), "success")
    return redirect(url_for("compliance.assignment", raw_public_id=made), 303)


def _units(session: Session, actor: Actor, now: datetime) -> list[UnitView]:
    """Return the units in reach by name, organisations before departments."""
    reach = units_in_reach(session, actor, MANAGE, now)
    units = list_units(session, reach, now, limit=CHOICES)
    return sorted(units, key=lambda unit: unit.is_department)


def _offer(form: AssignmentForm, session: Session, actor: Actor, now: datetime) -> None:
    """Put the choices into the form."""
    reach = units_in_reach(session, actor, MANAGE, now)
    offered = {
        goal: [(ref, in_language(title, title_en)) for ref, title, title_en in found]
        for goal, found in goals.list_choices(session, actor, now).items()
    }
    form.unit.choices = [(unit.public_id, unit.name) for unit in _units(session, actor, now)]
    none = [("", _("请选择"))]
    form.course.choices = none + offered[Goal.COURSE]
    form.track.choices = form.cohort.choices = none + offered[Goal.TRACK]
    form.sitting.choices = none + offered[Goal.SITTING]
    form.scheme.choices = none + offered[Goal.SCHEME]
    form.post.choices = none + [
        (post.public_id, post.name) for post in list_posts_of(session, reach, limit=CHOICES)
    ]
    form.goal.choices = list(words.goal_words().items())
    form.audience.choices = list(words.audience_words().items())
    form.due_kind.choices = list(words.due_words().items())
    form.repeat_months.choices = [
        (months, _("每 %(n)s 个月一次", n=months) if months else _("不重复")) for months in REPEATS
    ]


@bp.get("/assignments/<raw_public_id>")
@requires(MANAGE)
def assignment(raw_public_id: str) -> ResponseReturnValue:
    """Show a training task: progress by unit, its people, its pauses."""
    session, now = db_session(), utc_now()
    view = queries.get_assignment(session, current_actor(), raw_public_id, now)
    state, after = _state(), _after()
    lines = task_queries.list_tasks(
        session, view, now, state=state, after=after, limit=queries.PAGE_SIZE + 1
    )
    shown = lines[: queries.PAGE_SIZE]
    more = ""
    if len(lines) > len(shown):
        more = _more(view, state, shown[-1].sort_key, shown[-1].id)
    titles = goals.list_titles(session, [(view.goal, view.goal_ref)])
    progress = queries.get_progress(session, view.id, now)
    pauses = queries.list_pauses(session, view.id)
    return render_template(
        "compliance/assignment.html",
        view=view,
        progress=progress,
        asked=words.asked_words(view.goal, view.goal_ref, view.hours_milli, titles),
        audience=words.audience_words()[view.audience],
        due=words.due_text(view),
        mark=words.state_mark(view, progress),
        lines=[(line, words.day_text(line.due_at, view.zone)) for line in shown],
        marks=words.state_words(),
        units=queries.list_unit_progress(session, view, now),
        pauses=pauses,
        is_paused=any(one.ends_at is None and not one.person for one in pauses),
        state=state.value if state else "",
        is_first=after is None,
        more=more,
        form=ReasonForm(formdata=None),
    )


def _state() -> TaskState | None:
    refuse_repeated(request.args)
    raw = request.args.get("state", "")
    return TaskState(raw) if raw in {state.value for state in TaskState} else None


def _after() -> tuple[str, int] | None:
    key, _sep, raw_id = request.args.get("after", "").rpartition("~")
    known = raw_id.isascii() and raw_id.isdigit() and len(raw_id) <= 18 and key.isprintable()
    return (key, int(raw_id)) if known else None


def _more(view: AssignmentView, state: TaskState | None, key: str, task_id: int) -> str:
    kept = {"state": state.value} if state else {}
    page = url_for("compliance.assignment", raw_public_id=view.public_id)
    return f"{page}?{urlencode({**kept, 'after': f'{key}~{task_id}'})}"


@bp.post("/assignments/<raw_public_id>/tasks.xlsx")
@requires(MANAGE)
def assignment_xlsx(raw_public_id: str) -> Response:
    """Give a training task's people as .xlsx; that they left the house is noted."""
    now, actor = utc_now(), current_actor()
    with reading() as session:
        view = queries.get_assignment(session, actor, raw_public_id, now)
    columns = [
        Column(_("工号"), 14, is_text=True),
        Column(_("姓名"), 16, is_text=True),
        Column(_("部门"), 28, is_text=True),
        Column(_("第几轮"), 8),
        Column(_("截止"), 12, is_text=True),
        Column(_("状态"), 14, is_text=True),
        Column(_("完成日期"), 12, is_text=True),
    ]
    return send_list(
        ListFile("tasks", _("培训任务"), columns, [view.title], _("说明"), view.zone),
        lambda session: (
            words.task_row(one, view.zone) for one in task_queries.iterate_tasks(session, view, now)
        ),
        act="assignment.downloaded",
        subject=view.public_id,
        details={},
        now=now,
    )


@bp.post("/assignments/<raw_public_id>/pause")
@requires(MANAGE)
def pause_assignment(raw_public_id: str) -> ResponseReturnValue:
    """Let a training task rest, for all or for one person."""
    form = ReasonForm()
    if not form.validate():
        flash(_("请写明原因，不超过 300 字。"), "error")
        return _back(raw_public_id)
    try:
        services.pause(
            db_session(),
            current_actor(),
            raw_public_id,
            reason=form.reason.data,
            raw_person=form.person.data or "",
            now=utc_now(),
        )
    except Conflict as error:
        return _refused(raw_public_id, error)
    flash(_("已暂停。恢复时，截止日期按暂停的时间顺延。"), "success")
    return _back(raw_public_id)


@bp.post("/assignments/<raw_public_id>/resume")
@requires(MANAGE)
def resume_assignment(raw_public_id: str) -> ResponseReturnValue:
    """Let a training task go on, for all or for one person."""
    refuse_repeated(request.form)
    raw_person = request.form.get("person", "")[:26]
    try:
        services.resume(
            db_session(), current_actor(), raw_public_id, raw_person=raw_person, now=utc_now()
        )
    except Conflict as error:
        return _refused(raw_public_id, error)
    flash(_("已恢复，截止日期一分钟内顺延。"), "success")
    return _back(raw_public_id)


@bp.post("/assignments/<raw_public_id>/cancel")
@requires(MANAGE)
def cancel_assignment(raw_public_id: str) -> ResponseReturnValue:
    """Call a training task off."""
    form = ReasonForm()
    if not form.validate():
        flash(_("请写明原因，不超过 300 字。"), "error")
        return _back(raw_public_id)
    try:
        services.cancel(
            db_session(), current_actor(), raw_public_id, reason=form.reason.data, now=utc_now()
        )
    except Conflict as error:
        return _refused(raw_public_id, error)
    flash(_("已取消，已完成的记录不变。"), "success")
    return _back(raw_public_id)


def _refused(raw_public_id: str, error: Conflict) -> ResponseReturnValue:
    db_session().rollback()
    flash(words.conflict_words(error.code), "error")
    return _back(raw_public_id)


def _back(raw_public_id: str) -> ResponseReturnValue:
    return redirect(url_for("compliance.assignment", raw_public_id=raw_public_id), 303)
