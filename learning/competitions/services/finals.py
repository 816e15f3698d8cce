"""From the published list onto a stage: those who go on become the teams of a live room."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from learning.competitions.queries import (
    CompetitionView,
    PromotedLine,
    get_enterprise_page,
    get_managed,
    list_stage_promoted,
)
from learning.competitions.rules import State
from learning.competitions.rules.finals import StageTeam, named_once
from learning.competitions.services.final_teams import link_teams, owner_of
from learning.competitions.services.holding import refuse_sealed
from learning.kernel.errors import Conflict
from learning.kernel.permissions import Actor
from learning.live_rounds.rules import MAX_TEAMS, PRESETS
from learning.live_rounds.services import MAX_NAME, RoomPlan, create_room

MIN_TEAMS = 2


class Teams(StrEnum):
    """Who becomes a team."""

    BOARD = "board"  # the best organisations of the published enterprise board
    PEOPLE = "people"  # each person who went on to the stage
    UNITS = "units"  # each organisation of those who went on to the stage


def create_final(
    session: Session,
    actor: Actor,
    raw_public_id: str,
    *,
    preset: str,
    places: int,
    title: str,
    now: datetime,
    teams: Teams = Teams.BOARD,
) -> str:
    """Write a draft room for the best of a closed competition; return its public id.

    Of the board the first `places` become teams; who shares the last place goes on too, as far as
    there is room for teams: nothing published tells them apart. Those who went on from the last
    round become teams all of them. Each team is linked to its organisation, and to the entries of
    those who went on for it; who stands on the stage can be said anew until it is confirmed. Raises
    NotFound, Invalid, Conflict("not_closed" | "not_revealed" | "room_teams" | "sealed").
    """
    competition = get_managed(session, actor, raw_public_id, now)
    refuse_sealed(session, competition.id)
    if competition.state is not State.CLOSED:
        raise Conflict("not_closed")
    if not competition.shown(now).is_final:
        raise Conflict("not_revealed")
    if teams is Teams.BOARD:
        made = _best_units(session, competition, places)
    else:
        promoted = list_stage_promoted(session, competition.id)
        made = teams_of(promoted, by_unit=teams is Teams.UNITS)
    if not MIN_TEAMS <= len(made) <= MAX_TEAMS:
        raise Conflict("room_teams")
    room = create_room(
        session,
        actor,
        raw_organiser_id=competition.organiser_public_id,
        plan=RoomPlan(
            title, competition.rules.bank, PRESETS[preset].rules, tuple(team.name for team in made)
        ),
        owner=owner_of(competition.public_id),
        now=now,
    )
    link_teams(session, competition, room, made)
    return room


def _best_units(
    session: Session, competition: CompetitionView, places: int
) -> tuple[StageTeam, ...]:
    rows = get_enterprise_page(session, competition.id, page=1).rows
    ranked = [row.tally for row in rows if row.standing is not None and row.standing <= places]
    return named_once((StageTeam(unit.unit_name, unit.unit_id) for unit in ranked), MAX_NAME)


def teams_of(promoted: Sequence[PromotedLine], *, by_unit: bool) -> tuple[StageTeam, ...]:
    """Return the teams in the order of standings, each name only once.

    A person of no organisation is a team also where organisations are. Namesakes are told apart by
    their organisation, and then by a number; organisations of one name by a number.
    """
    return named_once(_by_unit(promoted) if by_unit else _by_person(promoted), MAX_NAME)


def _by_unit(promoted: Sequence[PromotedLine]) -> Iterable[StageTeam]:
    groups: dict[int | str, list[PromotedLine]] = {}
    for line in promoted:
        groups.setdefault(line.entry if line.unit_id is None else line.unit_id, []).append(line)
    for lines in groups.values():
        name = lines[0].unit_name or lines[0].participant_name
        yield StageTeam(name, lines[0].unit_id, tuple(line.entry for line in lines))


def _by_person(promoted: Sequence[PromotedLine]) -> Iterable[StageTeam]:
    alike = Counter(line.participant_name for line in promoted)
    for line in promoted:
        plain = line.participant_name
        is_alike = alike[plain] > 1 and line.unit_name
        name = f"{plain}（{line.unit_name}）" if is_alike else plain
        yield StageTeam(name, line.unit_id, (line.entry,), plain)
