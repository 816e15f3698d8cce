"""Prizes over results taken on paper: in the frozen list, behind who was measured, in every draw."""

from datetime import timedelta

import pytest

from learning.competitions import services
from learning.competitions.queries import awards as award_queries
from learning.competitions.rules.awards import (
    AwardRules,
    AwardStatus,
    Prize,
    draw,
    read_list,
)
from learning.competitions.rules.prize_lists import PrizeKind
from learning.kernel.errors import Conflict
from tests.competitions.test_award_rules import NUMBER
from tests.factories.competitions import add_scored_attempt, entry_of, make_participant
from tests.factories.contest_papers import feed, make_paper_contest

TOP = Prize("top", "名次奖", PrizeKind.RANK, 1, reserve=1)
FULL = Prize("full", "满分奖", PrizeKind.LOT, 3, least_milli=20_000)
GOOD = Prize("good", "优胜奖", PrizeKind.LOT, 1, least_milli=12_000, most_milli=19_999)


@pytest.fixture
def contest(session, now):
    """Closed: somebody online and three on paper with full marks, one of them by a total alone.

    And one on paper with 12 points.
    """
    contest = make_paper_contest(session, now, workers=4)
    contest.put_down(session, now, "W1 W2 W3 W4")
    for worker, right in ((0, 5), (1, 5), (2, 3)):
        contest.confirm(session, now, right=right, worker=worker)
    head = {name: contest.sheet(session, now)[name] for name in ("form", "date")}
    for keyer in (0, 1):
        contest.key(session, now, {**head, "total": "20"}, keyer=keyer, worker=3)
    contest.online = make_participant(session, now, contest.stage)
    view = contest.stage.view(session, now)
    add_scored_attempt(
        session,
        view.assessment_id,
        contest.online.user_id,
        points_milli=20_000,
        started_at=now,
        duration_us=3_000_000_000,
    )
    feed(session, now)
    plan = services.plan_close(session, view)
    services.close_competition(session, plan, actor=contest.stage.actor, now=now)
    return contest


def drawn(session, contest, now):
    """Announce, and draw two weeks later; return the plan and who won what, by prize."""
    stage = contest.stage
    rules = AwardRules((TOP, FULL, GOOD), "某指数收盘点位", now + timedelta(days=14), 7, 30)
    services.write_awards(session, stage.actor, stage.public_id, rules=rules, now=now)
    services.announce_awards(session, stage.actor, stage.public_id, now=now)
    later = now + timedelta(days=14)
    services.draw_awards(session, stage.actor, stage.public_id, number=NUMBER, now=later)
    plan = award_queries.get_announced(session, stage.view(session, now).id)
    won: dict[str, set[str]] = {}
    for line in award_queries.list_awards(session, plan)[0]:
        won.setdefault(line.prize, set()).add(line.entry)
    return plan, won


def test_the_frozen_list_has_paper_with_the_points_that_were_keyed(session, now, contest) -> None:
    plan, _won = drawn(session, contest, now)

    listed = read_list(award_queries.read_entry_list(session, plan.id))

    due = {contest.entry(session, worker): 20_000 for worker in (0, 1, 3)}
    due |= {contest.entry(session, 2): 12_000, entry_of(session, contest.online): 20_000}
    assert {row.entry: row.points_milli for row in listed} == due
    assert plan.entries == 5


def test_paper_stands_behind_who_was_measured_and_in_its_bands_like_everybody(
    session, now, contest
) -> None:
    _plan, won = drawn(session, contest, now)

    assert won["top"] == {entry_of(session, contest.online)}
    assert won["full"] == {contest.entry(session, worker) for worker in (0, 1, 3)}
    assert won["good"] == {contest.entry(session, 2)}


def test_anybody_replays_a_draw_that_paper_takes_part_in(session, now, contest) -> None:
    plan, won = drawn(session, contest, now)

    entries = read_list(award_queries.read_entry_list(session, plan.id))
    again = draw(
        plan.rules.prizes, entries, seed=plan.seed, number=plan.number, list_hash=plan.list_hash
    )

    held = {(row.prize, row.entry) for row in again if row.status is AwardStatus.HELD}
    assert held == {(prize, entry) for prize, entries in won.items() for entry in entries}


def test_under_a_frozen_list_no_desk_opens_to_key_or_correct_paper(session, now, contest) -> None:
    drawn(session, contest, now)

    with pytest.raises(Conflict, match="closed"):
        contest.desk(session, now)
