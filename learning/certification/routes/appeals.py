"""Appeals against decisions in certification: one's own, and the register of who answers them."""

from collections.abc import Sequence
from datetime import datetime

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from learning.certification.forms.appeals import AppealAnswerForm, CertificateAppealForm
from learning.certification.queries import appeals as queries
from learning.certification.queries import contested as disputed
from learning.certification.queries.appeals import REGISTER_PAGE
from learning.certification.rules.appeals import ANSWER_DAYS, LODGE_DAYS, lodge_until
from learning.certification.rules.deciding import parts_of
from learning.certification.services import appeals as services
from learning.certification.words import _
from learning.certification.words import appeals as words
from learning.certification.words.terms import part_words
from learning.exams.queries.involvement import selves_of
from learning.exams.rules import Verdict
from learning.kernel.clock import utc_now
from learning.kernel.errors import Conflict, NotFound
from learning.kernel.permissions import Permission
from learning.web import transaction
from learning.web.forms import page_number, refuse_repeated
from learning.web.guards import current_actor, requires
from learning.web.refused import stay
from learning.web.teaching import teachers
from learning.web.transaction import db_session

bp = Blueprint("certificate_appeals", __name__, url_prefix="/certificate-appeals")
OWN = Permission.SELF_CERTIFICATE
DECIDE = Permission.CERTIFICATE_DECIDE


@bp.before_request
def _each_field_once() -> None:
    refuse_repeated(request.form)


@bp.get("")
@requires(OWN)
def index() -> ResponseReturnValue:
    """Show one's own appeals, and what one may appeal against."""
    return _own_page(CertificateAppealForm(formdata=None))


def _own_page(form: CertificateAppealForm) -> ResponseReturnValue:
    now, actor, status = utc_now(), current_actor(), 400
    own, subjects = _read_own(actor.user_id, now)
    form.offer(subjects)
    if form.is_submitted() and form.validate():
        try:
            number = services.lodge_appeal(
                db_session(), actor, code=form.subject.data, text=form.text.data or "", now=now
            )
        except NotFound:  # it was offered a moment ago: another window was faster
            status = stay(Conflict("appeal_exists"), form.text)
            own, subjects = _read_own(actor.user_id, now)
            form.offer(subjects)
        else:
            flash(_("申诉已提出，编号 %(number)s。", number=number), "success")
            return redirect(url_for("certificate_appeals.index"), 303)
    page = render_template(
        "certification/appeals.html",
        own=[(one, words.against_words(one.against), words.appeal_state(one, now)) for one in own],
        offered=[(one, label, lodge_until(one.told_at)) for one, label in subjects],
        form=form,
        lodge_days=LODGE_DAYS,
        answer_days=ANSWER_DAYS,
    )
    return page, status if form.errors else 200


def _read_own(
    user_id: int, now: datetime
) -> tuple[Sequence[queries.AppealView], list[tuple[disputed.Contested, str]]]:
    """Return one's own appeals, and what one may appeal against, in words."""
    with transaction.reading() as session:
        own = queries.list_own(session, user_id)
        offered = disputed.list_contested(session, user_id, now)
    return own, [(one, words.contested_words(one)) for one in offered]


@bp.post("")
@requires(OWN)
def lodge() -> ResponseReturnValue:
    """Appeal against a decision."""
    return _own_page(CertificateAppealForm())


@bp.get("/register")
@requires(DECIDE)
def register() -> ResponseReturnValue:
    """List the appeals on schemes in reach."""
    now, actor, page = utc_now(), current_actor(), page_number(request.args)
    is_over = request.args.get("show") == "over"
    with transaction.reading() as session:
        waiting, over = queries.count_register(session, actor, now)
        lines = queries.list_register(
            session, actor, now, is_over=is_over, offset=(page - 1) * REGISTER_PAGE
        )
    total = over if is_over else waiting
    show = "over" if is_over else None
    return render_template(
        "certification/appeal_register.html",
        lines=[
            (one, words.against_words(one.against), words.appeal_state(one, now)) for one in lines
        ],
        is_over=is_over,
        waiting=waiting,
        over=over,
        page=page,
        pages=max(1, -(-total // REGISTER_PAGE)),
        total=total,
        page_url=lambda n: url_for("certificate_appeals.register", show=show, page=n),
    )


@bp.get("/register/<raw_public_id>")
@requires(DECIDE)
def appeal(raw_public_id: str) -> ResponseReturnValue:
    """Show an appeal to who may answer it; who is involved is told why not."""
    return _appeal_page(raw_public_id, AppealAnswerForm(formdata=None))


def _appeal_page(
    raw_public_id: str, form: AppealAnswerForm, *, status: int = 400
) -> ResponseReturnValue:
    now, actor = utc_now(), current_actor()
    with transaction.reading() as session:
        found = queries.get_appeal(session, actor, raw_public_id, now)
        contested = disputed.get_contested(session, found.against, found.source_id)
        involved = disputed.get_involved(session, contested, teachers())
        parts = parts_of(selves_of(session, actor.user_id), involved)
        is_early = contested.decision_id is None  # what it is about is found in the file alone
        file = disputed.get_file_of(session, contested) if is_early else None
    form.offer()
    page = render_template(
        "certification/appeal.html",
        appeal=found,
        about=words.against_words(found.against, contested.detail),
        contested=contested,
        file=file,
        state=words.appeal_state(found, now),
        barred=part_words(parts),
        form=form,
    )
    return page, status if form.errors else 200


@bp.post("/register/<raw_public_id>")
@requires(DECIDE)
def answer(raw_public_id: str) -> ResponseReturnValue:
    """Answer an appeal with reasons."""
    form = AppealAnswerForm()
    form.offer()
    if not form.validate():
        return _appeal_page(raw_public_id, form)
    try:
        services.answer_appeal(
            db_session(),
            current_actor(),
            raw_public_id,
            verdict=Verdict(form.verdict.data),
            answer=form.answer.data or "",
            teachers=teachers(),
            now=utc_now(),
        )
    except Conflict as conflict:
        status = stay(conflict, form.answer)
        return _appeal_page(raw_public_id, form, status=status)
    flash(_("已答复，并通知了申诉人。"), "success")
    return redirect(url_for("certificate_appeals.appeal", raw_public_id=raw_public_id), 303)
