"""Pages of the banks for authors: find an item, read it, and see its key as an act of its own."""

from dataclasses import fields
from typing import Any
from urllib.parse import urlencode

from flask import render_template, request
from flask.typing import ResponseReturnValue

from learning.kernel import audit
from learning.kernel.clock import utc_now
from learning.kernel.markdown import render, render_inline
from learning.kernel.permissions import Permission
from learning.question_bank import queries, words
from learning.question_bank.queries import ItemFilter, ItemLine
from learning.question_bank.routes.blueprint import bp
from learning.question_bank.rules import ItemDocument
from learning.web.forms import page_number, refuse_repeated
from learning.web.guards import current_actor, requires
from learning.web.transaction import db_session

MAX_SEARCH = 100


@bp.get("")
@requires(Permission.ITEM_READ)
def index() -> ResponseReturnValue:
    """List items, filtered; without keys."""
    session, actor, now = db_session(), current_actor(), utc_now()
    wanted = _filter()
    page = page_number(request.args)
    lines, total = queries.list_items(session, actor, wanted, now, page=page)
    documents = queries.get_documents(session, [line.version_id for line in lines])
    kept = {name: value for name, value in _given(wanted).items() if value}
    return render_template(
        "question_bank/index.html",
        lines=[_row(line, documents[line.version_id]) for line in lines],
        wanted=wanted,
        banks=queries.list_banks(session, actor, Permission.ITEM_READ, now),
        areas=[(area, area) for area in queries.list_areas(session, actor, wanted.bank, now)],
        kinds=words.kind_choices(),
        levels=[(level.value, words.level_words(level)) for level in words.LEVELS],
        pools=[(pool.value, words.pool_words(pool)) for pool in words.POOLS],
        words=words,
        page=page,
        pages=max(1, -(-total // queries.PAGE_SIZE)),
        total=total,
        page_url=lambda number: f"{request.path}?{urlencode({**kept, 'page': number})}",
    )


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


def _page(line: ItemLine, more: dict[str, Any]) -> ResponseReturnValue:
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


def _filter() -> ItemFilter:
    refuse_repeated(request.args)
    names = {
        field.name: "q" if field.name == "search" else field.name for field in fields(ItemFilter)
    }
    given = {name: request.args.get(key, "").strip() for name, key in names.items()}
    return ItemFilter(**{name: value[:MAX_SEARCH] for name, value in given.items()})


def _given(wanted: ItemFilter) -> dict[str, str]:
    return {
        "q" if field.name == "search" else field.name: getattr(wanted, field.name)
        for field in fields(ItemFilter)
    }


def _row(line: ItemLine, document: ItemDocument) -> dict[str, Any]:
    return {
        "line": line,
        "stem_html": render_inline(document.stem),
        "difficulty": _difficulty(line),
    }


def _difficulty(line: ItemLine) -> str:
    return f"{line.difficulty_milli / 1000:.2f}"
