"""What a host, or a team's phone, asks for: its shape, before anybody looks at the state."""

from collections.abc import Callable, Mapping
from typing import Any

from learning.live_rounds.rules.log import Act
from learning.live_rounds.rules.settings import MAX_TEAMS

MAX_REASON = 200
MAX_ADJUSTMENT = 1_000
MAX_RESPONSE = 200
_MOST = 10**9


def parse_command(act: Act, raw: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the entry's data as far as the caller gives it; None for what has not its shape.

    A stage brings its number alone and a shown item nothing: their order, item and value follow
    from the rules.
    """
    try:
        return _SHAPES[act](raw)
    except (KeyError, TypeError, ValueError, AttributeError):
        return None


def _whole(value: Any, low: int, high: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise ValueError
    return value


def _team(value: Any) -> int:
    return _whole(value, 1, MAX_TEAMS)


def _reason(raw: Mapping[str, Any]) -> str:
    text = raw["reason"].strip()
    if not text or len(text) > MAX_REASON or "\0" in text:
        raise ValueError
    return str(text)


def _verdicts(raw: Mapping[str, Any]) -> dict[str, bool]:
    found = {}
    for team, is_right in raw["verdicts"].items():
        if not isinstance(is_right, bool) or not (team.isascii() and team.isdigit()):
            raise ValueError
        found[str(_team(int(team)))] = is_right
    return found


def _response(value: Any) -> Any:
    texts = value if isinstance(value, list) else [value]
    if not texts or not all(isinstance(each, str) for each in texts):
        raise ValueError
    if sum(map(len, texts)) > MAX_RESPONSE:
        raise ValueError
    return value


def _adjustment(raw: Mapping[str, Any]) -> dict[str, Any]:
    points = _whole(raw["points"], -MAX_ADJUSTMENT, MAX_ADJUSTMENT)
    if not points:
        raise ValueError
    return {"team": _team(raw["team"]), "points": points, "reason": _reason(raw)}


def _given(raw: Mapping[str, Any]) -> dict[str, Any]:
    team = raw["team"]
    return {"team": None if team is None else _team(team)}


_SHAPES: dict[Act, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
    Act.STAGE: lambda raw: {"stage": _whole(raw["stage"], 0, _MOST)},
    Act.VALUE: lambda raw: {"team": _team(raw["team"]), "value": _whole(raw["value"], 0, _MOST)},
    Act.SHOW: lambda _raw: {},
    Act.START: lambda _raw: {},
    Act.BUZZ: lambda raw: {"team": _team(raw["team"])},
    Act.ANSWER: lambda raw: {"team": _team(raw["team"]), "response": _response(raw["response"])},
    Act.JUDGE: lambda raw: {"verdicts": _verdicts(raw)},
    Act.UNCLAIMED: lambda _raw: {},
    Act.GIVE: _given,
    Act.VOID: lambda raw: {"reason": _reason(raw)},
    Act.REVEAL: lambda _raw: {},
    Act.ADJUST: _adjustment,
    Act.OVERRULE: lambda raw: {
        "seq": _whole(raw["seq"], 1, _MOST),
        "verdicts": _verdicts(raw),
        "reason": _reason(raw),
    },
    Act.UNDO: lambda raw: {"seq": _whole(raw["seq"], 1, _MOST), "reason": _reason(raw)},
    Act.FINISH: lambda _raw: {},
}
