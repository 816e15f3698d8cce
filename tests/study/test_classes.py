"""Classroom training: codes that go stale, signing in once, lists, confirming into the ledger."""

from datetime import UTC, datetime, timedelta

import pytest

from learning.accounts.models import LoginName
from learning.kernel.errors import Conflict, Invalid, NotFound
from learning.kernel.permissions import Role
from learning.study.models import StudyRule
from learning.study.queries.classes import (
    get_class,
    get_session,
    list_own_sessions,
)
from learning.study.queries.marks import list_marks
from learning.study.rules.classes import (
    STEP_S,
    SessionPlan,
    Turn,
)
from learning.study.rules.hours import Field, HourRule, to_json
from learning.study.services import lists
from learning.study.services.attendance import remove_mark, scan, sign
from learning.study.services.classes import (
    ClassPlan,
    add_session,
    cancel_class,
    make_class,
)
from learning.study.services.contras import take_back
from tests.factories.people import make_actor, make_membership, make_unit, make_user, unit_grant
from tests.factories.study import make_credit
from tests.study.rooms import Room

AT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture
def room(session, now) -> Room:
    return Room(session, now)


class TestSigningIn:
    def test_who_scans_the_screen_is_written_down_once(self, room) -> None:
        assert room.sign(room.office.learner)
        assert not room.sign(room.office.learner, at=room.now + MINUTE)

        assert room.marks == 1

    def test_an_expired_code_is_refused(self, room) -> None:
        old = room.code(room.now - 2 * STEP_S * SECOND)

        with pytest.raises(Conflict, match="code_expired"):
            room.sign(room.office.learner, code=old)
        assert room.marks == 0

    def test_a_colleagues_ticket_is_of_no_use(self, room) -> None:
        session, now = room.session, room.now
        *_, ticket = scan(session, room.office.hr, room.meeting, Turn.IN, room.code(now), now=now)

        with pytest.raises(Conflict, match="code_expired"):
            sign(session, room.office.learner, room.meeting, Turn.IN, ticket, now=now)

    def test_people_of_other_units_find_no_class(self, room) -> None:
        with pytest.raises(NotFound):
            room.sign(room.office.stranger)

    def test_people_of_a_unit_below_may_come(self, room) -> None:
        shop = make_unit(room.session, room.now, kind="department", parent=room.office.firm)
        worker = make_user(room.session, room.now)
        make_membership(room.session, room.now, worker, shop, organisation=room.office.firm)

        assert room.sign(make_actor(worker))

    @pytest.mark.parametrize("minutes", [-61, 121])
    def test_too_early_and_too_late_nobody_signs_in(self, room, minutes) -> None:
        with pytest.raises(Conflict, match="not_now"):
            room.sign(room.office.learner, at=room.start + minutes * MINUTE)

    def test_signing_out_needs_signing_in(self, room) -> None:
        with pytest.raises(Conflict, match="not_signed_in"):
            room.sign(room.office.learner, turn=Turn.OUT)

    def test_a_class_that_was_called_off_is_found_by_nobody(self, room) -> None:
        cancel_class(room.session, room.office.hr, room.id, now=room.now)
        cancel_class(room.session, room.office.hr, room.id, now=room.now)

        with pytest.raises(NotFound):
            room.sign(room.office.learner)
        with pytest.raises(Conflict, match="cancelled"):
            room.confirm()

    def test_the_learner_sees_the_meeting_before_and_after(self, room) -> None:
        (before,) = list_own_sessions(room.session, room.office.person.id, room.now)
        room.sign(room.office.learner)
        (after,) = list_own_sessions(room.session, room.office.person.id, room.now)

        assert (before.in_at, after.in_at) == (None, room.now + 5 * SECOND)


