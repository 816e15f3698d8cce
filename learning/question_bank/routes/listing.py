"""The list of items: find, save a search, act on many at once."""

from collections.abc import Callable, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from learning.kernel.clock import utc_now
from learning.kernel.errors import Conflict, DomainError, Invalid, Problem
from learning.kernel.hits import mark_hits, unseen_passages
from learning.kernel.markdown import render_inline
from learning.kernel.permissions import Actor, Permission
from learning.question_bank import queries, services, words
from learning.question_bank.models import ItemRow
from learning.question_bank.queries import ItemFilter, ItemLine
from learning.question_bank.routes.blueprint import bp
from learning.question_bank.routes.life_words import refusal_words
from learning.question_bank.services import filters, tagging
from learning.question_bank.services.reviewing import Outcome
from learning.question_bank.services.searching import said_of
from learning.web.errors import words_for
from learning.web.forms import page_number, refuse_repeated
from learning.web.guards import current_actor, requires
from learning.web.transaction import apart, database, db_session, reading

MAX_SEARCH = 100
MOST_AT_ONCE = 2000
SLICE = 20
"""Items that take a step in one transaction: others who write wait for no more than these."""
NAMES = {field.name: "q" if field.name == "search" else field.name for field in fields(ItemFilter)}


@bp.get("")
@requires(Permission.ITEM_READ)
def index() -> ResponseReturnValue:
    """List items, filtered; without keys."""
    session, actor, now = db_session(), current_actor(), utc_now()
    wanted = filter_of(request.args)
    page = page_number(request.args)
    lines, total = queries.list_items(session, actor, wanted, now, page=page)
    return render_template(
        "question_bank/index.html",
        lines=_rows(session, lines, wanted.search.split()),
        wanted=wanted,
        query=urlencode(given(wanted)),
        choices=_choices(session, actor, wanted, now),
        saved=queries.list_filters(session, actor.user_id),
        rights={right.name: actor.holds(right) for right in _RIGHTS},
        targets=queries.list_banks(session, actor, Permission.BANK_MANAGE, now),
        words=words,
        page=page,
        pages=max(1, -(-total // queries.PAGE_SIZE)),
        total=total,
        most_at_once=MOST_AT_ONCE,
        page_url=lambda n: f"{request.path}?{urlencode({**given(wanted), 'page': n})}",
    )


_RIGHTS = (
    Permission.ITEM_ANSWER,
    Permission.ITEM_WRITE,
    Permission.ITEM_REVIEW,
    Permission.BANK_MANAGE,
)


def filter_of(args: MultiDict[str, str]) -> ItemFilter:
    """Read a filter from a query string; a field given twice raises Invalid."""
    refuse_repeated(args)
    found = {name: args.get(key, "").strip()[:MAX_SEARCH] for name, key in NAMES.items()}
    return ItemFilter(**found)


def given(wanted: ItemFilter) -> dict[str, str]:
    """Return what a filter asks for, as the fields of a query string."""
    return {key: value for name, key in NAMES.items() if (value := getattr(wanted, name))}


def _choices(
    session: Session, actor: Actor, wanted: ItemFilter, now: datetime
) -> dict[str, list[tuple[str, str]]]:
    """Return what may be chosen of each criterion: value and words."""
    areas = queries.list_areas(session, actor, wanted.bank, now)
    tags = queries.list_tags(session, actor, wanted.bank, now)
    return {
        "bank": queries.list_banks(session, actor, Permission.ITEM_READ, now),
        "area": [(area, area) for area in areas],
        "kind": [*words.kind_choices(), (queries.PARAMETRIC, _("参数化"))],
        "level": [(level.value, words.level_words(level)) for level in words.LEVELS],
        "difficulty": [("easy", _("易")), ("middle", _("中")), ("hard", _("难"))],
        "state": [(state, words.state_words(state)) for state in words.STATES],
        "pool": [(pool.value, words.pool_words(pool)) for pool in words.POOLS],
        "tag": [(tag, tag) for tag in tags],
    }


def _rows(
    session: Session, lines: Sequence[ItemLine], given: Sequence[str]
) -> list[dict[str, Any]]:
    said = said_of(session, [line.id for line in lines]) if given else {}
    return [row_of(line, given, said.get(line.id, "")) for line in lines]


def row_of(line: ItemLine, words_given: Sequence[str] = (), said: str = "") -> dict[str, Any]:
    """Return a line as templates show it, with the words that were looked for marked.

    `said` is all that the item asks: where a word stands there alone, as in an option, its passage
    is shown too.
    """
    seen = "\n".join((line.code, line.excerpt, line.area, *line.tags))
    passages = unseen_passages(said.split("\n"), seen, words_given)
    return {
        "line": line,
        "code_html": mark_hits(line.code, words_given),
        "stem_html": mark_hits(render_inline(line.excerpt), words_given),
        "hits_html": [mark_hits(render_inline(each), words_given) for each in passages],
        "area_html": mark_hits(line.area, words_given),
        "tags_html": [mark_hits(tag, words_given) for tag in line.tags],
        "difficulty": f"{line.difficulty_milli / 1000:.2f}",
    }


@bp.post("/filters")
@requires(Permission.ITEM_READ)
def save_filter() -> ResponseReturnValue:
    """Keep the present search under a name."""
    query = _clean_query(request.form.get("query", ""))
    filters.save_filter(
        db_session(), current_actor(), request.form.get("name", ""), query, now=utc_now()
    )
    flash(_("已保存这组条件。"), "success")
    return _back(query)


@bp.post("/filters/delete")
@requires(Permission.ITEM_READ)
def delete_filter() -> ResponseReturnValue:
    """Forget a saved search."""
    filters.delete_filter(db_session(), current_actor(), request.form.get("name", ""))
    flash(_("已删除。"), "success")
    return _back(_clean_query(request.form.get("query", "")))


@bp.post("/bulk")
@requires(Permission.ITEM_READ)
def bulk() -> ResponseReturnValue:
    """Do one thing to the chosen items, or to all that fit; each act needs its own right."""
    actor, now = current_actor(), utc_now()
    name, query = request.form.get("act", ""), _clean_query(request.form.get("query", ""))
    if name not in _ACTS and name not in _STEPS:
        raise Invalid([Problem("", None, "act", "act", _("没有这种操作。"))])
    try:
        with reading() as session:
            ids = [item.id for item in _chosen(session, actor, query, now)]
    except Conflict as error:
        flash(words_for(error), "error")  # the search stays, to be narrowed
        return _back(query)
    if not ids:
        flash(_("还没有选中试题。"), "warning")
    elif name in _STEPS:
        _tell(_one_by_one(_STEPS[name], actor, ids, now))
    else:
        _ACTS[name](db_session(), actor, _items(db_session(), ids), now)
    return _back(query)


def _one_by_one(step: "Step", actor: Actor, ids: Sequence[int], now: datetime) -> Sequence[Outcome]:
    """Take a step with each item for itself, some at a time: two thousand take seconds."""
    outcomes: list[Outcome] = []
    for at in range(0, len(ids), SLICE):
        with apart(database()) as session:
            outcomes += step(session, actor, _items(session, ids[at : at + SLICE]), now)
    return outcomes


def _items(session: Session, ids: Sequence[int]) -> Sequence[ItemRow]:
    return session.scalars(select(ItemRow).where(ItemRow.id.in_(ids)).order_by(ItemRow.id)).all()


def _chosen(session: Session, actor: Actor, query: str, now: datetime) -> Sequence[ItemRow]:
    """Return the items meant, at most 2,000; what may not be seen is as if it were not there."""
    wanted = filter_of(MultiDict(parse_qsl(query))) if request.form.get("all") else ItemFilter()
    chosen = queries.select_items(session, actor, wanted, now)
    if not request.form.get("all"):
        ids = request.form.getlist("item")
        numbers = [int(n) for n in ids if n.isascii() and n.isdigit() and len(n) < 16]
        chosen = chosen.where(ItemRow.id.in_(numbers[: MOST_AT_ONCE + 1]))
    items = session.scalars(chosen.order_by(ItemRow.id).limit(MOST_AT_ONCE + 1)).all()
    if len(items) > MOST_AT_ONCE:
        raise Conflict("too_many_items", most=MOST_AT_ONCE)
    return items


def _tag(session: Session, actor: Actor, items: Sequence[ItemRow], now: datetime) -> None:
    n = _each_tag(tagging.add_tag, session, actor, items, now)
    flash(ngettext("已给 %(num)s 题加上标签。", "已给 %(num)s 题加上标签。", n), "success")


def _untag(session: Session, actor: Actor, items: Sequence[ItemRow], now: datetime) -> None:
    n = _each_tag(tagging.remove_tag, session, actor, items, now)
    flash(ngettext("已从 %(num)s 题去掉标签。", "已从 %(num)s 题去掉标签。", n), "success")


def _each_tag(
    tagged: Callable[[Session, Actor, Sequence[ItemRow], str, datetime], int],
    session: Session,
    actor: Actor,
    items: Sequence[ItemRow],
    now: datetime,
) -> int:
    """Do the same with every tag that the field names; return the most items that one touched."""
    tags = tagging.split_tags(request.form.get("tag", "")) or [""]  # none at all is refused by name
    return max(tagged(session, actor, items, tag, now) for tag in tags)


def _move(session: Session, actor: Actor, items: Sequence[ItemRow], now: datetime) -> None:
    bank = queries.get_bank_for(
        session, actor, Permission.BANK_MANAGE, request.form.get("to", ""), now
    )
    n = tagging.move_items(session, actor, items, bank, now)
    flash(ngettext("已移动 %(num)s 题。", "已移动 %(num)s 题。", n), "success")


def _submit(
    session: Session, actor: Actor, items: Sequence[ItemRow], now: datetime
) -> Sequence[Outcome]:
    return services.submit_many(session, actor, items, now)


def _approve(
    session: Session, actor: Actor, items: Sequence[ItemRow], now: datetime
) -> Sequence[Outcome]:
    """Sign off the versions that stood on the page; 0, which is none, is refused by name."""
    listed = set(request.form.getlist("seen"))
    seen = [
        (item, version if f"{item.id}:{version}" in listed else 0)
        for item in items
        if (version := item.review_version_id) is not None
    ]
    return services.approve_many(session, actor, seen, now)


def _retire(
    session: Session, actor: Actor, items: Sequence[ItemRow], now: datetime
) -> Sequence[Outcome]:
    outcomes = []
    for item in items:
        refusal = ""
        try:
            services.retire(session, actor, item, now, reason=request.form.get("reason", ""))
        except DomainError as error:
            refusal = error.code
        outcomes.append(Outcome(item.id, item.code, refusal))
    return outcomes


def _tell(outcomes: Sequence[Outcome]) -> None:
    done = sum(not outcome.refusal for outcome in outcomes)
    flash(ngettext("完成 %(num)s 题。", "完成 %(num)s 题。", done), "success")
    refused = [outcome for outcome in outcomes if outcome.refusal]
    for refusal in sorted({outcome.refusal for outcome in refused}):
        codes = [outcome.code for outcome in refused if outcome.refusal == refusal]
        named = _("、").join(codes[:10]) + (_("等") if len(codes) > 10 else "")
        flash(f"{named}{_('：')}{refusal_words(DomainError(refusal))}", "warning")


Act = Callable[[Session, Actor, Sequence[ItemRow], datetime], None]
Step = Callable[[Session, Actor, Sequence[ItemRow], datetime], Sequence[Outcome]]
_ACTS: dict[str, Act] = {"tag": _tag, "untag": _untag, "move": _move}
_STEPS: dict[str, Step] = {"submit": _submit, "approve": _approve, "retire": _retire}


def _clean_query(raw: str) -> str:
    """Return a query string that holds a filter and nothing else."""
    return urlencode(given(filter_of(MultiDict(parse_qsl(raw[:2000])))))


def _back(query: str) -> ResponseReturnValue:
    return redirect(f"{url_for('question_bank.index')}{'?' + query if query else ''}", 303)
