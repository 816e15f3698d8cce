"""Bulk acts: whom they reach, who is left out and why, and that what was seen is what is done."""

import re
from datetime import timedelta
from html import unescape

import pytest
from sqlalchemy import select

from learning.compliance.models import Assignment, AssignmentTask, Exemption, StaffStatus
from learning.compliance.queries import bulk
from learning.compliance.queries.grid import GridFilter
from learning.compliance.rules.grid import Lacks
from learning.kernel.clock import utc_now
from learning.kernel.errors import Conflict, NotFound
from learning.kernel.permissions import Permission
from tests.competitions.browser import Browser
from tests.compliance.staffed import make_firm
from tests.factories.people import log_in

TASK = Permission.ASSIGNMENT_MANAGE


def names(people) -> list[str]:
    return sorted(one.name for one in people)


def test_all_of_a_filter_or_those_ticked_are_meant_and_no_stranger(session, now) -> None:
    firm, other = make_firm(session, now), make_firm(session, now)
    firm.require(0, 0)
    lacking, fine = firm.hire("缺", 2, 0), firm.hire("好", 2, 0)
    firm.hold(fine, 0, 500)
    foreign = other.hire("别人")
    missing = GridFilter(lacks=Lacks.MISSING)

    by_filter = bulk.choose(session, firm.actor, missing, None, now, permission=TASK)
    ticked = [fine.public_id, foreign.public_id, "nobody"]
    by_tick = bulk.choose(session, firm.actor, missing, ticked, now, permission=TASK)

    assert [one.user_id for one in by_filter] == [lacking.id]
    assert [one.user_id for one in by_tick] == [fine.id]


def test_too_many_are_refused_rather_than_cut(session, now, monkeypatch) -> None:
    firm = make_firm(session, now)
    for number in range(3):
        firm.hire(f"员工{number}")
    monkeypatch.setattr(bulk, "MOST", 2)

    with pytest.raises(Conflict) as refused:
        bulk.choose(session, firm.actor, GridFilter(), None, now, permission=TASK)

    assert refused.value.data == {"people": 3, "most": 2}


def test_holders_and_people_without_a_number_are_left_out_of_a_task(session, now) -> None:
    firm = make_firm(session, now)
    for name, number in (("有证", "1"), ("无号", ""), ("要考", "3")):
        firm.hire(name, 2, staff_no=number)
    firm.hold(firm.people[0], 0, 500)
    chosen = bulk.choose(session, firm.actor, GridFilter(), None, now, permission=TASK)
    unit = bulk.unit_of_act(session, firm.actor, "", TASK, now)

    reached = bulk.reach_by_task(session, chosen, unit, firm.schemes[0].public_id, now)

    assert names(reached.people) == ["要考"]
    assert reached.numbers == ["3"]
    assert names(reached.left_out[bulk.HAS_IT]) == ["有证"]
    assert names(reached.left_out[bulk.NO_NUMBER]) == ["无号"]


def test_a_task_is_kept_in_a_unit_in_reach_alone(session, now) -> None:
    firm, other = make_firm(session, now), make_firm(session, now)

    assert bulk.unit_of_act(session, firm.actor, "", TASK, now).id == firm.units[0].id
    with pytest.raises(NotFound):
        bulk.unit_of_act(session, firm.actor, other.units[0].public_id, TASK, now)


def test_what_was_looked_at_is_done_as_one_act(app, database) -> None:
    now = utc_now()
    with database.transaction() as session:
        firm = make_firm(session, now)
        people = [firm.hire(name, 2, staff_no=name) for name in ("甲", "乙", "丙")]
        firm.hold(people[0], 0, 500)
        hr, scheme = firm.hr, firm.schemes[0].public_id
        ticked = [people[0].public_id, people[1].public_id]
        expected = people[1].id
    client = app.test_client()
    log_in(client, database, hr, now)
    token = client.get("/staff/grid").text.split('name="csrf_token" value="')[1].split('"')[0]
    form = {"csrf_token": token, "act": "task", "person": ticked, "aim": scheme}

    page = client.post("/staff/grid/bulk", data=form).text
    assert "将处理 1 人" in page
    assert "已持有" in page
    with database.session(write=False) as session:
        assert session.scalars(select(Assignment)).all() == []

    due = (now + timedelta(days=30)).date().isoformat()
    done = client.post("/staff/grid/bulk/task", data={**form, "title": "补证", "due": due})

    assert done.status_code == 303
    with database.session(write=False) as session:
        (made,) = session.scalars(select(Assignment))
        assert made.title == "补证"
        assert list(session.scalars(select(AssignmentTask.user_id))) == [expected]
    assert client.post("/staff/grid/bulk/task", data={**form, "due": "gestern"}).status_code == 400


@pytest.mark.parametrize("act", ["task", "exempt"])
def test_the_scheme_of_the_gaps_stays_chosen_until_another_is(app, database, act) -> None:
    now = utc_now()
    with database.transaction() as session:
        firm = make_firm(session, now)
        firm.require(0, 1)
        firm.hire("缺证", 2, 0, staff_no="7")
        hr, unit = firm.hr, firm.units[0].public_id
        first, second = (one.public_id for one in firm.schemes[:2])
        session.expunge_all()
    browser = Browser(app, database, now, hr)

    gaps = browser.get(f"/staff/coverage/gaps?unit={unit}&scheme={second}").text
    [link] = re.findall(r'href="(/staff/grid\?[^"]*)"', gaps)
    grid = browser.get(unescape(link)).text
    carried = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', grid))
    sent = {name: carried[name] for name in ("unit", "scheme", "lacks")} | {
        "act": act,
        "who": "all",
    }
    look = browser.post("/staff/grid/bulk", sent).text
    other = browser.post("/staff/grid/bulk", {**sent, "aim": first}).text
    unknown = browser.post("/staff/grid/bulk", {**sent, "scheme": "nowhere"}).text

    assert f'<option value="{second}" selected>' in look
    assert "将处理 1 人" in look
    assert f'<option value="{first}" selected>' in other
    assert "没有可以处理的人员" in unknown


