"""What exam rooms told is kept for its time, and longer while somebody needs it."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from learning.app import jobs
from learning.attempts.models import RoomEventRow
from learning.certification.jobs import prune
from learning.certification.models import Certificate, CertificateAppeal
from learning.certification.services.forgetting import find_oldest_waiting
from learning.exams.models import (
    ApplicationFile,
    Sitting,
    SittingAppeal,
    SittingApplication,
)
from learning.kernel.ids import new_public_id
from tests.certification.test_fallen import Case

YEAR = timedelta(days=366)


class Kept:
    """A case whose room told something, and the job that forgets it."""

    def __init__(self, database, now, settings) -> None:
        self.case, self.database, self.now = Case(database, now), database, now
        self.job = next(j for j in jobs(settings) if j.name == "certification.room_events")
        with database.transaction() as session:
            session.add(
                RoomEventRow(
                    attempt_id=self.case.attempt_id,
                    page="p" * 8,
                    seq=1,
                    kind="left",
                    at=now,
                    received_at=now,
                )
            )

    def certify_until(self, until) -> None:
        with self.database.transaction() as session:
            session.execute(update(Certificate).values(valid_until=until))

    def waits_since(self):
        with self.database.session(write=False) as session:
            return find_oldest_waiting(session)

    def left_after(self, time) -> int:
        self.job.run(self.database, self.now + time)
        with self.database.session(write=False) as session:
            return session.scalar(select(func.count()).select_from(RoomEventRow)) or 0


@pytest.fixture
def kept(database, now, settings) -> Kept:
    return Kept(database, now, settings)


def test_it_is_forgotten_after_its_months(kept: Kept) -> None:
    kept.certify_until(kept.now)

    assert kept.left_after(YEAR - timedelta(days=10)) == 1
    assert kept.left_after(YEAR + timedelta(days=10)) == 0


def test_it_is_kept_for_the_cycle_of_the_certificate(kept: Kept) -> None:
    kept.certify_until(kept.now + 3 * YEAR)
    before = kept.left_after(2 * YEAR)
    kept.certify_until(None)  # for life

    assert (before, kept.left_after(9 * YEAR)) == (1, 1)


def test_it_is_kept_while_an_appeal_is_open(kept: Kept) -> None:
    kept.certify_until(kept.now)
    with kept.database.transaction() as session:
        appeal = SittingAppeal(
            public_id="a" * 26,
            number="2026-1-1",
            sitting_id=kept.case.sitting.id,
            user_id=kept.case.user.id,
            kind="other",
            text="记录有误",
            state="lodged",
            lodged_at=kept.now,
            answer_by=kept.now,
        )
        session.add(appeal)
    during, since = kept.left_after(2 * YEAR), kept.waits_since()
    with kept.database.transaction() as session:
        session.execute(update(SittingAppeal).values(state="withdrawn"))

    assert (during, kept.left_after(2 * YEAR)) == (1, 0)
    assert (since, kept.waits_since()) == (kept.now, None)


def test_it_is_kept_while_an_appeal_against_the_certificate_is_open(kept: Kept) -> None:
    kept.certify_until(kept.now)
    with kept.database.transaction() as session:
        appeal = CertificateAppeal(
            public_id=new_public_id(),
            number="C26-1-0001",
            scheme_id=session.scalars(select(Certificate.scheme_id)).one(),
            user_id=kept.case.user.id,
            kind="revoked",
            source_id=1,
            text="撤销的依据有误",
            lodged_at=kept.now,
            answer_by=kept.now,
        )
        session.add(appeal)
    during, since = kept.left_after(2 * YEAR), kept.waits_since()
    decided = {"verdict": "rejected", "decided_by": kept.case.user.id, "decided_at": kept.now}
    with kept.database.transaction() as session:
        session.execute(update(CertificateAppeal).values(decided))

    assert (during, kept.left_after(2 * YEAR)) == (1, 0)
    assert (since, kept.waits_since()) == (kept.now, None)


def test_what_was_sent_with_an_application_is_kept_for_the_cycle_of_the_certificate(
    kept: Kept,
) -> None:
    case, now = kept.case, kept.now
    kept.certify_until(now + 3 * YEAR)
    with kept.database.transaction() as session:
        session.get_one(Sitting, case.sitting.id).closed_at = now
        application = SittingApplication(
            public_id=new_public_id(),
            sitting_id=case.sitting.id,
            user_id=case.user.id,
            state="accepted",
            statement="五年检验经验",
            applied_by=case.user.id,
            applied_at=now,
            decided_by=case.office.examiner.id,
            decided_at=now,
        )
        session.add(application)
        session.flush()
        paper = {"kind": "evidence", "name": "a.png", "media_type": "image/png", "content": b"x"}
        owner = {"application_id": application.id, "public_id": new_public_id(), "added_at": now}
        session.add(ApplicationFile(**owner, **paper))

    during = prune(kept.database, now + 2 * YEAR)
    after = prune(kept.database, now + 3 * YEAR + timedelta(days=1))

    with kept.database.session(write=False) as session:
        left = session.scalar(select(func.count()).select_from(ApplicationFile))
    assert (during, after, left) == (0, 1, 0)
