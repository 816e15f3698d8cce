"""Appeals and complaints: a candidate's own, and an appeal before who handles it.

Evidence is handed out as a file, by a POST, since looking at it is written down; so is looking at
the item with its key.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from learning.exams import services, words
from learning.exams.forms import AnswerForm, AppealForm, HandlerForm
from learning.exams.queries import SittingView, appeals
from learning.exams.queries.disputes import get_dispute
from learning.exams.routes.blueprint import bp
from learning.exams.rules import (
    UNANSWERED,
    AppealKind,
    AppealState,
    Subject,
    Verdict,
    is_appealed,
    is_overdue,
)
from learning.exams.words import _, disputes
from learning.kernel.clock import utc_now
from learning.kernel.errors import Conflict
from learning.kernel.permissions import Actor, Permission
from learning.organisations.rules.corrections import EVIDENCE_TYPES, Evidence
from learning.web import transaction
from learning.web.guards import current_actor, requires, with_grants
from learning.web.refused import stay
from learning.web.teaching import teachers
from learning.web.transaction import db_session

APPEAL = Permission.SELF_APPEAL
FILE_POLICY = "sandbox; default-src 'none'"


def _actor() -> Actor:
    """Return who asks, with what they were granted: a manager of the sitting, or one appointed."""
    return with_grants(current_actor())


@bp.route("/<raw_public_id>/appeals", methods=["GET", "POST"])
@requires(APPEAL)
def own_appeals(raw_public_id: str) -> ResponseReturnValue:
    """Show one's own appeals at a sitting, and lodge one."""
    now, actor = utc_now(), _actor()
    status = 400 if request.method == "POST" else 200
    sitting, subjects, own, open_ones = _read_own(actor, raw_public_id, now)
    form = AppealForm(data=_asked(request.args.get("about", ""), request.args.get("item", "")))
    form.offer(open_ones)
    if form.validate_on_submit():
        file = form.file()
        if not form.evidence.errors:
            try:
                _lodge(actor, raw_public_id, form, file, now)
            except Conflict as conflict:
                status = stay(conflict, form.text)
                sitting, subjects, own, open_ones = _read_own(actor, raw_public_id, now)
            else:
                flash(_("已提出，处理情况会显示在本页。"), "success")
                return redirect(url_for("exams.own_appeals", raw_public_id=raw_public_id), 303)
    page = render_template(
        "exams/own_appeals.html",
        sitting=sitting,
        form=form,
        may_lodge=open_ones,
        over=[(each, words.subject_words(each)) for each in subjects if now > each.until],
        own=[_line(each) for each in own],
    )
    return page, status


def _read_own(
    actor: Actor, raw_public_id: str, now: datetime
) -> tuple[SittingView, Sequence[Subject], Sequence[appeals.AppealView], list[tuple[Subject, str]]]:
    """Return the sitting, what may be appealed on, one's own appeals, and what is open still."""
    with transaction.reading() as session:
        sitting = appeals.get_party(session, actor.user_id, raw_public_id)
        subjects = appeals.list_subjects(session, actor.user_id, sitting, now)
        own = appeals.list_own(session, actor.user_id, sitting.id)
    open_ones = [
        (each, words.subject_words(each))
        for each in subjects
        if now <= each.until and not _is_appealed(each, own)
    ]
    return sitting, subjects, own, open_ones


def _lodge(
    actor: Actor, raw_public_id: str, form: AppealForm, file: Evidence | None, now: datetime
) -> None:
    services.lodge_appeal(
        db_session(),
        actor,
        raw_public_id,
        raw_subject=form.subject.data,
        position=form.position.data,
        text=(form.text.data or "").strip(),
        evidence=file,
        now=now,
    )


def _is_appealed(subject: Subject, own: Sequence[appeals.AppealView]) -> bool:
    """Tell whether nothing more can be appealed on: of a paper another item can be."""
    if subject.kind in {AppealKind.ITEM, AppealKind.OTHER}:
        return False
    about = (subject.kind, subject.attempt_id, subject.incident_id)
    return any(
        about == (each.kind, each.attempt_id, each.incident_id)
        and is_appealed(each.state, each.lodged_at, subject.changed_at)
        for each in own
    )


def _asked(about: str, item: str) -> dict[str, Any]:
    """Return what the link that led here asks for, the form's values."""
    is_number = item.isascii() and item.isdigit() and len(item) <= 4
    return {"subject": about[:60], "position": int(item) if is_number else None}


def _line(appeal: appeals.AppealView) -> dict[str, Any]:
    return {
        "appeal": appeal,
        "about": words.appeal_words(appeal),
        "state": words.appeal_state_words(appeal.state),
        "may_withdraw": appeal.state in UNANSWERED,
    }


@bp.post("/<raw_public_id>/appeals/<raw_appeal_id>/withdraw")
@requires(APPEAL)
def withdraw_appeal(raw_public_id: str, raw_appeal_id: str) -> ResponseReturnValue:
    """Take one's own appeal back."""
    services.withdraw_appeal(
        db_session(), _actor(), raw_public_id, raw_appeal_id=raw_appeal_id, now=utc_now()
    )
    flash(_("已撤回。"), "success")
    return redirect(url_for("exams.own_appeals", raw_public_id=raw_public_id), 303)


@bp.get("/<raw_public_id>/appeals/<raw_appeal_id>")
@requires(APPEAL)
def appeal(raw_public_id: str, raw_appeal_id: str) -> ResponseReturnValue:
    """Show an appeal to who may handle it; who is involved is told why not."""
    return _appeal_page(raw_public_id, raw_appeal_id, AnswerForm(formdata=None))


