"""Teams of a competition: one's own, one by its invitation, and what their results follow from."""

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from learning.attempts.models import Attempt
from learning.attempts.queries import list_scores
from learning.competitions.formats import FIRST
from learning.competitions.models import Competition, Entry, Round, Team, TeamMember, TeamSetting
from learning.competitions.queries.keeping import counts_of, results_of
from learning.competitions.queries.participation import unit_code
from learning.competitions.queries.views import CompetitionView, checked_id
from learning.competitions.rules import State
from learning.competitions.rules.teams import TeamRules, team_result
from learning.kernel.errors import NotFound
from learning.leaderboards.rules import TIE_RULES, Result, counting

LIVE = ("asked", "member")


@dataclass(frozen=True, slots=True)
class TeamSettings:
    """How teams of a competition work, and the board they stand on."""

    board_id: int
    rules: TeamRules


@dataclass(frozen=True, slots=True)
class MemberLine:
    """Somebody of a team; `is_captain` founded it, `has_begun` to answer."""

    public_id: str
    name: str
    state: str
    asked_at: datetime
    is_captain: bool
    has_begun: bool


@dataclass(frozen=True, slots=True)
class TeamView:
    """A team as its people see it; `own_state` is how the reader stands in it, "" for not."""

    id: int
    public_id: str
    name: str
    unit_id: int | None
    unit_name: str
    token: str
    captain_id: int
    captain_name: str
    own_state: str
    own_entry: int | None

    @property
    def is_captain(self) -> bool:
        """Tell whether the reader is the captain."""
        return self.own_entry == self.captain_id


@dataclass(frozen=True, slots=True)
class TeamName:
    """What lists print of a team."""

    name: str
    unit_name: str
    members: int


def find_settings(session: Session, competition_id: int) -> TeamSettings | None:
    """Return how teams work in a competition, None where there are none."""
    row = session.get(TeamSetting, competition_id)
    if row is None:
        return None
    return TeamSettings(row.board_id, TeamRules.from_dict(json.loads(row.rules)))


def get_settings(session: Session, competition_id: int) -> TeamSettings:
    """Return how teams work in a competition; NotFound where there are none."""
    found = find_settings(session, competition_id)
    if found is None:
        raise NotFound("teams")
    return found


def has_teams(session: Session, competition_id: int) -> bool:
    """Tell whether anybody founded a team."""
    found = select(Team.id).where(Team.competition_id == competition_id).limit(1)
    return session.scalar(found) is not None


def find_own_entry(session: Session, competition_id: int, user_id: int) -> Entry | None:
    """Return a person's entry, or None."""
    return session.scalars(
        select(Entry).where(Entry.competition_id == competition_id, Entry.user_id == user_id)
    ).one_or_none()


def _begun() -> ColumnElement[bool]:
    """Return the condition that an entry's person has begun an attempt at the first round."""
    return (
        select(Attempt.id)
        .join(Round, Round.assessment_id == Attempt.assessment_id)
        .where(
            Round.competition_id == Entry.competition_id,
            Round.number == FIRST,
            Attempt.user_id == Entry.user_id,
        )
        .correlate(Entry)
        .exists()
    )


def has_begun(session: Session, entry_id: int) -> bool:
    """Tell whether the person of an entry has begun to answer, or a paper of theirs was keyed."""
    found = select(Entry.id).where(Entry.id == entry_id, _begun())
    return session.scalar(found) is not None


def list_member_entries(session: Session, team_id: int) -> list[int]:
    """Return the entries (row ids) of a team's members."""
    found = select(TeamMember.entry_id).where(
        TeamMember.team_id == team_id, TeamMember.state == "member"
    )
    return list(session.scalars(found))


def find_own_team(session: Session, competition_id: int, user_id: int) -> TeamView | None:
    """Return the team in which a person is, or waits to be, in a competition."""
    row = session.execute(
        select(Team, TeamMember.state, Entry.id)
        .join(TeamMember, TeamMember.team_id == Team.id)
        .join(Entry, Entry.id == TeamMember.entry_id)
        .where(
            Team.competition_id == competition_id,
            Entry.user_id == user_id,
            TeamMember.state.in_(LIVE),
            Team.disbanded_at.is_(None),
        )
    ).one_or_none()
    return None if row is None else _view(session, *row)


def get_invited(session: Session, raw_token: str, user_id: int | None) -> tuple[TeamView, str]:
    """Return the team that a token invites to, with its competition's public id; else NotFound."""
    row = session.execute(
        select(Team, Competition.public_id)
        .join(Competition, Competition.id == Team.competition_id)
        .where(
            Team.token == checked_id(raw_token).lower(),
            Team.disbanded_at.is_(None),
            Competition.state != State.DRAFT.value,
        )
    ).one_or_none()
    if row is None:
        raise NotFound("team")
    team, competition = row
    own = session.execute(
        select(TeamMember.state, Entry.id)
        .join(Entry, Entry.id == TeamMember.entry_id)
        .where(
            TeamMember.team_id == team.id,
            Entry.user_id == user_id,
            TeamMember.state.in_(LIVE),
        )
    ).one_or_none()
    return _view(session, team, *(own or ("", None))), competition


