"""What a scheme is called stands in the reader's language, where it is called something in it."""

from datetime import timedelta

import pytest

from learning.accounts.models import User
from learning.certification.queries.register import list_offered
from learning.compliance.rules.requirements import Period
from learning.compliance.services.bulk_exemptions import exempt_people
from learning.kernel.clock import utc_now
from learning.kernel.permissions import Role
from tests.competitions.browser import Browser
from tests.factories.authorisations import give, hold, make_shop, make_worker, require
from tests.factories.external import make_employer, make_external
from tests.factories.people import grant_role, log_in

TITLE, TITLE_EN = "低压电工", "Low-voltage electrician"


@pytest.fixture
def reading(app, database):
    now = utc_now()
    with database.transaction() as session:
        employer = make_employer(session, now)
        paper = make_external(session, now, employer).public_id
        period = Period(now, now + timedelta(days=30))
        exempt_people(
            session, employer.hr, employer.view, [employer.staff[1].id], employer.kind,
            reason="将退休", period=period, now=now,
        )  # fmt: skip
        assert [one.title_en for one in list_offered(session, employer.unit.id)] == [TITLE_EN]
        hr = session.get_one(User, employer.hr.user_id)
    client = app.test_client()
    log_in(client, database, hr, now)

    def read(address: str, language: str) -> str:
        page = client.get(
            f"{address.format(unit=employer.unit.public_id, paper=paper)}?lang={language}"
        )
        assert page.status_code == 200
        return page.text

    return read


@pytest.mark.parametrize(
    "address",
    [
        "/staff/exemptions",
        "/staff/assignments/new",
        "/authorisations/new",
        "/external-certificates",
        "/external-certificates/{unit}/new",
        "/external-certificates/{unit}/kinds",
        "/external-certificates/certificates/{paper}",
    ],
)
def test_a_register_calls_a_scheme_in_the_readers_language(reading, address: str) -> None:
    chinese, english = reading(address, "zh_CN"), reading(address, "en")

    assert TITLE in chinese
    assert TITLE_EN not in chinese
    assert TITLE_EN in english
    assert TITLE not in english


def test_schemes_and_what_an_authorisation_rests_on_are_called_in_the_readers_language(
    app, database
) -> None:
    now = utc_now()
    with database.transaction() as session:
        shop = make_shop(session, now)
        worker = make_worker(session, now, shop)
        require(session, now, shop)
        hold(session, now, shop, worker)
        [given] = give(session, now, shop, worker)
        grant_role(session, now, shop.hr, Role.EXAMINER, shop.office.issuer)
        hr = shop.hr
        session.expunge_all()
    client = app.test_client()
    log_in(client, database, hr, now)

    for address in (f"/authorisations/{given}", "/schemes"):
        chinese, english = (client.get(f"{address}?lang={one}").text for one in ("zh_CN", "en"))
        assert "全面质量管理基础" in chinese
        assert "Foundations of TQM" in english
        assert "全面质量管理基础" not in english


def test_what_somebody_lacks_is_called_in_the_language_of_who_authorises(app, database) -> None:
    now = utc_now()
    with database.transaction() as session:
        shop = make_shop(session, now)
        worker = make_worker(session, now, shop)
        require(session, now, shop)
        hr = shop.hr
        session.expunge_all()
    browser = Browser(app, database, now, hr)
    browser.get("/account?lang=en")
    act = {
        "unit": shop.enterprise.public_id,
        "post": shop.post.public_id,
        "person": worker.public_id,
        "first": (now + timedelta(days=1)).date().isoformat(),
    }

    refused = browser.post("/authorisations/new", act)

    assert refused.status_code == 400
    assert f"{worker.display_name}: Foundations of TQM" in refused.text
    assert "全面质量管理基础" not in refused.text
