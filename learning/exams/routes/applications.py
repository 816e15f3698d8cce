"""Applying to a sitting: what is offered, one's own application, HR's list."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from learning.exams import queries, services, words
from learning.exams.forms import ApplicationForm, BatchForm
from learning.exams.presentation import is_printable
from learning.exams.queries import ApplicationView, SittingView
from learning.exams.routes.blueprint import bp
from learning.exams.rules import (
    MAY_SEND,
    MAY_WITHDRAW,
    FileKind,
    ResitRefusal,
    RollLine,
    agreement_hash,
    naming_faults,
    parse_roll,
    roll_of_rows,
)
from learning.exams.rules.applications import WANTS_CONSENT, WANTS_CONSENTS, consent_refusal
from learning.exams.words import _
from learning.kernel.clock import utc_now
from learning.kernel.documents import BadDocument, read_sheet
from learning.kernel.errors import Invalid, Problem
from learning.kernel.permissions import Permission
from learning.organisations.loader import parse_roster
from learning.organisations.words import document_words
from learning.web import transaction
from learning.web.guards import current_actor, requires
from learning.web.transaction import db_session

OWN = Permission.SELF_SITTING
BATCH = Permission.ORG_PEOPLE_READ


@bp.teardown_request
def _close_uploads(_error: BaseException | None) -> None:
    """Close the temporary files of uploads at once instead of some time."""
    request.close()


@bp.get("/offers")
@requires(OWN)
def offers() -> ResponseReturnValue:
    """List the sittings one can apply to, and how one's applications stand."""
    now, actor = utc_now(), current_actor()
    lines = queries.list_offers(db_session(), actor.user_id, now)
    return render_template(
        "exams/offers.html",
        lines=[
            (
                line,
                words.application_words(line.state, is_signed=line.is_signed)
                if line.state
                else None,
            )
            for line in lines
        ],
        may_batch=actor.holds(BATCH),
    )


@bp.route("/<raw_public_id>/application", methods=["GET", "POST"])
@requires(OWN)
def application(raw_public_id: str) -> ResponseReturnValue:
    """Show and send one's own application."""
    now, actor = utc_now(), current_actor()
    with transaction.reading() as session:
        sitting = queries.get_offered(session, actor.user_id, raw_public_id, now)
        own = queries.find_own_application(session, actor.user_id, sitting.id)
        resit = queries.find_resit_refusal(
            session, queries.resit_of(sitting), actor.user_id, sitting.closes_at
        )
    if resit is not None:
        return _application_page(sitting, own, ApplicationForm(formdata=None), resit)
    form = ApplicationForm(data=_values(own))
    if not form.validate_on_submit():
        return _application_page(sitting, own, form)
    uploads, problems = form.uploads()
    problems += [
        Problem("", None, "photo", "photo_type", "")
        for upload in uploads
        if upload.kind is FileKind.PHOTO
        and not is_printable((upload.file.media_type, upload.file.content))
    ]
    if problems:
        form.show(problems)
        return _application_page(sitting, own, form)
    if sitting.settings.agreement and not form.agreed.data:
        form.agreed.errors = [_("请阅读协议并勾选同意。")]
        return _application_page(sitting, own, form)
    wish = form.wish(uploads)
    if refusal := consent_refusal(wish):
        form.wants_agreed.errors = [words.consent_words(refusal)]
        return _application_page(sitting, own, form)
    services.apply(db_session(), actor, raw_public_id, wish=wish, now=now)
    flash(_("报考已提交，等待审核。"), "success")
    return _to_application(raw_public_id)


def _values(own: ApplicationView | None) -> dict[str, object]:
    if own is None:
        return {}
    return {"statement": own.statement, "wants": own.wants, "fee_note": own.fee_note}


def _application_page(
    sitting: SittingView,
    own: ApplicationView | None,
    form: ApplicationForm,
    resit: ResitRefusal | None = None,
) -> ResponseReturnValue:
    now = utc_now()
    form.agreed_sha256.data = agreement_hash(sitting.settings.agreement)
    form.wants_version.data = str(WANTS_CONSENT)
    is_signed = own is not None and own.agreed_at is not None
    page = render_template(
        "exams/application.html",
        sitting=sitting,
        own=own,
        form=form,
        settings=sitting.settings,
        window=words.window_words(sitting.opens_at, sitting.closes_at, sitting.zone),
        may_send=resit is None
        and queries.is_offered(sitting, now)
        and (own is None or own.state in MAY_SEND),
        resit=words.resit_words(resit, sitting.zone) if resit else "",
        resit_rules=words.resit_lines(sitting),
        wants_consent=WANTS_CONSENTS[WANTS_CONSENT],
        may_withdraw=own is not None and own.state in MAY_WITHDRAW,
        badge_words=words.application_words(own.state, is_signed=is_signed) if own else None,
        advice=words.application_advice(own.state, is_signed=is_signed) if own else "",
    )
    return page, 400 if request.method == "POST" else 200


@bp.post("/<raw_public_id>/application/withdraw")
@requires(OWN)
def withdraw_application(raw_public_id: str) -> ResponseReturnValue:
    """Take one's own application back."""
    services.withdraw_application(db_session(), current_actor(), raw_public_id, now=utc_now())
    flash(_("报考已撤回，材料已删除。"), "success")
    return redirect(url_for("exams.offers"), 303)


@bp.route("/<raw_public_id>/application/batch", methods=["GET", "POST"])
@requires(BATCH)
def apply_batch(raw_public_id: str) -> ResponseReturnValue:
    """Apply for people of one's units, pasted or from a roster."""
    now, actor = utc_now(), current_actor()
    with transaction.reading() as session:
        sitting = queries.get_offered(session, actor.user_id, raw_public_id, now)
    form = BatchForm()
    if not form.validate_on_submit():
        return _batch_page(sitting, form)
    try:
        lines = _lines_of(form)
        papers = None if lines is None else form.papers(lines)
        if lines is None or papers is None:
            return _batch_page(sitting, form)
        count = services.apply_for_many(
            db_session(), actor, raw_public_id, lines=lines, papers=papers, now=now
        )
    except BadDocument as error:
        form.file.errors = [document_words(error)]
        return _batch_page(sitting, form)
    except Invalid as error:
        db_session().rollback()  # the page answers, so what was begun must not be committed
        form.show(error.problems)
        return _batch_page(sitting, form)
    files, people = sum(map(len, papers.values())), f"{count:,}"
    told = _("已替 %(n)s 人报名，请他们各自登录确认。", n=people)
    if files:
        told = _(
            "已替 %(n)s 人报名，收下材料 %(files)s 份，请他们各自登录确认。", n=people, files=files
        )
    flash(told, "success")
    return redirect(url_for("exams.offers"), 303)


def _lines_of(form: BatchForm) -> list[RollLine] | None:
    """Return the lines of the roster, or of the list where there is none.

    None where cells of the roster are wrong: they stand beside its field then. Raises BadDocument,
    Invalid.
    """
    raw = form.workbook()
    if not raw:
        return parse_roll(form.roll.data or "")
    roster = parse_roster(read_sheet(raw), organisation_code="")
    faults = naming_faults(roster.problems)
    if faults:
        form.show_cells(faults)
        return None
    return roll_of_rows(roster.rows)


def _batch_page(sitting: SittingView, form: BatchForm) -> ResponseReturnValue:
    page = render_template("exams/apply_batch.html", sitting=sitting, form=form)
    return page, 400 if request.method == "POST" else 200


def _to_application(public_id: str) -> ResponseReturnValue:
    return redirect(url_for("exams.application", raw_public_id=public_id), 303)
