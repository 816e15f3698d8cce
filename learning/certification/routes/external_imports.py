"""Old certificates from Excel: template, upload, the look before, apply, undo."""

import hashlib
import json
from functools import partial
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import FileStorage

from learning.certification.forms.external import ImportForm
from learning.certification.loader import parse_list
from learning.certification.queries import external as queries
from learning.certification.routes.external import MANAGE, bp, organisation_in_reach
from learning.certification.services import importing as services
from learning.certification.words import _
from learning.certification.words import external as words
from learning.kernel.clock import utc_now
from learning.kernel.documents import (
    XLSX_MIME,
    BadDocument,
    Column,
    Limits,
    read_sheet,
    write_workbook,
)
from learning.kernel.errors import Conflict
from learning.organisations.queries.units import UnitView
from learning.organisations.rules.headings import told_columns
from learning.organisations.rules.names import clean_text
from learning.web import transaction
from learning.web.guards import current_actor, requires
from learning.web.transaction import db_session

SHOWN = 100  # rows and problems on the page of a list
LIMITS = Limits(rows=50_100, columns=60)  # 50,000 rows, and what stands above the header


@bp.route("/<raw_unit_id>/imports", methods=["GET", "POST"])
@requires(MANAGE)
def imports(raw_unit_id: str) -> ResponseReturnValue:
    """Upload a list: it is checked, nothing is changed yet."""
    organisation, now = organisation_in_reach(raw_unit_id), utc_now()
    form = ImportForm()
    if not form.validate_on_submit():
        return _upload_page(form, organisation)
    try:
        raw = uploaded(form.file.data)
        parsed = parse_list(read_sheet(raw, limits=LIMITS))
    except BadDocument as error:
        form.file.errors = [words.list_words(error)]
        return _upload_page(form, organisation)
    with transaction.reading() as session:
        found = services.check_list(session, organisation, parsed, now)
    public_id = services.save_import(
        db_session(),
        current_actor(),
        organisation,
        parsed,
        found,
        file=(clean_text(form.file.data.filename or ""), hashlib.sha256(raw).hexdigest()),
        is_checked=bool(form.is_checked.data),
        now=now,
    )
    return _to_import(organisation, public_id)


def uploaded(file: object) -> bytes:
    """Return a file's bytes, one more than allowed at most: then it is refused as too large."""
    if not isinstance(file, FileStorage):
        raise BadDocument("document_empty")
    return file.stream.read(LIMITS.file_bytes + 1)


def _upload_page(form: ImportForm, organisation: UnitView) -> ResponseReturnValue:
    with transaction.reading() as session:
        page = render_template(
            "certification/external/imports.html",
            form=form,
            organisation=organisation,
            imports=[
                (row, who, json.loads(row.counts), words.import_state_words(row.state))
                for row, who in queries.list_imports(session, organisation.id)
            ],
        )
    return page, 400 if request.method == "POST" else 200


def _to_import(organisation: UnitView, public_id: str) -> ResponseReturnValue:
    address = url_for(
        "external.import_", raw_unit_id=organisation.public_id, raw_import_id=public_id
    )
    return redirect(address, 303)


@bp.get("/<raw_unit_id>/imports/template.xlsx")
@requires(MANAGE)
def import_template(raw_unit_id: str) -> ResponseReturnValue:
    """Give an empty list whose cells keep what is typed."""
    organisation_in_reach(raw_unit_id)
    titles = (
        (_("姓名"), 14), (_("工号"), 14), (_("手机号"), 16), (_("证书种类"), 30),
        (_("证书编号"), 28), (_("发证机关"), 24), (_("有效期自"), 14), (_("有效期至"), 14),
        (_("下次复审日期"), 14),
    )  # fmt: skip
    raw = write_workbook(
        [Column(title, width, is_text=True) for title, width in titles],
        [],
        sheet_name=_("证书"),
        notes_name=_("说明"),
        notes=[
            _("姓名、证书种类、证书编号、有效期自必填；工号和手机号填一项，用来确认是谁。"),
            _("证书种类写本单位建立的名称，或平台认证项目的名称或代号。"),
            _("日期写成 2026-03-01；长期有效的写“长期”。"),
            _("有效期至、下次复审日期不填时按证书种类计算。"),
            _("各列已设为文本格式，编号开头的 0 会保留。列的顺序可以变。"),
        ],
    )
    reply = Response(raw, content_type=XLSX_MIME)
    reply.headers["Content-Disposition"] = 'attachment; filename="certificates.xlsx"'
    return reply


@bp.get("/<raw_unit_id>/imports/<raw_import_id>")
@requires(MANAGE)
def import_(raw_unit_id: str, raw_import_id: str) -> ResponseReturnValue:
    """Show what a list would change, with the faults by cell."""
    organisation = organisation_in_reach(raw_unit_id)
    row = queries.get_import(db_session(), organisation.id, raw_import_id)
    counts, problems = json.loads(row.counts), services.kept_problems(row)
    return render_template(
        "certification/external/import.html",
        organisation=organisation,
        row=row,
        counts=counts,
        unread=told_columns(counts.get("unread", [])),
        state=words.import_state_words(row.state),
        problems=[
            (one, words.external_problem_words(one.code, one.other)) for one in problems[:SHOWN]
        ],
        problem_count=len(problems),
        rows=[
            (one, words.days_of_row(one, found))
            for one, found in services.complete_rows(
                db_session(), organisation, row, utc_now(), limit=SHOWN
            )
        ],
        may_apply=row.state == services.CHECKED and not counts["faulty"] and counts["new"] > 0,
        may_undo=row.state == services.APPLIED,
    )


@bp.post("/<raw_unit_id>/imports/<raw_import_id>/apply")
@requires(MANAGE)
def import_apply(raw_unit_id: str, raw_import_id: str) -> ResponseReturnValue:
    """Put the rows of a list on file, all or none."""
    organisation, now = organisation_in_reach(raw_unit_id), utc_now()
    try:
        with transaction.reading() as session:
            prepared = services.prepare_import(session, organisation, raw_import_id, now)
    except Conflict as error:
        flash(words.import_refusal_words(error.code), "error")
        return _to_import(organisation, raw_import_id)
    act = partial(services.apply_import, prepared=prepared)
    return _done(organisation, raw_import_id, act, _("已导入。"))


@bp.post("/<raw_unit_id>/imports/<raw_import_id>/undo")
@requires(MANAGE)
def import_undo(raw_unit_id: str, raw_import_id: str) -> ResponseReturnValue:
    """Take the rows of a list off the file again."""
    organisation = organisation_in_reach(raw_unit_id)
    done = _("导入已撤销，这次导入的证书全部撤下。")
    return _done(organisation, raw_import_id, services.undo_import, done)


def _done(
    organisation: UnitView, raw_import_id: str, act: Any, words_when_done: str
) -> ResponseReturnValue:
    try:
        act(db_session(), current_actor(), organisation, raw_import_id, now=utc_now())
    except Conflict as error:
        db_session().rollback()  # the page answers, so what was begun must not be committed
        flash(words.import_refusal_words(error.code), "error")
    else:
        flash(words_when_done, "success")
    return _to_import(organisation, raw_import_id)
