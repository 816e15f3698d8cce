"""Two who authorise the same people at once give each of them one card."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from threading import Barrier

from sqlalchemy import func, select

from learning.compliance.models import Authorisation
from learning.compliance.services import authorisations as services
from learning.kernel.db import Database
from learning.kernel.errors import Conflict
from tests.factories.authorisations import give, hold, make_shop, make_worker, require


def test_a_form_sent_twice_at_once_authorises_once(database: Database, now, monkeypatch) -> None:
    with database.transaction() as session:
        shop = make_shop(session, now)
        people = [make_worker(session, now, shop, name) for name in ("李娜", "王强")]
        require(session, now, shop)
        for person in people:
            hold(session, now, shop, person)
    begun = Barrier(2)
    resolve = services.resolve

    def resolved_together(*given: object) -> object:
        found = resolve(*given)
        if database.engine.dialect.name == "postgresql":  # SQLite has one writer anyway
            begun.wait(timeout=10)
        return found

    monkeypatch.setattr(services, "resolve", resolved_together)

    def send(now: datetime) -> str:
        try:
            with database.transaction() as session:
                return f"{len(give(session, now, shop, *people))} given"
        except Conflict as error:
            return error.code

    with ThreadPoolExecutor(2) as both:
        given = sorted(both.map(send, [now, now]))

    assert given == ["2 given", "authorised_already"]
    with database.session(write=False) as session:
        assert session.scalar(select(func.count()).select_from(Authorisation)) == 2
