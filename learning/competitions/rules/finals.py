"""The live final and the contest: who a team on the stage is, and where it stood. Pure."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace

MAX_MEMBERS = 20  # of a team, with those who help


@dataclass(frozen=True, slots=True)
class StageTeam:
    """A team to be made: its name, its organisation by row id, its members' entries.

    Where the name is taken, a number is put behind `plain` ("": behind the name).
    """

    name: str
    unit_id: int | None = None
    entries: tuple[str, ...] = ()
    plain: str = ""


@dataclass(frozen=True, slots=True)
class Placed:
    """A team by the confirmed standings; `unit` is the public id of its organisation, "" for none.

    `score` is in points; `entries` are its members.
    """

    number: int
    name: str
    place: int
    score: int
    unit: str = ""
    unit_name: str = ""
    entries: tuple[str, ...] = ()


def placed_to_json(teams: Iterable[Placed]) -> str:
    """Return standings as they are stored."""
    return json.dumps([asdict(team) for team in teams], ensure_ascii=False)


def placed_from_json(text: str) -> tuple[Placed, ...]:
    """Read what `placed_to_json` gave."""
    return tuple(Placed(**{**each, "entries": tuple(each["entries"])}) for each in json.loads(text))


def named_once(teams: Iterable[StageTeam], longest: int) -> tuple[StageTeam, ...]:
    """Return teams with names of at most so many characters, each only once."""
    taken: set[str] = set()
    named: list[StageTeam] = []
    for team in teams:
        name, number, plain = team.name[:longest], 2, team.plain or team.name
        while name in taken:
            name, number = f"{plain[: longest - 4]} {number}", number + 1
        taken.add(name)
        named.append(replace(team, name=name))
    return tuple(named)


def typed_members(text: str) -> tuple[str, ...]:
    """Return what was typed for a team's members, one a line, without empty lines and repeats."""
    lines = (" ".join(line.split()) for line in text.splitlines())
    return tuple(dict.fromkeys(line for line in lines if line))
