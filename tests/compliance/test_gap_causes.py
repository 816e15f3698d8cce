"""Why a gap is one: a term that ended is not a missed review, nor a suspension, nor a revocation."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from learning.certification.models import ExternalCertificate
from learning.certification.rules.holdings import FOREVER
from learning.certification.services.external import refresh_external
from learning.compliance.queries.coverage import read_coverage
from learning.compliance.queries.gaps import list_gaps
from learning.compliance.queries.names import Named
from learning.compliance.queries.requirements import AsOf
from learning.compliance.words.coverage import gap_words
from learning.kernel.ids import new_public_id
from tests.compliance.staffed import Firm, make_firm

ZONE = "Asia/Shanghai"
TICK = timedelta(microseconds=1)


@pytest.fixture
def firm(session: Session, now) -> Firm:
    firm = make_firm(session, now)
    firm.require(0, 0)
    return firm


def register(firm: Firm, **ends: object) -> ExternalCertificate:
    """A person with a certificate from outside, checked 400 days ago."""
    person, since = firm.hire("张三", 1, 0), firm.now - timedelta(days=400)
    values = {"valid_until": None, "review_due": None, "withdrawn_at": None, **ends}
    row = ExternalCertificate(
        public_id=new_public_id(), organisation_id=firm.units[0].id, scheme_id=firm.schemes[0].id,
        user_id=person.id, holder_name="张三", number="T1", number_key="t1", issuer="应急管理局",
        zone=ZONE, valid_from=since, ends_at=FOREVER, entered_by=firm.hr.id, entered_at=since,
        checked_by=firm.hr.id, checked_at=since, **values,
    )  # fmt: skip
    firm.add(row)
    refresh_external(firm.session, row, since)
    firm.session.flush()
    return row


def words_of(firm: Firm) -> tuple[str, str]:
    """The cause of the one gap and what stands on the page."""
    at = AsOf(firm.now, firm.now)
    root = firm.units[0].id
    [gap], _after = list_gaps(firm.session, read_coverage(firm.session, root, at), at)
    nothing: dict[int, Named] = {}
    return gap.cause, gap_words(gap, (nothing, nothing, nothing), ZONE).mark.text


@pytest.mark.parametrize(
    ("ends", "cause", "word"),
    [
        ({"valid_until": 10}, "", "到期"),
        ({"valid_until": 10, "review_due": 5}, "", "到期"),
        ({"review_due": 10}, "review", "复审逾期"),
        ({"valid_until": -90, "review_due": 10}, "review", "复审逾期"),
    ],
)
def test_a_missed_review_is_not_the_end_of_a_term(firm: Firm, ends, cause, word) -> None:
    days = {name: firm.now - timedelta(days=ago) for name, ago in ends.items()}
    if days.get("review_due") and cause == "":
        days["review_due"] = days["valid_until"] + timedelta(days=1)

    register(firm, **days)

    found, text = words_of(firm)
    assert found == cause
    assert word in text


def test_what_was_taken_off_the_file_says_so(firm: Firm, session: Session) -> None:
    row = register(firm)
    row.withdrawn_at, row.withdrawn_by = firm.now - timedelta(days=3), firm.hr.id
    row.withdraw_ground = "ended"
    session.flush()
    refresh_external(session, row, firm.now)

    cause, text = words_of(firm)

    assert cause == "withdrawn"
    assert "撤下" in text
