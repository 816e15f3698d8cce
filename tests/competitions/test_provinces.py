"""The board of provinces: hand-computed, and out only with the whole list."""

from datetime import timedelta

import pytest

from learning.competitions import services
from learning.competitions.queries.provinces import list_province_board
from learning.competitions.rules import (
    EnterpriseRanking,
    EntryRules,
    RankBy,
    Showing,
    Stage,
)
from tests.competitions.browser import Browser
from tests.factories.competitions import add_scored_attempt, make_stage
from tests.factories.people import make_actor, make_membership, make_unit, make_user

# Two in 广东 (mean 18), one each in 山东 (18) and 北京 (12), one of no province.
POINTS = (("440300", 20_000), ("440100", 16_000), ("370200", 18_000), ("110000", 12_000), ("", 1))


def held(session, now, by=RankBy.MEAN, showing=None):
    stage = make_stage(session, now, entry=EntryRules(ranking=EnterpriseRanking(by)))
    if showing is not None:
        services.set_showing(session, stage.actor, stage.public_id, showing=showing, now=now)
    view = stage.view(session, now)
    for region, points in POINTS:
        user = make_user(session, now)
        make_membership(session, now, user, make_unit(session, now, region=region))
        services.enter_competition(session, make_actor(user), stage.public_id, now=now)
        add_scored_attempt(
            session, view.assessment_id, user.id, points_milli=points, started_at=now
        )
    return stage


def close(session, stage, now) -> None:
    plan = services.plan_close(session, stage.view(session, now))
    services.close_competition(session, plan, actor=stage.actor, now=now)


def board(session, stage, now):
    found = list_province_board(session, stage.view(session, now), now)
    return found and [
        (r.tally.unit_name, r.standing, r.tally.participants, r.tally.mean_centi) for r in found
    ]


@pytest.mark.parametrize(
    ("by", "rows"),
    [
        (RankBy.MEAN, [("44", 1, 2, 1800), ("37", 2, 1, 1800), ("11", 3, 1, 1200)]),
        (RankBy.PARTICIPANTS, [("44", 1, 2, 1800), ("37", 2, 1, 1800), ("11", 3, 1, 1200)]),
        (RankBy.COVERAGE, [("44", 1, 2, 1800), ("37", 2, 1, 1800), ("11", 3, 1, 1200)]),
    ],
)
def test_provinces_stand_as_units_do_and_who_has_none_counts_nowhere(
    session, now, by, rows
) -> None:
    stage = held(session, now, by)

    close(session, stage, now)

    assert board(session, stage, now) == rows


def test_nothing_of_it_is_told_before_the_whole_list_is_out(session, now) -> None:
    stages = (Stage("", 3), Stage("", 1))
    stage = held(session, now, showing=Showing(stages=stages))
    told = [board(session, stage, now)]
    close(session, stage, now)
    told.append(board(session, stage, now))
    for step in (1, 2):
        services.reveal_next(session, stage.actor, stage.public_id, step=step, now=now)
        told.append(board(session, stage, now))

    assert told[:3] == [None, None, None]
    assert [row[0] for row in told[3]] == ["44", "37", "11"]


def test_a_live_list_gives_no_means_of_provinces(session, now) -> None:
    stage = held(session, now, showing=Showing(is_live=True))
    services.feeding.recompute_board(session, stage.view(session, now).round_id)

    assert board(session, stage, now) is None


def test_the_page_says_when_and_then_shows_the_board(app, database, now, clock) -> None:
    clock.move_to(now + timedelta(minutes=1))
    with database.transaction() as session:
        stage = held(session, now)
    browser = Browser(app, database, now)
    path = f"/competitions/{stage.public_id}/standings/provinces"
    before = browser.get(path).text
    with database.transaction() as session:
        close(session, stage, now)

    after = browser.get(path).text

    assert "名次在竞赛结束后公布" in before
    assert "广东" not in before
    assert after.index("广东") < after.index("山东") < after.index("北京")
    assert "18.00" in after
