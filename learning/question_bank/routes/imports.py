"""Bringing questions in: paste or file, the preview that is corrected in place, apply, undo.

Reading is slow and pure: it is done before the database is held, small uploads while the sender
waits, large ones by the worker. An import out of reach looks exactly like a missing one.
"""

from datetime import datetime

from flask import Response, current_app, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage

from learning.kernel.clock import utc_now
from learning.kernel.errors import Conflict, NotFound
from learning.kernel.permissions import Permission
from learning.question_bank import words
from learning.question_bank.formats import Unreadable, Upload, reading, registry
from learning.question_bank.formats.kept import find_asset
from learning.question_bank.forms import acted, read, written
from learning.question_bank.forms.uploads import UploadForm
from learning.question_bank.models import BankRow, ItemImport
from learning.question_bank.queries import banks
from learning.question_bank.queries import imports as queries
from learning.question_bank.routes import import_pages as pages
from learning.question_bank.routes.blueprint import bp
from learning.question_bank.services import import_applying as applying
from learning.question_bank.services import importing as services
from learning.question_bank.services.import_quota import Quota, check_quota
from learning.question_bank.services.import_undoing import undo_import
from learning.question_bank.services.records import defaults_of
from learning.question_bank.words import _
from learning.web import transaction
from learning.web.forms import page_number, refuse_repeated
from learning.web.guards import current_actor, requires
from learning.web.transaction import db_session

WRITE = Permission.ITEM_WRITE
REFRESH_S = 2
LARGE = 2000
"""Questions from which on an import is worked out before the writers' turn is taken."""


@bp.get("/imports")
@requires(WRITE)
def imports() -> ResponseReturnValue:
    """List the imports into the banks within reach."""
    return pages.list_page(db_session(), current_actor(), page_number(request.args), utc_now())


@bp.route("/imports/new", methods=["GET", "POST"])
@requires(WRITE)
def import_new() -> ResponseReturnValue:
    """Take a pasted text or a file, read it, and go on to its preview."""
    actor, now = current_actor(), utc_now()
    with transaction.reading() as session:
        choices = banks.list_banks(session, actor, WRITE, now)
    form = UploadForm()
    form.offer(choices, pages.format_choices(), request.args.get("bank", ""))
    if not form.validate_on_submit():
        return pages.upload_page(form, choices, 400 if request.method == "POST" else 200)
    with transaction.reading() as session:
        bank = _writable(session, form.bank.data, now)
        session.expunge(bank)
    upload = _uploaded(form)
    try:
        with transaction.reading() as session:
            check_quota(session, actor, upload, _quota())
        kept = _take(bank, upload, form.format.data, now)
    except Unreadable as error:
        form.refuse(error.message)
        return pages.upload_page(form, choices, 400)
    except Conflict as error:
        if error.code != "imports_waiting":
            raise
        form.refuse(pages.waiting_words(error))
        return pages.upload_page(form, choices, 409)
    return redirect(pages.import_url(kept), 303)


def _quota() -> Quota:
    settings = current_app.extensions["settings"]
    return Quota(settings.waiting_imports, settings.waiting_imports_mb)


def _take(bank: BankRow, upload: Upload, wanted: str, now: datetime) -> ItemImport:
    """Read a small upload and keep it as a preview; keep a large one for the worker."""
    actor, defaults = current_actor(), defaults_of(bank, f"{bank.code}-0")
    if not services.is_small(upload):
        registry.choose(upload, wanted)  # what nobody can read is refused at once
        return services.accept_upload(
            db_session(), actor, bank.code, defaults, upload, wanted, now=now
        )
    found = reading.read(upload, wanted, defaults, lambda *_: None)
    if not found.judged:
        raise Unreadable("unreadable", pages.nothing_words(found.parsed.problems))
    return services.keep_reading(db_session(), actor, bank.code, defaults, upload, found, now=now)


def _uploaded(form: UploadForm) -> Upload:
    file = form.file.data
    if isinstance(file, FileStorage) and file.filename:
        return Upload(file.filename, file.stream.read())
    return Upload("", (form.text.data or "").encode())


@bp.post("/imports/count")
@requires(WRITE)
def import_count() -> ResponseReturnValue:
    """Say how many questions a pasted text holds; writes nothing."""
    refuse_repeated(request.form)
    upload = Upload("", request.form.get("text", "").encode())
    wanted = request.form.get("format", registry.AUTO)
    if not services.is_small(upload):
        return {"words": ""}
    try:
        found = reading.read(upload, wanted, pages.ANY_BANK, lambda *_: None)
    except (Unreadable, NotFound):
        return {"words": _("还没有认出题目")}
    return {"words": pages.count_words(found)}


