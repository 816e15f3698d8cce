"""A person decides on complete files: once, with a reason, and never on their own pupils."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from learning.certification import queries, services
from learning.certification.models import (
    AwardDecision,
    Certificate,
    CertificateReplacement,
    Scheme,
)
from learning.certification.queries.deciding import count_ready, list_ready
from learning.certification.rules.deciding import Involved, Outcome, Part, parts_of
from learning.certification.rules.terms import Decider, NeedKind, sitting_key
from learning.exams.models import SittingStaff
from learning.kernel.errors import Conflict, Invalid, NotFound
from learning.kernel.permissions import Role
from tests.certification.test_files import count, do, publish
from tests.certification.test_terms import RENEWABLE
from tests.factories.certification import make_office, make_sitting
from tests.factories.people import make_actor, make_unit, make_user, unit_grant

JUDGED = replace(RENEWABLE, decider=Decider.PERSON)


def nobody(_session, _people):
    return {}


class Desk:
    """An issuer, its decider, and people whose files are ready."""

    def __init__(self, session, now, *, people: int = 1, terms=JUDGED) -> None:
        self.session, self.now = session, now
        self.office = make_office(session, now)
        self.sitting = make_sitting(session, now, self.office)
        publish(session, self.office, terms, now)
        self.decider = make_actor(
            make_user(session, now, "决定人"), unit_grant(Role.DECIDER, self.office.issuer)
        )
        self.people = [make_user(session, now) for _ in range(people)]
        for person in self.people:
            do(session, self.office, person, NeedKind.EXAM, now, key=sitting_key(self.sitting.id))

    def file(self, n: int = 0) -> str:
        found = queries.find_open_file(self.session, self.office.scheme_id, self.people[n].id)
        return found.public_id

    def decide(self, outcome=Outcome.GRANTED, reason="", actor=None, teachers=nobody, file=None):
        return services.decide_file(
            self.session,
            actor or self.decider,
            file or self.file(),
            outcome=outcome,
            reason=reason,
            teachers=teachers,
            now=self.now,
        )


def test_who_taught_examined_or_assessed_a_person_had_a_part() -> None:
    involved = Involved(1, frozenset({2}), frozenset({3}), frozenset({4}))
    assert parts_of(frozenset({9}), involved) == ()
    assert parts_of(frozenset({1}), involved) == (Part.SELF,)
    assert parts_of(frozenset({9, 2, 4}), involved) == (Part.TRAINER, Part.ASSESSOR)
    assert parts_of(frozenset({3}), involved) == (Part.EXAMINER,)


def test_a_grant_names_its_decider_and_issues_one_certificate(session, now) -> None:
    desk = Desk(session, now)
    file = desk.file()

    issued = desk.decide(reason="材料齐全")

    decision = session.scalars(select(AwardDecision)).one()
    assert issued.is_new
    assert (decision.decided_by, decision.reason) == (desk.decider.user_id, "材料齐全")
    with pytest.raises(Conflict, match="file_closed"):
        desk.decide(file=file)
    assert count(session, Certificate) == 1


def test_a_refusal_needs_a_reason_closes_the_file_and_leaves_what_was_done(session, now) -> None:
    desk = Desk(session, now)
    with pytest.raises(Invalid):
        desk.decide(Outcome.REFUSED)
    file = desk.file()

    assert desk.decide(Outcome.REFUSED, "证明不实", file=file) is None

    assert queries.find_open_file(session, desk.office.scheme_id, desk.people[0].id) is None
    assert len(queries.list_done(session, desk.office.scheme_id, [desk.people[0].id])) == 1
    assert count(session, Certificate) == 0


class TestIndependence:
    def test_a_trainer_of_the_candidate_does_not_decide(self, session, now) -> None:
        desk = Desk(session, now)
        taught = {desk.people[0].id: frozenset({desk.decider.user_id})}

        with pytest.raises(Conflict, match="not_yours_to_decide"):
            desk.decide(teachers=lambda _session, _people: taught)

    def test_who_made_the_sitting_or_served_at_it_does_not_decide(self, session, now) -> None:
        desk = Desk(session, now)
        made = replace(desk.decider, user_id=desk.office.examiner.id)
        with pytest.raises(Conflict, match="not_yours_to_decide"):
            desk.decide(actor=made)
        session.add(
            SittingStaff(
                sitting_id=desk.sitting.id,
                user_id=desk.decider.user_id,
                duty="invigilator",
                appointed_by=desk.office.examiner.id,
                appointed_at=now,
            )
        )
        session.flush()
        with pytest.raises(Conflict, match="not_yours_to_decide"):
            desk.decide()

    def test_nobody_decides_on_themselves(self, session, now) -> None:
        desk = Desk(session, now)
        own = replace(desk.decider, user_id=desk.people[0].id)

        with pytest.raises(Conflict, match="not_yours_to_decide"):
            desk.decide(actor=own)

    def test_a_decider_of_another_issuer_finds_nothing(self, session, now) -> None:
        desk = Desk(session, now)
        other = make_actor(
            make_user(session, now), unit_grant(Role.DECIDER, make_unit(session, now, name="别处"))
        )

        with pytest.raises(NotFound):
            desk.decide(actor=other)
        assert list_ready(session, other, now) == []


class TestMany:
    def test_the_preview_says_who_is_left_out_and_the_grant_does_just_that(
        self, session, now
    ) -> None:
        desk = Desk(session, now, people=4)
        files = [desk.file(n) for n in range(4)]
        taught = {desk.people[2].id: frozenset({desk.decider.user_id})}

        def teachers(_session, _people):
            return taught

        shown = services.preview(session, desk.decider, files, teachers=teachers, now=now)
        done = services.grant_many(session, desk.decider, files, teachers=teachers, now=now)

        assert {one.file.user_id: one.refusal for one in shown} == {
            person.id: "not_yours_to_decide" if n == 2 else ""
            for n, person in enumerate(desk.people)
        }
        assert done == (3, 1)
        holders = session.scalars(select(Certificate.user_id)).all()
        assert sorted(holders) == sorted(p.id for n, p in enumerate(desk.people) if n != 2)
        assert services.grant_many(session, desk.decider, files, teachers=teachers, now=now) == (
            0,
            4,
        )

    def test_more_than_a_hundred_at_once_are_refused(self, session, now) -> None:
        desk = Desk(session, now)
        with pytest.raises(Invalid):
            services.preview(session, desk.decider, ["x"] * 101, teachers=nobody, now=now)

    def test_files_come_by_how_long_they_wait_page_by_page(self, session, now) -> None:
        desk = Desk(session, now, people=3)

        first = list_ready(session, desk.decider, now)
        rest = list_ready(session, desk.decider, now, after=(first[0].ready_at, first[0].id))

        assert [one.user_id for one in first] == [person.id for person in desk.people]
        assert [one.id for one in rest] == [one.id for one in first[1:]]


def test_a_renewal_that_a_person_decides_replaces_the_old_certificate(session, now) -> None:
    desk = Desk(session, now)
    desk.decide()
    old = session.scalars(select(Certificate)).one()
    desk.now = old.valid_until - timedelta(days=10)
    do(session, desk.office, desk.people[0], NeedKind.EXAM, desk.now, key="sitting:0")

    desk.decide()

    assert count(session, Certificate) == 2
    assert session.scalars(select(CertificateReplacement.certificate_id)).one() == old.id


def test_a_complete_file_does_not_go_stale_while_it_waits_for_the_decision(session, now) -> None:
    desk = Desk(session, now, terms=replace(JUDGED, hold_months=12))
    desk.now = now + timedelta(days=370)

    desk.decide()

    assert count(session, Certificate) == 1


def test_what_waits_is_counted_by_scheme_with_both_its_titles(session, now) -> None:
    desk = Desk(session, now)
    scheme = session.get_one(Scheme, desk.office.scheme_id)
    scheme.title, scheme.title_en = "首席质量官", "Chief quality officer"
    session.flush()  # the count reads it

    [waits] = count_ready(session, desk.decider, now)

    assert waits == (scheme.public_id, "首席质量官", "Chief quality officer", 1)