def test_leave_is_begun_from_those_ticked_in_the_grid_by_who_keeps_the_staff(app, database) -> None:
    now = utc_now()
    with database.transaction() as session:
        firm = make_firm(session, now)
        away = firm.hire("将离岗", 2).public_id
        firm.hire("留下", 2)
        hr = firm.hr
        session.expunge_all()
    browser = Browser(app, database, now, hr)

    buttons = re.findall(r'name="act" value="(\w+)"', browser.get("/staff/grid").text)
    page = browser.post("/staff/grid/bulk", {"act": "leave", "person": away, "aim": "leave"}).text

    assert "leave" in buttons
    assert "将处理 1 人" in page
    assert "/staff/grid/bulk/leave" in page


class TestTooMany:
    """More people than one act takes: a page that says how many, and keeps what was typed."""

    @pytest.fixture
    def hr(self, app, database, monkeypatch):
        monkeypatch.setattr(bulk, "MOST", 2)
        with database.transaction() as session:
            firm = make_firm(session, utc_now())
            for number, unit in enumerate((0, 0, 2, 2), start=1):
                firm.hire(f"员工{number}", unit, staff_no=f"S{number}")
            user, unit = firm.hr, firm.units[2].public_id
            session.expunge_all()
        return Browser(app, database, utc_now(), user), unit

    def test_the_look_says_the_number_the_limit_and_what_to_do(self, hr) -> None:
        browser, _unit = hr

        page = browser.post("/staff/grid/bulk", {"act": "exempt", "who": "all"})

        assert page.status_code == 409
        assert "符合条件的有 4 人，一次最多处理 2 人。什么都没有改。" in page.text
        assert "缩小范围" in page.text
        assert 'select class="form-select" name="unit"' in page.text

    def test_an_act_keeps_what_was_typed_until_it_is_narrow_enough(self, hr, database) -> None:
        browser, unit = hr
        typed = {
            "act": "leave", "who": "all", "aim": "leave",
            "from": utc_now().date().isoformat(), "reason": "轮休",
        }  # fmt: skip

        refused = browser.post("/staff/grid/bulk/leave", typed)
        with database.session(write=False) as session:
            assert session.scalars(select(StaffStatus)).all() == []
        carried = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', refused.text))
        del carried["csrf_token"]
        look = browser.post("/staff/grid/bulk", {**carried, "unit": unit}).text

        assert refused.status_code == 409
        assert carried == typed
        assert "将处理 2 人" in look
        assert (
            look.count('name="reason" value="轮休"') == 2
        )  # in the act's form, and if the aim changes
        done = browser.post("/staff/grid/bulk/leave", {**carried, "unit": unit})
        assert done.status_code == 303
        with database.session(write=False) as session:
            assert len(session.scalars(select(StaffStatus)).all()) == 2

    def test_too_many_staff_numbers_stay_in_the_field(self, hr) -> None:
        browser, _unit = hr

        page = browser.post("/staff/grid/bulk", {"act": "return", "numbers": "S1\nS2\nS3"})

        assert page.status_code == 409
        assert "填了 3 个工号，一次最多 2 个" in page.text
        assert re.search(r"<textarea[^>]*>S1 S2 S3</textarea>", page.text)


@pytest.mark.parametrize("act", ["task", "exempt", "leave", "return"])
def test_who_came_after_the_look_is_looked_at_before_anything_is_done(app, database, act) -> None:
    now = utc_now()
    with database.transaction() as session:
        firm = make_firm(session, now)
        person = firm.hire("甲", 2, staff_no="1")
        if act == "return":
            firm.status(person, "leave")
        aims = {"leave": "leave", "return": "leave"}
        aim = aims.get(act, firm.schemes[0].public_id)
        hr = firm.hr
    client = app.test_client()
    log_in(client, database, hr, now)
    token = client.get("/staff/grid").text.split('name="csrf_token" value="')[1].split('"')[0]
    today = utc_now().date().isoformat()
    later = (now + timedelta(days=30)).date().isoformat()
    form = {"csrf_token": token, "act": act, "who": "all", "aim": aim}
    typed = {"title": "补证", "due": later, "from": today, "to": later}
    typed |= {"reason": "停产甲乙", "back": today}

    def seen_in(page: str) -> str:
        return page.split('name="seen" value="')[1].split('"', maxsplit=1)[0]

    seen = seen_in(client.post("/staff/grid/bulk", data=form).text)
    with database.transaction() as session:
        firm.session = session
        new = firm.hire("后来的", 2, staff_no="2")
        if act == "return":
            firm.status(new, "leave")
        before = counts(session)

    refused = client.post(f"/staff/grid/bulk/{act}", data={**form, **typed, "seen": seen})

    assert refused.status_code == 409
    assert "符合条件的人有变化" in refused.text
    assert "将处理 2 人" in refused.text
    if act == "exempt":
        assert "停产甲乙" in refused.text  # what was typed is still there
    with database.session(write=False) as session:
        assert counts(session) == before
    again = {**form, **typed, "seen": seen_in(refused.text)}
    assert client.post(f"/staff/grid/bulk/{act}", data=again).status_code == 303
    with database.session(write=False) as session:
        assert counts(session) != before


def counts(session) -> list[object]:
    tables = (Assignment, Exemption, StaffStatus)
    return [
        sorted((row.id, getattr(row, "valid_to", None)) for row in session.scalars(select(table)))
        for table in tables
    ]
