"""The examiner rules on items, sees who passes and who fails by it, and puts it into force.

Keys of the bank are never shown here: an examiner says what is right, and sees what follows.
"""

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
from learning.exams import services
from learning.exams.queries import SittingView, appeals, get_managed
from learning.exams.queries import regrades as queries
from learning.exams.queries.regrades import EFFECTS_PAGE
from learning.exams.queries.sheet_lists import list_totals
from learning.exams.routes.blueprint import bp
from learning.exams.rules.regrading import EffectKind
from learning.exams.words import _
from learning.exams.words import regrades as words
from learning.kernel.clock import utc_now
from learning.kernel.errors import Invalid, NotFound
from learning.kernel.permissions import Permission
from learning.question_bank.queries import get_whole, may
from learning.web import transaction
from learning.web.at_stake import select_holders
from learning.web.forms import page_number
from learning.web.guards import current_actor, requires
from learning.web.transaction import db_session

MANAGE = Permission.SITTING_MANAGE


@bp.get("/<raw_public_id>/regrades")
@requires(MANAGE)
def regrades(raw_public_id: str) -> ResponseReturnValue:
    """List the regrades of a sitting."""
    session = db_session()
    sitting = get_managed(session, current_actor(), raw_public_id, utc_now())
    found = list_regrades(session, sitting.assessment_id)
    return render_template(
        "exams/regrades.html",
        sitting=sitting,
        lines=[(each, ruling.regrade_state_words(each.state)) for each in found],
    )


@bp.post("/<raw_public_id>/regrades")
@requires(MANAGE)
def start_regrade(raw_public_id: str) -> ResponseReturnValue:
    """Begin to prepare a regrade; form: `appeal` (public id) and `version`, both perhaps empty."""
    made = services.start_regrade(
        db_session(),
        current_actor(),
        raw_public_id,
        raw_appeal_id=request.form.get("appeal", ""),
        now=utc_now(),
    )
    return _to_regrade(raw_public_id, made, version=request.form.get("version") or None)


@bp.get("/<raw_public_id>/regrades/<raw_regrade_id>")
@requires(MANAGE)
def regrade(raw_public_id: str, raw_regrade_id: str) -> ResponseReturnValue:
    """Show a regrade: its rulings, what it would do or did, and the next step."""
    return _page(raw_public_id, raw_regrade_id, None, ForceForm(formdata=None))


def _page(
    raw_public_id: str,
    raw_regrade_id: str,
    sent: RulingForm | None,
    force: ForceForm,
) -> ResponseReturnValue:
    with transaction.reading() as session:
        sitting = get_managed(session, current_actor(), raw_public_id, utc_now())
        found = get_regrade(session, sitting.assessment_id, raw_regrade_id)
        cause = queries.find_cause(session, found.id)
        is_open = found.state in OPEN_REGRADES
        form = sent or RulingForm(formdata=None)
        page = render_template(
            "exams/regrade.html",
            sitting=sitting,
            regrade=found,
            cause=cause,
            state=ruling.regrade_state_words(found.state),
            is_open=is_open,
            is_busy=found.state in BUSY,
            is_applied=found.state is RegradeState.APPLIED,
            rulings=ruling_lines(session, found),
            chosen=_chosen(session, sitting, found, cause, form) if is_open else None,
            form=form,
            codes=[each.code for each in list_ruled_items(session, sitting.assessment_id)]
            if is_open
            else [],
            force=force,
            totals=list_totals(session, sitting.id),
            **_effects(session, sitting, found),
        )
    return page, 400 if force.errors or form.errors else 200


def _chosen(
    session: Session,
    sitting: SittingView,
    found: RegradeView,
    cause: tuple[str, str] | None,
    form: RulingForm,
) -> Choice:
    """Return the item to rule on next, or the versions of a code to choose from."""
    appealed = None
    if cause is not None and not found.rulings:
        appealed = appeals.get_appeal(session, sitting.id, cause[0]).version_id
    choice = find_choice(
        session,
        sitting.assessment_id,
        raw_code=request.args.get("code", ""),
        raw_version=request.values.get("version", ""),
        appealed=appealed,
    )
    if choice.item is None:
        return choice
    whole = get_whole(session, choice.item.version_id)
    may_read = may(session, current_actor(), Permission.ITEM_READ, sitting.rules.bank, utc_now())
    may_read = may_read or choice.item.version_id == appealed
    form.offer(whole)
    form.version.data = str(choice.item.version_id)
    if not form.is_submitted():
        form.explanation.data = explanation_of(found, choice.item.version_id)
    return replace(choice, shown=ruling.item_to_rule(whole, may_read=may_read))


