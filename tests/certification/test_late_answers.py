"""What was handed in in time is not lost to who reviews, confirms or decides late."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from learning.certification import queries, services
from learning.certification.models import Certificate, CertificateReplacement
from learning.certification.rules.terms import Decider, Need, NeedKind, Purpose
from learning.certification.services import declaring
from tests.certification.test_assessing import GOOD, POOR, TERMS, Bench
from tests.certification.test_deciding import nobody
from tests.certification.test_files import count
from tests.certification.test_terms import RICH


def test_one_handed_in_while_the_years_count_is_not_lost_by_who_reviews_and_decides_late(
    session, now
) -> None:
    bench = Bench(session, now, replace(TERMS, hold_months=12))
    declaration = bench.declare()
    declaring.confirm_declaration(session, bench.hr, declaration, years=4, now=now)
    bench.now = now + timedelta(days=360)
    bench.hand_in()
    bench.now = now + timedelta(days=380)  # the years have waited more than twelve months

    bench.review()

    late = now + timedelta(days=400)
    issued = services.decide_file(
        session, bench.decider, bench.file, outcome=services.Outcome.GRANTED, reason="",
        teachers=nobody, now=late,
    )  # fmt: skip
    assert issued is not None
    assert count(session, Certificate) == 1


@pytest.mark.parametrize(("points", "renewed"), [(GOOD, 1), (POOR, 0)])
def test_one_handed_in_within_the_grace_renews_when_it_is_reviewed_after_it(
    session, now, points, renewed
) -> None:
    needs = ((Need(NeedKind.PROJECT),),)
    terms = replace(RICH, first=needs, renewal=needs, decider=Decider.RULE)
    bench = Bench(session, now, terms)
    bench.hand_in()
    bench.review()
    old = session.scalars(select(Certificate)).one()
    bench.now = old.valid_until + timedelta(days=20)
    bench.file = services.begin_file(session, bench.person.id, bench.office.scheme_id, bench.now)
    bench.hand_in("减少返工")
    bench.now = old.valid_until + timedelta(days=40)  # ten days past the grace
    services.settle(session, bench.office.scheme_id, bench.person.id, bench.now)

    bench.review(points)

    assert count(session, CertificateReplacement) == renewed
    services.settle(session, bench.office.scheme_id, bench.person.id, bench.now)
    file = queries.find_open_file(session, bench.office.scheme_id, bench.person.id)
    assert (file is None) if renewed else (file.purpose is Purpose.FIRST)
