"""Whether something may be done now, and what follows from the rules before it is written down.

The service asks these under the room's row lock, so that the answer still holds when the entry is
written.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from learning.live_rounds.rules.fold import (
    answering,
    apply,
    is_over,
    stage_of,
    turn_of,
)
from learning.live_rounds.rules.log import Act, Entry
from learning.live_rounds.rules.settings import Kind, Order, RoomRules, StageRules
from learning.live_rounds.rules.state import Phase, State, tied_groups

SPARE = 1  # items of each value of a stage, in place of one that the host voids


@dataclass(frozen=True, slots=True)
class RoomItem:
    """An item of a room: its number, the stage it is for, what it is worth."""

    number: int
    stage: int
    value: int


def refusal(
    rules: RoomRules, state: State, act: Act, data: Mapping[str, Any], now: datetime
) -> str | None:
    """Return why an act cannot be done now, or None; acts of going back are judged elsewhere."""
    entry = Entry(state.seq + 1, now, "", act, data)
    if act is Act.VALUE:
        return _value_refusal(rules, state, data)
    if _is_late(state, act, now):
        return "late"
    if state.phase is Phase.FINISHED and act is not Act.ADJUST:
        return "finished"
    changed = apply(rules, state, entry)
    # An entry that changed nothing left no mark; a team's own leaves none at all.
    meant = changed.marks != state.marks or changed.asked != state.asked
    return None if meant else "not_now"


def _is_late(state: State, act: Act, now: datetime) -> bool:
    """Tell whether the clock is over for an answer, or for being the first to buzz.

    Who buzzes behind another stands in the log as evidence however late.
    """
    asked = state.asked
    is_timed = act is Act.ANSWER or (act is Act.BUZZ and state.phase is Phase.OPEN)
    return is_timed and asked is not None and asked.ends_at is not None and now > asked.ends_at


def _value_refusal(rules: RoomRules, state: State, data: Mapping[str, Any]) -> str | None:
    stage = stage_of(rules, state)
    if stage is None or stage.kind is not Kind.RISK or turn_of(rules, state) != data["team"]:
        return "not_now"
    if state.phase not in {Phase.BETWEEN, Phase.SETTLED}:
        return "not_now"
    if data["value"] == 0:
        return None if stage.is_optional else "must_choose"
    return None if data["value"] in open_values(stage, state, data["team"]) else "value_taken"


def open_values(stage: StageRules, state: State, team: int) -> tuple[int, ...]:
    """Return the values that a team may still choose in a stage of risk."""
    had = state.values_of.get(team, ()) if stage.are_distinct else ()
    most = stage.count(len(state.order), stage.values[0])
    return tuple(
        value
        for value in stage.values
        if value not in had and state.value_counts.get(value, 0) < most
    )


def says_again(state: State, act: Act, data: Mapping[str, Any]) -> bool:
    """Tell whether a team's act is what it has said already: pressing twice writes nothing."""
    if act is Act.VALUE:
        return state.chosen is not None and state.chosen == data["value"]
    given = state.asked.answers.get(data["team"]) if state.asked else None
    return act is Act.ANSWER and given is not None and given.response == data["response"]


def undo_refusal(state: State, seq: int) -> str | None:
    """Return why one cannot go back to before an entry: only the host's newest that holds."""
    return None if state.marks and state.marks[-1] == seq else "not_newest"


def overrule_refusal(state: State, seq: int, verdicts: Mapping[str, bool]) -> str | None:
    """Return why a verdict cannot be replaced: only one that holds, about the same teams."""
    judged = [*state.past, *([state.asked] if state.asked else [])]
    found = next((asked for asked in judged if asked.judged_seq == seq), None)
    if found is None or not verdicts:
        return "no_verdict"
    return None if {int(team) for team in verdicts} <= set(found.verdicts) else "no_verdict"


def stage_order(
    rules: RoomRules, state: State, stage: int, lots: Mapping[int, int]
) -> tuple[int, ...]:
    """Return the teams in the order of a stage that is about to begin.

    `lots` holds a random number for each team: what decides between equal scores, and everything
    where the order is by lot. A sudden death is between the first teams that share a place.
    """
    order = rules.stages[stage].order
    teams = sorted(state.scores)
    if rules.stages[stage].kind is Kind.SUDDEN:
        groups = tied_groups(state)
        return groups[0] if groups else ()
    if order is Order.HIGH:
        return tuple(sorted(teams, key=lambda team: (-state.scores[team], lots[team])))
    if order is Order.LOW:
        return tuple(sorted(teams, key=lambda team: (state.scores[team], lots[team])))
    if order is Order.LOT:
        return tuple(sorted(teams, key=lambda team: lots[team]))
    return tuple(teams)


def next_item(rules: RoomRules, state: State, items: Sequence[RoomItem]) -> Mapping[str, Any] | str:
    """Return what the next item's entry says, or why there is none."""
    stage = stage_of(rules, state)
    if stage is None or is_over(rules, state):
        return "stage_over"
    value = stage.values[0]
    if stage.kind is Kind.RISK:
        if state.chosen is None:
            return "no_value"
        value = state.chosen
    for item in items:
        if (item.stage, item.value) == (state.stage, value) and item.number not in state.used:
            return {"item": item.number, "value": value, "team": turn_of(rules, state)}
    return "no_items"


def plan_items(rules: RoomRules, teams: int) -> list[RoomItem]:
    """Return the items that a room needs, numbered from 1, the lower values of a stage first.

    Each value of a stage has a spare one beside what the rules count, for an item that is voided.
    """
    planned: list[RoomItem] = []
    for number, stage in enumerate(rules.stages):
        for value in sorted(stage.values):
            for _ in range(stage.count(teams, value) + SPARE):
                planned.append(RoomItem(len(planned) + 1, number, value))
    return planned


__all__ = [
    "RoomItem",
    "answering",
    "next_item",
    "open_values",
    "overrule_refusal",
    "plan_items",
    "refusal",
    "says_again",
    "stage_order",
    "undo_refusal",
]
