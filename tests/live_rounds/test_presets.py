"""Each real rule set, played by a short script, ends with the standings reckoned by hand."""

from collections.abc import Callable
from fractions import Fraction

import pytest

from learning.live_rounds.rules import (
    PRESETS,
    Act,
    Order,
    Written,
    best,
    excellent_rates,
    parse_results,
    problems_of,
    rules_from_json,
    rules_to_json,
    stage_order,
    teams_of,
)
from tests.live_rounds.play import Play, Refused


def excellence(play: Play) -> None:
    play.stage(0)
    play.turns(True, True, False, True, False, False)  # 2 each: 1: ✓✓  2: ✓✗  3: ✗✗
    play.stage(1)
    play.buzz(3, right=True)
    play.buzz(1, right=False)
    play.early(2)  # -10, the item is void
    play.stage(2)  # the highest first: 1 (110), 3 (110), 2 (100); equal ones by lot
    assert play.state.order == (1, 3, 2)
    play.risk(30, right=False)
    play.risk(10, right=True)
    play.risk(20, right=True)


def county(play: Play) -> None:
    play.stage(0)
    play.turns(True, False, True)
    play.stage(1)
    play.common(1, 2)
    play.common(2)  # wrong costs nothing
    play.stage(2)
    play.buzz(3, right=True)
    play.early(1)
    play.buzz(1, right=False)
    play.stage(3)
    assert play.state.order == (2, 3, 1)  # 120, 120, 100
    play.risk(50, right=False)
    play.risk(10, right=False)
    play.risk(10, right=True)
    play.stage(4)  # 1 and 3 share the first place with 110
    assert play.state.order == (1, 3)
    play.buzz(1, right=False)  # the first wrong one is out


def medicine(play: Play) -> None:
    play.stage(0)
    play.turns(*[True] * 6, *[True, False, False] * 2, *[False] * 6)
    play.stage(1)
    play.buzz(2, right=True)
    play.buzz(3, right=False)
    play.stage(2)
    play.risk(40, right=True)
    play.decline()
    play.risk(30, right=False)
    play.stage(3)
    play.start()
    play.do(Act.GIVE, team=3)  # an audience member gives the team the points
    play.start()
    play.do(Act.GIVE, team=None)


def integrity(play: Play) -> None:
    play.stage(0)
    play.turns(True, False, True, True, False, True)
    play.stage(1)
    play.early(1)  # -10, the others go on
    play.do(Act.START)
    play.do(Act.BUZZ, team=2)
    play.judge({2: True})
    play.start()
    play.do(Act.UNCLAIMED)
    play.do(Act.GIVE, team=None)  # the audience's
    play.buzz(3, right=False)
    play.stage(2)
    assert play.state.order == (2, 3, 1)  # 220, 220, 230: who trails begins
    play.risk(30, right=True)
    play.risk(10, right=False)
    play.risk(20, right=True)
    with pytest.raises(Refused, match="value_taken"):
        play.do(Act.VALUE, team=2, value=30)  # the second round is of another value
    play.risk(10, right=False)
    play.risk(30, right=True)
    play.risk(10, right=True)


def cement(play: Play) -> None:
    play.stage(0)
    play.turns(*[True, True, False] * 3)
    play.stage(1)
    play.buzz(3, right=True)
    play.buzz(2, right=False)
    play.stage(2)
    assert play.state.order == (1, 3, 2)  # 130, 120, 110
    play.risk(40, right=False)
    play.risk(40, right=True)
    play.risk(20, right=True)


CONTESTS: list[tuple[str, Callable[[Play], None], list[tuple[int, int, int]]]] = [
    # 1: 100+20-10-30 = 80; 2: 100+10-10+20 = 120; 3: 100+10+10 = 120
    ("excellence", excellence, [(1, 2, 120), (1, 3, 120), (3, 1, 80)]),
    # 1: 100+10+10-10-10+10 = 110; 2: 100+20-50 = 70; 3: 100+10+10-10 = 110, above by sudden death
    ("county", county, [(1, 3, 110), (2, 1, 110), (3, 2, 70)]),
    # 1: 100+40+40 = 180; 2: 100+20+10 = 130; 3: 100+20-10-30+10 = 90
    ("medicine", medicine, [(1, 1, 180), (2, 2, 130), (3, 3, 90)]),
    # 1: 200+40-10+20+10 = 260; 2: 200+0+20+30-10 = 240; 3: 200+40-20-10+30 = 240
    ("integrity", integrity, [(1, 1, 260), (2, 2, 240), (2, 3, 240)]),
    # 1: 100+30-40 = 90; 2: 100+30-20+20 = 130; 3: 100+0+20+40 = 160
    ("cement", cement, [(1, 3, 160), (2, 2, 130), (3, 1, 90)]),
]


