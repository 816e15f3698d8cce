"""Prizes from the plan to the final list, on both databases."""

import hashlib
from dataclasses import replace
from datetime import timedelta

import pytest

from learning.competitions import queries, services
from learning.competitions.queries import awards as award_queries
from learning.competitions.rules.awards import (
    AwardRules,
    AwardState,
    AwardStatus,
    Prize,
    draw,
    read_list,
)
from learning.competitions.rules.prize_lists import PrizeKind
from learning.kernel.errors import Conflict, Invalid, NotFound
from tests.competitions.test_award_rules import NUMBER
from tests.factories.competitions import (
    add_scored_attempt,
    entry_of,
    make_association,
    make_participant,
    make_stage,
)

FULL = Prize("full", "满分奖", PrizeKind.LOT, 2, least_milli=20_000, reserve=2)
TOP = Prize("top", "名次奖", PrizeKind.RANK, 1, reserve=1)
POINTS = (20_000, 20_000, 20_000, 20_000, 12_000)


def rules_from(now, **changes) -> AwardRules:
    rules = AwardRules((TOP, FULL), "某指数收盘点位", now + timedelta(days=14), 7, 30)
    return replace(rules, **changes)


@pytest.fixture
def stage(session, now):
    """A closed contest of five people, four of them with full marks."""
    stage = make_stage(session, now)
    assessment_id = stage.view(session, now).assessment_id
    stage.people = []
    for number, points in enumerate(POINTS):
        person = make_participant(session, now, stage, f"参赛者{number}")
        add_scored_attempt(
            session, assessment_id, person.user_id, points_milli=points, started_at=now
        )
        stage.people.append(person)
    plan = services.plan_close(session, stage.view(session, now))
    services.close_competition(session, plan, actor=stage.actor, now=now)
    return stage


def announce(session, stage, now, **changes):
    services.write_awards(
        session, stage.actor, stage.public_id, rules=rules_from(now, **changes), now=now
    )
    return services.announce_awards(session, stage.actor, stage.public_id, now=now)


def drawn(session, stage, now):
    """Announce, and draw two weeks later; return the plan and when it was drawn."""
    announce(session, stage, now)
    later = now + timedelta(days=14)
    services.draw_awards(session, stage.actor, stage.public_id, number=NUMBER, now=later)
    plan = award_queries.get_announced(session, stage.view(session, now).id)
    return plan, later


def winners(session, plan) -> list[tuple[str, str]]:
    return [(line.prize, line.entry) for line in award_queries.list_awards(session, plan)[0]]


def test_before_the_draw_the_hashes_are_out_and_the_seed_is_not(session, stage, now):
    plan = announce(session, stage, now)

    text = award_queries.read_entry_list(session, plan.id)
    assert plan.state is AwardState.ANNOUNCED
    assert hashlib.sha256(text.encode()).hexdigest() == plan.list_hash
    assert len(plan.commitment) == 64
    assert (plan.seed, plan.number) == ("", "")
    assert plan.entries == len(POINTS)
    assert {row.entry for row in read_list(text)} == {entry_of(session, p) for p in stage.people}


def test_the_draw_gives_what_anybody_computes_from_what_was_published(session, stage, now):
    plan, _ = drawn(session, stage, now)

    assert hashlib.sha256(plan.seed.encode()).hexdigest() == plan.commitment
    entries = read_list(award_queries.read_entry_list(session, plan.id))
    expected = draw(
        plan.rules.prizes, entries, seed=plan.seed, number=plan.number, list_hash=plan.list_hash
    )
    held = [(d.prize, d.entry) for d in expected if d.status is AwardStatus.HELD]
    assert sorted(winners(session, plan)) == sorted(held)
    assert len(held) == 3


def test_the_number_must_come_after_the_announcement(session, stage, now):
    services.write_awards(
        session, stage.actor, stage.public_id, rules=rules_from(now, source_at=now), now=now
    )

    with pytest.raises(Conflict) as refused:
        services.announce_awards(session, stage.actor, stage.public_id, now=now)

    assert refused.value.code == "source_past"


def test_nothing_is_drawn_before_the_number_can_be_out_or_from_what_is_none(session, stage, now):
    announce(session, stage, now)

    with pytest.raises(Conflict) as early:
        services.draw_awards(session, stage.actor, stage.public_id, number=NUMBER, now=now)
    with pytest.raises(Invalid):
        services.draw_awards(session, stage.actor, stage.public_id, number="无", now=now)

    assert early.value.code == "source_early"


