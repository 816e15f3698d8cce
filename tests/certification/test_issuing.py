"""From a recorded pass to one certificate: decisions, serials, revocation."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from learning.certification import queries, services
from learning.certification.events import AWARD_DUE, ISSUED, REVOKED
from learning.certification.jobs import AWARD
from learning.certification.models import (
    AwardDecision,
    Certificate,
    Revocation,
    Scheme,
    SchemeSerial,
)
from learning.certification.rules import SchemePlan, Source, State
from learning.certification.services import awarding
from learning.kernel.audit import AuditEntry
from learning.kernel.errors import Conflict, Invalid, NotFound
from learning.kernel.events import EventRow, deliver
from tests.factories.certification import (
    PLAN,
    make_certificate,
    make_office,
    make_sitting,
    record_result,
)
from tests.factories.people import make_actor, make_membership, make_unit, make_user


def count(session, model) -> int:
    return session.scalar(select(func.count()).select_from(model))


def attach(session, office, sitting, now) -> bool:
    return services.attach_sitting(
        session, office.actor, office.scheme, raw_sitting_id=sitting.public_id, now=now
    )


def drain(database, now) -> int:
    done = 0
    while made := deliver(database, AWARD, now):
        done += made
    return done


class TestIssuing:
    def test_a_pass_at_an_attached_sitting_earns_a_certificate_with_frozen_facts(
        self, database, now
    ) -> None:
        with database.transaction() as session:
            office = make_office(session, now)
            sitting = make_sitting(session, now, office)
            attach(session, office, sitting, now)
            person = make_user(session, now, "王㛃")
            make_membership(session, now, person, make_unit(session, now, name="示例精密制造"))
            record_result(session, now, sitting, person, points_milli=60_000)

        drain(database, now)

        with database.session(write=False) as session:
            row = session.scalars(select(Certificate)).one()
            decision = session.get(AwardDecision, row.decision_id)
            kinds = session.scalars(select(EventRow.kind)).all()
        assert (row.number, row.holder_name, row.unit_name) == (
            "QA-TQM-2026-000001",
            "王㛃",
            "示例精密制造",
        )
        assert row.valid_until == datetime(2029, 11, 21, 16, tzinfo=UTC) - timedelta(microseconds=1)
        assert (decision.outcome, decision.decided_by) == ("granted", None)
        basis = json.loads(decision.basis)
        assert (basis["points_milli"], basis["cut_score_milli"]) == (60_000, 60_000)
        assert kinds.count(ISSUED) == 1

    def test_a_fail_or_an_unattached_sitting_decides_nothing(self, database, now) -> None:
        with database.transaction() as session:
            office = make_office(session, now)
            sitting, other = (make_sitting(session, now, office) for _ in range(2))
            attach(session, office, sitting, now)
            record_result(session, now, sitting, make_user(session, now), points_milli=59_999)
            record_result(session, now, other, make_user(session, now))

        drain(database, now)

        with database.session(write=False) as session:
            assert count(session, AwardDecision) == count(session, Certificate) == 0

    def test_who_passed_before_the_sitting_was_attached_gets_the_certificate_in_batches(
        self, database, now, monkeypatch
    ) -> None:
        monkeypatch.setattr(awarding, "AWARD_BATCH", 2)
        with database.transaction() as session:
            office = make_office(session, now)
            sitting = make_sitting(session, now, office)
            for _ in range(5):
                record_result(session, now, sitting, make_user(session, now))
        drain(database, now)
        with database.transaction() as session:
            assert count(session, Certificate) == 0
            attach(session, office, sitting, now)

        drain(database, now)

        with database.session(write=False) as session:
            serials = session.scalars(select(Certificate.serial).order_by(Certificate.serial))
            assert list(serials) == [1, 2, 3, 4, 5]
            due = select(func.count()).where(EventRow.kind == AWARD_DUE)
            assert session.scalar(due) == 3

    def test_a_better_result_of_the_same_sitting_changes_nothing_another_sitting_does(
        self, session, now
    ) -> None:
        office = make_office(session, now)
        first, second = (make_sitting(session, now, office) for _ in range(2))
        person = make_user(session, now)

        again = [
            make_certificate(session, now, office, person, sitting=sitting).number
            for sitting in (first, first, second)
        ]

        assert again == ["QA-TQM-2026-000001"] * 2 + ["QA-TQM-2026-000002"]

    def test_fifty_parallel_issues_give_one_certificate_and_one_number(self, database, now) -> None:
        with database.transaction() as session:
            office = make_office(session, now)
            sitting = make_sitting(session, now, office)
            person = make_user(session, now)
        source = Source(sitting.id, (("rule", "sitting_passed"),))

        def issue(_number: int) -> tuple[str, bool]:
            with database.transaction() as session:
                made = services.decide_and_issue(
                    session,
                    scheme_id=office.scheme_id,
                    user_id=person.id,
                    source=source,
                    now=now,
                )
            return made.number, made.is_new

        with ThreadPoolExecutor(8) as pool:
            outcomes = list(pool.map(issue, range(50)))

        assert {number for number, _ in outcomes} == {"QA-TQM-2026-000001"}
        assert sum(is_new for _, is_new in outcomes) == 1
        with database.session(write=False) as session:
            counts = [count(session, m) for m in (AwardDecision, Certificate)]
            assert counts == [1, 1]
            assert session.scalars(select(SchemeSerial.last)).one() == 1

    def test_numbers_of_parallel_issues_run_without_gaps_even_when_some_roll_back(
        self, database, now
    ) -> None:
        with database.transaction() as session:
            office = make_office(session, now)
            sitting = make_sitting(session, now, office)
            people = [make_user(session, now).id for _ in range(30)]

        def issue(user_id: int) -> None:
            source = Source(sitting.id, ())
            with database.session(write=True) as session, session.begin() as transaction:
                services.decide_and_issue(
                    session, scheme_id=office.scheme_id, user_id=user_id, source=source, now=now
                )
                session.flush()
                if user_id % 3 == 0:
                    transaction.rollback()

        with ThreadPoolExecutor(8) as pool:
            list(pool.map(issue, people))

        with database.session(write=False) as session:
            serials = session.scalars(select(Certificate.serial).order_by(Certificate.serial)).all()
        kept = [p for p in people if p % 3]
        assert list(serials) == list(range(1, len(kept) + 1))

    def test_each_year_of_the_issuers_zone_counts_from_one(self, session, now) -> None:
        office = make_office(session, now)
        sitting = make_sitting(session, now, office)
        last = datetime(2026, 12, 31, 15, 59, tzinfo=UTC)  # 23:59 in Shanghai

        numbers = [
            make_certificate(session, at, office, make_user(session, now), sitting=sitting).number
            for at in (last, last + timedelta(minutes=1), last + timedelta(minutes=2))
        ]

        assert numbers == ["QA-TQM-2026-000001", "QA-TQM-2027-000001", "QA-TQM-2027-000002"]

    def test_codes_are_long_and_never_alike(self, session, now) -> None:
        office = make_office(session, now)
        sitting = make_sitting(session, now, office)

        codes = {
            make_certificate(session, now, office, make_user(session, now), sitting=sitting).code
            for _ in range(50)
        }

        assert len(codes) == 50
        assert {len(code) for code in codes} == {28}

    def test_a_rename_changes_no_issued_certificate_and_tampering_shows(self, session, now) -> None:
        office = make_office(session, now)
        person = make_user(session, now, "张伟")
        row = make_certificate(session, now, office, person)
        person.display_name = "张玮"
        renamed = SchemePlan(PLAN.code, "别的名称", "", None)
        services.edit_scheme(session, office.actor, office.scheme, plan=renamed, now=now)
        session.flush()

        found = queries.find_by_code(session, row.code, now)
        assert (found.facts.holder_name, found.facts.title) == ("张伟", PLAN.title)
        assert found.is_intact

        row.holder_name = "张玮"
        session.flush()
        assert not queries.find_by_code(session, row.code, now).is_intact

    def test_an_ended_rule_earns_nothing_and_can_be_attached_again(self, session, now) -> None:
        office = make_office(session, now)
        sitting = make_sitting(session, now, office)
        assert attach(session, office, sitting, now)
        assert not attach(session, office, sitting, now)
        rule = queries.list_rules(session, office.scheme_id)[0]

        services.detach_sitting(
            session, office.actor, office.scheme, raw_rule_id=str(rule.id), now=now
        )

        assert queries.list_open_rules(session, sitting.id) == []
        assert attach(session, office, sitting, now)
        for raw in ("0", "x", "9" * 40, str(rule.id)):
            with pytest.raises(NotFound):
                services.detach_sitting(
                    session, office.actor, office.scheme, raw_rule_id=raw, now=now
                )


class TestSchemes:
    def test_a_code_is_taken_once(self, session, now) -> None:
        office = make_office(session, now)

        with pytest.raises(Invalid) as refused:
            services.create_scheme(
                session, office.actor, raw_issuer_id=office.issuer.public_id, plan=PLAN, now=now
            )

        assert refused.value.problems[0].code == "code_taken"

    def test_a_foreign_scheme_sitting_or_issuer_is_missing(self, session, now) -> None:
        office = make_office(session, now)
        other = make_office(session, now, plan=replace(PLAN, code="QA-X"), name="别的协会")
        sitting = make_sitting(session, now, other)

        with pytest.raises(NotFound):
            attach(session, office, sitting, now)
        with pytest.raises(NotFound):
            services.edit_scheme(session, office.actor, other.scheme, plan=PLAN, now=now)
        with pytest.raises(NotFound):
            services.create_scheme(
                session, office.actor, raw_issuer_id=other.issuer.public_id, plan=PLAN, now=now
            )
        assert count(session, Scheme) == 2


class TestRevoking:
    def test_a_revocation_is_one_row_with_its_reason_audited_and_told(self, session, now) -> None:
        office = make_office(session, now)
        row = make_certificate(session, now, office, make_user(session, now))

        services.revoke_certificate(
            session, office.actor, row.public_id, reason="成绩复核后不合格", now=now
        )

        assert queries.find_by_number(session, row.number, now).state is State.REVOKED
        audited = session.scalars(
            select(AuditEntry).where(AuditEntry.act == "certificate.revoked")
        ).one()
        assert json.loads(audited.details)["reason"] == "成绩复核后不合格"
        assert REVOKED in session.scalars(select(EventRow.kind)).all()
        with pytest.raises(Conflict):
            services.revoke_certificate(
                session, office.actor, row.public_id, reason="再次", now=now
            )
        assert count(session, Revocation) == 1

    def test_who_does_not_reach_the_issuer_revokes_nothing_the_holder_neither(
        self, session, now
    ) -> None:
        office = make_office(session, now)
        other = make_office(session, now, plan=replace(PLAN, code="QA-X"), name="别的协会")
        person = make_user(session, now)
        row = make_certificate(session, now, office, person)

        for actor in (other.actor, make_actor(person)):
            with pytest.raises(NotFound):
                services.revoke_certificate(session, actor, row.public_id, reason="无", now=now)
        with pytest.raises(Invalid):
            services.revoke_certificate(
                session, office.actor, row.public_id, reason=" \u200b ", now=now
            )


class TestReading:
    def test_people_find_their_certificates_with_state_newest_first(self, session, now) -> None:
        office = make_office(session, now)
        person, other = make_user(session, now), make_user(session, now)
        old = now - timedelta(days=4 * 365)
        for at in (old, now):
            make_certificate(
                session, at, office, person, sitting=make_sitting(session, now, office)
            )
        make_certificate(session, now, office, other)

        found = queries.list_certificates_of(session, [person.id], now)

        assert [one.state for one in found] == [State.VALID, State.EXPIRED]
        assert found[0].scheme_code == "QA-TQM"
        assert len(queries.list_certificates_of(session, [person.id, other.id], now)) == 3

    def test_a_scheme_is_searched_by_number_or_name_with_wildcards_as_text(
        self, session, now
    ) -> None:
        office = make_office(session, now)
        sitting = make_sitting(session, now, office)
        for name in ("张伟", "100%_\\", "Łukasz"):
            person = make_user(session, now, name)
            make_certificate(session, now, office, person, sitting=sitting)

        def names(search: str) -> list[str]:
            rows, _ = queries.list_of_scheme(session, office.scheme_id, now, search=search)
            return [row.facts.holder_name for row in rows]

        assert names("张") == ["张伟"]
        assert names("%_\\") == ["100%_\\"]
        assert names("qa-tqm-2026-000003") == ["Łukasz"]
        assert len(names("")) == 3
        assert names("a\x00b" * 3000) == []
        assert len(list(queries.iterate_scheme(session, office.scheme_id, now))) == 3
