"""The marker's desk: one answer at a time, nobody's name; and the examiner's view of it all."""

from decimal import Decimal
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from learning.exams import queries, services, words
from learning.exams.forms import ConflictForm, MarkForm, ReopenForm, conflict_people
from learning.exams.queries import marking, progress
from learning.exams.queries.marking import Answer, Held
from learning.exams.routes.blueprint import bp
from learning.exams.rules import ADJUDICATION, Duty
from learning.exams.services import Given, most_of_steps
from learning.exams.words import _
from learning.kernel.clock import utc_now
from learning.kernel.errors import Conflict, Invalid, NotFound
from learning.kernel.markdown import render, render_inline
from learning.kernel.permissions import Permission
from learning.web import transaction
from learning.web.forms import page_number
from learning.web.guards import current_actor, requires
from learning.web.teaching import taught_by
from learning.web.templating import points_text
from learning.web.transaction import db_session

MARK = Permission.SELF_MARK
MANAGE = Permission.SITTING_MANAGE


@bp.get("/<raw_public_id>/marking")
@requires(MARK)
def marking_desk(raw_public_id: str) -> ResponseReturnValue:
    """Show the answer one holds with its rubric, or the way to the next one."""
    return _desk_page(raw_public_id, MarkForm(formdata=None))


def _desk_page(
    raw_public_id: str, form: MarkForm, *, wrong: int = 0, status: int = 200
) -> ResponseReturnValue:
    with transaction.reading() as session:
        actor = current_actor()
        duty = queries.get_appointed(session, actor.user_id, raw_public_id, Duty.MARKER)
        held = marking.find_held(session, duty.sitting.id, actor.user_id)
        answer = held and marking.get_answer(session, held.attempt_id, held.position, held.part)
        between = marking.list_given(session, held.task_id) if held else {}
        done = marking.count_own(session, duty.sitting.id, actor.user_id)
        free = marking.count_free(session, duty.sitting.id, actor.user_id, taught_by())
    if held and not form.is_submitted():
        form.comment.data = held.comment
    shown = _shown(held, answer, form) if held and answer else None
    page = render_template(
        "exams/marking.html",
        sitting=duty.sitting,
        held=held,
        shown=shown,
        form=form,
        wrong=wrong,
        between=[points_text(points) for points in between.values()]
        if held and held.slot == ADJUDICATION
        else [],
        done=done,
        free=free,
        way=words.marking_way(duty.sitting.settings),
    )
    return page, 400 if wrong or form.errors else status


def _shown(held: Held, answer: Answer, form: MarkForm) -> dict[str, Any]:
    most = most_of_steps([each.points for each in answer.key.rubric], held.most_milli)
    texts = [each.text for each in answer.key.rubric] or [_("整题得分")]
    values = form.raw_steps() or list(held.steps)
    return {
        "stimulus_html": render(answer.stimulus.stem) if answer.stimulus else "",
        "stem_html": render(answer.document.stem),
        "part": held.part,
        "text": answer.text,
        "model_html": render(answer.key.explanation),
        "steps": [
            {
                "html": render_inline(text),
                "most": f"{limit.normalize():f}",
                "value": values[index] if index < len(values) else "",
            }
            for index, (text, limit) in enumerate(zip(texts, most, strict=True))
        ],
        "total": f"{sum(most, Decimal(0)).normalize():f}",
        "worth": points_text(held.most_milli),
    }


@bp.post("/<raw_public_id>/marking/next")
@requires(MARK)
def take_answer(raw_public_id: str) -> ResponseReturnValue:
    """Take the next answer."""
    return _next(raw_public_id)


def _next(raw_public_id: str) -> ResponseReturnValue:
    services.take_answer(
        db_session(), current_actor(), raw_public_id, taught_by=taught_by(), now=utc_now()
    )
    return _to_desk(raw_public_id)


@bp.post("/<raw_public_id>/marking/<raw_marking_id>")
@requires(MARK)
def give_mark(raw_public_id: str, raw_marking_id: str) -> ResponseReturnValue:
    """Mark the answer one holds, and take the next one."""
    form = MarkForm()
    form.typed = request.form
    steps = form.steps()
    if steps is None or not form.validate():
        return _desk_page(raw_public_id, form, wrong=form.wrong_step())
    try:
        services.give_mark(
            db_session(),
            current_actor(),
            raw_public_id,
            raw_marking_id=raw_marking_id,
            given=Given(steps, (form.comment.data or "").strip()),
            now=utc_now(),
        )
    except Invalid as error:
        db_session().rollback()  # the page answers, so what was begun must not be committed
        return _desk_page(raw_public_id, form, wrong=int(error.problems[0].place))
    except Conflict as conflict:
        db_session().rollback()
        flash(words.marking_refusal(conflict), "warning")
        return _to_desk(raw_public_id)
    except NotFound:  # what one held too long may be somebody else's by now
        db_session().rollback()
        flash(words.marking_refusal(Conflict("marking_gone")), "warning")
        return _desk_page(raw_public_id, MarkForm(formdata=None), status=404)
    return _next(raw_public_id)


