"""Teams: how many, what their result is, what may change when. Pure.

**Result.** Members' counting results are put in the order of the competition's own tie rule; the
best k count (0: all members). "sum" adds their points; "mean" divides the sum by k, or by the
number of members where all count: who handed nothing in counts 0. The mean is rounded half up to
thousandths. Durations of those who count are added; where one of them was not measured (paper),
nothing is, and the team stands behind its equals. The finish is the latest of those who count.

Worked example: best 2 of three members with 90, 80 and 85.5 points in 600, 700 and 500 s: sum
175.5 points in 1100 s; the mean is 87.75 points. With one member who handed in 90 points the mean
of best 2 is 45 points.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from learning.kernel.errors import Problem
from learning.leaderboards.rules import Result, TieRule, sort_key
from learning.organisations.rules.names import clean_text, name_key

MAX_TEAM_SIZE = 50
MAX_TEAM_NAME = 40
MAX_ASKED = 100  # who wait for one captain at a time


class TeamFormula(StrEnum):
    """What members' points become."""

    SUM = "sum"
    MEAN = "mean"


@dataclass(frozen=True, slots=True)
class TeamRules:
    """A team has `least` to `most` members, the captain among them; `best` count (0: all).

    `same_unit`: members enter for the captain's organisation. `until_start`: teams form while
    answers are taken too, each person moving until their own first attempt; else they lock when
    answering begins.
    """

    least: int = 3
    most: int = 5
    formula: TeamFormula = TeamFormula.SUM
    best: int = 0
    same_unit: bool = True
    until_start: bool = False

    def to_dict(self) -> dict[str, Any]:
        """Return the rules as they are stored."""
        return asdict(self)

    @classmethod
    def from_dict(cls, raw: dict[str, Any]) -> "TeamRules":
        """Read stored rules."""
        return cls(**{**raw, "formula": TeamFormula(raw["formula"])})


def problem_places(rules: TeamRules) -> list[str]:
    """Return the fields of what is wrong: least, most, best."""
    checks = {
        "least": 1 <= rules.least <= MAX_TEAM_SIZE,
        "most": max(rules.least, 2) <= rules.most <= MAX_TEAM_SIZE,
        "best": 0 <= rules.best <= rules.most,
    }
    return [place for place, holds in checks.items() if not holds]


def check_team_name(raw: str) -> tuple[str, str]:
    """Return a team's name and the key by which it is the only one.

    Raises ValueError for none or too long a one.
    """
    name = clean_text(raw)
    key = name_key(name)
    if not key or len(name) > MAX_TEAM_NAME or len(key) > 60:
        raise ValueError("team name")
    return name, key


def rules_refusal(opens_at: datetime, now: datetime) -> str | None:
    """Return why the rules may not change now, or None: they lock when answering begins."""
    return "team_locked" if now >= opens_at else None


def change_refusal(
    rules: TeamRules, window: tuple[datetime, datetime], now: datetime
) -> str | None:
    """Return why no team may change now, or None; `window` is that of answering.

    Whoever has begun to answer stays where they are even so: nobody is chosen, or put out, by a
    result that is known.
    """
    opens_at, closes_at = window
    return "team_locked" if now >= (closes_at if rules.until_start else opens_at) else None


def approval_refusal(rules: TeamRules, members: int) -> str | None:
    """Return why nobody more may be approved, or None; `members` are those approved."""
    return "team_full" if members >= rules.most else None


def team_result(
    rules: TeamRules,
    tie_rule: TieRule,
    *,
    team: str,
    unit: str,
    members: int,
    results: Sequence[Result],
) -> Result | None:
    """Return what stands on the teams' board, None for a team that does not stand there.

    `results` are the counting results of its `members` approved members. A team too small, or
    without any result, stands nowhere.
    """
    if members < rules.least or not results:
        return None
    ordered = sorted(results, key=lambda r: (-sort_key(tie_rule, r), r.subject))
    counted = ordered[: rules.best or members]
    points = sum(result.points_milli for result in counted)
    if rules.formula is TeamFormula.MEAN:
        share = rules.best or members
        points = (2 * points + share) // (2 * share)
    durations = [r.duration_us for r in counted if r.duration_us is not None]
    return Result(
        subject=team,
        number=1,
        points_milli=points,
        duration_us=sum(durations) if len(durations) == len(counted) else None,
        finished_at=max(result.finished_at for result in counted),
        unit=unit,
    )


def problems_of(rules: TeamRules) -> list[Problem]:
    """Return what is wrong with rules as problems of the form."""
    return [Problem("", None, place, f"team_{place}", place) for place in problem_places(rules)]
