"""Taking items home as a file: with keys for who holds that right, without them for readers."""

from collections.abc import Sequence
from datetime import datetime

from flask import Response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from learning.kernel.clock import utc_now
from learning.kernel.permissions import Permission
from learning.question_bank import queries, words
from learning.question_bank.formats import Carried, KeylessExporter, registry
from learning.question_bank.formats.sheets import template
from learning.question_bank.models import BankRow
from learning.question_bank.queries.exports import list_current
from learning.question_bank.routes.blueprint import bp
from learning.question_bank.services.exporting import (
    MAX_ITEMS,
    Wanted,
    note_export,
    pack_items,
)
from learning.question_bank.words import _
from learning.web.forms import refuse_repeated
from learning.web.guards import current_actor, requires
from learning.web.transaction import db_session, reading

READ, KEYS = Permission.ITEM_READ, Permission.ITEM_EXPORT_KEY
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MAX_CODES = 1000
MAX_CODES_TEXT = 80_000


@bp.get("/export")
@requires(READ)
def export() -> ResponseReturnValue:
    """Offer the formats in which items of a bank can be taken home."""
    refuse_repeated(request.args)
    session, actor, now = db_session(), current_actor(), utc_now()
    chosen = request.args.get("bank", "")
    bank = queries.get_bank_for(session, actor, READ, chosen, now) if chosen else None
    codes = _codes(request.args.get("codes", ""))
    return _page(bank, codes, now)


@bp.post("/export")
@requires(READ)
def export_file() -> ResponseReturnValue:
    """Give the file; what it had to leave out is shown first, unless it was seen."""
    refuse_repeated(request.form)
    actor, now = current_actor(), utc_now()
    with_keys, name = bool(request.form.get("keys")), request.form.get("format", "")
    codes = _codes(request.form.get("codes", ""))
    with reading() as session:
        bank = queries.get_bank_for(
            session, actor, KEYS if with_keys else READ, request.form.get("bank", ""), now
        )
        wanted = Wanted(bank.code, codes, with_keys=with_keys)
        parcel = pack_items(session, actor, bank, name, wanted, now=now)
    carried = parcel.carried
    if carried.left_out and not request.form.get("anyway"):
        return _page(bank, codes, now, carried, name, with_keys=with_keys)
    note_export(db_session(), actor, parcel, now)
    exporter = registry.get_exporter(name)
    response = Response(carried.content, content_type=carried.media_type or exporter.MEDIA_TYPE)
    file_name = f"{bank.code}{carried.suffix or exporter.SUFFIX}"
    response.headers["Content-Disposition"] = f'attachment; filename="{file_name}"'
    return response


@bp.get("/imports/template.xlsx")
@requires(Permission.ITEM_WRITE)
def import_template() -> ResponseReturnValue:
    """Give the table to fill in."""
    response = Response(template(), content_type=XLSX)
    response.headers["Content-Disposition"] = 'attachment; filename="items.xlsx"'
    return response


def _codes(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text[:MAX_CODES_TEXT].split()))[:MAX_CODES]


def _page(
    bank: BankRow | None,
    codes: Sequence[str],
    now: datetime,
    carried: Carried | None = None,
    name: str = "",
    *,
    with_keys: bool = False,
) -> ResponseReturnValue:
    session, actor = db_session(), current_actor()
    may_keys = bank is not None and queries.may(session, actor, KEYS, bank.code, now)
    exporters = registry.list_exporters()
    return render_template(
        "question_bank/export.html",
        bank=bank,
        banks=queries.list_banks(session, actor, READ, now),
        codes=codes,
        total=len(list_current(session, bank.code, codes)) if bank else 0,
        limit=MAX_ITEMS,
        may_keys=may_keys,
        formats=[(e.NAME, words.format_words(e.NAME)) for e in exporters],
        keyless=[
            (e.NAME, words.format_words(e.NAME))
            for e in exporters
            if isinstance(e, KeylessExporter)
        ],
        left_out=carried.left_out if carried else (),
        chosen=name,
        with_keys=with_keys,
        trail=[(_("题库"), url_for("question_bank.index")), (_("导出"), None)],
    )
