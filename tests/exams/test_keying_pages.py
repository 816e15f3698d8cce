"""The pages of keying: blind until two have keyed, nothing of a key, files wholly or not at all."""

import io
import re
from html import unescape

import pytest
from sqlalchemy import func, select

from learning.accounts.models import User
from learning.attempts.models import Attempt
from learning.exams.jobs import RESULTS
from learning.exams.models import AnswerSheet, SheetKeying, SheetScan
from learning.kernel import events
from learning.kernel.documents import Column, write_workbook
from learning.question_bank.rules import ItemKind
from tests.attempts.test_secrecy import CANARY, forms_of
from tests.factories.items import make_item
from tests.factories.pictures import make_png
from tests.factories.sheets import Paper, make_paper


@pytest.fixture
def paper(database, now) -> Paper:
    items = [
        make_item(f"canary-{n}", ItemKind.SINGLE, explanation=f"解析{CANARY}") for n in range(9)
    ]
    with database.transaction() as session:
        return make_paper(session, now, candidates=2, bank_items=items)


@pytest.fixture
def person(database, open_browser):
    def opened(actor):
        with database.session(write=False) as session:
            return open_browser(session.get_one(User, actor.user_id))

    return opened


@pytest.fixture
def sheet(database, now, paper):
    """Return what is posted for a candidate's sheet: all right unless said otherwise."""

    def made(candidate=0, **changes):
        with database.session(write=False) as session:
            raw = paper.sheet(session, now) | changes
            ticket = paper.ticket(session, candidate)
        head = {"candidate": ticket, "code": raw.pop("form"), "date": raw.pop("date")}
        total = {"total": raw.pop("total")} if "total" in raw else {}
        return {**head, **total, **{f"line-{place}": text for place, text in raw.items()}}

    return made


def count(database, model) -> int:
    with database.session(write=False) as session:
        return session.scalar(select(func.count()).select_from(model))


def leaks(page: str) -> bool:
    return any(shape in page.encode() for shape in forms_of(CANARY))


def test_two_keyers_a_difference_settled_and_the_result(
    database, now, paper, person, sheet
) -> None:
    desk = f"/sittings/{paper.public_id}/keying"
    first, second, third = (person(keyer) for keyer in paper.keyers)
    named = sheet()
    query = "&".join(f"{name}={named[name]}" for name in ("candidate", "code", "date"))
    page = first.get(f"{desk}/sheet?{query}").text
    assert "考生1" in page
    assert page.count("data-moves-on") == 3
    assert not leaks(page)

    assert first.post(f"{desk}/sheet", sheet()).status_code == 303
    assert second.post(f"{desk}/sheet", sheet(**{"4": "D"})).status_code == 303
    assert count(database, Attempt) == 0
    assert "考生1" in third.get(desk).text

    with database.session(write=False) as session:
        sheet_id = session.scalars(select(AnswerSheet.public_id)).one()
    settle = f"{desk}/{sheet_id}/settle"
    differing = third.get(settle).text
    assert "第 4 题" in differing
    assert "第 1 题" not in differing
    assert not leaks(differing)
    refused = third.post(settle, {})
    assert refused.status_code == 400
    assert "请选定一个" in refused.text
    assert third.post(settle, {"pick-4": "1"}).status_code == 303

    events.deliver(database, RESULTS, now)
    examiner = person(paper.hall.actor)
    assert "合格" in examiner.get(f"/sittings/{paper.public_id}/results").text
    history = examiner.get(f"/sittings/{paper.public_id}/sheets/{sheet_id}").text
    assert "核对：录入3" in history
    assert "已确认" in examiner.get(f"/sittings/{paper.public_id}/sheets").text


def test_nobody_sees_what_another_keyed_before_keying_it_too(paper, person, sheet) -> None:
    desk = f"/sittings/{paper.public_id}/keying"
    first, second = person(paper.keyers[0]), person(paper.keyers[1])
    named = sheet()
    essay = {"line-1": "A", "total": ""}
    first.post(f"{desk}/sheet", {**named, **essay})

    query = "&".join(f"{name}={named[name]}" for name in ("candidate", "code", "date"))
    page = second.get(f"{desk}/sheet?{query}").text
    assert not re.search(r'name="line-[^"]*" value="[^"]+"', page)
    assert "考生1" in second.get(desk).text


