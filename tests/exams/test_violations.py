"""A violation that an appeal set aside has no consequence left."""

from datetime import timedelta

from sqlalchemy import select

from learning.exams import queries
from learning.exams.models import SittingAppeal, SittingIncident
from learning.exams.rules import ResitBar
from learning.kernel.ids import new_public_id
from tests.exams.test_resits import apply, close, fail, note, refused
from tests.factories.exams import make_member

DAY = timedelta(days=1)


def test_a_violation_that_was_set_aside_on_appeal_bars_nobody_and_marks_no_result(
    session, now, series
) -> None:
    first, second = series
    user = make_member(session, now, first, "甲", staff_no="A1")
    fail(session, first, user, now)
    view = first.view(session, now)
    note(session, view.id, user, first.examiner, now)
    close(session, first, now + DAY)
    assert refused(lambda: apply(session, second, user, now + DAY)) is ResitBar.VIOLATION
    row = {
        "public_id": new_public_id(),
        "number": "A-1",
        "sitting_id": view.id,
        "user_id": user.id,
        "kind": "incident",
        "incident_id": session.scalars(select(SittingIncident.id)).one(),
        "text": "手机是监考让交的",
        "lodged_at": now,
        "answer_by": now + DAY,
    }
    appeal = SittingAppeal(**row, state="lodged")
    session.add(appeal)
    session.flush()
    assert refused(lambda: apply(session, second, user, now + DAY)) is ResitBar.VIOLATION
    assert queries.count_results(session, view).noted == 1

    appeal.state, appeal.handled_by, appeal.answer = "upheld", first.examiner.id, "误记"
    appeal.decided_by, appeal.decided_at = first.examiner.id, now
    session.flush()

    assert queries.count_results(session, view).noted == 0
    [line] = queries.list_candidates(session, view, now + DAY)
    assert line.violations == ()
    apply(session, second, user, now + DAY)
