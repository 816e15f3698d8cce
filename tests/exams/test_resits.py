"""Who may come again, from when: the rules, the application, the door, the start."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from learning.attempts.models import Attempt
from learning.exams import queries, services
from learning.exams.models import Admission, ResultRow, Sitting, SittingIncident, SittingStaff
from learning.exams.rules import (
    History,
    IncidentReason,
    Presence,
    ResitBar,
    SittingSettings,
    Standing,
    Wish,
    months_after,
    resit_refusal,
)
from learning.exams.services import Arrival
from learning.exams.services.admission import Choice, ChoiceKind
from learning.kernel.audit import AuditEntry
from learning.kernel.errors import Conflict, NotFound
from tests.factories.exams import make_hall, make_member, make_plan
from tests.factories.people import make_actor

DAY = timedelta(days=1)
NOON = datetime(2026, 6, 1, 4, tzinfo=UTC)
FAILED = Standing("春季", True, False, True, None, None)
AWAY = Standing("春季", True, None, False, None, None)
ALL = SittingSettings(resit_wait_days=30, resit_attempts=2, resit_months=12, resit_barred_months=24)


def bar_of(history, when=NOON, settings=ALL):
    refusal = resit_refusal(settings, history, when)
    return None if refusal is None else refusal.bar


class TestRules:
    @pytest.mark.parametrize(
        ("standings", "bar"),
        [
            ((), ResitBar.NOT_BEFORE),
            ((FAILED,), None),
            ((replace(FAILED, passed=True),), ResitBar.PASSED),
            ((FAILED, replace(FAILED, passed=True)), ResitBar.PASSED),
            ((replace(FAILED, passed=True, is_over=False),), ResitBar.NOT_DECIDED),
            ((replace(FAILED, passed=None),), ResitBar.NOT_DECIDED),  # answers wait for a mark
            ((FAILED, replace(AWAY, is_over=False)), ResitBar.NOT_DECIDED),
            ((AWAY,), ResitBar.ABSENT),
            ((replace(AWAY, allowed_at=NOON),), None),
            ((FAILED, AWAY), None),
            ((replace(FAILED, violated_at=NOON - 300 * DAY),), ResitBar.VIOLATION),
            ((replace(FAILED, violated_at=NOON - 3 * 365 * DAY),), None),
            ((replace(FAILED, violated_at=NOON - DAY, allowed_at=NOON),), None),
            ((replace(FAILED, violated_at=NOON, allowed_at=NOON - DAY),), ResitBar.VIOLATION),
        ],
    )
    def test_what_somebody_did_before_decides(self, standings, bar) -> None:
        assert bar_of(History(standings)) is bar

    def test_a_resit_may_be_for_the_absent_or_for_those_who_failed_alone(self) -> None:
        absent, failed = replace(ALL, resit_failed=False), replace(ALL, resit_absent=False)
        allowed = History((replace(AWAY, allowed_at=NOON),))

        assert bar_of(History((FAILED,)), settings=absent) is ResitBar.FAILED
        assert bar_of(allowed, settings=absent) is None
        assert bar_of(allowed, settings=failed) is ResitBar.ABSENT

    def test_the_wait_counts_days_from_the_last_hand_in_and_names_the_first_day(self) -> None:
        history = History((FAILED,), last_ended=NOON - 29 * DAY)

        found = resit_refusal(ALL, history, NOON)

        assert (found.bar, found.until) == (ResitBar.TOO_SOON, NOON + DAY)
        assert (found.since, found.number) == (NOON - 29 * DAY, 30)
        assert bar_of(history, NOON + DAY) is None

    def test_attempts_are_counted_over_months_and_fall_out_one_by_one(self) -> None:
        begun = (datetime(2025, 7, 15, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC))
        history = History((FAILED,), begun)

        found = resit_refusal(ALL, history, NOON)

        assert (found.bar, found.until) == (ResitBar.TOO_OFTEN, datetime(2026, 7, 15, tzinfo=UTC))
        assert bar_of(history, datetime(2026, 7, 15, tzinfo=UTC)) is None
        assert bar_of(history, settings=replace(ALL, resit_attempts=3)) is None

    def test_months_end_with_their_last_day(self) -> None:
        assert months_after(datetime(2026, 1, 31, tzinfo=UTC), 1).day == 28
        assert months_after(datetime(2024, 2, 29, tzinfo=UTC), 12).day == 28

    @given(st.integers(0, 3000), st.lists(st.integers(0, 3000), max_size=6), st.integers(1, 60))
    def test_who_is_told_a_date_may_come_on_that_date(self, ended, begun, months) -> None:
        """Each date that is told mends at least the rule that named it; no rule comes back."""
        settings = replace(ALL, resit_months=months, resit_barred_months=months)
        standing = replace(FAILED, violated_at=NOON - ended * DAY)
        history = History(
            (standing,), tuple(NOON - days * DAY for days in begun), NOON - ended * DAY
        )
        seen, when = set(), NOON

        while (refusal := resit_refusal(settings, history, when)) is not None:
            assert refusal.until > when
            assert refusal.bar not in seen
            seen.add(refusal.bar)
            when = refusal.until


def fail(session, hall, user, now, *, passed=False, ended=None):
    """Give somebody a result at a sitting, from one attempt."""
    view = hall.view(session, now)
    services.admit(session, hall.actor, hall.public_id, user_ids=[user.id], now=now)
    ticket = services.start_sitting(
        session, candidate(user), hall.public_id, device_token="d" * 40, now=now, arrival=Arrival()
    )
    attempt = session.scalars(select(Attempt).where(Attempt.public_id == ticket)).one()
    attempt.submitted_at = attempt.finished_at = ended or now
    attempt.finish_kind = "submitted"
    session.add(
        ResultRow(
            sitting_id=view.id,
            user_id=user.id,
            attempt_id=attempt.id,
            attempt_number=1,
            points_milli=0,
            max_milli=20_000,
            passed=passed,
            decided_at=now,
        )
    )
    session.flush()


def candidate(user):
    return replace(make_actor(user), session_expires_at_ms=2**52)


def close(session, hall, now):
    sitting = session.scalars(select(Sitting).where(Sitting.public_id == hall.public_id)).one()
    sitting.state, sitting.closed_at = "closed", now
    session.flush()


def apply(session, hall, user, now):
    wish = Wish("", "", "", "")
    services.apply(session, candidate(user), hall.public_id, wish=wish, now=now)


def refused(act) -> ResitBar:
    with pytest.raises(Conflict, match="resit_refused") as caught:
        act()
    return caught.value.data["refusal"].bar


class TestApplying:
    def test_only_who_failed_the_sitting_before_is_heard(self, session, now, series) -> None:
        first, second = series
        failed, passed, stranger = (make_member(session, now, first, n) for n in "甲乙丙")
        fail(session, first, failed, now)
        fail(session, first, passed, now, passed=True)
        close(session, first, now + DAY)

        apply(session, second, failed, now + DAY)

        assert refused(lambda: apply(session, second, passed, now)) is ResitBar.PASSED
        assert refused(lambda: apply(session, second, stranger, now)) is ResitBar.NOT_BEFORE

    def test_nobody_learns_a_result_before_the_sitting_is_over(self, session, now, series) -> None:
        first, second = series
        user = make_member(session, now, first)
        fail(session, first, user, now, passed=True)

        assert refused(lambda: apply(session, second, user, now)) is ResitBar.NOT_DECIDED

    def test_nor_before_the_day_that_is_set_for_scores(self, session, now, series) -> None:
        first, second = series
        user = make_member(session, now, first)
        fail(session, first, user, now, passed=True)
        close(session, first, now)
        sitting = session.scalars(select(Sitting).where(Sitting.public_id == first.public_id)).one()
        sitting.results_due_at = now + DAY
        session.flush()
        before = refused(lambda: apply(session, second, user, now))

        services.release_due_results(session, now + DAY, 20)
        session.expire_all()

        assert before is ResitBar.NOT_DECIDED
        assert refused(lambda: apply(session, second, user, now)) is ResitBar.PASSED

    def test_who_was_absent_needs_leave_with_a_reason(self, session, now, series) -> None:
        first, second = series
        user = make_member(session, now, first)
        services.admit(session, first.actor, first.public_id, user_ids=[user.id], now=now)
        close(session, first, now + DAY)
        before = refused(lambda: apply(session, second, user, now + DAY))

        services.allow_resit(
            session,
            first.actor,
            first.public_id,
            raw_person_id=user.public_id,
            reason="住院，有证明",
            now=now + DAY,
        )
        apply(session, second, user, now + DAY)

        told = session.scalars(
            select(AuditEntry.details).where(AuditEntry.act == "sitting.resit_allowed")
        ).one()
        assert before is ResitBar.ABSENT
        assert "住院" in str(told)

    def test_an_application_is_judged_for_the_last_instant_of_the_window(
        self, session, now, series
    ) -> None:
        """Eleven days after the hand-in the window ends: eleven may be asked, twelve not."""
        first, second = series
        user = make_member(session, now, first)
        fail(session, first, user, now)
        close(session, first, now + DAY)
        rule = {"resit_wait_days": 12}
        services.change_settings(session, first.actor, second.public_id, changes=rule, now=now)

        assert refused(lambda: apply(session, second, user, now + DAY)) is ResitBar.TOO_SOON
        rule = {"resit_wait_days": 11}
        services.change_settings(session, first.actor, second.public_id, changes=rule, now=now)
        apply(session, second, user, now + DAY)

    def test_a_violation_bars_and_a_list_leaves_such_people_out(self, session, now, series) -> None:
        first, second = series
        user, other = (make_member(session, now, first, n, staff_no=n) for n in ("A1", "A2"))
        for each in (user, other):
            fail(session, first, each, now)
        view = first.view(session, now)
        note(session, view.id, user, first.examiner, now)
        close(session, first, now + DAY)

        plan = services.plan_admission(
            session,
            first.actor,
            second.public_id,
            choice=Choice(ChoiceKind.ROLL, roll="A1\nA2"),
            now=now + DAY,
        )

        assert (plan.new, plan.barred) == ((other.id,), 1)
        assert plan.barred_sample[0][1].bar is ResitBar.VIOLATION
        with pytest.raises(Conflict, match="resit_barred"):
            services.admit(
                session, first.actor, second.public_id, user_ids=[user.id, other.id], now=now + DAY
            )


def note(session, sitting_id, user, examiner, now, reason=IncidentReason.PHONE) -> None:
    session.add(
        SittingIncident(
            sitting_id=sitting_id,
            user_id=user.id,
            reason=reason.value,
            noted_by=examiner.id,
            noted_at=now,
        )
    )
    session.flush()


class TestEntering:
    def test_the_start_and_the_door_refuse_what_came_to_light_since(
        self, session, now, series
    ) -> None:
        first, second = series
        user = make_member(session, now, first)
        fail(session, first, user, now)
        close(session, first, now + DAY)
        services.admit(session, first.actor, second.public_id, user_ids=[user.id], now=now + DAY)
        note(session, first.view(session, now).id, user, first.examiner, now + 2 * DAY)
        session.add(
            SittingStaff(
                sitting_id=second.view(session, now).id,
                user_id=first.examiner.id,
                duty="invigilator",
                appointed_by=first.examiner.id,
                appointed_at=now,
            )
        )
        session.flush()
        late = now + 10 * DAY

        def start():
            services.start_sitting(
                session,
                candidate(user),
                second.public_id,
                device_token="d" * 40,
                now=late,
                arrival=Arrival(),
            )

        def let_in():
            services.note_presence(
                session,
                first.actor,
                second.public_id,
                raw_person_id=user.public_id,
                presence=Presence.PRESENT,
                identity_checked=True,
                now=late,
            )

        page = queries.get_for_candidate(session, user.id, second.public_id, now + 3 * DAY)

        assert refused(start) is ResitBar.VIOLATION
        assert refused(let_in) is ResitBar.VIOLATION
        assert page.resit.bar is ResitBar.VIOLATION
        services.allow_resit(
            session,
            first.actor,
            first.public_id,
            raw_person_id=user.public_id,
            reason="复核后不认定违纪",
            now=now + 3 * DAY,
        )
        let_in()
        start()

    def test_a_note_that_is_no_violation_bars_nobody(self, session, now, series) -> None:
        first, second = series
        user = make_member(session, now, first)
        fail(session, first, user, now)
        view = first.view(session, now)
        note(session, view.id, user, first.examiner, now, IncidentReason.ILLNESS)
        close(session, first, now + DAY)

        apply(session, second, user, now + DAY)


class TestSeries:
    def test_a_resit_of_a_resit_belongs_to_the_first(self, session, now, series) -> None:
        first, second = series
        public_id = services.create_sitting(
            session,
            first.actor,
            raw_organiser_id=first.association.public_id,
            plan=make_plan(now, opens_at=now + 20 * DAY, closes_at=now + 21 * DAY),
            now=now,
        )

        services.set_resit(session, first.actor, public_id, raw_first_id=second.public_id, now=now)

        third = queries.get_managed(session, first.actor, public_id, now)
        assert third.resit_of_public_id == first.public_id
        offered = queries.list_earlier(session, third)
        assert offered == [(first.public_id, "质量可靠性工程师认证考试（示例）")]

    def test_no_circle_and_nothing_later_or_foreign(self, session, now, series) -> None:
        first, second = series
        foreign = make_hall(session, now, title="别家")

        with pytest.raises(NotFound):
            services.set_resit(
                session, first.actor, first.public_id, raw_first_id=second.public_id, now=now
            )
        with pytest.raises(NotFound):
            services.set_resit(
                session, first.actor, second.public_id, raw_first_id=foreign.public_id, now=now
            )
        assert session.scalar(select(Admission.id)) is None
