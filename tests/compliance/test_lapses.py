"""What lapsed for a moment is on record though it would be in force again: once, and told."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from learning.accounts.models import PersonalNotice
from learning.certification.events import EXTERNAL_WITHDRAWN
from learning.certification.models import Holding
from learning.certification.rules.register import WithdrawGround
from learning.certification.services.acts import lift_suspension, suspend_certificate
from learning.certification.services.external import withdraw
from learning.certification.services.importing import undo_import
from learning.certification.services.schemes import revoke_certificate
from learning.compliance.jobs import AUTHORISATION_LAPSES, LAPSES_AT_ONCE
from learning.compliance.models import Authorisation, AuthorisationEnd, Exemption
from learning.compliance.queries.authorisations import list_own
from learning.compliance.services.authorisations import Wish, authorise
from learning.compliance.services.bulk_exemptions import end_batch
from learning.compliance.services.exemptions import end_exemption
from learning.kernel import events
from learning.kernel.audit import AuditEntry
from tests.factories.authorisations import (
    an_act,
    give,
    hold,
    make_shop,
    make_worker,
    require,
    spare,
)
from tests.factories.certification import make_certificate
from tests.factories.external import (
    import_list,
    make_employer,
    make_external,
)

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)


@pytest.fixture
def authorised(database, now):
    """Somebody authorised on a certificate, a day after the act."""
    with database.transaction() as session:
        shop = make_shop(session, now)
        worker = make_worker(session, now, shop)
        require(session, now, shop)
        certificate = make_certificate(session, now, shop.office, worker)
        give(session, now, shop, worker)
    deliver(database, now)
    return shop, worker, certificate.public_id, now + 2 * DAY


def deliver(database, now) -> None:
    events.deliver(database, LAPSES_AT_ONCE, now, 50)


def ends(database) -> list[tuple[str, object]]:
    with database.session(write=False) as session:
        rows = session.execute(select(AuthorisationEnd.cause, AuthorisationEnd.ended_at))
        return [tuple(row) for row in rows]


def test_a_suspension_lifted_before_anybody_looked_has_ended_the_authorisation(
    database, authorised
) -> None:
    shop, worker, certificate, now = authorised
    with database.transaction() as session:
        suspend_certificate(session, shop.office.actor, certificate, reason="待查", now=now)
        lift_suspension(session, shop.office.actor, certificate, reason="查清", now=now + MINUTE)
    later = now + 5 * MINUTE

    deliver(database, later)
    deliver(database, later)
    AUTHORISATION_LAPSES.run(database, later)

    assert ends(database) == [("certificate", now)]
    with database.session(write=False) as session:
        assert [one.state for one in list_own(session, worker.id, later)] == ["lapsed"]
        acts = select(func.count()).where(AuditEntry.act == "authorisation.lapsed")
        assert session.scalar(acts) == 1
        told = select(func.count()).where(
            PersonalNotice.user_id == worker.id, PersonalNotice.title.contains("失效")
        )
        assert session.scalar(told) == 1


def test_what_the_job_has_recorded_is_not_recorded_again(database, authorised) -> None:
    shop, _worker, certificate, now = authorised
    with database.transaction() as session:
        revoke_certificate(session, shop.office.actor, certificate, reason="冒名", now=now)

    AUTHORISATION_LAPSES.run(database, now + MINUTE)
    deliver(database, now + 2 * MINUTE)

    assert ends(database) == [("certificate", now + MINUTE)]


def test_who_was_authorised_anew_after_it_stays_authorised(database, authorised) -> None:
    shop, worker, certificate, now = authorised
    office = shop.office.actor
    with database.transaction() as session:
        suspend_certificate(session, office, certificate, reason="待查", now=now)
    AUTHORISATION_LAPSES.run(database, now)
    with database.transaction() as session:
        lift_suspension(session, office, certificate, reason="查清", now=now + MINUTE)
        anew = now + 2 * MINUTE
        give(session, anew, shop, worker, act=an_act(anew, first=anew.date()))

    deliver(database, now + 5 * MINUTE)

    with database.session(write=False) as session:
        states = [one.state for one in list_own(session, worker.id, now + 5 * MINUTE)]
    assert states == ["in_force", "lapsed"]


def test_a_certificate_issued_minutes_after_the_last_one_ended_closes_no_gap(
    database, authorised
) -> None:
    shop, worker, _certificate, now = authorised
    with database.transaction() as session:
        session.execute(update(Holding).values(held_until=now))  # its term
        make_certificate(session, now + 20 * MINUTE, shop.office, worker)

    deliver(database, now + 30 * MINUTE)

    assert ends(database) == [("certificate", now + 20 * MINUTE)]


def test_a_certificate_renewed_before_its_end_leaves_the_authorisation_alone(
    database, authorised
) -> None:
    shop, worker, _certificate, now = authorised
    with database.transaction() as session:
        make_certificate(session, now, shop.office, worker)

    deliver(database, now + MINUTE)

    assert ends(database) == []


def test_an_exemption_ended_early_ends_what_rests_on_it_at_once(database, now) -> None:
    with database.transaction() as session:
        shop = make_shop(session, now)
        worker = make_worker(session, now, shop)
        require(session, now, shop)
        spare(session, now, shop, worker, shop.enterprise)
        give(session, now, shop, worker)
    later = now + 2 * DAY

    with database.transaction() as session:
        exemption = session.scalars(select(Exemption.public_id)).one()
        end_exemption(session, shop.actor, exemption, now=later)

    assert ends(database) == [("exemption", later)]


def test_exemptions_ended_together_end_what_rests_on_each_at_once(database, now) -> None:
    with database.transaction() as session:
        shop = make_shop(session, now)
        require(session, now, shop)
        workers = [make_worker(session, now, shop, name) for name in ("张伟", "李娜", "王强")]
        for worker in workers:
            spare(session, now, shop, worker, shop.enterprise)
        session.execute(update(Exemption).values(batch="BATCH"))
        hold(session, now, shop, workers[2])  # who has come to hold it keeps the authorisation
        give(session, now, shop, *workers)
        kept = [worker.id for worker in workers[:2]]
    later = now + 2 * DAY

    with database.transaction() as session:
        assert end_batch(session, shop.actor, "BATCH", now=later) == 3

    assert ends(database) == [("exemption", later)] * 2
    with database.session(write=False) as session:
        lapsed = select(Authorisation.user_id).join(AuthorisationEnd)
        assert sorted(session.scalars(lapsed)) == sorted(kept)


def test_an_import_undone_ends_what_rested_on_its_certificates(database, now) -> None:
    with database.transaction() as session:
        employer = make_employer(session, now)
        rows = [employer.row(f"N{n}", name=name, staff_no=f"000{n}", line=n + 1)
                for n, name in ((1, "张三"), (2, "李四"))]  # fmt: skip
        raw_import = import_list(session, now, employer, rows)
        wish = Wish(employer.unit.public_id, "", employer.kind, "行车", "3 号")
        people = [person.public_id for person in employer.staff[:2]]
        act = an_act(now, equipment="行车", equipment_no="3 号")
        authorise(session, employer.hr, wish, act, people=people, now=now)
    later = now + 2 * DAY

    with database.transaction() as session:
        undo_import(session, employer.hr, employer.view, raw_import, now=later)
        # The same list again within the minute: held without a gap, but not for what was given.
        import_list(session, later + MINUTE, employer, rows)
    deliver(database, later + 2 * MINUTE)

    assert ends(database) == [("certificate", later)] * 2


def test_a_certificate_from_outside_taken_off_the_file_is_an_event(database, now) -> None:
    with database.transaction() as session:
        employer = make_employer(session, now)
        row = make_external(session, now, employer)
        withdraw(
            session,
            employer.hr,
            row.public_id,
            ground=WithdrawGround.ENDED,
            reason="发证机关吊销",
            now=now,
        )

    deliver(database, now)  # of somebody who is authorised for nothing

    with database.session(write=False) as session:
        kinds = session.scalars(select(events.EventRow.kind)).all()
    assert EXTERNAL_WITHDRAWN in kinds
