"""HR looks whom a task reaches, hands it out, sees it through; everybody sees their own at home."""

import io
from datetime import datetime, timedelta

import pytest
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy import select
from werkzeug.test import TestResponse

from learning.accounts.models import User
from learning.compliance.jobs import keep_assignment
from learning.compliance.models import (
    Assignment,
    AssignmentPause,
    AssignmentTask,
    ReminderSettings,
)
from learning.kernel.audit import AuditEntry
from learning.kernel.clock import utc_now
from learning.kernel.db import Database
from learning.organisations.models import Unit
from tests.factories.compliance import make_works
from tests.factories.people import log_in

LIST = "/staff/assignments"


@pytest.fixture
def known(client: FlaskClient, database: Database) -> dict[str, str]:
    """HR of a works is logged in."""
    now = utc_now()
    with database.transaction() as session:
        works = make_works(session, now)
        ids = {"unit": works.firm.public_id, "hr": works.hr.user_id, "firm": works.firm.id}
        person = works.people[0].id
    with database.session(write=False) as session:
        log_in(client, database, session.get_one(User, ids["hr"]), now)
    return {"unit": str(ids["unit"]), "firm": str(ids["firm"]), "person": str(person)}


def post(client: FlaskClient, path: str, page: str = "", **data: str) -> TestResponse:
    token = client.get(page or path).text.split('name="csrf_token"')[1].split('value="')[1]
    return client.post(path, data={"csrf_token": token.split('"')[0], **data})


def plan(known: dict[str, str], **changes: str) -> dict[str, str]:
    day = (utc_now() + timedelta(days=40)).date().isoformat()
    return {
        "unit": known["unit"],
        "title": "年度质量培训",
        "goal": "hours",
        "hours": "7.5",
        "audience": "unit",
        "due_kind": "date",
        "due_date": day,
        **changes,
    }


def hand_out(client: FlaskClient, database: Database, known: dict[str, str]) -> str:
    answer = post(client, f"{LIST}/new", **plan(known), act="assign")
    assert answer.status_code == 303
    with database.session(write=False) as session:
        made = session.scalars(select(Assignment)).one()
    keep_assignment(database, made.id, utc_now())
    return f"{LIST}/{made.public_id}"


def test_looking_says_whom_it_reaches_and_writes_nothing(
    client: FlaskClient, database: Database, known: dict[str, str]
) -> None:
    answer = post(client, f"{LIST}/new", **plan(known))

    assert answer.status_code == 200
    assert "现在会发给 3 人" in answer.text
    with database.session(write=False) as session:
        assert session.scalars(select(Assignment)).all() == []


def test_handed_out_it_stands_in_the_list_on_its_page_and_in_the_file(
    client: FlaskClient, database: Database, known: dict[str, str]
) -> None:
    page = hand_out(client, database, known)

    assert "年度质量培训" in client.get(LIST).text
    assert "学时：7.5" in client.get(page).text
    assert client.get(page).text.count("员工") >= 3
    file = post(client, f"{page}/tasks.xlsx", page)
    assert file.content_length is None  # it leaves as it is read
    rows = list(load_workbook(io.BytesIO(file.data)).worksheets[0].values)
    assert [row[1] for row in rows[1:]] == ["员工甲", "员工乙", "员工丙"]
    with database.session(write=False) as session:
        acts = session.scalars(select(AuditEntry.act)).all()
    assert {"assignment.made", "assignment.downloaded"} <= set(acts)


def test_everybody_sees_their_own_on_the_first_page(
    client: FlaskClient, database: Database, known: dict[str, str]
) -> None:
    hand_out(client, database, known)
    with database.session(write=False) as session:
        person = session.get_one(User, int(known["person"]))
    log_in(client, database, person, utc_now())

    assert "年度质量培训" in client.get("/").text


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"due_date": "2020-01-01"}, "截止日期要晚于今天。"),
        ({"hours": ""}, "请填写学时数。"),
        ({"due_kind": "post", "due_days": "3"}, "只有发给任某个岗位的人时"),
        ({"audience": "people", "people": "没有此人\n"}, "1: 没有此人"),
        ({"audience": "people", "people": " \n"}, "请至少填写一个工号。"),
        ({"title": ""}, "请填写这一项。"),
        ({"unit": "0" * 26}, "还不能提交"),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_nothing_is_made(
    client: FlaskClient,
    database: Database,
    known: dict[str, str],
    change: dict[str, str],
    words: str,
) -> None:
    answer = post(client, f"{LIST}/new", **plan(known, **change), act="assign")

    assert answer.status_code == 400
    assert words in answer.text
    with database.session(write=False) as session:
        assert session.scalars(select(Assignment)).all() == []