@bp.get("/imports/<raw_import_id>")
@requires(WRITE)
def import_(raw_import_id: str) -> ResponseReturnValue:
    """Show an import: its progress, its preview, or what became of it."""
    session, now = db_session(), utc_now()
    kept, bank = _get(session, raw_import_id, now)
    if kept.state == services.PREVIEW:
        if kept.created_by != current_actor().user_id:
            with transaction.apart(transaction.database()) as noting:  # also by a GET
                _note_keys_shown(noting, kept, now)
        return pages.preview_page(session, kept, bank, pages.view_of(request.args))
    if kept.state in {services.APPLIED, services.UNDONE}:
        return pages.result_page(session, kept, page_number(request.args))
    response = Response(pages.waiting_page(kept))
    if kept.state in {services.READING, services.APPLYING}:
        response.headers["Refresh"] = str(REFRESH_S)
    return response


@bp.get("/imports/<raw_import_id>/pictures/<path:name>")
@requires(WRITE)
def import_picture(raw_import_id: str, name: str) -> ResponseReturnValue:
    """Give a picture that came with an upload, for its preview."""
    kept, _bank = _get(db_session(), raw_import_id, utc_now())
    is_kept = kept.content is not None and kept.state == services.PREVIEW
    asset = find_asset(kept.content, name) if is_kept and kept.content else None
    if asset is None:
        raise NotFound("picture")
    response = Response(asset.content, content_type=asset.media_type)
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


@bp.post("/imports/<raw_import_id>/rows/<int:number>")
@requires(WRITE)
def import_row(raw_import_id: str, number: int) -> ResponseReturnValue:
    """Save what a person made of a question, or show its form with a row more or less."""
    session, now = db_session(), utc_now()
    kept, bank = _get(session, raw_import_id, now)
    number = pages.number_of(str(number))
    form = read(request.form.items(multi=True))
    act, view = request.form.get("act", "save"), pages.view_of(request.args)
    _note_keys_shown(session, kept, now)
    if act != "save":
        edited = view.editing(number)
        return pages.preview_page(session, kept, bank, edited, form=acted(form, act))
    draft, defaults = written(form).draft, defaults_of(bank, "")
    seen = request.form.get("seen", "")
    try:
        row = services.correct_row(
            session, current_actor(), kept, number, draft, defaults, now=now, seen=seen
        )
    except Conflict as error:
        if error.code != "row_changed":
            raise
        return pages.preview_page(
            session, kept, bank, view.editing(number), form=form, is_overtaken=True
        ), 409
    if row.is_good:
        flash(_("第 %(n)s 题已改好，可以入库。", n=number), "pass")
        return redirect(pages.view_url(kept, view, number), 303)
    session.flush()  # the page shows what is stored now
    return pages.preview_page(session, kept, bank, view.editing(number), form=form)


@bp.post("/imports/<raw_import_id>/rows/<int:number>/confirm")
@requires(WRITE)
def import_confirm(raw_import_id: str, number: int) -> ResponseReturnValue:
    """Take a question as it was understood."""
    session, now = db_session(), utc_now()
    kept, bank = _get(session, raw_import_id, now)
    number = pages.number_of(str(number))
    try:
        seen = request.form.get("seen", "")
        services.confirm_row(session, kept, number, defaults_of(bank, ""), seen=seen)
    except Conflict as error:
        if error.code != "row_changed":
            raise
        flash(_("第 %(n)s 题刚刚被别人改过，请看过现在的样子再决定。", n=number), "error")
    return redirect(pages.view_url(kept, pages.view_of(request.args), number), 303)


@bp.post("/imports/<raw_import_id>/decide")
@requires(WRITE)
def import_decide(raw_import_id: str) -> ResponseReturnValue:
    """Take or leave one question, or all of a kind."""
    refuse_repeated(request.form)
    session = db_session()
    kept, _bank = _get(session, raw_import_id, utc_now())
    number = pages.number_of(request.form.get("number", "0"))
    services.decide_rows(
        session,
        kept,
        request.form.get("decision", ""),
        scope=request.form.get("scope", "all"),
        number=number,
    )
    return redirect(pages.view_url(kept, pages.view_of(request.args), number), 303)


