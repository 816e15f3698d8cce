"""Teams: settings, founding, asking, the captain's decisions, and the board they stand on."""

import json
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from learning.competitions.models import Team, TeamMember, TeamSetting
from learning.competitions.queries import CompetitionView, get_published, get_ticket
from learning.competitions.queries.teams import (
    TeamSettings,
    TeamView,
    count_members,
    find_own_entry,
    find_own_team,
    find_settings,
    get_invited,
    get_settings,
    has_begun,
    has_teams,
    list_member_entries,
    team_results,
)
from learning.competitions.queries.views import checked_id
from learning.competitions.rules import State
from learning.competitions.rules.teams import (
    MAX_ASKED,
    TeamRules,
    approval_refusal,
    change_refusal,
    check_team_name,
    problems_of,
    rules_refusal,
)
from learning.competitions.services.holding import hold, refuse_sealed
from learning.kernel import audit
from learning.kernel.errors import Conflict, Invalid, NotFound, Problem
from learning.kernel.ids import new_public_id
from learning.kernel.permissions import Actor
from learning.leaderboards import queries as boards
from learning.leaderboards import services as board_services
from learning.leaderboards.rules import TIE_RULES, sort_key
from learning.leaderboards.services import Corrections


def set_team_rules(
    session: Session, actor: Actor, raw_public_id: str, *, rules: TeamRules, now: datetime
) -> None:
    """Let a competition have teams, or change how they work, until the first is founded.

    Raises NotFound, Invalid (places least, most, best), Conflict("closed" | "team_locked" |
    "teams_founded").
    """
    problems = problems_of(rules)
    if problems:
        raise Invalid(problems)
    competition = hold(session, actor, raw_public_id, now)
    if competition.state is State.CLOSED:
        raise Conflict("closed")
    refusal = rules_refusal(competition.opens_at, now)
    if refusal:
        raise Conflict(refusal)
    if has_teams(session, competition.id):
        raise Conflict("teams_founded")
    held = find_settings(session, competition.id)
    text = json.dumps(rules.to_dict(), sort_keys=True)
    if held is None:
        owner = f"competition:{competition.public_id}:teams"
        board = board_services.create_board(
            session, owner=owner, tie_rule=competition.tie_rule, now=now
        )
        values = {"board_id": board.id, "rules": text, "set_by": actor.user_id, "set_at": now}
        session.execute(insert(TeamSetting).values(competition_id=competition.id, **values))
    else:
        session.execute(
            update(TeamSetting)
            .where(TeamSetting.competition_id == competition.id)
            .values(rules=text, set_by=actor.user_id, set_at=now)
        )
    audit.log(
        session,
        "competition.team_rules",
        competition.public_id,
        actor_id=actor.user_id,
        now=now,
        details=rules.to_dict(),
    )


def _entered(
    session: Session, actor: Actor, raw_public_id: str, now: datetime
) -> tuple[CompetitionView, TeamSettings, int, int | None, str]:
    """Return competition, settings and the person's entry (id, unit), while teams may change."""
    get_ticket(session, actor.user_id, raw_public_id)  # holds off a close
    competition = get_published(session, raw_public_id)
    refuse_sealed(session, competition.id)
    settings = get_settings(session, competition.id)
    entry = find_own_entry(session, competition.id, actor.user_id)
    if entry is None:
        raise Conflict("not_entered")
    window = competition.opens_at, competition.closes_at
    refusal = change_refusal(settings.rules, window, now)
    if refusal:
        raise Conflict(refusal)
    return competition, settings, entry.id, entry.unit_id, entry.unit_name


def _refuse_begun(session: Session, entry_id: int) -> None:
    """Raise Conflict("team_started") for whoever has begun to answer."""
    if has_begun(session, entry_id):
        raise Conflict("team_started")


def _follow(session: Session, competition: CompetitionView, team_id: int, now: datetime) -> None:
    """Let a team's row on the board follow who is in it, once there can be results."""
    if now >= competition.opens_at:
        recompute_team(session, competition, team_id)