@pytest.mark.parametrize(("code", "script", "expected"), CONTESTS, ids=[c[0] for c in CONTESTS])
def test_a_real_rule_set_gives_the_standings_reckoned_by_hand(code, script, expected) -> None:
    play = Play(PRESETS[code].rules, teams=3)

    script(play)

    assert play.places() == expected


def test_written_heats_send_the_best_on_equal_points_by_the_shorter_time() -> None:
    results = [
        Written("甲", 92, 610),
        Written("乙", 95, 900),
        Written("丙", 92, 580),
        Written("丁", 92, 610),
        Written("戊", 80, 300),
    ]

    assert [result.name for result in best(results, 2)] == ["乙", "丙"]
    # Nothing announced tells 甲 and 丁 apart, so both go on.
    assert {result.name for result in best(results, 3)} == {"乙", "丙", "丁", "甲"}


def test_teams_are_compared_by_the_share_of_their_people_who_were_excellent() -> None:
    people = [("a", 95), ("a", 70), ("b", 90), ("b", 91), ("b", 40), ("c", 60)]
    results = [Written(str(n), points, 60, team) for n, (team, points) in enumerate(people)]

    assert excellent_rates(results, 90) == [
        ("b", Fraction(2, 3)),
        ("a", Fraction(1, 2)),
        ("c", Fraction(0)),
    ]


def test_pasted_results_say_who_goes_on_and_which_lines_are_none() -> None:
    results, wrong = parse_results(
        "甲队 92 10:10\n\n乙 二队\t95\t900\n丙队，92，580\n丁队 九十\n戊 1\n"
    )

    assert wrong == [5, 6]
    assert [(r.name, r.points, r.seconds) for r in results] == [
        ("甲队", 92, 610),
        ("乙 二队", 95, 900),
        ("丙队", 92, 580),
    ]
    assert teams_of(results, 2, None) == ["乙 二队", "丙队"]


def test_teams_go_on_by_their_peoples_rates_and_level_ones_together() -> None:
    text = "王 95 60 甲队\n李 70 60 甲队\n赵 90 60 乙队\n钱 60 60 乙队\n孙 99 60 丙队"
    results, wrong = parse_results(text)

    assert wrong == []
    assert teams_of(results, 2, 90) == ["丙队", "乙队", "甲队"]
    assert teams_of(results, 1, 90) == ["丙队"]


@pytest.mark.parametrize("preset", PRESETS.values(), ids=list(PRESETS))
def test_a_preset_is_playable_and_survives_storage(preset) -> None:
    assert problems_of(preset.rules) == []
    assert rules_from_json(rules_to_json(preset.rules)) == preset.rules


def test_published_figures_of_the_presets() -> None:
    medicine, integrity = PRESETS["medicine"], PRESETS["integrity"]

    assert medicine.rules.stages[0].count(medicine.teams, 10) == 36
    assert [medicine.rules.stages[2].count(6, value) for value in (30, 40)] == [6, 6]
    assert [integrity.rules.stages[2].count(9, value) for value in (10, 20, 30)] == [9, 9, 9]


def test_equal_scores_stand_in_the_order_of_their_lots() -> None:
    play = Play(PRESETS["county"].rules, teams=4)
    play.lots = {1: 9, 2: 4, 3: 7, 4: 1}

    assert play.rules.stages[3].order is Order.HIGH
    assert stage_order(play.rules, play.state, 3, play.lots) == (4, 2, 3, 1)


def test_a_team_whose_name_has_numbers_keeps_them() -> None:
    results, wrong = parse_results("第 1 队 92 600\n王 95 60 3 车间 2 队\n" + "甲" + " 1" * 50_000)

    assert [(r.name, r.points, r.seconds, r.team) for r in results[:2]] == [
        ("第 1 队", 92, 600, ""),
        ("王", 95, 60, "3 车间 2 队"),
    ]
    assert wrong == []


def test_fewer_than_there_are_places_all_go_on() -> None:
    results, _wrong = parse_results("王 95 60 甲队\n赵 60 60 乙队")

    assert [result.name for result in best(results, 5)] == ["王", "赵"]
    assert teams_of(results, 5, 90) == ["甲队", "乙队"]
