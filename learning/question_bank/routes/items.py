"""One item for authors: as candidates get it, and its key as an act of its own."""

from typing import Any

from flask import render_template
from flask.typing import ResponseReturnValue

from learning.kernel import audit
from learning.kernel.clock import utc_now
from learning.kernel.markdown import render, render_inline
from learning.kernel.permissions import Permission
from learning.question_bank import queries, words
from learning.question_bank.queries import VersionLine
from learning.question_bank.routes.blueprint import bp
from learning.web.guards import current_actor, requires
from learning.web.transaction import db_session


@bp.get("/<bank>/<code>")
@requires(Permission.ITEM_READ)
def detail(bank: str, code: str) -> ResponseReturnValue:
    """Show one item as candidates get it, and what they do not see of it; not its key."""
    line = queries.get_line_for(
        db_session(), current_actor(), Permission.ITEM_READ, bank, code, utc_now()
    )
    return _page(line, {})


@bp.post("/<bank>/<code>/key")
@requires(Permission.ITEM_READ_KEY)
def key(bank: str, code: str) -> ResponseReturnValue:
    """Show the key with its explanation; who looked is written down first."""
    session, now = db_session(), utc_now()
    line = queries.get_line_for(session, current_actor(), Permission.ITEM_READ_KEY, bank, code, now)
    audit.log(
        session,
        "item.key_shown",
        f"{line.bank}/{line.code}"[:80],
        actor_id=current_actor().user_id,
        now=now,
        details={"version": line.number},
    )
    document = queries.get_documents(session, [line.version_id])[line.version_id]
    held = queries.get_keys(session, [line.version_id])[line.version_id]
    shown = {
        "words": words.key_words(document, held),
        "choices": held.choices,
        "explanation_html": render(held.explanation),
        "source": held.source,
    }
    return _page(line, {"key": shown})


def _page(line: VersionLine, more: dict[str, Any]) -> ResponseReturnValue:
    document = queries.get_documents(db_session(), [line.version_id])[line.version_id]
    return render_template(
        "question_bank/detail.html",
        line=line,
        difficulty=_difficulty(line),
        words=words,
        stem_html=render(document.stem),
        options=[
            (option.id, letter, render_inline(option.text))
            for letter, option in zip(words.LETTERS, document.options, strict=False)
        ],
        may_see_key=current_actor().holds(Permission.ITEM_READ_KEY),
        **more,
    )


def _difficulty(line: VersionLine) -> str:
    return f"{line.difficulty_milli / 1000:.2f}"