def found_team(
    session: Session, actor: Actor, raw_public_id: str, *, raw_name: str, now: datetime
) -> str:
    """Found a team with oneself as captain and first member; return its public id.

    Raises NotFound where there are no teams, Invalid(name), Conflict("not_entered" | "team_locked"
    | "team_started" | "team_other" for who is in a team or asked one | "team_name" for one taken).
    """
    competition, settings, entry_id, unit_id, unit_name = _entered(
        session, actor, raw_public_id, now
    )
    try:
        name, key = check_team_name(raw_name)
    except ValueError as error:
        raise Invalid([Problem("", None, "name", "team_name", "name")]) from error
    if find_own_team(session, competition.id, actor.user_id) is not None:
        raise Conflict("team_other")
    _refuse_begun(session, entry_id)
    team = Team(
        public_id=new_public_id(),
        competition_id=competition.id,
        unit_id=unit_id,
        unit_name=unit_name,
        name=name,
        name_key=key,
        captain_id=entry_id,
        token=new_public_id(),
        founded_at=now,
    )
    try:
        with session.begin_nested():
            session.add(team)
            session.flush()
    except IntegrityError as error:
        raise Conflict("team_name") from error
    _insert_member(session, team.id, entry_id, "member", now)
    # Rules are locked by now, since somebody has entered: the board's may follow them.
    board_services.set_tie_rule(session, settings.board_id, competition.tie_rule)
    return team.public_id


def _insert_member(
    session: Session, team_id: int, entry_id: int, state: str, now: datetime
) -> None:
    try:
        with session.begin_nested():
            session.add(
                TeamMember(
                    public_id=new_public_id(),
                    team_id=team_id,
                    entry_id=entry_id,
                    state=state,
                    asked_at=now,
                    changed_at=now if state == "member" else None,
                )
            )
            session.flush()
    except IntegrityError as error:  # the same person, this very moment
        raise Conflict("team_other") from error


def ask_team(session: Session, actor: Actor, raw_token: str, *, now: datetime) -> str:
    """Ask to be in the team of an invitation; return the competition's public id.

    Asking again changes nothing. Raises NotFound, Conflict("not_entered" | "team_locked" |
    "team_started" | "team_other" | "team_unit" | "too_many").
    """
    team, competition_id = get_invited(session, raw_token, actor.user_id)
    if team.own_state:
        return competition_id
    competition, settings, entry_id, unit_id, _name = _entered(session, actor, competition_id, now)
    if find_own_team(session, competition.id, actor.user_id) is not None:
        raise Conflict("team_other")
    _refuse_begun(session, entry_id)
    if settings.rules.same_unit and unit_id != team.unit_id:
        raise Conflict("team_unit")
    if count_members(session, team.id, "asked") >= MAX_ASKED:
        raise Conflict("too_many")
    _insert_member(session, team.id, entry_id, "asked", now)
    return competition_id


def decide_member(
    session: Session,
    actor: Actor,
    raw_public_id: str,
    *,
    raw_member_id: str,
    approves: bool,
    now: datetime,
) -> None:
    """As captain approve who asked; or refuse them, or remove a member.

    The team's row is held, so that no more are approved than the rules allow. Whoever has begun to
    answer neither comes in nor is put out. Raises NotFound for whoever is not the captain's own,
    Conflict("team_locked" | "team_full" | "team_captain" | "team_member_started").
    """
    competition, settings, team = _own_as_captain(session, actor, raw_public_id, now)
    session.execute(select(Team.id).where(Team.id == team.id).with_for_update())
    row = session.scalars(
        select(TeamMember).where(
            TeamMember.public_id == checked_id(raw_member_id), TeamMember.team_id == team.id
        )
    ).one_or_none()
    if row is None or row.state not in {"asked", "member"}:
        raise NotFound("member")
    if row.entry_id == team.captain_id:
        raise Conflict("team_captain")
    if (approves or row.state == "member") and has_begun(session, row.entry_id):
        raise Conflict("team_member_started")
    if approves and row.state == "asked":
        refusal = approval_refusal(settings.rules, count_members(session, team.id))
        if refusal:
            raise Conflict(refusal)
        row.state, row.changed_at = "member", now
    elif not approves:
        row.state = "refused" if row.state == "asked" else "removed"
        row.changed_at = now
    session.flush()
    _follow(session, competition, team.id, now)


