"""The shapes of commands, of rules and of links, before anybody looks at the state."""

from dataclasses import replace

import pytest

from learning.live_rounds.rules import (
    PRESETS,
    Act,
    Kind,
    RoomRules,
    Seat,
    StageRules,
    audience_token,
    parse_command,
    problems_of,
    read_audience_token,
    read_team_token,
    team_token,
)

COUNTY = PRESETS["county"].rules


@pytest.mark.parametrize(
    ("act", "raw"),
    [
        (Act.STAGE, {"stage": True}),
        (Act.STAGE, {"stage": -1}),
        (Act.VALUE, {"team": 0, "value": 10}),
        (Act.JUDGE, {"verdicts": {"1": 1}}),
        (Act.JUDGE, {"verdicts": {"x": True}}),
        (Act.JUDGE, {"verdicts": []}),
        (Act.ANSWER, {"team": 1, "response": []}),
        (Act.ANSWER, {"team": 1, "response": ["a" * 201]}),
        (Act.ANSWER, {"team": 1, "response": [1]}),
        (Act.ADJUST, {"team": 1, "points": 0, "reason": "x"}),
        (Act.ADJUST, {"team": 1, "points": 10_000, "reason": "x"}),
        (Act.VOID, {"reason": "\0"}),
        (Act.UNDO, {"seq": 1, "reason": "长" * 201}),
        (Act.GIVE, {}),
    ],
)
def test_a_command_without_its_shape_is_none(act, raw) -> None:
    assert parse_command(act, raw) is None


def test_rules_without_stages_or_with_a_wild_base_are_named() -> None:
    places = [problem.place for problem in problems_of(RoomRules(-1, ()))]

    assert places == ["base", "stages"]
    assert COUNTY.stages[0].count(4, 999) == 0


def test_a_seats_token_is_of_its_room_and_its_kind() -> None:
    team, seat = team_token("a", Seat(3, 2)), audience_token("a", "0" * 26)

    assert read_team_token("a", team) == Seat(3, 2)
    assert read_audience_token("a", seat) == "0" * 26
    for wrong in (seat, team[:-1], team.upper(), "", "t100-1-" + "0" * 32):
        assert read_team_token("a", wrong) is None
    for wrong in (team, seat[:-1], "a-" + "0" * 26 + "-" + "0" * 32):
        assert read_audience_token("a", wrong) is None
    assert read_team_token("b", team) is None


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"seconds": 0}, "stages-0-seconds"),
        ({"items": 0}, "stages-0-items"),
        ({"values": (10, 20)}, "stages-0-values"),
        ({"values": (-1,)}, "stages-0-values"),
        ({"penalty": -1}, "stages-0-penalty"),
        ({"title": " "}, "stages-0-title"),
    ],
)
def test_rules_that_cannot_be_played_are_named(change, place) -> None:
    good = StageRules(Kind.BUZZ, "抢答", 3, (10,), 30)

    assert problems_of(RoomRules(0, (good,))) == []
    found = problems_of(RoomRules(0, (replace(good, **change),)))
    assert [problem.place for problem in found] == [place]
