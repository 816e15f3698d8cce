"""A candidate's file: what is done comes into it once, and a decision follows when all is there."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import func, select

from learning.certification import queries, services
from learning.certification.jobs import AWARD
from learning.certification.models import (
    AwardDecision,
    AwardFile,
    Certificate,
    Fulfilment,
    SchemeVersion,
)
from learning.certification.rules.terms import Need, NeedKind, plain_terms
from learning.certification.services import Deed
from learning.exams.events import RESULT_RECORDED, RESULT_WITHDRAWN, ResultRecorded
from learning.exams.models import ResultRow
from learning.kernel import events
from learning.kernel.db import to_us
from learning.kernel.errors import Invalid
from learning.kernel.events import deliver
from tests.certification.test_terms import EXAM, PROJECT, RENEWABLE, RICH
from tests.factories.certification import make_office, make_sitting, record_result
from tests.factories.people import make_user

AUTOMATIC = replace(RENEWABLE, first=((EXAM,), (PROJECT,)))


def publish(session, office, terms, now) -> int:
    return services.publish_terms(session, office.actor, office.scheme, terms=terms, now=now)


def attach(session, office, sitting, now) -> None:
    services.attach_sitting(
        session, office.actor, office.scheme, raw_sitting_id=sitting.public_id, now=now
    )


def do(session, office, user, kind, now, key="", **measure) -> bool:
    deed = Deed(office.scheme_id, user.id, kind, key or f"{kind}:1", now, measure)
    return services.record_deed(session, deed, now)


def drain(database, now) -> int:
    done = 0
    while made := deliver(database, AWARD, now):
        done += made
    return done


def count(session, model) -> int:
    return session.scalar(select(func.count()).select_from(model))


def certificates(session) -> list[Certificate]:
    return list(session.scalars(select(Certificate).order_by(Certificate.id)))


class TestTerms:
    def test_a_new_scheme_asks_for_a_pass_and_each_change_is_another_version(
        self, session, now
    ) -> None:
        office = make_office(session, now)

        assert publish(session, office, RICH, now) == 2
        assert publish(session, office, RICH, now) == 2

        versions = queries.list_versions(session, office.scheme_id)
        assert [v.number for v in versions] == [2, 1]
        assert [v.terms for v in versions] == [RICH, plain_terms(36)]

    def test_another_validity_on_the_scheme_is_another_version(self, session, now) -> None:
        office = make_office(session, now)
        scheme = queries.get_scheme(session, office.scheme_id)
        plan = replace(scheme.plan, validity_months=24)

        services.edit_scheme(session, office.actor, office.scheme, plan=plan, now=now)

        assert queries.find_terms(session, office.scheme_id, now).terms == plain_terms(24)

    def test_a_version_in_words_that_cannot_be_kept_is_refused_whole(self, session, now) -> None:
        office = make_office(session, now)

        with pytest.raises(Invalid) as caught:
            publish(session, office, replace(RICH, project=None, window_days=0), now)

        codes = {problem.code for problem in caught.value.problems}
        assert codes == {"criteria_missing", "window_missing"}
        assert count(session, SchemeVersion) == 1


class TestFile:
    def test_a_pass_waits_in_the_file_until_the_project_is_passed_too(self, database, now) -> None:
        with database.transaction() as session:
            office = make_office(session, now)
            sitting = make_sitting(session, now, office)
            attach(session, office, sitting, now)
            publish(session, office, AUTOMATIC, now)
            person = make_user(session, now)
            record_result(session, now, sitting, person)
        drain(database, now)
        with database.transaction() as session:
            assert count(session, Certificate) == 0
            file = queries.find_open_file(session, office.scheme_id, person.id)
            assert file.ready_at is None

            do(session, office, person, NeedKind.PROJECT, now)

        with database.session(write=False) as session:
            (certificate,) = certificates(session)
            decision = session.get(AwardDecision, certificate.decision_id)
            version = session.get(SchemeVersion, decision.scheme_version_id)
            assert (decision.source_kind, decision.kind, decision.decided_by) == (
                "file",
                "first",
                None,
            )
            assert version.number == 2
            kinds = [one["kind"] for one in json.loads(decision.basis)["fulfilled"]]
            assert sorted(kinds) == ["exam", "project"]
            assert queries.find_open_file(session, office.scheme_id, person.id) is None

    def test_a_decision_by_the_old_rule_names_its_version_too(self, database, now) -> None:
        with database.transaction() as session:
            office = make_office(session, now)
            sitting = make_sitting(session, now, office)
            attach(session, office, sitting, now)
            record_result(session, now, sitting, make_user(session, now))

        drain(database, now)

        with database.session(write=False) as session:
            decision = session.scalars(select(AwardDecision)).one()
            version = session.get(SchemeVersion, decision.scheme_version_id)
            assert (decision.source_kind, version.number) == ("sitting", 1)

    def test_what_is_told_twice_counts_once(self, session, now) -> None:
        office = make_office(session, now)
        publish(session, office, AUTOMATIC, now)
        person = make_user(session, now)

        assert do(session, office, person, NeedKind.EXAM, now)
        assert not do(session, office, person, NeedKind.EXAM, now)

        assert count(session, Fulfilment) == count(session, AwardFile) == 1

    def test_what_earned_a_certificate_earns_no_other(self, session, now) -> None:
        office = make_office(session, now)
        publish(session, office, replace(AUTOMATIC, renewal=()), now)
        person = make_user(session, now)
        for kind in (NeedKind.EXAM, NeedKind.PROJECT):
            do(session, office, person, kind, now)

        do(session, office, person, NeedKind.PROJECT, now, key="project:2")

        assert count(session, Certificate) == 1

    def test_where_a_person_decides_the_file_waits_ready(self, session, now) -> None:
        office = make_office(session, now)
        publish(session, office, RICH, now)
        person = make_user(session, now)
        do(session, office, person, NeedKind.EXAM, now)
        do(session, office, person, NeedKind.PROJECT, now)

        do(session, office, person, NeedKind.EXPERIENCE, now, years=4)

        file = queries.find_open_file(session, office.scheme_id, person.id)
        assert file.ready_at == now
        assert count(session, Certificate) == 0

    def test_terms_that_ask_less_are_met_by_who_waited(self, database, now) -> None:
        with database.transaction() as session:
            office = make_office(session, now)
            publish(session, office, AUTOMATIC, now)
            person = make_user(session, now)
            do(session, office, person, NeedKind.EXAM, now)
            publish(session, office, RENEWABLE, now)

        drain(database, now)

        with database.session(write=False) as session:
            assert [one.user_id for one in certificates(session)] == [person.id]

    @pytest.mark.parametrize(("before", "after", "met"), [(75, 85, True), (85, 75, False)])
    def test_a_corrected_pass_counts_with_the_points_it_has_now(
        self, database, now, before, after, met
    ) -> None:
        with database.transaction() as session:
            office = make_office(session, now)
            sitting = make_sitting(session, now, office)
            attach(session, office, sitting, now)
            terms = replace(AUTOMATIC, first=((Need(NeedKind.EXAM, cut_percent=80),), (PROJECT,)))
            publish(session, office, terms, now)
            person = make_user(session, now)
            record_result(session, now, sitting, person, points_milli=before * 1000)
        drain(database, now)
        with database.transaction() as session:
            row = session.scalars(select(ResultRow)).one()
            row.points_milli = after * 1000
            told = ResultRecorded(
                sitting.public_id, sitting.id, person.id, "a", after * 1000, 100_000, True,
                to_us(now), had_result=True, had_passed=True,
            )  # fmt: skip
            events.record(session, RESULT_RECORDED, told.payload(), now)
        drain(database, now)

        with database.transaction() as session:
            do(session, office, person, NeedKind.PROJECT, now)

            assert count(session, Certificate) == met
            standing = [
                one.measure["percent"]
                for one in queries.list_deeds(session, office.scheme_id, person.id)
                if one.kind is NeedKind.EXAM and one.withdrawn_at is None
            ]
            assert standing == [after]

    def test_a_result_that_falls_leaves_the_file_and_puts_the_certificate_in_doubt(
        self, database, now
    ) -> None:
        with database.transaction() as session:
            office = make_office(session, now)
            sitting = make_sitting(session, now, office)
            attach(session, office, sitting, now)
            publish(session, office, RENEWABLE, now)
            person = make_user(session, now)
            record_result(session, now, sitting, person)
        drain(database, now)
        with database.transaction() as session:
            session.execute(ResultRow.__table__.delete())
            told = ResultRecorded(
                sitting.public_id, sitting.id, person.id, "a", 0, 100_000, False, to_us(now),
                had_result=True, had_passed=True,
            )  # fmt: skip
            events.record(session, RESULT_WITHDRAWN, told.payload(), now)

        drain(database, now)

        with database.session(write=False) as session:
            (deed,) = queries.list_deeds(session, office.scheme_id, person.id)
            assert deed.withdrawn_at == now
            doubtful = queries.list_doubtful(session, office.scheme_id, now)
            assert [one.user_id for one in doubtful] == [person.id]


def test_fifty_parallel_looks_at_a_complete_file_issue_one_certificate(database, now) -> None:
    with database.transaction() as session:
        office = make_office(session, now)
        publish(session, office, RICH, now)
        person = make_user(session, now)
        do(session, office, person, NeedKind.EXAM, now)
        publish(session, office, replace(RENEWABLE, first=((Need(NeedKind.EXAM),),)), now)

    def look(_n: int) -> None:
        with database.transaction() as session:
            services.settle(session, office.scheme_id, person.id, now)

    with ThreadPoolExecutor(10) as pool:
        list(pool.map(look, range(50)))

    with database.session(write=False) as session:
        assert count(session, Certificate) == count(session, AwardDecision) == 1
