"""The lists of HR's pages as .xlsx: what a page shows by its filter is what its file holds."""

import io
import re
from html import unescape

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from learning.compliance.queries import exemptions as exemption_queries
from learning.kernel.audit import AuditEntry
from learning.kernel.clock import utc_now
from learning.web import list_files
from tests.compliance.staffed import Firm, make_firm
from tests.factories.people import log_in

FORMULA = "=1+1"  # also a name: whoever wrote it, it is text
ROW = re.compile(r'<th scope="row"[^>]*>(?:<input[^>]*> )?(?:<a [^>]*>)?([^<]*)<')


def shown(page: str) -> list[str]:
    """Return whom a page lists."""
    return [unescape(name).strip() for name in ROW.findall(page)]


def rows_of(answer) -> list[tuple]:
    """Return the rows of a file below its head, none of them a formula."""
    assert answer.status_code == 200, answer.status
    sheet = load_workbook(io.BytesIO(answer.data)).worksheets[0]
    assert not [cell for row in sheet.rows for cell in row if cell.data_type == "f"]
    return [tuple(cell or "" for cell in row) for row in list(sheet.values)[1:]]


def names_of(answer) -> list[str]:
    return [row[0] for row in rows_of(answer)]


class Desk:
    """HR's browser: what it sends carries the token of a page."""

    def __init__(self, client):
        self.client = client

    def text(self, path: str) -> str:
        answer = self.client.get(path)
        assert answer.status_code == 200, (path, answer.status)
        return answer.get_data(as_text=True)

    def post(self, path: str, **data: str):
        page = self.text("/staff/exemptions")
        token = page.split('name="csrf_token" value="', 1)[1].split('"', 1)[0]
        return self.client.post(path, data={"csrf_token": token, **data})


def last_act(database) -> tuple[str, str]:
    with database.session(write=False) as session:
        row = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1)).one()
        return row.act, str(row.details)


@pytest.fixture
def firm(database) -> Firm:
    """Three people of a firm, two exempt, one of them no longer; one away. And a foreign firm."""
    with database.transaction() as session:
        firm = make_firm(session, utc_now())
        firm.require(0, 0)
        people = [firm.hire(name, 2, 0, staff_no=name) for name in (FORMULA, "钱将", "孙全")]
        firm.exempt(people[0], 0)
        firm.exempt(people[1], 0, days=-1)
        firm.status(people[2], "leave")
        firm.hold(people[1], 0, 20)
        session.expunge_all()
    return firm


@pytest.fixture
def foreign(database) -> str:
    with database.transaction() as session:
        return make_firm(session, utc_now()).units[0].public_id


@pytest.fixture
def hr(app, database, firm) -> Desk:
    client = app.test_client()
    log_in(client, database, firm.hr, utc_now())
    return Desk(client)


class TestExemptions:
    FILE = "/staff/exemptions.xlsx"

    @pytest.mark.parametrize("kind", ["exemptions", "statuses"])
    @pytest.mark.parametrize("is_open", ["", "1"])
    def test_the_file_is_the_list_of_the_page(self, hr, firm, kind, is_open) -> None:
        unit = firm.units[0].public_id
        page = shown(hr.text(f"/staff/exemptions?unit={unit}&kind={kind}&open={is_open}"))

        assert names_of(hr.post(self.FILE, unit=unit, kind=kind, open=is_open)) == page
        expected = {("exemptions", ""): 2, ("exemptions", "1"): 1}.get((kind, is_open), 1)
        assert len(page) == expected

    def test_a_row_says_what_why_and_until_when(self, hr, firm) -> None:
        [row] = rows_of(hr.post(self.FILE, unit=firm.units[0].public_id, open="1"))

        assert row[0] == FORMULA
        assert (row[2], row[3], row[7]) == ("证书0", "生效中", "将退休")
        assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d", row[5])

    def test_more_than_a_page_is_all_in_the_file(self, hr, firm, monkeypatch) -> None:
        monkeypatch.setattr(exemption_queries, "PAGE_SIZE", 1)
        for module in (list_files, "learning.compliance.routes.exemptions_file"):
            target = module if isinstance(module, str) else module.__name__
            monkeypatch.setattr(f"{target}.AT_ONCE", 1)

        assert len(shown(hr.text("/staff/exemptions"))) == 1
        assert len(rows_of(hr.post(self.FILE, unit=firm.units[0].public_id))) == 2

    def test_that_it_left_is_noted_and_a_foreign_unit_looks_missing(
        self, hr, firm, foreign, database
    ) -> None:
        hr.post(self.FILE, unit=firm.units[0].public_id, kind="statuses")

        assert last_act(database)[0] == "staff_status.downloaded"
        answers = [hr.post(self.FILE, unit=raw) for raw in (foreign, "nowhere")]
        assert [one.status_code for one in answers] == [404, 404]
        assert last_act(database)[0] == "staff_status.downloaded"
