"""Two who end the same leave at the same moment: the first end stays, the second is refused."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event

from sqlalchemy import select

from learning.compliance.models import StaffStatus
from learning.compliance.queries.bulk import find_endable
from learning.compliance.services.bulk_exemptions import end_statuses
from learning.compliance.services.exemptions import end_status
from learning.kernel.errors import Conflict
from tests.compliance.staffed import make_firm

DAY = timedelta(days=1)


def test_leave_ended_by_two_at_once_keeps_the_first_end(database, now, monkeypatch) -> None:
    with database.transaction() as session:
        firm = make_firm(session, now)
        person = firm.hire("甲甲")
        firm.status(person, "leave")
        status = session.scalars(select(StaffStatus.public_id)).one()
    has_looked, is_done = Event(), Event()

    def look(*given):
        found = find_endable(*given)
        has_looked.set()
        is_done.wait(1)  # the other ends it now, or waits for us
        return found

    monkeypatch.setattr("learning.compliance.services.bulk_exemptions.find_endable", look)

    def together() -> int:
        with database.transaction() as session:
            return end_statuses(
                session, firm.actor, [person.id], "leave", ends_at=now + 2 * DAY, now=now
            )

    def alone() -> int:
        has_looked.wait(5)
        try:
            with database.transaction() as session:
                end_status(session, firm.actor, status, ends_at=now + DAY, now=now)
        except Conflict:
            return 0
        finally:
            is_done.set()
        return 1

    with ThreadPoolExecutor(2) as both:
        ended = [both.submit(act) for act in (together, alone)]
        assert sum(one.result() for one in ended) == 1
