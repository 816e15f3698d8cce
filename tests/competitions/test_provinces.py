"""The boards of provinces and industries: hand-computed, and out only with the whole list."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from learning.competitions import services
from learning.competitions.queries.industries import list_industry_board
from learning.competitions.queries.provinces import list_province_board
from learning.competitions.rules import (
    EnterpriseRanking,
    EntryRules,
    RankBy,
    Showing,
    Stage,
    Weights,
)
from learning.organisations.models import Unit
from tests.competitions.browser import Browser
from tests.factories.competitions import add_scored_attempt, make_stage
from tests.factories.people import make_actor, make_membership, make_unit, make_user

# Two in 广东 (mean 18), one each in 山东 (18) and 北京 (12), one of no province; the same of 制造业,
# 建筑业, 金融业 and no industry.
POINTS = (
    ("440300", "C3411", 20_000),
    ("440100", "C", 16_000),
    ("370200", "E47", 18_000),
    ("110000", "J66", 12_000),
    ("", "", 1),
)


def held(session, now, by=RankBy.MEAN, showing=None):
    weights = Weights(40, 30, 30) if by is RankBy.WEIGHTED else Weights()
    ranking = EnterpriseRanking(by, 1, weights)
    stage = make_stage(session, now, entry=EntryRules(ranking=ranking))
    if showing is not None:
        services.set_showing(session, stage.actor, stage.public_id, showing=showing, now=now)
    view = stage.view(session, now)
    for region, industry, points in POINTS:
        user = make_user(session, now)
        unit = make_unit(session, now, region=region, industry=industry)
        make_membership(session, now, user, unit)
        services.enter_competition(session, make_actor(user), stage.public_id, now=now)
        add_scored_attempt(
            session, view.assessment_id, user.id, points_milli=points, started_at=now
        )
    return stage


def close(session, stage, now) -> None:
    plan = services.plan_close(session, stage.view(session, now))
    services.close_competition(session, plan, actor=stage.actor, now=now)


def board(session, stage, now, read=list_province_board):
    found = read(session, stage.view(session, now), now)
    return found and [
        (r.tally.unit_name, r.standing, r.tally.participants, r.tally.mean_centi) for r in found
    ]


@pytest.mark.parametrize(
    ("by", "rows"),
    [
        (RankBy.MEAN, [("44", 1, 2, 1800), ("37", 2, 1, 1800), ("11", 3, 1, 1200)]),
        (RankBy.PARTICIPANTS, [("44", 1, 2, 1800), ("37", 2, 1, 1800), ("11", 3, 1, 1200)]),
        (RankBy.COVERAGE, [("44", 1, 2, 1800), ("37", 2, 1, 1800), ("11", 3, 1, 1200)]),
        (RankBy.WEIGHTED, [("44", 1, 2, 1800), ("37", 2, 1, 1800), ("11", 3, 1, 1200)]),
    ],
)
def test_provinces_and_industries_stand_as_units_do_and_who_has_none_counts_nowhere(
    session, now, by, rows
) -> None:
    stage = held(session, now, by)

    close(session, stage, now)

    assert board(session, stage, now) == rows
    section = {"44": "C", "37": "E", "11": "J"}
    industries = board(session, stage, now, list_industry_board)
    assert industries == [(section[code], *rest) for code, *rest in rows]


def test_a_unit_counts_for_the_industry_that_it_had_at_the_close(session, now) -> None:
    stage = held(session, now)
    close(session, stage, now)
    for unit in session.scalars(select(Unit)):
        unit.industry = "A"
    session.flush()

    assert [row[0] for row in board(session, stage, now, list_industry_board)] == ["C", "E", "J"]


def test_nothing_of_it_is_told_before_the_whole_list_is_out(session, now) -> None:
    stages = (Stage("", 3), Stage("", 1))
    stage = held(session, now, showing=Showing(stages=stages))
    reads = (list_province_board, list_industry_board)
    told = [[board(session, stage, now, read) for read in reads]]
    close(session, stage, now)
    told.append([board(session, stage, now, read) for read in reads])
    for step in (1, 2):
        services.reveal_next(session, stage.actor, stage.public_id, step=step, now=now)
        told.append([board(session, stage, now, read) for read in reads])

    assert told[:3] == [[None, None]] * 3
    assert [[row[0] for row in rows] for rows in told[3]] == [["44", "37", "11"], ["C", "E", "J"]]


def test_a_live_list_gives_no_means_of_provinces(session, now) -> None:
    stage = held(session, now, showing=Showing(is_live=True))
    services.feeding.recompute_board(session, stage.view(session, now).round_id)

    assert board(session, stage, now) is None
    assert board(session, stage, now, list_industry_board) is None


@pytest.mark.parametrize(
    ("page", "names"),
    [("provinces", ("广东", "山东", "北京")), ("industries", ("制造业", "建筑业", "金融业"))],
)
def test_the_page_says_when_and_then_shows_the_board(
    app, database, now, clock, page, names
) -> None:
    clock.move_to(now + timedelta(minutes=1))
    with database.transaction() as session:
        stage = held(session, now)
    browser = Browser(app, database, now)
    path = f"/competitions/{stage.public_id}/standings/{page}"
    before = browser.get(path).text
    with database.transaction() as session:
        close(session, stage, now)

    after = browser.get(path).text

    assert "名次在竞赛结束后公布" in before
    assert names[0] not in before
    assert [after.index(name) for name in names] == sorted(after.index(name) for name in names)
    assert "18.00" in after
