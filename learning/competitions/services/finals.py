"""From a published list onto a stage: those who go on become the teams of a live room."""

from collections import Counter
from collections.abc import Sequence
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


def owner_of(public_id: str) -> str:
    """Return what a room made for a competition is owned by."""
    return f"competition:{public_id}"


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
    round become teams all of them. Raises NotFound, Invalid,
    Conflict("not_closed" | "not_revealed" | "room_teams" | "sealed").
    """
    competition = get_managed(session, actor, raw_public_id, now)
    refuse_sealed(session, competition.id)
    if competition.state is not State.CLOSED:
        raise Conflict("not_closed")
    if not competition.shown(now).is_final:
        raise Conflict("not_revealed")
    if teams is Teams.BOARD:
        names = _best_units(session, competition, places)
    else:
        promoted = list_stage_promoted(session, competition.id)
        names = name_teams(promoted, by_unit=teams is Teams.UNITS)
    if not MIN_TEAMS <= len(names) <= MAX_TEAMS:
        raise Conflict("room_teams")
    return create_room(
        session,
        actor,
        raw_organiser_id=competition.organiser_public_id,
        plan=RoomPlan(title, competition.rules.bank, PRESETS[preset].rules, names),
        owner=owner_of(competition.public_id),
        now=now,
    )


def _best_units(session: Session, competition: CompetitionView, places: int) -> tuple[str, ...]:
    rows = get_enterprise_page(session, competition.id, page=1).rows
    ranked = [row for row in rows if row.standing is not None and row.standing <= places]
    return tuple(row.tally.unit_name[:MAX_NAME] for row in ranked)


def name_teams(promoted: Sequence[PromotedLine], *, by_unit: bool) -> tuple[str, ...]:
    """Return the names of teams in the order of standings, each one only once.

    A person of no organisation is a team also where organisations are. Namesakes are told apart by
    their organisation, and then by a number.
    """
    if by_unit:
        units = (line.unit_name or line.participant_name for line in promoted)
        return tuple(dict.fromkeys(name[:MAX_NAME] for name in units))
    alike = Counter(line.participant_name for line in promoted)
    names: list[str] = []
    for line in promoted:
        name = line.participant_name
        if alike[name] > 1 and line.unit_name:
            name = f"{name}（{line.unit_name}）"
        name, number = name[:MAX_NAME], 2
        while name in names:
            name, number = f"{line.participant_name[: MAX_NAME - 4]} {number}", number + 1
        names.append(name)
    return tuple(names)
