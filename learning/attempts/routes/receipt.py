"""The receipt of an attempt: what the server holds, when it ended, under which hash."""

from typing import Any

from flask import render_template, session
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from learning.accounts.services import revoke_session
from learning.attempts.routes import views
from learning.attempts.routes.blueprint import bp
from learning.attempts.services import Submission
from learning.attempts.watching import Receipt, find_receipt, list_late
from learning.kernel.clock import to_ms, utc_now
from learning.kernel.permissions import Permission
from learning.web.guards import current_actor, requires
from learning.web.transaction import db_session

GROUP = 8  # digits of the hash that are read together


@bp.get("/<raw_public_id>/receipt")
@requires(Permission.SELF_ATTEMPT)
def receipt(raw_public_id: str) -> ResponseReturnValue:
    """Show what was received, to be printed; nothing of items, keys or the score."""
    actor = current_actor()
    found = find_receipt(db_session(), actor.user_id, raw_public_id)
    return render_template(
        "attempts/receipt.html",
        receipt=found,
        candidate=actor.display_name,
        ended=how_ended(found.finish_kind),
        started_words=views.clock_words(found.started_at),
        finished_words=views.clock_words(found.finished_at),
        sha256=grouped(found.answers_sha256),
        late=list_late(db_session(), found.attempt_id),
        printed_words=_("打印时间 %(at)s", at=views.clock_words(utc_now())),
    )


def hand_over(submission: Submission) -> dict[str, Any]:
    """Return the receipt that a room shows at once; end the log-in where the rules say so."""
    actor = current_actor()
    found = submission.receipt or find_receipt(db_session(), actor.user_id, submission.attempt)
    log_out = found.rules.integrity.log_out
    if log_out:
        revoke_session(db_session(), actor.login_session_id, now=utc_now())
        session.clear()
    return {"receipt": short(found), "logged_out": log_out}


def short(found: Receipt) -> dict[str, Any]:
    """Return a receipt as the room shows it."""
    return {
        "sha256": grouped(found.answers_sha256),
        "answered": found.answered,
        "finished": views.clock_words(found.finished_at),
        "finished_ms": to_ms(found.finished_at),
    }


def how_ended(finish_kind: str) -> str:
    """Return in words how an attempt ended."""
    words = {
        "submitted": _("考生交卷"),
        "swept": _("时间到，系统交卷"),
        "forced": _("考务收卷"),
        "keyed": _("纸笔作答，由考务录入"),
    }
    return words.get(finish_kind, finish_kind)


def grouped(digits: str) -> str:
    """Return a hash in groups that people can compare."""
    return " ".join(digits[at : at + GROUP] for at in range(0, len(digits), GROUP))