def _view(session: Session, team: Team, state: str, entry_id: int | None) -> TeamView:
    captain = session.scalar(select(Entry.participant_name).where(Entry.id == team.captain_id))
    return TeamView(
        id=team.id,
        public_id=team.public_id,
        name=team.name,
        unit_id=team.unit_id,
        unit_name=team.unit_name,
        token=team.token,
        captain_id=team.captain_id,
        captain_name=captain or "",
        own_state=state,
        own_entry=entry_id,
    )


def list_members(session: Session, team: TeamView) -> list[MemberLine]:
    """Return who is in a team and who asked, in the order of asking."""
    rows = session.execute(
        select(
            TeamMember.public_id,
            Entry.participant_name,
            TeamMember.state,
            TeamMember.asked_at,
            (Entry.id == team.captain_id),
            _begun(),
        )
        .join(Entry, Entry.id == TeamMember.entry_id)
        .where(TeamMember.team_id == team.id, TeamMember.state.in_(LIVE))
        .order_by(TeamMember.id)
    )
    return [MemberLine(*row) for row in rows]


def count_members(session: Session, team_id: int, state: str = "member") -> int:
    """Return how many are in a team, or asked to be."""
    counted = (
        select(func.count())
        .select_from(TeamMember)
        .where(TeamMember.team_id == team_id, TeamMember.state == state)
    )
    return session.scalar(counted) or 0


def find_team_round(session: Session, assessment_id: int, user_id: int) -> tuple[int, int] | None:
    """Return the first round and the team of a person whose attempt counts for one, or None."""
    row = session.execute(
        select(Round.id, Team.id)
        .join(Entry, Entry.competition_id == Round.competition_id)
        .join(TeamMember, TeamMember.entry_id == Entry.id)
        .join(Team, Team.id == TeamMember.team_id)
        .where(
            Round.assessment_id == assessment_id,
            Round.number == 1,
            Entry.user_id == user_id,
            TeamMember.state == "member",
            Team.disbanded_at.is_(None),
        )
    ).one_or_none()
    return None if row is None else (row[0], row[1])


def team_results(
    session: Session,
    competition: CompetitionView,
    settings: TeamSettings,
    team_ids: Sequence[int] | None = None,
) -> dict[str, Result]:
    """Return what stands on the teams' board, from the scores of all members; of some teams.

    A few teams are read member by member; all of them with one pass over the scores.
    """
    query = (
        select(Team.public_id, Team.unit_id, Entry.public_id.label("entry"), Entry.user_id)
        .join(TeamMember, TeamMember.team_id == Team.id)
        .join(Entry, Entry.id == TeamMember.entry_id)
        .where(
            Team.competition_id == competition.id,
            Team.disbanded_at.is_(None),
            TeamMember.state == "member",
        )
    )
    if team_ids is not None:
        query = query.where(Team.id.in_(team_ids))
    members = defaultdict(list)
    for row in session.execute(query):
        members[row.public_id, row.unit_id].append(row)
    users = None if team_ids is None else [m.user_id for part in members.values() for m in part]
    due = _counting(session, competition, users)
    found = {}
    for (team, unit_id), part in members.items():
        result = team_result(
            settings.rules,
            TIE_RULES[competition.tie_rule],
            team=team,
            unit=unit_code(unit_id),
            members=len(part),
            results=[due[m.entry] for m in part if m.entry in due],
        )
        if result is not None:
            found[team] = result
    return found


def _counting(
    session: Session, competition: CompetitionView, users: Sequence[int] | None
) -> dict[str, Result]:
    spans = [None] if users is None else [(user, user) for user in users]
    results: list[Result] = []
    for span in spans:
        scores = list_scores(session, competition.assessment_id, users=span)
        results += results_of(session, competition, scores, users=span)
    return counting(TIE_RULES[competition.tie_rule], results, counts_of(competition))


def names_of_teams(session: Session, subjects: Sequence[str]) -> dict[str, TeamName]:
    """Return what lists print of some teams, by public id."""
    rows = session.execute(
        select(Team.public_id, Team.name, Team.unit_name, func.count(TeamMember.id))
        .outerjoin(TeamMember, (TeamMember.team_id == Team.id) & (TeamMember.state == "member"))
        .where(Team.public_id.in_(subjects))
        .group_by(Team.id, Team.public_id, Team.name, Team.unit_name)
    )
    return {row[0]: TeamName(row[1], row[2], row[3]) for row in rows}