def leave_team(session: Session, actor: Actor, raw_public_id: str, *, now: datetime) -> None:
    """Leave one's team, or take one's asking back; with the captain the team goes.

    Raises NotFound, Conflict("team_locked"), Conflict("team_started") for a member who has begun to
    answer, or a captain one of whose members has.
    """
    competition, _settings, entry_id, _unit, _name = _entered(session, actor, raw_public_id, now)
    team = find_own_team(session, competition.id, actor.user_id)
    if team is None:
        raise NotFound("team")
    if team.own_state == "member":
        for member_id in list_member_entries(session, team.id) if team.is_captain else [entry_id]:
            _refuse_begun(session, member_id)
    mine = update(TeamMember).where(
        TeamMember.team_id == team.id, TeamMember.state.in_(("asked", "member"))
    )
    if team.is_captain:
        session.execute(update(Team).where(Team.id == team.id).values(disbanded_at=now))
    else:
        mine = mine.where(TeamMember.entry_id == entry_id)
    session.execute(
        mine.values(state="left", changed_at=now).execution_options(synchronize_session=False)
    )
    _follow(session, competition, team.id, now)


def renew_invitation(session: Session, actor: Actor, raw_public_id: str, *, now: datetime) -> None:
    """End a team's invitation and make a new one. Raises NotFound, Conflict("team_locked")."""
    _competition, _settings, team = _own_as_captain(session, actor, raw_public_id, now)
    session.execute(update(Team).where(Team.id == team.id).values(token=new_public_id()))


def _own_as_captain(
    session: Session, actor: Actor, raw_public_id: str, now: datetime
) -> tuple[CompetitionView, TeamSettings, TeamView]:
    """Return competition, settings and team; who is no captain finds none, entered or not."""
    team = find_own_team(session, get_published(session, raw_public_id).id, actor.user_id)
    if team is None or not team.is_captain:
        raise NotFound("team")
    competition, settings, _entry, _unit, _name = _entered(session, actor, raw_public_id, now)
    return competition, settings, team


def recompute_team(session: Session, competition: CompetitionView, team_id: int) -> None:
    """Make one team's row equal to what its members' scores give."""
    settings = get_settings(session, competition.id)
    board = boards.get_board(session, settings.board_id)
    board_services.lock_board(session, board.id)
    subject = session.scalar(select(Team.public_id).where(Team.id == team_id)) or ""
    due = team_results(session, competition, settings, [team_id])
    board_services.apply(
        session, board, board_services.corrections_of(session, board, [subject], due)
    )


def compare_teams(session: Session, competition: CompetitionView) -> Corrections:
    """Compare the teams' board with all scores; empty where there are no teams; writes nothing."""
    settings = find_settings(session, competition.id)
    if settings is None:
        return Corrections(put=(), remove=())
    due = team_results(session, competition, settings)
    board = boards.get_board(session, settings.board_id)
    rule, standing = TIE_RULES[board.tie_rule], boards.list_results(session, board.id)
    put = tuple(r for s, r in due.items() if standing.get(s) != (r, sort_key(rule, r)))
    return Corrections(put=put, remove=tuple(s for s in standing if s not in due))


def rebuild_teams(session: Session, competition: CompetitionView) -> Corrections:
    """Make the teams' board equal to all scores; return what was wrong."""
    settings = find_settings(session, competition.id)
    if settings is None:
        return Corrections(put=(), remove=())
    board = boards.get_board(session, settings.board_id)
    board_services.lock_board(session, board.id)
    changes = compare_teams(session, competition)
    if len(changes):
        board_services.apply(session, board, changes)
    return changes
