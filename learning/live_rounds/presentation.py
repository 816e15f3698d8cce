"""What screen, phones and console are told of a room: plain values for JSON, made from the state.

One document serves the screen, the teams and the audience alike; it holds a key only once the host
has shown it, and what teams answered only once the item is over. The host's holds more.
"""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from learning.kernel.clock import to_ms
from learning.live_rounds.queries import Frame
from learning.live_rounds.rules import (
    Asked,
    Phase,
    State,
    answering,
    is_over,
    open_values,
    stage_of,
    standings,
    tied_groups,
    turn_of,
)
from learning.question_bank.presentation import view
from learning.question_bank.rules import AnswerKey, ItemDocument, ItemKind

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
JUDGED_LISTED = 40


def room_document(
    frame: Frame,
    state: State,
    document: ItemDocument | None,
    key: AnswerKey | None,
    votes: Mapping[str, int],
) -> dict[str, Any]:
    """Return what everybody may know. `document` is of the item on the stage, `key` likewise.

    The key is left out here unless the host has shown it, whatever the caller passes.
    """
    return {
        "seq": state.seq,
        "phase": state.phase.value,
        "stage": _stage(frame, state),
        "turn": _turn(frame, state),
        "item": {
            **_item(state.asked, state, key, votes),
            **_face(document, frame.public_id),
        }
        if state.asked
        else None,
        "teams": _teams(frame, state),
    }


def host_document(frame: Frame, state: State, shown: Mapping[str, Any]) -> dict[str, Any]:
    """Return the document of everybody with what the host alone may know and do."""
    asked = state.asked
    return {
        **shown,
        "due": list(answering(frame.rules, state)),
        "answers": {str(team): answer.response for team, answer in asked.answers.items()}
        if asked
        else {},
        "undo": state.marks[-1] if state.marks else None,
        "tied": [list(group) for group in tied_groups(state)],
        "judged": [
            {
                "seq": each.judged_seq,
                "item": each.number,
                "verdicts": {str(team): right for team, right in each.verdicts.items()},
            }
            for each in [*state.past, *([asked] if asked else [])][-JUDGED_LISTED:]
            if each.judged_seq is not None
        ],
    }


def _stage(frame: Frame, state: State) -> dict[str, Any] | None:
    stage = stage_of(frame.rules, state)
    if stage is None or state.stage is None:
        return None
    turns = len(state.order) if stage.kind.value in {"turns", "risk"} else 1
    return {
        "number": state.stage,
        "title": stage.title,
        "kind": stage.kind.value,
        "help": stage.help.value,
        "seconds": stage.seconds,
        "taken": state.taken,
        "total": stage.items * turns,
        "is_over": is_over(frame.rules, state),
        "order": list(state.order),
    }


def _turn(frame: Frame, state: State) -> dict[str, Any] | None:
    """Return whose turn is next, with the values to choose from where it is risk."""
    stage, team = stage_of(frame.rules, state), turn_of(frame.rules, state)
    if stage is None or team is None or state.phase not in {Phase.BETWEEN, Phase.SETTLED}:
        return None
    is_risk = stage.kind.value == "risk"
    return {
        "team": team,
        "values": list(open_values(stage, state, team)) if is_risk else [],
        "chosen": state.chosen,
        "is_optional": stage.is_optional,
    }


def _teams(frame: Frame, state: State) -> list[dict[str, Any]]:
    places = {line.team: line for line in standings(state)}
    return [
        {
            "number": number,
            "name": name,
            "score": state.scores[number],
            "place": places[number].place,
            "is_shared": places[number].is_shared,
        }
        for number, name in sorted(frame.teams.items())
    ]


def _item(
    asked: Asked,
    state: State,
    key: AnswerKey | None,
    votes: Mapping[str, int],
) -> dict[str, Any]:
    is_over_now = state.phase is Phase.SETTLED
    return {
        "number": asked.number,
        "value": asked.value,
        "team": asked.team,
        "started_ms": _ms(asked.started_at),
        "ends_ms": _ms(asked.ends_at),
        "claimed": asked.claimed_by,
        "buzzes": [
            {"team": buzz.team, "is_early": buzz.is_early, "gap_ms": buzz.gap_us // 1000}
            for buzz in asked.buzzes
        ],
        "answered": sorted(asked.answers),
        "answers": {str(team): answer.response for team, answer in asked.answers.items()}
        if is_over_now
        else {},
        "verdicts": {str(team): right for team, right in asked.verdicts.items()},
        "points": {str(team): points for team, points in asked.points.items()},
        "is_void": asked.is_void,
        "key": list(key.choices) if key is not None and asked.is_key_shown else None,
        "votes": dict(votes) if is_over_now else {},
    }


def _face(document: ItemDocument | None, public_id: str) -> dict[str, Any]:
    """Return what is read of an item; its pictures come from the room, where no log-in is asked."""
    if document is None:
        return {"stem": "", "options": [], "is_multiple": False}
    shown = view(document, [o.id for o in document.options], position=1, points=Decimal(1))
    return {
        "stem": _with_pictures(shown.stem_html, public_id),
        "options": [
            {"id": option.id, "letter": letter, "html": _with_pictures(option.html, public_id)}
            for letter, option in zip(LETTERS, shown.options, strict=False)
        ],
        "is_multiple": document.kind is ItemKind.MULTIPLE,
    }


def _with_pictures(html: str, public_id: str) -> str:
    # Plain text from here on: what is put into Markup would be escaped.
    return str(html).replace('src="/media/', f'src="/live/{public_id}/media/')


def _ms(instant: datetime | None) -> int | None:
    return None if instant is None else to_ms(instant)
