"""The console over HTTP: the list, acts, one candidate's page, minutes given back."""

import json
import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from learning.accounts.models import User
from learning.attempts.models import AttemptAct, Outage, ResponseRow
from learning.attempts.rules import Form, lay_out
from learning.attempts.rules.sections import spans_of
from learning.kernel.clock import to_ms
from learning.kernel.ids import new_public_id
from tests.exams.watched import Scene, attempt_of, new_act_id
from tests.statements import StatementLog, work_of


class TestOverHttp:
    @pytest.fixture
    def open_scene(self, database, now) -> Scene:
        with database.transaction() as session:
            return Scene(session, now)

    def browser(self, database, open_browser, actor):
        with database.session(write=False) as session:
            return open_browser(session.get_one(User, actor.user_id))

    def send(self, browser, scene, **changes):
        form = {
            "kind": "pause",
            "reason": "network",
            "act_id": new_act_id(),
            "scope": "people",
            "people": " ".join(scene.people),
            **changes,
        }
        return browser.post(f"/sittings/{scene.hall.public_id}/console/acts", form)

    def test_the_list_is_small_and_known_by_its_tag(
        self, database, open_browser, open_scene
    ) -> None:
        browser = self.browser(database, open_browser, open_scene.invigilator)
        path = f"/sittings/{open_scene.hall.public_id}/console"
        assert browser.get(path).status_code == 200

        told = browser.get(f"{path}/rows")
        again = browser.client.get(f"{path}/rows", headers={"If-None-Match": told.headers["ETag"]})
        self.send(browser, open_scene)
        changed = browser.client.get(
            f"{path}/rows", headers={"If-None-Match": told.headers["ETag"]}
        )

        (row,) = told.json["rows"]
        assert (row["name"], row["answered"], row["items"]) == ("甲", 0, 5)
        assert (again.status_code, again.data) == (304, b"")
        assert changed.json["rows"][0]["state"] == "已暂停"
        assert changed.json["tally"] == {"paused": 1}

    def test_the_list_costs_few_statements(
        self, database, backend, request, open_browser, open_scene
    ) -> None:
        server = request.getfixturevalue("postgres_server") if backend == "postgresql" else None
        browser = self.browser(database, open_browser, open_scene.invigilator)
        path = f"/sittings/{open_scene.hall.public_id}/console/rows"
        browser.get(path)

        with StatementLog(database, server).watching() as statements:
            browser.get(path)

        assert len(work_of(statements)) <= 7, statements

    def test_what_an_act_lacks_is_said(self, database, open_browser, open_scene) -> None:
        browser = self.browser(database, open_browser, open_scene.invigilator)
        for changes in (
            {"kind": "nonsense"},
            {"reason": ""},
            {"kind": "extend"},
            {"kind": "extend", "minutes": "361"},
            {"minutes": "5"},
            {"kind": "message"},
            {"people": ""},
            {"kind": "force", "people": " ".join(new_public_id() for _ in range(21))},
            {"act_id": ""},
            {"scope": "world"},
        ):
            assert self.send(browser, open_scene, **changes).status_code == 400, changes
        with database.session(write=False) as session:
            assert session.scalars(select(AttemptAct)).all() == []

    def test_a_candidate_page_shows_what_was_done_and_takes_a_note(
        self, database, open_browser, open_scene
    ) -> None:
        browser = self.browser(database, open_browser, open_scene.invigilator)
        self.send(browser, open_scene, kind="extend", minutes="5", note="换鼠标")
        path = f"/sittings/{open_scene.hall.public_id}/console/{open_scene.people[0]}"

        noted = browser.post(path, {"reason": "phone", "note": "响铃一次"})
        page = browser.get(path).text

        assert noted.status_code == 303
        assert "加时 5 分钟（网络或供电中断）" in page
        assert "换鼠标" in page
        assert "使用手机等电子设备" in page
        assert "响铃一次" in page
        other = f"/sittings/{open_scene.hall.public_id}/console/{open_scene.people[1]}"
        assert browser.get(other).status_code == 404

    def test_answers_that_came_too_late_are_shown_to_the_examiner_alone(
        self, database, open_browser, open_scene, now
    ) -> None:
        with database.transaction() as session:
            attempt = attempt_of(session, open_scene.actors[0])
            end = attempt.deadline_at
            attempt.submitted_at = end + timedelta(minutes=2)
            attempt.finished_at, attempt.finish_kind = end, "swept"
            orders = [place.option_order for place in Form.from_json(attempt.form).positions]
            saves = [
                (1, 1, False, end),
                (2, 0, False, end),
                (1, 1, True, end + timedelta(minutes=3)),
                (2, 2, True, end + timedelta(minutes=3)),
                (3, 0, False, end + timedelta(seconds=11)),
            ]
            for seq, (position, option, after_submit, at) in enumerate(saves, 1):
                row = {"attempt_id": attempt.id, "position": position, "epoch": 1, "seq": seq}
                answer = json.dumps(orders[position - 1][option])
                row |= {"after_submit": after_submit, "saved_at": at, "answer": answer}
                session.add(ResponseRow(**row))
        path = f"/sittings/{open_scene.hall.public_id}/console/{open_scene.people[0]}"

        examiner = open_browser(open_scene.hall.examiner).get(path).text
        invigilator = self.browser(database, open_browser, open_scene.invigilator).get(path).text
        rows = open_browser(open_scene.hall.examiner).get(
            f"/sittings/{open_scene.hall.public_id}/console/rows"
        )

        late = re.findall(r"第 (\d+) 题(?:：(\w+))?", examiner)
        assert late == [("2", "C"), ("3", "A")]
        assert re.findall(r"第 (\d+) 题(?:：(\w+))?", invigilator) == [("2", ""), ("3", "")]
        assert [row["late"] for row in rows.json["rows"]] == [2, 0]

    def test_the_ends_of_sections_are_told(self, database, open_browser, open_scene, now) -> None:
        ends = [now + timedelta(minutes=minutes) for minutes in (20, 30)]
        with database.transaction() as session:
            attempt = attempt_of(session, open_scene.actors[0])
            attempt.sections = lay_out(
                spans_of([(1, 1200), (1, 600)]), now, now + timedelta(hours=8), timedelta(0)
            ).to_json()

        rows = open_browser(open_scene.hall.examiner).get(
            f"/sittings/{open_scene.hall.public_id}/console/rows"
        )

        assert rows.json["rows"][0]["section_ends_ms"] == [to_ms(end) for end in ends]
        assert "section_ends_ms" not in rows.json["rows"][1]

    def test_minutes_are_given_back_by_the_examiner(
        self, database, open_browser, open_scene, now
    ) -> None:
        examiner = open_browser(open_scene.hall.examiner)
        path = f"/sittings/{open_scene.hall.public_id}/outage"
        assert examiner.get(path).status_code == 200
        form = {"lost_from": "2020-01-01T09:00", "reason": "network", "outage_id": "o1"}

        wrong = examiner.post(path, {**form, "lost_to": "2020-01-01T08:00"})
        done = examiner.post(path, {**form, "lost_to": "2020-01-01T09:10"})

        assert (wrong.status_code, done.status_code) == (400, 303)
        with database.session(write=False) as session:
            assert len(session.scalars(select(Outage)).all()) == 1

    def test_the_examiner_sees_the_console_among_the_desks_pages(
        self, open_browser, open_scene
    ) -> None:
        page = open_browser(open_scene.hall.examiner).get(
            f"/sittings/{open_scene.hall.public_id}/console"
        )
        assert 'data-act="void"' in page.text
        assert f"/sittings/{open_scene.hall.public_id}/outage" in page.text
