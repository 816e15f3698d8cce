"""What people do to an item on its page: talk, send, take back, retire, restore, keep back."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from flask import current_app, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from learning.kernel.clock import utc_now
from learning.kernel.errors import DomainError, Invalid, NotFound, Problem
from learning.kernel.permissions import Actor, Permission
from learning.question_bank import queries, services
from learning.question_bank.models import ItemRow
from learning.question_bank.routes.blueprint import bp
from learning.question_bank.routes.life_words import refusal_words
from learning.question_bank.words import _
from learning.web.forms import refuse_repeated
from learning.web.guards import current_actor, requires
from learning.web.transaction import db_session

CENTURY = range(2000, 2100)
"""Years in which an item may be kept back."""
Act = Callable[[Session, Actor, ItemRow, datetime], object]


@bp.post("/<bank>/<code>/comments")
@requires(Permission.ITEM_READ)
def comment(bank: str, code: str) -> ResponseReturnValue:
    """Say something about the item."""

    def say(session: Session, actor: Actor, item: ItemRow, now: datetime) -> None:
        services.comment_on(session, actor, item, _text("comment"), now)

    return _done(bank, code, say, _("留言已保存。"))


@bp.post("/<bank>/<code>/submission")
@requires(Permission.ITEM_WRITE)
def submit(bank: str, code: str) -> ResponseReturnValue:
    """Send the draft to be signed off."""

    def send(session: Session, actor: Actor, item: ItemRow, now: datetime) -> None:
        services.submit_for_review(session, actor, item, now, comment=_text("comment"))

    return _done(bank, code, send, _("已送审，审定后才会被抽用。"))


@bp.post("/<bank>/<code>/withdrawal")
@requires(Permission.ITEM_WRITE)
def withdraw(bank: str, code: str) -> ResponseReturnValue:
    """Take back what waits, to write on; a reviewer sends back from the queue, with a reason."""

    def take(session: Session, actor: Actor, item: ItemRow, now: datetime) -> None:
        services.return_to_author(session, actor, item, _version(), _text("comment"), now)

    return _done(bank, code, take, _("已取回，可以继续修改。"))


@bp.post("/<bank>/<code>/discard")
@requires(Permission.ITEM_WRITE)
def discard(bank: str, code: str) -> ResponseReturnValue:
    """Throw the draft away."""
    return _done(bank, code, services.discard_draft, _("草稿已删去。"))


@bp.post("/<bank>/<code>/retirement")
@requires(Permission.BANK_MANAGE)
def retire(bank: str, code: str) -> ResponseReturnValue:
    """Take the item out of use."""

    def act(session: Session, actor: Actor, item: ItemRow, now: datetime) -> None:
        services.retire(session, actor, item, now, reason=_text("comment"))

    return _done(bank, code, act, _("已停用，不再抽取。"))


@bp.post("/<bank>/<code>/restoration")
@requires(Permission.BANK_MANAGE)
def restore(bank: str, code: str) -> ResponseReturnValue:
    """Bring the item back."""

    def act(session: Session, actor: Actor, item: ItemRow, now: datetime) -> None:
        services.restore(session, actor, item, now, reason=_text("comment"))

    return _done(bank, code, act, _("已恢复使用。"))


@bp.post("/<bank>/<code>/not-before")
@requires(Permission.BANK_MANAGE)
def keep_back(bank: str, code: str) -> ResponseReturnValue:
    """Keep the item out of what opens before a day, or let it be drawn again."""

    def act(session: Session, actor: Actor, item: ItemRow, now: datetime) -> None:
        services.set_not_before(session, actor, item, day_of(_text("not_before")), now)

    return _done(bank, code, act, _("启用日期已保存。"))


def _done(bank: str, code: str, act: Act, said: str) -> ResponseReturnValue:
    """Do an act and go back to the page, which says what came of it."""
    refuse_repeated(request.form)
    session, actor, now = db_session(), current_actor(), utc_now()
    item = queries.get_item_for(session, actor, Permission.ITEM_READ, bank, code, now)
    is_draft_only = item.current_version_id is None
    try:
        act(session, actor, item, now)
    except NotFound:
        raise
    except DomainError as error:
        session.rollback()  # the page answers, so what was begun must not be committed
        flash(reason_of(error), "error")
        if error.code == "item_gone":
            return redirect(url_for("question_bank.index", bank=bank))
    else:
        flash(said, "success")
        if act is services.discard_draft and is_draft_only:
            return redirect(url_for("question_bank.index", bank=bank))
    return redirect(url_for("question_bank.detail", bank=bank, code=code))


def reason_of(error: DomainError) -> str:
    """Return in words why an act was refused."""
    if isinstance(error, Invalid):
        return _("；").join(problem.message for problem in error.problems)
    return refusal_words(error)


def _text(name: str) -> str:
    return request.form.get(name, "").strip()


def _version() -> int:
    """Return the id of the version that the page showed; 0, which is none, for anything else."""
    raw = request.form.get("version", "")
    return int(raw) if raw.isascii() and raw.isdigit() and len(raw) <= 18 else 0


def day_of(raw: str) -> datetime | None:
    """Return the beginning of a day in the platform's zone; None for an empty text.

    Raises Invalid for what is no day of this century: a year half typed is none either.
    """
    if not raw.strip():
        return None
    try:
        day = date.fromisoformat(raw.strip())
        begins = datetime.combine(day, time(), _zone()).astimezone(UTC)
    except (ValueError, OverflowError) as error:  # the first day of all has no instant in UTC
        raise _no_day() from error
    if day.year not in CENTURY:
        raise _no_day()
    return begins


def day_words(instant: datetime | None) -> str:
    """Return the day that begins at an instant, as `day_of` reads it; "" for none."""
    return instant.astimezone(_zone()).date().isoformat() if instant else ""


def _zone() -> ZoneInfo:
    return ZoneInfo(current_app.extensions["settings"].default_timezone)


def _no_day() -> Invalid:
    words = _("请填写日期，如 2026-12-01")
    return Invalid([Problem("", None, "not_before", "day", words)])