def test_a_wrong_line_keeps_everything_typed_and_saves_nothing(
    database, paper, person, sheet
) -> None:
    desk = f"/sittings/{paper.public_id}/keying"
    keyer = person(paper.keyers[0])

    refused = keyer.post(f"{desk}/sheet", sheet(**{"1": "E", "2": "C"}))

    assert refused.status_code == 400
    assert "没有这个选项" in refused.text
    assert 'name="line-2" value="C"' in refused.text
    assert count(database, SheetKeying) == 0


def test_a_mistyped_code_is_refused_before_a_line_is_shown(paper, person, sheet) -> None:
    keyer = person(paper.keyers[0])
    named = sheet()

    page = keyer.get(
        f"/sittings/{paper.public_id}/keying/sheet"
        f"?candidate={named['candidate']}&code=A-C&date={named['date']}"
    )

    assert page.status_code == 400
    assert "试卷代码不对" in page.text
    assert "data-keying-sheet" not in page.text


def test_strangers_and_candidates_find_no_desk(paper, person, sheet, open_browser) -> None:
    desk = f"/sittings/{paper.public_id}/keying"
    candidate = person(paper.candidates[0])
    missing = candidate.get("/sittings/00000000000000000000000000/keying")

    assert candidate.get(desk).status_code == missing.status_code == 404
    assert candidate.post(f"{desk}/sheet", sheet()).status_code == 404
    assert person(paper.hall.actor).get(desk).status_code == 404
    assert candidate.get(f"/sittings/{paper.public_id}/sheets").status_code in {403, 404}


def test_a_scan_is_what_its_bytes_say_and_looking_is_written_down(
    database, paper, person, sheet
) -> None:
    desk = f"/sittings/{paper.public_id}/keying"
    first, second = person(paper.keyers[0]), person(paper.keyers[1])
    fake = {"scans": (io.BytesIO(b"<html>"), "scan.pdf")}
    assert first.post(f"{desk}/sheet", {**sheet(), **fake}).status_code == 400
    assert count(database, SheetKeying) == 0

    real = {"scans": (io.BytesIO(make_png(40, 60)), "1.pdf")}
    assert first.post(f"{desk}/sheet", {**sheet(), **real}).status_code == 303
    with database.session(write=False) as session:
        scan = session.scalars(select(SheetScan)).one()
    assert scan.media_type == "image/png"

    reply = second.post(f"{desk}/scans/{scan.public_id}", {})
    assert reply.headers["Content-Type"] == "image/png"
    assert "sandbox" in reply.headers["Content-Security-Policy"]
    stranger = person(paper.candidates[1])
    assert stranger.post(f"{desk}/scans/{scan.public_id}", {}).status_code == 404


