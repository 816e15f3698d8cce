"""The pages of paper in a contest over HTTP, on both databases: list, keying, table, share, void."""

import io

import pytest
from sqlalchemy import func, select

from learning.accounts.models import User
from learning.attempts.models import Attempt
from learning.competitions.models import PaperEntry
from learning.exams.models import AnswerSheet
from learning.kernel.documents import Column, write_workbook
from tests.factories.contest_papers import make_paper_contest
from tests.factories.people import make_user


@pytest.fixture
def contest(database, now):
    with database.transaction() as session:
        made = make_paper_contest(session, now)
        made.put_down(session, now, "W1")
        return made


@pytest.fixture
def person(database, open_browser):
    def opened(actor):
        with database.session(write=False) as session:
            return open_browser(session.get_one(User, actor.user_id))

    return opened


@pytest.fixture
def home(contest) -> str:
    return f"/competitions/{contest.stage.public_id}/units/{contest.company.public_id}/paper/1"


@pytest.fixture
def raw(database, now, contest) -> dict[str, str]:
    """What is posted for the first worker's sheet, all of it right."""
    with database.session(write=False) as session:
        sheet = contest.sheet(session, now)
    head = {"candidate": "W1", "code": sheet.pop("form"), "date": sheet.pop("date")}
    return {**head, **{f"line-{place}": text for place, text in sheet.items()}}


def count(database, model) -> int:
    with database.session(write=False) as session:
        return session.scalar(select(func.count()).select_from(model))


def test_a_paper_is_keyed_twice_seen_and_voided(
    database, contest, person, open_browser, home, raw
) -> None:
    first, second = (person(keyer) for keyer in contest.keyers)
    query = "&".join(f"{name}={raw[name]}" for name in ("candidate", "code", "date"))
    shown = first.get(f"{home}/keying/sheet?{query}")
    assert (shown.status_code, "工人1" in shown.text) == (200, True)
    assert first.post(f"{home}/keying/sheet", raw).status_code == 303
    assert "已录一遍" in first.get(home).text
    assert "工人1" in second.get(f"{home}/keying").text
    assert second.post(f"{home}/keying/sheet", raw).status_code == 303
    assert count(database, Attempt) == 1

    with database.session(write=False) as session:
        sheet = session.scalars(select(AnswerSheet.public_id)).one()
    page = f"{home}/sheets/{sheet}"
    assert "作废这份答卷" not in first.get(page).text
    assert first.post(f"{page}/void", {"reason": "代答"}).status_code == 404
    organiser = open_browser(contest.stage.manager)
    assert "作废这份答卷" in organiser.get(page).text
    assert organiser.post(f"{page}/void", {"reason": ""}).status_code == 400
    assert organiser.post(f"{page}/void", {"reason": "代答"}).status_code == 303
    assert "已作废" in first.get(home).text


def test_before_both_have_keyed_nothing_of_it_is_on_a_page(
    database, contest, person, home, raw
) -> None:
    first = person(contest.keyers[0])
    assert first.post(f"{home}/keying/sheet", {**raw, "line-1": "D"}).status_code == 303
    with database.session(write=False) as session:
        sheet = session.scalars(select(AnswerSheet.public_id)).one()

    page = person(contest.keyers[1]).get(f"{home}/sheets/{sheet}").text
    assert "两遍一致并确认之前" in page
    assert "<table" not in page


def test_a_table_is_checked_first_and_kept_wholly_or_not_at_all(
    database, contest, person, home, raw
) -> None:
    columns = [Column(name, is_text=True) for name in ("工号", "试卷代码", "日期", "1", "2")]
    good = ("W1", raw["code"], raw["date"], "A", "B")
    wrong = ("W2", raw["code"], raw["date"], "Z", "B")  # who is not on the list, and no option
    keyer = person(contest.keyers[0])

    bad = keyer.post(
        f"{home}/keying/file",
        {"file": (io.BytesIO(write_workbook(columns, [good, wrong])), "k.xlsx")},
    )
    assert bad.status_code == 400
    assert ("A3" in bad.text, "D3" in bad.text) == (True, True)
    assert count(database, AnswerSheet) == 0
    checked = keyer.post(
        f"{home}/keying/file", {"file": (io.BytesIO(write_workbook(columns, [good])), "k.xlsx")}
    )
    assert "检查通过" in checked.text
    assert count(database, AnswerSheet) == 0


def test_a_list_with_a_wrong_number_names_the_line_and_lists_nobody(
    database, contest, person, home
) -> None:
    reply = person(contest.keyers[0]).post(home, {"roll": "W2\nW9", "division": ""})

    assert reply.status_code == 400
    assert "第 2 行，W9" in reply.text
    assert count(database, PaperEntry) == 1


def test_strangers_and_participants_find_no_desk(database, now, contest, person, home) -> None:
    with database.transaction() as session:
        stranger = make_user(session, now, "路人")
        found = [contest.workers[0].user_id, stranger.id]
    for user_id in found:
        browser = person(type("Anybody", (), {"user_id": user_id}))
        for path in (home, f"{home}/keying", f"{home}/keying/file"):
            assert browser.get(path).status_code == 404


def test_the_organiser_decides_prints_and_sees_the_share(contest, open_browser) -> None:
    organiser = open_browser(contest.stage.manager)
    page = f"/competitions/{contest.stage.public_id}/rounds/1"
    assert "示例机械集团" in organiser.get(f"{page}/paper/shares").text
    early = organiser.post(f"{page}/paper", {"takes_paper": "y", "until": "2026-11-22T09:00"})
    assert (early.status_code, "至多迟 60 天" in early.text) == (400, True)
    assert organiser.post(f"{page}/booklets", {"count": "2"}).status_code == 303
    booklet = organiser.post(f"{page}/booklets/booklet.pdf", {"page": "1"})
    assert booklet.data.startswith(b"%PDF")
    assert booklet.headers["Cache-Control"] == "private, no-store"


def test_the_rules_say_what_paper_means_and_who_is_down_for_it_is_told(contest, person) -> None:
    page = person(contest.workers[0]).get(f"/competitions/{contest.stage.public_id}").text

    assert "单位可以组织纸笔作答" in page
    assert "单位已把您列入本轮纸笔作答" in page
    assert "开始答题</button>" not in page
