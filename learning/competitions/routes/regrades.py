"""The organiser rules on items of a round, sees who moves where by it, and puts it into force."""

from dataclasses import replace
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from learning.attempts.forms import ForceForm, RulingForm
from learning.attempts.queries import (
    RegradeView,
    get_regrade,
    get_ruled_item,
    list_regrades,
    list_ruled_items,
)
from learning.attempts.rules import BUSY, OPEN_REGRADES, RegradeState
from learning.attempts.words import regrades as ruling
from learning.attempts.words.ruling_page import (
    Choice,
    explanation_of,
    find_choice,
    read_version,
    ruling_lines,
)
from learning.competitions import queries, services, words
from learning.competitions.queries import CompetitionView, appeals
from learning.competitions.queries import regrades as regrade_queries
from learning.competitions.queries.paper_totals import list_round_totals
from learning.competitions.queries.regrades import EFFECTS_PAGE, RoundRegradeView
from learning.competitions.routes.appeals import MANAGE, ROUND
from learning.competitions.routes.blueprint import bp
from learning.competitions.rules.reranking import ListChanges, RankEffectKind
from learning.competitions.words import _
from learning.competitions.words import regrades as regrade_words
from learning.exams.rules import is_overdue
from learning.exams.words import appeal_state_words
from learning.kernel.clock import utc_now
from learning.kernel.errors import Invalid, NotFound
from learning.kernel.permissions import Permission
from learning.question_bank.queries import get_whole, may
from learning.web import transaction
from learning.web.forms import page_number
from learning.web.guards import current_actor, requires
from learning.web.transaction import db_session


@bp.get(f"{ROUND}/regrades")
@requires(MANAGE)
def regrades(raw_public_id: str, number: int) -> ResponseReturnValue:
    """List the appeals and the regrades of a round."""
    session, now = db_session(), utc_now()
    competition = queries.get_managed(session, current_actor(), raw_public_id, now, number=number)
    lodged = appeals.list_item_appeals(session, competition.round_id)
    return render_template(
        "competitions/regrades.html",
        competition=competition,
        rounds=[line.number for line in queries.list_rounds(session, competition.id)],
        appeals=[
            (each, appeal_state_words(each.state), is_overdue(each.state, each.answer_by, now))
            for each in lodged
        ],
        lines=[
            (each, ruling.regrade_state_words(each.state))
            for each in list_regrades(session, competition.assessment_id)
        ],
    )


@bp.post(f"{ROUND}/regrades")
@requires(MANAGE)
def start_regrade(raw_public_id: str, number: int) -> ResponseReturnValue:
    """Begin to prepare a regrade; form: `appeal` (public id), perhaps empty."""
    made = services.start_round_regrade(
        db_session(),
        current_actor(),
        raw_public_id,
        number,
        raw_appeal_id=request.form.get("appeal", ""),
        now=utc_now(),
    )
    return _to_regrade(raw_public_id, number, made)


@bp.get(f"{ROUND}/regrades/<raw_regrade_id>")
@requires(MANAGE)
def regrade(raw_public_id: str, number: int, raw_regrade_id: str) -> ResponseReturnValue:
    """Show a regrade: its rulings, what it would do or did to the lists, and the next step."""
    return _page(raw_public_id, number, raw_regrade_id, None, ForceForm(formdata=None))


