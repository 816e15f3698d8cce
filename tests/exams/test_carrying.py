"""An accommodation granted once is kept in the resits, until the day of its review."""

import json
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from learning.attempts.models import Attempt
from learning.exams import queries, services
from learning.exams.queries.carrying import find_earlier_accommodation
from learning.exams.rules import Accommodation, Decision, PlaceChange, Review, to_local
from learning.kernel.audit import AuditEntry
from tests.exams.halls import make_series
from tests.exams.test_resits import DAY, apply, candidate, close, fail
from tests.factories.exams import make_member

RESIT_DAY = date(2026, 12, 2)  # ten days after the tests' clock, where the sitting is
READER = Accommodation(30, 5, "读屏软件")


def place(session, hall, user, now, accommodation) -> None:
    line = queries.get_placed(session, hall.view(session, now), user.public_id)
    services.place_candidate(
        session,
        hall.actor,
        hall.public_id,
        raw_person_id=user.public_id,
        change=PlaceChange(line.version, line.room_id, line.seat, accommodation),
        now=now,
    )


def placed(session, hall, user, now):
    return queries.get_placed(session, hall.view(session, now), user.public_id)


def admit(session, hall, users, now) -> None:
    ids = [user.id for user in users]
    services.admit(session, hall.actor, hall.public_id, user_ids=ids, now=now)


def granted_then_failed(session, first, now, accommodation, names="甲"):
    """People with an accommodation who failed the first sitting, which is over."""
    users = [make_member(session, now, first, name) for name in names]
    for user in users:
        fail(session, first, user, now)
        place(session, first, user, now, accommodation)
    close(session, first, now + DAY)
    return users


class TestRules:
    @pytest.mark.parametrize(
        ("accommodation", "holds"),
        [
            (READER, True),
            (Accommodation(30, 5, "读屏", RESIT_DAY), True),
            (Accommodation(30, 5, "读屏", RESIT_DAY - DAY), False),
            (Accommodation(0, 0, "单独考场"), True),
            (Accommodation(0, 0, "", RESIT_DAY + DAY), False),
        ],
    )
    def test_it_holds_until_the_day_of_its_review(self, accommodation, holds) -> None:
        assert accommodation.holds_on(RESIT_DAY) is holds


