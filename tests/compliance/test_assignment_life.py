"""Training tasks rest and move with history, escalate, end, and are seen by who may."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from learning.compliance.models import AssignmentTask, StaffStatus
from learning.compliance.queries.assignments import (
    get_assignment,
    get_progress,
    list_assignments,
    list_unit_progress,
)
from learning.compliance.queries.tasks import list_overdue, list_own
from learning.compliance.services import assignment_keeping as keeping
from learning.compliance.services import assignments as services
from learning.kernel.audit import AuditEntry
from learning.kernel.errors import Conflict, NotFound
from learning.kernel.ids import new_public_id
from tests.factories.compliance import (
    Works,
    assign,
    keep,
    make_plan,
    make_works,
    tasks_of,
)

DAY = timedelta(days=1)


class TestPauses:
    def test_a_pause_of_all_moves_the_dates_by_its_length(
        self, session: Session, works: Works, now: datetime
    ) -> None:
        made = assign(session, works, make_plan(works, now), now)
        keep(session, made, now)

        services.pause(session, works.hr, made.public_id, reason="停产检修", now=now + DAY)
        keep(session, made, now + 40 * DAY)
        resting = get_progress(session, made.id, now + 40 * DAY)
        services.resume(session, works.hr, made.public_id, now=now + 41 * DAY)
        keep(session, made, now + 41 * DAY)

        assert (resting.paused, resting.overdue) == (3, 0)
        assert {one.due_at for one in tasks_of(session, made).values()} == {now + 70 * DAY}
        assert get_progress(session, made.id, now + 41 * DAY).open == 3
        acts = session.scalars(select(AuditEntry.act).order_by(AuditEntry.id)).all()
        assert acts[-2:] == ["assignment.paused", "assignment.resumed"]

    def test_a_pause_of_one_person_is_nobody_elses(
        self, session: Session, works: Works, now: datetime
    ) -> None:
        made = assign(session, works, make_plan(works, now), now)
        keep(session, made, now)
        person = works.people[0]

        services.pause(
            session,
            works.hr,
            made.public_id,
            reason="借调",
            now=now + DAY,
            raw_person=person.public_id,
        )
        keep(session, made, now + 2 * DAY)

        paused = {one.user_id for one in tasks_of(session, made).values() if one.paused_since}
        assert paused == {person.id}

    def test_leave_pauses_and_its_end_moves_the_date(
        self, session: Session, works: Works, now: datetime
    ) -> None:
        made = assign(session, works, make_plan(works, now), now)
        keep(session, made, now)
        person = works.people[0]
        leave = StaffStatus(
            public_id=new_public_id(),
            user_id=person.id,
            organisation_id=works.firm.id,
            kind="leave",
            valid_from=now + 2 * DAY,
            valid_to=now + 12 * DAY,
            recorded_at=now,
        )
        session.add(leave)
        session.flush()

        keep(session, made, now + 5 * DAY)
        resting = tasks_of(session, made)[person.id].paused_since
        keep(session, made, now + 13 * DAY)

        assert resting == now + 2 * DAY
        assert tasks_of(session, made)[person.id].due_at == now + 40 * DAY

    def test_it_pauses_once_and_resumes_once(
        self, session: Session, works: Works, now: datetime
    ) -> None:
        made = assign(session, works, make_plan(works, now), now)

        with pytest.raises(Conflict):
            services.resume(session, works.hr, made.public_id, now=now)
        services.pause(session, works.hr, made.public_id, reason="停产", now=now)
        with pytest.raises(Conflict):
            services.pause(session, works.hr, made.public_id, reason="停产", now=now)


def test_a_cancelled_one_is_asked_of_nobody(session: Session, works: Works, now: datetime) -> None:
    made = assign(session, works, make_plan(works, now), now)
    keep(session, made, now)

    services.cancel(session, works.hr, made.public_id, reason="重复了", now=now)

    assert not list_own(session, works.people[0].id, now)
    assert not list_overdue(session, works.firm.id, now + 60 * DAY, limit=9)
    assert made.id not in keeping.find_due(session, now + DAY)
    with pytest.raises(Conflict):
        services.cancel(session, works.hr, made.public_id, reason="重复了", now=now)


def test_overdue_is_listed_by_team_and_escalated_after_its_days(
    session: Session, works: Works, now: datetime
) -> None:
    made = assign(session, works, make_plan(works, now, escalate_days=7), now)
    keep(session, made, now)

    keep(session, made, now + 36 * DAY)
    early = {one.escalated_at for one in tasks_of(session, made).values()}
    keep(session, made, now + 38 * DAY)

    view = get_assignment(session, works.hr, made.public_id, now)
    overdue = list_overdue(session, works.firm.id, now + 38 * DAY, limit=9)
    units = list_unit_progress(session, view, now + 38 * DAY)
    assert early == {None}
    assert {one.escalated_at for one in tasks_of(session, made).values()} == {now + 38 * DAY}
    assert sorted(line.unit_name for _unit, _title, line in overdue) == ["一班", "一班", "二班"]
    assert {(one.name, one.progress.overdue) for one in units} == {("一班", 2), ("二班", 1)}


def test_hr_of_elsewhere_finds_nothing(session: Session, works: Works, now: datetime) -> None:
    other = make_works(session, now, "别的厂")
    made = assign(session, works, make_plan(works, now), now)

    assert list_assignments(session, other.hr, now, page=1) == ([], 0)
    assert list_assignments(session, works.hr, now, page=1)[1] == 1
    with pytest.raises(NotFound):
        get_assignment(session, other.hr, made.public_id, now)


def test_slices_change_nothing(
    session: Session, works: Works, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "SLICE", 1)
    made = assign(session, works, make_plan(works, now, repeat_months=1), now)

    keep(session, made, now)
    keep(session, made, now + 31 * DAY)

    assert len(session.scalars(select(AssignmentTask)).all()) == 6
