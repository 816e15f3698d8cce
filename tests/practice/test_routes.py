"""Pages of practice: what is due, the notebook, and the way into a session and back."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from learning.accounts.models import User
from learning.attempts.models import Attempt
from learning.kernel.clock import utc_now
from learning.kernel.permissions import Role
from learning.practice.models import NotebookEntry, PracticeDay, PracticeSetting
from learning.question_bank.models import ItemRow
from learning.question_bank.services import sync_bank
from tests.factories.people import (
    grant_role,
    log_in,
    make_actor,
    make_membership,
    make_unit,
    make_user,
)
from tests.practice.conftest import AREA, BANK, Learner, practice_items

TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


@pytest.fixture
def browser(app, database):
    """A learner's browser, with one entry of their notebook due now."""
    now = utc_now()
    with database.transaction() as session:
        sync_bank(session, BANK, practice_items(), now)
        user = make_user(session, now)
        item = session.query(ItemRow).filter_by(code="q-001").one()
        session.add(
            NotebookEntry(
                public_id="e" * 26,
                user_id=user.id,
                item_id=item.id,
                due_at=now,
                added_at=now,
                last_at=now,
            )
        )
    client = app.test_client()
    log_in(client, database, user, now)
    return client


def post(client, path: str, **values: str):
    token = TOKEN.search(client.get("/practice").text)
    return client.post(path, data={"csrf_token": token.group(1), **values})


def test_what_is_due_is_said_and_reviewed_in_the_room(browser) -> None:
    page = browser.get("/practice").text
    started = post(browser, "/practice/review")
    room = browser.get(started.headers["Location"])

    assert "复习 1 题" in page
    assert started.status_code == 303
    assert room.status_code == 200
    assert "错题复习" in room.text


def test_an_area_and_the_daily_quiz_lead_to_the_room(browser) -> None:
    by_area = post(browser, "/practice/area", bank=BANK, area=AREA)
    daily = post(browser, "/practice/daily", bank=BANK)

    for started in (by_area, daily):
        assert "/attempts/" in started.headers["Location"]
        assert browser.get(started.headers["Location"]).status_code == 200


def test_an_entry_taken_out_is_gone_from_the_page(browser) -> None:
    before = browser.get("/practice/notebook").text
    post(browser, f"/practice/notebook/{'e' * 26}/remove")
    after = browser.get("/practice/notebook").text

    assert "q-001 的题干" in before
    assert "错题本是空的" in after


def test_with_nothing_due_a_review_says_so(browser) -> None:
    post(browser, f"/practice/notebook/{'e' * 26}/remove")

    reply = post(browser, "/practice/review")

    assert reply.status_code == 409
    assert "今天没有要复习的题" in reply.text


def test_a_challenge_is_explained_and_begins_in_the_room(browser) -> None:
    page = browser.get("/practice/challenge").text
    started = post(browser, "/practice/challenge", bank=BANK)
    room = browser.get(started.headers["Location"]).text

    assert "每题 30 秒" in page
    assert "本单位天梯" not in page
    assert "有一题答错、少选或没有作答，本次作答随即结束。" in room


def test_a_streak_is_shown_until_the_organisation_switches_it_off(app, database, browser) -> None:
    now = utc_now()
    with database.transaction() as session:
        user, company = make_user(session, now), make_unit(session, now)
        make_membership(session, now, user, company)
        session.add_all(
            PracticeDay(user_id=user.id, day=now.date() - timedelta(days=n)) for n in range(4)
        )
        company_id = company.id
    client = app.test_client()
    log_in(client, database, user, now)
    before = client.get("/practice").text
    with database.transaction() as session:
        session.add(
            PracticeSetting(
                unit_id=company_id, streaks=False, ladder=True, set_by=user.id, set_at=now
            )
        )

    assert "已连续练习" in before
    assert "已连续练习" not in client.get("/practice").text
    assert "本单位天梯" in client.get("/practice/challenge").text


def test_an_item_is_reported_from_its_feedback_and_answered_at_the_desk(
    app, database, browser
) -> None:
    now = utc_now()
    with database.transaction() as session:
        boss = make_user(session, now)
        grant_role(session, now, boss, Role.ITEM_MANAGER)
    desk = app.test_client()
    log_in(desk, database, boss, now)
    room = post(browser, "/practice/daily", bank=BANK).headers["Location"]
    attempt = room.split("/")[2]
    with database.transaction() as session:
        row = session.query(Attempt).one()
        step = Learner(session, make_actor(session.get(User, row.user_id)), now)
        step.step(attempt, 1, "a", now, now)
    where = f"/practice/reports/{attempt}/1"
    hostile = "<script>alert(1)</script> 应选甲"

    assert where in browser.get(room).text
    assert browser.get(f"/practice/reports/{attempt}/2").status_code == 409
    assert post(browser, where, text=hostile).status_code == 400
    assert post(browser, where, reason="key", text=hostile).status_code == 303
    assert "&lt;script&gt;" in browser.get("/practice/reports").text
    assert "您已经报过错" in browser.get(where).text
    assert browser.get("/practice/desk").status_code == 403
    assert "有 1 道试题被报错" in desk.get("/").text
    assert "道试题被报错" not in browser.get("/").text
    listed = desk.get("/practice/desk").text
    link = re.search(r"/practice/desk/[\w-]+/[\w-]+", listed).group()
    page = desk.get(link).text
    assert "还没有人报错" not in page
    assert "&lt;script&gt;" in page
    assert "这一页没有报错" in desk.get(f"{link}?page=9").text
    with database.session(write=False) as session:
        code = session.scalars(
            select(ItemRow.code).where(ItemRow.code != link.split("/")[-1])
        ).first()
    unreported = desk.get(f"/practice/desk/{BANK}/{code}").text
    assert "还没有人报错" in unreported
    assert "共 0 条" not in unreported
    assert "<script>alert" not in page
    assert post(desk, link, verdict="fixed", text="改了。").status_code == 409
    assert post(desk, link, verdict="kept", text="依据第 5 章，保持。").status_code == 303
    assert "依据第 5 章" in browser.get("/practice/reports").text
    assert "没有等待答复的报错" in desk.get("/practice/desk").text
    assert "道试题被报错" not in desk.get("/").text