class TestConfirming:
    def test_who_was_there_is_credited_once_by_the_rules_of_the_day(self, room) -> None:
        room.sign(room.office.learner)

        assert room.confirm() == (1, 0)
        assert room.confirm() == (0, 0)

        (credit,) = room.office.credits()
        assert (credit.source, credit.source_key) == ("classroom", room.meeting)
        assert (credit.credited_ms, credit.hours_milli) == (90 * 60_000, 2_000)
        assert (credit.earned_at, credit.field) == (room.start, "professional")
        assert credit.title == "质量工具面授（第 1 次）"

    def test_nobody_confirms_before_the_end(self, room) -> None:
        with pytest.raises(Conflict, match="not_over"):
            room.confirm(at=room.end - SECOND)

    def test_a_trainer_confirms_and_is_not_credited_by_their_own_word(self, room) -> None:
        user = room.colleague("培训师")
        trainer = make_actor(user, unit_grant(Role.TRAINER, room.office.firm))
        room.sign(trainer)
        room.sign(room.office.learner)

        assert room.confirm(actor=trainer) == (1, 0)
        assert room.confirm() == (1, 0)

    def test_another_firms_hr_finds_no_class(self, room) -> None:
        with pytest.raises(NotFound):
            room.confirm(actor=room.office.stranger)

    def test_who_did_not_sign_out_where_it_is_needed_is_not_credited(self, session, now) -> None:
        room = Room(session, now, needs_sign_out=True)
        room.sign(room.office.learner)
        assert room.confirm() == (0, 0)

        room.sign(room.office.learner, at=room.end + 10 * MINUTE, turn=Turn.OUT)

        assert room.confirm(at=room.end + HOUR) == (1, 0)

    def test_a_day_counts_no_more_than_the_rule_says(self, room) -> None:
        since = room.now - timedelta(days=9)
        rule = HourRule(number=1, daily_max_minutes=120)
        room.session.add(
            StudyRule(
                number=1, valid_from=since, document=to_json(rule),
                created_by=room.office.hr.user_id, created_at=since,
            )
        )  # fmt: skip
        other = make_credit(room.session, room.start, room.office.person.id)
        other.source = "external"  # 30 minutes of the same day
        later = SessionPlan(room.end, room.end + HOUR, 60)
        second = add_session(room.session, room.office.hr, room.id, later, now=room.now)
        room.sign(room.office.learner)
        room.confirm()
        assert [c.credited_ms // 60_000 for c in room.office.credits()] == [30, 90]

        room.meeting = second
        room.sign(room.office.learner, at=later.starts_at)
        assert room.confirm(at=later.ends_at) == (0, 1)

    def test_what_was_taken_back_is_not_credited_again_by_confirming(self, room) -> None:
        room.sign(room.office.learner)
        room.confirm()
        (credit,) = room.office.credits()
        take_back(room.session, room.office.hr, credit.public_id, raw_reason="代签。", now=room.end)

        assert room.confirm() == (0, 0)
        assert room.office.totals.hours_milli == 0
        view = get_class(room.session, room.office.hr, room.id, room.now)
        meeting = get_session(room.session, view.id, room.meeting)
        assert [m.credited_milli for m in list_marks(room.session, meeting, room.now)] == [0]

    def test_who_was_not_there_is_struck_until_credited(self, room) -> None:
        room.sign(room.office.learner)
        person = room.office.person.public_id
        here = (room.session, room.office.hr, room.id, room.meeting, person)
        remove_mark(*here, now=room.now)
        assert room.marks == 0
        with pytest.raises(NotFound):
            remove_mark(*here, now=room.now)
        room.sign(room.office.learner)
        room.confirm()

        with pytest.raises(Conflict, match="credited"):
            remove_mark(*here, now=room.end)


class TestLists:
    def test_people_are_found_by_staff_number_phone_or_name(self, room) -> None:
        a, b = room.colleague(), room.colleague("李·四", "A-7")
        room.session.add(
            LoginName(
                user_id=b.id, kind="phone", name="13800000001",
                name_key="phone:+8613800000001", created_at=room.now,
            )
        )  # fmt: skip
        room.session.flush()

        made = room.checked(
            ("示例员工", "0012", ""), ("李•四", "", "138 0000 0001"), ("同事甲", "", "")
        )

        kept = room.kept(made)
        assert lists.problems_of(kept) == []
        assert {one.user_id for one in lists.rows_of(kept)} == {room.office.person.id, a.id, b.id}
        assert room.marks == 0
        assert room.act(lists.apply_list, made) == (3, 0)
        assert room.act(lists.apply_list, made) == (0, 0)
        assert room.marks == 3
        assert room.kept(made).rows == "[]"

    def test_each_row_that_means_nobody_is_named_by_its_cell_and_nothing_is_done(
        self, room
    ) -> None:
        room.colleague("重名者", "1")
        room.colleague("重名者", "2")

        made = room.checked(
            ("示例员工", "0012", ""), ("张三", "0012", ""), ("张三", "9999", ""), ("重名者", "", "")
        )

        found = [(p.cell, p.code) for p in lists.problems_of(room.kept(made))]
        assert found == [
            ("B3", "staff_no_twice"), ("B4", "not_of_class"), ("A5", "several_people"),
        ]  # fmt: skip
        with pytest.raises(Conflict, match="list_problems"):
            room.act(lists.apply_list, made)
        assert room.marks == 0

    def test_a_number_with_somebody_elses_name_is_refused(self, room) -> None:
        made = room.checked(("张三", "0012", ""))

        (problem,) = lists.problems_of(room.kept(made))
        assert (problem.cell, problem.code) == ("A2", "other_name")

    def test_people_of_other_firms_are_not_found(self, room) -> None:
        user = make_user(room.session, room.now, "外人")
        make_membership(room.session, room.now, user, room.office.other, staff_no="77")

        made = room.checked(("外人", "77", ""), ("外人", "", ""))

        codes = {problem.code for problem in lists.problems_of(room.kept(made))}
        assert codes == {"not_of_class"}

    def test_undoing_takes_back_who_came_by_the_list_alone(self, room) -> None:
        room.colleague()
        room.sign(room.office.learner)
        made = room.checked(("示例员工", "0012", ""), ("同事甲", "0013", ""))
        assert room.act(lists.apply_list, made) == (1, 0)

        assert room.act(lists.undo_list, made) == 1
        assert room.act(lists.undo_list, made) == 0

        assert room.marks == 1
        with pytest.raises(Conflict, match="list_undone"):
            room.act(lists.apply_list, made)

    def test_after_it_was_confirmed_a_list_is_undone_no_more(self, room) -> None:
        made = room.checked(("示例员工", "0012", ""))
        room.act(lists.apply_list, made)
        room.confirm()

        with pytest.raises(Conflict, match="confirmed"):
            room.act(lists.undo_list, made, room.end + HOUR)

    def test_a_list_vouches_for_who_signed_in_and_could_not_sign_out(self, session, now) -> None:
        room = Room(session, now, needs_sign_out=True)
        room.colleague()
        room.sign(room.office.learner)
        made = room.checked(("示例员工", "0012", ""), ("同事甲", "0013", ""))

        assert room.act(lists.apply_list, made) == (1, 1)

        shown = {mark.name: mark for mark in list_marks(session, room.found, now)}
        assert (shown["示例员工"].origin, shown["示例员工"].is_listed) == ("code", True)
        assert room.confirm() == (2, 0)

    def test_undone_the_list_vouches_no_more_and_the_sign_in_stays(self, session, now) -> None:
        room = Room(session, now, needs_sign_out=True)
        room.sign(room.office.learner)
        made = room.checked(("示例员工", "0012", ""))
        room.act(lists.apply_list, made)

        assert room.act(lists.undo_list, made) == 0

        assert room.marks == 1
        assert room.confirm() == (0, 0)

    def test_who_came_by_a_list_needs_no_sign_out(self, session, now) -> None:
        room = Room(session, now, needs_sign_out=True)
        room.act(lists.apply_list, room.checked(("示例员工", "0012", "")))

        assert room.confirm() == (1, 0)


def test_a_class_without_title_or_unit_is_refused(room) -> None:
    plan = ClassPlan(" ", "室", "", Field.COMMON, needs_sign_out=False, units=())
    first = SessionPlan(AT, AT + HOUR, 60)

    with pytest.raises(Invalid):
        make_class(room.session, room.office.hr, plan, first, now=room.now)
    foreign = ClassPlan("课", "室", "", Field.COMMON, False, (room.office.other.public_id,))
    with pytest.raises(NotFound):
        make_class(room.session, room.office.hr, foreign, first, now=room.now)
