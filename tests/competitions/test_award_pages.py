"""The pages of prizes: writing, announcing, drawing, what the public sees, objections."""

from datetime import timedelta
from io import BytesIO

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from learning.accounts.models import PersonalNotice, User
from learning.competitions import services
from learning.competitions.rules import Names, Showing
from learning.kernel.clock import utc_now
from tests.competitions.browser import Browser
from tests.competitions.test_award_rules import NUMBER
from tests.crawl.award_endpoints import PRIZES as FORM
from tests.factories.competitions import add_scored_attempt, make_participant, make_stage
from tests.factories.people import make_actor

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


def test_where_all_names_are_masked_no_list_of_winners_shows_one(
    stage, open_browser, database, clock, now
):
    pid = stage.public_id
    with database.transaction() as session:
        for person in stage.people:
            services.show_name(session, make_actor(person), pid, shows_name=True)
    manager, visitor = open_browser(stage.manager), open_browser()
    manager.post(f"/competitions/{pid}/awards/edit", PRIZES)
    manager.post(f"/competitions/{pid}/awards/announce")
    clock.move_to(now + timedelta(hours=3))
    manager.post(f"/competitions/{pid}/awards/draw", {"number": NUMBER})
    assert "王小明" in visitor.get(f"/competitions/{pid}/awards").text

    with database.transaction() as session:
        showing = Showing(names=Names.MASKED)
        services.set_showing(session, stage.actor, pid, showing=showing, now=utc_now())

    drawn = visitor.get(f"/competitions/{pid}/awards").text
    assert "王*明" in drawn
    assert "王小明" not in drawn
    assert "王小明" in open_browser(stage.people[0]).get(f"/competitions/{pid}/awards").text


def test_what_is_wrong_with_a_plan_stands_beside_its_field(stage, open_browser):
    manager = open_browser(stage.manager)

    reply = manager.post(
        f"/competitions/{stage.public_id}/awards/edit",
        {**PRIZES, "prizes-0-code": "Bad Code", "prizes-0-least_points": "NaN", "source": ""},
    )

    assert reply.status_code == 400
    assert "有一个奖项填得不对" in reply.text


def test_a_prize_goes_by_the_list_that_was_chosen(stage, open_browser):
    manager = open_browser(stage.manager)
    edit = f"/competitions/{stage.public_id}/awards/edit"
    everybody = {"prizes-0-kind": "all", "prizes-0-count": "", "prizes-0-by": "reached-stage"}

    refused = manager.post(edit, {**PRIZES, **everybody, "prizes-0-count": "3"})
    saved = manager.post(edit, {**PRIZES, **everybody})

    assert (refused.status_code, saved.status_code) == (400, 303)
    assert "名额至少一个；都得时留空" in refused.text
    page = manager.get(f"/competitions/{stage.public_id}/awards/manage").text
    assert "晋级现场决赛的人" in page
    assert "都得" in page
    assert 'value="reached-stage"' in manager.get(edit).text
    assert "“正式答题”的名次表" in manager.get(edit).text  # the only round is no first one
    assert "Goes by" in manager.get(f"{edit}?lang=en").text
    early = manager.post(f"/competitions/{stage.public_id}/awards/announce")
    assert early.status_code == 409


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


def test_a_winner_claims_a_prize_that_is_sent_and_the_organiser_gets_the_address(
    stage, app, database, clock, now
):
    def open_browser(user=None):
        return Browser(app, database, utc_now(), user)

    pid = stage.public_id
    manager, winner = open_browser(stage.manager), open_browser(stage.people[0])
    manager.post(f"/competitions/{pid}/awards/edit", {**PRIZES, "prizes-0-is_posted": "y"})
    manager.post(f"/competitions/{pid}/awards/announce")
    clock.move_to(now + timedelta(hours=3))
    manager.post(f"/competitions/{pid}/awards/draw", {"number": NUMBER})
    assert winner.get(f"/competitions/{pid}/awards/claim").status_code == 404
    clock.move_to(now + timedelta(days=8))
    open_browser(stage.manager).post(f"/competitions/{pid}/awards/finalise")

    winner, stranger = open_browser(stage.people[0]), open_browser(stage.manager)
    said = {"recipient": "王小明", "phone": "138-0000-0000", "address": "示例路 1 号"}
    refused = winner.post(f"/competitions/{pid}/awards/claim", said)
    claimed = winner.post(f"/competitions/{pid}/awards/claim", {**said, "consents": "y"})

    assert (refused.status_code, claimed.status_code) == (400, 303)
    assert "不同意就不能寄送" in refused.text
    assert "示例路 1 号" in winner.get(f"/competitions/{pid}/awards/claim").text
    assert stranger.get(f"/competitions/{pid}/awards/claim").status_code == 404
    assert "示例路" not in open_browser().get(f"/competitions/{pid}/awards").text
    workbook = open_browser(stage.manager).get(f"/competitions/{pid}/awards.xlsx").data
    rows = CalamineWorkbook.from_filelike(BytesIO(workbook)).get_sheet_by_index(0).to_python()
    assert rows[0][-3:] == ["收件人", "电话", "地址"]
    assert ["王小明", "138-0000-0000", "示例路 1 号"] in [row[-3:] for row in rows]


def test_why_a_prize_was_lost_is_told_in_the_readers_language(
    stage, app, database, clock, now
) -> None:
    def open_browser(user):
        return Browser(app, database, utc_now(), user)

    home = f"/competitions/{stage.public_id}/awards"
    desk = open_browser(stage.manager)
    desk.post(f"{home}/edit", PRIZES)
    desk.post(f"{home}/announce")
    clock.move_to(now + timedelta(hours=3))
    desk.post(f"{home}/draw", {"number": NUMBER})
    clock.move_to(now + timedelta(days=8))
    desk, winner = open_browser(stage.manager), open_browser(stage.people[0])
    desk.post(f"{home}/finalise")
    with database.transaction() as session:
        services.tell_winners(session, utc_now())

    assert winner.post(f"{home}/claim/give-up").status_code == 303

    assert "本人放弃" in desk.get(f"{home}/manage?lang=zh_CN").text
    english = desk.get(f"{home}/manage?lang=en").text
    assert "given up by the winner" in english
    assert "本人放弃" not in english
    with database.session(write=False) as session:
        letters = session.scalars(select(PersonalNotice).order_by(PersonalNotice.id)).all()
    lost = letters[-1]
    assert "原因：本人放弃。" in lost.text
    assert "Reason: given up by you." in lost.text_en
