"""The pages of prizes: writing, announcing, drawing, what the public sees, objections."""

from datetime import timedelta

import pytest

from learning.accounts.models import User
from learning.competitions import services
from tests.competitions.test_award_rules import NUMBER
from tests.crawl.award_endpoints import PRIZES as FORM
from tests.factories.competitions import add_scored_attempt, make_participant, make_stage

PRIZES = FORM | {"source_at": "2026-11-22T12:00"}  # two hours later, in Shanghai


@pytest.fixture
def stage(database, now):
    """A closed contest of two people."""
    with database.transaction() as session:
        stage = make_stage(session, now)
        assessment_id = stage.view(session, now).assessment_id
        stage.people = []
        for name in ("王小明", "欧阳示例"):
            person = make_participant(session, now, stage, name)
            add_scored_attempt(session, assessment_id, person.user_id, started_at=now)
            stage.people.append(session.get_one(User, person.user_id))
        plan = services.plan_close(session, stage.view(session, now))
        services.close_competition(session, plan, actor=stage.actor, now=now)
        session.expunge_all()
    return stage


def test_from_the_plan_to_the_published_winners(stage, open_browser, clock, now):
    pid = stage.public_id
    manager, visitor = open_browser(stage.manager), open_browser()
    assert "还没有公布评奖方案" in visitor.get(f"/competitions/{pid}/awards").text
    assert visitor.get(f"/competitions/{pid}/awards/entries.csv").status_code == 404

    assert manager.post(f"/competitions/{pid}/awards/edit", PRIZES).status_code == 303
    assert "还没有公布评奖方案" in visitor.get(f"/competitions/{pid}/awards").text
    assert manager.post(f"/competitions/{pid}/awards/announce").status_code == 303
    announced = visitor.get(f"/competitions/{pid}/awards").text
    listed = visitor.get(f"/competitions/{pid}/awards/entries.csv").text
    assert "满分奖" in announced
    assert "某指数收盘点位" in announced
    assert listed.startswith("entry,points,standing,division\n")
    assert "王小明" not in listed

    assert manager.post(f"/competitions/{pid}/awards/draw", {"number": NUMBER}).status_code == 409
    clock.move_to(now + timedelta(hours=3))
    assert manager.post(f"/competitions/{pid}/awards/draw", {"number": "x"}).status_code == 400
    assert manager.post(f"/competitions/{pid}/awards/draw", {"number": NUMBER}).status_code == 303
    drawn = visitor.get(f"/competitions/{pid}/awards").text
    assert "王*明" in drawn
    assert "王小明" not in drawn
    assert NUMBER in drawn
    assert "王小明" in manager.get(f"/competitions/{pid}/awards/manage").text
    taken = manager.get(f"/competitions/{pid}/awards.xlsx")
    assert taken.status_code == 200


def test_what_is_wrong_with_a_plan_stands_beside_its_field(stage, open_browser):
    manager = open_browser(stage.manager)

    reply = manager.post(
        f"/competitions/{stage.public_id}/awards/edit",
        {**PRIZES, "prizes-0-code": "Bad Code", "prizes-0-least_points": "NaN", "source": ""},
    )

    assert reply.status_code == 400
    assert "有一个奖项填得不对" in reply.text


def test_an_objection_is_lodged_and_answered_on_the_pages(stage, open_browser, clock, now):
    pid = stage.public_id
    manager = open_browser(stage.manager)
    manager.post(f"/competitions/{pid}/awards/edit", PRIZES)
    manager.post(f"/competitions/{pid}/awards/announce")
    clock.move_to(now + timedelta(hours=3))
    manager.post(f"/competitions/{pid}/awards/draw", {"number": NUMBER})

    participant = open_browser(stage.people[0])
    said = participant.post(f"/competitions/{pid}/awards/objections", {"text": "<b>替考</b>"})

    assert said.status_code == 303
    page = manager.get(f"/competitions/{pid}/awards/manage").text
    assert "&lt;b&gt;替考&lt;/b&gt;" in page
    assert "我的异议" in participant.get(f"/competitions/{pid}/awards").text
