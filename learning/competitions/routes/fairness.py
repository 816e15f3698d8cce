"""What looks unfair: the organiser looks at the evidence and decides."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import ngettext

from learning.competitions import queries
from learning.competitions.forms.fairness import FairnessForm
from learning.competitions.queries.fairness import (
    count_flags,
    find_compared,
    find_fairness,
    list_flags,
)
from learning.competitions.queries.sharing import list_names
from learning.competitions.routes.blueprint import bp
from learning.competitions.services import fairness as services
from learning.competitions.words import _
from learning.competitions.words.fairness import (
    compared_words,
    evidence_words,
    kind_words,
    state_words,
)
from learning.kernel.clock import utc_now
from learning.kernel.errors import Invalid, Problem
from learning.kernel.permissions import Permission
from learning.web import transaction
from learning.web.forms import page_number
from learning.web.guards import current_actor, requires
from learning.web.transaction import db_session

MANAGE = Permission.COMPETITION_MANAGE
STATES = ("open", "upheld", "dismissed")


@bp.get("/<raw_public_id>/fairness")
@requires(MANAGE)
def fairness(raw_public_id: str) -> ResponseReturnValue:
    """Show the flags of a competition."""
    return _page(raw_public_id, None)


@bp.post("/<raw_public_id>/fairness")
@requires(MANAGE)
def set_fairness(raw_public_id: str) -> ResponseReturnValue:
    """Change the thresholds."""
    form = FairnessForm()
    if not form.validate():
        return _page(raw_public_id, form)
    try:
        services.set_fairness(
            db_session(), current_actor(), raw_public_id, rules=form.rules(), now=utc_now()
        )
    except Invalid as error:
        db_session().rollback()  # the page answers, so what was begun must not be committed
        form.show(error.problems)
        return _page(raw_public_id, form)
    flash(_("已保存，系统会按新的界限重新检查。"), "success")
    return _to_flags(raw_public_id)


@bp.post("/<raw_public_id>/fairness/<raw_flag_id>/decide")
@requires(MANAGE)
def decide_flag(raw_public_id: str, raw_flag_id: str) -> ResponseReturnValue:
    """Uphold or dismiss a flag; form: `decision` = uphold, dismiss or dismiss_run, `reason`."""
    decision = request.form.get("decision", "")
    if decision not in {"uphold", "dismiss", "dismiss_run"}:
        raise Invalid([Problem("", None, "decision", "decision", "decision")])
    reason = request.form.get("reason", "")
    if not reason.strip():
        raise Invalid([Problem("", None, "reason", "reason", _("请写明理由。"))])
    if decision == "dismiss_run":
        count = services.dismiss_run(
            db_session(),
            current_actor(),
            raw_public_id,
            raw_flag_id=raw_flag_id,
            raw_reason=reason,
            now=utc_now(),
        )
        flash(ngettext("已排除 %(num)s 条疑点。", "已排除 %(num)s 条疑点。", count), "success")
        return _to_flags(raw_public_id)
    services.decide_flag(
        db_session(),
        current_actor(),
        raw_public_id,
        raw_flag_id=raw_flag_id,
        upholds=decision == "uphold",
        raw_reason=reason,
        now=utc_now(),
    )
    flash(_("参赛已作废，各榜已重算。") if decision == "uphold" else _("疑点已排除。"), "success")
    return _to_flags(raw_public_id)


def _page(raw_public_id: str, form: FairnessForm | None) -> ResponseReturnValue:
    now, actor, page = utc_now(), current_actor(), page_number(request.args)
    state = request.args.get("state", "open")
    if state not in STATES:
        raise Invalid([Problem("", None, "state", "state", "state")])
    with transaction.reading() as session:
        competition = queries.get_managed(session, actor, raw_public_id, now)
        rules = find_fairness(session, competition.id)
        flags, total = list_flags(session, competition.id, state=state, page=page)
        counts = count_flags(session, competition.id)
        compared = find_compared(session, competition.id)
        others = [flag.evidence["other"] for flag in flags if "other" in flag.evidence]
        names = list_names(session, others) if others else {}
    shown = form or FairnessForm(formdata=None, data=rules.to_dict())
    html = render_template(
        "competitions/fairness.html",
        competition=competition,
        flags=[(f, kind_words(f.kind), evidence_words(f.kind, f.evidence, names)) for f in flags],
        bound=compared_words(compared),
        states=[(code, state_words(code), counts.get(code, 0)) for code in STATES],
        state=state,
        form=shown,
        page=page,
        pages=max(1, -(-total // queries.PAGE_SIZE)),
        total=total,
        page_url=lambda n: url_for(
            "competitions.fairness", raw_public_id=competition.public_id, state=state, page=n
        ),
    )
    return html, 400 if form is not None else 200


def _to_flags(raw_public_id: str) -> ResponseReturnValue:
    return redirect(url_for("competitions.fairness", raw_public_id=raw_public_id), 303)
