"""Going on from a round: the border, shared ranks, divisions, and the places of who withdraws."""

import json
from decimal import Decimal

import pytest
from sqlalchemy import select

from learning.competitions import queries, services
from learning.competitions.formats import Border, Promotion
from learning.competitions.models import Entry
from learning.competitions.services import fairness
from learning.kernel.audit import AuditEntry
from learning.kernel.errors import Conflict, Invalid, NotFound
from tests.factories.competitions import entry_of, make_association, make_stage
from tests.factories.rounds import HOUR, add_later, close_round, go_on, play, rule, view_of

RESULTS = {"甲": (20, 60), "乙": (18, 60), "丙": (18, 60), "丁": (9, 60), "戊": (6, 60)}
"""乙 and 丙 are level, to the millisecond."""
AFTER = 9 * HOUR


@pytest.fixture
def arrange(session, now):
    """Play the first round and publish it; returns the stage and people by name."""

    def make(promotion: Promotion, results=RESULTS):
        stage = make_stage(session, now)
        add_later(session, now, stage)
        rule(session, now, stage, promotion)
        people = play(session, now, stage, results)
        close_round(session, now, stage)
        return stage, people

    return make


def names(session, now, stage, people, *, is_on=True):
    act = queries.find_promotion(session, view_of(session, now, stage).round_id)
    assert act is not None
    return {
        line.participant_name
        for line in queries.list_promoted(session, act.id)
        if line.is_on is is_on
    }


def withdraw(session, now, stage, actor, reason="本人不能参加"):
    return services.withdraw_promoted(
        session, stage.actor, stage.public_id, 1, entry_of(session, actor), reason=reason, now=now
    )


@pytest.mark.parametrize(
    ("promotion", "expected"),
    [
        (Promotion(top=2), {"甲", "乙", "丙"}),
        (Promotion(top=2, border=Border.LEAVE), {"甲"}),
        (Promotion(top=3), {"甲", "乙", "丙"}),
        (Promotion(percent=Decimal(20)), {"甲"}),  # 20 % of five
        (
            Promotion(percent=Decimal(21)),
            {"甲", "乙", "丙"},
        ),  # 1.05, so two, and who ties with the second
        (Promotion(cut=Decimal(9)), {"甲", "乙", "丙", "丁"}),
        (Promotion(top=4, cut=Decimal(10)), {"甲", "乙", "丙"}),
        (Promotion(), set(RESULTS)),
    ],
)
def test_who_goes_on_is_what_the_printed_rule_says(
    session, now, arrange, promotion, expected
) -> None:
    stage, people = arrange(promotion)

    go_on(session, now + AFTER, stage)

    assert names(session, now, stage, people) == expected


def test_the_act_is_seen_before_dated_audited_and_done_once(session, now, arrange) -> None:
    stage, _people = arrange(Promotion(top=2))
    view = view_of(session, now, stage)
    outlook = queries.look_out(session, view, view.promotion)
    seen = [(row.standing, row.goes_on) for row in outlook.rows]
    assert seen == [(1, True), (2, True), (2, True), (4, False), (5, False)]
    assert outlook.ranked == 5

    with pytest.raises(Conflict, match="promotion_changed"):
        services.promote_from(
            session, stage.actor, stage.public_id, 1, digest="0" * 64, now=now + AFTER
        )
    go_on(session, now + AFTER, stage)
    with pytest.raises(Conflict, match="promoted_already"):
        go_on(session, now + AFTER, stage)

    act = queries.find_promotion(session, view.round_id)
    assert (act.made_at, act.made_by, act.ranked) == (now + AFTER, stage.actor.user_id, 5)
    logged = session.scalars(
        select(AuditEntry.details).where(AuditEntry.act == "competition.promoted")
    ).one()
    assert json.loads(logged)["promoted"] == 3


def test_nobody_goes_on_before_the_list_is_out_or_to_a_round_that_is_over(session, now) -> None:
    stage = make_stage(session, now)
    add_later(session, now, stage)
    rule(session, now, stage, Promotion(top=2))
    play(session, now, stage, RESULTS)

    with pytest.raises(Conflict, match="round_not_closed"):
        go_on(session, now, stage)
    close_round(session, now, stage)
    with pytest.raises(Conflict, match="window_over"):
        go_on(session, now + 13 * HOUR, stage)
    _, _, foreign = make_association(session, now, name="另一协会")
    with pytest.raises(NotFound):
        services.promote_from(session, foreign, stage.public_id, 1, digest="", now=now)


