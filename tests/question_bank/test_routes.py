"""Authors' pages: finding items, and keys as an act of their own that is written down."""

import re
from datetime import UTC, datetime

import pytest
from sqlalchemy import event, func, select

from learning.kernel.audit import AuditEntry
from learning.kernel.permissions import Role
from learning.question_bank.jobs.twins import look_for_twins
from learning.question_bank.models import ItemRow
from learning.question_bank.routes import listing
from learning.question_bank.services import return_to_author, save_draft, submit_for_review
from tests.factories.banks import make_desk, make_draft, make_waiting
from tests.factories.items import make_bank
from tests.factories.people import grant_role, log_in, make_unit, make_user

pytestmark = pytest.mark.pages


@pytest.fixture
def now() -> datetime:
    """The routes read the clock: what they meet must be of today."""
    return datetime.now(UTC)


@pytest.fixture
def author(client, database, now):
    with database.transaction() as session:
        user = make_user(session, now, "示例命题人")
        grant_role(session, now, user, Role.AUTHOR, make_unit(session, now, kind="association"))
        make_bank(session, now, explanation="CANARY-OF-THE-KEY")
    log_in(client, database, user, now)
    return client


def audits(database, act):
    with database.session(write=False) as session:
        return session.scalar(select(func.count()).where(AuditEntry.act == act))


def post_key(client, path):
    """Ask for a key as the page's own form does."""
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/account").text)
    return client.post(f"{path}/key", data={"csrf_token": token.group(1)})


def first_item(client):
    page = client.get("/items").text
    return page.split("<tbody")[1].split('href="/items/')[1].split('"')[0]


def test_the_list_shows_every_item_with_its_total_and_no_key(author):
    page = author.get("/items").text
    assert "共" in page
    assert "CANARY" not in page


def test_a_word_that_stands_in_an_option_alone_is_shown_and_marked(author):
    page = author.get("/items?q=选项").text

    assert page.count("<mark>选项</mark>") == page.count('class="qb-stem"') > 1
    assert "CANARY" not in page
    assert "选项</mark>" not in author.get("/items?q=题干").text


def test_a_filter_that_nothing_fits_says_so(author):
    assert "没有符合条件的试题" in author.get("/items?q=nothing-has-this-text").text


@pytest.mark.parametrize("query", ["q=%01", "kind=x", "page=999999999", "area=%F0%A0%AE%B7"])
def test_hostile_filters_find_nothing_and_fail_nothing(author, query):
    assert author.get(f"/items?{query}").status_code == 200


@pytest.mark.parametrize("query", ["page=0", "page=x", "q=a&q=b", "q=%00", "bank=%00"])
def test_a_query_that_cannot_be_meant_is_refused(author, query):
    assert author.get(f"/items?{query}").status_code == 400


def test_an_item_page_holds_no_key_until_it_is_asked_for_and_asking_is_written_down(
    author, database
):
    path = f"/items/{first_item(author)}"
    before = author.get(path)
    assert before.status_code == 200
    assert "CANARY" not in before.text
    assert audits(database, "item.key_shown") == 0

    after = post_key(author, path)

    assert after.status_code == 200
    assert "CANARY" in after.text
    assert audits(database, "item.key_shown") == 1


def test_a_missing_item_is_missing_in_page_and_key(author):
    assert author.get("/items/none/none").status_code == 404
    assert post_key(author, "/items/none/none").status_code == 404


def test_who_is_no_author_sees_neither_list_nor_key(client, database, now):
    with database.transaction() as session:
        user = make_user(session, now)
        make_bank(session, now)
    log_in(client, database, user, now)

    assert client.get("/items").status_code == 403
    assert post_key(client, "/items/sample/s-000").status_code == 403


def token_of(page: str) -> str:
    return re.search(r'name="csrf_token" value="([^"]+)"', page).group(1)


@pytest.fixture
def keeper(client, database, now):
    with database.transaction() as session:
        user = make_user(session, now, "示例题库管理")
        grant_role(session, now, user, Role.ITEM_MANAGER)
        make_bank(session, now, singles=60)
    log_in(client, database, user, now)
    return client


def test_chosen_items_are_tagged_and_the_filter_is_kept(keeper):
    page = keeper.get("/items?kind=multiple").text
    ids = re.findall(r'name="item" value="(\d+)"', page)
    form = {"csrf_token": token_of(page), "act": "tag", "tag": "重点", "query": "kind=multiple"}

    answer = keeper.post("/items/bulk", data={**form, "item": ids[:2]})

    assert answer.status_code == 303
    assert answer.headers["Location"] == "/items?kind=multiple"
    assert keeper.get("/items?tag=重点").text.count('name="item"') == 2


def test_all_that_fit_are_meant_only_when_said(keeper):
    page = keeper.get("/items?kind=single").text
    form = {"csrf_token": token_of(page), "act": "tag", "tag": "全部", "query": "kind=single"}

    keeper.post("/items/bulk", data=form)
    assert "没有符合条件的试题" in keeper.get("/items?tag=全部").text
    keeper.post("/items/bulk", data={**form, "all": "1"})

    assert "共 60" in keeper.get("/items?tag=全部").text