def _page(
    raw_public_id: str,
    number: int,
    raw_regrade_id: str,
    sent: RulingForm | None,
    force: ForceForm,
) -> ResponseReturnValue:
    with transaction.reading() as session:
        competition = queries.get_managed(
            session, current_actor(), raw_public_id, utc_now(), number=number
        )
        found = get_regrade(session, competition.assessment_id, raw_regrade_id)
        own = regrade_queries.get_lists(session, found.id)
        is_open = found.state in OPEN_REGRADES
        form = sent or RulingForm(formdata=None)
        page = render_template(
            "competitions/regrade.html",
            competition=competition,
            regrade=found,
            own=own,
            state=ruling.regrade_state_words(found.state),
            is_open=is_open,
            is_busy=found.state in BUSY,
            is_applied=found.state is RegradeState.APPLIED,
            rulings=ruling_lines(session, found),
            chosen=_chosen(session, competition, found, own, form) if is_open else None,
            form=form,
            codes=[each.code for each in list_ruled_items(session, competition.assessment_id)]
            if is_open
            else [],
            force=force,
            totals=list_round_totals(session, competition),
            list_lines=_list_lines(session, own.lists) if found.summary else [],
            **_effects(session, competition, found),
        )
    return page, 400 if force.errors or form.errors else 200


def _chosen(
    session: Session,
    competition: CompetitionView,
    found: RegradeView,
    own: RoundRegradeView,
    form: RulingForm,
) -> Choice:
    """Return the item to rule on next, or the versions of a code to choose from."""
    appealed = own.version_id if not found.rulings else None
    choice = find_choice(
        session,
        competition.assessment_id,
        raw_code=request.args.get("code", ""),
        raw_version=request.values.get("version", ""),
        appealed=appealed,
    )
    if choice.item is None:
        return choice
    whole = get_whole(session, choice.item.version_id)
    bank = competition.rules.bank
    may_read = may(session, current_actor(), Permission.ITEM_READ, bank, utc_now())
    may_read = may_read or choice.item.version_id == appealed
    form.offer(whole)
    form.version.data = str(choice.item.version_id)
    if not form.is_submitted():
        form.explanation.data = explanation_of(found, choice.item.version_id)
    return replace(choice, shown=ruling.item_to_rule(whole, may_read=may_read))


def _list_lines(session: Session, lists: ListChanges) -> list[regrade_words.ListLine]:
    subjects = {each.entry for each in lists.prizes} | {*lists.going, *lists.staying}
    names = regrade_queries.list_names_of(session, subjects)
    return regrade_words.list_lines(lists, names)


