"""Appeals on items of a contest: a participant's own, and one before the organiser.

Looking at the item with its key is a POST, since it is written down.
"""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from learning.competitions import queries, services
from learning.competitions.forms import ItemAppealForm
from learning.competitions.queries import appeals
from learning.competitions.routes.blueprint import bp
from learning.competitions.words import _
from learning.exams.forms import AnswerForm
from learning.exams.queries.disputes import get_dispute
from learning.exams.rules import AppealState, Verdict, is_overdue
from learning.exams.words import appeal_state_words, disputes, involvement_words
from learning.kernel.clock import utc_now
from learning.kernel.errors import Conflict
from learning.kernel.permissions import Permission
from learning.web import transaction
from learning.web.guards import current_actor, requires
from learning.web.refused import stay
from learning.web.transaction import db_session

APPEAL, MANAGE = Permission.SELF_APPEAL, Permission.COMPETITION_MANAGE
ROUND = "/<raw_public_id>/rounds/<int(max=99):number>"


@bp.route(f"{ROUND}/appeals", methods=["GET", "POST"])
@requires(APPEAL)
def own_appeals(raw_public_id: str, number: int) -> ResponseReturnValue:
    """Show one's own appeals on items of a published round, and lodge one."""
    now, actor = utc_now(), current_actor()
    status = 400 if request.method == "POST" else 200
    with transaction.reading() as session:
        competition = services.get_appealable(session, actor, raw_public_id, number)
        attempts = appeals.list_appealable(session, competition.assessment_id, actor.user_id)
        own = appeals.list_own_appeals(session, competition.round_id, actor.user_id)
    closed_at = competition.closed_at or now
    untils = {
        each.public_id: competition.appeals.until(closed_at, each.changed_at) for each in attempts
    }
    until = max(untils.values(), default=competition.appeals.until(closed_at, None))
    attempts = [each for each in attempts if now <= untils[each.public_id]]
    form = ItemAppealForm(data={"attempt": request.args.get("attempt", "")[:40]})
    form.offer(attempts)
    if form.validate_on_submit():
        try:
            services.lodge_item_appeal(
                db_session(),
                actor,
                raw_public_id,
                number,
                raw_attempt_id=form.attempt.data,
                position=form.position.data or 0,
                text=(form.text.data or "").strip(),
                now=now,
            )
        except Conflict as conflict:
            status = stay(conflict, form.text)
            with transaction.reading() as session:
                own = appeals.list_own_appeals(session, competition.round_id, actor.user_id)
        else:
            flash(_("已提出，处理情况会显示在本页。"), "success")
            return _to_own(raw_public_id, number)
    page = render_template(
        "competitions/own_appeals.html",
        competition=competition,
        form=form,
        until=until,
        may_lodge=bool(attempts),
        own=[
            (each, appeal_state_words(each.state), each.state is AppealState.LODGED) for each in own
        ],
    )
    return page, status


@bp.post(f"{ROUND}/appeals/<raw_appeal_id>/withdraw")
@requires(APPEAL)
def withdraw_appeal(raw_public_id: str, number: int, raw_appeal_id: str) -> ResponseReturnValue:
    """Take one's own appeal back."""
    services.withdraw_item_appeal(
        db_session(), current_actor(), raw_public_id, number, raw_appeal_id, now=utc_now()
    )
    flash(_("已撤回。"), "success")
    return _to_own(raw_public_id, number)


@bp.get(f"{ROUND}/appeals/<raw_appeal_id>")
@requires(MANAGE)
def appeal(raw_public_id: str, number: int, raw_appeal_id: str) -> ResponseReturnValue:
    """Show an appeal to the organiser; who is involved is told why not."""
    return _page(raw_public_id, number, raw_appeal_id, AnswerForm(formdata=None))


def _page(
    raw_public_id: str,
    number: int,
    raw_appeal_id: str,
    form: AnswerForm,
    shown: Any = None,
    *,
    status: int = 400,
) -> ResponseReturnValue:
    now, actor = utc_now(), current_actor()
    with transaction.reading() as session:
        competition = queries.get_managed(session, actor, raw_public_id, now, number=number)
        found = appeals.get_item_appeal(session, competition.round_id, raw_appeal_id)
        why = services.why_not_decide(session, actor.user_id, found)
    form.offer()
    is_open = found.state is AppealState.LODGED
    page = render_template(
        "competitions/appeal.html",
        competition=competition,
        appeal=found,
        state=appeal_state_words(found.state),
        is_late=is_overdue(found.state, found.answer_by, now),
        barred=[involvement_words(each) for each in why],
        may_decide=is_open and not why,
        may_regrade=found.state in {AppealState.UPHELD, AppealState.PARTLY},
        shown=shown,
        form=form,
    )
    return page, status if form.errors else 200


@bp.post(f"{ROUND}/appeals/<raw_appeal_id>/decide")
@requires(MANAGE)
def decide_appeal(raw_public_id: str, number: int, raw_appeal_id: str) -> ResponseReturnValue:
    """Answer an appeal with reasons."""
    form = AnswerForm()
    form.offer()
    if not form.validate():
        return _page(raw_public_id, number, raw_appeal_id, form)
    try:
        services.decide_item_appeal(
            db_session(),
            current_actor(),
            raw_public_id,
            number,
            raw_appeal_id,
            verdict=Verdict(form.verdict.data),
            answer=form.answer.data or "",
            now=utc_now(),
        )
    except Conflict as conflict:
        status = stay(conflict, form.answer)
        return _page(raw_public_id, number, raw_appeal_id, form, status=status)
    flash(_("已答复，并通知了申诉人。"), "success")
    return redirect(
        url_for(
            "competitions.appeal",
            raw_public_id=raw_public_id,
            number=number,
            raw_appeal_id=raw_appeal_id,
        ),
        303,
    )


@bp.post(f"{ROUND}/appeals/<raw_appeal_id>/item")
@requires(MANAGE)
def appealed_item(raw_public_id: str, number: int, raw_appeal_id: str) -> ResponseReturnValue:
    """Show who decides the item with its key and the answer; that is written down."""
    session, now, actor = db_session(), utc_now(), current_actor()
    services.note_appealed_item(session, actor, raw_public_id, number, raw_appeal_id, now=now)
    competition = queries.get_managed(session, actor, raw_public_id, now, number=number)
    found = appeals.get_item_appeal(session, competition.round_id, raw_appeal_id)
    dispute = get_dispute(session, found.attempt_id, found.position)
    shown = {
        "item": disputes.item_shown(dispute.item, dispute.order, dispute.response),
        "points": dispute.points_milli,
        "most": dispute.max_milli,
    }
    return _page(raw_public_id, number, raw_appeal_id, AnswerForm(formdata=None), shown)


def _to_own(public_id: str, number: int) -> ResponseReturnValue:
    address = url_for("competitions.own_appeals", raw_public_id=public_id, number=number)
    return redirect(address, 303)
