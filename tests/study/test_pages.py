"""Pages of study hours: the clock of a lesson, one's own ledger; what a beat costs."""

import json
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from learning.accounts.models import User
from learning.kernel.clock import utc_now
from learning.kernel.events import find_pending
from learning.kernel.permissions import Role
from learning.study.forms import form_of
from learning.study.jobs import COMPLETIONS
from learning.study.models import StudyClock, StudyCredit, StudyRule, StudyStatement
from learning.study.queries import list_statements
from learning.study.rules.hours import HourRule, span_of
from learning.study.services import issue_statement
from learning.study.services.contras import take_back
from tests.factories.courses import CODE, make_course
from tests.factories.people import (
    grant_role,
    log_in,
    make_actor,
    make_membership,
    make_unit,
    make_user,
)
from tests.factories.study import make_credit
from tests.statements import StatementLog, work_of
from tests.study.hours import Office

LESSON, ZONE = "les-01", "Asia/Shanghai"
BEAT = {"tab": "tab-one-1", "kind": "beat", "idle_ms": 0}


@pytest.fixture
def learner(app, database, tmp_path):
    """A learner's browser and row id; the course is there."""
    now = utc_now()
    with database.transaction() as session:
        make_course(session, now, tmp_path / "course")
        user = make_user(session, now)
        user_id = user.id
    client = app.test_client()
    log_in(client, database, user, now)
    return client, user_id


def config(client: FlaskClient) -> dict:
    page = client.get(f"/courses/{CODE}/lessons/{LESSON}").text
    found = page.split('id="study-config">')[1].split("</script>")[0]
    return json.loads(found)


def send(client: FlaskClient, known: dict, **report: object):
    return client.post(
        known["url"], json={**BEAT, **report}, headers={"X-CSRFToken": known["csrf"]}
    )


def test_categories_get_their_hours_and_a_person_reads_what_is_asked(app, database) -> None:
    now = utc_now()
    with database.transaction() as session:
        boss, person = make_user(session, now), make_user(session, now)
        grant_role(session, now, boss, Role.OPERATOR)
        place = make_membership(session, now, person, make_unit(session, now))
        place.category = "skilled"
    client, own = app.test_client(), app.test_client()
    log_in(client, database, boss, now)
    log_in(own, database, person, now)
    fields = form_of(HourRule())
    token = (
        client.get("/study/rules")
        .text.split('name="csrf_token"')[1]
        .split('value="')[1]
        .split('"')[0]
    )

    refused = client.post(
        "/study/rules",
        data={**fields, "csrf_token": token, "year_hours_skilled": 24,
              "professional_hours_skilled": 25, "professional_hours_other": 3},
    )  # fmt: skip
    done = client.post(
        "/study/rules", data={**fields, "csrf_token": token, "year_hours_skilled": 24}
    )

    assert refused.status_code == 400
    assert "请先填每年应达学时。" in refused.text
    assert done.status_code == 303
    with database.transaction() as session:  # from tomorrow on; let it be yesterday
        row = session.scalars(select(StudyRule)).one()
        row.valid_from = now - timedelta(days=1)
    assert "技能人员每年应达 24 学时" in own.get("/study").text
    assert "技能人员每年：24 学时。" in client.get("/study/rules").text


def test_a_heartbeat_is_two_statements_with_the_log_in(learner, database, request, backend) -> None:
    client, user_id = learner
    server = request.getfixturevalue("postgres_server") if backend == "postgresql" else None
    known = config(client)
    assert send(client, known, kind="start").status_code == 200
    log = StatementLog(database, server)
    send(client, known)

    with log.watching() as seen:
        reply = send(client, known)

    assert reply.json["why"] == ""
    assert len(work_of(seen)) <= 2, seen
    with database.session(write=False) as session:
        clock = session.scalar(select(StudyClock).where(StudyClock.user_id == user_id))
        assert clock.is_running


def test_only_who_is_logged_in_has_a_clock(app, learner) -> None:
    client, _ = learner
    stranger = app.test_client()

    page = stranger.get(f"/courses/{CODE}/lessons/{LESSON}").text

    reply = stranger.post(config(client)["url"], json=BEAT)

    assert "study-config" not in page
    assert reply.status_code in {401, 403}


@pytest.mark.parametrize("body", [{"kind": "finished"}, {"tab": ""}, {"idle_ms": "0"}])
def test_what_is_no_beat_is_refused(learner, body) -> None:
    client, _ = learner

    assert send(client, config(client), **body).status_code == 400