class TestCarrying:
    def test_who_is_admitted_to_a_resit_keeps_time_words_and_review(
        self, session, now, series
    ) -> None:
        first, second = series
        granted = Accommodation(30, 5, "读屏软件", RESIT_DAY)
        [user] = granted_then_failed(session, first, now, granted)

        admit(session, second, [user], now + DAY)

        line = placed(session, second, user, now)
        assert line.accommodation == granted
        assert line.carried_from == first.view(session, now).title
        told = session.scalars(
            select(AuditEntry).where(AuditEntry.act == "sitting.accommodations_carried")
        ).one()
        assert json.loads(told.details) == {"people": 1}

    def test_it_is_time_that_the_candidate_has(self, session, now, series) -> None:
        first, second = series
        [user] = granted_then_failed(session, first, now, READER)
        admit(session, second, [user], now + DAY)
        begun = second.view(session, now).opens_at

        services.start_sitting(
            session, candidate(user), second.public_id, device_token="e" * 40, now=begun
        )

        attempt = session.scalars(
            select(Attempt).where(
                Attempt.user_id == user.id,
                Attempt.assessment_id == second.view(session, now).assessment_id,
            )
        ).one()
        limit = timedelta(minutes=second.view(session, now).rules.limit_minutes)
        assert timedelta(seconds=attempt.extra_s) == READER.added_to(limit)

    def test_what_is_to_be_reviewed_is_not_carried_but_can_be_seen(
        self, session, now, series
    ) -> None:
        first, second = series
        over = Accommodation(30, 5, "读屏软件", RESIT_DAY - DAY)
        [user] = granted_then_failed(session, first, now, over)

        admit(session, second, [user], now + DAY)

        assert not placed(session, second, user, now).accommodation.is_granted
        found = find_earlier_accommodation(session, second.view(session, now), user.id)
        assert (found.accommodation, found.holds) == (over, False)

    def test_what_was_taken_back_in_the_last_sitting_is_not_carried(
        self, session, now, series
    ) -> None:
        first, second = series
        user = make_member(session, now, first, "甲")
        fail(session, first, user, now)
        place(session, first, user, now, READER)
        place(session, first, user, now, Accommodation())
        close(session, first, now + DAY)

        admit(session, second, [user], now + DAY)

        assert not placed(session, second, user, now).accommodation.is_granted

    def test_naming_the_first_sitting_later_brings_it_to_who_is_admitted_already(
        self, session, now, series
    ) -> None:
        first, second = series
        user, stay = granted_then_failed(session, first, now, READER, "甲丙")
        services.set_resit(session, first.actor, second.public_id, raw_first_id="", now=now)
        admit(session, second, [user, stay], now + DAY)
        place(session, second, stay, now, Accommodation(10, 0, "放大试卷"))
        assert not placed(session, second, user, now).accommodation.is_granted

        services.set_resit(
            session, first.actor, second.public_id, raw_first_id=first.public_id, now=now
        )

        assert placed(session, second, user, now).accommodation == READER
        assert placed(session, second, stay, now).accommodation.percent == 10

    def test_a_word_of_the_examiner_of_the_resit_stands_on_its_own(
        self, session, now, series
    ) -> None:
        first, second = series
        [user] = granted_then_failed(session, first, now, READER)
        admit(session, second, [user], now + DAY)

        place(session, second, user, now, Accommodation(10, 0, "读屏软件"))

        line = placed(session, second, user, now)
        assert (line.accommodation.percent, line.carried_from) == (10, "")

    def test_an_application_is_decided_with_what_its_page_showed(
        self, session, now, series
    ) -> None:
        first, second = series
        kept, dropped = granted_then_failed(session, first, now, READER, "甲乙")
        for user, decided in ((kept, READER), (dropped, Accommodation())):
            apply(session, second, user, now + DAY)
            view = second.view(session, now)
            found = queries.find_own_application(session, user.id, view.id)
            services.decide_application(
                session,
                second.actor,
                second.public_id,
                raw_application_id=found.public_id,
                review=Review(found.version, Decision.ACCEPT, "", decided),
                now=now + DAY,
            )

        assert placed(session, second, kept, now).accommodation == READER
        assert placed(session, second, kept, now).carried_from != ""
        assert not placed(session, second, dropped, now).accommodation.is_granted


class TestPages:
    def test_the_examiner_reads_where_it_comes_from_and_until_when(
        self, database, now, open_browser
    ) -> None:
        with database.transaction() as session:
            first, second = make_series(session, now)
            granted = Accommodation(30, 5, "读屏软件", RESIT_DAY)
            [user] = granted_then_failed(session, first, now, granted)
            admit(session, second, [user], now)
            title = first.view(session, now).title
        examiner = open_browser(first.examiner)
        address = f"/sittings/{second.public_id}/candidates/{user.public_id}"

        page = examiner.get(address).text

        assert f"沿用自“{title}”" in page
        assert 'name="review_on"' in page
        assert 'value="2026-12-02"' in page

    def test_a_grant_is_to_be_reviewed_in_a_year_unless_somebody_says_otherwise(
        self, database, now, open_browser
    ) -> None:
        with database.transaction() as session:
            first, _ = make_series(session, now)
            user = make_member(session, now, first)
            admit(session, first, [user], now)
        examiner = open_browser(first.examiner)
        address = f"/sittings/{first.public_id}/candidates/{user.public_id}"

        page = examiner.get(address).text

        opens = first_day(database, first, now)
        assert f'value="{opens.replace(year=opens.year + 1)}"' in page

    def test_an_expired_one_is_named_where_it_would_be_granted(
        self, database, now, open_browser
    ) -> None:
        with database.transaction() as session:
            first, second = make_series(session, now)
            over = Accommodation(30, 5, "读屏软件", RESIT_DAY - DAY)
            [user] = granted_then_failed(session, first, now, over)
            apply(session, second, user, now)
            view = second.view(session, now)
            application = queries.find_own_application(session, user.id, view.id)
        examiner = open_browser(first.examiner)

        page = examiner.get(
            f"/sittings/{second.public_id}/applications/{application.public_id}"
        ).text

        assert "复核日期 2026-12-01 已过，没有沿用，请核实后重新批准。" in page


def first_day(database, hall, now) -> date:
    with database.session(write=False) as session:
        return to_local(hall.view(session, now).opens_at, "Asia/Shanghai").date()
