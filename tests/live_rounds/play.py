"""A contest played by hand: each step is checked against the rules and written to a log."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from learning.live_rounds.rules import (
    Act,
    Entry,
    RoomRules,
    State,
    fold,
    next_item,
    plan_items,
    refusal,
    stage_order,
    standings,
    turn_of,
    undo_refusal,
)

START = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)


class Refused(Exception):  # noqa: N818 - reads as a statement
    """The rules said no; the text is the code."""


class Play:
    """A room in memory."""

    def __init__(self, rules: RoomRules, teams: int) -> None:
        self.rules, self.teams = rules, range(1, teams + 1)
        self.items = plan_items(rules, teams)
        self.log: list[Entry] = []
        self.now = START
        self.lots = {team: team for team in self.teams}

    @property
    def state(self) -> State:
        return fold(self.rules, self.teams, self.log)

    def do(self, act: Act, **data: Any) -> Entry:
        if act is Act.UNDO:
            why = undo_refusal(self.state, data["seq"])
        elif act is Act.OVERRULE:
            why = None
        else:
            why = refusal(self.rules, self.state, act, data, self.now)
        if why:
            raise Refused(why)
        return self.write(act, **data)

    def write(self, act: Act, **data: Any) -> Entry:
        entry = Entry(len(self.log) + 1, self.now, "test", act, data)
        self.log.append(entry)
        return entry

    def wait(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    def stage(self, number: int) -> None:
        order = stage_order(self.rules, self.state, number, self.lots)
        self.do(Act.STAGE, stage=number, order=order)

    def show(self) -> None:
        found = next_item(self.rules, self.state, self.items)
        if isinstance(found, str):
            raise Refused(found)
        self.do(Act.SHOW, **found)

    def start(self) -> None:
        self.show()
        self.do(Act.START)

    def judge(self, verdicts: Mapping[int, bool]) -> Entry:
        return self.do(Act.JUDGE, verdicts={str(team): right for team, right in verdicts.items()})

    def turns(self, *rights: bool) -> None:
        """Ask the teams in turn; each answers right or wrong."""
        for right in rights:
            team = turn_of(self.rules, self.state)
            assert team is not None
            self.start()
            self.judge({team: right})

    def common(self, *right: int) -> None:
        self.start()
        self.judge({team: team in right for team in self.teams})

    def buzz(self, team: int, right: bool) -> Entry:
        self.start()
        self.do(Act.BUZZ, team=team)
        return self.judge({team: right})

    def early(self, team: int) -> None:
        self.show()
        self.do(Act.BUZZ, team=team)

    def risk(self, value: int, right: bool) -> int:
        team = turn_of(self.rules, self.state)
        assert team is not None
        self.do(Act.VALUE, team=team, value=value)
        self.start()
        self.judge({team: right})
        return team

    def decline(self) -> None:
        self.do(Act.VALUE, team=turn_of(self.rules, self.state), value=0)

    def scores(self) -> list[int]:
        return [self.state.scores[team] for team in self.teams]

    def places(self) -> list[tuple[int, int, int]]:
        return [(line.place, line.team, line.score) for line in standings(self.state)]
