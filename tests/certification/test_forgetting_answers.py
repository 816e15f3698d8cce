"""Answers are kept for three years, longer while somebody needs them; what they were worth stays."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from learning.attempts.models import Attempt, RegradePlan, ResponseRow, ScoreRow
from learning.attempts.queries import find_score
from learning.attempts.services.forgetting import ANSWERS_KEPT
from learning.certification.jobs import answers_job
from learning.certification.models import Certificate
from learning.exams.models import AnswerSheet, ResultRow, SheetKeying, SheetScan, SittingAppeal
from learning.kernel.audit import AuditEntry
from learning.kernel.ids import new_public_id
from tests.certification.test_fallen import Case

DAY = timedelta(days=1)


class Kept:
    """A case with a certificate that ends on a day, and the job that forgets its answers."""

    def __init__(self, database, now) -> None:
        self.case, self.database, self.now = Case(database, now), database, now
        self.certify_until(now)

    def write(self, statement) -> None:
        with self.database.transaction() as session:
            session.execute(statement)

    def certify_until(self, until) -> None:
        self.write(update(Certificate).values(valid_until=until))

    def forgets_after(self, time, *, is_held=False) -> bool:
        answers_job(is_held=is_held).run(self.database, self.now + time)
        with self.database.session(write=False) as session:
            rows = session.scalar(select(func.count()).select_from(ResponseRow))
            score = find_score(session, self.case.attempt_id)
        assert score is not None
        assert bool(rows) != score.is_total  # both or neither
        return score.is_total


@pytest.fixture
def kept(database, now) -> Kept:
    return Kept(database, now)


def test_they_go_three_years_after_handing_in_and_the_result_stays(kept: Kept) -> None:
    with kept.database.session(write=False) as session:
        before = session.scalars(select(ScoreRow)).one()
        passed = session.scalars(select(ResultRow)).all()

    assert not kept.forgets_after(ANSWERS_KEPT - DAY)
    assert kept.forgets_after(ANSWERS_KEPT + DAY)

    with kept.database.session(write=False) as session:
        after = session.scalars(select(ScoreRow)).one()
        results = session.scalars(select(ResultRow.id)).all()
        told = session.scalars(select(AuditEntry.details).where(AuditEntry.act == "answers.pruned"))
        assert [json.loads(each)["attempts"] for each in told] == [1]
    same = ("points_milli", "max_milli", "items", "marks", "answers_sha256")
    assert [getattr(after, each) for each in same] == [getattr(before, each) for each in same]
    assert results == [each.id for each in passed]


def test_a_second_run_finds_nothing(kept: Kept) -> None:
    runs = [
        answers_job(is_held=False).run(kept.database, kept.now + ANSWERS_KEPT + DAY)
        for _ in range(2)
    ]

    assert runs == [1, 0]


def test_a_walk_goes_on_behind_what_went_and_begins_anew_at_its_end(kept: Kept) -> None:
    job, then = answers_job(is_held=False), kept.now + ANSWERS_KEPT + DAY
    with kept.database.session(write=False) as session:
        one = session.scalars(select(ResponseRow)).first()
    assert job.run(kept.database, then) == 1

    with kept.database.transaction() as session:  # as if another attempt stood before it
        session.merge(one)

    assert [job.run(kept.database, then) for _ in range(3)] == [0, 1, 0]


def test_they_stay_until_three_years_after_the_certificate(kept: Kept) -> None:
    kept.certify_until(kept.now + 1000 * DAY)

    assert not kept.forgets_after(ANSWERS_KEPT + 999 * DAY)
    kept.certify_until(None)  # for life
    assert not kept.forgets_after(9 * ANSWERS_KEPT)
    kept.certify_until(kept.now + 1000 * DAY)
    assert kept.forgets_after(ANSWERS_KEPT + 1001 * DAY)


def test_an_appeal_that_waits_stops_the_time_at_its_instant(kept: Kept) -> None:
    with kept.database.transaction() as session:
        appeal = SittingAppeal(
            public_id="a" * 26,
            number="2026-1-1",
            sitting_id=kept.case.sitting.id,
            user_id=kept.case.user.id,
            kind="other",
            text="记录有误",
            state="lodged",
            lodged_at=kept.now + 30 * DAY,
            answer_by=kept.now + 60 * DAY,
        )
        session.add(appeal)

    assert not kept.forgets_after(ANSWERS_KEPT + 900 * DAY)
    kept.write(update(SittingAppeal).values(state="withdrawn"))
    assert kept.forgets_after(ANSWERS_KEPT + 900 * DAY)


def test_a_regrade_that_is_prepared_and_a_hold_keep_them(kept: Kept) -> None:
    with kept.database.transaction() as session:
        plan = RegradePlan(
            public_id=new_public_id(),
            assessment_id=kept.case.sitting.assessment_id,
            state="draft",
            made_by=kept.case.user.id,
            made_at=kept.now,
        )
        session.add(plan)

    assert not kept.forgets_after(ANSWERS_KEPT + DAY)
    kept.write(update(RegradePlan).values(state="dropped"))
    assert not kept.forgets_after(ANSWERS_KEPT + DAY, is_held=True)
    assert kept.forgets_after(ANSWERS_KEPT + DAY)


def test_what_nobody_has_marked_stays(kept: Kept) -> None:
    kept.write(update(ScoreRow).values(pending=1))

    assert not kept.forgets_after(ANSWERS_KEPT + DAY)


def test_a_regrade_afterwards_takes_nothing_for_wrong(kept: Kept) -> None:
    assert kept.forgets_after(ANSWERS_KEPT + DAY)
    with kept.database.session(write=False) as session:
        before = session.scalar(select(func.max(ScoreRow.version)))

    kept.case.rekey("a", "later")

    with kept.database.session(write=False) as session:
        assert session.scalar(select(func.max(ScoreRow.version))) == before


def test_what_was_keyed_and_scanned_of_a_paper_goes_too(kept: Kept) -> None:
    case, now = kept.case, kept.now
    with kept.database.transaction() as session:
        sheet = AnswerSheet(
            public_id=new_public_id(),
            sitting_id=case.sitting.id,
            user_id=case.user.id,
            revision=0,
            state="confirmed",
            content='{"1":"b"}',
            attempt_id=case.attempt_id,
            score_version=1,
            opened_by=case.office.examiner.id,
            opened_at=now,
            confirmed_at=now,
        )
        session.add(sheet)
        session.flush()
        keying = {"keyed_by": case.office.examiner.id, "source": "page", "keyed_at": now}
        session.add(SheetKeying(sheet_id=sheet.id, slot=1, content='{"1":"b"}', **keying))
        scan = {"media_type": "image/png", "added_by": case.office.examiner.id, "added_at": now}
        session.add(
            SheetScan(public_id=new_public_id(), sheet_id=sheet.id, name="a", content=b"x", **scan)
        )

    assert kept.forgets_after(ANSWERS_KEPT + DAY)

    with kept.database.session(write=False) as session:
        assert session.scalar(select(func.count()).select_from(SheetScan)) == 0
        contents = [
            session.scalars(select(each.content)).one() for each in (AnswerSheet, SheetKeying)
        ]
        assert contents == ["{}", "{}"]


def test_the_pages_say_that_they_are_gone_and_show_the_score(kept: Kept, open_browser) -> None:
    browser = open_browser(kept.case.user)
    with kept.database.session(write=False) as session:
        public_id = session.scalars(select(Attempt.public_id)).one()
    assert kept.forgets_after(ANSWERS_KEPT + DAY)

    result = browser.get(f"/attempts/{public_id}/result")
    receipt = browser.get(f"/attempts/{public_id}/receipt")

    assert (result.status_code, receipt.status_code) == (200, 200)
    assert "已按隐私说明期满删除" in result.text
    assert "已按隐私说明期满删除" in receipt.text
