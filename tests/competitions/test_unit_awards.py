"""Prizes for organisations and provinces: from the plan to the certificate, on both databases."""

import zipfile
from dataclasses import replace
from datetime import timedelta
from io import BytesIO

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from learning.competitions import services
from learning.competitions.jobs import make_certificates_due, tell_winners_due
from learning.competitions.models import EnterpriseResult
from learning.competitions.queries import awards as award_queries
from learning.competitions.queries import unit_awards as unit_queries
from learning.competitions.rules import EntryRules
from learning.competitions.rules.awards import (
    AwardRules,
    AwardStatus,
    sha256,
)
from learning.competitions.rules.unit_prizes import PrizeOf, UnitPrize, UnitPrizeKind
from learning.competitions.services import Wish
from learning.kernel.errors import Conflict, Invalid
from learning.kernel.permissions import Role
from tests.competitions.browser import Browser
from tests.competitions.test_award_rules import NUMBER
from tests.factories.competitions import add_scored_attempt, make_stage
from tests.factories.people import (
    grant_role,
    make_actor,
    make_membership,
    make_unit,
    make_user,
    unit_grant,
)

PROVINCES = PrizeOf.PROVINCES
RANK, REACHED = UnitPrizeKind.RANK, UnitPrizeKind.REACHED
BEST = UnitPrize("best", "最佳组织奖", RANK, 1, reserve=1)
GOOD = UnitPrize("good", "优秀组织奖", REACHED, least_coverage=500)
AREA = UnitPrize("area", "省级组织奖", RANK, 1, of=PROVINCES)


def held(session, now):
    """Three firms, of one, two and one people; the middle one has the best mean."""
    stage = make_stage(session, now, entry=EntryRules())
    view = stage.view(session, now)
    stage.firms, stage.hr = [], []
    plan = (("甲公司", "440000", 4, (12_000,)), ("乙公司", "440000", 4, (20_000, 18_000)))
    for name, region, headcount, points in (*plan, ("丙公司", "110000", 1, (16_000,))):
        firm = make_unit(session, now, name=name, region=region)
        firm.headcount = headcount
        session.flush()
        officer = make_user(session, now, "人事")
        grant_role(session, now, officer, Role.HR_MANAGER, firm)
        hr = make_actor(officer, unit_grant(Role.HR_MANAGER, firm))
        services.enrol_enterprise(session, hr, stage.public_id, raw_unit_id=firm.public_id, now=now)
        stage.firms.append(firm)
        stage.hr.append(officer)
        for each in points:
            user = make_user(session, now)
            make_membership(session, now, user, firm)
            services.enter_competition(
                session, make_actor(user), stage.public_id, wish=Wish(), now=now
            )
            add_scored_attempt(
                session, view.assessment_id, user.id, points_milli=each, started_at=now
            )
    services.close_competition(
        session, services.plan_close(session, view), actor=stage.actor, now=now
    )
    return stage


def rules_of(now, *prizes) -> AwardRules:
    return AwardRules((), "某指数收盘点位", now + timedelta(days=14), 7, 30, prizes)


def drawn(session, stage, now, *prizes):
    rules = rules_of(now, *(prizes or (BEST, GOOD, AREA)))
    services.write_awards(session, stage.actor, stage.public_id, rules=rules, now=now)
    services.announce_awards(session, stage.actor, stage.public_id, now=now)
    later = now + timedelta(days=14)
    services.draw_awards(session, stage.actor, stage.public_id, number=NUMBER, now=later)
    return later


def plan_of(session, stage, now):
    return award_queries.get_announced(session, stage.view(session, now).id)


def holders(session, stage, now) -> list[tuple[str, str]]:
    lines = unit_queries.list_unit_awards(session, plan_of(session, stage, now))[0]
    return [(line.prize, line.name) for line in lines]


def award_of(session, stage, now, name):
    lines = unit_queries.list_unit_awards(session, plan_of(session, stage, now))[0]
    return next(line for line in lines if line.name == name)


def finalise(session, stage, later):
    ended = later + timedelta(days=8)
    services.finalise_awards(session, stage.actor, stage.public_id, now=ended)
    return ended


def test_the_frozen_list_is_what_was_hashed_and_gives_the_prizes(session, now) -> None:
    stage = held(session, now)

    drawn(session, stage, now)

    plan = plan_of(session, stage, now)
    text = unit_queries.read_unit_list(session, plan.id)
    assert sha256(text) == plan.unit_list_hash
    assert plan.units == 5
    assert "公司" not in text
    # 乙 19.00 best; 丙 100 % and 甲 25 % of their staff; 广东 16.67, 北京 16.00
    assert holders(session, stage, now) == [
        ("best", "乙公司"),
        ("good", "丙公司"),
        ("area", "广东"),
    ]


