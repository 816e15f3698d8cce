"""A manager's page: one's own people alone, who may stand at the post, and why another may not."""

from learning.compliance.queries.grid import GridFilter, Turn
from learning.compliance.queries.team import read_team
from learning.compliance.rules.grid import Lacks
from learning.kernel.clock import utc_now
from learning.kernel.permissions import Role
from tests.compliance.staffed import make_firm
from tests.factories.people import grant_role, log_in, make_actor, make_user, unit_grant


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

    told = {
        name: page.split(f"<b>{name}</b>")[1].split('data-s="')[1].split("</span>")[0]
        for name in ("赵缺", "钱将", "孙全", "李假", "周闲")
    }
    assert told == {
        "赵缺": 'over">缺 1 证',
        "钱将": 'due">1 证将到期',
        "孙全": 'pass">证照齐全',
        "李假": 'none">休假',
        "周闲": 'none">无应持证',
    }
    refused = client.get("/staff/grid")
    assert refused.status_code == 403
    page = refused.get_data(as_text=True)
    assert "data-person=" in page, "who is logged in is not offered to log in"
    assert "/login" not in page
