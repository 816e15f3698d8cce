"""The reviewer's desk: what waits for sign-off, one after the other."""

from urllib.parse import urlencode

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from learning.kernel.clock import utc_now
from learning.kernel.errors import DomainError, Invalid, NotFound, Problem
from learning.kernel.markdown import render_inline
from learning.kernel.permissions import Actor, Permission
from learning.question_bank import queries, services, words
from learning.question_bank.models import ItemRow
from learning.question_bank.queries.review import PAGE_SIZE
from learning.question_bank.routes.blueprint import bp
from learning.question_bank.routes.items import find_shown, note_key_shown, page_of
from learning.question_bank.routes.life import reason_of
from learning.question_bank.words import _
from learning.web.forms import page_number, refuse_repeated
from learning.web.guards import current_actor, requires
from learning.web.transaction import db_session

MAX_BANK = 60


@bp.get("/review")
@requires(Permission.ITEM_REVIEW)
def review() -> ResponseReturnValue:
    """List what waits for the reviewer, oldest first."""
    session, actor, now = db_session(), current_actor(), utc_now()
    page, bank = page_number(request.args), _bank()
    lines, total = queries.list_waiting(session, actor, now, bank=bank, page=page)
    return render_template(
        "question_bank/review.html",
        lines=lines,
        bank=bank,
        banks=queries.list_banks(session, actor, Permission.ITEM_REVIEW, now),
        words=words,
        inline_html=render_inline,
        page=page,
        pages=max(1, -(-total // PAGE_SIZE)),
        total=total,
        page_url=lambda number: f"{request.path}?{urlencode({'bank': bank, 'page': number})}",
    )


@bp.get("/review/<bank>/<code>")
@requires(Permission.ITEM_REVIEW)
def review_item(bank: str, code: str) -> ResponseReturnValue:
    """Show one item that waits, with what is needed to decide on it; not its key."""
    session, actor = db_session(), current_actor()
    item = _waiting(session, actor, bank, code)
    return _desk(session, actor, item, with_key=False)


@bp.post("/review/<bank>/<code>/key")
@requires(Permission.ITEM_READ_KEY)
def review_key(bank: str, code: str) -> ResponseReturnValue:
    """Show the same with the key; who looked is written down first."""
    session, actor = db_session(), current_actor()
    item = _waiting(session, actor, bank, code)
    queries.require(session, actor, Permission.ITEM_READ_KEY, item.bank, utc_now())
    return _desk(session, actor, item, with_key=True)


@bp.post("/review/<bank>/<code>")
@requires(Permission.ITEM_REVIEW)
def decide(bank: str, code: str) -> ResponseReturnValue:
    """Sign off or send back, and go on to the next."""
    refuse_repeated(request.form)
    session, actor, now = db_session(), current_actor(), utc_now()
    try:
        item = queries.get_item_for(session, actor, Permission.ITEM_REVIEW, bank, code, now)
        before, after = queries.find_neighbours(session, actor, item, now, bank=_bank())
        said = _decided(session, actor, item)
    except DomainError as error:
        session.rollback()  # the page answers, so what was begun must not be committed
        return _not_decided(session, actor, bank, code, error)
    flash(said, "success")
    following = after or before
    if following is None:
        return redirect(url_for("question_bank.review", bank=_bank()))
    bank, code = following
    return redirect(url_for("question_bank.review_item", bank=bank, code=code, in_bank=_bank()))


def _not_decided(
    session: Session, actor: Actor, bank: str, code: str, error: DomainError
) -> ResponseReturnValue:
    """Say why nothing was decided, on the page that shows the item as it is now, if any does."""
    try:
        item = queries.get_item_for(session, actor, Permission.ITEM_REVIEW, bank, code, utc_now())
    except NotFound:
        flash(_("没有审定，也没有退回：%(code)s 刚刚被删去或移走了。", code=code), "error")
        return redirect(url_for("question_bank.review", bank=_bank()))
    flash(reason_of(error), "error")
    if item.review_version_id is None:
        return redirect(url_for("question_bank.detail", bank=bank, code=code))
    return redirect(url_for("question_bank.review_item", bank=bank, code=code, in_bank=_bank()))


def _decided(session: Session, actor: Actor, item: ItemRow) -> str:
    raw = request.form.get("version", "")
    version = int(raw) if raw.isascii() and raw.isdigit() and len(raw) <= 18 else 0
    comment = request.form.get("comment", "").strip()
    choice = request.form.get("decision")
    if choice == "approve":
        services.approve(session, actor, item, version, utc_now(), comment=comment)
        return _("%(code)s 已审定。", code=item.code)
    if choice == "return":
        services.return_to_author(session, actor, item, version, comment, utc_now())
        return _("%(code)s 已退回。", code=item.code)
    raise Invalid([Problem("", None, "decision", "decision", _("请选择审定或退回"))])


def _waiting(session: Session, actor: Actor, bank: str, code: str) -> ItemRow:
    item = queries.get_item_for(session, actor, Permission.ITEM_REVIEW, bank, code, utc_now())
    if item.review_version_id is None:
        raise NotFound("item")
    return item


def _desk(session: Session, actor: Actor, item: ItemRow, *, with_key: bool) -> ResponseReturnValue:
    shown = find_shown(session, item, request.args if not with_key else request.form)
    if with_key:
        shown = note_key_shown(session, actor, shown)
    bank = _bank()
    before, after = queries.find_neighbours(session, actor, item, utc_now(), bank=bank)
    _lines, total = queries.list_waiting(session, actor, utc_now(), bank=bank, page=1)
    return render_template(
        "question_bank/review_item.html",
        in_bank=bank,
        before=before,
        after=after,
        waiting=total,
        **page_of(session, actor, shown),
    )


def _bank() -> str:
    """Return the bank that the queue is narrowed to: in the list `bank`, on its items `in_bank`."""
    given = request.values
    return (given.get("in_bank") or given.get("bank") or "")[:MAX_BANK]