def _effects(session: Session, sitting: SittingView, found: RegradeView) -> dict[str, Any]:
    raw = request.args.get("kind", "")
    kind, page = EffectKind(raw) if raw in set(EffectKind) else None, page_number(request.args)
    counts = {each: found.summary.get(each.value, 0) for each in EffectKind}
    kind = kind or next((each for each in EffectKind if counts[each]), EffectKind.PASSES)
    lines = queries.list_effects(session, found, kind, page=page) if found.summary else []
    holders = select_holders(sitting.id)
    held = set()
    if kind is EffectKind.FAILS and lines:
        held = set(session.scalars(queries.among(holders, [line.user_id for line in lines])))

    def url(**changes: Any) -> str:
        asked = {"kind": kind.value, **changes}
        return url_for(
            "exams.regrade",
            raw_public_id=sitting.public_id,
            raw_regrade_id=found.public_id,
            **asked,
        )

    return {
        "kind": kind.value,
        "tabs": [(k.value, words.effect_words(k), n, url(kind=k.value)) for k, n in counts.items()],
        "lines": [(line, line.user_id in held) for line in lines],
        "doubtful": queries.count_fails_among(session, found, holders) if found.summary else 0,
        "page": page,
        "pages": max(1, -(-counts[kind] // EFFECTS_PAGE)),
        "total": counts[kind],
        "page_url": lambda number: url(page=number),
    }


@bp.post("/<raw_public_id>/regrades/<raw_regrade_id>/ruling")
@requires(MANAGE)
def rule_on(raw_public_id: str, raw_regrade_id: str) -> ResponseReturnValue:
    """Put a ruling on an item; form: `version`, `treatment`, and the fields of the key."""
    now, actor = utc_now(), current_actor()
    version_id = read_version(request.form.get("version", ""))
    with transaction.reading() as session:
        sitting = get_managed(session, actor, raw_public_id, now)
        get_regrade(session, sitting.assessment_id, raw_regrade_id)
        if version_id is None:
            raise NotFound("item")
        get_ruled_item(session, sitting.assessment_id, version_id)
        whole = get_whole(session, version_id)
    form = RulingForm()
    form.offer(whole)
    if not form.validate():
        return _page(raw_public_id, raw_regrade_id, form, ForceForm(formdata=None))
    try:
        services.rule_on(
            db_session(),
            actor,
            raw_public_id,
            raw_regrade_id=raw_regrade_id,
            wish=form.wish(version_id, whole, request.form.to_dict()),
            now=now,
        )
    except Invalid:
        db_session().rollback()  # the page answers, so what was begun must not be committed
        form.treatment.errors = [_("这不是这道题能有的答案。请核对选项或写法。")]
        return _page(raw_public_id, raw_regrade_id, form, ForceForm(formdata=None))
    flash(_("已写入。看过影响之后才能生效。"), "success")
    return _to_regrade(raw_public_id, raw_regrade_id)


@bp.post("/<raw_public_id>/regrades/<raw_regrade_id>/ruling/remove")
@requires(MANAGE)
def take_ruling_back(raw_public_id: str, raw_regrade_id: str) -> ResponseReturnValue:
    """Take a ruling out; form: `version`."""
    services.take_ruling_back(
        db_session(),
        current_actor(),
        raw_public_id,
        raw_regrade_id=raw_regrade_id,
        version_id=read_version(request.form.get("version", "")) or 0,
        now=utc_now(),
    )
    return _to_regrade(raw_public_id, raw_regrade_id)


@bp.post("/<raw_public_id>/regrades/<raw_regrade_id>/look")
@requires(MANAGE)
def look_at_regrade(raw_public_id: str, raw_regrade_id: str) -> ResponseReturnValue:
    """Compute what a regrade would do: of few papers at once, of many by the worker."""
    session, now = db_session(), utc_now()
    found = services.ask_for_look(
        session, current_actor(), raw_public_id, raw_regrade_id=raw_regrade_id, now=now
    )
    if found is not None:
        services.keep_look(session, found, services.look(session, found), now)
    return _to_regrade(raw_public_id, raw_regrade_id)


@bp.post("/<raw_public_id>/regrades/<raw_regrade_id>/apply")
@requires(MANAGE)
def apply_regrade(raw_public_id: str, raw_regrade_id: str) -> ResponseReturnValue:
    """Put a regrade into force: of few papers at once, of many by the worker."""
    form = ForceForm()
    if not form.validate():
        return _page(raw_public_id, raw_regrade_id, None, form)
    session, now = db_session(), utc_now()
    found = services.ask_for_force(
        session,
        current_actor(),
        raw_public_id,
        raw_regrade_id=raw_regrade_id,
        reason=form.reason.data or "",
        now=now,
    )
    if found is not None:
        services.put_into_force(session, found, now)
        flash(_("已生效。成绩有变的考生会收到通知。"), "success")
    return _to_regrade(raw_public_id, raw_regrade_id)


@bp.post("/<raw_public_id>/regrades/<raw_regrade_id>/drop")
@requires(MANAGE)
def drop_regrade(raw_public_id: str, raw_regrade_id: str) -> ResponseReturnValue:
    """Give a regrade up."""
    services.drop_regrade(
        db_session(), current_actor(), raw_public_id, raw_regrade_id=raw_regrade_id, now=utc_now()
    )
    flash(_("已放弃，什么都没有改。"), "success")
    return redirect(url_for("exams.regrades", raw_public_id=raw_public_id), 303)


def _to_regrade(
    public_id: str, regrade_id: str, *, version: str | None = None
) -> ResponseReturnValue:
    address = url_for(
        "exams.regrade", raw_public_id=public_id, raw_regrade_id=regrade_id, version=version
    )
    return redirect(address, 303)
