"""The auditor's list of holders has the numbers of certificates, of those on file here, too."""

from datetime import timedelta

import pytest

from learning.certification.services import external
from learning.compliance.queries.holders import list_holders
from learning.compliance.queries.requirements import AsOf
from learning.kernel.ids import new_public_id
from learning.organisations.models import Post, PostHolding
from tests.factories.external import make_employer, make_external
from tests.factories.people import make_membership


@pytest.fixture
def employer(session, now):
    """An employer whose first of the staff works at a post."""
    employer = make_employer(session, now)
    post = Post(
        public_id=new_public_id(),
        organisation_id=employer.unit.id,
        name="电工",
        name_key="电工",
        created_at=now,
    )
    session.add(post)
    session.flush()
    place = {"user_id": employer.staff[0].id, "unit_id": employer.unit.id, "post_id": post.id}
    since = now - timedelta(days=30)
    session.add(PostHolding(**place, valid_from=since, recorded_at=since))
    session.flush()
    return employer


def numbers(session, employer, now):
    found = list_holders(session, employer.unit.id, AsOf(now, now), limit=9)
    return [(one.name, one.number) for one in found]


def test_a_certificate_on_file_has_its_number(session, employer, now) -> None:
    row = make_external(session, now, employer)
    external.check(session, employer.second, row.public_id, now=now)

    assert numbers(session, employer, now) == [("张三", "T1")]


def test_one_on_the_file_of_another_employer_has_none(session, employer, now) -> None:
    other = make_employer(session, now, "别的企业")
    make_membership(session, now, employer.staff[0], other.unit, staff_no="X1")
    row = make_external(session, now, other, staff_no="X1")
    external.check(session, other.second, row.public_id, now=now)

    assert numbers(session, employer, now) == [("张三", "")]
