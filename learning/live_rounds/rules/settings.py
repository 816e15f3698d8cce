"""The rules of a contest on a stage as data: every real rule set is a value of these classes.

Points are whole: on a stage nobody announces halves. Times are whole seconds.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from learning.kernel.errors import Problem

MAX_TEAMS = 40
MAX_STAGES = 12
MAX_ITEMS = 200
MAX_POINTS = 1_000
MAX_SECONDS = 900
MAX_VALUES = 5
MAX_TITLE = 40


class Kind(StrEnum):
    """What a stage is."""

    TURNS = "turns"  # 必答: each team alone, one after the other
    COMMON = "common"  # 共同必答: all teams answer the same item
    BUZZ = "buzz"  # 抢答: who is first may answer
    RISK = "risk"  # 风险: each team alone, of a value that it chooses
    AUDIENCE = "audience"  # 观众: the audience answers, its points may go to a team
    SUDDEN = "sudden"  # 加赛: the first right wins, a wrong one is out; no points


class Order(StrEnum):
    """Whose turn comes first in a stage."""

    NUMBER = "number"  # as the teams are numbered
    HIGH = "high"  # who leads begins; equal scores by lot
    LOW = "low"  # who trails begins; equal scores by lot
    LOT = "lot"


class Help(StrEnum):
    """Who may help whoever answers; the host watches over it, the screen prints it."""

    ALONE = "alone"  # one member answers, the others keep silent
    TEAM = "team"  # the team talks it over
    AUDIENCE = "audience"  # somebody of the audience may be asked


class Unclaimed(StrEnum):
    """What becomes of an item for which nobody buzzes in time."""

    VOID = "void"
    AUDIENCE = "audience"


TAKING_TURNS = (Kind.TURNS, Kind.RISK)
BUZZING = (Kind.BUZZ, Kind.SUDDEN)


@dataclass(frozen=True, slots=True)
class StageRules:
    """One stage. `items` counts per team where teams take turns, else in all.

    `values` are what an item may be worth: one, but for risk, where the team chooses. `penalty` is
    what a wrong answer costs, None for as much as the item is worth. `early_penalty` is what a buzz
    before the start costs; with `early_voids` it also takes the item from everybody, otherwise from
    the team alone. `stock` bounds the items of each value (0: enough for all). `is_optional` lets a
    team decline its turn, `are_distinct` forbids it to choose a value twice.
    """

    kind: Kind
    title: str
    items: int
    values: tuple[int, ...]
    seconds: int
    penalty: int | None = 0
    early_penalty: int = 0
    early_voids: bool = False
    order: Order = Order.NUMBER
    help: Help = Help.TEAM
    unclaimed: Unclaimed = Unclaimed.VOID
    stock: int = 0
    is_optional: bool = False
    are_distinct: bool = False

    def cost_of_wrong(self, value: int) -> int:
        """Return what a wrong answer to an item of this value takes away."""
        return value if self.penalty is None else self.penalty

    def count(self, teams: int, value: int) -> int:
        """Return how many items of a value must be at hand for so many teams."""
        if value not in self.values:
            return 0
        if self.kind is Kind.RISK:
            return self.stock or self.items * teams
        return self.items * teams if self.kind is Kind.TURNS else self.items


@dataclass(frozen=True, slots=True)
class RoomRules:
    """What a room plays: each team's score at the start, and the stages in order."""

    base: int
    stages: tuple[StageRules, ...]


def problems_of(rules: RoomRules) -> list[Problem]:
    """Return what makes rules unplayable; `place` is `stages-N-field`, N from 0."""
    found = []
    if not 0 <= rules.base <= MAX_POINTS:
        found.append(_problem("base", "range"))
    if not 1 <= len(rules.stages) <= MAX_STAGES:
        found.append(_problem("stages", "count"))
    for number, stage in enumerate(rules.stages):
        found += [_problem(f"stages-{number}-{field}", code) for field, code in _faults(stage)]
    return found


def _problem(place: str, code: str) -> Problem:
    return Problem("", None, place, code, code)


def _faults(stage: StageRules) -> list[tuple[str, str]]:
    most = 1 if stage.kind is not Kind.RISK else MAX_VALUES
    within = (
        ("title", bool(stage.title.strip()) and len(stage.title) <= MAX_TITLE, "length"),
        ("items", 1 <= stage.items <= MAX_ITEMS, "range"),
        ("seconds", 1 <= stage.seconds <= MAX_SECONDS, "range"),
        ("values", 1 <= len(stage.values) <= most, "count"),
        ("values", len(set(stage.values)) == len(stage.values), "repeated"),
        ("values", all(0 <= value <= MAX_POINTS for value in stage.values), "range"),
        ("penalty", 0 <= (stage.penalty or 0) <= MAX_POINTS, "range"),
        ("early_penalty", 0 <= stage.early_penalty <= MAX_POINTS, "range"),
        ("stock", 0 <= stage.stock <= MAX_ITEMS, "range"),
        ("items", not stage.are_distinct or stage.items <= len(stage.values), "too_few_values"),
    )
    return [(field, code) for field, holds, code in within if not holds]


def rules_to_json(rules: RoomRules) -> dict[str, Any]:
    """Return rules as what JSON holds."""
    return asdict(rules)


def rules_from_json(data: Mapping[str, Any]) -> RoomRules:
    """Return the rules that were written by `rules_to_json`."""
    return RoomRules(int(data["base"]), tuple(_stage(each) for each in data["stages"]))


def _stage(data: Mapping[str, Any]) -> StageRules:
    return StageRules(
        **{
            **data,
            "kind": Kind(data["kind"]),
            "values": tuple(data["values"]),
            "order": Order(data["order"]),
            "help": Help(data["help"]),
            "unclaimed": Unclaimed(data["unclaimed"]),
        }
    )
