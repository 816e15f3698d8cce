"""A manager's page: one's own people alone, who may stand at the post, why another may not, who is late."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import update

from learning.compliance.models import Assignment, AssignmentTask
from learning.compliance.queries.grid import GridFilter, Turn
from learning.compliance.queries.reminders import count_team, has_escalated
from learning.compliance.queries.tasks import list_overdue
from learning.compliance.queries.team import NEXT_MONTH, read_team
from learning.compliance.rules.grid import Lacks
from learning.compliance.rules.reminders import TeamFigures
from learning.kernel.clock import utc_now
from learning.kernel.permissions import Role
from learning.organisations.models import UnitParent
from tests.compliance.staffed import make_firm
from tests.factories.authorisations import give, hold, make_shop, make_worker, require
from tests.factories.compliance import assign, keep, make_plan, make_works
from tests.factories.people import (
    grant_role,
    log_in,
    make_actor,
    make_membership,
    make_unit,
    make_user,
    unit_grant,
)

DAY = timedelta(days=1)


def join(session, unit, parent, now):
    session.add(
        UnitParent(unit_id=unit.id, parent_id=parent.id, valid_from=now - DAY, recorded_at=now)
    )
    session.flush()


def test_a_manager_sees_the_people_of_the_own_unit_alone(session, now) -> None:
    firm = make_firm(session, now)
    firm.hire("厂里的人", 1)
    firm.hire("班里的人", 2)
    boss = make_actor(make_user(session, now), unit_grant(Role.MANAGER, firm.units[2]))

    page = read_team(session, boss, GridFilter(), now, turn=Turn())

    assert [row.name for row in page.rows] == ["班里的人"]
    assert page.counts[Lacks.ANY] == 1


def test_hr_alone_is_no_manager(session, now) -> None:
    firm = make_firm(session, now)
    firm.hire("某人", 0)

    assert read_team(session, firm.actor, GridFilter(), now, turn=Turn()).rows == []


def test_counts_say_how_many_lack_something_and_whose_runs_out(session, now) -> None:
    firm = make_firm(session, now)
    firm.require(0, 0)
    lacking, ending, fine = (firm.hire(name, 2, 0) for name in ("缺", "将", "好"))
    firm.hold(ending, 0, 20)
    firm.hold(fine, 0, 500)
    boss = make_actor(make_user(session, now), unit_grant(Role.MANAGER, firm.units[2]))

    page = read_team(session, boss, GridFilter(lacks=Lacks.MISSING), now, turn=Turn())

    assert [row.user_id for row in page.rows] == [lacking.id]
    assert page.counts == {Lacks.ANY: 3, Lacks.MISSING: 1, Lacks.EXPIRING: 1}


def test_who_drops_out_next_month_is_counted_and_listed_apart(session, now) -> None:
    firm = make_firm(session, now)
    firm.require(0, 0)
    soon, later = (firm.hire(name, 2, 0) for name in ("下月", "下季"))
    firm.hold(soon, 0, 29)
    firm.hold(later, 0, 80)
    boss = make_actor(make_user(session, now), unit_grant(Role.MANAGER, firm.units[2]))
    wanted = GridFilter(lacks=Lacks.EXPIRING, days=NEXT_MONTH)

    page = read_team(session, boss, wanted, now, turn=Turn())

    assert [row.user_id for row in page.rows] == [soon.id]
    assert (page.soon, page.counts[Lacks.EXPIRING]) == (1, 2)


def test_the_page_says_of_each_person_whether_they_may_stand_there(app, database) -> None:
    now = utc_now()
    with database.transaction() as session:
        firm = make_firm(session, now)
        firm.require(0, 0)
        for name, days in (("赵缺", None), ("钱将", 20), ("孙全", 500)):
            person = firm.hire(name, 2, 0)
            if days:
                firm.hold(person, 0, days)
        away = firm.hire("李假", 2, 0)
        firm.status(away, "leave")
        firm.hire("周闲", 2)
        boss = make_user(session, now, "班长")
        grant_role(session, now, boss, Role.MANAGER, firm.units[2])
    client = app.test_client()
    log_in(client, database, boss, now)

    page = client.get("/staff/team").text

    last = now + 20 * DAY - timedelta(microseconds=1)
    last_day = last.astimezone(ZoneInfo("Asia/Shanghai")).date().isoformat()
    told = {
        name: page.split(f"<b>{name}</b>")[1].split('data-s="')[1].split("</span>")[0]
        for name in ("赵缺", "钱将", "孙全", "李假", "周闲")
    }
    assert told == {
        "赵缺": 'over">缺 1 证',
        "钱将": f'due">证照齐全到 {last_day}',
        "孙全": 'pass">证照齐全',
        "李假": 'none">休假',
        "周闲": 'none">无应持证',
    }
    refused = client.get("/staff/grid")
    assert refused.status_code == 403
    page = refused.get_data(as_text=True)
    assert "data-person=" in page, "who is logged in is not offered to log in"
    assert "/login" not in page


def test_where_people_are_authorised_the_page_says_who_is_and_who_is_not(app, database) -> None:
    now = utc_now()
    with database.transaction() as session:
        shop = make_shop(session, now)
        require(session, now, shop)
        given, bare = (make_worker(session, now, shop, name) for name in ("有授权", "没授权"))
        for person in (given, bare):
            hold(session, now, shop, person)
        boss = make_user(session, now, "班长")
        grant_role(session, now, boss, Role.MANAGER, shop.shop)
    client = app.test_client()
    log_in(client, database, boss, now)
    before = client.get("/staff/team").text
    with database.transaction() as session:
        give(session, now, shop, given)

    page = client.get("/staff/team").text

    cards = {
        name: page.split(f"<b>{name}</b>")[1].split("</li>")[0] for name in ("有授权", "没授权")
    }
    assert "授权" not in before.split("<b>")[1]
    assert "授权上岗：焊接检验员" in cards["有授权"]
    assert "未授权上岗" not in cards["有授权"]
    assert "未授权上岗" in cards["没授权"]


def test_the_first_page_of_a_manager_leads_to_the_team_and_nobody_elses_does(app, database) -> None:
    now = utc_now()
    with database.transaction() as session:
        firm = make_firm(session, now)
        boss, worker = make_user(session, now, "班长"), firm.hire("工人", 2)
        grant_role(session, now, boss, Role.MANAGER, firm.units[2])

    def first_page(user) -> str:
        client = app.test_client()
        log_in(client, database, user, now)
        return client.get("/").text.split("<main")[1].split("</main>")[0]

    assert 'href="/staff/team"' in first_page(boss)
    assert "/staff/team" not in first_page(worker)


class TestWhatIsLate:
    @pytest.fixture
    def works(self, session, now):
        return make_works(session, now)

    def read(self, session, works, now):
        boss = make_actor(make_user(session, now), unit_grant(Role.MANAGER, works.teams[0]))
        late = read_team(session, boss, GridFilter(), now, turn=Turn()).late
        return {user_id: [one.title for one in tasks] for user_id, tasks in late.items()}

    def hand_out(self, session, works, now, days=3, **changes):
        plan = make_plan(works, now, due_at=now + days * DAY, **changes)
        made = assign(session, works, plan, now)
        keep(session, made, now)
        return made

    def test_it_is_told_of_the_own_people_the_longest_first(self, session, now, works) -> None:
        first, second, _other_team = works.people
        self.hand_out(session, works, now, title="后到期的", days=4)
        self.hand_out(session, works, now, title="先到期的")
        self.hand_out(session, works, now, title="还没到期的", days=30)
        session.execute(
            update(AssignmentTask)
            .where(AssignmentTask.user_id == second.id)
            .values(paused_since=now)
        )

        assert self.read(session, works, now) == {}
        assert self.read(session, works, now + 5 * DAY) == {first.id: ["先到期的", "后到期的"]}

    def test_what_was_called_off_is_late_no_more(self, session, now, works) -> None:
        self.hand_out(session, works, now)
        session.execute(update(Assignment).values(cancelled_at=now))

        assert self.read(session, works, now + 5 * DAY) == {}

    def test_what_the_group_asks_is_told_and_what_another_employer_asks_is_not(
        self, session, now, works
    ) -> None:
        person, other = works.people[0], make_works(session, now, "别的厂")
        make_membership(session, now, person, other.firm, staff_no="X1")
        self.hand_out(session, other, now, title="别处的任务")
        group = make_unit(session, now, name="集团")
        made = self.hand_out(session, works, now, title="集团的任务")
        made.unit_id = group.id
        session.flush()
        before = self.read(session, works, now + 5 * DAY)
        join(session, works.firm, group, now)

        assert before == {}
        assert self.read(session, works, now + 5 * DAY)[person.id] == ["集团的任务"]

    def test_what_another_employer_asks_is_not_listed_nor_counted(
        self, session, now, works
    ) -> None:
        person, other = works.people[0], make_works(session, now, "另一家厂")
        make_membership(session, now, person, other.teams[0], organisation=other.firm, staff_no="2")
        made = self.hand_out(session, other, now, escalate_days=3)
        at = now + 60 * DAY
        keep(session, made, at)
        firm = works.firm.id

        boss = make_actor(make_user(session, now), unit_grant(Role.MANAGER, works.teams[0]))
        assert read_team(session, boss, GridFilter(), at, turn=Turn()).overdue == 0
        assert list_overdue(session, firm, at, limit=9) == []
        assert count_team(session, firm, at) == TeamFigures()
        assert not has_escalated(session, firm, at - DAY, at)
        assert has_escalated(session, other.firm.id, at - DAY, at)
        assert len(list_overdue(session, other.teams[0].id, at, limit=9)) == 3


def test_the_managers_page_and_sheet_say_what_is_late_and_for_how_long(app, database) -> None:
    now = utc_now()
    with database.transaction() as session:
        works = make_works(session, now)
        made = assign(session, works, make_plan(works, now, title="安全再培训"), now)
        keep(session, made, now)
        session.execute(update(AssignmentTask).values(due_at=now - 5 * DAY))
        boss = make_user(session, now, "班长")
        grant_role(session, now, boss, Role.MANAGER, works.teams[0])
        foreign = works.teams[1].public_id
    client = app.test_client()
    log_in(client, database, boss, now)

    page = client.get("/staff/team").text
    sheet = client.get("/staff/team/overdue").text

    assert "2 项培训逾期" in page
    assert page.count("逾期 5 天") == 2
    assert sheet.count("安全再培训") == 2
    assert "员工丙" not in sheet
    assert client.get(f"/staff/team/overdue?unit={foreign}").status_code == 404
