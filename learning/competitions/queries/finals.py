"""The live final of a competition: its rooms' teams with who they are, the confirmed standings."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from learning.competitions.models import Entry, FinalMember, FinalResult, FinalTeam
from learning.competitions.rules import Names, listed_name
from learning.competitions.rules.awards import Listed
from learning.competitions.rules.finals import Placed, placed_from_json
from learning.competitions.rules.prize_lists import STAGE
from learning.competitions.rules.unit_awards import ListedUnit
from learning.competitions.rules.unit_prizes import PrizeOf
from learning.live_rounds.models import LiveRoom
from learning.live_rounds.queries import Room
from learning.organisations.models import Unit, UnitName


@dataclass(frozen=True, slots=True)
class Member:
    """An entry in a team on the stage, with the frozen facts of the entry."""

    entry: str
    name: str
    unit_name: str
    is_void: bool


@dataclass(frozen=True, slots=True)
class TeamLink:
    """A team of a room and who it is; `unit` is a public id, "" for no organisation."""

    number: int
    name: str
    unit: str
    unit_name: str
    members: tuple[Member, ...]

    @property
    def is_known(self) -> bool:
        """Tell whether anybody said who the team is."""
        return bool(self.unit or self.members)


@dataclass(frozen=True, slots=True)
class FinalView:
    """The confirmed standings of a live final, best first."""

    room: str
    title: str
    seq: int
    confirmed_at: datetime
    teams: tuple[Placed, ...]


def list_links(session: Session, room: Room) -> list[TeamLink]:
    """Return the teams of a room by number with who they are."""
    rows = session.execute(
        select(FinalTeam.id, FinalTeam.name, Unit.public_id, UnitName.name.label("unit_name"))
        .outerjoin(Unit, Unit.id == FinalTeam.unit_id)
        .outerjoin(UnitName, (UnitName.unit_id == Unit.id) & UnitName.valid_to.is_(None))
        .where(FinalTeam.room_id == room.id)
    ).all()
    members = _members(session, room.id)
    units = {row.name: (row.public_id or "", row.unit_name or "") for row in rows}
    ids = {row.name: row.id for row in rows}
    return [
        TeamLink(
            team.number,
            team.name,
            *units.get(team.name, ("", "")),
            tuple(members.get(ids.get(team.name, 0), ())),
        )
        for team in room.teams
    ]


def _members(session: Session, room_id: int) -> dict[int, list[Member]]:
    rows = session.execute(
        select(
            FinalMember.team_id,
            Entry.public_id,
            Entry.participant_name,
            Entry.unit_name,
            Entry.voided_at.is_not(None).label("is_void"),
        )
        .join(FinalTeam, FinalTeam.id == FinalMember.team_id)
        .join(Entry, Entry.id == FinalMember.entry_id)
        .where(FinalTeam.room_id == room_id)
        .order_by(FinalMember.id)
    )
    found: dict[int, list[Member]] = defaultdict(list)
    for row in rows:
        found[row.team_id].append(
            Member(row.public_id, row.participant_name, row.unit_name, row.is_void)
        )
    return found


def find_final(session: Session, competition_id: int) -> FinalView | None:
    """Return the confirmed standings of a competition's live final; None before that."""
    row = session.execute(
        select(
            LiveRoom.public_id,
            LiveRoom.title,
            FinalResult.seq,
            FinalResult.confirmed_at,
            FinalResult.standings,
        )
        .join(LiveRoom, LiveRoom.id == FinalResult.room_id)
        .where(FinalResult.competition_id == competition_id)
    ).one_or_none()
    if row is None:
        return None
    teams = placed_from_json(row.standings)
    return FinalView(row.public_id, row.title, row.seq, row.confirmed_at, teams)


def list_shown(session: Session, final: FinalView, names: Names) -> list[Placed]:
    """Return the confirmed standings as anybody may see them.

    A team that is named after its only member is called as that person is on every list.
    """
    alone = [team.entries[0] for team in final.teams if len(team.entries) == 1]
    rows = session.execute(
        select(Entry.public_id, Entry.participant_name, Entry.public_name).where(
            Entry.public_id.in_(alone)
        )
    )
    people = {row.public_id: (row.participant_name, row.public_name) for row in rows}
    return [_shown(team, people, names) for team in final.teams]


def _shown(team: Placed, people: dict[str, tuple[str, str]], names: Names) -> Placed:
    full, public = people.get("".join(team.entries), ("", ""))
    if not full or not team.name.startswith(full):
        return team
    return replace(team, name=listed_name(names, full, public) + team.name[len(full) :])


def list_stage(session: Session, competition_id: int) -> Iterator[Listed]:
    """Yield the members of the teams of the final with their team's place and score.

    Not those whose entry was made void since.
    """
    final = find_final(session, competition_id)
    placed = {entry: team for team in (final.teams if final else ()) for entry in team.entries}
    rows = session.execute(
        select(Entry.public_id, Entry.division)
        .where(
            Entry.competition_id == competition_id,
            Entry.public_id.in_(placed),
            Entry.voided_at.is_(None),
        )
        .order_by(Entry.public_id)
    )
    for row in rows:
        team = placed[row.public_id]
        yield Listed(
            row.public_id, team.score * 1000, team.place, row.division, STAGE, str(team.number)
        )


def list_stage_units(session: Session, competition_id: int) -> list[ListedUnit]:
    """Return the organisations on the stage, each by its best team; the mean is the score."""
    final = find_final(session, competition_id)
    best: dict[str, Placed] = {}
    for team in final.teams if final else ():  # best first
        if team.unit:
            best.setdefault(team.unit, team)
    return [
        ListedUnit(
            PrizeOf.STAGE, unit, team.place, "", len(team.entries), None, None, team.score * 100
        )
        for unit, team in best.items()
    ]


def list_stage_subjects(session: Session, competition_id: int) -> dict[str, tuple[int, str]]:
    """Return row id and name of the organisations on the stage by public id."""
    final = find_final(session, competition_id)
    names = {team.unit: team.unit_name for team in (final.teams if final else ()) if team.unit}
    rows = session.execute(select(Unit.public_id, Unit.id).where(Unit.public_id.in_(names)))
    return {row.public_id: (row.id, names[row.public_id]) for row in rows}
