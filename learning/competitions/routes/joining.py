"""What a phone sees that scanned a unit's QR code: log in, activate or register, and enter."""

from datetime import datetime

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from learning.competitions import queries, services, words
from learning.competitions.queries import CompetitionView, EntryView
from learning.competitions.queries.links import get_target, is_member
from learning.competitions.routes.blueprint import bp, to_detail
from learning.competitions.rules import Phase
from learning.competitions.rules.entry import correction_refusal
from learning.competitions.rules.links import LinkState
from learning.competitions.services.links import places_by_link
from learning.competitions.words import _
from learning.competitions.words.desks import link_words
from learning.kernel.clock import utc_now
from learning.kernel.errors import Invalid
from learning.kernel.permissions import Permission
from learning.web import transaction
from learning.web.guards import current_actor, find_current_actor, public, requires
from learning.web.transaction import db_session


@bp.get("/join/<raw_token>")
@public
def join(raw_token: str) -> ResponseReturnValue:
    """Show where the link leads and the one thing to do next."""
    return _page(raw_token, "")


@bp.post("/join/<raw_token>")
@requires(Permission.SELF_COMPETITION_ENTER)
def enter_by_link(raw_token: str) -> ResponseReturnValue:
    """Enter for the link's unit; a second time changes nothing."""
    now = utc_now()
    wish = services.Wish(
        place=request.form.get("place"), shows_name=request.form.get("shows_name") == "y"
    )
    try:
        is_new = services.enter_by_link(
            db_session(),
            current_actor(),
            raw_token,
            wish=wish,
            raw_staff_no=request.form.get("staff_no", ""),
            now=now,
        )
    except Invalid:
        db_session().rollback()  # the page answers, so what was begun must not be committed
        return _page(raw_token, _("请填写工号，最多 40 个字。"))
    flash(_("报名成功。") if is_new else _("您已经报过名。"), "success")
    with transaction.reading() as session:
        return to_detail(get_target(session, raw_token, now).competition)


def _page(raw_token: str, problem: str) -> ResponseReturnValue:
    now, actor = utc_now(), find_current_actor()
    with transaction.reading() as session:
        target = get_target(session, raw_token, now)
        competition = queries.get_published(session, target.competition)
        entry = queries.find_entry(session, competition.id, actor.user_id) if actor else None
        unit_id = target.organisation.id
        belongs = actor is not None and is_member(session, actor.user_id, unit_id, now)
    moves_from = _moves_from(competition, entry, unit_id, now)
    if entry is not None and moves_from is None and not problem:
        return redirect(url_for("competitions.detail", raw_public_id=competition.public_id))
    takes = competition.phase(now) in {Phase.UPCOMING, Phase.RUNNING}
    is_open = takes and target.state is LinkState.OPEN
    here = url_for("competitions.join", raw_token=target.token)
    code = target.organisation_code or None
    html = render_template(
        "competitions/join.html",
        competition=competition,
        unit_name=target.organisation.name,
        token=target.token,
        is_open=is_open,
        why="" if is_open else _state_sentence(target.state) if takes else _("报名已经结束。"),
        is_member=belongs,
        moves_from=moves_from,
        places=[
            (place.key, place.division.title if place.division else "")
            for place in places_by_link(competition.entry, target)
        ],
        problem=problem,
        login_url=url_for("accounts.login", next=here, organisation=code),
        activate_url=url_for("accounts.activate", next=here, organisation=code),
        phase_words=words.phase_words(competition.phase(now)),
    )
    return html, 400 if problem else 200


def _moves_from(
    competition: CompetitionView, entry: EntryView | None, unit_id: int, now: datetime
) -> str | None:
    """Return for whom somebody entered who may still correct that to the link's unit, or None."""
    if entry is None or entry.voided_at is not None or entry.unit_id == unit_id:
        return None
    refusal = correction_refusal(
        competition.correction_days,
        entered_at=entry.entered_at,
        corrected_at=entry.corrected_at,
        now=now,
    )
    return None if refusal else entry.unit_name or _("个人")


def _state_sentence(state: LinkState) -> str:
    return _("链接状态：%(state)s。", state=link_words(state)[0])
