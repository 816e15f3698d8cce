"""Authorisations given before exemptions were kept among their grounds: found, or shown to HR."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import delete, select, update

from learning.compliance.jobs import AUTHORISATION_GROUNDS, AUTHORISATION_LAPSES
from learning.compliance.models import (
    Authorisation,
    AuthorisationEnd,
    AuthorisationGround,
    Exemption,
    Requirement,
)
from learning.compliance.queries.authorisations import (
    UNACCOUNTED,
    AuthorisationFilter,
    list_authorisations,
)
from learning.compliance.services.exemptions import end_exemption
from learning.kernel.audit import AuditEntry
from learning.kernel.clock import utc_now
from tests.competitions.browser import Browser
from tests.factories.authorisations import give, make_shop, make_worker, require, spare

DAY = timedelta(days=1)


def forget(session) -> None:
    """Leave of the acts what they told before."""
    for one in session.scalars(select(Authorisation)):
        told = {k: v for k, v in json.loads(one.basis).items() if k != "spared"}
        one.basis = json.dumps(told)
    session.execute(delete(AuthorisationGround).where(AuthorisationGround.is_spared))


@pytest.fixture
def old(database, now):
    """Somebody authorised thanks to an exemption, as it was kept before."""
    with database.transaction() as session:
        shop = make_shop(session, now)
        worker = make_worker(session, now, shop)
        require(session, now, shop)
        spare(session, now, shop, worker, shop.enterprise)
        give(session, now, shop, worker)
        forget(session)
        session.flush()
        session.expunge_all()
    return shop


def grounds(database) -> list[tuple[int, bool]]:
    with database.session(write=False) as session:
        rows = session.execute(select(AuthorisationGround.scheme_id, AuthorisationGround.is_spared))
        return [tuple(row) for row in rows]


def listed(database, shop, now) -> list[str]:
    with database.session(write=False) as session:
        wanted = AuthorisationFilter(state=UNACCOUNTED)
        return [one.name for one in list_authorisations(session, shop.actor, wanted, now)]


def test_the_exemption_of_its_first_day_becomes_its_ground_and_it_ends_with_it(
    database, now, old
) -> None:
    later = now + 2 * DAY
    with database.transaction() as session:  # ended by hand since; then it was to last
        end_exemption(
            session, old.actor, session.scalars(select(Exemption.public_id)).one(), now=later
        )

    assert AUTHORISATION_GROUNDS.run(database, later) == 1
    assert AUTHORISATION_GROUNDS.run(database, later) == 0
    assert grounds(database) == [(old.office.scheme_id, True)]
    assert listed(database, old, later) == []
    AUTHORISATION_LAPSES.run(database, later)

    with database.session(write=False) as session:
        assert session.scalars(select(AuthorisationEnd.cause)).all() == ["exemption"]
        acts = session.scalars(select(AuditEntry.act)).all()
    assert acts.count("authorisation.grounds_found") == 1


def test_what_no_exemption_known_then_explains_is_shown_to_hr(database, now, old) -> None:
    with database.transaction() as session:  # noted after the act: it was not given thanks to it
        session.execute(update(Exemption).values(recorded_at=now + DAY))
    later = now + 2 * DAY

    assert AUTHORISATION_GROUNDS.run(database, later) == 1

    assert grounds(database) == []
    assert listed(database, old, later) == ["张伟"]


def test_where_nothing_was_asked_nothing_is_amiss(database, now, old) -> None:
    with database.transaction() as session:
        session.execute(update(Requirement).values(level="optional"))
    later = now + 2 * DAY

    AUTHORISATION_GROUNDS.run(database, later)

    assert (grounds(database), listed(database, old, later)) == ([], [])


def test_hr_reads_on_the_page_what_is_not_explained_and_what_to_do(app, database, old) -> None:
    now = utc_now()
    with database.transaction() as session:
        session.execute(delete(Exemption))
    AUTHORISATION_GROUNDS.run(database, now)
    browser = Browser(app, database, now, old.hr)

    page = browser.get(f"/authorisations?state={UNACCOUNTED}").text
    address = page.split('th scope="row"><a href="')[1].split('"')[0]

    assert "依据不全" in page
    assert "张伟" in page
    read = browser.get(address).text
    assert "撤销后重新授权" in read
    assert "没有应持证要求" not in read
