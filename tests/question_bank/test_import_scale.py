"""A workbook of 50,000 questions from the file to drafts: within a minute and half a gigabyte."""

import subprocess
import sys
import time
from pathlib import Path

import pytest
import xlsxwriter

from learning.kernel.clock import utc_now
from learning.kernel.db import Database
from learning.question_bank.formats import Upload
from learning.question_bank.jobs import READ
from learning.question_bank.models import ItemImport
from learning.question_bank.queries import find_bank
from learning.question_bank.services.import_applying import Plan, claim, prepare, write
from learning.question_bank.services.importing import accept_upload
from learning.question_bank.services.records import defaults_of
from tests.faults.site import ROOT
from tests.question_bank.importing import make_web_bank

QUESTIONS = 50_000
MOST_S, MOST_MB = 60, 500


def make_workbook(path: Path) -> None:
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True})
    sheet = book.add_worksheet("题目")
    sheet.write_row(0, 0, ["题型", "题干", "选项A", "选项B", "选项C", "选项D", "答案", "解析"])
    for number in range(1, QUESTIONS + 1):
        stem = f"第 {number} 题：某过程的样本量由什么决定，选出最合适的一项（　）。"
        sheet.write_row(
            number, 0, ["单选", stem, "公差", "检验水平", "合同", "经验", "B", "查表。"]
        )
    book.close()


def peak_mb() -> int:
    """Return the most memory this program held; getrusage would count its parent's before exec."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return (
        int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1])
        // 1024
    )


def bring_in(url: str, path: Path) -> None:
    """Read and apply the workbook; print seconds of both and the most memory, in MB."""
    database = Database(url)
    now = utc_now()
    began = time.perf_counter()
    with database.transaction() as session:
        bank = make_web_bank(session, now)
        upload = Upload("题目.xlsx", path.read_bytes())
        kept = accept_upload(
            session, None, bank.code, defaults_of(bank, ""), upload, "auto", now=now
        )
        number = kept.id
    assert READ.run(database, now) == 1
    read = time.perf_counter()
    with database.transaction() as session:
        kept, bank = session.get_one(ItemImport, number), find_bank(session, "web")
        assert bank is not None
        codes = claim(session, kept, bank, now=now)
    with database.session(write=False) as session:
        kept, bank = session.get_one(ItemImport, number), find_bank(session, "web")
        assert bank is not None
        made = prepare(session, kept, bank, codes, Plan(submits=True))
    ready = time.perf_counter()
    with database.transaction() as session:
        kept = session.get_one(ItemImport, number)
        assert write(session, None, kept, made, Plan(submits=True), now=now) == QUESTIONS
    done = time.perf_counter()
    most = peak_mb()
    print(f"{read - began:.1f} {ready - read:.1f} {done - ready:.1f} {most}")


@pytest.mark.deep
def test_a_large_workbook_is_read_and_applied_in_a_minute_and_half_a_gigabyte(
    database, backend, tmp_path
):
    path = tmp_path / "large.xlsx"
    make_workbook(path)
    url = database.url.render_as_string(hide_password=False)
    program = (
        "import sys; from pathlib import Path;"
        " from tests.question_bank.test_import_scale import bring_in;"
        " bring_in(sys.argv[1], Path(sys.argv[2]))"
    )

    done = subprocess.run(
        [sys.executable, "-c", program, url, str(path)], cwd=ROOT, capture_output=True, text=True
    )

    assert done.returncode == 0, done.stderr
    read, prepared, written, memory = done.stdout.split()
    print(f"{backend}: read {read} s, prepared {prepared} s, written {written} s, {memory} MB")
    assert float(read) + float(prepared) + float(written) < MOST_S
    assert int(memory) < MOST_MB