def _effects(session: Session, competition: CompetitionView, found: RegradeView) -> dict[str, Any]:
    raw = request.args.get("kind", "")
    kind = RankEffectKind(raw) if raw in set(RankEffectKind) else RankEffectKind.RESULT
    page = page_number(request.args)
    counts = {each: found.summary.get(each.value, 0) for each in RankEffectKind}
    lines = (
        regrade_queries.list_rank_effects(session, found, kind, page=page) if found.summary else []
    )

    def url(**changes: Any) -> str:
        asked = {"kind": kind.value, **changes}
        return _regrade_url(competition.public_id, competition.number, found.public_id, **asked)

    return {
        "kind": kind.value,
        "tabs": [
            (k.value, regrade_words.effect_words(k), n, url(kind=k.value))
            for k, n in counts.items()
        ],
        "lines": [
            (
                line,
                words.division_title(competition.entry, line.division) if line.division else "",
                words.province_words(line.province) if line.province else "",
            )
            for line in lines
        ],
        "page": page,
        "pages": max(1, -(-counts[kind] // EFFECTS_PAGE)),
        "total": counts[kind],
        "page_url": lambda number: url(page=number),
    }


@bp.post(f"{ROUND}/regrades/<raw_regrade_id>/ruling")
@requires(MANAGE)
def rule_on(raw_public_id: str, number: int, raw_regrade_id: str) -> ResponseReturnValue:
    """Put a ruling on an item; form: `version`, `treatment`, and the fields of the key."""
    now, actor = utc_now(), current_actor()
    version_id = read_version(request.form.get("version", ""))
    with transaction.reading() as session:
        competition = queries.get_managed(session, actor, raw_public_id, now, number=number)
        get_regrade(session, competition.assessment_id, raw_regrade_id)
        if version_id is None:
            raise NotFound("item")
        get_ruled_item(session, competition.assessment_id, version_id)
        whole = get_whole(session, version_id)
    form = RulingForm()
    form.offer(whole)
    if not form.validate():
        return _page(raw_public_id, number, raw_regrade_id, form, ForceForm(formdata=None))
    try:
        services.rule_on_round(
            db_session(),
            actor,
            raw_public_id,
            number,
            raw_regrade_id,
            wish=form.wish(version_id, whole, request.form.to_dict()),
            now=now,
        )
    except Invalid:
        db_session().rollback()  # the page answers, so what was begun must not be committed
        form.treatment.errors = [_("这不是这道题能有的答案。请核对选项或写法。")]
        return _page(raw_public_id, number, raw_regrade_id, form, ForceForm(formdata=None))
    flash(_("已写入。看过影响之后才能生效。"), "success")
    return _to_regrade(raw_public_id, number, raw_regrade_id)


@bp.post(f"{ROUND}/regrades/<raw_regrade_id>/ruling/remove")
@requires(MANAGE)
def take_ruling_back(raw_public_id: str, number: int, raw_regrade_id: str) -> ResponseReturnValue:
    """Take a ruling out; form: `version`."""
    services.take_round_ruling_back(
        db_session(),
        current_actor(),
        raw_public_id,
        number,
        raw_regrade_id,
        version_id=read_version(request.form.get("version", "")) or 0,
        now=utc_now(),
    )
    return _to_regrade(raw_public_id, number, raw_regrade_id)


@bp.post(f"{ROUND}/regrades/<raw_regrade_id>/look")
@requires(MANAGE)
def look_at_regrade(raw_public_id: str, number: int, raw_regrade_id: str) -> ResponseReturnValue:
    """Compute what a regrade would do: of few papers at once, of many by the worker."""
    session, now = db_session(), utc_now()
    found = services.ask_round_look(
        session, current_actor(), raw_public_id, number, raw_regrade_id, now=now
    )
    if found is not None:
        services.keep_round_look(session, found, services.look_at_round(session, found), now)
    return _to_regrade(raw_public_id, number, raw_regrade_id)


@bp.post(f"{ROUND}/regrades/<raw_regrade_id>/apply")
@requires(MANAGE)
def apply_regrade(raw_public_id: str, number: int, raw_regrade_id: str) -> ResponseReturnValue:
    """Put a regrade into force: of few papers at once, of many by the worker."""
    form = ForceForm()
    if not form.validate():
        return _page(raw_public_id, number, raw_regrade_id, None, form)
    session, now = db_session(), utc_now()
    found = services.ask_round_force(
        session,
        current_actor(),
        raw_public_id,
        number,
        raw_regrade_id,
        reason=form.reason.data or "",
        now=now,
    )
    if found is not None:
        services.put_round_into_force(session, found, now)
        flash(_("已生效，名次表已更新。成绩有变的参赛者会收到通知。"), "success")
    return _to_regrade(raw_public_id, number, raw_regrade_id)


@bp.post(f"{ROUND}/regrades/<raw_regrade_id>/drop")
@requires(MANAGE)
def drop_regrade(raw_public_id: str, number: int, raw_regrade_id: str) -> ResponseReturnValue:
    """Give a regrade up."""
    services.drop_round_regrade(
        db_session(), current_actor(), raw_public_id, number, raw_regrade_id, now=utc_now()
    )
    flash(_("已放弃，什么都没有改。"), "success")
    address = url_for("competitions.regrades", raw_public_id=raw_public_id, number=number)
    return redirect(address, 303)


def _to_regrade(public_id: str, number: int, regrade_id: str) -> ResponseReturnValue:
    return redirect(_regrade_url(public_id, number, regrade_id), 303)


def _regrade_url(public_id: str, number: int, regrade_id: str, **asked: Any) -> str:
    return url_for(
        "competitions.regrade",
        raw_public_id=public_id,
        number=number,
        raw_regrade_id=regrade_id,
        **asked,
    )