def test_who_is_struck_is_followed_from_the_reserve_unless_that_one_holds_a_prize(
    session, now
) -> None:
    stage = held(session, now)
    best = replace(BEST, reserve=2)
    later = drawn(session, stage, now, best, GOOD)
    award = award_of(session, stage, now, "乙公司")

    with pytest.raises(Invalid):
        services.strike_unit_award(
            session, stage.actor, stage.public_id, award.public_id, reason=" ", now=later
        )
    follower = services.strike_unit_award(
        session, stage.actor, stage.public_id, award.public_id, reason="冒名答题", now=later
    )

    assert follower == "甲公司"  # 丙公司 stands before it and holds the other prize
    assert holders(session, stage, now) == [("best", "甲公司"), ("good", "丙公司")]
    struck = unit_queries.list_struck_units(session, plan_of(session, stage, now))
    assert [(line.name, line.reason) for line in struck] == [("乙公司", "冒名答题")]


def test_a_proposed_list_follows_a_corrected_board_and_is_open_to_objections_anew(
    session, now
) -> None:
    stage = held(session, now)
    later = drawn(session, stage, now)
    row = session.scalars(
        select(EnterpriseResult).where(EnterpriseResult.unit_name == "乙公司")
    ).one()
    row.standing, row.sum_milli = 3, 2_000
    other = session.scalars(
        select(EnterpriseResult).where(EnterpriseResult.unit_name == "丙公司")
    ).one()
    other.standing = 1
    session.flush()
    view, at = stage.view(session, now), later + timedelta(days=3)

    services.settle_unit_awards(session, stage.actor, stage.public_id, reason="更正", now=at)

    assert holders(session, stage, now)[0] == ("best", "丙公司")
    assert plan_of(session, stage, now).objections_until == at + timedelta(days=7)
    assert services.list_unit_changes(session, view, plan_of(session, stage, now), at) == []
    with pytest.raises(Conflict, match="unit_award_not_due"):
        services.settle_unit_awards(session, stage.actor, stage.public_id, reason="再", now=at)


def test_a_final_prize_is_granted_only_to_whom_the_corrected_board_gives_it(session, now) -> None:
    stage = held(session, now)
    later = drawn(session, stage, now, replace(GOOD, least_coverage=400))
    ended = finalise(session, stage, later)
    row = session.scalars(
        select(EnterpriseResult).where(EnterpriseResult.unit_name == "甲公司")
    ).one()
    row.headcount = 2
    session.flush()
    grant = {"prize": "good", "reason": "申报人数更正", "now": ended}

    with pytest.raises(Conflict, match="unit_award_not_due"):
        services.grant_unit_award(
            session, stage.actor, stage.public_id, subject=stage.firms[1].public_id, **grant
        )
    services.grant_unit_award(
        session, stage.actor, stage.public_id, subject=stage.firms[0].public_id, **grant
    )

    assert sorted(name for _, name in holders(session, stage, now)) == [
        "丙公司",
        "乙公司",
        "甲公司",
    ]
    award = award_of(session, stage, now, "甲公司")
    assert (award.status, award.reason) == (AwardStatus.HELD, "申报人数更正")


def test_a_unit_struck_where_the_board_does_not_give_it_gets_what_the_board_does(
    session, now
) -> None:
    stage = held(session, now)
    later = drawn(session, stage, now, BEST, replace(GOOD, least_coverage=1000))
    ended = finalise(session, stage, later)
    rows = {row.unit_name: row for row in session.scalars(select(EnterpriseResult))}
    rows["乙公司"].standing, rows["丙公司"].standing = 2, 1
    session.flush()
    firm = stage.firms[2].public_id
    grant = {"prize": "best", "subject": firm, "reason": "名次更正", "now": ended}
    with pytest.raises(Conflict, match="unit_award_held"):
        services.grant_unit_award(session, stage.actor, stage.public_id, **grant)

    services.strike_unit_award(
        session,
        stage.actor,
        stage.public_id,
        award_of(session, stage, now, "丙公司").public_id,
        reason="改得最佳组织奖",
        follows=False,
        now=ended,
    )
    services.grant_unit_award(session, stage.actor, stage.public_id, **grant)

    assert sorted(holders(session, stage, now)) == [("best", "丙公司"), ("best", "乙公司")]


