"""Pages anybody may read, entering and starting."""

from datetime import datetime

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from learning.competitions import queries, services, words
from learning.competitions.formats import attempt_refusal, day_of
from learning.competitions.queries.desks import list_own_scopes
from learning.competitions.queries.hours import find_pledge
from learning.competitions.queries.paper_rules import answers_on_paper
from learning.competitions.queries.series import find_series_of
from learning.competitions.queries.teams import find_own_team, find_settings
from learning.competitions.routes.blueprint import bp, get_visible, may, to_detail
from learning.competitions.routes.correcting import correction_of
from learning.competitions.routes.rulebook import printed_rules
from learning.competitions.routes.stages import programme_of
from learning.competitions.rules import PROVINCES, Act, Phase, by_role, enrolment_refusal
from learning.competitions.words import _
from learning.kernel.clock import utc_now
from learning.kernel.errors import NotFound
from learning.kernel.markdown import render
from learning.kernel.permissions import Permission
from learning.organisations.queries import unit_name_at
from learning.web.devices import device_token
from learning.web.forms import page_number
from learning.web.guards import current_actor, find_current_actor, public, requires
from learning.web.transaction import db_session


@bp.get("")
@public
def index() -> ResponseReturnValue:
    """List the competitions that anybody may see, and those the reader manages or helps to run."""
    session, now, actor = db_session(), utc_now(), find_current_actor()
    page = page_number(request.args)
    lines, total = queries.list_published(session, page=page)
    manages = actor is not None and actor.holds(Permission.COMPETITION_MANAGE)
    managed = queries.list_managed(session, actor, now) if actor and manages else []
    officed = queries.list_officed(session, actor.user_id) if actor else []
    return render_template(
        "competitions/index.html",
        lines=[words.line_view(line, now) for line in lines],
        managed=[words.line_view(line, now) for line in managed],
        officed=[words.line_view(line, now) for line in officed],
        may_create=manages,
        page=page,
        pages=max(1, -(-total // queries.PAGE_SIZE)),
        total=total,
        page_url=lambda number: url_for("competitions.index", page=number),
    )


@bp.get("/<raw_public_id>")
@public
def detail(raw_public_id: str) -> ResponseReturnValue:
    """Show one competition: its rules in words, and the one thing the reader can do next."""
    session, now, actor = db_session(), utc_now(), find_current_actor()
    competition = get_visible(session, actor, raw_public_id, now)
    entry = queries.find_entry(session, competition.id, actor.user_id) if actor else None
    attempts = (
        queries.list_own_attempts(session, competition.assessment_id, actor.user_id)
        if actor and entry
        else []
    )
    manages = may(session, actor, Permission.COMPETITION_MANAGE, competition, now)
    phase = competition.phase(now)
    page = queries.get_page(session, competition.id)
    next_step = _next_step(competition, phase, entry, attempts)
    if next_step == "enter":
        next_step = enrolment_refusal(page.enrols_from, page.enrols_until, now) or "enter"
    if actor and next_step == "start" and competition.format.limits_starts:
        next_step = _limited_step(session, competition, actor.user_id, now)
    if (
        actor
        and next_step == "start"
        and answers_on_paper(session, competition.round_id, actor.user_id)
    ):
        next_step = "on_paper"
    places = (
        queries.list_own_places(session, competition, actor.user_id, now)
        if actor and next_step == "enter"
        else []
    )
    enrolments = (
        queries.list_own_enrolments(session, actor, competition.id, now)
        if actor and actor.holds(Permission.COMPETITION_ENROL)
        else []
    )
    return render_template(
        "competitions/detail.html",
        competition=competition,
        series=find_series_of(session, competition.id) if competition.year else None,
        phase=phase.value,
        phase_words=words.phase_words(phase),
        organiser=unit_name_at(session, competition.organiser_id, now),
        description_html=render(competition.description),
        rule_lines=printed_rules(session, competition),
        has_hours=find_pledge(session, competition.id) is not None,
        participants=queries.count_participants(session, competition.id),
        entry=entry,
        attempts=attempts,
        correction=correction_of(session, competition, entry, actor, now),
        next_step=next_step,
        is_individual=any(place.organisation is None for place in places),
        provinces=[(code, words.province_words(code)) for code in PROVINCES],
        places=[(place.key, words.place_words(place)) for place in places],
        own_division=words.division_title(competition.entry, entry.division) if entry else "",
        enrolments=enrolments,
        enrolled=queries.count_enrolments(session, competition.id),
        may_manage=manages,
        has_teams=competition.team_board_id is not None,
        waits_for_captain=actor is not None
        and next_step == "start"
        and not attempts
        and _waits_for_captain(session, competition, actor.user_id),
        is_office=actor is not None
        and bool(list_own_scopes(session, competition.id, actor.user_id)),
        programme=programme_of(
            session, competition, page, entry, actor.user_id if actor else None, now
        ),
        page=page,
        partners=[(words.role_words(role), found) for role, found in by_role(page.partners)],
        bonuses=_bonuses(session, competition, actor.user_id, now) if actor and entry else [],
        login_url=url_for("accounts.login", next=request.path),
    )


def _next_step(
    competition: queries.CompetitionView,
    phase: Phase,
    entry: queries.EntryView | None,
    attempts: list[queries.OwnAttempt],
) -> str:
    """Return the one thing a reader can do, or why there is none: a code."""
    if phase is Phase.CLOSED:
        return "standings"
    if phase not in {Phase.UPCOMING, Phase.RUNNING}:
        return "none"
    if entry is None or entry.voided_at is not None:
        return "void" if entry else "enter"
    if phase is Phase.UPCOMING:
        return "wait"
    if any(attempt.is_open for attempt in attempts):
        return "go_on"
    most = competition.rules.max_attempts
    return "start" if not most or len(attempts) < most else "used"


def _limited_step(
    session: Session, competition: queries.CompetitionView, user_id: int, now: datetime
) -> str:
    """Return what the format's own limits leave: start, tomorrow or solved."""
    chosen = competition.format
    begun = queries.list_begun(session, competition.assessment_id, chosen, user_id)
    refusal = attempt_refusal(chosen, 0, begun, now=now, zone=competition.zone)
    return {"day_used": "tomorrow", "solved": "solved"}.get(refusal or "", "start")


def _waits_for_captain(
    session: Session, competition: queries.CompetitionView, user_id: int
) -> bool:
    """Tell whether a person asked to be in a team and may still be taken, until they start."""
    settings = find_settings(session, competition.id) if competition.team_board_id else None
    if settings is None or not settings.rules.until_start:
        return False
    team = find_own_team(session, competition.id, user_id)
    return team is not None and team.own_state == "asked"


def _bonuses(
    session: Session, competition: queries.CompetitionView, user_id: int, now: datetime
) -> list[tuple[str, str, bool]]:
    """Return the acts that earn something today: code, words, whether it is done."""
    if competition.phase(now) is not Phase.RUNNING or not competition.format.bonuses:
        return []
    today = day_of(now, competition.zone)
    acts = queries.list_bonus_acts(session, competition, user_id)
    done = {act.act for act in acts if act.day == today}
    return [
        (bonus.act.value, words.bonus_words(bonus), bonus.act in done)
        for bonus in competition.format.bonuses
    ]


@bp.post("/<raw_public_id>/enter")
@requires(Permission.SELF_COMPETITION_ENTER)
def enter(raw_public_id: str) -> ResponseReturnValue:
    """Enter the competition; a second time changes nothing."""
    wish = services.Wish(
        place=request.form.get("place"),
        shows_name=request.form.get("shows_name") == "y",
        province=request.form.get("province", ""),
    )
    is_new = services.enter_competition(
        db_session(), current_actor(), raw_public_id, wish=wish, now=utc_now()
    )
    flash(_("报名成功。") if is_new else _("您已经报过名。"), "success")
    return to_detail(raw_public_id)


@bp.post("/<raw_public_id>/name")
@requires(Permission.SELF_COMPETITION_ENTER)
def name(raw_public_id: str) -> ResponseReturnValue:
    """Show or mask one's own name on public lists."""
    shows_name = request.form.get("shows_name") == "y"
    services.show_name(db_session(), current_actor(), raw_public_id, shows_name=shows_name)
    flash(_("公开名单上显示全名。") if shows_name else _("公开名单上遮蔽姓名。"), "success")
    return to_detail(raw_public_id)


@bp.post("/<raw_public_id>/start")
@requires(Permission.SELF_COMPETITION_ENTER)
def start(raw_public_id: str) -> ResponseReturnValue:
    """Start an attempt, or go on with the open one: four statements with the log-in's."""
    attempt = services.start_round(
        db_session(), current_actor(), raw_public_id, device_token=device_token(), now=utc_now()
    )
    return redirect(url_for("attempts.room", raw_public_id=attempt), 303)


@bp.post("/<raw_public_id>/bonus/<raw_act>")
@requires(Permission.SELF_COMPETITION_ENTER)
def bonus(raw_public_id: str, raw_act: str) -> ResponseReturnValue:
    """Sign in, or note that one has shared: points of the day, once."""
    if raw_act not in set(Act):
        raise NotFound("bonus")
    session, actor, act = db_session(), current_actor(), Act(raw_act)
    is_new = services.earn_bonus(session, actor, raw_public_id, act=act, now=utc_now())
    flash(_("已记分。") if is_new else _("今天已经记过分。"), "success")
    return to_detail(raw_public_id)