@bp.post("/<raw_public_id>/marking/undo")
@requires(MARK)
def undo_mark(raw_public_id: str) -> ResponseReturnValue:
    """Take one's last mark back."""
    try:
        services.undo_mark(db_session(), current_actor(), raw_public_id, now=utc_now())
    except Conflict as conflict:
        db_session().rollback()
        flash(words.marking_refusal(conflict), "warning")
    return _to_desk(raw_public_id)


@bp.post("/<raw_public_id>/marking/<raw_marking_id>/aside")
@requires(MARK)
def step_aside(raw_public_id: str, raw_marking_id: str) -> ResponseReturnValue:
    """Declare that one knows whose answer it is, and take another one."""
    services.step_aside(
        db_session(),
        current_actor(),
        raw_public_id,
        raw_marking_id=raw_marking_id,
        reason="recognised",
        now=utc_now(),
    )
    flash(_("已回避。这位考生的答卷不会再分给您。"), "success")
    return _next(raw_public_id)


@bp.get("/<raw_public_id>/marking/progress")
@requires(MANAGE)
def marking_progress(raw_public_id: str) -> ResponseReturnValue:
    """Show the examiner how far the marking is, and who marked how."""
    return _progress_page(raw_public_id, ConflictForm(formdata=None))


def _progress_page(raw_public_id: str, form: ConflictForm) -> ResponseReturnValue:
    page, person = page_number(request.args), request.args.get("marker", "")[:26]
    with transaction.reading() as session:
        sitting = queries.get_managed(session, current_actor(), raw_public_id, utc_now())
        items = progress.list_item_progress(session, sitting.id)
        markers = progress.list_marker_progress(
            session, sitting.id, sitting.settings.tolerance_milli
        )
        lines, total = progress.list_marks(session, sitting.id, person=person, page=page)
        unended = progress.count_unended(session, sitting.id)
        appointed = sum(
            line.duty is Duty.MARKER for line in queries.list_staff(session, sitting.id)
        )
    shown = render_template(
        "exams/marking_progress.html",
        sitting=sitting,
        way=words.marking_way(sitting.settings),
        items=items,
        left=sum(item.left for item in items),
        unended=unended,
        shortage=words.shortage_of_markers(
            sitting.settings, markers=appointed, disputed=sum(item.disputed for item in items)
        ),
        markers=markers,
        lines=lines,
        person=person,
        conflict_form=form,
        page=page,
        pages=max(1, -(-total // progress.MARKS_PAGE)),
        total=total,
        page_url=lambda number: url_for(
            "exams.marking_progress",
            raw_public_id=sitting.public_id,
            page=number,
            marker=person or None,
        ),
    )
    return shown, 400 if form.errors else 200


@bp.post("/<raw_public_id>/marking/end")
@requires(MANAGE)
def end_marking(raw_public_id: str) -> ResponseReturnValue:
    """Let the marks go into the scores."""
    try:
        count = services.end_marking(db_session(), current_actor(), raw_public_id, now=utc_now())
    except Conflict as conflict:
        db_session().rollback()
        flash(words.marking_refusal(conflict), "warning")
    else:
        flash(_("阅卷已结束，%(n)s 份答卷的成绩正在计入。", n=f"{count:,}"), "success")
    return _to_progress(raw_public_id)


@bp.post("/<raw_public_id>/marking/<raw_marking_id>/reopen")
@requires(MANAGE)
def reopen_mark(raw_public_id: str, raw_marking_id: str) -> ResponseReturnValue:
    """Have an answer marked anew."""
    form = ReopenForm()
    if not form.validate():
        flash(_("请写明重评的理由，至多 300 字。"), "warning")
        return _to_progress(raw_public_id)
    try:
        services.reopen_mark(
            db_session(),
            current_actor(),
            raw_public_id,
            raw_marking_id=raw_marking_id,
            reason=(form.reason.data or "").strip(),
            now=utc_now(),
        )
    except Conflict as conflict:
        db_session().rollback()
        flash(words.marking_refusal(conflict), "warning")
    else:
        flash(_("已退回重评；原评分保留在记录里。"), "success")
    return _to_progress(raw_public_id)


@bp.post("/<raw_public_id>/marking/conflicts")
@requires(MANAGE)
def declare_conflict(raw_public_id: str) -> ResponseReturnValue:
    """Write down that a marker may not mark a candidate."""
    form, now, actor = ConflictForm(), utc_now(), current_actor()
    with transaction.reading() as session:
        queries.get_managed(session, actor, raw_public_id, now)
        people = conflict_people(form, session, actor, now) if form.validate() else None
    if people is None:
        return _progress_page(raw_public_id, form)
    services.declare_conflict(
        db_session(),
        actor,
        raw_public_id,
        judge_id=people[0],
        candidate_id=people[1],
        reason=(form.reason.data or "").strip(),
        now=now,
    )
    flash(_("已登记回避。"), "success")
    return _to_progress(raw_public_id)


def _to_desk(public_id: str) -> ResponseReturnValue:
    return redirect(url_for("exams.marking_desk", raw_public_id=public_id), 303)


def _to_progress(public_id: str) -> ResponseReturnValue:
    return redirect(url_for("exams.marking_progress", raw_public_id=public_id), 303)
