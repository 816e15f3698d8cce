"""HR's list of people: paged by name, counted to a bound, its totals asked for afterwards."""

from datetime import timedelta

import pytest

from learning.accounts.models import User
from learning.certification.queries import CertificateView
from learning.certification.rules import State
from learning.certification.services import external
from learning.compliance import queries, words
from learning.compliance.queries import StaffFilter
from learning.compliance.queries.grid import Turn
from learning.compliance.rules import StaffState
from learning.kernel.clock import utc_now
from tests.compliance.staffed import make_firm
from tests.factories.external import make_employer, make_external
from tests.factories.people import log_in, make_membership


def test_pages_follow_each_other_by_name_within_the_filter(session, now) -> None:
    firm = make_firm(session, now)
    for number in range(60):
        firm.hire(f"员工{number}", 2)
    firm.hire("厂里的人", 0)
    wanted = StaffFilter(unit=firm.units[2].public_id)
    everybody = [one.name for one in queries.iterate_staff(session, firm.actor, wanted, now)]

    first = queries.list_staff(session, firm.actor, wanted, now, turn=Turn())
    turn = Turn(after=first.lines[-1].public_id)
    second = queries.list_staff(session, firm.actor, wanted, now, turn=turn)

    assert len(everybody) == 60
    assert [one.name for one in (*first.lines, *second.lines)] == everybody
    assert (first.has_before, first.has_after) == (False, True)
    assert (second.has_before, second.has_after) == (True, False)


def test_who_fits_is_counted_within_the_filter_alone(session, now) -> None:
    firm = make_firm(session, now)
    firm.hire("甲", 2)
    firm.hire("乙", 0)
    nobody_learned = StaffFilter(state=StaffState.NOT_LEARNED)

    assert queries.count_staff(session, firm.actor, nobody_learned, now) == 2
    assert queries.count_staff(session, firm.actor, StaffFilter(search="甲"), now) == 1


def test_who_holds_something_is_asked_of_what_is_held_not_of_certificates(session, now) -> None:
    firm = make_firm(session, now)
    for name, days in (("久", 500), ("近", 20), ("过", -3), ("无", None)):
        person = firm.hire(name, 2)
        if days is not None:
            firm.hold(person, 0, days)

    def found(state: StaffState) -> set[str]:
        wanted = StaffFilter(state=state)
        return {one.name for one in queries.iterate_staff(session, firm.actor, wanted, now)}

    assert found(StaffState.HOLDS) == {"久", "近"}
    assert found(StaffState.EXPIRING) == {"近"}
    assert found(StaffState.HOLDS_NONE) == {"过", "无"}


def test_the_list_says_where_its_totals_are(app, database) -> None:
    now = utc_now()
    with database.transaction() as session:
        firm = make_firm(session, now)
        firm.hire("甲", 2)
        hr = firm.hr
    client = app.test_client()
    log_in(client, database, hr, now)

    assert 'data-part="/staff/totals"' in client.get("/staff").text
    assert "符合全部条件：共 1 人" in client.get("/staff/totals").text


class TestWhatIsOnFile:
    @pytest.fixture
    def employer(self, session, now):
        return make_employer(session, now)

    def certificates(self, session, employer, now, person=None):
        person = person or employer.staff[0]
        line = queries.get_staff(session, employer.hr, person.public_id, now)
        return [(one.number, one.state) for one in line.certificates]

    def test_it_is_told_once_it_is_checked(self, session, now, employer) -> None:
        row = make_external(session, now, employer)
        before = self.certificates(session, employer, now)
        external.check(session, employer.second, row.public_id, now=now)

        assert before == []
        assert self.certificates(session, employer, now) == [("T1", State.VALID)]
        late = row.ends_at + timedelta(days=1)
        assert self.certificates(session, employer, late) == [("T1", State.OVERDUE)]
        over = row.valid_until + timedelta(days=1)
        assert self.certificates(session, employer, over) == [("T1", State.EXPIRED)]

    def test_what_another_employer_has_on_file_is_not_told(self, session, now, employer) -> None:
        other = make_employer(session, now, "别的企业")
        person = employer.staff[0]
        make_membership(session, now, person, other.unit, staff_no="X1")
        row = make_external(session, now, other, staff_no="X1")
        external.check(session, other.second, row.public_id, now=now)

        assert self.certificates(session, employer, now) == []
        assert self.certificates(session, other, now, person) == [("T1", State.VALID)]


def test_a_persons_page_says_of_each_certificate_whether_it_is_valid(app, database) -> None:
    now = utc_now()
    with database.transaction() as session:
        employer = make_employer(session, now)
        row = make_external(session, now, employer)
        external.check(session, employer.second, row.public_id, now=now)
        hr = session.get_one(User, employer.hr.user_id)
        person = employer.staff[0].public_id
        session.flush()
        session.expunge_all()
    client = app.test_client()
    log_in(client, database, hr, now)

    page = client.get(f"/staff/{person}").text

    assert '<td class="num" data-label="编号">T1</td>' in page
    assert '<span class="qa-mark" data-s="pass">有效</span>' in page
    assert 'href="/staff/grid?q=' in page


@pytest.mark.parametrize(
    ("state", "days", "soon", "stands", "listed"),
    [
        (State.VALID, 400, False, "有效", "甲证"),
        (State.VALID, 20, True, "还有 20 天", "甲证 还有 20 天"),
        (State.EXPIRED, -3, False, "已过期", "甲证 已过期"),
        (State.OVERDUE, -3, False, "复审逾期", "甲证 复审逾期"),
        (State.SUSPENDED, 400, False, "暂停中", "甲证 暂停中"),
    ],
)
def test_how_a_certificate_stands_is_said_with_its_scheme_only_in_a_list(
    app, now, state, days, soon, stands, listed
) -> None:
    until = now + timedelta(days=days)
    held = CertificateView(
        1, "p", "a", "甲证", "N1", "", now, until, state, expires_soon=soon, issuer_name="甲"
    )

    with app.test_request_context():
        assert words.standing_mark(held, now).text == stands
        assert words.certificate_mark(held, now).text == listed
