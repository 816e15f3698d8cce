"""Long reports for auditors: left to the worker, taken by who asked, forgotten."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from learning.compliance.jobs import OLD_REPORTS, REPORTS
from learning.compliance.models import CoverageReport
from learning.compliance.presentation.reports import sealed
from learning.compliance.routes import reports as pages
from learning.compliance.services import reports
from learning.kernel.audit import AuditEntry
from learning.kernel.clock import utc_now
from learning.kernel.errors import Conflict, NotFound
from learning.kernel.permissions import Role
from tests.compliance.staffed import make_firm
from tests.factories.people import grant_role, log_in, make_actor, make_user, unit_grant

DAY = date(2026, 11, 1)
FACTS = {"title": "报告", "unit": "示例", "head": ["统计日"], "parts": []}


@pytest.fixture
def firm(session, now):
    return make_firm(session, now)


def order(firm, *, said: str = "示例", rows: int = 9) -> reports.Order:
    inputs, digest = sealed({**FACTS, "unit": said})
    return reports.Order(firm.units[0].id, DAY, DAY, inputs, digest, rows)


def test_a_report_is_ordered_once_and_three_wait_at_most(session, now, firm) -> None:
    assert reports.order_report(session, firm.actor, order(firm), now=now)
    assert not reports.order_report(session, firm.actor, order(firm), now=now)
    for said in "乙丙":
        assert reports.order_report(session, firm.actor, order(firm, said=said), now=now)

    with pytest.raises(Conflict, match="reports_waiting"):
        reports.order_report(session, firm.actor, order(firm, said="丁"), now=now)

    assert len(reports.list_reports(session, firm.actor, now)) == 3


def test_the_first_ordered_is_begun_first_and_given_up_after_three_tries(
    session, now, firm
) -> None:
    reports.order_report(session, firm.actor, order(firm), now=now)
    later = now + timedelta(minutes=1)
    reports.order_report(session, firm.actor, order(firm, said="乙"), now=later)

    first = [reports.begin_report(session, later) for _ in range(3)]
    then = reports.begin_report(session, later)

    assert len({begun[0] for begun in first}) == 1
    assert then is not None
    assert then[0] != first[0][0]
    newest, oldest = reports.list_reports(session, firm.actor, later)
    assert (oldest.error, newest.is_waiting) == ("gave_up", True)


def test_a_short_report_goes_before_a_long_one_that_has_not_waited_long(session, now, firm) -> None:
    reports.order_report(session, firm.actor, order(firm, said="长", rows=60_000), now=now)
    soon = now + timedelta(minutes=1)
    reports.order_report(session, firm.actor, order(firm, said="短", rows=2_000), now=soon)

    _first_id, next_soon = reports.begin_report(session, soon)
    _then_id, next_late = reports.begin_report(session, now + reports.PATIENCE)

    assert ("短" in next_soon, "长" in next_late) == (True, True)


def test_only_who_asked_takes_it_while_in_reach_and_for_a_week(session, now, firm) -> None:
    reports.order_report(session, firm.actor, order(firm), now=now)
    view = reports.list_reports(session, firm.actor, now)[0]
    with pytest.raises(NotFound):
        reports.take_report(session, firm.actor, view.public_id, now)  # not made yet
    report_id, inputs = reports.begin_report(session, now)
    reports.keep_report(session, report_id, b"%PDF", now)

    made = reports.take_report(session, firm.actor, view.public_id, now)
    assert (made.body, made.inputs, bool(inputs)) == (b"%PDF", "", True)
    second = make_user(session, now, "人力乙")
    colleague = make_actor(second, unit_grant(Role.HR_MANAGER, firm.units[0]))
    without = make_actor(firm.hr)
    for actor, at in (
        (colleague, now), (without, now), (firm.actor, now + reports.KEPT)
    ):  # fmt: skip
        with pytest.raises(NotFound):
            reports.take_report(session, actor, view.public_id, at)
        assert reports.list_reports(session, actor, at) == []


def test_the_worker_sets_it_notes_what_it_cannot_set_and_forgets_it(
    database, now, monkeypatch
) -> None:
    with database.transaction() as session:
        firm = make_firm(session, now)
        reports.order_report(session, firm.actor, order(firm), now=now)
        broken = order(firm, said="坏")
        wrong = reports.Order(broken.unit_id, DAY, DAY, "{", broken.sha256, 1)
        reports.order_report(session, firm.actor, wrong, now=now + timedelta(seconds=1))

    assert [REPORTS.run(database, now) for _ in range(3)] == [1, 1, 0]

    with database.transaction() as session:
        first, second = session.scalars(select(CoverageReport).order_by(CoverageReport.id))
        assert first.body.startswith(b"%PDF")
        assert (first.error, second.body, bool(second.error)) == ("", None, True)
    after = now + reports.KEPT + timedelta(days=1, seconds=2)
    assert [OLD_REPORTS.run(database, after) for _ in range(3)] == [1, 1, 0]


def test_a_long_report_is_watched_and_taken_on_its_page(app, database, monkeypatch) -> None:
    now = utc_now()
    monkeypatch.setattr(pages, "AT_ONCE", 0)
    with database.transaction() as session:
        firm = make_firm(session, now)
        grant_role(session, now, firm.hr, Role.HR_MANAGER, firm.units[0])
        firm.require(0, 0)
        firm.hire("赵缺", 2, 0)
        unit = firm.units[0].public_id
    client = app.test_client()
    log_in(client, database, firm.hr, now)
    token = client.get("/staff/coverage").text.split('name="csrf_token"')[1].split('"')[1]

    sent = client.post("/staff/coverage/report.pdf", data={"unit": unit, "csrf_token": token})
    waiting = client.get("/staff/coverage/reports").text
    REPORTS.run(database, utc_now())
    page = client.get("/staff/coverage/reports").text
    address = page.split('href="/staff/coverage/reports/')[1].split('"')[0]
    file = client.get(f"/staff/coverage/reports/{address}")

    assert (sent.status_code, sent.location) == (303, "/staff/coverage/reports")
    assert "排队中" in waiting
    assert "look_again.js" in waiting
    assert "look_again.js" not in page
    assert file.data.startswith(b"%PDF")
    with database.transaction() as session:
        acts = session.scalars(select(AuditEntry.act).order_by(AuditEntry.id)).all()
    assert acts[-2:] == ["coverage.printed", "coverage.report_downloaded"]