class TestFiles:
    def table(self, database, now, paper, rows) -> bytes:
        """A .csv of sheets: (candidate number, changes)."""
        with database.session(write=False) as session:
            raws = [
                {"准考证号": paper.ticket(session, n), **paper.sheet(session, now), **changes}
                for n, changes in rows
            ]
        names = {"form": "试卷代码", "date": "日期"}
        header = [names.get(place, place) for place in raws[0]]
        lines = [",".join(header), *(",".join(raw.values()) for raw in raws)]
        return "\r\n".join(lines).encode("utf-8-sig")

    def packed(self, page: str) -> str:
        return unescape(re.search(r"<textarea name=\"rows\" hidden>(.*?)</textarea>", page)[1])

    def test_two_files_of_two_people_confirm_their_sheets(
        self, database, now, paper, person
    ) -> None:
        url = f"/sittings/{paper.public_id}/keying/file"
        raw = self.table(database, now, paper, [(0, {}), (1, {"1": ""})])
        for keyer in paper.keyers[:2]:
            browser = person(keyer)
            checked = browser.post(url, {"file": (io.BytesIO(raw), "k.csv")})
            assert checked.status_code == 200
            before = count(database, SheetKeying)
            assert browser.post(url, {"rows": self.packed(checked.text)}).status_code == 303
            assert count(database, SheetKeying) == before + 2

        assert count(database, Attempt) == 2

    def test_problems_are_named_by_row_and_cell_and_nothing_is_kept(
        self, database, now, paper, person
    ) -> None:
        url = f"/sittings/{paper.public_id}/keying/file"
        raw = self.table(database, now, paper, [(0, {}), (1, {"2": "E", "form": "A-C"})])

        refused = person(paper.keyers[0]).post(url, {"file": (io.BytesIO(raw), "k.csv")})

        assert refused.status_code == 400
        assert re.search(r"B3</th><td class=\"wrap\">试卷代码不对", refused.text)
        assert "全部录入" not in refused.text
        assert count(database, SheetKeying) == 0

    def test_a_workbook_is_read_like_a_text(self, database, now, paper, person) -> None:
        with database.session(write=False) as session:
            ticket, raw = paper.ticket(session), paper.total(session, now, "13.5")
        columns = [Column(name) for name in ("准考证号", "试卷代码", "日期", "总分")]
        raw = write_workbook(columns, [(ticket, *raw.values())])

        checked = person(paper.keyers[0]).post(
            f"/sittings/{paper.public_id}/keying/file",
            {"file": (io.BytesIO(raw), "k.xlsx")},
        )

        assert checked.status_code == 200
        assert "只有总分" in checked.text

    @pytest.mark.parametrize("raw", [b"", b"\xff\xfe\x00", b"a,b\n1,2\n", b"PK\x03\x04 no"])
    def test_what_is_no_table_is_refused(self, paper, person, raw) -> None:
        reply = person(paper.keyers[0]).post(
            f"/sittings/{paper.public_id}/keying/file", {"file": (io.BytesIO(raw), "k.csv")}
        )

        assert reply.status_code == 400

    @pytest.mark.parametrize(
        "rows", ["x", "{}", '{"candidate":"A","places":[],"columns":[],"rows":[]}']
    )
    def test_rows_that_no_check_gave_are_refused(self, paper, person, rows) -> None:
        reply = person(paper.keyers[0]).post(
            f"/sittings/{paper.public_id}/keying/file", {"rows": rows}
        )

        assert reply.status_code == 400


def test_a_total_is_marked_as_such_to_examiner_and_candidate(
    database, now, paper, person, sheet
) -> None:
    desk = f"/sittings/{paper.public_id}/keying"
    named = {name: text for name, text in sheet().items() if not name.startswith("line-")}
    for keyer in paper.keyers[:2]:
        assert person(keyer).post(f"{desk}/sheet", {**named, "total": "13.5"}).status_code == 303
    events.deliver(database, RESULTS, now)
    examiner = person(paper.hall.actor)
    assert "只有总分" in examiner.get(f"/sittings/{paper.public_id}/sheets").text
    assert examiner.post(f"/sittings/{paper.public_id}/close", {}).status_code == 303

    with database.session(write=False) as session:
        attempt = session.scalars(select(Attempt.public_id)).one()
    candidate = person(paper.candidates[0])
    page = candidate.get(f"/attempts/{attempt}/result").text
    assert "2026-11-22 纸笔作答" in page
    assert "只登记了总分" in page
    assert "13.5" in page
    assert candidate.get(f"/attempts/{attempt}/receipt").status_code in {200, 404}


def test_a_correction_starts_with_its_reason(database, paper, person, sheet) -> None:
    desk, sheets = (f"/sittings/{paper.public_id}/{name}" for name in ("keying", "sheets"))
    for keyer in paper.keyers[:2]:
        person(keyer).post(f"{desk}/sheet", sheet())
    with database.session(write=False) as session:
        sheet_id = session.scalars(select(AnswerSheet.public_id)).one()
    examiner = person(paper.hall.actor)

    examiner.post(f"{sheets}/{sheet_id}/correct", {"reason": "  "})
    assert count(database, AnswerSheet) == 1
    examiner.post(f"{sheets}/{sheet_id}/correct", {"reason": "第 2 题看错"})
    assert count(database, AnswerSheet) == 2
    assert "更正" in person(paper.keyers[2]).get(desk).text
