"""Claiming prizes: told once, claimed in time by the winner alone, followed by the reserve."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from learning.accounts.models import PersonalNotice
from learning.competitions import services
from learning.competitions.models import AwardClaim
from learning.competitions.queries import awards as award_queries
from learning.competitions.rules.awards import AwardRules, AwardStatus, Prize
from learning.competitions.rules.claims import KEPT, Delivery, delivery_problems
from learning.competitions.rules.prize_lists import PrizeKind
from learning.kernel.errors import Conflict, Invalid, NotFound
from learning.kernel.mail import OutboxMessage
from tests.competitions.test_award_rules import NUMBER
from tests.factories.competitions import add_scored_attempt, make_participant, make_stage
from tests.factories.people import make_contact

POSTED = Prize("top", "一等奖", PrizeKind.RANK, 1, reserve=2, is_posted=True)
PAPER = Prize("paper", "荣誉奖", PrizeKind.RANK, 1)
HOME = Delivery("王 小明", "138 0000 0000", "示例市示例路 1 号", consents=True)


@pytest.fixture
def stage(session, now):
    """A contest whose prizes are final since `stage.at`; people best first, the first two hold one."""
    stage = make_stage(session, now)
    assessment_id = stage.view(session, now).assessment_id
    stage.people = []
    for number in range(4):
        person = make_participant(session, now, stage, f"参赛者{number}")
        make_contact(session, now, person.user_id, f"p{number}@example.org")
        points = 20_000 - 1_000 * number
        add_scored_attempt(
            session, assessment_id, person.user_id, points_milli=points, started_at=now
        )
        stage.people.append(person)
    plan = services.plan_close(session, stage.view(session, now))
    services.close_competition(session, plan, actor=stage.actor, now=now)
    rules = AwardRules((POSTED, PAPER), "某指数", now + timedelta(days=14), 7, 30)
    by = (session, stage.actor, stage.public_id)
    services.write_awards(*by, rules=rules, now=now)
    services.announce_awards(*by, now=now)
    services.draw_awards(*by, number=NUMBER, now=now + timedelta(days=14))
    stage.at = now + timedelta(days=25)  # answers to objections took some days more
    services.finalise_awards(*by, now=stage.at)
    return stage


def holders(session, stage) -> dict[str, str]:
    plan = award_queries.get_announced(session, stage.view(session, stage.at).id)
    lines, _ = award_queries.list_awards(session, plan)
    return {line.prize: line.participant_name for line in lines}


def messages(session) -> int:
    return session.scalar(select(func.count()).select_from(OutboxMessage))


def notices(session, actor) -> list[str]:
    titles = select(PersonalNotice.title).where(PersonalNotice.user_id == actor.user_id)
    return list(session.scalars(titles.order_by(PersonalNotice.id)))


def claim(session, stage, number, now, delivery=HOME):
    services.claim_award(session, stage.people[number], stage.public_id, delivery=delivery, now=now)


def test_winners_are_told_once_however_often_the_worker_turns(session, stage):
    before = messages(session)

    turns = [services.tell_winners(session, stage.at) for _ in range(3)]

    assert turns == [2, 0, 0]
    assert messages(session) == before + 2
    assert notices(session, stage.people[0]) == ["您获奖了，请领奖"]
    assert notices(session, stage.people[2]) == []


def test_the_days_for_claiming_begin_when_the_list_is_final(session, stage):
    _, plan, own = services.get_own_prize(session, stage.people[0], stage.public_id)

    assert own.claim_by == plan.claims_until == stage.at + timedelta(days=30)


def test_a_claim_keeps_the_address_of_what_is_sent_and_nothing_else(session, stage):
    claim(session, stage, 0, stage.at)
    claim(session, stage, 1, stage.at)

    sent, plain = (
        award_queries.find_claim(
            session, services.get_own_prize(session, stage.people[n], stage.public_id)[2].id
        )
        for n in (0, 1)
    )
    assert (sent.recipient, sent.address) == ("王 小明", "示例市示例路 1 号")
    assert (plain.recipient, plain.phone, plain.address) == ("", "", "")


def test_only_who_holds_a_prize_claims_it_and_only_in_time(session, stage):
    over = stage.at + timedelta(days=30)

    with pytest.raises(NotFound):
        claim(session, stage, 2, stage.at)
    with pytest.raises(Conflict, match="claim_over"):
        claim(session, stage, 0, over)
    with pytest.raises(Invalid):
        claim(session, stage, 0, stage.at, replace(HOME, consents=False))
    claim(session, stage, 0, over - timedelta(seconds=1))


def test_an_unclaimed_prize_goes_to_the_reserve_who_has_days_of_their_own(session, stage):
    services.tell_winners(session, stage.at)
    claim(session, stage, 1, stage.at)
    over = stage.at + timedelta(days=30)
    assert services.lapse_next(session, over - timedelta(seconds=1)) == 0

    assert [services.lapse_next(session, over) for _ in range(2)] == [1, 0]
    services.tell_winners(session, over)

    assert holders(session, stage) == {"top": "参赛者2", "paper": "参赛者1"}
    assert notices(session, stage.people[0]) == ["您获奖了，请领奖", "您的奖项已取消"]
    assert notices(session, stage.people[2]) == ["您获奖了，请领奖"]
    _, _, own = services.get_own_prize(session, stage.people[2], stage.public_id)
    assert own.claim_by == over + timedelta(days=30)


def test_who_was_never_told_loses_nothing_and_is_given_days_once_told(session, stage):
    late = stage.at + timedelta(days=31)  # the worker was down for a month

    assert services.lapse_next(session, late) == 0
    services.tell_winners(session, late)

    claim(session, stage, 0, late + timedelta(days=6))
    assert services.lapse_next(session, late + timedelta(days=7)) == 1
    assert holders(session, stage) == {"top": "参赛者0"}


def test_a_winner_is_reminded_once_before_the_end_and_not_after_claiming(session, stage):
    services.tell_winners(session, stage.at)
    claim(session, stage, 1, stage.at)
    soon = stage.at + timedelta(days=28)

    turns = [services.remind_winners(session, at) for at in (stage.at, soon, soon)]

    assert turns == [0, 1, 0]
    assert len(notices(session, stage.people[0])) == 2
    assert len(notices(session, stage.people[1])) == 1


def test_who_gives_up_is_followed_and_who_has_claimed_cannot(session, stage):
    claim(session, stage, 1, stage.at)

    services.give_up_award(session, stage.people[0], stage.public_id, now=stage.at)
    with pytest.raises(Conflict, match="claim_over"):
        services.give_up_award(session, stage.people[1], stage.public_id, now=stage.at)

    assert holders(session, stage) == {"top": "参赛者2", "paper": "参赛者1"}
    with pytest.raises(NotFound):
        claim(session, stage, 0, stage.at)


def test_an_address_goes_when_taken_back_when_old_and_with_the_prize(session, stage):
    winner = (session, stage.people[0], stage.public_id)
    claim(session, stage, 0, stage.at)
    address = select(AwardClaim.address)
    services.take_back_delivery(*winner, now=stage.at)
    assert session.scalars(address).all() == [""]

    claim(session, stage, 0, stage.at + timedelta(days=1))  # changed while that is open
    assert services.forget_deliveries(session, stage.at + KEPT) == 0
    assert services.forget_deliveries(session, stage.at + KEPT + timedelta(days=1)) == 1
    assert session.scalars(address).all() == [""]

    _, _, own = services.get_own_prize(*winner)
    services.strike_award(
        session, stage.actor, stage.public_id, own.public_id, reason="替考", now=stage.at
    )
    assert session.scalars(address).all() == []
    plan = award_queries.get_announced(session, stage.view(session, stage.at).id)
    assert award_queries.list_struck(session, plan)[0].status is AwardStatus.STRUCK


@pytest.mark.parametrize(
    ("field", "value"),
    [("recipient", ""), ("phone", "1234"), ("phone", "13800000000a"), ("address", "路\u202e1 号")],
)
def test_a_parcel_needs_a_name_a_number_and_a_place(field, value):
    assert delivery_problems(HOME) == []
    assert [p.place for p in delivery_problems(replace(HOME, **{field: value}))] == [field]
