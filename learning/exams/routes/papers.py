"""The paper while it is written: what the pool holds for each row of the table."""

from datetime import datetime

from flask import jsonify, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from learning.attempts.rules import ByHand
from learning.attempts.services import Survey, survey_pool
from learning.exams import queries, words
from learning.exams.forms import SittingForm
from learning.exams.routes.blueprint import bp
from learning.exams.routes.managing import DEFAULT_ZONE, MANAGE
from learning.exams.rules import EARLIEST, LATEST, MAX_ITEMS, survey_of, to_utc
from learning.kernel.clock import utc_now
from learning.kernel.errors import Invalid, Problem
from learning.kernel.permissions import Permission
from learning.question_bank.queries import find_named, may, search_pool
from learning.question_bank.rules import ItemKind, Pool
from learning.web import transaction
from learning.web.guards import current_actor, requires

MAX_FOUND = 30
MAX_QUERY = 100


@bp.post("/pool")
@requires(MANAGE)
def pool() -> ResponseReturnValue:
    """Count what the chosen source holds for each row; changes nothing.

    JSON: `areas` of the source, and `rows` in the order sent, each `found` and, where the row
    cannot be filled, `problem` in words. A form that cannot be read has no rows.
    """
    now, actor = utc_now(), current_actor()
    with transaction.reading() as session:
        form = SittingForm()
        form.offer(sources=queries.list_sources(session, actor, now), organisers=[])
        if not form.source.validate(form):
            raise Invalid([Problem("", None, "source", "source", "source")])
        bank, _colon, pool_name = form.source.data.rpartition(":")
        areas = queries.list_areas_of(session, bank, Pool(pool_name))
        if form.is_fixed:
            return jsonify(areas=areas, rows=[])
        found = _survey(session, form, bank, Pool(pool_name), now)
    problems = {problem.line: words.problem_words(problem) for problem in found.problems}
    rows = [
        {"found": count, "problem": problems.get(number, "")}
        for number, count in enumerate(found.found, start=1)
    ]
    return jsonify(areas=areas, rows=rows)


@bp.post("/items")
@requires(MANAGE)
def items() -> ResponseReturnValue:
    """Find items for a fixed paper: those that `codes` name (one a line), or that `q` finds.

    JSON: `items`, each with code, kind in words, area, difficulty in thousandths and, for who may
    read items of the bank, the beginning of the stem; `missing` are codes that name nothing.
    """
    now, actor = utc_now(), current_actor()
    with transaction.reading() as session:
        form = SittingForm()
        form.offer(sources=queries.list_sources(session, actor, now), organisers=[])
        if not form.source.validate(form):
            raise Invalid([Problem("", None, "source", "source", "source")])
        bank, _colon, pool_name = form.source.data.rpartition(":")
        may_read = may(session, actor, Permission.ITEM_READ, bank, now)
        codes = request.form.get("codes", "").split()[:MAX_ITEMS]
        found = (
            list(find_named(session, bank, codes).values())
            if codes
            else search_pool(
                session,
                bank,
                Pool(pool_name),
                request.form.get("q", "")[:MAX_QUERY],
                in_stems=may_read,
                limit=MAX_FOUND,
            )
        )
    known = {item.code for item in found}
    shown = [
        {
            "code": item.code,
            "kind": words.kind_words(ItemKind(item.kind)),
            "area": item.area,
            "difficulty": item.difficulty_milli,
            "stem": item.excerpt if may_read else "",
        }
        for item in found
    ]
    return jsonify(items=shown, missing=[code for code in codes if code not in known])


def _survey(session: Session, form: SittingForm, bank: str, source: Pool, now: datetime) -> Survey:
    if not all(field.validate(form) for field in (form.rows, form.unseen_days, form.forms)):
        return Survey((), ())
    typed = form.opens_at.data
    is_date = typed is not None and EARLIEST.year <= typed.year < LATEST.year
    return survey_pool(
        session,
        survey_of(bank, source, form.rows.rows(), form.unseen_days.data, form.forms.data),
        opens_at=to_utc(typed, DEFAULT_ZONE) if is_date else now,
        by_hand=ByHand.MARKED if form.marked.data else ByHand.REFUSED,
    )
