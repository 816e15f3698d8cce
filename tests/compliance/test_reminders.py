"""People are told of what ends once a threshold, in one digest a day, at an hour they are awake."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from learning.accounts.models import PersonalNotice
from learning.certification.models import Holding
from learning.certification.rules.holdings import held_spans
from learning.certification.rules.terms import NeedKind
from learning.certification.services import (
    lift_suspension,
    revoke_certificate,
    suspend_certificate,
)
from learning.compliance.models import AssignmentTask, Reminder, ReminderSettings
from learning.compliance.queries.reminders import count_team, list_settings
from learning.compliance.services import reminders as services
from learning.compliance.services.reminders import SettingsPlan
from learning.kernel.errors import NotFound
from learning.kernel.mail import BULK
from learning.organisations.queries import get_unit
from learning.organisations.services.merging import merge_persons
from tests.certification.test_files import certificates, do, publish
from tests.certification.test_terms import RENEWABLE
from tests.compliance.reminding import DAY, ZONE, end, letters, notices
from tests.factories.certification import Office, make_office
from tests.factories.compliance import (
    Works,
    assign,
    hold,
    keep,
    make_plan,
    make_works,
)
from tests.factories.people import make_contact, make_user

PLAN = SettingsPlan((90, 60, 30, 7), True, 8, 20, "", "", None, "counts")


@pytest.fixture
def office(session: Session, now: datetime) -> Office:
    return make_office(session, now)


def remind(session: Session, now: datetime) -> int:
    """Do in one session what the worker does in many."""
    after, told, settings = 0, 0, list_settings(session)
    while True:
        tellings, after = services.find_tellings(session, settings, now, ZONE, after=after)
        told += services.tell(session, tellings, now)
        if not after:
            return told


@pytest.mark.parametrize(
    ("days", "threshold"),
    [(91, None), (90, 90), (61, 90), (60, 60), (8, 30), (7, 7), (0, 7), (-1, 0)],
)
def test_the_nearest_threshold_is_told(
    session: Session,
    works: Works,
    office: Office,
    now: datetime,
    days: int,
    threshold: int | None,
) -> None:
    hold(session, works.people[0].id, office.scheme_id, now - 200 * DAY, end(now, days))

    remind(session, now)

    assert list(session.scalars(select(Reminder.threshold))) == (
        [] if threshold is None else [threshold]
    )


def test_a_certificate_is_said_to_be_valid_to_its_last_day_and_not_the_day_after(
    session: Session, works: Works, office: Office, now: datetime
) -> None:
    person, last = works.people[0], end(now, 7)
    [span] = held_spans(now - 200 * DAY, last, ended_at=None, pauses=())
    hold(session, person.id, office.scheme_id, span.held_from, span.held_until)

    remind(session, now)

    [text] = notices(session, person)
    assert f"有效期至 {last.date()}，还有 7 天" in text
    assert list(session.scalars(select(Reminder.threshold))) == [7]


def test_one_digest_tells_of_all_and_no_second_run_tells_anything(
    session: Session, works: Works, office: Office, now: datetime
) -> None:
    person = works.people[0]
    make_contact(session, now, person.id, "jia@example.com")
    hold(session, person.id, office.scheme_id, now - 200 * DAY, end(now, 20))
    keep(session, assign(session, works, make_plan(works, now), now), now)

    first = remind(session, now)
    again = [remind(session, now + hour * timedelta(hours=1)) for hour in (0, 1, 24, 48)]

    (text,) = notices(session, person)
    assert "证书" in text
    assert "任务" in text
    assert first == 3  # the task is everybody's
    assert again == [0, 0, 0, 0]
    (letter,) = letters(session)
    assert (letter.channel, letter.recipient) == (BULK, "jia@example.com")
    assert letter.hours == "8-20 Asia/Shanghai"


def test_the_letter_is_in_the_persons_language(
    session: Session, works: Works, office: Office, now: datetime
) -> None:
    person = works.people[0]
    person.locale = "en"
    make_contact(session, now, person.id, "jia@example.com")
    hold(session, person.id, office.scheme_id, now - 200 * DAY, end(now, 20))

    remind(session, now)

    assert letters(session)[0].subject == "Reminder: 1 due soon"
    assert "20 days left" in letters(session)[0].body


def test_each_threshold_is_told_once_as_the_days_go_by(
    session: Session, works: Works, office: Office, now: datetime
) -> None:
    person = works.people[0]
    hold(session, person.id, office.scheme_id, now - 200 * DAY, end(now, 100))

    told = [day for day in range(106) if remind(session, now + day * DAY)]

    assert told == [10, 40, 70, 93, 101]


def test_a_renewal_ends_the_reminding(
    session: Session, works: Works, office: Office, now: datetime
) -> None:
    person = works.people[0]
    hold(session, person.id, office.scheme_id, now - 200 * DAY, end(now, 50))
    hold(session, person.id, office.scheme_id, now - DAY, end(now, 500))

    assert remind(session, now) == 0


def test_what_was_suspended_or_revoked_is_not_said_to_have_expired(
    session: Session, works: Works, office: Office, now: datetime
) -> None:
    person, day = works.people[0], now + DAY
    publish(session, office, RENEWABLE, now)
    do(session, office, person, NeedKind.EXAM, now)
    raw_id = certificates(session)[0].public_id
    act = {"reason": "核查", "now": day}
    suspend_certificate(session, office.actor, raw_id, **act)
    later = day + DAY

    assert remind(session, later) == 0
    assert not count_team(session, works.firm.id, later)

    lift_suspension(session, office.actor, raw_id, reason="查清", now=later)
    revoke_certificate(session, office.actor, raw_id, reason="冒名", now=later)
    assert remind(session, later + DAY) == 0


def test_a_later_date_may_be_told_anew_and_an_earlier_one_is_not(
    session: Session, works: Works, now: datetime
) -> None:
    made = assign(session, works, make_plan(works, now, due_at=end(now, 25)), now)
    keep(session, made, now)
    assert remind(session, now) == 3

    session.execute(update(AssignmentTask).values(due_at=end(now, 23)))
    earlier = remind(session, now + DAY)
    session.execute(update(AssignmentTask).values(due_at=end(now, 30)))
    later = remind(session, now + 2 * DAY)

    assert (earlier, later) == (0, 3)
    assert remind(session, now + 3 * DAY) == 0


def test_who_was_told_of_an_end_is_not_told_again_by_the_days_of_another_organisation(
    session: Session, works: Works, office: Office, now: datetime
) -> None:
    person = works.people[0]
    hold(session, person.id, office.scheme_id, now - 200 * DAY, end(now, 29))
    first = remind(session, now)
    plan = SettingsPlan((45, 10), True, 8, 20, "", "", None, "counts")
    services.change_settings(session, works.hr, works.firm.public_id, plan, now=now)

    told = [day for day in range(1, 32) if remind(session, now + day * DAY)]

    assert (first, told) == (1, [19, 30])


def test_a_clock_that_goes_back_tells_nothing_again(
    session: Session, works: Works, office: Office, now: datetime
) -> None:
    hold(session, works.people[0].id, office.scheme_id, now - 200 * DAY, end(now, 29))

    assert [remind(session, now + days * DAY) for days in (0, -1, -3, -40)] == [1, 0, 0, 0]


def test_two_records_of_one_person_make_no_second_telling_of_what_either_was_told(
    session: Session, works: Works, office: Office, now: datetime
) -> None:
    kept, merged = works.people[:2]
    for person, days in ((kept, 20), (merged, 25)):  # both at one threshold: one row stays behind
        hold(session, person.id, office.scheme_id, now - 200 * DAY, end(now, days))
    before = remind(session, now)
    unit = get_unit(session, works.firm.id, now)
    merge_persons(session, works.hr, unit=unit, kept_id=kept.id, merged_id=merged.id, now=now)

    told = [day for day in range(1, 28) if remind(session, now + day * DAY)]

    assert (before, told) == (2, [18, 26])


def test_on_its_last_day_it_is_said_to_end_today(
    session: Session, works: Works, office: Office, now: datetime
) -> None:
    hold(session, works.people[0].id, office.scheme_id, now - 200 * DAY, end(now, 0))

    remind(session, now)

    [text] = notices(session, works.people[0])
    assert text.endswith("，今天到期")
    [text_en] = session.scalars(select(PersonalNotice.text_en))
    assert text_en.endswith(", ends today")


def test_nobody_is_told_at_night_in_the_organisations_zone(
    session: Session, works: Works, office: Office, now: datetime
) -> None:
    works.firm.timezone = "America/New_York"  # where it is 21:00
    session.flush()
    hold(session, works.people[0].id, office.scheme_id, now - 200 * DAY, end(now, 20))

    assert remind(session, now) == 0
    assert remind(session, now + timedelta(hours=12)) == 1


def test_the_organisation_chooses_days_hours_and_whether_there_is_mail(
    session: Session, works: Works, office: Office, now: datetime
) -> None:
    person = works.people[0]
    make_contact(session, now, person.id, "jia@example.com")
    hold(session, person.id, office.scheme_id, now - 200 * DAY, end(now, 20))
    plan = SettingsPlan((14,), False, 9, 11, "", "", None, "counts")
    services.change_settings(session, works.hr, works.firm.public_id, plan, now=now)

    told = [remind(session, now + day * DAY) for day in (0, 6)]
    late = remind(session, now + 14 * DAY + timedelta(hours=3))

    assert (told, late) == ([0, 1], 0)
    assert letters(session) == []


def test_who_left_the_organisation_altogether_is_told_by_the_common_rule(
    session: Session, office: Office, now: datetime
) -> None:
    person = make_user(session, now)
    gone = make_user(session, now, closed_at=now)
    for one in (person, gone):
        hold(session, one.id, office.scheme_id, now - 200 * DAY, end(now, 20))

    assert remind(session, now) == 1


def test_a_paused_or_done_or_cancelled_task_is_no_reminder(
    session: Session, works: Works, now: datetime
) -> None:
    made = assign(session, works, make_plan(works, now), now)
    keep(session, made, now)
    first, second, third = works.people
    for person, change in (
        (first, {"done_at": now}),
        (second, {"paused_since": now}),
        (third, {"left_at": now}),
    ):
        session.execute(
            update(AssignmentTask).where(AssignmentTask.user_id == person.id).values(change)
        )

    assert remind(session, now) == 0


def test_another_worker_that_was_first_leaves_nothing_to_tell(
    session: Session, works: Works, office: Office, now: datetime
) -> None:
    hold(session, works.people[0].id, office.scheme_id, now - 200 * DAY, end(now, 20))
    tellings, _after = services.find_tellings(session, {}, now, ZONE, after=0)

    assert services.tell(session, tellings, now) == 1
    assert services.tell(session, tellings, now) == 0
    assert session.scalar(select(func.count()).select_from(PersonalNotice)) == 1


def test_slices_change_nothing(
    session: Session, works: Works, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "SLICE", 1)
    keep(session, assign(session, works, make_plan(works, now), now), now)

    assert remind(session, now) == 3


class TestSettings:
    def test_a_department_or_a_foreign_organisation_has_none(
        self, session: Session, works: Works, now: datetime
    ) -> None:
        other = make_works(session, now, "别的厂")

        for unit in (works.teams[0], other.firm):
            with pytest.raises(NotFound):
                services.change_settings(session, works.hr, unit.public_id, PLAN, now=now)

    def test_a_secret_left_out_stays_what_it_was(
        self, session: Session, works: Works, now: datetime
    ) -> None:
        url = "https://oapi.example.com/robot"
        for secret in ("geheim", None):
            plan = SettingsPlan((30,), True, 8, 20, "dingtalk", url, secret, "counts")
            services.change_settings(session, works.hr, works.firm.public_id, plan, now=now)

        assert session.scalars(select(ReminderSettings.robot_secret)).one() == "geheim"


def test_held_rows_that_are_known_no_more_do_not_count(
    session: Session, works: Works, office: Office, now: datetime
) -> None:
    hold(session, works.people[0].id, office.scheme_id, now - 200 * DAY, end(now, 20))
    session.execute(update(Holding).values(known_until=now - DAY))

    assert remind(session, now) == 0
