"""Who a team on the stage is, and the standings of the final that count.

Prizes by the live final rest on standings that the organiser confirmed once the evening is over,
with the members as they were linked then. What changes afterwards (a verdict overruled late, a
member linked wrongly) counts once it is confirmed again; prizes that are not final follow.
"""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import delete, insert, or_, select
from sqlalchemy.orm import Session

from learning.competitions.models import (
    EnterpriseResult,
    Entry,
    FinalMember,
    FinalResult,
    FinalTeam,
)
from learning.competitions.queries import CompetitionView
from learning.competitions.queries.finals import TeamLink, list_links
from learning.competitions.rules.awards import LossCause
from learning.competitions.rules.finals import (
    MAX_MEMBERS,
    Placed,
    StageTeam,
    placed_to_json,
    typed_members,
)
from learning.competitions.services.holding import hold
from learning.competitions.services.reranking import PrizeAct
from learning.competitions.services.settling import settle_awards
from learning.kernel import audit
from learning.kernel.errors import Conflict, Invalid, NotFound, Problem
from learning.kernel.permissions import Actor
from learning.live_rounds.queries import Room, get_frame, get_owned, get_state
from learning.live_rounds.rules import Phase, State, standings
from learning.organisations.models import Unit, UnitName


def owner_of(public_id: str) -> str:
    """Return what a room made for a competition is owned by."""
    return f"competition:{public_id}"


def link_teams(
    session: Session, competition: CompetitionView, raw_room_id: str, teams: Iterable[StageTeam]
) -> None:
    """Write who the teams of a room made just now are."""
    room = get_room(session, competition, raw_room_id)
    for team in teams:
        row = FinalTeam(room_id=room.id, name=team.name, unit_id=team.unit_id)
        session.add(row)
        session.flush()  # its members need its id
        _write_members(session, row.id, team.entries)


def get_room(session: Session, competition: CompetitionView, raw_room_id: str) -> Room:
    """Return a room that was made for a competition. Raises NotFound for any other."""
    return get_owned(session, owner_of(competition.public_id), raw_room_id)


def set_team(
    session: Session,
    actor: Actor,
    raw_public_id: str,
    raw_room_id: str,
    number: int,
    *,
    unit: str,
    members: str,
    now: datetime,
) -> None:
    """Say anew who a team is: its organisation by name or id, its members by entry id or name.

    One member a line. "" is no organisation, and nobody. Raises NotFound, Conflict("sealed");
    Invalid with the place `unit` or `members`, the code none | several | elsewhere | many, and what
    was typed.
    """
    competition = hold(session, actor, raw_public_id, now)
    room = get_room(session, competition, raw_room_id)
    links = {link.number: link for link in list_links(session, room)}
    if number not in links:
        raise NotFound("team")
    unit_id = _unit_of(session, competition, " ".join(unit.split()))
    typed = typed_members(members)
    if len(typed) > MAX_MEMBERS:
        _refuse("members", "many", str(MAX_MEMBERS))
    entries = [_entry_of(session, competition, text) for text in typed]
    entries = list(dict.fromkeys(entries))
    _check_elsewhere(links, number, entries)
    name = links[number].name
    _forget_link(session, room.id, name)
    row = FinalTeam(room_id=room.id, name=name, unit_id=unit_id)
    session.add(row)
    session.flush()  # its members need its id
    _write_members(session, row.id, entries)
    facts: dict[str, object] = {
        "room": room.public_id,
        "team": name,
        "unit": unit,
        "entries": entries,
    }
    _log(session, actor, "competition.final_team_set", competition, now, facts)


def _unit_of(session: Session, competition: CompetitionView, typed: str) -> int | None:
    if not typed:
        return None
    rows = session.scalars(
        select(Unit.id)
        .join(EnterpriseResult, EnterpriseResult.unit_id == Unit.id)
        .outerjoin(UnitName, (UnitName.unit_id == Unit.id) & UnitName.valid_to.is_(None))
        .where(
            EnterpriseResult.competition_id == competition.id,
            or_(
                EnterpriseResult.unit_name == typed,
                UnitName.name == typed,
                Unit.public_id == typed,
            ),
        )
        .limit(2)
    ).all()
    if len(rows) != 1:
        _refuse("unit", "several" if rows else "none", typed)
    return rows[0]


