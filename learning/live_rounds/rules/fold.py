"""The fold of a log to a state: pure, total, and the only place that changes a score.

An entry that means nothing where it stands (a buzz after the item is over) leaves the state as it
is but for its number: the log keeps it all the same. That holds for what came in by a race and for
what an overruled verdict leaves hanging.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import timedelta
from functools import reduce

from learning.live_rounds.rules.log import Act, Entry, needs_refold, standing_entries
from learning.live_rounds.rules.settings import (
    BUZZING,
    TAKING_TURNS,
    Kind,
    RoomRules,
    StageRules,
    Unclaimed,
)
from learning.live_rounds.rules.state import LIVE, Answer, Asked, Buzz, Phase, State

MICROSECOND = timedelta(microseconds=1)


def begin(rules: RoomRules, teams: Iterable[int]) -> State:
    """Return the state before the first entry."""
    return State(scores=dict.fromkeys(teams, rules.base))


def fold(rules: RoomRules, teams: Iterable[int], entries: Iterable[Entry]) -> State:
    """Return the state after a whole log."""
    log = list(entries)
    state = reduce(
        lambda before, entry: apply(rules, before, entry),
        standing_entries(log),
        begin(rules, teams),
    )
    return replace(state, seq=log[-1].seq) if log else state


def carry_on(rules: RoomRules, state: State, entries: Iterable[Entry]) -> State | None:
    """Return the state after further entries; None when earlier ones must be read anew."""
    for entry in entries:
        if needs_refold(entry):
            return None
        state = apply(rules, state, entry)
    return state


def apply(rules: RoomRules, state: State, entry: Entry) -> State:
    """Return the state after one entry."""
    changed = _CHANGES[entry.act](rules, state, entry)
    if changed is None:
        return replace(state, seq=entry.seq)
    marks = state.marks if entry.act in {Act.BUZZ, Act.ANSWER} else (*state.marks, entry.seq)
    return replace(changed, seq=entry.seq, marks=marks)


def stage_of(rules: RoomRules, state: State) -> StageRules | None:
    """Return the rules of the stage that is on."""
    return None if state.stage is None else rules.stages[state.stage]


def turn_of(rules: RoomRules, state: State) -> int | None:
    """Return the team whose turn is next; None where teams take no turns or all are over."""
    stage = stage_of(rules, state)
    if stage is None or stage.kind not in TAKING_TURNS or is_over(rules, state):
        return None
    return state.order[state.taken % len(state.order)]


def is_over(rules: RoomRules, state: State) -> bool:
    """Tell whether the stage has no further item."""
    stage = stage_of(rules, state)
    if stage is None:
        return True
    if stage.kind is Kind.SUDDEN:
        return len(state.order) < 2
    turns = len(state.order) if stage.kind in TAKING_TURNS else 1
    return state.taken >= stage.items * turns


def answering(rules: RoomRules, state: State) -> tuple[int, ...]:
    """Return the teams whose answer counts now."""
    stage, asked = stage_of(rules, state), state.asked
    if stage is None or asked is None:
        return ()
    if state.phase is Phase.CLAIMED and asked.claimed_by is not None:
        return (asked.claimed_by,)
    if state.phase is not Phase.OPEN or stage.kind in BUZZING:
        return ()
    return (asked.team,) if asked.team is not None else state.order


def _stage(rules: RoomRules, state: State, entry: Entry) -> State | None:
    number = entry.data["stage"]
    if not 0 <= number < len(rules.stages) or state.phase in LIVE:
        return None
    return replace(
        _put_away(state),
        phase=Phase.BETWEEN,
        stage=number,
        order=tuple(entry.data["order"]),
        taken=0,
        chosen=None,
        values_of={},
        value_counts={},
    )


def _put_away(state: State) -> State:
    """Move the item that is over into the past."""
    if state.asked is None:
        return state
    return replace(state, asked=None, past=(*state.past, state.asked))


def _value(rules: RoomRules, state: State, entry: Entry) -> State | None:
    team, value = entry.data["team"], entry.data["value"]
    stage = stage_of(rules, state)
    if state.phase in LIVE or stage is None or stage.kind is not Kind.RISK:
        return None
    if turn_of(rules, state) != team:
        return None
    if value:
        return replace(state, chosen=value)
    return replace(_put_away(state), phase=Phase.BETWEEN, taken=state.taken + 1, chosen=None)


def _show(rules: RoomRules, state: State, entry: Entry) -> State | None:
    if state.phase in LIVE or stage_of(rules, state) is None or is_over(rules, state):
        return None
    number, value, team = entry.data["item"], entry.data["value"], entry.data["team"]
    values_of, counts = dict(state.values_of), dict(state.value_counts)
    counts[value] = counts.get(value, 0) + 1
    if team is not None:
        values_of[team] = (*values_of.get(team, ()), value)
    return replace(
        _put_away(state),
        phase=Phase.SHOWN,
        asked=Asked(number, value, team),
        used=state.used | {number},
        taken=state.taken + 1,
        chosen=None,
        values_of=values_of,
        value_counts=counts,
    )


def _start(rules: RoomRules, state: State, entry: Entry) -> State | None:
    stage, asked = stage_of(rules, state), state.asked
    if state.phase is not Phase.SHOWN or stage is None or asked is None:
        return None
    phase = Phase.AUDIENCE if stage.kind is Kind.AUDIENCE else Phase.OPEN
    return replace(state, phase=phase, asked=_clocked(asked, stage, entry))


def _clocked(asked: Asked, stage: StageRules, entry: Entry) -> Asked:
    """Start the clock of an item anew."""
    ends_at = entry.at + timedelta(seconds=stage.seconds)
    return replace(asked, started_at=entry.at, ends_at=ends_at)


def _buzz(rules: RoomRules, state: State, entry: Entry) -> State | None:
    stage, asked, team = stage_of(rules, state), state.asked, entry.data["team"]
    if stage is None or asked is None or stage.kind not in BUZZING or state.phase not in LIVE:
        return None
    if team not in state.order or asked.has_buzzed(team):
        return None
    if state.phase is Phase.SHOWN:
        return _buzz_early(stage, state, entry)
    first = next((buzz for buzz in asked.buzzes if not buzz.is_early), None)
    gap_us = 0 if first is None else (entry.at - first.at) // MICROSECOND
    heard = replace(
        asked,
        buzzes=(*asked.buzzes, Buzz(entry.seq, team, entry.at, is_early=False, gap_us=gap_us)),
    )
    if state.phase is not Phase.OPEN:
        return replace(state, asked=heard)
    claimed = _clocked(replace(heard, claimed_by=team), stage, entry)
    return replace(state, phase=Phase.CLAIMED, asked=claimed)


def _buzz_early(stage: StageRules, state: State, entry: Entry) -> State:
    """A buzz before the start: it costs, and the item is void or the team is out of it."""
    asked, team = state.asked, entry.data["team"]
    assert asked is not None  # noqa: S101 - the caller looked
    heard = replace(asked, buzzes=(*asked.buzzes, Buzz(entry.seq, team, entry.at, is_early=True)))
    changed = _scored(replace(state, asked=heard), {team: -stage.early_penalty})
    if stage.early_voids:
        return _settled(changed, is_void=True)
    return changed


def _answer(rules: RoomRules, state: State, entry: Entry) -> State | None:
    asked, team = state.asked, entry.data["team"]
    if asked is None or team not in answering(rules, state):
        return None
    if asked.ends_at is not None and entry.at > asked.ends_at:
        return None
    answers = {**asked.answers, team: Answer(entry.seq, entry.at, entry.data["response"])}
    return replace(state, asked=replace(asked, answers=answers))


def _judge(rules: RoomRules, state: State, entry: Entry) -> State | None:
    stage, asked = stage_of(rules, state), state.asked
    due = answering(rules, state)
    verdicts = {int(team): is_right for team, is_right in entry.data["verdicts"].items()}
    if stage is None or asked is None or not due or set(verdicts) != set(due):
        return None
    judged = replace(state, asked=replace(asked, verdicts=verdicts, judged_seq=entry.seq))
    if stage.kind is Kind.SUDDEN:
        return _settled(_decided(judged, verdicts), is_void=False)
    cost = stage.cost_of_wrong(asked.value)
    points = {team: asked.value if is_right else -cost for team, is_right in verdicts.items()}
    return _settled(_scored(judged, points), is_void=False)


def _decided(state: State, verdicts: Mapping[int, bool]) -> State:
    """Place whoever answered in a sudden death above, or below, those who are left."""
    decided, left = dict(state.decided), len(state.order)
    for team, is_right in verdicts.items():
        decided[team] = left if is_right else -left
    order = tuple(team for team in state.order if team not in verdicts)
    return replace(state, decided=decided, order=order)


def _unclaimed(rules: RoomRules, state: State, _entry: Entry) -> State | None:
    stage, asked = stage_of(rules, state), state.asked
    if state.phase is not Phase.OPEN or stage is None or asked is None:
        return None
    if stage.kind not in BUZZING:
        return None
    if stage.unclaimed is Unclaimed.AUDIENCE:
        return replace(state, phase=Phase.AUDIENCE, asked=_clocked(asked, stage, _entry))
    return _settled(state, is_void=True)


def _give(_rules: RoomRules, state: State, entry: Entry) -> State | None:
    asked, team = state.asked, entry.data["team"]
    if state.phase is not Phase.AUDIENCE or asked is None:
        return None
    if team is None:
        return _settled(state, is_void=False)
    if team not in state.scores:
        return None
    return _settled(_scored(state, {team: asked.value}), is_void=False)


def _void(_rules: RoomRules, state: State, _entry: Entry) -> State | None:
    """The host's voiding is nobody's fault: the turn comes again, with another item."""
    asked = state.asked
    if state.phase not in LIVE or asked is None:
        return None
    counts, values_of = dict(state.value_counts), dict(state.values_of)
    counts[asked.value] -= 1
    if asked.team is not None:
        values_of[asked.team] = values_of[asked.team][:-1]
    return replace(
        _settled(state, is_void=True),
        taken=state.taken - 1,
        value_counts=counts,
        values_of=values_of,
    )


def _reveal(_rules: RoomRules, state: State, _entry: Entry) -> State | None:
    if state.phase is not Phase.SETTLED or state.asked is None or state.asked.is_key_shown:
        return None
    return replace(state, asked=replace(state.asked, is_key_shown=True))


def _adjust(_rules: RoomRules, state: State, entry: Entry) -> State | None:
    team, points = entry.data["team"], entry.data["points"]
    if team not in state.scores:
        return None
    return replace(state, scores={**state.scores, team: state.scores[team] + points})


def _nothing(_rules: RoomRules, state: State, _entry: Entry) -> State | None:
    """An overruling has replaced the verdict already; going back is done before the fold."""
    return state


def _finish(_rules: RoomRules, state: State, _entry: Entry) -> State | None:
    if state.phase in LIVE or state.phase is Phase.FINISHED:
        return None
    return replace(_put_away(state), phase=Phase.FINISHED)


def _settled(state: State, *, is_void: bool) -> State:
    asked = state.asked
    assert asked is not None  # noqa: S101 - only items that are on the stage are settled
    return replace(state, phase=Phase.SETTLED, asked=replace(asked, is_void=is_void))


def _scored(state: State, points: Mapping[int, int]) -> State:
    """Change scores by the item's points, and note them on the item."""
    asked = state.asked
    assert asked is not None  # noqa: S101 - points come from an item
    scores, noted = dict(state.scores), dict(asked.points)
    for team, change in points.items():
        scores[team] += change
        noted[team] = noted.get(team, 0) + change
    return replace(state, scores=scores, asked=replace(asked, points=noted))


_Change = Callable[[RoomRules, State, Entry], State | None]
_CHANGES: dict[Act, _Change] = {
    Act.STAGE: _stage,
    Act.VALUE: _value,
    Act.SHOW: _show,
    Act.START: _start,
    Act.BUZZ: _buzz,
    Act.ANSWER: _answer,
    Act.JUDGE: _judge,
    Act.UNCLAIMED: _unclaimed,
    Act.GIVE: _give,
    Act.VOID: _void,
    Act.REVEAL: _reveal,
    Act.ADJUST: _adjust,
    Act.OVERRULE: _nothing,
    Act.UNDO: _nothing,
    Act.FINISH: _finish,
}
