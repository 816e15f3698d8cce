"""Pages of an item's life: who reads, who decides, and what no page tells."""

import re
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select

from learning.accounts.models import User
from learning.kernel.audit import AuditEntry
from learning.kernel.permissions import Role
from learning.question_bank.models import ItemRow
from learning.question_bank.services import (
    create_draft,
    save_draft,
    start_revision,
    submit_for_review,
)
from tests.factories.banks import make_approved, make_desk, make_draft, make_waiting
from tests.factories.people import grant_role, log_in, make_unit, make_user

pytestmark = pytest.mark.pages


@pytest.fixture
def now() -> datetime:
    """The routes read the clock: what they meet must be of today."""
    return datetime.now(UTC)


@pytest.fixture
def desk(database, now):
    with database.transaction() as session:
        desk = make_desk(session, now)
        for actor, role in (
            (desk.author, Role.AUTHOR),
            (desk.reviewer, Role.REVIEWER),
            (desk.manager, Role.ITEM_MANAGER),
        ):
            grant_role(session, now, session.get_one(User, actor.user_id), role, desk.unit)
    return desk


def enter(client, database, now, actor):
    with database.session(write=False) as session:
        user = session.get_one(User, actor.user_id)
    log_in(client, database, user, now)


def post(client, path, **form):
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/account").text)
    return client.post(path, data={"csrf_token": token.group(1), **form})


def made(database, make, *arguments, **more):
    with database.transaction() as session:
        return make(session, *arguments, **more).id


def item_of(database, item_id):
    with database.session(write=False) as session:
        return session.get_one(ItemRow, item_id)


def audits(database, act):
    with database.session(write=False) as session:
        return session.scalar(select(func.count()).where(AuditEntry.act == act))


def test_a_reviewer_signs_off_from_the_queue_and_comes_to_the_next(
    client, database, now, desk
) -> None:
    first = made(database, make_waiting, now, desk, stem="第一题（　）。")
    second = made(database, make_waiting, now, desk, stem="第二题（　）。")
    enter(client, database, now, desk.reviewer)
    item, following = item_of(database, first), item_of(database, second)
    page = client.get(f"/items/review/desk/{item.code}").text
    assert "第一题" in page
    assert "CANARY" not in page

    done = post(
        client,
        f"/items/review/desk/{item.code}",
        version=item.review_version_id,
        decision="approve",
    )

    assert done.headers["Location"].startswith(f"/items/review/desk/{following.code}")
    assert item_of(database, first).state == "approved"


def test_sending_back_without_a_reason_says_so_and_changes_nothing(
    client, database, now, desk
) -> None:
    number = made(database, make_waiting, now, desk)
    enter(client, database, now, desk.reviewer)
    item = item_of(database, number)

    done = post(
        client, f"/items/review/desk/{item.code}", version=item.review_version_id, decision="return"
    )

    assert "请写明意见" in client.get(done.headers["Location"]).text
    assert item_of(database, number).review_version_id == item.review_version_id


def test_ones_own_items_are_not_in_ones_queue(client, database, now, desk) -> None:
    with database.transaction() as session:
        item = create_draft(session, desk.manager, desk.bank, make_draft(), now=now)
        submit_for_review(session, desk.manager, item, now)
        code = item.code
    enter(client, database, now, desk.manager)

    assert "没有等待您审定的试题" in client.get("/items/review").text
    assert "不能自己审定" in client.get(f"/items/desk/{code}").text


def test_the_key_and_its_change_are_shown_on_request_alone_and_written_down(
    client, database, now, desk
) -> None:
    with database.transaction() as session:
        item = make_approved(session, now, desk)
        row = start_revision(session, desk.author, item, now)
        save_draft(session, desk.author, item, make_draft(right=2), row.revision, now)
        submit_for_review(session, desk.author, item, now)
        code = item.code
    enter(client, database, now, desk.reviewer)
    path = f"/items/desk/{code}"
    before = audits(database, "item.key_shown")
    assert "CANARY" not in client.get(path).text
    assert audits(database, "item.key_shown") == before

    shown = post(client, f"{path}/key", version=2, before=1).text

    assert "CANARY" in shown
    assert "<del>B</del>" in shown
    assert "<ins>C</ins>" in shown
    assert audits(database, "item.key_shown") == before + 1


