"""Sittings over HTTP: who sees and may do what, from the draft to the downloaded results."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import event, select

from learning.accounts.models import User
from learning.attempts.models import Attempt
from learning.attempts.rules import Release
from learning.exams import services
from learning.exams.jobs import RESULTS
from learning.kernel import events
from tests.exams.halls import candidate_of, hall_of
from tests.factories.competitions import add_scored_attempt, record_scored
from tests.factories.exams import (
    make_candidate,
    make_examiner,
    make_hall,
    make_member,
    make_plan,
)
from tests.factories.people import make_user

# What differs from reply to reply: the script nonce, the id of the sitting in the address.
VARYING = re.compile(r'nonce="[^"]*"|[0-9a-z]{26}')


PERSONAS = ("nobody", "candidate", "colleague", "stranger", "examiner")
MATRIX: list[tuple[str, str, tuple[int, ...]]] = [
    ("GET", "/sittings", (302, 200, 200, 200, 200)),
    ("GET", "/sittings/{open}", (302, 200, 404, 404, 404)),
    ("GET", "/sittings/{draft}", (302, 404, 404, 404, 404)),
    ("GET", "/sittings/" + "0" * 26, (302, 404, 404, 404, 404)),
    ("GET", "/sittings/manage", (302, 403, 403, 200, 200)),
    ("GET", "/sittings/new", (302, 403, 403, 200, 200)),
    ("GET", "/sittings/{open}/manage", (302, 403, 403, 404, 200)),
    ("GET", "/sittings/{draft}/manage", (302, 403, 403, 404, 200)),
    ("GET", "/sittings/{open}/edit", (302, 403, 403, 404, 200)),
    ("GET", "/sittings/{open}/admissions", (302, 403, 403, 404, 200)),
    ("GET", "/sittings/{open}/admit", (302, 403, 403, 404, 200)),
    ("GET", "/sittings/{open}/results", (302, 403, 403, 404, 200)),
    ("POST", "/sittings/{open}/results.xlsx", (302, 403, 403, 404, 200)),
    ("POST", "/sittings/{open}/admit", (302, 403, 403, 404, 400)),
    ("POST", "/sittings/{open}/admissions/" + "0" * 26 + "/withdraw", (302, 403, 403, 404, 404)),
    ("POST", "/sittings/{open}/open", (302, 403, 403, 404, 409)),
    ("POST", "/sittings/{draft}/start", (302, 404, 404, 404, 404)),
    ("GET", "/sittings/{open}/mock", (302, 200, 404, 404, 404)),
    ("POST", "/sittings/{draft}/mock", (302, 404, 404, 404, 404)),
    ("POST", "/sittings/{open}/mock", (302, 409, 404, 404, 404)),
    ("POST", "/sittings/{open}/start", (302, 303, 404, 404, 404)),
    ("POST", "/sittings/{open}/close", (302, 403, 403, 404, 409)),
    ("POST", "/sittings/{draft}/open", (302, 403, 403, 404, 303)),
]


class TestWhoMay:
    @pytest.fixture
    def personas(self, database, now):
        with database.transaction() as session:
            hall = make_hall(session, now)
            draft = services.create_sitting(
                session,
                hall.actor,
                raw_organiser_id=hall.association.public_id,
                plan=make_plan(now),
                now=now,
            )
            users = {
                "nobody": None,
                "candidate": session.get_one(User, make_candidate(session, now, hall).user_id),
                "colleague": make_member(session, now, hall),
                "stranger": make_examiner(session, now, name="另一协会")[1],
                "examiner": hall.examiner,
            }
        return hall, draft, users

    def test_each_persona_gets_what_is_theirs(self, open_browser, personas) -> None:
        hall, draft, users = personas
        browsers = {name: open_browser(user) for name, user in users.items()}
        tokens = {
            name: browser.token("/login" if users[name] is None else "/account")
            for name, browser in browsers.items()
        }

        for method, pattern, expected in MATRIX:
            path = pattern.format(open=hall.public_id, draft=draft)
            seen = tuple(
                browsers[name].get(path).status_code
                if method == "GET"
                else browsers[name].post(path, {"confirm": "y"}, token=tokens[name]).status_code
                for name in PERSONAS
            )
            assert seen == expected, (method, pattern)

    def test_foreign_and_missing_look_the_same(self, open_browser, personas) -> None:
        hall, _, users = personas
        stranger = open_browser(users["stranger"])

        for page in ("", "/manage", "/edit", "/admissions", "/admit", "/results"):
            foreign = stranger.get(f"/sittings/{hall.public_id}{page}")
            missing = stranger.get(f"/sittings/{'0' * 26}{page}")
            assert foreign.status_code == missing.status_code == 404
            assert VARYING.sub("", foreign.text) == VARYING.sub("", missing.text), page

    def test_without_csrf_token_nothing_is_done(self, open_browser, personas) -> None:
        hall, _, _ = personas
        desk = open_browser(hall.examiner)

        for act in ("open", "close", "start", "edit", "admit", "results.xlsx"):
            reply = desk.post(f"/sittings/{hall.public_id}/{act}", token="none")
            assert reply.status_code == 403, act

    def test_hostile_addresses_are_not_found_and_bad_pages_refused(
        self, open_browser, personas
    ) -> None:
        hall, _, _ = personas
        desk = open_browser(hall.examiner)

        for raw in ["%00", "a%00b", "%F0%9F%98%80", "x" * 2000, "%27"]:
            for page in ("", "/manage", "/results"):
                assert desk.get(f"/sittings/{raw}{page}").status_code == 404, raw
        for query in ("page=0", "page=-1", "page=x", "page=1&page=2", "page=" + "9" * 99):
            for page in ("manage", f"{hall.public_id}/admissions", f"{hall.public_id}/results"):
                assert desk.get(f"/sittings/{page}?{query}").status_code == 400, query
        for query in ("page=999999999", "sort=%27", "show=x", "q=" + "龘" * 9000, "q=%25_"):
            for page in ("manage", f"{hall.public_id}/admissions", f"{hall.public_id}/results"):
                assert desk.get(f"/sittings/{page}?{query}").status_code == 200, query


class TestSitting:
    def test_a_candidate_reads_confirms_sits_and_sees_the_verdict(
        self, open_browser, database, now, clock
    ) -> None:
        hall = hall_of(database, now, release=Release.AT_SUBMIT)
        user = candidate_of(database, now, hall)
        browser = open_browser(user)
        page = f"/sittings/{hall.public_id}"
        assert "现在可考" in browser.get("/sittings").text
        shown = browser.get(page).text
        for words in (
            "满分 20 分，12 分及以上合格",
            "设备检查",
            "还可以考 1 次",
            "device_check.js",
        ):
            assert words in shown

        unconfirmed = browser.post(f"{page}/start")
        assert unconfirmed.headers["Location"] == page
        with database.session(write=False) as session:
            assert session.scalars(select(Attempt)).all() == []
        started = browser.post(f"{page}/start", {"confirm": "y"})
        assert started.headers["Location"].startswith("/attempts/")
        assert "继续考试" in browser.get(page).text

        room = started.headers["Location"]
        token = browser.token()
        handed_in = browser.client.post(
            f"{room}/submit",
            json={"epoch": 1, "responses": [], "last_seq": {}},
            headers={"X-CSRFToken": token},
        )
        events.deliver(database, RESULTS, now)

        assert handed_in.status_code == 200
        result = browser.get(f"{room}/result").text
        for words in ("未合格", "合格线", "回到考试", page):
            assert words in result
        assert "得分 0 分，满分 20 分，合格线 12 分" in browser.get(page).text
        assert "0 分，满分 20 分" in browser.get("/sittings").text

    def test_before_release_nothing_tells_the_result(self, open_browser, database, now) -> None:
        hall = hall_of(database, now)
        user = candidate_of(database, now, hall)
        with database.transaction() as session:
            told = add_scored_attempt(
                session,
                hall.view(session, now).assessment_id,
                user.id,
                points_milli=16_000,
                started_at=now,
            )
            record_scored(session, told, now)
        events.deliver(database, RESULTS, now)
        browser = open_browser(user)

        for page in (f"/sittings/{hall.public_id}", "/sittings"):
            shown = browser.get(page).text
            assert "已交卷，待公布" in shown
            assert "16 分" not in shown
            assert 'data-s="pass"' not in shown

    def test_once_closed_by_hand_every_page_tells_the_result_at_once(
        self, open_browser, database, now
    ) -> None:
        hall = hall_of(database, now)
        candidate = candidate_of(database, now, hall)
        with database.transaction() as session:
            view = hall.view(session, now)
            told = add_scored_attempt(
                session, view.assessment_id, candidate.id, points_milli=19_875, started_at=now
            )
            record_scored(session, told, now)
        events.deliver(database, RESULTS, now)
        with database.transaction() as session:
            view = hall.view(session, now)
            services.close_sitting(session, view, actor=hall.actor, now=now)
        browser = open_browser(candidate)

        for path in (f"/sittings/{hall.public_id}", f"/attempts/{told.attempt}/result"):
            assert "19.875" in browser.get(path).text, path

    @pytest.mark.parametrize(("hours", "words"), [(-2, "未开考"), (9, "没有作答记录"), (9, "缺考")])
    def test_outside_the_window_the_page_says_what_is_so(
        self, open_browser, database, now, clock, hours, words
    ) -> None:
        hall = hall_of(database, now)
        browser = open_browser(candidate_of(database, now, hall))
        clock.move_to(now + timedelta(hours=hours), tick=False)

        assert words in browser.get(f"/sittings/{hall.public_id}").text

    def test_a_cancelled_sitting_says_so(self, open_browser, database, now) -> None:
        hall = hall_of(database, now, opens_at=now + timedelta(hours=1))
        user = candidate_of(database, now, hall)
        assert open_browser(hall.examiner).post(f"/sittings/{hall.public_id}/close")

        assert "开考前已取消" in open_browser(user).get(f"/sittings/{hall.public_id}").text

    def test_who_is_admitted_nowhere_is_told_so(self, open_browser, database, now) -> None:
        with database.transaction() as session:
            user = make_user(session, now)

        assert "还没有您的考试" in open_browser(user).get("/sittings").text


class TestCost:
    def statements_of(self, database, browser, path) -> int:
        browser.get(path)  # what is read once a process is read
        seen: list[str] = []

        def note(*told) -> None:
            seen.append(told[2])

        event.listen(database.engine, "before_cursor_execute", note)
        assert browser.get(path).status_code == 200
        event.remove(database.engine, "before_cursor_execute", note)
        return len([s for s in seen if not s.startswith(("BEGIN", "COMMIT", "ROLLBACK"))])

    def test_pages_cost_the_same_however_much_they_show(self, open_browser, database, now) -> None:
        hall = hall_of(database, now, max_attempts=5)
        user = candidate_of(database, now, hall)
        candidate, desk = open_browser(user), open_browser(hall.examiner)
        pages = [
            (candidate, "/sittings"),
            (candidate, f"/sittings/{hall.public_id}"),
            (desk, "/sittings/manage"),
            (desk, f"/sittings/{hall.public_id}/admissions"),
            (desk, f"/sittings/{hall.public_id}/results"),
        ]
        before = [self.statements_of(database, *page) for page in pages]

        with database.transaction() as session:
            assessment_id = hall.view(session, now).assessment_id
            for number in range(1, 4):
                add_scored_attempt(session, assessment_id, user.id, number=number, started_at=now)
                make_candidate(session, now, hall)
                other = services.create_sitting(
                    session,
                    hall.actor,
                    raw_organiser_id=hall.association.public_id,
                    plan=make_plan(now),
                    now=now,
                )
                services.open_sitting(session, hall.actor, other, now=now)
                services.admit(session, hall.actor, other, user_ids=[user.id], now=now)
        after = [self.statements_of(database, *page) for page in pages]

        assert before == after
        assert max(after[:2]) <= 7