def _appeal_page(
    raw_public_id: str,
    raw_appeal_id: str,
    form: AnswerForm,
    shown: Any = None,
    *,
    status: int = 400,
) -> ResponseReturnValue:
    now, actor = utc_now(), _actor()
    with transaction.reading() as session:
        desk = appeals.get_desk(session, actor, raw_public_id, now)
        found = appeals.get_appeal(session, desk.sitting.id, raw_appeal_id)
        handlers = appeals.list_handlers(session, desk.sitting.id)
        asked = [actor.user_id, *(each.user_id for each in handlers)]
        why, *others = services.why_not_each(session, asked, found, teachers())
        people = list(zip(handlers, others, strict=True))
    form.offer()
    handler = HandlerForm(formdata=None)
    handler.offer([each for each, barred in people if not barred])
    is_mine = found.handled_by == actor.user_id and found.state is AppealState.REVIEW
    page = render_template(
        "exams/appeal.html",
        sitting=desk.sitting,
        is_manager=desk.is_manager,
        appeal=found,
        about=words.appeal_words(found),
        state=words.appeal_state_words(found.state),
        is_late=is_overdue(found.state, found.answer_by, now),
        is_open=found.state in UNANSWERED,
        barred=[words.involvement_words(each) for each in why],
        others=[
            (each.name, _("、").join(words.involvement_words(one) for one in barred))
            for each, barred in people
            if barred
        ],
        handler=handler,
        may_decide=is_mine and not why,
        may_take=not why and not is_mine and (desk.is_manager or found.handled_by is None),
        shown=shown,
        form=form,
    )
    return page, status if form.errors else 200


@bp.post("/<raw_public_id>/appeals/<raw_appeal_id>/take")
@requires(APPEAL)
def take_appeal(raw_public_id: str, raw_appeal_id: str) -> ResponseReturnValue:
    """Take an appeal to handle it oneself."""
    services.take_appeal(
        db_session(),
        _actor(),
        raw_public_id,
        raw_appeal_id=raw_appeal_id,
        teachers=teachers(),
        now=utc_now(),
    )
    flash(_("已由您接办。"), "success")
    return _to_appeal(raw_public_id, raw_appeal_id)


@bp.post("/<raw_public_id>/appeals/<raw_appeal_id>/assign")
@requires(APPEAL)
def assign_appeal(raw_public_id: str, raw_appeal_id: str) -> ResponseReturnValue:
    """Let somebody who is not involved handle an appeal."""
    services.assign_appeal(
        db_session(),
        _actor(),
        raw_public_id,
        raw_appeal_id=raw_appeal_id,
        raw_person_id=request.form.get("person", ""),
        teachers=teachers(),
        now=utc_now(),
    )
    flash(_("已指派，并通知了处理人。"), "success")
    return _to_appeal(raw_public_id, raw_appeal_id)


@bp.post("/<raw_public_id>/appeals/<raw_appeal_id>/decide")
@requires(APPEAL)
def decide_appeal(raw_public_id: str, raw_appeal_id: str) -> ResponseReturnValue:
    """Answer an appeal with reasons."""
    form = AnswerForm()
    form.offer()
    if not form.validate():
        return _appeal_page(raw_public_id, raw_appeal_id, form)
    try:
        services.decide_appeal(
            db_session(),
            _actor(),
            raw_public_id,
            raw_appeal_id=raw_appeal_id,
            verdict=Verdict(form.verdict.data),
            answer=form.answer.data or "",
            teachers=teachers(),
            now=utc_now(),
        )
    except Conflict as conflict:
        status = stay(conflict, form.answer)
        return _appeal_page(raw_public_id, raw_appeal_id, form, status=status)
    flash(_("已答复，并通知了申诉人。"), "success")
    return _to_appeal(raw_public_id, raw_appeal_id)


@bp.post("/<raw_public_id>/appeals/<raw_appeal_id>/item")
@requires(APPEAL)
def appealed_item(raw_public_id: str, raw_appeal_id: str) -> ResponseReturnValue:
    """Show the handler the item with its key and the answer; that is written down."""
    now, actor, session = utc_now(), _actor(), db_session()
    desk = appeals.get_desk(session, actor, raw_public_id, now)
    found = appeals.get_appeal(session, desk.sitting.id, raw_appeal_id)
    dispute = get_dispute(session, found.attempt_id, found.position)
    services.note_item_shown(session, actor, desk, found, teachers=teachers(), now=now)
    item = disputes.item_shown(dispute.item, dispute.order, dispute.response)
    shown = {"item": item, "points": dispute.points_milli, "most": dispute.max_milli}
    return _appeal_page(raw_public_id, raw_appeal_id, AnswerForm(formdata=None), shown)


@bp.post("/<raw_public_id>/appeals/<raw_appeal_id>/evidence")
@requires(APPEAL)
def appeal_evidence(raw_public_id: str, raw_appeal_id: str) -> ResponseReturnValue:
    """Hand out the file of an appeal; that somebody looked is written down."""
    file = services.open_evidence(
        db_session(),
        _actor(),
        raw_public_id,
        raw_appeal_id=raw_appeal_id,
        teachers=teachers(),
        now=utc_now(),
    )
    # The sender's name of the file stays out of the headers.
    name = f"file.{EVIDENCE_TYPES[file.media_type]}"
    return Response(
        file.content,
        content_type=file.media_type,
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Content-Security-Policy": FILE_POLICY,
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "no-store",
        },
    )


def _to_appeal(public_id: str, appeal_id: str) -> ResponseReturnValue:
    address = url_for("exams.appeal", raw_public_id=public_id, raw_appeal_id=appeal_id)
    return redirect(address, 303)
