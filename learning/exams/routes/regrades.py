"""The examiner rules on items, sees who passes and who fails by it, and puts it into force.

Keys of the bank are never shown here: an examiner says what is right, and sees what follows.
"""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from learning.exams import services
from learning.exams.forms import ForceForm, RulingForm
from learning.exams.queries import SittingView, appeals, get_managed
from learning.exams.queries import regrades as queries
from learning.exams.queries.regrades import EFFECTS_PAGE, RegradeView, RuledItem
from learning.exams.queries.sheet_lists import list_totals
from learning.exams.routes.blueprint import bp
from learning.exams.rules.regrading import (
    BUSY,
    OPEN_REGRADES,
    EffectKind,
    RegradeState,
)
from learning.exams.words import _
from learning.exams.words import regrades as words
from learning.kernel.clock import utc_now
from learning.kernel.errors import Invalid, NotFound
from learning.kernel.markdown import render, render_inline
from learning.kernel.permissions import Permission
from learning.question_bank.queries import get_documents, get_whole, may
from learning.web import transaction
from learning.web.at_stake import select_holders
from learning.web.forms import page_number
from learning.web.guards import current_actor, requires
from learning.web.transaction import db_session

MANAGE = Permission.SITTING_MANAGE
MAX_DIGITS = 18
MAX_CODE = 60
OPTION = "option-"


@bp.get("/<raw_public_id>/regrades")
@requires(MANAGE)
def regrades(raw_public_id: str) -> ResponseReturnValue:
    """List the regrades of a sitting."""
    session = db_session()
    sitting = get_managed(session, current_actor(), raw_public_id, utc_now())
    found = queries.list_regrades(session, sitting.id)
    return render_template(
        "exams/regrades.html",
        sitting=sitting,
        lines=[(each, words.regrade_state_words(each.state)) for each in found],
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
    ruling: RulingForm | None,
    force: ForceForm,
) -> ResponseReturnValue:
    with transaction.reading() as session:
        sitting = get_managed(session, current_actor(), raw_public_id, utc_now())
        found = queries.get_regrade(session, sitting.id, raw_regrade_id)
        is_open = found.state in OPEN_REGRADES
        page = render_template(
            "exams/regrade.html",
            sitting=sitting,
            regrade=found,
            state=words.regrade_state_words(found.state),
            is_open=is_open,
            is_busy=found.state in BUSY,
            is_applied=found.state is RegradeState.APPLIED,
            rulings=_rulings(session, sitting, found),
            chosen=_chosen(session, sitting, found, ruling) if is_open else None,
            codes=[each.code for each in queries.list_versions(session, sitting)]
            if is_open
            else [],
            force=force,
            totals=list_totals(session, sitting.id),
            **_effects(session, sitting, found),
        )
    return page, 400 if force.errors or (ruling and ruling.errors) else 200


def _rulings(session: Session, sitting: SittingView, found: RegradeView) -> list[dict[str, Any]]:
    documents = get_documents(session, [each.version_id for each in found.rulings])
    return [
        {
            "item": queries.get_version(session, sitting, each.version_id),
            "words": words.ruling_words(each, documents[each.version_id]),
        }
        for each in found.rulings
    ]


def _chosen(
    session: Session, sitting: SittingView, found: RegradeView, form: RulingForm | None
) -> dict[str, Any]:
    """Return the item to rule on next, or the versions of a code to choose from."""
    code = request.args.get("code", "").strip()[:MAX_CODE].replace("\0", "")
    items = queries.list_versions(session, sitting, code) if code else []
    version_id = _version(request.values.get("version", ""))
    if version_id is None and len(items) == 1:
        version_id = items[0].version_id
    if version_id is None and not code:
        version_id = _appealed(session, found)
    if version_id is None:
        return {"code": code, "items": items, "item": None}
    item = queries.get_version(session, sitting, version_id)
    return {"code": item.code, "items": items, **_item(session, sitting, found, item, form)}


def _appealed(session: Session, found: RegradeView) -> int | None:
    """Return the item of the appeal that a regrade follows from, while nothing is ruled on."""
    if not found.appeal or found.rulings:
        return None
    return appeals.get_appeal(session, found.sitting_id, found.appeal).version_id


def _item(
    session: Session,
    sitting: SittingView,
    found: RegradeView,
    item: RuledItem,
    form: RulingForm | None,
) -> dict[str, Any]:
    whole = get_whole(session, item.version_id)
    document = whole.document
    form = form or RulingForm(formdata=None, version=item.version_id)
    form.offer(whole)
    may_read = may(session, current_actor(), Permission.ITEM_READ, sitting.rules.bank, utc_now())
    may_read = may_read or _appealed(session, found) == item.version_id
    options = [(each.id, each.text) for each in document.options]
    if document.kind.value == "true_false":
        options = [("t", _("对")), ("f", _("错"))]
    return {
        "item": item,
        "form": form,
        "stem_html": render(document.stem) if may_read else None,
        "options": [
            (OPTION + each, letter, render_inline(text) if may_read else "")
            for (each, text), letter in zip(options, words.LETTERS, strict=False)
        ]
        if document.kind.value in {"single", "multiple", "true_false"}
        else [],
        "has_lines": document.kind.value in {"blank", "numeric", "matching", "ordering"},
    }


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


def _version(raw: str) -> int | None:
    if not raw:
        return None
    if not (raw.isascii() and raw.isdigit() and len(raw) <= MAX_DIGITS):
        raise NotFound("item")
    return int(raw)


@bp.post("/<raw_public_id>/regrades/<raw_regrade_id>/ruling")
@requires(MANAGE)
def rule_on(raw_public_id: str, raw_regrade_id: str) -> ResponseReturnValue:
    """Put a ruling on an item; form: `version`, `treatment`, `option-<id>` boxes, `lines`."""
    now, actor = utc_now(), current_actor()
    version_id = _version(request.form.get("version", ""))
    with transaction.reading() as session:
        sitting = get_managed(session, actor, raw_public_id, now)
        queries.get_regrade(session, sitting.id, raw_regrade_id)
        if version_id is None:
            raise NotFound("item")
        queries.get_version(session, sitting, version_id)
        whole = get_whole(session, version_id)
    form = RulingForm()
    form.offer(whole)
    if not form.validate():
        return _page(raw_public_id, raw_regrade_id, form, ForceForm(formdata=None))
    chosen = frozenset(
        name.removeprefix(OPTION) for name in request.form if name.startswith(OPTION)
    )
    try:
        services.rule_on(
            db_session(),
            actor,
            raw_public_id,
            raw_regrade_id=raw_regrade_id,
            wish=form.wish(version_id, chosen),
            now=now,
        )
    except Invalid:
        db_session().rollback()  # the page answers, so what was begun must not be committed
        form.lines.errors = [_("这不是这道题能有的答案。请核对选项或写法。")]
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
        version_id=_version(request.form.get("version", "")) or 0,
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
