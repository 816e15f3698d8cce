"""Several rounds: training that does not count, a later round for those who went on alone."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from learning.attempts.models import Attempt
from learning.competitions import services
from learning.competitions.formats import PRESETS, TRAINING, Later, Promotion, are_in_order
from learning.competitions.jobs import close_due
from learning.competitions.queries import (
    find_participation,
    get_published,
    list_board_rounds,
    list_rounds,
)
from learning.competitions.rules import SETTLING, Phase, State
from learning.kernel.audit import AuditEntry
from learning.kernel.errors import Conflict, Invalid, NotFound
from learning.leaderboards import queries as boards
from tests.factories.competitions import (
    entry_of,
    make_association,
    make_participant,
    make_stage,
)
from tests.factories.rounds import (
    HOUR,
    add_later,
    close_round,
    go_on,
    plan_round,
    play,
    rule,
    view_of,
)

SECOND = 2
LATER = 11 * HOUR  # into the later round


@pytest.fixture
def stage(session, now):
    """Two rounds; the best two of the first go on."""
    stage = make_stage(session, now)
    add_later(session, now, stage)
    rule(session, now, stage, Promotion(top=2))
    return stage


def start(session, actor, stage, now, number=SECOND):
    return services.start_round(
        session, actor, stage.public_id, device_token="d", now=now, number=number
    )


def test_a_later_round_has_its_own_window_paper_and_state(session, now, stage) -> None:
    first, later = list_rounds(session, view_of(session, now, stage).id)

    assert (first.number, first.promotion) == (1, Promotion(top=2))
    assert (later.number, later.title, later.state) == (SECOND, "复赛", State.OPEN)
    assert later.phase(now) is Phase.UPCOMING
    assert view_of(session, now, stage, SECOND).rules.single_count == 3
    with pytest.raises(NotFound):
        get_published(session, stage.public_id, number=3)


def test_only_who_went_on_may_start_the_later_round(session, now, stage) -> None:
    people = play(session, now, stage, {"甲": (20, 60), "乙": (16, 60), "丙": (12, 60)})
    stranger = make_participant(session, now, stage, "没有答")
    with pytest.raises(Conflict, match="not_promoted"):
        start(session, people["甲"], stage, now + LATER)
    close_round(session, now, stage)

    assert go_on(session, now + 9 * HOUR, stage) == 2

    with pytest.raises(Conflict, match="not_open"):
        start(session, people["甲"], stage, now + 9.5 * HOUR)
    assert start(session, people["甲"], stage, now + LATER)
    assert start(session, people["乙"], stage, now + LATER)
    for other in (people["丙"], stranger):
        with pytest.raises(Conflict, match="not_promoted"):
            start(session, other, stage, now + LATER)


def test_the_later_round_has_a_list_of_its_own_and_the_first_one_stays(session, now, stage) -> None:
    people = play(session, now, stage, {"甲": (20, 60), "乙": (16, 60), "丙": (12, 60)})
    close_round(session, now, stage)
    go_on(session, now + 9 * HOUR, stage)
    at = now + LATER
    play(session, at, stage, {"甲": (8, 60), "乙": (18, 90)}, people=people, number=SECOND)

    assert view_of(session, at, stage, SECOND).state is State.OPEN
    close_round(session, at + 2 * HOUR, stage, SECOND)

    order = {}
    for number in (1, SECOND):
        view = view_of(session, at, stage, number)
        assert view.state is State.CLOSED
        page = boards.get_page(session, view.board_id, page=1, size=50)
        order[number] = [row.subject for row in page.rows]
    subject = {name: entry_of(session, actor) for name, actor in people.items()}
    assert order[1] == [subject["甲"], subject["乙"], subject["丙"]]
    assert order[SECOND] == [subject["乙"], subject["甲"]]
    acts = session.scalars(select(AuditEntry.act).where(AuditEntry.subject == stage.public_id))
    assert "competition.round_closed" in acts.all()


def test_results_of_a_later_round_reach_its_board_after_the_first_list_is_out(
    session, now, stage
) -> None:
    people = play(session, now, stage, {"甲": (20, 60), "乙": (16, 60)})
    close_round(session, now, stage)
    go_on(session, now + 9 * HOUR, stage)
    later = view_of(session, now, stage, SECOND)
    found = find_participation(session, later.assessment_id, people["甲"].user_id)
    assert (found.board_id, found.state) == (later.board_id, State.OPEN)


def test_the_worker_closes_a_later_round_once_people_went_on_to_it(database, now) -> None:
    with database.transaction() as session:
        stage = make_stage(session, now)
        add_later(session, now, stage)
        rule(session, now, stage, Promotion(top=1))
        play(session, now, stage, {"甲": (20, 60)})
    after_first, after = now + 9 * HOUR, now + 12 * HOUR + SETTLING + timedelta(seconds=1)
    assert close_due(database, after_first) == 1
    assert close_due(database, after) == 0  # nobody went on yet
    with database.transaction() as session:
        go_on(session, now + 11 * HOUR, stage)

    assert close_due(database, after) == 1

    with database.session(write=False) as session:
        assert view_of(session, now, stage, SECOND).state is State.CLOSED


def test_training_counts_for_nobody_and_stands_on_no_list(session, now) -> None:
    stage = make_stage(session, now)
    services.add_round(
        session,
        stage.actor,
        stage.public_id,
        plan=plan_round(now, begins=-2, ends=8, title="练习", max_attempts=0),
        is_training=True,
        now=now,
    )
    person = make_participant(session, now, stage)
    attempt = start(session, person, stage, now, TRAINING)
    view = view_of(session, now, stage, TRAINING)

    assert attempt == start(session, person, stage, now, TRAINING)
    assert find_participation(session, view.assessment_id, person.user_id) is None
    assert view.round_id not in list_board_rounds(session)
    with pytest.raises(Conflict, match="not_running"):
        services.plan_close(session, view)
    assert start(session, person, stage, now, 1) != attempt
    assert len(session.scalars(select(Attempt.id)).all()) == 2


@pytest.mark.parametrize(
    ("begins", "ends", "training"), [(7, 12, False), (-0.5, 4, True), (-3, 9, True)]
)
def test_rounds_follow_one_another(session, now, begins, ends, training) -> None:
    stage = make_stage(session, now)

    with pytest.raises(Conflict, match="rounds_order"):
        services.add_round(
            session,
            stage.actor,
            stage.public_id,
            plan=plan_round(now, begins=begins, ends=ends),
            is_training=training,
            now=now,
        )


def test_the_order_of_rounds_is_looked_at_between_neighbours(now) -> None:
    first, later = (now, now + HOUR), (now + HOUR, now + 2 * HOUR)

    assert are_in_order({1: first, 2: later})
    assert not are_in_order({1: later, 2: first})
    assert are_in_order({0: (now - HOUR, now + HOUR), 1: first})
    assert not are_in_order({0: (now, now + HOUR), 1: first})


def test_rounds_and_who_goes_on_lock_with_the_first_entry(session, now, stage) -> None:
    make_participant(session, now, stage)

    for act in (
        lambda: add_later(session, now, stage, begins=20, ends=22),
        lambda: rule(session, now, stage, Promotion(top=1)),
        lambda: services.remove_round(session, stage.actor, stage.public_id, SECOND, now=now),
        lambda: services.edit_round(
            session, stage.actor, stage.public_id, SECOND, plan=plan_round(now, title="x"), now=now
        ),
    ):
        with pytest.raises(Conflict, match="rules_locked"):
            act()


def test_a_published_window_of_a_round_moves_by_announcement_alone(session, now, stage) -> None:
    def edit(**changes) -> None:
        plan = plan_round(now, **changes)
        services.edit_round(session, stage.actor, stage.public_id, SECOND, plan=plan, now=now)

    edit(title="半决赛", single_count=2)
    assert view_of(session, now, stage, SECOND).round_title == "半决赛"
    assert view_of(session, now, stage, SECOND).rules.single_count == 2
    with pytest.raises(Conflict, match="window_locked"):
        edit(ends=13)


def test_the_last_round_can_be_taken_away_and_the_one_before_it_not(session, now, stage) -> None:
    add_later(session, now, stage, begins=20, ends=22)

    with pytest.raises(Conflict, match="rounds_order"):
        services.remove_round(session, stage.actor, stage.public_id, SECOND, now=now)
    services.remove_round(session, stage.actor, stage.public_id, 3, now=now)
    services.remove_round(session, stage.actor, stage.public_id, SECOND, now=now)

    assert [r.number for r in list_rounds(session, view_of(session, now, stage).id)] == [1]
    with pytest.raises(NotFound):
        services.remove_round(session, stage.actor, stage.public_id, 1, now=now)


def test_the_first_window_cannot_be_drawn_into_a_later_round(session, now) -> None:
    stage = make_stage(session, now, is_open=False)
    add_later(session, now, stage)
    contest = view_of(session, now, stage).contest

    with pytest.raises(Conflict, match="rounds_order"):
        services.edit_competition(
            session,
            stage.actor,
            stage.public_id,
            contest=replace(contest, closes_at=now + 11 * HOUR),
            now=now,
        )


def test_bad_rounds_and_foreign_competitions_are_refused(session, now, stage) -> None:
    _, _, foreign = make_association(session, now, name="另一协会")

    with pytest.raises(Invalid):
        add_later(session, now, stage, begins=30, ends=20)
    with pytest.raises(Invalid):
        add_later(session, now, stage, begins=20, ends=22, single_count=200)
    with pytest.raises(Invalid):
        rule(session, now, stage, Promotion(top=-1))
    with pytest.raises(NotFound):
        services.add_round(
            session,
            foreign,
            stage.public_id,
            plan=plan_round(now, begins=20, ends=22),
            is_training=False,
            now=now,
        )


def test_a_shape_with_several_rounds_becomes_a_whole_contest(session, now) -> None:
    stage = make_stage(session, now, is_open=False)
    shape = PRESETS["stages"]
    small = replace(
        shape,
        training=replace(shape.training, single_count=2),
        later=(Later("复赛", plan_round(now).rules, Promotion(top=10)),),
    )

    services.add_preset_rounds(session, stage.actor, stage.public_id, small, now=now)

    training, first, later = list_rounds(session, view_of(session, now, stage).id)
    assert (training.title, training.format.per_day, training.promotion) == ("练习", 3, None)
    assert first.promotion == shape.promotion
    assert (later.title, later.promotion) == ("复赛", Promotion(top=10))
    assert training.closes_at == first.opens_at
    assert later.opens_at == first.closes_at + timedelta(days=7)