def _entry_of(session: Session, competition: CompetitionView, typed: str) -> str:
    """Return the entry that was typed: its id, a name with its id behind, or a name alone."""
    last = typed.rpartition(" ")[2]
    of_contest = (Entry.competition_id == competition.id, Entry.voided_at.is_(None))
    by_id = session.scalar(select(Entry.public_id).where(*of_contest, Entry.public_id == last))
    if by_id is not None:
        return by_id
    named = session.scalars(
        select(Entry.public_id).where(*of_contest, Entry.participant_name == typed).limit(2)
    ).all()
    if len(named) != 1:
        _refuse("members", "several" if named else "none", typed)
    return named[0]


def _check_elsewhere(links: dict[int, TeamLink], number: int, entries: Iterable[str]) -> None:
    wanted = set(entries)
    for link in links.values():
        for member in link.members:
            if link.number != number and member.entry in wanted:
                _refuse("members", "elsewhere", f"{member.name} · {link.name}")


def _refuse(place: str, code: str, typed: str) -> None:
    raise Invalid([Problem("", None, place, code, typed)])


def _forget_link(session: Session, room_id: int, name: str) -> None:
    mine = (FinalTeam.room_id == room_id) & (FinalTeam.name == name)
    ids = select(FinalTeam.id).where(mine)
    session.execute(delete(FinalMember).where(FinalMember.team_id.in_(ids)))
    session.execute(delete(FinalTeam).where(mine))


def _write_members(session: Session, team_id: int, entries: Iterable[str]) -> None:
    wanted = list(entries)
    rows = session.execute(select(Entry.public_id, Entry.id).where(Entry.public_id.in_(wanted)))
    ids = {row.public_id: row.id for row in rows}
    if wanted:
        session.execute(
            insert(FinalMember),
            [{"team_id": team_id, "entry_id": ids[entry]} for entry in wanted],
        )


def confirm_final(
    session: Session, actor: Actor, raw_public_id: str, raw_room_id: str, *, now: datetime
) -> tuple[Placed, ...]:
    """Let the standings of a room that is over be those of the competition's final.

    They take the place of what was confirmed before; drawn prizes that are not final follow. Raises
    NotFound, Conflict("sealed"), Conflict("final_running") while the room is not over.
    """
    competition = hold(session, actor, raw_public_id, now)
    room = get_room(session, competition, raw_room_id)
    state = find_end(session, room)
    if state is None:
        raise Conflict("final_running")
    teams = placed_teams(session, room, state)
    held = session.get(FinalResult, competition.id, with_for_update=True)
    if held is None:
        held = FinalResult(competition_id=competition.id)
        session.add(held)
    held.room_id, held.seq, held.standings = room.id, state.seq, placed_to_json(teams)
    held.confirmed_by, held.confirmed_at = actor.user_id, now
    session.flush()  # prizes read it
    facts: dict[str, object] = {
        "room": room.public_id,
        "seq": state.seq,
        "standings": [[team.place, team.name, team.score, *team.entries] for team in teams],
    }
    _log(session, actor, "competition.final_confirmed", competition, now, facts)
    act = PrizeAct(actor.user_id, LossCause.OUTDATED.value, now)
    settle_awards(session, competition, act=act)
    return teams


def find_end(session: Session, room: Room) -> State | None:
    """Return the state of a room that is over; None before."""
    if not room.is_open:
        return None
    state = get_state(session, get_frame(session, room))
    return state if state.phase is Phase.FINISHED else None


def placed_teams(session: Session, room: Room, state: State) -> tuple[Placed, ...]:
    """Return the teams by their standings with who they are now; void entries are left out."""
    links = {link.number: link for link in list_links(session, room)}
    return tuple(
        Placed(
            number=line.team,
            name=links[line.team].name,
            place=line.place,
            score=line.score,
            unit=links[line.team].unit,
            unit_name=links[line.team].unit_name,
            entries=tuple(m.entry for m in links[line.team].members if not m.is_void),
        )
        for line in standings(state)
    )


def _log(
    session: Session,
    actor: Actor,
    act: str,
    competition: CompetitionView,
    now: datetime,
    facts: dict[str, object],
) -> None:
    audit.log(session, act, competition.public_id, actor_id=actor.user_id, now=now, details=facts)
