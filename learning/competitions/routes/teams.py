"""Teams: how they work, one's own, the invitation, the captain's decisions, their board."""

from datetime import datetime
from typing import Any, cast

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from learning.competitions import queries, words
from learning.competitions.forms.teams import TeamRulesForm
from learning.competitions.queries import CompetitionView
from learning.competitions.queries import teams as team_queries
from learning.competitions.routes.blueprint import bp, get_visible, to_detail
from learning.competitions.rules.teams import TeamRules, change_refusal, rules_refusal
from learning.competitions.services import teams as services
from learning.competitions.words import _
from learning.competitions.words.teams import team_lines
from learning.kernel.clock import utc_now
from learning.kernel.errors import Conflict, Invalid, NotFound
from learning.kernel.permissions import Actor, Permission
from learning.kernel.qr import qr_svg
from learning.leaderboards import queries as boards
from learning.settings import Settings
from learning.web import transaction
from learning.web.forms import page_number
from learning.web.guards import current_actor, find_current_actor, public, requires
from learning.web.transaction import db_session

ENTER, MANAGE = Permission.SELF_COMPETITION_ENTER, Permission.COMPETITION_MANAGE


@bp.route("/<raw_public_id>/teams/rules", methods=["GET", "POST"])
@requires(MANAGE)
def team_rules(raw_public_id: str) -> ResponseReturnValue:
    """Let a competition have teams, or change how they work."""
    now, actor = utc_now(), current_actor()
    with transaction.reading() as session:
        competition = queries.get_managed(session, actor, raw_public_id, now)
        held = team_queries.find_settings(session, competition.id)
        is_locked = team_queries.has_teams(session, competition.id) or bool(
            rules_refusal(competition.opens_at, now)
        )
    form = TeamRulesForm(data=(held.rules if held else TeamRules()).to_dict())
    form.offer()
    if form.validate_on_submit():
        try:
            services.set_team_rules(db_session(), actor, raw_public_id, rules=form.rules(), now=now)
        except Invalid as error:
            db_session().rollback()  # the page answers, so what was begun must not be committed
            form.show(error.problems)
        else:
            flash(_("组队规则已保存。"), "success")
            return to_detail(competition.public_id)
    html = render_template(
        "competitions/team_rules.html",
        competition=competition,
        form=form,
        is_locked=is_locked,
        has_rules=held is not None,
        lines=team_lines(held.rules) if held else [],
    )
    return html, 400 if request.method == "POST" else 200


@bp.get("/<raw_public_id>/team")
@requires(ENTER)
def team(raw_public_id: str) -> ResponseReturnValue:
    """Show one's own team, or how to found one."""
    return _page(raw_public_id, "")


@bp.post("/<raw_public_id>/team")
@requires(ENTER)
def found_team(raw_public_id: str) -> ResponseReturnValue:
    """Found a team."""
    try:
        services.found_team(
            db_session(),
            current_actor(),
            raw_public_id,
            raw_name=request.form.get("name", ""),
            now=utc_now(),
        )
    except Invalid:
        db_session().rollback()
        return _page(raw_public_id, _("队名填 1 到 40 个字。"))
    except Conflict as error:
        if error.code != "team_name":
            raise
        db_session().rollback()
        return _page(raw_public_id, _("本场竞赛已有这个队名，请换一个。"))
    flash(_("团队已建好，把邀请链接发给队员。"), "success")
    return _to_team(raw_public_id)


@bp.post("/<raw_public_id>/team/members/<raw_member_id>")
@requires(ENTER)
def decide_member(raw_public_id: str, raw_member_id: str) -> ResponseReturnValue:
    """Approve or remove somebody; form: `decision` = approve or remove."""
    decision = request.form.get("decision", "")
    if decision not in {"approve", "remove"}:
        raise NotFound("decision")
    services.decide_member(
        db_session(),
        current_actor(),
        raw_public_id,
        raw_member_id=raw_member_id,
        approves=decision == "approve",
        now=utc_now(),
    )
    flash(_("已同意加入。") if decision == "approve" else _("已移出。"), "success")
    return _to_team(raw_public_id)


@bp.post("/<raw_public_id>/team/leave")
@requires(ENTER)
def leave_team(raw_public_id: str) -> ResponseReturnValue:
    """Leave one's team; with the captain it goes."""
    services.leave_team(db_session(), current_actor(), raw_public_id, now=utc_now())
    flash(_("您已不在这个团队。"), "success")
    return _to_team(raw_public_id)


