"""Whoever had a part in what an appeal is about, or taught the appellant, does not answer it."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from learning.exams import services
from learning.exams.models import AnswerSheet, SheetKeying
from learning.exams.queries import appeals, list_duties
from learning.exams.rules import AppealState, Duty, Involvement, Verdict
from learning.kernel.errors import Conflict
from learning.question_bank.models import ItemVersionRow
from learning.study.queries.teachers import list_teachers
from tests.exams.test_appeals import act, decide, lodge, row_of, take
from tests.factories.appeals import make_disputed, version_at
from tests.factories.marking import tell
from tests.factories.teaching import make_class_taught, make_course_written


@pytest.fixture
def disputed(database, now):
    with database.transaction() as session:
        made = make_disputed(session, now)
    tell(database, now)
    return made


def why_not(session, user_id, view):
    return services.why_not(session, user_id, view, list_teachers)


class TestImpartiality:
    def test_who_wrote_the_item_is_told_why_not_and_somebody_else_is_assigned(
        self, database, now, disputed
    ) -> None:
        writer, other = disputed.deciders
        appeal = lodge(database, disputed, now)
        with database.transaction() as session:
            version = version_at(session, disputed.papers[0], 1)
            session.execute(
                update(ItemVersionRow)
                .where(ItemVersionRow.id == version)
                .values(written_by=writer.user_id)
            )

        with database.session(write=False) as session:
            sitting = disputed.hall.view(session, now)
            view = appeals.get_appeal(session, sitting.id, appeal)
            assert why_not(session, writer.user_id, view) == (Involvement.WRITER,)
        with pytest.raises(Conflict, match="involved"):
            take(database, disputed, writer, appeal, now)
        assign = {"verb": "assign_appeal", "raw_person_id": writer.public_id}
        with pytest.raises(Conflict, match="involved"):
            act(database, disputed, disputed.hall.actor, appeal, now, **assign)
        assign["raw_person_id"] = other.public_id
        with pytest.raises(Conflict, match="examiner_only"):
            act(database, disputed, other, appeal, now, **assign)
        act(database, disputed, disputed.hall.actor, appeal, now, **assign)

        assert row_of(database, appeal).handled_by == other.user_id

    def test_a_conflict_declared_meanwhile_bars_the_handler_from_deciding(
        self, database, now, disputed
    ) -> None:
        handler = disputed.deciders[0]
        appeal = lodge(database, disputed, now)
        take(database, disputed, handler, appeal, now)
        with database.transaction() as session:
            services.declare_conflict(
                session,
                disputed.hall.actor,
                disputed.public_id,
                judge_id=handler.user_id,
                candidate_id=disputed.candidates[0].user_id,
                reason="师徒",
                now=now,
            )

        with pytest.raises(Conflict, match="involved"):
            decide(database, disputed, handler, appeal, now)
        assert AppealState(row_of(database, appeal).state) is AppealState.REVIEW

    def test_who_taught_the_appellant_in_a_class_or_by_a_course_does_not_decide(
        self, database, now, disputed
    ) -> None:
        teacher, writer = disputed.deciders
        learner = disputed.candidates[0].user_id
        appeal = lodge(database, disputed, now)
        take(database, disputed, teacher, appeal, now)
        with database.transaction() as session:
            make_class_taught(session, now, teacher=teacher.user_id, learner=learner)
            make_course_written(
                session,
                now,
                owner=disputed.hall.actor.user_id,
                writer=writer.user_id,
                learner=learner,
            )

        with database.session(write=False) as session:
            sitting = disputed.hall.view(session, now)
            view = appeals.get_appeal(session, sitting.id, appeal)
            for who in (teacher, writer):
                assert why_not(session, who.user_id, view) == (Involvement.TRAINER,)
        with pytest.raises(Conflict, match="involved"):
            decide(database, disputed, teacher, appeal, now)
        assign = {"verb": "assign_appeal", "raw_person_id": writer.public_id}
        with pytest.raises(Conflict, match="involved"):
            act(database, disputed, disputed.hall.actor, appeal, now, **assign)
        assert AppealState(row_of(database, appeal).state) is AppealState.REVIEW

    def test_an_appeal_is_with_one_person_until_the_examiner_says_otherwise(
        self, database, now, disputed
    ) -> None:
        first, second = disputed.deciders
        appeal = lodge(database, disputed, now)
        with pytest.raises(Conflict, match="not_handler"):
            decide(database, disputed, first, appeal, now)
        take(database, disputed, first, appeal, now)

        with pytest.raises(Conflict, match="appeal_taken"):
            take(database, disputed, second, appeal, now)
        with pytest.raises(Conflict, match="not_handler"):
            decide(database, disputed, second, appeal, now)
        take(database, disputed, disputed.hall.actor, appeal, now)
        decide(database, disputed, disputed.hall.actor, appeal, now, Verdict.PARTLY)

        assert row_of(database, appeal).state == "partly"

    def test_who_keyed_the_answer_sheet_of_a_paper_is_involved(
        self, database, now, disputed
    ) -> None:
        keyer = disputed.deciders[0]
        appeal = lodge(database, disputed, now, subject="result")
        with database.transaction() as session:
            sitting = disputed.hall.view(session, now)
            view = appeals.get_appeal(session, sitting.id, appeal)
            sheet = AnswerSheet(
                public_id="s",
                sitting_id=sitting.id,
                user_id=view.user_id,
                revision=0,
                state="confirmed",
                attempt_id=view.attempt_id,
                opened_by=keyer.user_id,
                opened_at=now,
                confirmed_at=now,
            )
            session.add(sheet)
            session.flush()
            keying = {"slot": 1, "content": "{}", "source": "page", "keyed_at": now}
            session.add(SheetKeying(sheet_id=sheet.id, keyed_by=keyer.user_id, **keying))

        with pytest.raises(Conflict, match="involved"):
            take(database, disputed, keyer, appeal, now)
        take(database, disputed, disputed.deciders[1], appeal, now)

    def test_who_decides_on_appeals_finds_them_after_the_close(
        self, database, now, disputed
    ) -> None:
        later = now + timedelta(days=1)
        with database.transaction() as session:
            sitting = disputed.hall.view(session, later)
            services.close_sitting(session, sitting, actor=None, now=later)

        with database.session(write=False) as session:
            [duty] = list_duties(session, disputed.deciders[0].user_id)
        assert (duty.public_id, duty.duty) == (disputed.public_id, Duty.DECIDER)