def test_a_step_is_taken_once_and_in_order(session, stage, now):
    _, later = drawn(session, stage, now)

    for act in (
        lambda: services.draw_awards(session, stage.actor, stage.public_id, number="1", now=later),
        lambda: services.announce_awards(
            session, stage.actor, stage.public_id, now=now - timedelta(days=1)
        ),
        lambda: services.write_awards(
            session, stage.actor, stage.public_id, rules=rules_from(now), now=later
        ),
    ):
        with pytest.raises(Conflict) as refused:
            act()
        assert refused.value.code == "awards_state"


def test_a_struck_prize_goes_to_the_first_in_reserve_without_one(session, stage, now):
    plan, later = drawn(session, stage, now)
    [top] = [line for line in award_queries.list_awards(session, plan)[0] if line.prize == "top"]
    order = award_queries.list_waiting(session, plan.id, "top")
    second = next(row.entry for row in order if row.prize == "top" and row.place == 2)
    holds_another = ("full", second) in winners(session, plan)

    follower = services.strike_award(
        session, stage.actor, stage.public_id, top.public_id, reason="本人放弃", now=later
    )

    assert follower == (None if holds_another else second)
    assert ("top", top.entry) not in winners(session, plan)
    assert [line.reason for line in award_queries.list_struck(session, plan)] == ["本人放弃"]
    with pytest.raises(NotFound):
        services.strike_award(
            session, stage.actor, stage.public_id, top.public_id, reason="再来", now=later
        )


def test_the_list_is_final_after_the_days_of_objection_and_all_answers(session, stage, now):
    plan, later = drawn(session, stage, now)
    view = stage.view(session, now)
    objection = services.object_to_awards(
        session, stage.people[4], view, text="得奖者替考", now=later
    )
    after = later + timedelta(days=7)

    with pytest.raises(Conflict, match="objections_running"):
        services.finalise_awards(session, stage.actor, stage.public_id, now=later)
    with pytest.raises(Conflict, match="objections_open"):
        services.finalise_awards(session, stage.actor, stage.public_id, now=after)
    with pytest.raises(Conflict, match="objections_closed"):
        services.object_to_awards(session, stage.people[3], view, text="晚了", now=after)
    services.answer_objection(
        session,
        stage.actor,
        stage.public_id,
        objection,
        is_upheld=False,
        answer="核查无此情况。",
        now=after,
    )
    services.finalise_awards(session, stage.actor, stage.public_id, now=after)

    final = award_queries.get_announced(session, view.id)
    assert final.state is AwardState.FINAL
    [line] = award_queries.list_objections(session, plan.id, user_id=stage.people[4].user_id)
    assert (line.outcome, line.answer) == ("rejected", "核查无此情况。")


def test_nobody_answers_their_own_objection_or_floods_the_organiser(session, stage, now):
    plan, later = drawn(session, stage, now)
    view = stage.view(session, now)
    own = services.object_to_awards(session, stage.actor, view, text="自己提的", now=later)

    with pytest.raises(NotFound):
        services.answer_objection(
            session,
            stage.actor,
            stage.public_id,
            own,
            is_upheld=True,
            answer="准",
            now=later,
        )
    for _ in range(5):
        services.object_to_awards(session, stage.people[0], view, text="一再", now=later)
    with pytest.raises(Conflict, match="objections_many"):
        services.object_to_awards(session, stage.people[0], view, text="第六条", now=later)
    assert award_queries.count_open_objections(session, plan.id) == 6


def test_prizes_of_others_look_like_none(session, stage, now):
    announce(session, stage, now)
    _, _, stranger = make_association(session, now, "另一协会")

    for act in (
        lambda: services.write_awards(
            session, stranger, stage.public_id, rules=rules_from(now), now=now
        ),
        lambda: services.announce_awards(session, stranger, stage.public_id, now=now),
        lambda: services.draw_awards(
            session, stranger, stage.public_id, number="1", now=now + timedelta(days=20)
        ),
        lambda: services.finalise_awards(session, stranger, stage.public_id, now=now),
    ):
        with pytest.raises(NotFound):
            act()


def test_prizes_of_a_contest_that_is_not_over_stay_a_draft(session, now):
    stage = make_stage(session, now)
    services.write_awards(session, stage.actor, stage.public_id, rules=rules_from(now), now=now)

    with pytest.raises(Conflict, match="not_closed"):
        services.announce_awards(session, stage.actor, stage.public_id, now=now)
    with pytest.raises(NotFound):
        award_queries.get_announced(session, stage.view(session, now).id)
    assert queries.get_published(session, stage.public_id).title
