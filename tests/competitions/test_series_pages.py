"""Series on their pages: put into one, cloned, compared, archived."""

import io
from datetime import timedelta

import openpyxl

from tests.competitions.test_series import place
from tests.factories.competitions import make_stage
from tests.factories.rounds import close_round, play


def test_an_edition_is_placed_cloned_compared_and_archived(
    open_browser, database, now, clock
) -> None:
    with database.transaction() as session:
        stage = make_stage(session, now)
        play(session, now, stage, {"甲": (20, 60), "乙": (11, 60)})
        close_round(session, now, stage)
    clock.move_to(now + timedelta(hours=10))
    browser = open_browser(stage.manager)
    path = f"/competitions/{stage.public_id}/edition"

    nameless = browser.post(path, {"series": "", "title": "", "year": str(now.year)})
    placed = browser.post(path, {"series": "", "title": "示例系列赛", "year": str(now.year)})
    cloned = browser.post(f"{path}/clone", {"year": str(now.year + 1)})
    sealed = browser.post(f"{path}/seal")
    refused = browser.post(f"/competitions/{stage.public_id}/page", {"final_place": "礼堂"})
    page = browser.get(path).text
    series = page.split("/competitions/series/")[1][:26]
    report = browser.get(f"/competitions/series/{series}/report").text
    book = browser.get(f"/competitions/series/{series}/report.xlsx")

    assert (nameless.status_code, placed.status_code) == (400, 303)
    assert "新建系列时写明名称" in nameless.text
    assert "日期从上一届按年份平移" in browser.get(cloned.location).text.replace("各项", "")
    assert (sealed.status_code, refused.status_code) == (303, 409)
    assert "已经归档" in refused.text
    assert "15.50" in report
    sheet = openpyxl.load_workbook(io.BytesIO(book.data)).worksheets[0]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
    assert rows[0][:5] == [now.year, "全部", "示例行业全面质量管理知识竞赛", 2, 2]
    assert rows[0][8] == 15.5


def test_strangers_see_a_series_without_its_drafts(open_browser, database, now) -> None:
    with database.transaction() as session:
        stage = make_stage(session, now, is_open=False)
        series = place(session, now, stage)

    own = open_browser(stage.manager).get(f"/competitions/series/{series}").text
    foreign = open_browser().get(f"/competitions/series/{series}").text

    assert stage.public_id in own
    assert stage.public_id not in foreign
    assert "还没有公开的届次" in foreign
