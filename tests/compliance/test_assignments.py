"""Training tasks reach whom they mean, are done by facts alone, and rest, move and end with history."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from learning.certification.services.external import keep_kind
from learning.compliance.models import Assignment, AssignmentTask
from learning.compliance.queries.assignments import (
    get_assignment,
)
from learning.compliance.queries.goals import list_choices
from learning.compliance.queries.tasks import list_own, list_tasks
from learning.compliance.rules.assignments import (
    Audience,
    DueKind,
    Goal,
    TaskState,
)
from learning.compliance.services import assignments as services
from learning.courses.models import Course, LessonProgress, LessonVersion
from learning.exams.models import Admission, ResultRow
from learning.kernel.errors import Invalid, NotFound
from learning.organisations.models import Membership
from learning.organisations.queries import get_unit
from tests.factories.certification import make_office, make_sitting, record_result
from tests.factories.compliance import (
    Works,
    assign,
    hold,
    keep,
    make_plan,
    make_post,
    make_works,
    tasks_of,
)
from tests.factories.courses import make_course
from tests.factories.external import ELECTRICIAN
from tests.factories.people import make_membership, make_user
from tests.factories.study import make_credit

DAY = timedelta(days=1)


class TestWhomItReaches:
    def test_all_of_the_unit_and_below(self, session: Session, works: Works, now: datetime) -> None:
        other = make_works(session, now, "别的厂")
        made = assign(session, works, make_plan(works, now), now)

        keep(session, made, now)

        assert set(tasks_of(session, made)) == {one.id for one in works.people}
        assert not {one.id for one in other.people} & set(tasks_of(session, made))

    def test_who_holds_the_post(self, session: Session, works: Works, now: datetime) -> None:
        welder = works.people[0]
        post = make_post(session, now, works, welder)
        plan = make_plan(works, now, audience=Audience.POST, raw_post=post.public_id)
        made = assign(session, works, plan, now)

        keep(session, made, now)

        assert set(tasks_of(session, made)) == {welder.id}

    def test_a_list_of_staff_numbers_at_once(
        self, session: Session, works: Works, now: datetime
    ) -> None:
        numbers = ((1, f"{works.firm.id}-1"), (2, f"{works.firm.id}-3"))
        plan = make_plan(works, now, audience=Audience.PEOPLE, people=numbers)

        made = assign(session, works, plan, now)

        assert set(tasks_of(session, made)) == {works.people[0].id, works.people[2].id}

    def test_what_another_organisation_keeps_on_its_list_is_no_goal(
        self, session: Session, works: Works, now: datetime
    ) -> None:
        kinds = {}
        for firm in (works, make_works(session, now, "别的厂")):
            view = get_unit(session, firm.firm.id, now)
            plan = replace(ELECTRICIAN, title=f"{firm.firm.id}号上岗证")
            kinds[firm.firm.id] = keep_kind(session, firm.hr, view, plan=plan, now=now)
        own, foreign = kinds.pop(works.firm.id), kinds.popitem()[1]

        offered = [raw for raw, *_titles in list_choices(session, works.hr, now)[Goal.SCHEME]]

        assert own in offered
        assert foreign not in offered
        assign(session, works, make_plan(works, now, goal=Goal.SCHEME, raw_goal=own), now)
        with pytest.raises(NotFound):
            assign(session, works, make_plan(works, now, goal=Goal.SCHEME, raw_goal=foreign), now)

    def test_an_exam_of_others_is_a_goal_once_somebody_of_the_unit_is_admitted(
        self, session: Session, works: Works, now: datetime
    ) -> None:
        office, other = make_office(session, now), make_works(session, now, "别的厂")
        ours, theirs = (make_sitting(session, now, office, title) for title in ("我们的", "别人的"))
        for sitting, person in ((ours, works.people[0]), (theirs, other.people[0])):
            row = Admission(sitting_id=sitting.id, user_id=person.id, candidate_name="某人")
            row.admitted_by, row.admitted_at = works.hr.user_id, now
            session.add(row)
        session.flush()
        plans = {
            one.public_id: make_plan(
                works, now, goal=Goal.SITTING, raw_goal=one.public_id, hours_milli=None
            )
            for one in (ours, theirs)
        }

        offered = [raw for raw, *_titles in list_choices(session, works.hr, now)[Goal.SITTING]]

        assert offered == [ours.public_id]
        assign(session, works, plans[ours.public_id], now)
        with pytest.raises(NotFound):
            assign(session, works, plans[theirs.public_id], now)

    def test_a_line_that_is_nobodys_is_named_and_nothing_is_made(
        self, session: Session, works: Works, now: datetime
    ) -> None:
        numbers = ((1, f"{works.firm.id}-1"), (4, "没有"))
        plan = make_plan(works, now, audience=Audience.PEOPLE, people=numbers)

        with pytest.raises(Invalid) as raised:
            services.assign(session, works.hr, plan, now=now)

        assert [(p.line, p.code) for p in raised.value.problems] == [(4, "nobody")]
        assert session.scalars(select(Assignment)).all() == []

    def test_only_who_joins_later_of_new_hires_and_not_who_is_moved(
        self, session: Session, works: Works, now: datetime
    ) -> None:
        plan = make_plan(
            works, now, audience=Audience.JOINED, due_kind=DueKind.JOINED, due_at=None, due_days=30
        )
        made = assign(session, works, plan, now)
        keep(session, made, now)
        newcomer, moved = make_user(session, now, "新员工"), works.people[0]
        place = make_membership(session, now, newcomer, works.teams[0], organisation=works.firm)
        place.valid_from = now + DAY
        old = session.scalars(select(Membership).where(Membership.user_id == moved.id)).one()
        old.valid_to = now + DAY
        session.flush()
        place = make_membership(session, now, moved, works.teams[1], organisation=works.firm)
        place.valid_from = now + DAY
        session.flush()

        keep(session, made, now + 2 * DAY)

        (task,) = tasks_of(session, made).values()
        assert task.user_id == newcomer.id
        assert now + 30 * DAY < task.due_at < now + 34 * DAY

    @pytest.mark.parametrize(("takes_later", "count"), [(True, 4), (False, 3)])
    def test_who_comes_later_only_where_that_was_asked(
        self,
        session: Session,
        works: Works,
        now: datetime,
        takes_later: bool,
        count: int,
    ) -> None:
        made = assign(session, works, make_plan(works, now, takes_later=takes_later), now)
        keep(session, made, now)
        make_membership(session, now, make_user(session, now), works.teams[0])

        keep(session, made, now + DAY)

        assert len(tasks_of(session, made)) == count

    def test_the_preview_counts_who_has_done_it_and_writes_nothing(
        self, session: Session, works: Works, now: datetime
    ) -> None:
        office = make_office(session, now)
        sitting = make_sitting(session, now, office)
        sitting.organiser_id = works.firm.id
        record_result(session, now, sitting, works.people[0])
        plan = make_plan(
            works, now, goal=Goal.SITTING, raw_goal=sitting.public_id, hours_milli=None
        )

        seen = services.preview(session, works.hr, plan, now=now)

        assert seen == services.Preview(people=3, done=1, undated=0)
        assert session.scalars(select(AssignmentTask)).all() == []

    def test_a_foreign_unit_post_or_sitting_is_a_missing_one(
        self, session: Session, works: Works, now: datetime
    ) -> None:
        other = make_works(session, now, "别的厂")
        post = make_post(session, now, other)
        sitting = make_sitting(session, now, make_office(session, now))
        plans = [
            make_plan(other, now),
            make_plan(works, now, audience=Audience.POST, raw_post=post.public_id),
            make_plan(works, now, goal=Goal.SITTING, raw_goal=sitting.public_id),
            make_plan(works, now, goal=Goal.COURSE, raw_goal="no\x00course"),
        ]

        for plan in plans:
            with pytest.raises(NotFound):
                services.assign(session, works.hr, plan, now=now)

    def test_who_moved_away_is_asked_no_longer_and_again_on_coming_back(
        self, session: Session, works: Works, now: datetime
    ) -> None:
        made = assign(session, works, make_plan(works, now), now)
        keep(session, made, now)
        person = works.people[0]
        place = session.scalars(select(Membership).where(Membership.user_id == person.id)).one()
        place.valid_to = now + DAY
        session.flush()

        keep(session, made, now + 2 * DAY)
        assert tasks_of(session, made)[person.id].left_at == now + 2 * DAY
        assert not list_own(session, person.id, now + 2 * DAY)
        place.valid_to = None
        session.flush()
        keep(session, made, now + 3 * DAY)

        assert tasks_of(session, made)[person.id].left_at is None


class TestDone:
    def test_hours_on_the_day_of_the_credit_and_late_after_the_date(
        self, session: Session, works: Works, now: datetime
    ) -> None:
        made = assign(session, works, make_plan(works, now), now)
        keep(session, made, now)
        first, second, third = works.people
        make_credit(session, now - DAY, first.id)  # before the task
        make_credit(session, now + DAY, first.id)
        make_credit(session, now + 2 * DAY, first.id)
        for day in (31, 32):
            make_credit(session, now + day * DAY, second.id)
        make_credit(session, now + DAY, third.id)

        keep(session, made, now + 40 * DAY)

        tasks = tasks_of(session, made)
        view = get_assignment(session, works.hr, made.public_id, now)
        lines = {line.person: line.state for line in list_tasks(session, view, now + 40 * DAY)}
        assert tasks[first.id].done_at == now + 2 * DAY
        assert tasks[second.id].done_at == now + 32 * DAY
        assert lines == {
            first.public_id: TaskState.DONE,
            second.public_id: TaskState.DONE_LATE,
            third.public_id: TaskState.OVERDUE,
        }

    def test_an_exam_passed_and_no_longer_when_the_result_falls(
        self, session: Session, works: Works, now: datetime
    ) -> None:
        sitting = make_sitting(session, now, make_office(session, now))
        sitting.organiser_id = works.firm.id
        plan = make_plan(works, now, goal=Goal.SITTING, raw_goal=sitting.public_id)
        made = assign(session, works, plan, now)
        person = works.people[0]
        record_result(session, now, sitting, person)
        keep(session, made, now + DAY)
        assert tasks_of(session, made)[person.id].done_at == now
        session.scalars(
            select(ResultRow).where(ResultRow.user_id == person.id)
        ).one().passed = False
        session.flush()

        keep(session, made, now + 2 * DAY)

        assert tasks_of(session, made)[person.id].done_at is None

    def test_a_course_with_its_last_lesson(
        self, session: Session, works: Works, now: datetime, tmp_path: Path
    ) -> None:
        course = make_course(session, now, tmp_path).document
        plan = make_plan(works, now, goal=Goal.COURSE, raw_goal=course.code)
        made = assign(session, works, plan, now)
        keep(session, made, now)
        first, second, _third = works.people
        course_id = session.scalars(select(Course.id)).one()
        lessons = session.scalars(select(LessonVersion)).all()
        for person, count in ((first, 2), (second, 1)):
            for number, lesson in enumerate(lessons[:count]):
                session.add(
                    LessonProgress(
                        user_id=person.id,
                        course_id=course_id,
                        lesson_code=lesson.lesson_code,
                        lesson_version_id=lesson.id,
                        opened_at=now,
                        last_at=now,
                        completed_at=now + number * DAY,
                    )
                )
        session.flush()

        keep(session, made, now + 2 * DAY)

        done = {user_id: task.done_at for user_id, task in tasks_of(session, made).items()}
        assert done == {first.id: now + DAY, second.id: None, _third.id: None}

    def test_a_certificate_to_be_renewed_when_the_next_one_is_held(
        self, session: Session, works: Works, now: datetime
    ) -> None:
        office = make_office(session, now)
        holder, _other, _third = works.people
        end = now + 100 * DAY
        last = end - timedelta(microseconds=1)
        hold(session, holder.id, office.scheme_id, now - DAY, end)
        plan = make_plan(
            works,
            now,
            goal=Goal.SCHEME,
            raw_goal=office.scheme,
            due_kind=DueKind.CERTIFICATE,
            due_at=None,
            due_days=60,
            takes_later=True,
        )
        assert services.preview(session, works.hr, plan, now=now).undated == 2
        made = assign(session, works, plan, now)
        keep(session, made, now)
        (task,) = tasks_of(session, made).values()
        assert (task.user_id, task.due_at, task.done_at) == (holder.id, last - 60 * DAY, None)

        hold(session, holder.id, office.scheme_id, now + 20 * DAY, end + 365 * DAY)
        keep(session, made, now + 21 * DAY)

        rounds = session.scalars(select(AssignmentTask).order_by(AssignmentTask.round)).all()
        assert [(one.round, one.done_at) for one in rounds] == [(1, now + 20 * DAY), (2, None)]
        assert rounds[1].due_at == last + 365 * DAY - 60 * DAY

    def test_hours_begin_anew_when_a_rounds_date_has_come(
        self, session: Session, works: Works, now: datetime
    ) -> None:
        made = assign(session, works, make_plan(works, now, repeat_months=12), now)
        keep(session, made, now)
        person = works.people[0]
        for day in (1, 2):
            make_credit(session, now + day * DAY, person.id)

        keep(session, made, now + 31 * DAY)
        keep(session, made, now + 31 * DAY)

        rounds = session.scalars(
            select(AssignmentTask)
            .where(AssignmentTask.user_id == person.id)
            .order_by(AssignmentTask.round)
        ).all()
        assert [one.done_at for one in rounds] == [now + 2 * DAY, None]
        assert now + 394 * DAY < rounds[1].due_at < now + 396 * DAY
