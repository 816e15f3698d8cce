"""When people hold what schemes certify: spans, what was known when, issue and revocation."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select

from learning.certification import services
from learning.certification.models import Holding
from learning.certification.queries.holdings import held_at
from learning.certification.rules.holdings import FOREVER, HeldSpan, held_spans
from learning.certification.services.holdings import keep_holdings
from tests.factories.certification import make_certificate, make_office
from tests.factories.people import make_user

DAY = timedelta(days=1)
TICK = timedelta(microseconds=1)
FIRST = datetime(2026, 1, 1, tzinfo=UTC)


class TestSpans:
    def test_for_life_is_held_for_ever(self) -> None:
        assert held_spans(FIRST, None) == [HeldSpan(FIRST, FOREVER)]

    def test_the_last_instant_of_validity_counts_as_held(self) -> None:
        last = FIRST + 10 * DAY

        assert held_spans(FIRST, last) == [HeldSpan(FIRST, last + TICK)]

    def test_a_revocation_ends_it_and_one_after_the_term_changes_nothing(self) -> None:
        last = FIRST + 10 * DAY

        assert held_spans(FIRST, last, ended_at=FIRST + DAY) == [HeldSpan(FIRST, FIRST + DAY)]
        assert held_spans(FIRST, last, ended_at=last + DAY) == [HeldSpan(FIRST, last + TICK)]

    def test_suspensions_cut_it_and_one_not_lifted_ends_it(self) -> None:
        pauses = [(FIRST + 5 * DAY, None), (FIRST + DAY, FIRST + 2 * DAY)]

        assert held_spans(FIRST, None, pauses=pauses) == [
            HeldSpan(FIRST, FIRST + DAY),
            HeldSpan(FIRST + 2 * DAY, FIRST + 5 * DAY),
        ]

    def test_suspensions_may_overlap_and_reach_beyond_the_term(self) -> None:
        last = FIRST + 10 * DAY
        pauses = [
            (FIRST + DAY, FIRST + 4 * DAY),
            (FIRST + 2 * DAY, FIRST + 3 * DAY),
            (FIRST + 9 * DAY, FIRST + 20 * DAY),
        ]

        assert held_spans(FIRST, last, pauses=pauses) == [
            HeldSpan(FIRST, FIRST + DAY),
            HeldSpan(FIRST + 4 * DAY, FIRST + 9 * DAY),
        ]

    def test_revoked_on_the_instant_of_issue_is_never_held(self) -> None:
        assert held_spans(FIRST, None, ended_at=FIRST) == []


def holders(session, on, known_at) -> int:
    return session.scalar(
        select(func.count()).select_from(Holding).where(held_at(on, known_at=known_at))
    )


class TestKeeping:
    def test_an_issued_certificate_is_held_to_the_end_of_its_term(self, database, now) -> None:
        with database.transaction() as session:
            certificate = make_certificate(
                session, now, make_office(session, now), make_user(session, now)
            )
            end = certificate.valid_until

        with database.session(write=False) as session:
            assert holders(session, now, now) == 1
            assert holders(session, end, now) == 1
            assert holders(session, end + TICK, now) == 0
            assert holders(session, now - TICK, now) == 0
            assert holders(session, end, now - TICK) == 0  # not known yet

    def test_a_revocation_ends_it_and_what_was_known_before_stays_readable(
        self, database, now
    ) -> None:
        later = now + 5 * DAY
        with database.transaction() as session:
            office = make_office(session, now)
            certificate = make_certificate(session, now, office, make_user(session, now))
            services.revoke_certificate(
                session, office.actor, certificate.public_id, reason="冒名", now=later
            )

        with database.session(write=False) as session:
            assert holders(session, later, later) == 0
            assert holders(session, later - TICK, later) == 1
            assert holders(session, later + DAY, later - TICK) == 1  # as was known the day before

    def test_the_same_spans_again_write_nothing(self, database, now) -> None:
        with database.transaction() as session:
            office = make_office(session, now)
            certificate = make_certificate(session, now, office, make_user(session, now))
            for _ in range(2):
                keep_holdings(
                    session,
                    source_kind="certificate",
                    source_id=certificate.id,
                    user_id=certificate.user_id,
                    scheme_id=certificate.scheme_id,
                    spans=held_spans(certificate.valid_from, certificate.valid_until),
                    now=now + DAY,
                )

            rows = session.scalars(select(Holding)).all()
        assert [(row.known_from, row.known_until) for row in rows] == [(now, FOREVER)]
