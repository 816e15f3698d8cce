"""People are told of what ends once a threshold, in one digest a day, at an hour they are awake."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from learning.accounts.models import PersonalNotice, User
from learning.certification.models import Holding
from learning.certification.rules.holdings import held_spans
from learning.compliance.jobs import reminders_job
from learning.compliance.models import AssignmentTask, Reminder, ReminderSettings
from learning.compliance.queries import reminders as queries
from learning.compliance.queries.reminders import list_settings
from learning.compliance.rules.reminders import TeamFigures
from learning.compliance.services import reminders as services
from learning.compliance.services import team_reminders as team_services
from learning.compliance.services.reminders import SettingsPlan
from learning.kernel.db import Database
from learning.kernel.errors import NotFound
from learning.kernel.mail import OutboxMessage
from learning.kernel.permissions import Role
from tests.factories.certification import Office, make_office
from tests.factories.compliance import (
    Works,
    assign,
    hold,
    keep,
    make_plan,
    make_works,
)
from tests.factories.people import grant_role, make_contact, make_user

DAY = timedelta(days=1)
ZONE = "Asia/Shanghai"
PLAN = SettingsPlan((90, 60, 30, 7), True, 8, 20, "", "", None, "counts")


@pytest.fixture
def office(session: Session, now: datetime) -> Office:
    return make_office(session, now)


def end(now: datetime, days: int) -> datetime:
    """The end of the day, in Shanghai, that is so many days after the instant."""
    return now.replace(hour=15, minute=59, second=59, microsecond=999999) + days * DAY


def remind(session: Session, now: datetime) -> int:
    """Do in one session what the worker does in many."""
    after, told, settings = 0, 0, list_settings(session)
    while True:
        tellings, after = services.find_tellings(session, settings, now, ZONE, after=after)
        told += services.tell(session, tellings, now)
        if not after:
            return told


def tell_keepers(session: Session, now: datetime) -> int:
    return team_services.tell_keepers(
        session, team_services.find_keeper_tellings(session, {}, now), now
    )


def tell_robots(session: Session, now: datetime) -> int:
    return team_services.tell_robots(session, team_services.find_robot_tellings(session, now), now)


def notices(session: Session, user: User) -> list[str]:
    query = select(PersonalNotice.text).where(PersonalNotice.user_id == user.id)
    return list(session.scalars(query.order_by(PersonalNotice.id)))


def letters(session: Session) -> list[OutboxMessage]:
    return list(session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)))


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
    assert (letter.channel, letter.recipient) == ("mail", "jia@example.com")


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


class TestWhoLooksAfterPeople:
    MONDAY = datetime.fromisoformat("2026-11-23T02:00:00+00:00")

    def test_hr_is_told_of_counts_on_mondays_and_once_a_day(
        self, session: Session, works: Works, office: Office
    ) -> None:
        now = self.MONDAY
        hold(session, works.people[0].id, office.scheme_id, now - 200 * DAY, end(now, 20))
        hold(session, works.people[1].id, office.scheme_id, now - 200 * DAY, end(now, -2))

        sunday = tell_keepers(session, now - DAY)
        told = [tell_keepers(session, now) for _ in range(2)]

        (text,) = session.scalars(
            select(PersonalNotice.text).where(PersonalNotice.user_id == works.hr.user_id)
        )
        assert (sunday, told) == (0, [1, 0])
        assert "1 张证书 30 天内到期" in text
        assert "1 张证书已到期未换" in text
        assert works.people[0].display_name not in text

    def test_an_escalated_task_is_told_on_any_day(
        self, session: Session, works: Works, now: datetime
    ) -> None:
        made = assign(session, works, make_plan(works, now, escalate_days=3), now)
        keep(session, made, now)
        at = now + 37 * DAY
        keep(session, made, at)
        head = make_user(session, now, "班组长甲")
        grant_role(session, now, head, Role.MANAGER, works.teams[0])

        tell_keepers(session, at)

        assert notices(session, head) == ["一班：2 项培训任务逾期，2 项久拖未办"]
        page = select(PersonalNotice.endpoint).where(PersonalNotice.user_id == head.id)
        assert session.scalars(page).one() == "compliance.team"

    def test_where_all_is_well_nobody_is_told(self, session: Session, works: Works) -> None:
        assert tell_keepers(session, self.MONDAY) == 0


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


class TestRobots:
    MONDAY = TestWhoLooksAfterPeople.MONDAY

    def test_a_robot_tells_counts_once_a_working_day_and_no_names(
        self, session: Session, works: Works, office: Office
    ) -> None:
        now = self.MONDAY
        hold(session, works.people[0].id, office.scheme_id, now - 200 * DAY, end(now, 20))
        plan = SettingsPlan((30,), True, 8, 20, "wecom", "https://x.example/", "", "units")
        services.change_settings(session, works.hr, works.firm.public_id, plan, now=now)

        told = [tell_robots(session, now + hours * timedelta(hours=1)) for hours in (-4, 0, 1, 24)]
        weekend = tell_robots(session, now + 5 * DAY)

        assert (told, weekend) == ([0, 1, 0, 1], 0)
        letter = letters(session)[0]
        assert letter.channel == "robot"
        assert letter.body == ("示例制造厂：1 张证书 30 天内到期\n一班：1 张证书 30 天内到期")
        assert "x.example" not in letter.recipient


def test_held_rows_that_are_known_no_more_do_not_count(
    session: Session, works: Works, office: Office, now: datetime
) -> None:
    hold(session, works.people[0].id, office.scheme_id, now - 200 * DAY, end(now, 20))
    session.execute(update(Holding).values(known_until=now - DAY))

    assert remind(session, now) == 0


def test_while_teams_are_counted_others_may_write(database: Database, monkeypatch) -> None:
    now, count = TestWhoLooksAfterPeople.MONDAY, queries.count_team
    with database.transaction() as session:
        works, office = make_works(session, now), make_office(session, now)
        hold(session, works.people[0].id, office.scheme_id, now - 200 * DAY, end(now, 20))
        plan = SettingsPlan((30,), True, 8, 20, "wecom", "https://x.example/", "", "counts")
        services.change_settings(session, works.hr, works.firm.public_id, plan, now=now)
    counted = []

    def count_beside_a_writer(session: Session, unit_id: int, at: datetime) -> TeamFigures:
        with database.transaction() as other:
            make_user(other, now, f"写入{len(counted)}")
        counted.append(unit_id)
        return count(session, unit_id, at)

    monkeypatch.setattr(queries, "count_team", count_beside_a_writer)

    reminders_job(ZONE).run(database, now)

    assert counted == [works.firm.id, works.firm.id]
    with database.session(write=False) as session:
        assert len(notices(session, session.get_one(User, works.hr.user_id))) == 1
        assert [one.channel for one in letters(session) if one.channel == "robot"] == ["robot"]
