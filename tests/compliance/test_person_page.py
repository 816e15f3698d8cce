"""HR's page of a person: what the post asks beside what is held, and the way to the record."""

import pytest
from sqlalchemy import update

from learning.compliance.queries.asked import NOTHING_ASKED, find_place, read_asked
from learning.compliance.rules.grid import CellState
from learning.kernel.clock import utc_now
from learning.kernel.permissions import Permission
from learning.organisations.models import Membership
from learning.organisations.queries import units_in_reach
from tests.compliance.staffed import make_firm
from tests.factories.people import log_in


class TestWhatIsAsked:
    @pytest.fixture
    def firm(self, session, now):
        firm = make_firm(session, now)
        firm.require(0, 0)
        firm.require(0, 1)
        firm.require(0, 2, level="optional")
        return firm

    def read(self, session, firm, person, now):
        reach = units_in_reach(session, firm.actor, Permission.COMPLIANCE_READ, now)
        return read_asked(session, reach, person.id, now)

    def states(self, session, firm, person, now):
        found = self.read(session, firm, person, now)
        return [(one.title, one.cell.state) for one in found.schemes]

    def test_what_is_lacking_comes_before_what_is_held(self, session, now, firm) -> None:
        person = firm.hire("某人", 2, 0)
        firm.hold(person, 0, 500)
        firm.hold(person, 2, 20)

        assert self.states(session, firm, person, now) == [
            ("证书1", CellState.MISSING),
            ("证书2", CellState.EXPIRING),
            ("证书0", CellState.VALID),
        ]
        assert self.read(session, firm, person, now).gaps == 1

    def test_what_a_post_leaves_open_is_told_of_who_holds_it_alone(
        self, session, now, firm
    ) -> None:
        person = firm.hire("某人", 2, 0)

        titles = [one.title for one in self.read(session, firm, person, now).schemes]

        assert titles == ["证书0", "证书1"]

    def test_nothing_is_asked_of_who_is_away_nor_of_who_has_no_post(
        self, session, now, firm
    ) -> None:
        away, idle = firm.hire("休假的", 2, 0), firm.hire("无岗的", 2)
        firm.status(away, "leave")

        of_away, of_idle = (self.read(session, firm, one, now) for one in (away, idle))

        assert (of_away.schemes, of_away.is_on_leave) == ([], True)
        assert (of_idle.schemes, of_idle.posts, of_idle.is_on_leave) == ([], [], False)

    def test_of_somebody_elsewhere_nothing_is_told(self, session, now, firm) -> None:
        other = make_firm(session, now)
        other.require(0, 0)
        person = other.hire("别厂的人", 2, 0)
        reach = units_in_reach(session, firm.actor, Permission.COMPLIANCE_READ, now)

        assert self.read(session, firm, person, now) == NOTHING_ASKED
        assert find_place(session, reach, person.id, now) == ""


def test_the_page_says_what_the_person_lacks_and_leads_to_the_record_and_back(
    app, database
) -> None:
    now = utc_now()
    with database.transaction() as session:
        firm = make_firm(session, now)
        firm.require(0, 0)
        firm.require(0, 1)
        person = firm.hire("赵缺", 2, 0, staff_no="0007")
        firm.hold(person, 0, 20)
        hr, public_id, team = firm.hr, person.public_id, firm.units[2].public_id
    client = app.test_client()
    log_in(client, database, hr, now)

    page = client.get(f"/staff/{public_id}").text
    record = client.get(f"/units/{team}/people/{public_id}").text

    asked = page.split('id="asked"')[1].split("</section>")[0]
    assert "缺 1 证" in asked
    assert asked.index("证书1") < asked.index("未持") < asked.index("证书0")
    assert f'href="/units/{team}/people/{public_id}"' in page
    assert f'href="/staff/{public_id}"' in record


def test_somebody_who_left_has_a_record_that_leads_to_no_page_of_certificates(
    app, database
) -> None:
    now = utc_now()
    with database.transaction() as session:
        firm = make_firm(session, now)
        person = firm.hire("已离职", 2)
        session.execute(
            update(Membership).where(Membership.user_id == person.id).values(valid_to=now)
        )
        hr, public_id, firm_id = firm.hr, person.public_id, firm.units[0].public_id
    client = app.test_client()
    log_in(client, database, hr, now)

    record = client.get(f"/units/{firm_id}/people/{public_id}")

    assert record.status_code == 200
    assert "/staff/" not in record.text.split("<main")[1]


def test_a_worker_reads_what_the_own_post_asks_and_how_to_come_to_it(app, database) -> None:
    now = utc_now()
    with database.transaction() as session:
        firm = make_firm(session, now)
        for scheme in range(3):
            firm.require(0, scheme)
        firm.schemes[1].kind = "external"
        worker = firm.hire("工人", 2, 0)
        firm.hold(worker, 2, 500)
        idle = firm.hire("无岗的", 2)
        session.flush()

    def page_of(user) -> str:
        client = app.test_client()
        log_in(client, database, user, now)
        return client.get("/authorisations/mine").text

    rows = page_of(worker).split("<li>")
    asked = {
        title: next(row for row in rows if title in row) for title in ("证书0", "证书1", "证书2")
    }

    assert "考试合格后自动发证" in asked["证书0"]
    assert 'href="/sittings"' in asked["证书0"]
    assert "由发证机关核发" in asked["证书1"]
    assert "有效" in asked["证书2"]
    assert "btn" not in asked["证书2"]
    assert "单位还没有登记您的岗位" in page_of(idle)
