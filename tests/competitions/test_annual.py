"""The annual report: the console's own figures, as Word to edit and as PDF."""

import io
from datetime import timedelta

from docx import Document

from learning.competitions import services
from learning.competitions.presentation import annual_sections
from learning.competitions.queries.series import edition_figures
from learning.competitions.rules.annual import AnnualText
from tests.competitions.test_progress import furnish, look, set_targets
from tests.competitions.test_series import place
from tests.factories.competitions import make_stage
from tests.factories.rounds import close_round


def texts_of(data: bytes) -> tuple[list[str], list[list[str]], int]:
    """Paragraphs, rows of all tables, and how many pictures a Word file has."""
    document = Document(io.BytesIO(data))
    rows = [[cell.text for cell in row.cells] for table in document.tables for row in table.rows]
    return [p.text for p in document.paragraphs], rows, len(document.inline_shapes)


def test_every_figure_is_the_consoles(session, now) -> None:
    stage, _north, _south = furnish(session, now)
    set_targets(session, now, stage, ("省份", "山东", "5"), ("省份", "广东", "15"))
    seen = look(session, now, stage.actor, stage)
    own = edition_figures(session, stage.view(session, now), now.year, now)

    sections = annual_sections(
        seen, AnnualText(plan="第一段\n\n第二段"), own=own, editions=(), divisions={}
    )

    by_title = {section.title: section for section in sections}
    assert by_title["工作计划"].paragraphs == ("第一段", "第二段", "计划参赛 20 人。")
    assert (
        "报名 6 人，参赛（已交卷）3 人，完成计划 20 人的 15.0%"
        in (by_title["完成情况"].paragraphs[0])
    )
    assert by_title["各省参赛情况"].table.rows[0] == (
        "山东", "1", "3", "2", "50.0%", "5", "40.0%"
    )  # fmt: skip
    assert [row[1] for row in by_title["从在册到交卷"].table.rows] == ["6", "5", "5", "3", "3"]
    assert own.total.participants == seen.total.finished
    assert "存在的问题" not in by_title
    assert "历届对比" not in by_title


def test_word_and_pdf_say_what_the_page_says(open_browser, database, now, clock) -> None:
    with database.transaction() as session:
        stage, _north, _south = furnish(session, now)
        place(session, now, stage)
        set_targets(session, now, stage, ("合计", "", "12"))
        close_round(session, now, stage)
    clock.move_to(now + timedelta(hours=10))
    browser = open_browser(stage.manager)
    path = f"/competitions/{stage.public_id}"

    saved = browser.post(f"{path}/annual", {"plan": "按通知办赛。", "problems": "报名偏晚。"})
    page = browser.get(f"{path}/annual").text
    console = browser.get(f"{path}/progress").text
    paragraphs, rows, pictures = texts_of(browser.get(f"{path}/annual.docx").data)
    pdf = browser.get(f"{path}/annual.pdf")

    assert saved.status_code == 303
    assert "按通知办赛。" in paragraphs
    assert "报名偏晚。" in paragraphs
    assert ["6", "3", "25.0%", "21.4%", "2"] in rows
    assert pictures == 1  # of the provinces; a day alone draws no line
    assert "25.0%" in page
    assert "25.0%" in console
    assert pdf.data.startswith(b"%PDF")


def test_an_archived_edition_still_has_its_report_written(session, now) -> None:
    stage = make_stage(session, now)
    place(session, now, stage)
    close_round(session, now, stage)
    services.seal_edition(session, stage.actor, stage.public_id, now=now)

    services.write_annual(
        session, stage.actor, stage.public_id, text=AnnualText(done="办完。"), now=now
    )
