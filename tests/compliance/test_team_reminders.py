"""Who looks after people, and a group's robot, are told counts: on Mondays, and of what escalates."""

import json
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from learning.accounts.models import PersonalNotice, User
from learning.compliance.jobs import reminders_job
from learning.compliance.models import AssignmentTask
from learning.compliance.queries import reminders as queries
from learning.compliance.rules.reminders import TeamFigures
from learning.compliance.services import reminders as services
from learning.compliance.services import team_reminders as team_services
from learning.compliance.services.reminders import SettingsPlan
from learning.kernel.db import Database
from learning.kernel.permissions import Role
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
from tests.factories.people import grant_role, make_user


@pytest.fixture
def office(session: Session, now: datetime) -> Office:
    return make_office(session, now)


def tell_keepers(session: Session, now: datetime) -> int:
    return team_services.tell_keepers(
        session, team_services.find_keeper_tellings(session, {}, now), now
    )


def tell_robots(session: Session, now: datetime) -> int:
    return team_services.tell_robots(session, team_services.find_robot_tellings(session, now), now)


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

    def test_what_is_told_leads_to_a_page_that_shows_it(
        self, session: Session, works: Works, office: Office
    ) -> None:
        now = self.MONDAY
        hold(session, works.people[0].id, office.scheme_id, now - 200 * DAY, end(now, 20))
        tell_keepers(session, now)
        late = assign(session, works, make_plan(works, now, escalate_days=3), now)
        keep(session, late, now)
        keep(session, late, later := now + 56 * DAY)
        tell_keepers(session, later)

        notice = PersonalNotice
        told = session.execute(
            select(notice.endpoint, notice.args)
            .where(notice.user_id == works.hr.user_id)
            .order_by(notice.made_at)
        )
        assert [(page, json.loads(args)) for page, args in told] == [
            ("compliance.grid", {"lacks": "expiring", "days": "30"}),
            ("compliance.assignments", {}),
        ]

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

    def test_what_escalates_between_two_digests_is_told_in_the_later_one(
        self, session: Session, works: Works
    ) -> None:
        monday, minute = self.MONDAY, timedelta(minutes=1)
        due = monday - 10 * DAY
        plan = make_plan(works, due - DAY, due_at=due, escalate_days=3)
        made = assign(session, works, plan, due - DAY)
        keep(session, made, due - DAY)
        session.execute(update(AssignmentTask).values(escalated_at=None))
        first = tell_keepers(session, monday)
        session.execute(update(AssignmentTask).values(escalated_at=monday + 5 * minute))

        later = [tell_keepers(session, monday + DAY + 10 * minute)]
        later += [tell_keepers(session, monday + day * DAY) for day in (2, 3, 4)]

        assert (first, later) == (1, [1, 0, 0, 0])

    def test_where_all_is_well_nobody_is_told(self, session: Session, works: Works) -> None:
        assert tell_keepers(session, self.MONDAY) == 0


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
