"""Resits on the pages: the examiner sets them, the candidate reads rule and date."""

from datetime import timedelta

import pytest

from learning.exams import services
from tests.exams.halls import hall_of
from tests.exams.test_resits import DAY, close, fail
from tests.factories.exams import Hall, make_member, make_plan

FORM = {
    "start_minutes": "0",
    "retry_minutes": "0",
    "takes_applications": "y",
    "tolerance": "1",
    "appeal_days": "15",
    "answer_days": "20",
    "resit_failed": "y",
    "resit_absent": "y",
    "resit_wait_days": "90",
    "resit_attempts": "3",
    "resit_months": "12",
    "resit_barred_months": "24",
}


@pytest.fixture
def failed(database, now):
    """(first, second, user): somebody failed the first; the second opens in ten days."""
    first = hall_of(database, now)
    with database.transaction() as session:
        later = now + 10 * DAY
        public_id = services.create_sitting(
            session,
            first.actor,
            raw_organiser_id=first.association.public_id,
            plan=make_plan(now, title="秋季补考", opens_at=later, closes_at=later + DAY),
            now=now,
        )
        services.open_sitting(session, first.actor, public_id, now=now)
        user = make_member(session, now, first)
        fail(session, first, user, now)
        close(session, first, now + timedelta(minutes=1))
    second = Hall(first.association, first.company, first.examiner, first.actor, public_id)
    return first, second, user


def test_the_examiner_sets_a_resit_and_whoever_is_too_early_reads_when(
    open_browser, failed
) -> None:
    first, second, user = failed
    address = f"/sittings/{second.public_id}"

    saved = open_browser(first.examiner).post(
        f"{address}/settings", {**FORM, "resit_of": first.public_id}
    )
    page = open_browser(user).get(f"{address}/application").get_data(as_text=True)

    assert saved.status_code == 303
    assert "距上次交卷须满 90 天；12 个月内连同补考至多作答 3 次" in page
    assert "上次交卷是 2026-11-22，须间隔满 90 天，2027-02-20 起才可以补考。" in page
    assert "提交报考" not in page


def test_who_is_admitted_reads_the_rules_and_the_list_says_who_may_not(
    database, now, open_browser, failed
) -> None:
    first, second, user = failed
    with database.transaction() as session:
        stranger = make_member(session, now, first, "没考过", staff_no="B7")
        services.admit(session, first.actor, second.public_id, user_ids=[user.id], now=now)
    address = f"/sittings/{second.public_id}"
    examiner = open_browser(first.examiner)
    form = {**FORM, "resit_of": first.public_id, "resit_wait_days": "0"}
    examiner.post(f"{address}/settings", form)

    page = open_browser(user).get(address).get_data(as_text=True)
    listed = examiner.post(f"{address}/admit", {"kind": "roll", "roll": "B7"})

    assert "本场是“质量可靠性工程师认证考试（示例）”的补考" in page
    assert "另有 1 人不符合本场的补考条件" in listed.get_data(as_text=True)
    assert stranger.display_name in listed.get_data(as_text=True)


def test_leave_is_given_with_a_reason_and_taken_back_without(open_browser, failed) -> None:
    first, _second, user = failed
    examiner = open_browser(first.examiner)
    place = f"/sittings/{first.public_id}/candidates/{user.public_id}"

    examiner.post(f"{place}/resit", {"reason": "住院，有证明"})
    given = examiner.get(place).get_data(as_text=True)
    examiner.post(f"{place}/resit", {"reason": " "})
    gone = examiner.get(place).get_data(as_text=True)

    assert "已准许" in given
    assert "住院，有证明" in given
    assert "住院" not in gone