def test_another_units_bank_is_nowhere(client, database, now, desk) -> None:
    number = made(database, make_waiting, now, desk)
    code = item_of(database, number).code
    with database.transaction() as session:
        stranger = make_user(session, now)
        grant_role(session, now, stranger, Role.ITEM_MANAGER, make_unit(session, now, name="别处"))
    log_in(client, database, stranger, now)

    paths = (f"/items/desk/{code}", f"/items/review/desk/{code}", "/items/banks/desk/settings")
    assert [client.get(path).status_code for path in paths] == [404, 404, 404]
    assert "desk" not in client.get("/items/banks").text.replace("review_desk", "")
    for act in ("comments", "submission", "withdrawal", "discard", "retirement", "key"):
        assert post(client, f"/items/desk/{code}/{act}").status_code == 404


def test_a_manager_makes_a_bank_for_the_unit(client, database, now, desk) -> None:
    enter(client, database, now, desk.manager)
    form = {"code": "cqe-2026", "title": "考试题库", "pool": "secure", "unit": desk.unit.public_id}

    done = post(client, "/items/banks/new", **form)
    again = post(client, "/items/banks/new", **form)

    assert done.status_code == 302
    assert "已有题库使用" in again.text
    assert "考试题库" in client.get("/items/banks").text
    assert "不能作题库的代码" in post(client, "/items/banks/new", **form | {"code": "review"}).text


def test_an_item_kept_back_says_until_when(client, database, now, desk) -> None:
    code = item_of(database, made(database, make_approved, now, desk)).code
    enter(client, database, now, desk.manager)

    post(client, f"/items/desk/{code}/not-before", not_before="2030-01-02")

    assert "2030-01-02" in client.get(f"/items/desk/{code}").text
    for nothing in ("2030-13-02", "0001-01-01"):
        post(client, f"/items/desk/{code}/not-before", not_before=nothing)
    assert "请填写日期" in client.get(f"/items/desk/{code}").text


@pytest.mark.parametrize("decision", ["approve", "return"])
def test_deciding_on_an_item_that_is_gone_or_moved_says_so_and_goes_on(
    client, database, now, desk, decision
) -> None:
    item = item_of(database, made(database, make_waiting, now, desk))
    enter(client, database, now, desk.reviewer)
    with database.transaction() as session:
        session.get_one(ItemRow, item.id).code = "moved-001"

    reply = post(
        client,
        f"/items/review/desk/{item.code}",
        version=item.review_version_id,
        decision=decision,
        comment="请改",
    )

    assert reply.status_code == 302
    page = client.get(reply.headers["Location"], follow_redirects=True).text
    assert f"没有审定，也没有退回：{item.code} 刚刚被删去或移走了。" in page
    assert item_of(database, item.id).review_version_id == item.review_version_id


def test_deciding_on_another_version_says_so_and_shows_the_present_one(
    client, database, now, desk
) -> None:
    item = item_of(database, made(database, make_waiting, now, desk))
    enter(client, database, now, desk.reviewer)

    reply = post(client, f"/items/review/desk/{item.code}", version=0, decision="approve")

    assert reply.headers["Location"].startswith(f"/items/review/desk/{item.code}")
    assert "刚刚有了变化" in client.get(reply.headers["Location"]).text


def test_formulas_are_set_in_the_queue(client, database, now, desk) -> None:
    made(database, make_waiting, now, desk, stem="指数 $C_{pk}$ 的含义是（　）。")
    enter(client, database, now, desk.reviewer)

    page = client.get("/items/review").text

    assert "<math" in page
    assert "$C_{pk}$" not in page