def test_a_withdrawn_place_is_taken_by_the_next(session, now, arrange) -> None:
    stage, people = arrange(Promotion(top=3))
    go_on(session, now + AFTER, stage)

    followers = withdraw(session, now + AFTER, stage, people["甲"])

    assert followers == [entry_of(session, people["丁"])]
    assert names(session, now, stage, people) == {"乙", "丙", "丁"}
    assert names(session, now, stage, people, is_on=False) == {"甲"}
    assert withdraw(session, now + AFTER, stage, people["丁"]) == [entry_of(session, people["戊"])]
    assert withdraw(session, now + AFTER, stage, people["戊"]) == []  # nobody is left


def test_a_place_that_several_share_the_border_for_follows_the_rule_too(
    session, now, arrange
) -> None:
    level = {"甲": (20, 60), "乙": (18, 60), "丙": (16, 60), "丁": (16, 60)}
    stage, people = arrange(Promotion(top=2, border=Border.TAKE), level)
    go_on(session, now + AFTER, stage)
    assert set(withdraw(session, now + AFTER, stage, people["甲"])) == {
        entry_of(session, people["丙"]), entry_of(session, people["丁"]),
    }  # fmt: skip


def test_where_the_level_stay_behind_the_place_stays_empty(session, now, arrange) -> None:
    level = {"甲": (20, 60), "乙": (18, 60), "丙": (16, 60), "丁": (16, 60)}
    stage, people = arrange(Promotion(top=2, border=Border.LEAVE), level)
    go_on(session, now + AFTER, stage)

    assert withdraw(session, now + AFTER, stage, people["甲"]) == []
    assert names(session, now, stage, people) == {"乙"}


def test_a_share_is_of_all_who_were_ranked_whoever_withdrew(session, now, arrange) -> None:
    stage, people = arrange(Promotion(percent=Decimal(20)))
    go_on(session, now + AFTER, stage)

    # One of five; 乙 and 丙 are level for the place.
    assert set(withdraw(session, now + AFTER, stage, people["甲"])) == {
        entry_of(session, people["乙"]), entry_of(session, people["丙"]),
    }  # fmt: skip


def test_a_withdrawal_has_a_reason_and_comes_before_the_person_answers(
    session, now, arrange
) -> None:
    stage, people = arrange(Promotion(top=2))
    go_on(session, now + AFTER, stage)
    services.start_round(
        session, people["甲"], stage.public_id, device_token="d", now=now + 11 * HOUR, number=2
    )

    with pytest.raises(Conflict, match="attempts_begun"):
        withdraw(session, now + 11 * HOUR, stage, people["甲"])
    with pytest.raises(Invalid):
        withdraw(session, now + 11 * HOUR, stage, people["乙"], reason=" ")
    with pytest.raises(NotFound):
        withdraw(session, now + 11 * HOUR, stage, people["戊"])
    with pytest.raises(Conflict, match="window_over"):
        withdraw(session, now + 12 * HOUR, stage, people["乙"])


def test_who_withdrew_cannot_start_and_who_followed_can(session, now, arrange) -> None:
    stage, people = arrange(Promotion(top=3))
    go_on(session, now + AFTER, stage)
    withdraw(session, now + AFTER, stage, people["甲"])

    def start(name):
        return services.start_round(
            session, people[name], stage.public_id, device_token="d", now=now + 11 * HOUR, number=2
        )

    assert start("丁")
    with pytest.raises(Conflict, match="not_promoted"):
        start("甲")


def test_who_went_on_and_is_void_since_is_flagged_until_withdrawn(session, now, arrange) -> None:
    stage, people = arrange(Promotion(top=1))
    go_on(session, now, stage)
    view = view_of(session, now, stage)
    act = queries.find_promotion(session, view.round_id)
    assert queries.count_void_promoted(session, act.id) == 0
    entry = session.scalars(
        select(Entry).where(Entry.public_id == entry_of(session, people["甲"]))
    ).one()
    fairness.void_entry(session, stage.actor, view, entry, reason="代答", now=now)

    assert queries.count_void_promoted(session, act.id) == 1
    [line] = queries.list_promoted(session, act.id)
    assert (line.is_on, line.is_void) == (True, True)

    followers = withdraw(session, now, stage, people["甲"], reason="参赛已作废")
    assert set(followers) == {entry_of(session, people[name]) for name in ("乙", "丙")}
    assert queries.count_void_promoted(session, act.id) == 0


def test_who_is_void_since_does_not_come_onto_the_stage(session, now) -> None:
    stage = make_stage(session, now)
    rule(session, now, stage, Promotion(top=2))
    people = play(session, now, stage, {"甲": (20, 60), "乙": (18, 60)})
    close_round(session, now, stage)
    go_on(session, now, stage)
    view = view_of(session, now, stage)
    entry = session.scalars(
        select(Entry).where(Entry.public_id == entry_of(session, people["甲"]))
    ).one()
    fairness.void_entry(session, stage.actor, view, entry, reason="代答", now=now)

    on_stage = queries.list_stage_promoted(session, view.id)
    assert [line.participant_name for line in on_stage] == ["乙"]
