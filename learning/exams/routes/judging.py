"""A judge's desk: the items of the paper one after the other, a number for each.

Keys are shown by POST alone, where the examiner allowed it, and each look is in the audit.
"""

from decimal import Decimal
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from learning.exams import words
from learning.exams.forms import JudgementForm
from learning.exams.queries import standards
from learning.exams.queries.standards import Judging
from learning.exams.routes.blueprint import bp
from learning.exams.rules import Panel, StandardState, next_open, rounds_of, spreads_of
from learning.exams.services import judge_item, look_at_key
from learning.exams.words import _
from learning.kernel.clock import utc_now
from learning.kernel.markdown import render
from learning.kernel.permissions import Permission
from learning.question_bank.presentation import view
from learning.question_bank.rules import Item, ItemDocument
from learning.question_bank.words import key_words
from learning.web import transaction
from learning.web.guards import current_actor, requires
from learning.web.transaction import db_session

JUDGE = Permission.SELF_MARK


@bp.get("/<raw_public_id>/standard/<raw_setting_id>/judge")
@requires(JUDGE)
def judging(raw_public_id: str, raw_setting_id: str) -> ResponseReturnValue:
    """Show a judge how far they are, and after a round what the panel said."""
    with transaction.reading() as session:
        found, panel = _found(session, raw_public_id, raw_setting_id)
    return render_template("exams/judging.html", **_desk(found, panel))


def _found(session: Session, raw_public_id: str, raw_setting_id: str) -> tuple[Judging, Panel]:
    actor = current_actor()
    found = standards.get_judging(session, actor.user_id, raw_public_id, raw_setting_id)
    return found, standards.get_panel(session, found.setting)


def _desk(found: Judging, panel: Panel) -> dict[str, Any]:
    setting, judge = found.setting, found.judge.user_id
    said = _own(panel, setting.round, judge)
    closed = setting.closed_rounds
    results = rounds_of(panel)
    row = panel.judges.index(judge)
    return {
        "sitting": found.sitting,
        "setting": setting,
        "conflicts": found.judge.conflicts,
        "badge_words": words.standard_words(setting.state, setting.round),
        "is_open": setting.state is StandardState.JUDGING,
        "items": [
            (position, said.get(position), spreads.get(position))
            for spreads in [spreads_of(panel, closed) if closed else {}]
            for position in range(1, len(panel.points_milli) + 1)
        ],
        "judged": len(said),
        "next": next_open(list(said), len(panel.points_milli), 0),
        "panel": results[closed - 1].result if closed else None,
        "own_cut": results[closed - 1].result.judges[row].cut if closed else None,
    }


def _own(panel: Panel, number: int, judge: int) -> dict[int, int]:
    """Return what a judge said in a round, by position."""
    given = panel.given[number - 1]
    return {place: percent for (who, place), percent in given.items() if who == judge}


@bp.route(
    "/<raw_public_id>/standard/<raw_setting_id>/judge/<int:position>", methods=["GET", "POST"]
)
@requires(JUDGE)
def judged_item(raw_public_id: str, raw_setting_id: str, position: int) -> ResponseReturnValue:
    """Show one item, or take what the judge says of it and go on to the next."""
    form = JudgementForm()
    with transaction.reading() as session:
        found, panel = _found(session, raw_public_id, raw_setting_id)
        document = standards.get_judged_document(session, found.setting, position)
        earlier = standards.list_facilities(session, found.setting).get(position)
    if not form.validate_on_submit():
        context = _item_page(found, panel, position, form)
        page = render_template(
            "exams/judging_item.html",
            **context,
            face=_face(document, position),
            earlier=earlier if _shows_facility(found) else None,
            key=None,
        )
        return page, 400 if request.method == "POST" else 200
    judge_item(
        db_session(),
        current_actor(),
        raw_public_id,
        raw_setting_id=raw_setting_id,
        round_number=form.round.data,
        position=position,
        percent=form.percent.data,
        now=utc_now(),
    )
    said = {*_own(panel, found.setting.round, found.judge.user_id), position}
    return _go_on(found, next_open(list(said), len(panel.points_milli), position))


def _go_on(found: Judging, position: int | None) -> ResponseReturnValue:
    ids: dict[str, Any] = {
        "raw_public_id": found.sitting.public_id,
        "raw_setting_id": found.setting.public_id,
    }
    if position is None:
        flash(_("本轮的试题都评完了；本轮结束前还可以改。"), "success")
        return redirect(url_for("exams.judging", **ids), 303)
    return redirect(url_for("exams.judged_item", **ids, position=position), 303)


@bp.post("/<raw_public_id>/standard/<raw_setting_id>/judge/<int:position>/key")
@requires(JUDGE)
def judged_key(raw_public_id: str, raw_setting_id: str, position: int) -> ResponseReturnValue:
    """Show one item with its key, where judges may see keys; the look is written down first."""
    session = db_session()
    item = look_at_key(
        session,
        current_actor(),
        raw_public_id,
        raw_setting_id=raw_setting_id,
        position=position,
        now=utc_now(),
    )
    found, panel = _found(session, raw_public_id, raw_setting_id)
    earlier = standards.list_facilities(session, found.setting).get(position)
    return render_template(
        "exams/judging_item.html",
        **_item_page(found, panel, position, JudgementForm(formdata=None)),
        face=_face(item.document, position),
        earlier=earlier if _shows_facility(found) else None,
        key=_key(item),
    )


def _shows_facility(found: Judging) -> bool:
    return found.setting.shows_facilities and found.setting.closed_rounds > 0


def _item_page(found: Judging, panel: Panel, position: int, form: JudgementForm) -> dict[str, Any]:
    setting, judge = found.setting, found.judge.user_id
    closed = setting.closed_rounds
    before = _own(panel, closed, judge).get(position) if closed else None
    now = _own(panel, setting.round, judge)
    if not form.is_submitted() or form.percent.data is None:
        form.percent.data = now.get(position, before)
    if not form.is_submitted() or form.round.data is None:
        form.round.data = setting.round
    return {
        "sitting": found.sitting,
        "setting": setting,
        "position": position,
        "items": len(panel.points_milli),
        "points_milli": panel.points_milli[position - 1],
        "judged": len(now),
        "is_open": setting.state is StandardState.JUDGING,
        "before": before,
        "spread": spreads_of(panel, closed).get(position) if closed else None,
        "form": form,
    }


def _face(document: ItemDocument, position: int) -> Any:
    order = [option.id for option in document.options]
    return view(document, order, position=position, points=Decimal(1))


def _key(item: Item) -> dict[str, Any]:
    return {
        "words": key_words(item.document, item.key),
        "explanation_html": render(item.key.explanation),
    }
