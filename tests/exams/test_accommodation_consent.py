"""A request for accommodation tells of health: it has a consent of its own, which goes with it."""

import json

import pytest
from sqlalchemy import select

from learning.exams import services
from learning.exams.models import SittingApplication
from learning.exams.rules import agreement_hash
from learning.exams.rules.applications import WANTS_CONSENT, WANTS_CONSENTS
from learning.kernel.audit import AuditEntry
from learning.kernel.errors import Conflict
from tests.exams.test_application_pages import session_user
from tests.exams.test_applications import AGREEMENT, apply, make_offer, own_of
from tests.factories.people import make_actor, make_user


@pytest.fixture
def hall(session, now):
    return make_offer(session, now)


@pytest.fixture
def actor(session, now):
    return make_actor(make_user(session, now, "报考人"))


def consent_of(session, hall, actor, now):
    own = own_of(session, hall, actor, now)
    return own.wants, own.wants_consent, own.wants_agreed_at


@pytest.mark.parametrize(
    ("given", "code"), [(0, "consent_missing"), (WANTS_CONSENT + 1, "consent_changed")]
)
def test_without_the_consent_that_was_shown_no_request_is_kept(
    session, now, hall, actor, given, code
) -> None:
    with pytest.raises(Conflict, match=code):
        apply(session, hall, actor, now, wants_consent=given)

    assert own_of(session, hall, actor, now) is None


def test_its_version_and_instant_are_kept_with_the_request(session, now, hall, actor) -> None:
    apply(session, hall, actor, now)

    assert consent_of(session, hall, actor, now) == ("读屏", WANTS_CONSENT, now)


def test_who_asks_for_nothing_agrees_to_nothing(session, now, hall, actor) -> None:
    apply(session, hall, actor, now)
    apply(session, hall, actor, now, wants="")

    assert consent_of(session, hall, actor, now) == ("", 0, None)


def test_it_is_withdrawn_with_the_request_and_the_trail_tells_both(
    session, now, hall, actor
) -> None:
    apply(session, hall, actor, now)
    services.withdraw_application(session, actor, hall.public_id, now=now)

    assert consent_of(session, hall, actor, now) == ("", 0, None)
    told = session.execute(
        select(AuditEntry.act, AuditEntry.details)
        .where(AuditEntry.act.startswith("application."))
        .order_by(AuditEntry.id)
    )
    assert [(act, json.loads(raw)["accommodation_consent"]) for act, raw in told] == [
        ("application.sent", WANTS_CONSENT),
        ("application.withdrawn", 0),
    ]


def test_a_closed_account_takes_it_back(session, now, hall, actor) -> None:
    apply(session, hall, actor, now)
    services.forget_applications(session, actor.user_id, now=now)
    session.expire_all()

    assert consent_of(session, hall, actor, now) == ("", 0, None)


class TestPages:
    def test_the_page_asks_for_it_and_says_when_it_was_given(
        self, database, now, open_browser
    ) -> None:
        with database.transaction() as session:
            hall = make_offer(session, now)
            user = make_user(session, now, "报考人")
        candidate, examiner = (
            open_browser(session_user(database, user)),
            open_browser(hall.examiner),
        )
        address = f"/sittings/{hall.public_id}/application"
        form = {
            "agreed": "y",
            "agreed_sha256": agreement_hash(AGREEMENT),
            "wants": "读屏",
            "wants_version": str(WANTS_CONSENT),
        }

        asked = candidate.get(address).text
        silent = candidate.post(address, form)
        odd = candidate.post(address, {**form, "wants_agreed": "y", "wants_version": "-1"})
        old = candidate.post(address, {**form, "wants_agreed": "y", "wants_version": "0"})
        sent = candidate.post(address, {**form, "wants_agreed": "y"})
        own = candidate.get(address).text
        with database.session(write=False) as session:
            found = session.scalars(select(SittingApplication)).one()
        review = examiner.get(f"/sittings/{hall.public_id}/applications/{found.public_id}").text

        assert WANTS_CONSENTS[WANTS_CONSENT] in asked
        assert asked.count('name="wants_version"') == 1
        assert [each.status_code for each in (silent, odd, old, sent)] == [400, 400, 400, 303]
        assert "要单独勾选同意" in silent.text
        assert 'value="读屏"' in silent.text  # what was typed is there
        assert "单独同意处理考试便利申请（第 1 版）" in own
        assert "单独同意（第 1 版）" in review
        assert found.wants_consent == WANTS_CONSENT