def test_it_is_paused_resumed_and_cancelled_with_reasons(
    client: FlaskClient, database: Database, known: dict[str, str]
) -> None:
    page = hand_out(client, database, known)

    post(client, f"{page}/pause", page, reason="")
    with database.session(write=False) as session:
        assert session.scalars(select(AssignmentPause)).all() == []
    post(client, f"{page}/pause", page, reason="停产检修")
    assert "停产检修" in client.get(page).text
    post(client, f"{page}/resume", page)
    post(client, f"{page}/cancel", page, reason="重复下达")

    assert "重复下达" in client.get(page).text
    assert post(client, f"{page}/pause", page, reason="再停").status_code == 303
    with database.session(write=False) as session:
        assert len(session.scalars(select(AssignmentPause)).all()) == 1


@pytest.mark.parametrize("query", ["after=x", "after=~9", "state=odd", "after=~"])
def test_odd_addresses_are_no_error(
    client: FlaskClient, database: Database, known: dict[str, str], query: str
) -> None:
    page = hand_out(client, database, known)

    assert client.get(f"{page}?{query}").status_code == 200


class TestReminders:
    def settings(self, **changes: str) -> dict[str, str]:
        return {
            "days": "60，7",
            "by_mail": "y",
            "from_hour": "9",
            "to_hour": "18",
            "wait_days": "5",
            "robot_kind": "wecom",
            "robot_url": "https://qyapi.example.com/send?key=1",
            "robot_detail": "counts",
            **changes,
        }

    def test_they_are_set_for_the_organisation(
        self, client: FlaskClient, database: Database, known: dict[str, str]
    ) -> None:
        answer = post(client, f"/staff/reminders/{known['unit']}", **self.settings())

        assert answer.status_code == 303
        with database.session(write=False) as session:
            row = session.scalars(select(ReminderSettings)).one()
        assert (row.days, row.from_hour, row.robot_kind) == ("60,7", 9, "wecom")
        assert row.wait_days == 5
        assert "60 / 7" in client.get("/staff/reminders").text

    @pytest.mark.parametrize(
        "change",
        [
            {"days": "0"},
            {"days": "x"},
            {"from_hour": "18"},
            {"wait_days": "0"},
            {"robot_url": "http://qyapi.example.com/"},
            {"robot_url": "https://qyapi.example.com:8443/"},
            {"robot_url": ""},
        ],
    )
    def test_what_is_wrong_is_refused(
        self,
        client: FlaskClient,
        database: Database,
        known: dict[str, str],
        change: dict[str, str],
    ) -> None:
        answer = post(client, f"/staff/reminders/{known['unit']}", **self.settings(**change))

        assert answer.status_code == 400
        with database.session(write=False) as session:
            assert session.scalars(select(ReminderSettings)).all() == []

    def test_the_secret_is_never_shown(
        self, client: FlaskClient, database: Database, known: dict[str, str]
    ) -> None:
        page = f"/staff/reminders/{known['unit']}"
        post(client, page, **self.settings(robot_secret="ganz-geheim"))

        assert "ganz-geheim" not in client.get(page).text
        assert "已存有密钥" in client.get(page).text

    def test_a_department_has_none_of_its_own(
        self, client: FlaskClient, database: Database, known: dict[str, str]
    ) -> None:
        with database.session(write=False) as session:
            team = session.scalars(select(Unit).where(Unit.kind == "department")).first()
        assert team

        answer = post(client, f"/staff/reminders/{team.public_id}", **self.settings())

        assert answer.status_code == 404


def test_the_overdue_list_is_by_team(
    client: FlaskClient, database: Database, known: dict[str, str]
) -> None:
    hand_out(client, database, known)
    late = datetime.fromisoformat("2020-01-01T00:00:00+00:00")
    with database.transaction() as session:
        for task in session.scalars(select(AssignmentTask)):
            task.due_at = late

    page = client.get("/staff/overdue").text

    assert page.index("一班") < page.index("员工甲")
    assert page.index("二班") < page.rindex("员工丙")
