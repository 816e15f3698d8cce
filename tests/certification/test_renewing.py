"""Renewals: in the window and the grace, through suspensions, and by who decides late."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from learning.accounts.models import User
from learning.certification import queries, services
from learning.certification.models import (
    AwardDecision,
    AwardFile,
    Certificate,
    CertificateReplacement,
    Holding,
)
from learning.certification.rules.holdings import FOREVER
from learning.certification.rules.terms import Decider, NeedKind
from learning.kernel.errors import Conflict
from learning.kernel.permissions import Role
from tests.certification.test_files import certificates, count, do, drain, publish
from tests.certification.test_terms import HOURS, RENEWABLE
from tests.factories.certification import make_office
from tests.factories.people import make_actor, make_user, unit_grant


class TestRenewal:
    def renewable(self, session, now, person):
        """A certificate of 36 months under terms that renew by hours or exam."""
        office = make_office(session, now)
        publish(session, office, RENEWABLE, now)
        do(session, office, person, NeedKind.EXAM, now)
        return office, certificates(session)[0]

    def test_hours_in_the_window_renew_and_the_term_continues_from_the_old_end(
        self, session, now
    ) -> None:
        person = make_user(session, now)
        office, old = self.renewable(session, now, person)
        later = old.valid_until - timedelta(days=80)
        measure = {
            "hours_milli": HOURS.hours_milli,
            "field": HOURS.field.value,
            "within_months": HOURS.within_months,
        }

        do(session, office, person, NeedKind.HOURS, later, **measure)

        _old, new = certificates(session)
        link = session.scalars(select(CertificateReplacement)).one()
        decision = session.get(AwardDecision, new.decision_id)
        assert (link.certificate_id, link.successor_id) == (old.id, new.id)
        assert decision.kind == "renewal"
        assert (new.valid_from, new.valid_until) == (
            later,
            datetime(2032, 11, 21, 16, tzinfo=UTC) - timedelta(microseconds=1),
        )
        known = session.scalars(
            select(Holding).where(Holding.known_until == FOREVER).order_by(Holding.held_from)
        ).all()
        assert known[0].held_until == known[1].held_from == later

    def test_an_exam_in_the_grace_renews_from_the_decision(self, session, now) -> None:
        person = make_user(session, now)
        office, old = self.renewable(session, now, person)
        later = old.valid_until + timedelta(days=20)

        do(session, office, person, NeedKind.EXAM, later, key="sitting:9")

        new = certificates(session)[1]
        assert new.valid_from == later
        assert new.valid_until > later + timedelta(days=3 * 365 - 1)

    def test_a_pass_before_the_window_waits_and_renews_when_it_opens(self, session, now) -> None:
        person = make_user(session, now)
        office, old = self.renewable(session, now, person)
        do(session, office, person, NeedKind.EXAM, now + timedelta(days=400), key="sitting:9")
        assert count(session, Certificate) == 1

        opened = services.open_renewals(session, old.valid_until - timedelta(days=89))

        assert opened == 1
        assert [one.user_id for one in certificates(session)] == [person.id] * 2

    def test_what_was_ready_during_a_suspension_renews_when_it_is_lifted(
        self, database, now
    ) -> None:
        with database.transaction() as session:
            person = make_user(session, now)
            office, old = self.renewable(session, now, person)
            later = old.valid_until - timedelta(days=80)
            act = {"reason": "核查", "now": later}
            services.suspend_certificate(session, office.actor, old.public_id, **act)
            do(session, office, person, NeedKind.EXAM, later, key="sitting:9")
        drain(database, later)
        with database.transaction() as session:
            assert count(session, Certificate) == 1
            services.lift_suspension(session, office.actor, old.public_id, **act)

        drain(database, later)

        with database.session(write=False) as session:
            assert count(session, Certificate) == 2
            assert count(session, AwardFile) == 2  # the first and the renewal, no other

    def test_a_renewal_that_was_complete_in_time_is_not_lost_by_who_decides_late(
        self, session, now
    ) -> None:
        person = make_user(session, now)
        office, old = self.renewable(session, now, person)
        publish(session, office, replace(RENEWABLE, decider=Decider.PERSON), now)
        do(session, office, person, NeedKind.EXAM, old.valid_until, key="sitting:9")
        file = queries.find_open_file(session, office.scheme_id, person.id)
        late = old.valid_until + timedelta(days=31)

        services.decide_file(
            session,
            make_actor(make_user(session, now), unit_grant(Role.DECIDER, office.issuer)),
            file.public_id,
            outcome=services.Outcome.GRANTED,
            reason="",
            teachers=lambda *_: {},
            now=late,
        )

        assert session.scalars(select(CertificateReplacement.certificate_id)).all() == [old.id]
        assert certificates(session)[1].valid_from == late

    def test_a_suspension_that_outlasts_the_term_can_still_be_lifted_for_the_renewal(
        self, database, now
    ) -> None:
        with database.transaction() as session:
            person = make_user(session, now)
            office, old = self.renewable(session, now, person)
            person_id, raw_id = person.id, old.public_id
            in_grace = old.valid_until + timedelta(days=20)
            act = {"reason": "核查", "now": now}
            services.suspend_certificate(session, office.actor, raw_id, **act)
        drain(database, now)
        with database.transaction() as session:
            person = session.get_one(User, person_id)
            do(session, office, person, NeedKind.EXAM, in_grace, key="sitting:9")
            assert count(session, Certificate) == 1
            act = {"reason": "查清", "now": in_grace}
            services.lift_suspension(session, office.actor, raw_id, **act)
            with pytest.raises(Conflict):
                services.lift_suspension(session, office.actor, raw_id, **act)

        drain(database, in_grace)

        with database.session(write=False) as session:
            assert count(session, CertificateReplacement) == 1

    def test_past_the_grace_one_begins_anew_and_nothing_is_replaced(self, session, now) -> None:
        person = make_user(session, now)
        office, old = self.renewable(session, now, person)

        late = old.valid_until + timedelta(days=31)
        do(session, office, person, NeedKind.EXAM, late, key="sitting:9")

        assert count(session, Certificate) == 2
        assert count(session, CertificateReplacement) == 0

    def test_hours_without_an_exam_do_not_make_a_first_certificate(self, session, now) -> None:
        office = make_office(session, now)
        publish(session, office, RENEWABLE, now)
        person = make_user(session, now)

        do(session, office, person, NeedKind.HOURS, now, hours_milli=90_000,
           field="professional", within_months=36)  # fmt: skip

        assert count(session, Certificate) == 0