@bp.post("/<raw_public_id>/team/invitation")
@requires(ENTER)
def renew_invitation(raw_public_id: str) -> ResponseReturnValue:
    """End the invitation that is out and make a new one."""
    services.renew_invitation(db_session(), current_actor(), raw_public_id, now=utc_now())
    flash(_("旧的邀请链接已失效。"), "success")
    return _to_team(raw_public_id)


@bp.get("/teams/<raw_token>")
@public
def team_invitation(raw_token: str) -> ResponseReturnValue:
    """Show who invites, and the one thing to do next."""
    session, now, actor = db_session(), utc_now(), find_current_actor()
    team, competition_id = team_queries.get_invited(
        session, raw_token, actor.user_id if actor else None
    )
    competition = queries.get_published(session, competition_id)
    entry = queries.find_entry(session, competition.id, actor.user_id) if actor else None
    settings = team_queries.get_settings(session, competition.id)
    return render_template(
        "competitions/team_invitation.html",
        competition=competition,
        team=team,
        entry=entry,
        lines=team_lines(settings.rules),
        is_locked=_is_locked(competition, settings.rules, now),
        has_begun=actor is not None and _has_begun(session, competition, actor),
        login_url=url_for(
            "accounts.login", next=url_for("competitions.team_invitation", raw_token=raw_token)
        ),
    )


@bp.post("/teams/<raw_token>")
@requires(ENTER)
def ask_team(raw_token: str) -> ResponseReturnValue:
    """Ask to be in the team."""
    competition = services.ask_team(db_session(), current_actor(), raw_token, now=utc_now())
    flash(_("已申请，等队长同意。"), "success")
    return _to_team(competition)


@bp.get("/<raw_public_id>/standings/teams")
@public
def team_standings(raw_public_id: str) -> ResponseReturnValue:
    """Show a page of the teams' board, once the list is published."""
    session, now, actor = db_session(), utc_now(), find_current_actor()
    number = page_number(request.args)
    competition = get_visible(session, actor, raw_public_id, now)
    settings = team_queries.get_settings(session, competition.id)
    is_published = competition.shown(now).is_final
    shown: dict[str, Any] = {
        "competition": competition,
        "tab": "teams",
        "is_published": is_published,
        "lines": team_lines(settings.rules),
        "tie_words": words.tie_words(competition.tie_rule),
    }
    if is_published:
        page = boards.get_page(session, settings.board_id, page=number, size=queries.PAGE_SIZE)
        names = team_queries.names_of_teams(session, [row.subject for row in page.rows])
        own = team_queries.find_own_team(session, competition.id, actor.user_id) if actor else None
        shown |= {
            "page": page,
            "rows": [(row, names[row.subject]) for row in page.rows],
            "own": own,
            "place": boards.find_place(session, settings.board_id, own.public_id) if own else None,
            "page_url": lambda n: url_for(
                "competitions.team_standings", raw_public_id=competition.public_id, page=n
            ),
        }
    return render_template("competitions/team_standings.html", **shown)


def _page(raw_public_id: str, problem: str) -> ResponseReturnValue:
    now, actor = utc_now(), current_actor()
    with transaction.reading() as session:
        competition = queries.get_published(session, raw_public_id)
        settings = team_queries.get_settings(session, competition.id)
        entry = queries.find_entry(session, competition.id, actor.user_id)
        team = team_queries.find_own_team(session, competition.id, actor.user_id)
        members = team_queries.list_members(session, team) if team else []
        has_begun = _has_begun(session, competition, actor)
    address = _address(team.token) if team else ""
    html = render_template(
        "competitions/team.html",
        competition=competition,
        rules=settings.rules,
        lines=team_lines(settings.rules),
        entry=entry,
        team=team,
        members=members,
        approved=sum(member.state == "member" for member in members),
        is_locked=_is_locked(competition, settings.rules, now),
        has_begun=has_begun,
        address=address,
        qr=qr_svg(address, module=4) if team and team.is_captain else "",
        problem=problem,
    )
    return html, 400 if problem else 200


def _is_locked(competition: CompetitionView, rules: TeamRules, now: datetime) -> bool:
    return bool(change_refusal(rules, (competition.opens_at, competition.closes_at), now))


def _has_begun(session: Session, competition: CompetitionView, actor: Actor) -> bool:
    entry = team_queries.find_own_entry(session, competition.id, actor.user_id)
    return entry is not None and team_queries.has_begun(session, entry.id)


def _address(token: str) -> str:
    """Return the invitation's address; from the settings, never from the request."""
    settings = cast("Settings", current_app.extensions["settings"])
    path = url_for("competitions.team_invitation", raw_token=token)
    return settings.external_url.rstrip("/") + path


def _to_team(raw_public_id: str) -> ResponseReturnValue:
    return redirect(url_for("competitions.team", raw_public_id=raw_public_id), 303)