@pytest.mark.parametrize(
    "form",
    [
        {"act": "explode"},
        {"act": "tag", "tag": "", "all": "1"},
        {"act": "move", "to": "nowhere", "all": "1"},
    ],
)
def test_an_act_that_is_none_or_says_too_little_is_refused(keeper, form):
    token = token_of(keeper.get("/items").text)

    assert keeper.post("/items/bulk", data={"csrf_token": token, **form}).status_code in {400, 404}


def test_numbers_that_are_no_items_choose_nothing(keeper):
    page = keeper.get("/items").text
    form = {"csrf_token": token_of(page), "act": "tag", "tag": "x", "item": ["9" * 15, "-1", "x"]}

    assert keeper.post("/items/bulk", data=form, follow_redirects=True).status_code == 200
    assert "没有符合条件的试题" in keeper.get("/items?tag=x").text


def test_a_saved_search_is_offered_again_and_can_be_deleted(keeper):
    page = keeper.get("/items?kind=single&q=题干").text
    form = {
        "csrf_token": token_of(page),
        "name": "单选里的题干",
        "query": "kind=single&q=题干&evil=1",
    }

    keeper.post("/items/filters", data=form)
    page = keeper.get("/items").text
    assert "kind=single&amp;q=%E9%A2%98%E5%B9%B2" in page
    assert "evil" not in page

    keeper.post("/items/filters/delete", data=form)
    assert "单选里的题干" not in keeper.get("/items").text


def test_a_bank_is_looked_through_on_demand_and_its_pairs_are_shown(keeper, database, now):
    token = token_of(keeper.get("/items").text)
    keeper.post("/items/twins/sample/search", data={"csrf_token": token})

    assert look_for_twins(database, now) == 1

    assert "相同" in keeper.get("/items/twins/sample").text
    assert look_for_twins(database, now) == 0


def test_only_what_stood_on_the_page_is_signed_off_together(client, database, now):
    with database.transaction() as session:
        desk = make_desk(session, now)
        seen, changed = (make_waiting(session, now, desk, stem=f"第{n}题（　）。") for n in "一二")
        numbers = [seen.id, changed.id]
        reviewer = make_user(session, now, "示例审题人")
        grant_role(session, now, reviewer, Role.REVIEWER, desk.unit)
    log_in(client, database, reviewer, now)
    page = client.get("/items?state=review").text
    form = {
        "csrf_token": token_of(page),
        "act": "approve",
        "item": re.findall(r'name="item" value="([^"]+)"', page),
        "seen": re.findall(r'name="seen" value="([^"]+)"', page),
    }
    with database.transaction() as session:
        item = session.get_one(ItemRow, numbers[1])
        return_to_author(session, desk.author, item, item.review_version_id, "", now)
        save_draft(session, desk.author, item, make_draft("换过的题（　）。"), 1, now)
        submit_for_review(session, desk.author, item, now)

    answer = client.post("/items/bulk", data=form, follow_redirects=True).text

    assert "请看过现在的内容再决定" in answer
    with database.session(write=False) as session:
        states = [session.get_one(ItemRow, number).state for number in numbers]
    assert states == ["approved", "review"]


def test_many_are_signed_off_without_holding_the_others_who_write(client, database, now):
    with database.transaction() as session:
        desk = make_desk(session, now)
        for number in range(listing.SLICE + 5):
            make_waiting(session, now, desk, stem=f"第 {number} 题（　）。")
        reviewer = make_user(session, now, "示例审题人")
        grant_role(session, now, reviewer, Role.REVIEWER, desk.unit)
    log_in(client, database, reviewer, now)
    page = client.get("/items?state=review").text
    commits = []

    def note(connection):
        commits.append(connection)

    event.listen(database.engine, "commit", note)
    form = {
        "csrf_token": token_of(page),
        "act": "approve",
        "all": "1",
        "query": "state=review",
        "seen": re.findall(r'name="seen" value="([^"]+)"', page),
    }

    assert client.post("/items/bulk", data=form).status_code == 303

    event.remove(database.engine, "commit", note)
    assert "没有符合条件的试题" in client.get("/items?state=review").text
    assert len(commits) >= 2


def test_more_items_than_go_at_once_are_refused_in_words_and_the_search_stays(
    client, database, now, monkeypatch
):
    monkeypatch.setattr(listing, "MOST_AT_ONCE", 1)
    with database.transaction() as session:
        desk = make_desk(session, now)
        for number in range(2):
            make_waiting(session, now, desk, stem=f"第 {number} 题（　）。")
        reviewer = make_user(session, now, "示例审题人")
        grant_role(session, now, reviewer, Role.REVIEWER, desk.unit)
    log_in(client, database, reviewer, now)
    token = token_of(client.get("/items?state=review").text)
    form = {"csrf_token": token, "act": "approve", "all": "1", "query": "state=review"}

    answer = client.post("/items/bulk", data=form)

    assert answer.headers["Location"].endswith("/items?state=review")
    assert "一次至多处理 1 题" in client.get(answer.headers["Location"]).text
