"""Papers that do not count say so in the grid: suspended, or entered and not checked yet."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from learning.certification.models import ExternalCertificate, Holding
from learning.certification.services.acts import suspend_certificate
from learning.compliance.queries import grid as queries
from learning.compliance.queries.grid import GridFilter
from learning.compliance.routes.grid_words import cell_view
from learning.compliance.rules.grid import Cell, CellState
from learning.kernel.ids import new_public_id
from tests.compliance.staffed import Firm, make_firm
from tests.factories.certification import make_certificate, make_office


@pytest.fixture
def firm(session, now) -> Firm:
    made = make_firm(session, now)
    made.require(0, 0)
    made.hire("张三", 1, 0)
    return made


def enter(firm: Firm, organisation_id: int, ends: datetime, scheme: int = 0) -> ExternalCertificate:
    since = firm.now - timedelta(days=9)
    row = ExternalCertificate(
        public_id=new_public_id(), organisation_id=organisation_id,
        scheme_id=firm.schemes[scheme].id, user_id=firm.people[0].id, holder_name="张三",
        number=f"T{scheme}", number_key=f"t{scheme}", issuer="应急管理局", zone="Asia/Shanghai",
        valid_from=since, valid_until=ends, ends_at=ends, entered_by=firm.hr.id, entered_at=since,
    )  # fmt: skip
    firm.add(row)
    return row


def states(firm: Firm, *scheme_ids: int) -> list[tuple[CellState, bool]]:
    columns = list(scheme_ids) or [firm.schemes[0].id]
    rows = queries.iterate_rows(firm.session, firm.actor, GridFilter(), columns, firm.now)
    [row] = [one for one in rows if one.name == "张三"]
    return [(cell.state, cell.is_gap) for cell in row.cells]


def test_what_waits_for_its_check_says_so_on_the_list_of_its_own_firm(session, now, firm) -> None:
    other, later = make_firm(session, now), now + timedelta(days=300)
    strange = enter(firm, other.units[0].id, later)
    assert states(firm) == [(CellState.MISSING, True)]
    strange.organisation_id = firm.units[0].id
    enter(firm, firm.units[0].id, later, scheme=1)
    session.flush()

    ids = (firm.schemes[0].id, firm.schemes[1].id)
    assert states(firm, *ids) == [(CellState.UNCHECKED, True), (CellState.UNCHECKED, False)]
    strange.ends_at = strange.valid_until = now - timedelta(days=1)
    session.flush()
    assert states(firm) == [(CellState.MISSING, True)]


def test_a_missed_review_is_called_what_the_register_calls_it(session, now, firm) -> None:
    row = enter(firm, firm.units[0].id, now + timedelta(days=300))
    row.review_due = row.ends_at = now - timedelta(days=1)
    row.checked_at, row.checked_by = row.entered_at, firm.people[0].id
    firm.hold(firm.people[0], 0, 0)
    holding = session.scalars(select(Holding)).one()
    holding.source_id, holding.held_until = row.id, row.ends_at + timedelta(microseconds=1)
    session.flush()

    assert states(firm) == [(CellState.OVERDUE, True)]
    row.review_due, row.ends_at = None, row.valid_until
    row.withdrawn_at, row.withdrawn_by = holding.held_until, firm.hr.id
    row.withdraw_ground, row.withdraw_reason = "ended", "注销"
    session.flush()
    assert states(firm) == [(CellState.ENDED, True)]


def test_a_suspended_certificate_says_so(session, now, firm) -> None:
    office = make_office(session, now)
    certificate = make_certificate(session, now, office, firm.people[0])
    assert states(firm, office.scheme_id)[0][0] is CellState.VALID

    suspend_certificate(session, office.actor, certificate.public_id, reason="投诉核查", now=now)
    session.flush()

    assert states(firm, office.scheme_id) == [(CellState.SUSPENDED, False)]


def test_each_is_said_in_words(app, now) -> None:
    with app.test_request_context():
        views = [
            cell_view(Cell(state, None, is_required), ZoneInfo("Asia/Shanghai"))
            for state in (CellState.SUSPENDED, CellState.UNCHECKED, CellState.OVERDUE)
            for is_required in (True, False)
        ]
    assert [(view.text, view.status) for view in views] == [
        ("暂停中", "over"), ("暂停中", "none"), ("待核对", "due"), ("待核对", "none"),
        ("复审逾期", "over"), ("复审逾期", "none"),
    ]  # fmt: skip
