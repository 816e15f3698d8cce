"""The fold of a log: who was first, what is too late, going back, overruling, ties."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learning.live_rounds.rules import (
    PRESETS,
    Act,
    Entry,
    Kind,
    Order,
    Phase,
    RoomRules,
    StageRules,
    Unclaimed,
    begin,
    carry_on,
    fold,
    is_over,
    open_values,
    overrule_refusal,
    says_again,
)
from tests.live_rounds.play import START, Play, Refused

COUNTY = PRESETS["county"].rules
BUZZ, SUDDEN = 2, 4


def buzzing() -> Play:
    play = Play(COUNTY, teams=4)
    play.stage(BUZZ)
    return play


def test_the_number_in_the_log_decides_who_was_first_and_the_others_are_kept_as_evidence() -> None:
    play = buzzing()
    play.start()
    for team, behind_ms in ((3, 40), (1, 42), (2, 39)):
        play.now = START + timedelta(milliseconds=behind_ms)
        play.do(Act.BUZZ, team=team)

    asked = play.state.asked

    assert (play.state.phase, asked.claimed_by) == (Phase.CLAIMED, 3)
    assert [(buzz.team, buzz.gap_us) for buzz in asked.buzzes] == [(3, 0), (1, 2_000), (2, -1_000)]


def test_who_buzzes_first_does_so_before_the_clock_is_over() -> None:
    play = buzzing()
    play.start()
    play.wait(play.rules.stages[BUZZ].seconds)
    play.wait(0.001)

    with pytest.raises(Refused, match="late"):
        play.do(Act.BUZZ, team=3)
    play.do(Act.UNCLAIMED)

    assert (play.state.phase, play.state.asked.is_void) == (Phase.SETTLED, True)


def test_a_buzz_behind_another_is_evidence_however_late() -> None:
    play = buzzing()
    play.start()
    play.do(Act.BUZZ, team=3)
    play.wait(play.rules.stages[BUZZ].seconds + 1)
    play.do(Act.BUZZ, team=1)

    asked = play.state.asked

    assert (asked.claimed_by, [buzz.team for buzz in asked.buzzes]) == (3, [3, 1])


def test_a_team_buzzes_once_an_item() -> None:
    play = buzzing()
    play.start()
    play.do(Act.BUZZ, team=3)

    with pytest.raises(Refused, match="not_now"):
        play.do(Act.BUZZ, team=3)


def test_an_early_buzz_that_does_not_void_takes_only_that_team_out_of_the_item() -> None:
    play = Play(PRESETS["integrity"].rules, teams=3)
    play.stage(1)
    play.early(2)

    assert (play.state.phase, play.scores()) == (Phase.SHOWN, [200, 190, 200])
    play.do(Act.START)
    with pytest.raises(Refused, match="not_now"):
        play.do(Act.BUZZ, team=2)


def test_an_answer_after_the_end_of_the_clock_is_refused_and_changes_nothing() -> None:
    play = Play(COUNTY, teams=2)
    play.stage(1)
    play.start()
    play.do(Act.ANSWER, team=1, response="a")
    play.wait(30)
    play.do(Act.ANSWER, team=2, response="b")
    play.wait(0.001)

    with pytest.raises(Refused, match="late"):
        play.do(Act.ANSWER, team=1, response="c")
    play.write(Act.ANSWER, team=1, response="c")

    answers = play.state.asked.answers
    assert {team: answer.response for team, answer in answers.items()} == {1: "a", 2: "b"}


def test_nobody_answers_for_a_team_whose_turn_it_is_not() -> None:
    play = Play(COUNTY, teams=2)
    play.stage(0)
    play.start()

    with pytest.raises(Refused, match="not_now"):
        play.do(Act.ANSWER, team=2, response="a")
    with pytest.raises(Refused, match="not_now"):
        play.judge({2: True})


def test_going_back_takes_the_teams_entries_with_it() -> None:
    play = buzzing()
    play.show()
    start = play.do(Act.START)
    play.do(Act.BUZZ, team=1)
    judged = play.judge({1: False})
    assert play.scores() == [90, 100, 100, 100]

    play.do(Act.UNDO, seq=judged.seq, reason="误判")
    assert (play.state.phase, play.scores()) == (Phase.CLAIMED, [100] * 4)
    play.do(Act.UNDO, seq=start.seq, reason="重来")

    # The buzz went too: it must not have become an early one.
    assert (play.state.phase, play.state.asked.buzzes) == (Phase.SHOWN, ())


def test_only_the_newest_entry_that_holds_can_be_gone_back_on() -> None:
    play = buzzing()
    play.show()
    start = play.do(Act.START)
    play.do(Act.VOID, reason="题目有误")

    with pytest.raises(Refused, match="not_newest"):
        play.do(Act.UNDO, seq=start.seq, reason="")


def test_an_overruled_verdict_changes_the_score_and_can_itself_be_taken_back() -> None:
    play = buzzing()
    judged = play.buzz(1, right=False)
    play.buzz(2, right=True)

    over = play.do(Act.OVERRULE, seq=judged.seq, verdicts={"1": True}, reason="答案等价")
    assert play.scores() == [110, 110, 100, 100]
    play.do(Act.UNDO, seq=over.seq, reason="维持原判")
    assert play.scores() == [90, 110, 100, 100]


def test_a_correction_of_the_judges_holds_after_the_end() -> None:
    play = buzzing()
    play.buzz(1, right=True)
    play.do(Act.FINISH)

    play.do(Act.ADJUST, team=2, points=15, reason="申诉成立")

    assert play.places()[:2] == [(1, 2, 115), (2, 1, 110)]


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ([(1, True)], [(1, 1), (2, 2), (2, 3)]),  # the first right wins, the rest stay level
        ([(1, False)], [(1, 2), (1, 3), (3, 1)]),  # the first wrong is out
        ([(1, False), (3, True)], [(1, 3), (2, 2), (3, 1)]),
        ([(2, True), (3, True)], [(1, 2), (2, 3), (3, 1)]),
        ([(2, False), (3, False)], [(1, 1), (2, 3), (3, 2)]),
    ],
)
def test_sudden_death_places_teams_of_equal_score(steps, expected) -> None:
    play = Play(COUNTY, teams=3)
    play.stage(SUDDEN)

    for team, right in steps:
        play.buzz(team, right=right)

    assert [(place, team) for place, team, _score in play.places()] == expected
    assert play.scores() == [100, 100, 100]


def test_a_sudden_death_with_one_left_is_over() -> None:
    play = Play(COUNTY, teams=2)
    play.stage(SUDDEN)
    play.buzz(1, right=True)

    with pytest.raises(Refused, match="stage_over"):
        play.show()


def test_a_value_whose_items_are_used_up_cannot_be_chosen() -> None:
    rules = RoomRules(0, (StageRules(Kind.RISK, "风险", 1, (10, 20), 60, None, stock=1),))
    play = Play(rules, teams=2)
    play.stage(0)
    play.risk(20, right=True)

    assert open_values(rules.stages[0], play.state, 2) == (10,)
    with pytest.raises(Refused, match="value_taken"):
        play.do(Act.VALUE, team=2, value=20)
    with pytest.raises(Refused, match="must_choose"):
        play.decline()
    with pytest.raises(Refused, match="no_value"):
        play.show()


TEAMS = st.integers(1, 5)
ENTRIES = st.lists(
    st.one_of(
        st.tuples(st.just(Act.STAGE), st.integers(0, 5).map(lambda n: {"stage": n, "order": [2, 1, 3]})),
        st.tuples(st.just(Act.SHOW), st.integers(1, 9).map(lambda n: {"item": n, "value": 10, "team": None})),
        st.tuples(st.sampled_from([Act.START, Act.UNCLAIMED, Act.VOID, Act.REVEAL, Act.FINISH]), st.just({})),
        st.tuples(st.just(Act.BUZZ), TEAMS.map(lambda team: {"team": team})),
        st.tuples(st.just(Act.ANSWER), TEAMS.map(lambda team: {"team": team, "response": "a"})),
        st.tuples(st.just(Act.GIVE), TEAMS.map(lambda team: {"team": team})),
        st.tuples(
            st.just(Act.JUDGE),
            st.dictionaries(TEAMS.map(str), st.booleans()).map(lambda found: {"verdicts": found}),
        ),
        st.tuples(st.just(Act.UNDO), st.integers(1, 30).map(lambda seq: {"seq": seq})),
    ),
    max_size=40,
)  # fmt: skip


@given(ENTRIES)
def test_any_log_folds_and_reading_it_bit_by_bit_gives_the_same(acts) -> None:
    rules, teams = PRESETS["integrity"].rules, (1, 2, 3)
    log = [Entry(n, START, "x", act, data) for n, (act, data) in enumerate(acts, 1)]

    whole = fold(rules, teams, log)
    state = begin(rules, teams)
    for n in range(len(log)):
        state = carry_on(rules, state, log[n : n + 1]) or fold(rules, teams, log[: n + 1])

    assert state == whole
    changes = [asked.points for asked in (*whole.past, *([whole.asked] if whole.asked else []))]
    reckoned = {team: 200 + sum(points.get(team, 0) for points in changes) for team in teams}
    assert reckoned == whole.scores
    assert rules.stages[1].unclaimed is Unclaimed.AUDIENCE


def test_an_item_that_the_host_voids_is_replaced_for_the_same_team() -> None:
    play = Play(PRESETS["integrity"].rules, teams=2)
    play.stage(2)
    team = play.state.order[0]
    play.do(Act.VALUE, team=team, value=30)
    play.start()
    first = play.state.asked.number
    play.do(Act.VOID, reason="题目有误")

    assert play.risk(30, right=True) == team  # the value is free again as well
    assert play.state.asked.number != first
    assert play.state.scores[team] == 230


def test_a_voided_item_has_one_in_reserve_and_no_more() -> None:
    play = Play(RoomRules(0, (StageRules(Kind.BUZZ, "抢答", 1, (10,), 30),)), teams=2)
    play.stage(0)
    for _time in range(2):
        play.start()
        play.do(Act.VOID, reason="题目有误")

    with pytest.raises(Refused, match="no_items"):
        play.show()


@pytest.mark.parametrize(
    ("order", "expected"), [("number", (1, 2, 3)), ("lot", (2, 3, 1)), ("low", (2, 3, 1))]
)
def test_the_order_of_a_stage_follows_its_rule(order, expected) -> None:
    rules = RoomRules(0, (StageRules(Kind.TURNS, "必答", 1, (10,), 30, order=Order(order)),))
    play = Play(rules, teams=3)
    play.lots = {1: 8, 2: 2, 3: 5}

    play.stage(0)

    assert play.state.order == expected


def test_nothing_is_done_where_it_has_no_place() -> None:
    play = Play(COUNTY, teams=3)
    for act, data in (
        (Act.START, {}),
        (Act.UNCLAIMED, {}),
        (Act.GIVE, {"team": 1}),
        (Act.VOID, {"reason": "x"}),
        (Act.REVEAL, {}),
        (Act.VALUE, {"team": 1, "value": 10}),
        (Act.ADJUST, {"team": 9, "points": 1, "reason": "x"}),
    ):
        with pytest.raises(Refused, match="not_now"):
            play.do(act, **data)
    with pytest.raises(Refused, match="stage_over"):
        play.show()

    play.stage(3)  # risk
    play.do(Act.VALUE, team=1, value=10)
    play.start()
    with pytest.raises(Refused, match="not_now"):  # while the item is on the stage
        play.do(Act.VALUE, team=2, value=10)
    with pytest.raises(Refused, match="not_now"):  # and nobody buzzes for it
        play.do(Act.UNCLAIMED)
    play.judge({1: True})
    play.do(Act.REVEAL)
    play.do(Act.FINISH)
    with pytest.raises(Refused, match="finished"):
        play.stage(0)


def test_a_buzz_that_nobody_makes_voids_the_item_and_uses_it_up() -> None:
    play = Play(RoomRules(0, (StageRules(Kind.BUZZ, "抢答", 1, (10,), 30),)), teams=2)
    play.stage(0)
    play.start()
    play.do(Act.UNCLAIMED)

    assert play.state.asked.is_void
    with pytest.raises(Refused, match="stage_over"):
        play.show()


def test_only_a_verdict_that_holds_can_be_overruled() -> None:
    play = buzzing()
    judged = play.buzz(1, right=False)

    assert overrule_refusal(play.state, judged.seq, {"1": True}) is None
    for seq, verdicts in ((judged.seq, {}), (judged.seq, {"2": True}), (1, {"1": True})):
        assert overrule_refusal(play.state, seq, verdicts) == "no_verdict"


def test_entries_that_mean_nothing_leave_the_state_as_it_is() -> None:
    play = Play(PRESETS["medicine"].rules, teams=2)
    assert is_over(play.rules, play.state)
    for act, data in (
        (Act.SHOW, {"item": 1, "value": 10, "team": None}),
        (Act.VALUE, {"team": 1, "value": 30}),
    ):
        before = play.state
        play.write(act, **data)
        assert replace(play.state, seq=before.seq) == before

    play.stage(2)
    team, other = play.state.order
    play.write(Act.VALUE, team=other, value=30)  # it is not their turn
    assert play.state.chosen is None
    play.do(Act.VALUE, team=team, value=30)
    assert says_again(play.state, Act.VALUE, {"team": team, "value": 30})
    assert not says_again(play.state, Act.VALUE, {"team": team, "value": 40})

    play.stage(3)
    play.start()
    play.write(Act.GIVE, team=9)
    play.do(Act.GIVE, team=None)
    play.do(Act.REVEAL)
    with pytest.raises(Refused, match="not_now"):
        play.do(Act.REVEAL)
    play.do(Act.FINISH)
    play.write(Act.FINISH)
    assert play.scores() == [100, 100]
