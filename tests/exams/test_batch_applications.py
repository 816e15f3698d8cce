"""HR applies for its people, with their evidence: all or nobody, and each of them signs."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from learning.exams import services
from learning.exams.models import Admission, SittingApplication
from learning.exams.rules import (
    Decision,
    RollLine,
    line_of_file,
)
from learning.kernel.errors import Conflict, Invalid
from learning.kernel.permissions import Role
from tests.exams.test_applications import PAPER, PHOTO, apply, decide, make_offer, own_of
from tests.factories.exams import make_member
from tests.factories.people import make_actor, make_user, unit_grant


class TestBatch:
    def test_hr_applies_and_each_person_signs(self, session, now) -> None:
        hall = make_offer(session, now)
        people = [make_member(session, now, hall, n, staff_no=n) for n in ("W1", "W2")]
        hr = make_actor(make_user(session, now, "人事"), unit_grant(Role.HR_MANAGER, hall.company))
        lines = [RollLine(1, "W1"), RollLine(2, "W2")]

        first = services.apply_for_many(session, hr, hall.public_id, lines=lines, now=now)
        second = services.apply_for_many(session, hr, hall.public_id, lines=lines, now=now)

        assert (first, second) == (2, 0)
        actor = make_actor(people[0])
        with pytest.raises(Conflict, match="agreement_missing"):
            decide(session, hall, own_of(session, hall, actor, now), Decision.ACCEPT, now)
        apply(session, hall, actor, now)
        decide(session, hall, own_of(session, hall, actor, now), Decision.ACCEPT, now)
        assert session.scalars(select(Admission.staff_no)).all() == ["W1"]

    def test_people_of_others_are_named_and_nobody_is_applied_for(self, session, now) -> None:
        hall = make_offer(session, now)
        make_member(session, now, hall, "W1", staff_no="W1")
        hr = make_actor(make_user(session, now, "人事"), unit_grant(Role.HR_MANAGER, hall.company))
        stranger = make_actor(make_user(session, now, "人事"))

        for actor, line in ((hr, 2), (stranger, 1)):
            with pytest.raises(Invalid) as refused:
                services.apply_for_many(
                    session,
                    actor,
                    hall.public_id,
                    lines=[RollLine(1, "W1"), RollLine(2, "W9")],
                    now=now,
                )
            assert line in [p.line for p in refused.value.problems]
        assert session.scalar(select(func.count()).select_from(SittingApplication)) == 0

    def test_evidence_goes_to_who_has_not_signed_and_the_person_sees_it(self, session, now) -> None:
        hall = make_offer(session, now)
        people = [make_member(session, now, hall, n, staff_no=n) for n in ("W1", "W2")]
        hr = make_actor(make_user(session, now, "人事"), unit_grant(Role.HR_MANAGER, hall.company))
        lines = [RollLine(1, "W1"), RollLine(2, "W2")]

        def send(papers, at=now) -> int:
            return services.apply_for_many(
                session, hr, hall.public_id, lines=lines, papers=papers, now=at
            )

        assert send({1: [PAPER]}) == 2
        actor = make_actor(people[0])
        before = own_of(session, hall, actor, now)
        assert send({1: [PAPER], 2: [PAPER]}, now + timedelta(seconds=1)) == 0
        after = own_of(session, hall, actor, now)
        with pytest.raises(Invalid) as many:
            send({1: [PAPER] * 4})
        apply(session, hall, actor, now, uploads=(PHOTO,))
        signed = own_of(session, hall, actor, now)
        with pytest.raises(Invalid) as refused:
            send({1: [PAPER], 2: [PAPER]})

        assert [len(each.files) for each in (before, after, signed)] == [1, 2, 3]
        assert before.version != after.version
        assert [(p.code, p.message) for p in many.value.problems] == [("papers_many", "W1")]
        assert [(p.code, p.message) for p in refused.value.problems] == [("papers_signed", "W1")]
        assert len(own_of(session, hall, make_actor(people[1]), now).files) == 1

    @pytest.mark.parametrize(
        ("name", "line"),
        [
            ("W1-毕业证.pdf", 1),
            ("w1.PDF", 1),
            ("W1（背面）.jpg", 1),
            ("W12-证.pdf", 2),
            ("W1-2 证.pdf", 3),
            ("W1证.pdf", None),  # the number may go on
            ("W3.pdf", None),
            ("0007_证.pdf", 4),
            ("", None),
        ],
    )
    def test_a_file_is_of_whose_number_it_begins_with(self, name, line) -> None:
        texts = ("W1", "W12", "W1-2", "DEMO/0007")
        found = line_of_file(name, [RollLine(n, text) for n, text in enumerate(texts, start=1)])

        assert (found.number if found else None) == line

    def test_a_number_two_lines_share_is_nobodys_file(self) -> None:
        assert line_of_file("7-证.pdf", [RollLine(1, "A/7"), RollLine(2, "B/7")]) is None
