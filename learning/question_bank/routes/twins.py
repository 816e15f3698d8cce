"""Pairs of items that say nearly the same: shown side by side, judged by a person."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from learning.kernel.clock import utc_now
from learning.kernel.permissions import Permission
from learning.question_bank import queries, words
from learning.question_bank.queries import TwinsLine
from learning.question_bank.routes.blueprint import bp
from learning.question_bank.routes.listing import row_of
from learning.question_bank.services import twins
from learning.web.forms import page_number
from learning.web.guards import current_actor, requires
from learning.web.transaction import db_session


@bp.get("/twins/<bank>")
@requires(Permission.ITEM_READ)
def list_twins(bank: str) -> ResponseReturnValue:
    """Show the pairs of a bank that are alike, side by side."""
    session, actor, now = db_session(), current_actor(), utc_now()
    held = queries.get_bank_for(session, actor, Permission.ITEM_READ, bank, now)
    page = page_number(request.args)
    pairs, total = queries.list_twins(session, held.code, page=page)
    return render_template(
        "question_bank/twins.html",
        bank=held,
        pairs=[_pair(pair) for pair in pairs],
        may_judge=queries.may(session, actor, Permission.ITEM_WRITE, held.code, now),
        words=words,
        page=page,
        pages=max(1, -(-total // queries.PAGE_SIZE)),
        total=total,
        page_url=lambda n: url_for("question_bank.list_twins", bank=held.code, page=n),
    )


@bp.post("/twins/<bank>/search")
@requires(Permission.ITEM_READ)
def search_twins(bank: str) -> ResponseReturnValue:
    """Ask the worker to look through the bank again."""
    session, now = db_session(), utc_now()
    held = queries.get_bank_for(session, current_actor(), Permission.ITEM_READ, bank, now)
    twins.want_twins(session, held.code, now)
    flash(_("正在查找，几秒后刷新本页。"), "success")
    return redirect(url_for("question_bank.list_twins", bank=held.code), 303)


@bp.post("/twins/<bank>/dismiss")
@requires(Permission.ITEM_WRITE)
def dismiss_twins(bank: str) -> ResponseReturnValue:
    """Say that two items are no pair."""
    session, actor, now = db_session(), current_actor(), utc_now()
    held = queries.get_bank_for(session, actor, Permission.ITEM_WRITE, bank, now)
    codes = (
        queries.storable(request.form.get("first", "")),
        queries.storable(request.form.get("second", "")),
    )
    twins.dismiss_twins(session, actor, held.code, codes, now=now)
    flash(_("已记下：这两题不重复。"), "success")
    return redirect(url_for("question_bank.list_twins", bank=held.code), 303)


def _pair(pair: TwinsLine) -> dict[str, Any]:
    return {
        "first": row_of(pair.first),
        "second": row_of(pair.second),
        "percent": pair.likeness_milli // 10,
    }