def test_saying_by_hand_that_a_lesson_is_finished_earns_nothing(learner, database) -> None:
    client, user_id = learner
    last = f"/courses/{CODE}/lessons/les-02"
    page = client.get(last).text
    csrf = json.loads(page.split('id="study-config">')[1].split("</script>")[0])["csrf"]

    done = client.post(
        f"{last}/progress", json={"percent": 100, "anchor": ""}, headers={"X-CSRFToken": csrf}
    )
    with database.transaction() as session:
        deliver(session)
        found = session.scalars(select(StudyCredit).where(StudyCredit.user_id == user_id)).all()

    assert done.json["completed"] is True
    assert client.post(f"{last}/finished", headers={"X-CSRFToken": csrf}).status_code == 404
    assert found == []


def deliver(session) -> None:
    for event in find_pending(session, COMPLETIONS, 100):
        COMPLETIONS.handle(session, event, utc_now())


def test_the_ledger_shows_the_year_its_hours_and_what_they_come_from(learner, database) -> None:
    client, user_id = learner
    now = utc_now()
    before = now - timedelta(days=800)
    with database.transaction() as session:
        make_credit(session, now, user_id, title="第 0 课", is_common=True)
        make_credit(session, now, user_id, title="第 1 课")
        make_credit(session, before, user_id, title="第 2 课")

    page = client.get("/study").text

    assert "第 0 课" in page
    assert "第 2 课" not in page
    assert "1.32" in page
    assert "公需科目" in page
    assert client.get("/study?year=x").status_code == 200
    assert "第 2 课" in client.get(f"/study?year={before.year}").text


def test_a_certificate_of_hours_is_verified_by_its_code_whatever_the_ledger_says_later(
    learner, database, app
) -> None:
    client, user_id = learner
    now = utc_now()
    with database.transaction() as session:
        make_credit(session, now, user_id)
    year = now.year
    token = client.get("/study").text.split('name="csrf_token" value="')[1].split('"')[0]
    form = {"csrf_token": token, "first": f"{year}-01-01", "last": f"{year}-12-31"}

    client.post("/study/statements", data=form)
    with database.transaction() as session:
        (made,) = list_statements(session, user_id)
        make_credit(session, now, user_id)
    file = client.get(f"/study/statements/{made.public_id}.pdf")
    page = app.test_client().get(f"/study/verify/{made.code}")

    assert file.data.startswith(b"%PDF")
    assert "0.66" in page.text
    assert "示例员工" in page.text
    assert page.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert app.test_client().get(f"/study/verify/{'0' * 28}").status_code == 404
    assert app.test_client().get(f"/study/statements/{made.public_id}.pdf").status_code == 302


def test_who_verifies_hours_that_were_taken_back_reads_it_and_so_does_their_owner(
    learner, database, app
) -> None:
    client, user_id = learner
    now = utc_now()
    with database.transaction() as session:
        office = Office(session, now)
        make_membership(session, now, session.get(User, user_id), office.firm)
        credits_ = [make_credit(session, now, user_id) for _n in range(2)]
        span = span_of(now.date() - timedelta(days=1), now.date() + timedelta(days=1), ZONE)
        issue_statement(session, make_actor(session.get(User, user_id)), span, zone=ZONE, now=now)
        (made,) = list_statements(session, user_id)
        take_back(
            session, office.hr, credits_[0].public_id, raw_reason="代刷。",
            now=now + timedelta(seconds=1),
        )  # fmt: skip
        code, second = made.code, credits_[1].public_id

    page = app.test_client().get(f"/study/verify/{code}").text

    assert "属实" not in page
    assert "出具后有更正" in page
    assert "0.66" in page
    assert "代刷" not in page
    assert "出具后有 1 项已更正或冲销，现为 0.66 学时" in client.get("/study").text
    with database.transaction() as session:
        take_back(session, office.hr, second, raw_reason="代刷。", now=now + timedelta(seconds=2))
    assert "学时已全部冲销" in app.test_client().get(f"/study/verify/{code}").text


def test_an_altered_record_of_a_certificate_of_hours_is_told(learner, database, app) -> None:
    _client, user_id = learner
    now = utc_now()
    with database.transaction() as session:
        make_credit(session, now, user_id)
        actor = make_actor(session.get(User, user_id))
        span = span_of(now.date() - timedelta(days=1), now.date() + timedelta(days=1), ZONE)
        issue_statement(session, actor, span, zone=ZONE, now=now)
        row = session.scalars(select(StudyStatement)).one()
        row.document = row.document.replace('"hours_milli":660', '"hours_milli":9660')
        code = row.code

    page = app.test_client().get(f"/study/verify/{code}").text

    assert "9.66" not in page
    assert "与出具时不一致" in page