@pytest.mark.pages
def test_from_the_form_to_the_certificates(app, database, open_browser, clock, now) -> None:
    with database.transaction() as session:
        stage = held(session, now)
        manager, officer, stranger = stage.manager, stage.hr[1], stage.hr[0]
        session.expunge_all()
    base = f"/competitions/{stage.public_id}"
    desk, visitor = open_browser(manager), open_browser()
    form = {
        "unit_prizes-0-code": "best",
        "unit_prizes-0-title": "最佳组织奖",
        "unit_prizes-0-of": "units",
        "unit_prizes-0-kind": "rank",
        "unit_prizes-0-count": "1",
        "unit_prizes-1-code": "good",
        "unit_prizes-1-title": "优秀组织奖",
        "unit_prizes-1-of": "units",
        "unit_prizes-1-kind": "reached",
        "unit_prizes-1-least_coverage": "50.0",
        "source": "某指数收盘点位",
        "source_at": "2026-11-22T12:00",
        "objection_days": "7",
        "claim_days": "30",
    }
    wrong = desk.post(f"{base}/awards/edit", form | {"unit_prizes-1-least_coverage": ""})
    assert wrong.status_code == 400
    assert "至少填一个条件" in wrong.text
    assert desk.post(f"{base}/awards/edit", form).status_code == 303
    assert 'value="50"' in desk.get(f"{base}/awards/edit").text
    assert visitor.get(f"{base}/awards/units").status_code == 404
    assert desk.post(f"{base}/awards/announce").status_code == 303
    assert visitor.get(f"{base}/awards/units").status_code == 404
    announced = visitor.get(f"{base}/awards").text
    assert "授予单位，参赛率 50.0% 以上" in announced
    assert "领奖" not in announced
    assert visitor.get(f"{base}/awards/units.csv").text.startswith("of,unit,standing")
    clock.move_to(now + timedelta(hours=3))
    assert desk.post(f"{base}/awards/draw", {"number": NUMBER}).status_code == 303
    shown = visitor.get(f"{base}/awards/units").text
    assert shown.index("乙公司") < shown.index("丙公司")
    assert "甲公司" not in shown
    proposed = visitor.get(f"{base}/awards").text
    assert "乙公司" in proposed
    assert "没有人获奖" not in proposed + desk.get(f"{base}/awards/manage").text
    ended = now + timedelta(days=8)
    clock.move_to(ended)
    desk, own, other = (
        Browser(app, database, ended, user) for user in (manager, officer, stranger)
    )
    with database.session(write=False) as session:
        award = award_of(session, stage, now, "乙公司").public_id
    paper = f"{base}/awards/units/{award}/certificate.pdf"
    assert own.get(paper).status_code == 404
    assert desk.post(f"{base}/awards/finalise").status_code == 303

    assert own.get(paper).data.startswith(b"%PDF")
    assert other.get(paper).status_code == 404
    assert "奖项有效" in visitor.get(f"{base}/awards/{award}/check").text
    taken = desk.get(f"{base}/awards/units.xlsx").data
    rows = CalamineWorkbook.from_filelike(BytesIO(taken)).get_sheet_by_index(0).to_python()
    assert [row[2] for row in rows if row[0] in {"最佳组织奖", "优秀组织奖"}] == [
        "乙公司",
        "丙公司",
    ]
    assert desk.post(f"{base}/awards/certificates").status_code == 303
    make_certificates_due(database, ended)
    packed = desk.get(f"{base}/awards/certificates.zip")
    assert len(zipfile.ZipFile(BytesIO(packed.data)).namelist()) == 2
    packed.close()
    tell_winners_due(database, ended)
    assert "乙公司在" in own.get("/notices").text


@pytest.mark.pages
def test_the_organiser_strikes_and_the_page_says_who_follows(
    app, database, open_browser, now
) -> None:
    with database.transaction() as session:
        stage = held(session, now - timedelta(days=20))
        drawn(session, stage, now - timedelta(days=20))
        award = award_of(session, stage, now, "乙公司").public_id
        session.expunge_all()
    desk = open_browser(stage.manager)
    base = f"/competitions/{stage.public_id}/awards/units"

    assert desk.post(f"{base}/{award}/strike", {"reason": "冒名答题"}).status_code == 303

    shown = desk.get(f"{base}/manage").text
    assert "冒名答题" in shown
    assert "已取消" in shown
