"""Who is admitted: the list, choosing with a preview, withdrawing."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from learning.exams import queries, services, words
from learning.exams.forms import AdmissionForm, WithdrawForm
from learning.exams.queries import SittingView
from learning.exams.routes.blueprint import bp
from learning.exams.rules import MAX_LINES, State
from learning.exams.services import AdmissionPlan
from learning.exams.words import _
from learning.kernel.clock import utc_now
from learning.kernel.errors import Conflict, Invalid
from learning.kernel.permissions import Permission
from learning.web import transaction
from learning.web.forms import page_number
from learning.web.guards import current_actor, requires
from learning.web.transaction import db_session

MANAGE = Permission.SITTING_MANAGE
MAX_SEARCH = 100


@bp.get("/<raw_public_id>/admissions")
@requires(MANAGE)
def admissions(raw_public_id: str) -> ResponseReturnValue:
    """List the candidates of a sitting."""
    now, actor, session = utc_now(), current_actor(), db_session()
    page = page_number(request.args)
    search = request.args.get("q", "")[:MAX_SEARCH]
    sitting = queries.get_managed(session, actor, raw_public_id, now)
    total = queries.count_admissions(session, sitting.id, search=search)
    lines = queries.list_admissions(
        session,
        sitting.id,
        search=search,
        offset=(page - 1) * queries.PAGE_SIZE,
        limit=queries.PAGE_SIZE,
    )
    return render_template(
        "exams/admissions.html",
        sitting=sitting,
        lines=lines,
        search=search,
        may_admit=_may_admit(sitting),
        page=page,
        pages=max(1, -(-total // queries.PAGE_SIZE)),
        total=total,
        page_url=lambda number: url_for(
            "exams.admissions", raw_public_id=sitting.public_id, page=number, q=search or None
        ),
    )


def _may_admit(sitting: SittingView) -> bool:
    return sitting.state is not State.CLOSED and utc_now() < sitting.closes_at


@bp.route("/<raw_public_id>/admit", methods=["GET", "POST"])
@requires(MANAGE)
def admit(raw_public_id: str) -> ResponseReturnValue:
    """Choose candidates: the first post shows whom it means, the second one admits them."""
    now, actor = utc_now(), current_actor()
    with transaction.reading() as session:
        sitting = queries.get_managed(session, actor, raw_public_id, now)
    form = AdmissionForm()
    form.offer()
    if not form.validate_on_submit():
        return _admit_page(sitting, form)
    try:
        with transaction.reading() as session:
            plan = services.plan_admission(
                session, actor, raw_public_id, choice=form.choice(), now=now
            )
    except Invalid as error:
        form.show(error.problems)
        return _admit_page(sitting, form)
    if request.form.get("apply") != "y" or not plan.new:
        return _admit_page(sitting, form, plan)
    count = services.admit(db_session(), actor, raw_public_id, user_ids=plan.new, now=now)
    flash(_("已准考 %(n)s 人。", n=f"{count:,}"), "success")
    return redirect(url_for("exams.admissions", raw_public_id=sitting.public_id), 303)


def _admit_page(
    sitting: SittingView, form: AdmissionForm, plan: AdmissionPlan | None = None
) -> ResponseReturnValue:
    now, actor = utc_now(), current_actor()
    with transaction.reading() as session:
        units = queries.list_unit_names(session, actor, now)
        posts = queries.list_post_names(session, actor, now)
    page = render_template(
        "exams/admit.html",
        sitting=sitting,
        form=form,
        plan=plan,
        may_admit=_may_admit(sitting),
        barred=[
            (name, words.resit_words(refusal, sitting.zone))
            for name, refusal in (plan.barred_sample if plan else ())
        ],
        units=units,
        posts=posts,
        max_lines=MAX_LINES,
    )
    return page, 400 if form.errors else 200


@bp.post("/<raw_public_id>/admissions/<raw_person_id>/withdraw")
@requires(MANAGE)
def withdraw(raw_public_id: str, raw_person_id: str) -> ResponseReturnValue:
    """Take back the admission of a person who has not begun; form: `reason`, for an applicant."""
    form = WithdrawForm()
    candidate = url_for("exams.place", raw_public_id=raw_public_id, raw_person_id=raw_person_id)
    if not form.validate():
        flash(_("理由至多 500 字。"), "warning")
        return redirect(candidate, 303)
    try:
        services.withdraw(
            db_session(),
            current_actor(),
            raw_public_id,
            raw_person_id=raw_person_id,
            reason=(form.reason.data or "").strip(),
            now=utc_now(),
        )
    except Conflict as refused:
        if refused.code != "reason_missing":
            raise
        flash(_("这位考生是报考后准考的，取消准考请写明理由。"), "warning")
        return redirect(f"{candidate}#withdraw", 303)
    flash(_("已取消准考。"), "success")
    return redirect(url_for("exams.admissions", raw_public_id=raw_public_id), 303)