@bp.post("/imports/<raw_import_id>/fields")
@requires(WRITE)
def import_fields(raw_import_id: str) -> ResponseReturnValue:
    """Say 知识点, 要求, 难度 or 用途 of all questions at once."""
    refuse_repeated(request.form)
    session, now = db_session(), utc_now()
    kept, bank = _get(session, raw_import_id, now)
    fields = {name: request.form.get(name, "").strip()[:200] for name in services.FIELDS}
    changed = services.set_fields(
        session,
        kept,
        fields,
        defaults_of(bank, ""),
        overwrites=bool(request.form.get("overwrites")),
    )
    flash(_("改了 %(n)s 题。", n=changed), "pass")
    return redirect(pages.view_url(kept, pages.view_of(request.args), 0), 303)


@bp.post("/imports/<raw_import_id>/apply")
@requires(WRITE)
def import_apply(raw_import_id: str) -> ResponseReturnValue:
    """Make items of everything taken, all or nothing."""
    refuse_repeated(request.form)
    now = utc_now()
    plan = applying.plan_of(
        submits=bool(request.form.get("submits")),
        tags=words.split_words(request.form.get("tags", "")),
    )
    with transaction.reading() as session:
        kept, _bank = _get(session, raw_import_id, now)
        is_large = kept.total > LARGE
    made = _apply_apart(raw_import_id, plan, now) if is_large else _apply(raw_import_id, plan, now)
    if made:
        flash(_("已入库 %(n)s 题。", n=made), "pass")
    return redirect(url_for("question_bank.import_", raw_import_id=raw_import_id), 303)


def _apply(raw_import_id: str, plan: applying.Plan, now: datetime) -> int:
    session = db_session()
    kept, bank = _get(session, raw_import_id, now)
    return applying.apply_import(session, current_actor(), kept, bank, plan, now=now)


def _apply_apart(raw_import_id: str, plan: applying.Plan, now: datetime) -> int:
    """Work a large import out before the writers' turn is taken; give it back if that fails."""
    store = transaction.database()
    with transaction.apart(store) as session:
        kept, bank = _get(session, raw_import_id, now)
        if kept.state == services.APPLIED:
            return 0
        import_id, codes = kept.id, applying.claim(session, kept, bank, now=now)
    try:
        with transaction.reading() as session:
            kept, bank = _get(session, raw_import_id, now)
            made = applying.prepare(session, kept, bank, codes, plan)
        with transaction.apart(store) as session:
            kept, bank = _get(session, raw_import_id, now)
            return applying.write(session, current_actor(), kept, made, plan, now=now)
    except BaseException:
        with transaction.apart(store) as session:
            applying.release(session, import_id)
        raise


@bp.post("/imports/<raw_import_id>/undo")
@requires(WRITE)
def import_undo(raw_import_id: str) -> ResponseReturnValue:
    """Remove what an import made, all or nothing."""
    session, now = db_session(), utc_now()
    kept, _bank = _get(session, raw_import_id, now)
    try:
        with session.begin_nested():
            removed = undo_import(session, current_actor(), kept, now=now)
    except Conflict as error:
        if error.code != "import_used":
            raise
        session.expire_all()  # what was undone of the undoing
        return pages.result_page(session, kept, 1, blocked=error.data), 409
    flash(_("已撤销，删除了 %(n)s 题。", n=removed), "pass")
    return redirect(pages.import_url(kept), 303)


@bp.post("/imports/<raw_import_id>/discard")
@requires(WRITE)
def import_discard(raw_import_id: str) -> ResponseReturnValue:
    """Drop an import that was not applied."""
    session, now = db_session(), utc_now()
    kept, _bank = _get(session, raw_import_id, now)
    services.discard(session, current_actor(), kept, now=now)
    flash(_("已放弃这次导入。"), "pass")
    return redirect(url_for("question_bank.import_new", bank=kept.bank), 303)


def _note_keys_shown(session: Session, kept: ItemImport, now: datetime) -> None:
    """Write down who sees the keys of what somebody else brought in."""
    if kept.created_by != current_actor().user_id:
        services.log_act(session, "item.key_shown", kept, current_actor(), now)


def _get(session: Session, raw_import_id: str, now: datetime) -> tuple[ItemImport, BankRow]:
    return queries.get_import(session, current_actor(), raw_import_id, now)


def _writable(session: Session, raw_code: str, now: datetime) -> BankRow:
    actor = current_actor()
    bank = banks.get_bank_for(session, actor, WRITE, raw_code, now)
    for right in queries.RIGHTS:
        banks.require(session, actor, right, bank.code, now)
    return bank
